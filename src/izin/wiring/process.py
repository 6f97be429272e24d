"""``python -m izin.wiring.process web FD | keeper``: one child of the launcher."""

import socket
import sys

import uvloop

from izin.core.errors import StartRefusedError
from izin.wiring.keeper import run_keeper
from izin.wiring.settings import read_settings
from izin.wiring.web import run_web


def main(arguments: list[str]) -> int:
    """Run one process until it is told to stop."""
    settings = read_settings()
    try:
        match arguments:
            case ["web", descriptor]:
                uvloop.run(run_web(settings, socket.socket(fileno=int(descriptor))))
            case ["keeper"]:
                uvloop.run(run_keeper(settings))
            case _:
                return 2
    except StartRefusedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
