from __future__ import annotations

from fractions import Fraction

import pytest

from pipeline.checking.estimate import known, stated
from pipeline.checking.formula import (
    Expression,
    FormulaError,
    Name,
    computation,
    names,
    parse,
    parse_expression,
    show,
)


def value(expression: Expression, **amounts: int) -> Fraction:
    operands = names(expression)
    given = [known(amounts[n.concept + "_" * -n.shift]) for n in operands]
    return computation(expression, operands)(given).value


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("x = a + b * c", 7),
        ("x = (a + b) * c", 9),
        ("x = a - b - c", -4),
        ("x = a - (b - c)", 2),
        ("x = -a + 365 * c / b", Fraction(1093, 2)),
        ("x = a / b / c", Fraction(1, 6)),
        ("x = a - prev(a)", -3),
        ("x = average(a)", Fraction(5, 2)),
        ("x = average(a + b)", Fraction(9, 2)),
    ],
)
def test_arithmetic(text: str, result: Fraction | int) -> None:
    (formula,) = parse(text)
    assert value(formula.right, a=1, a_=4, b=2, b_=2, c=3) == result


def test_plus_or_minus_opens_two_readings_each() -> None:
    found = parse("net = pretax ± tax ± minority")
    assert [show(f.right) for f in found] == [
        "pretax + tax + minority",
        "pretax - tax + minority",
        "pretax + tax - minority",
        "pretax - tax - minority",
    ]


def test_growth_from_a_loss_has_two_readings() -> None:
    signed, absolute = parse("g = growth(profit)")
    assert value(signed.right, profit=-50, profit_=-100) == Fraction(-1, 2)
    assert value(absolute.right, profit=-50, profit_=-100) == Fraction(1, 2)
    assert value(signed.right, profit=150, profit_=100) == value(absolute.right, profit=150, profit_=100)


def test_names_know_their_year() -> None:
    (formula,) = parse("x = prev(a) + latest(b) + a")
    assert names(formula.right) == (Name("a", -1), Name("b", 0, True), Name("a"))


def test_rounding_goes_through_the_formula_and_keeps_its_sources() -> None:
    (formula,) = parse("margin = profit / revenue")
    profit = stated("p", Fraction(10), Fraction(1, 2))
    revenue = stated("r", Fraction(40), Fraction(1, 2))
    found = formula.result([profit, revenue])
    assert found.interval.low == Fraction(19, 81)
    assert found.interval.high == Fraction(21, 79)
    assert found.reach == {"p": Fraction(1, 80), "r": Fraction(-1, 320)}
    assert found.linear


def test_a_divisor_with_few_digits_is_not_taken_for_linear() -> None:
    (formula,) = parse("g = growth(x)")[:1]
    estimate = stated("x", Fraction(3), Fraction(1, 2))
    assert not formula.result([estimate, estimate]).linear


@pytest.mark.parametrize(
    ("text", "position", "wanted"),
    [
        ("a + b", 6, "an equals sign"),
        ("a = b +", 8, "found the end"),
        ("a = b c", 7, "expected the end"),
        ("a = (b", 7, "a closing bracket"),
        ("a = b ^ c", 6, "no part of a formula"),
        ("a = max(b)", 5, "unknown function 'max'; there are prev, average, latest, growth"),
        ("a = * b", 5, "found '*'"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_was_expected(text: str, position: int, wanted: str) -> None:
    with pytest.raises(FormulaError, match="character") as caught:
        parse(text)
    assert caught.value.position == position
    assert wanted in str(caught.value)


def test_a_lone_expression_may_not_leave_its_sign_open() -> None:
    with pytest.raises(FormulaError, match="no ±"):
        parse_expression("a ± b")
