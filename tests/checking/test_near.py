"""The quick ends: whatever they say for certain, the exact intervals say too."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pipeline.checking.estimate import Estimate, known, signed_total, stated

NUMBERS = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=1000)
HALVES = st.sampled_from([Fraction(1, 2), Fraction(1, 20), Fraction(1, 2000), Fraction(500000)])
STATED = st.builds(stated, st.sampled_from("abcdef"), NUMBERS, HALVES)


def quotient(one: Estimate, other: Estimate) -> Estimate:
    return one if other.may_be_zero() else one / other


COMPUTED = st.recursive(
    STATED | st.builds(known, st.integers(-400, 400)),
    lambda inner: (
        st.builds(lambda a, b: a + b, inner, inner)
        | st.builds(lambda a, b: a - b, inner, inner)
        | st.builds(lambda a, b: a * b, inner, inner)
        | st.builds(quotient, inner, inner)
    ),
    max_leaves=6,
)


@given(COMPUTED, COMPUTED)
def test_what_is_plain_is_so(one: Estimate, other: Estimate) -> None:
    plain = one.near.meets(other.near)
    assert plain in (None, one.interval.meets(other.interval))
    assert one.meets(other) == one.interval.meets(other.interval)


@given(COMPUTED)
def test_zero_is_never_overlooked(one: Estimate) -> None:
    assert one.may_be_zero() == (0 in one.interval)


@given(COMPUTED)
def test_the_exact_ends_lie_within_the_error(one: Estimate) -> None:
    low, high, error = one.near
    if error < float("inf"):
        assert abs(Fraction(low) - one.interval.low) <= Fraction(error)
        assert abs(Fraction(high) - one.interval.high) <= Fraction(error)


@given(st.lists(st.tuples(STATED, st.sampled_from([1, -1])), min_size=1, max_size=24))
def test_long_sums_touch_exactly(parts: list[tuple[Estimate, int]]) -> None:
    """The printed number may lie on the very edge of what the lines allow: no float decides that."""
    total = signed_total(parts)
    edge = known(total.interval.high)
    assert total.meets(edge)
    beyond = known(total.interval.high + Fraction(1, 10**12))
    assert not total.meets(beyond)
