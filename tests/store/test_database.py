"""The pool: what passes is said as passing, and nobody's connection is hurt by a neighbour."""

import pytest


async def test_a_process_acts_under_its_own_role(database):
    async with database.connection() as connection:
        assert await connection.fetchval("select current_user") == "izin_web"
