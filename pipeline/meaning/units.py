"""The unit of a fact: what is printed nearest the number wins, as far as it makes sense of the row.

A growth row inside a table of 百万元 is no money, an EPS row there is money a share, turnover days are days.
What no print settles stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pipeline.errors import ConfigError
from pipeline.meaning.lexicon import compile_pattern, plain, read_rows, without_brackets
from pipeline.meaning.numbers import Number, parse_number
from pipeline.meaning.unitwords import UnitMark, units_in, units_of_label

_FILE = "senses.csv"
_SENSES = frozenset(
    {
        "growth", "percent", "days", "pure", "times", "per_share", "points", "shares", "score", "price",
        "money", "none",
    }
)  # fmt: skip
_RATES = frozenset({"growth", "percent"})
_PERCENT_KINDS = frozenset({"percent", "pp", "bp"})
# What a sense alone settles, without any print: these have no power of ten and no currency.
_BY_SENSE = {"days": "days", "pure": "pure", "times": "times", "points": "points", "score": "score"}
# What a market makes, and the two currencies that a table of companies prints for each of them.
_OF_THE_MARKET = re.compile(r"价|價|市值|price|market cap", re.IGNORECASE)
_TRADED = re.compile(r"交易|买卖|報價|报价|股价|股價|上市|trad|quot|listing|price", re.IGNORECASE)
_REPORTED = re.compile(
    r"财报|財報|财务|財務|报表|報表|报告|報告|记账|report|financial|account", re.IGNORECASE
)
_CURRENCY = re.compile(r"[A-Z]{3}(?:/.+)?")
_HORIZON = re.compile(r"\d{1,2}(?:日|周|个?月|年|[dwmy])", re.IGNORECASE)
_HUNDREDTHS = {"percent": 2, "pp": 2, "bp": 4}


class Unit(NamedTuple):
    """`name` as in the contract (`CNY`, `CNY/share`, `percent`, `times` …) and the printed power of ten.

    Each is None where the print does not settle it.
    """

    name: str | None
    scale: int | None


class Prints(NamedTuple):
    """Where units may be printed around a number, nearest first; texts as printed, empty where there is none.

    `measure` names what is measured (the row's label, or the column's head in a table of companies),
    `sections` are the heads above it, innermost last; `modifier` is the other axis (the column's head over a
    row's label); `around` are unit line, stub head, title and caption of the table.
    """

    measure: str
    sections: tuple[str, ...] = ()
    modifier: str = ""
    row_unit: str = ""
    around: tuple[str, ...] = ()
    listing_currency: str | None = None  # in which the listing trades: decides between printed currencies
    otherwise: str | None = None  # the sense where no word tells: money in a statement


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = read_rows(_FILE, ("pattern", "sense"))
    unknown = {sense for _, sense in rows} - _SENSES
    if unknown:
        raise ConfigError(
            f"vocabulary/{_FILE}: unknown senses {sorted(unknown)}, known are {sorted(_SENSES)}"
        )
    return tuple((compile_pattern(_FILE, pattern), sense) for pattern, sense in rows)


@lru_cache(maxsize=8192)
def sense_of(label: str) -> str | None:
    """What a label's words say it measures: `money`, `growth`, `per_share` …; None when they do not say."""
    bare = plain(label)
    words = without_brackets(bare) or bare
    sense = next((sense for pattern, sense in _patterns() if pattern.search(words)), None)
    if sense is None and words != bare:
        sense = next(
            (sense for pattern, sense in _patterns() if sense in _RATES and pattern.search(bare)), None
        )
    return None if sense == "none" else sense


def measure_sense(prints: Prints) -> str | None:
    """The sense of the number: the row's own, unless a growth column or section makes a rate of it."""
    own = sense_of(prints.measure)
    if sense_of(prints.modifier) == "growth":
        return "growth"
    if own == "points" and _HORIZON.fullmatch(plain(prints.modifier)):
        return "growth"  # 沪深300 under 3个月: how it moved, not where it stands
    above = next((s for s in map(sense_of, reversed(prints.sections)) if s is not None), None)
    if above == "growth" and own in (None, "money", "per_share"):
        return "growth"
    return own or above or prints.otherwise


def off_axis(prints: Prints) -> Prints:
    """Without a label and a head that are numbers themselves: 9.0% beside a price is where it was worked out.

    The points of an axis, in a table of what comes of two assumptions: neither their unit nor what stands
    over them is that of the numbers where they cross.
    """
    if _is_point(prints.measure):
        prints = prints._replace(measure="", sections=())
    if _is_point(prints.modifier.rpartition("|")[2]):
        prints = prints._replace(modifier="")
    return prints


def _is_point(text: str) -> bool:
    parsed = parse_number(text)
    return isinstance(parsed, Number) and (parsed.unit is not None or "." in text)


def resolve_unit(prints: Prints, own: UnitMark | None, yuan: str | None, unstated: str | None = None) -> Unit:
    """The unit of one number.

    `own` is the unit printed with the digits. `yuan` is the currency that a bare 元 means for this entity;
    `unstated` the one that the report's other tables print, for money without any currency around it. Each is
    None where it is not settled.
    """
    if not bears_on_unit(prints.modifier):
        prints = prints._replace(modifier="")
    return _resolved(prints, own, yuan, unstated)


@lru_cache(maxsize=8192)
def bears_on_unit(head: str) -> bool:
    """Whether a head has a bearing on units; a year has none, so that a row under years is read once."""
    return (
        sense_of(head) == "growth"
        or _HORIZON.fullmatch(plain(head)) is not None
        or any(map(units_of_label, head.split("|")))
    )


@lru_cache(maxsize=16384)
def _resolved(prints: Prints, own: UnitMark | None, yuan: str | None, unstated: str | None) -> Unit:
    sense = measure_sense(prints)
    levels = _levels(prints)
    currency = _currency([(own,), *levels] if own else levels, yuan, unstated, prints.listing_currency)
    if own is not None:
        if own.kind not in (None, "money"):
            return _named(own, currency)
        levels = [(own,), *levels]
    near = len(levels) - len(prints.around)
    if sense in _BY_SENSE:
        return _explicit_near(levels[:near], sense) or Unit(_BY_SENSE[sense], 0)
    if sense in _RATES:
        mark = _first(levels, _PERCENT_KINDS) or _first(levels[:near], frozenset({"times", "pure", "days"}))
        return Unit(mark.kind, mark.scale) if mark else Unit(None, None)
    if sense == "per_share":
        return _per_share(levels[:near], currency, yuan)
    if sense == "shares":
        return _explicit_near(levels[:near], sense) or _shares(levels)  # 自由流通股(%)
    if sense == "price":
        return _price(levels, near, currency)
    unit = _money_or_other(levels, near, sense, currency)
    # `¥3,500` of what no word says, in a table of 百万元: the price of a ton as likely as millions.
    aside = own is not None and own.scale is None and sense != "money" and unit.scale
    if aside and _money_or_other(levels[:near], near, sense, currency) != unit:
        return unit._replace(scale=None)
    return unit


def unit_column_for(measure: str, columns: Sequence[tuple[str, str]]) -> str:
    """Which of a row's differing unit columns (head, text) holds for a measure; empty where no head says so.

    Beside 交易币种 and 财报币种 a price and a market value are in the first, earnings a share in the second.
    """
    if not columns:
        return ""
    speaks = _TRADED if _OF_THE_MARKET.search(measure) else _REPORTED
    found = [text for head, text in columns if speaks.search(head)]
    return found[0] if len(found) == 1 else ""


def names_currency(measure: str) -> bool:
    """Whether a label or head says itself in which currency its numbers are."""
    return any(mark.currency for mark in units_of_label(measure))


def without_currency(unit: Unit) -> Unit:
    """The unit where its currency is not known after all: money of any kind has no name then."""
    return unit._replace(name=None) if _CURRENCY.fullmatch(unit.name or "") else unit


def amount_of(value: Decimal, unit: Unit) -> float | None:
    """The value in base units: scale applied, percent as a fraction; None where the scale is unknown."""
    if unit.scale is None:
        return None
    return float(value.scaleb(unit.scale - _HUNDREDTHS.get(unit.name or "", 0)))


def _levels(prints: Prints) -> list[tuple[UnitMark, ...]]:
    """Printed units by nearness: label, unit column, sections, head, then what stands around the table."""
    own = sense_of(prints.measure)
    # A head that names its unit (市值 USDmn) is nearer than a column of the companies' currencies.
    found = [units_of_label(prints.measure), units_in(prints.row_unit)]
    found += [units_of_label(head) for head in reversed(prints.sections) if _unit_reaches(head, own)]
    found += [units_of_label(level) for level in reversed(prints.modifier.split("|"))]
    return found + [_around(text) for text in prints.around]


def _unit_reaches(head: str, own: str | None) -> bool:
    """Whether the unit of a head above holds for a row: P/E below ROE(%) is no percentage.

    A head that only sorts, such as 偿债能力(%), has no sense of its own and reaches every row.
    """
    return own not in _BY_SENSE or sense_of(head) in (None, own)


@lru_cache(maxsize=8192)
def _around(text: str) -> tuple[UnitMark, ...]:
    """A unit line is a unit throughout; a title only has one in brackets or at its end."""
    found = units_in(text), units_of_label(text)
    return max(found, key=lambda marks: (len(marks), sum(m.scale is not None for m in marks)))


def _first(levels: Sequence[tuple[UnitMark, ...]], kinds: frozenset[str]) -> UnitMark | None:
    return next((m for level in levels for m in level if m.kind in kinds), None)


def _explicit_near(levels: Sequence[tuple[UnitMark, ...]], sense: str) -> Unit | None:
    """A unit printed at the number, its label or its head, against what the words alone would say."""
    for level in levels:
        for mark in level:
            if mark.kind in ("percent", "times", "days") and not (sense == "times" and mark.kind == "days"):
                return Unit(mark.kind, mark.scale)
    return None


def _per_share(near: Sequence[tuple[UnitMark, ...]], currency: str | None, yuan: str | None) -> Unit:
    mark = _first(near, frozenset({"money", "money/share", "score", "score/share"}))
    scale = mark.scale if mark is not None and mark.scale is not None else 0
    if scale > 0:  # 收盘价（亿元）: the head of the market value, set over the price as well
        return Unit(f"{currency}/share" if currency else None, None)
    if mark is not None and mark.kind in ("score", "score/share"):
        scale, currency = scale - 2, currency or yuan  # 分 of a share's earnings is a hundredth of a 元
    return Unit(f"{currency}/share" if currency else None, scale)


def _price(levels: Sequence[tuple[UnitMark, ...]], near: int, currency: str | None) -> Unit:
    """The price of a product: money for a piece, a ton; the 万元 around the table are those of its sales."""
    mark = next((m for level in levels[:near] for m in level if m.kind is None or _is_money(m)), None)
    if mark is None:
        rates = [m for level in levels[near:] for m in level if _is_money(m) and m.kind != "money"]
        alone = [level[0] for level in levels[near:] if len(set(level)) == 1 and level[0].kind == "money"]
        mark = next((m for m in (*rates, *alone) if m.kind != "money" or m.scale == 0), None)
    if mark is None:
        return Unit(None, None)
    return _named(mark if mark.scale is not None else replace(mark, scale=0), currency)


def _shares(levels: Sequence[tuple[UnitMark, ...]]) -> Unit:
    mark = next((m for level in levels for m in level if m.kind in (None, "shares")), None)
    return Unit("shares", mark.scale if mark else None)


def _money_or_other(
    levels: Sequence[tuple[UnitMark, ...]], near: int, sense: str | None, currency: str | None
) -> Unit:
    """Money where the nearest usable unit says so; for unknown words whatever the nearest level says."""
    bare: UnitMark | None = None
    for index, level in enumerate(levels):
        mark = _usable(level, sense)
        if mark is None or (bare is not None and mark.kind not in (None, "money")):
            continue
        if mark.kind not in (None, "money"):
            return _named(mark, currency)
        if mark.scale is None:  # a currency alone: the power of ten may stand further out
            bare = bare or (mark if index < near else None)
        elif mark.kind is None and sense is None and bare is None:
            return Unit(None, mark.scale)
        else:
            return Unit(currency, mark.scale)
    if bare is not None:
        return Unit(currency, 0)
    return Unit(currency if sense == "money" else None, None)


def _usable(level: tuple[UnitMark, ...], sense: str | None) -> UnitMark | None:
    """The unit of a level that fits: money for money, the only one for unknown words."""
    money = [m for m in level if m.kind in (None, "money")]
    if sense == "money" and money:
        return money[0]
    return level[0] if len({(m.kind, m.scale) for m in level}) == 1 else None


def _currency(
    levels: Sequence[tuple[UnitMark, ...]], yuan: str | None, unstated: str | None, listing: str | None
) -> str | None:
    """The nearest printed currency, of two in one level the listing's own; else what a printed 元 means."""
    bare = False
    for level in levels:
        if any(m.local for m in level):
            return None
        printed = {m.currency for m in level if m.currency}
        if len(printed) == 1:
            return printed.pop()
        if printed:
            return next((c for c in (listing, yuan) if c in printed), None)
        bare = bare or any(map(_is_money, level))
    return (yuan or unstated) if bare else unstated


def reporting_currency(texts: Sequence[str], yuan: str | None) -> str | None:
    """The one currency that unit lines and heads of a report print, `yuan` where they print a bare 元 only.

    None where they print several, or none.
    """
    found = {m.currency or yuan for text in texts for m in _around(text) if _is_money(m) and not m.local}
    found.discard(None)  # a bare 元 that the listing does not settle is the currency printed elsewhere
    return found.pop() if len(found) == 1 else None


def in_yuan(heads: Sequence[str]) -> bool:
    """Whether heads of one table print money in 元 and in no currency by name."""
    money = [m for head in heads for m in units_of_label(head) if _is_money(m)]
    return bool(money) and not any(m.currency or m.local for m in money)


def money_marks(text: str) -> tuple[UnitMark, ...]:
    """The units of money with a power of ten in a unit line or title: what settles a statement's scale."""
    return tuple(m for m in _around(text) if m.kind in (None, "money") and m.scale is not None)


def _is_money(mark: UnitMark) -> bool:
    return mark.kind is not None and mark.kind.startswith("money")


def _named(mark: UnitMark, currency: str | None) -> Unit:
    if mark.kind is None or not mark.kind.startswith("money"):
        return Unit(mark.kind, mark.scale)
    named = None if mark.local else mark.currency or currency
    return Unit(mark.kind.replace("money", named) if named else None, mark.scale)
