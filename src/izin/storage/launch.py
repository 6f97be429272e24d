"""Starts one PostgreSQL program as somebody it accepts; run as a script, with nothing but Python.

PostgreSQL refuses to run as root. In a user namespace of its own the same account has another
number, so no file changes its owner or its mode. The program is told to end when its parent dies.
"""

import ctypes
import errno
import os
import signal
import sys

_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1
REFUSED = 77
"""Exit status when the account could not be changed; the program was not started."""


def main(as_whom: str, parent: str, place: str, program: str, *arguments: str) -> None:
    """Become `as_whom`, then the program.

    Takes   as_whom: "self", "namespace:UID" (the number inside) or "account:UID:GID"
            parent: process that the program must not outlive, 0 for none
            place: folder that the program will write to
    """
    kind, *numbers = as_whom.split(":")
    try:
        if kind == "namespace":
            _enter_namespace(int(numbers[0]))
        elif kind == "account":
            os.setgroups([])
            os.setgid(int(numbers[1]))
            os.setuid(int(numbers[0]))
        # Last, because a change of account takes the wish back.
        if int(parent):
            _end_with(int(parent))
        for path, need in ((program, os.X_OK), (place, os.R_OK | os.W_OK | os.X_OK)):
            if not os.access(path, need):
                raise PermissionError(errno.EACCES, "out of reach", path)
        os.execv(program, [program, *arguments])  # noqa: S606 a path of ours, no shell
    except OSError as error:
        sys.stderr.write(f"{kind}: {error}\n")
        sys.exit(REFUSED)


def _enter_namespace(uid: int) -> None:
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "user namespaces are refused here")
    # Bytes through bare descriptors: from here on Python's own library may be out of reach.
    for name, text in (
        ("setgroups", b"deny"),
        ("uid_map", b"%d %d 1" % (uid, user)),
        ("gid_map", b"%d %d 1" % (uid, group)),
    ):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, text)
        os.close(descriptor)


def _end_with(parent: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    # A fast shutdown: no new connection, open transactions rolled back, a clean end.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:  # it died before it could be watched
        sys.exit(REFUSED)


if __name__ == "__main__":
    main(*sys.argv[1:])
