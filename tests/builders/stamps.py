"""Time stamps as anybody checks them: by OpenSSL, which knows nothing of ours."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory


def ran(*arguments: str, folder: Path) -> tuple[bool, str]:
    """Did `openssl` do it, and what did it say?"""
    program = shutil.which("openssl")
    assert program, "these tests need the command openssl"
    done = subprocess.run(
        [program, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode == 0, done.stdout + done.stderr


def verifies(content: bytes, stamp: bytes, chain: bytes) -> bool:
    """Is it the stamp of this content, by who has the root of this chain?"""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for each, held in (("x.pdf", content), ("x.tsr", stamp), ("registry-tsa.pem", chain)):
            (folder / each).write_bytes(held)
        arguments = "-in", "x.tsr", "-data", "x.pdf", "-CAfile", "registry-tsa.pem"
        is_good, said = ran("ts", "-verify", *arguments, folder=folder)
    assert ("Verification: OK" in said) is is_good, said
    return is_good


def read(stamp: bytes) -> str:
    """What a stamp says."""
    with TemporaryDirectory() as name:
        (Path(name) / "x.tsr").write_bytes(stamp)
        is_good, said = ran("ts", "-reply", "-in", "x.tsr", "-text", folder=Path(name))
    assert is_good, said
    return said


def unpacked(content: bytes, request_id: str) -> tuple[bytes, bytes]:
    """A request's paper and the stamp beside it: these two and nothing more."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.namelist() == [f"{request_id}.pdf", f"{request_id}.tsr"]
        pdf, stamp = map(packed.read, packed.namelist())
    return pdf, stamp
