"""What people write to 3338, in all the ways in which they write it."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.core.codes import BrandCode
from izin.core.lookalike import likeness
from izin.core.terms import Channel
from izin.shortcode.grammar import (
    NAME_MAX,
    WORDS_MAX,
    Approve,
    Confirm,
    Decline,
    Help,
    Refuse,
    RefuseAll,
    State,
    parse,
    words_of,
)

REFUSING_ORNEK = [
    *("RET ORNEK", "ret ornek", "Ret Ornek", "rEt oRnEk", "RET ÖRNEK", "ret örnek"),
    *("RED ORNEK", "red örnek", "IPTAL ORNEK", "iptal ornek", "İptal Örnek", "İPTAL ÖRNEK"),
    *("ıptal ornek", "IPTAL örnek", "ıPTAL ÖRNEK", "i\u0307ptal o\u0308rnek"),
    *("RET  ORNEK", " RET ORNEK ", "\tRET\tORNEK\n", "RET\nORNEK", "RET\r\nORNEK\r\n"),
    *("RET\u00a0ORNEK", "RET\u3000ORNEK", "RET\u2003ÖRNEK"),
    *("RET: ORNEK", "RET:ORNEK", "RET, ORNEK", "RET-ORNEK", "RET_ORNEK", "RET/ORNEK"),
    *("RET. ORNEK.", "RET ORNEK!", "RET ORNEK!!!", "RET ORNEK?", "RET...ORNEK", "*RET* ORNEK"),
    *('RET "ORNEK"', "RET 'ORNEK'", "RET “ÖRNEK”", "RET «örnek»", "(RET ORNEK)", "<RET ORNEK>"),
    *("RET ORNEK 🙏", "🛑RET ORNEK🛑", "RET 👉 ORNEK", "RET ORNEK ❤️", "RET ORNEK :)"),
    *("R\u200bET ORNEK", "RET OR\u200dNEK", "\ufeffRET ORNEK", "RET\u202e ORNEK\u202c"),
    *("RET\x00ORNEK", "RET ORNEK\x00", "ＲＥＴ ＯＲＮＥＫ", "𝐑𝐄𝐓 𝐎𝐑𝐍𝐄𝐊"),
    *("3338 ret ornek", "3338 RET ORNEK", "3338e ret ornek", "3338'e RET ÖRNEK", "3338ret ornek"),
    *("3338 e ret ornek", "3338: RET ORNEK", "3338'e: ret ornek"),
    *("lütfen ret ornek", "merhaba ret örnek", "ret ornek lütfen", "RET ORNEK lutfen tesekkurler"),
    *(
        "ret et ornek",
        "iptal edin: örnek",
        "iptal et örnek",
        "ret marka ornek",
        "RET markasi ORNEK",
    ),
    *("RET ORNEK yaz", "RET ORNEK yazıp 3338'e gönder", "RET ORNEK yazip 3338e gonderin B001"),
    *("RET ORNEK SMS", "ret ornek mesajlari", "ret örnek mesajlarını istemiyorum"),
    *("RET ORNEK B001", "RET ORNEK b043", "RET ORNEK Mersis: 0388002333400576 B001"),
    *("ornek ret", "ÖRNEK RET", "örnek iptal", "örnek: iptal", "ÖRNEK İPTAL!"),
    *("ret ornek iptal", "iptal ret ornek", "ret ret ornek", "RET RED ORNEK", "ORNEK IPTAL yaz"),
    "Ret icin 3338'e RET ORNEK yaz. B043",
    "Iptal icin RET ORNEK yazip 3338e gonderin. Mersis 0388002333400576 B002",
    "Indirim %50! SMS almamak icin RET ORNEK yazip 3338e gonderin. Mersis: 0388002333400576 B001",
    "Size ozel KIRMIZI (red) urunlerde 2 al 1 ode! Red icin RET ÖRNEK yaz 3338e yolla B016",
    "ret ornek" + " " * 5000,
]


def keys_of(text: str, channel: Channel = Channel.MESAJ) -> list[str]:
    command = parse(text)
    assert isinstance(command, Refuse | State), command
    assert command.which is not None
    return [option.key for option in command.which.options if option.channel is channel]


def test_there_are_a_hundred_spellings():
    assert len(set(REFUSING_ORNEK)) >= 95


@pytest.mark.parametrize("text", REFUSING_ORNEK)
def test_a_brand_is_refused_in_any_spelling(text):
    command = parse(text)
    assert isinstance(command, Refuse), command
    assert likeness("örnek") in keys_of(text)
    assert command.which.spoken == likeness("örnek")


@pytest.mark.parametrize(
    "text",
    [
        *("RET ORNEK MAGAZA", "ret örnek mağaza", "RET ORNEK-MAGAZA", "ret ornekmagaza"),
        *("RET Örnek  Mağaza.", "ret ORNEK MAĞAZA B001", "Örnek Mağaza ret", "RED: Örnek\nMağaza"),
    ],
)
def test_a_name_may_have_several_words(text):
    assert likeness("Örnek Mağaza") in keys_of(text)


@pytest.mark.parametrize(
    "text",
    [
        *("RET 731002", "ret 731002.", "ret731002", "RED731002", "3338ret731002", "RET 731 002"),
        *("iptal 731002 B001", "731002 ret", "RET ７３１００２", "RET #731002", "ret 731002 sms"),
    ],
)
def test_a_brand_has_a_number(text):
    command = parse(text)
    assert isinstance(command, Refuse)
    assert BrandCode(731002) in {option.code for option in command.which.options}


@pytest.mark.parametrize("text", ["RET ٧٣١٠٠٢", "RET 7310029999999999999"])
def test_what_only_looks_like_a_number_is_none(text):
    command = parse(text)
    codes = {option.code for option in command.which.options} if type(command) is Refuse else set()
    assert codes <= {None}


@pytest.mark.parametrize(
    "text",
    ["RET ORNEK ARAMA", "ret örnek aramaları", "RET ORNEK aramalar lutfen", "ret ornek arama"],
)
def test_calls_are_heard_but_a_brand_that_is_called_so_comes_first(text):
    assert likeness("örnek") in keys_of(text, Channel.ARAMA)
    assert likeness("örnek") not in keys_of(text)
    assert any(key.startswith(likeness("örnekarama")) for key in keys_of(text))


def test_a_shortened_name_is_never_tried():
    """A brand "Örnek" is not refused by whoever means "Örnek Market"."""
    assert likeness("örnek") not in keys_of("RET ORNEK MARKET")
    assert likeness("market") not in keys_of("ornek market ret")


def test_words_of_a_footer_may_be_a_name_too():
    assert keys_of("RET MESAJ EVI") == [likeness("mesajevi")]
    assert keys_of("RET YAZ TATIL")[0] == likeness("yaztatil")


@pytest.mark.parametrize(
    "text",
    [
        *("RET TUM", "RET TÜM", "ret tüm", "İPTAL TÜM", "red tum.", "RET: TÜM!", "3338 ret tum"),
        *("ret tüm markalar", "RET TUM SMS", "ret tum mesajlar lutfen", "ret tüm firmaları"),
        *("RET TUM yazip 3338e gonder", "RET TU\u0308M"),
    ],
)
def test_all_may_be_refused(text):
    assert parse(text) == RefuseAll()


def test_a_brand_whose_name_begins_with_all_is_a_brand():
    assert keys_of("RET TUM GIYIM") == [likeness("tumgiyim")]


@pytest.mark.parametrize(
    "text",
    ["EVET", "evet", "Evet.", " evet ", "EVET!", "evet lütfen", "evet onaylıyorum", "3338 evet"],
)
def test_a_question_is_answered_by_yes(text):
    assert parse(text) == Confirm()


@pytest.mark.parametrize("text", ["HAYIR", "hayır", "Hayır.", "HAYIR lütfen", "hayir"])
def test_a_question_is_answered_by_no(text):
    assert parse(text) == Decline()


@pytest.mark.parametrize("text", ["evet ornek", "evet gelirim", "hayır ornek", "hayirli olsun"])
def test_another_sentence_is_no_answer(text):
    assert parse(text) == Help()


@pytest.mark.parametrize("text", ["DURUM", "durum", "Durum?", " DURUM ", "3338 durum", "durum."])
def test_what_stands_is_asked_for(text):
    assert parse(text) == State()


@pytest.mark.parametrize("text", ["DURUM ORNEK", "durum örnek", "Durum: ÖRNEK?", 'durum "örnek"'])
def test_what_stands_at_a_brand_is_asked_for(text):
    assert keys_of(text) == [likeness("örnek")]


def test_a_state_by_number():
    command = parse("durum731002")
    assert isinstance(command, State)
    assert command.which.options[0].code == 731002


@pytest.mark.parametrize("text", ["ONAY ORNEK", "onay", "Onay: örnek"])
def test_approvals_are_not_for_3338(text):
    assert parse(text) == Approve()


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\0", "🙂", "YARDIM", "yardım", "help", "?", "RET", "ret", "iptal.", "RET!!!"),
        *("merhaba", "ne yapmaliyim", "SMSRET->3639 MERSIS: 0388002333400576 B001", "3338"),
        *("reklam istemiyorum", "retro ornek", "kredi", "РЕТ ОРНЕК", "ret орнек", "拒否", "STOP"),
        "\u202e\u202d\u200b",
    ],
)
def test_all_else_is_helped(text):
    assert parse(text) == Help()


@given(st.text(max_size=400))
def test_nothing_that_is_written_makes_it_fail(text):
    command = parse(text)
    if isinstance(command, Refuse):
        assert command.which.options
        assert all(option.key for option in command.which.options)


@given(st.text(max_size=400))
def test_folding_again_changes_nothing(text):
    words = words_of(text)
    assert words_of(" ".join(words)) == words


@given(
    st.lists(
        st.sampled_from(
            [
                *("ret", "RED", "İptal", "tüm", "örnek", "3338", "'e", "arama", "yaz", "durum"),
                *("731002", "B001", "\n", "🙂", "mersis", "et", "için", "evet"),
            ]
        ),
        max_size=12,
    )
)
def test_the_words_of_3338_in_any_order_are_some_command(words):
    assert parse(" ".join(words)) is not None
    assert parse(" ".join(words)) == parse("  ".join(words))


@pytest.mark.parametrize(
    "text",
    [
        *("ret " * 5000, "ret ornek " * 2000, "a" * 10_000, "\u0301" * 10_000, "\ufdfa" * 10_000),
        *("\u202e" * 10_000, "ret " + "x" * 10_000, "arama " * 5000, "3338 e " * 3000),
    ],
    ids=range(9),
)
def test_a_hostile_text_costs_little(text):
    began = process_time()
    command = parse(text)
    assert process_time() - began < 0.25, "bounded, whatever the machine"
    assert len(words_of(text)) <= 3 * WORDS_MAX
    if isinstance(command, Refuse):
        assert len(command.which.options) <= 8
        assert all(len(option.key) <= NAME_MAX for option in command.which.options)
