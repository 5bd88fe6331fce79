from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.meaning.periods import basis_of, parse_period, without_period

YEAR = (date(2024, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize(
    ("head", "label", "mark"),
    [
        ("2024", "2024", None),
        ("2023A", "2023", "A"),
        ("2025E", "2025", "E"),
        ("2025F", "2025", "F"),
        ("2025（E）", "2025", "E"),
        ("2025 E", "2025", "E"),
        ("FY25E", "2025", "E"),
        ("FY25E net profit (RMB mn)", "2025", "E"),
        ("2025E净利润（亿元）", "2025", "E"),
        ("2025E PE", "2025", "E"),
        ("25E同比", "2025", "E"),
        ("FY25 EPS", "2025", None),
        ("CY25E", "2025", "E"),
        ("1QFY26E", "2026Q1", "E"),
        ("1H FY25", "2025H1", None),
        ("2025 1H", "2025H1", None),
        ("2025年1-6月", "2025H1", None),
        ("FY24/25", "2025", None),
        ("31/12/2025", "2025-12-31", None),
        ("31-Dec-25", "2025-12-31", None),
        ("'24E", "2024", "E"),
        ("24E", "2024", "E"),
        ("2024年", "2024", None),
        ("2018 年", "2018", None),
        ("2024 实际", "2024", "A"),
        ("2023年报", "2023", None),
        ("1H24", "2024H1", None),
        ("2H23", "2023H2", None),
        ("2024H1", "2024H1", None),
        ("2024年上半年", "2024H1", None),
        ("24Q3", "2024Q3", None),
        ("4Q24", "2024Q4", None),
        ("2024Q3", "2024Q3", None),
        ("2025Q1A", "2025Q1", "A"),
        ("2024年一季度E", "2024Q1", "E"),
        ("9M24", "2024M9", None),
        ("23Q1-3", "2023M9", None),
        ("2024前三季度", "2024M9", None),
        ("2018 年销售额", "2018", None),
        ("2018 年度|销售额", "2018", None),
        ("2024|(Huatai)", "2024", None),
        ("2024(Huatai)", "2024", None),
        ("1H22|A", "2022H1", "A"),
        ("归母净利润 亿元|24A", "2024", "A"),
        ("PE|24A", "2024", "A"),
        ("PS (倍)|2024E", "2024", "E"),
        ("PE2024E", "2024", "E"),
        ("2026E(元)", "2026", "E"),
        ("2024-06-30", "2024-06-30", None),
        ("2024/6/30", "2024-06-30", None),
        ("2025/05/08|股价", "2025-05-08", None),
        ("2025-4-24", "2025-04-24", None),
    ],
)
def test_heads_that_print_a_period(head: str, label: str, mark: str | None) -> None:
    period = parse_period(head)
    assert period is not None
    assert (period.label, period.mark) == (label, mark)


@pytest.mark.parametrize(
    "head",
    [
        "",
        "YoY",
        "QoQ",
        "目标价",
        "24",
        "1周",
        "3月",
        "12M",
        "24E-26E 收入 CAGR",
        "2025EPS",
        "11/12/2025",
        "FY25/27",
        "沪深300",
        "MMB v1.1",
        "GPT4o-0513",
        "5.92%",
        "2015 HK",
        "981 HK",
        "2015.HK",
        "2024TTM",
        "2024年以来",
        "2018年至2020年复合增速",
        "2024年末",
        "13Q24",
        "2024/2/30",
        "1,415",
    ],
)
def test_heads_that_print_none(head: str) -> None:
    assert parse_period(head) is None


@pytest.mark.parametrize(
    ("head", "start", "end"),
    [
        ("2024", *YEAR),
        ("1H24", date(2024, 1, 1), date(2024, 6, 30)),
        ("2H24", date(2024, 7, 1), date(2024, 12, 31)),
        ("24Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("24Q4", date(2024, 10, 1), date(2024, 12, 31)),
        ("9M24", date(2024, 1, 1), date(2024, 9, 30)),
        ("2024-06-30", date(2024, 6, 30), date(2024, 6, 30)),
    ],
)
def test_first_and_last_day(head: str, start: date, end: date) -> None:
    period = parse_period(head)
    assert period is not None
    assert (period.start, period.end) == (start, end)


def test_a_fiscal_year_that_ends_in_march() -> None:
    year, half = (parse_period(h, fiscal_year_end=(3, 31)) for h in ("FY25", "1H25"))
    assert year is not None and (year.start, year.end) == (date(2024, 4, 1), date(2025, 3, 31))
    assert half is not None and (half.start, half.end) == (date(2024, 4, 1), date(2024, 9, 30))


@given(st.integers(1990, 2049), st.integers(1, 12))
def test_the_parts_of_a_year_fill_it(year: int, month: int) -> None:
    end = (month, 31 if month in (1, 3, 5, 7, 8, 10, 12) else 30 if month != 2 else 28)
    for parts in (("Q1", "Q2", "Q3", "Q4"), ("H1", "H2")):
        found = [parse_period(f"{year}{part}", fiscal_year_end=end) for part in parts]
        whole = parse_period(str(year), fiscal_year_end=end)
        assert whole is not None and all(found)
        spans = [(p.start, p.end) for p in found if p is not None]
        assert spans[0][0] == whole.start and spans[-1][1] == whole.end
        assert all((b[0] - a[1]).days == 1 for a, b in itertools.pairwise(spans))


def test_an_instant_is_the_last_day() -> None:
    period = parse_period("2024A")
    assert period is not None
    on = period.instant()
    assert on.start == on.end == date(2024, 12, 31)


def test_basis_from_the_mark_then_from_the_report_date() -> None:
    bare = parse_period("2024")
    assert basis_of("A", bare, date(2020, 1, 1)) == "actual"
    assert basis_of("F", bare, date(2030, 1, 1)) == "estimate"
    assert basis_of(None, bare, date(2025, 2, 14), {"E"}) == "actual"
    assert basis_of(None, bare, date(2024, 8, 1)) == "estimate"
    assert basis_of(None, bare, None) is None
    assert basis_of(None, None, date(2025, 1, 1)) is None


def test_a_bare_year_beside_marked_actual_years_is_an_estimate() -> None:
    assert basis_of(None, parse_period("2024|(Huatai)"), date(2025, 1, 26), {"A"}) == "estimate"


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("PE（25E）", "pe"),
        ("FY25E net profit (RMB mn)", "net profit (rmb mn)"),
        ("2025E净利润（亿元）", "净利润(亿元)"),
        ("收入2024E", "收入"),
        ("归母净利润 24A", "归母净利润"),
        ("2018 年销售额", "销售额"),
        ("2025E(亿元)", ""),
        ("2024 (Huatai)", ""),
        ("24Q3", ""),
        ("A", ""),
        ("22/5/27", ""),
        ("PE（TTM）", "PE（TTM）"),
        ("总市值（亿元）", "总市值（亿元）"),
    ],
)
def test_the_words_beside_a_period(level: str, words: str) -> None:
    assert without_period(level) == words


@given(st.sampled_from(["PE", "收入", "归母净利润", "EPS"]), st.integers(0, 49), st.sampled_from("AEF"))
def test_a_measure_is_never_lost_to_the_period_beside_it(measure: str, year: int, mark: str) -> None:
    head = f"{measure}（{year:02d}{mark}）"
    period = parse_period(head)
    assert period is not None and period.label == f"20{year:02d}"
    assert without_period(head) == measure.lower()


def test_what_a_period_starts_with_is_measured_the_day_before() -> None:
    period = parse_period("2024H2")
    assert period is not None
    on = period.opening()
    assert (on.label, on.start, on.end) == ("2024H2", date(2024, 6, 30), date(2024, 6, 30))


@pytest.mark.parametrize("text", ["1969", "1969A", "1980年", "FY1969", "1H1969"])
def test_numbers_before_the_years_of_reports_are_no_periods(text: str) -> None:
    assert parse_period(text) is None


MARCH = (3, 31)


@pytest.mark.parametrize(
    ("head", "label", "start", "end"),
    [
        ("FY3/25E", "2025", date(2024, 4, 1), date(2025, 3, 31)),
        ("Mar-25A", "2025", date(2024, 4, 1), date(2025, 3, 31)),
        ("截至2024年6月30日止年度", "2024", date(2023, 7, 1), date(2024, 6, 30)),
        ("Year ended 30 June 2024", "2024", date(2023, 7, 1), date(2024, 6, 30)),
        ("截至3月31日止年度|2024A", "2024", date(2023, 4, 1), date(2024, 3, 31)),
        ("截至2024年9月30日止六个月", "2025H1", date(2024, 4, 1), date(2024, 9, 30)),
        ("截至9月30日止六个月|2024", "2025H1", date(2024, 4, 1), date(2024, 9, 30)),
        ("截至2024年12月31日止三个月", "2025Q3", date(2024, 10, 1), date(2024, 12, 31)),
        ("nine months ended December 31, 2024", "2025M9", date(2024, 4, 1), date(2024, 12, 31)),
        ("2025|上半年", "2025H1", date(2024, 4, 1), date(2024, 9, 30)),
    ],
)
def test_the_end_of_a_period_in_words(head: str, label: str, start: date, end: date) -> None:
    period = parse_period(head, fiscal_year_end=MARCH)
    assert period is not None
    assert (period.label, period.start, period.end) == (label, start, end)


@pytest.mark.parametrize(
    ("head", "label"),
    [
        ("上半年|2024", "2024H1"),
        ("2024|Q3", "2024Q3"),
        ("1H|2024E", "2024H1"),
        ("前三季度|2024", "2024M9"),
        ("截至6月30日止六个月|2025", "2025H1"),
    ],
)
def test_a_part_of_the_year_on_a_level_of_its_own(head: str, label: str) -> None:
    period = parse_period(head)
    assert period is not None
    assert period.label == label


@pytest.mark.parametrize(
    "head", ["3/25", "Mar-25", "May 2024", "截至9月30日止六个月|2024", "六个月", "上半年", "Q3"]
)
def test_what_is_no_fiscal_period_by_itself(head: str) -> None:
    """A month may be one of operating data; half a year to September is none of a year to December."""
    assert parse_period(head) is None
