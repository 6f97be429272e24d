"""A hash fixes what proves an answer, each title's by itself, and one of old stays what it was."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from izin.via.evidence import evidence_hash, evidence_version, given, messages, opening, proven
from izin.via.model import Title
from izin.via.record import own_id
from izin.via.request import Body, Detail, Given, Proof, Sent, Text

ROOT = Path(__file__).parents[2]
REQUEST = UUID(int=7)
AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
OF_OLD = {
    "44ef86fb541526a660ea1868d67649d799df5af8f659704387d8938187ce0b04": (
        "nK0rOTA1OTkwMDAwMDAxpVBIT05FonRyg6x2ZXJpZmljYXRpb26nU01TX09UUKNldGuDpmJyYW5kc5HOAAsneahj"
        "aGFubmVsc5GlTUVTQUqucmVjaXBpZW50X3R5cGWoQklSRVlTRUyja3Zrka9BQ0lLX1JJWkFfTUVUTkmSlqNFVEul"
        "TUVTQUrOAAsneaRPTkFZ2UBhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
        "YWFhYWFhYWFhYWFhYWFh1v9q5waYlqNLVkuvQUNJS19SSVpBX01FVE5JwMCgwKZLYXNhZGGxYXBpQG9ybmVrLmV4"
        "YW1wbGXEIGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkoJWRlqp2aWFfbm90aWNlAalERUxJVkVSRUTW"
        "/2rnBpjW/2rnBpjAgaNFVEvEIGNjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjsWFwaUBvcm5lay5leGFt"
        "cGxl1v9q5waYoMQgc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3PA"
    ),
    "0cb6a7a893db8c4db05cd45641247808faf99c46d79dcdec7d0d50ad6379e44e": (
        "nK0rOTA1OTkwMDAwMDAxpVBIT05FonRyg6x2ZXJpZmljYXRpb26nU01TX09UUKNldGuDpmJyYW5kc5HOAAsneahj"
        "aGFubmVsc5GlTUVTQUqucmVjaXBpZW50X3R5cGWoQklSRVlTRUyja3Zrka9BQ0lLX1JJWkFfTUVUTkmSlqNFVEul"
        "TUVTQUrOAAsneaRPTkFZ2UBhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"
        "YWFhYWFhYWFhYWFhYWFh1v9q5waYlqNLVkuvQUNJS19SSVpBX01FVE5JwMCgwKZLYXNhZGGxYXBpQG9ybmVrLmV4"
        "YW1wbGXEIGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkoJWRlqp2aWFfbm90aWNlAalERUxJVkVSRUTW"
        "/2rnBpjW/2rnBpjAgaNFVEvEIGNjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjsWFwaUBvcm5lay5leGFt"
        "cGxl1v9q5waYoMQgc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3OU2SQwMDAwMDAwMC0wMDAwLTAwMDAt"
        "MDAwMC0wMDAwMDAwMDAwMDiubWFnYXphLmV4YW1wbGWpMTkyLjAuMi43xCBra2tra2tra2tra2tra2tra2tra2tr"
        "a2tra2tra2traw=="
    ),
}
"""Bodies as they were sealed before texts were kept, of a call and of a widget, by their hashes."""


def of_old(hashed: str) -> Body:
    return msgspec.msgpack.decode(base64.b64decode(OF_OLD[hashed]), type=Body)


@pytest.mark.parametrize("hashed", OF_OLD)
def test_what_was_hashed_before_texts_were_kept_is_checked_as_it_was(hashed):
    body = of_old(hashed)
    assert evidence_hash(REQUEST, body, Title.ETK) == hashed
    assert evidence_version(body, Title.ETK) == 1
    [(title, kept)] = proven(body).items()
    assert title is Title.ETK, "the other was never answered"
    [notice] = messages(kept)
    assert (notice.words, notice.version, notice.text) == ("via_notice", 1, None)


def a_text(words: str) -> Text:
    return Text(words=words, version=1, subject="", body=f"Ornek Magaza: {words}")


def a_body() -> Body:
    """A request for both, of which the company handed in both codes."""
    old = of_old(next(iter(OF_OLD)))
    texts = tuple(map(a_text, ("via_notice", "via_code_etk", "via_code_kvk")))
    return msgspec.structs.replace(old, proof=None, texts=texts)


def answered(body: Body, title: Title) -> Given:
    known = {each.words: each for each in body.texts}
    sent = tuple(
        Sent(words=words, version=1, state="DELIVERED", sent_at=AT, arrived_at=AT)
        for words in known
    )
    codes = {Title.ETK: b"e" * 32, Title.KVK: b"k" * 32}
    proof = Proof(messages=sent, codes=codes, given_by="api@ornek.example", given_at=AT)
    after = a_text(f"via_recorded_{title.lower()}")
    return given(body, title, proof, after, ("Örnek AŞ", {731001: "Örnek Mağaza"}))


def test_each_title_is_proven_by_what_is_its_own():
    body = a_body()
    etk, kvk = answered(body, Title.ETK), answered(body, Title.KVK)
    assert [each.words for each in etk.texts] == ["via_notice", "via_code_etk", "via_recorded_etk"]
    assert [each.words for each in kvk.texts] == ["via_notice", "via_code_kvk", "via_recorded_kvk"]
    assert (etk.proof.codes, kvk.proof.codes) == ({"ETK": b"e" * 32}, {"KVK": b"k" * 32})
    alone = msgspec.structs.replace(body, given={Title.ETK: etk})
    both = msgspec.structs.replace(body, given={Title.KVK: kvk, Title.ETK: etk})
    assert evidence_hash(REQUEST, alone, Title.ETK) == evidence_hash(REQUEST, both, Title.ETK)
    assert evidence_hash(REQUEST, both, Title.ETK) != evidence_hash(REQUEST, both, Title.KVK)
    assert evidence_version(both, Title.KVK) == 2


def changes() -> list[Given]:
    etk = answered(a_body(), Title.ETK)
    found = [
        msgspec.structs.replace(etk, company="Başka AŞ"),
        msgspec.structs.replace(etk, brands=((731001, "Başka"),)),
        msgspec.structs.replace(etk, texts=etk.texts[1:]),
        msgspec.structs.replace(etk, proof=msgspec.structs.replace(etk.proof, given_by="x")),
    ]
    for place, text in enumerate(etk.texts):
        for field in ("body", "subject", "version", "words"):
            value = getattr(text, field)
            other = value + 1 if field == "version" else f"{value}."
            texts = list(etk.texts)
            texts[place] = msgspec.structs.replace(text, **{field: other})
            found.append(msgspec.structs.replace(etk, texts=tuple(texts)))
    return found


def test_whatever_is_altered_of_it_the_hash_no_longer_fits():
    body = a_body()
    whole = msgspec.structs.replace(body, given={Title.ETK: answered(body, Title.ETK)})
    hashes = {evidence_hash(REQUEST, whole, Title.ETK)}
    altered = changes()
    for each in altered:
        other = msgspec.structs.replace(body, given={Title.ETK: each})
        hashes.add(evidence_hash(REQUEST, other, Title.ETK))
    assert len(hashes) == 1 + len(altered)
    assert evidence_hash(UUID(int=8), whole, Title.ETK) not in hashes


def test_the_recipe_that_is_published_holds():
    vector = json.loads((ROOT / "tests/vectors/evidence.json").read_text("utf-8"))
    page = (ROOT / "docs/vectors.md").read_text("utf-8")
    body = a_body()
    body = msgspec.structs.replace(body, given={each: answered(body, each) for each in Title})
    for title, known in vector["titles"].items():
        whole = bytes.fromhex(vector["salt"]) + known["canonical"].encode()
        assert hashlib.sha256(whole).hexdigest() == known["evidenceHash"]
        assert opening(REQUEST, body, Title(title)) == (vector["salt"], known["canonical"])
        assert evidence_hash(REQUEST, body, Title(title)) == known["evidenceHash"]
        assert known["evidenceHash"] in page
    kvk = vector["titles"]["KVK"]
    detail = Detail(title=Title.KVK, kind=kvk["type"], status=kvk["status"])
    assert own_id(REQUEST, body, detail) == kvk["transactionId"]
    assert kvk["transactionId"] in page


def test_a_link_is_shown_to_nobody_whoever_was_sent_it_before():
    link = "1wjazmn1aa48zkbt"
    body = msgspec.structs.replace(a_body(), link=link)
    text = msgspec.structs.replace(body.texts[0], body=f"http://x/v/{link} 24 saat")
    body = msgspec.structs.replace(body, texts=(text, *body.texts[1:]))
    fresh = msgspec.structs.replace(body, given={Title.ETK: answered(body, Title.ETK)})
    assert link not in str(fresh.given)
    assert opening(REQUEST, fresh, Title.ETK) is not None
    known = msgspec.structs.replace(fresh.given[Title.ETK], texts=(text,))
    of_old = msgspec.structs.replace(body, given={Title.ETK: known})
    assert link not in str(proven(of_old))
    assert opening(REQUEST, of_old, Title.ETK) is None
