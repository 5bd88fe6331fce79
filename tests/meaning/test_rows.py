from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.meaning.rows import dependence, rows_of
from pipeline.reading.page import Box
from pipeline.tables.find import find_tables
from pipeline.tables.table import Cell, Table
from tests.layout.pages import page, sketch
from tests.meaning.truth import grid


def paths(table: Table, *, segmented: bool = False) -> list[tuple[str, ...]]:
    _, rows = rows_of(table, segmented=segmented)
    return [rows[r].path for r in sorted(rows)]


def indented(table: Table, indents: dict[str, float]) -> Table:
    cells = tuple(replace(c, indent=indents.get(c.text, 0.0)) for c in table.cells)
    return replace(table, cells=cells)


def test_growth_and_share_belong_to_the_row_before() -> None:
    rows = [["总收入", "1"], ["YoY", "2%"], ["分板块"], ["生成式AI", "1"], ["YoY", "3%"], ["收入占比", "4%"]]
    assert paths(grid(["2024"], rows), segmented=True) == [
        ("总收入",),
        ("总收入", "YoY"),
        ("分板块", "生成式AI"),
        ("分板块", "生成式AI", "YoY"),
        ("分板块", "生成式AI", "收入占比"),
    ]


def test_a_margin_belongs_to_its_business() -> None:
    rows = [["小分子 CDMO"], ["收入（百万元）", "1"], ["增速", "2%"], ["毛利率", "3%"]]
    assert paths(grid(["2024"], rows), segmented=True) == [
        ("小分子 CDMO", "收入（百万元）"),
        ("小分子 CDMO", "收入（百万元）", "增速"),
        ("小分子 CDMO", "毛利率"),
    ]
    assert paths(grid(["2024"], [["化学业务", "1"], ["毛利率", "3%"]]), segmented=True)[1] == (
        "化学业务",
        "毛利率",
    )


def test_a_margin_among_ratios_stands_alone() -> None:
    assert paths(grid(["2024"], [["获利能力"], ["毛利率", "3%"], ["净利率", "2%"]])) == [
        ("获利能力", "毛利率"),
        ("获利能力", "净利率"),
    ]


def test_of_which_belongs_to_the_item_before() -> None:
    rows = [["普通股股东权益", "9"], ["其中：股本", "1"], ["其中：储备", "2"], ["少数股东权益", "3"]]
    assert paths(grid(["2024"], rows)) == [
        ("普通股股东权益",),
        ("普通股股东权益", "其中：股本"),
        ("普通股股东权益", "其中：储备"),
        ("少数股东权益",),
    ]


def test_indents_carry_the_hierarchy() -> None:
    rows = [
        ["流动资产", "9"],
        ["现金", "1"],
        ["存货", "2"],
        ["非流动资产", "5"],
        ["固定资产", "3"],
        ["其他", "2"],
    ]
    table = indented(grid(["2024"], rows), dict.fromkeys(("现金", "存货", "固定资产", "其他"), 9.0))
    assert paths(table) == [
        ("流动资产",),
        ("流动资产", "现金"),
        ("流动资产", "存货"),
        ("非流动资产",),
        ("非流动资产", "固定资产"),
        ("非流动资产", "其他"),
    ]


def test_ragged_indents_say_nothing() -> None:
    labels = ["营业收入", "营业成本", "销售费用", "管理费用", "研发费用", "财务费用"]
    table = indented(
        grid(["2024"], [[label, "1"] for label in labels]), dict(zip(labels, range(0, 60, 10), strict=True))
    )
    assert paths(table) == [(label,) for label in labels]


def test_wraps_leave_no_space_between_chinese_characters() -> None:
    rows = [["归属于母公司 净利润", "1"], ["52 周 价格范围", "2"], ["EV EBITDA (倍)", "3"]]
    assert paths(grid(["2024"], rows)) == [("归属于母公司净利润",), ("52 周价格范围",), ("EV EBITDA (倍)",)]


def test_a_business_merged_at_the_left_heads_its_rows() -> None:
    box = Box(0, 0, 10, 10)
    cells = [
        Cell(0, 0, "", 1, box, "header"),
        Cell(0, 1, "", 1, box, "header"),
        Cell(0, 2, "2024", 1, box, "header"),
    ]
    cells += [Cell(1, 0, "小分子", 1, box, "label", row_span=2)]
    cells += [Cell(r, 1, text, 1, box, "label") for r, text in ((1, "收入"), (2, "毛利率"))]
    cells += [Cell(r, 2, "1", 1, box, "value") for r in (1, 2)]
    table = Table((1,), box, 3, 3, tuple(cells), ("", "", "2024"))
    assert paths(table, segmented=True) == [("小分子", "收入"), ("小分子", "毛利率")]


def test_a_column_of_units_is_the_unit_of_its_row() -> None:
    table = grid(["单位", "2024"], [["营业收入", "亿元", "5"], ["毛利率", "%", "6"]])
    _, rows = rows_of(table)
    assert [r.unit_text for r in rows.values()] == ["亿元", "%"]


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("YoY", "follows"),
        ("+/-%", "follows"),
        ("(+/-) (%)", "follows"),
        ("(+/-%)", "follows"),
        ("增长率 YoY %", "follows"),
        ("%销售收入", "follows"),
        ("业务收入比例(%)", "follows"),
        ("毛利率(%)", "rate"),
        ("收入（百万元）", "measure"),
        ("其中：股本", "part"),
        ("收入同比（%）", None),
        ("所得税率", None),
        ("归母净利润", None),
    ],
)
def test_how_labels_lean(label: str, kind: str | None) -> None:
    assert dependence(label) == kind


def test_the_sum_of_the_businesses_is_not_part_of_the_last_one() -> None:
    rows = [
        ["其他业务"],
        ["销售收入", "1"],
        ["增长率", "2%"],
        ["合计", "9"],
        ["增长率", "3%"],
        ["综合毛利率", "4%"],
    ]
    assert paths(grid(["2024"], rows), segmented=True) == [
        ("其他业务", "销售收入"),
        ("其他业务", "销售收入", "增长率"),
        ("合计",),
        ("合计", "增长率"),
        ("综合毛利率",),
    ]


def test_a_sum_under_a_head_that_only_sorts_stays_there() -> None:
    rows = [["毛利（百万元）"], ["蒸煮类", "1"], ["合计", "9"]]
    assert paths(grid(["2024"], rows), segmented=True)[-1] == ("毛利（百万元）", "合计")


def test_centred_labels_carry_no_hierarchy() -> None:
    """Widths 28, 24, 12, 12 about one axis: EPS, ROE, P/E, P/B under two labels at the left."""
    table = grid(["2024"], [[label, "1"] for label in ("收入", "净利", "EPS(元)", "ROE(%)", "P/E", "P/B")])
    places = {"EPS(元)": (11.3, 28.0), "ROE(%)": (13.3, 24.0), "P/E": (19.3, 12.0), "P/B": (19.3, 12.0)}
    cells = tuple(
        replace(c, indent=at[0], box=Box(at[0], c.box.top, at[0] + at[1], c.box.bottom))
        if (at := places.get(c.text))
        else c
        for c in table.cells
    )
    assert paths(replace(table, cells=cells))[2:] == [("EPS(元)",), ("ROE(%)",), ("P/E",), ("P/B",)]


def test_a_unit_that_wraps_below_its_label_is_no_head() -> None:
    table = grid(["2024"], [["归属母公司净利润", "6,072"], ["(百万)"], ["+/-%", "26.77"]])
    rows = [row for _, row in sorted(rows_of(table)[0].items())]
    assert [row.path for row in rows] == [("归属母公司净利润",), ("归属母公司净利润", "+/-%")]
    assert rows[0].unit_text == "百万"


def test_a_unit_below_the_head_of_a_section_joins_it() -> None:
    table = grid(["2024"], [["产能"], ["化学品", "290"], ["（万吨）"], ["聚合物", "101"]])
    table = indented(table, {"化学品": 20.0, "聚合物": 20.0})
    assert paths(table) == [("产能", "化学品"), ("产能（万吨）", "聚合物")]


def test_an_item_that_repeats_belongs_to_the_business_above_it() -> None:
    rows = [
        ["直营收入", "36"],
        ["毛利率", "29%"],
        ["成本", "26"],
        ["经销收入", "52"],
        ["同比", "9%"],
        ["成本", "41"],
        ["同比", "5%"],
        ["其他", "1"],
    ]
    found = rows_of(grid(["2024"], rows), segmented=True)[0]
    assert [row.path for _, row in sorted(found.items())] == [
        ("直营收入",),
        ("直营收入", "毛利率"),
        ("直营收入", "成本"),
        ("经销收入",),
        ("经销收入", "同比"),
        ("经销收入", "成本"),
        ("经销收入", "成本", "同比"),
        ("其他",),
    ]


def test_a_group_set_apart_with_no_name_beside_it_is_of_none() -> None:
    words = sketch(
        """
                                 2023A  2024A  2025E
        营业收入    收入合计     37044  41487  45648
                    功能化学品   19578  21289  21707
                    其他          9874   7817  11113

        毛利        毛利合计      6119   8230  10757
                    功能化学品    4197   3315   4417
                    其他           133   1222   1952

                    营业利润      3448   5378   7034
                    归母净利润    3062   4789   6072
        """
    )
    (table,) = find_tables([page(words)])
    _, rows = rows_of(table)
    paths = [row.path for row in rows.values()]
    assert paths[0] == ("营业收入", "收入合计")
    assert paths[4] == ("毛利", "功能化学品")
    assert paths[-2:] == [("营业利润",), ("归母净利润",)]
