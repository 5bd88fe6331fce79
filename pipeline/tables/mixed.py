"""Captioned tables of words and numbers that their columns of numbers alone give only in part, or not at all.

Read as tables of words are, they are taken where the rows leave no doubt: a head over every column, nearly
all places filled, each by one text or number. What a chart prints leaves many places empty, or stands in one
as several marks of an axis.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from pipeline.layout.captioned import Region
from pipeline.layout.tokens import is_label_text, is_value, tight
from pipeline.tables.table import Cell, Table
from pipeline.tables.texts import Laid, is_word_table

# Share of the places that hold something: beside a reading of numbers that it contains, and with none.
_FILLED = 0.8
_FILLED_ALONE = 0.9
# A reading of numbers gives way to one that holds all of them and so many times as many.
_MORE = 1.2
_LEAST_ROWS = 3
_SEVERAL = re.compile(r"[^A-Za-z\u4e00-\u9fff]*\d[^A-Za-z\u4e00-\u9fff\s]*\s+[^A-Za-z\u4e00-\u9fff]*\d.*")


def read_mixed(region: Region, laid: Laid, numeric: Sequence[Table]) -> Table | None:
    """The table of a captioned region laid out in rows, None where the rows are not certain.

    `numeric` are the tables of numbers that stand there: the reading holds theirs and more.
    """
    if region.caption is None or not region.closed:
        return None
    table = laid.table
    if not is_word_table(table, lined=laid.lined, figures=True):
        return None
    body = [c for c in table.cells if c.role in ("label", "value")]
    filled = sum(bool(c.text) for c in body)
    rows = {c.row for c in body}
    if len(rows) < _LEAST_ROWS or filled < (_FILLED if numeric else _FILLED_ALONE) * len(body):
        return None
    if any(_SEVERAL.fullmatch(c.text) for c in body if c.column) or _heads_again(body):
        return None
    if numeric and not _holds_more(table, numeric):
        return None
    return _by_name(table)


def _heads_again(body: Sequence[Cell]) -> bool:
    """Whether a row holds words in two columns that hold numbers else: the heads of the rows below it."""
    counted = {
        column
        for column in {c.column for c in body}
        if 2 * sum(_is_number(c.text) for c in body if c.column == column)
        >= sum(bool(c.text) for c in body if c.column == column)
    }
    worded = [c.row for c in body if c.column in counted and is_label_text(tight(c.text))]
    return any(worded.count(row) > 1 for row in worded)


def _is_number(text: str) -> bool:
    return is_value(tight(text)) and any(char.isdigit() for char in text)


def _holds_more(table: Table, numeric: Sequence[Table]) -> bool:
    """Whether a table holds every number of others, each in a cell of its own, and markedly more."""
    mine, theirs = _numbers([table]), _numbers(numeric)
    return theirs <= mine and len(mine) >= _MORE * len(theirs)


def _numbers(tables: Sequence[Table]) -> set[tuple[int, int, str]]:
    return {
        (round(c.box.xc), round(c.box.yc), tight(c.text))
        for table in tables
        for c in table.cells
        if c.role in ("label", "value") and _is_number(c.text)
    }


def _by_name(table: Table) -> Table:
    """The table, a first column of ranks (1, 2, 3 …) behind the names that they number."""
    first = sorted((c for c in table.cells if c.column == 0 and c.role == "label"), key=lambda c: c.row)
    names = [c for c in table.cells if c.column == 1 and c.role == "value"]
    ranked = all(tight(c.text) == str(n) for c, n in zip(first, count(1), strict=False))
    if not ranked or not names or not all(is_label_text(c.text) for c in names):
        return table
    return replace(
        table,
        cells=tuple(sorted(map(_swapped, table.cells), key=lambda c: (c.row, c.column))),
        heads=(table.heads[1], table.heads[0], *table.heads[2:]),
        stub_head=table.heads[1],
    )


def _swapped(cell: Cell) -> Cell:
    if cell.column > 1 or cell.column_span > 1:
        return cell
    if cell.role == "header":
        return replace(cell, column=1 - cell.column)
    return replace(cell, column=1 - cell.column, role="label" if cell.column else "value")
