"""The words of the simulator's pages: both languages, none missing, none left over; its people."""

import re
from pathlib import Path
from string import Formatter

from izin.core.identity import is_tckn
from izin.i18n.catalogue import Language
from izin.simulator.pages import book
from izin.simulator.people import PEOPLE

SIMULATOR = Path(__file__).parents[2] / "src" / "izin" / "simulator"
PAGES = "\n".join(path.read_text("utf-8") for path in SIMULATOR.rglob("*.html"))
CODE = "\n".join(path.read_text("utf-8") for path in SIMULATOR.rglob("*.py"))
SAID = set(re.findall(r"\bt\(\"(\w+\.\w+)\"", PAGES)) | set(re.findall(r"\"(sign_in\.\w+)\"", CODE))
SAID -= {"sign_in.html"}
SAID |= {f"trouble.{why}" for why in re.findall(r"NoWayBackError\(\"(\w+)\"\)", CODE)}
SAID |= {"trouble.not_there"}


def test_every_word_is_there_and_none_is_left_over():
    assert set(book()) == SAID


def test_both_languages_say_it_with_the_same_places():
    for key, said in book().items():
        assert set(said) == set(Language), key
        tr, en = ({name for _, name, *_ in Formatter().parse(said[each])} for each in Language)
        assert tr == en, key


def test_people_are_invented():
    """Of the first million numbers that there could have been: none was ever given."""
    assert all(is_tckn(each.tckn.clear) for each in PEOPLE)
    assert all(each.tckn.clear.startswith("10000") for each in PEOPLE)
    assert len({each.tckn for each in PEOPLE}) == len({each.key for each in PEOPLE}) == len(PEOPLE)
