from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.layout.lines import cluster_lines, join_words, segments_of, split_off_value
from tests.layout.pages import SIZE, line, put, sketch, word


def texts(drawing: str) -> list[str]:
    return [s.text for s in segments_of(sketch(drawing))]


def test_a_phrase_space_keeps_a_head_whole_and_a_cell_gap_parts() -> None:
    assert texts("归母净利润_增长率(%)   12.3   15.0") == ["归母净利润 增长率(%)", "12.3", "15.0"]


def test_texts_half_an_em_apart_are_two_cells() -> None:
    assert texts("药明康德 港币 人民币") == ["药明康德", "港币", "人民币"]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("12.3", "15.0"),
        ("2023A", "2024A"),
        ("-", "5.1"),
        ("N.A.", "3.2x"),
        ("0981.HK", "中芯国际"),
        ("HK", "688981"),
    ],
)
def test_two_values_or_a_code_and_a_name_are_two_cells_however_close(left: str, right: str) -> None:
    assert [s.text for s in segments_of(put(f"{left} {right}", 40, 100))] == [left, right]


@pytest.mark.parametrize(
    "phrase", ["58 / 49", "1.31 亿元", "Qwen2.5 72B", "2024 年报", "EV / EBITDA", "营业收入 YoY"]
)
def test_what_reads_as_one_cell_stays_one(phrase: str) -> None:
    assert [s.text for s in segments_of(put(phrase, 40, 100))] == [phrase]


def test_words_that_touch_are_joined_without_a_space() -> None:
    first = word("归母净利润", 40, 100)
    assert join_words([first, word("增长率", first.x1 + 0.5, 100)]) == "归母净利润增长率"


def test_a_line_takes_words_a_few_points_off_and_leaves_the_next_row_alone() -> None:
    words = [
        word("营业收入", 40, 100),
        word("1,568", 120, 102.5),
        word("营业成本", 40, 108),
        word("900", 120, 109),
    ]
    assert [[w.text for w in row] for row in cluster_lines(words)] == [
        ["营业收入", "1,568"],
        ["营业成本", "900"],
    ]


@given(
    st.lists(st.floats(8.5, 30), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
)
def test_lines_an_em_apart_come_out_whole_and_in_order_whatever_order_they_come_in(steps, random) -> None:  # type: ignore[no-untyped-def]
    heights = [100.0]
    for step in steps:
        heights.append(heights[-1] + step)
    words = [w for n, y in enumerate(heights) for w in line(y, (f"甲{n}", 40), ("1.0", 120), ("2.0", 180))]
    random.shuffle(words)
    assert [[w.text for w in row] for row in cluster_lines(words)] == [
        [f"甲{n}", "1.0", "2.0"] for n in range(len(heights))
    ]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("总股本（亿股）0.67", ["总股本（亿股）", "0.67"]),
        ("换手率(%)1.2%", ["换手率(%)", "1.2%"]),
        ("涨跌幅(%)-12.3", ["涨跌幅(%)", "-12.3"]),
        ("收盘价", ["收盘价"]),
        ("(12.3)", ["(12.3)"]),
        ("沪深300", ["沪深300"]),
        ("市值（亿元）约35", ["市值（亿元）约35"]),
    ],
)
def test_a_number_set_behind_a_closing_bracket_is_a_word_of_its_own(text: str, parts: list[str]) -> None:
    whole = word(text, 40, 100)
    split = split_off_value(whole)
    assert [w.text for w in split] == parts
    assert split[0].x0 == whole.x0 and split[-1].x1 == whole.x1
    assert all(w.x1 - w.x0 == pytest.approx(len(w.char_x) and w.char_x[-1] - w.char_x[0]) for w in split)
    if len(split) == 2:
        assert split[0].x1 == split[1].x0 == 40 + sum(1 if ord(c) > 255 else 0.5 for c in parts[0]) * SIZE
