"""Borders down a table: what a head stands over, and what a number is not in."""

from __future__ import annotations

import pytest

from pipeline.reading.page import Rule
from pipeline.tables.borders import borders_at, drawn_over, is_parted
from pipeline.tables.columns import Column
from pipeline.tables.headers import place_levels
from tests.layout.pages import BLACK, line, page
from tests.tables.grids import rows_of, table_of
from tests.tables.test_headers import level

# A stub and five value columns, 40 points apart: a sensitivity grid of WACC against growth.
STUB = Column(60, 85, True)
FIVE = [Column(110 + 40 * n, 130 + 40 * n, True) for n in range(5)]
COLUMNS = [STUB, *FIVE]


def down(x: float, top: float = 90, bottom: float = 110) -> Rule:
    return Rule(x - 0.25, top, x + 0.25, bottom, BLACK)


def test_a_head_in_a_drawn_cell_stands_over_every_column_of_it() -> None:
    top = level(
        ("永续增长率", 200), align="centre"
    )  # over the middle one of five: so would a head of its own
    low = level(*((f"{n}.00%", 120.0 + 40 * n) for n in range(5)), align="centre", y=113)
    assert place_levels([top, low], COLUMNS)[0][0].first == 3
    (head,) = place_levels([top, low], COLUMNS, [down(100)])[0]
    assert (head.text, head.first, head.last) == ("永续增长率", 1, 5)


def test_cells_part_the_heads_of_groups() -> None:
    top = level(("一期", 140), ("二期", 240), align="centre")
    rules = [down(100), down(180), down(310)]
    assert list(drawn_over(top, COLUMNS, rules).values()) == [(1, 2), (3, 5)]


def test_a_number_may_hang_over_the_border_of_its_cell() -> None:
    columns = [STUB, Column(90, 101.5, True), *FIVE[1:]]
    (span,) = drawn_over(level(("PE", 240), align="centre"), columns, [down(100), down(310)]).values()
    assert span == (2, 5)


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [down(50), down(310)],  # the sides of the table
        [down(100, 10, 40)],  # beside another line
        [down(120)],  # through the numbers of a column
    ],
)
def test_other_lines_say_nothing_of_a_head(rules: list[Rule]) -> None:
    assert drawn_over(level(("永续增长率", 200), align="centre"), COLUMNS, rules) == {}


def test_several_heads_in_one_cell_are_told_apart_by_their_places() -> None:
    assert drawn_over(level(("一期", 140), ("二期", 240)), COLUMNS, [down(100)]) == {}


def test_pieces_of_a_border_meet_at_a_line_of_text() -> None:
    assert borders_at([down(100, 80, 99.5), down(200, 100.5, 120), down(300, 110, 130)], 100) == [100, 200]


def test_a_border_between_a_number_and_a_column_parts_them() -> None:
    assert is_parted([100.0], 60, 99, FIVE[0])
    assert is_parted([300.0], 305, 320, FIVE[-1])
    assert not is_parted([100.0], 105, 128, FIVE[0])


def test_a_sum_merged_over_two_rows_is_not_given_to_the_column_beside_it() -> None:
    body = [
        *line(100, ("会计年度", 40), ("2024A", 100), ("2025E", 262)),
        *line(120, ("B端", 40), ("125.12", 100), ("262.50", 262)),
        *line(133, ("782", 172)),
        *line(146, ("C端", 40), ("656.88", 100), ("787.50", 262)),
        *line(159, ("海外", 40), ("56.88", 100), ("87.50", 262)),
    ]
    rules = [down(x, 92, 166) for x in (150.0, 215.0)]
    apart = table_of(page(body, rules=rules))
    assert "782" not in [text for row in rows_of(apart) for text in row]
    assert rows_of(apart)[0] == ["B端", "125.12", "262.50"]
    assert "782" in [text for row in rows_of(table_of(page(body))) for text in row]
