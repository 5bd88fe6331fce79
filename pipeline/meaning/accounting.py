"""Lines of a table that say for which year and in which unit its numbers are, and head no rows.

截至12月31日止年度 (人民币百万元), YE 31 Dec (RMB mn): some houses print them in a row under the years.
"""

from __future__ import annotations

import calendar
import re
from functools import lru_cache

from pipeline.meaning.lexicon import plain
from pipeline.meaning.unitwords import read_unit
from pipeline.tables.table import Cell, Table

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_DAY = r"(?P<month>1[0-2]|0?[1-9])月(?:(?P<day>[12]\d|3[01]|0?[1-9])日)?"
_NAMED = rf"(?P<name>{'|'.join(MONTHS)})[a-z]*"
_PRINTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_DAY}(?:止|结束)?的?(?:财政年度|会计年度|财年|年度|年结)",
        rf"(?:财政年度|会计年度|财年|年结)(?:截[至止]|结束|结算)?(?:日期?|于)?[为:]?{_DAY}",
        rf"(?:fiscalyear|fye?|year|yr|(?<![a-z])ye)-?(?:end(?:s|ed|ing)?|to)?:?\(?(?:[0-3]?\d)?{_NAMED}",
        rf"{_NAMED}(?:[0-3]?\d)?(?:fye|year-?end|ye)\b",
    )
)
# What is left of such a line beside the day and the unit.
_AROUND_DAY = re.compile(
    r"(?:截[至止]|至|于|按|单位|人民币|年结|财政|会计|财务|年度?|止|日|"
    r"forthe|as(?:at|of)|fiscal|full|years?|end(?:ed|ing)?|ye|fy|"
    rf"{_DAY.replace('?P<month>', '?:').replace('?P<day>', '?:')}|"
    rf"[0-3]?\d|{'|'.join(MONTHS)}[a-z]*|[,:;.()<>/-])*"
)
_BRACKET = re.compile(r"[(（\[<]([^()（）\[\]<>]*)[)）\]>]")


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


@lru_cache(maxsize=1024)
def says_year_or_unit(text: str) -> bool:
    """Whether a line says the day that a year ends on, or the unit, or both, and nothing else."""
    bare = _BRACKET.sub(lambda match: "" if read_unit(match[1]) else match[0], text).strip()
    rest = plain(bare)
    unit = bare != text.strip() or read_unit(bare) is not None
    return (unit and (not rest or read_unit(bare) is not None)) or (
        bool(re.search(rf"月|{'|'.join(MONTHS)}", rest)) and _AROUND_DAY.fullmatch(rest) is not None
    )


def accounting_lines(table: Table) -> tuple[Cell, ...]:
    """The rows of a table between its head and its first numbers that say year or unit and nothing else."""
    first = min((cell.row for cell in table.cells if cell.role == "value"), default=0)
    return tuple(
        cell
        for cell in table.cells
        if cell.role == "section" and cell.row < first and says_year_or_unit(cell.text)
    )
