"""What `izin storage distribute` would do, and why it would not."""

import msgspec
import pytest

from izin.storage.database import PLANNING
from izin.storage.distribute import CannotDistributeError, Cluster, objection_to, planning_of_roles
from izin.storage.distribution import TABLES, Lies, MisplacedError, Place, Step, few, plan

READY = Cluster(version=18, citus="14.0-1", is_coordinator=True, is_listed=True, workers=2)
TOGETHER = Lies("distributed", "bucket", 7)


def test_a_plain_schema_is_spread_copied_and_left():
    steps = plan({}, shards=48)
    first = "select create_distributed_table('provider_consent', 'bucket', {})"
    assert [step.sql for step in steps if step.sql is not None] == [
        first.format("colocate_with => 'none', shard_count => 48"),
        *(
            f"select create_distributed_table('{table}', 'bucket', "
            "colocate_with => 'provider_consent')"
            for table in ("consent_event", "consent_retailer", "pending")
        ),
        *(
            f"select create_distributed_table('{table}', 'bucket', "
            "colocate_with => 'provider_consent')"
            for table in (
                *("citizen_consent", "batch", "query_receipt", "counted_address"),
                *("receipt_number", "personal_link", "receipt_part"),
            )
        ),
        "select create_reference_table('source')",
    ]
    assert [step.table for step in steps] == list(TABLES)
    assert {step.place for step in steps if step.sql is None} == {Place.LOCAL}


def test_what_was_cut_off_goes_on_where_it_stopped():
    half = {"provider_consent": TOGETHER, "consent_event": TOGETHER}
    steps = plan(half, shards=32)
    assert steps[0] == Step("provider_consent", Place.SPREAD)
    assert [step.table for step in steps if step.sql is not None] == [
        *("consent_retailer", "pending", "citizen_consent", "batch", "query_receipt"),
        *("counted_address", "receipt_number", "personal_link", "receipt_part"),
        "source",
    ]


def test_a_schema_that_lies_right_is_left():
    done = {
        table: TOGETHER if place is Place.SPREAD else Lies("reference", "<none>", 8)
        for table, place in TABLES.items()
        if place is not Place.LOCAL
    }
    done["provider"] = Lies("local", "<none>", 0)  # Citus lists some plain tables by itself
    assert [step for step in plan(done, shards=32) if step.sql is not None] == []


@pytest.mark.parametrize(
    ("table", "lies"),
    [
        ("provider_consent", Lies("distributed", "brand_ref", 7)),
        ("pending", Lies("distributed", "bucket", 9)),
        ("batch", Lies("reference", "<none>", 8)),
        ("entry", Lies("distributed", "bucket", 7)),
        ("source", Lies("schema")),
    ],
)
def test_what_somebody_else_has_done_is_not_undone(table, lies):
    with pytest.raises(MisplacedError, match=table):
        plan({"provider_consent": TOGETHER, table: lies}, shards=32)


@pytest.mark.parametrize(
    ("reason", "facts"),
    [
        ("old_server", {"version": 17}),
        ("no_citus", {"citus": None}),
        ("old_citus", {"citus": "13.2-1"}),
        ("no_coordinator", {"is_coordinator": False}),
        ("not_listed", {"is_listed": False}),
        ("no_workers", {"workers": 0}),
        ("no_roles", {"without_roles": ("worker-2",)}),
    ],
)
def test_a_server_that_cannot_spread_them_is_told_what_it_lacks(reason, facts):
    objection = objection_to(msgspec.structs.replace(READY, **facts))
    assert isinstance(objection, CannotDistributeError)
    assert objection.reason == reason


def test_a_cluster_that_is_ready_is_taken():
    assert objection_to(READY) is None


def test_each_node_plans_for_each_role_as_a_process_does():
    statements = planning_of_roles()
    assert "alter role izin_web set enable_seqscan = off" in statements
    assert len(statements) == 6 * len(PLANNING)
    assert not any("plan_cache_mode" in statement for statement in statements)


def test_few_buckets_are_named_and_many_are_not():
    assert few([]) is None
    assert few((5, 5)) == [5, 5]
    assert few(range(16)) == list(range(16))
    assert few(range(17)) is None
