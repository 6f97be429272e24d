"""A launcher's child.

``python -m izin.wiring.process PARENT WORK``: web FD SHARES PLACE, desk FD, citizen FD, agent FD,
keeper, courier or outside FD
"""

import ctypes
import logging
import os
import signal
import socket
import sys

import uvloop

from izin.core.errors import StartRefusedError
from izin.wiring.accepting import Share, Shares
from izin.wiring.agent import run_agents
from izin.wiring.citizen import run_citizens
from izin.wiring.courier import run_courier
from izin.wiring.desk import run_desk
from izin.wiring.garbage import look_for_cycles_seldom
from izin.wiring.keeper import run_keeper
from izin.wiring.launch import REFUSED
from izin.wiring.outside import run_outside
from izin.wiring.settings import read_settings
from izin.wiring.web import run_web

_FAILED = 1
_MISUSED = 2
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run one process until it is told to stop, or its parent is gone.

    Gives   its exit status; REFUSED where starting it again would not help
    """
    parent, *work = arguments
    if not _ends_with(int(parent)):
        return 0
    look_for_cycles_seldom()
    try:
        return _run(work)
    except StartRefusedError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    except Exception:
        # the log takes out what a bare traceback would show
        logging.getLogger("izin").critical("the process failed", exc_info=True)
        return _FAILED


def _run(work: list[str]) -> int:
    settings = read_settings()
    match work:
        case ["web", descriptor, shares, place]:
            listening = socket.socket(fileno=int(descriptor))
            share = Share(Shares.at(int(shares)), int(place))
            uvloop.run(run_web(settings, listening, share))
        case ["desk", descriptor]:
            uvloop.run(run_desk(settings, socket.socket(fileno=int(descriptor))))
        case ["keeper"]:
            uvloop.run(run_keeper(settings))
        case ["citizen", descriptor]:
            uvloop.run(run_citizens(settings, socket.socket(fileno=int(descriptor))))
        case ["agent", descriptor]:
            uvloop.run(run_agents(settings, socket.socket(fileno=int(descriptor))))
        case ["outside", descriptor]:
            uvloop.run(run_outside(settings, socket.socket(fileno=int(descriptor))))
        case ["courier"]:
            uvloop.run(run_courier(settings))
        case _:
            return _MISUSED
    return 0


def _ends_with(parent: int) -> bool:
    """Have the kernel stop this process when its parent ends, however that ends."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    return os.getppid() == parent  # it may have ended before the wish was heard


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
