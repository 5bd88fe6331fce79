"""What a second reader saw in a table's place, and whether it is what our grid says.

A witness has its own words, lines and columns. Its grid is laid over ours by position: each of our rows
stands for the witness's row in which most of its numbers lie, each of our columns likewise. A number is read
the same when the witness prints it, character for character, where that row and that column cross, when the
row's label and the column's head stand there for the witness, too, and when its rows and columns come in our
order.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.layout.tokens import is_number
from pipeline.tables.table import Cell, Table

Place = tuple[int, int]
"""Row and column in our grid."""

Band = tuple[float, float]
"""Where a row or column begins and ends, in points from the top or the left of the page."""

_BESIDE = 1.0  # points: two bands as near as this to a label are both beside it

Verdicts = Mapping[Place, bool | None]
"""For each number of a table: read the same, read differently, or (None) not told apart by any reader."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A second reader's table on one page: bands in their order, and the text where two cross."""

    rows: tuple[Band, ...]
    columns: tuple[Band, ...]
    texts: Mapping[Place, str]

    def row_at(self, y: float) -> int | None:
        """The row at a height of the page; between two rows the nearer one."""
        return _at(self.rows, y)

    def column_at(self, x: float) -> int | None:
        """The column at a distance from the left edge; between two columns the nearer one."""
        return _at(self.columns, x)


def bare(text: str) -> str:
    """The text by which two readings are compared: no spaces, compatibility forms in their plain one."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def numbers(table: Table) -> list[Cell]:
    """The cells that a second reading is about: those that print a number."""
    return [cell for cell in table.cells if cell.role == "value" and is_number(bare(cell.text))]


def compare(table: Table, grids: Mapping[int, Grid]) -> dict[Place, bool | None]:
    """Hold a table against what a witness saw in its place, `grids` by page; other pages are left out."""
    return {
        place: verdict
        for page, grid in sorted(grids.items())
        for place, verdict in _Overlay(table, page, grid).verdicts().items()
    }


def confirmed(first: Verdicts, second: Verdicts) -> dict[Place, bool | None]:
    """The first reader's verdicts; where it did not read the same, the second's confirmation counts."""
    return {place: first.get(place) or second.get(place) or first.get(place) for place in {**first, **second}}


def share(verdicts: Verdicts) -> float | None:
    """The share of numbers read the same; None where there are none."""
    if not verdicts:
        return None
    return sum(verdict is True for verdict in verdicts.values()) / len(verdicts)


class _Overlay:
    """Our grid and the witness's, one over the other, on one page."""

    def __init__(self, table: Table, page: int, grid: Grid) -> None:
        self.grid = grid
        self.cells = [cell for cell in table.cells if cell.page == page and cell.text]
        self.numbers = [cell for cell in numbers(table) if cell.page == page]
        self.line = min((cell.box.height for cell in self.numbers), default=0.0)
        self.rows = _votes(self.numbers, lambda c: c.row, lambda c: grid.row_at(c.box.yc))
        self.columns = _votes(self.numbers, lambda c: c.column, lambda c: grid.column_at(c.box.xc))
        valued = [place for place, text in grid.texts.items() if any(map(is_number, text.split()))]
        self.valued_rows = {row for row, _ in valued} | set(self.rows.values())
        self.valued_columns = {column for _, column in valued} | set(self.columns.values())
        self.rows_in_order, self.columns_in_order = _in_order(self.rows), _in_order(self.columns)
        self.labels = {cell.row: cell for cell in self.cells if cell.role == "label"}
        self.heads: dict[int, Cell] = {}
        for cell in sorted(self.cells, key=lambda c: c.row):
            if cell.role == "header":
                span = range(cell.column, cell.column + cell.column_span)
                self.heads |= dict.fromkeys(span, cell)

    def verdicts(self) -> dict[Place, bool | None]:
        return {(cell.row, cell.column): self._verdict(cell) for cell in self.numbers}

    def _verdict(self, cell: Cell) -> bool | None:
        row, column = self.rows.get(cell.row), self.columns.get(cell.column)
        if row is None or column is None:
            return None
        seen = self.grid.texts.get((row, column), "")
        if bare(cell.text) in (bare(seen), bare(self._wrapped(cell, column))):
            return (
                cell.row in self.rows_in_order
                and cell.column in self.columns_in_order
                and self._has_its_label(cell.row, row)
                and self._has_its_head(cell.column, column)
            )
        # Two of our cells in one of the witness's: it did not tell them apart, which says nothing of ours.
        apart = bare(cell.text) not in [bare(part) for part in seen.split()]
        return False if seen and apart else None

    def _wrapped(self, cell: Cell, column: int) -> str:
        """What the witness has in a number's place line by line, where it is broken over several."""
        if cell.box.height < 1.5 * self.line:
            return ""
        inside = [
            i
            for i, (top, low) in enumerate(self.grid.rows)
            if cell.box.top <= (top + low) / 2 <= cell.box.bottom
        ]
        return "".join(self.grid.texts.get((i, column), "") for i in inside)

    def _has_its_label(self, ours: int, row: int) -> bool:
        label = self.labels.get(ours)
        if label is None:
            return True
        # A label of several lines reaches from the middle of its first to the middle of its last.
        inset = min(self.line, label.box.height) / 2
        reach = label.box.top + inset, label.box.bottom - inset
        return _nearest(self.grid.rows, self.valued_rows, reach, row)

    def _has_its_head(self, ours: int, column: int) -> bool:
        head = self.heads.get(ours)
        if head is None:
            return True
        return _nearest(self.grid.columns, self.valued_columns, (head.box.x0, head.box.x1), column)


def _nearest(bands: Sequence[Band], valued: Iterable[int], reach: Band, index: int) -> bool:
    """Whether no band of numbers is nearer to what `reach` spans than the one at `index`."""

    def distance(i: int) -> float:
        return max(bands[i][0] - reach[1], reach[0] - bands[i][1], 0.0)

    return distance(index) <= min(distance(i) for i in valued) + _BESIDE


def _at(bands: Sequence[Band], where: float) -> int | None:
    """The band that holds a place most centrally or else the nearest within half of its width."""
    if not bands:
        return None
    index = min(range(len(bands)), key=lambda i: (_off(bands[i], where), abs(sum(bands[i]) / 2 - where)))
    low, high = bands[index]
    return index if _off(bands[index], where) <= (high - low) / 2 else None


def _off(band: Band, where: float) -> float:
    """How far a place is outside of a band."""
    return max(band[0] - where, where - band[1], 0.0)


def _votes(
    cells: Sequence[Cell], ours: Callable[[Cell], int], theirs: Callable[[Cell], int | None]
) -> dict[int, int]:
    """For each of our rows (or columns) the witness's that most of its cells lie in, the first of equals."""
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for cell in cells:
        if (index := theirs(cell)) is not None:
            counts[ours(cell)][index] += 1
    return {
        key: min(count, key=lambda index: (-count[index], index)) for key, count in sorted(counts.items())
    }


def _in_order(places: Mapping[int, int]) -> frozenset[int]:
    """Our rows (or columns) that come in the witness's order: the longest run that never goes back."""
    keys = sorted(places)
    ends: list[int] = []  # smallest last place of a run of each length
    lengths: list[int] = []
    for key in keys:
        length = bisect.bisect_right(ends, places[key])
        ends[length : length + 1] = [places[key]]
        lengths.append(length)
    kept: set[int] = set()
    wanted, below = len(ends) - 1, float("inf")
    for key, length in reversed(list(zip(keys, lengths, strict=True))):
        if length == wanted and places[key] <= below:
            kept.add(key)
            wanted, below = wanted - 1, places[key]
    return frozenset(kept)
