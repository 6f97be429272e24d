"""Verifications of a company over the real door: texts that are approved, codes that were sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

from builders.parties import IYS_CODE, OPERATOR

from izin.core.codes import IysCode
from izin.message.seal import opened
from izin.viapass.model import TemplateState
from izin.viapass.subscribe import subscribe
from izin.viapass.templates import decide

API = "/otp-management/api/v1"
TEXTS = {"textTr": "Ornek dogrulama kodu: {code}", "textEn": "Your code of Ornek: {code}"}
LINKS = {"textTr": "Ornek: onaylayin {link}", "textEn": "Ornek: confirm {link}"}
SUBJECTS = {"subjectTr": "Adresinizi doğrulayın", "subjectEn": "Verify your address"}
ADDRESSES = {"phoneNumber": "+905990000001", "email": "ayse@posta.example"}


def body_of(kind: str) -> dict[str, Any]:
    """A text of a kind, as a company submits it."""
    texts = LINKS if kind.endswith("SHORTURL") else TEXTS
    return {"kind": kind, **texts} | (SUBJECTS if kind.startswith("EMAIL") else {})


class Verifying:
    """A company that has bought verifications."""

    def __init__(self, client, house, operator_database, owner) -> None:
        self.client = client
        self.house = house
        self.operator = operator_database
        self.owner = owner

    async def buy(self, credit: int = 10, *, days: int = 30, of: int = IYS_CODE) -> None:
        ends_at = datetime.now(UTC) + timedelta(days=days)
        await subscribe(self.operator, IysCode(of), credit, ends_at, by=OPERATOR)

    async def submit(self, kind: str = "SMS", **fields: object) -> tuple[str, int]:
        answer = await self.client.post("/x/via-pass/templates", json=body_of(kind) | fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["templateId"], answer.json()["version"]

    async def approved(self, kind: str = "SMS", **fields: object) -> str:
        number, version = await self.submit(kind, **fields)
        await self.decide((int(number), version), TemplateState.APPROVED)
        return number

    async def decide(self, number: tuple[int, int], to: TemplateState, note: str = "") -> None:
        await decide(self.operator, number, to, note=note, by=OPERATOR)

    async def start(self, way: str, template: str, **fields: object):
        field = "phoneNumber" if way.startswith("sms") else "email"
        body = {field: ADDRESSES[field], "templateId": template, "vkn": "1234567890"} | fields
        return await self.client.post(f"{API}/{IYS_CODE}/{way}", json=body)

    async def complete(self, way: str, request_id: str, code: str):
        body = {"requestId": request_id, "otpCode": code}
        return await self.client.post(f"{API}/{way}/complete", json=body)

    async def written(self) -> str:
        """What was sent last."""
        row = await self.owner.fetchrow(
            "select message_id, sealed from message order by written_at desc, message_id desc"
        )
        sealer = self.house.parts.keyring.message_sealer
        return opened(sealer, row["message_id"], row["sealed"]).body

    async def code(self) -> str:
        return (await self.written()).rpartition(" ")[2]
