"""Why a number is no fact: every reason on a page that shows it, sums that add up on any page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.coverage import coverage_rows
from pipeline.reading.page import Box, Image, Page, Word
from pipeline.reading.pdfium import open_document
from pipeline.tables.find import find_tables
from pipeline.tables.table import Cell, Table
from tests.corpus.places import CORPUS, needs_corpus
from tests.layout.pages import line, page, put


def why(
    given: Page,
    tables: Sequence[Table] = (),
    facts: Sequence[dict[str, Any]] = (),
    others: Sequence[Page] = (),
) -> Counter[str]:
    """The reasons of a page with their counts."""
    row = coverage_rows("r", [given, *others], tables, facts)[0]
    return reasons(row)


def reasons(row: dict[str, Any]) -> Counter[str]:
    return Counter(
        {name: int(count) for name, count in re.findall(r"([a-z ]+) (\d+)(?:; )?", row["left_out"] or "")}
    )


def test_captions_notes_and_charts_between_them() -> None:
    drawn = page(
        put("图 3：收入与增速", 40, 100),
        *[put(text, 60, 120 + 15 * i) for i, text in enumerate(("800", "600", "400", "200"))],
        *[put(f"{year}年", 90 + 60 * i, 190) for i, year in enumerate((2021, 2022, 2023))],
        put("资料来源：公司公告，2024 年", 40, 210),
        put("公司 2023 年实现收入 12.3 亿元，较上年增长 8%，主要受益于新产品放量以及海外市场恢复", 40, 240),
    )
    assert why(drawn) == {"chart": 7, "running text": 3, "caption": 1, "source note": 1}


def test_a_chart_whose_caption_is_on_the_page_before() -> None:
    drawn = page(
        *[put(text, 60, 100 + 15 * i) for i, text in enumerate(("30%", "20%", "10%"))],
        put("资料来源：公司公告", 40, 160),
        put("3", 300, 400),
    )
    assert why(drawn) == {"chart": 3, "lone figure": 1}


def test_figures_over_a_picture_are_of_a_chart() -> None:
    drawn = page(put("45.2%", 100, 300))
    pictured = Page(1, drawn.width, drawn.height, drawn.words, images=(Image(50, 250, 250, 350),))
    assert (why(drawn), why(pictured)) == ({"lone figure": 1}, {"chart": 1})


def rows_of_figures(*, columns: int, count: int) -> list[list[Word]]:
    return [
        line(200 + 14 * i, ("指标项目", 40), *((f"{i + 1}.{c}", 160 + 60 * c) for c in range(columns)))
        for i in range(count)
    ]


@pytest.mark.parametrize(
    ("columns", "count", "unread"), [(3, 3, 9), (1, 4, 4), (1, 3, 0), (3, 2, 0), (2, 12, 24)]
)
def test_figures_in_rows_and_columns_are_a_table_not_read(columns: int, count: int, unread: int) -> None:
    assert why(page(*rows_of_figures(columns=columns, count=count)))["table not read"] == unread


def test_figures_that_do_not_stand_under_one_another_are_no_table() -> None:
    bars = [line(200 + 14 * i, ("产品名称", 40), (f"{i}.5", 120 + 37 * i)) for i in range(6)]
    assert why(page(*bars)) == {"lone figure": 6}


def table_of(*words: Word, role: Any = "value") -> Table:
    cells = tuple(Cell(i, 0, word.text, 1, word.box, role) for i, word in enumerate(words))
    return Table((1,), Box(36, 190, 300, 260), len(words), 1, cells, ("",))


def test_a_column_that_a_table_lost_is_a_table_not_read() -> None:
    rows = [line(200 + 14 * i, ("现金", 40), (f"62{i}", 160), (f"55{i}", 220)) for i in range(4)]
    drawn = page(*rows)
    kept = [word for word in drawn.words if word.text.startswith("62")]
    facts = [{"page": 1, **word.box._asdict()} for word in kept]
    table = Table((1,), Box(36, 190, 180, 260), 4, 2, table_of(*kept).cells, ("", ""))
    row = coverage_rows("r", [drawn], [table], facts)[0]
    assert row["numbers_in_facts"] == 4 and reasons(row) == {"table not read": 4}


def test_what_stands_in_cells() -> None:
    drawn = page(line(200, ("2024 年 10 月", 40), ("第 3 期", 140)), put("2023A", 200, 220))
    words = list(drawn.words)
    value = table_of(*words[:-1]), table_of(words[-1], role="header")
    assert why(drawn, value) == {"words in a table": 3, "head or label of a table": 1}


def test_a_contents_page() -> None:
    entries = [put(f"{i}. 公司概况{'.' * 30}{i + 3}", 40, 100 + 14 * i) for i in range(1, 8)]
    assert why(page(*entries)) == {"contents page": 14}


def test_a_page_of_disclaimers() -> None:
    drawn = page(
        put("分析师声明", 40, 100),
        put("投资评级说明", 40, 120),
        put("买入：未来 6 个月内涨幅超过 20% 以上", 40, 140),
        put("免责声明", 40, 160),
        put("本报告仅供客户使用", 40, 180),
        put("电话：021-12345678", 40, 200),
    )
    assert why(drawn) == {"disclaimer": 2, "contact or licence": 2}


def test_running_heads_are_known_by_their_recurrence() -> None:
    def sheet(number: int) -> Page:
        head = put(f"某某公司（688999.SH）第 {number} 期", 40, 60)
        return page(head, put("正文 12 号", 40, 400), number=number)

    assert why(sheet(1), others=[sheet(2), sheet(3)]) == {"head or foot of the page": 2, "running text": 1}
    assert why(sheet(1)) == {"running text": 3}


texts = st.text(alphabet="0123456789.,%-()年月图表资料来源：收入增长 第", min_size=1, max_size=12).filter(
    str.strip
)
spots = st.tuples(texts, st.floats(20, 560), st.floats(10, 830))


@given(st.lists(spots, max_size=40), st.data())
def test_sums_add_up_on_any_page(drawn: list[tuple[str, float, float]], data: st.DataObject) -> None:
    given_page = page(*(put(text.strip(), x, y) for text, x, y in drawn))
    words = list(given_page.words)
    facts = data.draw(st.lists(st.sampled_from(words), max_size=5)) if words else []
    cells = data.draw(st.lists(st.sampled_from(words), max_size=5)) if words else []
    tables = [table_of(*cells)] if cells else []
    boxes = [{"page": 1, **word.box._asdict()} for word in facts]
    [row] = coverage_rows("r", [given_page], tables, boxes)
    assert row["numbers_on_page"] == sum(len(re.findall(r"\d[\d,，]*(?:[.．]\d+)?", w.text)) for w in words)
    assert row["numbers_in_facts"] + reasons(row).total() == row["numbers_on_page"]


@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize(
    ("report", "number", "unread"),
    [
        # Looked at by eye: covers, running text, statements, charts; nothing of a table is outside its cells.
        ("sensetime_initiation", 1, 0),
        ("sensetime_initiation", 27, 0),
        ("sensetime_initiation", 29, 0),
        ("htsc_688981_smic", 1, 0),
        ("htsc_688981_smic", 7, 0),
        ("cinda_300244_20250428", 3, 0),
    ],
)
def test_pages_of_real_reports(report: str, number: int, unread: int) -> None:
    with open_document(CORPUS / "labelled" / f"{report}.pdf") as document:
        read = document.page(number)
    row = coverage_rows("r", [read], find_tables([read]), [])[0]
    assert reasons(row)["table not read"] == unread
    assert reasons(row).total() == row["numbers_on_page"]
