"""Periods as printed labels: which one comes before, which ones add up."""

from __future__ import annotations

import re
from functools import lru_cache

_YEAR = re.compile(r"(\d{4})(.*)$", re.S)
_PART = re.compile(r"(\d{4})([HQ])([1-4])$")


@lru_cache(maxsize=4096)
def earlier(period: str | None, years: int) -> str | None:
    """The same period `years` later (negative: earlier): 2024H1 → 2023H1; None where no year is printed."""
    found = _YEAR.match(period or "")
    return f"{int(found[1]) + years:04d}{found[2]}" if found else None


@lru_cache(maxsize=4096)
def is_year(period: str | None) -> bool:
    """Whether the label is a whole fiscal year."""
    return bool(re.fullmatch(r"\d{4}", period or ""))


@lru_cache(maxsize=4096)
def year_of(period: str | None) -> int | None:
    """The year in the label."""
    found = _YEAR.match(period or "")
    return int(found[1]) if found else None


@lru_cache(maxsize=4096)
def length(period: str | None) -> str:
    """Year, half, quarter … : growth conventions are kept apart by it."""
    found = _PART.match(period or "")
    return found[2] if found else "Y" if is_year(period) else "?"


@lru_cache(maxsize=4096)
def parts(period: str) -> tuple[tuple[str, ...], ...]:
    """Ways in which other periods add up to this one, halves before quarters."""
    if is_year(period):
        return (
            (f"{period}H1", f"{period}H2"),
            tuple(f"{period}Q{quarter}" for quarter in (1, 2, 3, 4)),
        )
    found = _PART.match(period)
    if found and found[2] == "H" and found[3] in "12":
        first = 1 if found[3] == "1" else 3
        return ((f"{found[1]}Q{first}", f"{found[1]}Q{first + 1}"),)
    return ()
