"""What a rebuild tells: every count has its words, in both languages."""

import msgspec

from izin.cli.rebuild import _book
from izin.consent.findings import Fault, Report
from izin.i18n.catalogue import Language


def test_every_count_that_makes_a_difference_has_its_words():
    counts = {
        name
        for name in Report.__struct_fields__
        if name != "named" and msgspec.convert({name: 1}, Report).differences
    }
    assert counts == set(_book().counted) > set(Fault)


def test_every_word_is_there_in_both_languages():
    book = _book()
    for words in (*book.said.values(), *book.counted.values()):
        assert set(words) == set(Language)
        assert all(words.values())


def test_what_is_told_names_only_what_the_report_has():
    facts = msgspec.structs.asdict(Report()) | {"what": "", "which": ""}
    for words in _book().said.values():
        assert all(each.format_map(facts) for each in words.values())
