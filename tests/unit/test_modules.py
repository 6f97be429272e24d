"""The table of modules names operations that there are, each once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from izin.access.model import SCOPED, Right
from izin.core.codes import IysCode
from izin.i18n import catalogue
from izin.subscription.model import Module, Package, Subscribed
from izin.subscription.modules import module_of, modules, outside, shut
from izin.wiring.web import OPERATIONS

NOW = datetime(2026, 6, 1, tzinfo=UTC)
BY_ID = {operation.id: operation for operation in OPERATIONS}


def test_every_module_is_in_the_table():
    assert set(modules()) == set(Module)


def test_every_operation_stands_in_the_table_once():
    """Whoever adds one says what opens it, or that nothing does."""
    named = Counter(name for opened in modules().values() for name in opened.operations)
    named.update(outside())
    assert named == Counter(list(BY_ID))


def test_every_page_is_opened_by_one_module():
    named = Counter(page for opened in modules().values() for page in opened.pages)
    assert max(named.values()) == 1


def test_what_not_everybody_has_says_which_code():
    for module, opened in modules().items():
        assert (opened.refused is None) is (module is Module.BASIC)
        assert opened.refused is None or opened.refused in catalogue.codes()


def test_what_is_shut_shows_its_code_in_the_document():
    for module, opened in modules().items():
        for name in opened.operations if opened.refused == "IZ078" else ():
            is_of_visitors = BY_ID[name].right is Right.NONE  # they hear that no form is there
            code = "IZ150" if is_of_visitors else "IZ078"
            assert code in BY_ID[name].errors, (module, name)


def test_no_movement_is_in_a_module_that_shuts():
    """A RET passes whatever a company has subscribed to."""
    for operation in OPERATIONS:
        if operation.right is Right.WRITE:
            taken = Module.IYS_YOLU  # by the registry: no company refuses so
            assert module_of(operation.id) in (taken, Module.INTEGRATION)


def test_what_stands_outside_is_nobodys_own_data():
    """A package is a company's: what is about one's data has a module."""
    for operation in OPERATIONS:
        if operation.right in SCOPED:
            assert module_of(operation.id) is not None, operation.id


def test_an_operation_that_nobody_names_is_a_mistake():
    with pytest.raises(AssertionError, match="tomorrow"):
        module_of("tomorrow")


@pytest.mark.parametrize(
    ("package", "level", "is_open"),
    [
        (None, 0, True),
        (Package.TEMEL, 0, False),
        (Package.ILETI_250, 2, False),
        (Package.ILETI_PLUS, 1, False),
        (Package.ILETI_PLUS, 2, True),
    ],
)
def test_a_module_is_open_to_whose_package_has_it(package, level, is_open):
    each = package and Subscribed(
        subscription_id=uuid4(),
        iys_code=IysCode(731001),
        package=package,
        level=level,
        starts_at=NOW,
        ends_at=NOW + timedelta(days=1),
    )
    refused = shut(each, "xRetailerReport", 2026)
    assert (refused is None) is is_open
    assert shut(each, "addConsent", 2026) is None  # its own refusals hold that
    assert refused is None or refused.code == "IZ078"
