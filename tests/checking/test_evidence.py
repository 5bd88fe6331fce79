"""The three kinds of rule: what holds always, what the columns bear out, and what this house's habit is."""

from __future__ import annotations

from tests.checking.cases import amounts, row
from tests.checking.company import Grid, checked


def of(grid: Grid, rule_id: str, *more: Grid) -> dict[str, dict[str, object]]:
    found = {str(r["period_label"]): r for r in checked([grid, *more]) if r["rule_id"] == rule_id}
    assert found
    return found


def assets(*total: str) -> Grid:
    n = len(total)
    return amounts(
        row("现金", "cash", *["10"] * n),
        row("存货", "inventories", *["20"] * n),
        row("流动资产", "total_current_assets", *total),
        kind="balance_sheet",
    )


def flows(*change: str) -> Grid:
    return amounts(
        row("经营", "cash_flow_operating", "100", "110", "120", "130", "140"),
        row("投资", "cash_flow_investing", "-60", "-61", "-62", "-63", "-64"),
        row("筹资", "cash_flow_financing", "-10", "-11", "-12", "-13", "-14"),
        row("现金净增加额", "net_change_in_cash", *change),
        kind="cash_flow",
    )


LINES = "balance_sheet.lines.total_current_assets"


def test_a_list_that_adds_up_in_four_years_of_five_is_an_error_in_the_fifth() -> None:
    found = of(assets("30", "30", "30", "37", "30"), LINES)
    assert [found[y]["verdict"] for y in ("2022", "2025")] == ["ok", "impossible"]
    assert "4 of 5" in str(found["2025"]["message"])


def test_a_list_that_never_adds_up_is_an_abridged_list() -> None:
    found = of(assets("35", "36", "37", "38", "39"), LINES)
    assert {r["verdict"] for r in found.values()} == {"not_checkable"}
    assert "0 of 5 columns fit" in str(found["2022"]["message"])


def test_three_columns_of_five_are_too_few_for_a_list() -> None:
    found = of(assets("30", "30", "37", "30", "34"), LINES)
    assert {r["verdict"] for r in found.values()} == {"not_checkable"}


def test_a_small_difference_in_every_year_is_a_line_left_out() -> None:
    lines = [row(f"项目{i}", None, *["10"] * 5) for i in range(4)]
    total = row("流动资产", "total_current_assets", "42", "42", "42", "42", "49")
    found = of(amounts(*lines, total, kind="balance_sheet"), LINES)
    assert {r["verdict"] for r in found.values()} == {"not_checkable"}
    luckier = row("流动资产", "total_current_assets", "42", "40", "40", "40", "49")
    found = of(amounts(*lines, luckier, kind="balance_sheet"), LINES)
    assert found["2026"]["verdict"] == "impossible"


def test_two_columns_are_no_evidence() -> None:
    found = of(assets("30", "37"), LINES)
    assert {r["verdict"] for r in found.values()} == {"not_checkable"}


def test_a_list_complete_only_for_estimates_does_not_accuse_the_actual_years() -> None:
    found = of(assets("35", "36", "30", "30", "30"), LINES)
    assert [found[y]["verdict"] for y in ("2022", "2023", "2024")] == ["not_checkable", "not_checkable", "ok"]


def test_past_years_that_add_up_by_luck_alone_lack_a_line() -> None:
    lines = [row(f"项目{i}", None, *["10"] * 5) for i in range(12)]

    def verdicts(*total: str) -> list[object]:
        whole = row("流动资产", "total_current_assets", *total)
        found = of(amounts(*lines, whole, kind="balance_sheet"), LINES)
        return [found[year]["verdict"] for year in sorted(found)]

    assert verdicts("117", "116", "121", "120", "120") == ["not_checkable", "not_checkable", "ok", "ok", "ok"]
    assert verdicts("120", "116", "121", "120", "120") == ["ok", "improbable", "ok", "ok", "ok"]


def test_a_dash_of_a_past_year_may_be_what_was_not_disclosed() -> None:
    def verdicts(dash: str, *total: str) -> list[object]:
        grid = amounts(
            row("交易性金融资产", None, *[dash] * 5),
            row("现金", "cash", *["10"] * 5),
            row("存货", "inventories", *["20"] * 5),
            row("流动资产", "total_current_assets", *total),
            kind="balance_sheet",
        )
        found = of(grid, LINES)
        return [found[year]["verdict"] for year in sorted(found)]

    assert verdicts("-", "37", "30", "30", "30", "30") == ["not_checkable", "ok", "ok", "ok", "ok"]
    assert verdicts("-", "30", "30", "30", "37", "30") == ["ok", "ok", "ok", "impossible", "ok"]
    assert verdicts("0", "37", "30", "30", "30", "30") == ["impossible", "ok", "ok", "ok", "ok"]


def test_a_line_that_enters_with_the_other_sign_is_inferred_and_said() -> None:
    grid = amounts(
        row("资本支出", "capex", "50", "51", "52", "59", "54"),
        row("其他", None, "5", "6", "7", "8", "9"),
        row("投资活动现金流", "cash_flow_investing", "-45", "-45", "-45", "-45", "-45"),
        kind="cash_flow",
    )
    found = of(grid, "cash_flow.lines.cash_flow_investing")
    assert [r["verdict"] for r in found.values()].count("ok") == 4
    assert found["2025"]["verdict"] == "impossible"
    assert "资本支出 with the other sign: inferred, 4 of 5 fit" in str(found["2025"]["message"])


def test_an_exchange_line_left_out_is_no_error_of_an_actual_year() -> None:
    found = of(flows("44", "22", "46", "54", "62"), "cash_flow.net_change")
    assert [found[y]["verdict"] for y in ("2022", "2023", "2024")] == ["not_checkable", "not_checkable", "ok"]


def test_an_estimate_that_does_not_add_up_after_one_that_does_is() -> None:
    found = of(flows("44", "22", "46", "57", "62"), "cash_flow.net_change")
    assert found["2025"]["verdict"] == "impossible"
    assert found["2025"]["residual"] == 3.0


def test_the_first_estimate_may_still_have_the_exchange_effect_of_the_half_year_reported() -> None:
    found = of(flows("44", "22", "49", "54", "62"), "cash_flow.net_change")
    assert [found[y]["verdict"] for y in ("2022", "2023", "2024")] == ["not_checkable"] * 3
    assert [found[y]["verdict"] for y in ("2025", "2026")] == ["ok", "ok"]


def test_a_definition_needs_no_evidence() -> None:
    grid = amounts(
        row("流动资产", "total_current_assets", "30"),
        row("非流动资产", "total_non_current_assets", "50"),
        row("资产总计", "total_assets", "87"),
        kind="balance_sheet",
    )
    (check,) = of(grid, "balance_sheet.assets").values()
    assert (check["verdict"], check["severity"]) == ("impossible", "error")
    assert check["message"] == (
        "资产总计 2022 (p. 1): printed 87, 流动资产 + 非流动资产 = 80 ± 1: "
        "off by 7, rounding explains at most 1.5"
    )
    assert (check["printed"], check["expected"], check["expected_low"], check["expected_high"]) == (
        87,
        80,
        79,
        81,
    )


def test_a_definition_that_holds_nowhere_is_told_with_a_doubt() -> None:
    grid = amounts(
        row("流动资产", "total_current_assets", "30", "31", "32"),
        row("非流动资产", "total_non_current_assets", "50", "50", "50"),
        row("资产总计", "total_assets", "87", "88", "89"),
        kind="balance_sheet",
    )
    found = of(grid, "balance_sheet.assets")
    assert {(r["verdict"], r["severity"]) for r in found.values()} == {("impossible", "warning")}
    assert "one of the labels may mean something else" in str(found["2022"]["message"])


def test_other_definitions_that_hold_nowhere_are_not_told_of_the_numbers() -> None:
    grid = amounts(
        row("利润总额", "profit_before_tax", "410", "749", "1,147"),
        row("所得税", "income_tax", "29", "31", "80"),
        row("净利润", "net_profit", "330", "661", "970"),  # the parent's
        kind="income_statement",
    )
    (told,) = of(grid, "income_statement.net_profit").values()
    assert (told["verdict"], told["severity"]) == ("not_checkable", "info")
    assert "none of 3 columns fits: one of the labels may mean something else" in str(told["message"])
    assert len(told["fact_ids"]) == 3  # type: ignore[arg-type]


def test_one_printed_sign_for_a_cost_is_enough_to_be_wrong_under_either() -> None:
    grid = amounts(
        row("利润总额", "profit_before_tax", "100"),
        row("所得税", "income_tax", "15"),
        row("净利润", "net_profit", "95"),
        kind="income_statement",
    )
    assert of(grid, "income_statement.net_profit")["2022"]["verdict"] == "impossible"


def test_a_year_that_turns_the_sign_of_the_house_is_told_as_such() -> None:
    grid = amounts(
        row("净利润", "net_profit", "100", "100", "100", "100", "100"),
        row("少数股东损益", "minority_interest_profit", "15", "16", "17", "18", "19"),
        row("归母净利润", "net_profit_parent", "85", "116", "83", "82", "81"),
        kind="income_statement",
    )
    found = of(grid, "income_statement.net_profit_parent")
    assert (found["2023"]["verdict"], found["2023"]["severity"]) == ("impossible", "warning")
    assert "inferred, 4 of 5 fit; here it is 净利润 + 少数股东损益" in str(found["2023"]["message"])


def growth_of_losses(*printed: str) -> Grid:
    return amounts(
        row("归母净利润", "net_profit_parent", "-100", "-80", "-120", "-60", "-30"),
        row("同比", "net_profit_parent_growth", *printed, unit="percent", scale=0, above=("归母净利润",)),
        kind="forecast_summary",
    )


def test_growth_from_a_loss_fits_on_either_base() -> None:
    signed = of(growth_of_losses("", "-20%", "50%", "-50%", "-50%"), "growth.row")
    absolute = of(growth_of_losses("", "20%", "-50%", "50%", "50%"), "growth.row")
    for found in (signed, absolute):
        assert [found[y]["verdict"] for y in ("2022", "2023", "2026")] == ["not_checkable", "ok", "ok"]


def test_the_base_is_inferred_and_a_column_on_the_other_base_told() -> None:
    found = of(growth_of_losses("", "-20%", "50%", "-50%", "50%"), "growth.row")
    assert (found["2026"]["verdict"], found["2026"]["severity"]) == ("impossible", "warning")
    assert "growth on the signed base: inferred, 3 of 4 fit" in str(found["2026"]["message"])


def test_a_ratio_printed_as_growth_is_told_once() -> None:
    grid = amounts(
        row("其他业务", "segment_revenue", "747", "256", "512", "665", "798"),
        row("增长率", "segment_revenue_growth", "", "-65.7%", "200.1%", "129.9%", "120.0%",
            unit="percent", scale=0, above=("其他业务",)),
        kind="segments",
    )  # fmt: skip
    found = of(grid, "growth.row")
    assert [found[y]["verdict"] for y in ("2023", "2024", "2025", "2026")] == ["ok", "impossible", "ok", "ok"]
    assert "3 columns print the ratio to the year before" in str(found["2024"]["message"])
    assert found["2024"]["severity"] == "warning"


def test_one_growth_of_over_100_percent_is_no_habit() -> None:
    found = of(growth_of_losses("", "-20%", "50%", "-50%", "50%"), "growth.row")
    assert not any("ratio to the year before" in str(r["message"]) for r in found.values())


def flows_with_balance(*closing: str) -> Grid:
    return amounts(
        row("现金净增加额", "net_change_in_cash", "10", "10", "10", "10"),
        row("期初现金", "cash_opening", "50", "60", "70", "80"),
        row("期末现金", "cash_closing", *closing),
        kind="cash_flow",
    )


def test_an_actual_year_may_hold_an_exchange_effect_between_opening_and_closing() -> None:
    found = of(flows_with_balance("63", "70", "80", "95"), "cash_flow.closing")
    assert [found[y]["verdict"] for y in ("2022", "2023", "2024", "2025")] == [
        "not_checkable", "ok", "ok", "impossible",
    ]  # fmt: skip


def test_unlike_figures_under_like_names_are_not_held_to_each_other() -> None:
    one = amounts(row("净利润", "net_profit", "100", "110", "120"), kind="forecast_summary")
    other = amounts(row("净利润", "net_profit", "300", "310", "320"), kind="income_statement")
    found = of(one, "cross_table.amounts", other)
    assert {r["verdict"] for r in found.values()} == {"not_checkable"}


def test_one_figure_in_two_tables_is_compared_at_the_coarser_precision() -> None:
    one = amounts(row("营业收入", "revenue", "6,671", "7,552", "8,519"), kind="income_statement")
    other = amounts(row("收入合计", "revenue", "66.71", "75.52", "85.91", scale=8), kind="segments")
    found = of(one, "cross_table.amounts", other)
    assert [found[y]["verdict"] for y in ("2022", "2023", "2024")] == ["ok", "ok", "impossible"]
    assert "收入合计 2024 (p. 2): printed 85.91, but 营业收入 in 利润表 (p. 1) = 85.19" in str(
        found["2024"]["message"]
    )


def test_amounts_in_another_currency_are_another_figure() -> None:
    one = amounts(row("营业收入", "revenue", "100", "110", "120"), kind="income_statement")
    other = amounts(row("营业收入", "revenue", "100", "110", "999", unit="HKD"), kind="forecast_summary")
    assert not [r for r in checked([one, other]) if r["rule_id"] == "cross_table.amounts"]


def test_a_missing_operand_is_named() -> None:
    grid = amounts(
        row("流动资产", "total_current_assets", "30", "31"),
        row("非流动资产", "total_non_current_assets", "50", "—"),
        row("资产总计", "total_assets", "80", "81"),
        kind="balance_sheet",
    )
    found = of(grid, "balance_sheet.assets")
    assert found["2023"]["verdict"] == "not_checkable"
    assert "非流动资产 2023 is printed as '—'" in str(found["2023"]["message"])
    assert found["2023"]["cause"] is None


def test_rounding_luck_is_a_warning_with_its_chance() -> None:
    grid = amounts(
        *(row(f"项目{i}", None, "10", "10", "10", "10") for i in range(12)),
        row("流动资产", "total_current_assets", "120", "120", "120", "124"),
        kind="balance_sheet",
    )
    found = of(grid, LINES)
    assert (found["2025"]["verdict"], found["2025"]["severity"]) == ("improbable", "warning")
    assert "off by 4, which rounding alone would do with p = 0.000" in str(found["2025"]["message"])


def test_a_head_that_names_other_years_than_its_numbers_follow_is_told_once() -> None:
    grid = Grid(
        "comps",
        tuple(
            row(name, None, *figures)
            for name, figures in {
                "甲": ("4,204", "5,202", "7,189", "19.6%"),
                "乙": ("19,650", "23,134", "32,813", "18.6%"),
                "丙": ("5,242", "5,373", "7,246", "11.4%"),
            }.items()
        ),
        ("2023", "2024", "2026", None),
        ("营业收入|2023A", "营业收入|2024E", "营业收入|2026E", "24E-26E 收入 CAGR"),
        ("revenue", "revenue", "revenue", "revenue_cagr"),
        (("CNY", 6),) * 3 + (("percent", 0),),
    )
    rows = [r for r in checked([grid]) if r["rule_id"] == "comps.cagr"]
    assert [r["verdict"] for r in rows].count("ok") == 3
    (told,) = [r for r in rows if r["verdict"] == "impossible"]
    assert "3 of 3 fit growth 2023–2026: the head says growth 2024–2026" in str(told["message"])
