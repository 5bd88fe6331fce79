"""Which label belongs to which row of numbers.

Labels wrap over two or three lines with the numbers beside the first, the middle or the last of them; a
section head has no numbers; a label may stand a few points above or below its numbers. The lines of labels
and the rows of numbers are matched in order by dynamic programming over the cost of each reading.
"""

from __future__ import annotations

import itertools
import re
import statistics
from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pipeline.layout.captions import is_unit_line, statement_class
from pipeline.layout.lines import Segment, join_words
from pipeline.layout.tokens import is_open_bracket, open_brackets
from pipeline.reading.page import Word, bounds
from pipeline.tables.linebreaks import goes_on, pairs_in, parts_a_word

MAX_WRAP = 4
STATEMENTS = ("income_statement", "balance_sheet", "cash_flow")
_BRACKETED = re.compile(r"[(（][^()（）]*[)）]")


@dataclass(frozen=True, slots=True)
class Match:
    """A row of the grid: its label lines (none for an unlabelled row), its value row (None for a section)."""

    lines: tuple[Segment, ...]
    row: int | None


def label_lines(lines: Sequence[Sequence[Word]]) -> list[Segment]:
    """Label words, already clustered to lines, as segments of a line each."""
    return [Segment(tuple(line), join_words(line), bounds(line)) for line in lines if line]


def joined(lines: Sequence[Segment]) -> str:
    """The lines of one label as one text: no space inside Chinese, one between Latin words."""
    text = ""
    for line in lines:
        if (
            text
            and text[-1].isascii()
            and line.text[:1].isascii()
            and text[-1].isalnum()
            and line.text[0].isalnum()
        ):
            text += " "
        text += line.text
    return text


Beside = Literal["first", "middle", "last"]


class _Group(NamedTuple):
    """Some lines as one text: all of its costs that no row of numbers changes, reckoned once."""

    size: float  # points
    heights: Sequence[float]
    centre: float
    fold: float  # of reading the lines as one text
    uneven: float
    spaced: float
    broken: float
    short: int  # lines that end before their column does
    heading: float  # of reading them as the head of a section
    rest: float  # of beginning a label with what the words show to be the rest of the line above


class _Costs:
    """How badly a reading fits; in em unless said otherwise.

    `beside` is the line of a wrapped label that has the numbers, where all labels of the table keep to one;
    `offset` is how far below their numbers the labels of the whole table stand.
    """

    SECTION = 0.45
    UNLABELLED = 2.5
    BRACKET = 0.5  # a wrapped label that leaves a bracket open, or closes one that it did not open
    CROWDED = 0.5  # a line set closer to the next than rows are is no row of its own
    NAMED = 6.0  # a line that names a statement, read as part of a label
    OVERLAP = 0.75  # em from line to line: nearer they are printed over each other, which no one text is
    TOLD = 0.3  # a break that the words themselves show
    REST = 0.6  # a label that begins behind such a break

    def __init__(
        self,
        lines: Sequence[Segment],
        rows: Sequence[float],
        bands: Sequence[tuple[float, float]],
        room: float,
    ) -> None:
        self.lines, self.rows, self.bands = lines, rows, bands
        self.beside: Beside | None = None
        self.offset = 0.0
        left = min((line.box.x0 for line in lines), default=0.0)
        # A label wraps at the end of its cell: near the longest label, past the middle of its room.
        self.right = max((line.box.x1 for line in lines), default=0.0)
        self.half = left + 0.55 * (room - left)
        steps = sorted(b - a for a, b in itertools.pairwise(rows))
        # The pitch of rows without a section head between them: the lower quartile.
        self.pitch = (
            steps[len(steps) // 4] if steps else 1.4 * max((line.size for line in lines), default=10.0)
        )
        # Asked again for every pairing of lines and rows: some 700 times a block.
        self.middle = [line.yc for line in lines]
        self.size = [max(line.size, 1.0) for line in lines]
        self.brackets = [open_brackets(line.text) for line in lines]
        known = pairs_in(line.text for line in lines)
        self.told = [self._told(above, below, known) for above, below in itertools.pairwise(lines)]
        self.open = [self._openness(at) for at in range(len(lines))]
        self.fold = [self._fold(above, below) for above, below in itertools.pairwise(lines)]
        self.alone = [self._section(at) for at in range(len(lines))]
        self.band = [self.band_of(y) for y in rows]
        self.wraps = self._wraps()
        self._groups: dict[tuple[int, int], _Group] = {}
        self.folded = 0.3 if bands else 1.0  # what at least counts of the cost of reading lines as one text

    def _wraps(self) -> bool:
        """Whether lines without numbers are parts of wrapped labels throughout.

        Each of them, or the one above it, reaches the end of the column: heads of sections are not that long.
        """
        offset = self.offsets()[0]
        bare = [
            at
            for at, middle in enumerate(self.middle)
            if all(abs(middle - offset - y) > 0.35 * self.lines[at].size for y in self.rows)
        ]
        return len(bare) > 2 and all(
            any(
                self._is_far(line) or is_open_bracket(line.text)
                for line in self.lines[max(at - 1, 0) : at + 1]
            )
            for at in bare
        )

    def offsets(self) -> list[float]:
        """How far below their numbers the labels of the whole table may stand: as most of them do, or level.

        Where labels wrap, the nearest line to some numbers is not the one that stands beside them.
        """
        near, middles = 0.5 * self.pitch, sorted(self.middle)
        gaps = sorted(
            m - y
            for y in self.rows
            for m in middles[bisect_left(middles, y - near - 1) : bisect_left(middles, y + near + 1)]
            if abs(m - y) < near
        )
        if len(gaps) < 4:
            return [0.0]
        windows = []
        end = 0
        for low in gaps:
            while end < len(gaps) and gaps[end] - low < 2.4:
                end += 1
            windows.append(gaps[bisect_left(gaps, low) : end])
        usual = max(windows, key=lambda w: (len(w), -abs(statistics.median(w))))
        middle = statistics.median(usual)
        if len(usual) < 0.7 * len(self.rows):
            return [0.0, middle] if len(usual) > 0.4 * len(self.rows) else [0.0]
        return [middle]

    def _is_far(self, line: Segment) -> bool:
        return line.box.x1 > self.right - 1.35 * line.size

    def _is_near(self, above: Segment, below: Segment) -> bool:
        """Whether two lines are set closer than rows are."""
        return below.yc - above.yc < min(0.8 * self.pitch, 1.35 * above.size)

    def _told(self, above: Segment, below: Segment, known: Collection[str]) -> bool:
        """Whether the words show that the lower line goes on with the text of the upper one.

        A word is parted at the end of the column only: `收入` below the head of a section `化学业务` is not.
        """
        if goes_on(above.text, below.text):
            return True
        wraps = self._is_far(above) or self._is_near(above, below)
        return wraps and parts_a_word(above.text, below.text, known)

    def _openness(self, index: int) -> float:
        """How unlikely it is that a line's text goes on below: 0 where it reaches the end of its column."""
        line = self.lines[index]
        if is_open_bracket(line.text):
            return 0.0
        cost = (0.0 if line.box.x1 > self.half else 0.5) if self._is_far(line) else 1.0
        return 0.4 * cost if index < len(self.told) and self.told[index] else cost

    def band_of(self, y: float) -> tuple[float, float] | None:
        """The drawn band (between rules or fills) that a row of numbers stands in."""
        return next((b for b in self.bands if b[0] - 0.5 <= y <= b[1] + 0.5), None)

    def _fold(self, above: Segment, below: Segment) -> float:
        """Cost of reading two lines as parts of one label, apart from where the numbers stand."""
        cost = 0.0
        step = (below.yc - above.yc) / max(above.size, 1.0)
        if step > 1.75:
            cost += 1.5
        if step < self.OVERLAP:
            cost += self.NAMED
        if above.words[0].bold != below.words[0].bold:
            cost += 0.6
        if below.box.x0 > above.box.x0 + 2.2 * above.size and below.box.x0 > self.lines[0].box.x0 + 14:
            cost += 0.3
        # The lines of one text begin at one side or are centred: a heading over all columns is another text.
        if below.box.x0 < above.box.x0 - 1.2 * above.size and abs(below.box.xc - above.box.xc) > above.size:
            cost += 1.0
        # The name of a statement stands alone over its rows, but for its unit in brackets.
        unit = _BRACKETED.fullmatch(below.text)
        if (statement_class(above.text) and not unit) or statement_class(below.text) in STATEMENTS:
            cost += self.NAMED
        return cost

    def _section(self, index: int) -> float:
        """Cost of reading one line as a section head without numbers."""
        line = self.lines[index]
        cost = self.SECTION
        if is_open_bracket(line.text) or line.text[:1] in "）)%％":
            cost += 2.0
        if index < len(self.told) and self.told[index]:
            cost += self.TOLD
        pairs = itertools.pairwise(self.lines[max(index - 1, 0) : index + 2])
        if any(self._is_near(above, below) for above, below in pairs):
            cost += self.CROWDED
        return cost

    def _heading(self, first: int, count: int) -> float:
        """Cost of reading `count` lines from `first` as a section head; several where the words say so."""
        last = first + count - 1
        if count == 1:
            return self.alone[first]
        if not all(self.told[first:last]) or sum(self.brackets[first : last + 1]) != 0:
            return float("inf")
        return self.SECTION + sum(self.fold[first:last]) + sum(self.open[first:last])

    def group(self, first: int, count: int) -> _Group:
        """`count` lines from `first` as one text."""
        found = self._groups.get((first, count))
        if found is None:
            found = self._groups[first, count] = self._group(first, count)
        return found

    def _group(self, first: int, count: int) -> _Group:
        last = first + count - 1
        heights = self.middle[first : last + 1]
        fold = sum(self.fold[first:last])
        if count > 1 and sum(self.brackets[first : last + 1]) != 0:
            fold += self.BRACKET
        # Lines of a wrapped label stand closer than rows do; a section head keeps the rows' pitch, and so
        # does a wrapped label where every line is a line of the grid: then an open bracket tells.
        even = count > 1 and (heights[-1] - heights[0]) / (count - 1) > 0.93 * self.pitch
        told = all(self.told[first:last])
        free = even and self.brackets[first] <= 0 and not told and not self.wraps
        steps = [b - a for a, b in itertools.pairwise(heights)]
        return _Group(
            size=self.size[first],
            heights=heights,
            centre=(heights[0] + heights[-1]) / 2,
            fold=fold,
            uneven=(max(steps) - min(steps)) / self.size[first] if steps else 0.0,
            spaced=0.5 * (count - 1) if free else 0.0,
            broken=sum(self.open[first:last]),
            short=sum(at == 1.0 for at in self.open[first:last]),
            heading=self._heading(first, count),
            rest=self.REST if self._is_rest(first, count) else 0.0,
        )

    def _is_rest(self, first: int, count: int) -> bool:
        """Whether lines go on with the one above; a text in brackets alone (`(+/-%)`) may be a label."""
        text = self.lines[first].text
        own = count == 1 and text[0] in "(（" and open_brackets(text) == 0
        return first > 0 and self.told[first - 1] and not own

    def is_bare_row(self, index: int) -> bool:
        """Whether a line is a row of blanks: a row's step below a label that ends before its column does."""
        if not 0 < index < len(self.lines) or self.told[index - 1] or self.wraps:
            return False
        step = self.middle[index] - self.middle[index - 1]
        return self.open[index - 1] == 1.0 and step > 0.93 * self.pitch and self.brackets[index] == 0

    def match(self, group: _Group, row: int) -> float:
        """Cost of reading lines as the label of `row`."""
        y = self.rows[row] + self.offset
        band = self.band[row]
        off = abs(group.centre - y) / group.size
        if band is not None:
            top, bottom = band
            # Where labels stand lower than their numbers, a section head's reaches into the band below.
            placed = [at - self.offset for at in group.heights]
            outside = sum([not top - 2.0 <= at <= bottom + 2.0 for at in placed])
            if outside == 0:
                centred = abs(group.centre - y) <= 0.5 * group.size
                return (0.0 if centred else 0.25 + group.spaced) + group.fold * 0.3 + group.rest
            # A label that is too long for its low cell begins beside the numbers and hangs out of it.
            begun = abs(group.heights[0] - y) < 0.2 * group.size
            if begun and outside == 1 and placed[-1] <= bottom + 0.6 * group.size:
                return 0.25 + group.spaced + group.fold * 0.3 + group.rest
            return 0.8 * outside + off + group.fold
        if len(group.heights) == 1:
            return max(0.0, off - 0.15)
        broken, spaced = group.broken, group.spaced
        fold = group.fold + group.uneven  # the lines of a label are set evenly
        middle = off + 0.1 + (0.6 if spaced else 0.1) * broken + 0.4 * group.short
        if self.beside == "middle":
            return middle - 0.1 + fold
        upper = abs(group.heights[0] - y) / group.size + 0.15 + broken + spaced
        if self.beside == "first":
            return upper - 0.1 + fold
        lower = abs(group.heights[-1] - y) / group.size + 0.15 + broken + spaced
        if self.beside == "last":
            return lower - 0.1 + fold
        return min(middle, upper, lower) + fold


def match_labels(
    lines: Sequence[Segment],
    rows: Sequence[float],
    bands: Sequence[tuple[float, float]] = (),
    *,
    room: float = 0.0,
) -> list[Match]:
    """The cheapest reading of label lines and number rows (their heights, from the top), as grid rows.

    `bands` are the drawn rows (top, bottom) where there are any; `room` is where the first number begins.
    Wrapped labels with the numbers beside the same line throughout are the cheaper reading of a table.
    """
    costs = _Costs(lines, rows, bands, room)
    ways: Sequence[Beside | None] = ("first", "middle", "last", None) if len(lines) > len(rows) else (None,)
    best: tuple[float, list[Match]] | None = None
    for offset, beside in itertools.product(costs.offsets(), ways):
        costs.offset, costs.beside = offset, beside
        best = (_cheapest(costs, best[0] - 1e-9) or best) if best else _unlimited(costs)
    return best[1] if best else []


def _unlimited(costs: _Costs) -> tuple[float, list[Match]]:
    """The cheapest reading and its cost, first looked for among the cheap ones: most blocks have one."""
    spare = len(costs.lines) - len(costs.rows)
    limit = 0.6 + (1.1 * costs.SECTION * spare if spare > 0 else -costs.UNLABELLED * spare)
    while (found := _cheapest(costs, limit)) is None:
        limit *= 3
    return found


class _Step(NamedTuple):
    """The cheapest way to read so many lines with so many rows: what it costs, and its last match."""

    cost: float
    lines: int
    rows: int


def _cheapest(costs: _Costs, limit: float) -> tuple[float, list[Match]] | None:
    """The cheapest reading and its cost; None where all of them cost `limit` or more.

    No cost is negative, so a reading that has come to the limit is not followed any further: of all pairings
    of lines and rows only those near the likely ones are looked at (400 rows under 40 heads: 267 ms
    instead of 1,029).
    """
    lines, rows = costs.lines, costs.rows
    n, m = len(lines), len(rows)
    best: list[dict[int, _Step]] = [{} for _ in range(n + 1)]  # by lines read, then by rows read
    best[0][0] = _Step(0.0, 0, 0)
    reach = max(60.0, 2.5 * costs.pitch)  # no label stands further from its numbers

    def offer(i: int, j: int, step: _Step) -> None:
        if step.cost < limit and (j not in best[i] or step.cost < best[i][j].cost):
            best[i][j] = step

    for i in range(n + 1):
        most = min(MAX_WRAP, n - i)
        j = min(best[i], default=m + 1)
        last = max(best[i], default=m)
        while j <= last:
            if j not in best[i]:
                j += 1
                continue
            here = best[i][j].cost
            if j < m:
                offer(i, j + 1, _Step(here + costs.UNLABELLED, 0, 1))
                last = max(last, j + 1)
            # Nothing is headed by a line below the last numbers: it is the rest of their label.
            after = 5.0 if j == m and not costs.is_bare_row(i) else 0.0
            near = i < n and j < m and costs.middle[i] - rows[j] < reach
            fold = 0.0
            for count in range(1, most + 1):
                if here + costs.folded * fold >= limit:
                    break  # with more lines it is dearer yet
                group = costs.group(i, count)
                offer(i + count, j, _Step(here + after + group.heading, count, 0))
                if near and rows[j] - group.heights[-1] <= reach:
                    offer(i + count, j + 1, _Step(here + costs.match(group, j), count, 1))
                if count < most:
                    fold += costs.fold[i + count - 1]
            j += 1
    if m not in best[n]:
        return None
    matches: list[Match] = []
    i, j = n, m
    while i or j:
        _, count, used = best[i][j]
        matches.append(Match(tuple(lines[i - count : i]), j - 1 if used else None))
        i, j = i - count, j - used
    matches.reverse()
    return best[n][m].cost, matches


def group_starts(names: Sequence[Segment], heights: Sequence[float]) -> dict[int, list[Segment]]:
    """For each merged name, the first row it stands over: names share the rows out by their centres.

    A name stands in the middle of its rows, so the border between two names is where the rows change from
    being nearer to the one to being nearer to the other. Where space parts the groups and every name is level
    with the first row after it, the names stand at the top of their rows.
    """
    merged: list[list[Segment]] = []
    for name in names:
        step = name.yc - merged[-1][-1].yc if merged else 0.0
        unit = is_unit_line(name.text) or _BRACKETED.fullmatch(name.text)
        if merged and step < (2.6 if unit else 1.6) * name.size:
            merged[-1].append(name)  # a name over two lines, or with its unit below
        else:
            merged.append([name])
    starts = _tops(merged, heights)
    if starts:
        return starts
    row = 0
    starts = {}
    for group in merged:
        centre = (group[0].yc + group[-1].yc) / 2
        if row >= len(heights):
            break
        starts[row] = group
        # Rows of this name: as many below its centre as above.
        half = centre - heights[row]
        last = row
        while last + 1 < len(heights) and heights[last + 1] <= centre + half + 3.0:
            last += 1
        row = last + 1
    if row < len(heights):  # rows are left over: the names do not stand in the middle of theirs
        return _level_tops(merged, heights) or starts
    return starts


def _level_tops(names: Sequence[list[Segment]], heights: Sequence[float]) -> dict[int, list[Segment]]:
    """The rows that the first lines of names stand level with, if all do and the first row is one of them."""
    starts: dict[int, list[Segment]] = {}
    for name in names:
        row = min(range(len(heights)), key=lambda r: abs(heights[r] - name[0].yc))
        if abs(heights[row] - name[0].yc) > 0.35 * name[0].size:
            return {}
        starts[row] = name
    return starts if 0 in starts and len(starts) == len(names) else {}


def _tops(names: Sequence[list[Segment]], heights: Sequence[float]) -> dict[int, list[Segment]]:
    """The rows that names level with the first row of a group set apart by space stand at, if all do."""
    steps = [b - a for a, b in itertools.pairwise(heights)]
    if len(names) < 2 or not steps:
        return {}
    usual = statistics.median(steps)
    starts = _level_tops(names, heights)
    return starts if all(not row or steps[row - 1] >= 1.4 * usual for row in starts) else {}
