"""What a page's form is sent to: a browser sends it there, with all that its address says."""

import re


def whole_path(page: str, path: str) -> str:
    """The address of the shown form of a path; the path itself where the page has none."""
    found = re.search(rf'action="({re.escape(path)}\?[^"]+)"', page)
    return path if found is None else found[1]
