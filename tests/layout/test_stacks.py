from __future__ import annotations

from pipeline.layout.blocks import find_blocks
from pipeline.layout.lines import cluster_lines, join_words
from pipeline.reading.page import Page
from tests.layout.pages import line, page, put, sketch


def rows(a_page: Page) -> list[list[str]]:
    """The lines of each block of the page."""
    return [[join_words(row) for row in cluster_lines(b.body, 0.6)] for b in find_blocks(a_page)]


SIDE_BOX = """
基本数据
收盘价(元)                  52.30
总市值(亿元)             1,510.62
52周最高/最低         67.89/36.20
流通股本(百万股)         2,890.15
资产负债率(%)                31.5
"""


def test_a_side_box_is_a_block_of_labels_and_values() -> None:
    assert rows(page(sketch(SIDE_BOX))) == [
        [
            "收盘价(元) 52.30",
            "总市值(亿元) 1,510.62",
            "52周最高/最低 67.89/36.20",
            "流通股本(百万股) 2,890.15",
            "资产负债率(%) 31.5",
        ]
    ]


def test_a_side_box_beside_prose_leaves_the_prose_aside() -> None:
    prose = [
        put("公司发布一季报，收入和利润均好于预期，新签订单增长，维持买入评级。", 220, 98 + 11.5 * n)
        for n in range(9)
    ]
    (found,) = rows(page(sketch(SIDE_BOX), *prose))
    assert found[0] == "收盘价(元) 52.30"
    assert not any("评级" in row for row in found)


def test_benchmark_scores_of_several_models() -> None:
    drawing = """
    基准           甲模型   乙模型   丙模型
    MMLU             88.5     86.1     84.0
    GPQA             59.1     53.6     49.9
    MATH             90.2     74.6     78.3
    HumanEval        82.6     80.5     81.7
    """
    (block,) = find_blocks(page(sketch(drawing)))
    assert len(block.heads) == 3
    assert join_words(sorted(block.header, key=lambda w: w.x0)) == "基准 甲模型 乙模型 丙模型"
    assert [row.split()[0] for row in rows(page(sketch(drawing)))[0]] == ["MMLU", "GPQA", "MATH", "HumanEval"]


SENSITIVITY = """
{corner}      1.0%     1.5%     2.0%     2.5%
8.0%      21.50    22.80    24.40    26.40
8.5%      19.60    20.70    22.00    23.60
9.0%      18.00    18.90    20.00    21.30
9.5%      16.60    17.40    18.30    19.30
"""


def test_the_axis_of_a_sensitivity_grid_is_its_header() -> None:
    (block,) = find_blocks(page(sketch(SENSITIVITY.format(corner="WACC"))))
    assert [w.text for w in block.header if w.text.endswith("%")] == ["1.0%", "1.5%", "2.0%", "2.5%"]
    assert len(block.heads) == 4
    assert len(cluster_lines(block.body)) == 4


def test_a_value_in_the_corner_of_a_sensitivity_grid_is_no_row() -> None:
    (block,) = find_blocks(page(sketch(SENSITIVITY.format(corner="20.0"))))
    assert [w.text for w in block.header if w.text.endswith("%")] == ["1.0%", "1.5%", "2.0%", "2.5%"]
    assert len(cluster_lines(block.body)) == 4


def test_a_table_of_contents_is_no_table() -> None:
    drawing = """
    投资要点与盈利预测                        3
    公司概况：行业领先的服务商                5
    行业分析：需求恢复，格局改善              9
    盈利预测与估值                           14
    风险提示与免责条款                       17
    """
    assert rows(page(sketch(drawing))) == []


def test_page_numbers_behind_dots_are_no_table() -> None:
    contents = [
        line(100 + 13 * n, (f"第{c}章{'.' * 60}", 60), (f"{3 * n + 1}", 420))
        for n, c in enumerate("一二三四五六")
    ]
    assert rows(page(*contents)) == []


def test_a_list_whose_numbers_stand_half_an_em_off_keeps_its_rows() -> None:
    names = ["上海临床研究中心", "苏州生物制药基地", "成都分析测试中心", "武汉中试车间", "天津原料药工厂"]
    words = [w for n, name in enumerate(names) for w in line(100 + 16 * n, (name, 60))]
    words += [w for n in range(5) for w in line(104 + 16 * n, (f"{12.5 + n}", 200), align="right")]
    words += [w for n in range(5) for w in line(104 + 16 * n, (f"{30.1 + n}%", 260), align="right")]
    assert rows(page(words)) == [[f"{name} {12.5 + n} {30.1 + n:.1f}%" for n, name in enumerate(names)]]


def test_values_a_point_or_two_off_their_edge_are_a_column() -> None:
    labels = ["总股本(亿股)", "总市值(亿元)", "每股净资产(元)", "资产负债率(%)"]
    values = [("8.31", 201.1), ("321.90", 199.0), ("52.7", 200.4), ("31.5", 199.2)]
    words = [line(100 + 13 * n, (label, 60)) for n, label in enumerate(labels)]
    words += [line(100 + 13 * n, value, align="right") for n, value in enumerate(values)]
    assert rows(page(*words)) == [[f"{a} {b}" for a, (b, _) in zip(labels, values, strict=True)]]


def test_two_aligned_numbers_are_too_few_for_a_table() -> None:
    assert rows(page(sketch("收盘价(元)     52.30\n总市值(亿元)   15.62"))) == []


def test_numbers_without_labels_are_no_table() -> None:
    assert rows(page(sketch("10%\n20%\n30%\n40%\n50%"))) == []


def test_a_number_behind_a_bracket_without_a_gap_is_a_value() -> None:
    (block,) = find_blocks(page(sketch("总股本(亿股)0.67\n总市值(亿元)35.12\n净资产(亿元)8.31", x=60)))
    values = ["0.67", "35.12", "8.31"]
    assert [w.text for w in block.body][1::2] == values
    assert all(w.x0 == block.heads[0].x0 for w in block.body if w.text in values)


def test_rows_with_a_blank_or_a_text_do_not_end_a_side_box() -> None:
    labels = ["行业", "总股本(百万股)", "流通A股(百万股)", "流通B/H股(百万股)", "总市值(亿元)"]
    labels += ["流通市值(亿元)", "每股净资产(元)", "交易所", "流通比", "换手率"]
    values = ["食品饮料", "87", "21", "", "39", "10", "10.72", "主板", "-/-", "8.94"]
    words = [line(100 + 12.5 * n, (label, 60)) for n, label in enumerate(labels)]
    words += [line(100 + 12.5 * n, (value, 230), align="right") for n, value in enumerate(values) if value]
    # The first row has no number above it, so it is not known to be part of the box.
    whole = [f"{a} {b}".strip() for a, b in zip(labels, values, strict=True)][1:]
    assert rows(page(*words)) == [whole]


def test_a_heading_or_a_wider_step_ends_a_side_box() -> None:
    words = sketch("每股净资产(元)   4.40\n每股公积(元)     1.75\n每股利润(元)     1.34", x=60)
    far = line(170, ("收盘价(元)", 60), ("12.30", 132))
    heading = [*put("分析师", 60, 139), *line(152, ("电话", 60), ("021", 140))]
    assert [len(found) for found in rows(page(words, far))] == [3]
    assert [found[-1] for found in rows(page(words, heading))] != ["分析师"]


def test_two_price_ranges_without_a_gap_are_two_values() -> None:
    box = [("收盘价", "45.55", "99.08"), ("市值", "363,407", "790,481"), ("成交额", "4,048", "6,630")]
    words = []
    for n, (label, left, right) in enumerate([*box, ("BVPS", "2.58", "18.12")]):
        y = 100 + 13 * n
        words += [*put(label, 60, y), *put(left, 192, y, align="right"), *put(right, 240, y, align="right")]
    words += [*put("52周价格范围", 60, 152), *put("14.02-49.6040.33-104.98", 240, 152, align="right")]
    (block,) = find_blocks(page(words))
    assert [w.text for w in block.body][-3:] == ["52周价格范围", "14.02-49.60", "40.33-104.98"]


def test_the_marks_of_an_axis_beside_a_legend_are_no_table() -> None:
    drawing = """
    {}    60000        58%
    华中    50000        57%
    华北    40000        56%
    西南    30000        55%
    东北    20000        54%
    西北    10000        53%
    """
    assert rows(page(sketch(drawing.format("华东")))) == []
    ragged = drawing.replace("40000", "41000").replace("56%", "51%")
    assert len(rows(page(sketch(ragged.format("华东"))))) == 1


def test_axes_of_charts_side_by_side_are_no_sensitivity_grid() -> None:
    axes = [
        (60, 20, "1000 800 600 400 200 0"),
        (200, 20, "30% 25% 20% 15% 10% 5%"),
        (260, 20, "70 60 50 40 30 20"),
        (400, 25, "90% 80% 70% 60% 50%"),
    ]
    words = [
        w
        for x, step, marks in axes
        for i, mark in enumerate(marks.split())
        for w in put(mark, x, 100 + step * i)
    ]
    assert rows(page(words)) == []


def test_rows_that_are_numbered_or_a_year_apart_stay() -> None:
    drawing = """
    甲公司    1    243
    乙公司    2    208
    丙公司    3    180
    丁公司    4    143
    戊公司    5    140
    """
    assert len(rows(page(sketch(drawing)))[0]) == 5


def test_numbers_in_sentences_under_one_another_are_no_column() -> None:
    names = ("增持", "中性", "减持")
    words = [w for n, name in enumerate(names) for w in put(f"{name}—未来", 57, 100 + 16 * n)]
    words += [w for n in range(3) for w in put("6", 114.9, 100 + 16 * n)]
    words += [w for n in range(3) for w in put("个月的投资收益率领先市场基准指数", 122.5, 100 + 16 * n)]
    assert rows(page(words)) == []
