from __future__ import annotations

from pipeline.reading.page import Word
from pipeline.tables.wrapped import cells_together, set_together, with_clipped_rest
from tests.layout.pages import line, page, put, word
from tests.tables.grids import rows_of, table_of


def row(y: float, *numbers: tuple[str, float]) -> list[Word]:
    """Numbers of one line, centred at their places."""
    return [w for text, x in numbers for w in put(text, x, y, align="centre")]


def texts(rows: list[list[Word]]) -> list[list[str]]:
    return [[w.text for w in words] for words in rows]


def test_the_last_digits_of_numbers_on_a_line_below_belong_to_them() -> None:
    rows = [row(100, ("7,32", 100), ("775", 130), ("10,15", 160)), row(109, ("3", 100), ("7", 160))]
    (whole,) = set_together(rows)
    assert [w.text for w in whole] == ["7,323", "775", "10,157"]
    assert (whole[0].top, whole[0].bottom) == (96, 113)


def test_a_row_of_digits_below_whole_numbers_is_a_row() -> None:
    rows = [row(100, ("7,320", 100), ("775", 130)), row(109, ("3", 100), ("7", 130))]
    assert texts(set_together(rows)) == [["7,320", "775"], ["3", "7"]]


def test_a_line_that_leaves_a_number_without_its_rest_is_another_row() -> None:
    rows = [row(100, ("7,32", 100), ("1,04", 130)), row(109, ("3", 100))]
    assert texts(set_together(rows)) == [["7,32", "1,04"], ["3"]]


def test_a_line_as_far_below_as_rows_are_is_another_row() -> None:
    rows = [row(100, ("7,32", 100)), row(113, ("3", 100))]
    assert texts(set_together(rows)) == [["7,32"], ["3"]]


def test_a_number_that_could_end_with_its_line_goes_on_as_the_others_of_its_row_do() -> None:
    numbers = row(100, ("-280.5", 100), ("-324.6", 130), ("-235.71", 160))
    (whole,) = set_together([numbers, row(109, ("3", 100), ("4", 130))])
    assert [w.text for w in whole] == ["-280.53", "-324.64", "-235.71"]


def test_digits_below_numbers_that_are_complete_among_theirs_are_a_row() -> None:
    numbers = row(100, ("-280.5", 100), ("-324.6", 130), ("-235.7", 160))
    rows = [numbers, row(109, ("3", 100), ("4", 130))]
    assert set_together(rows) == rows


def test_digits_beside_a_label_are_a_row_of_their_own() -> None:
    rows = [row(100, ("-280.5", 100), ("-235.71", 160)), row(109, ("3", 100))]
    assert set_together(rows, [100, 109]) == rows


def test_a_bracket_is_closed_and_a_point_followed() -> None:
    (whole,) = set_together([row(100, ("(809.0", 100), ("16,630.", 130)), row(109, ("8)", 100), ("7", 130))])
    assert [w.text for w in whole] == ["(809.08)", "16,630.7"]


def test_a_line_may_break_behind_a_minus_and_a_dash_stands_over_another_row() -> None:
    numbers = [row(100, ("26.3", 70), ("-", 100)), row(109, ("136.3", 100))]
    (whole,) = set_together(numbers, [100])
    assert [w.text for w in whole] == ["26.3", "-136.3"]
    assert set_together(numbers, [100, 109]) == numbers


def test_a_rest_that_a_clip_hides_is_added() -> None:
    (number,) = row(100, ("13,40", 100))
    assert with_clipped_rest("13,40", number.box, [word("8", 98, 109)]) == "13,408"
    assert with_clipped_rest("13,400", number.box, [word("8", 98, 109)]) == "13,400"


def test_a_code_that_wraps_in_its_cell_is_one() -> None:
    lines = [put("300750.S", 40, 100), put("Z", 40, 109), put("凯莱英", 40, 118), put("2319.HK", 40, 127)]
    assert texts(cells_together(lines)) == [["300750.SZ"], ["凯莱英"], ["2319.HK"]]


def test_letters_below_another_code_are_left_alone() -> None:
    lines = [put("2319.HK", 40, 100), put("Z", 40, 109)]
    assert texts(cells_together(lines)) == [["2319.HK"], ["Z"]]


def test_a_unit_that_wraps_in_its_cell_is_one_and_a_name_over_a_unit_stays() -> None:
    lines = [
        [*put("财务费用", 40, 100), *put("人民币百", 120, 100)],
        put("万", 136, 109, align="centre"),
        put("收入", 40, 118),
    ]
    assert texts(cells_together(lines)) == [["财务费用", "人民币百万"], ["收入"]]
    lines = [put("市值", 40, 100), put("亿元", 40, 109)]
    assert texts(cells_together(lines)) == [["市值"], ["亿元"]]


def test_numbers_that_all_wrap_in_the_first_row_are_no_level_of_heads() -> None:
    words = [
        *line(100, ("资产负债表", 40), ("2024A", 140), ("2025E", 180), ("2026E", 220)),
        *line(112, ("现金", 40), ("1278.", 140), ("1751.", 180), ("2431.", 220)),
        *line(121, ("5", 156), ("0", 196), ("4", 236)),
        *line(133, ("应收账款", 40), ("779.1", 140), ("749.7", 180), ("719.3", 220)),
        *line(145, ("存货", 40), ("79.1", 144), ("49.7", 184), ("19.3", 224)),
    ]
    table = table_of(page(words))
    assert table.heads[1:] == ("2024A", "2025E", "2026E")
    assert rows_of(table)[0] == ["现金", "1278.5", "1751.0", "2431.4"]


def test_a_row_of_which_every_number_is_cut_takes_the_digits_right_below_it() -> None:
    """By the rest of the table 27.0 is whole: but no row stands so close below another."""
    rows = [
        line(100, ("12.2", 140), ("9.2", 184)),
        line(113, ("27.0", 140), ("29.2", 180)),
        line(121, ("6", 148), ("9", 188)),
        line(139, ("1.2", 144), ("1.1", 184)),
    ]
    labels = [100.0, 113.0, 126.0, 139.0]  # the third is the head of a section
    found = [[w.text for w in row] for row in set_together(rows, labels)]
    assert found == [["12.2", "9.2"], ["27.06", "29.29"], ["1.2", "1.1"]]
    apart = [*rows[:2], line(126, ("6", 148), ("9", 188)), rows[3]]
    assert len(set_together(apart, labels)) == 4


def test_a_number_cut_behind_its_point_where_nothing_stands_beside_the_rest() -> None:
    """Numbers under a thousand have two decimals, others none: no other number of the row tells."""
    rows = [row(100, ("887.9", 100), ("1,141", 130)), row(109, ("8", 100)), row(124, ("3,024", 100))]
    levels = [100.0, 124.0, 138.0, 152.0]
    assert texts(set_together(rows, levels)) == [["887.98", "1,141"], ["3,024"]]
    assert len(set_together(rows, [*levels, 109.0])) == 3


def test_a_rest_beside_the_second_line_of_a_label() -> None:
    """Two other numbers of the row tell what it lacks; one does so where most of the table agrees."""
    upper = row(100, ("168.92", 100), ("1127.6", 130), ("496.30", 160))
    rows = [upper, row(109, ("3", 130))]
    assert texts(set_together(rows, [100.0, 109.0])) == [["168.92", "1127.63", "496.30"]]
    alone = [upper[:2], row(109, ("3", 130))]
    assert len(set_together(alone, [100.0, 109.0])) == 2
    more = [row(124, ("41.29", 100), ("57.29", 130)), row(138, ("39.96", 100), ("24.13", 130))]
    assert texts(set_together([*alone, *more], [100.0, 109.0]))[0] == ["168.92", "1127.63"]


def test_signs_behind_the_numbers_of_the_last_row_on_a_line_of_their_own() -> None:
    table = table_of(
        page(
            line(100, ("估值", 40), ("2024A", 200), ("2025E", 250), ("2026E", 300)),
            line(113, ("PE", 40), ("23.3倍", 198), ("22.2倍", 248), ("21.5倍", 298)),
            line(126, ("PB", 40), ("(3.3倍)", 198), ("(2.2倍)", 248), ("(1.5倍)", 298)),
            line(139, ("EV/EBITDA", 40), ("(365.6", 198), ("(235.3", 248), ("(269.2", 298)),
            line(148, ("倍)", 204), ("倍)", 254), ("倍)", 304)),
        )
    )
    assert rows_of(table)[-1] == ["EV/EBITDA", "(365.6倍)", "(235.3倍)", "(269.2倍)"]
