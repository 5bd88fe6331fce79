"""Columns that one head is printed over: 2021E 2021E 2023E for 2021E 2022E 2023E."""

from __future__ import annotations

from tests.checking.cases import row
from tests.checking.company import Grid, checked

MISPRINTED = ("2019", "2020", "2021", "2021", "2023")
MEANT = ("2019", "2020", "2021", "2022", "2023")
FAILED = ("impossible", "improbable")


def report(years: tuple[str, ...]) -> tuple[Grid, ...]:
    """Statements whose fourth year fits the one before it and the one after, but no other one."""
    return (
        Grid(
            "balance_sheet",
            (
                row("货币资金", "cash", "79", "117", "258", "315", "416"),
                row("非流动资产", "total_non_current_assets", "60", "61", "62", "63", "64"),
                row("资产总计", "total_assets", "139", "178", "320", "378", "480"),
            ),
            years,
        ),
        Grid("cash_flow", (row("现金净流量", "net_change_in_cash", "-78", "38", "141", "57", "101"),), years),
        Grid(
            "income_statement",
            (
                row("营业收入", "revenue", "889", "944", "1,259", "1,576", "1,981"),
                row("同比", "revenue_growth", "", "6.2%", "33.4%", "25.2%", "25.7%", unit="percent", scale=0),
            ),
            years,
        ),
        Grid(
            "forecast_summary",
            (row("营业收入", "revenue", "889", "944", "1,259", "1,576", "1,981"),),
            MEANT,
        ),
    )


def test_the_report_is_sound_where_its_heads_are() -> None:
    found = checked(report(MEANT))
    assert not [c for c in found if c["verdict"] in FAILED]
    assert sum(c["verdict"] == "ok" for c in found if c["rule_id"] == "cash_flow.balance_sheet_change") == 4


def test_figures_under_one_head_are_held_to_no_other() -> None:
    found = checked(report(MISPRINTED))
    assert not [c["message"] for c in found if c["verdict"] in FAILED]
    said = {
        (c["rule_id"], str(c["message"]).rsplit(": ", 1)[1]) for c in found if c["period_label"] == "2021"
    }
    assert ("cash_flow.balance_sheet_change", "2021 is the head of several figures of 现金净流量") in said
    assert ("growth.row", "2021 is the head of several figures of 同比") in said
    assert {c["verdict"] for c in found if c["period_label"] == "2021"} == {"not_checkable"}


def test_what_does_not_rest_on_them_is_still_checked() -> None:
    found = checked(report(MISPRINTED))
    held = {(c["rule_id"], c["period_label"]) for c in found if c["verdict"] == "ok"}
    assert {("growth.row", "2020"), ("cross_table.amounts", "2023")} <= held
