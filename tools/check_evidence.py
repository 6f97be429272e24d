# ruff: noqa: INP001 - a script, not a package
"""Check offline that a record, its time stamp and the evidence of a consent belong together.

    python tools/check_evidence.py record.zip evidence.json registry-tsa.pem

It needs Python and openssl, no registry and no package; docs/vectors.md says what is checked.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any


def sha256(*parts: bytes) -> str:
    """Give the hash of some bytes, in hex."""
    return hashlib.sha256(b"".join(parts)).hexdigest()


def faults_of_title(shown: dict[str, Any], whole: dict[str, Any]) -> list[str]:
    """Say what does not hold of one title's evidence."""
    title, text = shown["title"], shown["canonical"]
    if text is None:
        return [f"{title}: it quotes a link and cannot be checked"]
    found = []
    if sha256(bytes.fromhex(shown["salt"]), text.encode()) != shown["evidenceHash"]:
        found.append(f"{title}: the evidence does not have its hash")
    known = json.loads(text)
    if shown["version"] > 1:
        if known.pop(0) != shown["version"] or known.pop(0) != title:
            found.append(f"{title}: it is of another version or title")
        told = [[each[0], each[1], each[2] or "", each[3]] for each in known[6][1]]
        names = ("text", "version", "subject", "body")
        if told != [[each[name] for name in names] for each in shown["messages"]]:
            found.append(f"{title}: the messages are not those of the evidence")
    request_id, _, digest, informed = known[:4]
    if (request_id, informed) != (whole["requestId"], whole["informed"]):
        found.append(f"{title}: it is of another request")
    if base64.b64decode(digest).hex() != whole["formDigest"]:
        found.append(f"{title}: it is of another form")
    return found


def faults_of_answer(answer: dict[str, Any], shown: dict[str, Any]) -> list[str]:
    """Say whether a number of what is in no ledger is not that of its evidence."""
    if answer["title"] != "KVK":
        return []
    whole = f"{shown['evidenceHash']} {answer['type']} {answer['status']}"
    salt = bytes.fromhex(shown["salt"] or "")
    fitting = [sha256(salt, f"{whole}{at}".encode()) for at in ("", f" {answer['answeredAt']}")]
    return [] if answer["transactionId"] in fitting else [f"{answer['type']}: another number"]


def faults_of_stamp(record: zipfile.ZipFile, request_id: str, certificates: str) -> list[str]:
    """Say whether openssl does not take the time stamp."""
    with tempfile.TemporaryDirectory() as folder:
        record.extractall(folder)
        pdf, stamp = (str(Path(folder, f"{request_id}.{each}")) for each in ("pdf", "tsr"))
        asked = ["openssl", "ts", "-verify", "-in", stamp, "-data", pdf, "-CAfile", certificates]
        done = subprocess.run(asked, capture_output=True, check=False)  # noqa: S603
    return [] if done.returncode == 0 else ["the time stamp is not of this record"]


def faults(packed: str, evidence: str, certificates: str) -> list[str]:
    """Say all that does not hold; nothing where everything does."""
    whole = json.loads(Path(evidence).read_text(encoding="utf-8"))
    request_id = whole["requestId"]
    with zipfile.ZipFile(packed) as record:
        if sorted(record.namelist()) != [f"{request_id}.pdf", f"{request_id}.tsr"]:
            return ["the record is of another request"]
        found = faults_of_stamp(record, request_id, certificates)
        pdf = record.read(f"{request_id}.pdf")
    if sha256(whole["form"].encode()) != whole["formDigest"]:
        found.append("the form does not have its digest")
    titles = {each["title"]: each for each in whole["evidence"]}
    for title, shown in titles.items():
        found += faults_of_title(shown, whole)
        if f"evidence {title} {shown['evidenceHash']}".encode() not in pdf:
            found.append(f"{title}: the record is of other evidence")
    for answer in whole["answers"]:
        if not answer["transactionId"]:
            continue
        found += faults_of_answer(answer, titles[answer["title"]])
        if f"transaction {answer['transactionId']}".encode() not in pdf:
            found.append(f"{answer['type']}: the record is of other movements")
    return found


if __name__ == "__main__":
    try:
        said = faults(*sys.argv[1:])
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        said = [f"cannot be read: {error}"]
    sys.stdout.write(("\n".join(said) or "Everything holds.") + "\n")
    raise SystemExit(bool(said))
