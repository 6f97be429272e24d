"""Each document of the voice menu is VoiceXML 2.1 by the W3C's own DTD, and leads somewhere."""

from itertools import product
from uuid import UUID

import pytest
from builders.voice import VXML, root_of

from izin.callcentre.menu import MENU, Step, Voice
from izin.callcentre.said import said
from izin.callcentre.scripts import voice_texts
from izin.i18n.catalogue import Language
from izin.web.voice.documents import call_vxml, menu_vxml

CALL = UUID("01934f00-0000-7000-8000-000000000000")
VALUES = {"brand": "Işık <& 'Kaya'>", "code": "654, 321", "count": "2", "receipt": "7 Q"}


def test_the_document_that_begins_a_call_is_valid() -> None:
    [submit] = root_of(menu_vxml()).iter(f"{VXML}submit")
    assert submit.get("next") == "/ivr/calls"


@pytest.mark.parametrize(("step", "language"), list(product(Step, Language)))
def test_each_step_is_valid_with_every_text(step: Step, language: Language) -> None:
    voice = Voice(step=step, language=language, turn=7)
    for names in (MENU[step].says,), tuple(voice_texts()):
        root = root_of(call_vxml(said(voice, names, VALUES, CALL)))
        prompts = " ".join(each.text for each in root.iter(f"{VXML}prompt"))
        assert voice_texts()[names[0]].said(language, VALUES) in prompts
        listens = bool(root.findall(f".//{VXML}field"))
        assert listens is bool(MENU[step].keys), "or it ends"
        items = {each.text for each in root.iter(f"{VXML}item")}
        assert set(MENU[step].keys) <= items


def test_what_is_no_voicexml_is_found() -> None:
    good = call_vxml(said(Voice(step=Step.CODE), ("code",), {}, CALL)).decode()
    for old, new in (
        ("<noinput>", "<noinput><nothing/>"),
        ('method="post"', 'method="put"'),
        ('uri="#digit"', 'uri="#digits"'),
        ('namelist="digits turn"', 'namelist="digit"'),
        ("<field name", "<field names"),
        ('next="/ivr', 'next="/irv'),
    ):
        assert old in good
        with pytest.raises(AssertionError):
            root_of(good.replace(old, new, 1).encode())
