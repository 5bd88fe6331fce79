"""Tables that run over the foot of a page, read as one: the rows overleaf set below the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.layout.block import Block
from pipeline.layout.blocks import find_blocks
from pipeline.layout.overleaf import (
    at_foot,
    heads_at_foot,
    is_open,
    opening_rows,
    page_lines,
    running_lines,
    set_below,
)
from pipeline.reading.page import Box, Page, Word, union
from pipeline.tables.aligned import read_aligned
from pipeline.tables.table import Cell, Table


@dataclass(frozen=True, slots=True)
class Spread:
    """A block with what was set below it from the next pages: where those begin, how far they moved.

    `foot` is the head of a section at the foot of its last page, the block's own if rows follow overleaf.
    """

    block: Block
    seams: tuple[tuple[int, float, float], ...] = ()  # page, top of its rows as set, points moved down
    foot: tuple[Word, ...] = ()

    @property
    def last_page(self) -> int:
        """The page of its last rows."""
        return self.seams[-1][0] if self.seams else self.block.page


def spreads_of(pages: Sequence[Page]) -> list[Spread]:
    """The blocks of all pages, those that go on overleaf with their rows there."""
    running = running_lines(pages)
    found: list[Spread] = []
    open_: list[Spread] = []
    for page in pages:
        lines = page_lines(page, running)
        used: set[int] = set()
        still_open: list[Spread] = []
        for spread in open_:
            free = [mine for line in lines if (mine := [w for w in line if id(w) not in used])]
            rows = opening_rows(spread.block, page, free) if spread.last_page == page.number - 1 else None
            if rows is None:
                found.append(spread)
                continue
            used |= {id(w) for w in rows.body}
            goes_on = is_open(rows, lines)
            above = replace(spread.block, body=(*spread.block.body, *spread.foot))
            whole, down = set_below(above, rows)
            seam = (page.number, min(w.top for w in rows.body) + down - 1, down)
            foot = tuple(w._replace(top=w.top + down, bottom=w.bottom + down) for w in at_foot(rows, lines))
            (still_open if goes_on else found).append(Spread(whole, (*spread.seams, seam), foot))
        kept = {id(w) for line in lines for w in line} - used
        rest = replace(page, words=tuple(w for w in page.words if id(w) in kept))
        for block in [*find_blocks(rest), *heads_at_foot(rest, lines)]:
            foot = tuple(at_foot(block, lines))
            (still_open if is_open(block, lines) else found).append(Spread(block, foot=foot))
        open_ = still_open
    found += open_
    return sorted((s for s in found if s.block.body), key=_place)


def _place(spread: Spread) -> tuple[int, float, float]:
    return (spread.block.page, spread.block.box.top, spread.block.box.x0)


def read_spread(spread: Spread) -> Table | None:
    """The table of a block, each of its cells on its page; None where it holds no row of values."""
    table = read_aligned(spread.block)
    if table is None or not spread.seams:
        return table
    cells = tuple(_put_back(cell, spread) for cell in table.cells)
    first = spread.block.page
    return replace(
        table,
        pages=(first, *(page for page, _, _ in spread.seams)),
        box=union([c.box for c in cells if c.page == first and c.text]),
        cells=cells,
    )


def _put_back(cell: Cell, spread: Spread) -> Cell:
    """A cell on its own page; what a page break parts stands where its greater part does."""
    box = cell.box
    for page, top, down in reversed(spread.seams):
        if box.yc >= top:
            return replace(
                cell, page=page, box=Box(box.x0, max(box.top, top) - down, box.x1, box.bottom - down)
            )
    return replace(cell, box=box._replace(bottom=min(box.bottom, spread.seams[0][1])))
