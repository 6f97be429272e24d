"""Turkish letters: the four i's, headings as people write them, the order of the alphabet."""

import pytest

from izin.core import turkish


@pytest.mark.parametrize(
    ("text", "capitals", "small"),
    [
        ("izmir", "İZMİR", "izmir"),
        ("Iğdır", "IĞDIR", "ığdır"),
        ("IŞIK", "IŞIK", "ışık"),
        ("İstanbul", "İSTANBUL", "istanbul"),
        ("i\u0307zin", "İZİN", "izin"),  # i with a combining dot, as str.lower leaves it
        ("I\u0307zin", "İZİN", "izin"),  # a decomposed İ, as some spreadsheets save it
        ("i\u0307\u0307", "İ", "i"),  # what repeated saving leaves
        ("ı\u0307", "İ", "i"),
        ("şçöüğ", "ŞÇÖÜĞ", "şçöüğ"),
        ("hâlâ", "HÂLÂ", "hâlâ"),
        ("", "", ""),
    ],
)
def test_casing_knows_all_four_i(text: str, capitals: str, small: str) -> None:
    assert turkish.upper(text) == capitals
    assert turkish.lower(text) == small


@pytest.mark.parametrize(
    "spellings",
    [
        ("E-Posta", "EPOSTA", "e posta", "e-posta", "E_POSTA", " eposta ", "E\u2011posta"),
        (
            "İZİN TARİHİ",
            "izin tarihi",
            "IZIN TARIHI",
            "İzin Tarihi",
            "ızın tarıhı",
            "I\u0307zin Tarihi",
        ),
        ("Fiziksel İmza", "FİZİKSEL İMZA", "fiziksel imza", "FIZIKSEL IMZA", "fiziksel-imza"),
        ("Çağrı Merkezi", "ÇAĞRI MERKEZİ", "cagri merkezi", "CAGRI MERKEZI"),
        ("Alıcı Tipi", "ALICI TİPİ", "alici tipi", "AliciTipi"),
        ("Tacir/Esnaf", "TACİR ESNAF", "tacir (esnaf)"),
    ],
)
def test_spellings_of_one_word_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({turkish.fold(each) for each in spellings}) == 1


def test_different_words_have_different_keys() -> None:
    words = ("Onay", "Ret", "Arama", "Mesaj", "E-posta", "Bireysel", "Tacir", "Alıcı", "Alıcı Tipi")
    assert len({turkish.fold(each) for each in words}) == len(words)
    assert turkish.fold("E-Posta") == "eposta"


def test_a_search_key_keeps_the_blanks() -> None:
    assert turkish.search_key("IŞIK Giyim") == turkish.search_key("ışık GİYİM") == "isik giyim"


def test_names_sort_by_the_turkish_alphabet() -> None:
    names = ["Çorum", "Zonguldak", "İzmir", "Isparta", "Şırnak", "Sivas", "Ordu", "Ömerli", "Cide"]
    expected = [
        "Cide",
        "Çorum",
        "Isparta",
        "İzmir",
        "Ordu",
        "Ömerli",
        "Sivas",
        "Şırnak",
        "Zonguldak",
    ]
    assert sorted(names, key=turkish.sort_key) == expected


def test_digits_and_blanks_sort_before_letters() -> None:
    words = ["b", "a b", "ab", "1a", "a"]
    assert sorted(words, key=turkish.sort_key) == ["1a", "a", "a b", "ab", "b"]


@pytest.mark.parametrize(
    ("text", "small"),
    [
        ("INFO@X.EXAMPLE", "info@x.example"),
        ("İNFO", "İnfo"),
        ("\u212ag", "\u212ag"),
        ("ŞAÇ", "ŞaÇ"),
    ],
)
def test_machine_text_is_lowered_from_a_to_z_only(text: str, small: str) -> None:
    assert turkish.ascii_lower(text) == small
