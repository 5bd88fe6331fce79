"""Heads of periods that wrap in their cells, and numbers one above another that do not."""

from __future__ import annotations

import pytest

from pipeline.layout.stackedheads import with_whole_heads
from tests.layout.pages import line, page

LINE = 9.0  # points from a line of a cell to the next; the type is 8 points high


def texts(*lines: tuple[str, ...], step: float = LINE) -> list[str]:
    """The words of some lines whose cells end at the same places."""
    words = [
        line(
            100 + step * n, *((text, 200.0 + 40 * at) for at, text in enumerate(cells) if text), align="right"
        )
        for n, cells in enumerate(lines)
    ]
    return sorted(word.text for word in with_whole_heads(page(*words)).words)


@pytest.mark.parametrize(
    ("lines", "heads"),
    [
        ([("2024", "2025"), ("A", "E")], ["2024A", "2025E"]),
        ([("2024", "2025"), ("(A)", "（E）")], ["2024(A)", "2025（E）"]),
        ([("2024", "2025年"), ("年", "E"), ("A", "")], ["2024年A", "2025年E"]),
        ([("202", "202"), ("4", "5"), ("A", "E")], ["2024A", "2025E"]),
        ([("202", "202"), ("4", "5")], ["2024", "2025"]),
        ([("20", "20"), ("24", "25")], ["2024", "2025"]),
        ([("FY", "FY"), ("2024", "2025E"), ("A", "")], ["FY2024A", "FY2025E"]),
        ([("2024Q", "2024Q"), ("3", "4")], ["2024Q3", "2024Q4"]),
        ([("1H", "2H"), ("2024", "2024")], ["1H2024", "2H2024"]),
    ],
)
def test_a_head_in_lines_is_one_word(lines: list[tuple[str, ...]], heads: list[str]) -> None:
    assert texts(*lines) == heads


def test_a_whole_head_is_as_high_as_its_lines_and_as_wide_as_the_widest() -> None:
    words = [*line(100, ("2024", 200), align="right"), *line(109, ("A", 200), align="right")]
    (head,) = with_whole_heads(page(words)).words
    assert head.box == (184, 96, 200, 113)


@pytest.mark.parametrize(
    "lines",
    [
        [("202", "318"), ("3", "4")],  # numbers of two rows: no year beside them
        [("202", "202"), ("3", "7")],  # together two years, but not one after the other
        [("2024E", "2025E"), ("202", "202"), ("4", "5")],  # below heads: rows of numbers
        [("1,318", "1,402"), ("20", "20"), ("24", "25")],
        [("2024", "2025"), ("1,318", "1,402")],
        [("24.1", "25.3"), ("A", "E")],
    ],
)
def test_what_names_no_period_together_is_left_alone(lines: list[tuple[str, ...]]) -> None:
    assert texts(*lines) == sorted(text for cells in lines for text in cells)


def test_marks_further_below_than_lines_of_a_cell_are_a_level_of_their_own() -> None:
    assert texts(("2024", "2025"), ("A", "E"), step=12.0) == ["2024", "2025", "A", "E"]


def test_words_beside_one_another_are_no_stack() -> None:
    words = [*line(100, ("2024", 200)), *line(109, ("A", 230))]
    assert len(with_whole_heads(page(words)).words) == 2
