"""What can be wrong with a file as a whole, and with one cell of it."""

import msgspec

from izin.core.errors import RefusalError, Refused


class FileRefusedError(RefusalError):
    """The file as a whole cannot be read; its words are in `izin.files.words`."""


def file_refused(code: str, **facts: object) -> FileRefusedError:
    """Build the refusal of a whole file; facts are what its sentence names."""
    named = tuple((name, str(value)) for name, value in facts.items())
    return FileRefusedError(Refused(code=code, facts=named))


class Fault(msgspec.Struct, frozen=True):
    """Why a cell has no value on the wire: its code, and the key of its words."""

    code: str
    key: str
    facts: tuple[tuple[str, str], ...] = ()


class CellProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to mend in one row.

    line     as a spreadsheet shows it
    field    the contract's name: ``recipient``
    heading  as the file writes it
    found    the cell's text; it may be an address, so it goes into the error file and nowhere else
    key      which words of `izin.files.words` fit
    """

    line: int
    field: str
    heading: str
    found: str
    code: str
    key: str
    facts: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Leave the found text out."""
        return f"CellProblem({self.line}, {self.heading}, {self.code})"
