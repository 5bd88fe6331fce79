"""Tables of words and numbers under a caption: rows that the columns of numbers alone do not give."""

from __future__ import annotations

from pipeline.layout.captioned import find_regions
from pipeline.reading.page import Page, Word
from pipeline.tables.mixed import read_mixed
from pipeline.tables.texts import lay_out
from tests.layout.pages import line, page, put, rule
from tests.tables.grids import rows_of, table_of

RANKED = (("蚂蚁集团", "85,000", "46.9%"), ("腾讯控股", "54,600", "30.1%"), ("中国银联", "8,600", "4.7%"))
SHORT = (
    ("连连数字", "1,150", "0.6%"),
    ("公司 G", "1,020", "0.6%"),
    ("公司 H", "600", "0.3%"),
    ("公司 I", "400", "0.2%"),
)


def captioned(words: list[Word], bottom: float) -> Page:
    around = put("表3：2022 年前十大提供商排名", 50, 80) + put("数据来源：招股书，研究所", 50, bottom + 14)
    return page(words, around, rules=[rule(48, 545, y) for y in (88, 113, bottom)])


def providers() -> Page:
    """Ranks and numbers in the middle of notes of two lines, then rows whose note is a dash."""
    words = line(104, ("排名", 51), ("公司", 97), ("TPV", 205), ("份额", 263), ("备注", 422))
    y = 124.0
    for n, (name, tpv, share) in enumerate(RANKED, start=1):
        words += line(y + 7, (str(n), 58), (name, 88), (tpv, 205), (share, 267))
        words += put("1998 年成立的香港上市公司，互联网及科技巨头", 314, y)
        words += put("数字支付，注册资本超 6.5 亿元", 314, y + 14)
        y += 31
    for n, (name, tpv, share) in enumerate(SHORT, start=4):
        words += line(y, (str(n), 58), (name, 88), (tpv, 205), (share, 267), ("-", 314))
        y += 16
    return captioned(words, y)


def test_rows_beside_notes_of_two_lines_are_read_with_those_beside_none() -> None:
    table = table_of(providers())
    assert table.heads == ("公司", "排名", "TPV", "份额", "备注")
    rows = rows_of(table)
    assert [row[:4] for row in rows] == [
        [name, str(n), tpv, share] for n, (name, tpv, share) in enumerate((*RANKED, *SHORT), start=1)
    ]
    note = "1998 年成立的香港上市公司，互联网及科技巨头数字支付，注册资本超 6.5 亿元"
    assert [row[4] for row in rows] == [note] * 3 + ["-"] * 4
    assert [c.text for c in table.cells if c.role == "label"] == [row[0] for row in rows]


def test_a_list_of_years_beside_two_columns_of_ranks() -> None:
    words = line(104, ("年份", 100), ("蒙牛排名", 230), ("伊利排名", 340))
    ranks = ((2015, 11, 10), (2016, 11, 8), (2017, 10, 8), (2018, 10, 9))
    for n, row in enumerate(ranks):
        words += line(122 + 16 * n, *((str(v), x) for v, x in zip(row, (102, 240, 350), strict=True)))
    assert rows_of(table_of(captioned(words, 190))) == [[str(v) for v in row] for row in ranks]


def test_the_marks_and_legend_of_a_chart_are_no_table() -> None:
    words = line(104, ("团餐市场增速", 140), ("餐饮市场增速", 300))
    for n, mark in enumerate(("40%", "20%", "0%", "-20%")):
        words += line(122 + 16 * n, (mark, 60))
    words += line(190, ("2017 2018 2019", 120), ("2020 2021 2022", 300))
    (region,) = find_regions(captioned(words, 204))
    laid = lay_out(region)
    assert laid is not None
    assert read_mixed(region, laid, []) is None


def test_heads_printed_again_between_the_rows_are_not_read_as_numbers() -> None:
    # The second row of heads names other measures: 连锁化率 over 50%, not the share of costs.
    words = line(104, ("总收入", 60), ("原材料占比", 150), ("米面占比", 260), ("市场规模", 370))
    words += line(122, ("46,721", 60), ("41.87%", 150), ("5%", 260), ("762.92", 370))
    words += line(140, ("总收入", 60), ("连锁化率", 150), ("米面占比", 260), ("市场规模", 370))
    words += line(158, ("46,721", 60), ("50%", 150), ("5%", 260), ("489.05", 370))
    (region,) = find_regions(captioned(words, 170))
    laid = lay_out(region)
    assert laid is not None
    assert read_mixed(region, laid, []) is None
