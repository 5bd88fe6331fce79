"""Columns of tickers, and the tickers of rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline.meaning.entities import is_ticker_head, listed_name, parse_ticker
from pipeline.meaning.rows import Row
from pipeline.tables.table import Table

_DAY = re.compile(r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def code_columns(table: Table) -> frozenset[int]:
    """Columns of tickers, headed as such or holding little else, and of days printed as eight digits."""
    texts: dict[int, list[str]] = {}
    for cell in table.cells:
        if cell.role in ("value", "label") and cell.text.strip():
            texts.setdefault(cell.column, []).append(cell.text)
    found = set()
    for column, column_texts in texts.items():
        head = table.heads[column] if column < len(table.heads) else ""
        tickers = sum(parse_ticker(t) is not None for t in column_texts)
        coded = sum(parse_ticker(t, bare=True) is not None for t in column_texts)
        days = sum(_DAY.fullmatch(t.strip()) is not None for t in column_texts)
        if 2 * max(tickers, days) > len(column_texts) or (
            is_ticker_head(head) and 2 * coded > len(column_texts)
        ):
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


def owners_of_rows(rows: Iterable[Row]) -> Mapping[int, tuple[str, str]]:
    """Ticker and name of the company above each row, where companies head the rows of their figures.

    A row that only one of them has (`P/S 均值` below the last) is nobody's. What is printed beside the name
    itself is that company's as well.
    """
    rows = tuple(rows)
    under: dict[str, set[str]] = defaultdict(set)
    found: dict[int, tuple[str, str]] = {}
    labels: dict[int, str] = {}
    for row in rows:
        named = [name for parent in row.parents if (name := listed_name(parent)) is not None]
        if named:
            found[row.index], labels[row.index] = named[-1], row.label
            under[row.label].add(named[-1][0])
    owned = {index: name for index, name in found.items() if len(under[labels[index]]) > 1}
    heads = {row.index: listed_name(row.label) for row in rows if not row.parents}
    return owned | {
        index: name for index, name in heads.items() if name is not None and name in owned.values()
    }
