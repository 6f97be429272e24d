"""The receipt of what she did, on paper: what its page says, for whoever did it alone."""

import re

import pytest
from builders.visitor import RECEIPT, SOMEBODY, Visitor

from izin.web.citizen import acts

PAPER = re.compile(r'href="(/acts/[0-9a-f-]+/paper)"')


@pytest.fixture
def set_facts(monkeypatch) -> list[tuple]:
    """What was given to be set, which is set all the same."""
    given: list[tuple] = []
    set_it = acts.record_pdf

    def noted(*facts) -> bytes:
        given.append(facts)
        return set_it(*facts)

    monkeypatch.setattr(acts, "record_pdf", noted)
    return given


async def test_a_receipt_is_handed_out_as_a_document(visitor, set_facts, app, owner, keyring):
    await visitor.sign_in()
    await visitor.change("RET")
    receipt = RECEIPT.search(visitor.page)[0]
    await visitor.get("/acts")
    await visitor.get(re.search(r'href="(/acts/[0-9a-f-]+)"', visitor.page)[1])
    path = PAPER.search(visitor.page)[1]
    answer = await visitor.client.get(path)
    assert answer.headers["content-type"] == "application/pdf"
    assert f"belge-{receipt}.pdf" in answer.headers["content-disposition"]
    assert answer.content.startswith(b"%PDF-")
    [(_, rows, foot, _)] = set_facts
    said = dict(rows)
    assert said["Belge no"] == receipt
    assert said["Marka"] == "Işık Giyim"
    assert said["Mesaj (SMS)"] == "Onay → Ret"
    assert "Firmanın son günü" in said
    assert foot.endswith("/verify")
    assert not re.search(r"599 ?000", str(rows)), "nobody's number stands in it in full"
    other = Visitor(app, owner, keyring)
    await other.sign_in(SOMEBODY)
    assert (await other.client.get(path)).status_code == 404
    await other.client.aclose()
    await visitor.send("/language", language="en")
    assert (await visitor.client.get(path)).status_code == 200
    assert "The company's last day" in dict(set_facts[-1][1])
