from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.checking.luck import tail

H = Fraction(1, 2)
widths = st.lists(
    st.fractions(min_value=Fraction(1, 50), max_value=3, max_denominator=50), min_size=1, max_size=5
)


@pytest.mark.parametrize(
    ("spread", "gap", "chance"),
    [
        ([H], Fraction(1, 4), 1 / 2),
        ([H, H], Fraction(1, 2), 1 / 4),
        ([H] * 4, Fraction(3, 2), 2 * (1 / 2) ** 4 / 24),  # the corner of a four-dimensional cube, twice
        ([H] * 3, Fraction(2), 0.0),
        ([], Fraction(1), 0.0),
        ([H], Fraction(0), 1.0),
    ],
)
def test_known_tails(spread: list[Fraction], gap: Fraction, chance: float) -> None:
    assert tail(spread, gap) == pytest.approx(chance, abs=1e-12)


@given(widths, st.fractions(min_value=0, max_value=12, max_denominator=50))
def test_a_wider_gap_is_never_likelier(spread: list[Fraction], gap: Fraction) -> None:
    assert 0 <= tail(spread, gap + Fraction(1, 10)) <= tail(spread, gap) <= 1


@given(widths)
def test_no_gap_is_wider_than_all_errors_together(spread: list[Fraction]) -> None:
    assert tail(spread, sum(spread, Fraction(0)) + Fraction(1, 1000)) == 0


def test_unequal_widths_agree_with_a_simulation() -> None:
    random = Random(11)
    spread = [1.0, 0.4, 0.3]
    draws = 40_000
    far = sum(abs(sum(random.uniform(-w, w) for w in spread)) >= 0.9 for _ in range(draws))
    exact = tail([Fraction(1), Fraction(2, 5), Fraction(3, 10)], Fraction(9, 10))
    assert far / draws == pytest.approx(exact, abs=0.01)


def test_many_unequal_errors_fall_back_on_a_tail_that_is_not_too_small() -> None:
    many = [Fraction(100 + k, 100) for k in range(20)]
    assert tail(many, sum(many, Fraction(0)) * Fraction(9, 10)) > 0
