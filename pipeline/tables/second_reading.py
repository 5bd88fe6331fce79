"""The second reading: what independent readers make of a table that the fast reader has read.

The first witness is pdfplumber's characters under a table finder that shares nothing with ours; where it
does not confirm every number, camelot (another parser, another finder) is heard as well, for its confirmation
only: its finder gives up more often. Both are slow, so tables are read again where it pays, not always.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.reading.page import Box, union
from pipeline.reading.plumber import Document, open_document
from pipeline.tables.table import Table
from pipeline.tables.whitespace import grid_of
from pipeline.tables.witness import Grid, Verdicts, compare, confirmed, numbers, share

_MARGIN = 3.0  # points around a table's cells that camelot may look at


class SecondReading(NamedTuple):
    """What came of reading tables again; `verdicts` has one entry a table, empty where no reader could."""

    verdicts: tuple[Verdicts, ...]
    troubles: tuple[str, ...] = ()  # what the readers could not do, a clause each, for the run log

    @property
    def agreement(self) -> list[float | None]:
        """For each table the share of its numbers that were read the same; None where no reader could."""
        return [share(verdicts) for verdicts in self.verdicts]


class _Ask(NamedTuple):
    """A table's part on one page."""

    table: int
    page: int
    box: Box


def second_reading(data: bytes | Path, tables: Sequence[Table]) -> list[float | None]:
    """For each table the share of its numbers that a second reader reads the same; None where none could."""
    return read_again(data, tables).agreement


def read_again(data: bytes | Path, tables: Sequence[Table]) -> SecondReading:
    """Read tables of one PDF a second time, number by number.

    `tables` are in displayed page coordinates, as every reading here gives them. Nothing is raised for what a
    reader cannot do: it stays without a verdict, and `troubles` says why.
    """
    asks = [
        _Ask(index, page, union([cell.box for cell in table.cells if cell.page == page]))
        for index, table in enumerate(tables)
        for page in sorted({cell.page for cell in numbers(table)})
    ]
    troubles: list[str] = []
    if not asks:
        return SecondReading(tuple({} for _ in tables))
    try:
        with open_document(data) as document:
            grids = _by_whitespace(document, asks, troubles)
            verdicts = _verdicts(tables, {place: grid for place, grid in grids.items() if grid is not None})
            # Where the page has no text layer, camelot would see as little.
            doubted = [
                ask
                for ask in asks
                if not _settled(verdicts[ask.table]) and grids.get((ask.table, ask.page), True) is not None
            ]
            if doubted:
                others = _verdicts(tables, _by_camelot(data, document, doubted, troubles))
                verdicts = [confirmed(*both) for both in zip(verdicts, others, strict=True)]
    except Exception as error:  # a damaged file leads both libraries anywhere; the first reading stands
        return SecondReading(tuple({} for _ in tables), (*troubles, _trouble("pdfplumber", error)))
    return SecondReading(tuple(verdicts), tuple(troubles))


def _verdicts(tables: Sequence[Table], grids: Mapping[tuple[int, int], Grid]) -> list[Verdicts]:
    return [
        compare(table, {page: grid for (owner, page), grid in grids.items() if owner == index})
        for index, table in enumerate(tables)
    ]


def _settled(verdicts: Verdicts) -> bool:
    return bool(verdicts) and all(verdicts.values())


def _trouble(reader: str, error: Exception) -> str:
    return f"{reader}: {type(error).__name__}: {' '.join(str(error).split())}"


def _pages(asks: Sequence[_Ask]) -> Iterator[tuple[int, list[_Ask]]]:
    for page in sorted({ask.page for ask in asks}):
        yield page, [ask for ask in asks if ask.page == page]


def _by_whitespace(
    document: Document, asks: Sequence[_Ask], troubles: list[str]
) -> dict[tuple[int, int], Grid | None]:
    """By table and page what it sees there: None is nothing; pages that it cannot read are left out."""
    grids: dict[tuple[int, int], Grid | None] = {}
    for page, here in _pages(asks):
        try:
            glyphs = document.glyphs(page)
            grids |= {(ask.table, page): grid_of(glyphs, ask.box) for ask in here}
        except Exception as error:
            troubles.append(_trouble(f"second reading of page {page} by pdfplumber", error))
    return grids


def _by_camelot(
    data: bytes | Path, document: Document, asks: Sequence[_Ask], troubles: list[str]
) -> dict[tuple[int, int], Grid]:
    grids: dict[tuple[int, int], Grid] = {}
    for page, here in _pages(asks):
        try:
            right, down, height = document.offset(page)
            # camelot counts from the bottom-left corner of the media box.
            boxes = [
                Box(b.x0 + right, height - down - b.bottom, b.x1 + right, height - down - b.top)
                for b in (ask.box for ask in here)
            ]
            found = _camelot(data, page, boxes)
        except Exception as error:  # it raises TypeError where it finds nothing, and heeds permission flags
            troubles.append(_trouble(f"second reading of page {page} by camelot", error))
            continue
        for ask, box in zip(here, boxes, strict=True):
            best = max(found, key=lambda table: _overlap(table, box), default=None)
            if best is not None and _overlap(best, box) > 0:
                grids[ask.table, page] = Grid(
                    rows=tuple((height - down - y1, height - down - y0) for y1, y0 in best.rows),
                    columns=tuple((x0 - right, x1 - right) for x0, x1 in best.cols),
                    texts={
                        (row, column): cell.text
                        for row, cells in enumerate(best.cells)
                        for column, cell in enumerate(cells)
                    },
                )
    return grids


def _camelot(data: bytes | Path, page: int, boxes: Sequence[Box]) -> list[Any]:
    """camelot's tables in boxes of one page, without its warnings.

    Flavour `stream`: of its finders the one that reads most tables of such reports right; `lattice` needs
    cells ruled on all sides, which next to none have.
    """
    import camelot

    for name in ("camelot", "playa"):
        logging.getLogger(name).setLevel(logging.ERROR)
    areas = [
        f"{b.x0 - _MARGIN:.2f},{b.bottom + _MARGIN:.2f},{b.x1 + _MARGIN:.2f},{b.top - _MARGIN:.2f}"
        for b in boxes
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source = str(data) if isinstance(data, Path) else data
        return list(camelot.read_pdf(source, pages=str(page), flavor="stream", table_areas=areas))


def _overlap(table: Any, box: Box) -> float:
    """The area that a table of camelot's shares with a box, both counted from the bottom of the page."""
    x0, y0, x1, y1 = table._bbox
    return float(
        max(0.0, min(x1, box.x1) - max(x0, box.x0)) * max(0.0, min(y1, box.bottom) - max(y0, box.top))
    )
