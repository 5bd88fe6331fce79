"""Columns of tickers, and the tickers of rows."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.meaning.entities import is_ticker_head, parse_ticker
from pipeline.tables.table import Table


def code_columns(table: Table) -> frozenset[int]:
    """Columns of tickers: headed as such, or holding little else."""
    texts: dict[int, list[str]] = {}
    for cell in table.cells:
        if cell.role in ("value", "label") and cell.text.strip():
            texts.setdefault(cell.column, []).append(cell.text)
    found = set()
    for column, column_texts in texts.items():
        head = table.heads[column] if column < len(table.heads) else ""
        tickers = sum(parse_ticker(t) is not None for t in column_texts)
        coded = sum(parse_ticker(t, bare=True) is not None for t in column_texts)
        if 2 * tickers > len(column_texts) or (is_ticker_head(head) and 2 * coded > len(column_texts)):
            found.add(column)
    return frozenset(found)


def row_tickers(table: Table, codes: frozenset[int]) -> Mapping[int, str]:
    """The ticker of each row that has one in a column of codes."""
    found: dict[int, str] = {}
    for cell in table.cells:
        if cell.column in codes and cell.role in ("value", "label"):
            ticker = parse_ticker(cell.text, bare=True)
            if ticker is not None:
                found.setdefault(cell.row, ticker)
    return found
