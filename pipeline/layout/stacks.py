"""Columns of values without period heads: side boxes of a cover, benchmark scores, sensitivity grids, lists.

Values that stand under one another with a common edge form a column; columns that share their lines form a
grid; a grid counts as a table only with labels at its left.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from pipeline.layout.lines import Segment, join_words, segments_of
from pipeline.layout.tokens import is_label_text, is_loose_value, is_period, is_value, tight, width_of
from pipeline.reading.page import Box, Word, bounds, union

ALIGNED = 2.6  # points that the common edge of a column may vary by
NEXT_ROW = 2.9  # a column goes on while the next value is nearer than this many em
LABEL_EM = 22.0  # a longer text at the left is prose
MIN_ROWS = 3
BESIDE = 220.0  # points that a label may stand before its value
ACROSS = 520.0  # and where the labels are flush left under one another: a list as wide as the page
_WRAPPED = 2  # lines that may stand between two rows
_HEADING_EM = 12.0
_SENTENCE_EM = 10.0
_MARKS = 5  # numbers in equal steps that are the marks of an axis; four happen to be, 10 % more every year
_TICKER_END = re.compile(r"[A-Z]{2}$")


@dataclass(slots=True)
class Item:
    """A value segment on its line."""

    line: int
    segment: Segment


@dataclass(frozen=True, slots=True)
class Stack:
    """A grid of values: its columns (boxes, from the left), the lines it takes, and its horizontal limits.

    `numeric_labels` is true where the row heads are numbers themselves (a sensitivity table).
    """

    columns: tuple[Box, ...]
    lines: tuple[int, ...]
    left: float
    right: float
    numeric_labels: bool = False


def _aligned(a: Box, b: Box) -> bool:
    return abs(a.x1 - b.x1) < ALIGNED or abs(a.x0 - b.x0) < ALIGNED or abs(a.xc - b.xc) < ALIGNED


def _spread(values: Sequence[float]) -> float:
    """Standard deviation; `statistics.pstdev` computes in fractions, thirty times as long."""
    mean = sum(values) / len(values)
    return math.sqrt(sum([(value - mean) ** 2 for value in values]) / len(values))


def _edge(items: Sequence[Item]) -> float:
    """How unsteady the steadiest edge of a column is, in points."""
    boxes = [i.segment.box for i in items]
    return min(
        _spread([b.x0 for b in boxes]),
        _spread([b.x1 for b in boxes]),
        _spread([b.xc for b in boxes]),
    )


def _chains(items: Sequence[Item], lines: Sequence[Sequence[Segment]]) -> list[list[Item]]:
    """Values under one another with a common edge, each value in one chain."""
    chains: list[list[Item]] = []
    for item in items:
        best: list[Item] | None = None
        for chain in chains:
            if (
                _follows(item, chain, lines)
                and _in_line(item, chain)
                and (best is None or chain[-1].line > best[-1].line)
            ):
                best = chain
        if best is None:
            chains.append([item])
        else:
            best.append(item)
    return chains


def _follows(item: Item, chain: Sequence[Item], lines: Sequence[Sequence[Segment]]) -> bool:
    """Whether a value stands in the next row below a chain.

    Between them may stand the rest of a wrapped label, flush with the texts of the rows, or a heading alone.
    """
    box, last = item.segment.box, chain[-1].segment.box
    reach = NEXT_ROW * item.segment.size
    gap = box.yc - last.yc
    if item.line <= chain[-1].line or not 0 < gap < (_WRAPPED + 1) * reach:
        return False
    if gap < reach:
        return True
    between = lines[chain[-1].line + 1 : item.line]
    first = min(box.x0, last.x0)
    begun = [s.box.x0 for i in (*chain, item) for s in lines[i.line] if s.box.x1 < first]
    heights = [last.yc]
    for line in between:
        label = _label_of(line, first, ACROSS)
        heading = len(line) == 1 and is_label_text(line[0].text) and width_of(line[0].text) <= _HEADING_EM
        if heading or (label is not None and any(abs(label.box.x0 - x) < ALIGNED for x in begun)):
            heights.append(line[0].box.yc)
        if not heading and any(s.box.x0 < box.x1 and s.box.x1 > box.x0 for s in line):
            return False  # prose
    heights.append(box.yc)
    return 2 < len(heights) <= _WRAPPED + 2 and all(0 < b - a < reach for a, b in pairwise(heights))


def _in_line(item: Item, chain: Sequence[Item]) -> bool:
    """Whether a value has an edge in common with those above it, of which the last may be set off."""
    box = item.segment.box
    if _aligned(box, chain[-1].segment.box) and _edge([*chain[-4:], item]) < ALIGNED:
        return True
    before = chain[-5:-1]
    return (
        len(before) > 2
        and any(abs(getattr(box, e) - getattr(before[-1].segment.box, e)) < 0.5 for e in ("x0", "x1"))
        and _edge([*before, item]) < 0.5
    )


def _label_of(line: Sequence[Segment], x: float, reach: float = BESIDE) -> Segment | None:
    """The nearest segment left of `x` that can be a row's label."""
    before = [s for s in line if s.box.x1 <= x + 1]
    if not before:
        return None
    label = before[-1]
    if not is_label_text(label.text):
        return None  # an axis of a chart, or another column
    if (
        width_of(label.text) > LABEL_EM
        or x - label.box.x1 > reach
        or "..." in label.text
        or "…" in label.text
    ):
        return None
    return label


def _grids(chains: list[list[Item]]) -> list[list[list[Item]]]:
    """Chains that share most of the shorter one's lines belong to one grid."""
    grids: list[list[list[Item]]] = []
    for chain in sorted(chains, key=lambda c: (-len(c), c[0].line, c[0].segment.box.x0)):
        lines = {i.line for i in chain}
        for grid in grids:
            taken = {i.line for c in grid for i in c}
            if len(lines & taken) >= 0.6 * len(lines) and len(lines & taken) >= 2:
                grid.append(chain)
                break
        else:
            grids.append([chain])
    return grids


def _is_contents(items: Sequence[Item], labels: Sequence[str]) -> bool:
    """Page numbers of a table of contents: whole numbers that never fall, behind captions or headings."""
    texts = [tight(i.segment.text) for i in items]
    if not all(t.isdigit() and len(t) <= 3 for t in texts):
        return False
    numbers = [int(t) for t in texts]
    return numbers == sorted(numbers) and sum(width_of(label) > 6 for label in labels) > 0.5 * len(labels)


def even_steps(texts: Sequence[str]) -> bool:
    """Whether the numbers rise or fall by equal steps: the axis of a sensitivity grid."""
    try:
        numbers = _plain_numbers(texts)
    except InvalidOperation:
        return False
    steps = {b - a for a, b in pairwise(numbers)}
    return len(numbers) >= 3 and len(steps) == 1 and steps != {Decimal(0)}


def _plain_numbers(texts: Sequence[str]) -> list[Decimal]:
    """The numbers of an axis without their signs; InvalidOperation where one of them is none."""
    return [Decimal(t.rstrip("%％xX倍").replace(",", "")) for t in map(tight, texts)]


def _is_sensitivity(grid: Sequence[Sequence[Item]]) -> bool:
    """A grid of numbers through and through whose first column runs in equal steps and which has few gaps."""
    first = [i.segment.text for i in grid[0]]
    rows = {i.line for chain in grid for i in chain}
    filled = sum(len(chain) for chain in grid)
    return (even_steps(first) or even_steps(first[1:])) and filled >= 0.85 * len(rows) * len(grid)


def _is_axis(chain: Sequence[Item]) -> bool:
    """Whether a column runs in equal steps, and in multiples of them, as the marks of a chart's axis do.

    Numbers that count rows do so, too: 1, 2, 3 …, or one year after the other.
    """
    texts = [tight(i.segment.text) for i in chain]
    if len(texts) < _MARKS or not even_steps(texts):
        return False
    first, second = _plain_numbers(texts[:2])
    step = abs(second - first)
    return not first % step and not (step == 1 and all(t.isdigit() for t in texts))


def _is_sparse(grid: Sequence[Sequence[Item]], rows: Sequence[int]) -> bool:
    """Whether most places of the grid are empty: data labels of a chart, not cells."""
    return len(grid) > 1 and sum(len(chain) for chain in grid) < 0.5 * len(rows) * len(grid)


def _beside(lines: Sequence[Sequence[Segment]], edges: dict[int, float], *, rightwards: bool) -> float:
    """Extend over further columns of short texts that most rows have, left or right of each row's edge.

    `edges` holds the rows with where each begins (or ends) so far; the outermost edge is returned.
    """
    # A name before the label may be as long as a label; what stands behind the numbers is a short text.
    widest = 13.0 if rightwards else LABEL_EM
    edges = dict(edges)
    while True:
        found: dict[int, Box] = {}
        for row, edge in edges.items():
            if rightwards:
                after = [s for s in lines[row] if s.box.x0 >= edge - 1]
                candidate = after[0] if after and after[0].box.x0 - edge < 70 else None
            else:
                before = [s for s in lines[row] if s.box.x1 <= edge + 1]
                candidate = before[-1] if before and edge - before[-1].box.x1 < 70 else None
                if candidate and len(before) > 1 and candidate.box.x0 - before[-2].box.x1 < candidate.size:
                    candidate = None  # the end of a line of prose, justified to the gutter
            if candidate is not None and 1.5 <= width_of(candidate.text) <= widest:
                found[row] = candidate.box
        outermost = max(edges.values()) if rightwards else min(edges.values())
        # A name may be merged over several rows.
        if len(found) < max(2, (0.6 if rightwards else 0.5) * len(edges)):
            return outermost
        steady = min(
            _spread([b.x0 for b in found.values()]),
            _spread([b.x1 for b in found.values()]),
            _spread([b.xc for b in found.values()]),
        )
        if steady > ALIGNED:
            return outermost
        edges |= {row: box.x1 if rightwards else box.x0 for row, box in found.items()}


def _cells_of(line: Sequence[Word]) -> list[Segment]:
    """Segments of a line, a number set close behind a label's closing bracket split off."""
    cells: list[Segment] = []
    for segment in segments_of(line):
        if ")" not in segment.text and "）" not in segment.text:
            cells.append(segment)
            continue
        cut = next(
            (
                i
                for i in range(1, len(segment.words))
                if segment.words[i - 1].text[-1] in ")）"
                and all(is_loose_value(w.text) for w in segment.words[i:])
                and not all(is_loose_value(w.text) for w in segment.words[:i])
            ),
            None,
        )
        for words in (segment.words[:cut], segment.words[cut:]) if cut else (segment.words,):
            cells.append(Segment(tuple(words), join_words(words), bounds(words)))
    return cells


def _goes_on(value: Segment, after: Segment) -> bool:
    """Whether a number stands in a sentence that goes on right behind it: 未来 6 个月的投资收益率领先."""
    near = after.box.x0 - value.box.x1 < 0.6 * value.size
    return near and is_label_text(after.text) and width_of(after.text) >= _SENTENCE_EM


def find_stacks(lines: Sequence[Sequence[Word]]) -> list[Stack]:
    """All grids of aligned values with labels, on lines of words that belong to no other table."""
    segments = [_cells_of(line) for line in lines]
    items = [
        Item(number, s)
        for number, line in enumerate(segments)
        for at, s in enumerate(line)
        if is_loose_value(tight(s.text))
        and not _TICKER_END.search(tight(s.text))
        and not any(_goes_on(s, after) for after in line[at + 1 : at + 2])
    ]
    if len(items) < MIN_ROWS:
        return []
    chains = [c for c in _chains(items, segments) if len(c) >= 2]
    stacks: list[Stack] = []
    for grid in (part for whole in _grids(chains) for part in _parted(whole)):
        stack = _stack(grid, segments)
        if stack is not None:
            stacks.append(stack)
    return stacks


def _parted(grid: list[list[Item]]) -> list[list[list[Item]]]:
    """A list of single values over or under a grid, in line with one of its columns, set apart from it.

    Over a grid a line of text must part them, its heading; under it the whole must be sparse, for rows of
    totals with one number belong to the grid.
    """
    rows = sorted({i.line for c in grid for i in c})
    filled = Counter(i.line for c in grid for i in c)
    grown = [row for row in rows if filled[row] > 1]
    if not grown:
        return [grid]
    over = [row for row in rows if row < grown[0]]
    under = [row for row in rows if row > grown[-1]]
    if len(over) < MIN_ROWS or grown[0] - over[-1] < 2:
        over = []
    if len(under) < MIN_ROWS or not _is_sparse(grid, rows):
        under = []
    parts = [part for part in (over, [r for r in rows if r not in over and r not in under], under) if part]
    return [[p for c in grid if (p := [i for i in c if i.line in part])] for part in parts]


def _stack(grid: list[list[Item]], segments: Sequence[Sequence[Segment]]) -> Stack | None:
    grid.sort(key=lambda c: min(i.segment.box.x0 for i in c))
    longest = max(len(c) for c in grid)
    grid = [c for c in grid if len(c) >= 0.3 * longest]
    if longest < MIN_ROWS and len(grid) < MIN_ROWS:
        return None
    rows = sorted({i.line for c in grid for i in c})
    numeric = False
    if _is_sparse(grid, rows):
        return None
    listed = _without_numbering(grid)
    if listed is not grid and len(_labels(listed, rows, segments)) >= 0.6 * len(rows):
        numbered, grid = grid[0], listed
    else:
        numbered = []
    labels = _labels(grid, rows, segments)
    if len(labels) < 0.6 * len(rows):
        if len(grid) < 4 or not _is_sensitivity(grid):
            return None
        if 2 * sum(map(_is_axis, grid)) > len(grid) and len({tuple(i.line for i in c) for c in grid}) > 1:
            return None  # charts side by side, whose axes have marks of their own
        # A grid of numbers through and through (a sensitivity table): its first column is its labels.
        left = min(i.segment.box.x0 for i in grid[0])
        grid, numeric = grid[1:], True
    else:
        if any(map(_is_axis, grid)):
            return None
        if len(grid) == 1 and _is_contents(grid[0], [s.text for s in labels.values()]):
            return None
        left = _beside(segments, {row: label.box.x0 for row, label in labels.items()}, rightwards=False)
        left = min([left, *(i.segment.box.x0 for i in numbered)])
    if not any(is_value(tight(i.segment.text)) for c in grid for i in c):
        return None
    right = max(i.segment.box.x1 for c in grid for i in c)
    right = _beside(segments, dict.fromkeys(rows, right), rightwards=True)
    if len(grid) == 1:
        rows = _grown(segments, rows, left, _extent(grid[0]))
    return Stack(_apart([_extent(c) for c in grid]), tuple(rows), left, right, numeric)


def _labels(
    grid: Sequence[Sequence[Item]], rows: Sequence[int], segments: Sequence[Sequence[Segment]]
) -> dict[int, Segment]:
    """The labels of the rows: near their first number or, flush left under one another, across the page."""
    first = min(i.segment.box.x0 for i in grid[0])
    near = {row: label for row in rows if (label := _label_of(segments[row], first)) is not None}
    if len(near) >= 0.6 * len(rows) or len(rows) <= MIN_ROWS:
        return near
    far = {row: label for row in rows if (label := _label_of(segments[row], first, ACROSS)) is not None}
    edge = min((label.box.x0 for label in far.values()), default=0.0)
    flush = sum(label.box.x0 - edge < ALIGNED for label in far.values()) >= 0.8 * len(far)
    return far if flush else near


def _without_numbering(grid: list[list[Item]]) -> list[list[Item]]:
    """The columns of a grid without leading ones that number or date its rows: 序号, 日期."""
    rest = grid
    while rest and (_is_numbering(rest[0]) or all(is_period(tight(i.segment.text)) for i in rest[0])):
        rest = rest[1:]
    return grid if all(map(_is_numbering, rest)) else rest


def _is_numbering(chain: Sequence[Item]) -> bool:
    texts = [tight(i.segment.text) for i in chain]
    return all(t.isdigit() for t in texts) and [int(t) for t in texts] == list(range(1, len(texts) + 1))


def _grown(segments: Sequence[Sequence[Segment]], rows: Sequence[int], left: float, column: Box) -> list[int]:
    """The rows of a side box with those above and below that keep its pitch and both its edges.

    Rows without a value or with a text in its place part what one column of values is; they count where a
    value follows them.
    """
    heights = [segments[row][0].box.yc for row in rows]
    pitch = statistics.median(b - a for a, b in pairwise(heights))
    grown = list(rows)
    for step in (-1, 1):
        last = edge = rows[0] if step < 0 else rows[-1]
        number = last + step
        while 0 <= number < len(segments):
            inside = [s for s in segments[number] if s.box.x0 > left - 3 and s.box.x1 < column.x1 + 3]
            number += step
            if not inside:
                continue
            here = number - step
            if abs(inside[0].box.yc - segments[last][-1].box.yc) > 1.35 * pitch:
                break
            if inside[0].box.x0 > left + 3 or not is_label_text(tight(inside[0].text)):
                break
            last = here
            if len(inside) > 1 and not _aligned(inside[-1].box, column):
                break
            if len(inside) > 1 and is_loose_value(tight(inside[-1].text)):
                edge = here
        grown += range(edge, rows[0]) if step < 0 else range(rows[-1] + 1, edge + 1)
    return sorted(grown)


def _extent(chain: Sequence[Item]) -> Box:
    """A column's box: of its numbers where it has some, for a range reaches into the next column."""
    numbers = [i.segment.box for i in chain if is_value(tight(i.segment.text))]
    return union(numbers or [i.segment.box for i in chain])


def _apart(columns: Sequence[Box]) -> tuple[Box, ...]:
    """Columns whose extents overlap (pieces of one broken chain) are one."""
    merged: list[Box] = []
    for box in sorted(columns, key=lambda b: b.x0):
        if merged and box.x0 < merged[-1].x1 - 0.3 * min(box.width, merged[-1].width):
            merged[-1] = union([merged[-1], box])
        else:
            merged.append(box)
    return tuple(merged)
