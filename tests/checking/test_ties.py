"""What is held to be one figure: under another name, or without its unit, where the columns bear it out."""

from __future__ import annotations

from tests.checking.cases import amounts, row
from tests.checking.company import Grid, checked

STATEMENT = amounts(
    row("净利润", "net_profit", "74.12", "76.57", "97.20", "127.50", "167.88"),
    row("归属于母公司净利润", "net_profit_parent", "74.12", "76.59", "97.21", "127.51", "167.90"),
    kind="income_statement",
)
SUMMARY = amounts(
    row("净利润", "net_profit_headline", "74.12", "76.59", "97.21", "127.51", "167.90"),
    kind="forecast_summary",
)
EPS = row("每股收益（元）", "eps", "2.82", "3.27", "3.86", "4.41", "5.02", unit="CNY/share", scale=0)


def ratios(*texts: str, scale: int | None = 0) -> Grid:
    """A table of ratios that leaves the unit of its figures per share out."""
    return amounts(row("每股收益", "eps", *texts, unit=None, scale=scale), kind="ratios")


def verdicts(grids: list[Grid], rule_id: str) -> list[object]:
    return [row["verdict"] for row in checked(grids) if row["rule_id"] == rule_id]


def test_a_headline_profit_is_held_to_the_row_that_says_the_same() -> None:
    found = verdicts([STATEMENT, SUMMARY], "cross_table.alike")
    assert (found.count("ok"), set(found)) == (5, {"ok", "not_checkable"})
    wrong = SUMMARY.edited("净利润", 3, "172.51")
    assert verdicts([STATEMENT, wrong], "cross_table.alike").count("impossible") == 1


def test_columns_that_touch_at_the_end_of_their_rounding_bear_nothing_out() -> None:
    alone = STATEMENT.without("net_profit_parent")
    assert set(verdicts([alone, SUMMARY], "cross_table.alike")) == {"not_checkable"}


def test_a_unit_left_out_is_what_the_columns_show_it_to_be() -> None:
    summary = amounts(EPS, kind="forecast_summary")
    same = ("2.82", "3.27", "3.86", "4.41", "5.02")
    assert verdicts([summary, ratios(*same)], "cross_table.rates") == ["ok"] * 5
    assert (
        verdicts([summary, ratios(*same[:3], "4.91", "5.02")], "cross_table.rates").count("impossible") == 1
    )
    others = ("1.82", "1.27", "1.86", "1.41", "1.02")
    assert "impossible" not in verdicts([summary, ratios(*others)], "cross_table.rates")


def test_a_power_of_ten_left_out_stays_unknown() -> None:
    summary = amounts(EPS, kind="forecast_summary")
    unsaid = ratios("2.82", "3.27", "3.86", "4.41", "5.02", scale=None)
    assert verdicts([summary, unsaid], "cross_table.rates") == []
