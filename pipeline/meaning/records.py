"""Rows of the datasets `tables`, `cells` and `facts`: plain dictionaries in the contract's column order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pipeline.meaning.fact import Fact
from pipeline.meaning.tablekinds import Kind
from pipeline.tables.table import Table

Record = dict[str, Any]


def table_record(table: Table, *, kind: Kind, table_id: str, report_id: str) -> Record:
    """The row of one table; what is not printed is null."""
    return {
        "table_id": table_id,
        "report_id": report_id,
        "kind": kind,
        "pages": list(table.pages),
        "x0": table.box.x0,
        "top": table.box.top,
        "x1": table.box.x1,
        "bottom": table.box.bottom,
        "caption": table.caption or table.title or None,
        "caption_no": table.caption_no or None,
        "source_note": table.source_note or None,
        "unit_text": table.unit_text or None,
        "row_count": table.row_count,
        "column_count": table.column_count,
        "reader": table.reader,
        "agreement": table.agreement,
    }


def cell_records(table: Table, *, table_id: str, report_id: str) -> list[Record]:
    """The rows of a table's grid by row and column, blanks included."""
    return [
        {
            "table_id": table_id,
            "report_id": report_id,
            "page": cell.page,
            "row": cell.row,
            "column": cell.column,
            "row_span": cell.row_span,
            "column_span": cell.column_span,
            "text": cell.text,
            "x0": cell.box.x0,
            "top": cell.box.top,
            "x1": cell.box.x1,
            "bottom": cell.box.bottom,
            "role": cell.role,
        }
        for cell in sorted(table.cells, key=lambda c: (c.row, c.column))
    ]


def fact_records(facts: Iterable[Fact]) -> list[Record]:
    """The rows of the facts, in the order given."""
    return [fact._asdict() | {"label_path": list(fact.label_path)} for fact in facts]
