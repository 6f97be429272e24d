"""What a confirmation names: what she gave, and nothing that she refused."""

from datetime import UTC, datetime

import msgspec
import pytest
from builders.via import a_form, said

from izin.api.form import Form as Fields
from izin.api.via_forms import read_draft
from izin.brand.model import Brand
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError
from izin.core.plain import unseen_in
from izin.core.terms import Channel, RecipientType, Status
from izin.i18n.catalogue import Language
from izin.i18n.letters import letter, texts
from izin.receipt.number import written
from izin.smpp.segments import is_gsm, is_one_segment
from izin.via.model import Form, FormState, KvkType, Title
from izin.via.request import Detail
from izin.via.rules import Asked, Etk, Verification
from izin.via.told import HIDDEN, see_that_they_fit, segments_of
from izin.via.words import given_to, granted, text_after, texts_before, values

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
    places = {"given": text, "url": "https://izinkaydi.example/consents", "receipt": written(7)}
    for language in Language:
        whole = letter("via_recorded_etk", language, places, is_sms=True).body
        assert places["url"] in whole
        assert places["receipt"] in whole
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


def test_no_name_is_cut_and_nothing_in_it_is_lost():
    long = "Örnek Büyük Mağazacılık Perakende ve Ticaret"
    known = {
        code: msgspec.structs.replace(each, name=f"{long} {code}") for code, each in KNOWN.items()
    }
    form = Form(
        form_id=1,
        version=1,
        iys_code=IysCode(731001),
        name="Kasa",
        state=FormState.APPROVED,
        draft=read_draft(Fields(a_form(), tuple(a_form()))),
        reason="",
        changed_at=datetime(2026, 11, 26, tzinfo=UTC),
    )
    asked = msgspec.structs.replace(ASKED, verification=Verification.SMS_OTP)
    company = f"{long} Anonim Şirketi"
    places = values(form, asked, (company, list(known.values())), Language.TR) | {"url": "x"}
    texts_ = texts_before(form, asked, places, Language.TR, framed=False)
    details = answered((A, Channel.MESAJ), (B, Channel.ARAMA))
    after = text_after(form, asked, details, (company, known), (Title.ETK, Language.TR), ("x", "y"))
    for text in (texts_[0], texts_[1], after):
        for code in (A, B):
            assert f"Ornek Buyuk Magazacilik Perakende ve Ticaret {code}" in text.body, text.words
    assert "Ornek Buyuk Magazacilik Perakende ve Ticaret Anonim Sirketi" in texts_[2].body
    assert [segments_of(each) for each in texts_] == [2, 2, 2]
    assert all(HIDDEN in each.body for each in texts_[1:]), "a code stands nowhere"
    see_that_they_fit(texts_)
    longer = msgspec.structs.replace(texts_[0], body="x" * 920)
    with pytest.raises(RefusalError, match="IZ137"):
        see_that_they_fit([*texts_, longer])


KVK_ALONE = Asked(verification=Verification.SMS_OTP, kvk=(KvkType.ACIK_RIZA_METNI,))
RIZA = {"ACIK_RIZA_METNI": said("Açık rıza metni")}
OWN_SHORT = {"tr": "verinizi islemek icin riza istiyor.", "en": "asks to use your data."}


def notice(asked: Asked, language: Language = Language.TR, **fields) -> str:
    body = a_form(kvk=RIZA, **fields)
    draft = read_draft(Fields(body, tuple(body)))
    form = Form(
        form_id=1,
        version=1,
        iys_code=IysCode(731001),
        name="Kasa",
        state=FormState.APPROVED,
        draft=draft,
        reason="",
        changed_at=datetime(2026, 11, 26, tzinfo=UTC),
    )
    named = [KNOWN[code] for code in asked.etk.brands] if asked.etk else []
    places = values(form, asked, ("Örnek AŞ", named), language) | {"url": "x"}
    return texts_before(form, asked, places, language, framed=False)[0].body


@pytest.mark.parametrize("verification", Verification)
def test_what_is_asked_of_personal_data_is_not_announced_as_messages(verification):
    asked = msgspec.structs.replace(KVK_ALONE, verification=verification)
    for language, of_messages in ((Language.TR, "ampanya"), (Language.EN, "ampaign")):
        short = {"tr": "Kampanya iletisi icin.", "en": "For campaigns."}
        messages = {"tr": "Kampanya metni", "en": "Campaign text"}
        found = notice(asked, language, short=short, notice=messages, consent=messages)
        assert of_messages not in found
        if verification.is_sms:
            assert is_gsm(found)
            assert ("acik riza" if language is Language.TR else "consent") in found


def test_a_short_notice_says_what_is_asked_and_nothing_else():
    etk = msgspec.structs.replace(ASKED, verification=Verification.SMS_OTP, kvk=())
    both = msgspec.structs.replace(ASKED, verification=Verification.SMS_OTP)
    ours, theirs = "Kampanya iletisi icin", "verinizi islemek"
    for asked, has in ((etk, (ours,)), (KVK_ALONE, (theirs,)), (both, (ours, theirs))):
        found = notice(asked, kvkShort=OWN_SHORT)
        assert tuple(each for each in (ours, theirs) if each in found) == has
    assert "kisisel verileriniz icin: acik riza. Reklam onayi degil." in notice(KVK_ALONE)
    assert "Kisisel verileriniz icin ayrica: acik riza." in notice(both)
    alone = {"brands": [], "channels": [], "consent": None, "short": OWN_SHORT}
    assert theirs in notice(KVK_ALONE, **alone), "a form without messages has one short notice"


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
        "receipt": written(0),
    }
    for name, text in texts().items():
        if name.startswith("via_"):
            for each in (text.sms.tr, text.sms.en):
                said = each.format_map(values)
                assert is_gsm(said), name
                assert len(said) <= 155, (name, len(said))


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


MAILS = [
    pytest.param(words.mail, words.subject, id=name)
    for name, words in texts().items()
    if words.mail is not None and "{code}" in words.mail.tr
]


@pytest.mark.parametrize(("mail", "subject"), MAILS)
def test_a_locked_screen_shows_no_code_of_a_mail(mail, subject):
    for whole, title in ((mail.tr, subject.tr), (mail.en, subject.en)):
        assert "{code}" not in title
        assert whole.index("{code}") > 120, "it shows how a mail begins too"
