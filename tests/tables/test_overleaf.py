from __future__ import annotations

from collections.abc import Sequence

from pipeline.layout.overleaf import running_lines
from pipeline.reading.page import Page, Rule, Word
from pipeline.tables.table import Table
from tests.layout.pages import page, put, rule, sketch
from tests.tables.grids import labels_of, row_of, table_of, tables_of

FOOT = [*put("请务必阅读正文之后的免责声明", 40, 815), *put("兴盛之源", 480, 815)]
HEADS = ("", "2023A", "2024A", "2025E")


def foot_and_top(above: str, below: str, *, start: float = 60) -> tuple[Page, Page]:
    """Two pages: a drawing whose last line stands at the foot, and one that begins at the top of the next."""
    height = 13 * above.strip("\n").count("\n")
    first = page(put("某公司深度报告", 420, 30), sketch(above, y=790 - height), FOOT)
    return first, overleaf(sketch(below, y=start) if below else [])


def overleaf(*groups: list[Word], number: int = 2, rules: Sequence[Rule] = ()) -> Page:
    """A further page under the same running head."""
    return page(put("某公司深度报告", 420, 30), *groups, FOOT, number=number, rules=rules)


SUMMARY = """
营业收入(百万元)       944.37  1,273.90  1,514.36
增长率(%)               6.20%    34.89%    18.88%
净利润(百万元)          76.59     88.46    102.64
资料来源：公司财报
"""


def test_heads_alone_at_the_foot_head_the_rows_overleaf() -> None:
    heads = """
    财务指标预测
    指标                    2023A     2024A     2025E
    """
    table = table_of(*foot_and_top(heads, SUMMARY))
    assert table.heads == ("指标", "2023A", "2024A", "2025E")
    assert (table.title, table.pages, table.source_note) == ("财务指标预测", (1, 2), "资料来源：公司财报")
    assert row_of(table, "增长率(%)") == ["6.20%", "34.89%", "18.88%"]
    assert {(c.page, c.role) for c in table.cells} == {(1, "header"), (2, "label"), (2, "value")}


def test_each_cell_keeps_its_place_on_its_page() -> None:
    first, second = foot_and_top(
        "指标    2023A  2024A  2025E\n收入     10.1   20.2   30.3", "利润      1.5    2.5    3.5"
    )
    table = table_of(first, second)
    printed = {(p.number, w.text): w.box for p in (first, second) for w in p.words}
    for cell in table.cells:
        assert printed[cell.page, cell.text] == cell.box
    assert table.box.bottom < 800 and table.box.top > 700


def segments() -> str:
    return """
    收入拆分            2023A  2024A  2025E
    *油炸品
    销售收入            521.5  660.5  797.5
    毛利率              20.2%  21.0%  21.2%
    *烘焙类
    销售收入            187.5  223.4  262.9
    """


def test_one_last_row_alone_on_the_next_page() -> None:
    table = table_of(*foot_and_top(segments(), "毛利率              22.9%  25.0%  25.9%"))
    assert labels_of(table) == ["油炸品", "销售收入", "毛利率", "烘焙类", "销售收入", "毛利率"]
    assert table.pages == (1, 2)
    assert [c.text for c in table.cells if c.page == 2] == ["毛利率", "22.9%", "25.0%", "25.9%"]


def test_a_label_wraps_over_the_page_break_of_neither_page() -> None:
    # The last number of the first page and the first of the second keep their own labels.
    below = """
    其他业务              9.5   10.5   11.5
    合计                944.4  973.9  985.4
    """
    table = table_of(*foot_and_top(segments(), below))
    assert labels_of(table)[-3:] == ["销售收入", "其他业务", "合计"]


def test_rows_go_on_over_three_pages() -> None:
    first, _ = foot_and_top(segments(), "")
    filler = "\n".join(f"项目{n:02}              {n:02}.9%  {n:02}.0%  {n:02}.5%" for n in range(1, 57))
    second = overleaf(sketch(filler, y=60))
    third = overleaf(sketch("合计                92.9%  95.0%  95.9%", y=60), number=3)
    table = table_of(first, second, third)
    assert table.pages == (1, 2, 3)
    assert row_of(table, "合计") == ["92.9%", "95.0%", "95.9%"]
    assert len(labels_of(table)) == 5 + 56 + 1


def closed(*more: Word) -> list[Table]:
    first, second = foot_and_top(segments(), "毛利率              22.9%  25.0%  25.9%")
    return tables_of(page(first.words, more), second)


def test_text_below_a_table_closes_it() -> None:
    assert [t.pages for t in closed(*put("以上为公司口径的收入拆分。", 40, 803))] == [(1,)]


def test_prose_on_the_next_page_is_no_row() -> None:
    prose = "公司预计 2025 年 收入 12.0 亿元，同比增长 20% ，净利润 1.5 亿元，同比增长 16% 。"
    first, _ = foot_and_top(segments(), "")
    second = overleaf(put(prose, 40, 60), put("毛利率因此保持稳定。", 40, 73))
    assert [t.pages for t in tables_of(first, second)] == [(1,)]


def test_numbers_in_other_columns_belong_to_another_table() -> None:
    first, second = foot_and_top(segments(), "收盘价      12.3\n总股本      45.6\n市值         7.8")
    assert [t.pages for t in tables_of(first, second)] == [(1,), (2,)]


def test_years_at_the_foot_of_a_chart_head_nothing() -> None:
    first, _ = foot_and_top("图：销量\n    2023  2024  2025\n资料来源：公司公告", "")
    rows = "收入      10.1  20.2  30.3\n利润       1.1   2.2   3.3\n费用       4.1   5.2   6.3"
    second = overleaf(sketch(rows, y=60))
    assert all(set(t.heads) == {""} for t in tables_of(first, second))


def test_running_heads_are_known_by_their_repetition() -> None:
    pages = [
        page(put("2025年 06月 25日", 420, 30), put("一二"[n - 1] + "、概览", 40, 100), number=n)
        for n in (1, 2)
    ]
    running = running_lines(pages)
    assert running.holds(put("2025年 06月 25日", 420, 31))
    assert not running.holds(put("一、概览", 40, 100))


def test_a_year_row_printed_on_every_page_is_no_running_head() -> None:
    pages = [page(sketch("指标    2023A  2024A", y=60), number=n) for n in (1, 2)]
    assert not running_lines(pages).holds(list(pages[0].words))


def test_bands_overleaf_part_the_rows_there() -> None:
    # Labels over two lines in drawn rows: overleaf too the rules say which lines belong together.
    first, _ = foot_and_top(
        "指标              2023A  2024A  2025E\n营业收入          1,200  1,300  1,400", ""
    )
    words = [*put("归属于母公司股", 40, 60), *put("东的净利润", 40, 70)]
    words += [*put("少数股东损", 40, 80), *put("益", 40, 90)]
    for n, y in enumerate((65, 85)):
        words += [w for i, x in enumerate((112, 140, 168)) for w in put(f"{n}{i}.5", x, y)]
    second = overleaf(words, rules=[rule(38, 200, y) for y in (55, 75, 95)])
    table = table_of(first, second)
    assert labels_of(table) == ["营业收入", "归属于母公司股东的净利润", "少数股东损益"]


def test_a_running_head_right_above_a_table_is_no_head_of_it() -> None:
    drawing = """
    盈利预测              2023A  2024A  2025E
    营业收入              1,200  1,300  1,400
    净利润                  100    120    150
    """
    pages = [page(put("某公司深度报告", 138, 86), sketch(drawing, y=100), number=1)]
    pages += [
        page(put("某公司深度报告", 138, 86), put(text, 40, 100), number=n)
        for n, text in ((2, "甲"), (3, "乙"))
    ]
    assert table_of(*pages).heads == ("盈利预测", "2023A", "2024A", "2025E")
    # On one page alone nothing tells it from a head that spans the years.
    assert table_of(pages[0]).heads[1] == "某公司深度报告|2023A"


def test_captions_at_one_height_of_several_pages_are_captions() -> None:
    pages = [
        page(
            put(f"图表{n}：{name}", 40, 86),
            sketch("指标     2023A  2024A\n收入      10.1   20.2", y=100),
            number=n,
        )
        for n, name in ((1, "甲"), (2, "乙"), (3, "丙"))
    ]
    assert [t.caption_no for t in tables_of(*pages)] == ["1", "2", "3"]


def test_a_last_row_with_one_number_under_repeated_heads() -> None:
    above = """
    指标                    2023A     2024A     2025E
    营业收入(百万元)       944.37  1,273.90  1,514.36
    净利润(百万元)          76.59     88.46    102.64
    每股收益(元)             1.00      1.10      1.20
    """
    below = """
    指标                    2023A     2024A     2025E
    EV/EBITDA                 0.4
    """
    table = table_of(*foot_and_top(above, below))
    assert table.pages == (1, 2)
    assert row_of(table, "EV/EBITDA") == ["0.4", "", ""]
