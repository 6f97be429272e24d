"""Pass two, on the real registry: nothing twice, nothing lost, wherever it is killed."""

import asyncio
import hashlib
import sys
from functools import partial
from pathlib import Path

import msgspec
import pytest
from builders.heart import a_key, a_proposal
from builders.sheets import (
    BRAND_CODE,
    GOOD,
    HEADINGS,
    IYS_CODE,
    a_check,
    a_csv,
    a_row,
    a_text,
    a_workbook,
    all_rows,
    phone,
)

from izin.cli.importing import registry_of
from izin.consent.event import Actor
from izin.consent.model import Recorded
from izin.consent.record import OnRepeat, Recorder
from izin.core.errors import UnavailableError
from izin.files.imports import Order, import_file
from izin.files.load import Loaded, Registry
from izin.files.problem import FileRefusedError
from izin.wiring.parts import Parts


class PowerCutError(Exception):
    """The process ends here."""


def an_order(path: Path, **changes) -> Order:
    given = {
        "path": path,
        "error_path": path.with_name("hatalar" + path.suffix),
        "folder": path.parent / "loads",
    }
    return Order(iys_code=IYS_CODE, parse=a_check(), **(given | changes))


def the_registry(database, keyring) -> Registry:
    recorder = Recorder(keyring)

    async def record(proposals, connection):
        return await recorder.record(
            connection, proposals, actor=Actor.PROVIDER, on_repeat=OnRepeat.ANSWER
        )

    tag_of = partial(keyring.pseudonyms.file_tag, BRAND_CODE)
    return Registry(BRAND_CODE, database.transaction, record, tag_of)


@pytest.fixture
def registry(database, keyring) -> Registry:
    return the_registry(database, keyring)


async def counts(database) -> tuple[int, int]:
    """How many records and how many movements there are."""
    async with database.connection() as connection:
        return (
            await connection.fetchval("select count(*) from provider_consent"),
            await connection.fetchval("select count(*) from consent_event"),
        )


def files_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()} - {"root.key", "loads"}


def journals_in(folder: Path) -> list[Path]:
    return list((folder / "loads").glob("*.journal"))


def rows(count: int, **changes) -> list[list[object]]:
    return [a_row(alici=phone(number), **changes) for number in range(count)]


async def test_good_rows_are_recorded_and_bad_ones_come_back(tmp_path, registry, database) -> None:
    bad = a_row(alici="0532 12")
    never_had = a_row(alici=phone(77), durum="Ret")
    order = an_order(a_csv(tmp_path, *rows(3), bad, never_had))
    outcome = await import_file(order, registry)
    assert (outcome.summary.good, outcome.summary.bad) == (4, 1)
    loaded = outcome.loaded
    assert (loaded.rows_done, loaded.rows_recorded, loaded.rows_refused) == (5, 3, 2)
    assert await counts(database) == (3, 3)
    refused = all_rows(order.error_path)
    assert [row[8:12:3] for row in refused] == [["5", "H121"], ["6", "H175"]]
    assert [row[9] for row in refused] == ["alici", "durum"]
    assert files_in(tmp_path) == {"hatalar.csv", "izinler.csv"}


async def test_a_workbook_is_loaded_like_a_csv(tmp_path, registry, database) -> None:
    order = an_order(a_workbook(tmp_path, HEADINGS, *rows(3), a_row(alici=5.0)))
    outcome = await import_file(order, registry)
    assert outcome.loaded.rows_recorded == 3
    assert all_rows(order.error_path)[0][11] == "H121"
    assert await counts(database) == (3, 3)


async def test_all_or_nothing_records_nothing_beside_a_bad_row(
    tmp_path, registry, database
) -> None:
    order = an_order(a_csv(tmp_path, *rows(3), a_row(alici="0532")), all_or_nothing=True)
    outcome = await import_file(order, registry)
    assert outcome.loaded is None
    assert await counts(database) == (0, 0)
    assert len(all_rows(order.error_path)) == 1


async def test_all_or_nothing_records_all_of_a_good_file(tmp_path, registry, database) -> None:
    order = an_order(a_csv(tmp_path, *rows(3)), all_or_nothing=True)
    assert (await import_file(order, registry)).loaded.rows_recorded == 3
    assert await counts(database) == (3, 3)


def a_step(kind: str, day: int, **changes) -> list[object]:
    return a_row(durum=kind, izin_tarihi=f"{day:02}.04.2019", **changes)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ([a_step("Onay", 2), a_step("Ret", 1)], "H178"),
        ([a_step("Ret", 1), a_step("Onay", 2)], "H175"),
        ([a_step("Onay", 1), a_step("Ret", 2), a_step("Ret", 3)], "H174"),
    ],
)
async def test_all_or_nothing_holds_for_what_only_the_registry_refuses(
    tmp_path, registry, database, file, code
) -> None:
    order = an_order(a_csv(tmp_path, *file), all_or_nothing=True)
    outcome = await import_file(order, registry)
    assert (outcome.loaded, outcome.refused) == (None, 1)
    assert [group.example.code for group in outcome.summary.groups] == [code]
    assert await counts(database) == (0, 0)
    assert [row[11] for row in all_rows(order.error_path)] == [code]


async def test_all_or_nothing_sees_across_chunks_what_an_earlier_row_did(
    tmp_path, registry, database
) -> None:
    good = [*rows(1200), a_step("Ret", 16, alici=phone(0))]
    order = an_order(a_csv(tmp_path, *good), all_or_nothing=True)
    assert (await import_file(order, registry)).loaded.rows_recorded == 1201
    assert await counts(database) == (1200, 1201)
    bad = [*rows(1200, kanal="Arama"), a_step("Ret", 14, kanal="Arama", alici=phone(0))]
    order = an_order(a_csv(tmp_path, *bad), all_or_nothing=True)
    outcome = await import_file(order, registry)
    assert [group.example.code for group in outcome.summary.groups] == ["H178"]
    assert await counts(database) == (1200, 1201)


async def test_all_or_nothing_that_was_cut_off_recorded_nothing_and_can_be_run_again(
    tmp_path, registry, database
) -> None:
    order = an_order(a_csv(tmp_path, *rows(2500)), all_or_nothing=True)
    with pytest.raises(PowerCutError):
        await import_file(order, failing_at(2, registry))
    assert await counts(database) == (0, 0)
    assert (await import_file(order, registry)).loaded.rows_recorded == 2500
    assert files_in(tmp_path) == {"izinler.csv"}


async def test_all_or_nothing_takes_up_what_was_begun_row_by_row(
    tmp_path, registry, database
) -> None:
    path = a_csv(tmp_path, *rows(2500))
    with pytest.raises(PowerCutError):
        await import_file(an_order(path), failing_at(2, registry))
    outcome = await import_file(an_order(path, all_or_nothing=True), registry)
    assert (outcome.loaded.rows_recorded, outcome.loaded.rows_repeated) == (1500, 1000)
    assert await counts(database) == (2500, 2500)


async def test_no_file_of_somebody_else_becomes_an_error_file(tmp_path, registry, database) -> None:
    path = a_csv(tmp_path, a_row(alici="0532"), GOOD)
    own = path.with_name("notlar.csv")
    own.write_text("mine", "utf-8")
    link = path.with_name("link.csv")
    link.symlink_to(path)
    for taken in (path, link, own, tmp_path):
        for all_or_nothing in (False, True):
            order = an_order(path, error_path=taken, all_or_nothing=all_or_nothing)
            with pytest.raises(FileRefusedError) as caught:
                await import_file(order, registry)
            assert caught.value.refused[0].code == "IZ222"
    assert own.read_text("utf-8") == "mine"
    assert await counts(database) == (0, 0)
    with pytest.raises(FileRefusedError) as caught:
        await import_file(an_order(path, error_path=tmp_path / "yok" / "e.csv"), registry)
    assert caught.value.refused[0].code == "IZ223"


async def test_a_file_without_a_refused_row_leaves_its_neighbours_alone(tmp_path, registry) -> None:
    neighbour = tmp_path / "hatalar.csv.part"
    neighbour.write_text("mine", "utf-8")
    await import_file(an_order(a_csv(tmp_path, GOOD)), registry)
    assert files_in(tmp_path) == {"izinler.csv", neighbour.name}
    assert neighbour.read_text("utf-8") == "mine"


async def test_only_the_load_s_own_error_file_is_replaced_and_only_if_nobody_mended_it(
    tmp_path, registry
) -> None:
    order = an_order(a_csv(tmp_path, a_row(alici="0532"), GOOD))
    await import_file(order, registry)
    assert (await import_file(order, registry)).refused == 1
    other = an_order(a_text(tmp_path, order.path.read_text("utf-8-sig") + "x", name="baska.csv"))
    with pytest.raises(FileRefusedError) as caught:
        await import_file(other, registry)
    assert caught.value.refused[0].code == "IZ222"
    order.error_path.write_bytes(order.error_path.read_bytes() + b" ")
    with pytest.raises(FileRefusedError) as caught:
        await import_file(order, registry)
    assert caught.value.refused[0].code == "IZ222"


async def test_a_file_of_which_rows_were_refused_can_be_loaded_again(
    tmp_path, registry, database
) -> None:
    never_had = a_row(alici=phone(77), durum="Ret", izin_tarihi="16.04.2019")
    order = an_order(a_csv(tmp_path, *rows(3), never_had))
    assert (await import_file(order, registry)).refused == 1
    first = a_csv(tmp_path, a_row(alici=phone(77))).rename(tmp_path / "ilk.csv")
    await import_file(an_order(first, error_path=tmp_path / "yok.csv"), registry)
    order = an_order(a_csv(tmp_path, *rows(3), never_had))
    loaded = (await import_file(order, registry)).loaded
    assert (loaded.rows_recorded, loaded.rows_repeated, loaded.rows_refused) == (1, 3, 0)
    assert await counts(database) == (4, 5)
    with pytest.raises(FileRefusedError) as caught:
        await import_file(order, registry)
    assert caught.value.refused[0].code == "IZ216"


async def test_a_finished_file_is_not_taken_again_for_its_brand(
    tmp_path, registry, database
) -> None:
    order = an_order(a_csv(tmp_path, *rows(3)))
    await import_file(order, registry)
    with pytest.raises(FileRefusedError) as caught:
        await import_file(order, registry)
    assert caught.value.refused[0].code == "IZ216"
    assert await counts(database) == (3, 3)


async def test_the_later_row_of_one_address_wins(tmp_path, registry, database) -> None:
    first, later = a_row(izin_tarihi="01.04.2019"), a_row(izin_tarihi="02.04.2019", durum="Ret")
    outcome = await import_file(an_order(a_csv(tmp_path, first, later, later)), registry)
    assert outcome.summary.repeats.count == 2
    assert (outcome.loaded.rows_recorded, outcome.loaded.rows_repeated) == (2, 1)
    async with database.connection() as connection:
        assert await connection.fetchval("select status from provider_consent") == "RET"


async def test_what_was_recorded_before_by_another_way_is_no_error(
    tmp_path, registry, database
) -> None:
    await import_file(an_order(a_csv(tmp_path, *rows(2))), registry)
    outcome = await import_file(an_order(a_csv(tmp_path, *rows(3))), registry)
    assert (outcome.loaded.rows_recorded, outcome.loaded.rows_repeated) == (1, 2)
    assert await counts(database) == (3, 3)


def failing_at(chunk: int, registry: Registry) -> Registry:
    """The same registry, that loses its power after writing the given chunk, before the commit."""
    seen = 0

    async def record(proposals, connection):
        nonlocal seen
        verdicts = await registry.record(proposals, connection)
        seen += 1
        if seen == chunk:
            raise PowerCutError
        return verdicts

    return msgspec.structs.replace(registry, record=record)


@pytest.mark.parametrize("chunk", [1, 2, 3])
async def test_a_load_that_was_cut_off_goes_on_where_it_stopped(
    tmp_path, registry, database, chunk
) -> None:
    refused = [a_row(alici=phone(5000 + number), durum="Ret") for number in range(3)]
    thousands = rows(2500)
    mixed = [*thousands[:500], refused[0], *thousands[500:1500], refused[1], *thousands[1500:]]
    order = an_order(a_csv(tmp_path, a_row(alici="0532 12"), *mixed, refused[2]))
    with pytest.raises(PowerCutError):
        await import_file(order, failing_at(chunk, registry))
    assert (await counts(database))[1] == pytest.approx(1000 * (chunk - 1), abs=2)
    heard: list[Loaded] = []
    outcome = await import_file(order, registry, heard.append)
    assert await counts(database) == (2500, 2500)
    loaded = outcome.loaded
    assert (loaded.rows_done, loaded.rows_recorded, loaded.rows_refused) == (2504, 2500, 4)
    assert len(heard) == 4 - chunk
    assert [row[11] for row in all_rows(order.error_path)] == ["H121", "H175", "H175", "H175"]
    assert [row[8] for row in all_rows(order.error_path)] == ["2", "503", "1504", "2505"]
    assert {group.example.code: group.count for group in outcome.summary.groups} == {
        "H175": 3,
        "H121": 1,
    }
    assert files_in(tmp_path) == {"hatalar.csv", "izinler.csv"}
    assert journals_in(tmp_path) == []


async def test_a_load_may_be_taken_up_from_elsewhere_and_loses_no_refused_row(
    tmp_path, registry
) -> None:
    refused = a_row(alici="0532 12")
    path = a_csv(tmp_path, refused, *rows(1500), a_row(alici=phone(9999), durum="Ret"))
    with pytest.raises(PowerCutError):
        await import_file(an_order(path), failing_at(2, registry))
    (journal,) = journals_in(tmp_path)
    assert journal.stat().st_mode & 0o077 == 0
    moved = path.rename(tmp_path / "tasindi.csv")
    order = an_order(moved, error_path=tmp_path / "baska.csv")
    assert (await import_file(order, registry)).refused == 2
    assert [row[11] for row in all_rows(order.error_path)] == ["H121", "H175"]
    assert files_in(tmp_path) == {"tasindi.csv", "baska.csv"}
    assert journals_in(tmp_path) == []


async def test_a_load_whose_journal_is_lost_begins_anew(tmp_path, registry, database) -> None:
    path = a_csv(tmp_path, a_row(alici="0532 12"), *rows(1500))
    with pytest.raises(PowerCutError):
        await import_file(an_order(path), failing_at(2, registry))
    (journal,) = journals_in(tmp_path)
    journal.unlink()
    outcome = await import_file(an_order(path), registry)
    loaded = outcome.loaded
    assert (loaded.rows_recorded, loaded.rows_repeated, loaded.rows_refused) == (500, 1000, 1)
    assert outcome.summary.rows == 1501
    assert len(all_rows(an_order(path).error_path)) == 1
    assert await counts(database) == (1500, 1500)


async def test_two_loads_of_one_file_do_not_double_a_row(tmp_path, registry, database) -> None:
    path = a_csv(tmp_path, *rows(2500))
    outcomes = await asyncio.gather(
        *(
            import_file(an_order(path, error_path=tmp_path / f"hatalar{n}.csv"), registry)
            for n in range(2)
        ),
        return_exceptions=True,
    )
    lost = [each for each in outcomes if isinstance(each, FileRefusedError)]
    assert {each.refused[0].code for each in lost} <= {"IZ219", "IZ216"}
    assert len(lost) == 1
    assert await counts(database) == (2500, 2500)


async def test_trouble_that_passes_leaves_a_load_that_can_go_on(
    tmp_path, registry, database
) -> None:
    async def away(_proposals, _connection):
        raise UnavailableError("away")

    order = an_order(a_csv(tmp_path, *rows(3)))
    broken = msgspec.structs.replace(registry, record=away)
    with pytest.raises(UnavailableError):
        await import_file(order, broken)
    assert (await import_file(order, registry)).loaded.rows_recorded == 3
    assert await counts(database) == (3, 3)


_VICTIM = """
import asyncio, sys
from pathlib import Path
import msgspec
from izin.files.imports import import_file
from izin.keyring.keyring import open_keyring
from izin.storage.database import Database
from izin.vault.provider import FileKeyProvider
url, root, path, chunk, tests, all_or_nothing = sys.argv[1:]
sys.path.insert(0, tests)
from test_files_load import an_order, the_registry

async def main():
    database = await Database.open(url, role="izin_web")
    keyring = await open_keyring(database, FileKeyProvider(Path(root), production=False))
    registry = the_registry(database, keyring)
    left = int(chunk)
    async def record(proposals, connection):
        nonlocal left
        verdicts = await registry.record(proposals, connection)
        left -= 1
        if not left:
            print("written, not committed", flush=True)
            await asyncio.Event().wait()
        return verdicts
    order = an_order(Path(path), all_or_nothing=bool(all_or_nothing))
    await import_file(order, msgspec.structs.replace(registry, record=record))

asyncio.run(main())
"""


async def killed_in_chunk(
    number: int, url: str, path: Path, *, all_or_nothing: bool = False
) -> None:
    """A process of its own, killed after it wrote the chunk's rows and before it committed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _VICTIM,
        url, str(path.with_name("root.key")), str(path), str(number), str(Path(__file__).parent),
        "all" if all_or_nothing else "",
        env={"PYTHONPATH": ":".join(sys.path)},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert await process.stdout.readline() == b"written, not committed\n"
    process.kill()
    await process.wait()


async def test_a_killed_process_doubles_nothing(
    tmp_path, fresh_database, database, registry
) -> None:
    path = a_csv(tmp_path, *rows(3500), a_row(alici=phone(9999), durum="Ret"))
    await killed_in_chunk(2, fresh_database, path)
    assert (await counts(database))[1] == 1000
    await killed_in_chunk(3, fresh_database, path)
    assert (await counts(database))[1] == 3000
    outcome = await import_file(an_order(path), registry)
    assert await counts(database) == (3500, 3500)
    assert (outcome.loaded.rows_recorded, outcome.loaded.rows_refused) == (3500, 1)
    assert [row[11] for row in all_rows(an_order(path).error_path)] == ["H175"]
    assert files_in(tmp_path) == {"hatalar.csv", "izinler.csv"}


async def test_all_or_nothing_that_was_killed_recorded_nothing(
    tmp_path, fresh_database, database, registry
) -> None:
    path = a_csv(tmp_path, *rows(2500))
    await killed_in_chunk(3, fresh_database, path, all_or_nothing=True)
    assert await counts(database) == (0, 0)
    outcome = await import_file(an_order(path, all_or_nothing=True), registry)
    assert outcome.loaded.rows_recorded == 2500
    assert await counts(database) == (2500, 2500)


async def test_no_digest_of_a_file_is_kept_from_which_its_rows_could_be_tried_out(
    tmp_path, registry, database, owner
) -> None:
    path = a_csv(tmp_path, *rows(1))
    await import_file(an_order(path), registry)
    digest = hashlib.sha256(path.read_bytes()).digest()
    kept = await owner.fetchval("select file_hash from file_load")
    assert kept != digest[: len(kept)]
    written = [str(row) for row in await owner.fetch("select * from file_load")]
    assert not any(digest.hex()[:16] in each for each in written)
    notes = b"".join(each.read_bytes() for each in (tmp_path / "loads").glob("*"))
    assert digest.hex().encode() not in notes


async def test_a_load_that_names_a_dealer_for_the_first_time_holds_up_nobody(
    database, keyring, given, owner
) -> None:
    await given.provider(IYS_CODE)
    await given.brand(BRAND_CODE, of=IYS_CODE)
    dealer = await given.retailer(of=BRAND_CODE)
    loading = registry_of(Parts(database, keyring), BRAND_CODE)
    key = a_key(iys_code=IYS_CODE, brand_code=BRAND_CODE)
    named = a_proposal(key=key, retailer_code=dealer.retailer_code)
    async with loading.transaction() as connection:
        [verdict] = await loading.record([named], connection)
        assert isinstance(verdict, Recorded)
        await owner.execute("select from retailer for update nowait")
    assert await owner.fetchval("select linked_at is not null from retailer")
