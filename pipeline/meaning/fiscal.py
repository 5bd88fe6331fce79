"""The last day of the fiscal year, where a report prints it: 截至3月31日止年度, 年结日：6月30日, FYE Mar."""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.meaning.lexicon import plain
from pipeline.meaning.surroundings import around
from pipeline.meaning.tablekinds import STATEMENTS, Kind
from pipeline.tables.table import Table

CALENDAR_YEAR = (12, 31)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_DAY = r"(?P<month>1[0-2]|0?[1-9])月(?:(?P<day>[12]\d|3[01]|0?[1-9])日)?"
_NAMED = rf"(?P<name>{'|'.join(MONTHS)})[a-z]*"
_PRINTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_DAY}(?:止|结束)?的?(?:财政年度|会计年度|财年|年度|年结)",
        rf"(?:财政年度|会计年度|财年|年结)(?:截[至止]|结束|结算)?(?:日期?|于)?[为:]?{_DAY}",
        rf"(?:fiscalyear|fye?|year|yr)-?(?:end(?:s|ed|ing)?|to)?:?\(?(?:[0-3]?\d)?{_NAMED}",
        rf"{_NAMED}(?:[0-3]?\d)?(?:fye|year-?end|ye)\b",
    )
)


def year_end_in(text: str) -> tuple[int, int] | None:
    """(month, day) of the last day of the fiscal year that a text prints, None where it prints none."""
    clean = plain(text)
    for pattern in _PRINTS:
        match = pattern.search(clean)
        if match is not None:
            groups = match.groupdict()
            month = MONTHS.index(groups["name"]) + 1 if groups.get("name") else int(groups["month"])
            last = calendar.monthrange(2023, month)[1]
            return month, min(int(groups.get("day") or last), last)
    return None


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
