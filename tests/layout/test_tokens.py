from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.layout.tokens import (
    is_loose_value,
    is_missing,
    is_number,
    is_period,
    is_value,
    tight,
    width_of,
)

NUMBERS = """
0 0.00 12 -5 (5) （5） −5 －5 –5 +3.2 1,568 1，568 900.79 -12.3% 12.3％ (6,045) (12.3%) (12.3)%
15.2x 15.2X 15.2倍 ¥12.30 ￥12.30 $5 HK$1.64 US$3 RMB100 3.5pp 25bps 120bp 35.6亿元 1.31亿 20元
12千股 365天 1.2次 -0 13,40 1．5
"""

NO_NUMBERS = """
营业收入 2023A 2025E FY25E 1-2 14.02-49.60 2024/05/20 58/49 603259.SH 0020.HK A E -- . , % 倍 亿元
() ( x 第3季度 3Q24 12: 增长12% 1.2.3 Qwen2.5 V3 600519CH N.A. 不适用
"""

MISSING = ["-", "--", "—", "–", "－", "/", "N/A", "N.A.", "NA", "na", "nm", "n.m.", "nmf", "不适用"]
MISSING += ["无意义", "#DIV/0!", "#N/A", "*"]
NOT_MISSING = ["", "0", "----", "A", "无", "N", "亏损", "A/", "。", "·"]

PERIODS = """
2023 2023A 2025E 2025F 2025e 2024（E） 2025(E) 2024年 2024年度 2024年E 2024年预测 2025预测 FY2025
FY25 FY25E FY2025E 24A 25E '25E 1H24 1H2024 2H23A 3Q24 4Q2024E 24Q3 2024H1 2024Q3 2024Q3E 9M24
2024-06-30 2024/12 2024年9月30日 2024/12/31 12/24A 12-23 12/2024 2024上半年 2024年一季度 2024一季报
2024年报 1999A 2024年前三季度 23H1
"""

NO_PERIODS = """
24 99 1234 2050 1899 20245 2025% 2,025 2025.5亿 FY 25 E2025 Q3 H1 3Q 13/24 2024E-26E 2024-2026
24-26E 5Q24 营业收入 2025E营收 同比 12/25/2024 7/24A 25倍 2024x 202 20A24
"""

LOOSE = [
    "14.02-49.60",
    "14.02~49.60",
    "32.50/21.10",
    "2,890/2,890",
    "2024/05/20",
    "2024年5月20日",
    "603259.SH",
]
LOOSE += ["0020.HK", "HK$1.64", "1.64港元", "20.5-21.0倍", "35.6亿", "12.5%-13.0%", "58 / 49", "688981.SH"]
NO_LOOSE = """
买入 增持(维持) 营业收入 A股 恒生指数 Qwen2.5-72B v2.0 SH603259 3D打印 约35亿 第一季度
"""


@pytest.mark.parametrize("text", NUMBERS.split())
def test_numbers_as_brokers_print_them(text: str) -> None:
    assert is_number(text) and is_value(text) and is_loose_value(text)
    assert not is_missing(text)


@pytest.mark.parametrize("text", NO_NUMBERS.split())
def test_texts_that_hold_digits_are_no_numbers(text: str) -> None:
    assert not is_number(text)


@pytest.mark.parametrize("text", MISSING)
def test_marks_that_stand_where_a_number_would(text: str) -> None:
    assert is_missing(text) and is_value(text)
    assert not is_number(text)


@pytest.mark.parametrize("text", NOT_MISSING)
def test_other_short_texts_are_no_missing_marks(text: str) -> None:
    assert not is_missing(text)


@pytest.mark.parametrize("text", PERIODS.split())
def test_period_heads(text: str) -> None:
    assert is_period(text)


@pytest.mark.parametrize("text", NO_PERIODS.split())
def test_texts_that_name_no_single_period(text: str) -> None:
    assert not is_period(text)


@pytest.mark.parametrize("text", LOOSE)
def test_what_a_side_box_prints_behind_a_label(text: str) -> None:
    assert is_loose_value(text) and is_loose_value(tight(text))


@pytest.mark.parametrize("text", NO_LOOSE.split())
def test_words_of_a_side_box_are_no_values(text: str) -> None:
    assert not is_loose_value(text)


@given(st.decimals(-(10**9), 10**9, places=2, allow_nan=False), st.sampled_from(["", "%", "x", "倍", "亿元"]))
def test_any_amount_is_a_number_in_all_its_dresses(amount: object, unit: str) -> None:
    plain, grouped = f"{amount:.2f}", f"{amount:,.2f}"
    for text in (plain, grouped, f"({grouped.lstrip('-')})"):
        assert is_number(text + unit), text + unit


@given(st.integers(1990, 2049), st.sampled_from(["", "A", "E", "F"]))
def test_a_year_alone_is_a_period_and_still_a_number(year: int, mark: str) -> None:
    assert is_period(f"{year}{mark}")
    assert is_number(f"{year}{mark}") == (mark == "")


def test_width_counts_full_width_signs_as_one_em() -> None:
    assert width_of("营收") == 2
    assert width_of("YoY") == 1.5
    assert width_of("同比（%）") == 4.5
