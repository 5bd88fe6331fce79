"""Full grids read by their rules: spans, heads, texts by cell, and what is no grid."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.layout.captioned import find_regions
from pipeline.reading.page import Page, Rule, Word
from pipeline.tables.find import find_tables
from pipeline.tables.ruled import grid_of, merged_places, read_ruled, uncaptioned_grids
from pipeline.tables.table import Table
from tests.layout.pages import BLACK, page, put, rule

XS, YS = (40.0, 120.0, 260.0, 400.0), (110.0, 130.0, 150.0, 170.0, 190.0)


def down(x: float, top: float, bottom: float) -> Rule:
    """A vertical hairline."""
    return Rule(x - 0.25, top, x + 0.25, bottom, BLACK)


def border(
    xs: Sequence[float] = XS,
    ys: Sequence[float] = YS,
    *,
    without: Sequence[tuple[str, int, int]] = (),
) -> list[Rule]:
    """Every border of a grid drawn cell by cell, `without` those named (direction, line, stretch)."""
    rules = [
        rule(a, b, y)
        for n, y in enumerate(ys)
        for m, (a, b) in enumerate(itertools.pairwise(xs))
        if ("across", n, m) not in without
    ]
    rules += [
        down(x, a, b)
        for n, x in enumerate(xs)
        for m, (a, b) in enumerate(itertools.pairwise(ys))
        if ("down", n, m) not in without
    ]
    return rules


def cells(texts: Sequence[Sequence[str]]) -> list[list[Word]]:
    """Texts put into the cells of the grid, 4 pt from their left borders."""
    return [
        put(text, x + 4, y + 10, bold=number == 0)
        for number, (y, row) in enumerate(zip(YS, texts, strict=False))
        for x, text in zip(XS, row, strict=False)
        if text
    ]


TEXTS = (
    ("姓名", "职务", "履历"),
    ("徐立", "首席执行官", "曾任研究员"),
    ("徐冰", "董事会秘书", "双学士"),
    ("杨帆", "副总裁", "硕士"),
)


def captioned(words: Sequence[list[Word]], rules: Sequence[Rule]) -> Page:
    return page(put("表 3：管理层", 40, 98), *words, put("资料来源：公司公告", 40, 204), rules=rules)


def read(words: Sequence[list[Word]], rules: Sequence[Rule]) -> Table | None:
    [region] = find_regions(captioned(words, rules))
    return read_ruled(region)


def rows(table: Table | None) -> list[list[str]]:
    assert table is not None
    found: list[list[str]] = [[] for _ in range(table.row_count)]
    for cell in sorted(table.cells, key=lambda c: (c.row, c.column)):
        found[cell.row].append(cell.text)
    return found


def test_every_cell_by_its_borders() -> None:
    table = read(cells(TEXTS), border())
    assert rows(table) == [list(row) for row in TEXTS]
    assert table is not None
    assert table.reader == "ruled" and table.heads == ("姓名", "职务", "履历")
    assert [c.role for c in table.cells if c.row == 0] == ["header"] * 3
    assert [c.role for c in table.cells if c.row == 1] == ["label", "value", "value"]
    assert table.caption_no == "3" and table.source_note == "资料来源：公司公告"


def test_lines_of_one_cell_are_one_text() -> None:
    words = [
        *cells((*TEXTS[:3], ("杨帆", "", "硕士"))),
        put("副总裁兼首席", 124, 176),
        put("运营官", 124, 184),
    ]
    assert rows(read(words, border()))[3] == ["杨帆", "副总裁兼首席运营官", "硕士"]


def test_a_missing_border_is_a_span() -> None:
    texts = (TEXTS[0], ("", "首席执行官", "曾任研究员"), ("", "董事会秘书", "双学士"), TEXTS[3])
    words = [*cells(texts), put("创始人", 44, 150)]
    table = read(words, border(without=[("across", 2, 0)]))
    assert table is not None
    merged = next(c for c in table.cells if c.text == "创始人")
    assert (merged.row, merged.column, merged.row_span, merged.column_span) == (1, 0, 2, 1)
    assert rows(table)[2] == ["董事会秘书", "双学士"]


def test_a_row_without_borders_down_is_a_section() -> None:
    texts = (TEXTS[0], ("执行董事", "", ""), TEXTS[2], TEXTS[3])
    table = read(cells(texts), border(without=[("down", 1, 1), ("down", 2, 1)]))
    assert table is not None
    section = next(c for c in table.cells if c.text == "执行董事")
    assert (section.role, section.column_span) == ("section", 3)


def test_two_levels_of_heads() -> None:
    texts = (
        ("", "两位高管", ""),
        ("项目", "徐立", "徐冰"),
        ("职务", "执行官", "秘书"),
        ("学历", "博士", "双学士"),
    )
    table = read(cells(texts), border(without=[("down", 2, 0), ("across", 1, 0)]))
    assert table is not None
    assert table.heads[1:] == ("两位高管|徐立", "两位高管|徐冰")
    assert {c.role for c in table.cells if c.row == 2} == {"label", "value"}


def test_heads_on_a_band_without_borders_between_them() -> None:
    table = read(cells(TEXTS), border(without=[("down", 1, 0), ("down", 2, 0)]))
    assert rows(table)[0] == ["姓名", "职务", "履历"]
    # One head over all columns stays one.
    heading = read(cells((("管理层", "", ""), *TEXTS[1:])), border(without=[("down", 1, 0), ("down", 2, 0)]))
    assert rows(heading)[0] == ["管理层"]


def test_a_grid_goes_on_overleaf() -> None:
    # The name stands in the middle of its merged rows overleaf; the row above the break is not finished.
    first = page(
        put("表 3：管理层", 40, 628),
        *[
            put(text, x + 4, y, bold=y < 650)
            for y, row in (
                (645, ("公司", "对象", "说明")),
                (665, ("三元", "牧场", "自建")),
                (685, ("伊利", "牧场", "收购了其")),
            )
            for x, text in zip(XS, row, strict=False)
        ],
        rules=border(ys=(635, 655, 675, 695)),
    )
    texts = [(70, XS[2], "前身"), (90, XS[1], "冰品"), (90, XS[2], "海外"), (100, XS[0], "蒙牛")]
    texts += [(110, XS[1], "奶粉"), (110, XS[2], "配方")]
    rest = page(
        *[put(text, x + 4, y) for y, x, text in texts],
        put("资料来源：公司公告", 40, 134),
        rules=border(ys=(60, 80, 100, 120), without=[("across", 2, 0)]),
        number=2,
    )
    [table] = find_tables([first, rest])
    assert rows(table) == [
        ["公司", "对象", "说明"],
        ["三元", "牧场", "自建"],
        ["伊利", "牧场", "收购了其前身"],
        ["蒙牛", "冰品", "海外"],
        ["奶粉", "配方"],
    ]
    assert [(c.text, c.row_span) for c in table.cells if c.column == 0 and c.row_span > 1] == [("蒙牛", 2)]
    assert table.pages == (1, 2) and table.reader == "ruled"


def test_sides_may_be_open() -> None:
    sides = [("down", n, m) for n in (0, 3) for m in range(4)]
    assert rows(read(cells(TEXTS), border(without=sides))) == [list(row) for row in TEXTS]


def test_a_grid_without_a_caption_is_found_where_nothing_else_stands() -> None:
    drawn = page(*cells(TEXTS), rules=border())
    [table] = find_tables([drawn])
    assert table.caption == "" and table.row_count == 4
    assert not uncaptioned_grids(drawn, [table.box])


def test_a_table_of_three_rules_is_no_grid() -> None:
    assert grid_of([rule(40, 400, y) for y in (110, 130, 190)]) is None
    assert read(cells(TEXTS), [rule(40, 400, y) for y in (110, 130, 190)]) is None


def test_the_ticks_of_an_axis_are_no_grid() -> None:
    axis = [rule(40, 400, 190), *(rule(40, 44, y) for y in (110, 130, 150, 170)), down(40, 110, 190)]
    assert grid_of(axis) is None


def test_columns_that_the_rules_do_not_part_are_left_to_another_reader() -> None:
    only_first = [("down", 2, m) for m in range(4)]
    assert read(cells(TEXTS), border(without=only_first)) is None
    [table] = find_tables([captioned(cells(TEXTS), border(without=only_first))])
    assert table.column_count == 3


_missing = st.sets(
    st.one_of(
        st.tuples(st.just("down"), st.integers(1, 2), st.integers(0, 3)),
        st.tuples(st.just("across"), st.integers(1, 3), st.integers(0, 2)),
    ),
    max_size=4,
)


@given(_missing)
def test_cells_cover_the_grid_once_whatever_borders_are_missing(missing: set[tuple[str, int, int]]) -> None:
    grid = grid_of(border(without=sorted(missing)))
    if grid is None:
        return
    covered = [(i, j) for r, c, h, w in merged_places(grid) for i in range(r, r + h) for j in range(c, c + w)]
    assert sorted(covered) == [(i, j) for i in range(len(grid.ys) - 1) for j in range(len(grid.xs) - 1)]


@given(st.integers(0, 3), st.integers(1, 2))
def test_one_missing_border_makes_one_cell_of_two(stretch: int, line: int) -> None:
    grid = grid_of(border(without=[("down", line, stretch)]))
    assert grid is not None
    assert (stretch, line - 1, 1, 2) in merged_places(grid)
    assert len(merged_places(grid)) == 11


def test_lists_side_by_side_in_a_grid_have_their_own_names() -> None:
    texts = (
        ("产品", "赞助节目", "年份", "产品", "赞助节目", "年份"),
        ("金典", "歌手", "2018", "纯甄", "全员加速中", "2015"),
        ("安慕希", "奔跑吧兄弟", "2015", "真果粒", "花儿与少年", "2019"),
    )
    xs, ys = (40.0, 100.0, 160.0, 220.0, 280.0, 340.0, 400.0), YS[:4]
    words = [
        put(text, x + 4, y + 10, bold=number == 0)
        for number, (y, row) in enumerate(zip(ys, texts, strict=False))
        for x, text in zip(xs, row, strict=False)
    ]
    (region,) = find_regions(page(put("图表 1：赞助节目", 40, 100), *words, rules=border(xs, ys)))
    table = read_ruled(region)
    assert table is not None
    labels = [(c.column, c.text) for c in table.cells if c.role == "label"]
    assert labels == [(0, "金典"), (3, "纯甄"), (0, "安慕希"), (3, "真果粒")]
