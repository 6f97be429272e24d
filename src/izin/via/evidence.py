"""What proves an answer is put together, kept in one place, and fixed by a hash.

A hash of the second kind is of one title's answer, with every text as she was sent it. One of the
first was of a whole request, which kept names of texts alone; it is checked as it was made.

Source  Reg. 7/10; slides, İYS Yolu, steps 6 and 7
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from uuid import UUID

import msgspec

from izin.core.codes import BrandCode
from izin.via.model import FormKind, Title
from izin.via.request import Body, Given, Proof, Sent, Text
from izin.via.told import HIDDEN
from izin.via.words import FRAMED, LETTERS, first_words

VERSION = 2


class Kept(NamedTuple):
    """A message as it is kept: what it said, and what became of it, as far as that is known."""

    text: Text | None
    sent: Sent | None

    @property
    def words(self) -> str:
        """Of which of the registry's texts it is."""
        found = self.text or self.sent
        assert found is not None, "one of both is known"
        return found.words

    @property
    def version(self) -> int:
        """In which version."""
        if self.text is not None:
            return self.text.version
        assert self.sent is not None, "one of both is known"
        return self.sent.version


def words_of(body: Body, title: Title) -> tuple[str, str] | tuple[str]:
    """Which texts lead to a title's answer: notice and code, or the link's."""
    first = body.texts[0].words if body.texts else first_words(body.asked)
    if body.asked.verification.form_kind is not FormKind.OTP:
        return (first,)
    return first, (LETTERS if body.frame is None else FRAMED)[title]


def given(
    body: Body,
    title: Title,
    proof: Proof,
    after: Text | None,
    names: tuple[str, Mapping[BrandCode, str]],
) -> Given:
    """Put together what proves one title's answer.

    Takes   proof: of the whole call · after: what confirms it to her · names: the company's and
            its brands'
    """
    words = words_of(body, title)
    company, brands = names
    own = {title: proof.codes[title]} if title in proof.codes else {}
    sent = tuple(each for each in proof.messages if each.words in words)
    kept = without_link(body.texts, body.link)
    before = tuple(each for each in kept if each.words in words)
    return Given(
        proof=msgspec.structs.replace(proof, codes=own, messages=sent),
        texts=before if after is None else (*before, after),
        company=company,
        brands=tuple(brands.items()),
    )


def proven(body: Body) -> dict[Title, Given]:
    """Give what proves each answer that there is, whichever way it is kept."""
    given = {
        title: msgspec.structs.replace(each, texts=without_link(each.texts, body.link))
        for title, each in body.given.items()
    }
    if body.proof is None:
        return given
    whole = Given(proof=body.proof, texts=(), company="", brands=())
    return {each: whole for each in body.asked.titles if each in body.done} | given


def evidence_version(body: Body, title: Title) -> int:
    """By which rule a title's hash is made."""
    return VERSION if title in body.given else 1


def canonical(request_id: UUID, body: Body, title: Title) -> bytes:
    """Write all that proves an answer, but for whom it is of, which the event itself fixes.

    Source  docs/vectors.md
    """
    known: tuple[object, ...] = (str(request_id), body.asked, body.digest)
    known += (body.informed, body.asked_by)
    if title in body.given:
        known = (VERSION, title, *known, body.frame, body.given[title])
    else:
        known += (body.proof, *(() if body.frame is None else (body.frame,)))
    return msgspec.json.encode(known, order="deterministic")


def evidence_hash(request_id: UUID, body: Body, title: Title) -> str:
    """Fix it. The salt keeps others from guessing; whoever may read the evidence is given it."""
    return hashlib.sha256(body.salt + canonical(request_id, body, title)).hexdigest()


def opening(request_id: UUID, body: Body, title: Title) -> tuple[str, str] | None:
    """Give the salt in hex and the text whose hash it is, for whoever may read the evidence.

    Gives   None of one of old that quotes a link whole, which nobody else learns
    """
    text = canonical(request_id, body, title).decode()
    is_shown = not body.link or body.link not in text
    return (body.salt.hex(), text) if is_shown else None


def without_link(texts: Iterable[Text], link: str) -> tuple[Text, ...]:
    """Put a mark in the place of the link that she alone is sent."""
    if not link:
        return tuple(texts)
    return tuple(
        msgspec.structs.replace(
            each,
            subject=each.subject.replace(link, HIDDEN),
            body=each.body.replace(link, HIDDEN),
        )
        for each in texts
    )


def messages(of: Given) -> Iterator[Kept]:
    """Give every message of an answer, in the order in which they went."""
    sent = {each.words: each for each in of.proof.messages}
    told = {each.words for each in of.texts}
    for each in of.proof.messages:
        if each.words not in told:
            yield Kept(None, each)
    for text in of.texts:
        yield Kept(text, sent.get(text.words))
