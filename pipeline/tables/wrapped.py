"""Numbers that wrap inside a narrow cell: `13,40` over `8`.

A number printed without the digits of its last group is none, so what stands below it is its rest: nothing
else has to be known of the cell. Where all of it is seen the rest makes a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.layout.tokens import is_number
from pipeline.reading.page import Box, Word, bounds

_MISGROUPED = re.compile(r",\d{0,2}(?:\D|$)|,\d{4,}")
_REST = re.compile(r"[\d.,%)）]{1,4}")
_NEXT_LINE = 1.35  # em from a line to the next of one cell at most


def is_whole(text: str) -> bool:
    """Whether a text is a number whose groups of digits are complete."""
    return is_number(text) and not _MISGROUPED.search(text)


def with_clipped_rest(text: str, box: Box, clipped: Sequence[Word]) -> str:
    """The text of a cell with the rest that its clip hides, where only both together are a number."""
    if not text or is_whole(text):
        return text
    rests = [
        w
        for w in clipped
        if box.bottom - 3 < w.yc < box.bottom + 9 and w.x0 < box.x1 + 3 and w.x1 > box.x0 - 3
    ]
    return text + rests[0].text if len(rests) == 1 and is_whole(text + rests[0].text) else text


def set_together(rows: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """Rows of numbers, those of which the next line holds nothing but rests as one with that line."""
    whole: list[list[Word]] = []
    for row in rows:
        joined = _joined(whole[-1], row) if whole else None
        if joined is None:
            whole.append(list(row))
        else:
            whole[-1] = joined
    return whole


def _joined(upper: Sequence[Word], lower: Sequence[Word]) -> list[Word] | None:
    """Two lines of numbers as one; None where one in the lower is no rest, or one above is left in part."""
    size = upper[0].size
    if not 0 < lower[0].yc - upper[0].yc < _NEXT_LINE * size:
        return None
    found = {id(word): word for word in upper}
    for rest in lower:
        over = [w for w in upper if w.x0 - 1 < rest.xc < w.x1 + 1]
        if len(over) != 1 or not _MISGROUPED.search(over[0].text) or not _REST.fullmatch(rest.text):
            return None
        number = replace(over[0], text=over[0].text + rest.text, char_x=())
        box = bounds([over[0], rest])
        found[id(over[0])] = replace(number, x0=box.x0, x1=box.x1, bottom=box.bottom)
    return None if any(_MISGROUPED.search(w.text) for w in found.values()) else list(found.values())
