"""Printed text to exact numbers, or to the reason why it is none. Nothing is guessed.

`1.000,00`, `12(1)` and `1,23` could be read in more than one way, so they are no numbers; `—`, `N.A.` and a
blank are three different statements, so they stay apart.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from pipeline.meaning.lexicon import read_rows
from pipeline.meaning.unitwords import UnitMark, read_unit

Missing = Literal["dash", "na", "blank", "unreadable"]

# What decimal(38,12) of the facts dataset holds: 26 digits before the point and 12 after it.
_MAX_INTEGER_DIGITS = 26
_MAX_DECIMALS = 12

_DASHES = str.maketrans(dict.fromkeys("−‐‑‒–—―─﹣⁻", "-"))
_ONLY_DASHES = re.compile(r"[-\s]+")
_UNREADABLE = re.compile("[\ufffc\ufffd]")  # what reading puts in place of a character in doubt
_HASHES = re.compile(r"#{2,}")
_NUMBER = re.compile(
    r"""
    (?P<open>\()?
    (?P<sign>[-+])?
    (?P<prefix>[^\d().,+\-]{1,6})?
    (?P<sign2>[-+])?
    (?P<digits>\d{1,3}(?:,\d{3})+|\d+)?
    (?:\.(?P<decimals>\d+))?
    (?P<suffix>[^\d().,+\-]{1,8})?
    (?P<close>\))?
    (?P<after>[^\d().,+\-]{1,8})?
    """,
    re.VERBOSE,
)
_DIGIT_GAP = re.compile(r"(?<=[\d.,])\s+(?=[\d.,])")
_DATE = re.compile(r"(?:19|20)?\d{2}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?|月)?")
_PERIOD = re.compile(
    r"(?:fy)?(?:19|20)\d{2}(?:[aef]|年|q[1-4]|h[12])|[1-4][hq]\d{2}[aef]?|\d{2}[aef]", re.IGNORECASE
)
_LIKE = re.compile(r"[-+(（＋－−–—$¥￥]*(?:[A-Za-z]{2,3}\$?)?[-+]?\d[\d,.，．]*\S{0,6}")


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number: `value` with its sign, `decimals` digits after the point, the unit beside it."""

    value: Decimal
    decimals: int
    unit: UnitMark | None = None


@dataclass(frozen=True, slots=True)
class NotNumber:
    """Text that is no number. `missing` is set only for the marks that stand for an absent number."""

    missing: Missing | None
    reason: str


@lru_cache(maxsize=1)
def _marks() -> dict[str, Missing]:
    kinds: dict[str, Missing] = {"na": "na", "unreadable": "unreadable", "dash": "dash"}
    return {mark: kinds[kind] for mark, kind in read_rows("missing.csv", ("mark", "kind"))}


def is_number_like(text: str) -> bool:
    """Whether the text has the look of a printed number; cheap, and more generous than `parse_number`."""
    return _LIKE.fullmatch("".join(text.split())) is not None


@lru_cache(maxsize=16384)
def parse_number(text: str) -> Number | NotNumber:
    """The number that `text` prints, exact, or why it prints none.

    >>> parse_number("(6,045)").value
    Decimal('-6045')
    >>> parse_number("—").missing
    'dash'
    """
    clean = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    absent = _missing(clean)
    if absent is not None:
        return NotNumber(absent, f"a mark for an absent number: {absent}")
    if not any(c.isdigit() for c in clean):
        return NotNumber(None, "no digit")
    together = _close_gaps(clean)
    if together is None:
        return NotNumber(None, "a gap between digits: one number or two")
    if _PERIOD.fullmatch(together):
        return NotNumber(None, "a period")
    match = _NUMBER.fullmatch(together)
    if match is None or (match["digits"] is None and match["decimals"] is None):
        return NotNumber(None, _why_not(together))
    return _build(match)


def _missing(clean: str) -> Missing | None:
    if not clean:
        return "blank"
    if _ONLY_DASHES.fullmatch(clean):
        return "dash"
    if _UNREADABLE.search(clean) or _HASHES.fullmatch(clean):
        return "unreadable"
    return _marks().get(re.sub(r"\s+", "", clean).lower())


def _close_gaps(clean: str) -> str | None:
    """The text without spaces; None where a space between digits may part two numbers.

    Letter-spaced print breaks into single characters ("1 8,079"): a gap is closed only where a single
    character stands on one of its sides and the whole keeps well-formed thousands, or where every run is a
    single character and a point shows that it is one number.
    """
    if _DIGIT_GAP.search(clean):
        runs = re.findall(r"[\d.,]+", clean)
        single = all(len(run) == 1 for run in runs)
        joined = "".join(runs)
        grouped = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", joined) is not None
        beside_single = all(len(a) == 1 or len(b) == 1 for a, b in pairwise(runs))
        pointed = single and re.fullmatch(r"\d+\.\d+", joined) is not None
        if not (grouped and beside_single) and not pointed:
            return None
    return re.sub(r"\s+", "", clean)


def _build(match: re.Match[str]) -> Number | NotNumber:
    whole, decimals = match["digits"] or "", match["decimals"] or ""
    if len(whole) > 1 and whole.startswith("0"):
        return NotNumber(None, "a leading zero: a code, not a number")
    if len(whole.replace(",", "")) > _MAX_INTEGER_DIGITS or len(decimals) > _MAX_DECIMALS:
        return NotNumber(None, "more digits than a fact can hold")
    if (match["open"] is None) != (match["close"] is None):
        return NotNumber(None, "an open bracket")
    if (match["sign"] and match["sign2"]) or (match["open"] and (match["sign"] or match["sign2"])):
        return NotNumber(None, "two signs")
    if (match["suffix"] and match["after"]) or (match["after"] and not match["close"]):
        return NotNumber(None, "two units")
    unit = _unit(match["prefix"], match["suffix"] or match["after"])
    if isinstance(unit, NotNumber):
        return unit
    value = Decimal(f"{whole.replace(',', '') or '0'}.{decimals}" if decimals else whole.replace(",", ""))
    negative = match["open"] is not None or "-" in (match["sign"], match["sign2"])
    return Number(-value if negative and value else value, len(decimals), unit)


def _unit(prefix: str | None, suffix: str | None) -> UnitMark | NotNumber | None:
    """The unit printed around the digits: a currency before them, any unit after them."""
    before = read_unit(prefix) if prefix else None
    after = read_unit(suffix) if suffix else None
    if prefix and (before is None or before.kind != "money"):
        return NotNumber(None, f"words before the digits: {prefix}")
    if suffix and after is None:
        return NotNumber(None, f"words after the digits: {suffix}")
    if before is None or after is None:
        return UnitMark("money", before.currency) if before else after  # its power of ten stands elsewhere
    if after.kind not in (None, "money") or (after.currency and after.currency != before.currency):
        return NotNumber(None, "two units")
    return UnitMark("money", before.currency, after.scale or 0)


def _why_not(together: str) -> str:
    if _DATE.fullmatch(together):
        return "a date"
    if re.fullmatch(r"\D*\d*,[\d,]*(?:\.\d+)?\D*", together):
        return "commas that do not part thousands"
    if re.search(r"\.\d+,", together):
        return "a comma after the point"
    if re.fullmatch(r"\S*\d\(\d+\)", together):
        return "a bracket after the digits: a note or a second number"
    if re.search(r"\d\D+\d", together):
        return "more than one number"
    return "other characters beside the digits"
