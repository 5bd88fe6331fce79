"""A computed number with what its operands' rounding does to it.

An estimate remembers how it was computed and works out its exact value and interval when they are asked for:
of the many readings that are tried, most are plainly right or wrong by the ends in floating point alone.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from pipeline.checking.exact import exactly, ratio
from pipeline.checking.exact import total as summed
from pipeline.checking.intervals import Interval, exact
from pipeline.checking.near import UNKNOWN, Near, added, around, divided, multiplied, near
from pipeline.checking.once import once

# Beyond this share of the divisor its rounding bends the quotient too much for slopes to describe.
LINEAR_REACH = ratio(1, 20)
Reach = Mapping[str, Fraction]


class Estimate:
    """Value at the printed digits, what the rounding allows, and what each fact's rounding does to it."""

    @once
    def value(self) -> Fraction:
        """The value at the printed digits."""
        return self.again({})

    @once
    def interval(self) -> Interval:
        """Every value that the rounding of the operands allows."""
        raise NotImplementedError

    near: Near  # the ends of the interval in floating point

    @once
    def slack(self) -> Fraction | None:
        """How far the interval reaches to both sides of the value; None where it is not known to be even."""
        return None

    @property
    def reach(self) -> Reach:
        """How far (signed) the value moves when a fact moves up by half of its last digit, fact by fact."""
        raise NotImplementedError

    @property
    def linear(self) -> bool:
        """Whether the reaches add up; not where the value bends within the rounding."""
        raise NotImplementedError

    def again(self, new: Mapping[str, Fraction]) -> Fraction:
        """The value, were some facts (by their ids) printed otherwise."""
        raise NotImplementedError

    def meets(self, other: Estimate) -> bool:
        """Whether some value lies in both intervals."""
        plain = self.near.meets(other.near)
        return self.interval.meets(other.interval) if plain is None else plain

    def may_be_zero(self) -> bool:
        """Whether zero lies in the interval."""
        return self.near.may_be_zero() and 0 in self.interval

    def __add__(self, other: Estimate) -> Estimate:
        return _Sum([(self, 1), (other, 1)])

    def __sub__(self, other: Estimate) -> Estimate:
        return _Sum([(self, 1), (other, -1)])

    def __mul__(self, other: Estimate) -> Estimate:
        return _Product(self, other)

    def __truediv__(self, other: Estimate) -> Estimate:
        """Quotient; raises ZeroDivisionError where the divisor may be zero."""
        return _Quotient(self, other)

    def root(self, degree: int) -> Estimate:
        """The `degree`-th root of a growth factor; raises ZeroDivisionError where it may not be positive."""
        return _Root(self, degree)

    def within(self, interval: Interval) -> Estimate:
        """The same value with another interval, whose width is no sum of rounding errors."""
        return _Within(self, interval)


def known(value: Fraction | int) -> Estimate:
    """A number without rounding: a constant of a formula."""
    return _Known(exactly(value))


def stated(fact_id: str, value: Fraction, half: Fraction) -> Estimate:
    """A printed number, off by at most `half` of its last digit."""
    return _Stated(fact_id, value, half)


def total(parts: Sequence[Estimate]) -> Estimate:
    """Sum of one or more estimates."""
    return _Sum([(part, 1) for part in parts])


def signed_total(parts: Sequence[tuple[Estimate, int]]) -> Estimate:
    """Sum of one or more estimates, each with the sign (1 or -1) it enters with."""
    return _Sum(parts)


def mean(parts: Sequence[Estimate]) -> Estimate:
    """Arithmetic mean of one or more estimates."""
    return total(parts) / known(len(parts))


def median(parts: Sequence[Estimate]) -> Estimate:
    """Median of one or more estimates: the interval of the median is the median of the interval ends."""
    return _Median(parts)


class _Known(Estimate):
    reach: Reach = MappingProxyType({})

    def __init__(self, value: Fraction) -> None:
        self.value = value
        self.near = around(float(value), 0.0)

    @once
    def interval(self) -> Interval:
        return exact(self.value)

    slack = ratio(0)
    linear = True

    def again(self, new: Mapping[str, Fraction]) -> Fraction:
        return self.value


class _Stated(Estimate):
    def __init__(self, fact_id: str, value: Fraction, half: Fraction) -> None:
        self.fact_id, self.value, self.half = fact_id, value, half
        self.slack = half
        self.near = around(float(value), float(half))

    @once
    def interval(self) -> Interval:
        return Interval(self.value - self.half, self.value + self.half)

    @property
    def reach(self) -> Reach:
        return {self.fact_id: self.half}

    linear = True

    def again(self, new: Mapping[str, Fraction]) -> Fraction:
        return new.get(self.fact_id, self.value)


class _Sum(Estimate):
    def __init__(self, parts: Sequence[tuple[Estimate, int]]) -> None:
        self.parts = parts
        self.near = added([(part.near, sign) for part, sign in parts])

    @once
    def slack(self) -> Fraction | None:
        parts = [slack for part, _ in self.parts if (slack := part.slack) is not None]
        return summed([(slack, 1) for slack in parts]) if len(parts) == len(self.parts) else None

    @once
    def interval(self) -> Interval:
        if self.slack is not None:
            return Interval(self.value - self.slack, self.value + self.slack)
        ends = [(part.interval, sign) for part, sign in self.parts]
        low = summed([(end.low, 1) if sign > 0 else (end.high, -1) for end, sign in ends])
        return Interval(low, summed([(end.high, 1) if sign > 0 else (end.low, -1) for end, sign in ends]))

    @property
    def reach(self) -> Reach:
        return _combined([(part.reach, ratio(sign)) for part, sign in self.parts])

    @property
    def linear(self) -> bool:
        return all(part.linear for part, _ in self.parts)

    def again(self, new: Mapping[str, Fraction]) -> Fraction:
        return summed([(part.again(new) if new else part.value, sign) for part, sign in self.parts])


class _Product(Estimate):
    def __init__(self, left: Estimate, right: Estimate) -> None:
        self.left, self.right = left, right
        self.near = multiplied(left.near, right.near)

    @once
    def interval(self) -> Interval:
        return self.left.interval * self.right.interval

    @property
    def reach(self) -> Reach:
        return _combined([(self.left.reach, self.right.value), (self.right.reach, self.left.value)])

    @property
    def linear(self) -> bool:
        return self.left.linear and self.right.linear

    def again(self, new: Mapping[str, Fraction]) -> Fraction:
        return self.left.again(new) * self.right.again(new)


class _Quotient(Estimate):
    def __init__(self, left: Estimate, right: Estimate) -> None:
        if right.may_be_zero():
            raise ZeroDivisionError("the divisor may be zero within its rounding")
        self.left, self.right = left, right
        self.near = divided(left.near, right.near)

    @once
    def interval(self) -> Interval:
        return self.left.interval / self.right.interval

    @property
    def reach(self) -> Reach:
        divisor = self.right.value
        return _combined([(self.left.reach, 1 / divisor), (self.right.reach, -self.value / divisor)])

    @property
    def linear(self) -> bool:
        divisor = self.right.interval
        straight = (divisor.high - divisor.low) / 2 <= LINEAR_REACH * abs(self.right.value)
        return straight and self.left.linear and self.right.linear

    def again(self, new: Mapping[str, Fraction]) -> Fraction:
        return self.left.again(new) / self.right.again(new)


class _Root(Estimate):
    def __init__(self, of: Estimate, degree: int) -> None:
        self.of, self.degree, self.near = of, degree, UNKNOWN
        self.interval = of.interval.root(degree)

    @once
    def value(self) -> Fraction:
        return (self.interval.low + self.interval.high) / 2

    @property
    def reach(self) -> Reach:
        return _combined([(self.of.reach, self.value / (self.degree * self.of.value))])

    @property
    def linear(self) -> bool:
        return self.of.linear

    def again(self, new: Mapping[str, Fraction]) -> Fraction:
        factor = self.of.again(new)
        return exactly(float(factor) ** (1 / self.degree)) if factor > 0 else ratio(0)


class _Within(Estimate):
    def __init__(self, of: Estimate, interval: Interval) -> None:
        self.of, self.interval = of, interval
        self.near = near(interval)

    reach: Reach = MappingProxyType({})
    linear = False

    def again(self, new: Mapping[str, Fraction]) -> Fraction:
        return self.of.again(new)


class _Median(Estimate):
    def __init__(self, parts: Sequence[Estimate]) -> None:
        self.parts = sorted(parts, key=lambda part: part.value)
        self.middle = (len(parts) - 1) // 2, len(parts) // 2
        self.near = UNKNOWN

    @once
    def interval(self) -> Interval:
        i, j = self.middle
        lows = sorted(part.interval.low for part in self.parts)
        highs = sorted(part.interval.high for part in self.parts)
        return Interval((lows[i] + lows[j]) / 2, (highs[i] + highs[j]) / 2)

    @property
    def reach(self) -> Reach:
        i, j = self.middle
        return mean([self.parts[i], self.parts[j]]).reach

    linear = False

    def again(self, new: Mapping[str, Fraction]) -> Fraction:
        return statistics.median(part.again(new) for part in self.parts)


def _combined(parts: Sequence[tuple[Reach, Fraction]]) -> dict[str, Fraction]:
    reach: dict[str, Fraction] = {}
    for given, times in parts:
        for fact, amount in given.items():
            reach[fact] = reach[fact] + amount * times if fact in reach else amount * times
    return reach
