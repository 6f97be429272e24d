"""A whole registry in the test's process: the real door over the real database, a keeper behind."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from builders.heart import SOON, keeping, until
from builders.parties import BRAND_CODE, IYS_CODE, OTHER_BRAND_CODE, OTHER_IYS_CODE, Given
from builders.watch import used

from izin.core.clock import wire_time
from izin.wiring.parts import Parts, open_parts
from izin.wiring.settings import Settings
from izin.wiring.web import open_app

LONG_AGO = datetime(2020, 9, 1, tzinfo=UTC)
BRAND = f"/sps/{IYS_CODE}/brands/{BRAND_CODE}"
OTHER_BRAND = f"/sps/{OTHER_IYS_CODE}/brands/{OTHER_BRAND_CODE}"


def ago(**span: float) -> str:
    """A wire date so long ago."""
    return wire_time(datetime.now(UTC) - timedelta(**span))


def a_row(number: int = 1, **fields: object) -> dict[str, object]:
    """A consent as a client sends it; a field set to None is left out."""
    row = {
        "recipient": used(f"+90599{number:07d}"),
        "type": "MESAJ",
        "source": "HS_WEB",
        "status": "ONAY",
        "consentDate": ago(hours=1),
        "recipientType": "BIREYSEL",
    } | fields
    return {name: value for name, value in row.items() if value is not None}


class House:
    """The door, with a client that has signed in for our provider, and one for another."""

    def __init__(self, app, parts: Parts) -> None:
        self.app = app
        self.parts = parts

    def client(self, token: str | None = None) -> httpx2.AsyncClient:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self.app),
            base_url="http://izin.example",
            headers=headers,
        )

    async def sign_in(self, username: str, password: str) -> httpx2.AsyncClient:
        async with self.client() as client:
            answer = await client.post(
                "/oauth2/token",
                json={"username": username, "password": password, "grant_type": "password"},
            )
        assert answer.status_code == 200, answer.text
        return self.client(answer.json()["access_token"])

    async def numbered(self, count: int) -> None:
        """Wait until so many movements are published and projected."""

        async def done() -> bool:
            async with self.parts.database.connection() as connection:
                head = await connection.fetchrow("select * from sequence_head")
            return head["projected_idx"] >= count

        await until(done)


@pytest.fixture
def settings(fresh_database, tmp_path) -> Settings:
    return Settings(database_url=fresh_database, data_folder=tmp_path, pool_size=6)


@pytest.fixture
async def house(settings, given: Given) -> AsyncIterator[House]:
    """Two providers past their activation date, a brand and an API user each."""
    for iys_code, brand_code, user in (
        (IYS_CODE, BRAND_CODE, "api@firma.example"),
        (OTHER_IYS_CODE, OTHER_BRAND_CODE, "api@baska.example"),
    ):
        await given.provider(iys_code, activated_at=LONG_AGO)
        await given.brand(brand_code, of=iys_code)
        await given.api_user(user, of=iys_code)
    async with (
        open_app(settings) as app,
        open_parts(settings, role="izin_keeper") as parts,
        keeping(parts, waits=SOON),
    ):
        yield House(app, parts)


@pytest.fixture
async def ours(house) -> AsyncIterator[httpx2.AsyncClient]:
    """Our provider's signed-in client."""
    async with await house.sign_in("api@firma.example", "Sessiz-Kavak-31") as client:
        yield client


@pytest.fixture
async def theirs(house) -> AsyncIterator[httpx2.AsyncClient]:
    """Another provider's signed-in client."""
    async with await house.sign_in("api@baska.example", "Sessiz-Kavak-31") as client:
        yield client
