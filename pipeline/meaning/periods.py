"""The period that a column head prints: `2025E`, `1H24`, `24Q3`, `9M24`, `2024-06-30`, `1H22|A`, `PE|24A`."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

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
    # 1H24, 3Q2024, 9M24, 2H23E, 1QFY26
    re.compile(rf"(?P<n>[1-9]|1[0-2])(?P<k>[hqm])(?:fy)?(?P<y>{_YEAR}|\d{{2}})"),
    # 2025 1H, FY2025 3Q
    re.compile(rf"(?:fy)?(?P<y>{_YEAR})[-/]?(?P<n>[1-49])(?P<k>[hqm])"),
    # 2025年1-6月, 2025M1-9
    re.compile(rf"(?P<y>{_YEAR})(?:年|m)(?P<first>1)-(?P<upto>3|6|9|12)月?"),
    # 2024H1, 24Q3, 2024-Q3, 23Q1-3, FY24Q1, 2024Q1-Q3, 2024年Q1
    re.compile(
        rf"(?:fy)?(?P<y>{_YEAR}|\d{{2}})年?[-/]?(?P<k>[hqm])(?P<n>[1-9]|1[0-2])(?:[-~](?P<k2>q)?(?P<to>[234]))?"
    ),
    # H1 2024, Q3FY25
    re.compile(rf"(?P<k>[hq])(?P<n>[1-4])[-/']?(?:fy)?(?P<y>{_YEAR}|\d{{2}})"),
    # FY24/25, 2024/25: named by the year in which it ends
    re.compile(rf"(?:fy(?P<y0>{_YEAR}|\d{{2}})|(?P<y1>{_YEAR}))/(?P<y>{_YEAR}|\d{{2}})"),
    # FY25, FY2025, 2025, 2025年
    re.compile(rf"[fc]y(?P<y>{_YEAR}|\d{{2}})"),
    re.compile(rf"(?P<y>{_YEAR})年?"),
)
_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# The month in which the fiscal year ends, set before the year: FY3/25, Mar-25E. 3/25 alone is no period.
_MONTH_AND_YEAR = re.compile(
    rf"(?P<fy>fy)?(?:(?P<m>1[0-2]|0?[1-9])/|(?P<name>{_NAMES})[a-z]*[-/.']?)(?P<y>{_YEAR}|\d{{2}})(?P<mark>.*)"
)
# 截至2024年3月31日止年度, six months ended 30 June 2024
_SPANS = {
    "年度": 12, "十二个月": 12, "12个月": 12, "六个月": 6, "6个月": 6, "三个月": 3, "3个月": 3, "九个月": 9,
    "9个月": 9, "year": 12, "twelvemonths": 12, "12months": 12, "sixmonths": 6, "6months": 6,
    "threemonths": 3, "3months": 3, "ninemonths": 9, "9months": 9,
}  # fmt: skip
_ENDED = re.compile(
    rf"截?至?(?:(?P<y>{_YEAR})年)?(?P<m>1[0-2]|0?[1-9])月(?P<d>[12]\d|3[01]|0?[1-9])日止?的?(?P<span>\w+)"
)
_ENDED_ENGLISH = re.compile(
    rf"(?:the)?(?:fiscal)?(?P<span>[a-z0-9]+?)(?:ended|ending|to)(?:(?P<d>[0-3]?\d)(?P<name>{_NAMES})[a-z]*|"
    rf"(?P<name2>{_NAMES})[a-z]*(?P<d2>[0-3]?\d),?)(?P<y>{_YEAR})?"
)
# A day whose year is not printed with it: 7月11日 below 股价.
_DAY = re.compile(r"\(?(?:截至)?(?:1[0-2]|0?[1-9])月(?:[12]\d|3[01]|0?[1-9])日\)?")
# Part of a year on a level of its own: H1, 1H, Q3, 9M.
_LONE_PART = re.compile(r"(?P<k>[hq])(?P<n>[1-4])|(?P<n2>[1-9])(?P<k2>[hqm])")
_RANGE = re.compile(r"\d[aef]?[-~]'?\d{2}")  # 24E-26E
# 31/12/2025, 12/31/2025, 31-Dec-25; a day and a month that could be exchanged are none.
_DATE_BACKWARDS = re.compile(
    rf"(?:(?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})/|(?P<d>\d{{1,2}})[-.]?(?P<name>{_NAMES})[a-z]*[-.,]?)"
    rf"(?P<y>{_YEAR}|\d{{2}})"
)
# A marked year before words: 2025E PE, FY25E net profit. Without the space 2025EPS is earnings of 2025.
_LEADING = re.compile(
    rf"(?P<fy>[fc]y)?'?(?P<y>{_YEAR}|\d{{2}})(?P<mark>\([aef]\)|[aef])?\s+(?P<words>[^\W\d_(].*)", re.DOTALL
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


class _Stretch(NamedTuple):
    """A stretch that ends on a day: 截至6月30日止六个月; the year where it is printed with it."""

    year: int | None
    last: tuple[int, int]
    months: int


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
    levels = [(level, _clean(level)) for level in head.split("|")]
    found: Period | None = None
    lone: Mark | None = None
    stretch: _Stretch | str | None = None
    for raw, level in levels:
        mark = _mark_of(level.strip("()"))
        if mark is not None:
            lone = mark
            continue
        if (said := _stretch(level)) is not None:
            stretch = said
            continue
        read = _leading(raw, fiscal_year_end) or _of_level(level, fiscal_year_end)
        found = read[0] if read else found
    if isinstance(stretch, _Stretch) and found is None and stretch.year is not None:
        found = _ended(stretch.year, stretch, fiscal_year_end, None)
    elif stretch is not None and found is not None and found.label.isdigit():
        year, own = int(found.label), found.mark
        if isinstance(stretch, str):
            found = _fiscal(year, stretch, fiscal_year_end, own)
        else:
            found = _ended(year, stretch, fiscal_year_end, own)
    if found is not None and found.mark is None and lone is not None:
        return replace(found, mark=lone)
    return found


def _stretch(level: str) -> _Stretch | str | None:
    """What a level says of the year on another: 上半年 (`H1`), or 截至6月30日止六个月."""
    lone = _LONE_PART.fullmatch(level)
    if lone is not None:
        kind, number = lone["k"] or lone["k2"], int(lone["n"] or lone["n2"])
        return f"{kind.upper()}{number}" if number <= {"h": 2, "q": 4, "m": 9}[kind] else None
    if part := _parts().get(level):
        return part
    match = _ENDED.fullmatch(level) or _ENDED_ENGLISH.fullmatch(level)
    months = _SPANS.get(match["span"]) if match is not None else None
    if match is None or months is None:
        return None
    groups = match.groupdict()
    name = groups.get("name") or groups.get("name2")
    month = _NAMES.split("|").index(name) + 1 if name else int(groups["m"])
    day = int(groups["d"] or groups["d2"])
    return _Stretch(int(match["y"]) if match["y"] else None, (month, day), months)


@lru_cache(maxsize=4096)
def without_period(level: str) -> str:
    """What one level of a head says beside its period: `PE（25E）` → `pe`; empty where it is a period only.

    Parts of the period's own print (marks, an aside such as `2024 (Huatai)`, a day without its year) are no
    words beside it. A level without a period is given back as it is.
    """
    clean = _clean(level)
    if _mark_of(clean.strip("()")) is not None or _stretch(clean) is not None or _DAY.fullmatch(clean):
        return ""
    read = _leading(level, (12, 31)) or _of_level(clean, (12, 31))
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


def _leading(level: str, year_end: tuple[int, int]) -> tuple[Period, str] | None:
    """A marked (or fiscal) year and the words behind it."""
    match = _LEADING.fullmatch(unicodedata.normalize("NFKC", level).strip().lower())
    if match is None or not (match["mark"] or match["fy"]) or _mark_of(_clean(match["words"])) is not None:
        return None
    year = int(match["y"]) if len(match["y"]) == 4 else 2000 + int(match["y"])
    period = _fiscal(year, "", year_end, _mark_of((match["mark"] or "").strip("()")))
    return period, match["words"]


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
    if (backwards := _DATE_BACKWARDS.fullmatch(level)) is not None:
        day = _day_backwards(backwards)
        return (day, "") if day else None
    if (monthly := _with_month(level)) is not None:
        return monthly, ""
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
        if period is not None:
            return period, ""
    return _inside(level, year_end)


def _with_month(level: str) -> Period | None:
    """A fiscal year with the month in which it ends: FY3/25E, Mar-25A."""
    match = _MONTH_AND_YEAR.fullmatch(level)
    if match is None:
        return None
    mark = _mark_of(match["mark"].strip("()")) if match["mark"] else None
    if (match["mark"] and mark is None) or not (mark or match["fy"]):
        return None
    month = _NAMES.split("|").index(match["name"]) + 1 if match["name"] else int(match["m"])
    year = int(match["y"]) if len(match["y"]) == 4 else 2000 + int(match["y"])
    return _fiscal(year, "", (month, 31), mark)


def _ended(year: int, stretch: _Stretch, year_end: tuple[int, int], mark: Mark | None) -> Period | None:
    """The stretch up to its day in a year; a part of a year has its place in the fiscal year, or is none."""
    month, _ = stretch.last
    if stretch.months == 12:
        return _fiscal(year, "", stretch.last, mark)
    into = (month - year_end[0] - 1) % 12 + 1  # months of the fiscal year that are over
    if into % stretch.months:
        return None
    part = "M9" if stretch.months == 9 else f"{'Q' if stretch.months == 3 else 'H'}{into // stretch.months}"
    return _fiscal(year if month <= year_end[0] else year + 1, part, year_end, mark)


def _part_of(rest: str) -> tuple[str, str]:
    """`上半年E` → (`H1`, `e`): the part of the year named in words, and what follows it."""
    for word, part in sorted(_parts().items(), key=lambda item: -len(item[0])):
        if rest.startswith(word):
            return part, rest[len(word) :]
    return "", rest


def _inside(level: str, year_end: tuple[int, int]) -> tuple[Period, str] | None:
    """A year set beside other words in one level (`收入2024E`, `2025E(亿元)`); None where there are two."""
    if _RANGE.search(level):
        return None
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
    if (before := groups.get("y0") or groups.get("y1")) and int(before) % 100 != (year - 1) % 100:
        return None
    if groups.get("upto"):
        part = {"3": "Q1", "6": "H1", "9": "M9", "12": ""}[groups["upto"]]
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


def _day_backwards(match: re.Match[str]) -> Period | None:
    year = int(match["y"]) if len(match["y"]) == 4 else 2000 + int(match["y"])
    if match["name"]:
        return _day(year, _NAMES.split("|").index(match["name"]) + 1, int(match["d"]))
    a, b = int(match["a"]), int(match["b"])
    if a <= 12 and b <= 12 and a != b:
        return None
    return _day(year, min(a, b) if a > 12 or b > 12 else a, max(a, b))


def _day(year: int, month: int, day: int) -> Period | None:
    try:
        on = date(year, month, day)
    except ValueError:
        return None
    return Period(on.isoformat(), on, on)
