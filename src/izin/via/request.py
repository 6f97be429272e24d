"""What is known of a request, and how it is sealed: to whom, what for, and all that proves it."""

from datetime import datetime
from uuid import UUID

import msgspec

from izin.core.address import Address, AddressKind
from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Source, Status
from izin.i18n.catalogue import Language
from izin.keyring import Keyring
from izin.vault.framing import framed, framed_text
from izin.via.model import Title
from izin.via.rules import Asked, Stands

_BODY, _PERSON = ("via_request", "body_sealed"), ("via_request", "person_sealed")


class Person(msgspec.Struct, frozen=True, array_like=True):
    """What a company says of a person for texts of the law on personal data. It prints nothing.

    Kept with its one request, in no consent, never looked for, gone with it.
    """

    name: str
    id_number: str = ""
    address: str = ""

    def __repr__(self) -> str:
        """Show nothing."""
        return "Person(…)"


class Detail(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One consent that is asked for, and what came of it.

    kind            the channel, or which text
    status          None: she has not answered
    transaction_id  64 hex digits: the movement's, of what is no consent to messages its own
    """

    title: Title
    kind: str
    brand_code: BrandCode | None = None
    status: Status | None = None
    transaction_id: str = ""
    at: datetime | None = None


class Sent(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One message of a request: which text in which version, when it went and arrived.

    supplier_at  when it arrived by its supplier's clock, which may know minutes alone
    """

    words: str
    version: int
    state: str
    sent_at: datetime | None
    arrived_at: datetime | None
    supplier_at: datetime | None = None


class Text(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A message as it was sent, but for the code in it. It prints nothing.

    subject  of a mail
    """

    words: str
    version: int
    subject: str
    body: str

    def __repr__(self) -> str:
        """Leave out what stands in it."""
        return f"Text({self.words})"


class Proof(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What proves an answer.

    codes     the hash of each code that was given back, or of the link, by its title
    given_by  who handed the codes in; empty of a link
    network   from where a link was answered, or a code typed into a page; empty of one told
    """

    messages: tuple[Sent, ...]
    codes: dict[Title, bytes]
    given_by: str
    given_at: datetime
    network: str = ""


class Given(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All that proves her answer to one title.

    texts    what she was sent of it: the notice and the code, or the link, and what confirmed it
    company  what it was called then, and its brands
    """

    proof: Proof
    texts: tuple[Text, ...]
    company: str
    brands: tuple[tuple[BrandCode, str], ...]


class Frame(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """On which page of a company's own it was begun, and from where. It prints nothing.

    keys  the hash of what that page shows again when the code is typed in
    """

    widget: UUID
    domain: str
    network: str
    keys: bytes

    def __repr__(self) -> str:
        """Show nothing."""
        return "Frame(…)"


class Body(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All of a request that no company's process finds by itself; new fields go to the end.

    informed    what the company declares to have told her before
    asked_by    whose call it was
    digest      of the form's version: of every text that she was shown
    link        the link she was sent, of a request of old: it is kept as its tag alone
    proof       what proves the whole answer, of a request that was answered before each was by
                itself
    frame       where it was begun, if by a widget
    texts       what she was sent before she answered
    given       what proves each title's answer
    receipts    the number of the receipt that she was given for each
    back        the same of taking her word on personal data back
    """

    address: str
    kind: AddressKind
    language: Language
    asked: Asked
    details: tuple[Detail, ...]
    informed: str
    asked_by: str
    digest: bytes
    link: str = ""
    proof: Proof | None = None
    salt: bytes = b""
    frame: Frame | None = None
    texts: tuple[Text, ...] = ()
    given: dict[Title, Given] = {}
    receipts: dict[Title, str] = {}
    back: str = ""

    @property
    def to(self) -> Address:
        """Whom it asks."""
        return Address(self.address, self.kind)

    @property
    def source(self) -> Source:
        """Of what it records."""
        verification = self.asked.verification
        return verification.source if self.frame is None else verification.source_of_frames

    @property
    def done(self) -> frozenset[Title]:
        """What of it is answered."""
        return frozenset(each.title for each in self.details if each.status is not None)

    def __repr__(self) -> str:
        """Leave out whom."""
        return "Body(…)"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it stands. It prints no address."""

    request_id: UUID
    iys_code: IysCode
    form_id: int
    form_version: int
    stands: Stands
    proofs: dict[Title, UUID]
    body: Body
    person: Person | None
    started_at: datetime
    ended_at: datetime | None

    def __repr__(self) -> str:
        """Leave out whom it asks."""
        return f"Request({self.request_id})"


_encode = msgspec.msgpack.Encoder().encode
_body = msgspec.msgpack.Decoder(Body).decode
_person = msgspec.msgpack.Decoder(Person).decode


def seal_body(keyring: Keyring, request_id: UUID, body: Body) -> bytes:
    """Seal what is known of a request."""
    return keyring.batch_sealer.seal(*_BODY, request_id.bytes, _encode(body))


def seal_person(keyring: Keyring, request_id: UUID, person: Person | None) -> bytes | None:
    """Seal what a company says of a person, apart from everything else."""
    if person is None:
        return None
    return keyring.batch_sealer.seal(*_PERSON, request_id.bytes, _encode(person))


async def open_body(keyring: Keyring, request_id: UUID, sealed: bytes) -> Body:
    """Open it. Raises KeyLostError, SealBrokenError, UnavailableError."""
    opener = await keyring.openers([sealed])
    return _body(opener.open(sealed, *_BODY, request_id.bytes))


async def open_person(keyring: Keyring, request_id: UUID, sealed: bytes | None) -> Person | None:
    """Open what is known of a person, if something is."""
    if sealed is None:
        return None
    opener = await keyring.openers([sealed])
    return _person(opener.open(sealed, *_PERSON, request_id.bytes))


def bound(request_id: UUID, title: Title, body: Body) -> bytes:
    """What a code is of: this request, one title, its brands and channels, its texts, no others."""
    return (
        framed(request_id.bytes)
        + framed_text(title)
        + framed(body.digest)
        + framed(msgspec.json.encode(body.asked, order="deterministic"))
    )
