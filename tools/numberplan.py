# ruff: noqa: INP001 - a script, not a package
"""Write src/izin/core/numberplan_table.py from the metadata of libphonenumber.

The library needs 17 µs and 48 MB for what a table answers in one; so it stays a tool, and the
tests compare the table with it. Run it again whenever `phonenumbers` is raised.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata, PhoneNumberDesc

TARGET = Path(__file__).parents[1] / "src/izin/core/numberplan_table.py"

USES = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)
"""The kinds of numbers for which the library calls a number valid."""

HEAD = '''"""The number plan of the world. Written by tools/numberplan.py, libphonenumber {version}.

calling code → its regions in order: (leading digits or "", pattern of a valid national number).
The first region whose leading digits fit decides; a region without them decides only by fitting.
"""

# fmt: off
REGIONS: dict[str, tuple[tuple[str, str], ...]] = {{
{rows}
}}
'''


def of_length(desc: PhoneNumberDesc | None) -> str:
    """Pattern of a description, held to its possible lengths."""
    if desc is None:
        return "(?!)"
    pattern = re.sub(r"\s+", "", desc.national_number_pattern or "")
    lengths = sorted(n for n in desc.possible_length or () if n > 0)
    if not lengths:
        return f"(?:{pattern})"
    if len(lengths) > 1 and lengths == list(range(lengths[0], lengths[-1] + 1)):
        return rf"(?=\d{{{lengths[0]},{lengths[-1]}}}$)(?:{pattern})"
    alternatives = "|".join(rf"\d{{{n}}}$" for n in lengths)
    return f"(?={alternatives})(?:{pattern})"


def region_pattern(region: PhoneMetadata) -> str:
    """Pattern that fits exactly the valid national numbers of a region; empty where none is."""
    descs = (getattr(region, use) for use in USES)
    found = dict.fromkeys(of_length(d) for d in descs if d and d.national_number_pattern)
    if not found:
        return ""
    return f"(?={of_length(region.general_desc)}$)(?:{'|'.join(found)})"


def rows() -> Iterable[str]:
    """One line for each calling code, in numerical order."""
    for code, names in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()):
        found = (PhoneMetadata.metadata_for_region_or_calling_code(code, name) for name in names)
        pairs = tuple(
            (re.sub(r"\s+", "", region.leading_digits or ""), region_pattern(region))
            for region in found
            if region is not None
        )
        yield f'    "{code}": {pairs!r},'


def main() -> None:
    """Write the table and say how large it is."""
    text = HEAD.format(version=phonenumbers.__version__, rows="\n".join(rows()))
    TARGET.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(text):,} characters\n")


if __name__ == "__main__":
    main()
