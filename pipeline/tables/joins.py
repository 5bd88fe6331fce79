"""Tables continued on the next page set together again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.layout.tokens import tight
from pipeline.tables.table import Table


def _same_heads(a: Table, b: Table) -> bool:
    return a.column_count == b.column_count and [tight(h) for h in a.heads[1:]] == [
        tight(h) for h in b.heads[1:]
    ]


def _continues(before: Table, after: Table) -> bool:
    """Whether `after`, the first table of the next page, goes on where `before` broke off.

    Its heads are printed again and it has no caption or title of its own; the note that closes a table has
    not been printed yet.
    """
    return (
        after.pages[0] == before.pages[-1] + 1
        and not before.source_note
        and not after.caption
        and not after.title
        and any(before.heads[1:])
        and _same_heads(before, after)
        and abs(before.box.x0 - after.box.x0) < 12
    )


def _joined(before: Table, after: Table) -> Table:
    heads = {c.row for c in after.cells if c.role == "header"}
    rows = sorted({c.row for c in after.cells} - heads)
    number = {row: before.row_count + i for i, row in enumerate(rows)}
    moved = tuple(replace(c, row=number[c.row]) for c in after.cells if c.row in number)
    return replace(
        before,
        pages=before.pages + after.pages,
        row_count=before.row_count + len(rows),
        cells=before.cells + moved,
        source_note=after.source_note,
    )


def join_continued(tables: Sequence[Table]) -> list[Table]:
    """Tables in reading order with continuations set to the table they continue."""
    joined: list[Table] = []
    first_of_page: set[int] = set()
    for table in tables:
        page = table.pages[0]
        candidate = next(
            (
                i
                for i in range(len(joined) - 1, -1, -1)
                if page not in first_of_page and _continues(joined[i], table)
            ),
            None,
        )
        first_of_page.add(page)
        if candidate is None:
            joined.append(table)
        else:
            joined[candidate] = _joined(joined[candidate], table)
    return joined
