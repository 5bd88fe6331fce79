"""A computed number with what its operands' rounding does to it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from pipeline.checking.intervals import Interval, exact

# Beyond this share of the divisor its rounding bends the quotient too much for slopes to describe.
LINEAR_REACH = Fraction(1, 20)


Again = Callable[[Mapping[str, Fraction]], Fraction]  # the value, were some facts printed otherwise


@dataclass(frozen=True, slots=True)
class Estimate:
    """Value at the printed digits, all values the rounding allows, and what each fact's rounding does to it.

    `reach[f]` is how far (signed) the value moves when fact `f` moves up by half of its last digit. `linear`
    is false where the value bends within the rounding, so that the reaches no longer add up. `again` computes
    the value anew with other numbers for some facts, by their ids.
    """

    value: Fraction
    interval: Interval
    again: Again = field(compare=False, repr=False)
    reach: Mapping[str, Fraction] = field(default_factory=dict)
    linear: bool = True

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(
            self.value + other.value,
            self.interval + other.interval,
            lambda new: self.again(new) + other.again(new),
            _combined(self.reach, Fraction(1), other.reach, Fraction(1)),
            self.linear and other.linear,
        )

    def __sub__(self, other: Estimate) -> Estimate:
        return Estimate(
            self.value - other.value,
            self.interval - other.interval,
            lambda new: self.again(new) - other.again(new),
            _combined(self.reach, Fraction(1), other.reach, Fraction(-1)),
            self.linear and other.linear,
        )

    def __mul__(self, other: Estimate) -> Estimate:
        return Estimate(
            self.value * other.value,
            self.interval * other.interval,
            lambda new: self.again(new) * other.again(new),
            _combined(self.reach, other.value, other.reach, self.value),
            self.linear and other.linear,
        )

    def __truediv__(self, other: Estimate) -> Estimate:
        interval = self.interval / other.interval
        value = self.value / other.value
        half = (other.interval.high - other.interval.low) / 2
        return Estimate(
            value,
            interval,
            lambda new: self.again(new) / other.again(new),
            _combined(self.reach, 1 / other.value, other.reach, -value / other.value),
            self.linear and other.linear and half <= LINEAR_REACH * abs(other.value),
        )

    def __neg__(self) -> Estimate:
        return known(0) - self

    def __abs__(self) -> Estimate:
        if self.interval.high <= 0:
            return -self
        if self.interval.low >= 0:
            return self
        return Estimate(abs(self.value), abs(self.interval), lambda new: abs(self.again(new)), {}, False)

    def root(self, degree: int) -> Estimate:
        """The `degree`-th root of a growth factor."""
        interval = self.interval.root(degree)
        middle = (interval.low + interval.high) / 2
        slope = middle / (degree * self.value)

        def again(new: Mapping[str, Fraction]) -> Fraction:
            factor = self.again(new)
            return Fraction(float(factor) ** (1 / degree)) if factor > 0 else Fraction(0)

        return Estimate(middle, interval, again, {f: r * slope for f, r in self.reach.items()}, self.linear)

    def within(self, interval: Interval) -> Estimate:
        """The same value with another interval, whose width is no sum of rounding errors."""
        return Estimate(self.value, interval, self.again, {}, False)


def known(value: Fraction | int) -> Estimate:
    """A number without rounding: a constant of a formula."""
    return Estimate(Fraction(value), exact(value), lambda _: Fraction(value))


def stated(fact_id: str, value: Fraction, interval: Interval, half: Fraction) -> Estimate:
    """A printed number, off by at most half of its last digit."""
    return Estimate(value, interval, lambda new: new.get(fact_id, value), {fact_id: half})


def mean(parts: list[Estimate]) -> Estimate:
    """Arithmetic mean of one or more estimates."""
    return total(parts) / known(len(parts))


def median(parts: list[Estimate]) -> Estimate:
    """Median of one or more estimates: the interval of the median is the median of the interval ends."""
    ordered = sorted(parts, key=lambda e: e.value)
    lows = sorted(e.interval.low for e in parts)
    highs = sorted(e.interval.high for e in parts)
    i, j = (len(parts) - 1) // 2, len(parts) // 2
    middle = mean([ordered[i], ordered[j]])
    return Estimate(
        middle.value,
        Interval((lows[i] + lows[j]) / 2, (highs[i] + highs[j]) / 2),
        lambda new: statistics.median(part.again(new) for part in parts),
        middle.reach,
        False,
    )


def total(parts: list[Estimate]) -> Estimate:
    """Sum of one or more estimates."""
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return whole


def _combined(
    left: Mapping[str, Fraction], by: Fraction, right: Mapping[str, Fraction], times: Fraction
) -> dict[str, Fraction]:
    reach = {fact: amount * by for fact, amount in left.items()}
    for fact, amount in right.items():
        reach[fact] = reach.get(fact, Fraction(0)) + amount * times
    return reach
