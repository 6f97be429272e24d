"""Which operation and page each module opens: one table of data, read once. Pure."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from izin.core.errors import Refused
from izin.subscription.model import Counted, Module, Subscribed
from izin.subscription.tariff import tariff_of


class Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a module opens.

    refused  the code for whoever has it not; None: everybody has it
    most     how many of a thing one may have without the module
    """

    operations: tuple[str, ...]
    pages: tuple[str, ...]
    refused: str | None = None
    most: Mapping[str, int] = {}


def modules() -> Mapping[Module, Opened]:
    """The table."""
    return _table()[0]


def outside() -> tuple[str, ...]:
    """Operations that no package opens or shuts."""
    return _table()[1]


@cache
def _table() -> tuple[Mapping[Module, Opened], tuple[str, ...]]:
    read = tomllib.loads(files(__package__).joinpath("modules.toml").read_text("utf-8"))
    named = msgspec.convert(read.pop("outside"), tuple[str, ...])
    return msgspec.convert(read, dict[Module, Opened]), named


@cache
def module_of(operation_id: str) -> Module | None:
    """In which module an operation is; None for one that no package opens or shuts."""
    for module, opened in modules().items():
        if operation_id in opened.operations:
            return module
    assert operation_id in outside(), f"modules.toml does not name {operation_id}"
    return None


def shut(each: Subscribed | None, operation_id: str, year: int) -> Refused | None:
    """What keeps an operation from a company's subscription, besides what holds its API back.

    Takes   each: None where nothing is written down, and so nothing is shut
    Source  decision 0047
    """
    module = module_of(operation_id)
    if module in (None, Module.BASIC, Module.INTEGRATION):
        return None
    return _not_opened(each, module, year)


def too_many(each: Subscribed | None, thing: Counted, count: int, year: int) -> Refused | None:
    """What keeps a company from so many of a thing: a package without the module that has them.

    Takes   each: None where nothing is written down, and so any number is good
    Source  decision 0047
    """
    module = next(name for name, opened in modules().items() if thing in opened.most)
    return None if count <= modules()[module].most[thing] else _not_opened(each, module, year)


def _not_opened(each: Subscribed | None, module: Module, year: int) -> Refused | None:
    if each is None or module in tariff_of(year).modules(each.package, each.level):
        return None
    code = modules()[module].refused
    assert code is not None, "what not everybody has says so"
    return Refused(code=code, facts=(("module", module.value), ("package", each.name)))
