"""Vertical gutters: where the columns of a table of words part, with and without drawn borders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from pipeline.layout.lines import Segment, join_words, segments_of
from pipeline.reading.calls import Flags, Floats, Ints
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


class _Spans:
    """Where the runs of some lines begin and end; every line has a run."""

    def __init__(self, lines: Sequence[Sequence[Segment]]) -> None:
        self.x0 = np.array([run.box.x0 for line in lines for run in line], float)
        self.x1 = np.array([run.box.x1 for line in lines for run in line], float)
        sizes = [len(line) for line in lines]
        self._starts = np.cumsum([0, *sizes[:-1]])
        self._first, self._last = self.x1[self._starts], self.x0[np.cumsum(sizes) - 1]

    def of_lines(self, runs: Flags) -> Ints:
        """In how many lines one of these runs stands; the last axis are the runs."""
        lines: Ints = np.logical_or.reduceat(runs, self._starts, axis=-1).sum(axis=-1)
        return lines

    def crossed(self, at: Floats) -> Flags:
        """Which runs (second axis) cross which of these x."""
        x = at[:, None]
        return (self.x0 < x - _EDGE) & (self.x1 > x + _EDGE)

    def parted(self, at: Floats) -> Ints:
        """How many lines each of these x parts: they stand on both sides of it, and nothing of them on it."""
        x = at[:, None]
        around = (self._first <= x + _EDGE) & (self._last >= x - _EDGE)
        crossed = np.logical_or.reduceat(self.crossed(at), self._starts, axis=-1)
        parted: Ints = (around & ~crossed).sum(axis=-1)
        return parted

    def free(self, x: float) -> tuple[Floats, Floats]:
        """Where the runs left of `x` end and those right of it begin, of those that do not cross it."""
        return self.x1[self.x1 <= x + _EDGE], self.x0[self.x0 >= x - _EDGE]

    def room(self, x: float) -> float:
        """The width that stays free around `x`."""
        ends, starts = self.free(x)
        return float(starts.min() if len(starts) else x) - float(ends.max() if len(ends) else x)

    def held(self, a: float, b: float) -> int:
        """How many lines hold a run wholly between two gutters."""
        return int(self.of_lines((a - _EDGE <= self.x0) & (self.x1 <= b + _EDGE)))


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
    if not candidates:
        return []
    spans, at = _Spans(lines), np.array(sorted(candidates))
    parted, crossing = _Spans(levels).parted(at), spans.of_lines(spans.crossed(at))
    rated = [
        (across, -spans.room(x), x)
        for x, across, apart in zip(at.tolist(), crossing.tolist(), parted.tolist(), strict=True)
        if apart >= max(2, 3 * across)
    ]
    chosen: list[float] = []
    for _, _, x in sorted(rated):
        left = max((c for c in chosen if c < x), default=float("-inf"))
        right = min((c for c in chosen if c > x), default=float("inf"))
        if spans.held(left, x) > 1 and spans.held(x, right) > 1:
            chosen.append(x)
    return [_placed(spans, x) for x in sorted(chosen)]


def _placed(spans: _Spans, x: float) -> float:
    """The border inside the gutter at `x`: near the texts that stand flush with it, as a cell's side is."""
    ends, starts = spans.free(x)
    a, b = float(ends.max()) if len(ends) else x, float(starts.min()) if len(starts) else x
    margin = min(2.5, (b - a) / 2)
    flush_right, flush_left = int((starts - b < 1.0).sum()), int((a - ends < 1.0).sum())
    if flush_right == flush_left:
        return (a + b) / 2
    return b - margin if flush_right > flush_left else a + margin


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
