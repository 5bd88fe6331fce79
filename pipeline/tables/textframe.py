"""A table of words as drawn: its lines cut at the column borders, and the rules and bands around them."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.layout.captioned import Region
from pipeline.layout.gutters import drawn_borders, find_gutters
from pipeline.layout.lines import Segment
from pipeline.reading.page import Box, Word, bounds, union

LARGER = 1.2  # a lone line in type larger than the cells' by this factor is a heading, not a cell


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a line with the columns that it stands in, first and last."""

    first: int
    last: int
    words: tuple[Word, ...]

    @property
    def box(self) -> Box:
        """The box around its words."""
        return bounds(self.words)


def without_headings(runs: Sequence[list[Segment]]) -> list[list[Segment]]:
    """The lines without what headings in larger type set before and after the grid.

    Before it the last heading stays, as the head of the table; after it all that follows one goes.
    """
    sizes = [line[0].words[0].size for line in runs]
    parted = [index for index, line in enumerate(runs) if len(line) > 1]
    if not parted:
        return [*runs]
    usual = Counter(sizes[index] for index in parted).most_common(1)[0][0]
    larger = [len(line) == 1 and size > LARGER * usual for size, line in zip(sizes, runs, strict=True)]
    begin = next((index for index, one in enumerate(larger) if not one), 0)
    end = next((index for index in range(parted[-1] + 1, len(runs)) if larger[index]), len(runs))
    return [*runs[max(begin - 1, 0) : end]]


def column_cuts(region: Region, runs: Sequence[Sequence[Segment]]) -> list[float]:
    """Where the columns of a region part: drawn borders, else gutters.

    Borders drawn from top to bottom are all there are: what else leaves room inside a cell is no column.
    """
    inside = [r for r in region.rules if r.x1 > region.box.x0 + 2 and r.x0 < region.box.x1 - 2]
    left = min((run.box.x0 for line in runs for run in line), default=0.0)
    right = max((run.box.x1 for line in runs for run in line), default=0.0)
    drawn = [x for x in drawn_borders(inside, runs) if left + 3 < x < right - 3]
    gutters = find_gutters(runs)
    whole = all(_runs_down(region, x) for x in drawn)
    return drawn if drawn and (whole or len(drawn) >= len(gutters)) else gutters


def _runs_down(region: Region, x: float) -> bool:
    """Whether vertical rules stand at `x` over most of the region's height."""
    pieces = [r for r in region.rules if not r.horizontal and abs(r.x0 - x) < 3]
    return sum(r.bottom - r.top for r in pieces) > 0.75 * region.box.height


def pieces_of(runs: Sequence[Segment], cuts: Sequence[float]) -> list[Piece]:
    """The runs of a line cut at the column borders that fall between their words."""
    pieces: list[Piece] = []
    for run in runs:
        words: list[Word] = []
        for word in run.words:
            if words and _border_between(words[-1], word, cuts):
                pieces.append(_piece(words, cuts))
                words = []
            words.append(word)
        pieces.append(_piece(words, cuts))
    return pieces


def _border_between(left: Word, right: Word, cuts: Sequence[float]) -> bool:
    apart = right.x0 - left.x1 > 0.12 * right.size
    return apart and any(left.x1 - 0.8 <= cut <= right.x0 + 0.8 for cut in cuts)


def _piece(words: Sequence[Word], cuts: Sequence[float]) -> Piece:
    x0, x1 = words[0].x0, words[-1].x1
    slack = min(0.5 * (x1 - x0), 0.6 * words[0].size)
    return Piece(bisect(cuts, x0 + slack), bisect(cuts, x1 - slack), tuple(words))


def is_wide(line: Sequence[Piece]) -> bool:
    """Whether a line holds one text only, from the first column across others: a section's head, or prose."""
    return len(line) == 1 and line[0].first == 0 and line[0].last > 0


class Frame:
    """The lines of a region by column, with the rules and the bands of colour that part them."""

    def __init__(self, region: Region, cuts: Sequence[float], runs: Sequence[Sequence[Segment]]) -> None:
        self.region, self.cuts = region, list(cuts)
        self.count = len(cuts) + 1
        self.edges = [region.box.x0, *cuts, region.box.x1]
        self.rules = _joined([Box(r.x0, r.top, r.x1, r.bottom) for r in region.rules if r.horizontal])
        self.lines = self._without_prose([pieces_of(line, cuts) for line in runs])
        self.size = Counter(p.words[0].size for line in self.lines for p in line).most_common(1)[0][0]
        self.sides = self.sides_from(0)
        fills = [Box(f.x0, f.top, f.x1, f.bottom) for f in region.fills if f.bottom - f.top > 4]
        room = max(region.box.height, 1.0)
        self.bands = _outer([b for b in _joined(fills) if b.height < 0.6 * room and self.across(b)])

    def sides_from(self, index: int) -> dict[int, tuple[float, float]]:
        """Where the texts of each column begin and end, in the lines from `index` on."""
        boxes: dict[int, list[Box]] = {}
        for piece in (p for line in self.lines[index:] for p in line if p.first == p.last):
            boxes.setdefault(piece.first, []).append(piece.box)
        return {column: (union(found).x0, union(found).x1) for column, found in sorted(boxes.items())}

    def across(self, box: Box) -> bool:
        """Whether something drawn reaches over most of the table's width."""
        return box.width > 0.7 * (self.region.box.width or 1.0)

    def height(self, index: int) -> float:
        """The centre of a line."""
        return self.lines[index][0].words[0].yc

    def ruled_between(self, above: float, below: float) -> bool:
        """Whether a rule across the table lies between two heights."""
        return any(above < b.yc < below for b in self.rules if self.across(b))

    def parted(self, column: int, above: float, below: float) -> bool:
        """Whether a rule or the edge of a band lies between two heights of a column."""
        a, b = self.edges[column], self.edges[column + 1]
        ruled = any(above < r.yc < below and min(r.x1, b) - max(r.x0, a) > 0.6 * (b - a) for r in self.rules)
        edges = [y for f in self.bands for y in (f.top, f.bottom) if above < y < below]
        return ruled or any(not self._cuts_words(y) for y in edges)

    def borders(self, top: float, bottom: float) -> list[float]:
        """Heights at which rules or bands across the table part its rows."""
        ys = {r.yc for r in self.rules if self.across(r)}
        ys |= {y for f in self.bands for y in (f.top, f.bottom)}
        found: list[float] = []
        for y in sorted(ys):
            if top < y < bottom and (not found or y - found[-1] > 3) and not self._cuts_words(y):
                found.append(y)
        return found

    def _cuts_words(self, y: float) -> bool:
        """Whether a line of words stands at this height, so that the edge there parts no rows."""
        return any(abs(p.words[0].yc - y) < 0.3 * p.words[0].size for line in self.lines for p in line)

    def _without_prose(self, lines: list[list[Piece]]) -> list[list[Piece]]:
        """The lines down to what follows the table where no source note ends it."""
        if self.region.source_note:
            return lines
        closing = max((r.yc for r in self.rules if self.across(r)), default=0.0)
        after = [line for line in lines if line[0].words[0].yc > closing]
        if closing and len(lines) - len(after) > 2 and all(len(line) == 1 for line in after):
            return lines[: len(lines) - len(after)]
        end = len(lines)
        for index in range(1, len(lines) - 1):
            if is_wide(lines[index]) and is_wide(lines[index + 1]):
                end = index
                break
        while end and is_wide(lines[end - 1]):
            end -= 1
        return lines[:end]


def _outer(bands: Sequence[Box]) -> list[Box]:
    """Bands that lie in no larger one: Word shades a cell and, inside it, each paragraph again."""
    outer: list[Box] = []
    for band in sorted(bands, key=lambda b: -b.height):
        if not any(o.top - 1 <= band.top and band.bottom <= o.bottom + 1 for o in outer):
            outer.append(band)
    return outer


def _joined(pieces: Sequence[Box]) -> list[Box]:
    """Pieces of one line or band, drawn cell by cell, as one."""
    joined: list[Box] = []
    for piece in sorted(pieces, key=lambda b: (round(b.top), round(b.bottom), b.x0)):
        last = joined[-1] if joined else None
        level = last is not None and abs(last.top - piece.top) < 1.2 and abs(last.bottom - piece.bottom) < 1.2
        if last is not None and level and piece.x0 - last.x1 < 3:
            joined[-1] = Box(last.x0, last.top, max(last.x1, piece.x1), last.bottom)
        else:
            joined.append(piece)
    return [b for b in joined if b.width > 12]
