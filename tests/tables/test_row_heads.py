"""Heads in unusual places: the day over a side box, an average's name between the code and the name."""

from __future__ import annotations

import pytest

from pipeline.reading.page import Page, Word
from pipeline.tables.find import find_tables
from pipeline.tables.table import Table


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
