from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.meaning.entities import (
    currency_of,
    is_aggregate,
    is_ticker_head,
    parse_ticker,
    ticker_in,
    trading_currency,
)


@pytest.mark.parametrize(
    ("text", "ticker"),
    [
        ("0020 HK", "0020.HK"),
        ("20 HK", "0020.HK"),
        ("981 HK", "0981.HK"),
        ("0981.HK", "0981.HK"),
        ("2359.HK", "2359.HK"),
        ("13.HK Equity", "0013.HK"),
        ("688981 CH", "688981.SH"),
        ("002821.SZ", "002821.SZ"),
        ("300496 CH", "300496.SZ"),
        ("600519.SH", "600519.SH"),
        ("603259.CH", "603259.SH"),
        ("SH600519", "600519.SH"),
        ("830799.BJ", "830799.BJ"),
        ("920002 CH", "920002.BJ"),
        ("AAPL US", "AAPL.US"),
        ("ZLAB US Equity", "ZLAB.US"),
        ("QCOM.O", "QCOM.US"),
        ("2330 TT", "2330.TW"),
        ("000660 KS", "000660.KS"),
    ],
)
def test_tickers_in_one_form(text: str, ticker: str) -> None:
    assert parse_ticker(text) == ticker


@pytest.mark.parametrize(
    "text",
    ["600519", "2024", "PE", "EV EBITDA", "ROE N", "EPS AS", "2025E", "1.52", "买入", "TWD", "999999 CH"],
)
def test_what_is_no_ticker(text: str) -> None:
    assert parse_ticker(text) is None


def test_bare_digits_are_a_code_only_where_the_column_says_so() -> None:
    assert parse_ticker("002821", bare=True) == "002821.SZ"
    assert parse_ticker("123456", bare=True) is None


@given(st.integers(1, 99999))
def test_a_ticker_read_again_is_itself(code: int) -> None:
    ticker = parse_ticker(f"{code} HK")
    assert ticker is not None and parse_ticker(ticker) == ticker


def test_the_only_ticker_of_a_title() -> None:
    assert ticker_in("药明康德（2359.HK）") == "2359.HK"
    assert ticker_in("药明康德(603259.CH)") == "603259.SH"
    assert ticker_in("中芯国际 (981 HK)") == "0981.HK"
    assert ticker_in("药明康德（2359.HK/603259.CH）") is None
    assert ticker_in("基本数据") is None


@pytest.mark.parametrize("name", ["平均值", "可比公司平均", "平均", "中位数", "行业平均", "Average", "合计"])
def test_statistics_of_the_others(name: str) -> None:
    assert is_aggregate(name)


@pytest.mark.parametrize("name", ["中国平安", "药明康德", "台积电", "商汤-W", "Meta"])
def test_companies_are_no_statistics(name: str) -> None:
    assert not is_aggregate(name)


def test_heads_of_code_columns() -> None:
    assert all(map(is_ticker_head, ["代码", "证券代码", "彭博代码", "公司|股票代码", "Ticker"]))
    assert not any(map(is_ticker_head, ["公司", "股价", ""]))


def test_what_a_bare_yuan_means() -> None:
    assert currency_of("002821.SZ") == "CNY"
    assert currency_of("0020.HK") is None
    assert currency_of(None) is None
    assert trading_currency("0020.HK") == "HKD"
