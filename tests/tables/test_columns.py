from __future__ import annotations

from pipeline.layout.anchors import find_anchors
from pipeline.layout.lines import cluster_lines
from pipeline.reading.page import Box, Word
from pipeline.tables.columns import Column, nearest, text_columns, value_columns
from tests.layout.pages import around, line, page, put, sketch, word


def heads_of(words: list[Word]) -> tuple[Box, ...]:
    (anchor,) = find_anchors(p := page(words), cluster_lines(p.words))
    return anchor.heads


def test_one_column_for_each_period_head() -> None:
    words = sketch(
        """
        项目           2023A  2024A  2025E
        营业收入       5,000  6,000  7,000
        营业成本         300      -    400
        """
    )
    rows = cluster_lines(words)
    columns = value_columns(rows[1:], heads_of(words), zone=90)
    assert [(c.x0, c.x1) for c in columns] == [(b.x0, b.x1) for b in heads_of(words)]


def test_a_column_that_is_blank_below_its_head_is_a_column() -> None:
    heads = tuple(around(put(text, x, 100)) for text, x in (("2023A", 120), ("2024A", 160), ("2025E", 200)))
    rows = [line(113 + 13 * n, ("12.3", 124), ("15.0", 204)) for n in range(4)]
    assert len(value_columns(rows, heads, 100)) == 3


def test_numbers_wider_than_their_heads_whose_projections_overlap_are_parted() -> None:
    # Right-aligned at 140, 175, 210; the longest number of each column reaches into its left neighbour.
    heads = tuple(
        around(put(text, x, 100, align="right")) for text, x in (("23A", 140), ("24A", 175), ("25E", 210))
    )
    rows = [
        line(113, ("123,456,789", 140), ("1,234", 175), ("5,678", 210), align="right"),
        line(126, ("1,234", 140), ("12,345,678", 175), ("5,678", 210), align="right"),
        line(139, ("1,234", 140), ("5,678", 175), ("12,345,678", 210), align="right"),
    ]
    columns = value_columns(rows, heads, 90)
    assert len(columns) == 3
    for row in rows:
        assert [nearest(columns, w.x0, w.x1) for w in row] == [0, 1, 2]


def test_a_stray_mark_between_the_columns_is_no_column() -> None:
    heads = tuple(around(put(text, x, 100)) for text, x in (("2023A", 120), ("2024A", 180)))
    rows = [line(113 + 13 * n, ("12.3", 124), ("15.0", 184)) for n in range(8)]
    rows[3].append(put("1", 156, 152)[0])
    assert len(value_columns(rows, heads, 100)) == 2


def test_numbers_right_of_the_last_period_head_are_a_column() -> None:
    heads = tuple(around(put(text, x, 100)) for text, x in (("2023A", 120), ("2024A", 180)))
    rows = [line(113 + 13 * n, ("12.3", 124), ("15.0", 184), (f"{n}.5%", 240)) for n in range(8)]
    assert len(value_columns(rows, heads, 100)) == 3


def test_ratings_between_numbers_are_a_column() -> None:
    heads = tuple(around(put(text, x, 100)) for text, x in (("2024A", 120), ("2025E", 160)))
    ratings = ["买入", "增持", "买入", "未评级"]
    rows = [line(113 + 13 * n, ("12.3", 124), ("15.0", 164), (r, 210)) for n, r in enumerate(ratings)]
    assert [c.x0 for c in value_columns(rows, heads, 100)] == [120, 160, 210]


def test_codes_and_names_are_two_text_columns() -> None:
    names = ["药明康德", "康龙化成", "凯莱英", "泰格医药"]
    rows = [line(100 + 13 * n, (f"60{n}259.SH", 40), (name, 90)) for n, name in enumerate(names)]
    code, name = text_columns(rows, 140)
    assert (code.x0, name.x0) == (40, 90)
    assert (code.filled, name.filled) == (4, 4)


def test_one_long_name_over_the_border_does_not_join_two_columns() -> None:
    names = ["药明康德", "康龙化成", "凯莱英", "泰格医药", "美迪西", "昭衍新药"]
    rows = [line(100 + 13 * n, (f"60{n}259", 40), (name, 72)) for n, name in enumerate(names)]
    rows.append(line(178, ("博济医药技术股份", 40), ("有限公司", 108)))
    assert len(text_columns(rows, 150)) == 2


def test_a_merged_group_name_is_a_column_left_of_the_labels() -> None:
    rows = [line(100 + 13 * n, (f"营业收入{n}", 80)) for n in range(6)]
    rows[1] = line(113, ("生成式", 40), ("营业收入1", 80))
    rows[4] = line(152, ("视觉", 40), ("营业收入4", 80))
    groups, labels = text_columns(rows, 140)
    assert (groups.filled, labels.filled) == (2, 6)


def test_a_word_goes_to_the_column_it_overlaps_most_else_to_the_nearest() -> None:
    columns = [Column(100, 120, True), Column(140, 160, True), Column(180, 200, True)]
    assert nearest(columns, 105, 118) == 0
    assert nearest(columns, 115, 159) == 1
    assert nearest(columns, 162, 170) == 1
    assert nearest(columns, 210, 230) == 2


def test_heads_that_nothing_overlaps_take_the_numbers_beside_them() -> None:
    heads = [Box(100, 0, 122, 8), Box(168, 0, 190, 8), Box(236, 0, 258, 8)]
    rows = [[word(text, x, y) for text, x in (("1489", 127), ("1930", 195), ("2457", 263))] for y in (12, 25)]
    assert [(c.x0, c.x1) for c in value_columns(rows, heads, 80.0)] == [(100, 143), (168, 211), (236, 279)]


def test_a_column_without_a_head_stays_one_beside_heads_with_numbers() -> None:
    heads = [Box(100, 0, 122, 8), Box(168, 0, 190, 8)]
    rows = [[word(text, x, y) for text, x in (("14.8", 104), ("19.3", 172), ("24.5", 240))] for y in (12, 25)]
    assert len(value_columns(rows, heads, 80.0)) == 3


def test_one_head_left_of_its_numbers_takes_them_where_the_numbers_keep_an_even_pitch() -> None:
    years = (("2023", 361), ("2024", 411), ("2025", 444), ("2026", 477), ("2027", 510))
    heads = tuple(around(put(text, x, 100)) for text, x in years)
    right = [394, 427, 460, 493, 526]
    rows = [line(113 + 13 * n, *(("631", x) for x in right), align="right") for n in range(4)]
    columns = value_columns(rows, heads, 340)
    assert [round(c.x1) for c in columns] == right
    assert columns[0].x0 == heads[0].x0


def test_a_head_over_a_blank_column_takes_no_numbers_from_beside_it() -> None:
    # 2023 is blank, and what stands between it and 2024 (a unit's factor, a note) has no head.
    years = (("2023", 361), ("2024", 441), ("2025", 474), ("2026", 507))
    heads = tuple(around(put(text, x, 100)) for text, x in years)
    rows = [line(113 + 13 * n, *(("631", x) for x in (410, 457, 490, 523)), align="right") for n in range(4)]
    assert len(value_columns(rows, heads, 340)) == 5


def test_codes_close_to_names_are_a_column_where_a_mean_reaches_over_both() -> None:
    rows = [
        line(100, ("603259.SH", 40), ("药明康德", 80)),
        line(113, ("002821.SZ", 40), ("凯莱英", 80)),
        line(126, ("可比公司平均", 55)),
    ]
    assert [round(c.x0) for c in text_columns(rows, 160)] == [40, 80]


def test_the_number_of_a_row_before_its_label_is_no_column_of_names() -> None:
    rows = [
        line(100, ("一、", 40), ("营业收入", 56)),
        *(line(113 + 13 * n, (text, 56)) for n, text in enumerate(("税金", "销售费用", "管理费用"))),
        line(152, ("二、", 40), ("营业利润", 56)),
        line(165, ("归属于母公司的净利润", 40)),
    ]
    assert len(text_columns(rows, 160)) == 1
