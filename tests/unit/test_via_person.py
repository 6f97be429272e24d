"""What a company says of a person is taken as it is, or refused: nothing of it is cut or hidden."""

import pytest
from builders.via import a_start

from izin.api.via_intake import PERSON_MAX, read_start
from izin.core.errors import RefusalError
from izin.i18n.catalogue import Language, message

NAME, ADDRESS = "Aslı Can", "Çankaya Ankara"


def begun(name: str, address: str, form_id: str = "1000") -> object:
    person = {"name": name, "address": address}
    kvk = {"title": "KVK", "types": ["ACIK_RIZA_METNI"], "personData": person}
    body = a_start(1000, "+905990000001", consentTypes=[kvk]) | {"formId": form_id}
    return read_start(body, sandbox=True).person


def refused(name: str, address: str, form_id: str = "1000") -> str:
    with pytest.raises(RefusalError) as found:
        begun(name, address, form_id)
    [only] = found.value.refused
    return f"{only.code} {message(only, Language.TR)}"


@pytest.mark.parametrize(
    "hidden", ["\x00", "\x07", "\x1b[31m", "\r\n", "\n", "\u2028", "\u202e", "\ufffe", "\u2066"]
)
def test_a_sign_that_nobody_sees_is_refused(hidden):
    found = refused(f"Aslı{hidden}Can", ADDRESS)
    assert found.startswith("IZ166 recipientName")
    assert "5. karakter" in found
    assert f"U+{ord(hidden[0]):04X}" in found
    assert refused(NAME, f"Çankaya{hidden}İYS numarası").startswith("IZ166 address")


def test_nothing_is_cut():
    for name, address in (("x" * (PERSON_MAX + 1), ADDRESS), (NAME, "x" * (PERSON_MAX + 1))):
        assert f"1 ile {PERSON_MAX}" in refused(name, address)
    whole = begun("x" * PERSON_MAX, "y" * PERSON_MAX)
    assert (whole.name, whole.address) == ("x" * PERSON_MAX, "y" * PERSON_MAX)


def test_a_form_that_there_is_not_is_named_as_it_was_sent():
    assert f"{'9' * 40} numaralı" in refused(NAME, ADDRESS, "9" * 40)
    assert f"{'9' * 58}.. numaralı" in refused(NAME, ADDRESS, "9" * 400)
