"""The invented reports, recomputed from what they print: everything agrees but for the one planted error.

A figure printed with d digits is any value within half of the last digit; a rule is broken when no such
values satisfy it. The arithmetic here shares nothing with the model that made the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from .samples import TRUTH

A_SHARE, HONG_KONG = "guanlan_688999_20250829", "zhanqiao_9799hk_20250411"


@dataclass(frozen=True)
class Range:
    """All values that would be printed so."""

    low: Decimal
    high: Decimal

    @classmethod
    def of(cls, text: str) -> Range:
        bare = text.strip("()%").replace(",", "")
        value = Decimal(bare)
        half = Decimal(5).scaleb(-1 - max(-int(value.as_tuple().exponent), 0))
        value = -value if text.startswith("(") else value
        return cls(value - half, value + half)

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Range:
        return Range(-self.high, -self.low)

    def __sub__(self, other: Range) -> Range:
        return self + -other

    def __mul__(self, other: Range) -> Range:
        ends = [a * b for a, b in product((self.low, self.high), (other.low, other.high))]
        return Range(min(ends), max(ends))

    def __truediv__(self, other: Range) -> Range:
        ends = [a / b for a, b in product((self.low, self.high), (other.low, other.high))]
        return Range(min(ends), max(ends))

    def meets(self, other: Range) -> bool:
        return self.low <= other.high and other.low <= self.high


def exactly(value: str) -> Range:
    return Range(Decimal(value), Decimal(value))


HUNDRED = exactly("100")
Sheet = dict[str, dict[str, list[Range]]]  # table kind -> row -> a range for each year


def rows_of(name: str, kind: str, *, corrected: bool) -> dict[str, list[str]]:
    """Printed values by row; a label that comes again gets its heads in front."""
    whole: dict[str, Any] = json.loads((TRUTH / f"{name}.json").read_text(encoding="utf8"))
    (error,) = whole["report_errors"]
    table = next(t for t in whole["tables"] if t["kind"] == kind)
    rows: dict[str, list[str]] = {}
    for row in table["rows"]:
        values = list(row["values"])
        if corrected and row["label"] == error["row"] and error["column"] in table["columns"]:
            at = table["columns"].index(error["column"])
            if values[at] == error["printed"]:
                values[at] = error["should_be"]
        if not row.get("section"):
            label = row["label"]
            rows[label if label not in rows else "/".join(row["label_path"])] = values
            rows.setdefault("/".join(row["label_path"]), values)
    return rows


def sheet_of(name: str, *, corrected: bool) -> Sheet:
    kinds = ("forecast_summary", "segments", "income_statement", "balance_sheet", "cash_flow", "ratios")
    return {
        kind: {
            label: [Range.of(text) for text in values]
            for label, values in rows_of(name, kind, corrected=corrected).items()
        }
        for kind in kinds
    }


SUMS = {
    A_SHARE: {
        "income_statement": [
            "营业利润 = 营业收入 - 营业成本 - 营业税金及附加 - 销售费用 - 管理费用 - 研发费用 - 财务费用"
            " + 资产及信用减值损失 + 其他收益 + 投资净收益",
            "利润总额 = 营业利润 + 营业外收支净额",
            "净利润 = 利润总额 - 所得税",
            "净利润 = 少数股东损益 + 归属于母公司股东的净利润",
        ],
        "balance_sheet": [
            "流动资产合计 = 货币资金 + 应收票据及应收账款 + 存货 + 预付款项 + 其他流动资产",
            "非流动资产合计 = 长期股权投资 + 固定资产 + 在建工程 + 无形资产 + 其他非流动资产",
            "资产总计 = 流动资产合计 + 非流动资产合计",
            "流动负债合计 = 短期借款 + 应付票据及应付账款 + 合同负债 + 其他流动负债",
            "非流动负债合计 = 长期借款 + 其他非流动负债",
            "负债合计 = 流动负债合计 + 非流动负债合计",
            "归属于母公司股东权益合计 = 股本 + 资本公积 + 留存收益",
            "股东权益合计 = 归属于母公司股东权益合计 + 少数股东权益",
            "负债和股东权益总计 = 负债合计 + 股东权益合计",
            "资产总计 = 负债和股东权益总计",
        ],
        "cash_flow": [
            "经营活动现金流 = 净利润 + 折旧摊销 + 财务费用 + 投资损失 + 营运资金变动 + 其他经营现金流",
            "投资活动现金流 = 资本支出 + 长期投资 + 其他投资现金流",
            "筹资活动现金流 = 短期借款 + 长期借款 + 支付股利及利息",
            "现金净增加额 = 经营活动现金流 + 投资活动现金流 + 筹资活动现金流",
        ],
        "segments": ["营业收入合计 = 精密结构件 + 传动部件 + 自动化装备"],
    },
    HONG_KONG: {
        "income_statement": [
            "毛利 = 收入 + 销售成本",
            "经营溢利 = 毛利 + 其他收入及收益 + 销售及分销开支 + 行政开支 + 研发开支 + 减值亏损",
            "除税前溢利 = 经营溢利 + 财务成本 + 应占联营公司损益",
            "年内溢利 = 除税前溢利 + 所得税开支",
            "本公司拥有人应占溢利 = 年内溢利 + 非控股权益",
        ],
        "balance_sheet": [
            "非流动资产总值 = 物业、厂房及设备 + 在建工程 + 无形资产 + 于联营公司的权益 + 其他非流动资产",
            "流动资产总值 = 存货 + 贸易应收款项 + 预付款项 + 其他流动资产 + 现金及现金等价物",
            "资产总值 = 非流动资产总值 + 流动资产总值",
            "流动负债总额 = 贸易应付款项 + 合约负债 + 短期借款 + 其他流动负债",
            "非流动负债总额 = 长期借款 + 其他非流动负债",
            "负债总额 = 流动负债总额 + 非流动负债总额",
            "本公司拥有人应占权益 = 股本 + 储备",
            "权益总额 = 本公司拥有人应占权益 + 非控股权益",
            "权益及负债总额 = 负债总额 + 权益总额",
            "资产总值 = 权益及负债总额",
        ],
        "cash_flow": [
            "经营活动现金净额 = 年内溢利 + 折旧及摊销 + 财务成本 + 应占联营公司损益 + 营运资金变动 + 其他",
            "投资活动现金净额 = 资本开支 + 于联营公司的投资 + 其他投资活动",
            "融资活动现金净额 = 借款净额 + 已付股息 + 已付利息",
            "现金净变动 = 经营活动现金净额 + 投资活动现金净额 + 融资活动现金净额",
            "年末现金 = 年初现金 + 现金净变动",
        ],
        "segments": ["合计 = 国内耗材 + 海外耗材 + 设备 + 服务及其他"],
    },
}
# printed ratio row: (table and row above the line, below it, factor, subtracted from above)
RATIOS: dict[str, dict[str, tuple[str, str, str]]] = {
    A_SHARE: {
        "毛利率(%)": ("营业收入-营业成本", "营业收入", "100"),
        "净利率(%)": ("净利润", "营业收入", "100"),
        "ROE(%)": ("归属于母公司股东的净利润", "归属于母公司股东权益合计", "100"),
        "资产负债率(%)": ("负债合计", "资产总计", "100"),
        "净负债比率(%)": ("短期借款+长期借款-货币资金", "股东权益合计", "100"),
        "流动比率": ("流动资产合计", "流动负债合计", "1"),
        "速动比率": ("流动资产合计-存货", "流动负债合计", "1"),
        "每股收益": ("归属于母公司股东的净利润", "", "0.00242248062015503875968992248062"),
        "每股净资产": ("归属于母公司股东权益合计", "", "0.00242248062015503875968992248062"),
    },
    HONG_KONG: {
        "毛利率": ("毛利", "收入", "100"),
        "EBITDA 利润率": ("EBITDA", "收入", "100"),
        "股东应占溢利率": ("本公司拥有人应占溢利", "收入", "100"),
        "ROE": ("本公司拥有人应占溢利", "本公司拥有人应占权益", "100"),
        "ROA": ("年内溢利", "资产总值", "100"),
        "净负债/权益（%）": ("短期借款+长期借款-现金及现金等价物", "权益总额", "100"),
        "流动比率（倍）": ("流动资产总值", "流动负债总额", "1"),
        "速动比率（倍）": ("流动资产总值-存货", "流动负债总额", "1"),
        "每股盈利": ("本公司拥有人应占溢利", "", "0.00177809388335704125177809388335"),
        "每股净资产": ("本公司拥有人应占权益", "", "0.00177809388335704125177809388335"),
    },
}
GROWTH = {
    A_SHARE: {
        "营业收入(%)": "营业收入",
        "营业利润(%)": "营业利润",
        "归属于母公司净利润(%)": "归属于母公司股东的净利润",
    },
    HONG_KONG: {"收入": "收入", "毛利": "毛利", "股东应占溢利": "本公司拥有人应占溢利"},
}
CASH = {A_SHARE: ("货币资金", "现金净增加额"), HONG_KONG: ("现金及现金等价物", "现金净变动")}


def evaluate(expression: str, rows: dict[str, list[Range]], year: int) -> Range:
    """Labels joined by ` + ` and ` - ` (or without blanks)."""
    total = exactly("0")
    sign = "+"
    for token in expression.replace("+", " + ").replace("-", " - ").split():
        if token in "+-":
            sign = token
        else:
            total = total + rows[token][year] if sign == "+" else total - rows[token][year]
    return total


def broken(name: str, *, corrected: bool) -> Iterator[tuple[str, int]]:
    """The rules that the printed figures cannot satisfy, with the index of the year."""
    sheet = sheet_of(name, corrected=corrected)
    years = range(5)
    for kind, sums in SUMS[name].items():
        for rule in sums:
            left, right = rule.split(" = ")
            for year in years:
                if not sheet[kind][left][year].meets(evaluate(right, sheet[kind], year)):
                    yield left, year
    statements = {**sheet["balance_sheet"], **sheet["income_statement"]}
    for label, (above, below, factor) in RATIOS[name].items():
        for year in years:
            value = evaluate(above, statements, year) * exactly(factor)
            value = value / statements[below][year] if below else value
            if not sheet["ratios"][label][year].meets(value):
                yield label, year
    for label, item in GROWTH[name].items():
        for year in range(1, 5):
            grown = statements[item][year] / statements[item][year - 1] * HUNDRED - HUNDRED
            if not sheet["ratios"][label][year].meets(grown):
                yield f"{label} growth", year
    cash, change = CASH[name]
    for year in range(1, 5):
        rolled = statements[cash][year - 1] + sheet["cash_flow"][change][year]
        if not statements[cash][year].meets(rolled):
            yield change, year


def test_the_a_share_report_has_one_wrong_cell() -> None:
    assert set(broken(A_SHARE, corrected=False)) == {
        ("流动资产合计", 2),
        ("资产总计", 2),
        ("流动比率", 2),
        ("速动比率", 2),
    }
    assert list(broken(A_SHARE, corrected=True)) == []


def test_the_hong_kong_report_has_no_wrong_cell_in_its_statements() -> None:
    assert list(broken(HONG_KONG, corrected=False)) == []


def averages(name: str, *, corrected: bool) -> list[int]:
    """Columns of the comps table whose printed average is none of the printed multiples."""
    rows = list(rows_of(name, "comps", corrected=corrected).items())
    at = next(n for n, (label, _) in enumerate(rows) if label.startswith("平均"))
    wrong = []
    for column, text in enumerate(rows[at][1]):
        if text:
            total = exactly("0")
            for _, values in rows[:at]:
                total = total + Range.of(values[column])
            if not (total / exactly(str(at))).meets(Range.of(text)):
                wrong.append(column)
    return wrong


def test_the_hong_kong_report_has_one_wrong_average() -> None:
    assert averages(HONG_KONG, corrected=False) == [4]  # 市盈率 2025E
    assert averages(HONG_KONG, corrected=True) == []
    assert averages(A_SHARE, corrected=False) == []


@pytest.mark.parametrize(
    ("name", "price", "fx", "eps", "bps", "pe", "pb"),
    [
        (A_SHARE, "25.60", "1", "每股收益", "每股净资产", "P/E", "P/B"),
        (HONG_KONG, "12.36", "0.92", "每股盈利", "每股净资产", "市盈率", "市账率"),
    ],
)
def test_multiples_follow_from_the_closing_price(
    name: str, price: str, fx: str, eps: str, bps: str, pe: str, pb: str
) -> None:
    ratios = sheet_of(name, corrected=False)["ratios"]
    quoted = exactly(price) * exactly(fx)
    for multiple, base in ((pe, eps), (pb, bps)):
        for year in range(5):
            assert ratios[multiple][year].meets(quoted / ratios[base][year]), (multiple, year)


@pytest.mark.parametrize("name", [A_SHARE, HONG_KONG])
def test_segment_shares_and_growth_follow_from_revenue(name: str) -> None:
    rows = sheet_of(name, corrected=False)["segments"]
    total = rows["营业收入合计" if name == A_SHARE else "合计"]
    checked = 0
    for label, values in rows.items():
        head, _, leaf = label.rpartition("/")
        if head and leaf in ("收入占比", "占比（%）"):
            for year in range(5):
                assert values[year].meets(rows[head][year] / total[year] * HUNDRED), (label, year)
                checked += 1
        if head and leaf in ("YoY", "同比（%）"):
            for year in range(1, 5):
                grown = rows[head][year] / rows[head][year - 1] * HUNDRED - HUNDRED
                assert values[year].meets(grown), (label, year)
                checked += 1
    assert checked >= 5 * 3 + 4 * 4


@pytest.mark.parametrize("name", [A_SHARE, HONG_KONG])
def test_cover_and_summary_print_what_the_statements_print(name: str) -> None:
    sheet = sheet_of(name, corrected=False)
    revenue, profit = (
        ("营业收入", "归属于母公司股东的净利润") if name == A_SHARE else ("收入", "本公司拥有人应占溢利")
    )
    summary = rows_of(name, "forecast_summary", corrected=False)
    income = rows_of(name, "income_statement", corrected=False)
    first, third = [
        label for label in summary if "/" not in label and "%" not in label and "％" not in label
    ][:2]
    assert summary[first] == income[revenue]
    assert summary[third] == income[profit]
    cover = rows_of(name, "cover_data", corrected=False)
    price, count, cap = (
        ("收盘价(元)", "总股本(百万股)", "总市值(百万元)")
        if name == A_SHARE
        else ("目前股价（港元）", "已发行股份（百万股）", "总市值（百万港元）")
    )
    assert Range.of(cover[cap][0]).meets(Range.of(cover[price][0]) * Range.of(cover[count][0]))
    assert len(sheet) == 6
