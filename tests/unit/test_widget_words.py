"""The form on companies' pages: each of its words is there in both languages, and is used."""

import re
from importlib import resources
from string import Formatter

import pytest

from izin.core.terms import Channel
from izin.i18n.widget import words
from izin.via.model import KvkType

SCRIPT = resources.files("izin.api").joinpath("static", "widget.js").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(words()))
def test_both_languages_say_it_with_the_same_facts(name):
    said = words()[name]
    names = [{each[1] for each in Formatter().parse(text)} for text in (said.tr, said.en)]
    assert names[0] == names[1]
    assert said.tr
    assert said.en


def test_the_script_says_what_is_in_the_book_and_the_book_nothing_else():
    listed = {*Channel, *KvkType}
    spelled = set(re.findall(r'"([a-z_]+)"', SCRIPT))
    assert words().keys() - listed <= spelled
    assert words().keys() >= listed
    for name in re.findall(r'\bt\("(\w+)"', SCRIPT):
        assert name in words(), name


def test_the_script_makes_no_markup_of_texts_and_keeps_nothing():
    for risk in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval", "Function("):
        assert risk not in SCRIPT
    for place in ("localStorage", "sessionStorage", "document.cookie", "console."):
        assert place not in SCRIPT
