"""Figures whose unit or power of ten is not printed."""

from __future__ import annotations

from dataclasses import replace

from tests.checking.cases import amounts, row
from tests.checking.company import Grid, checked


def profit(unit: str | None, scale: int | None, kind: str = "ratios") -> Grid:
    """A table with a net margin; its profits are 8 % of the revenue of `REVENUE`."""
    return amounts(
        row("归母净利润", "net_profit_parent", "80.0", "88.0", "96.0", unit=unit, scale=scale),
        row("净利率", "net_margin", "8.0%", "8.0%", "8.0%", unit="percent", scale=0),
        kind=kind,
    )


REVENUE = amounts(row("营业收入", "revenue", "1,000", "1,100", "1,200"), kind="income_statement")


def verdicts(rule_id: str, *grids: Grid) -> list[str]:
    return sorted(str(r["verdict"]) for r in checked(grids) if r["rule_id"] == rule_id)


def test_a_ratio_over_two_tables_needs_both_units() -> None:
    assert verdicts("ratios.net_margin", REVENUE, profit("CNY", 6)) == ["ok"] * 3
    for unit, scale in ((None, None), ("CNY", None), (None, 6)):
        found = verdicts("ratios.net_margin", REVENUE, profit(unit, scale))
        assert found == ["not_checkable"] * 3


def test_inside_one_table_a_ratio_needs_no_unit() -> None:
    grid = profit(None, None)
    revenue = replace(REVENUE.lines[0], unit=None, scale=None)
    assert verdicts("ratios.net_margin", replace(grid, lines=(revenue, *grid.lines))) == ["ok"] * 3


def test_inside_one_table_a_figure_with_a_unit_does_not_meet_one_without() -> None:
    grid = profit("CNY", None)
    found = verdicts("ratios.net_margin", replace(grid, lines=(REVENUE.lines[0], *grid.lines)))
    assert found == ["not_checkable"] * 3


def test_figures_without_a_unit_are_not_compared_between_tables() -> None:
    one = amounts(row("归母净利润", "net_profit_parent", "80", "88", "96"), kind="income_statement")
    assert verdicts("cross_table.amounts", one, profit("CNY", 6, "forecast_summary")) == ["ok"] * 3
    assert verdicts("cross_table.amounts", one, profit("CNY", None, "forecast_summary")) == []


def growth(unit: str | None, scale: int | None) -> list[str]:
    """Growth in a table that begins a year later than another one does."""
    summary = Grid(
        "forecast_summary",
        (
            row("营业收入", "revenue", "1,100", "1,210", unit=unit, scale=scale),
            row("同比", "revenue_growth", "10%", "10%", unit="percent", scale=0, above=("营业收入",)),
        ),
        ("2023", "2024"),
    )
    statement = amounts(row("营业收入", "revenue", "1,000", "1,100", "1,210"), kind="income_statement")
    return verdicts("growth.row", summary, statement)


def test_the_base_of_growth_in_another_table_needs_its_unit() -> None:
    assert growth("CNY", 6) == ["ok", "ok"]
    assert growth("CNY", None) == ["not_checkable", "ok"]


def test_the_base_of_growth_is_taken_only_from_a_table_of_the_same_series() -> None:
    summary = Grid(
        "forecast_summary",
        (
            row("收入合计", "revenue", "1,160", "1,276"),
            row("同比", "revenue_growth", "10%", "10%", unit="percent", scale=0, above=("收入合计",)),
        ),
        ("2023", "2024"),
    )
    statement = amounts(row("营业收入", "revenue", "1,000", "1,100", "1,210"), kind="income_statement")
    assert verdicts("growth.row", summary, statement) == ["not_checkable", "ok"]


def test_figures_of_one_table_come_before_a_mixture() -> None:
    margin = amounts(
        row("毛利率", "gross_margin", "40.0%", "40.0%", "47.0%", unit="percent", scale=0), kind="ratios"
    )
    summary = amounts(
        row("营业收入", "revenue", "999", "998", "997"),
        row("毛利", "gross_profit", "400", "400", "400"),
        kind="forecast_summary",
    )
    statement = amounts(
        row("营业收入", "revenue", "1,000", "1,000", "1,000"),
        row("毛利", "gross_profit", "400", "400", "400"),
        kind="income_statement",
    )
    (failed,) = [
        r
        for r in checked([statement, summary, margin])
        if r["rule_id"] == "ratios.gross_margin" and r["verdict"] == "impossible"
    ]
    assert {str(f).split(":")[0] for f in failed["fact_ids"]} == {"0", "2"}  # type: ignore[attr-defined]


def test_a_ratio_printed_twice_in_one_table_speaks_of_the_item_above_it() -> None:
    grid = amounts(
        row("归母净利润（表观）", "net_profit_parent", "80", "88", "96"),
        row("净利率", "net_margin", "8.0%", "8.0%", "8.0%", unit="percent", scale=0),
        row("归母净利润（剔除激励费用）", None, "90", "99", "108"),
        row("净利率", "net_margin", "9.0%", "9.0%", "8.0%", unit="percent", scale=0),
        kind="ratios",
    )
    assert "impossible" not in verdicts("ratios.net_margin", REVENUE, grid)
