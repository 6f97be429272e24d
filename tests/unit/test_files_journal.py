"""What a load that was killed still knows of the rows it refused."""

from pathlib import Path

import pytest

from izin.files.journal import Entry, Journal
from izin.files.problem import CellProblem

FACTS = (("expected", "731002"),)
PROBLEM = CellProblem(
    line=2, field="status", heading="durum", found="Ret", code="H175", key="H175", facts=FACTS
)


@pytest.fixture
def path(tmp_path) -> Path:
    """A journal of two refused rows, as a process left it."""
    path = tmp_path / "defter"
    with Journal(path) as journal:
        journal.add([Entry(2, (PROBLEM,)), Entry(3, (PROBLEM, PROBLEM))])
        journal.add([])
    return path


def lines_in(path: Path) -> list[int]:
    with Journal(path) as journal:
        return [entry.line for entry in journal.entries()]


def test_entries_are_read_back_in_order(path) -> None:
    with Journal(path) as journal:
        read = list(journal.entries())
    assert read == [Entry(2, (PROBLEM,)), Entry(3, (PROBLEM, PROBLEM))]
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_that_was_cut_off_is_not_read_and_not_kept(path) -> None:
    path.write_bytes(path.read_bytes()[:-9])
    with Journal(path) as journal:
        assert [entry.line for entry in journal.entries()] == [2]
        journal.cut()
        journal.add([Entry(4, (PROBLEM,))])
    assert lines_in(path) == [2, 4]


def test_what_was_never_asked_beyond_is_cut(path) -> None:
    """Entries beyond the rows that are done belong to a transaction that was rolled back."""
    with Journal(path) as journal:
        entries = journal.entries()
        assert [next(entries).line, next(entries).line] == [2, 3]
        journal.cut()
    assert lines_in(path) == [2]


def test_it_goes_when_the_load_has_ended(path) -> None:
    with Journal(path) as journal:
        journal.remove()
    assert not path.exists()
