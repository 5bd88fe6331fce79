"""Head levels: which head stands over which columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.layout.lines import Segment
from pipeline.layout.tokens import is_period, tight
from pipeline.reading.page import Box, union
from pipeline.tables.columns import Column

# Leaving a column without a head of this level costs this many points of misfit.
BARE = 14.0


@dataclass(frozen=True, slots=True)
class Head:
    """One printed head: its text, box, and the columns (first, last) it stands over."""

    text: str
    box: Box
    first: int
    last: int


def _misfit(segment: Segment, columns: Sequence[Column]) -> float:
    """Distance in points between a head and the columns it would span: centred, or flush with one side."""
    x0, x1 = columns[0].x0, columns[-1].x1
    centred = abs(segment.box.xc - (x0 + x1) / 2)
    if len(columns) == 1:
        return min(centred, abs(segment.box.x0 - x0) + 1, abs(segment.box.x1 - x1) + 1)
    flush = min(abs(segment.box.x0 - x0), abs(segment.box.x1 - x1)) + 6.0
    return min(centred, flush)


def place_heads(segments: Sequence[Segment], columns: Sequence[Column]) -> list[Head]:
    """Assign the heads of one level to runs of neighbouring columns with the least misfit.

    A head never leaves out a column that it covers; every column has at most one head per level.
    """
    heads = sorted(segments, key=lambda s: s.box.xc)
    n, m = len(columns), len(heads)
    if not m or not n:
        return []
    infinite = float("inf")
    best = [[infinite] * (m + 1) for _ in range(n + 1)]
    back: list[list[int]] = [[-1] * (m + 1) for _ in range(n + 1)]
    best[0][0] = 0.0
    for i in range(n + 1):
        for j in range(m + 1):
            here = best[i][j]
            if here == infinite:
                continue
            if i < n and here + BARE < best[i + 1][j]:
                best[i + 1][j], back[i + 1][j] = here + BARE, 0
            if j < m:
                for width in range(1, n - i + 1):
                    cost = here + _misfit(heads[j], columns[i : i + width])
                    if cost < best[i + width][j + 1]:
                        best[i + width][j + 1], back[i + width][j + 1] = cost, width
    if best[n][m] == infinite:
        return []
    placed: list[Head] = []
    i, j = n, m
    while i or j:
        width = back[i][j]
        if width == 0:
            i -= 1
            continue
        segment = heads[j - 1]
        placed.append(Head(segment.text, segment.box, i - width, i - 1))
        i, j = i - width, j - 1
    placed.reverse()
    return placed


def _over_one(segment: Segment, columns: Sequence[Column]) -> int | None:
    """The one column under a head, None where it touches several or none."""
    under = [i for i, c in enumerate(columns) if min(c.x1, segment.box.x1) - max(c.x0, segment.box.x0) > 0.5]
    if len(under) == 1:
        return under[0]
    near = [i for i, c in enumerate(columns) if c.x0 - 6 <= segment.box.xc <= c.x1 + 6]
    return near[0] if len(near) == 1 and len(under) <= 1 else None


def _set_together(segments: Sequence[Segment], columns: Sequence[Column]) -> list[Segment]:
    """Neighbouring pieces over one and the same column are one head: `会计年度` `(人民币百万)`."""
    together: list[Segment] = []
    for segment in sorted(segments, key=lambda s: s.box.x0):
        last = together[-1] if together else None
        here = _over_one(segment, columns)
        stub_end = columns[1].x0 if len(columns) > 1 else columns[0].x1
        in_stub = segment.box.xc < stub_end and last is not None and last.box.xc < stub_end
        if last is not None and ((here is not None and here == _over_one(last, columns)) or (in_stub and here in (0, None))):
            words = (*last.words, *segment.words)
            together[-1] = Segment(words, f"{last.text} {segment.text}", union([last.box, segment.box]))
        else:
            together.append(segment)
    return together


def place_level(segments: Sequence[Segment], columns: Sequence[Column]) -> list[Head]:
    """The heads of one line over their columns.

    Period heads, and lines with a head for most columns, sit over one column each and are read directly;
    what is left are heads that span, placed with the least misfit.
    """
    heads = _set_together(segments, columns)
    direct = [_over_one(s, columns) for s in heads]
    distinct = None not in direct and len(set(direct)) == len(direct)
    spans = len(heads) < 0.6 * len(columns) and not all(is_period(tight(s.text)) for s in heads)
    if distinct and not (spans and len(heads) > 1):
        return [Head(s.text, s.box, d, d) for s, d in zip(heads, direct, strict=True) if d is not None]
    return place_heads(heads, columns)
