"""What a load that was killed still knows of the rows it refused."""

import os
import time
from pathlib import Path
from uuid import UUID

import pytest

from izin.files.journal import Entry, journal_path, open_journal
from izin.files.problem import CellProblem, FileRefusedError

FACTS = (("expected", "731002"),)
PROBLEM = CellProblem(
    line=2, field="status", heading="durum", found="Ret", code="H175", key="H175", facts=FACTS
)


LOAD = UUID(int=7)


@pytest.fixture
def path(tmp_path) -> Path:
    """A journal of two refused rows, as a process left it."""
    with open_journal(tmp_path, LOAD) as journal:
        journal.add([Entry(2, (PROBLEM,)), Entry(3, (PROBLEM, PROBLEM))])
        journal.add([])
    return journal_path(tmp_path, LOAD)


def lines_in(path: Path) -> list[int]:
    with open_journal(path.parent, LOAD) as journal:
        return [entry.line for entry in journal.entries()]


def test_entries_are_read_back_in_order(path) -> None:
    with open_journal(path.parent, LOAD) as journal:
        read = list(journal.entries())
    assert read == [Entry(2, (PROBLEM,)), Entry(3, (PROBLEM, PROBLEM))]
    assert path.stat().st_mode & 0o077 == 0


def test_a_line_that_was_cut_off_is_not_read_and_not_kept(path) -> None:
    path.write_bytes(path.read_bytes()[:-9])
    with open_journal(path.parent, LOAD) as journal:
        assert journal.keep_until(9) == 1
        journal.add([Entry(4, (PROBLEM,))])
    assert lines_in(path) == [2, 4]


def test_what_was_never_committed_is_cut(path) -> None:
    with open_journal(path.parent, LOAD) as journal:
        assert journal.keep_until(2) == 1
    assert lines_in(path) == [2]


def test_two_runs_never_share_a_journal(path) -> None:
    with open_journal(path.parent, LOAD), pytest.raises(FileRefusedError) as caught:
        open_journal(path.parent, LOAD)
    assert caught.value.refused[0].code == "IZ219"
    assert lines_in(path) == [2, 3]


def test_a_journal_that_nobody_asks_for_again_goes_after_a_month(path) -> None:
    month_ago = time.time() - 31 * 24 * 3600
    os.utime(path, (month_ago, month_ago))
    open_journal(path.parent, UUID(int=8)).__exit__()
    assert not path.exists()
