"""Which label belongs to which row of numbers.

Labels wrap over two or three lines with the numbers beside the first, the middle or the last of them; a
section head has no numbers; a label may stand a few points above or below its numbers. The lines of labels
and the rows of numbers are matched in order by dynamic programming over the cost of each reading.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.layout.lines import Segment, join_words
from pipeline.reading.page import Word, bounds

MAX_WRAP = 4


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


def _open_brackets(text: str) -> int:
    return text.count("(") + text.count("（") - text.count(")") - text.count("）")


def is_open_bracket(text: str) -> bool:
    """Whether a text opens a bracket that it does not close."""
    return _open_brackets(text) > 0


class _Costs:
    """How badly a reading fits; in em unless said otherwise."""

    SECTION = 0.45
    UNLABELLED = 2.5
    BRACKET = 0.5  # a wrapped label that leaves a bracket open, or closes one that it did not open

    def __init__(
        self,
        lines: Sequence[Segment],
        rows: Sequence[float],
        bands: Sequence[tuple[float, float]],
        room: float,
    ) -> None:
        self.lines, self.rows, self.bands = lines, rows, bands
        left = min((line.box.x0 for line in lines), default=0.0)
        # A label wraps at the end of its cell: near the longest label, past the middle of its room.
        self.right = max((line.box.x1 for line in lines), default=0.0)
        self.half = left + 0.55 * (room - left)
        steps = [b - a for a, b in itertools.pairwise(rows)]
        # The pitch of rows without a section head between them: the lower quartile.
        self.pitch = sorted(steps)[len(steps) // 4] if steps else 14.0
        # Asked again for every pairing of lines and rows: some 700 times a block.
        self.middle = [line.yc for line in lines]
        self.size = [max(line.size, 1.0) for line in lines]
        self.brackets = [_open_brackets(line.text) for line in lines]
        self.open = [not self.full(line) for line in lines]
        self.fold = [self._fold(above, below) for above, below in itertools.pairwise(lines)]
        self.band = [self.band_of(y) for y in rows]
        self.section = [self._section(line) for line in lines]
        self.offset = self._usual_offset()

    def _usual_offset(self) -> float:
        """Labels of the whole table a little above or below their numbers."""
        gaps = [min([middle - y for middle in self.middle], key=abs) for y in self.rows if self.lines]
        gaps = [g for g in gaps if abs(g) < 0.5 * self.pitch]
        if len(gaps) < 4:
            return 0.0
        middle = statistics.median(gaps)
        steady = sum(abs(g - middle) < 1.2 for g in gaps) >= 0.7 * len(gaps)
        return middle if steady else 0.0

    def full(self, line: Segment) -> bool:
        """Whether a line reaches the right end of the label column, so that its text may go on below."""
        far = line.box.x1 > self.right - 1.35 * line.size and line.box.x1 > self.half
        return far or is_open_bracket(line.text)

    def band_of(self, y: float) -> tuple[float, float] | None:
        """The drawn band (between rules or fills) that a row of numbers stands in."""
        return next((b for b in self.bands if b[0] - 0.5 <= y <= b[1] + 0.5), None)

    def _fold(self, above: Segment, below: Segment) -> float:
        """Cost of reading two lines as parts of one label, apart from where the numbers stand."""
        cost = 0.0
        if (below.yc - above.yc) / max(above.size, 1.0) > 1.75:
            cost += 1.5
        if above.words[0].bold != below.words[0].bold:
            cost += 0.6
        if below.box.x0 > above.box.x0 + 2.2 * above.size and below.box.x0 > self.lines[0].box.x0 + 14:
            cost += 0.3
        return cost

    def _section(self, line: Segment) -> float:
        """Cost of reading one line as a section head without numbers."""
        cost = self.SECTION
        if is_open_bracket(line.text) or line.text[:1] in "）)%％":
            cost += 2.0
        return cost

    def match(self, first: int, count: int, row: int) -> float:
        """Cost of reading `count` lines from `first` as the label of `row`."""
        last = first + count - 1
        y = self.rows[row] + self.offset
        size = self.size[first]
        centre = (self.middle[first] + self.middle[last]) / 2
        band = self.band[row]
        if band is None and count == 1:
            return max(0.0, abs(centre - y) / size - 0.15)
        fold = sum(self.fold[first:last])
        if count > 1 and sum(self.brackets[first : last + 1]) != 0:
            fold += self.BRACKET
        if band is not None:
            top, bottom = band
            # Where labels stand lower than their numbers, a section head's reaches into the band below.
            placed = [at - self.offset for at in self.middle[first : last + 1]]
            outside = sum([not top - 2.0 <= at <= bottom + 2.0 for at in placed])
            within = 0.25 if abs(centre - y) > 0.5 * size else 0.0
            if outside == 0:
                return within + fold * 0.3
            return 0.8 * outside + abs(centre - y) / size + fold
        ends = min(abs(self.middle[first] - y), abs(self.middle[last] - y)) / size
        middle = abs(centre - y) / size
        broken = sum(self.open[first:last])
        # Lines of a wrapped label stand closer than rows do; a section head keeps the rows' pitch, and so
        # does a wrapped label where every line is a line of the grid: then an open bracket tells.
        even = (self.middle[last] - self.middle[first]) / (count - 1) > 0.93 * self.pitch
        spaced = 0.5 * (count - 1) if even and self.brackets[first] <= 0 else 0.0
        reading = min(
            middle + 0.1 + (0.6 if spaced else 0.1) * broken,
            ends + 0.15 + 1.0 * broken + spaced,
        )
        return reading + fold


def match_labels(
    lines: Sequence[Segment],
    rows: Sequence[float],
    bands: Sequence[tuple[float, float]] = (),
    *,
    room: float = 0.0,
) -> list[Match]:
    """The cheapest reading of label lines and number rows (their heights, from the top), as grid rows.

    `bands` are the drawn rows (top, bottom) where there are any; `room` is where the first number begins.
    """
    costs = _Costs(lines, rows, bands, room)
    n, m = len(lines), len(rows)
    infinite = float("inf")
    best = [[infinite] * (m + 1) for _ in range(n + 1)]
    step: list[list[tuple[int, int] | None]] = [[None] * (m + 1) for _ in range(n + 1)]
    best[0][0] = 0.0
    reach = max(60.0, 2.5 * costs.pitch)  # no label stands further from its numbers
    for i in range(n + 1):
        for j in range(m + 1):
            here = best[i][j]
            if here == infinite:
                continue
            if j < m and here + costs.UNLABELLED < best[i][j + 1]:
                best[i][j + 1], step[i][j + 1] = here + costs.UNLABELLED, (0, 1)
            # Nothing is headed by a line below the last numbers: it is the rest of their label.
            after = 5.0 if j == m else 0.0
            if i < n and here + (alone := costs.section[i] + after) < best[i + 1][j]:
                best[i + 1][j], step[i + 1][j] = here + alone, (1, 0)
            if i < n and j < m and costs.middle[i] - rows[j] < reach:
                for count in range(1, min(MAX_WRAP, n - i) + 1):
                    if rows[j] - costs.middle[i + count - 1] > reach:
                        continue
                    cost = here + costs.match(i, count, j)
                    if cost < best[i + count][j + 1]:
                        best[i + count][j + 1], step[i + count][j + 1] = cost, (count, 1)
    matches: list[Match] = []
    i, j = n, m
    while i or j:
        taken = step[i][j]
        if taken is None:
            break
        count, used = taken
        matches.append(Match(tuple(lines[i - count : i]), j - 1 if used else None))
        i, j = i - count, j - used
    matches.reverse()
    return matches
