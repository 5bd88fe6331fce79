"""Tables that cut figures off instead of rounding them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pipeline.checking.cutting import cut_interval, cut_tables
from pipeline.checking.sheet import Report, reports_of
from tests.checking.cases import amounts, row
from tests.checking.company import Grid, checked, datasets

FINE = ("100.84", "200.67", "300.91", "400.13", "500.76")


def tables(*coarse: str) -> list[Grid]:
    fine = tuple(f"{t}" for t in FINE)
    return [
        amounts(row("归母净利润", "net_profit_parent", *coarse), kind="income_statement"),
        amounts(row("归母净利润", "net_profit_parent", *fine), kind="forecast_summary"),
    ]


def report(grids: list[Grid]) -> Report:
    facts, table_rows, _ = datasets(grids)
    (found,) = reports_of(facts, table_rows)
    return found


def ties(grids: list[Grid]) -> list[tuple[object, object]]:
    return [(r["verdict"], r["message"]) for r in checked(grids) if r["rule_id"] == "cross_table.amounts"]


def test_a_table_that_cuts_off_throughout_is_recognised_and_believed() -> None:
    grids = tables("100", "200", "300", "400", "500")
    assert cut_tables(report(grids)) == {"t0": 4}
    found = ties(grids)
    assert [verdict for verdict, _ in found] == ["ok"] * 5
    assert cut_tables(report(list(reversed(grids)))) == {"t1": 4}


def test_one_rounded_figure_refutes_it() -> None:
    grids = tables("100", "200", "300", "400", "501")
    assert cut_tables(report(grids)) == {}
    assert [verdict for verdict, _ in ties(grids)].count("impossible") == 3


def test_two_figures_are_no_evidence() -> None:
    assert cut_tables(report(tables("101", "201", "300", "400", "500"))) == {}
    assert cut_tables(report(tables("100", "200"))) == {}


def test_an_error_beyond_the_last_digit_stays_one_where_figures_are_cut_off() -> None:
    verdicts = [verdict for verdict, _ in ties(tables("100", "200", "300", "402", "500"))]
    assert verdicts.count("impossible") == 1


@pytest.mark.parametrize(("text", "low", "high"), [("38", 38, 39), ("-38", -39, -38), ("0", -1, 1)])
def test_a_cut_figure_is_farther_from_zero_than_printed(text: str, low: int, high: int) -> None:
    grid = amounts(row("归母净利润", "net_profit_parent", text), kind="income_statement")
    ((fact,),) = report([grid]).index.values()
    interval = cut_interval(fact)
    million = Fraction(10**6)
    assert (interval.low, interval.high) == (low * million, high * million)
