"""A process's role decides which keys it opens."""

import pytest

from izin.vault.errors import KeyLostError
from izin.wiring.parts import open_parts
from izin.wiring.roles import CITIZEN, KEEPER, WEB


async def test_a_web_process_has_the_provider_sides_keys_only(settings):
    async with open_parts(settings, role=WEB) as parts:
        assert parts.keyring.pseudonyms.token_tag("token")
        with pytest.raises(KeyLostError, match="provider side's keys only"):
            _ = parts.keyring.citizen


@pytest.mark.parametrize("role", [KEEPER, CITIZEN])
async def test_who_works_with_the_citizens_view_has_the_keys_of_both_sides(settings, role):
    async with open_parts(settings, role=role) as parts:
        assert parts.keyring.pseudonyms.token_tag("token")
        assert parts.keyring.citizen.pseudonyms.citizen_tag("a@a.example")
