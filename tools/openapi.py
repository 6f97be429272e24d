# ruff: noqa: INP001 - a script, not a package
"""Write docs/api/openapi.json from the table of operations. Run it whenever the table changes."""

import sys
from pathlib import Path

from izin.api.openapi import document_text
from izin.i18n.catalogue import Language
from izin.wiring.web import OPERATIONS

TARGET = Path(__file__).parents[1] / "docs/api/openapi.json"


def main() -> int:
    """Write the document; say nothing if all is well."""
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(document_text(OPERATIONS, Language.EN), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
