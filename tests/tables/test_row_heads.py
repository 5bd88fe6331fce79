"""Heads in unusual places: the day over a side box, an average's name between the code and the name."""

from __future__ import annotations

import pytest

from pipeline.meaning.rows import rows_of as rows_of_table
from pipeline.reading.page import Page, Word
from pipeline.tables.find import find_tables
from pipeline.tables.table import Table
from tests.layout.pages import line, page, put, rule
from tests.tables.grids import labels_of, row_of, rows_of, table_of


def _word(text: str, x0: float, top: float, *, right: float | None = None) -> Word:
    wide = sum(8.0 if char > "\u2e80" else 4.2 for char in text)
    left = x0 if right is None else right - wide
    return Word(text, left, top, left + wide, top + 8, 8, "song", False, (0, 0, 0))


def _table(words: list[Word]) -> Table:
    ordered = sorted(words, key=lambda word: (word.top, word.x0))
    [table] = find_tables([Page(1, 595, 842, tuple(ordered))])
    return table


BOX = (
    ("收盘价(元)", "73.77"),
    ("上证指数", "3297.29"),
    ("总股本(万股)", "36059.54"),
    ("市值(亿元)", "237.07"),
)


@pytest.mark.parametrize(
    ("label", "role", "head"), [("市场数据", "header", "2025-4-24"), ("日期", "label", "")]
)
def test_the_day_over_a_side_box_heads_its_column(label: str, role: str, head: str) -> None:
    rows = ((label, "2025-4-24"), *BOX)
    words = []
    for index, (name, value) in enumerate(rows):
        words += [_word(name, 400, 100 + 16 * index), _word(value, 0, 100 + 16 * index, right=565)]
    table = _table(words)
    assert table.heads[-1] == head
    assert [cell.role for cell in table.cells if cell.text == label] == [role]
    assert [cell.text for cell in table.cells if cell.role == "value" and cell.text != "2025-4-24"] == [
        value for _, value in BOX
    ]


COMPANIES = (("688131.SH", "皓元医药"), ("688073.SH", "毕得医药"), ("688133.SH", "泰坦科技"), ("平均", ""))


def test_the_name_of_an_average_is_the_label_of_its_row() -> None:
    heads = ("收盘价", "2024", "2025E", "2026E", "2027E")
    words = [_word("证券代码", 60, 100), _word("证券简称", 110, 100)]
    words += [_word(text, 0, 100, right=190 + 50 * at) for at, text in enumerate(heads)]
    for row, (code, name) in enumerate(COMPANIES):
        top = 116 + 12 * row
        words += [_word(code, 60 if name else 85, top), *([_word(name, 110, top)] if name else [])]
        words += [_word(f"{17 + row}.{at}{row}", 0, top, right=190 + 50 * at) for at in range(len(heads))]
    table = _table(words)
    assert [cell.text for cell in table.cells if cell.role == "label"] == [
        name or code for code, name in COMPANIES
    ]
    last = [cell.text for cell in table.cells if cell.text.startswith("20.") and cell.role == "value"]
    assert last == [f"20.{at}3" for at in range(len(heads))]


def _merged(total_x: float) -> Table:
    """Two businesses, their names in the middle of three rows and an em left of the labels; a total."""
    words = line(100, ("2023A", 120), ("2024A", 160), ("2025E", 200))
    for block, name in enumerate(("有机硅", "耗材")):
        for n, label in enumerate(("营业收入", "同比(%)", "毛利率")):
            y = 113 + 13 * (3 * block + n)
            words += [*put(label, 72, y), *line(y, ("12.5", 124), ("15.0", 164), ("17.5", 204))]
        words += put(name, 40, 113 + 13 * (3 * block + 1))
    y = 113 + 13 * 6
    words += [*put("总收入合计", total_x, y), *line(y, ("62.5", 124), ("75.0", 164), ("87.5", 204))]
    return table_of(page(words))


@pytest.mark.parametrize("total_x", [40, 50])
def test_a_total_beside_names_of_merged_cells_is_the_label_of_its_row(total_x: float) -> None:
    """Flush with the names, or in the middle over names and labels: in both it crosses into these."""
    assert labels_of(_merged(total_x)) == [
        "有机硅", "营业收入", "同比(%)", "毛利率", "耗材", "营业收入", "同比(%)", "毛利率", "总收入合计",
    ]  # fmt: skip


def test_a_total_in_the_column_of_names_is_no_section() -> None:
    words = line(100, ("2023A", 140), ("2024A", 180), ("2025E", 220))
    for block, name in enumerate(("有机硅", "耗材")):
        for n, label in enumerate(("营业收入", "同比(%)", "毛利率")):
            words += line(113 + 13 * (3 * block + n), (label, 84), ("12.5", 144), ("15.0", 184), ("9.5", 224))
        words += put(name, 40, 126 + 39 * block)
    words += line(191, ("合计", 40), ("62.5", 144), ("75.0", 184), ("87.5", 224))
    table = table_of(page(words))
    assert row_of(table, "合计") == ["62.5", "75.0", "87.5"]
    assert labels_of(table)[-1] == "合计"
    places, _ = rows_of_table(table, segmented=True)
    last = max(row for row, _ in places)
    assert next(row.path for (at, _), row in places.items() if at == last) == ("合计",)


def test_a_number_merged_over_the_rows_of_a_company_stands_beside_its_name() -> None:
    # Name and value stand between 营业收入 and P/S; the value's head stands in two lines around the years.
    years = ("2023A", "2024A", "2025E", "2026E")
    words = line(96, ("总市值", 190)) + line(112, ("(亿元)", 190))
    words += line(104, ("代码", 56), ("简称", 121), ("营业收入/PS", 280))
    words += line(104, *((y, 408 + 44 * n) for n, y in enumerate(years)), align="right")
    companies = (
        ("300773.SZ", "拉卡拉", "225.1"),
        ("000997.SZ", "新大陆", "341.0"),
        ("600588.SH", "用友网络", "31.3"),
    )
    for n, (code, name, worth) in enumerate(companies):
        y = 124 + 32 * n
        for at, label in ((0, "营业收入（亿元）"), (16, "P/S")):
            words += put(label, 305, y + at, align="centre")
            values = ((f"{n + 2}.{at + k}", 408 + 44 * k) for k in range(4))
            words += line(y + at, *values, align="right")
        words += line(y + 8, (code, 54), (name, 126), (worth, 195))
    table = table_of(page(words, rules=[rule(48, 545, y) for y in (90, 118, 216)]))
    assert table.heads == ("简称 营业收入/PS", "代码", "总市值|(亿元)", *years)
    assert [row for row in rows_of(table) if len(row) == 2] == [
        [f"{code} {name}", worth] for code, name, worth in companies
    ]
    rows, _ = rows_of_table(table)
    assert [row.label for row in rows.values()].count("P/S") == 3
    assert {row.parents[-1] for row in rows.values() if row.label == "P/S"} == {
        row.label for row in rows.values() if not row.parents
    }
