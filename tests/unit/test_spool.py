"""Records put aside come back by bucket range, each range in the order in which they came."""

import random
from itertools import pairwise

from izin.consent.spool import RECORDS_A_PART, Spool

BUCKETS = range(-(2**15), 2**15)
SIZE = 20


def spooled(records, *, expected: int) -> list[list[bytes]]:
    with Spool(SIZE, expected) as spool:
        for bucket, record in records:
            spool.add(bucket, record)
        return [list(part) for part in spool.parts()]


def a_record(number: int) -> bytes:
    return number.to_bytes(SIZE, "big")


def test_nothing_put_aside_gives_one_empty_range():
    assert spooled([], expected=0) == [[]]


def test_every_record_comes_back_in_the_range_of_its_bucket():
    rng = random.Random(1)
    given = [(rng.choice(BUCKETS), a_record(n)) for n in range(20_000)]
    parts = spooled(given, expected=RECORDS_A_PART * 7)
    assert len(parts) == 8
    assert [len(part) for part in parts] == [len(set(part)) for part in parts]
    bucket_of = {record: bucket for bucket, record in given}
    bounds = [(min(b), max(b)) for b in ([bucket_of[r] for r in part] for part in parts)]
    assert all(last < first for (_, last), (first, _) in pairwise(bounds))
    assert sum(len(part) for part in parts) == len(given)


def test_the_order_of_a_range_is_kept_beyond_what_memory_holds():
    given = [(0, a_record(n)) for n in range(10_000)]
    (part,) = spooled(given, expected=1)
    assert part == [record for _, record in given]


def test_the_outermost_buckets_have_their_ranges():
    parts = spooled(
        [(BUCKETS[0], a_record(0)), (BUCKETS[-1], a_record(1))], expected=RECORDS_A_PART * 10**6
    )
    assert (parts[0], parts[-1]) == ([a_record(0)], [a_record(1)])
