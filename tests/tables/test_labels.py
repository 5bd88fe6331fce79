from __future__ import annotations

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.layout.lines import Segment
from pipeline.tables import labels
from pipeline.tables.labels import joined, label_lines, match_labels
from tests.layout.pages import put

ROOM = 130.0  # where the first number begins: labels have 90 points

Printed = tuple[str, float]


def lines(*printed: Printed, x: float = 40) -> list[Segment]:
    """Label lines from (text, height); a leading space indents by an em, `*` is bold."""
    words = []
    for text, y in printed:
        bare = text.lstrip(" ")
        at = x + 8 * (len(text) - len(bare))
        words.append(put(bare.removeprefix("*"), at, y, bold=bare.startswith("*")))
    return label_lines(words)


def read(
    printed: list[Printed], rows: list[float], bands: list[tuple[float, float]] | None = None
) -> list[tuple[str, int | None]]:
    """What is printed at the left, matched to the heights of the numbers."""
    return [(joined(m.lines), m.row) for m in match_labels(lines(*printed), rows, bands or [], room=ROOM)]


def test_one_line_for_one_row() -> None:
    printed = [("营业收入", 100.0), ("营业成本", 113.0), ("销售费用", 126.0)]
    assert read(printed, [100, 113, 126]) == [("营业收入", 0), ("营业成本", 1), ("销售费用", 2)]


@pytest.mark.parametrize("beside", [110.0, 115.0, 120.0], ids=["first line", "middle", "last line"])
def test_a_label_over_two_lines_whichever_of_them_has_the_numbers(beside: float) -> None:
    printed = [
        ("营业收入", 94.0),
        ("归属于母公司股东的净", 110.0),  # ends at 120 of 130 points
        ("利润", 120.0),
        ("少数股东损益", 136.0),
    ]
    assert read(printed, [94, beside, 136]) == [
        ("营业收入", 0),
        ("归属于母公司股东的净利润", 1),
        ("少数股东损益", 2),
    ]


@pytest.mark.parametrize("beside", [110.0, 119.0, 128.0], ids=["first line", "middle", "last line"])
def test_a_label_over_three_lines(beside: float) -> None:
    printed = [
        ("营业收入", 94.0),
        ("以公允价值计量且其变", 110.0),
        ("动计入其他综合收益的", 119.0),
        ("金融资产", 128.0),
        ("少数股东损益", 144.0),
    ]
    assert read(printed, [94, beside, 144])[1] == ("以公允价值计量且其变动计入其他综合收益的金融资产", 1)


def test_section_heads_have_no_numbers() -> None:
    printed = [
        ("*成长能力", 100.0),
        ("营业收入增长率", 113.0),
        ("净利润增长率", 126.0),
        ("*盈利能力", 139.0),
        ("毛利率", 152.0),
    ]
    assert read(printed, [113, 126, 152]) == [
        ("成长能力", None),
        ("营业收入增长率", 0),
        ("净利润增长率", 1),
        ("盈利能力", None),
        ("毛利率", 2),
    ]


def test_two_section_heads_in_a_row() -> None:
    printed = [("主要财务比率", 100.0), ("成长能力", 113.0), ("营业收入增长率", 126.0)]
    assert read(printed, [126.0]) == [("主要财务比率", None), ("成长能力", None), ("营业收入增长率", 0)]


@pytest.mark.parametrize("offset", [-5.5, -4, -2, 2, 4, 5.5])
def test_labels_that_all_stand_a_little_off_their_numbers(offset: float) -> None:
    names = ["营业收入", "营业成本", "销售费用", "管理费用", "研发费用", "财务费用"]
    rows = [100.0 + 12 * n for n in range(6)]
    printed = [(name, y + offset) for name, y in zip(names, rows, strict=True)]
    assert read(printed, rows) == [(name, n) for n, name in enumerate(names)]


def test_an_offset_and_a_section_head_together() -> None:
    printed = [
        ("营业收入", 103.0),
        ("营业成本", 116.0),
        ("费用", 129.0),
        (" 销售费用", 142.0),
        (" 管理费用", 155.0),
        (" 研发费用", 168.0),
    ]
    assert [row for _, row in read(printed, [100, 113, 139, 152, 165])] == [0, 1, None, 2, 3, 4]


def test_drawn_bands_say_which_lines_belong_together() -> None:
    # Without the bands `净额` might as well head the next row: it stands as near to it.
    printed = [("经营活动现金流", 100.0), ("净额", 109.0), ("投资活动", 118.0), ("筹资活动", 131.0)]
    bands = [(95.0, 113.0), (113.0, 124.0), (124.0, 137.0)]
    assert read(printed, [104.5, 118, 131], bands) == [
        ("经营活动现金流净额", 0),
        ("投资活动", 1),
        ("筹资活动", 2),
    ]


def test_an_open_bracket_goes_on_in_the_next_line() -> None:
    printed = [("每股收益（最新", 100.0), ("摊薄）", 109.0), ("每股净资产", 122.0)]
    assert read(printed, [100, 122]) == [("每股收益（最新摊薄）", 0), ("每股净资产", 1)]


def test_a_row_without_any_label_stays_a_row() -> None:
    printed = [("营业收入", 100.0), ("营业成本", 126.0)]
    assert read(printed, [100, 113, 126]) == [("营业收入", 0), ("", 1), ("营业成本", 2)]


def test_no_labels_and_no_rows() -> None:
    assert read([], [100, 113]) == [("", 0), ("", 1)]
    assert read([("营业收入", 100.0)], []) == [("营业收入", None)]
    assert read([], []) == []


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["归属母公司净", "利润"], "归属母公司净利润"),
        (["Net profit", "attributable"], "Net profit attributable"),
        (["营业收入", "YoY"], "营业收入YoY"),
        (["EV/", "EBITDA"], "EV/EBITDA"),
        (["每股收益(元)", "(摊薄)"], "每股收益(元)(摊薄)"),
    ],
)
def test_lines_of_a_label_as_one_text(parts: list[str], whole: str) -> None:
    assert joined(lines(*((part, 100 + 9 * n) for n, part in enumerate(parts)))) == whole


def test_a_group_of_one_row_between_two_section_heads() -> None:
    names = [
        "成长能力",
        "营业收入增长率",
        "净利润增长率",
        "偿债能力",
        "资产负债率",
        "营运能力",
        "总资产周转率",
    ]
    sections = {0, 3, 5}
    printed = [(name, 100.0 + 12 * n) for n, name in enumerate(names)]
    rows = [y for n, (_, y) in enumerate(printed) if n not in sections]
    assert [row for _, row in read(printed, rows)] == [None, 0, 1, None, 2, None, 3]


@pytest.mark.parametrize("beside", [110.0, 120.0], ids=["first line", "last line"])
def test_a_label_that_wraps_far_left_of_the_numbers(beside: float) -> None:
    printed = [("营业收入", 94.0), ("归属于母公司股东", 110.0), ("的净利润", 120.0), ("少数股东损益", 136.0)]
    found = match_labels(lines(*printed), [94, beside, 136], room=170)
    assert [joined(m.lines) for m in found] == ["营业收入", "归属于母公司股东的净利润", "少数股东损益"]


def test_the_nearer_line_belongs_to_a_label_in_a_table_of_three_rows() -> None:
    printed = [("经营活动产生的", 100.0), ("现金流量净额", 109.0), ("ROE(%)", 122.0), ("其他流动资产", 135.0)]
    found = match_labels(lines(*printed), [100, 122, 135], room=100)
    assert [joined(m.lines) for m in found] == ["经营活动产生的现金流量净额", "ROE(%)", "其他流动资产"]


@given(
    st.lists(st.tuples(st.booleans(), st.floats(11, 18)), min_size=1, max_size=20),
    st.floats(-1.0, 1.0),
)
def test_every_line_and_every_row_is_matched_once_and_in_order(
    kinds: list[tuple[bool, float]], offset: float
) -> None:
    kinds = [*kinds, (True, 12.0)]  # below the last numbers nothing is headed
    heights = list(accumulate((step for _, step in kinds), initial=100.0))[: len(kinds)]
    printed = [
        (f"{'' if has_numbers else '*'}项目{n}", y)
        for n, ((has_numbers, _), y) in enumerate(zip(kinds, heights, strict=True))
    ]
    rows = [y + offset for y, (has_numbers, _) in zip(heights, kinds, strict=True) if has_numbers]
    number = iter(range(len(rows)))
    assert read(printed, rows) == [
        (f"项目{n}", next(number) if has_numbers else None) for n, (has_numbers, _) in enumerate(kinds)
    ]


def test_a_bracket_that_wraps_holds_its_label_together() -> None:
    # Every line is a line of the grid, the numbers beside the last line of a label: geometry alone would let
    # the first number have three lines around it.
    printed = [("低温小计", 100.0), ("基础白奶（纯牛奶", 113.0), ("等）", 126.0), ("其他常温奶（儿童", 139.0)]
    found = match_labels(lines(*printed, ("奶）", 152.0)), [100, 126, 152], room=120)
    assert [joined(m.lines) for m in found] == ["低温小计", "基础白奶（纯牛奶等）", "其他常温奶（儿童奶）"]


def test_items_without_numbers_that_keep_the_pitch_are_rows_of_their_own() -> None:
    names = ["其他流动资产", "可供出售金融资产", "持有至到期投资", "长期股权投资", "固定资产"]
    printed = [(name, 100.0 + 12 * n) for n, name in enumerate(names)]
    found = match_labels(lines(*printed), [100, 136, 148], room=130)
    assert [(joined(m.lines), m.row) for m in found] == [*zip(names, (0, None, None, 1, 2), strict=True)]


def test_a_section_head_and_the_only_row_below_it_between_two_rules() -> None:
    printed = [("*估值比率", 75.0), ("P/E", 86.0)]
    assert read(printed, [86], [(69.0, 92.0)]) == [("估值比率", None), ("P/E", 0)]


def test_a_section_head_and_a_row_on_white_between_two_filled_rows() -> None:
    printed = [("ROE(%)", 100.0), ("*偿债能力", 111.0), ("资产负债率(%)", 122.0), ("流动比率", 133.0)]
    bands = [(94.5, 105.5), (105.5, 127.5), (127.5, 138.5)]
    assert read(printed, [100, 122, 133], bands) == [
        ("ROE(%)", 0),
        ("偿债能力", None),
        ("资产负债率(%)", 1),
        ("流动比率", 2),
    ]


@pytest.mark.parametrize("heads", [False, True])
def test_a_table_twice_as_long_takes_far_less_than_four_times_the_pairings(
    monkeypatch: pytest.MonkeyPatch, heads: bool
) -> None:
    asked = [0]
    cost = labels._Costs.match

    def counted(costs: labels._Costs, group: labels._Group, row: int) -> float:
        asked[0] += 1
        return cost(costs, group, row)

    monkeypatch.setattr(labels._Costs, "match", counted)
    counts = []
    for rows in (100, 200):
        places = [
            (50.0 + 14 * (row + heads * (row // 10 + 1)), row % 10 == 0 and heads) for row in range(rows)
        ]
        printed = [
            line
            for y, headed in places
            for line in ([("分类", y - 14), ("项目", y)] if headed else [("项目", y)])
        ]
        asked[0] = 0
        read(printed, [y for y, _ in places])
        counts.append(asked[0])
    assert counts[1] < (3 if heads else 2.1) * counts[0]


def test_the_name_of_a_statement_heads_rows_and_is_no_part_of_a_label() -> None:
    printed = [("*资产负债表", 100.0), ("流动资产", 108.0), ("货币资金", 119.0), ("存货", 130.0)]
    assert read(printed, [106, 117, 128])[:2] == [("资产负债表", None), ("流动资产", 0)]


def test_a_last_row_of_blanks_is_no_part_of_the_label_above() -> None:
    printed = [("每股经营现金流", 100.0), ("PE", 111.0), ("P/B", 122.0), ("EV/EBITDA", 133.0)]
    assert read(printed, [100, 111, 122]) == [
        ("每股经营现金流", 0),
        ("PE", 1),
        ("P/B", 2),
        ("EV/EBITDA", None),
    ]


def test_the_unit_below_the_name_of_a_ratio_block_is_no_part_of_the_row_below() -> None:
    printed = [("估值比率", 101.0), ("（倍）", 109.0), ("P/E", 115.0), ("P/B", 129.0), ("EV/EBITDA", 143.0)]
    assert read(printed, [118, 132, 146]) == [
        ("估值比率（倍）", None),
        ("P/E", 0),
        ("P/B", 1),
        ("EV/EBITDA", 2),
    ]
