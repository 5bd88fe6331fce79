"""Head levels: which head stands over which columns."""

from __future__ import annotations

import re
import statistics
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.layout.lines import Segment
from pipeline.layout.tokens import contradicted, is_period, tight
from pipeline.reading.page import Box, Rule, union
from pipeline.tables.borders import drawn_over
from pipeline.tables.columns import Column
from pipeline.tables.headgroups import backwards, grouped, runs_onward
from pipeline.tables.headwords import beneath, cut_over, set_together, with_tails

# Leaving a column without a head of this level costs this many points of misfit, and where its own head is
# set in the middle between two levels, as in a cell merged over both, this many.
BARE = 14.0
MERGED = 2.0
# So does a period that stands twice under one head, one that the head's words contradict, or one before
# another that is earlier, where years run on from left to right.
REPEATED = 30.0
# A head this many points beside a column may still be its own.
_NEAR = 6.0
# A head is centred over its columns to this share of their width.
_CENTRED = 0.06
# Lines of one wrapped head are at most this many em apart.
WRAP_PITCH = 2.0
_MARK = re.compile(r"[（(]?[AEF][)）]?")
_WRAPPED = re.compile(r".*[\u4e00-\u9fff](?:.*[A-Za-z])?\|[\u4e00-\u9fff].*")
_UNIT = re.compile(r"[十百千万亿]*(?:港元|美元|元|股|吨|人|家|天|次|倍)")


@dataclass(frozen=True, slots=True)
class Head:
    """One printed head: its text, box, and the columns (first, last) it stands over."""

    text: str
    box: Box
    first: int
    last: int
    depth: int = 1  # levels it takes: a head that wraps stands on as many


def _misfit(segment: Segment, columns: Sequence[Column], left: float | None) -> float:
    """Distance in points between a head and the columns it would span: centred, or flush with one side.

    `left` is where the column before them ends, None where the columns are no periods. Numbers stand at the
    right of wide cells: a head centred over the cells is left of the middle of their numbers.
    """
    x0, x1 = columns[0].x0, columns[-1].x1
    centred = abs(segment.box.xc - (x0 + x1) / 2)
    if len(columns) == 1:
        return min(centred, abs(segment.box.x0 - x0) + 1, abs(segment.box.x1 - x1) + 1)
    flush = min(abs(segment.box.x0 - x0), abs(segment.box.x1 - x1)) + 6.0
    best = min(centred, flush)
    return best if left is None else min(best, abs(segment.box.xc - (left + x1) / 2) + 6.0)


def place_heads(
    segments: Sequence[Segment],
    columns: Sequence[Column],
    periods: Sequence[str],
    bare: Sequence[float] | None = None,
) -> list[Head]:
    """Assign the heads of one level to runs of neighbouring columns with the least misfit.

    Every column has at most one head per level. `periods` are the period heads of the columns (empty strings
    where there are none): one head does not stand over the same period twice. `bare` is what each column
    costs that is left without a head.
    """
    bare = bare or [BARE] * len(columns)
    heads = sorted(segments, key=lambda s: s.box.xc)
    n, m = len(columns), len(heads)
    if not m or not n:
        return []
    steps = [b.x1 - a.x1 for a, b in pairwise(columns)]
    before = [columns[0].x1 - (statistics.median(steps) if steps else 0.0), *(c.x1 for c in columns)]
    onward = runs_onward(periods)
    infinite = float("inf")
    best = [[infinite] * (m + 1) for _ in range(n + 1)]
    back: list[list[int]] = [[-1] * (m + 1) for _ in range(n + 1)]
    best[0][0] = 0.0
    for i in range(n + 1):
        for j in range(m + 1):
            here = best[i][j]
            if here == infinite:
                continue
            if i < n and here + bare[i] < best[i + 1][j]:
                best[i + 1][j], back[i + 1][j] = here + bare[i], 0
            if j < m:
                for width in range(1, n - i + 1):
                    left = before[i] if all(periods[i : i + width]) else None
                    cost = here + _misfit(heads[j], columns[i : i + width], left)
                    named = [p for p in periods[i : i + width] if p]
                    wrong = len(named) - len(set(named)) + contradicted(heads[j].text, named)
                    cost += REPEATED * (wrong + backwards(named, onward))
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
    """The one column under a head, None where it stands over several or none.

    A column that holds a wider text somewhere (the name of an average, set over two columns) reaches into the
    room of its neighbours: a head that covers less than a third of it only touches it. A head that reaches
    into those on both sides stands over all of them.
    """
    under = beneath(segment, columns)
    if len(under) == 1:
        return under[0]
    if under:
        held = [i for i in under if columns[i].x0 <= segment.box.xc <= columns[i].x1]
        touched = all(
            min(columns[i].x1, segment.box.x1) - max(columns[i].x0, segment.box.x0)
            < (columns[i].x1 - columns[i].x0) / 3
            for i in under
            if i not in held
        )
        aside = len(held) == 1 and held[0] in (under[0], under[-1])
        return held[0] if aside and touched else None
    middle = [i for i, c in enumerate(columns) if c.x0 - _NEAR <= segment.box.xc <= c.x1 + _NEAR]
    beside = [
        i for i, c in enumerate(columns) if c.x0 - _NEAR <= segment.box.x1 and segment.box.x0 <= c.x1 + _NEAR
    ]
    return next((near[0] for near in (middle, beside) if len(near) == 1), None)


def place_levels(
    levels: Sequence[Sequence[Segment]], columns: Sequence[Column], rules: Sequence[Rule] = ()
) -> list[list[Head]]:
    """The heads of every level, from the top, over their columns.

    Borders drawn beside a head (among `rules`) say what it stands over. The period heads say which columns
    have a level of their own; a head over any other column belongs to that column alone, however the lines
    are staggered. What is left are heads that span columns with periods: they are placed with the least
    misfit.
    """
    timed = _timed(levels, columns)
    periods = {
        i: tight(s.text)
        for level in levels
        for s in level
        if is_period(tight(s.text)) and (i := _over_one(s, columns)) is not None
    }
    levels = [with_tails(level, columns) for level in levels]
    levels = [cut_over(level, columns, levels[n + 1 :]) for n, level in enumerate(levels)]
    groups = [
        _grouped(level, levels[n + 1 :], columns) | drawn_over(level, columns, rules)
        for n, level in enumerate(levels)
    ]
    over = _periods_over(levels, columns, timed)
    if over is not None or any(is_period(tight(s.text)) for group in groups for s in group):
        # The periods stand over heads of their own: `2018 年度` over 销售额 and 单价.
        timed, periods = [], {}
    own = [{s: i for s in level if (i := _own_column(s, columns, timed)) is not None} for level in levels]
    own = [_continued(level, columns, own, n) for n, level in enumerate(levels)]
    own = [{s: i for s, i in level.items() if s not in groups[n]} for n, level in enumerate(own)]
    for n, level in enumerate(levels):
        marks = _marks(level, levels[:n], columns)
        own[n] |= {s: i for s, i in marks.items() if s not in groups[n]}
    if over is not None:
        own[over] = {s: i for s, i in own[over].items() if not is_period(tight(s.text))}
    deepest = {i: n for n, level in enumerate(own) for i in level.values()}
    bare = [
        BARE if deepest.get(i, len(levels)) >= max(deepest.values(), default=0) else MERGED
        for i in range(len(columns))
    ]
    placed: list[list[Head]] = []
    for n, level in enumerate(levels):
        parting = [] if timed else _parting(level, levels[n + 1 :], columns)
        if parting:
            placed.append(parting)
            continue
        parts: dict[int, list[Segment]] = {}
        for segment, index in own[n].items():
            parts.setdefault(index, []).append(segment)
        heads = [
            Head(" ".join(p.text for p in of), union([p.box for p in of]), index, index)
            for index, of in parts.items()
        ]
        heads += [Head(s.text, s.box, *span) for s, span in groups[n].items()]
        spanning = set_together([s for s in level if s not in own[n] and s not in groups[n]])
        if n == over and not groups[n]:
            headed = sorted({i for lower in own[n + 1 :] for i in lower.values() if i and i not in parts})
            heads += _place_periods(spanning, columns, headed, bare)
        else:
            heads += _place_between(spanning, columns, timed, periods, bare, heads)
        placed.append(_one_a_column(heads))
    return placed


def _timed(levels: Sequence[Sequence[Segment]], columns: Sequence[Column]) -> list[int]:
    """The columns under the period heads.

    Of all levels the one with most periods: a price date over one column (`2025/05/08`) is no period head.
    Heads in one line beside others that wrap stand in one row with them.
    """
    over = [
        {s: i for s in level if is_period(tight(s.text)) and (i := _over_one(s, columns)) is not None}
        for level in levels
    ]
    most = max(over, key=lambda level: len(set(level.values())), default={})
    if not most:
        return []
    first = next(iter(most))
    beside = [level for level in over if level and abs(next(iter(level)).yc - first.yc) < 0.8 * first.size]
    return sorted({i for level in beside for i in level.values()})


def _marks(
    level: Sequence[Segment], above: Sequence[Sequence[Segment]], columns: Sequence[Column]
) -> dict[Segment, int]:
    """The columns of a second line of period heads that holds nothing but marks: `A A E` below years."""
    if not above or not all(_MARK.fullmatch(tight(s.text)) for s in level):
        return {}
    years = [s for upper in above for s in upper if is_period(tight(s.text))]
    below = [
        any(abs(s.box.x1 - y.box.x1) < s.size or abs(s.box.xc - y.box.xc) < 2 for y in years) for s in level
    ]
    found = {s: i for s in level if (i := _over_one(s, columns)) is not None}
    return found if all(below) and len(set(found.values())) == len(level) else {}


def _grouped(
    level: Sequence[Segment], lower: Sequence[Sequence[Segment]], columns: Sequence[Column]
) -> dict[Segment, tuple[int, int]]:
    """The columns under the heads of a level where those of a level below begin again under each."""
    for heads in lower:
        below: list[Segment | None] = [None] * len(columns)
        for head in heads:
            index = _over_one(head, columns)
            if index is not None:
                below[index] = head
        groups = grouped(level, below, columns)
        if groups:
            return groups
    return {}


def _parting(
    level: Sequence[Segment], below: Sequence[Sequence[Segment]], columns: Sequence[Column]
) -> list[Head]:
    """The heads of a level that parts all columns among a few: `涨幅前五名` `跌幅前五名` over eight.

    Each is centred over several columns of which it may touch one only, or none. Only over a level with a
    head for every column, with or without one over the labels.
    """
    if len(level) < 2 or not any(len(columns) - 1 <= len(lower) <= len(columns) for lower in below):
        return []
    order = sorted(range(len(columns)), key=lambda i: columns[i].x0)
    for indexes in (order, order[1:]):
        over = [columns[i] for i in indexes]
        heads = place_heads(level, over, [""] * len(over))
        if sum(h.last - h.first + 1 for h in heads) == len(over) and all(
            h.first < h.last and _is_centred(h, over) for h in heads
        ):
            return _numbered(heads, indexes)
    return []


def unwrapped(levels: Sequence[Sequence[Head]]) -> list[list[Head]]:
    """The levels, heads that wrap within their column set together: `24E-26E 收` over `入 CAGR`.

    Such a head has words before the break and goes on with a Chinese character. A period over a name
    (`2019年` `单价`) and a name over its unit (`总市值` `亿元`) are levels of their own.
    """
    whole = [list(level) for level in levels]
    for number in reversed(range(len(whole))):
        for index, head in enumerate(whole[number]):
            under = (
                (depth, h)
                for depth, lower in enumerate(whole[number + 1 :], 1)
                for h in lower
                if h.first <= head.last and head.first <= h.last
            )
            depth, below = next(under, (0, head))
            if depth and head.first == head.last == below.first == below.last and _wraps(head, below):
                whole[number + depth].remove(below)
                box = union([head.box, below.box])
                whole[number][index] = Head(
                    head.text + below.text, box, head.first, head.last, depth + below.depth
                )
    return [
        [replace(h, depth=sum(map(bool, whole[number : number + h.depth]))) for h in level]
        for number, level in enumerate(whole)
        if level
    ]


def _wraps(head: Head, below: Head) -> bool:
    return (
        bool(_WRAPPED.fullmatch(f"{head.text}|{below.text}"))
        and below.box.top - head.box.top <= WRAP_PITCH * head.box.height
        and not is_period(tight(head.text))
        and not is_period(tight(below.text))
        and not _UNIT.fullmatch(tight(below.text))
    )


def _own_column(segment: Segment, columns: Sequence[Column], timed: Sequence[int]) -> int | None:
    """The column that a head belongs to alone; None for one that may span columns."""
    index = _over_one(segment, columns)
    if index is None and segment.box.xc < columns[min(1, len(columns) - 1)].x0:
        index = 0
    elif index is None and timed and segment.box.x1 < min(columns[i].x0 for i in timed) - _NEAR:
        # Over names that head the rows below them, as those of cells merged over several rows do.
        index = None if beneath(segment, columns) else 0
    alone = index is not None and (index not in timed or is_period(tight(segment.text)) or not timed)
    return index if alone else None


def _continued(
    level: Sequence[Segment],
    columns: Sequence[Column],
    own: Sequence[Mapping[Segment, int]],
    number: int,
) -> dict[Segment, int]:
    """The heads of one column, with ends of wrapped heads that stand over no column but flush with a head."""
    found = dict(own[number])
    for segment in level:
        if segment in found or beneath(segment, columns):
            continue
        for other, index in (pair for heads in own[:number] for pair in heads.items()):
            near = segment.box.yc - other.box.yc < 2 * segment.size
            flush = abs(other.box.x0 - segment.box.x0) < 1 or abs(other.box.xc - segment.box.xc) < 1
            if near and flush:
                found[segment] = index
    return found


def _periods_over(
    levels: Sequence[Sequence[Segment]], columns: Sequence[Column], timed: Sequence[int]
) -> int | None:
    """The level of period heads that stand over several columns each: all of those have heads below."""
    single = [[(s, _over_one(s, columns)) for s in level] for level in levels]
    for n, level in enumerate(single):
        mine = {i for s, i in level if i is not None and is_period(tight(s.text))}
        # What overlaps them in height stands beside them: heads in one line beside heads in two.
        under = [low for low in single[n + 1 :] if low and level and _is_below(low[0][0], level[0][0])]
        below = {i for lower in under for _, i in lower if i is not None}
        if (
            len(mine) > 1
            and mine == set(timed)
            and mine <= below
            and max(below - mine, default=0) > min(mine)
        ):
            return n
    return None


def _is_below(lower: Segment, upper: Segment) -> bool:
    return lower.yc - upper.yc > 0.8 * upper.size


def _place_periods(
    segments: Sequence[Segment], columns: Sequence[Column], headed: Sequence[int], bare: Sequence[float]
) -> list[Head]:
    """Period heads over the columns that have heads of their own below.

    Where none of those comes before the first period, each stands over the first of its columns.
    """
    starts = [i for s in segments if (i := _over_one(s, columns)) is not None]
    columns_of_values = [i for i in headed if columns[i].is_value]
    if len(starts) == len(segments) and min(starts) <= min(columns_of_values, default=0):
        ends = [*(i - 1 for i in starts[1:]), max(headed)]
        return [Head(s.text, s.box, a, b) for s, a, b in zip(segments, starts, ends, strict=True)]
    return _place_spanning(segments, columns, columns_of_values, columns_of_values, {}, bare)


def _one_a_column(heads: Sequence[Head]) -> list[Head]:
    """Heads of one level from the left; two that claim one column are set together over what both span."""
    apart: list[Head] = []
    for head in sorted(heads, key=lambda h: (h.first, h.box.x0)):
        last = apart[-1] if apart else None
        if last is not None and head.first <= last.last:
            text = f"{last.text} {head.text}"
            apart[-1] = Head(text, union([last.box, head.box]), last.first, max(last.last, head.last))
        else:
            apart.append(head)
    return apart


def _place_between(
    segments: Sequence[Segment],
    columns: Sequence[Column],
    timed: Sequence[int],
    periods: Mapping[int, str],
    bare: Sequence[float],
    beside: Sequence[Head],
) -> list[Head]:
    """Heads that may span columns; where none is a period, they do not reach over a head `beside` them."""
    # The labels are column 0 even where codes or ranks stand left of them.
    indexes = sorted(timed or range(len(columns)), key=lambda i: columns[i].x0)
    walls = [] if timed else sorted(columns[head.first].x0 for head in beside)
    heads: list[Head] = []
    for n in range(len(walls) + 1):
        here = [s for s in segments if bisect(walls, s.box.xc) == n]
        free = [i for i in indexes if bisect(walls, columns[i].x0) == n and columns[i].x0 not in walls]
        heads += _place_spanning(here, columns, free or indexes, timed, periods, bare)
    return heads


def _place_spanning(
    segments: Sequence[Segment],
    columns: Sequence[Column],
    indexes: Sequence[int],
    timed: Sequence[int],
    periods: Mapping[int, str],
    bare: Sequence[float],
) -> list[Head]:
    if not segments:
        return []
    if len(segments) == len(indexes):
        # One head for each: a second line of the same head (`A`, `(Huatai)`).
        ordered = sorted(segments, key=lambda s: s.box.xc)
        return [Head(s.text, s.box, i, i) for s, i in zip(ordered, indexes, strict=True)]
    heads = _over_run(segments, columns, indexes, periods, bare)
    if timed and not set(timed) <= _covered(heads):
        # A column of another head among them, as the growth behind the years of one item.
        between = [i for i in range(min(timed), max(timed) + 2) if i < len(columns) and columns[i].is_value]
        wider = _over_run(segments, columns, between, periods, bare)
        if set(timed) <= _covered(wider) and all(_is_centred(h, columns) for h in wider):
            return wider
    return heads


def _over_run(
    segments: Sequence[Segment],
    columns: Sequence[Column],
    indexes: Sequence[int],
    periods: Mapping[int, str],
    bare: Sequence[float],
) -> list[Head]:
    over = [columns[i] for i in indexes]
    heads = place_heads(segments, over, [periods.get(i, "") for i in indexes], [bare[i] for i in indexes])
    return _numbered(heads, indexes)


def _covered(heads: Sequence[Head]) -> set[int]:
    return {i for head in heads for i in range(head.first, head.last + 1)}


def _is_centred(head: Head, columns: Sequence[Column]) -> bool:
    """Whether a head stands in the middle over its columns."""
    x0, x1 = columns[head.first].x0, columns[head.last].x1
    return abs(head.box.xc - (x0 + x1) / 2) < _CENTRED * (x1 - x0)


def _numbered(heads: Sequence[Head], indexes: Sequence[int]) -> list[Head]:
    """Heads over columns in the order of the page, with the numbers of the columns."""
    return [
        Head(head.text, head.box, first, last)
        for head in heads
        for first, last in _runs(indexes[head.first : head.last + 1])
    ]


def _runs(indexes: Sequence[int]) -> list[tuple[int, int]]:
    """Column numbers as runs of neighbours, first and last of each."""
    runs: list[tuple[int, int]] = []
    for index in sorted(indexes):
        if runs and index == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs
