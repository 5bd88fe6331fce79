from __future__ import annotations

import pytest

from pipeline.layout.block import Block
from pipeline.layout.blocks import find_blocks, is_furniture
from pipeline.layout.lines import cluster_lines, join_words
from pipeline.reading.page import Page
from tests.layout.pages import around, clipped, line, page, put, sketch

STATEMENT = """
利润表              2023A  2024A  2025E
营业收入            5,000  6,000  7,000
营业成本            3,000  3,500  4,000
销售费用              100    110    120
"""


def body(block: Block) -> list[str]:
    return [join_words(row) for row in cluster_lines(block.body)]


def header(block: Block) -> list[str]:
    return [join_words(row) for row in cluster_lines(block.header)]


def only(a_page: Page) -> Block:
    (block,) = find_blocks(a_page)
    return block


def statement_and(*below: tuple[str, float]) -> Block:
    """The statement (its last row stands at 139) with phrases below it, each at its height."""
    return only(page(sketch(STATEMENT), *(put(text, 40, y) for text, y in below)))


ROWS = ["营业收入 5,000 6,000 7,000", "营业成本 3,000 3,500 4,000", "销售费用 100 110 120"]


def test_a_block_ends_at_its_source_note_and_keeps_it() -> None:
    block = statement_and(("资料来源：Wind，公司公告", 152), ("净利润 400 500 600", 165))
    assert body(block) == ROWS
    assert block.source_note == "资料来源：Wind，公司公告"


def test_a_block_ends_at_the_next_caption() -> None:
    words = sketch("净利润                400    500    600", y=165)
    block = only(page(sketch(STATEMENT), put("图表 5：分业务收入", 40, 152), words))
    assert body(block) == ROWS
    assert block.source_note == ""


def test_a_block_ends_at_prose_that_runs_across_its_columns() -> None:
    block = statement_and(
        ("公司预计未来三年收入保持两位数增长，盈利能力逐步改善，现金流充裕，维持买入。", 152)
    )
    assert body(block) == ROWS


@pytest.mark.parametrize(
    "sentence",
    [
        "公司预计未来三年收入保持两位数的增长。",
        "公司预计未来三年收入保持两位数增长，盈利能力逐步改善，现金流充裕，维持买入。",
    ],
    ids=["within the block", "wider than the block"],
)
def test_numbers_below_a_sentence_belong_to_another_block(sentence: str) -> None:
    below = sketch("净利润                400    500    600", y=165)
    block = only(page(sketch(STATEMENT), put(sentence, 40, 152), below))
    assert body(block) == ROWS


def test_a_block_ends_at_a_gap() -> None:
    block = only(page(sketch(STATEMENT), line(230, ("净利润", 40), ("400", 132), ("500", 160))))
    assert body(block) == ROWS


def test_groups_of_ratios_a_little_apart_stay_one_block() -> None:
    drawing = STATEMENT + "\n毛利率               40.1   40.2   40.3\n净利率               10.1   10.2   10.3"
    block = only(page(sketch(drawing)))
    assert body(block) == [*ROWS, "毛利率 40.1 40.2 40.3", "净利率 10.1 10.2 10.3"]


def test_the_second_line_of_the_last_label_belongs_to_the_block() -> None:
    block = statement_and(("（含研发）", 148))
    assert body(block) == [*ROWS, "（含研发）"]


def test_a_lone_unit_line_below_the_last_row_does_not() -> None:
    assert body(statement_and(("单位：百万元", 148))) == ROWS


def test_statements_below_one_another_are_two_blocks() -> None:
    below = STATEMENT.replace("利润表", "现金表").replace("营业", "经营")
    first, second = find_blocks(page(sketch(STATEMENT), sketch(below, y=165)))
    assert body(first) == ROWS
    assert header(second) == ["现金表 2023A 2024A 2025E"]
    assert len(body(second)) == 3


def test_caption_unit_and_title_above_the_heads() -> None:
    block = only(page(put("图表 12：盈利预测", 40, 74), put("单位：百万元", 150, 87), sketch(STATEMENT)))
    assert block.caption is not None
    assert (block.caption.number, block.caption.name) == ("12", "盈利预测")
    assert block.unit_text == "百万元"
    assert header(block) == ["利润表 2023A 2024A 2025E"]


def test_the_unit_of_the_stub_head_comes_before_that_of_the_caption() -> None:
    drawing = STATEMENT.replace("利润表        ", "(人民币百万)  ", 1)
    block = only(page(put("图表 12：盈利预测（亿元）", 40, 87), sketch(drawing)))
    assert block.unit_text == "人民币百万"


def test_a_title_above_the_heads_is_no_row() -> None:
    drawing = STATEMENT.replace("利润表", "      ")
    block = only(page(put("合并利润表（百万元）", 40, 87), sketch(drawing)))
    assert (block.title, block.unit_text) == ("合并利润表（百万元）", "百万元")
    assert header(block) == ["2023A 2024A 2025E"]


def test_two_heads_over_the_columns_are_a_level_of_the_header() -> None:
    block = only(
        page(
            sketch(
                """
                                       PE(倍)                     PB(倍)
                公司         2024A  2025E  2026E       2024A  2025E  2026E
                药明康德      18.2   16.1   14.0         3.1    2.8    2.5
                康龙化成      25.3   21.4   18.8         2.9    2.6    2.4
                """
            )
        )
    )
    assert header(block) == ["PE(倍) PB(倍)", "公司 2024A 2025E 2026E 2024A 2025E 2026E"]
    assert len(body(block)) == 2


def test_marks_below_the_years_are_a_level_of_the_header() -> None:
    block = only(
        page(
            sketch(
                """
                               2023   2024   2025
                                  A      A      E
                营业收入      5,000  6,000  7,000
                营业成本      3,000  3,500  4,000
                """
            )
        )
    )
    assert header(block) == ["2023 2024 2025", "A A E"]
    assert body(block) == ["营业收入 5,000 6,000 7,000", "营业成本 3,000 3,500 4,000"]


def test_blocks_side_by_side_with_unequal_pitch_keep_their_own_rows() -> None:
    left = [f"资产{n}" for n in "甲乙丙丁戊己"]
    right = [f"负债{n}" for n in "甲乙丙丁"]

    def block(names: list[str], x: float, pitch: float) -> str:
        return "\n".join(
            ["项目          2023A  2024A", *(f"{n}          12.1   13.{i}" for i, n in enumerate(names))]
        )

    words = sketch(block(left, 40, 11), x=40, pitch=11) + sketch(block(right, 240, 14.5), x=240, pitch=14.5)
    found = find_blocks(page(words))
    assert [[row.split()[0] for row in body(b)] for b in found] == [left, right]


def test_what_a_cell_clips_inside_the_block_is_kept_beside_it() -> None:
    hidden = [*clipped("8", 140, 117), *clipped("99", 400, 500)]
    block = only(page(sketch(STATEMENT), hidden=hidden))
    assert [h.word.text for h in block.clipped] == ["8"]
    assert block.box == around([*block.header, *block.body])


@pytest.mark.parametrize(
    ("text", "y", "furniture"),
    [
        ("12", 820, True),
        ("- 3 -", 820, True),
        ("3/28", 820, True),
        ("第3页共28页", 820, True),
        ("请务必阅读正文之后的免责条款", 30, True),
        ("证券研究报告", 30, True),
        ("12", 400, False),
        ("2023A", 30, False),
        ("营业收入", 820, False),
        ("1,234", 820, False),
    ],
)
def test_furniture_of_a_page_stands_at_its_edges(text: str, y: float, furniture: bool) -> None:
    words = put(text, 280, y)
    assert is_furniture(words, page(words)) is furniture


def test_a_row_of_single_digits_is_no_page_number() -> None:
    assert not is_furniture([*put("8", 317, 68), *put("9", 433, 68), *put("8", 549, 68)], page([]))
    assert is_furniture([*put("20", 500, 820), *put("/", 515, 820), *put("22", 522, 820)], page([]))


def test_a_page_number_under_the_last_row_is_no_row() -> None:
    words = sketch(STATEMENT, y=770)
    assert body(only(page(words, put("12", 160, 822)))) == ROWS


def test_an_empty_page_and_a_page_of_prose_have_no_blocks() -> None:
    prose = [
        put("公司预计未来三年收入保持两位数增长，盈利能力逐步改善，现金流充裕。", 40, 100 + 14 * n)
        for n in range(9)
    ]
    assert find_blocks(page()) == []
    assert find_blocks(page(*prose)) == []


@pytest.mark.parametrize(
    "top",
    [
        ("营业收入(百万元)", "归母净利润(百万元)", "经营活动现金流净额"),
        ("营业收入(人民币百万元)", "归属母公司股东的净利润", "经营活动产生的现金流量净额"),
    ],
)
def test_the_caption_over_a_header_of_two_levels(top: tuple[str, ...]) -> None:
    words = line(100, ("收盘价(元)", 70)) + line(113, ("公司", 40))
    for group, head in enumerate(top):
        years = [(year, 134 + 118 * group + 38 * n) for n, year in enumerate(("2023A", "2024E", "2025E"))]
        words += line(100, (head, 172 + 118 * group), align="centre") + line(113, *years, align="centre")
        for row in range(2):
            words += line(126 + 13 * row, *((f"{row}1.5", x) for _, x in years), align="centre")
    words += line(126, ("科大讯飞", 40), ("49.82", 80)) + line(139, ("中科创达", 40), ("64.92", 80))
    block = only(page(put("图表 73：可比公司估值", 40, 87), words))
    assert header(block)[0].split() == ["收盘价(元)", *top]
    assert block.caption is not None and block.caption.number == "73"


def test_a_source_note_wider_than_its_block() -> None:
    note = "数据来源：Wind，公司公告，全文如无特殊注明，相关数据的货币单位均为人民币，预测均为研究所预测。"
    assert statement_and((note, 152)).source_note == note


def test_a_unit_that_wraps_over_two_lines() -> None:
    wrapped = put("重要财务指", 40, 77) + put("单位:百", 168, 77) + put("标", 40, 87) + put("万元", 172, 87)
    drawing = STATEMENT.replace("利润表  ", "会计年度", 1)
    block = only(page(wrapped, sketch(drawing)))
    assert block.unit_text == "百万元"


def test_the_third_line_of_the_last_label_belongs_to_the_block() -> None:
    assert body(statement_and(("（含研发以", 148), ("及折旧）", 157))) == [*ROWS, "（含研发以", "及折旧）"]


def test_a_sentence_above_the_rows_is_neither_title_nor_unit() -> None:
    words = sketch(
        """
        2018_年上市的公司，注册资本_1_亿元
        拼多多        2,000    1.10%
        连连数字      1,150    0.60%
        甲公司        1,020    0.50%
        乙公司          600    0.30%
        """
    )
    block = only(page(words))
    assert (block.title, block.unit_text) == ("", "")


def test_a_name_beside_an_upper_level_of_heads_wraps_around_the_lower() -> None:
    drawing = """
    利润表（人民币百             FY     FY     FY
    万元）                    2023A  2024A  2025E
    营业收入                  5,000  6,000  7,000
    营业成本                  3,000  3,500  4,000
    """
    block = only(page(sketch(drawing, pitch=9)))
    assert header(block) == ["利润表（人民币百 FY FY FY", "万元） 2023A 2024A 2025E"]
    assert block.unit_text == "人民币百万元"


def test_a_stub_head_in_the_middle_of_two_levels_leaves_the_first_label() -> None:
    heads = [*line(96, ("FY", 200), ("FY", 240)), *line(100, ("年度", 40))]
    heads += line(104, ("2024A", 196), ("2025E", 236))
    rows = [*line(110, ("短期借款", 40)), *line(114, ("3.28", 200), ("7.20", 240))]
    rows += [*line(122, ("其他筹资现金流", 40)), *line(126, ("10.89", 200), ("15.23", 240))]
    block = only(page(heads, rows))
    assert body(block) == ["短期借款", "3.28 7.20", "其他筹资现金流", "10.89 15.23"]


def test_a_head_over_all_columns_is_centred_over_their_cells() -> None:
    table = line(100, ("预测", 220)) + line(112, ("会计年度", 40), ("2024E", 200), ("2025E", 300))
    for n in range(3):
        table += line(125 + 13 * n, ("长期借款", 40), ("146.49", 196), ("359.12", 296))
    assert header(only(page(table)))[0] == "预测"


def test_texts_behind_the_last_column_belong_to_what_stands_beside_it() -> None:
    words = sketch(
        """
        人民币百万      2023      2024     2025E
        营业收入      54,491    69,897    83,476
        毛利率         16.6%     15.9%     16.1%
        净利润         3,021     3,624     5,093
        每股收益        0.61      0.73      0.98
        """
    )
    right = max(w.x1 for w in words)
    block = only(page(words, put("CNY", right + 12, 114), put("资料来源", right + 10, 152)))
    assert "CNY" not in "".join(body(block)) and "资料来源" not in "".join(body(block))


def test_the_end_of_a_head_as_high_as_the_years_is_a_head() -> None:
    words = sketch(
        """
        公司        2025E    2026E    2027E
        甲公司      12.33    14.18    16.64    16.8%
        乙公司      19.24    23.37    28.41    20.0%
        丙公司       4.87     6.01     7.00    40.9%
        """
    )
    right = max(w.x1 for w in words)
    words += [*put("24-27 年", right, 95, align="right"), *put("CAGR", right, 106, align="right")]
    assert "CAGR" in header(only(page(words)))


def test_a_unit_right_of_centred_numbers_is_that_of_the_table() -> None:
    words = [*put("利润表", 40, 87), *put("(万元)", 298, 87, align="right")]
    words += line(100, ("会计年度", 40), ("2023A", 120), ("2024A", 180), ("2025E", 240))
    for n, label in enumerate(("营业收入", "营业成本", "管理费用")):
        words += line(113 + 13 * n, (label, 40), ("15.2", 122), ("16.5", 182), ("17.8", 242))
    (block,) = find_blocks(page(words))
    assert block.unit_text == "万元"


def test_a_unit_far_behind_the_last_column_is_that_of_the_table_under_its_line() -> None:
    title = line(100, ("资产负债表", 40), ("单位：亿元", 480))
    table = line(112, ("2023A", 160), ("2024A", 310), ("2025E", 440))
    for n in range(4):
        table += line(125 + 13 * n, ("固定资产", 40), ("4,764", 160), ("4,891", 310), ("5,145", 440))
    assert only(page(title, table)).unit_text == "亿元"


def test_a_unit_alone_over_levels_of_heads_is_no_level() -> None:
    words = line(88, ("单位：亿元", 280)) + line(100, ("FY", 170), ("FY", 290), ("FY", 420))
    words += line(109, ("指标", 40), ("2023A", 160), ("2024A", 280), ("2025E", 410))
    for n in range(3):
        words += line(122 + 13 * n, ("固定资产", 40), ("4,764", 160), ("4,891", 280), ("5,145", 410))
    assert header(only(page(words)))[0] == "FY FY FY"
