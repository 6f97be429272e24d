"""What people see on standard error, and what programs read on standard output."""

import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeAlias

import msgspec
import typer
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

from izin.cli.codes import REFUSED
from izin.core.errors import RefusalError, Refused, StartRefusedError, UnavailableError
from izin.files.problem import FileRefusedError
from izin.files.words import about_file
from izin.i18n.catalogue import Language, render
from izin.telemetry.log import configure

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")]
In = Annotated[Language, typer.Option("--lang", help="Language of refusals.", case_sensitive=False)]

Told: TypeAlias = Callable[[int, int | None], None]
"""Hears how much is done, of how much if that is known."""


class Screen:
    """Where a command tells people how it goes, and what came of it."""

    def __init__(self, *, as_json: bool, language: Language) -> None:
        """Take how the result is wanted, and the language of refusals."""
        self.language = language
        self._as_json = as_json
        self._console = Console(stderr=True, highlight=False)

    def say(self, text: str, style: str | None = None) -> None:
        """Tell people one thing. A line is never folded: commands in it can be copied."""
        if not self._as_json:
            self._console.print(text, style=style, markup=False, soft_wrap=True)

    def show(self, table: Table) -> None:
        """Show people a table."""
        if not self._as_json:
            self._console.print(table)

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

    def refuse(self, errors: list[dict[str, object]]) -> typer.Exit:
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
    except FileRefusedError as error:
        said = about_file(error, language).removesuffix(f" ({error.refused[0].code})")
        raise lent.refuse([{"code": error.refused[0].code, "message": said}]) from error
    except RefusalError as error:
        raise lent.refuse([render(each, language) for each in error.refused]) from error
    except StartRefusedError as error:
        raise lent.refuse([{"message": str(error)}]) from error
    except UnavailableError as error:
        raise lent.refuse([_unavailable(error)]) from error
    except OSError as error:
        raise lent.refuse(
            [{"message": f"{error.filename or 'A file'}: {error.strerror}."}]
        ) from error
    except (typer.Exit, typer.Abort, KeyboardInterrupt):
        raise
    except Exception as error:
        raise lent.refuse([_unforeseen(error)]) from error


def _unavailable(error: UnavailableError) -> dict[str, object]:
    return {"message": f"The registry cannot be reached now ({error}). Try again in a while."}


def _unforeseen(error: Exception) -> dict[str, object]:
    """Name the kind and the place: a message of unknown origin could show an address."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return {
        "message": f"Something unforeseen happened ({type(error).__name__} in {last.name}, "
        f"line {last.lineno}). Nothing more is known to be done; please report it."
    }


def refused(code: str, **facts: object) -> RefusalError:
    """Build a refusal of the command line's own."""
    return RefusalError(
        Refused(code=code, facts=tuple((name, str(value)) for name, value in facts.items()))
    )
