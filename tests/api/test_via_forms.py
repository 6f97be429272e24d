"""Forms of İYS Yolu: a company writes them, the registry decides, what is in force stays."""

import json

import asyncpg
import pytest
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR, OTHER_BRAND_CODE
from builders.via import a_form, said

from izin.cli.main import run
from izin.core.errors import RefusalError
from izin.via import lookup
from izin.via.forms import approve, reject
from izin.via.model import FormState

FORMS = "/x/via/forms"


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


async def made(ours, **fields) -> int:
    answer = await ours.post(FORMS, json={"name": "Kasa", **a_form(**fields)})
    assert answer.status_code == 201, answer.text
    return answer.json()["formId"]


async def submitted(ours, form_id: int) -> int:
    answer = await ours.post(f"{FORMS}/{form_id}/submit")
    assert answer.status_code == 200, answer.text
    return answer.json()["version"]


async def in_force(database, form_id: int) -> int | None:
    async with database.connection() as connection:
        found = await lookup.approved(connection, form_id)
    return None if found is None else found.version


async def test_a_form_goes_from_draft_to_use_and_to_its_next_version(
    ours, theirs, operator_database, owner
):
    form_id = await made(ours)
    assert (await ours.put(f"{FORMS}/{form_id}", json=a_form(kind="SHORTURL"))).is_success
    await submitted(ours, form_id)
    for call in (
        ours.put(f"{FORMS}/{form_id}", json=a_form()),
        ours.post(f"{FORMS}/{form_id}/submit"),
    ):
        assert code_of(await call) == (409, "IZ131")
    for call in (
        theirs.put(f"{FORMS}/{form_id}", json=a_form(brands=[OTHER_BRAND_CODE])),
        theirs.post(f"{FORMS}/{form_id}/submit"),
        ours.post(f"{FORMS}/{2**40}/submit"),
        ours.post(f"{FORMS}/x/submit"),
    ):
        assert code_of(await call) == (404, "IZ130")
    assert await in_force(operator_database, form_id) is None
    await approve(operator_database, form_id, 1, by=OPERATOR)
    assert await in_force(operator_database, form_id) == 1

    answer = await ours.put(f"{FORMS}/{form_id}", json=a_form(notice=said("Başka")))
    assert answer.json() == {"formId": form_id, "version": 2}
    await submitted(ours, form_id)
    await reject(operator_database, form_id, 2, "Eksik: +905321234567", by=OPERATOR)
    assert await in_force(operator_database, form_id) == 1
    for version in (1, 2, 3):
        with pytest.raises(RefusalError, match="IZ131"):
            await approve(operator_database, form_id, version, by=OPERATOR)

    [second, first] = (await ours.get(FORMS)).json()["list"]
    assert (first["state"], first["kind"], second["state"]) == ("APPROVED", "SHORTURL", "REJECTED")
    assert second["reason"] == "Eksik: [phone]"
    assert (await theirs.get(FORMS)).json()["list"] == []
    told = await owner.fetch(
        "select action from audit_event where subject = $1 and iys_code = $2 order by audit_id",
        *(str(form_id), IYS_CODE),
    )
    steps = ("drafted", "drafted", "submitted", "approved", "drafted", "submitted", "rejected")
    assert [each["action"] for each in told] == [f"via_form.{step}" for step in steps]
    for change in ("texts = 'x'", "state = 'DRAFT'", "state = 'REJECTED'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(f"update via_form_version set {change} where version = 1")


async def test_a_form_is_of_the_company_s_own_brands(ours):
    answer = await ours.post(FORMS, json={"name": "x", **a_form(brands=[OTHER_BRAND_CODE])})
    assert code_of(answer) == (422, "IZ132")


FAULTS = {
    "kind": {"kind": "LETTER"},
    "brands": {"brands": None},
    "channels": {"channels": ["FAX"]},
    "short": {"short": {"tr": "Kampanya için", "en": "x"}},
    "short.tr": {"short": {"tr": "x" * 91, "en": "x"}},
    "short.en": {"short": {"tr": "x", "en": "a\nb"}},
    "kvkShort": {"kvkShort": {"tr": "ş", "en": "x"}},
    "notice": {"notice": None},
    "notice.en": {"notice": {"tr": "x"}},
    "informed.tr": {"informed": {"tr": " ", "en": "x"}},
    "consent": {"consent": None},
    "BAŞKA": {"kvk": {"BAŞKA": said("x")}},
    "ACIK_RIZA_METNI.tr": {"kvk": {"ACIK_RIZA_METNI": {"tr": "a\u202eb", "en": "x"}}},
}


async def test_each_fault_of_a_draft_names_its_field(ours):
    for field, fields in FAULTS.items():
        answer = await ours.post(FORMS, json={"name": "x", **a_form(**fields)})
        assert answer.status_code == 422, (field, answer.text)
        errors = answer.json()["errors"]
        assert (errors[0]["code"], errors[0]["location"]) == ("IZ011", [field])
    assert "2. karakter" in errors[0]["message"], "what was found there, and where"
    assert "U+202E" in errors[0]["message"]
    kvk = a_form(consent=None, brands=None, channels=None, kvk={"AYDINLATMA_METNI": said("x")})
    assert (await ours.post(FORMS, json={"name": "KVK", **kvk})).status_code == 201
    own = {"tr": "verinizi islemek icin riza istiyor.", "en": "asks to use your data."}
    empty = {"brands": [], "channels": [], "consent": None, "domains": [], "kvkShort": own}
    assert (await ours.post(FORMS, json={"name": "KVK", **kvk, **empty})).status_code == 201
    [shown, _] = (await ours.get(FORMS)).json()["list"]
    assert (shown["kvkShort"], shown["consent"], shown["brands"]) == (own, None, [])
    again = {name: shown[name] for name in (*kvk, *empty)}
    path = f"{FORMS}/{shown['formId']}"
    assert (await ours.put(path, json=again)).status_code == 200, "as it is shown it may be sent"


async def test_the_company_s_process_approves_nothing(ours, database):
    form_id = await made(ours)
    await submitted(ours, form_id)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.acting_for(f"company:{IYS_CODE}") as connection:
            await connection.execute("update via_form_version set state = 'APPROVED'")


def test_staff_look_approve_and_reject_by_command(
    fresh_database, tmp_path, monkeypatch, capsys, two_submitted
):
    monkeypatch.setenv("IZIN_DATABASE_URL", fresh_database)
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(tmp_path / "var"))

    def izin(*words: object):
        code = run(["via", *map(str, words)])
        said = capsys.readouterr()
        return code, json.loads(said.out) if "--json" in words else said.out + said.err

    one, other = two_submitted
    code, told = izin("forms", "--json")
    assert (code, [each["formId"] for each in told["forms"]]) == (0, [one, other])
    code, told = izin("form", one, 1)
    assert code == 0
    assert "Aydınlatma metni (Türkçe)" in told
    assert str(BRAND_CODE) in told
    assert izin("approve", one, 1, "--json")[1]["state"] == FormState.APPROVED
    assert izin("reject", other, 1, "--reason", "Kısa değil")[0] == 0
    assert "IZ131" in izin("approve", other, 1)[1]
    assert "izin via forms" in izin("form", one, 9)[1]
    assert izin("forms", "--json")[1]["forms"] == []
    assert izin("credit", IYS_CODE, 25, "--json")[1]["credit"] == 25
    assert "kalan kredi 25," in izin("credit", IYS_CODE, 25)[1]
    assert "kalan kredi sınırsız," in izin("credit", IYS_CODE, -1)[1]
    assert "H001" in izin("credit", 1, 25)[1]


@pytest.fixture
async def two_submitted(ours) -> tuple[int, int]:
    one, other = await made(ours), await made(ours)
    await submitted(ours, one)
    await submitted(ours, other)
    return one, other
