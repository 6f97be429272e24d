"""``python -m izin.wiring.process PARENT web FD | keeper``: one child of the launcher."""

import ctypes
import logging
import os
import signal
import socket
import sys

REFUSED = 78
"""Exit status of a process that will not start like this: starting it again would not help."""

_FAILED = 1
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run one process until it is told to stop, or its parent is gone."""
    parent, *work = arguments
    if not _end_with(int(parent)):
        return 0
    # the launcher knows this module for its exit status: what the processes need comes only now
    from izin.core.errors import StartRefusedError  # noqa: PLC0415
    from izin.wiring.settings import read_settings  # noqa: PLC0415

    try:
        _run(work, read_settings)
    except StartRefusedError as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    except Exception:
        # the log takes out what a bare traceback would show
        logging.getLogger("izin").critical("the process failed", exc_info=True)
        return _FAILED
    return 0
