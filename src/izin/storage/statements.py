"""SQL is written as SQL, in a `store.sql` beside the code that calls it."""

import re
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType

_HEAD = re.compile(r"^-- name:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


class StatementFileError(ValueError):
    """A file of statements that cannot be meant: it names the file and the statement."""


def load(package: str, file: str = "store.sql") -> Mapping[str, str]:
    """Read the statements of a package by name.

    Takes   package: dotted name of the package that holds the file
    Gives   name → SQL, comments kept: they show in the server's own views
    Raises  StatementFileError for a name that is missing, odd or given twice, or that has no SQL
    """
    return parse(
        resources.files(package).joinpath(file).read_text("utf-8"), where=f"{package}/{file}"
    )


def parse(text: str, *, where: str) -> Mapping[str, str]:
    """Split one file's text at its `-- name:` lines; what stands before the first is its head."""
    head, *parts = _HEAD.split(text)
    if _without_comments(head):
        raise StatementFileError(f"{where}: SQL stands before the first '-- name:' line")
    found: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        if not _NAME.fullmatch(name):
            raise StatementFileError(f"{where}: {name!r} is no name, it has to be like_this")
        if name in found:
            raise StatementFileError(f"{where}: statement {name} is there twice")
        if not _without_comments(body):
            raise StatementFileError(f"{where}: statement {name} is empty")
        found[name] = body.strip().removesuffix(";")
    return MappingProxyType(found)


def _without_comments(sql: str) -> str:
    return _COMMENT.sub("", sql).strip().strip(";").strip()
