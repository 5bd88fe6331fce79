from __future__ import annotations

import pytest

from pipeline.meaning.kinds import kind_of, kinds_of
from pipeline.meaning.tablekinds import Kind
from pipeline.tables.table import Table
from tests.meaning.truth import grid, needs_corpus, table_of, truth_reports

YEARS = ["2023A", "2024A", "2025E"]
INCOME = [
    "营业收入",
    "营业成本",
    "销售费用",
    "管理费用",
    "财务费用",
    "营业利润",
    "利润总额",
    "所得税",
    "净利润",
]
BALANCE = [
    "流动资产",
    "货币资金",
    "存货",
    "固定资产",
    "资产总计",
    "短期借款",
    "应付账款",
    "负债合计",
    "股东权益",
]
CASH = ["经营活动现金流", "净利润", "折旧摊销", "营运资金变动", "投资活动现金流", "资本支出", "现金净增加额"]
RATES = ["毛利率", "净利率", "ROE", "资产负债率", "流动比率", "速动比率", "应收账款周转率", "P/E", "P/B"]
SUMMARY = ["营业收入(百万元)", "+/-%", "归母净利润(百万元)", "+/-%", "EPS(元)", "ROE(%)", "PE(倍)", "PB(倍)"]


def table(labels: list[str], title: str = "", page: int = 5, heads: list[str] = YEARS) -> Table:
    return grid(heads, [[label, *["1.5"] * len(heads)] for label in labels], title=title, page=page)


@pytest.mark.parametrize(
    ("labels", "kind"),
    [(INCOME, "income_statement"), (BALANCE, "balance_sheet"), (CASH, "cash_flow"), (RATES, "ratios")],
)
@pytest.mark.parametrize("title", ["", "财务预测摘要", "附表：财务报表预测与比率分析"])
def test_labels_tell_where_the_title_does_not(labels: list[str], kind: Kind, title: str) -> None:
    assert kind_of(table(labels, title)) == kind


def test_the_front_summary_and_the_same_lines_beside_the_statements() -> None:
    front = table(SUMMARY, "重要财务指标", page=2)
    statements = [table(INCOME, page=3), table(BALANCE, page=3)]
    beside = table(SUMMARY, "重要财务指标", page=3)
    assert kinds_of([front, *statements, beside]) == [
        "forecast_summary",
        "income_statement",
        "balance_sheet",
        "ratios",
    ]
    assert kind_of(front) == "forecast_summary"


def test_a_summary_without_a_title() -> None:
    assert kind_of(table(SUMMARY, page=1)) == "forecast_summary"


def test_rates_of_statement_items_are_no_statement() -> None:
    rates = ["营业收入增长率", "营业成本/营业收入", "销售费用率", "管理费用率", "所得税税率"]
    assert kind_of(table(rates, "公司盈利预测假设条件（%）", page=11)) == "ratios"


def test_the_box_at_the_side_of_the_cover() -> None:
    rows = [["收盘价(元)", "47.65"], ["一年最低/最高价", "31.30/59.94"], ["总市值(百万元)", "5,718.00"]]
    assert kind_of(grid(["value"], rows, title="市场数据")) == "cover_data"
    two_listings = [["目标价", "63.00", "119.00"], ["市值 (百万)", "363,407", "790,481"]]
    assert kind_of(grid(["981 HK", "688981 CH"], two_listings)) == "cover_data"
    pairs = [["总股本/流通(亿股)", "1.67/1.26"], ["12个月内最高/最低价(元)", "74.24/36.4"]]
    assert kind_of(grid(["value"], pairs, title="股票数据")) == "cover_data"


def test_companies_with_multiples_are_comps() -> None:
    heads = ["证券代码", "总市值（亿元）", "PE|2024A", "PE|2025E"]
    rows = [["甲", "002821.SZ", "30.1", "28", "23"], ["乙", "300759.SZ", "20.0", "21", "18"]]
    assert kind_of(grid(heads, [*rows, ["平均值", "", "", "24", "20"]], page=7)) == "comps"


def test_businesses_with_growth_and_margin_are_segments() -> None:
    rows = [["化学业务"], ["收入", "1", "2", "3"], ["YoY", "5%", "5%", "5%"], ["毛利率", "40%", "40%", "40%"]]
    rows += [
        ["测试业务"],
        ["收入", "1", "2", "3"],
        ["YoY", "5%", "5%", "5%"],
        ["毛利率", "30%", "30%", "30%"],
    ]
    assert kind_of(grid(YEARS, rows, page=4)) == "segments"


def test_models_with_scores_are_benchmarks() -> None:
    rows = [["GPT4o-0513", "69.9", "82.2"], ["Gemini 1.5 Pro", "64.4", "73.9"], ["GLM-4v", "60.8", "78.6"]]
    assert kind_of(grid(["Avg. Score", "MMMU"], rows, page=15)) == "benchmarks"


def test_quarterly_results_and_sensitivities_are_other() -> None:
    heads = ["4Q24", "4Q23", "YoY", "QoQ"]
    rows = [[label, "1", "2", "3%", "4%"] for label in ("营业收入", "毛利润", "归母净利润")]
    assert kind_of(grid(heads, rows, title="4Q24 业绩概览", page=2)) == "other"
    rows = [[f"{wacc}%", "166.26", "201.91"] for wacc in ("5.92", "6.42", "6.92")]
    assert kind_of(grid(["永续增长率|1.00%", "永续增长率|2.00%"], rows, page=2)) == "other"


def test_words_are_text() -> None:
    rows = [["买入", "相对强于市场表现"], ["增持", "相对弱于市场表现"], ["中性", "持平"]]
    assert kind_of(grid(["评级说明"], rows, page=9)) == "text"


@needs_corpus
@pytest.mark.corpus
def test_tables_of_the_real_reports() -> None:
    found = [
        (truth["kind"], got, report["file"], truth.get("title", ""))
        for report in truth_reports()
        for truth, got in zip(
            report["tables"], kinds_of([table_of(t) for t in report["tables"]]), strict=True
        )
    ]
    misses = [f for f in found if f[0] != f[1]]
    assert len(found) > 100
    assert len(misses) <= 0.03 * len(found), misses


HONG_KONG = {
    "forecast_summary": [
        "收入",
        "同比增长（%）",
        "股东应占溢利",
        "同比增长（%）",
        "每股盈利（港元）",
        "市账率（倍）",
    ],
    "income_statement": [
        "收入",
        "销售成本",
        "毛利",
        "行政开支",
        "财务成本",
        "除税前溢利",
        "所得税开支",
        "年内溢利",
    ],
    "balance_sheet": [
        "物业、厂房及设备",
        "流动资产总值",
        "贸易应收款项",
        "合约负债",
        "非控股权益",
        "权益总额",
    ],
    "cash_flow": ["年内溢利", "折旧及摊销", "经营活动现金净额", "已付股息", "融资活动现金净额", "年末现金"],
    "ratios": [
        "毛利率",
        "股东应占溢利率",
        "流动比率（倍）",
        "净负债/权益",
        "市盈率",
        "市账率",
        "股息率（%）",
    ],
}
TRADITIONAL = {
    "forecast_summary": [
        "營業收入",
        "同比增長（%）",
        "股東應佔溢利",
        "同比增長（%）",
        "每股盈利（港元）",
        "市賬率（倍）",
    ],
    "income_statement": [
        "營業收入",
        "銷售成本",
        "毛利",
        "行政開支",
        "財務成本",
        "除稅前溢利",
        "所得稅",
        "淨利潤",
    ],
    "balance_sheet": ["流動資產", "存貨", "應收賬款", "固定資產", "資產總計", "流動負債", "股東權益"],
}


@pytest.mark.parametrize(
    ("kind", "labels"),
    [*HONG_KONG.items(), *TRADITIONAL.items()],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_the_words_of_hong_kong(kind: str, labels: list[str]) -> None:
    assert kind_of(table(labels, page=1 if kind == "forecast_summary" else 5)) == kind


def test_people_to_call_are_words() -> None:
    people = grid(["职务", "手机"], [["王小明", "销售", "13800000001"], ["李小红", "销售", "13900000002"]])
    assert kind_of(people) == "text"


def test_sales_by_product_under_a_forecast_are_segments() -> None:
    labels = ["液态奶", "奶粉", "冰淇淋", "奶酪", "其他业务收入", "营业收入"]
    assert kind_of(table(labels, "盈利预测")) == "segments"
    assert kind_of(table(labels, "产量")) == "other"


def test_growth_of_sales_in_percent_is_no_statement_and_no_summary() -> None:
    rates = [
        "营业收入(%)",
        "营业利润(%)",
        "归属于母公司净利润(%)",
        "毛利率(%)",
        "ROE(%)",
        "流动比率",
        "市盈率",
    ]
    assert kind_of(table(rates, "盈利预测")) == "ratios"


@pytest.mark.parametrize(
    "versions", [("调整前", "调整后", "变动幅度(%)"), ("旧", "新", "变化率(%)"), ("原预测", "新预测", "变动")]
)
def test_forecasts_before_and_after_a_change_are_no_statement(versions: tuple[str, ...]) -> None:
    """Nor are they of no kind, for all that some of their heads begin with 变动."""
    heads = [f"{version}|{year}" for version in versions for year in ("2025E", "2026E")]
    assert (
        kind_of(table(["营业收入", "归母净利润", "每股收益（元）"], "盈利预测调整", heads=heads))
        == "forecast_summary"
    )
    assert kind_of(table(["销量", "单价"], "盈利预测调整", heads=heads)) == "other"


def test_the_boxes_of_a_cover_that_print_no_price() -> None:
    returns = table(["1-mth", "3-mth", "6-mth"], "Share Performance", page=1, heads=["Absolute", "Relative"])
    assert kind_of(returns) == "cover_data"
    assert kind_of(table(["绝对升幅", "相对指数"], page=1, heads=["1M", "3M", "12M"])) == "cover_data"
    basics = ["基础数据:", "每股净资产（元）", "资产负债率%", "总股本/流通A股（百万）", "流通B股/H股（百万）"]
    assert kind_of(table(basics, page=1, heads=["2025年08月28日"])) == "cover_data"
    assert kind_of(table(["1-mth", "3-mth", "6-mth"], page=9, heads=["Absolute", "Relative"])) == "other"


def test_a_model_of_free_cash_flow_is_no_statement() -> None:
    assert kind_of(table([*CASH, "FCFF", "PV(FCFF)"], "FCFF估值（百万元）")) == "other"
