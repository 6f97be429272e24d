"""What a benchmark's figures say: the ratio, whether an aim is reached, and how they are shown."""

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from izin.cli.bench.figure import (
    Figure,
    at_least,
    at_most,
    ratio_at_least,
    ratio_at_most,
    spread,
)
from izin.cli.bench.table import (
    BEGIN,
    END,
    has_marks,
    markdown_of,
    put_into,
    results_of,
    rows_of,
    write_results,
)

KEYS = {"name", "ours", "limit", "ratio", "unit", "aim", "reached"}


def a_figure(ours: float = 80, *, limit: float | None = 100, aims=(), name="adds") -> Figure:
    return Figure(
        name=name,
        unit="/s",
        ours=spread([ours]),
        limit=None if limit is None else spread([limit]),
        limit_name="bare SQL",
        aims=aims,
        note="over a socket",
    )


def test_several_runs_are_told_by_the_middle_one_and_both_ends():
    found = spread([5.0, 1.0, 3.0])
    assert (found.median, found.least, found.most, found.runs) == (3.0, 1.0, 5.0, 3)


@pytest.mark.parametrize(
    ("aims", "reached"),
    [
        ((), None),
        ((at_least(80),), True),
        ((at_least(81),), False),
        ((at_most(80),), True),
        ((at_most(79),), False),
        ((ratio_at_least(0.8),), True),
        ((ratio_at_least(0.81),), False),
        ((ratio_at_most(0.8),), True),
        ((ratio_at_most(0.79),), False),
        ((at_least(80), ratio_at_least(0.9)), False),
        ((at_least(90), ratio_at_least(0.8)), False),
        ((at_least(80), ratio_at_least(0.8)), True),
    ],
)
def test_a_line_is_reached_when_all_its_aims_are(aims, reached):
    assert a_figure(80, limit=100, aims=aims).reached is reached


def test_nothing_is_reached_under_less_load_than_the_aim_is_about():
    figure = a_figure(80, limit=100, aims=(at_most(90),))
    assert figure.reached is True
    assert msgspec.structs.replace(figure, is_due=False).reached is False


def test_a_ratio_without_a_limit_reaches_nothing():
    figure = a_figure(80, limit=None, aims=(ratio_at_least(0.1),))
    assert figure.ratio is None
    assert figure.reached is False


def test_results_hold_for_each_job_what_readers_of_them_look_for(tmp_path):
    path = tmp_path / "bench" / "results.json"
    write_results(path, [a_figure(80, aims=(at_least(70), ratio_at_least(0.9)))], is_part=False)
    [found] = json.loads(path.read_text("utf-8"))
    assert found.keys() >= KEYS
    assert {key: found[key] for key in KEYS} == {
        "name": "adds",
        "ours": 80,
        "limit": 100,
        "ratio": 0.8,
        "unit": "/s",
        "aim": "≥ 70 /s; ratio ≥ 0.9",
        "reached": False,
    }


def test_a_part_measured_anew_leaves_the_other_parts_as_they_were(tmp_path):
    path = tmp_path / "results.json"
    write_results(path, [a_figure(1), a_figure(2, name="questions")], is_part=False)
    write_results(path, [a_figure(3, name="questions"), a_figure(4, name="scrub")], is_part=True)
    assert ours_by_name(path) == {"adds": 1, "questions": 3, "scrub": 4}
    write_results(path, [a_figure(5)], is_part=False)
    assert ours_by_name(path) == {"adds": 5}


def ours_by_name(path: Path) -> dict[str, float]:
    return {each["name"]: each["ours"] for each in json.loads(path.read_text("utf-8"))}


def test_the_spread_goes_beside_the_middle_run():
    figure = Figure(name="adds", unit="/s", ours=spread([2000, 1500, 3000]))
    [(cells, _)] = rows_of([figure])
    assert cells[:2] == ("adds", "2,000 /s (1,500 to 3,000)")


def test_a_page_gets_its_table_between_its_marks_and_keeps_the_rest(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n\n{BEGIN}\nold\n{END}\n\nafter\n", "utf-8")
    put_into(page, [a_figure(aims=(at_least(70),))])
    text = page.read_text("utf-8")
    assert text.startswith(f"before\n\n{BEGIN}\n")
    assert text.endswith(f"\n{END}\n\nafter\n")
    assert "old" not in text
    assert "| adds | 80 /s | 100: bare SQL | 0.80 | ≥ 70 /s | yes |" in text
    put_into(page, [a_figure(aims=(at_least(70),))])
    assert page.read_text("utf-8") == text


@pytest.mark.parametrize(
    ("text", "has_both"),
    [("", False), (BEGIN, False), (f"{END}{BEGIN}", False), (f"a{BEGIN}b{END}", True)],
)
def test_a_page_says_where_the_figures_stand_by_two_marks_in_order(tmp_path, text, has_both):
    page = tmp_path / "page.md"
    page.write_text(text, "utf-8")
    assert has_marks(page) is has_both


def test_a_table_for_a_page_says_when_and_what_to_know():
    text = markdown_of([a_figure()], datetime(2026, 3, 4, tzinfo=UTC))
    assert text.startswith("Measured on 2026-03-04, ")
    assert text.endswith("- adds: over a socket.")


def test_results_of_nothing_are_an_empty_list():
    assert results_of([]) == []
