"""``python -m izin.cli.bench.starlette_app FD SHARES PLACE``: one process of the limit."""

import os
import socket
import sys
from uuid import UUID

import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from izin.cli.bench.sql import SQL
from izin.storage.database import Database
from izin.wiring.accepting import Share, Shares
from izin.wiring.roles import WEB
from izin.wiring.server import Server

URL = "IZIN_BENCH_URL"
_CONSTANT = {"status": "ONAY", "source": "HS_WEB"}


async def _serve(listening: socket.socket, share: Share) -> None:
    database = await Database.open(os.environ[URL], role=WEB)

    async def constant(_: Request) -> JSONResponse:
        return JSONResponse(_CONSTANT)

    async def look_up(asked: Request) -> JSONResponse:
        parts = asked.path_params
        async with database.connection() as connection:
            row = await connection.fetchrow(
                SQL["lookup"], UUID(parts["brand"]), UUID(parts["tag"]), int(parts["bucket"])
            )
        assert row is not None, "the limit asks for what is there"
        return JSONResponse({"status": row["status"], "source": row["source"]})

    app = Starlette(
        routes=[
            Route("/constant", constant, methods=["POST"]),
            Route("/look-up/{brand}/{tag}/{bucket}", look_up, methods=["POST"]),
        ]
    )
    config = uvicorn.Config(
        app, http="httptools", ws="none", lifespan="off", access_log=False, log_config=None
    )
    await Server(config, share).serve(sockets=[listening])
    await database.close()


if __name__ == "__main__":
    descriptor, memory, place = map(int, sys.argv[1:])
    uvloop.run(_serve(socket.socket(fileno=descriptor), Share(Shares.at(memory), place)))
