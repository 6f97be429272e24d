"""Keyed tags: how the registry finds a row without storing what the row is about.

Source  the formulas and test vectors are in docs/vectors.md
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from uuid import UUID, SafeUUID

import msgspec

from izin.core.address import AddressKind
from izin.core.codes import BrandCode, IysCode
from izin.core.identity import Tckn
from izin.core.terms import Channel, RecipientType
from izin.vault.framing import framed_number, framed_text
from izin.vault.secret import Secret

_PROVIDER_TAG = b"\x01"
_BRAND_REF = b"\x02"
_CITIZEN_TAG = b"\x03"
_CITIZEN_SLOT = b"\x04"
_PROVIDER_BUCKET = b"\x05"
_CITIZEN_BUCKET = b"\x06"
_TOKEN_TAG = b"\x07"
_CLIENT_TAG = b"\x08"
_PERSON_TAG = b"\x09"
_FILE_TAG = b"\x0a"
_TIN_TAG = b"\x0b"
_ADDRESS_POOL = b"\x0c"
_SENDER_TAG = b"\x0e"
_HOLDER_TAG = b"\x13"
_GATEWAY_TAG = b"\x14"
_NUMBER_TAG = b"\x15"
_DOER_TAG = b"\x16"
_SEEN_TAG = b"\x17"

_BRANDS_KEPT = 65_536

# UUID(bytes=…) costs 1.3 µs, three times as much as filling its two slots.
_new = object.__new__
_set_int = UUID.__dict__["int"].__set__
_set_is_safe = UUID.__dict__["is_safe"].__set__
_UNKNOWN = SafeUUID.unknown


class TagSecrets(msgspec.Struct, frozen=True):
    """The keys of the provider side's tags; only the vault puts one together."""

    provider_tag: Secret
    brand_ref: Secret
    bucket: Secret
    token: Secret
    client: Secret
    person: Secret
    file: Secret


class CitizenTagSecrets(msgspec.Struct, frozen=True):
    """The keys of the citizens' tags; only the vault puts one together."""

    citizen_tag: Secret
    citizen_slot: Secret
    bucket: Secret


class Pseudonyms:
    """The provider side's tags, under its epoch's keys. Addresses are the normalised text."""

    def __init__(self, secrets: TagSecrets, *, epoch: int) -> None:
        """Take the keys and the number of the epoch that they are of."""
        self.epoch = epoch
        self._provider_tag = secrets.provider_tag.keyed_hash().begun(_PROVIDER_TAG)
        self._provider_bucket = secrets.bucket.keyed_hash().begun(_PROVIDER_BUCKET)
        self._brand_ref = secrets.brand_ref.keyed_hash().begun(_BRAND_REF)
        self._address_pool = secrets.brand_ref.keyed_hash().begun(_ADDRESS_POOL)
        self.token_tag = token_tags(secrets.token)
        self._client = secrets.client.keyed_hash().begun(_CLIENT_TAG)
        self._person = secrets.person.keyed_hash().begun(_PERSON_TAG)
        self._tin = secrets.person.keyed_hash().begun(_TIN_TAG)
        self._file = secrets.file.keyed_hash().begun(_FILE_TAG)
        self.brand_ref = lru_cache(_BRANDS_KEPT)(self._brand_ref_of)
        self.address_pool = lru_cache(_BRANDS_KEPT)(self._address_pool_of)

    def provider_tag(self, iys_code: IysCode, address: str) -> tuple[UUID, int]:
        """Give tag and bucket (-32768 to 32767) of an address at one provider.

        Cost    3 µs
        """
        message = framed_number(iys_code) + framed_text(address)
        return _uuid(self._provider_tag.digest(message)), _bucket(
            self._provider_bucket.digest(message)
        )

    def provider_tags(self, iys_code: IysCode, addresses: Iterable[str]) -> list[tuple[UUID, int]]:
        """Give tag and bucket of many addresses at one provider, in order.

        Cost    2 µs an address
        """
        company = framed_number(iys_code)
        messages = [framed_text(address) for address in addresses]
        tags = self._provider_tag.begun(company).digests(messages)
        buckets = self._provider_bucket.begun(company).digests(messages)
        return list(zip(map(_uuid, tags), map(_bucket, buckets), strict=True))

    def client_tag(self, network_address: str) -> UUID:
        """Give the tag of a caller's network address, for its limits."""
        return _uuid(self._client.digest(framed_text(network_address)))

    def person_tag(self, iys_code: IysCode, tckn: Tckn) -> UUID:
        """Give the tag of a person who stands for one of a provider's dealers."""
        return _uuid(self._person.digest(framed_number(iys_code) + framed_text(tckn.clear)))

    def tin_tag(self, tin: str) -> UUID:
        """Give the tag of a tax number, by which its company is found."""
        return _uuid(self._tin.digest(framed_text(tin)))

    def file_tag(self, brand_code: BrandCode, digest: bytes) -> UUID:
        """Give the tag of a file of consents, of its SHA-256: that alone would tell its rows."""
        return _uuid(self._file.digest(framed_number(brand_code) + digest))

    def _address_pool_of(self, owner: IysCode, tag_code: IysCode, kind: AddressKind) -> UUID:
        message = framed_number(owner) + framed_number(tag_code) + framed_text(kind)
        return _uuid(self._address_pool.digest(message))

    def _brand_ref_of(self, brand_code: BrandCode) -> UUID:
        return _uuid(self._brand_ref.digest(framed_number(brand_code)))


class CitizenPseudonyms:
    """The tags of the citizens' view, under its epoch's keys. Addresses are the normalised text."""

    def __init__(self, secrets: CitizenTagSecrets, *, epoch: int) -> None:
        """Take the keys and the number of the epoch that they are of."""
        self.epoch = epoch
        self._tag = secrets.citizen_tag.keyed_hash().begun(_CITIZEN_TAG)
        self._sender = secrets.citizen_tag.keyed_hash().begun(_SENDER_TAG)
        self._holder = secrets.citizen_tag.keyed_hash().begun(_HOLDER_TAG)
        self._gateway = secrets.citizen_tag.keyed_hash().begun(_GATEWAY_TAG)
        self._number = secrets.citizen_tag.keyed_hash().begun(_NUMBER_TAG)
        self._doer = secrets.citizen_tag.keyed_hash().begun(_DOER_TAG)
        self._seen = secrets.citizen_tag.keyed_hash().begun(_SEEN_TAG)
        self._slot = secrets.citizen_slot.keyed_hash().begun(_CITIZEN_SLOT)
        self._bucket = secrets.bucket.keyed_hash().begun(_CITIZEN_BUCKET)

    def citizen_tag(self, address: str) -> tuple[UUID, int]:
        """Give tag and bucket (-32768 to 32767) of an address in the citizens' view."""
        message = framed_text(address)
        return _uuid(self._tag.digest(message)), _bucket(self._bucket.digest(message))

    def sender_tag(self, address: str) -> UUID:
        """Give the tag of an address that writes to the registry: of its questions, its limits.

        Another than the citizens' view has: what is written together with a company's record must
        not lead there.
        """
        return _uuid(self._sender.digest(framed_text(address)))

    def holder_tag(self, address: str) -> UUID:
        """Give the tag by which the account is found that holds an address."""
        return _uuid(self._holder.digest(framed_text(address)))

    def gateway_tag(self, issuer: str, subject: str) -> UUID:
        """Give the tag by which the account is found of whom an identity provider names."""
        return _uuid(self._gateway.digest(framed_text(issuer) + framed_text(subject)))

    def number_tag(self, address: str) -> UUID:
        """Give the tag of what somebody has said of a telephone number that is hers."""
        return _uuid(self._number.digest(framed_text(address)))

    def seen_tag(self, address: str) -> UUID:
        """Give the tag of a telephone number that a session has shown by a code.

        Another than that of what was said of it: a session leads to nothing else.
        """
        return _uuid(self._seen.digest(framed_text(address)))

    def doer_tag(self, address: str) -> UUID:
        """Give the tag of an address whose owner changes her list: of what she has done there.

        Another than the citizens' view has, as the sender tag is, and for the same reason.
        """
        return _uuid(self._doer.digest(framed_text(address)))

    def citizen_tags(self, addresses: Sequence[str]) -> list[tuple[UUID, int]]:
        """Give tag and bucket of many addresses, in order. Cost: 2 µs an address."""
        messages = [framed_text(address) for address in addresses]
        tags, buckets = self._tag.digests(messages), self._bucket.digests(messages)
        return list(zip(map(_uuid, tags), map(_bucket, buckets), strict=True))

    def slot(
        self, address: str, brand_code: BrandCode, channel: Channel, recipient_type: RecipientType
    ) -> UUID:
        """Give the key of one record among an address's records in the citizens' view."""
        return self.slots([(address, brand_code, channel, recipient_type)])[0]

    def slots(self, places: Iterable[tuple[str, BrandCode, Channel, RecipientType]]) -> list[UUID]:
        """Give the keys of records among their address's records in the citizens' view, in order.

        Takes   places: address, brand, channel and type of recipient of each
        """
        messages = [
            framed_text(address) + framed_number(brand) + framed_text(channel) + framed_text(kind)
            for address, brand, channel, kind in places
        ]
        return [_uuid(digest) for digest in self._slot.digests(messages)]


def token_tags(secret: Secret) -> Callable[[str], UUID]:
    """Give what tags tokens: under the tag a token is stored."""
    token = secret.keyed_hash().begun(_TOKEN_TAG)
    return lambda text: _uuid(token.digest(framed_text(text)))


def _uuid(digest: bytes) -> UUID:
    tag: UUID = _new(UUID)
    _set_int(tag, int.from_bytes(digest[:16], "big"))
    _set_is_safe(tag, _UNKNOWN)
    return tag


def _bucket(digest: bytes) -> int:
    return int.from_bytes(digest[:2], "big", signed=True)
