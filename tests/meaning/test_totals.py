from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.meaning.facts import facts_of
from pipeline.meaning.rows import rows_of
from pipeline.meaning.tablekinds import Kind
from pipeline.meaning.totals import totals_of
from pipeline.tables.table import Table
from tests.meaning.test_facts import MAINLAND
from tests.meaning.truth import grid

FIRST = [
    "流动资产",
    "现金",
    "其他",
    "非流动资产",
    "固定资产",
    "其他",
    "资产总计",
    "少数股东权益",
    "负债和股东权益",
]
LAST = ["货币资金", "其他", "流动资产合计", "固定资产", "其他", "非流动资产合计", "资产总计"]
FLOWS = ["净利润", "折旧摊销", "其他", "经营活动现金流", "资本支出", "其他", "投资活动现金流", "现金净增加额"]


def lines(labels: list[str]) -> Table:
    return grid(["2024A"], [[label, "1.5"] for label in labels], unit_text="百万元")


def paths(table: Table, kind: str) -> list[tuple[str, ...]]:
    places, _ = rows_of(table, statement=kind)
    return [row.path for _, row in sorted(places.items())]


def concepts(table: Table, kind: Kind) -> list[str | None]:
    return [f.concept for f in facts_of(table, kind=kind, table_id="t", report=MAINLAND)]


def test_a_total_printed_first_heads_its_items_without_any_indent() -> None:
    assert paths(lines(FIRST), "balance_sheet") == [
        ("流动资产",),
        ("流动资产", "现金"),
        ("流动资产", "其他"),
        ("非流动资产",),
        ("非流动资产", "固定资产"),
        ("非流动资产", "其他"),
        ("资产总计",),
        ("少数股东权益",),
        ("负债和股东权益",),
    ]


def test_a_total_printed_last_is_no_head_but_tells_what_its_items_are() -> None:
    table = lines(LAST)
    assert all(len(path) == 1 for path in paths(table, "balance_sheet"))
    assert concepts(table, "balance_sheet") == [
        "cash",
        "other_current_assets",
        "total_current_assets",
        "fixed_assets",
        "other_non_current_assets",
        "total_non_current_assets",
        "total_assets",
    ]


def test_the_other_of_each_activity() -> None:
    found = concepts(lines(FLOWS), "cash_flow")
    assert (found[2], found[5]) == ("other_operating_cash_flow", "other_investing_cash_flow")
    turned = concepts(
        lines(["经营活动现金流", "净利润", "其他", "投资活动现金流", "资本支出", "其他"]), "cash_flow"
    )
    assert (turned[2], turned[5]) == ("other_operating_cash_flow", "other_investing_cash_flow")


def test_what_stands_after_a_list_of_totals_belongs_to_none_of_them() -> None:
    labels = ["经营活动现金流", "投资活动现金流", "筹资活动现金流", "其他"]
    assert totals_of(labels, "cash_flow").head == totals_of(labels, "cash_flow").close == {}
    assert concepts(lines(labels), "cash_flow")[-1] is None


def test_an_item_without_a_total_of_its_section_stays_unknown() -> None:
    labels = ["货币资金", "流动资产合计", "固定资产", "其他", "资产总计"]
    assert concepts(lines(labels), "balance_sheet")[3] is None


def test_other_gains_above_operating_profit_are_part_of_it() -> None:
    assert (
        concepts(lines(["营业收入", "营业成本", "其他", "营业利润"]), "income_statement")[2]
        == "other_operating_gains"
    )


def test_a_rate_indented_below_operating_profit_stays_below_it() -> None:
    table = lines(["营业收入", "营业成本", "毛利", "营业利润", "营业利润率", "利润总额", "利润率"])
    deep = {"营业利润率", "利润率"}
    cells = tuple(replace(c, indent=9.0 if c.text in deep else 0.0) for c in table.cells)
    found = paths(replace(table, cells=cells), "income_statement")
    assert found[4] == ("营业利润", "营业利润率") and found[6] == ("利润总额", "利润率")


@pytest.mark.parametrize("totals", [("流动负债", "负债合计"), ("非流动负债", "负债合计")])
def test_ragged_indents_do_not_put_one_total_under_another(totals: tuple[str, str]) -> None:
    section, whole = totals
    table = lines(["流动资产", "现金", "存货", "资产总计", section, "其他", whole, "少数股东权益", "股本"])
    cells = tuple(
        replace(c, indent=8.0 if c.text in {"现金", "存货", section, "其他", "少数股东权益", "股本"} else 0.0)
        for c in table.cells
    )
    found = paths(replace(table, cells=cells), "balance_sheet")
    assert found[4:] == [(section,), (section, "其他"), (whole,), ("少数股东权益",), ("股本",)]


@given(st.lists(st.sampled_from([*FIRST, *LAST, "%总资产", "货币资金"]), max_size=14))
def test_every_line_has_one_total_at_most_and_no_total_is_part_of_itself(labels: list[str]) -> None:
    found = totals_of(labels, "balance_sheet")
    for items in (found.head, found.close):
        assert all(found.roles.get(total) in ("section", "closing") for total in items.values())
    assert all(total < at for at, total in found.head.items())
    assert all(total > at for at, total in found.close.items())
    assert len(rows_of(lines(labels), statement="balance_sheet")[1]) == len(labels)
