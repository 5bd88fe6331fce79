from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.meaning.numbers import Number, parse_number
from pipeline.meaning.units import Prints, Unit, amount_of, reporting_currency, resolve_unit, sense_of
from pipeline.meaning.unitwords import UnitMark, read_unit, units_in, units_of_label

CNY = ("人民币百万", "", "", "")


def unit(prints: Prints, text: str = "1", yuan: str | None = "CNY") -> Unit:
    parsed = parse_number(text)
    assert isinstance(parsed, Number)
    return resolve_unit(prints, parsed.unit, yuan)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("人民币百万", UnitMark("money", "CNY", 6)),
        ("百万人民币", UnitMark("money", "CNY", 6)),
        ("百万元人民币", UnitMark("money", "CNY", 6)),
        ("百万元", UnitMark("money", None, 6)),
        ("亿元", UnitMark("money", None, 8)),
        ("USDmn", UnitMark("money", "USD", 6)),
        ("百万港元", UnitMark("money", "HKD", 6)),
        ("HK$ bn", UnitMark("money", "HKD", 9)),
        ("人民币", UnitMark("money", "CNY", None)),
        ("元", UnitMark("money", None, 0)),
        ("百万", UnitMark(None, None, 6)),
        ("万股", UnitMark("shares", None, 4)),
        ("元/股", UnitMark("money/share", None, 0)),
        ("％", UnitMark("percent", None, 0)),
        ("最新摊薄", None),
        ("人民币港币", None),
        ("港币百", None),  # cut by its cell: no hundreds of HKD
    ],
)
def test_unit_words(text: str, mark: UnitMark | None) -> None:
    assert read_unit(text) == mark


def test_units_among_other_words() -> None:
    assert units_in("单位:百万元") == (UnitMark("money", None, 6),)
    assert units_in("人民币 千元") == (UnitMark("money", "CNY", 3),)
    assert units_in("亿元、%") == (UnitMark("money", None, 8), UnitMark("percent", None, 0))
    assert units_in("港币/人民币") == (UnitMark("money", "HKD", None), UnitMark("money", "CNY", None))
    assert units_of_label("EPS(摊薄/元)") == (UnitMark("money", None, 0),)
    assert units_of_label("归母净利润亿元") == (UnitMark("money", None, 8),)
    assert units_of_label("收盘价(港币截至 1 月 24 日)") == (UnitMark("money", "HKD", None),)
    assert units_of_label("流通 A 股") == ()
    assert units_of_label("核心人员（76 人）") == units_of_label("某子公司（51%）") == ()
    assert units_of_label("ROE（2023，%）") == (UnitMark("percent", None, 0),)


@pytest.mark.parametrize(
    ("prints", "expected"),
    [
        (Prints("EPS(人民币,最新摊薄)", around=CNY), Unit("CNY/share", 0)),
        (Prints("EPS(X)", around=CNY), Unit("CNY/share", 0)),
        (Prints("全面摊薄EPS (元)", around=CNY), Unit("CNY/share", 0)),
        (Prints("市值(港币百万)"), Unit("HKD", 6)),
        (Prints("总市值（百万港元）"), Unit("HKD", 6)),
        (Prints("ROE(%)", around=CNY), Unit("percent", 0)),
        (Prints("PE(倍)"), Unit("times", 0)),
        (Prints("P/E", around=CNY), Unit("times", 0)),
        (Prints("应收账款周转天数", around=CNY), Unit("days", 0)),
        (Prints("总资产周转率 (次)", ("营运能力 (天)",)), Unit("times", 0)),
        (Prints("流动比率", around=CNY), Unit("pure", 0)),
        (Prints("营业收入", around=("单位:百万元",)), Unit("CNY", 6)),
        (Prints("营业收入", around=("", "", "利润表（百万元）")), Unit("CNY", 6)),
        (Prints("其他", around=("", "会计年度 (人民币百万)")), Unit("CNY", 6)),
        (Prints("货币资金", around=("百万美元",)), Unit("USD", 6)),
        (Prints("营业收入", ("成长能力",), around=("%",)), Unit("percent", 0)),
        (Prints("EBITDA", ("盈利能力比率 (%)",)), Unit("percent", 0)),
        (Prints("EPS", ("增长率 (%)",)), Unit("percent", 0)),
        (Prints("每股净资产", ("每股指标 (人民币)",)), Unit("CNY/share", 0)),
        (Prints("总收入", around=("亿元、%",)), Unit("CNY", 8)),
        (Prints("YOY", around=("亿元、%",)), Unit("percent", 0)),
        (Prints("总股本(亿股)"), Unit("shares", 8)),
        (Prints("流通A股市值(亿元)"), Unit("CNY", 8)),
        (Prints("总市值|亿元"), Unit("CNY", 8)),
        (Prints("股价 (元)"), Unit("CNY/share", 0)),
        (Prints("市价(元)"), Unit("CNY/share", 0)),
        (Prints("沪深 300%"), Unit("percent", 0)),
        (Prints("沪深 300"), Unit("points", 0)),
        (Prints("沪深 300", modifier="3 月"), Unit(None, None)),  # how it moved; no % is printed
        (Prints("恒生指数", modifier="12M", around=("%",)), Unit("percent", 0)),
        (Prints("台积电", ("ASP （USD,等效8寸）",)), Unit("USD", 0)),
    ],
)
def test_the_nearest_print_that_makes_sense(prints: Prints, expected: Unit) -> None:
    assert unit(prints) == expected


def test_the_suffix_of_the_number_comes_first() -> None:
    assert unit(Prints("营业收入", around=CNY), "20.6%") == Unit("percent", 0)
    assert unit(Prints("中国中铁"), "1.31 亿元") == Unit("CNY", 8)
    assert unit(Prints("目标价", around=("人民币",)), "HK$1.52") == Unit("HKD/share", 0)


def test_two_printed_currencies_are_settled_by_the_listing() -> None:
    both = ("港币/人民币",)
    assert unit(Prints("市值 (百万)", around=both, listing_currency="HKD"), yuan=None) == Unit("HKD", 6)
    assert unit(Prints("BVPS", around=both, listing_currency="CNY"), yuan=None) == Unit("CNY/share", 0)
    assert unit(Prints("BVPS", around=both), yuan=None) == Unit(None, 0)


def test_what_no_print_settles_stays_unknown() -> None:
    assert unit(Prints("总市值(百万元)"), yuan=None) == Unit(None, 6)
    assert unit(Prints("毛利率", around=CNY), "12.3") == Unit(None, None)
    assert unit(Prints("营业收入")) == Unit(None, None)
    assert unit(Prints("每股收益")) == Unit(None, 0)
    assert unit(Prints("现价 (LC)")) == Unit(None, 0)
    assert unit(Prints("买入")) == Unit(None, None)
    assert unit(Prints("总股本")) == Unit("shares", None)


def test_money_without_any_currency_is_in_the_one_the_report_prints() -> None:
    assert reporting_currency(["单位:百万元", "每股收益（元）", "PE(倍)"], "CNY") == "CNY"
    assert reporting_currency(["百万美元", "每股收益（美元）"], "CNY") == "USD"
    assert reporting_currency(["百万美元", "百万元"], "CNY") is None
    assert reporting_currency(["百万元"], None) is None
    assert reporting_currency([""], "CNY") is None
    assert resolve_unit(Prints("每股收益"), None, "CNY", "USD") == Unit("USD/share", 0)
    assert resolve_unit(Prints("每股收益（元）"), None, "CNY", "USD") == Unit("CNY/share", 0)


@pytest.mark.parametrize(
    ("value", "given_unit", "amount"),
    [
        ("56251", Unit("HKD", 6), 56_251_000_000.0),
        ("-12.3", Unit("percent", 0), -0.123),
        ("2.3", Unit("pp", 0), 0.023),
        ("50", Unit("bp", 0), 0.005),
        ("0.1", Unit("CNY/share", 0), 0.1),
        ("1.5", Unit(None, 8), 150_000_000.0),
        ("1.5", Unit("CNY", None), None),
    ],
)
def test_amount_in_base_units(value: str, given_unit: Unit, amount: float | None) -> None:
    assert amount_of(Decimal(value), given_unit) == amount


@pytest.mark.parametrize(
    ("label", "sense"),
    [
        ("营业收入增长率", "growth"),
        ("每股收益同比", "growth"),
        ("现金净增加额", "money"),
        ("股本", "money"),
        ("应收账款周转率", "times"),
        ("资产负债率", "percent"),
        ("汇率变动影响", None),
        ("市盈率 P/E(倍)", "times"),
        ("EBITDA/销售收入", "percent"),
        ("EV/EBITDA", "times"),
        ("P/CFPS", "times"),
        ("CFPS", "per_share"),
        ("每股净资产", "per_share"),
        ("上证指数", "points"),
        ("GPT4o", None),
    ],
)
def test_what_the_words_of_a_label_measure(label: str, sense: str | None) -> None:
    assert sense_of(label) == sense


def test_a_bare_yuan_is_the_one_currency_printed_elsewhere() -> None:
    assert reporting_currency(["人民币百万", "营业收入(百万元)"], None) == "CNY"
    assert reporting_currency(["百万元"], None) is None
    assert reporting_currency(["人民币百万", "百万美元"], None) is None
    prints = Prints("营业收入", around=("百万元",))
    assert resolve_unit(prints, None, None, "CNY") == Unit("CNY", 6)
    assert resolve_unit(prints, None, None, None) == Unit(None, 6)


def test_a_label_clipped_inside_its_unit() -> None:
    assert resolve_unit(Prints("港股流通市值(百万港"), None, None) == Unit("HKD", 6)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("每股盈利(港仙)", Unit("HKD/share", -2)),
        ("每股收益（分）", Unit("CNY/share", -2)),
        ("每股盈利（人民币分）", Unit("CNY/share", -2)),
        ("EPS (HK cents)", Unit("HKD/share", -2)),
        ("DPS (US cents)", Unit("USD/share", -2)),
        ("每股盈利（港幣仙）", Unit("HKD/share", -2)),
    ],
)
def test_cents_are_hundredths(label: str, expected: Unit) -> None:
    assert resolve_unit(Prints(label), None, "CNY") == expected
    assert amount_of(Decimal("12.5"), expected) == 0.125


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ("人民幣百萬元", Unit("CNY", 6)),
        ("港幣千元", Unit("HKD", 3)),
        ("(百萬港元)", Unit("HKD", 6)),
        ("RMB'000", Unit("CNY", 3)),
        ("HK$’000", Unit("HKD", 3)),
        ("HK$ in millions", Unit("HKD", 6)),
        ("单位：百万元(人民币)", Unit("CNY", 6)),
        ("人民币（百万元）", Unit("CNY", 6)),
        ("人民币百万（除另有说明外）", Unit("CNY", 6)),
    ],
)
def test_unit_lines_in_any_script(around: str, expected: Unit) -> None:
    assert resolve_unit(Prints("营业收入", around=(around,)), None, None) == expected


@pytest.mark.parametrize(
    ("measure", "head", "expected"),
    [
        ("P/E", "ROE(%)", "times"),
        ("PEG", "CAGR(%)", "times"),
        ("流动比率", "偿债能力(%)", "percent"),
        ("营业收入", "增长率(%)", "percent"),
        ("应收账款周转天数", "ROE(%)", "days"),
    ],
)
def test_the_unit_of_another_measure_above_is_not_the_rows_own(
    measure: str, head: str, expected: str
) -> None:
    assert resolve_unit(Prints(measure, sections=(head,)), None, "CNY") == Unit(expected, 0)


@pytest.mark.parametrize("head", ["变化率(%)|2025E", "2025E|变动(%)", "变动幅度(%)", "调整幅度"])
@pytest.mark.parametrize("label", ["归母净利润（百万元）", "EPS（元）"])
def test_by_how_much_a_forecast_was_changed_is_no_amount(label: str, head: str) -> None:
    unit = resolve_unit(Prints(label, modifier=head), None, "CNY")
    assert unit.name in ("percent", None)
    assert ("%" not in head) or unit == Unit("percent", 0)


@pytest.mark.parametrize(
    ("prints", "expected"),
    [
        (Prints("总市值(亿)"), Unit("CNY", 8)),
        (Prints("安井食品", modifier="总市值（亿元）"), Unit("CNY", 8)),
        (Prints("营业收入", around=("单位：百万元",)), Unit("CNY", 6)),
        (Prints("总市值"), Unit("CNY", 0)),
        (Prints("目标价", around=("单位：百万元",)), Unit("CNY/share", 0)),
        (Prints("出厂价", around=("单位：百万元",)), Unit("CNY", 0)),
        (Prints("单台投入", around=("单位：百万元",)), Unit("CNY", None)),  # 元 or millions
        (Prints("单台投入"), Unit("CNY", 0)),
    ],
)
def test_a_currency_before_the_digits_leaves_the_power_of_ten_to_the_head(
    prints: Prints, expected: Unit
) -> None:
    assert unit(prints, "人民币284") == expected


def test_a_share_of_the_shares_is_a_rate() -> None:
    assert unit(Prints("自由流通股(%)"), "82") == Unit("percent", 0)
    assert unit(Prints("总股本", modifier="占比(%)"), "82") == Unit("percent", 0)
    assert unit(Prints("总股本", around=("(%)",)), "82") == Unit("shares", None)
