"""Business days: the calendar as the law has it, and what may still be registered."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from izin.core.clock import IYS_TIME
from izin.core.workdays import Calendar, Holidays, Yearly

CALENDAR = Calendar.load()


@pytest.mark.parametrize(
    ("event", "third", "third_lenient", "fifteenth", "fifteenth_lenient"),
    [
        ("2026-02-06", "2026-02-11", "2026-02-11", "2026-02-27", "2026-02-27"),
        ("2026-03-17", "2026-03-23", "2026-03-24", "2026-04-08", "2026-04-09"),
        ("2026-04-30", "2026-05-06", "2026-05-06", "2026-05-25", "2026-05-25"),
        ("2026-05-25", "2026-06-02", "2026-06-03", "2026-06-18", "2026-06-19"),
        ("2026-07-14", "2026-07-20", "2026-07-20", "2026-08-05", "2026-08-05"),
        ("2026-10-26", "2026-10-30", "2026-11-02", "2026-11-17", "2026-11-18"),
    ],
)
def test_a_period_of_business_days_ends_where_the_calendar_says(
    event: str, third: str, third_lenient: str, fifteenth: str, fifteenth_lenient: str
) -> None:
    day = date.fromisoformat(event)
    found = [
        CALENDAR.add_workdays(day, count, half_day_is_workday=counts).isoformat()
        for count in (3, 15)
        for counts in (True, False)
    ]
    assert found == [third, third_lenient, fifteenth, fifteenth_lenient]


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01",
        "2026-04-23",
        "2026-05-01",
        "2026-05-19",
        "2026-07-15",
        "2027-08-30",
        "2026-10-29",
        "2026-03-20",  # Ramazan Bayramı
        "2025-03-31",
        "2025-04-01",
        "2026-05-27",  # Kurban Bayramı
        "2026-05-29",
        "2024-06-19",
        "2015-07-17",
        "2015-09-25",
        "2026-02-07",  # Saturday
        "2026-02-08",
    ],
)
def test_holidays_and_weekends_are_no_business_days(day: str) -> None:
    assert not CALENDAR.is_workday(date.fromisoformat(day), half_day_is_workday=True)


@pytest.mark.parametrize("eve", ["2026-03-19", "2026-05-26", "2026-10-28", "2027-03-08"])
def test_an_eve_counts_as_the_caller_says(eve: str) -> None:
    day = date.fromisoformat(eve)
    assert CALENDAR.is_workday(day, half_day_is_workday=True)
    assert not CALENDAR.is_workday(day, half_day_is_workday=False)


def test_a_holiday_on_a_sunday_is_not_made_up_for() -> None:
    assert date(2026, 8, 30).weekday() == 6
    assert CALENDAR.is_workday(date(2026, 8, 31), half_day_is_workday=False)


def test_the_fifteenth_of_july_is_a_holiday_since_2017() -> None:
    assert CALENDAR.is_workday(date(2016, 7, 15), half_day_is_workday=False)
    assert not CALENDAR.is_workday(date(2019, 7, 15), half_day_is_workday=False)


@pytest.mark.parametrize("year", range(CALENDAR.known_from, CALENDAR.known_until + 1))
def test_each_known_year_has_the_eve_of_october_and_those_of_both_feasts(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    eves = [day for day in days if CALENDAR.is_half_day(day)]
    assert len(eves) == 3
    assert all(CALENDAR.knows(day) for day in days)
    # From 1 Shawwal to 10 Dhu al-Hijja: two months of 29 or 30 days, and nine days.
    feasts = [day for day in eves if (day.month, day.day) != (10, 28)]
    assert 67 <= (feasts[1] - feasts[0]).days <= 69


def test_the_known_years_end() -> None:
    assert not CALENDAR.knows(date(CALENDAR.known_until + 1, 1, 1))
    assert not CALENDAR.knows(date(CALENDAR.known_from - 1, 12, 31))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=IYS_TIME)


@pytest.mark.parametrize(
    ("now", "earliest"),
    [
        ("2026-02-11 14:00:00", "2026-02-06 00:00:00"),  # Wednesday: Friday
        ("2026-02-11 00:00:00", "2026-02-06 00:00:00"),
        ("2026-02-11 23:59:59", "2026-02-06 00:00:00"),
        ("2026-02-12 00:00:00", "2026-02-09 00:00:00"),
        ("2026-02-15 12:00:00", "2026-02-11 00:00:00"),  # Sunday: Fri, Thu, Wed
        ("2026-03-24 12:00:00", "2026-03-17 00:00:00"),  # the eve, 19 March, does not count
        ("2026-10-30 12:00:00", "2026-10-23 00:00:00"),  # nor do 28 and 29 October
    ],
)
def test_a_consent_of_the_third_business_day_before_today_may_be_registered(
    now: str, earliest: str
) -> None:
    found = Calendar.load().earliest_registrable(at(now))
    assert found == at(earliest)
    assert found.tzinfo is UTC


def test_the_answer_changes_at_midnight_in_istanbul() -> None:
    calendar = Calendar.load()
    last = datetime(2026, 2, 11, 20, 59, 59, 999_999, tzinfo=UTC)
    answers = [
        calendar.earliest_registrable(last + timedelta(microseconds=n)) for n in (0, 0, 1, 1, 0)
    ]
    wednesday, thursday = at("2026-02-06 00:00:00"), at("2026-02-09 00:00:00")
    assert answers == [wednesday, wednesday, thursday, thursday, wednesday]


def test_beyond_the_known_years_a_provider_may_be_later_never_less_late() -> None:
    before = at("2026-02-11 12:00:00")
    holidays = msgspec.structs.replace(A_CALENDAR, known_until=2025, ramazan=(), kurban=())
    unknown = Calendar(holidays).earliest_registrable(before)
    assert unknown == at("2026-01-30 00:00:00")
    assert unknown < CALENDAR.earliest_registrable(before)


def test_days_that_begin_in_an_unknown_year_are_counted_as_unknown_though_they_end_in_a_known() -> (
    None
):
    new_year = at("2026-01-05 12:00:00")
    assert CALENDAR.earliest_registrable(new_year) == at("2025-12-30 00:00:00")
    ends = Calendar(msgspec.structs.replace(A_CALENDAR, known_until=2025))
    assert ends.earliest_registrable(new_year) == at("2025-12-23 00:00:00")


@pytest.mark.parametrize("first", [date(2026, 3, n) for n in range(1, 29)])
def test_whenever_an_unknown_feast_falls_nobody_is_later_than_the_known_calendar_allows(
    first: date,
) -> None:
    unknown = Calendar(msgspec.structs.replace(A_CALENDAR, known_until=2025))
    known = Calendar(msgspec.structs.replace(A_CALENDAR, kurban=(first,)))
    for n in range(45):
        now = at("2026-03-01 12:00:00") + timedelta(days=n)
        assert unknown.earliest_registrable(now) <= known.earliest_registrable(now)


def test_beyond_the_known_years_duties_end_earlier() -> None:
    day = date(2031, 1, 23)
    assert not CALENDAR.knows(day)
    assert CALENDAR.add_workdays(day, 3, half_day_is_workday=True) == date(2031, 1, 28)


def test_counting_back_is_counting_on_reversed() -> None:
    for n in range(365):
        day = date(2026, 1, 1) + timedelta(n)
        if CALENDAR.is_workday(day, half_day_is_workday=False):
            later = CALENDAR.add_workdays(day, 3, half_day_is_workday=False)
            assert CALENDAR.nth_workday_before(later, 3) == day


def test_a_period_has_at_least_one_day() -> None:
    with pytest.raises(ValueError, match="at least one business day"):
        CALENDAR.nth_workday_before(date(2026, 1, 1), 0)


A_CALENDAR = Holidays(
    known_from=2015,
    known_until=2030,
    ramazan=(),
    kurban=(),
    yearly=(Yearly("Yılbaşı", 1, 1),),
)
