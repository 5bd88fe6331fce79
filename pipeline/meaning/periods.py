"""The period that a column head prints: `2025E`, `1H24`, `24Q3`, `9M24`, `2024-06-30`, `1H22|A`, `PE|24A`."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from pipeline.meaning.entities import parse_ticker
from pipeline.meaning.lexicon import read_rows

Mark = Literal["A", "E", "F"]
Basis = Literal["actual", "estimate"]

# A company's figures of before 1990 are not printed: 1969 and 1980 in a head are other numbers.
_YEAR = r"(?:(?:199|20\d)\d)"
_DATE = re.compile(
    rf"(?P<y>{_YEAR}|[12]\d(?=[-/.]\d+[-/.]))[-/.年](?P<m>0?[1-9]|1[0-2])[-/.月](?P<d>0?[1-9]|[12]\d|3[01])日?"
)
_FORMS = (
    # 1H24, 3Q2024, 9M24, 2H23E
    re.compile(rf"(?P<n>[1-9]|1[0-2])(?P<k>[hqm])(?P<y>{_YEAR}|\d{{2}})"),
    # 2024H1, 24Q3, 2024-Q3, 23Q1-3, FY24Q1, 2024Q1-Q3, 2024年Q1
    re.compile(
        rf"(?:fy)?(?P<y>{_YEAR}|\d{{2}})年?[-/]?(?P<k>[hqm])(?P<n>[1-9]|1[0-2])(?:[-~](?P<k2>q)?(?P<to>[234]))?"
    ),
    # H1 2024, Q3FY25
    re.compile(rf"(?P<k>[hq])(?P<n>[1-4])[-/']?(?:fy)?(?P<y>{_YEAR}|\d{{2}})"),
    # FY25, FY2025, 2025, 2025年
    re.compile(rf"fy(?P<y>{_YEAR}|\d{{2}})"),
    re.compile(rf"(?P<y>{_YEAR})年?"),
)
# Two digits are a year only with a mark behind them: 24E. A bare 24 is a number.
_SHORT = re.compile(r"'?(?P<y>\d{2})年?")
# A bracket without digits behind a year is an aside: 2024 (Huatai), 2025E (百万元).
_ASIDE = re.compile(r"\([^()\d]*\)$")
# 2018 年销售额 is the year; 2024年以来, 2018年至2020年 and the like are no fiscal period.
_OF_YEAR = re.compile(
    rf"(?P<y>{_YEAR})年度?(?P<words>[^\d至到以起初末前后上下中一二三四第季半~-][^\d至到起~-]*)"
)
# Inside other words, as in PE2024E, only forms that can be nothing else.
_INSIDE = re.compile(
    rf"(?<![\d.\w])(?:(?P<long>{_YEAR})年?(?P<mark>\(?[aef]\)?)?|'?(?P<short>\d{{2}})(?P<smark>[aef]))(?![\d\w.,%/-])"
)


@dataclass(frozen=True, slots=True)
class Period:
    """A fiscal period: `label` as the dataset writes it, first and last day, the printed A/E/F mark."""

    label: str
    start: date
    end: date
    mark: Mark | None = None

    def instant(self) -> Period:
        """The period's last day, for what is measured on a day (balance sheets)."""
        return replace(self, start=self.end)

    def opening(self) -> Period:
        """The day before the period's first, for what it starts with (期初现金)."""
        before = self.start - timedelta(days=1)
        return replace(self, start=before, end=before)


@lru_cache(maxsize=1)
def _marks() -> tuple[tuple[re.Pattern[str], Mark], ...]:
    names: dict[str, Mark] = {"A": "A", "E": "E", "F": "F"}
    rows = read_rows("periods.csv", ("pattern", "part", "value"))
    return tuple((re.compile(pattern), names[value]) for pattern, part, value in rows if part == "mark")


@lru_cache(maxsize=1)
def _parts() -> dict[str, str]:
    return {
        word: value
        for word, part, value in read_rows("periods.csv", ("pattern", "part", "value"))
        if part == "part"
    }


@lru_cache(maxsize=4096)
def parse_period(head: str, *, fiscal_year_end: tuple[int, int] = (12, 31)) -> Period | None:
    """The period of a column head, None where it prints none or more than one.

    Levels are joined by `|`; the lowest level with a period counts, and a mark may stand in a level of its
    own. `fiscal_year_end` is (month, day) of the last day of the fiscal year named by the year printed.
    """
    levels = [_clean(level) for level in head.split("|")]
    found: Period | None = None
    lone: Mark | None = None
    for level in levels:
        mark = _mark_of(level.strip("()"))
        if mark is not None:
            lone = mark
            continue
        read = _of_level(level, fiscal_year_end)
        found = read[0] if read else found
    if found is not None and found.mark is None and lone is not None:
        return replace(found, mark=lone)
    return found


@lru_cache(maxsize=4096)
def without_period(level: str) -> str:
    """What one level of a head says beside its period: `PE（25E）` → `pe`; empty where it is a period only.

    Parts of the period's own print (marks, an aside such as `2024 (Huatai)`) are no words beside it. A level
    without a period is given back as it is.
    """
    clean = _clean(level)
    if _mark_of(clean.strip("()")) is not None:
        return ""
    read = _of_level(clean, (12, 31))
    return level if read is None else read[1]


def basis_of(
    mark: Mark | None, period: Period | None, published_on: date | None, marks_beside: Collection[Mark] = ()
) -> Basis | None:
    """Whether a period's numbers are reported or foreseen: by the printed mark, else by the report's date.

    `marks_beside` are the marks of the table's other columns. A house that marks its actual years and leaves
    the others bare (`2023A … 2024`) says by the missing mark that they are estimates.
    """
    if mark is not None:
        return "actual" if mark == "A" else "estimate"
    if period is None or published_on is None:
        return None
    if "A" in marks_beside and not {"E", "F"} & set(marks_beside):
        return "estimate"
    past = period.end < published_on or period.start == period.end == published_on
    return "actual" if past else "estimate"


def _clean(level: str) -> str:
    text = unicodedata.normalize("NFKC", level).replace("’", "'").replace("–", "-").replace("—", "-")
    return re.sub(r"\s+", "", text).lower().strip("*:;,")


def _mark_of(text: str) -> Mark | None:
    return next((mark for pattern, mark in _marks() if pattern.fullmatch(text)), None)


def _of_level(level: str, year_end: tuple[int, int]) -> tuple[Period, str] | None:
    """The period of one level and the words beside it."""
    if not any(c.isdigit() for c in level) or parse_ticker(level) is not None:
        return None
    on = _DATE.fullmatch(level)
    if on is not None:
        year = int(on["y"]) if len(on["y"]) == 4 else 2000 + int(on["y"])
        day = _day(year, int(on["m"]), int(on["d"]))
        return (day, "") if day else None
    for form in _FORMS:
        match = form.match(level)
        if match is None:
            continue
        rest = level[match.end() :]
        part, tail = _part_of(rest) if match.re.groupindex.keys() == {"y"} else ("", rest)
        tail = tail if _mark_of(tail.strip("()-_")) else _ASIDE.sub("", tail)
        mark = _mark_of(tail.strip("()-_"))
        if tail and mark is None:
            continue
        period = _period(match, part, mark, year_end)
        return (period, "") if period else None
    of_year = _OF_YEAR.fullmatch(level)
    if of_year is not None:
        period = _period(of_year, "", None, year_end)
        return (period, of_year["words"]) if period else None
    short = _SHORT.match(level)
    if short is not None:
        mark = _mark_of(level[short.end() :].strip("()"))
        period = _period(short, "", mark, year_end) if mark else None
        return (period, "") if period else None
    return _inside(level, year_end)


def _part_of(rest: str) -> tuple[str, str]:
    """`上半年E` → (`H1`, `e`): the part of the year named in words, and what follows it."""
    for word, part in sorted(_parts().items(), key=lambda item: -len(item[0])):
        if rest.startswith(word):
            return part, rest[len(word) :]
    return "", rest


def _inside(level: str, year_end: tuple[int, int]) -> tuple[Period, str] | None:
    """A year set beside other words in one level (`收入2024E`, `2025E(亿元)`); None where there are two."""
    bare = re.sub(r"(?<=[^\x00-\x7f])(?=\d)|(?<=[a-z)])(?=(?:19|20)\d{2})", " ", level)
    spaced = re.sub(r"([\d][aef]?)(?=[(\u4e00-\u9fff])", r"\1 ", bare)
    hits = list(_INSIDE.finditer(spaced))
    if len(hits) != 1:
        return None
    hit = hits[0]
    mark = _mark_of((hit["mark"] or hit["smark"] or "").strip("()"))
    if hit["long"] and mark is None:
        return None  # a bare year among words may be part of a name
    words = re.sub(r"\s+|\(\s*\)", "", f"{spaced[: hit.start()]}{spaced[hit.end() :]}")
    return _fiscal(int(hit["long"] or f"20{hit['short']}"), "", year_end, mark), words


def _period(match: re.Match[str], part: str, mark: Mark | None, year_end: tuple[int, int]) -> Period | None:
    groups = match.groupdict()
    year = int(groups["y"]) if len(groups["y"]) == 4 else 2000 + int(groups["y"])
    kind, number = groups.get("k"), groups.get("n")
    if kind and number:
        upto = groups.get("to")
        if upto:
            if kind != "q" or number != "1":
                return None
            part = f"M{int(upto) * 3}" if upto != "4" else ""
        else:
            limit = {"h": 2, "q": 4, "m": 12}[kind]
            if int(number) > limit:
                return None
            part = f"{kind.upper()}{number}"
    return _fiscal(year, part, year_end, mark)


def _fiscal(year: int, part: str, year_end: tuple[int, int], mark: Mark | None) -> Period:
    """The fiscal year or its part: `H1`, `Q3`, `M9` (its first nine months)."""
    month, _ = year_end
    first = _month(year, month, -11)  # the fiscal year's first month
    span = {"": (0, 12), "H": (0, 6), "Q": (0, 3), "M": (0, 0)}[part[:1]]
    begin, length = span
    if part:
        number = int(part[1:])
        begin, length = (0, number) if part[0] == "M" else ((number - 1) * span[1], span[1])
    start_year, start_month = _month(first[0], first[1], begin)
    end_year, end_month = _month(first[0], first[1], begin + length - 1)
    start = date(start_year, start_month, 1)
    end = date(end_year, end_month, calendar.monthrange(end_year, end_month)[1])
    if year_end[1] < 28:  # a year that ends inside a month: both ends move by the same days
        back = calendar.monthrange(year, month)[1] - year_end[1]
        start, end = start - timedelta(days=back), end - timedelta(days=back)
    return Period(f"{year}{part}", start, end, mark)


def _month(year: int, month: int, plus: int) -> tuple[int, int]:
    index = year * 12 + month - 1 + plus
    return index // 12, index % 12 + 1


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        on = date(year, month, day)
    except ValueError:
        return None
    return Period(on.isoformat(), on, on)
