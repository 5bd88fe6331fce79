"""Tables of words read into their grids, drawn by the test and as the sample sets them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.layout.captioned import find_regions
from pipeline.reading.page import Fill, Page, Rule, Word
from pipeline.reading.pdfium import open_document
from pipeline.tables.find import find_tables
from pipeline.tables.table import Cell, Table
from pipeline.tables.textcells import ColumnRoom, cell_line, set_together, wraps
from pipeline.tables.texts import read_text
from tests.layout.pages import fill, line, page, put, rule

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "raw_reports" / "sensetime_initiation.pdf"
TRUTH = ROOT / "tests" / "typeset" / "truth" / "sensetime_initiation.json"


def read(*words: Sequence[Word], rules: Sequence[Rule] = (), fills: Sequence[Fill] = ()) -> Table | None:
    """The table under a caption at 100 with a source note at 400."""
    drawn = page(
        put("表 1：对比", 40, 100), *words, put("资料来源：公司公告", 40, 400), rules=rules, fills=fills
    )
    regions = find_regions(drawn)
    assert len(regions) == 1
    return read_text(regions[0])


def rows(table: Table | None) -> list[list[str]]:
    """The texts by row; a section's row has one."""
    assert table is not None
    found: list[list[str]] = [[] for _ in range(table.row_count)]
    for cell in sorted(table.cells, key=lambda c: (c.row, c.column)):
        found[cell.row].append(cell.text)
    return found


def at(table: Table | None, row: int, column: int) -> Cell:
    assert table is not None
    return next(c for c in table.cells if (c.row, c.column) == (row, column))


def head(y: float = 120) -> list[list[Word]]:
    return [
        [w for text, x in (("公司", 40), ("定位", 140), ("客户", 300)) for w in put(text, x, y, bold=True)]
    ]


RULES = (rule(38, 420, 112), rule(38, 420, 128), rule(38, 420, 390))


def test_one_line_a_row() -> None:
    table = read(
        *head(),
        line(136, ("甲公司", 40), ("算法", 140), ("车企", 300)),
        line(150, ("乙公司", 40), ("芯片", 140), ("银行", 300)),
        line(164, ("丙公司", 40), ("平台", 140), ("医院", 300)),
        rules=RULES,
    )
    assert rows(table) == [
        ["公司", "定位", "客户"],
        ["甲公司", "算法", "车企"],
        ["乙公司", "芯片", "银行"],
        ["丙公司", "平台", "医院"],
    ]
    assert table is not None
    assert table.heads == ("公司", "定位", "客户") and table.title == "对比" and table.caption_no == "1"
    assert {c.role for c in table.cells if c.column == 0} == {"header", "label"}
    assert table.source_note == "资料来源：公司公告"


LONG = "以算法与平台服务于车企与银行等各行各业"  # 19 em: 152 of 160 pt


def test_lines_closer_than_rows_are_one_cell() -> None:
    table = read(
        *head(),
        line(136, ("甲公司", 40), (LONG, 140), ("车企", 300)),
        line(146, ("机构客户", 140)),
        line(160, ("乙公司", 40), (LONG, 140), ("银行", 300)),
        line(170, ("与个人", 140)),
        line(184, ("丙公司", 40), ("芯片", 140), ("医院", 300)),
        rules=RULES,
    )
    assert rows(table)[1:] == [
        ["甲公司", LONG + "机构客户", "车企"],
        ["乙公司", LONG + "与个人", "银行"],
        ["丙公司", "芯片", "医院"],
    ]
    assert at(table, 1, 1).box.bottom - at(table, 1, 1).box.top > 16


def test_wraps_as_far_apart_as_rows_are_told_by_their_full_lines() -> None:
    table = read(
        *head(),
        line(136, ("甲公司", 40), (LONG, 140), ("车企", 300)),
        line(150, ("机构客户", 140)),
        line(164, ("乙公司", 40), ("芯片", 140), ("银行", 300)),
        line(178, ("丙公司", 40), ("平台", 140), ("医院", 300)),
        line(192, ("丁公司", 40), ("软件", 140), ("学校", 300)),
        rules=RULES,
    )
    assert [r[0] for r in rows(table)[1:]] == ["甲公司", "乙公司", "丙公司", "丁公司"]
    assert at(table, 1, 1).text == LONG + "机构客户"


def test_blank_places_are_blank_cells() -> None:
    table = read(
        *head(),
        line(136, ("甲公司", 40), ("算法", 140), ("车企", 300)),
        line(150, ("乙公司", 40), ("银行", 300)),
        line(164, ("丙公司", 40), ("平台", 140)),
        rules=RULES,
    )
    assert rows(table)[2:] == [["乙公司", "", "银行"], ["丙公司", "平台", ""]]
    blank = at(table, 2, 1).box
    assert blank.top < 150 < blank.bottom and blank.x0 < 140 < blank.x1


def test_a_name_goes_on_over_the_rows_below_it() -> None:
    table = read(
        *head(),
        line(136, ("甲公司", 40), ("算法", 140), ("车企", 300)),
        line(150, ("芯片", 140), ("银行", 300)),
        line(164, ("平台", 140), ("医院", 300)),
        line(178, ("乙公司", 40), ("软件", 140), ("学校", 300)),
        rules=RULES,
    )
    assert at(table, 1, 0).row_span == 3
    assert at(table, 4, 0).text == "乙公司" and at(table, 4, 0).row_span == 1
    assert rows(table)[2] == ["芯片", "银行"]


def test_a_name_in_the_middle_of_its_rows_is_the_name_of_all_of_them() -> None:
    table = read(
        *head(),
        line(136, ("算法", 140), ("车企", 300)),
        line(150, ("甲公司", 40), ("芯片", 140), ("银行", 300)),
        line(164, ("平台", 140), ("医院", 300)),
        line(178, ("乙公司", 40), ("软件", 140), ("学校", 300)),
        rules=RULES,
    )
    assert at(table, 1, 0).text == "甲公司" and at(table, 1, 0).row_span == 3
    assert at(table, 4, 0).text == "乙公司"


def test_a_bold_line_alone_heads_a_section() -> None:
    table = read(
        *head(),
        put("国内", 40, 136, bold=True),
        line(150, ("甲公司", 40), ("算法", 140), ("车企", 300)),
        put("海外", 40, 164, bold=True),
        line(178, ("乙公司", 40), ("芯片", 140), ("银行", 300)),
        rules=RULES,
    )
    sections = [c for c in table.cells if c.role == "section"] if table else []
    assert [(c.row, c.text, c.column_span) for c in sections] == [(1, "国内", 3), (3, "海外", 3)]


def test_heads_over_several_columns() -> None:
    table = read(
        put("国内市场份额", 180, 116, bold=True, align="centre"),
        line(132, ("公司", 40), ("排名", 140), ("客户", 220)),
        line(148, ("甲公司", 40), ("第一", 140), ("车企", 220)),
        line(162, ("乙公司", 40), ("第二", 140), ("银行", 220)),
        rules=(rule(38, 300, 109), rule(130, 300, 124), rule(38, 300, 140), rule(38, 300, 170)),
    )
    assert table is not None
    assert table.heads == ("公司", "国内市场份额|排名", "国内市场份额|客户")
    assert at(table, 0, 1).column_span == 2


def test_rules_between_rows_keep_what_stands_between_them_together() -> None:
    table = read(
        *head(),
        line(140, ("算法与", 140), ("车企", 300)),
        line(154, ("甲公司", 40), ("平台等", 140)),
        line(180, ("芯片与", 140), ("医院", 300)),
        line(194, ("乙公司", 40), ("软件等", 140)),
        line(220, ("丙公司", 40), ("机器人", 140), ("工厂", 300)),
        rules=(
            rule(38, 420, 112),
            rule(38, 420, 128),
            rule(38, 420, 166),
            rule(38, 420, 208),
            rule(38, 420, 232),
        ),
    )
    assert [r[:2] for r in rows(table)[1:]] == [
        ["甲公司", "算法与平台等"],
        ["乙公司", "芯片与软件等"],
        ["丙公司", "机器人"],
    ]


def test_bands_of_colour_part_rows() -> None:
    table = read(
        *head(),
        line(140, ("甲公司", 40), ("算法", 140), ("车企", 300)),
        line(154, ("与平台", 140)),
        line(172, ("乙公司", 40), ("芯片", 140), ("银行", 300)),
        line(186, ("与软件", 140)),
        line(204, ("丙公司", 40), ("机器人", 140), ("工厂", 300)),
        rules=RULES,
        fills=(fill(38, 163, 420, 195),),
    )
    assert [r[:2] for r in rows(table)[1:]] == [
        ["甲公司", "算法与平台"],
        ["乙公司", "芯片与软件"],
        ["丙公司", "机器人"],
    ]


def test_labels_and_numbers_of_a_chart_are_no_table() -> None:
    chart = [
        line(130, ("60", 60), ("47", 260)),
        line(150, ("40", 60), ("30", 160), ("34", 360)),
        line(170, ("20", 60)),
        line(190, ("2021", 160), ("2022", 260), ("2023", 360)),
        line(204, ("国内", 180), ("海外", 280)),
    ]
    assert read(*chart) is None


def test_prose_is_no_table() -> None:
    prose = [put("这一段话从左边一直写到右边而且没有任何栏位它只是文字", 40, 120 + 14 * i) for i in range(6)]
    assert read(*prose) is None


def test_a_table_goes_on_overleaf() -> None:
    heads = line(120, ("公司", 40), ("定位", 140), ("客户", 300))
    first = page(
        put("表 1：对比", 40, 100),
        heads,
        line(136, ("甲公司", 40), ("算法", 140), ("车企", 300)),
        line(150, ("乙公司", 40), ("芯片", 140), ("银行", 300)),
        rules=(rule(38, 420, 112), rule(38, 420, 128)),
    )
    second = page(
        line(100, ("公司", 40), ("定位", 140), ("客户", 300)),
        line(114, ("丙公司", 40), ("平台", 140), ("医院", 300)),
        line(128, ("丁公司", 40), ("软件", 140), ("学校", 300)),
        put("资料来源：公司公告", 40, 144),
        number=2,
    )
    [table] = find_tables([first, second])
    assert table.pages == (1, 2)
    assert [r[0] for r in rows(table)] == ["公司", "甲公司", "乙公司", "丙公司", "丁公司"]
    assert {c.page for c in table.cells if c.row > 2} == {2}
    assert table.source_note == "资料来源：公司公告"
    assert table.box.bottom < 160


def test_slashes_in_a_table_of_words_are_no_numbers() -> None:
    table_rows = [
        line(136 + 14 * i, (name, 40), (a, 140), (b, 220), (c, 300))
        for i, (name, a, b, c) in enumerate(
            [
                ("金融", "网点", "/", "风控"),
                ("零售", "/", "/", "门店"),
                ("汽车", "座舱", "/", "/"),
                ("医疗", "诊疗", "/", "/"),
            ]
        )
    ]
    drawn = page(
        put("表 1：场景", 40, 100),
        [
            w
            for t, x in (("场景", 40), ("甲", 140), ("乙", 220), ("丙", 300))
            for w in put(t, x, 120, bold=True)
        ],
        *table_rows,
        put("资料来源：公司公告", 40, 210),
        rules=(rule(38, 420, 112), rule(38, 420, 128), rule(38, 420, 200)),
    )
    [table] = find_tables([drawn])
    assert table.reader == "text"
    assert rows(table)[1:] == [
        ["金融", "网点", "/", "风控"],
        ["零售", "/", "/", "门店"],
        ["汽车", "座舱", "/", "/"],
        ["医疗", "诊疗", "/", "/"],
    ]


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["联合创始人，执行董", "事"], "联合创始人，执行董事"),
        (["SenseAuto Intelligent", "Driving 绝影"], "SenseAuto Intelligent Driving 绝影"),
        (["GOT OCR-", "2.0"], "GOT OCR-2.0"),
        (["(0.5B-72B)", "Coder, Math"], "(0.5B-72B) Coder, Math"),
        (["MMSR、", "MMFashion"], "MMSR、MMFashion"),
        (["36.43", "%"], "36.43%"),
        (["2018.1", "1"], "2018.11"),
        (["A, B", ", C"], "A, B, C"),
        (["2024", "2025"], "2024 2025"),
    ],
)
def test_wrapped_lines_set_together(parts: list[str], whole: str) -> None:
    assert set_together(parts) == whole


def test_a_line_wraps_where_the_next_word_would_not_have_fitted() -> None:
    room = ColumnRoom(80.0, 40.0)
    full, short = cell_line(put("一二三四五六七八九十", 40, 100)), cell_line(put("一二三", 40, 100))
    below = cell_line(put("十一", 40, 110))
    assert wraps(full, below, room) is True
    assert wraps(short, below, room) is False
    assert wraps(full, cell_line(put("•甲", 40, 110)), room) is None
    assert (
        wraps(cell_line(put("2,014.5", 40, 100)), cell_line(put("8", 40, 110)), ColumnRoom(28.0, 40.0))
        is False
    )


# The sample that is set for this project, against what was set.


def plain(text: str) -> str:
    """The text without the spaces that a line wrap beside Chinese swallows."""
    return re.sub(
        r"\s+(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])\s+|(?<=,)\s+|(?<=\+)\s+", "", re.sub(r"\s+", " ", text)
    ).strip()


@cache
def truth() -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = json.loads(TRUTH.read_text(encoding="utf-8"))["text_tables"]
    return tables


@cache
def sample() -> dict[str, Table]:
    with open_document(SAMPLE) as document:
        pages: list[Page] = [document.page(n) for n in range(1, document.page_count + 1)]
    return {t.caption_no: t for t in find_tables(pages) if t.caption_no}


def number_of(table: dict[str, Any]) -> str:
    return re.sub(r"\D", "", table["title"])


def grid(table: Table) -> dict[tuple[int, int], Cell]:
    return {
        (i, j): cell
        for cell in table.cells
        for i in range(cell.row, cell.row + cell.row_span)
        for j in range(cell.column, cell.column + cell.column_span)
    }


@pytest.mark.parametrize("number", ["3", "4", "10", "17", "23", "34", "39", "44", "51", "58", "59", "72"])
class TestSample:
    def test_every_cell_in_its_place(self, number: str) -> None:
        want = next(t for t in truth() if number_of(t) == number)
        table = sample()[number]
        heads = [plain(h) for h in table.heads[1:]]
        assert heads == [plain(h) for h in want["columns"]]
        first = max(c.row for c in table.cells if c.role == "header") + 1
        places = grid(table)
        name = ""
        for offset, row in enumerate(want["rows"]):
            at_left = places[first + offset, 0]
            name = row["label"] or name  # a name goes on over the rows that leave its place blank
            assert plain(at_left.text) == plain(name)
            assert (at_left.role == "section") == bool(row.get("section"))
            if row.get("section"):
                continue
            for column, value in enumerate(row["values"], start=1):
                cell = places[first + offset, column]
                carried = not value and cell.row < first + offset
                assert carried or plain(cell.text) == plain(value), (row["label"], column)
        assert table.row_count == first + len(want["rows"])
        assert table.column_count == 1 + len(want["columns"])

    def test_every_box_where_it_is_printed(self, number: str) -> None:
        want = next(t for t in truth() if number_of(t) == number)
        table = sample()[number]
        first = max(c.row for c in table.cells if c.role == "header") + 1
        by_place = {(c.row, c.column): c for c in table.cells}
        checked = 0
        for offset, row in enumerate(want["rows"]):
            for column, box in enumerate([row["label_box"] if row["label"] else None, *row["boxes"]]):
                if box is None:
                    continue
                cell = by_place[first + offset, column]
                assert cell.page == row["page"]
                assert cell.box == pytest.approx(box, abs=3.0), (row["label"], column)
                checked += 1
        assert checked > 5


def test_names_over_several_rows_of_the_sample() -> None:
    spans = [(c.text, c.row_span) for c in sample()["51"].cells if c.column == 0 and c.role == "label"]
    assert [n for _, n in spans] == [4, 4, 1]


def test_the_charts_of_the_sample_are_no_tables() -> None:
    assert not {"60", "62", "69"} & set(sample())
