"""Where the columns of a block stand: value columns under its heads, text columns before them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.layout.captions import is_unit_line
from pipeline.layout.lines import join_words, segments_of
from pipeline.layout.tokens import is_loose_value, is_period, is_value, tight
from pipeline.reading.page import Box, Word

CODE = re.compile(
    r"[0-9A-Z]{1,6}[. ]?(?:SH|SZ|BJ|HK|CH|US|TT|JP|KS|LN|GR|FP|SS)(?: ?Equity)?|\d{6}(?:\.[A-Z]{1,2})?",
    re.IGNORECASE,
)


# The number of a row (`一、` `(二)`) and words such as 其中 are set off from their own label.
_NAME = re.compile(r"(?!其中|[减減加]$)[^\W\d].*(?<![:：、.)）])$|[^\W\d]")


@dataclass(slots=True)
class Column:
    """One column: its horizontal extent and what it mostly holds."""

    x0: float
    x1: float
    is_value: bool
    filled: int = 0  # body lines with something in it

    @property
    def xc(self) -> float:
        """Horizontal centre."""
        return (self.x0 + self.x1) / 2


def _merge(spans: list[tuple[float, float]], slack: float) -> list[tuple[float, float]]:
    """Union of intervals, those nearer than `slack` joined."""
    merged: list[tuple[float, float]] = []
    for a, b in sorted(spans):
        if merged and a - merged[-1][1] < slack:
            merged[-1] = (merged[-1][0], max(merged[-1][1], b))
        else:
            merged.append((a, b))
    return merged


def value_columns(lines: Sequence[Sequence[Word]], heads: Sequence[Box], zone: float) -> list[Column]:
    """Columns at and right of `zone`: projections of values and heads, at least one column per head."""
    spans = [(h.x0, h.x1) for h in heads]
    rows = 0
    for line in lines:
        segments = [s for s in segments_of(line) if s.box.x1 > zone]
        values = [is_value(tight(s.text)) and s.box.xc > zone for s in segments]
        rows += any(values)
        spans += [(s.box.x0, s.box.x1) for s, value in zip(segments, values, strict=True) if value]
        if sum(values) >= 0.5 * len(heads):
            # Short texts between or behind numbers (a rating, a currency) are cells too.
            spans += [
                (s.box.x0, s.box.x1)
                for s, value in zip(segments, values, strict=True)
                if not value and s.box.x0 > zone and len(s.text) <= 12
            ]
    columns: list[Column] = []
    for a, b in _merge(spans, -0.5):
        inside = [h for h in heads if a - 0.5 <= h.xc <= b + 0.5]
        if len(inside) <= 1:
            columns.append(Column(a, b, True))
            continue
        # Numbers of neighbouring columns overlap in projection: cut half-way between the heads' right edges.
        cuts = [a, *(((p.x1 + q.x0) / 2) for p, q in itertools.pairwise(inside)), b]
        columns += [Column(p, q, True) for p, q in itertools.pairwise(cuts)]
    return _paired([c for c in columns if _supported(c, lines, heads, rows)], lines, heads)


def _paired(columns: list[Column], lines: Sequence[Sequence[Word]], heads: Sequence[Box]) -> list[Column]:
    """Heads set so far to one side of their numbers that nothing overlaps: each takes the column beside it.

    Only where there are as many columns of numbers as heads, and either all heads stand so (bare heads and
    headless numbers alternate) or the numbers keep an even pitch: then no column among them is a blank one.
    """
    headed = [any(c.x0 - 0.5 <= h.xc <= c.x1 + 0.5 for h in heads) for c in columns]
    filled = [any(c.x0 - 0.5 <= w.xc <= c.x1 + 0.5 for line in lines for w in line) for c in columns]
    bare = [i for i, column in enumerate(columns) if headed[i] and not filled[i]]
    if not bare or sum(filled) != len(heads) or not all(h or f for h, f in zip(headed, filled, strict=True)):
        return columns
    edges = [c.x1 for c, full in zip(columns, filled, strict=True) if full]
    steps = sorted(b - a for a, b in itertools.pairwise(edges))
    even = len(steps) > 2 and steps[-1] - steps[0] < 0.15 * steps[-1]
    if len(bare) < len(heads) and not even:
        return columns
    for side in (1, -1):
        beside = [i + side for i in bare]
        if all(0 <= i < len(columns) and filled[i] and not headed[i] for i in beside):
            pairs = {
                max(i, j): (columns[min(i, j)], columns[max(i, j)]) for i, j in zip(bare, beside, strict=True)
            }
            gone = {min(i, j) for i, j in zip(bare, beside, strict=True)}
            return [
                Column(pairs[i][0].x0, pairs[i][1].x1, True, max(c.filled for c in pairs[i]))
                if i in pairs
                else column
                for i, column in enumerate(columns)
                if i not in gone
            ]
    return columns


def _supported(column: Column, lines: Sequence[Sequence[Word]], heads: Sequence[Box], rows: int) -> bool:
    """A column without a head must hold something in a sixth of the rows: less is a stray mark."""
    if any(column.x0 - 1 <= h.xc <= column.x1 + 1 for h in heads):
        return True
    column.filled = sum(any(column.x0 <= w.xc <= column.x1 for w in line) for line in lines)
    return column.filled >= max(2, rows / 6) or rows <= 2


def nearest(columns: Sequence[Column], x0: float, x1: float) -> int:
    """The index of the column that a word belongs to: most overlap, else least distance."""
    best, score = 0, float("-inf")
    for index, column in enumerate(columns):
        left, right = column.x0, column.x1
        # Every number asks every column: without min, max and a property that is half the time.
        overlap = (right if right < x1 else x1) - (left if left > x0 else x0)
        if overlap > score:  # the distance only takes from it
            value = overlap if overlap > 0 else overlap - abs((left + right) / 2 - (x0 + x1) / 2) * 0.01
            if value > score:
                best, score = index, value
    return best


def _cuts(lines: Sequence[Sequence[Word]]) -> list[float]:
    """Heights of the gaps that most lines leave at the same place: borders of text columns.

    A single long name may reach over a border; in most rows the gap shows.
    """
    rows = [sorted(line, key=lambda w: w.x0) for line in (*lines, *_levels(lines)) if len(line) > 1]
    if not rows:
        return []
    pairs = [(a, b) for row in rows for a, b in itertools.pairwise(row) if b.x0 - a.x1 > 0.3 * a.size]
    gaps = sorted((a.x1, b.x0) for a, b in pairs)
    # Behind a code of a listing another column begins for certain.
    coded = [(a.x1, b.x0) for a, b in pairs if CODE.fullmatch(a.text)]
    wide = 1.2 * rows[0][0].size
    cuts: list[float] = []
    for _, x in gaps:
        at = x - 0.3
        parted = sum(a < at < b for a, b in gaps)
        covered = sum(w.x0 < at - 0.5 and w.x1 > at + 0.5 for line in lines for w in line)
        crossing = sum(line[0].x0 < at < max(w.x1 for w in line) for line in rows)
        # Names merged over several rows stand on few lines; wide gaps part them all the same.
        clear = sum(a < at < b and b - a > wide for a, b in gaps) >= max(3, 0.25 * len(lines))
        # Close to them they do where the labels of most lines stand flush behind the gap.
        flush = sum(any(abs(w.x0 - x) < 1.0 for w in line) for line in lines) >= 0.6 * len(lines)
        flush = flush and all(_NAME.fullmatch(a.text) for a, b in pairs if a.x1 < at < b.x0)
        clear = clear or flush
        sure = flush or parted > 3 or sum(a < at < b for a, b in coded) == parted > 0
        few = sure and len(lines) < 3  # one company, its mean: the rest of a table that goes on
        if (
            parted >= max(1 if few else 2, 0.6 * crossing, 0 if clear else 0.5 * len(lines))
            and covered <= max(sure, 0.15 * len(lines))
            and (not cuts or at - cuts[-1] > 4)
        ):
            cuts.append(at)
    return cuts


def _levels(lines: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """Lines with the line half a row below, where neither stands over the other: a name beside two rows."""
    return [
        [*above, *below]
        for above, below in itertools.pairwise(lines)
        if below[0].yc - above[0].yc < 1.05 * below[0].size
        and not any(a.x0 < b.x1 and b.x0 < a.x1 for a in above for b in below)
    ]


def text_columns(lines: Sequence[Sequence[Word]], zone: float) -> list[Column]:
    """Columns left of the value zone: label column, merged group names, tickers, units."""
    inside = [[w for w in line if w.x0 < zone] for line in lines]
    inside = [line for line in inside if line]
    if not inside:
        return []
    cuts = _cuts(inside)
    spans: list[tuple[float, float]] = []
    for line in inside:
        for segment in segments_of(line):
            edges = [
                segment.box.x0,
                *(c for c in cuts if segment.box.x0 < c < segment.box.x1),
                segment.box.x1,
            ]
            spans += [(a, b - 0.1) for a, b in itertools.pairwise(edges) if b - a > 1.5]
    parts = [0.0, *cuts, zone + 1000.0]
    columns = [
        Column(x0, x1, False)
        for a, b in itertools.pairwise(parts)
        for x0, x1 in _merge([s for s in spans if a - 0.5 <= s[0] and s[1] <= b + 0.5], 2.0)
    ]
    for column in columns:
        cells = [[w for w in line if column.x0 - 0.5 <= w.xc <= column.x1 + 0.5] for line in inside]
        texts = ["".join(w.text for w in cell) for cell in cells if cell]
        column.filled = len(texts)
        column.is_value = sum(is_loose_value(t) and not is_period(t) for t in texts) > 0.6 * len(texts)
    dense = max((c.filled for c in columns), default=0)
    # One text alone at its place, in a table of several rows, is a merged cell (`可比公司平均`), no column.
    return [c for c in columns if c.filled > 1 or dense < 3]


def one_label_column(
    columns: list[Column], lines: Sequence[Sequence[Word]], heights: Sequence[float]
) -> list[Column]:
    """Text columns, two set together of which each row has one: names at the left, `YoY` at the right.

    A name merged over rows stands between them or beside a label; these stand level with numbers, alone.
    """
    together = list(columns)
    for left, right in itertools.pairwise(columns):
        if left.is_value or right.is_value or left not in together:
            continue
        alone = beside = 0
        for line in lines:
            mine = [w for w in line if left.x0 - 1 <= w.xc <= left.x1 + 1]
            if mine:
                level = min(abs(mine[0].yc - y) for y in heights) < 0.3 * mine[0].size
                other = any(
                    right.x0 - 1 <= w.xc <= right.x1 + 1 and abs(w.yc - mine[0].yc) < 0.8 * w.size
                    for other in lines
                    for w in other
                )
                alone += level and not other
                beside += not (level and not other)
        if alone > 1 and alone >= 4 * beside and not holds_codes(left, lines):
            at = together.index(left)
            together[at : at + 2] = [Column(left.x0, right.x1, False, left.filled + right.filled)]
    return together


def holds_codes(column: Column, lines: Sequence[Sequence[Word]]) -> bool:
    """Whether a column of texts holds codes of listings, not names."""
    texts = [
        join_words(cell)
        for line in lines
        if (cell := [w for w in line if column.x0 - 1 <= w.xc <= column.x1 + 1])
    ]
    return sum(bool(CODE.fullmatch(t)) for t in texts) > 0.5 * len(texts)


def holds_units(column: Column, lines: Sequence[Sequence[Word]]) -> bool:
    """Whether a column of texts holds the units of the rows beside it."""
    texts = [
        join_words(cell)
        for line in lines
        if (cell := [w for w in line if column.x0 - 1 <= w.xc <= column.x1 + 1])
    ]
    return sum(map(is_unit_line, texts)) > 0.8 * len(texts)
