"""Whatever ends a command is told in one line, in JSON if that was asked for, never as a trace."""

import json
import re

import pytest
import typer

from izin.cli.screen import CannotError, screen
from izin.cli.words import _book
from izin.core.errors import RefusalError, Refused, StartRefusedError, UnavailableError
from izin.files.problem import file_refused
from izin.i18n.catalogue import Language, message

REFUSED = Refused(code="H085")


def ended_by(error: BaseException, *, as_json: bool = False) -> int:
    with pytest.raises(typer.Exit) as ended, screen(as_json, Language.EN):
        raise error
    return ended.value.exit_code


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StartRefusedError("Port 1 is in use."), "Port 1 is in use."),
        (CannotError("no_brand", brand=1), "There is no brand 1 in this registry."),
        (RefusalError(REFUSED), f"{message(REFUSED, Language.EN)} (H085)"),
        (UnavailableError("no connection"), "cannot be reached now (no connection)"),
        (
            PermissionError(13, "Permission denied", "/root/x.csv"),
            "/root/x.csv: Permission denied.",
        ),
        (KeyError("+905990000001"), "KeyError"),
        (OSError(5, "input/output error"), "OSError"),
    ],
)
def test_what_went_wrong_is_one_line(error, said, capsys):
    assert ended_by(error) == 1
    seen = capsys.readouterr()
    assert said in seen.err
    assert len(seen.err.strip().splitlines()) == 1
    assert "Traceback" not in seen.err
    assert "+90599" not in seen.err
    assert seen.out == ""


def test_a_refused_file_is_told_with_its_code_once(capsys):
    assert ended_by(file_refused("IZ202")) == 1
    assert capsys.readouterr().err.count("IZ202") == 1


def test_programs_read_the_same_as_json(capsys):
    assert ended_by(RefusalError([REFUSED, REFUSED]), as_json=True) == 1
    seen = capsys.readouterr()
    assert [each["code"] for each in json.loads(seen.out)["errors"]] == ["H085", "H085"]
    assert seen.err == ""


def test_an_exit_of_the_command_s_own_goes_through():
    with pytest.raises(typer.Exit) as ended, screen(as_json=False, language=Language.TR):
        raise typer.Exit(2)
    assert ended.value.exit_code == 2


def test_what_was_typed_wrong_is_left_to_the_command_line():
    with pytest.raises(typer.BadParameter), screen(as_json=False, language=Language.TR):
        raise typer.BadParameter("no such job")


def test_an_interrupted_command_says_so_and_ends(capsys):
    with pytest.raises(KeyboardInterrupt), screen(as_json=False, language=Language.EN):
        raise KeyboardInterrupt
    assert "Interrupted" in capsys.readouterr().err


def test_a_bar_hears_how_far_it_is_where_nobody_looks(capsys):
    with screen(as_json=True, language=Language.TR) as to:
        with to.progress("Rows") as told:
            told(1, None)
            told(2, 3)
        to.show(("a",), [(["1"], None)])
        to.say("nothing for programs")
        to.tell("nothing for programs")
        to.give({"rows": 2})
    seen = capsys.readouterr()
    assert (seen.out, seen.err) == ('{"rows":2}\n', "")


def test_what_came_of_it_goes_where_it_can_be_kept(capsys):
    with screen(as_json=False, language=Language.EN) as to:
        to.say("a remark")
        to.tell("a result")
        to.show(("a",), [(["x" * 300], None)])
    seen = capsys.readouterr()
    assert seen.err == "a remark\n"
    assert seen.out.startswith("a result\n")
    assert "x" * 300 in seen.out, "a table that goes into a file is not folded"


def test_all_that_commands_say_is_there_in_both_languages():
    for key, words in _book().items():
        assert words.keys() == set(Language), key
        tr, en = (set(re.findall(r"\{(\w+)\}", words[each])) for each in Language)
        assert tr == en, key
