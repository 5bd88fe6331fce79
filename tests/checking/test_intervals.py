from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checking.intervals import Interval, exact, half_digit, printed

numbers = st.fractions(min_value=-1000, max_value=1000, max_denominator=100)
intervals = st.tuples(numbers, numbers).map(lambda ends: Interval(min(ends), max(ends)))
inside = st.fractions(min_value=0, max_value=1, max_denominator=16)


def within(interval: Interval, share: Fraction) -> Fraction:
    return interval.low + share * (interval.high - interval.low)


@pytest.mark.parametrize(
    ("value", "decimals", "low", "high"),
    [("29359", 0, "29358.5", "29359.5"), ("900.79", 2, "900.785", "900.795"), ("-0.4", 1, "-0.45", "-0.35")],
)
def test_a_printed_number_is_anything_within_half_its_last_digit(
    value: str, decimals: int, low: str, high: str
) -> None:
    assert printed(Fraction(value), decimals) == Interval(Fraction(low), Fraction(high))


def test_both_ends_belong_to_it() -> None:
    assert Fraction("0.5") in printed(1, 0)
    assert Fraction("1.5") in printed(1, 0)
    assert printed(1, 0).meets(printed(2, 0))
    assert not printed(1, 0).meets(printed(3, 0))


@given(intervals, intervals, inside, inside)
def test_arithmetic_encloses_every_pair_of_values(a: Interval, b: Interval, s: Fraction, t: Fraction) -> None:
    x, y = within(a, s), within(b, t)
    assert x + y in a + b
    assert x - y in a - b
    assert x * y in a * b
    assert -x in -a
    assert abs(x) in abs(a)
    if 0 not in b:
        assert x / y in a / b


@given(intervals, intervals)
def test_sums_and_differences_are_no_wider_than_they_must_be(a: Interval, b: Interval) -> None:
    assert (a + b).low == a.low + b.low
    assert (a - b).high == a.high - b.low


def test_division_by_what_may_be_zero_is_refused() -> None:
    with pytest.raises(ZeroDivisionError, match="zero within its rounding"):
        printed(5, 0) / printed(0, 0)


@given(st.fractions(min_value=Fraction(1, 100), max_value=100, max_denominator=1000), st.integers(1, 9))
def test_the_root_of_a_growth_factor_is_enclosed_tightly(value: Fraction, degree: int) -> None:
    root = exact(value).root(degree)
    assert root.low**degree <= value <= root.high**degree
    assert root.high - root.low <= Fraction(2, 10**15)


def test_a_growth_factor_that_may_be_negative_has_no_root() -> None:
    with pytest.raises(ZeroDivisionError):
        printed(0, 0).root(2)


def test_an_interval_that_runs_downwards_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="upwards"):
        Interval(Fraction(2), Fraction(1))


def test_half_a_digit() -> None:
    assert half_digit(0) == Fraction(1, 2)
    assert half_digit(2) == Fraction(1, 200)
