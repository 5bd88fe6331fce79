"""Borders drawn down a table: which columns stand under a head, and which a number cannot belong to."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from pipeline.layout.lines import Segment
from pipeline.reading.page import Rule
from pipeline.tables.columns import Column

_SLACK = 2.0  # points by which words reach over a border
_APART = 4.0  # points between two borders that have anything between them


def borders_at(rules: Sequence[Rule], height: float) -> list[float]:
    """Where borders cross a line of text at `height`, from the left."""
    return sorted(
        (r.x0 + r.x1) / 2 for r in rules if not r.horizontal and r.top - _SLACK <= height <= r.bottom + _SLACK
    )


def drawn_over(
    level: Sequence[Segment], columns: Sequence[Column], rules: Sequence[Rule]
) -> dict[Segment, tuple[int, int]]:
    """The columns (first, last) under each head of a level that stands alone in a drawn cell.

    The side of the table may be left open. A cell that cuts through a column of numbers says nothing.
    """
    found: dict[Segment, tuple[int, int]] = {}
    for segment in level:
        borders = borders_at(rules, segment.yc)
        left = max((x for x in borders if x <= segment.box.x0 + _SLACK), default=-inf)
        right = min((x for x in borders if x >= segment.box.x1 - _SLACK), default=inf)
        if not any(_parts(x, left, right, columns) for x in borders) or _cut(columns, left, right):
            continue
        if any(other is not segment and left < other.box.xc < right for other in level):
            continue
        inside = [i for i, c in enumerate(columns) if left < (c.x0 + c.x1) / 2 < right]
        if inside and inside == list(range(inside[0], inside[-1] + 1)):
            found[segment] = inside[0], inside[-1]
    return found


def _cut(columns: Sequence[Column], *borders: float) -> bool:
    return any(c.x0 + _SLACK < border < c.x1 - _SLACK for c in columns for border in borders)


def _parts(border: float, left: float, right: float, columns: Sequence[Column]) -> bool:
    """Whether a border parts the cell between `left` and `right` from a column outside it."""
    return any(
        (c.x1 <= border + _SLACK and border <= left + _APART)
        or (c.x0 >= border - _SLACK and border >= right - _APART)
        for c in columns
    )


def is_parted(borders: Sequence[float], x0: float, x1: float, column: Column) -> bool:
    """Whether a border stands between a text from `x0` to `x1` and a column."""
    return any(
        x1 - _SLACK <= border <= column.x0 + _SLACK or column.x1 - _SLACK <= border <= x0 + _SLACK
        for border in borders
    )
