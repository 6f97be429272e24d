"""Where a dealer may stand: under another one of its brand, never under itself, not too deep."""

import pytest

from izin.core.codes import RetailerCode
from izin.retailer.model import Branch, RetailerStatus
from izin.retailer.tree import DEPTH_MAX, misplaced


def a_tree(**above: int | None) -> list[Branch]:
    """`d3=2`: dealer 3 stands under dealer 2."""
    return [
        Branch(
            RetailerCode(int(name[1:])),
            None if parent is None else RetailerCode(parent),
            f"Bayi {name}",
            RetailerStatus.ACTIVE,
        )
        for name, parent in above.items()
    ]


CHAIN = a_tree(d1=None, d2=1, d3=2, d4=3, d5=4)
"""As deep as it may be."""


@pytest.mark.parametrize(
    ("tree", "code", "parent", "refused"),
    [
        (a_tree(d1=None, d2=None), 2, 1, None),
        (a_tree(d1=None, d2=1), 2, None, None),
        (a_tree(d1=None, d2=1), 2, 1, None),  # it stands there already
        (a_tree(d1=None), 1, 1, "IZ079"),
        (a_tree(d1=None, d2=1), 1, 2, "IZ079"),
        (a_tree(d1=None, d2=1, d3=2), 1, 3, "IZ079"),
        (a_tree(d1=None), 1, 9, "H058"),
        (a_tree(d1=None), 9, 1, "H058"),
        (a_tree(d1=None), 9, None, "H058"),
        (CHAIN, 5, None, None),
        (CHAIN, 3, 1, None),
        (CHAIN + a_tree(d6=None), 6, 5, "IZ079"),
        (CHAIN + a_tree(d6=None), 1, 6, "IZ079"),
        (CHAIN + a_tree(d6=None), 2, 6, None),
    ],
)
def test_a_dealer_stands_under_another(tree, code, parent, refused):
    parent = None if parent is None else RetailerCode(parent)
    found = misplaced(tree, RetailerCode(code), parent)
    assert (found and found.code) == refused
    assert DEPTH_MAX == 5
