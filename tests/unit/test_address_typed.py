"""An address as people type it, on a Turkish keyboard too: read, or asked for once more."""

import pytest

from izin.core.address import Address
from izin.web.citizen.reading import address_in
from izin.web.shared.form import Form, FormError


def read(text: str) -> tuple[Address | None, Form]:
    form = Form({"address": text})
    return address_in(form, is_sandbox=True), form


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("veli@İZİN.example", "veli@izin.example"),
        ("VELİ@posta.example", "veli@posta.example"),
        ("ayşe@posta.example", "ayse@posta.example"),
        ("ali@gmaıl.example", "ali@gmail.example"),
    ],
)
def test_what_a_turkish_keyboard_meant_is_asked_and_never_taken(typed, meant):
    address, form = read(typed)
    assert address is None
    assert form.values["address"] == meant, "one tap sends it again"
    with pytest.raises(FormError) as refused:
        form.check()
    [problem] = refused.value.problems
    assert (problem.key, problem.facts) == ("fault.address_meant", {"meant": meant})
    assert read(meant)[0] is not None


@pytest.mark.parametrize("typed", ["веli@posta.example", "ş@", "İstanbul", "0212"])
def test_where_nothing_is_meant_nothing_is_proposed(typed):
    address, form = read(typed)
    assert address is None
    assert form.values["address"] == typed
    with pytest.raises(FormError, match=r"^fault\.address$"):
        form.check()
