"""One page in, one grid out: what makes the rows of a printed table hard."""

from __future__ import annotations

from dataclasses import replace

from pipeline.reading.page import Box, Word
from tests.layout.pages import around, clipped, fill, line, page, put, rule, sketch
from tests.tables.grids import labels_of, row_of, rows_of, table_of, tables_of

SHORT = """
项目           2023A  2024A  2025E
营业收入       5,000  6,000  7,000
净利润           300    400    500
"""


def test_the_grid_of_a_statement_with_its_heads_boxes_and_note() -> None:
    words = sketch(
        """
        利润表(百万元)      2023A  2024A  2025E
        营业收入            5,000  6,000  7,000
          毛利率             40.1  (3.2)      -
        """
    )
    table = table_of(page(put("图表 3：盈利预测", 40, 87), words, put("资料来源：公司公告", 40, 140)))
    assert table.heads == ("利润表(百万元)", "2023A", "2024A", "2025E")
    assert rows_of(table) == [["营业收入", "5,000", "6,000", "7,000"], ["毛利率", "40.1", "(3.2)", "-"]]
    assert (table.caption_no, table.title, table.unit_text) == ("3", "盈利预测", "百万元")
    assert table.source_note == "资料来源：公司公告"
    assert (table.row_count, table.column_count) == (3, 4)
    by_text = {c.text: c for c in table.cells}
    for w in words:
        assert by_text[w.text].box == w.box
    assert by_text["毛利率"].indent == 8.0
    assert table.box == around(words)


def test_a_blank_cell_is_a_cell_in_its_place() -> None:
    table = table_of(
        page(
            sketch(
                """
                项目           2023A  2024A  2025E
                营业收入       5,000  6,000  7,000
                研发费用         300           400
                财务费用                        12
                """
            )
        )
    )
    assert row_of(table, "研发费用") == ["300", "", "400"]
    assert row_of(table, "财务费用") == ["", "", "12"]
    (hole,) = [c for c in table.cells if c.role == "value" and (c.row, c.column) == (2, 2)]
    (head,) = [c for c in table.cells if c.text == "2024A"]
    assert hole.text == "" and head.box.x0 - 1 <= hole.box.xc <= head.box.x1 + 1


def test_numbers_shifted_a_few_points_stay_in_their_column() -> None:
    words = sketch(SHORT)
    words += line(139, ("税金及附加", 40), ("11", 104), ("12", 132), ("13", 160))
    assert row_of(table_of(page(words)), "税金及附加") == ["11", "12", "13"]


def test_a_clipped_tail_of_a_number_is_set_behind_it() -> None:
    words = sketch(SHORT.replace("5,000", "13,40"))
    right = next(w.x1 for w in words if w.text == "13,40")
    table = table_of(page(words, hidden=clipped("8", right - 4, 121)))
    assert row_of(table, "营业收入") == ["13,408", "6,000", "7,000"]


def test_a_clipped_digit_below_a_whole_number_is_left_alone() -> None:
    words = sketch(SHORT)
    right = next(w.x1 for w in words if w.text == "5,000")
    table = table_of(page(words, hidden=clipped("8", right - 4, 121)))
    assert row_of(table, "营业收入") == ["5,000", "6,000", "7,000"]


def test_the_clipped_end_of_a_label_is_set_behind_it() -> None:
    words = sketch(
        """
        项目                2023A  2024A  2025E
        营业收入            5,000  6,000  7,000
        归属于母公司净利      300    400    500
        每股收益             0.30   0.40   0.50
        """
    )
    table = table_of(page(words, hidden=clipped("润", 40, 135)))
    assert labels_of(table) == ["营业收入", "归属于母公司净利润", "每股收益"]


def test_the_clip_says_which_label_a_hidden_line_ends() -> None:
    words = sketch(
        """
        项目              2023A  2024A  2025E
        其他流动           300    400    500
        其他非流动         100    110    120
        资产总计           900    910    920
        """
    )
    tops = {w.text: w.top for w in words if w.text.startswith("其他")}
    hidden = [
        replace(h, clip=Box(36, tops[label] - 2, 120, tops[label] + 12))
        for label, rest, y in (("其他流动", "资产", 121), ("其他非流动", "负债", 134))
        for h in clipped(rest, 40, y + 8)
    ]
    table = table_of(page(words, hidden=hidden))
    assert labels_of(table) == ["其他流动资产", "其他非流动负债", "资产总计"]


def test_letter_spaced_pieces_of_one_number_are_one_number() -> None:
    words = sketch("项目           2023A  2024A\n营业收入       5,000  6,000\n净利润           300    400")
    # `- 42` and `1 8,079`: the minus and the leading digit stand a third of an em before the rest.
    words += [*line(139, ("财务费用", 40), ("-", 105.4), ("42", 112), ("12", 144))]
    assert row_of(table_of(page(words)), "财务费用") == ["-42", "12"]


ITEMS = ["收入", "YoY", "占比"]


def merged_groups() -> list[Word]:
    """Two segments of three rows each, their names in a merged cell at the left."""
    words = line(100, ("2023A", 128), ("2024A", 156), ("2025E", 184))
    for n in range(6):
        words += line(113 + 13 * n, (ITEMS[n % 3], 84), (f"{n}1.2", 132), (f"{n}3.4", 160), (f"{n}5.6", 188))
    return words + put("生成式AI", 40, 126) + put("视觉AI", 40, 165)


def test_names_of_merged_cells_open_the_rows_they_stand_over() -> None:
    table = table_of(page(merged_groups(), rules=[rule(38, 206, y) for y in (93, 106.5, 185)]))
    assert labels_of(table) == ["生成式AI", *ITEMS, "视觉AI", *ITEMS]


def test_names_of_merged_cells_in_a_table_without_rules() -> None:
    assert labels_of(table_of(page(merged_groups()))) == ["生成式AI", *ITEMS, "视觉AI", *ITEMS]


THREE_LINES = [rule(38, 324, y) for y in (81, 106.5, 172)]


def comps() -> list[Word]:
    rows = [
        ("603259.SH", "药明康德", "1,510.6", "18.2", "16.1", "14.0"),
        ("300759.SZ", "康龙化成", "512.3", "25.3", "21.4", "18.8"),
        ("002821.SZ", "凯莱英", "321.9", "20.1", "17.7", "15.2"),
        ("300347.SZ", "泰格医药", "498.0", "22.0", "19.5", "17.1"),
    ]
    words = line(87, ("PE(倍)", 262))
    words += line(
        100, ("代码", 40), ("公司", 100), ("市值(亿元)", 155), ("2024A", 222), ("2025E", 262), ("2026E", 302)
    )
    for n, row in enumerate(rows):
        code, name, cap, *multiples = row
        words += line(113 + 13 * n, (code, 40), (name, 100))
        words += line(113 + 13 * n, (cap, 190), *zip(multiples, (242, 282, 322), strict=True), align="right")
    return words


def test_codes_names_and_multiples_of_peers() -> None:
    table = table_of(page(comps(), rules=THREE_LINES))
    assert table.heads == ("公司", "代码", "市值(亿元)", "PE(倍)|2024A", "PE(倍)|2025E", "PE(倍)|2026E")
    assert row_of(table, "凯莱英") == ["002821.SZ", "321.9", "20.1", "17.7", "15.2"]


def test_codes_set_well_apart_from_the_names_belong_to_the_rows() -> None:
    assert row_of(table_of(page(comps())), "凯莱英") == ["002821.SZ", "321.9", "20.1", "17.7", "15.2"]


def test_the_label_of_an_average_row_merged_with_the_code_column() -> None:
    label, averages = (
        put("平均值", 56, 165),
        line(165, ("21.4", 242), ("18.7", 282), ("16.3", 322), align="right"),
    )
    table = table_of(page(comps(), label, averages, rules=THREE_LINES))
    # The code column under the merged label is no blank cell; the market value of an average is one.
    assert row_of(table, "平均值") == ["", "21.4", "18.7", "16.3"]
    assert row_of(table, "泰格医药") == ["300347.SZ", "498.0", "22.0", "19.5", "17.1"]


def test_rows_under_rules_of_a_full_grid_with_a_wrapped_label() -> None:
    words = line(100, ("项目", 40), ("2023A", 132), ("2024A", 172))
    heights = [118.0, 140.0, 158.0]
    for y, (a, b) in zip(heights, [("500", "600"), ("50", "60"), ("5.0", "6.0")], strict=True):
        words += line(y, (a, 152), (b, 192), align="right")
    words += (
        put("营业收入", 40, 118)
        + put("经营活动产生的", 40, 135)
        + put("现金净额", 40, 145)
        + put("增速", 40, 158)
    )
    edges = [109.0, 127.0, 149.0, 167.0]
    table = table_of(page(words, rules=[rule(38, 195, y) for y in edges]))
    assert rows_of(table) == [
        ["营业收入", "500", "600"],
        ["经营活动产生的现金净额", "50", "60"],
        ["增速", "5.0", "6.0"],
    ]


def test_banded_rows_are_rows() -> None:
    words = line(100, ("项目", 40), ("2023A", 132), ("2024A", 172))
    labels = ["营业收入", "营业成本", "销售费用", "管理费用"]
    for n, label in enumerate(labels):
        words += line(115 + 14 * n, (label, 40)) + line(
            117 + 14 * n, ("12.3", 152), ("15.0", 192), align="right"
        )
    bands = [fill(38, 109 + 28 * n, 195, 123 + 28 * n) for n in range(2)]
    assert labels_of(table_of(page(words, fills=bands))) == labels


def test_blocks_side_by_side_are_two_tables() -> None:
    left, right = tables_of(
        page(
            sketch(
                """
                资产负债表     2023A  2024A    利润表        2023A  2024A
                流动资产       1,234  1,567    营业收入      5,000  6,000
                  现金           500    600    营业成本      3,000  3,500
                  应收账款       300    400    销售费用        100    110
                资产总计       2,468  3,134
                """
            )
        )
    )
    assert rows_of(left) == [
        ["流动资产", "1,234", "1,567"],
        ["现金", "500", "600"],
        ["应收账款", "300", "400"],
        ["资产总计", "2,468", "3,134"],
    ]
    assert rows_of(right)[0] == ["营业收入", "5,000", "6,000"]
    assert labels_of(right) == ["营业收入", "营业成本", "销售费用"]


def test_a_company_without_a_code_has_a_blank_cell_for_it() -> None:
    unlisted = line(165, ("药石科技", 100)) + line(165, ("80.0", 190), ("21.4", 242), align="right")
    table = table_of(page(comps(), unlisted, rules=THREE_LINES))
    assert row_of(table, "药石科技") == ["", "80.0", "21.4", "", ""]


def test_names_at_the_top_of_groups_that_space_parts() -> None:
    items = [*ITEMS, "增速"]
    words = line(100, ("2023A", 128), ("2024A", 156), ("2025E", 184))
    for n in range(8):
        y = 113 + 13 * n + 13 * (n // 4)
        words += line(y, (items[n % 4], 84), (f"{n}1.2", 132), (f"{n}3.4", 160), (f"{n}5.6", 188))
    words += (
        put("营业收入", 40, 113) + put("(百万元)", 40, 126) + put("毛利", 40, 178) + put("(百万元)", 40, 191)
    )
    table = table_of(page(words, rules=[rule(38, 206, y) for y in (93, 106.5, 224)]))
    assert labels_of(table) == ["营业收入(百万元)", *items, "毛利(百万元)", *items]


def test_numbers_left_of_the_year_over_their_group_are_no_label() -> None:
    # The year stands in the middle over three columns: the first one's numbers begin an inch left of it.
    words = [*line(100, ("2025E", 200), ("2026E", 320))]
    names = [(name, x) for x in (160, 280) for name, x in (("旧", x + 14), ("新", x + 54), ("差", x + 94))]
    words += line(112, *names)
    for y, label, first in (
        (126, "营业总收入", "41,978"),
        (138, "归母净利润", "13,439"),
        (150, "毛利润", "20,001"),
    ):
        numbers = [
            (first, 152),
            ("40,363", 192),
            ("9.9", 247),
            ("41,029", 272),
            ("37,641", 312),
            ("8.3", 367),
        ]
        words += line(y, (label, 40), *numbers)
    table = table_of(page(words))
    assert row_of(table, "营业总收入") == ["41,978", "40,363", "9.9", "41,029", "37,641", "8.3"]
    assert table.heads[1:] == ("2025E|旧", "2025E|新", "2025E|差", "2026E|旧", "2026E|新", "2026E|差")


def test_labels_that_overflow_into_the_next_row_stay_their_own() -> None:
    """The last line of one is nearer to the next label than lines are told apart by."""
    rows = [("投资活动现金", "净流量"), ("短期借款增", "加"), ("长期借款增", "加"), ("期末现金", "")]
    words = [line(100, ("项目", 40), ("2024E", 200), ("2025E", 250), ("2026E", 300))]
    for n, (first, rest) in enumerate(rows):
        y = 118 + 13.0 * n
        words += [line(y, (f"{n}1.0", 200), (f"{n}2.0", 250), (f"{n}3.0", 300)), line(y - 6, (first, 40))]
        words += [line(y + 4, (rest, 40))] if rest else []
    table = table_of(page(*words))
    assert labels_of(table) == ["投资活动现金净流量", "短期借款增加", "长期借款增加", "期末现金"]
