"""What a word is by its looks: a number, a missing mark, a period head, or text. No meaning yet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Letters that brokers set directly behind a number.
_SUFFIX = r"(?:%|％|‰|x|X|×|倍|pp|pct|ppts?|pcts|bps?|[亿万千百]{0,2}(?:元|港元|港币|美元|人民币|股|天|次)?)"
_NUMBER = re.compile(
    rf"[（(]?[-+−－–＋]?[（(]?(?:[¥￥$]|HK\$|US\$|RMB|HKD|USD|CNY|人民币|港[币元]|美元)?\d[\d,，]*(?:[.．]\d+)?{_SUFFIX}[)）]?{_SUFFIX}",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"(?:[-−－–—―]{1,3}|[/\\]|N\.?\s?/?A\.?|n\.?m\.?f?\.?|不适用|无意义|#DIV/0!|#N/A|\*+)", re.IGNORECASE
)
_YEAR = r"(?:19[89]\d|20[0-4]\d)"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_MARK = r"(?:年度?)?[（(]?(?:[AEFaef]|预测|预计|实际)?[)）]?"
_PERIOD = re.compile(
    rf"(?:FY)?{_YEAR}{_MARK}"
    rf"|FY\d\d{_MARK}"
    rf"|['’]?\d\d[AEF]"
    rf"|{_YEAR}[-/.]?(?:[HhSs][12]|[Qq][1-4]){_MARK}"
    rf"|(?:[12][Hh]|[1-4][Qq])(?:{_YEAR}|\d\d){_MARK}"
    rf"|9[Mm](?:{_YEAR}|\d\d){_MARK}"
    rf"|(?:{_YEAR}|\d\d)(?:[Hh][12]|[Qq][1-4]){_MARK}"
    rf"|{_YEAR}年?[HhQq]?[1-4]?-?(?:[上下]半年|[一二三四]季度|前三季度|中报|年报|一季报|三季报){_MARK}"
    # Not `2013.54`: a year and a month with a point between are a number.
    rf"|{_YEAR}[-/年]{_MONTH}(?:[-/月]\d{{1,2}}日?|月)?[AEFaef]?|{_YEAR}\.{_MONTH}\.\d{{1,2}}"
    rf"|(?:12|0?[369])[-/](?:{_YEAR}|\d\d)[AEFaef]?"
)
_NUMBER_REST = re.compile(r"[.,%)）x倍][\d.,%)）x倍]{0,3}")
_OVER_ACTUAL = re.compile(r"实际值?|历史值?|实绩|Actual", re.IGNORECASE)
_OVER_ESTIMATE = re.compile(r"预测值?|预计值?|预估值?|Estimates?|Forecasts?", re.IGNORECASE)
_ACTUAL = re.compile(r".*\d年?[(（]?[Aa][)）]?")
_ESTIMATE = re.compile(r".*\d年?[(（]?[EFef][)）]?")
# A value of a side box: digits with separators, dates, ranges, tickers, currency words.
_LOOSE_VALUE = re.compile(
    r"(?:[¥￥$]|HK\$|US\$|HKD|RMB|USD|CNY|港币|港元|人民币|美元)?[-+−(（]?"
    r"\d[\d,，.\-/~～—–−+:：%％年月日xX倍亿万百千元港币美股()（） ]*"
    r"(?:\.?(?:SH|SZ|HK|BJ|CH|US))?",
)


@lru_cache(maxsize=50_000)
def is_number(text: str) -> bool:
    """A single printed number with at most a sign, brackets, a currency sign and a unit behind it."""
    return bool(_NUMBER.fullmatch(text))


@lru_cache(maxsize=10_000)
def is_missing(text: str) -> bool:
    """A mark that stands where a number would: a dash, `N.A.`, `nm`."""
    return bool(_MISSING.fullmatch(text))


@lru_cache(maxsize=50_000)
def is_period(text: str) -> bool:
    """A head that names a period: `2023A`, `FY25E`, `1H24`, `24Q3`, `2024`."""
    return bool(_PERIOD.fullmatch(text))


@lru_cache(maxsize=50_000)
def is_value(text: str) -> bool:
    """A number or a missing mark."""
    return is_number(text) or is_missing(text)


def is_begun(text: str) -> bool:
    """Whether a text is a number that its point or comma ends: the rest stands on the next line."""
    return text[-1:] in (".", ",") and is_number(text[:-1])


def is_number_rest(text: str) -> bool:
    """Whether a text can only be the end of a number that wraps in its cell: `倍)`, `.5`, `%`."""
    return bool(_NUMBER_REST.fullmatch(text))


@lru_cache(maxsize=50_000)
def is_loose_value(text: str) -> bool:
    """What a side box prints behind a label: numbers, ranges, pairs (`-/-` among them), dates, tickers."""
    return is_value(text) or text == "-/-" or bool(_LOOSE_VALUE.fullmatch(text))


@lru_cache(maxsize=50_000)
def width_of(text: str) -> float:
    """Approximate width in em: 1 for Chinese and full-width characters, 0.5 for the rest."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WF" else 0.5 for c in text)


def tight(text: str) -> str:
    """The text without its spaces: how a cell set from several words is judged."""
    return text.replace(" ", "")


@lru_cache(maxsize=50_000)
def is_label_text(text: str) -> bool:
    """Text that can stand at the head of a row: holds a letter and is neither value nor period."""
    return any(c.isalpha() for c in text) and not is_value(text) and not is_period(text)


def contradicted(head: str, periods: Sequence[str]) -> int:
    """How many periods are estimates under a head that says 实际, or actual ones under 预测."""
    text = tight(head)
    other = _ESTIMATE if _OVER_ACTUAL.fullmatch(text) else _ACTUAL if _OVER_ESTIMATE.fullmatch(text) else None
    return sum(other.fullmatch(period) is not None for period in periods) if other else 0


def open_brackets(text: str) -> int:
    """How many brackets a text opens and does not close; below zero where it closes more."""
    return text.count("(") + text.count("（") - text.count(")") - text.count("）")


def is_open_bracket(text: str) -> bool:
    """Whether a text opens a bracket that it does not close."""
    return open_brackets(text) > 0
