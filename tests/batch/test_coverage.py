"""Numbers of a page are counted, and those outside the facts are explained."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.coverage import coverage_rows, may_hold_tables, unread_row
from pipeline.reading.page import Box, Image, Page, Rule, Word
from pipeline.tables.table import Cell, Table

BLACK = (0, 0, 0)


def word(text: str, x0: float, top: float, *, each: float = 5.0) -> Word:
    edges = tuple(x0 + each * index for index in range(len(text) + 1))
    return Word(text, x0, top, edges[-1], top + 10, 10, "song", False, BLACK, edges)


def page(*words: Word, text_layer: Any = "good", images: tuple[Image, ...] = ()) -> Page:
    return Page(1, 600, 800, words, images=images, text_layer=text_layer)


def fact(box: Box, number: int = 1) -> dict[str, Any]:
    return {"page": number, **box._asdict()}


def row(
    given: Page, tables: list[Table] | None = None, facts: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    [found] = coverage_rows("r", [given], tables or [], facts or [])
    return found


def test_every_run_of_digits_is_a_number_also_inside_chinese_text() -> None:
    found = row(page(word("净利润12.3亿元,同比增长8%,达到1,234.5", 50, 300)))
    assert found["numbers_on_page"] == 3
    assert found["left_out"] == "running text 3"


def test_a_number_in_doubt_is_one_number_and_misnamed_digits_are_numbers() -> None:
    doubted = word("\ufffd1,203|7,203", 50, 300)
    found = row(page(doubted, word("增长\ufffc.\ufffc%", 50, 340)))
    assert found["numbers_on_page"] == 2
    assert found["left_out"] == "no usable text layer 2"
    assert row(page(doubted), facts=[fact(doubted.box)])["numbers_in_facts"] == 1


def test_a_number_counts_as_fact_where_its_own_middle_is_in_a_fact() -> None:
    text = word("营收12.3亿", 50, 300)
    inside = Box(text.char_x[2], 300, text.char_x[6], 310)
    beside = Box(text.char_x[6], 300, text.char_x[7], 310)
    assert row(page(text), facts=[fact(inside)])["numbers_in_facts"] == 1
    assert row(page(text), facts=[fact(beside)])["numbers_in_facts"] == 0
    assert row(page(text), facts=[fact(inside, number=2)])["numbers_in_facts"] == 0


def test_all_in_facts_leaves_nothing_out() -> None:
    text = word("123", 50, 300)
    found = row(page(text), facts=[fact(text.box)])
    assert (found["numbers_on_page"], found["numbers_in_facts"], found["left_out"]) == (1, 1, None)


def test_causes_are_told_most_frequent_first() -> None:
    head = word("2024A", 200, 400)
    cell = Cell(0, 1, "2024A", 1, head.box, "header")
    table = Table((1,), head.box, 1, 2, (cell,), ("", "2024A"))
    words = [
        head,
        word("请阅读第3页", 50, 20),
        word("15", 300, 785),
        word("25", 300, 500),
        word("2023年增长", 50, 600),
        word("4成", 50, 620),
        word("份额", 70, 620),
    ]
    found = row(page(*words), [table])
    assert str(found["left_out"]).split("; ") == [
        "head or foot of the page 2",
        "running text 2",
        "head or label of a table 1",
        "lone figure 1",
    ]
    assert found["tables"] == 1


def test_numbers_of_a_page_whose_text_cannot_be_trusted_are_told_apart() -> None:
    assert row(page(word("12", 50, 300), text_layer="garbled"))["left_out"] == "no usable text layer 1"


def test_a_page_that_could_not_be_read_has_its_row() -> None:
    assert unread_row("r", 4).keys() == row(page()).keys()
    assert unread_row("r", 4)["page"] == 4


def grid(rows: int, columns: int) -> tuple[Image, ...]:
    return tuple(
        Image(50 + 80 * column, 100 + 15 * line, 90 + 80 * column, 110 + 15 * line)
        for line in range(rows)
        for column in range(columns)
    )


@pytest.mark.parametrize(
    ("rows", "columns", "tables"), [(5, 4, True), (4, 4, False), (20, 3, False), (40, 6, True)]
)
def test_painted_runs_in_rows_and_columns_may_be_a_table(rows: int, columns: int, tables: bool) -> None:
    assert may_hold_tables(page(text_layer="none", images=grid(rows, columns))) is tables


def test_painted_prose_is_no_table() -> None:
    runs = tuple(
        Image(50 + 41 * run, 100 + 15 * line, 90 + 41 * run, 110 + 15 * line)
        for line in range(30)
        for run in range(11)
    )
    assert not may_hold_tables(page(text_layer="none", images=runs))


def test_a_scan_can_hold_anything() -> None:
    assert may_hold_tables(page(text_layer="none", images=(Image(0, 0, 600, 800),)))
    assert not may_hold_tables(page(text_layer="none", images=(Image(0, 0, 200, 100),)))


def test_rules_alone_are_no_words() -> None:
    assert row(Page(1, 600, 800, (), rules=(Rule(0, 10, 500, 10, BLACK),)))["numbers_on_page"] == 0
