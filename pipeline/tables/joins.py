"""Tables continued on the next page set together again."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace

from pipeline.layout.tokens import tight
from pipeline.reading.page import union
from pipeline.tables.table import Cell, Table


def _same_heads(a: Table, b: Table) -> bool:
    return a.column_count == b.column_count and [tight(h) for h in a.heads[1:]] == [
        tight(h) for h in b.heads[1:]
    ]


# A table whose sections are set apart by a gap goes on after 60 pt at most: a heading and a line of space.
NEAR = 60.0


def _repeats(before: Table, after: Table) -> bool:
    """Whether `after`, the first table of the next page, goes on with the heads printed again.

    It has no caption or title of its own, not another name in the corner (CASH FLOW, then GROWTH under the
    same years), and the note that closes a table has not been printed yet.
    """
    corners = {tight(corner) for corner in (before.stub_head, after.stub_head) if corner}
    return (
        after.pages[0] == before.pages[-1] + 1
        and not before.source_note
        and not after.caption
        and not after.title
        and any(before.heads[1:])
        and _same_heads(before, after)
        and len(corners) < 2
        and abs(before.box.x0 - after.box.x0) < 12
    )


def _value_edges(table: Table) -> list[tuple[float, float]]:
    """Per value column the typical left and right edge of what is printed in it."""
    edges: list[tuple[float, float]] = []
    for column in range(1, table.column_count):
        boxes = [c.box for c in table.cells if c.column == column and c.role == "value" and c.text]
        if not boxes:
            return []
        edges.append((statistics.median(b.xc for b in boxes), statistics.median(b.x1 for b in boxes)))
    return edges


def _goes_on(before: Table, after: Table, bottom: float) -> bool:
    """Whether `after` has no heads because its columns are those of `before`: a further section, or page.

    `bottom` is where `before` ends on its last page.
    """
    if any(after.heads[1:]) or not any(before.heads[1:]):
        return False
    if (
        after.column_count < 3
        or before.column_count != after.column_count
        or after.caption
        or before.source_note
    ):
        return False
    same_page = after.pages[0] == before.pages[-1] and 0 < after.box.top - bottom < NEAR
    if not same_page and after.pages[0] != before.pages[-1] + 1:
        return False
    a, b = _value_edges(before), _value_edges(after)
    return bool(a and b) and all(
        abs(p[0] - q[0]) < 4 or abs(p[1] - q[1]) < 3 for p, q in zip(a, b, strict=True)
    )


def _bottom(table: Table) -> float:
    """Where a table ends on its last page."""
    return max((c.box.bottom for c in table.cells if c.page == table.pages[-1] and c.text), default=0.0)


def _joined(before: Table, after: Table) -> Table:
    heads = {c.row for c in after.cells if c.role == "header"}
    rows = sorted({c.row for c in after.cells} - heads)
    first = before.row_count
    section: tuple[Cell, ...] = ()
    if after.title and after.title_box and after.pages[0] == before.pages[-1]:
        # The heading over rows set apart (`蒸煮类`) heads a section; on the next page it is the running head.
        section = (Cell(first, 0, after.title, after.pages[0], after.title_box, "section"),)
        first += 1
    number = {row: first + i for i, row in enumerate(rows)}
    moved = tuple(replace(c, row=number[c.row]) for c in after.cells if c.row in number)
    pages = before.pages if after.pages[0] == before.pages[-1] else before.pages + after.pages
    here = [c.box for c in (*before.cells, *section, *moved) if c.page == pages[0] and c.text]
    return replace(
        before,
        pages=pages,
        box=union(here),
        row_count=first + len(rows),
        cells=before.cells + section + moved,
        source_note=after.source_note,
    )


def join_continued(tables: Sequence[Table]) -> list[Table]:
    """Tables in reading order with continuations set to the table they continue."""
    joined: list[Table] = []
    pages_begun: set[int] = set()
    for table in tables:
        page = table.pages[0]
        begins = page not in pages_begun
        pages_begun.add(page)
        for index in range(len(joined) - 1, -1, -1):
            before = joined[index]
            next_page = before.pages[-1] < page
            if next_page and not begins:
                continue
            if _repeats(before, table) or _goes_on(before, table, _bottom(before)):
                joined[index] = _joined(before, table)
                break
        else:
            joined.append(table)
    return joined
