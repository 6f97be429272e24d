"""Whatever a browser brings to the simulated gateway, it goes only where it may."""

from urllib.parse import urlencode

import pytest
from builders.gateway import BACK, OTHER_BACK, asked_by_hand, clients
from hypothesis import given
from hypothesis import strategies as st

from izin.simulator.asking import AskedWrongError, NoWayBackError, asked_of, fields_of
from izin.simulator.registration import IdentitySettings

SETTINGS = IdentitySettings(
    issuer="https://gate.example", clients=clients(), secret=b"x" * 16, stylesheet=b""
)
RIGHT = asked_by_hand("").partition("?")[2]
NAMES = sorted(
    {each.partition("=")[0] for each in RIGHT.split("&")}
    | {"prompt", "max_age", "acr_values", "response_mode", "request", "ui_locales"}
)
WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [BACK, OTHER_BACK, "sikayet", "izin:citizens", "code", "S256", "none", "\ud800", "9" * 9]
    ),
)


def read(query: bytes) -> str:
    """Where a browser goes back to; "" where it stays."""
    try:
        asked = asked_of(fields_of(query), SETTINGS)
    except NoWayBackError:
        return ""
    except AskedWrongError as error:
        return f"{error.back.client.client_id} {error.back.uri}"
    assert asked.scopes <= asked.back.client.scopes
    assert len(asked.nonce) * len(asked.challenge) * len(asked.back.state) > 0
    return f"{asked.back.client.client_id} {asked.back.uri}"


ALLOWED = {"", f"izin:citizens {BACK}", f"sikayet {OTHER_BACK}"}


@given(st.binary(max_size=300))
def test_no_bytes_break_it(query):
    assert read(query) in ALLOWED


@given(st.lists(st.tuples(st.sampled_from(NAMES), WORDS), max_size=12), st.booleans())
def test_no_fields_lead_elsewhere(fields, is_before):
    more = urlencode(fields, errors="surrogatepass")
    query = f"{more}&{RIGHT}" if is_before else f"{RIGHT}&{more}"
    assert read(query.encode()) in ALLOWED


@given(st.lists(st.tuples(st.sampled_from(NAMES), WORDS), max_size=12, unique_by=lambda x: x[0]))
def test_no_changed_question_leads_elsewhere(changes):
    right = dict(pair.split("=") for pair in RIGHT.split("&"))
    kept = "&".join(f"{n}={v}" for n, v in right.items() if n not in dict(changes))
    query = f"{kept}&{urlencode(changes, errors='surrogatepass')}"
    assert read(query.encode()) in ALLOWED


def test_the_right_question_is_read():
    assert read(RIGHT.encode()) == f"sikayet {OTHER_BACK}"
    with pytest.raises(NoWayBackError, match="back"):
        asked_of(fields_of(RIGHT.replace("back", "hack").encode()), SETTINGS)
