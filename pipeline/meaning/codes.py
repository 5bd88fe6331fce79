"""Columns of tickers, and the tickers of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def row_tickers(table: Table, codes: frozenset[int], labels: Sequence[int]) -> Mapping[tuple[int, int], str]:
    """The ticker of each row that has one in a column of codes, by row and column of its label.

    `labels` are the columns of labels: of lists side by side each has its own, a code is the nearest one's.
    """
    found: dict[tuple[int, int], str] = {}
    for cell in table.cells:
        if cell.column in codes and cell.role in ("value", "label"):
            ticker = parse_ticker(cell.text, bare=True)
            if ticker is not None:
                nearest = min(labels, key=lambda column: abs(column - cell.column), default=0)
                found.setdefault((cell.row, nearest), ticker)
    return found
