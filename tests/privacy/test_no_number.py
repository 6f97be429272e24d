"""A citizen's number is in no log and in nothing that is kept, unless he was asked and said so."""

import asyncio
import json
import logging

import pytest
from builders.browser import serving
from builders.clock import NOON
from builders.dealers import a_tckn
from builders.gateway import ANY, Citizen, Registry, gateway
from builders.numbers import numbers_in, numbers_kept
from joserfc import jws
from joserfc.jwk import ECKey, OctKey
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from izin.core.identity import Tckn
from izin.oidc.fetch import Fetch
from izin.oidc.gateway import Shown, shown_of, wish_of, wish_with_tckn
from izin.oidc.id_token import claims_of
from izin.oidc.model import Fault, NotSignedInError, Registration, Started
from izin.simulator.people import PEOPLE
from izin.simulator.registration import Lie

HERE = {"may_reach": lambda address: address == "127.0.0.1", "schemes": ("http",)}
NUMBER = PEOPLE[0].tckn.clear


class Lines(logging.Handler):
    """Everything that anybody logs, as it was said: no redaction stands before this."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said += [self.format(record), repr(record.args), repr(record.exc_info)]


@pytest.fixture
def lines():
    handler, root = Lines(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.fixture
async def provider():
    asyncio.get_running_loop().set_debug(True)
    async with gateway() as settings:
        yield settings


async def one_way(settings, wish, **form: str) -> tuple[Registry, Started, object]:
    """What is left of a whole conversation: what came of it, or the exception that ended it."""
    registry = Registry(settings)
    async with Citizen(settings) as citizen:
        started = await registry.begin(wish)
        answer = await citizen.through(started.url, **form)
        assert NUMBER in citizen.seen[0], "the page has shown it"
        try:
            signed_in = await registry.finish(started, answer, wish)
            return registry, started, shown_of(signed_in)
        except NotSignedInError as error:
            return registry, started, error


@pytest.mark.parametrize("lie", [None, *Lie])
async def test_a_number_that_nobody_asked_for_is_nowhere(provider, lines, lie):
    """It is sent each time: the gateway hands it over although nobody has asked."""
    provider.lies.update({Lie.TCKN} | ({lie} if lie else set()))
    registry, started, end = await one_way(provider, wish_of(ANY))
    assert isinstance(end, Shown) is (lie in (None, Lie.TCKN))
    assert numbers_kept(registry.oidc, registry.at, started, end) == set()
    assert numbers_in(f"{registry.oidc!r} {started!r} {end!r} {end}") == set()
    assert len(lines.said) > 100
    assert numbers_in("\n".join(lines.said)) == set()


async def test_a_number_that_was_handed_over_is_in_one_place_alone(provider, lines):
    registry, started, end = await one_way(provider, wish_with_tckn(ANY), tckn="1")
    assert isinstance(end, Shown)
    assert numbers_kept(end) == {NUMBER}
    assert numbers_kept(registry.oidc, registry.at, started) == set()
    assert numbers_in(f"{end!r} {end} {end.tckn!r} {end.tckn} {end.tckn:>20}") == set()
    assert numbers_in("\n".join(lines.said)) == set()


@pytest.mark.parametrize("lie", [Lie.NONCE, Lie.ISSUER, Lie.KEY, Lie.EXPIRED])
async def test_no_exception_keeps_a_number_that_was_asked_for(provider, lines, lie):
    provider.lies.add(lie)
    *_, error = await one_way(provider, wish_with_tckn(ANY), tckn="1")
    assert isinstance(error, NotSignedInError)
    assert numbers_kept(error) == set()
    assert numbers_in("\n".join(lines.said)) == set()


async def test_a_token_that_does_not_read_is_kept_by_no_exception():
    """It is signed as it should be; what is signed is broken."""
    key = ECKey.generate_key("P-256")
    text = f'{{"tckn": "{a_tckn()}"'
    token = jws.serialize_compact({"alg": "ES256"}, text, key)
    keys = {"keys": [key.as_dict(private=False)]}
    at = Registration(issuer="https://a.example", client_id="", client_secret="", redirect_uri="")
    with pytest.raises(NotSignedInError, match=Fault.TOKEN) as error:
        claims_of(token, keys, at, wish_of(ANY), nonce="", now=NOON)
    assert numbers_kept(error.value) == set()


async def test_an_answer_that_does_not_read_is_kept_by_no_exception():
    async def broken(_):
        return Response(f'{{"id_token": "{a_tckn()}', media_type="application/json")

    async with serving(Starlette(routes=[Route("/token", broken)])) as address:
        with pytest.raises(NotSignedInError) as error:
            await Fetch(**HERE).document(f"{address}/token")
    assert numbers_kept(error.value) == set()


def test_what_looks_for_numbers_finds_them():
    number = a_tckn(3)
    with pytest.raises(ValueError, match="delimiter") as error:
        json.loads(f'{{"tckn" "{number}"}}')
    outer = NotSignedInError(Fault.AWAY)
    outer.__cause__ = error.value
    shown = Shown(sub_pairwise="x", auth_time=None, acr="", tckn=Tckn(number))
    token = jws.serialize_compact(
        {"alg": "HS256"}, f'{{"n":"{number}"}}', OctKey.import_key("k" * 32)
    )
    for kept in (outer, shown, {"a": [(number,)]}, token, int(number), f"a {number}."):
        assert numbers_kept(kept) == {number}
    assert numbers_kept("10000000147", 12345, "2026-11-26") == set()
