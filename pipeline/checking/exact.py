"""Fractions that are not reduced to lowest terms: exact arithmetic is then a few products of integers.

What is printed has a power of ten below it, so that denominators stay short by themselves, and what is worked
out of printed numbers is a sum or a quotient or two away. `fractions.Fraction` looks for common divisors
after every operation and asks each operand for its type: it takes five to ten times as long, and was a
quarter of the time of a check. An `Exact` is a Fraction to everything that reads one.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any


class Exact(Fraction):
    """A fraction as it came out of the arithmetic; equal to, and hashed like, the one in lowest terms."""

    __slots__ = ()

    if not TYPE_CHECKING:  # to a type checker the operators are those of Fraction

        def __add__(self, other: Any) -> Any:
            try:
                a, b = self._denominator, other._denominator
            except AttributeError:
                return self + exactly(other) if isinstance(other, int) else Fraction.__add__(self, other)
            if a == b:
                return ratio(self._numerator + other._numerator, a)
            if not a % b:
                return ratio(self._numerator + other._numerator * (a // b), a)
            if not b % a:
                return ratio(self._numerator * (b // a) + other._numerator, b)
            return ratio(self._numerator * b + other._numerator * a, a * b)

        __radd__ = __add__

        def __sub__(self, other: Any) -> Any:
            try:
                a, b = self._denominator, other._denominator
            except AttributeError:
                return self - exactly(other) if isinstance(other, int) else Fraction.__sub__(self, other)
            if a == b:
                return ratio(self._numerator - other._numerator, a)
            if not a % b:
                return ratio(self._numerator - other._numerator * (a // b), a)
            if not b % a:
                return ratio(self._numerator * (b // a) - other._numerator, b)
            return ratio(self._numerator * b - other._numerator * a, a * b)

        def __rsub__(self, other: Any) -> Any:
            return -self + other

        def __mul__(self, other: Any) -> Any:
            try:
                return ratio(self._numerator * other._numerator, self._denominator * other._denominator)
            except AttributeError:
                if isinstance(other, int):
                    return ratio(self._numerator * other, self._denominator)
                return Fraction.__mul__(self, other)

        __rmul__ = __mul__

        def __truediv__(self, other: Any) -> Any:
            try:
                top, bottom = other._numerator, other._denominator
            except AttributeError:
                return self / exactly(other) if isinstance(other, int) else Fraction.__truediv__(self, other)
            if top > 0:
                return ratio(self._numerator * bottom, self._denominator * top)
            if top < 0:
                return ratio(-self._numerator * bottom, -self._denominator * top)
            raise ZeroDivisionError(f"{self} / 0")

        def __rtruediv__(self, other: Any) -> Any:
            return exactly(other) / self if isinstance(other, (int, Fraction)) else float(other) / float(self)

        def __neg__(self) -> Exact:
            return ratio(-self._numerator, self._denominator)

        def __abs__(self) -> Exact:
            return self if self._numerator >= 0 else ratio(-self._numerator, self._denominator)

        def __eq__(self, other: object) -> Any:
            try:
                return self._numerator * other._denominator == other._numerator * self._denominator
            except AttributeError:
                if isinstance(other, int):
                    return self._numerator == other * self._denominator
                return Fraction.__eq__(_reduced(self), other)

        def __hash__(self) -> int:
            return hash(_reduced(self))

        def __lt__(self, other: Any) -> Any:
            try:
                return self._numerator * other._denominator < other._numerator * self._denominator
            except AttributeError:
                if isinstance(other, int):
                    return self._numerator < other * self._denominator
                return Fraction.__lt__(self, other)

        def __le__(self, other: Any) -> Any:
            try:
                return self._numerator * other._denominator <= other._numerator * self._denominator
            except AttributeError:
                if isinstance(other, int):
                    return self._numerator <= other * self._denominator
                return Fraction.__le__(self, other)

        def __gt__(self, other: Any) -> Any:
            try:
                return self._numerator * other._denominator > other._numerator * self._denominator
            except AttributeError:
                if isinstance(other, int):
                    return self._numerator > other * self._denominator
                return Fraction.__gt__(self, other)

        def __ge__(self, other: Any) -> Any:
            try:
                return self._numerator * other._denominator >= other._numerator * self._denominator
            except AttributeError:
                if isinstance(other, int):
                    return self._numerator >= other * self._denominator
                return Fraction.__ge__(self, other)

        def __float__(self) -> float:
            return self._numerator / self._denominator

        def __str__(self) -> str:
            return str(_reduced(self))


_bare = object.__new__


def ratio(top: int, bottom: int = 1) -> Exact:
    """`top` over a positive `bottom`, as they are."""
    made = _bare(Exact)
    made._numerator, made._denominator = top, bottom  # type: ignore[attr-defined]
    return made


def exactly(value: Fraction | Decimal | float | int | str) -> Exact:
    """Any exact number, and what a text of digits or a float says, as an Exact."""
    if type(value) is int:
        return ratio(value)
    if isinstance(value, str):
        value = Fraction(value)
    return ratio(*value.as_integer_ratio())


def total(terms: Sequence[tuple[Fraction, int]]) -> Exact:
    """The sum of fractions, each with its sign (1 or -1), over one common denominator."""
    bottom = lcm(*[term.denominator for term, _ in terms])
    return ratio(sum([sign * term.numerator * (bottom // term.denominator) for term, sign in terms]), bottom)


def in_units(value: Fraction, unit: Fraction) -> float:
    """`value / unit`, rounded once."""
    return (value.numerator * unit.denominator) / (value.denominator * unit.numerator)


def _reduced(value: Exact) -> Fraction:
    return Fraction(value.numerator, value.denominator)
