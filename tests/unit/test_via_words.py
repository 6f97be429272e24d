"""What a confirmation names: what she gave, and nothing that she refused."""

import msgspec
import pytest

from izin.brand.model import Brand
from izin.core.codes import BrandCode, IysCode
from izin.core.plain import cut_list, unseen_in
from izin.core.terms import Channel, RecipientType, Status
from izin.i18n.catalogue import Language
from izin.i18n.letters import letter, texts
from izin.smpp.segments import is_gsm, is_one_segment
from izin.via.model import KvkType, Title
from izin.via.request import Detail
from izin.via.rules import Asked, Etk, Verification
from izin.via.words import GIVEN_ROOM, given_to, granted

A, B = BrandCode(731001), BrandCode(731002)
KNOWN = {
    code: Brand(brand_code=code, iys_code=IysCode(731001), name=name)
    for code, name in ((A, "Örnek Mağaza"), (B, "Örnek Ev"))
}
ASKED = Asked(
    verification=Verification.SMS_SHORTURL,
    etk=Etk((A, B), (Channel.MESAJ, Channel.ARAMA), RecipientType.BIREYSEL),
    kvk=(KvkType.ACIK_RIZA_METNI,),
)


def answered(*given: tuple[BrandCode, Channel]) -> list[Detail]:
    etk = [(code, channel) for code in (A, B) for channel in (Channel.MESAJ, Channel.ARAMA)]
    return [
        Detail(
            title=Title.ETK,
            kind=channel,
            brand_code=code,
            status=Status.ONAY if (code, channel) in given else Status.RET,
        )
        for code, channel in etk
    ]


def test_what_she_refused_is_not_named():
    details = answered((A, Channel.MESAJ))
    given = granted(ASKED, details)
    assert given.etk == Etk((A,), (Channel.MESAJ,), RecipientType.BIREYSEL)
    assert given.kvk == ()
    text = given_to(ASKED, details, KNOWN, Language.TR)
    assert text == "Ornek Magaza (SMS)"
    places = {"given": text, "url": "https://izinkaydi.example/consents"}
    for language in Language:
        whole = letter("via_recorded_etk", language, places, is_sms=True).body
        assert places["url"] in whole
        assert is_gsm(whole)
        assert is_one_segment(whole)


def test_each_brand_is_named_with_its_own_channels():
    details = answered((A, Channel.MESAJ), (B, Channel.ARAMA))
    said = given_to(ASKED, details, KNOWN, Language.TR)
    assert said == "Ornek Magaza (SMS), Ornek Ev (arama)"


def test_who_refuses_all_gave_nothing():
    given = granted(ASKED, answered())
    assert given.etk is None
    assert given.titles == ()
    assert given_to(ASKED, answered(), KNOWN, Language.TR) == ""


def test_every_text_of_it_is_of_one_segment_with_names_of_usual_length():
    values = {
        "brand": "B" * 20,
        "company": "C" * 20,
        "short": "s" * 60,
        "url": "https://izin.example/n/1000/1",
        "code": "1" * 8,
        "channels": "SMS, arama",
        "given": "B" * 20 + " (SMS, arama)",
        "texts": "t" * 24,
    }
    for name, text in texts().items():
        if name.startswith("via_"):
            for each in (text.sms.tr, text.sms.en):
                said = each.format_map(values)
                assert is_gsm(said), name
                assert len(said) <= 155, (name, len(said))


def test_a_list_that_is_too_long_says_how_many_more_there_are():
    brands = {
        BrandCode(code): Brand(brand_code=BrandCode(code), iys_code=IysCode(731001), name=name)
        for code, name in enumerate(["Örnek Mağaza"] * 12, 731001)
    }
    details = [
        Detail(title=Title.ETK, kind=Channel.MESAJ, brand_code=code, status=Status.ONAY)
        for code in brands
    ]
    text = given_to(ASKED, details, brands, Language.TR)
    assert text == ", ".join(["Ornek Magaza (SMS)"] * 7) + " +5"
    assert len(text) <= GIVEN_ROOM
    mail = msgspec.structs.replace(ASKED, verification=Verification.EPOSTA_SHORTURL)
    assert given_to(mail, details, brands, Language.TR).count("Örnek Mağaza (SMS)") == 12


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["abc", "def"], "abc, def"),
        (["abc", "defghijkl"], "abc +1"),
        (["abcdefghijklm", "x"], "abcdefgh.."),
        ([], ""),
    ],
)
def test_no_word_of_a_list_is_broken_where_one_fits(words, said):
    assert cut_list(words, 10) == said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Şık ürün", None),
        ("a\u202eb", (2, "U+202E")),
        ("a\nb", (2, "U+000A")),
        ("\x00", (1, "U+0000")),
        ("ab\u2066", (3, "U+2066")),
    ],
)
def test_a_sign_that_nobody_sees_is_found(text, found):
    assert unseen_in(text) == found
    assert unseen_in(f"{text}\n\x07", lines=True) is not None
    assert unseen_in("a\nb", lines=True) is None
