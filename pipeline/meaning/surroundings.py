"""What is printed around tables: their units, and what the tables of one report say for one another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.meaning.accounting import accounting_lines
from pipeline.meaning.numbers import Number, parse_number
from pipeline.meaning.tablekinds import STATEMENTS, Kind
from pipeline.meaning.units import money_marks, reporting_currency
from pipeline.meaning.unitwords import UnitMark
from pipeline.tables.table import Cell, Table

_OPEN, _CLOSE = re.compile("[(（]"), re.compile("[)）]")


def currency_of_statements(tables: Sequence[Table], kinds: Sequence[Kind], yuan: str | None) -> str | None:
    """The currency printed around the statements and on the lines of the forecast summary.

    `yuan` is what a bare 元 means, None where that is not known; so is the answer where several are printed.
    """
    texts: list[str] = []
    for table, kind in zip(tables, kinds, strict=True):
        if kind in STATEMENTS:
            texts += around(table)
        elif kind == "forecast_summary":
            texts += [c.text for c in table.cells if c.role == "label"]
            texts += around(table)
    return reporting_currency(texts, yuan)


def around(table: Table) -> tuple[str, ...]:
    """Texts that may print the unit of a whole table, nearest first.

    A line that stands over all columns is one of them (单位：百万元 in the head of every column), and so is
    YE 31 Dec (RMB mn) in a row under the years.
    """
    cut = len(_OPEN.findall(table.title)) > len(_CLOSE.findall(table.title))
    title = f"{table.title}{table.stub_head}" if cut else table.title  # wrapped inside its unit: (百万美|元)
    heads = [head.split("|") for head in table.heads if "|" in head]
    over_all = [level for level in heads[0] if all(level in head for head in heads)] if len(heads) > 1 else []
    lines = [cell.text for cell in accounting_lines(table)]
    return (table.unit_text, *lines, table.stub_head, *over_all, title, table.caption)


def unit_beside(table: Table, tables: Sequence[Table], kinds: Sequence[Kind]) -> str:
    """The unit of the statements set on the same page, for one that prints none; empty where they differ.

    Statements of one page are set under one heading, and its unit often stands over the first of them only;
    an EBITDA among the ratios beside them is in the same.
    """
    if any(money_marks(text) for text in around(table)):
        return ""
    beside = [
        next((text for text in around(other) if money_marks(text)), "")
        for other, kind in zip(tables, kinds, strict=True)
        if kind in STATEMENTS and other is not table and other.pages[0] == table.pages[0]
    ]
    units = {text for text in beside if text}
    return min(units) if len({money_marks(text) for text in units}) == 1 else ""


def marks_of_rows(numbers: Sequence[Cell]) -> Mapping[int, UnitMark]:
    """The unit that every number of a row prints, for the dashes and blanks between them."""
    marks: dict[int, Counter[UnitMark | None]] = {}
    for cell in numbers:
        parsed = parse_number(cell.text)
        if isinstance(parsed, Number):
            marks.setdefault(cell.row, Counter())[parsed.unit] += 1
    found: dict[int, UnitMark] = {}
    for row, counts in marks.items():
        only = next(iter(counts)) if len(counts) == 1 else None
        if only is not None:
            found[row] = only
    return found
