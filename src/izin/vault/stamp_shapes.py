"""The shapes of a time stamp, as DER. Source: RFC 3161, RFC 5652, RFC 5816 (ESSCertIDv2)."""

from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.x509 import Certificate, ObjectIdentifier

SIGNED_DATA = ObjectIdentifier("1.2.840.113549.1.7.2")
TST_INFO = ObjectIdentifier("1.2.840.113549.1.9.16.1.4")
CONTENT_TYPE = ObjectIdentifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = ObjectIdentifier("1.2.840.113549.1.9.4")
SIGNING_CERTIFICATE_V2 = ObjectIdentifier("1.2.840.113549.1.9.16.2.47")
SHA256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
SHA384 = ObjectIdentifier("2.16.840.1.101.3.4.2.2")
ECDSA_WITH_SHA256 = ObjectIdentifier("1.2.840.10045.4.3.2")


@asn1.sequence
class AlgorithmIdentifier:
    """An algorithm that takes no parameters. Source: RFC 5754 2, 3.3."""

    algorithm: ObjectIdentifier


@asn1.sequence
class MessageImprint:
    """What is stamped, by its hash."""

    hash_algorithm: AlgorithmIdentifier
    hashed_message: bytes


@asn1.sequence
class Accuracy:
    """How far the time may be off."""

    seconds: int


@asn1.sequence
class TSTInfo:
    """What the stamp says; ordering, nonce and name are left out."""

    version: int
    policy: ObjectIdentifier
    message_imprint: MessageImprint
    serial_number: int
    gen_time: asn1.GeneralizedTime
    accuracy: Accuracy


@asn1.sequence
class EncapsulatedContent:
    """The signed bytes and of what kind they are."""

    content_type: ObjectIdentifier
    content: Annotated[bytes, asn1.Explicit(0)]


@asn1.sequence
class ESSCertIDv2:
    """The signer's certificate by its SHA-256, which is what is meant where no hash is named."""

    cert_hash: bytes


@asn1.sequence
class SigningCertificateV2:
    """By which certificate it is signed, under the signature: no other can be put in its place."""

    certs: list[ESSCertIDv2]


@asn1.sequence
class Attribute:
    """One signed attribute."""

    kind: ObjectIdentifier
    values: asn1.SetOf[ObjectIdentifier | bytes | SigningCertificateV2]


@asn1.sequence
class IssuerAndSerialNumber:
    """A certificate by who signed it and its number."""

    issuer: asn1.TLV
    serial_number: int


@asn1.sequence
class SignerInfo:
    """The signature."""

    version: int
    sid: IssuerAndSerialNumber
    digest_algorithm: AlgorithmIdentifier
    signed_attributes: Annotated[asn1.SetOf[Attribute], asn1.Implicit(0)]
    signature_algorithm: AlgorithmIdentifier
    signature: bytes


@asn1.sequence
class SignedData:
    """Content, certificates and signature."""

    version: int
    digest_algorithms: asn1.SetOf[AlgorithmIdentifier]
    content: EncapsulatedContent
    certificates: Annotated[asn1.SetOf[Certificate], asn1.Implicit(0)]
    signer_infos: asn1.SetOf[SignerInfo]


@asn1.sequence
class Token:
    """A time stamp: signed data under its name."""

    content_type: ObjectIdentifier
    content: Annotated[SignedData, asn1.Explicit(0)]


@asn1.sequence
class Status:
    """0: granted."""

    status: int


@asn1.sequence
class Response:
    """What an authority answers, and what a file of the ending tsr holds."""

    status: Status
    token: Token
