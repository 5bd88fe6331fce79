"""The ends of an interval in floating point, with a bound on the error: they tell what is plain to see.

Exact fractions cost twenty times as much, and only where two intervals touch within the bound are they needed
to say whether they meet. A bound that is not known (`inf`) always asks for them.
"""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from pipeline.checking.intervals import Interval

UNIT = 2.0**-51  # twice the relative error of one operation


class Near(NamedTuple):
    """`low` and `high` are each within `error` of the exact ends."""

    low: float
    high: float
    error: float

    @property
    def size(self) -> float:
        """The larger of the two ends, without its sign."""
        return max(abs(self.low), abs(self.high))

    def meets(self, other: Near) -> bool | None:
        """Whether the two exact intervals share a value; None where this cannot tell."""
        overlap = min(self.high - other.low, other.high - self.low)
        doubt = self.error + other.error + UNIT * (self.size + other.size)
        if not abs(overlap) > doubt:  # also where the bound is not known
            return None
        return overlap > 0

    def may_be_zero(self) -> bool:
        """Whether zero may lie in the exact interval."""
        return not (self.low > self.error or self.high < -self.error)


UNKNOWN = Near(-inf, inf, inf)


def near(interval: Interval) -> Near:
    """The ends of an exact interval."""
    low, high = float(interval.low), float(interval.high)
    return Near(low, high, UNIT * max(abs(low), abs(high)))


def around(value: float, half: float) -> Near:
    """The ends `half` away from a value."""
    return Near(value - half, value + half, 2 * UNIT * (abs(value) + half))


def added(parts: list[tuple[Near, int]]) -> Near:
    """The sum of intervals, each with the sign it enters with."""
    low = high = error = size = 0.0
    for (left, right, doubt), sign in parts:
        if sign > 0:
            low += left
            high += right
        else:
            low -= right
            high -= left
        error += doubt
        size += abs(left) + abs(right)
    return Near(low, high, error + UNIT * len(parts) * size)


def multiplied(one: Near, other: Near) -> Near:
    """The product."""
    ends = (one.low * other.low, one.low * other.high, one.high * other.low, one.high * other.high)
    error = one.size * other.error + other.size * one.error + one.error * other.error
    return _known(min(ends), max(ends), error)


def divided(one: Near, other: Near) -> Near:
    """The quotient; UNKNOWN where the divisor may be zero."""
    if other.may_be_zero():
        return UNKNOWN
    ends = (one.low / other.low, one.low / other.high, one.high / other.low, one.high / other.high)
    low, high = min(ends), max(ends)
    least = min(abs(other.low), abs(other.high)) - other.error
    if least <= 0:
        return UNKNOWN
    return _known(low, high, (one.error + max(abs(low), abs(high)) * other.error) / least)


def _known(low: float, high: float, error: float) -> Near:
    if not (-inf < low <= high < inf):
        return UNKNOWN
    return Near(low, high, error + UNIT * max(abs(low), abs(high)))
