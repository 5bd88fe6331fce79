"""One wrong number gives one finding at the top."""

from __future__ import annotations

from tests.checking.cases import COMPS, amounts, row
from tests.checking.company import Grid, checked, report
from tests.checking.test_rules_hold import misprint

SEED = 4


def failed(grids: list[Grid]) -> list[dict[str, object]]:
    return [r for r in checked(grids) if r["verdict"] in ("impossible", "improbable")]


def top(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    return [r for r in rows if "told once with" not in str(r["message"])]


def edited(kind: str, label: str, column: int) -> list[Grid]:
    return [
        g.edited(label, column, misprint(next(x for x in g.lines if x.label == label).texts[column] or ""))
        if g.kind == kind
        else g
        for g in report(SEED)
    ]


def test_what_follows_from_one_cell_is_folded_under_the_finding_about_it() -> None:
    rows = failed(edited("balance_sheet", "total_current_assets", 3))
    (first,) = top(rows)
    assert first["rule_id"] == "balance_sheet.lines.total_current_assets"
    assert (first["severity"], first["suspects"]) == (
        "error",
        ["2:total_current_assets:total_current_assets:3"],
    )
    assert str(first["message"]).endswith(f"; {len(rows) - 1} more like it or because of it")
    rest = [r for r in rows if r is not first]
    assert {r["rule_id"] for r in rest} >= {"balance_sheet.assets", "ratios.current_ratio"}
    assert {(r["severity"], tuple(r["suspects"])) for r in rest} == {("info", tuple(first["suspects"]))}  # type: ignore[arg-type]
    where = "total_current_assets 2025 (p. 3, balance_sheet.lines.total_current_assets)"
    assert all(str(r["message"]).endswith(f"; told once with {where}") for r in rest)


def test_two_wrong_cells_are_two_findings() -> None:
    grids = edited("balance_sheet", "total_current_assets", 3)
    line = next(x for x in grids[1].lines if x.label == "net_profit")
    grids[1] = grids[1].edited("net_profit", 1, misprint(line.texts[1] or ""))
    suspects = [r["suspects"] for r in top(failed(grids)) if r["suspects"]]
    assert ["2:total_current_assets:total_current_assets:3"] in suspects
    assert ["1:net_profit:net_profit:1"] in suspects


def test_a_difference_carried_down_a_column_is_told_at_its_head_with_all_its_cells() -> None:
    periods = ("2022H1", "2022H2", "2022", "2023")
    grid = Grid(
        "income_statement",
        (
            row("营业利润", "operating_profit", "-3,419.68", "-3,108.64", "-6,618.32", "-6,646.56"),
            row("税前收益", "profit_before_tax", "-3,322.29", "-3,010.52", "-6,422.81", "-6,504.16"),
            row("归母净利润", "net_profit_parent", "-3,157.65", "-2,887.14", "-6,134.80", "-6,440.16"),
            row("折旧", "depreciation_amortisation", "10.00", "20.00", "30.00", "40.00"),
        ),
        periods,
    )
    rows = failed([grid])
    (first,) = top(rows)
    assert "营业利润 2022 (p. 1): printed -6,618.32, H1 + H2" in str(first["message"])
    assert [r["severity"] for r in sorted(rows, key=lambda r: str(r["fact_ids"]))].count("error") == 1
    assert len(rows) == 3


def test_years_of_one_row_are_told_with_the_worst_and_stay_in_doubt() -> None:
    one = amounts(
        row("归母净利润", "net_profit_parent", "1,000", "1,100", "1,200", "1,300"), kind="income_statement"
    )
    other = amounts(
        row("净利润", "net_profit_parent", "1,000", "1,104", "1,250", "1,290"), kind="forecast_summary"
    )
    rows = failed([one, other])
    (first,) = top(rows)
    assert first["period_label"] == "2024"
    assert {r["period_label"]: r["severity"] for r in rows} == {
        "2023": "warning",
        "2024": "error",
        "2025": "warning",
    }


def test_an_average_that_ends_a_row_early_is_the_one_to_blame() -> None:
    (found,) = failed([COMPS.edited("平均值", 8, "20.5")])
    assert found["suspects"] == ["0::平均值:8"]
    assert "it is that of all rows but 丁公司" in str(found["message"])


def test_a_stray_ratio_among_well_borne_out_numbers_is_the_one_to_blame() -> None:
    rows = failed(edited("ratios", "operating_margin", 3))
    assert [r["suspects"] for r in rows] == [["4:operating_margin:operating_margin:3"]]
