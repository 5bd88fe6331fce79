"""Rows of real reports, each read off the rendered page by eye: label, then the numbers from the left.

Whoever adds a row looks at the page first, not at what the reader makes of it.
"""

from __future__ import annotations

from functools import cache

import pytest

from pipeline.reading.pdfium import open_document
from pipeline.tables.find import find_tables
from pipeline.tables.table import Table
from tests.corpus.places import CORPUS, needs_corpus
from tests.tables.grids import labels_of, row_of, rows_of

pytestmark = [pytest.mark.corpus, needs_corpus]


@cache
def tables(report: str, *pages: int) -> list[Table]:
    """The tables of some pages of a labelled report."""
    with open_document(CORPUS / "labelled" / f"{report}.pdf") as document:
        return find_tables([document.page(number) for number in pages])


def texts(printed: str) -> list[str]:
    """A printed row without blanks."""
    return printed.split()


def table_with(label: str, report: str, *pages: int) -> Table:
    """The one table of these pages that has a row or section of this name."""
    (table,) = [t for t in tables(report, *pages) if label in labels_of(t)]
    return table


# Page 3, read off the page by eye: rows of unequal height, banded, labels wrapped and clipped in their cells.
CINDA = "cinda_300244_20250428"


@pytest.mark.parametrize(
    ("label", "values"),
    [
        # Over two lines with the numbers between them; of the first three the second line is cut by the cell.
        ("负债和股东权益", "17,939 15,786 16,157 16,655 17,454"),
        ("少数股东权益", "2,339 2,203 2,356 2,601 2,903"),
        ("减值损失合计", "-17 -402 -50 -20 -20"),
        ("归属母公司股东权益", "7,566 6,564 6,916 7,435 8,070"),
        ("支付利息或股息", "-460 -735 -264 -320 -359"),
        ("EPS (当年)(元)", "0.49 -0.58 0.74 1.17 1.45"),
        # A printed long dash.
        ("P/E", "27.95 — 18.68 11.71 9.49"),
        ("营业成本", "9,213 8,780 9,049 9,412 9,895"),
    ],
)
def test_wrapped_and_clipped_labels_in_bands(label: str, values: str) -> None:
    assert row_of(table_with(label, CINDA, 3), label) == texts(values)


def test_a_value_whose_last_digit_is_clipped() -> None:
    # `13,40` on the page, the 8 cut off below; the table of ratios on the same page prints 13,408.
    income = table_with("营业成本", CINDA, 3)
    assert row_of(income, "营业总收入") == ["13,408", "12,196", "12,560", "13,189", "14,016"]


def test_the_unit_over_the_ratios_wraps() -> None:
    # Page 3, bottom left: `重要财务指|标`, `单位:百|万元`, read off the page by eye.
    assert table_with("EV/EBITDA", CINDA, 3).unit_text == "百万元"


# Page 7, figure 8, read off the page by eye: two head levels, multiples centred over two years each.
HTSC = "htsc_688981_smic"


def test_peers_under_two_levels_of_heads() -> None:
    peers = table_with("台积电", HTSC, 7)
    assert peers.heads == (
        *("公司", "股票", "交易币种", "财报币种", "股价", "市值|(USDmn)"),
        *("PE (x)|2025E", "PE (x)|2026E", "PB (x)|2025E", "PB (x)|2026E", "ROE (%)|2025E", "ROE (%)|2026E"),
    )
    assert (peers.caption_no, peers.title) == ("8", "可比公司估值表")
    assert row_of(peers, "高塔半导体") == [
        *("TSEM US", "USD", "USD", "48.21", "5,351.49"),
        *("22.47", "17.88", "na", "na", "11.49", "10.40"),
    ]


def test_an_average_row_without_a_code() -> None:
    # The label stands among the names, not over the codes: the code's cell is blank, not covered.
    row = row_of(table_with("台积电", HTSC, 7), "中位数")
    assert row == [*[""] * 5, "20.77", "17.70", "2.02", "1.84", "11.45", "11.60"]


def test_a_side_box_of_two_listings() -> None:
    # Page 1, 基本数据, read off the page by eye.
    box = table_with("BVPS", HTSC, 1)
    assert box.heads == ("(港币/人民币)", "981 HK", "688981 CH")
    assert row_of(box, "6 个月平均日成交额 (百万)") == ["4,048", "6,630"]
    assert row_of(box, "BVPS") == ["2.58", "18.12"]


def test_two_ranges_that_touch() -> None:
    # Page 1, 基本数据, read off the page by eye: no gap between the two columns.
    assert row_of(table_with("BVPS", HTSC, 1), "52 周价格范围") == ["14.02-49.60", "40.33-104.98"]


def test_an_average_row_merged_over_code_and_name() -> None:
    # Huajin, page 4, table 2, read off the page by eye.
    peers = table_with("康龙化成", "huajin_603259_20250928", 4)
    assert peers.heads[:4] == ("证券简称", "证券代码", "收盘价|（亿元）", "总市值|（亿元）")
    assert peers.heads[4:] == tuple(
        f"{m}|{y}" for m in ("EPS（元/股）", "PE(倍)") for y in ("2025E", "2026E", "2027E")
    )
    assert row_of(peers, "平均值") == [*[""] * 5, "38.20", "31.97", "26.60"]
    assert row_of(peers, "药明康德") == texts("603259.SH 102.92 3037.69 4.26 5.15 6.23 24.18 19.99 16.53")


def test_a_price_date_over_one_column_and_multiples_over_four() -> None:
    # Guosen, page 3, table 1, read off the page by eye.
    peers = table_with("普洛药业", "guosen_603259_20250512", 3)
    years = ("24A", "25E", "26E", "27E")
    assert peers.heads == (
        *("公司简称", "代码", "2025/05/08|股价", "总市值|亿元"),
        *(f"归母净利润 亿元|{y}" for y in years),
        *(f"PE|{y}" for y in years),
        *("ROE|24A", "PEG|25E", "投资评级"),
    )
    assert row_of(peers, "凯莱英") == texts(
        "002821.SZ 80.40 290 9.49 11.03 12.98 15.32 30.6 26.3 22.3 18.9 5.5 1.5 无"
    )


# Pages 29 and 30, read off the pages by eye.
SENSETIME = "sensetime_initiation"


def test_a_table_over_two_pages_with_marks_below_its_years() -> None:
    forecast = table_with("比率分析", SENSETIME, 29, 30)
    assert forecast.pages == (29, 30)
    assert forecast.heads[1:] == (
        *("1H22|A", "2H22|A", "1H23|A", "2H23|A", "1H24|A", "2022|A", "2023|A"),
        *("2024|(Huatai)", "2025|(Huatai)", "2026|(Huatai)"),
    )
    rows = rows_of(forecast)
    after_tax = labels_of(forecast).index("税前收益") + 1
    assert rows[after_tax] == ["% YoY", "-12.4%", "-77.4%", "-1.7%", "7.5%", "-24.0%", *[""] * 5]
    assert rows[-1] == texts(
        "归母净利率 -223.1% -120.6% -217.9% -168.2% -141.2% -161.1% -189.1% -83.3% -53.8% -28.6%"
    )


def test_blank_cells_before_the_first_growth_rate() -> None:
    # Page 30, figure 71: no rates where the year before is not printed.
    segments = rows_of(table_with("智慧汽车", SENSETIME, 30))
    after = [row[0] for row in segments].index("智慧汽车") + 1
    assert segments[after] == ["YoY", "", "", "100.4%", "", "31.0%", "33.6%", "41.8%", "44.2%"]


def test_heads_set_right_over_four_years_each() -> None:
    # Page 30, figure 73.
    peers = table_with("平均值", SENSETIME, 30)
    years = ("2023A", "2024E", "2025E", "2026E")
    assert peers.heads == (
        *("公司名称", "彭博代码", "股价 (元)", "总市值 (百万元)"),
        *(f"营业收入 (百万元)|{y}" for y in years),
        *(f"PS (倍)|{y}" for y in years),
        "24E-26E 收入 CAGR",
    )
    assert row_of(peers, "平均值") == [*[""] * 6, "12.3", "9.6", "7.4", "5.9", "23.3%"]


def test_the_caption_of_a_table_with_a_long_header_line() -> None:
    assert table_with("平均值", SENSETIME, 30).caption_no == "73"


def test_segment_names_in_merged_cells() -> None:
    # Southwest, page 2, table 1, read off the page by eye: four segments of three rows in a full grid.
    table = table_with("小分子 CDMO", "swsc_002821_20250402", 2)
    assert labels_of(table) == [
        label
        for segment in ("小分子 CDMO", "新兴业务", "其它", "合计")
        for label in (segment, "收入", "增速", "毛利率")
    ]
    assert rows_of(table)[9:12] == [
        ["收入", "7.6", "7.6", "7.6", "7.6"],
        ["增速", "20.3%", "0.0%", "0.0%", "0.0%"],
        ["毛利率", "21.6%", "21.6%", "21.6%", "21.6%"],
    ]


def test_numbers_between_the_two_lines_of_a_label() -> None:
    # Zheshang, page 28, table 2, read off the page by eye; the rates' labels are set at the right.
    table = table_with("总营收", "zszq_002410_20240505", 28)
    assert row_of(table, "3、数字设计、海外及其他业务收入") == ["4.93", "5.42", "5.75", "6.06"]
    assert row_of(table, "2、数字施工业务收入") == ["8.62", "10.34", "11.90", "13.44"]
    assert rows_of(table)[-1] == ["YOY", "-", "497.03%", "33.48%", "9.35%"]
    assert len(labels_of(table)) == 14


def test_numbers_beside_the_last_line_of_a_label() -> None:
    # SPDB International, page 2, figure 2, read off the page by eye.
    table = table_with("板块收入", "spdbi_603259_20250319", 2)
    assert table.heads[1:] == ("4Q24", "4Q23", "YoY", "QoQ", "2024", "2023", "YoY")
    assert row_of(table, "经调整 Non-IFRS毛利润") == texts(
        "4,996,181 4,442,019 12.5% 11.9% 16,326,300 16,938,000 -3.6%"
    )
    assert row_of(table, "板块经调整 Non-IFRS 毛利率") == texts(
        "43.3% 0.0% 43.3ppt 0.6ppt 41.6% 42.0% -0.4ppt"
    )
    testing = [row[1:] for row in rows_of(table) if row[0] == "Wuxi Testing"]
    assert testing[0] == ["1,430,000", "1,552,660", "-7.9%", "", "5,670,738", "5,957,731", "-4.8%"]


def test_four_statements_two_by_two() -> None:
    # Soochow, page 2, read off the page by eye: blank lines part the groups of the right-hand block.
    report = "dongwu_301080_20250507"
    balance, income, cash, ratios = (
        table_with(label, report, 2) for label in ("商誉", "EBIT", "资本开支", "ROIC(%)")
    )
    assert [len(labels_of(t)) for t in (balance, income, cash, ratios)] == [30, 26, 7, 7]
    assert row_of(balance, "短期借款及一年内到期的非流动负债") == ["116", "116", "116", "116"]
    assert row_of(income, "归母净利润增长率(%)") == ["(19.38)", "30.16", "34.09", "22.08"]
    assert row_of(cash, "营运资本变动") == ["(137)", "0", "(36)", "(45)"]
    assert row_of(ratios, "P/E（现价&最新股本摊薄）") == ["46.41", "35.65", "26.59", "21.78"]


def test_a_note_below_both_columns_of_statements() -> None:
    cash = table_with("资本开支", "dongwu_301080_20250507", 2)
    assert cash.source_note.startswith("数据来源:Wind")
