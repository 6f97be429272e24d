"""What a provider remembers ends with its time, and is never more than so much."""

from datetime import timedelta

from builders.clock import FakeClock

from izin.simulator.kept import Kept

LASTS = timedelta(seconds=60)


def test_a_value_lasts_as_long_as_was_said():
    clock, kept = FakeClock(), Kept[str](LASTS)
    kept.put("a", "one", clock())
    clock.forward(59.9)
    assert kept.get("a", clock()) == "one"
    clock.forward(0.1)
    assert kept.get("a", clock()) is None
    assert kept.take("a", clock()) is None


def test_a_value_is_taken_once():
    clock, kept = FakeClock(), Kept[str](LASTS)
    kept.put("a", "one", clock())
    assert (kept.take("a", clock()), kept.take("a", clock())) == ("one", None)
    assert kept.get(None, clock()) is None


def test_the_oldest_goes_where_there_are_too_many():
    clock, kept = FakeClock(), Kept[int](LASTS, 3)
    for number in range(5):
        kept.put(str(number), number, clock())
    kept.put("2", 22, clock())  # the youngest from now on
    kept.put("5", 5, clock())
    assert {name: kept.get(name, clock()) for name in "0123456"} == {
        **dict.fromkeys("0136"),
        "2": 22,
        "4": 4,
        "5": 5,
    }
    assert len(kept) == 3


def test_what_has_run_out_is_held_no_longer_than_until_something_comes():
    clock, kept = FakeClock(), Kept[int](LASTS)
    for number in range(50):
        kept.put(str(number), number, clock())
    clock.forward(60)
    kept.put("new", 1, clock())
    assert len(kept) == 1
