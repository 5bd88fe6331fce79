"""Regions under captions: where they begin and end, and what is none."""

from __future__ import annotations

from dataclasses import replace

from pipeline.layout.captioned import captions_on, find_regions, is_half_hidden, opening_region
from pipeline.layout.gutters import drawn_borders, find_gutters, runs_of
from pipeline.layout.lines import cluster_lines, join_words
from pipeline.reading.page import Box, Image, Rule, Word

from .pages import BLACK, clipped, line, page, put, rule

TABLE = [
    line(120, ("公司", 40), ("定位", 140), ("客户", 300)),
    line(134, ("甲公司", 40), ("算法与平台", 140), ("车企", 300)),
    line(148, ("乙公司", 40), ("芯片", 140), ("银行", 300)),
]


def texts(lines: tuple[tuple[Word, ...], ...]) -> list[str]:
    return [join_words(words) for words in lines]


def runs(*lines: list[Word]) -> list[list]:  # type: ignore[type-arg]
    return [runs_of(words) for words in lines]


def test_a_region_lies_between_a_caption_and_its_source_note() -> None:
    found = find_regions(
        page(
            put("正文在上面写着", 40, 80),
            put("图表 3：公司对比", 40, 106),
            *TABLE,
            put("资料来源：公司公告", 40, 162),
            put("正文在下面接着写", 40, 180),
        )
    )
    assert len(found) == 1
    region = found[0]
    assert region.caption is not None and region.caption.number == "3" and region.caption.name == "公司对比"
    assert [t.split()[0] for t in texts(region.lines)] == ["公司", "甲公司", "乙公司"]
    assert region.source_note == "资料来源：公司公告"
    assert region.closed


def test_a_remark_ends_a_region_and_the_source_is_its_note() -> None:
    found = find_regions(
        page(
            put("表 1 公司对比", 40, 106),
            *TABLE,
            put("注：按收入排序", 40, 162),
            put("资料来源：公司公告", 40, 174),
        )
    )
    assert [len(r.lines) for r in found] == [3]
    assert found[0].source_note == "资料来源：公司公告"


def test_captions_side_by_side_have_their_own_room() -> None:
    left = [put("图 1：左表", 40, 106), *(put(t, 40, y) for t, y in (("甲", 120), ("乙", 134)))]
    right = [put("图 2：右表", 310, 106), *(put(t, 310, y) for t, y in (("丙", 120), ("丁", 134)))]
    found = find_regions(page(*left, *right, put("资料来源：公司", 40, 150), put("资料来源：公司", 310, 150)))
    assert [texts(r.lines) for r in found] == [["甲", "乙"], ["丙", "丁"]]
    assert all(r.source_note == "资料来源：公司" for r in found)


def test_a_caption_set_apart_by_tabs_is_one() -> None:
    [caption] = captions_on(line(100, ("图表", 40), ("21", 62), ("公司收入（亿元）", 80)))
    assert (caption.number, caption.name) == ("21", "公司收入（亿元）")
    two = line(100, ("图表", 40), ("3", 62), ("产能", 76), ("图表", 300), ("4", 322), ("产量", 336))
    assert [(c.number, c.name) for c in captions_on(two)] == [("3", "产能"), ("4", "产量")]
    # A figure far behind the word is another cell.
    assert captions_on(line(100, ("图表", 40), ("21", 140))) == []


def test_the_next_caption_ends_a_region() -> None:
    found = find_regions(page(put("表 1：甲", 40, 106), *TABLE, put("表 2：乙", 40, 162)))
    assert len(found) == 1
    assert found[0].closed and not found[0].source_note


def test_a_region_at_the_end_of_the_page_is_open_and_goes_on_overleaf() -> None:
    first = find_regions(page(put("表 1：甲", 40, 106), *TABLE))[0]
    assert not first.closed
    rest = opening_region(
        page(
            line(100, ("丙公司", 40), ("机器人", 140), ("工厂", 300)),
            line(114, ("丁公司", 40), ("软件", 140), ("医院", 300)),
            put("资料来源：公司公告", 40, 128),
        ),
        page(put("表 1：甲", 40, 106), *TABLE),
        first.box.x0,
        first.box.x1,
    )
    assert rest is not None and rest.closed
    assert [t.split()[0] for t in texts(rest.lines)] == ["丙公司", "丁公司"]


def test_running_heads_are_no_rows_overleaf() -> None:
    heads = [put("行业深度报告", 40, 60), put("公司研究：系列报告之二", 40, 72)]
    turned = [put("行业深度报告", 300, 60), put("公司研究：系列报告之二", 300, 72)]
    before = page(*turned, put("表 1：甲", 40, 106), *TABLE)
    rest = opening_region(
        page(
            *heads,
            line(100, ("丙公司", 40), ("机器人", 140), ("工厂", 300)),
            line(114, ("丁公司", 40), ("软件", 140), ("医院", 300)),
            put("资料来源：公司公告", 40, 128),
        ),
        before, 38, 420,
    )  # fmt: skip
    assert rest is not None
    assert [t.split()[0] for t in texts(rest.lines)] == ["丙公司", "丁公司"]


def test_the_foot_of_the_page_closes_no_region() -> None:
    foot = put("23/28", 300, 760)
    assert not find_regions(page(put("表 1：甲", 40, 106), *TABLE, foot))[0].closed
    assert find_regions(page(put("表 1：甲", 40, 106), *TABLE, put("后文", 40, 260)))[0].closed


def test_a_picture_is_no_region() -> None:
    drawn = page(put("图 1：结构", 40, 106), *TABLE, put("资料来源：公司", 40, 162))
    assert find_regions(drawn)
    assert not find_regions(replace(drawn, images=(Image(40, 112, 400, 158),)))


def test_a_place_whose_words_are_mostly_cut_off_is_no_region() -> None:
    hidden = [w for y in (120, 134, 148) for x in (200, 220, 240) for w in clipped("12.5", x, y)]
    drawn = page(put("图 1：结构", 40, 106), *TABLE, put("资料来源：公司", 40, 162), hidden=hidden)
    assert is_half_hidden(drawn, Box(0, 100, 595, 160), 9)
    assert not find_regions(drawn)


def test_the_list_of_figures_has_no_captions() -> None:
    assert not captions_on(line(100, ("图表 3：公司对比", 40), ("................", 140), ("8", 540)))


def test_a_unit_line_under_the_caption_is_no_row() -> None:
    found = find_regions(
        page(put("表 1：投资", 40, 92), put("单位：百万元", 300, 106), *TABLE, put("资料来源：公司", 40, 162))
    )
    assert found[0].unit_text == "百万元"
    assert len(found[0].lines) == 3


def test_gutters_are_what_most_lines_leave_free() -> None:
    found = find_gutters(runs(*TABLE))
    assert len(found) == 2
    assert 64 < found[0] < 140 and 180 < found[1] < 300


def test_one_long_cell_may_cross_a_gutter() -> None:
    long = line(162, ("丙公司（原名某某某科技有限公司）", 40), ("工厂", 300))
    lines = [*TABLE, line(176, ("丁公司", 40), ("软件", 140), ("医院", 300)), long]
    assert len(find_gutters(runs(*lines))) == 2


def test_prose_has_no_gutters() -> None:
    prose = [put("这是一段没有任何栏位的正文文字它从左边一直写到右边", 40, 100 + 14 * i) for i in range(5)]
    assert find_gutters(runs(*prose)) == []


def test_a_name_in_the_middle_of_its_cell_parts_from_the_lines_beside_it() -> None:
    lines = cluster_lines(
        [
            *put("定位于算法与平台", 140, 100),
            *put("服务于车企", 140, 108),
            *put("甲公司", 40, 104),
            *put("定位于芯片与服务", 140, 122),
            *put("服务于银行", 140, 130),
            *put("乙公司", 40, 126),
        ],
        0.35,
    )
    assert len(find_gutters([runs_of(words) for words in lines])) == 1


def test_a_bullet_belongs_to_the_text_behind_it() -> None:
    assert [r.text for r in runs_of(line(100, ("•", 40), ("车企", 49), ("银行", 120)))] == ["• 车企", "银行"]


def test_borders_are_where_rules_drawn_by_the_cell_meet() -> None:
    pieces = [rule(38, 130, 112), rule(130, 290, 112), rule(290, 400, 112)]
    assert drawn_borders(pieces, runs(*TABLE)) == [130, 290]
    down = [Rule(129.8, 112, 130.2, 160, BLACK)]
    assert [round(x) for x in drawn_borders(down, runs(*TABLE))] == [130]
