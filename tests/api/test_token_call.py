"""createToken2 and the call before it, as clients make them. Source: contract 1.1."""

import asyncio

import pytest
from builders.door import codes
from builders.parties import PASSWORD, USERNAME

CREDENTIALS = {"username": USERNAME, "password": PASSWORD}
BY_PASSWORD = CREDENTIALS | {"grant_type": "password"}

JSON_OR_FORM = pytest.mark.parametrize("kind", ["json", "data"])


@pytest.fixture(autouse=True)
async def user(given, directory):
    await given.provider()
    await directory.refresh()
    return await given.api_user()


async def post(client, body, *, path="/oauth2/token", kind="json", **options):
    return await client.post(path, **{kind: body}, **options)


def problem(answer):
    assert answer.status_code == 400
    body = answer.json()
    assert set(body) == {"error", "error_description"}
    assert body["error_description"]
    return body["error"]


async def is_good(client, token):
    answer = await client.get("/info/city/34", headers={"authorization": f"Bearer {token}"})
    return answer.status_code == 200


@JSON_OR_FORM
async def test_a_password_is_exchanged_for_tokens_that_work(client, kind):
    answer = await post(client, BY_PASSWORD, kind=kind)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["expires_in"], body["refresh_expires_in"]) == (7200, 14400)
    assert body["token_type"] == "bearer"
    assert await is_good(client, body["access_token"])
    assert not await is_good(client, body["refresh_token"])


async def test_each_key_has_a_camel_case_twin(client):
    body = (await post(client, BY_PASSWORD)).json()
    twins = {
        "access_token": "accessToken",
        "refresh_token": "refreshToken",
        "expires_in": "expiresIn",
        "refresh_expires_in": "refreshExpiresIn",
        "token_type": "tokenType",
    }
    assert set(body) == {*twins, *twins.values()}
    assert all(body[key] == body[twin] for key, twin in twins.items())


@JSON_OR_FORM
async def test_a_refresh_token_is_exchanged_for_new_tokens_once(client, kind):
    old = (await post(client, BY_PASSWORD)).json()
    grant = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    answer = await post(client, grant, kind=kind)
    assert answer.status_code == 200
    new = answer.json()
    assert new["refresh_token"] != old["refresh_token"]
    assert await is_good(client, new["access_token"])
    assert problem(await post(client, grant, kind=kind)) == "invalid_grant"
    assert not await is_good(client, new["access_token"])


async def test_an_access_token_is_refused_after_two_hours_and_a_refresh_helps(client, clock):
    old = (await post(client, BY_PASSWORD)).json()
    clock.forward(7200)
    # No poll runs here, so the copy of the parties is old too; cities do not need it.
    assert not await is_good(client, old["access_token"])
    grant = {"grant_type": "refresh_token", "refresh_token": old["refresh_token"]}
    new = (await post(client, grant)).json()
    assert await is_good(client, new["access_token"])


async def test_unknown_keys_are_ignored(client):
    more = {"iysCode": 731001, "brandCode": 731002, "status": None, "list": [{}]}
    assert (await post(client, BY_PASSWORD | more)).status_code == 200


async def test_a_form_that_is_labelled_as_nothing_is_read_all_the_same(client):
    content = b"grant_type=password&username=api%40firma.example&password=Sessiz-Kavak-31"
    answer = await client.post("/oauth2/token", content=content)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "parola"}, "invalid_request"),
        ({"grant_type": 7}, "invalid_request"),
        ({"grant_type": ["password"]}, "invalid_request"),
        ({"grant_type": ""}, "invalid_grant"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": 7}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": ""}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "izin_x"}, "invalid_grant"),
        ({"password": None}, "invalid_request"),
        ({"password": 7}, "invalid_request"),
        ({"password": ""}, "invalid_grant"),
        ({"username": None}, "invalid_request"),
        ({"username": {}}, "invalid_request"),
        ({"username": ""}, "invalid_grant"),
        ({"username": "kimse@firma.example"}, "invalid_request"),
        ({"password": "Baska-Kavak-31"}, "invalid_request"),
    ],
)
async def test_whatever_is_wrong_is_400_in_the_shape_of_oauth(client, changes, error):
    body = {name: value for name, value in (BY_PASSWORD | changes).items() if value is not None}
    assert problem(await post(client, body)) == error


async def test_each_wrong_field_has_its_own_description(client):
    bodies = [
        {},
        {"grant_type": "parola"},
        {"grant_type": ""},
        {"grant_type": "implicit"},
        {"grant_type": "refresh_token"},
        {"grant_type": "refresh_token", "refresh_token": []},
        {"grant_type": "refresh_token", "refresh_token": ""},
        {"grant_type": "refresh_token", "refresh_token": "x"},
        *({"grant_type": "password"} | ({} if p is ... else {"password": p}) for p in (..., 7, "")),
        *(
            {"grant_type": "password", "password": "x"} | ({} if u is ... else {"username": u})
            for u in (..., 7, "", "x")
        ),
    ]
    descriptions = [(await post(client, body)).json()["error_description"] for body in bodies]
    assert len(set(descriptions)) == len(bodies)


async def test_a_wrong_user_and_a_wrong_password_are_told_alike(client):
    wrong_user = await post(client, BY_PASSWORD | {"username": "kimse@firma.example"})
    wrong_password = await post(client, BY_PASSWORD | {"password": "Baska-Kavak-31"})
    assert wrong_user.content == wrong_password.content


async def test_the_description_is_in_the_language_that_was_asked_for(client):
    body = BY_PASSWORD | {"password": ""}
    turkish = await post(client, body)
    english = await post(client, body, headers={"accept-language": "en"})
    assert turkish.json()["error"] == english.json()["error"]
    assert turkish.json()["error_description"] != english.json()["error_description"]


@pytest.mark.parametrize("content", [b"[]", b"{", b"null", b'{"password":"a","password":"b"}'])
async def test_a_body_that_is_no_object_is_400_as_well(client, content):
    answer = await client.post("/oauth2/token", content=content)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


async def test_an_answer_with_tokens_may_not_be_stored(client):
    answer = await post(client, BY_PASSWORD)
    assert answer.headers["cache-control"] == "no-store"


async def test_old_clients_sign_in_and_refresh_in_their_shape(client):
    answer = await post(client, CREDENTIALS, path="/oauth/token")
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"message", "status", "result"}
    assert set(body["result"]) == {"accessToken", "refreshToken", "expiresIn", "tokenType"}
    assert (body["result"]["expiresIn"], body["result"]["tokenType"]) == (7200, "bearer")
    refreshed = await post(
        client, {"refreshToken": body["result"]["refreshToken"]}, path="/oauth/refresh"
    )
    assert refreshed.status_code == 200
    assert await is_good(client, refreshed.json()["result"]["accessToken"])


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("/oauth/token", {}, "invalid_request"),
        ("/oauth/token", CREDENTIALS | {"password": "x"}, "invalid_request"),
        ("/oauth/token", CREDENTIALS | {"username": ""}, "invalid_grant"),
        ("/oauth/refresh", {}, "invalid_request"),
        ("/oauth/refresh", {"refreshToken": "x"}, "invalid_grant"),
    ],
)
async def test_old_clients_are_refused_in_the_shape_of_oauth(client, path, body, error):
    assert problem(await post(client, body, path=path)) == error


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic {}",
        "{}",
        "Bearer {} x",
        "Bearer x{}",
        "Bearer {}\u00e9",
    ],
)
async def test_a_header_without_a_living_token_is_401(client, header):
    token = (await post(client, BY_PASSWORD)).json()["access_token"]
    value = None if header is None else header.format(token)
    headers = {} if value is None else {"authorization": value.encode("latin-1")}
    answer = await client.get("/info/city", headers=headers)
    assert answer.status_code == 401
    assert codes(answer) == ["H351"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_scheme_may_be_written_in_any_letters(client, scheme):
    token = (await post(client, BY_PASSWORD)).json()["access_token"]
    answer = await client.get("/info/city", headers={"authorization": f"{scheme} {token}"})
    assert answer.status_code == 200


async def test_a_header_of_ten_thousand_letters_is_nobodys(client):
    answer = await client.get("/info/city", headers={"authorization": "Bearer " + "a" * 10_000})
    assert answer.status_code == 401


async def test_a_refresh_stands_behind_no_guesser_of_passwords(client, given, slow_passwords):
    slow = BY_PASSWORD | {"username": (await given.api_user("yavas@firma.example")).username}
    refresh_token = (await post(client, slow)).json()["refresh_token"]
    wrong = slow | {"password": "Baska-Kavak-31"}
    guesses = [asyncio.create_task(post(client, wrong)) for _ in range(300)]
    await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
    body = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    refreshed = await post(client, body)
    assert not all(guess.done() for guess in guesses)
    assert refreshed.status_code == 200
    assert {guess.status_code for guess in await asyncio.gather(*guesses)} == {400, 503}
