"""Each operation's answers, held against the official schemas and the keys of their examples."""

from collections.abc import Awaitable, Callable
from typing import Any

import jsonschema
import pytest
from builders.heart import until
from builders.house import a_row, ago
from builders.parties import PASSWORD
from builders.registry import NOBODY, PARTNER, RETAILER, Attempt, Registry, brand_path, username

from izin.i18n import catalogue

from . import collected
from .official import (
    ABSENT_PLACES,
    DEVIATIONS,
    EXTRA_PLACES,
    OPERATIONS,
    documented_errors,
    drawn,
    places,
    validate,
)
from .provocations import (
    ADD,
    BATCHES,
    DEALERS_OF_ONE,
    HASH_LINKS,
    LICENCE,
    OVERRIDE,
    PLAN,
    REMOVE,
    REMOVE_ALL,
    RESULTS,
    SINGLES,
    a_mail,
    a_question,
    an_access,
    changed,
    good,
)

Shown = Callable[[Registry, str], Awaitable[list[Any]]]


async def success(registry: Registry, attempt: Attempt, status: int = 200) -> Any:
    answer = await registry.send(attempt)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def a_full_row(registry: Registry, **fields: Any) -> dict[str, Any]:
    """A row with every field that a consent may carry."""
    dealers = {"retailerCode": RETAILER, "retailerAccess": [RETAILER]}
    return a_row(recipient=registry.phone(), **(dealers | fields))


# answers that between them show every key -----------------------------------------------------


async def as_it_is(registry: Registry, name: str) -> list[Any]:
    return [await success(registry, good(name, registry))]


async def both_views(registry: Registry, name: str) -> list[Any]:
    """What a company sees of itself, and what its partner sees."""
    own = await success(registry, good(name, registry))
    partners = await success(registry, changed(good(name, registry), who=PARTNER))
    limits = {"consentLimit", "consentLimitExceed", "usedConsentLimit"}
    assert set(own) - set(partners) == limits
    bought = {"viaSubscriptionPackage": "viaCredit", "viaPassSubscriptionPackage": "viaPassCredit"}
    for package, credit in bought.items():
        assert partners[package] | {credit: own[package][credit]} == own[package]
    same = set(partners) - set(bought)
    assert {key: own[key] for key in same} == {key: partners[key] for key in same}
    return [own, partners]


async def both_grants(registry: Registry, name: str) -> list[Any]:
    first = await success(registry, good(name, registry))
    renewing = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    return [first, await success(registry, changed(good(name, registry), body=renewing))]


async def added(registry: Registry, name: str) -> list[Any]:
    row = a_full_row(registry)
    return [await success(registry, changed(good(name, registry), body=row))]


async def taken(registry: Registry, name: str) -> list[Any]:
    rows = [a_full_row(registry), a_row(recipient=registry.phone(), recipientType="TACIR")]
    return [await success(registry, changed(good(name, registry), body=rows), 202)]


async def worked_through(registry: Registry, name: str) -> list[Any]:
    """Results while they wait and when they are there; in v2 of a batch that repeats another."""
    version = "V2" if name.endswith("V2") else ""
    adding = good(f"addBatchConsent{version}", registry)
    rows = [a_full_row(registry), a_row(recipient=registry.phone(), status="RET")]
    first = await success(registry, changed(adding, body=rows), 202)
    asked = changed(good(name, registry), path=f"{adding.path}/{first['requestId']}")

    async def is_done() -> bool:
        shown = await success(registry, asked)
        return [each["status"] for each in shown] == ["success", "failure"]

    await until(is_done)
    await registry.stop_keeper()
    again = await success(registry, changed(adding, body=rows), 202)
    repeated = changed(asked, path=f"{adding.path}/{again['requestId']}")
    waiting = await success(registry, repeated)
    assert [each["status"] for each in waiting] == ["enqueue", "enqueue"]
    await registry.start_keeper()

    async def is_repeated() -> bool:
        return "enqueue" not in {each["status"] for each in await success(registry, repeated)}

    await until(is_repeated)
    return [waiting, await success(registry, asked), await success(registry, repeated)]


async def one_record(registry: Registry, name: str) -> list[Any]:
    row = a_full_row(registry)
    await success(registry, changed(good("addConsent", registry), body=row))
    question = a_question(row["recipient"])
    return [
        await success(registry, good(name, registry)),
        await success(registry, changed(good(name, registry), body=question)),
    ]


async def moved(registry: Registry, name: str) -> list[Any]:
    adding = good("addConsent", registry)
    phone = registry.phone()
    for row in ({"consentDate": ago(hours=2)}, {"status": "RET"}):
        await success(registry, changed(adding, body=a_row(recipient=phone, **row)))
    return [await success(registry, changed(good(name, registry), body=a_question(phone)))]


async def allowed_ones(registry: Registry, name: str) -> list[Any]:
    row = a_row(recipient=registry.phone())
    await success(registry, changed(good("addConsent", registry), body=row))
    asked = {"recipients": [row["recipient"], registry.phone()]}
    answer = await success(registry, changed(good(name, registry), body=asked))
    assert answer["list"] == [row["recipient"]]
    return [answer]


async def links(registry: Registry, name: str) -> list[Any]:
    """One of an address that has approved, and why there is none of another."""
    mail = "onayli@posta.example"
    row = a_row(recipient=mail, type="EPOSTA")
    await success(registry, changed(good("addConsent", registry), body=row))
    rows = {"recipients": [a_mail(recipient=mail), a_mail()]}
    answer = await success(registry, changed(good(name, registry), body=rows))
    assert answer[0]["url"].startswith("http://localhost:")
    assert answer[1]["code"] == "H568"
    return [answer]


async def changes(registry: Registry, name: str) -> list[Any]:
    await success(registry, good("addConsent", registry))
    asked = changed(good(name, registry), path=_changes())

    async def is_numbered() -> bool:
        return (await registry.send(asked)).status_code == 200

    await until(is_numbered)
    return [await success(registry, asked)]


async def no_changes(registry: Registry, name: str) -> list[Any]:
    """Of a brand that has no consents: of ours some may have come by İYS Yolu meanwhile."""
    asked = good(name, registry, "theirs")
    return [await success(registry, changed(asked, path=_changes("theirs")), 204)]


def _changes(who: str = "ours") -> str:
    return f"{brand_path(who)}/consents/changes?source=HS"


async def no_such_code(registry: Registry, name: str) -> list[Any]:
    path = f"/info/{name[:4]}/99999"
    return [await success(registry, changed(good(name, registry), path=path), 204)]


async def entered(registry: Registry, name: str) -> list[Any]:
    return [await success(registry, good(name, registry), 201)]


async def dealers(registry: Registry, name: str) -> list[Any]:
    """A page and a short one, or one dealer."""
    code = (await entered(registry, "createRetailer"))[0]["retailerCode"]
    base = good(name, registry)
    if name == "searchSingleRetailer":
        path = f"{brand_path()}/retailers/{code}"
        return [await success(registry, changed(base, path=path))]
    last = await success(registry, base)
    end = f"{base.path}?offset={last['pagination']['totalCount'] - 1}"
    short = await success(registry, changed(base, path=f"{end}&short=true"))
    return [await success(registry, changed(base, path=end)), short]


async def taken_away(registry: Registry, name: str) -> list[Any]:
    answer = await registry.send(good(name, registry))
    assert (answer.status_code, answer.text) == (200, "Başarı")
    return [answer.text]


async def accepted(registry: Registry, name: str) -> list[Any]:
    return [await success(registry, good(name, registry), 202)]


async def dealers_of_one(registry: Registry, name: str) -> list[Any]:
    """A dealer that the company entered itself, which has every field."""
    [dealer] = await entered(registry, "createRetailer")
    access = an_access(OVERRIDE, retailerAccess=[dealer["retailerCode"]])
    await success(registry, changed(good(OVERRIDE, registry), body=access), 202)
    return [await success(registry, good(name, registry))]


SHOWN: dict[tuple[str, int], Shown] = {
    ("createToken2", 200): both_grants,
    ("getBrandsDetails", 200): as_it_is,
    **{(name, 200): added for name in SINGLES},
    **{(name, 202): taken for name in BATCHES},
    **{(name, 200): worked_through for name in RESULTS},
    ("consentDetail", 200): one_record,
    ("batchConsentStatus", 200): allowed_ones,
    (HASH_LINKS, 200): links,
    ("consentsHistory", 200): moved,
    ("PullPerBrandCode", 200): changes,
    ("PullPerBrandCode", 204): no_changes,
    **{(name, 200): as_it_is for name in ("getCities", "getTowns", "cityDetails", "townDetails")},
    ("createRetailer", 201): entered,
    **{(name, 200): dealers for name in ("searchRetailers", "searchSingleRetailer")},
    ("deleteRetailer", 200): taken_away,
    (ADD, 200): as_it_is,
    **{(name, 202): accepted for name in (OVERRIDE, REMOVE, REMOVE_ALL)},
    (DEALERS_OF_ONE, 200): dealers_of_one,
    **{(name, 200): as_it_is for name in ("integratorList", "integratorListByiysCode")},
    (PLAN, 200): both_views,
    (LICENCE, 200): as_it_is,
    **{(name, 204): no_such_code for name in ("cityDetails", "townDetails")},
    **collected.SHOWN,
}


NEVER = {(REMOVE, 200)}
"""It has no body; 202 has one, and clients insist on that."""


def test_every_documented_success_is_shown():
    documented = {
        (name, int(status))
        for name, row in OPERATIONS.items()
        for status in row["answers"]
        if int(status) < 300
    }
    assert set(SHOWN) | NEVER == documented
    assert not set(SHOWN) & NEVER


@pytest.mark.parametrize(("name", "status"), SHOWN)
async def test_a_success_fits_the_schema_and_has_the_keys_of_the_example(registry, name, status):
    answers = await SHOWN[name, status](registry, name)
    if status == 204:
        assert answers == [None]
        return
    if name in collected.FILES:
        assert all(each.startswith(b"PK") for each in answers)
        return
    if OPERATIONS[name]["answers"][str(status)]["schema"] is None:
        return  # it is a word, and no JSON
    for answer in answers:
        validate(name, status, answer)
    example = drawn(name, status)
    found = set().union(*(places(answer) for answer in answers))
    assert found - example == set(EXTRA_PLACES.get(name, ()))
    assert example - found == set(ABSENT_PLACES.get(name, ()))


# the document's own places that do not hold ------------------------------------------------------


@pytest.mark.parametrize("deviation", DEVIATIONS, ids=lambda deviation: deviation.at)
def test_a_listed_deviation_is_needed(deviation):
    assert deviation.why
    validate(*deviation.answer)
    with pytest.raises(jsonschema.ValidationError):
        validate(*deviation.answer, but=deviation)


# the token call has a shape of its own ----------------------------------------------------------

PASSWORD_GRANT = {"grant_type": "password", "username": username("ours"), "password": PASSWORD}
REFRESH_GRANT = {"grant_type": "refresh_token"}
TOKEN_REFUSALS = {
    "grant_type_missing": {},
    "grant_type_unknown": {"grant_type": "parola"},
    "grant_type_empty": {"grant_type": ""},
    "grant_type_unsupported": {"grant_type": "authorization_code"},
    "refresh_token_missing": REFRESH_GRANT,
    "refresh_token_unsupported": REFRESH_GRANT | {"refresh_token": 1},
    "refresh_token_empty": REFRESH_GRANT | {"refresh_token": ""},
    "refresh_token_invalid": REFRESH_GRANT | {"refresh_token": "eyJhbGciOiJub25lIn0"},
    "password_missing": {"grant_type": "password", "username": "a"},
    "password_unsupported": PASSWORD_GRANT | {"password": 1},
    "password_empty": PASSWORD_GRANT | {"password": ""},
    "username_missing": {"grant_type": "password", "password": "a"},
    "username_unsupported": PASSWORD_GRANT | {"username": ["a"]},
    "username_empty": PASSWORD_GRANT | {"username": ""},
    "credentials_invalid": PASSWORD_GRANT | {"password": "Sessiz-Kavak-32"},
}
OF_BOUND_TOKENS = {
    *("client_missing", "client_unknown", "unbound", "target_unknown", "token_missing"),
    *("assertion_type", "assertion_audience", "assertion_time", "assertion_id", "assertion_again"),
    *("proof_unfit", "nonce_wanted"),
}
"""Of what the contract does not have; `test_oauth_profile.py` shows them."""
NO_SUCH_REFUSAL = {"role_unexpected": "A user has no roles: whoever is registered may sign in."}


def test_every_refusal_of_the_token_call_is_shown_or_out_of_reach():
    found = set(TOKEN_REFUSALS) | set(NO_SUCH_REFUSAL) | OF_BOUND_TOKENS
    assert found == set(catalogue.oauth_keys())


@pytest.mark.parametrize("key", TOKEN_REFUSALS)
async def test_the_token_call_refuses_in_the_shape_of_oauth(registry, key):
    words = catalogue.oauth_keys()[key]
    attempt = Attempt(method="POST", path="/oauth2/token", body=TOKEN_REFUSALS[key], who=NOBODY)
    turkish = await registry.send(attempt)
    english = await registry.send(attempt, language="en")
    assert (turkish.status_code, english.status_code) == (400, 400)
    validate("createToken2", 400, turkish.json())
    assert turkish.json() == {"error": words.error, "error_description": words.tr}
    assert english.json() == {"error": words.error, "error_description": words.en}


def test_the_words_of_oauth_are_the_documented_ones_but_for_five():
    documented = {word for _, word, _ in documented_errors("createToken2")} - {"H015"}
    ours = {each.error for each in catalogue.oauth_keys().values()}
    assert ours - documented == {
        *("unsupported_grant_type", "invalid_client", "invalid_target"),
        *("invalid_dpop_proof", "use_dpop_nonce"),
    }
    assert documented <= ours
