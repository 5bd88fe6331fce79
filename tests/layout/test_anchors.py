from __future__ import annotations

from pipeline.layout.anchors import find_anchors
from pipeline.layout.lines import cluster_lines
from pipeline.layout.stackedheads import with_whole_heads
from pipeline.reading.page import Page
from tests.layout.pages import line, page, put, rule, sketch, word


def runs(a_page: Page) -> list[list[str]]:
    """The period heads of each anchor."""
    anchors = find_anchors(a_page, cluster_lines(a_page.words, 0.35))
    return [[w.text for w in a.words] for a in anchors]


TWO_BLOCKS = """
    资产负债表     2023A  2024A  2025E    利润表        2023A  2024A  2025E
    流动资产       1,234  1,567  1,890    营业收入      5,000  6,000  7,000
    现金             500    600    700    营业成本      3,000  3,500  4,000
    应收账款         300    400    500    税金及附加       10     12     14
    存货             200    250    300    销售费用        100    110    120
"""


def test_blocks_side_by_side_have_an_anchor_each() -> None:
    assert runs(page(sketch(TWO_BLOCKS))) == [["2023A", "2024A", "2025E"]] * 2


def test_an_anchor_takes_its_labels_and_not_its_neighbours_numbers() -> None:
    a_page = page(sketch(TWO_BLOCKS))
    left, right = find_anchors(a_page, cluster_lines(a_page.words, 0.35))
    at = {w.text: w.x0 for w in a_page.words}
    assert at["资产负债表"] - 4 < left.left < at["资产负债表"]
    assert at["利润表"] - 4 < right.left < at["利润表"]
    assert left.right <= right.left
    assert left.zone < left.heads[0].x0 < left.zone + 30


def test_blocks_whose_heads_stand_at_different_heights() -> None:
    left = sketch(
        """
        资产负债表     2023A  2024A  2025E
        流动资产       1,234  1,567  1,890
        现金             500    600    700
        应收账款         300    400    500
        """
    )
    right = sketch(
        """
        利润表        2023A  2024A  2025E
        营业收入      5,000  6,000  7,000
        营业成本      3,000  3,500  4,000
        税金及附加       10     12     14
        """,
        x=230,
        y=107,
    )
    assert runs(page(left, right)) == [["2023A", "2024A", "2025E"]] * 2


def test_repeated_periods_of_a_comps_table_are_one_run() -> None:
    a_page = page(
        sketch(
            """
                                 PE(倍)                     PB(倍)
            公司         2024A  2025E  2026E       2024A  2025E  2026E
            药明康德      18.2   16.1   14.0         3.1    2.8    2.5
            康龙化成      25.3   21.4   18.8         2.9    2.6    2.4
            凯莱英        20.1   17.7   15.2         2.2    2.0    1.8
            """
        )
    )
    assert runs(a_page) == [["2024A", "2025E", "2026E", "2024A", "2025E", "2026E"]]


def test_the_years_under_a_chart_are_no_anchor() -> None:
    chart = sketch(
        """
        30%
        20%
        10%
         0%
               2020A  2021A  2022A  2023A

        公司收入持续增长，主要得益于海外客户的订单恢复以及新产能的投放。
        预计未来三年仍将保持两位数增长，盈利能力逐步改善，现金流充裕。
        """
    )
    assert runs(page(chart)) == []


def test_years_in_a_sentence_are_no_anchor() -> None:
    assert runs(page(put("公司 2023 年和 2024 年收入分别为 12 亿元和 15 亿元", 40, 100))) == []


def test_one_period_alone_is_no_anchor() -> None:
    assert runs(page(sketch("财务摘要      2024A\n营业收入      5,000\n净利润          400"))) == []


def test_numbers_that_could_be_years_inside_a_block_head_nothing() -> None:
    drawing = """
    资产负债表     2023A  2024A  2025E
    流动资产       1,234  1,567  1,890
    现金            2013   2024   2031
    应收账款         300    400    500
    存货             200    250    300
    """
    assert runs(page(sketch(drawing))) == [["2023A", "2024A", "2025E"]]


def test_labels_in_a_drawn_block_begin_where_its_rules_begin() -> None:
    drawing = """
                          2023A  2024A  2025E
      同比(%)              12.0   13.0   14.0
      毛利率               40.1   40.2   40.3
    """
    bare = find_anchors(p := page(sketch(drawing)), cluster_lines(p.words))[0]
    ruled_page = page(sketch(drawing), rules=[rule(30, 205, 94), rule(30, 205, 134)])
    ruled = find_anchors(ruled_page, cluster_lines(ruled_page.words))[0]
    assert ruled.left < 30 < bare.left


def test_prose_beside_a_table_is_no_column_of_names() -> None:
    table = line(100, ("2023A", 328), ("2024A", 356))
    for n in range(5):
        table += line(113 + 13 * n, ("营业收入", 270), (f"{n}1.2", 332), (f"{n}3.4", 360))
    prose = [*put("公司收入保持稳定", 190, 126), *put("利润率上升", 190, 152)]
    alone = find_anchors(p := page(table), cluster_lines(p.words))
    beside = find_anchors(
        p := page(table, put("公司全年收入保持稳定增长", 160, 126), prose), cluster_lines(p.words)
    )
    assert [a.left for a in beside] == [a.left for a in alone]


def test_a_last_head_that_the_next_title_touches_is_a_head() -> None:
    heads = [word(text, x, 100) for text, x in (("2023", 140), ("2024", 170), ("2025E", 196))]
    title = word("利润表(百万元)", 218.3, 100)  # 0.3 em behind the last head
    right = [word(text, x, 100) for text, x in (("2023", 330), ("2024", 360), ("2025E", 386))]
    rows = [
        [word("存货" * 2, 60, y), *(word("631", x, y) for x in (144, 174, 204)), word("营业收入", 218.3, y)]
        + [word("845", x, y) for x in (334, 364, 394)]
        for y in (113, 126, 139, 152)
    ]
    found = runs(page(heads, [title], right, *rows))
    assert found == [["2023", "2024", "2025E"]] * 2


def test_a_period_that_opens_a_phrase_off_the_pitch_is_no_head() -> None:
    heads = [word(text, x, 100) for text, x in (("2023", 140), ("2024", 170))]
    phrase = [word("2025E", 260, 100), word("净利润预测", 281, 100)]
    rows = [[word("存货", 60, y), *(word("631", x, y) for x in (144, 174))] for y in (113, 126, 139)]
    assert runs(page(heads, phrase, *rows)) == [["2023", "2024"]]


def test_labels_stand_behind_units_close_to_the_first_numbers() -> None:
    heads = line(100, ("指标", 40), ("2023A", 202), ("2024A", 235), ("2025E", 267))
    rows = [
        line(113 + 13 * n, (label, 40), ("%", 178), ("47.9", 204), ("25.4", 237), ("38.2", 270))
        for n, label in enumerate(("毛利率", "净利率", "资产负债率", "总资产收益率"))
    ]
    (anchor,) = find_anchors(p := page(heads, *rows), cluster_lines(p.words))
    assert anchor.left < 40


def test_units_and_numbers_that_wrap_do_not_part_labels_from_their_rows() -> None:
    heads = line(100, ("2023A", 202), ("2024A", 235), ("2025E", 267))
    rows = []
    for n, label in enumerate(("存货", "预付账款", "无形资产", "资产总计")):
        y = 113 + 24 * n
        rows += line(y, (label, 40), ("人民币百万", 150), ("7,32", 204), ("8,26", 237), ("8,64", 270))
        rows += line(y + 9, ("元", 166), ("3", 210), ("8", 243), ("4", 276))
    (anchor,) = find_anchors(p := page(heads, rows), cluster_lines(p.words))
    assert anchor.left < 40


def test_heads_in_one_line_stand_in_one_row_with_those_in_two() -> None:
    upper = line(96, ("2H2023", 136), ("2H2024", 201), ("2H2025", 266))
    middle = line(101, ("1H2024E", 166), ("1H2025E", 231))
    lower = line(106, ("E", 156), ("E", 221), ("E", 286))
    rows = [
        line(118 + 13 * n, ("存货", 40), *((f"{n}1.2", x) for x in (140, 172, 205, 237, 270)))
        for n in range(3)
    ]
    whole = with_whole_heads(page(upper, middle, lower, *rows))
    assert runs(whole) == [["2H2023E", "1H2024E", "2H2024E", "1H2025E", "2H2025E"]]


def test_two_numbers_like_years_before_one_like_none_are_a_row() -> None:
    words = sketch(
        """
        利润表             2024A   2025E   2026E
        管理费用            1986    1987    2104
        营业利润             725     982     554
        税前利润             760   1,003     530
        """
    )
    assert runs(page(words)) == [["2024A", "2025E", "2026E"]]


def test_two_numbers_like_years_behind_one_like_none_are_a_row() -> None:
    words = sketch(
        """
        利润表             2024A   2025E   2026E
        毛利                1758    2002    2003
        其他收益             725     982     554
        税前利润             760   1,003     530
        """
    )
    assert runs(page(words)) == [["2024A", "2025E", "2026E"]]
