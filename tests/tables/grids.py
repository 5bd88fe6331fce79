"""What a test asks of a table: its rows and heads as plain lists."""

from __future__ import annotations

from pipeline.layout.blocks import find_blocks
from pipeline.reading.page import Page
from pipeline.tables.aligned import read_aligned
from pipeline.tables.find import find_tables
from pipeline.tables.table import Table


def rows_of(table: Table) -> list[list[str]]:
    """The texts of the rows below the header; a section head is a row of one text."""
    rows: dict[int, dict[int, str]] = {}
    for cell in table.cells:
        if cell.role != "header":
            rows.setdefault(cell.row, {})[cell.column] = cell.text
    return [[texts[column] for column in sorted(texts)] for _, texts in sorted(rows.items())]


def labels_of(table: Table) -> list[str]:
    """The row heads from the top, section heads among them."""
    return [row[0] for row in rows_of(table)]


def row_of(table: Table, label: str) -> list[str]:
    """The values of the one row that has this label."""
    (values,) = [row[1:] for row in rows_of(table) if row[0] == label]
    return values


def tables_of(*pages: Page) -> list[Table]:
    """Every table of some pages."""
    return find_tables(pages)


def table_of(*pages: Page) -> Table:
    """The only table of some pages."""
    (table,) = find_tables(pages)
    return table


def block_table(page: Page) -> Table:
    """The only block of a page read as one grid, statements not parted."""
    (block,) = find_blocks(page)
    table = read_aligned(block)
    assert table is not None
    return table
