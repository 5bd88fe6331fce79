"""Lines that say for which year and in which unit numbers are, and blocks that are named by their section."""

from __future__ import annotations

import pytest

from pipeline.meaning.accounting import says_year_or_unit, year_end_in
from pipeline.meaning.kinds import kind_of
from pipeline.meaning.units import sense_of
from tests.meaning.truth import grid


@pytest.mark.parametrize(
    "line",
    ["YE 31 Dec (RMB mn)", "YE 31 Dec", "截至12月31日止年度", "年结12月31日（百万元人民币）", "(RMB mn)"],
)
def test_a_line_of_year_and_unit_heads_no_rows(line: str) -> None:
    assert says_year_or_unit(line)


@pytest.mark.parametrize(
    "line", ["Operating", "流动资产", "Current assets", "March quarter sales", "成长能力"]
)
def test_a_section_is_no_such_line(line: str) -> None:
    assert not says_year_or_unit(line)


def test_the_day_of_the_year_is_read_from_it() -> None:
    assert year_end_in("YE 31 Dec (RMB mn)") == (12, 31)
    assert year_end_in("截至3月31日止年度") == (3, 31)


def test_percentages_under_growth_are_no_statement() -> None:
    heads = ["2023A", "2024A", "2025E"]
    rows = [
        [label, "12.3%", "(3.2%)", "8.8%"]
        for label in ("Revenue", "Gross profit", "Operating profit", "Net profit")
    ]
    assert kind_of(grid(heads, rows, title="GROWTH", page=5)) == "ratios"


@pytest.mark.parametrize(
    ("label", "sense"),
    [
        ("Proceeds from share issues", "money"),  # not the ROCE inside it
        ("Net debt/equity", "percent"),
        ("Return on equity", "percent"),
        ("Cash conversion cycle", "days"),
        ("Turnover", "money"),
        ("Inventory turnover", "times"),
        ("Number of shares", "shares"),
    ],
)
def test_what_an_english_label_measures(label: str, sense: str) -> None:
    assert sense_of(label) == sense
