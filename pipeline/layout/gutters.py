"""Vertical gutters: where the columns of a table of words part, with and without drawn borders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline.layout.lines import Segment, join_words, segments_of
from pipeline.reading.page import Rule, Word, union

# Wider than the quarter em between scripts and the space of justified Latin; cells stand 0.5 em apart.
CELL_GAP = 0.46
_EDGE = 0.3  # points that a gutter keeps from the text beside it
_MARKS = frozenset("•·●■◆▪➢")


def runs_of(line: Sequence[Word]) -> list[Segment]:
    """The runs of a line between gaps of a cell's width, a bullet set together with what follows it."""
    runs: list[Segment] = []
    for run in segments_of(line, gap=CELL_GAP):
        last = runs[-1] if runs else None
        near = last is not None and run.box.x0 - last.box.x1 < 1.5 * run.size
        if last is not None and near and set(last.text) <= _MARKS:
            runs[-1] = _joined(last, run)
        else:
            runs.append(run)
    return runs


def _joined(a: Segment, b: Segment) -> Segment:
    words = (*a.words, *b.words)
    return Segment(words, join_words(words), union([a.box, b.box]))


def _crossed(runs: Iterable[Segment], x: float) -> bool:
    return any(r.box.x0 < x - _EDGE and r.box.x1 > x + _EDGE for r in runs)


def _parted(runs: Sequence[Segment], x: float) -> bool:
    return runs[0].box.x1 <= x + _EDGE and runs[-1].box.x0 >= x - _EDGE and not _crossed(runs, x)


def _levels(lines: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """Lines with what stands half a line above or below: beside a name in the middle of its cell."""
    levels: list[list[Segment]] = []
    for above, below in pairwise(lines):
        near = below[0].box.yc - above[0].box.yc < 1.05 * below[0].size
        if near and not any(a.box.x0 < b.box.x1 and b.box.x0 < a.box.x1 for a in above for b in below):
            levels.append(sorted([*above, *below], key=lambda r: r.box.x0))
    return levels


def find_gutters(lines: Sequence[Sequence[Segment]]) -> list[float]:
    """The x of every gutter that most of the lines leave free, from the left.

    A few lines may cross one: a head over several columns, a name longer than its cell.
    """
    lines = [line for line in lines if line]
    levels = [*lines, *_levels(lines)]
    candidates = {
        x
        for line in levels
        for a, b in pairwise(line)
        if b.box.x0 - a.box.x1 > 2 * _EDGE
        for x in (a.box.x1 + _EDGE, b.box.x0 - _EDGE)
    }
    rated: list[tuple[int, float, float]] = []
    for x in candidates:
        parted = sum(_parted(line, x) for line in levels)
        crossing = sum(_crossed(line, x) for line in lines)
        if parted >= max(2, 3 * crossing):
            rated.append((crossing, -_room(lines, x), x))
    chosen: list[float] = []
    for _, _, x in sorted(rated):
        left = max((c for c in chosen if c < x), default=float("-inf"))
        right = min((c for c in chosen if c > x), default=float("inf"))
        if _held(lines, left, x) > 1 and _held(lines, x, right) > 1:
            chosen.append(x)
    return [_placed(lines, x) for x in sorted(chosen)]


def _free(lines: Sequence[Sequence[Segment]], x: float) -> tuple[list[float], list[float]]:
    """Where the runs left of `x` end and those right of it begin, of the lines that do not cross it."""
    ends = [r.box.x1 for line in lines for r in line if r.box.x1 <= x + _EDGE]
    starts = [r.box.x0 for line in lines for r in line if r.box.x0 >= x - _EDGE]
    return ends, starts


def _room(lines: Sequence[Sequence[Segment]], x: float) -> float:
    """The width that stays free around `x`."""
    ends, starts = _free(lines, x)
    return min(starts, default=x) - max(ends, default=x)


def _placed(lines: Sequence[Sequence[Segment]], x: float) -> float:
    """The border inside the gutter at `x`: near the texts that stand flush with it, as a cell's side is."""
    ends, starts = _free(lines, x)
    a, b = max(ends, default=x), min(starts, default=x)
    margin = min(2.5, (b - a) / 2)
    flush_right = sum(s - b < 1.0 for s in starts)
    flush_left = sum(a - e < 1.0 for e in ends)
    if flush_right == flush_left:
        return (a + b) / 2
    return b - margin if flush_right > flush_left else a + margin


def _held(lines: Sequence[Sequence[Segment]], a: float, b: float) -> int:
    """How many lines hold a run wholly between two gutters."""
    return sum(any(a - _EDGE <= r.box.x0 and r.box.x1 <= b + _EDGE for r in line) for line in lines)


def drawn_borders(rules: Sequence[Rule], lines: Sequence[Sequence[Segment]]) -> list[float]:
    """Column borders as drawn: vertical rules, and the joints of horizontal rules drawn cell by cell."""
    joints: list[tuple[float, float]] = []
    pieces = sorted({(round(r.top, 0), r.x0, r.x1) for r in rules if r.horizontal and r.x1 - r.x0 > 10})
    for (y, a0, a1), (other, b0, b1) in pairwise(pieces):
        if y == other and abs(b0 - a1) < 1.5 and a1 - a0 > 10 and b1 - b0 > 10:
            joints.append((a1, y))
    joints += [(r.x0, r.top) for r in rules if not r.horizontal and r.bottom - r.top > 8]
    borders: list[float] = []
    for x, _ in sorted(joints):
        if borders and x - borders[-1] < 4:
            continue
        crossing = sum(_crossed(line, x) for line in lines)
        if crossing <= 0.2 * len(lines) and any(_parted(line, x) for line in lines if line):
            borders.append(x)
    return borders
