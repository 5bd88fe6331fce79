"""Several statements in one grid: a section row that names another statement begins a table of its own.

The parts share the year heads printed once at the top; each part's head cells are those of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.layout.captions import StatementClass, statement_class, unit_in
from pipeline.reading.page import union
from pipeline.tables.table import Cell, Table


def _begins(row: Sequence[Cell], current: StatementClass | None) -> StatementClass | None:
    """The statement that a section row opens, None where the table simply goes on."""
    if row[0].role != "section":
        return None
    named = statement_class(row[0].text)
    if named is None or named == current:
        return None
    # 每股指标 opens a block of its own under a cash flow statement, and is a group inside a ratio block.
    return None if named == "ratios" and current is None else named


def split_statements(table: Table) -> list[Table]:
    """The table's parts from the top, the table itself where it holds one statement only."""
    rows: dict[int, list[Cell]] = {}
    for cell in table.cells:
        rows.setdefault(cell.row, []).append(cell)
    heads = [n for n in sorted(rows) if rows[n][0].role == "header"]
    current = statement_class(table.stub_head) or statement_class(table.title)
    parts: list[tuple[str, list[int]]] = [(table.title, [])]
    for number in sorted(rows):
        if number in heads:
            continue
        opened = _begins(rows[number], current)
        if opened is not None:
            current = opened
            parts.append((rows[number][0].text, []))
        else:
            parts[-1][1].append(number)
    if len(parts) == 1:
        return [table]
    return [
        _part(table, title, heads, numbers, rows) for title, numbers in parts if _has_values(numbers, rows)
    ]


def _has_values(numbers: Sequence[int], rows: dict[int, list[Cell]]) -> bool:
    return any(c.role == "value" and c.text for n in numbers for c in rows[n])


def _part(
    table: Table, title: str, heads: Sequence[int], numbers: Sequence[int], rows: dict[int, list[Cell]]
) -> Table:
    order = {old: new for new, old in enumerate([*heads, *numbers])}
    cells = [replace(c, row=order[n]) for n in order for c in rows[n]]
    first = title == table.title
    own = [c for c in cells if c.text and (first or c.role != "header")]
    pages = tuple(sorted({c.page for c in own}))
    return replace(
        table,
        pages=pages,
        box=union([c.box for c in own if c.page == pages[0]]),
        row_count=len(order),
        cells=tuple(cells),
        title=title,
        stub_head=table.stub_head if first else title,
        unit_text=unit_in(title) or table.unit_text,
    )
