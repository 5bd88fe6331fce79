"""The last day of the fiscal year, where a report prints it: 截至3月31日止年度, 年结日：6月30日, FYE Mar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.meaning.accounting import year_end_in
from pipeline.meaning.surroundings import around
from pipeline.meaning.tablekinds import STATEMENTS, Kind
from pipeline.tables.table import Table

CALENDAR_YEAR = (12, 31)


def year_end_of(tables: Sequence[Table], kinds: Sequence[Kind]) -> tuple[int, int]:
    """The fiscal year's end that a report prints over its statements, else at its summary and cover's box.

    December where none is printed, or where two are printed equally often: what a Chinese report means then.
    """
    for among in (STATEMENTS, ("ratios", "forecast_summary", "cover_data")):
        found: Counter[tuple[int, int]] = Counter()
        for table, kind in zip(tables, kinds, strict=True):
            if kind in among:
                found.update({end for text in _texts(table) if (end := year_end_in(text)) is not None})
        ranked = found.most_common(2)
        if ranked:
            tied = len(ranked) > 1 and ranked[0][1] == ranked[1][1]
            return CALENDAR_YEAR if tied else ranked[0][0]
    return CALENDAR_YEAR


def _texts(table: Table) -> Iterator[str]:
    """What is printed around a table and on its labels and heads; a label with its values beside it."""
    yield from (*around(table), table.source_note)
    rows: dict[int, list[str]] = {}
    for cell in sorted(table.cells, key=lambda c: (c.row, c.column)):
        rows.setdefault(cell.row, []).append(cell.text)
        if cell.role != "value":
            yield cell.text
    yield from (f"{texts[0]}:{texts[1]}" for texts in rows.values() if len(texts) == 2)
