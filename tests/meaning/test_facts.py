from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest

from pipeline.meaning.fact import Fact, fact_id, table_id
from pipeline.meaning.facts import facts_of, meaning_of
from pipeline.meaning.kinds import kind_of
from pipeline.meaning.numbers import Number, parse_number
from pipeline.meaning.records import cell_records, fact_records, table_record
from pipeline.meaning.tablekinds import Kind
from pipeline.reading.page import Box
from pipeline.tables.table import Cell, Role, Table
from tests.meaning.truth import grid, needs_corpus, table_of, truth_reports


@dataclass(frozen=True)
class Meta:
    report_id: str = "r"
    company: str | None = "商汤-W"
    tickers: tuple[str, ...] = ("0020.HK",)
    published_on: date | None = date(2025, 1, 26)


MAINLAND = Meta(company="凯莱英", tickers=("002821.SZ",), published_on=date(2025, 4, 1))
DUAL = Meta(company="中芯国际", tickers=("0981.HK", "688981.SH"), published_on=date(2025, 2, 14))


def read(table: Table, kind: Kind, report: Meta = MAINLAND) -> list[Fact]:
    return facts_of(table, kind=kind, table_id="t", report=report)


def what(fact: Fact, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(fact, name) for name in names)


def test_a_line_of_a_statement() -> None:
    table = grid(["2023", "2024E"], [["销售成本", "(1,905)", "(2,600.5)"]], unit_text="人民币百万", page=2)
    first, second = read(table, "income_statement", Meta())
    assert what(first, "label", "column", "text", "value", "decimals") == (
        "销售成本",
        "2023",
        "(1,905)",
        -1905,
        0,
    )
    assert what(first, "unit", "scale", "amount") == ("CNY", 6, -1_905_000_000.0)
    assert what(first, "period_label", "period_start", "period_end") == (
        "2023",
        date(2023, 1, 1),
        date(2023, 12, 31),
    )
    assert what(first, "basis", "entity", "entity_name") == ("actual", "0020.HK", "商汤-W")
    assert what(second, "value", "decimals", "basis") == (Decimal("-2600.5"), 1, "estimate")
    assert (first.page, Box(first.x0, first.top, first.x1, first.bottom)) == (2, table.cells[4].box)


def test_balance_sheet_items_are_measured_on_the_last_day() -> None:
    (fact,) = read(grid(["2024A"], [["货币资金", "5,789"]], unit_text="百万元"), "balance_sheet")
    assert what(fact, "period_start", "period_end") == (date(2024, 12, 31), date(2024, 12, 31))


def test_growth_sits_under_its_item() -> None:
    table = grid(["2024A"], [["营业收入(百万元)", "5,805"], ["+/-%", "(25.82)"]])
    _, growth = read(table, "forecast_summary")
    assert what(growth, "label", "label_path") == ("+/-%", ("营业收入(百万元)", "+/-%"))
    assert what(growth, "unit", "amount") == ("percent", -0.2582)


def test_the_cover_box_has_one_unheaded_column() -> None:
    rows = [
        ["收盘价（港币）", "1.52"],
        ["52 周价格范围(港币)", "0.58-2.35"],
        ["行业", "计算机"],
        ["上市日期", "2021/12/30"],
    ]
    (price,) = read(grid(["value"], rows), "cover_data", Meta())
    assert what(price, "column", "unit", "scale", "period_label", "basis") == (
        "value",
        "HKD/share",
        0,
        None,
        None,
    )


def test_two_listings_side_by_side() -> None:
    rows = [["目标价", "63.00", "119.00"], ["市值 (百万)", "363,407", "790,481"]]
    facts = read(grid(["981 HK", "688981 CH"], rows, unit_text="港币/人民币"), "cover_data", DUAL)
    assert [what(f, "entity", "unit", "scale") for f in facts] == [
        ("0981.HK", "HKD/share", 0),
        ("688981.SH", "CNY/share", 0),
        ("0981.HK", "HKD", 6),
        ("688981.SH", "CNY", 6),
    ]


def test_a_box_titled_with_its_listing() -> None:
    (fact,) = read(
        grid(["value"], [["总市值（百万港元）", "197,518"]], title="药明康德（2359.HK）"), "cover_data"
    )
    assert what(fact, "entity", "unit") == ("2359.HK", "HKD")


def test_companies_in_rows() -> None:
    heads = ["代码", "股价（元）", "总市值|亿元", "PE|2025E", "评级"]
    rows = [
        ["第四范式", "6682 HK", "49.10", "228.7", "-", "买入"],
        ["药明康德", "603259.SH", "68.23", "1,957", "18.1x", "-"],
        ["平均值", "", "", "", "20", ""],
    ]
    facts = read(grid(heads, rows, page=7), "comps")
    seen = [what(f, "entity", "entity_name", "column", "text", "missing", "unit", "scale") for f in facts]
    assert seen == [
        ("6682.HK", "第四范式", "股价（元）", "49.10", None, None, 0),
        ("6682.HK", "第四范式", "总市值|亿元", "228.7", None, None, 8),
        ("6682.HK", "第四范式", "PE|2025E", "-", "dash", "times", 0),
        ("603259.SH", "药明康德", "股价（元）", "68.23", None, "CNY/share", 0),
        ("603259.SH", "药明康德", "总市值|亿元", "1,957", None, "CNY", 8),
        ("603259.SH", "药明康德", "PE|2025E", "18.1x", None, "times", 0),
        (None, "平均值", "股价（元）", "", "blank", None, 0),
        (None, "平均值", "总市值|亿元", "", "blank", None, 8),
        (None, "平均值", "PE|2025E", "20", None, "times", 0),
    ]
    assert facts[2].period_label == "2025" and facts[2].basis == "estimate"


def test_the_covered_company_among_the_others_without_codes() -> None:
    facts = read(grid(["EPS（元）|2025E"], [["诺泰生物", "2.59"], ["凯莱英", "3.06"]]), "comps")
    assert [what(f, "entity", "unit") for f in facts] == [("诺泰生物", None), ("002821.SZ", "CNY/share")]


def test_models_in_rows() -> None:
    facts = read(grid(["MMMU", "准确率"], [["GPT4o-0513", "69.2", "88.1%"]]), "benchmarks")
    assert [what(f, "entity", "entity_name", "unit", "amount") for f in facts] == [
        ("GPT4o-0513", "GPT4o-0513", "score", 69.2),
        ("GPT4o-0513", "GPT4o-0513", "percent", 0.881),
    ]


def test_absent_numbers_stay_apart() -> None:
    rows = [["甲业务收入", "1.5", "", "—", "N.A."], ["空行", "", "", "", ""], ["YoY", "", "5%", "5%", "5%"]]
    facts = read(grid(["2022A", "2023A", "2024A", "2025E"], rows), "segments")
    assert [what(f, "label", "column", "missing", "value") for f in facts if f.missing] == [
        ("甲业务收入", "2023A", "blank", None),
        ("甲业务收入", "2024A", "dash", None),
        ("甲业务收入", "2025E", "na", None),
        ("YoY", "2022A", "blank", None),
    ]
    assert facts[-4].unit == "percent"  # a blank in a row of percentages


def test_periods_down_the_side() -> None:
    facts = read(
        grid(["营业收入(亿元)", "毛利率(%)"], [["2023A", "45.2", "21.9"], ["2024E", "57.8", "18.6"]]), "other"
    )
    assert [what(f, "period_label", "basis", "unit", "scale") for f in facts] == [
        ("2023", "actual", "CNY", 8),
        ("2023", "actual", "percent", 0),
        ("2024", "estimate", "CNY", 8),
        ("2024", "estimate", "percent", 0),
    ]


def test_words_codes_and_telephones_are_no_facts() -> None:
    rows = [["张三", "13812345678", "买入", "002821"], ["李四", "13912345678", "增持", "300759"]]
    assert read(grid(["手机", "评级", "股票代码"], rows), "text") == []


def test_tables_of_a_report_read_together() -> None:
    summary = [
        ["营业收入(百万美元)", "1", "2"],
        ["+/-%", "5", "6"],
        ["净利润(百万美元)", "1", "2"],
        ["PE", "9", "8"],
    ]
    ratios = [["每股指标"], ["每股收益", "0.1", "0.2"], ["估值比率"], ["P/E", "9", "8"], ["P/B", "1", "1"]]
    tables = [
        grid(["2023A", "2024E"], summary),
        grid(["2023A", "2024E"], ratios, title="主要财务比率", page=4),
    ]
    first, second = meaning_of(tables, MAINLAND)
    assert (first.kind, second.kind) == ("forecast_summary", "ratios")
    assert second.facts[0].unit == "USD/share"
    assert first.table_id == table_id("r", 1, tables[0].box)
    assert {f.table_id for f in first.facts} == {first.table_id}


def test_a_statement_borrows_the_unit_of_the_one_beside_it() -> None:
    income = [
        [label, "1", "2"] for label in ("营业收入", "营业成本", "销售费用", "营业利润", "利润总额", "净利润")
    ]
    cash = [[label, "1", "2"] for label in ("经营活动现金流", "折旧摊销", "投资活动现金流", "现金净增加额")]
    heads = ["2023A", "2024E"]
    tables = [
        grid(heads, income, unit_text="百万元", page=3),
        grid(heads, cash, page=3),
        grid(heads, cash, page=4),
    ]
    _, beside, alone = meaning_of(tables, MAINLAND)
    assert (beside.kind, alone.kind) == ("cash_flow", "cash_flow")
    assert what(beside.facts[0], "unit", "scale") == ("CNY", 6)
    assert what(alone.facts[0], "unit", "scale") == ("CNY", None)


def test_ids_depend_on_place_and_nothing_else() -> None:
    box = Box(1.0, 2.0, 3.0, 4.04)
    assert table_id("r", 1, box) == table_id("r", 1, Box(1.0, 2.0, 3.0, 4.01))
    assert len({table_id("r", 1, box), table_id("r", 2, box), table_id("q", 1, box)}) == 3
    assert len({fact_id("t", r, c) for r in range(5) for c in range(5)}) == 25
    assert len(fact_id("t", 0, 0)) == 32


def test_records_follow_the_declared_columns() -> None:
    from pipeline.datasets.schema import CELLS, FACTS, TABLES

    table = grid(["2024A"], [["成长能力"], ["营业收入", "5%"]], title="主要财务比率")
    facts = read(table, "ratios")
    assert tuple(fact_records(facts)[0]) == FACTS.names == Fact._fields
    assert tuple(table_record(table, kind="ratios", table_id="t", report_id="r")) == TABLES.names
    cells = cell_records(table, table_id="t", report_id="r")
    assert tuple(cells[0]) == CELLS.names
    assert [c["text"] for c in cells] == ["", "2024A", "成长能力", "营业收入", "5%"]
    assert fact_records(facts)[0]["label_path"] == ["成长能力", "营业收入"]


@needs_corpus
@pytest.mark.corpus
def test_every_printed_number_of_the_real_reports_becomes_a_fact() -> None:
    counted: Counter[str] = Counter()
    for report in truth_reports():
        meta = report["report"]
        published = date.fromisoformat(meta["published_on"])
        about = Meta(report["sha256"], meta["company"], tuple(meta["tickers"]), published)
        tables = [table_of(t) for t in report["tables"]]
        for truth, meaning in zip(report["tables"], meaning_of(tables, about), strict=True):
            facts, kind = meaning.facts, meaning.kind
            printed = Counter(
                (row["label"].replace(" ", ""), text)
                for row in truth["rows"]
                for text in row["values"]
                if isinstance(parse_number(text), Number)
            )
            got = Counter(((f.label or "").replace(" ", ""), f.text) for f in facts if f.value is not None)
            assert got == printed, (report["file"], truth["title"])
            counted.update(
                facts=len(got),
                unit=sum(f.unit is not None for f in facts),
                amount=sum(f.amount is not None for f in facts if f.value is not None),
                all=len(facts),
                valued=sum(f.value is not None for f in facts),
            )
            assert all(f.entity == about.tickers[0] for f in facts if kind in ("balance_sheet", "cash_flow"))
    assert counted["unit"] > 0.97 * counted["all"]
    assert counted["amount"] > 0.99 * counted["valued"]


def test_cash_at_both_ends_of_a_year_is_measured_on_its_days() -> None:
    table = grid(["2024A"], [["期初现金", "5"], ["现金净增加额", "1"], ["期末现金", "6"]], unit_text="百万元")
    opening, change, closing = read(table, "cash_flow")
    assert what(opening, "concept", "period_label", "period_start", "period_end") == (
        "cash_opening",
        "2024",
        date(2023, 12, 31),
        date(2023, 12, 31),
    )
    assert what(change, "period_start", "period_end") == (date(2024, 1, 1), date(2024, 12, 31))
    assert what(closing, "period_start", "period_end") == (date(2024, 12, 31), date(2024, 12, 31))


def test_a_stock_among_ratios_is_an_instant_and_a_multiple_keeps_its_year() -> None:
    table = grid(["2024A"], [["资产负债率(%)", "40"], ["P/E(倍)", "20"]])
    stock, multiple = read(table, "ratios")
    assert stock.period_start == stock.period_end == date(2024, 12, 31)
    assert multiple.period_start == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("head", "label"), [("2040E", "2040"), ("2041E", None), ("1989A", None), ("1990A", "1990")]
)
def test_years_far_from_the_report_are_no_periods(head: str, label: str | None) -> None:
    (fact,) = read(grid([head], [["营业收入", "5"]]), "other")
    assert fact.period_label == label


def test_the_marks_of_an_axis_are_no_years_but_a_column_of_years_is() -> None:
    axis = grid(["销量"], [["3000", "5"], ["2500", "4"], ["2000", "3"]])
    assert [f.period_label for f in read(axis, "other")] == [None, None, None]
    years = grid(["排名"], [["2018", "5"], ["2019", "4"], ["合计", "9"]])
    assert [f.period_label for f in read(years, "other")] == ["2018", "2019", None]


@pytest.mark.parametrize(
    ("trading", "reporting", "price", "earnings"),
    [
        ("交易币种", "财报币种", "HKD/share", "USD/share"),
        ("Trading currency", "Reporting currency", "HKD/share", "USD/share"),
        ("币种", "货币", None, None),
    ],
)
def test_the_currencies_of_peers(
    trading: str, reporting: str, price: str | None, earnings: str | None
) -> None:
    """A price is in the currency of the market, earnings in that of the accounts; a head names its own.

    Where the heads do not tell the two apart, the currency is not known.
    """
    heads = ["代码", trading, reporting, "股价", "市值|(USDmn)", "EPS|2025E"]
    rows = [
        ["华虹半导体", "1347 HK", "HKD", "USD", "25.65", "6,979.08", "0.21"],
        ["台积电", "2330 TT", "TWD", "TWD", "1060.00", "1,046,773.98", "57.8"],
        ["高塔半导体", "TSEM US", "USD", "USD", "48.21", "5,351.49", "2.14"],
    ]
    facts = [f for f in read(grid(heads, rows, unit_text="USDmn"), "comps") if f.value is not None]
    assert [f.unit for f in facts[0::3]] == [price, "TWD/share", "USD/share"]
    assert {f.unit for f in facts[1::3]} == {"USD"}
    assert [f.unit for f in facts[2::3]] == [earnings, "TWD/share", "USD/share"]


def test_a_price_in_billions_has_no_known_power_of_ten() -> None:
    """收盘价（亿元）: the unit of the market value is set over the price too, which cannot be so."""
    price, value = read(
        grid(["收盘价|（亿元）", "总市值|（亿元）"], [["凯莱英", "107.76", "388.58"]]), "comps"
    )
    assert (price.scale, price.amount) == (None, None)
    assert (value.unit, value.scale) == ("CNY", 8)


def test_a_multiple_whose_year_stands_in_a_bracket_keeps_its_measure() -> None:
    table = grid(["PE（25E）", "PE（26E）"], [["凯莱英", "20", "15"]])
    first, second = read(table, "comps")
    assert what(first, "concept", "period_label", "unit") == ("pe_ratio", "2025", "times")
    assert what(second, "concept", "period_label") == ("pe_ratio", "2026")


def test_numbers_to_call_are_no_facts_and_a_sum_of_eleven_digits_is_one() -> None:
    people = grid(["手机号"], [["王小明", "13800000001"], ["李小红", "13900000002"]])
    assert read(people, "other") == []
    sums = grid(
        ["2023", "2024"], [["营业收入（元）", "13800000001", "21900000002"], ["净利润（元）", "5", "6"]]
    )
    assert [f.text for f in read(sums, "other")] == ["13800000001", "21900000002", "5", "6"]


def test_a_unit_that_wraps_into_the_stub_head() -> None:
    table = grid(["2024A"], [["货币资金", "5"]], title="资产负债表(百万美")
    (fact,) = read(replace(table, stub_head="元)"), "balance_sheet")
    assert what(fact, "unit", "scale") == ("USD", 6)


def test_a_price_of_the_day_of_the_report_is_actual() -> None:
    day = MAINLAND.published_on
    assert day is not None
    table = grid([f"市值(百万元)|{day.isoformat()}", "PE|2025E"], [["某公司", "48,165", "20.1"]])
    value, multiple = read(table, "comps")
    assert (value.basis, multiple.basis) == ("actual", "estimate")


def test_a_table_about_others_says_nothing_of_the_company() -> None:
    """Peers across the columns: only the column of the company itself is about it."""
    table = grid(["凯莱英", "某药业", "均值"], [["ROE(%)", "9.1", "12.0", "10.5"]])
    facts = read(table, "other")
    assert [what(f, "entity", "concept") for f in facts] == [
        ("002821.SZ", "roe"),
        (None, None),
        (None, None),
    ]


def test_products_down_the_side_have_no_revenue_of_the_company() -> None:
    table = grid(
        ["收入(百万元)", "毛利率"], [["油炸类", "12", "20%"], ["合计", "30", "25%"], ["2024", "30", "25%"]]
    )
    facts = read(table, "other")
    assert [f.concept for f in facts] == [None, None, "revenue", "gross_margin", "revenue", "gross_margin"]
    assert [f.entity for f in facts] == [None, None, *4 * ["002821.SZ"]]


def test_of_versions_of_a_forecast_the_new_one_is_the_companys() -> None:
    table = grid(["新预测", "前预测"], [["营业收入(百万元)", "12", "11"]])
    seen = [what(f, "entity", "concept") for f in read(table, "other")]
    assert seen == [("002821.SZ", "revenue"), (None, None)]  # of no item: not said whose


def test_rows_of_a_table_of_peers_are_not_the_companys() -> None:
    table = grid(["2024A"], [["营业收入（亿元）", "59.4"]], title="可比公司 P/S 估值")
    assert [what(f, "entity", "concept") for f in read(table, "other")] == [(None, None)]


def test_money_among_the_ratios_has_the_unit_of_the_statements_beside_it() -> None:
    income = grid(
        ["2024A"], [["营业收入", "5,805"], ["营业成本", "3,000"], ["营业利润", "900"]], title="利润表"
    )
    ratios = grid(["2024A"], [["EBITDA", "1,175"], ["流动比率", "1.9"], ["ROE", "9%"]], title="财务分析指标")
    _, found = meaning_of([replace(income, unit_text="百万元"), ratios], MAINLAND)
    assert found.kind == "ratios"
    assert [what(f, "unit", "scale") for f in found.facts] == [("CNY", 6), ("pure", 0), ("percent", 0)]


def test_a_unit_in_the_head_of_every_column_is_the_tables() -> None:
    heads = ["单位：百万元(人民币)|2024A", "单位：百万元(人民币)|2025E"]
    income = grid(
        heads, [["营业收入", "9", "9"], ["营业成本", "3", "4"], ["营业利润", "1", "1"]], title="利润表"
    )
    sheet = grid(["2024A", "2025E"], [["货币资金", "5", "6"], ["资产总计", "9", "9"]], title="资产负债表")
    _, found = meaning_of([income, sheet], MAINLAND)
    assert {what(f, "unit", "scale") for f in found.facts} == {("CNY", 6)}


def test_a_name_with_two_listings_is_neither() -> None:
    table = grid(["现价 (LC)"], [["中芯国际", "45.6"], ["某公司", "2.0"]])
    facts = read(table, "other", DUAL)
    assert [what(f, "entity", "concept") for f in facts] == [("中芯国际", "close_price"), (None, None)]
    (multiple, *_) = read(grid(["PE|2025E"], [["中芯国际", "45.6"]]), "comps", DUAL)
    assert what(multiple, "entity", "entity_name") == ("中芯国际", "中芯国际")


def test_a_code_is_no_number() -> None:
    table = grid([""], [["股票代码", "301080"], ["总股本(百万股)", "120"]])
    assert [f.label for f in read(table, "cover_data")] == ["总股本(百万股)"]


def test_a_margin_printed_for_each_nameless_business_is_nobodys() -> None:
    lines = [
        ["营业收入（亿元）", "49.86"],
        ["毛利率", "93.4%"],
        ["营业收入（亿元）", "7.87"],
        ["毛利率", "35.9%"],
    ]
    facts = read(grid(["2024"], lines), "segments")
    assert [f.concept for f in facts] == [None, None, None, None]
    same = [["营业收入合计", "9"], ["分地区"], ["营业收入合计", "9"]]
    assert [f.concept for f in read(grid(["2024"], same), "segments")] == ["revenue", "revenue"]


@pytest.mark.parametrize(
    ("printed", "start", "end"),
    [
        ("截至3月31日止年度 (人民币百万)", date(2023, 4, 1), date(2024, 3, 31)),
        ("年结日：6月30日", date(2023, 7, 1), date(2024, 6, 30)),
        ("FYE Mar (HK$ mn)", date(2023, 4, 1), date(2024, 3, 31)),
        ("截至12月31日止年度", date(2024, 1, 1), date(2024, 12, 31)),
        ("会计年度", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_the_fiscal_year_ends_where_the_statements_say(printed: str, start: date, end: date) -> None:
    lines = [["营业收入", "5,805"], ["营业成本", "3,000"], ["营业利润", "900"]]
    income = replace(grid(["2024A"], lines, title="利润表"), stub_head=printed)
    summary = grid(["2024A"], [["营业收入", "5,805"], ["净利润", "3"], ["EPS", "1"], ["PE", "9"]], page=2)
    found = meaning_of([income, summary], Meta())
    assert {what(f, "period_start", "period_end") for f in found[0].facts} == {(start, end)}
    assert {f.period_end for f in found[1].facts if f.concept == "revenue"} <= {end}


def test_a_price_is_of_the_listing_that_trades_in_its_currency() -> None:
    rows = [["目前股价（港元）", "45.55"], ["目前股价（人民币）", "98.60"], ["每股净资产（人民币）", "18.6"]]
    facts = read(grid([""], rows), "cover_data", DUAL)
    assert [f.entity for f in facts] == ["0981.HK", "688981.SH", "0981.HK"]


def test_a_total_printed_twice_with_different_numbers_is_not_believed() -> None:
    lines = [["货币资金", "5"], ["流动资产合计", "4,826"], ["固定资产", "3"], ["流动资产合计", "5,850"]]
    facts = read(grid(["2024"], lines), "balance_sheet")
    assert [f.concept for f in facts] == ["cash", None, "fixed_assets", None]


@pytest.mark.parametrize("other", ["前预测", "旧", "调整前", "市场一致预期", "彭博预测", "原预测"])
def test_an_earlier_forecast_and_that_of_others_are_no_estimates_of_the_report(other: str) -> None:
    """The numbers stay facts as printed; only the new one is the house's revenue of that year."""
    table = grid(["2025E|新预测", f"2025E|{other}", "2025E|差异"], [["营业收入", "83,476", "91,280", "(9%)"]])
    new, old, _ = read(table, "forecast_summary")
    assert what(new, "concept", "period_label") == ("revenue", "2025")
    assert what(old, "concept", "period_label", "text") == (None, "2025", "91,280")


def test_the_points_of_an_axis_are_no_units_of_what_crosses_there() -> None:
    heads = ["1.00%", "永续增长率|3.00%", "5.00%"]
    rows = [["5.92%", "166.26", "262.01", "775.45"], ["6.42%", "144.06", "213.80", "480.42"]]
    facts = read(grid(heads, rows, title="股价敏感性分析"), "other")
    assert {what(f, "unit", "scale", "concept") for f in facts} == {(None, None, None)}
    stated = read(grid(heads, rows, title="敏感性分析", unit_text="亿元"), "other")
    assert {what(f, "unit", "scale") for f in stated} == {("CNY", 8)}


def test_the_price_of_a_product_is_not_in_the_unit_of_its_sales() -> None:
    heads = ["2018 年度|销售额", "2018 年度|单价", "2019 年度|变动幅度"]
    rows = [["蛋挞皮", "7,952.65", "14.31", "-"], ["芝麻球", "8,954.79", "7.82", "-0.09%"]]
    both = read(grid(heads, rows, title="销售额及单价：万元、元/公斤", unit_text="万元"), "other")
    assert [what(f, "unit", "scale") for f in both[:3]] == [("CNY", 4), ("CNY/kg", 0), (None, None)]
    one = read(grid(heads, rows, unit_text="万元"), "other")
    assert [what(f, "unit", "scale") for f in one[:2]] == [("CNY", 4), (None, None)]
    own = read(grid(["单价（万元）"], [["甲", "14.31"], ["乙", "7.82"]], unit_text="亿元"), "other")
    assert what(own[0], "unit", "scale") == ("CNY", 4)


def test_a_letter_that_numbers_a_company_is_no_power_of_ten() -> None:
    facts = read(grid(["TPV（十亿元）", "牌照"], [["公司 K", "20", "3"], ["公司 M", "10", "5"]]), "other")
    assert [f.scale for f in facts] == [9, None, 9, None]


def test_a_price_of_a_day_whose_year_is_not_printed() -> None:
    heads = ["股价|（元/股）|7 月 11 日", "P/E（x）|2025E"]
    facts = read(grid(heads, [["万华化学", "54.45", "11"], ["恒力石化", "15.53", "13"]]), "comps")
    assert [what(f, "concept", "period_label") for f in facts[:2]] == [
        ("close_price", None),
        ("pe_ratio", "2025"),
    ]
    lone = read(grid(["最新股价|元", "PE|2025E"], [["燕塘乳业", "19.3", "11"]]), "comps")
    assert lone[0].concept == "close_price"  # its unit on a level of its own, one character long


def test_companies_that_head_the_rows_of_their_figures() -> None:
    rows = [
        ["300773.SZ 拉卡拉"], ["营业收入（亿元）", "59.4", "57.6"], ["P/S", "3.8", "3.9"],
        ["V.N Visa"], ["营业收入（亿元）", "326.5", "359.3"], ["P/S", "19.7", "17.9"],
        ["P/S 均值", "8.4", "7.7"],
    ]  # fmt: skip
    table = grid(["2023A", "2024A"], rows, title="可比公司 P/S 估值")
    assert kind_of(table) == "comps"
    facts = read(table, "comps")
    names = ("concept", "entity", "entity_name", "unit", "scale")
    assert what(facts[0], *names) == ("revenue", "300773.SZ", "拉卡拉", "CNY", 8)
    assert what(facts[6], *names) == ("ps_ratio", "V.US", "Visa", "times", 0)
    assert what(facts[4], *names) == ("revenue", "V.US", "Visa", None, 8)  # 元 may be either currency there
    assert what(facts[8], "concept", "entity", "label_path") == (None, None, ("P/S 均值",))


def test_what_a_head_of_many_words_is_about_is_not_the_company() -> None:
    heads = ["直营商超 11.7%|经销商 84.7%", "零售市场 86.43%|餐饮市场 13.57%", "直营 35.74%|经销 64.26%"]
    facts = read(grid(heads, [["毛利率", "25.68%", "29.87%", "21.71%"]], title="主要信息对比"), "other")
    assert {what(f, "concept", "entity") for f in facts} == {(None, None)}


def test_a_name_merged_over_its_rows_and_the_numbers_of_the_list_beside_it() -> None:
    texts = [
        ("金典", 0, 0, "label", 2), ("2015", 0, 1, "value", 1), ("纯甄", 0, 2, "label", 1),
        ("2016", 0, 3, "value", 1), ("2018", 1, 1, "value", 1), ("真果粒", 1, 2, "label", 1),
        ("2019", 1, 3, "value", 1), ("小计", 2, 0, "label", 1), ("2", 2, 1, "value", 1),
        ("", 2, 2, "value", 1), ("3", 2, 3, "value", 1),
    ]  # fmt: skip
    cells = tuple(
        Cell(row + 1, column, text, 1, Box(60.0 * column, 10.0 * row, 60.0 * column + 50, 10.0 * row + 9),
             cast(Role, role), row_span=span)
        for text, row, column, role, span in texts
    )  # fmt: skip
    table = replace(grid(["年份", "产品", "年份"], []), cells=cells, row_count=4)
    facts = read(table, "other")
    assert [(f.text, f.label_path) for f in facts if f.text] == [
        ("2015", ("金典",)), ("2016", ("纯甄",)), ("2018", ("金典",)), ("2019", ("真果粒",)),
        ("2", ("小计",)), ("3", ("小计",)),
    ]  # fmt: skip


def test_the_sum_of_some_products_is_not_the_revenue_of_the_company() -> None:
    rows = [["蛋挞皮", "7,953"], ["芝麻球", "8,955"], ["合计收入", "35,814"]]
    some = read(grid(["2018"], rows, title="公司重点单品销售额及占比", unit_text="万元"), "other")
    assert [f.concept for f in some] == [None, None, None]
    ten = read(grid(["2018"], rows, title="前十大单品销售额", unit_text="万元"), "other")
    assert ten[-1].concept is None


def test_days_of_eight_digits_are_no_numbers() -> None:
    rows = [["青青稞酒", "20201109", "1.5%"], ["千禾味业", "20201110", "2.5%"]]
    assert [f.text for f in read(grid(["日期", "占比"], rows, title="本周重要公告"), "other")] == [
        "1.5%",
        "2.5%",
    ]


def test_a_number_beside_the_name_that_heads_its_rows_is_the_company_s() -> None:
    rows = [
        ["300773.SZ 拉卡拉"], ["营业收入（亿元）", "", "59.4"], ["P/S", "", "3.8"],
        ["000997.SZ 新大陆"], ["营业收入（亿元）", "", "82.5"], ["P/S", "", "4.1"],
    ]  # fmt: skip
    table = grid(["总市值|（亿元）", "2023A"], rows, title="可比公司 P/S 估值")
    named = [c for c in table.cells if c.role == "section"]
    worth = [
        replace(c, column=1, text=text, role="value")
        for c, text in zip(named, ("225.1", "341.0"), strict=True)
    ]
    facts = read(replace(table, cells=(*table.cells, *worth)), "comps")
    assert [
        what(f, "text", "concept", "entity", "unit", "scale") for f in facts if f.column != "2023A" and f.text
    ] == [
        ("225.1", "market_cap", "300773.SZ", "CNY", 8),
        ("341.0", "market_cap", "000997.SZ", "CNY", 8),
    ]
