"""A national deadline ends the loading of old consents for every company, whatever its own date."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from builders.door import codes
from builders.house import BRAND, House, a_row, ago
from builders.parties import IYS_CODE

from izin.core.errors import StartRefusedError
from izin.provider.model import Provider
from izin.wiring.settings import read_settings
from izin.wiring.web import open_app

pytest_plugins = ("builders.house",)

NOW = datetime.now(UTC)
EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("own", "national", "may"),
    [
        (None, None, True),
        (LATER, None, True),
        (EARLIER, None, False),
        (None, LATER, True),
        (None, EARLIER, False),
        (LATER, EARLIER, False),
        (EARLIER, LATER, False),
        (LATER, LATER, True),
        (NOW, None, False),
        (None, NOW, False),
    ],
)
def test_the_earlier_of_both_dates_ends_it(own, national, may):
    company = Provider(iys_code=IYS_CODE, title="Firma A.Ş.", activated_at=own)
    assert company.may_load_old(NOW, national) is may


async def test_after_it_an_old_consent_is_late_for_a_company_that_still_loads(
    house, settings, given
):
    await given.provider(activated_at=None)
    row = a_row(1, consentDate=ago(days=400))
    for until, said in ((LATER, []), (EARLIER, ["H467"])):
        dated = msgspec.structs.replace(settings, loading_until=until)
        async with open_app(dated) as app:
            door = House(app, house.parts)
            async with await door.sign_in("api@firma.example", "Sessiz-Kavak-31") as client:
                answer = await client.post(f"{BRAND}/consents", json=row)
        assert ([] if answer.status_code == 200 else codes(answer)) == said
        row = a_row(2, consentDate=ago(days=400))


def test_the_setting_is_an_instant_with_its_zone():
    given = {"IZIN_LOADING_UNTIL": "2026-12-31T23:59:59+03:00"}
    assert read_settings(given).loading_until == datetime(2026, 12, 31, 20, 59, 59, tzinfo=UTC)
    with pytest.raises(StartRefusedError, match="loading_until"):
        read_settings({"IZIN_LOADING_UNTIL": "2026-12-31T23:59:59"})
