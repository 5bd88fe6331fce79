"""Heads over groups of columns whose own heads repeat: `调整前 调整后 变动` under each of three years.

Where the numbers stand flush right in wide cells, a head centred over the cells is far from the middle of the
numbers: by distance alone it might stand over the columns before or behind. That the heads below begin again
says which columns belong together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.layout.lines import Segment
from pipeline.layout.tokens import tight
from pipeline.tables.columns import Column

_YEAR = re.compile(r"(?:FY)?[’']?((?:19|20)?\d\d)年?度?[（(]?[AEFaef]?[)）]?")


def grouped(
    level: Sequence[Segment], below: Sequence[Segment | None], columns: Sequence[Column]
) -> dict[Segment, tuple[int, int]]:
    """The first and last column under each head of a level, where the heads below (by column) repeat.

    Empty where they do not repeat once for each head, or where a head does not stand over its group.
    """
    indexes = [i for i, head in enumerate(below) if head is not None and columns[i].is_value]
    heads = sorted((s for s in level if indexes and s.box.x1 > _left(columns, indexes[0])), key=_middle)
    count = len(indexes) // max(len(heads), 1)
    if len(heads) < 2 or count < 2 or len(indexes) != count * len(heads):
        return {}
    names = [tight(head.text) for i in indexes if (head := below[i]) is not None]
    if names != names[:count] * len(heads) or len(set(names[:count])) < count:
        return {}
    if any(b - a != 1 for a, b in pairwise(indexes)):
        return {}
    groups = [indexes[at : at + count] for at in range(0, len(indexes), count)]
    placed: dict[Segment, tuple[int, int]] = {}
    for head, group in zip(heads, groups, strict=True):
        if not _left(columns, group[0]) < head.box.xc < columns[group[-1]].x1:
            return {}
        placed[head] = (group[0], group[-1])
    return placed


def _middle(segment: Segment) -> float:
    return segment.box.xc


def _left(columns: Sequence[Column], index: int) -> float:
    """Where the cell of a column may begin: behind the numbers before it, or as far left as it is wide."""
    before = columns[index - 1] if index else None
    if before is not None and before.is_value:
        return before.x1
    step = columns[index + 1].x1 - columns[index].x1 if index + 1 < len(columns) else 0.0
    return columns[index].x1 - max(step, columns[index].x1 - columns[index].x0)


def runs_onward(periods: Sequence[str]) -> bool:
    """Whether the first two years that differ in a row of heads (`FY25E` `FY26E`) run on from the left."""
    years = [_year(period) for period in periods]
    steps = [b - a for a, b in pairwise(years) if a is not None and b is not None]
    return next((step > 0 for step in steps if step), False)


def backwards(periods: Sequence[str], onward: bool) -> int:
    """How often a year stands before an earlier one under one head, where years run on from the left."""
    years = [year for period in periods if (year := _year(period)) is not None]
    return sum(b < a for a, b in pairwise(years)) if onward else 0


def _year(period: str) -> int | None:
    match = _YEAR.fullmatch(period)
    return int(match[1][-2:]) if match else None
