"""What comes of a command, on standard output; how it goes, on standard error."""

import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, TypeAlias

import msgspec
import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from typer.exceptions import TyperException

from izin.cli.codes import REFUSED
from izin.cli.words import said
from izin.core.errors import RefusalError, StartRefusedError, UnavailableError
from izin.files.problem import FileRefusedError
from izin.files.words import about_file
from izin.i18n.catalogue import Language, render
from izin.telemetry.log import configure

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]
In = Annotated[
    Language, typer.Option("--lang", help="Language of the answer.", case_sensitive=False)
]

Told: TypeAlias = Callable[[int, int | None], None]
"""Hears how much is done, of how much if that is known."""


class CannotError(Exception):
    """What was asked for cannot be done; a sentence of `izin.cli.words` says why."""

    def __init__(self, key: str, **facts: object) -> None:
        """Take the sentence's key and what it names."""
        super().__init__(key)
        self.key = key
        self.facts = facts


_PIPE_COLUMNS = 1000
"""A table that nobody looks at is not folded."""


class Screen:
    """Where a command tells people how it goes, and what came of it."""

    def __init__(self, *, as_json: bool, language: Language) -> None:
        """Take how the result is wanted, and the language of what people read."""
        self.language = language
        self._as_json = as_json
        self._console = Console(stderr=True, highlight=False)
        self._out = Console(highlight=False)
        if not self._out.is_terminal:
            self._out.width = _PIPE_COLUMNS

    def said(self, key: str, **facts: object) -> str:
        """Put one thing into words of the reader's language."""
        return said(key, self.language, **facts)

    def say(self, text: str, style: str | None = None) -> None:
        """Remark on how it goes. A line is never folded: commands in it can be copied."""
        if not self._as_json:
            self._console.print(text, style=style, markup=False, soft_wrap=True)

    def tell(self, text: str, style: str | None = None) -> None:
        """Tell people what came of it; programs get it by `give`."""
        if not self._as_json:
            self._out.print(text, style=style, markup=False, soft_wrap=True)

    def show(
        self, headings: Sequence[str], rows: Iterable[tuple[Sequence[str], str | None]]
    ) -> None:
        """Show people a table of rows with their styles; nothing of a cell is cut off."""
        if self._as_json:
            return
        table = Table(box=SIMPLE)
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for cells, style in rows:
            table.add_row(*cells, style=style)
        self._out.print(table)

    def give(self, result: object) -> None:
        """Give programs the result: one line of JSON, if JSON was asked for."""
        if self._as_json:
            sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
            sys.stdout.flush()

    @contextmanager
    def progress(self, what: str) -> Iterator[Told]:
        """Show a bar while something long goes on, where somebody is there to look."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        is_hidden = self._as_json or not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=is_hidden) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def refuse(self, errors: "list[Problem]") -> typer.Exit:
        """Tell why something is not done; give what ends the command."""
        for error in errors:
            code = f" ({error['code']})" if "code" in error else ""
            self.say(f"{error['message']}{code}", style="bold red")
        self.give({"errors": errors})
        return typer.Exit(REFUSED)


@contextmanager
def screen(as_json: bool, language: Language) -> Iterator[Screen]:
    """Lend the screen to a command, and put into words whatever ends it."""
    configure(sys.stderr, "ERROR")
    lent = Screen(as_json=as_json, language=language)
    try:
        yield lent
    except (typer.Exit, typer.Abort, TyperException):  # typer's own, told by `main`
        raise
    except KeyboardInterrupt:
        lent.say(lent.said("interrupted"))
        raise
    except Exception as error:
        raise lent.refuse(_in_words(error, language)) from error


Problem = dict[str, object]


def _in_words(error: Exception, language: Language) -> list[Problem]:
    match error:
        case FileRefusedError():
            code = error.refused[0].code
            message = about_file(error, language).removesuffix(f" ({code})")
            return [{"code": code, "message": message}]
        case RefusalError():
            return [render(each, language) for each in error.refused]
    return [{"message": _sentence(error, language)}]


def _sentence(error: Exception, language: Language) -> str:
    match error:
        case StartRefusedError():
            return str(error)
        case CannotError():
            return said(error.key, language, **error.facts)
        case UnavailableError():
            return said("unavailable", language, why=error)
        case OSError() if error.filename is not None:
            return f"{error.filename}: {error.strerror}."
    return _unforeseen(error, language)


def _unforeseen(error: Exception, language: Language) -> str:
    """Name the kind and the place: a message of unknown origin could show an address."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    kind = type(error).__name__
    return said("unforeseen", language, kind=kind, name=last.name, line=last.lineno)
