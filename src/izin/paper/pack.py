"""A paper and its time stamp as one file, named as the contract has them. Source: contract."""

import io
import zipfile


def packed(name: str, pdf: bytes, stamp: bytes) -> bytes:
    """Give the zip of a paper and of the response that stamps it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"{name}.pdf", pdf)
        file.writestr(f"{name}.tsr", stamp)
    return whole.getvalue()
