"""Whom a number is about: tickers in one form, aggregate rows told from companies."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.meaning.lexicon import compile_pattern, plain, read_rows

_FILE = "entities.csv"
_CHINA = re.compile(r"(?P<code>\d{6})(?:[.\s-]*(?P<suffix>[a-z]{2,4}\d?))?")
_CHINA_LEAD = re.compile(r"(?P<suffix>sh|sz|bj)[.\s:]?(?P<code>\d{6})")
_HONG_KONG = re.compile(r"(?P<code>\d{1,5})[.\s-]*(?P<suffix>hkg|hk)")
_OTHER = re.compile(r"(?P<code>[a-z0-9]{1,6}(?:[-/][a-z])?)(?:\.|\s+)(?P<suffix>[a-z]{1,6})")
_LEADING = re.compile(r"(?P<code>[0-9A-Za-z]+\.[A-Za-z]+)(?P<name>\s.*|[^\x00-\x7f].*)")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_TAIL = re.compile(r"\s*(?:equity|index)$")

# The forecast before this one, or that of others: no estimate of this report.
_OTHER_VERSION = re.compile(
    r"(?:旧|上次|此前|先前|调整前|修正前|变动前|old|previous)(?:的)?(?:盈利)?(?:预测|预期|预计|估计|指引)?值?|"
    r"(?:前|前次|原|原有|原先|之前|市场|彭博|wind|万得|一致|市场一致)(?:一致)?(?:盈利)?(?:预测|预期|预计|估计|指引)值?|"
    r"(?:old|previous|consensus|street)(?:forecasts?|estimates?)?",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _exchanges() -> dict[str, tuple[str, str, bool]]:
    """By suffix: market, currency, and whether it is also set after a space, as Bloomberg does."""
    columns = ("suffix", "market", "currency", "after_space")
    return {
        s: (market, currency, after == "yes")
        for s, market, currency, after in read_rows("exchanges.csv", columns)
    }


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((compile_pattern(_FILE, p), what) for p, what in read_rows(_FILE, ("pattern", "what")))


@lru_cache(maxsize=1)
def _ranges() -> tuple[tuple[str, str], ...]:
    return tuple((prefix, market) for prefix, market in read_rows("ticker_ranges.csv", ("prefix", "market")))


def _mainland(code: str) -> str | None:
    """The exchange of a six-digit code by its range, None where the range belongs to none of the three."""
    return next((market for prefix, market in _ranges() if code.startswith(prefix)), None)


@lru_cache(maxsize=8192)
def parse_ticker(text: str, *, bare: bool = False) -> str | None:
    """A ticker in the dataset's form (`0020.HK`, `688981.SH`, `AAPL.US`), None where `text` is no ticker.

    `bare` allows six digits without an exchange, for columns that are headed as codes.

    >>> parse_ticker("981 HK")
    '0981.HK'
    """
    printed = unicodedata.normalize("NFKC", text).strip()
    clean = _TAIL.sub("", printed.lower())
    hong_kong = _HONG_KONG.fullmatch(clean)
    if hong_kong is not None:
        return f"{int(hong_kong['code']):04d}.HK"
    china = _CHINA.fullmatch(clean) or _CHINA_LEAD.fullmatch(clean)
    if china is not None:
        return _china(china["code"], china["suffix"], bare)
    other = _OTHER.fullmatch(clean)
    if other is None or other["suffix"] not in _exchanges():
        return None
    market, _, after_space = _exchanges()[other["suffix"]]
    if (not after_space and "." not in clean) or other["code"].upper() not in printed:
        return None
    if market in {"HK", "SH", "SZ", "BJ", "CN"} or not _foreign(other["code"], market):
        return None
    return f"{other['code'].upper()}.{market}"


def _china(code: str, suffix: str | None, bare: bool) -> str | None:
    by_range = _mainland(code)
    if suffix is None:
        return f"{code}.{by_range}" if bare and by_range else None
    market = _exchanges().get(suffix, ("", "", False))[0]
    if market == "CN":
        return f"{code}.{by_range}" if by_range else None
    if market in {"SH", "SZ", "BJ"}:
        return f"{code}.{market}"
    return f"{code}.{market}" if market in {"KS", "KQ"} else None


def _foreign(code: str, market: str) -> bool:
    """Whether the code has the form of its market: letters in America and Europe, digits in East Asia."""
    if market in {"TW", "JP", "KS", "KQ"}:
        return re.fullmatch(r"\d{3}[\da-z]\d{0,2}", code) is not None
    return re.fullmatch(r"[a-z][a-z0-9/-]*", code) is not None


def currency_of(ticker: str | None) -> str | None:
    """What a bare 元 means for a listing: CNY on the mainland, unknown elsewhere (人民币 or 港元)."""
    return "CNY" if ticker is not None and ticker.rpartition(".")[2] in {"SH", "SZ", "BJ"} else None


def trading_currency(ticker: str) -> str | None:
    """The currency in which a listing trades."""
    suffix = ticker.rpartition(".")[2].lower()
    return _exchanges().get(suffix, ("", "", False))[1] or None


def ticker_in(text: str) -> str | None:
    """The only ticker inside a longer text (`药明康德（2359.HK）`); None where there are several."""
    clean = unicodedata.normalize("NFKC", text)
    pieces = re.findall(r"\(([^()]*)\)", clean) + re.split(r"[()\s,;、/]+", clean)
    found = {t for t in map(parse_ticker, pieces) if t is not None}
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=4096)
def listed_name(text: str) -> tuple[str, str] | None:
    """The ticker and the name that a heading prints (`300773.SZ 拉卡拉`, `拉卡拉（300773.SZ）`).

    None where it holds no ticker, or several.
    """
    lead = _LEADING.match(unicodedata.normalize("NFKC", text).strip())
    if lead is not None and (ticker := parse_ticker(lead["code"])) is not None:
        return ticker, lead["name"].strip("() ")
    inside = ticker_in(text)
    if inside is None:
        return None
    words = [w for w in re.split(r"[()\s]+", unicodedata.normalize("NFKC", text)) if parse_ticker(w) is None]
    return inside, " ".join(filter(None, words))


@lru_cache(maxsize=8192)
def _is(text: str, what: str) -> bool:
    clean = plain(text)
    return any(kind == what and pattern.search(clean) for pattern, kind in _patterns())


def is_aggregate(name: str) -> bool:
    """Whether a row of a comparison is no company but a statistic of the others: 平均值, 中位数."""
    return _is(name, "aggregate")


def is_ticker_head(head: str) -> bool:
    """Whether a column is headed as codes: 证券代码, Ticker."""
    return _is(head.rsplit("|", maxsplit=1)[-1], "ticker_head")


def is_other_version(head: str) -> bool:
    """Whether a head says that its numbers are no forecast of this report: 前预测, 调整前, 市场一致预期."""
    return any(_OTHER_VERSION.fullmatch(plain(level)) is not None for level in head.split("|"))


def is_version(head: str) -> bool:
    """Whether a column holds one of several versions of a number: 新预测, 调整前, 一致预期."""
    return all(_is(level, "version_head") for level in head.split("|"))


def is_contact(text: str) -> bool:
    """Whether a row or column holds telephone numbers and the like."""
    return _is(text, "contact_head")


def is_mobile(text: str) -> bool:
    """Whether digits have the form of a mobile number: eleven, without commas; a sum in yuan may, too."""
    return _MOBILE.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None
