"""What pages and menu say of codes, of who sees an address, and of what is kept, is so."""

from izin.callcentre.scripts import voice_texts
from izin.i18n.catalogue import Language
from izin.web.shared.words import say


def both(key: str) -> tuple[str, str]:
    tr, en = (say(f"citizen.{key}", language) for language in Language)
    return tr, en


def test_nobody_is_told_that_no_code_is_ever_asked_for():
    """An agent asks for one, and a company that takes a consent by code."""
    tr, en = both("help_lead")
    assert "kod istemez" not in tr
    assert "or for a code" not in en
    tr, _ = both("call_centre_why")
    assert "Siz kodu ona okursunuz" in tr


def test_the_notice_names_who_sees_an_address_and_where_it_stays():
    tr, en = both("notice_whom_text")
    assert "çağrı merkezi" in tr
    assert "call centre" in en
    tr, en = both("notice_what_text")
    assert "üç yıl" in tr
    assert "three years" in en


def test_a_line_that_the_menu_does_not_serve_may_be_of_this_country():
    text = voice_texts()["no_line"]
    assert "Türkiye" not in text.tr
    assert "Turkey" not in text.en
