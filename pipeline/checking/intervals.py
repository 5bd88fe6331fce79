"""Exact intervals: what a printed number may have been before it was rounded.

A number printed with `d` digits after the point stands for every value within half of its last digit, both
ends included, because spreadsheets round half up, half to even or half away from zero. Intervals are carried
through arithmetic with fractions, so no rounding of ours is ever added.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from pipeline.checking.exact import exactly, ratio


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `low` to `high`, both included."""

    low: Fraction
    high: Fraction

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"an interval runs upwards: {self.low} > {self.high}")

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        if self.low.numerator >= 0 and other.low.numerator >= 0:
            return Interval(self.low * other.low, self.high * other.high)
        ends = (
            self.low * other.low,
            self.low * other.high,
            self.high * other.low,
            self.high * other.high,
        )
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        """Quotient; raises ZeroDivisionError where the divisor may be zero."""
        if other.high.numerator < 0:
            return -self / -other
        if other.low.numerator <= 0:
            raise ZeroDivisionError("the divisor may be zero within its rounding")
        low = self.low / (other.high if self.low.numerator >= 0 else other.low)
        return Interval(low, self.high / (other.low if self.high.numerator >= 0 else other.high))

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __abs__(self) -> Interval:
        if self.low >= 0:
            return self
        if self.high <= 0:
            return -self
        return Interval(ratio(0), max(-self.low, self.high))

    def __contains__(self, value: Fraction | int) -> bool:
        return self.low <= value <= self.high

    def meets(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        return self.low <= other.high and other.low <= self.high

    def widened(self, margin: Fraction) -> Interval:
        """The same interval with `margin` more at both ends."""
        return Interval(self.low - margin, self.high + margin)

    def root(self, degree: int) -> Interval:
        """Enclosure of the `degree`-th root, to 1e-15; for positive intervals (growth factors) only."""
        if self.low <= 0:
            raise ZeroDivisionError("no growth factor: the value may be zero or negative")
        return Interval(_root(self.low, degree, up=False), _root(self.high, degree, up=True))


def exact(value: Fraction | int) -> Interval:
    """The interval of a number that is known without rounding."""
    known = exactly(value)
    return Interval(known, known)


@lru_cache(maxsize=64)
def half_digit(decimals: int) -> Fraction:
    """Half of the last printed digit: 1/2 for `29,359`, 1/200 for `900.79`."""
    return ratio(1, 2 * 10**decimals) if decimals >= 0 else ratio(10**-decimals, 2)


def printed(value: Fraction | int, decimals: int) -> Interval:
    """Every value that prints as `value` with `decimals` digits after the point."""
    return exact(value).widened(half_digit(decimals))


def _root(value: Fraction, degree: int, *, up: bool) -> Fraction:
    """A fraction just below (or above) the root, by integer Newton steps on a grid of 1e-15."""
    grid = 10**15
    target = value.numerator * grid**degree // value.denominator
    guess = 1 << (target.bit_length() // degree + 1)
    while True:
        better = ((degree - 1) * guess + target // guess ** (degree - 1)) // degree
        if better >= guess:
            break
        guess = better
    return ratio(guess + (1 if up else 0), grid)
