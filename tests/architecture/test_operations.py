"""The table of operations: nothing is served that is not a row, and every row is complete."""

import pytest

from izin.access.model import Right
from izin.api.operation import BodyKind
from izin.core.errors import Refused
from izin.i18n.catalogue import Language, render
from izin.subscription.model import Module
from izin.subscription.modules import module_of
from izin.wiring.web import OPERATIONS

CONTRACT = {
    "createToken2", "getBrandsDetails", "addConsent", "addConsentV2", "addBatchConsent",
    "addBatchConsentV2", "searchRequestDetails", "searchRequestDetailsV2", "consentDetail",
    "batchConsentStatus", "consentsHistory", "PullPerBrandCode", "getTowns", "townDetails",
    "getCities", "cityDetails",
}  # fmt: skip


def test_every_operation_of_the_part_is_served():
    assert {operation.id for operation in OPERATIONS} >= CONTRACT


def test_names_and_paths_are_unique():
    ids = [operation.id for operation in OPERATIONS]
    places = [(o.method, path) for o in OPERATIONS for path in (o.path, *o.aliases)]
    assert len(set(ids)) == len(ids)
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_a_row_is_complete(operation):
    assert operation.summary.tr
    assert operation.summary.en
    assert operation.answers
    assert (operation.body_max > 0) is (operation.takes is not BodyKind.NONE)
    for code in operation.errors:
        assert render(Refused(code=code), Language.TR)["code"] == code


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_only_who_comes_to_show_who_he_is_needs_no_token(operation):
    assert (operation.right is Right.NONE) is is_before_a_token(operation)


def is_before_a_token(operation) -> bool:
    """What has to be had, read or given up without one."""
    paths = (
        *("/oauth", "/.well-known/oauth-authorization-server"),
        *("/x/sign-in", "/x/invitations"),
        "/widget/",  # visitors of a company's page
        "/x/tsa.pem",  # whoever is shown a record
    )
    return operation.path.startswith(paths) and operation.id != "xIntrospect"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_whoever_writes_may_always_refuse(operation):
    is_taken = module_of(operation.id) is Module.IYS_YOLU  # by the registry: nobody refuses so
    writes = operation.right is Right.WRITE and not is_taken
    assert writes is (operation.only_refusals is not None)
