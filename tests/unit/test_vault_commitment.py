"""A commitment fixes every field of an event and shows none."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.vault.commitment import SALTS_BYTES, Leaf, commit, draw_salts, recipient_commitment

SALTS = bytes(range(64))
ADDRESS = "+905990000001"
LEAF = Leaf(
    recipient=recipient_commitment(ADDRESS, SALTS),
    actor_class="PROVIDER",
    brand_code=200001,
    channel="ARAMA",
    consent_date=None,
    event_id="01890a5d-ac96-774b-bcce-b302099a8057",
    iys_code=100001,
    kind="consent",
    received_at="2026-11-02T09:15:30.000417+00:00",
    recipient_type="BIREYSEL",
    source="HS_WEB",
    status="ONAY",
    version=1,
)

texts = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='\\"'))
numbers = st.integers(0, 2**53 - 1)
OTHER = {str: "other", int: 7, str | None: "other"}


@given(
    st.builds(
        Leaf,
        **{
            each.name: {str: texts, int: numbers}.get(each.type, st.none() | texts)
            for each in msgspec.structs.fields(Leaf)
        },
    )
)
def test_a_leaf_has_the_one_form_of_the_standard(leaf):
    ordered = json.dumps(msgspec.to_builtins(leaf), sort_keys=True, separators=(",", ":"))
    assert leaf.canonical().decode() == ordered


@pytest.mark.parametrize("field", msgspec.structs.fields(Leaf), ids=lambda each: each.name)
def test_each_field_moves_the_commitment(field):
    changed = msgspec.structs.replace(LEAF, **{field.name: OTHER[field.type]})
    assert commit(changed, SALTS) != commit(LEAF, SALTS)
    assert len(commit(changed, SALTS)) == 32


def test_the_body_s_salt_moves_the_commitment():
    assert commit(LEAF, SALTS[:-1] + b"\1") != commit(LEAF, SALTS)


def test_the_address_and_its_salt_move_the_recipient_s_commitment():
    found = recipient_commitment(ADDRESS, SALTS)
    assert recipient_commitment("+905990000002", SALTS) != found
    assert recipient_commitment(ADDRESS, b"\1" + SALTS[1:]) != found
    assert recipient_commitment(ADDRESS, SALTS[:-1] + b"\1") == found


@pytest.mark.parametrize("salts", [b"", SALTS[:63], SALTS + b"\0"])
def test_it_takes_two_whole_salts(salts):
    with pytest.raises(ValueError, match=r"^$"):
        commit(LEAF, salts)


def test_salts_are_drawn_in_one_go_and_never_twice():
    drawn = draw_salts(100)
    assert {len(salts) for salts in drawn} == {SALTS_BYTES}
    assert len({half for salts in drawn for half in (salts[:32], salts[32:])}) == 200
    assert draw_salts(0) == []
