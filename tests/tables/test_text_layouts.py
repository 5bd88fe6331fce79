"""Tables of words as initiation reports set them: with headings, narrow names, pages that break them."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.reading.page import Word
from pipeline.tables.find import find_tables
from pipeline.tables.table import Cell, Table
from pipeline.tables.textcells import cell_line
from tests.layout.pages import line, page, put, rule

NOTE = "资料来源：公司公告"


def places(table: Table) -> list[list[str]]:
    """The texts by row, a spanning cell once, where it begins."""
    rows: list[list[str]] = [[] for _ in range(table.row_count)]
    for cell in sorted(table.cells, key=lambda c: (c.row, c.column)):
        rows[cell.row].append(cell.text)
    return rows


def at(table: Table, row: int, column: int) -> Cell:
    return next(c for c in table.cells if (c.row, c.column) == (row, column))


def stacked(text: str, x: float, y: float, *, bold: bool = False) -> list[Word]:
    """A text set one character a line, as in a column too narrow for more."""
    return [w for i, char in enumerate(text) for w in put(char, x, y + 9 * i, bold=bold)]


def test_headings_in_larger_type_around_the_grid() -> None:
    # Before the grid the last heading is its head; what headings open behind it is not of the grid.
    drawn = page(
        put("图表 1：平台的场景", 40, 100),
        put("平台的五大场景", 40, 118, size=12, bold=True),
        put("云平台", 40, 138, size=12, bold=True),
        line(160, ("影像云", 40), ("影像互通与移动阅片等多种服务", 120)),
        line(174, ("就医云", 40), ("导诊与随访", 120)),
        line(188, ("科研云", 40), ("数据管理", 120)),
        put("平台优势", 40, 212, size=12),
        put("- 多终端应用", 40, 232, size=12),
        put("入选白皮书", 40, 250),
        put("- 数据安全", 40, 270, size=12),
        put(NOTE, 40, 290),
        rules=(rule(38, 420, 110), rule(38, 420, 150), rule(38, 420, 167), rule(38, 420, 282)),
    )
    [table] = find_tables([drawn])
    assert places(table) == [
        ["云平台"],
        ["影像云", "影像互通与移动阅片等多种服务"],
        ["就医云", "导诊与随访"],
        ["科研云", "数据管理"],
    ]
    assert (at(table, 0, 0).role, at(table, 0, 0).column_span) == ("header", 2)


def test_names_that_fill_their_column_are_told_by_their_spacing() -> None:
    # Lines 9 pt apart inside a cell, rows 9.8 pt: a name of two characters leaves room for a third.
    def row(y: float, name: Sequence[str], *texts: str) -> list[Word]:
        words = [w for i, part in enumerate(name) for w in put(part, 40, y + 9 * i)]
        return words + [w for i, part in enumerate(texts) for w in put(part, 72, y + 9 * i)]

    full = "服务于车企与银行以及医院和学校等各行各业的客户"
    drawn = page(
        put("图表 1：平台的场景", 40, 80),
        line(100, ("平台", 40), ("内容", 72)),
        row(120, ("影像云", "平台"), "1. " + full, "二期"),
        row(138.8, ("就医云", "平台"), "1. 导诊"),
        row(157.6, ("科研云", "平台"), "1. " + full, "三期"),
        row(176.4, ("诊疗云", "平台一"), "1. " + full, full, "四期"),
        row(204.2, ("管理云", "平台"), "1. 运营"),
        put(NOTE, 40, 240),
        rules=(rule(38, 300, 90), rule(38, 300, 110), rule(38, 300, 230)),
    )
    [table] = find_tables([drawn])
    assert places(table)[1:] == [
        ["影像云平台", "1. " + full + "二期"],
        ["就医云平台", "1. 导诊"],
        ["科研云平台", "1. " + full + "三期"],
        ["诊疗云平台一", "1. " + full + full + "四期"],
        ["管理云平台", "1. 运营"],
    ]


def test_overleaf_under_stacked_heads_a_name_goes_on() -> None:
    heads = [w for text, x in (("甲公司", 56), ("乙公司", 110)) for w in put(text, x, 133, bold=True)]
    first = page(
        put("图表 1：布局", 40, 100),
        stacked("对比内容", 40, 120, bold=True),
        heads,
        line(170, ("定", 40), ("以平台为业", 56), ("芯片公司", 110)),
        line(179, ("位", 40), ("的公司", 56)),
        line(190, ("场", 40), ("城市与园区", 56), ("园区管理", 110)),
        line(199, ("景", 40), ("的治理", 56)),
        line(210, ("金融", 56), ("身份认证", 110)),
        line(221, ("零售", 56), ("/", 110)),
        rules=(rule(38, 164, 110), rule(38, 164, 160)),
    )
    second = page(
        stacked("对比内容", 40, 80, bold=True),
        [w for text, x in (("甲公司", 56), ("乙公司", 110)) for w in put(text, x, 93, bold=True)],
        line(130, ("汽车", 56), ("车主身份验证", 110)),
        line(139, ("与司机状态", 110)),
        line(150, ("交通", 56), ("/", 110)),
        line(161, ("医疗", 56), ("/", 110)),
        put(NOTE, 40, 210),
        rules=(rule(38, 164, 70), rule(38, 164, 120), rule(38, 164, 200)),
        number=2,
    )
    [table] = find_tables([first, second])
    assert places(table) == [
        ["对比内容", "甲公司", "乙公司"],
        ["定位", "以平台为业的公司", "芯片公司"],
        ["场景", "城市与园区的治理", "园区管理"],
        ["金融", "身份认证"],
        ["零售", "/"],
        ["汽车", "车主身份验证与司机状态"],
        ["交通", "/"],
        ["医疗", "/"],
    ]
    assert at(table, 2, 0).row_span == 6
    assert table.pages == (1, 2) and at(table, 5, 1).page == 2


def test_heads_set_left_and_right_over_all_their_columns() -> None:
    bodies = [("1", "博世", "甲车"), ("2", "电装", "乙车"), ("3", "麦格", "丙车")]
    drawn = page(
        put("图表 1：供应商", 40, 100),
        put("全年行车供应商市场份额排名", 40, 118, bold=True),
        put("标配品牌及供应商", 420, 118, align="right", bold=True),
        [
            w
            for text, x in (("排名", 40), ("供应商", 120), ("序号", 220), ("车企", 300))
            for w in put(text, x, 134, bold=True)
        ],
        put("供应商", 420, 134, align="right", bold=True),
        *[
            line(150 + 14 * i, (n, 40), (a, 120), (n, 220), (b, 300))
            + put("自研", 420, 150 + 14 * i, align="right")
            for i, (n, a, b) in enumerate(bodies)
        ],
        put(NOTE, 40, 210),
        rules=(rule(38, 422, 110), rule(38, 422, 126), rule(38, 422, 142), rule(38, 422, 200)),
    )
    [table] = find_tables([drawn])
    spans = [(c.text, c.column, c.column_span) for c in table.cells if c.row == 0]
    assert spans == [("全年行车供应商市场份额排名", 0, 2), ("标配品牌及供应商", 2, 3)]
    assert table.heads[2] == "标配品牌及供应商|序号"


def test_the_end_of_a_broken_row_is_set_to_its_beginning() -> None:
    first = page(
        put("表 1：管理层", 40, 640),
        [w for t, x in (("姓名", 40), ("职务", 100), ("履历", 200)) for w in put(t, x, 660, bold=True)],
        line(680, ("甲某", 40), ("董事长", 100), ("1999 年起任公司总裁助理", 200)),
        line(694, ("乙某", 40), ("技术总监", 100), ("2004 年起历任面点师、研", 200)),
        rules=(rule(38, 300, 650), rule(38, 300, 670)),
    )
    rest = [line(80, ("发组长和技术经理", 200)), put(NOTE, 40, 100)]
    [table] = find_tables([first, page(*rest, number=2)])
    assert table.pages == (1, 2) and table.source_note == NOTE
    assert places(table)[1:] == [
        ["甲某", "董事长", "1999 年起任公司总裁助理"],
        ["乙某", "技术总监", "2004 年起历任面点师、研发组长和技术经理"],
    ]
    # A row that has a name of its own overleaf is a row of its own.
    rest[0] = line(80, ("丙某", 40), ("董秘", 100), ("2015 年起任公司董秘", 200))
    [table] = find_tables([first, page(*rest, number=2)])
    assert places(table)[-1] == ["丙某", "董秘", "2015 年起任公司董秘"]


def test_justified_characters_close_up() -> None:
    # A character alone between two spaces; the space between phrases stays where nothing is justified.
    justified = [w for i, char in enumerate("安井食品") for w in put(char, 40 + 13 * i, 100)]
    assert cell_line(justified).text == "安井食品"
    assert cell_line([*put("红", 40, 100), *put("糖", 52, 100), *put("发糕、", 64, 100)]).text == "红糖发糕、"
    assert cell_line(put("商量 秒画", 40, 100)).text == "商量 秒画"
    assert cell_line(put("2020 年 特通", 40, 100)).text == "2020 年 特通"


def test_names_in_the_middle_are_not_indented() -> None:
    rows = [
        ("京东币链科技（香港）公司", "2024/7/18"),
        ("渣打银行（香港）", ""),
        ("安拟集团公司", "2024/7/18"),
    ]
    drawn = page(
        put("表 1：参与者名单", 40, 100),
        put("参与者", 100, 118, align="centre", bold=True),
        put("进入日期", 250, 118, align="centre", bold=True),
        *[
            put(name, 100, 136 + 14 * i, align="centre") + put(day, 250, 136 + 14 * i, align="centre")
            for i, (name, day) in enumerate(rows)
            if day
        ],
        put(rows[1][0], 100, 150, align="centre"),
        put(NOTE, 40, 190),
        rules=(rule(38, 300, 110), rule(38, 300, 127), rule(38, 300, 180)),
    )
    [table] = find_tables([drawn])
    assert places(table)[1:] == [list(row) for row in rows]


def test_two_columns_of_figures_give_way_to_no_words() -> None:
    rows = [
        ("1801.HK", "信达", "买入", "生物", "38.2", "60.1"),
        ("2269.HK", "药明", "持有", "研发", "26.3", "33.4"),
    ]
    rows += [
        ("2359.HK", "康德", "买入", "研发", "105.1", "130.2"),
        ("1530.HK", "三生", "买入", "制药", "7.3", "9.1"),
    ]
    xs = (40, 100, 160, 220, 300, 370)
    heads = zip(("代码", "公司", "评级", "行业", "现价", "目标价"), xs, strict=True)
    drawn = page(
        put("图表 1：覆盖公司", 40, 100),
        [w for text, x in heads for w in put(text, x, 118, bold=True)],
        *[line(136 + 14 * i, *zip(row, xs, strict=True)) for i, row in enumerate(rows)],
        put(NOTE, 40, 210),
        rules=(rule(38, 420, 110), rule(38, 420, 127), rule(38, 420, 200)),
    )
    [table] = find_tables([drawn])
    assert table.reader == "aligned"
    assert [c.text for c in table.cells if c.column == table.column_count - 1][-4:] == [
        "60.1",
        "33.4",
        "130.2",
        "9.1",
    ]
