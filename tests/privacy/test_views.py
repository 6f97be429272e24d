"""A thief of both views cannot match their rows: each way that we know of is tried."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from builders.attacks import ATTACKS, Attack, Row, Stolen, brands_by_counting, steal
from builders.colluding import (
    COLLUDED_MAX,
    COLLUSIONS,
    Addresses,
    Collusion,
    Place,
    digest,
    place_of,
)
from builders.crowd import Crowd, QuietCrowd, live
from builders.databases import copy_of_template
from builders.heart import Heart

from izin.consent.rewrite import REWRITE_ROWS, Rewriter
from izin.keyring import open_keyring, open_whole_keyring
from izin.storage.database import Database
from izin.storage.embedded import EmbeddedServer
from izin.vault.provider import FileKeyProvider

MATCHED_MAX = 0.001
"""The promise of views that cannot be joined: one row of a thousand, and no brand."""

BY_NAME = {attack.name: attack for attack in ATTACKS}
COLLUSION = {each.name: each for each in COLLUSIONS}


class Theft(msgspec.Struct, frozen=True):
    """Both views as the projector left them, and once every row was written anew."""

    projected: Stolen
    rewritten: Stolen
    addresses: Addresses


@pytest.fixture(scope="module")
def theft(server, tmp_path_factory) -> Theft:
    return asyncio.run(a_theft(server, tmp_path_factory.mktemp("views"), Crowd(10_000, 200)))


async def a_theft(server: EmbeddedServer, folder: Path, crowd: Crowd) -> Theft:
    """Let a crowd live, and take both views twice."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(copy_of_template(server.url))
        opened = []
        for role in ("izin_web", "izin_keeper"):
            opened.append(await Database.open(url, role=role))
            stack.push_async_callback(opened[-1].close)
        web, keeper = opened
        root = FileKeyProvider(folder / "root.key", production=False)
        keyring = await open_keyring(web, root)
        heart = Heart(web, keeper, keyring, await open_whole_keyring(keeper, root))
        await live(heart, crowd)
        owner = await asyncpg.connect(url)
        stack.push_async_callback(owner.close)
        slots, addresses = truth_of(heart, crowd)
        projected = await steal(owner, slots)
        await owner.execute("analyze")  # as the server does by itself, and then plans otherwise
        rewriter = Rewriter(keeper)
        while await rewriter.rewrite():
            pass
        return Theft(projected, await steal(owner, slots), addresses)


def truth_of(heart: Heart, crowd: Crowd) -> tuple[Mapping[Place, UUID], Addresses]:
    """What only the keys tell: slot and address of each of the companies' rows."""
    provider, citizen = heart.keyring.pseudonyms, heart.keeper_keyring.citizen.pseudonyms
    slots, addresses = {}, {}
    for key in crowd.keys:
        address, place = key.address.clear, (key.brand_code, key.channel, key.recipient_type)
        tag, _ = provider.provider_tag(key.iys_code, address)
        brand_ref = provider.brand_ref(key.brand_code)
        row = (brand_ref, key.channel, key.recipient_type, tag)
        slots[row], addresses[row] = citizen.slot(address, *place), address
    return slots, addresses


@pytest.mark.parametrize("attack", ATTACKS, ids=BY_NAME)
def test_next_to_no_row_and_no_brand_is_matched(theft, attack: Attack):
    gain = attack.gain(theft.rewritten)
    assert gain.share <= MATCHED_MAX
    assert gain.brands == 0


@pytest.fixture(scope="module")
def quiet(server, tmp_path_factory) -> Theft:
    """Where little comes in, the projector writes nearly in the order of numbers."""
    return asyncio.run(a_theft(server, tmp_path_factory.mktemp("quiet"), QuietCrowd(2_000, 60)))


@pytest.mark.parametrize("attack", ATTACKS, ids=BY_NAME)
def test_nor_in_a_quiet_registry(quiet, attack: Attack):
    gain = attack.gain(quiet.rewritten)
    assert gain.share <= MATCHED_MAX + luck(quiet.rewritten)
    assert gain.brands == 0


def test_before_it_is_written_anew_a_quiet_registry_s_order_tells(quiet):
    """So the attack can see it, and what is written anew is."""
    assert BY_NAME["order in the file"].gain(quiet.projected).share > 0.1


def test_no_brand_is_found_by_counting(theft):
    assert brands_by_counting(theft.rewritten) == 0
    assert brands_by_counting(theft.projected) == 0


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each.name != "transactions"])
def test_before_they_are_written_anew_only_the_transactions_tell(theft, attack: Attack):
    """What a dump shows: rows in the order of pages, and no transactions."""
    gain = attack.gain(theft.projected)
    assert gain.share <= MATCHED_MAX + luck(theft.projected)
    assert gain.brands == 0


def luck(stolen: Stolen) -> float:
    """Some rows come right in an order that is nearly one, in a registry this small."""
    return 10 / len(stolen.provider)


def weakened(stolen: Stolen, change: Callable[[Row, Row], dict[str, Any]]) -> Stolen:
    """A view with a weakness: each citizen's row, given what the company's fellow shows."""
    fellows = {fellow: row for row, fellow in zip(stolen.provider, stolen.pair, strict=True)}
    rows = [
        dict(row) | change(dict(row), dict(fellows[place]))
        for place, row in enumerate(stolen.citizen)
    ]
    return msgspec.structs.replace(stolen, citizen=rows)


def in_pages(number: int) -> dict[str, str]:
    return {"ctid": f"({number // 20},{number % 20})"}


WEAK: dict[str, tuple[str, Callable[[Row, Row], dict[str, Any]]]] = {
    "the movement's number in clear": (
        "shared values",
        lambda _, fellow: {"event_id": fellow["event_id"]},
    ),
    "one sealed value for both": (
        "shared values",
        lambda _, fellow: {"sealed": fellow["recipient_sealed"]},
    ),
    "dates in clear": (
        "clear columns",
        lambda _, fellow: {"consented_on": fellow["consented_at"]},
    ),
    "one bucket for both": ("clear columns", lambda _, fellow: {"bucket": fellow["bucket"]}),
    "channel, source and version in clear": (
        "clear columns",
        lambda _, fellow: {
            name: fellow[name]
            for name in ("channel", "recipient_type", "status", "source", "version", "bucket")
        },
    ),
    "a brand of its own pseudonym": (
        "counts",
        lambda _, fellow: {"brand": hash((1, fellow["brand_ref"]))},
    ),
    "no padding": ("sizes", lambda _, fellow: {"sealed": bytes(fellow["size"] - 80)}),
    "written in the order of numbers": (
        "order in the file",
        lambda _, fellow: in_pages(fellow["idx"]),
    ),
    "written in small batches, and never anew": (
        "place in the file",
        lambda row, fellow: in_pages(fellow["idx"] // 64 * 64 + row["slot"].int % 64),
    ),
}


@pytest.mark.parametrize(("attack", "change"), WEAK.values(), ids=WEAK)
def test_each_attack_succeeds_where_a_view_has_its_weakness(theft, attack, change):
    assert BY_NAME[attack].gain(weakened(theft.rewritten, change)).share > MATCHED_MAX


def test_counting_finds_brands_where_they_have_a_pseudonym(theft):
    weak = weakened(theft.rewritten, lambda _, fellow: {"brand": hash((1, fellow["brand_ref"]))})
    assert brands_by_counting(weak) > 10


def test_transactions_tell_whose_rows_were_written_together(theft):
    """Why rows are written anew: as the projector leaves them, transactions are fingerprints."""
    assert BY_NAME["transactions"].gain(theft.projected).share > MATCHED_MAX


@pytest.mark.parametrize("collusion", COLLUSIONS, ids=COLLUSION)
def test_a_brand_that_helps_the_thief_finds_next_to_nothing(theft, collusion: Collusion):
    gain = collusion.gain(theft.rewritten, theft.addresses)
    assert gain.share <= COLLUDED_MAX
    assert gain.brands == 0


COLLUDED: dict[str, tuple[str, Callable[[Row, Row], dict[str, Any]]]] = {
    "dates in clear": ("what is known in clear", WEAK["dates in clear"][1]),
    "transactions of few rows": ("transactions", lambda _, fellow: {"xmin": fellow["idx"] // 16}),
    "the order of numbers": ("order of rows", lambda _, fellow: in_pages(fellow["idx"])),
    "a brand of its own pseudonym": ("counts", WEAK["a brand of its own pseudonym"][1]),
}


@pytest.mark.parametrize(("name", "change"), COLLUDED.values(), ids=COLLUDED)
def test_a_helping_brand_succeeds_where_a_view_has_its_weakness(theft, name, change):
    gain = COLLUSION[name].gain(weakened(theft.rewritten, change), theft.addresses)
    assert gain.share > COLLUDED_MAX


def test_a_helping_brand_finds_its_customers_where_tags_have_no_key(theft):
    weak = weakened(
        theft.rewritten, lambda _, fellow: {"tag": digest(theft.addresses[place_of(fellow)])}
    )
    assert COLLUSION["what is known in clear"].gain(weak, theft.addresses).share > 0.9


def test_rows_written_anew_say_what_they_said(theft):
    before, after = (
        {(row["tag"], row["slot"], row["bucket"]): row["sealed"] for row in stolen.citizen}
        for stolen in (theft.projected, theft.rewritten)
    )
    assert before == after
    assert len({row["xmin"] for row in theft.rewritten.citizen}) == -(-len(after) // REWRITE_ROWS)


@pytest.mark.drill
def test_a_hundred_thousand_rows_of_two_thousand_brands_are_not_matched(server, tmp_path):
    crowd = Crowd(100_000, 2000)
    theft = asyncio.run(a_theft(server, tmp_path, crowd))
    for attack in ATTACKS:
        before, after = attack.gain(theft.projected), attack.gain(theft.rewritten)
        print(f"{attack.name}: {before} as projected, {after} written anew")  # noqa: T201 # the figures of docs/security.md
        assert after.share <= MATCHED_MAX, attack.name
        assert after.brands == 0, attack.name
    for collusion in COLLUSIONS:
        colluded = collusion.gain(theft.rewritten, theft.addresses)
        print(f"a brand helps, {collusion.name}: {colluded}")  # noqa: T201 # the same
        assert colluded.share <= COLLUDED_MAX, collusion.name
        assert colluded.brands == 0, collusion.name
    assert brands_by_counting(theft.rewritten) == 0
