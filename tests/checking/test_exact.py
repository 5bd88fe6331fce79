from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checking.exact import Exact, exactly, in_units, ratio, total

tops = st.integers(-(10**9), 10**9)
bottoms = st.sampled_from([1, 2, 3, 7, 10, 100, 200, 10**6])
numbers = st.builds(ratio, tops, bottoms)
others = st.one_of(numbers, tops, st.fractions(max_denominator=1000))
OPERATIONS = [operator.add, operator.sub, operator.mul, operator.truediv]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


def plain(value: Any) -> Fraction:
    """The same number as the standard library has it."""
    return Fraction(value.numerator, value.denominator)


@pytest.mark.parametrize("operation", OPERATIONS)
@given(one=numbers, other=others)
def test_arithmetic_is_that_of_fractions(
    operation: Callable[[Any, Any], Any], one: Exact, other: Any
) -> None:
    for a, b in ((one, other), (other, one)):
        if operation is operator.truediv and not b:
            with pytest.raises(ZeroDivisionError):
                operation(a, b)
            continue
        found = operation(a, b)
        assert type(found) is Exact
        assert found.denominator > 0
        assert plain(found) == operation(plain(a), plain(b))


@pytest.mark.parametrize("comparison", COMPARISONS)
@given(one=numbers, other=others)
def test_order_is_that_of_fractions(comparison: Callable[[Any, Any], Any], one: Exact, other: Any) -> None:
    assert comparison(one, other) == comparison(plain(one), plain(other))
    assert comparison(other, one) == comparison(plain(other), plain(one))


@given(numbers, st.integers(1, 50))
def test_equal_numbers_are_one_key_and_read_alike(number: Exact, times: int) -> None:
    same = ratio(number.numerator * times, number.denominator * times)
    assert same == number == plain(number) == same
    assert {number: 1}[same] == {plain(number): 1}[same] == 1
    assert (str(same), float(same), bool(same)) == (str(plain(same)), float(plain(same)), bool(plain(same)))
    assert (-same, abs(same)) == (-plain(same), abs(plain(same)))


@given(st.lists(st.tuples(numbers, st.sampled_from([1, -1])), min_size=1), st.integers(-6, 9))
def test_sums_and_units(terms: list[tuple[Exact, int]], scale: int) -> None:
    expected = sum((plain(term) * sign for term, sign in terms), Fraction(0))
    assert total(terms) == expected
    unit = Fraction(10) ** scale
    assert in_units(total(terms), exactly(unit)) == float(expected / unit)


@pytest.mark.parametrize("given_", [0.1, "0.1", 7, Fraction(1, 3)])
def test_what_is_exact_stays_so(given_: float | str | Fraction) -> None:
    assert exactly(given_) == Fraction(given_)
