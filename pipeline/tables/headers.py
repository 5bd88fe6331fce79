"""Head levels: which head stands over which columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.layout.lines import Segment
from pipeline.reading.page import Box
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
