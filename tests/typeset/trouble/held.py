"""Which troubles are read without a mistake, and which are not yet."""

from __future__ import annotations

from .draw import TROUBLES

# What goes wrong with each of these, and the seed of a page that shows it.
NOT_YET = {
    "shared": (
        "a statement's name as a row under the head above is not always seen to begin another one",
        141030,
    ),
    "wraps": (
        "wrapped labels beside a column of units, and on bands with labels set off their numbers",
        9,
    ),
}
HELD = tuple(name for name in TROUBLES if name not in NOT_YET)
