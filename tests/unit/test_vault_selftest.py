"""The registry does not start on a machine that computes wrongly."""

import msgspec
import pytest
from cryptography.exceptions import UnsupportedAlgorithm

from izin.core.errors import StartRefusedError
from izin.vault.selftest import KNOWN_ANSWERS, self_test


def test_this_machine_computes_what_the_standards_say():
    self_test()


@pytest.mark.parametrize(
    ("known", "at"),
    [(known, at) for known in KNOWN_ANSWERS for at in range(len(known.inputs))],
    ids=lambda each: each if isinstance(each, int) else each.name,
)
def test_one_wrong_bit_anywhere_refuses_the_start(known, at):
    raw = bytearray.fromhex(known.inputs[at])
    raw[-1] ^= 1
    inputs = (*known.inputs[:at], raw.hex(), *known.inputs[at + 1 :])
    broken = msgspec.structs.replace(known, inputs=inputs)
    with pytest.raises(StartRefusedError, match="wrong answer"):
        self_test([*KNOWN_ANSWERS, broken])


def _is_not_built_in(*_inputs):
    raise UnsupportedAlgorithm("no such cipher")


def test_a_library_without_the_cipher_refuses_the_start():
    lacking = msgspec.structs.replace(KNOWN_ANSWERS[0], compute=_is_not_built_in)
    with pytest.raises(StartRefusedError, match="has no HMAC-SHA-256"):
        self_test([lacking])
