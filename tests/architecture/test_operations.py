"""The table of operations as a whole: its document, its codes, and that it is one table."""

from pathlib import Path

import pytest

from izin.access.model import Right
from izin.api.openapi import document_text, error_codes
from izin.api.router import Router, part_names
from izin.i18n import catalogue
from izin.i18n.catalogue import Language
from izin.wiring.web import OPERATIONS

DOCUMENT = Path(__file__).parents[2] / "docs/api/openapi.json"


def test_the_committed_document_is_the_tables():
    same = DOCUMENT.read_text("utf-8") == document_text(OPERATIONS, Language.EN)
    assert same, "run python tools/openapi.py and commit docs/api/openapi.json"


def test_every_row_has_a_path_of_its_own_and_can_work():
    router = Router(OPERATIONS)
    for row in OPERATIONS:
        for template in (row.path, *row.aliases):
            found = router.find(template.replace("{", "").replace("}", ""))
            assert found is not None
            assert found[0][row.method][0] is row


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.id)
def test_every_code_of_a_row_has_its_words(row):
    assert set(error_codes(row)) <= set(catalogue.codes())


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.id)
def test_whoever_touches_a_provider_needs_a_right_to_it(row):
    if {"iysCode", "brandCode"} & set(part_names(row.path)):
        assert row.right in (Right.READ, Right.WRITE)


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: row.id)
def test_a_subscription_stops_every_row_but_the_writing_ones(row):
    assert (row.only_refusals is not None) == (row.right is Right.WRITE)
