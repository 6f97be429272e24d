"""Time stamps: the registry's word that it had a file before it in this form, and when.

Source  RFC 3161, RFC 5816; docs/vectors.md says how anybody checks one
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from izin.vault import stamp_shapes as shapes
from izin.vault.secret import Secret

POLICY = x509.ObjectIdentifier("2.25.241390441724014541570198630167282252360")
"""Ours alone, as every identifier under 2.25 (X.667): made when asked, of the registry's clock."""

ACCURACY_S = 1
LIFE = timedelta(days=20 * 365)
"""What the law has kept for three years is checked by these certificates, whoever asks late."""

_ROOT_INFO, _SIGNER_INFO = b"izin/v1/stamp-root", b"izin/v1/stamp"
_SERIAL_INFO = b"izin/v1/stamp-serial"
_ROOT, _SIGNER = "İzin zaman damgası kökü", "İzin zaman damgası"
_SERIAL_BYTES = 16


class Stamper:
    """Signs time stamps. It lends its certificates and never its key.

    The certificates follow from the key and the day it was made, to the byte: every process has
    the same ones, and none is lost while the key is there.
    """

    __slots__ = ("_key", "_signer", "chain")

    def __init__(self, secret: Secret, made_at: datetime) -> None:
        """Take the key and when it was made; the root's own key is used here and forgotten."""
        since = made_at.astimezone(UTC).replace(microsecond=0)
        root_key, self._key = secret.p256(_ROOT_INFO), secret.p256(_SIGNER_INFO)
        root = _root(root_key, since)
        self._signer = _signer(root_key, self._key.public_key(), root)
        self.chain = self._signer.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
        """The signer's certificate and the root's, as PEM: all that it takes to check a stamp."""

    def stamp(self, digest: bytes, at: datetime) -> bytes:
        """Give the time stamp of what has this SHA-384: a response's DER, granted.

        Takes   at: the database's time, read after what is stamped was there
        Raises  ValueError: no SHA-384
        Cost    0.2 ms
        """
        if len(digest) != hashlib.sha384().digest_size:
            raise ValueError(f"{len(digest)} bytes are no SHA-384")
        said = shapes.TSTInfo(
            version=1,
            policy=POLICY,
            message_imprint=shapes.MessageImprint(
                hash_algorithm=_algorithm(shapes.SHA384), hashed_message=digest
            ),
            serial_number=x509.random_serial_number(),
            gen_time=asn1.GeneralizedTime(at.astimezone(UTC).replace(microsecond=0)),
            accuracy=shapes.Accuracy(seconds=ACCURACY_S),
        )
        token = shapes.Token(
            content_type=shapes.SIGNED_DATA, content=self._signed(asn1.encode_der(said))
        )
        granted = shapes.Status(status=0)
        return asn1.encode_der(shapes.Response(status=granted, token=token))

    def _signed(self, content: bytes) -> shapes.SignedData:
        certificate = hashlib.sha256(self._signer.public_bytes(Encoding.DER)).digest()
        by = shapes.SigningCertificateV2(certs=[shapes.ESSCertIDv2(cert_hash=certificate)])
        attributes = asn1.SetOf(
            [
                _attribute(shapes.CONTENT_TYPE, shapes.TST_INFO),
                _attribute(shapes.MESSAGE_DIGEST, hashlib.sha256(content).digest()),
                _attribute(shapes.SIGNING_CERTIFICATE_V2, by),
            ]
        )
        issuer = asn1.decode_der(asn1.TLV, self._signer.issuer.public_bytes())
        signature = shapes.SignerInfo(
            version=1,
            sid=shapes.IssuerAndSerialNumber(
                issuer=issuer, serial_number=self._signer.serial_number
            ),
            digest_algorithm=_algorithm(shapes.SHA256),
            signed_attributes=attributes,
            signature_algorithm=_algorithm(shapes.ECDSA_WITH_SHA256),
            # over the set with a set's own tag, not with the one that it has inside (RFC 5652 5.4)
            signature=self._key.sign(asn1.encode_der(attributes), ec.ECDSA(hashes.SHA256())),
        )
        return shapes.SignedData(
            version=3,
            digest_algorithms=asn1.SetOf([_algorithm(shapes.SHA256)]),
            content=shapes.EncapsulatedContent(content_type=shapes.TST_INFO, content=content),
            certificates=asn1.SetOf([self._signer]),
            signer_infos=asn1.SetOf([signature]),
        )

    def __repr__(self) -> str:
        """Show nothing."""
        return "Stamper(…)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied out of the process."""
        raise TypeError


def _algorithm(named: x509.ObjectIdentifier) -> shapes.AlgorithmIdentifier:
    return shapes.AlgorithmIdentifier(algorithm=named)


def _attribute(
    kind: x509.ObjectIdentifier,
    value: x509.ObjectIdentifier | bytes | shapes.SigningCertificateV2,
) -> shapes.Attribute:
    return shapes.Attribute(kind=kind, values=asn1.SetOf([value]))


def _root(key: ec.EllipticCurvePrivateKey, since: datetime) -> x509.Certificate:
    name = _name(_ROOT)
    return _signed_by(
        key,
        _begun(name, name, key.public_key(), since)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True),
    )


def _signer(
    root_key: ec.EllipticCurvePrivateKey, public: ec.EllipticCurvePublicKey, root: x509.Certificate
) -> x509.Certificate:
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    return _signed_by(
        root_key,
        _begun(_name(_SIGNER), root.subject, public, root.not_valid_before_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(purposes, critical=True)
        .add_extension(issuer, critical=False),
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, since: datetime
) -> x509.CertificateBuilder:
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    number = hashlib.sha256(_SERIAL_INFO + identifier.digest).digest()[:_SERIAL_BYTES]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(int.from_bytes(number, "big"))
        .not_valid_before(since)
        .not_valid_after(since + LIFE)
        .add_extension(identifier, critical=False)
    )


def _signed_by(
    key: ec.EllipticCurvePrivateKey, certificate: x509.CertificateBuilder
) -> x509.Certificate:
    return certificate.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
