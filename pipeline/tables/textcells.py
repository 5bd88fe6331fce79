"""Lines of words to the cells of a column, and cells of all columns to rows, where no rules are drawn."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pipeline.layout.lines import Segment, join_words
from pipeline.layout.tokens import is_value, width_of
from pipeline.layout.tokens import tight as without_spaces
from pipeline.reading.page import Box, Word, bounds, union

# Lines further apart than this many em are never one paragraph.
LOOSE = 1.95
_ITEM = re.compile(r"^(?:[•·●■◆▪➢]|[（(]?\d{1,2}[)）.、](?!\d)|[①-⑳])")
_BROKEN = re.compile(r"(?:^|[^\d.])\d+\.\d*$")
_NO_END = "-、，（(“《/&"
_NO_START = "，。；：、）)」”’》〉%％！？,.;:!?"


@dataclass(frozen=True, slots=True)
class TextCell:
    """The lines that one cell holds; `rows` are the first and last row it stands in, once they are known."""

    column: int
    lines: tuple[Segment, ...]
    span: int = 1

    @property
    def top(self) -> float:
        """Centre of the first line."""
        return self.lines[0].box.yc

    @property
    def bottom(self) -> float:
        """Centre of the last line."""
        return self.lines[-1].box.yc

    @property
    def size(self) -> float:
        """Font size in points."""
        return self.lines[0].size

    @property
    def text(self) -> str:
        """The lines as one text."""
        return set_together([line.text for line in self.lines])

    @property
    def box(self) -> Box:
        """The box around the lines."""
        return union([line.box for line in self.lines])

    @property
    def bold(self) -> bool:
        """Whether all its words are bold."""
        return all(w.bold for line in self.lines for w in line.words)


def cell_line(words: Sequence[Word]) -> Segment:
    """Words of one line in one column, from the left."""
    ordered = tuple(sorted(words, key=lambda w: w.x0))
    return Segment(ordered, _closed_up(ordered), bounds(ordered))


def _closed_up(words: Sequence[Word]) -> str:
    """The words as one text, without the spaces that justifying opens between Chinese characters.

    A character alone between two such spaces gives them away.
    """
    gaps = [b.x0 - a.x1 if _chinese(a.text[-1]) and _chinese(b.text[0]) else 0.0 for a, b in pairwise(words)]
    opened = [
        max(before, after)
        for before, after, word in zip(gaps, gaps[1:], words[1:], strict=False)
        if len(word.text) == 1 and min(before, after) > 0.14 * word.size and max(before, after) < word.size
    ]
    if not opened:
        return join_words(words)
    text = words[0].text
    for gap, last, word in zip(gaps, words, words[1:], strict=False):
        text += word.text if 0 < gap <= 1.2 * max(opened) else join_words([last, word])[len(last.text) :]
    return text


def _chinese(character: str) -> bool:
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def set_together(lines: Sequence[str]) -> str:
    """Wrapped lines as one text: one space between Latin words, none beside Chinese, a mark or a hyphen.

    A number that a narrow cell breaks behind its point goes on without one.
    """
    text = ""
    for line in lines:
        broken = _BROKEN.search(text) and line.isdigit()
        if text and _latin(text[-1]) and _latin(line[:1]) and line[0] not in _NO_START and not broken:
            text += " "
        text += line
    return text


def _latin(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in ",.;:)(&+%'\"")


class ColumnRoom(NamedTuple):
    """How wide a line of a column may be, measured from `left` where lines start there, else by itself.

    `reached` is whether a line is as wide as that, so that what is not wider surely fits.
    """

    width: float
    left: float | None = None
    reached: bool = False

    def taken(self, line: Segment) -> float:
        """The part of the room that a line takes, its indent included."""
        return line.box.width if self.left is None else line.box.x1 - self.left


def wraps(above: Segment, below: Segment, room: ColumnRoom) -> bool | None:
    """Whether a text went on below because its line was full: what comes next would not have fitted.

    None where the line below begins an item of a list, so that its place says nothing.
    """
    if _ITEM.match(below.text):
        return None
    if is_value(without_spaces(above.text)) and is_value(without_spaces(below.text)):
        return False  # numbers do not wrap
    first = below.words[0]
    head = re.match(r"[!-~]+", below.text)
    unit = width_of(head[0]) * first.size if head else first.size
    unit = min(unit, below.box.width)
    if below.text[:1] in _NO_START or above.text[-1] in _NO_END:
        return True
    # A line ends earlier where the mark behind its last character would have begun the next.
    short = 1.2 if below.text[1:2] and below.text[1] in _NO_START else -0.02 if room.reached else 0.3
    return room.taken(above) + unit > room.width - short * first.size


def tight_step(columns: Sequence[Sequence[Segment]], rooms: Sequence[ColumnRoom]) -> float:
    """The largest step between lines that is a line wrap by its height alone, 0 where spacing tells nothing.

    Wrapped lines stand closer than rows, if the table is set with any space between its rows.
    """
    steps: list[tuple[float, bool | None]] = []
    for column, room in zip(columns, rooms, strict=True):
        for above, below in pairwise(column):
            step = (below.box.yc - above.box.yc) / max(above.size, 1.0)
            if 0.6 < step < LOOSE:
                steps.append((step, wraps(above, below, room)))
    if not steps:
        return 0.0
    steps.sort(key=lambda s: s[0])
    heights = [step for step, _ in steps]
    full = sum(vote is True for _, vote in steps)
    best, cost, gap = 0.0, float(full), 0.0
    wrapped = short = 0
    for index, (height, vote) in enumerate(steps):
        wrapped += vote is True
        short += vote is False
        following = heights[index + 1] if index + 1 < len(steps) else LOOSE
        if following < 1.03 * height:
            continue
        # A short line before a wrap is rarer than a full line before a new row.
        wrong = 2.0 * short + full - wrapped
        if wrong < cost or (wrong == cost and best and following / height > gap):
            best, cost, gap = min((height + following) / 2, 1.06 * height), wrong, following / height
    if not best:
        # Items of lists say nothing by their width; closer than any two rows are, they are lines of one cell.
        shortest = min((step for step, vote in steps if vote is False), default=LOOSE)
        listed = [step for step in heights if step < min(1.45, shortest / 1.05)]
        return 1.03 * listed[-1] if listed else 0.0
    return best


def cells_of(
    column: int,
    lines: Sequence[Segment],
    tight: float,
    room: ColumnRoom,
    parted: Callable[[float, float], bool],
) -> list[TextCell]:
    """The cells of a column: lines that go on from one to the next.

    `tight` is the step (em) that says so by itself; without one a full line says so. `parted` tells whether a
    rule is drawn between two heights of this column.
    """
    cells: list[list[Segment]] = []
    for line in lines:
        last = cells[-1][-1] if cells else None
        if last is not None and not parted(last.box.yc, line.box.yc):
            step = (line.box.yc - last.box.yc) / max(last.size, 1.0)
            full = step < LOOSE and wraps(last, line, room) is True
            goes_on = step <= tight or (full and (not tight or last.text[-1] in _NO_END))
            if goes_on and not (column == 0 and _weights(last) ^ _weights(line) == {False, True}):
                cells[-1].append(line)
                continue
        cells.append([line])
    return [TextCell(column, tuple(group)) for group in cells]


def _weights(line: Segment) -> set[bool]:
    """Which weights a line holds: Chinese without a bold font of its own is often set in the plain one."""
    return {w.bold for w in line.words}


def rows_of(cells: Sequence[TextCell]) -> list[list[TextCell]]:
    """Cells that overlap in height, as groups from the top; a group is a row, or rows under a merged cell."""
    groups: list[list[TextCell]] = []
    floor = float("-inf")
    for cell in sorted(cells, key=lambda c: (c.top - 0.48 * c.size, c.column)):
        if groups and cell.top - 0.48 * cell.size < floor:
            groups[-1].append(cell)
        else:
            groups.append([cell])
        floor = max(floor, cell.bottom + 0.48 * cell.size)
    return groups


def split_group(group: Sequence[TextCell], leading: int) -> list[tuple[TextCell, int, int]]:
    """The rows inside one group: each cell with its first and last row, counted from 0.

    The column with most cells gives the rows; a cell of another column stands in those that it overlaps.
    """
    by_column: dict[int, list[TextCell]] = {}
    for cell in group:
        by_column.setdefault(cell.column, []).append(cell)
    ruling = max(by_column.values(), key=lambda cells: (len(cells), cells[0].column))
    if len(ruling) == 1:
        return [(cell, 0, 0) for cell in group]
    borders = [(a.bottom + b.top) / 2 for a, b in pairwise(ruling)]
    bands = list(zip([float("-inf"), *borders], [*borders, float("inf")], strict=True))
    middle = (min(c.top for c in ruling) + max(c.bottom for c in ruling)) / 2
    placed: list[tuple[TextCell, int, int]] = []
    for cell in group:
        inside = [i for i, (a, b) in enumerate(bands) if any(a < line.box.yc <= b for line in cell.lines)]
        alone = len(by_column[cell.column]) == 1 and cell.column <= leading
        if alone and abs((cell.top + cell.bottom) / 2 - middle) < 0.6 * cell.size:
            placed.append((cell, 0, len(bands) - 1))
        else:
            placed.append((cell, inside[0], inside[-1]))
    return _apart(placed)


def _apart(placed: Sequence[tuple[TextCell, int, int]]) -> list[tuple[TextCell, int, int]]:
    """No two cells in one place: the lower of two that claim a row begins below the upper."""
    taken: dict[int, int] = {}
    apart: list[tuple[TextCell, int, int]] = []
    for cell, first, last in sorted(placed, key=lambda p: (p[0].column, p[0].top)):
        begin = max(first, taken.get(cell.column, -1) + 1)
        if begin > last:
            previous = next(i for i in range(len(apart) - 1, -1, -1) if apart[i][0].column == cell.column)
            upper, a, b = apart[previous]
            apart[previous] = (
                TextCell(cell.column, (*upper.lines, *cell.lines), max(upper.span, cell.span)),
                a,
                b,
            )
            continue
        taken[cell.column] = last
        apart.append((cell, begin, last))
    return apart


def column_rooms(columns: Sequence[Sequence[Segment]], x0: float, x1: float) -> list[ColumnRoom]:
    """How wide a line of each column may be, between the texts of its neighbours or the table's sides.

    Where the longest line comes near to filling the room, it says how wide the cells are; a column of short
    texts (years, names) is as wide as its room less the padding.
    """
    lefts = [min((line.box.x0 for line in column), default=x1) for column in columns]
    rights = [max((line.box.x1 for line in column), default=x0) for column in columns]
    rooms: list[ColumnRoom] = []
    for index, column in enumerate(columns):
        if not column:
            rooms.append(ColumnRoom(0.0))
            continue
        starts_even = _spread([line.box.x0 for line in column]) <= _spread([line.box.x1 for line in column])
        if starts_even:
            free = min([x for x in lefts[index + 1 :] if x > rights[index] - 1], default=x1) - lefts[index]
            longest = rights[index] - lefts[index]
        else:
            free = rights[index] - max([x for x in rights[:index] if x < lefts[index] + 1], default=x0)
            longest = max(line.box.width for line in column)
        padded = free - 1.2 * column[0].size
        reached = longest > min(0.78 * free, padded)
        rooms.append(
            ColumnRoom(longest if reached else padded, lefts[index] if starts_even else None, reached)
        )
    return rooms


def _spread(edges: Sequence[float]) -> float:
    return statistics.pstdev(edges) if len(edges) > 1 else 0.0
