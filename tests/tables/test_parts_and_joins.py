from __future__ import annotations

from dataclasses import replace

from pipeline.reading.page import Page
from pipeline.tables.joins import join_continued
from pipeline.tables.parts import split_statements
from tests.layout.pages import page, put, sketch
from tests.tables.grids import block_table, labels_of, rows_of, table_of, tables_of

THREE = """
利润表(百万元)      2023A  2024A  2025E
营业收入            5,000  6,000  7,000
净利润                400    500    600
资产负债表(百万元)
流动资产            1,234  1,567  1,890
资产总计            2,468  3,134  3,780
主要财务比率
毛利率               40.1   40.2   40.3
净利率                8.0    8.3    8.6
"""


def test_statements_under_one_year_header_are_tables_of_their_own() -> None:
    tables = tables_of(page(sketch(THREE)))
    assert [t.stub_head for t in tables] == ["利润表(百万元)", "资产负债表(百万元)", "主要财务比率"]
    assert [labels_of(t) for t in tables] == [
        ["营业收入", "净利润"],
        ["流动资产", "资产总计"],
        ["毛利率", "净利率"],
    ]
    assert [t.heads[1:] for t in tables] == [("2023A", "2024A", "2025E")] * 3
    assert [t.title for t in tables][1:] == ["资产负债表(百万元)", "主要财务比率"]


def test_the_parts_share_the_heads_and_no_row() -> None:
    whole = block_table(page(sketch(THREE)))
    parts = split_statements(whole)
    below = [{(c.page, c.box) for c in p.cells if c.role != "header"} for p in parts]
    assert not (below[0] & below[1] or below[1] & below[2] or below[0] & below[2])
    heads = {c.box for c in whole.cells if c.role == "header"}
    assert all({c.box for c in p.cells if c.role == "header"} == heads for p in parts)
    for part in parts:
        assert {c.row for c in part.cells} == set(range(part.row_count))
    # The box of a later part does not reach up to the heads it borrows.
    assert [p.box.top for p in parts] == [96.0, 96.0 + 4 * 13, 96.0 + 7 * 13]


def test_groups_inside_a_ratio_block_do_not_part_it() -> None:
    drawing = """
    主要财务比率        2023A  2024A  2025E
    *成长能力
    营业收入增长率       10.0   20.0   16.7
    净利润增长率         12.0   25.0   20.0
    *每股指标(元)
    每股收益             0.40   0.50   0.60
    每股净资产           4.00   4.50   5.10
    """
    table = table_of(page(sketch(drawing)))
    assert labels_of(table) == [
        "成长能力",
        "营业收入增长率",
        "净利润增长率",
        "每股指标(元)",
        "每股收益",
        "每股净资产",
    ]


def test_figures_per_share_are_a_group_where_no_statement_is_named() -> None:
    drawing = """
    会计年度            2023A  2024A  2025E
    营业收入            5,000  6,000  7,000
    净利润                400    500    600
    *每股指标(元)
    每股收益             0.40   0.50   0.60
    """
    assert labels_of(table_of(page(sketch(drawing)))) == ["营业收入", "净利润", "每股指标(元)", "每股收益"]


def test_a_statement_of_one_grid_comes_back_itself() -> None:
    table = block_table(page(sketch("\n".join(THREE.split("\n")[:4]))))
    assert split_statements(table) == [table]


HEADS = "项目                2023A  2024A  2025E\n"
FIRST = HEADS + "营业收入            5,000  6,000  7,000\n营业成本            3,000  3,500  4,000"
SECOND = HEADS + "销售费用              100    110    120\n净利润                400    500    600"


def first_page(note: str = "") -> Page:
    return page(sketch(FIRST, y=700), put(note, 40, 739) if note else [])


def test_a_table_that_goes_on_overleaf_is_one_table() -> None:
    table = table_of(first_page(), page(sketch(SECOND, y=60), put("资料来源：Wind", 40, 99), number=2))
    assert table.pages == (1, 2)
    assert labels_of(table) == ["营业收入", "营业成本", "销售费用", "净利润"]
    assert table.source_note == "资料来源：Wind"
    assert {c.page for c in table.cells if c.row >= 3} == {2}
    assert [c.text for c in table.cells if c.role == "header"] == ["项目", "2023A", "2024A", "2025E"]
    assert rows_of(table)[3] == ["净利润", "400", "500", "600"]


def test_three_pages_of_one_table() -> None:
    third = page(sketch(SECOND.replace("销售", "管理"), y=60), number=3)
    table = table_of(first_page(), page(sketch(SECOND, y=60), number=2), third)
    assert table.pages == (1, 2, 3)
    assert labels_of(table) == ["营业收入", "营业成本", "销售费用", "净利润", "管理费用", "净利润"]


def test_a_source_note_closes_a_table() -> None:
    assert len(tables_of(first_page("资料来源：Wind"), page(sketch(SECOND, y=60), number=2))) == 2


def test_a_table_with_a_caption_of_its_own_begins_anew() -> None:
    second = page(put("图表 4：费用", 40, 47), sketch(SECOND, y=60), number=2)
    assert len(tables_of(first_page(), second)) == 2


def test_other_years_are_another_table() -> None:
    second = page(sketch(SECOND.replace("2025E", "2026E"), y=60), number=2)
    assert len(tables_of(first_page(), second)) == 2


def test_a_page_in_between_parts_two_tables() -> None:
    assert len(tables_of(first_page(), page(number=2), page(sketch(SECOND, y=60), number=3))) == 2


def test_tables_one_below_the_other_on_one_page_are_not_joined() -> None:
    one = table_of(first_page())
    assert join_continued([one, replace(one, box=one.box)]) == [one, one]
