"""A witness's grid over ours: what counts as read the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.page import Box
from pipeline.tables.table import Cell, Role, Table
from pipeline.tables.witness import Grid, compare, confirmed, numbers, share

PITCH, WIDTH = 14.0, 60.0


def cell(row: int, column: int, text: str, *, role: Role = "value", lift: float = 0.0) -> Cell:
    x, y = WIDTH * column, PITCH * row + lift
    return Cell(row, column, text, 1, Box(x + 20, y + 2, x + 50, y + 12), role)


def table(rows: list[list[str]]) -> Table:
    """Heads 2021, 2022 …; labels a, b …; the rest as given, blank where empty."""
    width = max(map(len, rows)) + 1
    cells = [cell(0, column, str(2020 + column), role="header") for column in range(1, width)]
    for row, texts in enumerate(rows, start=1):
        cells.append(cell(row, 0, chr(96 + row), role="label"))
        cells += [cell(row, column, text) for column, text in enumerate(texts, start=1)]
    return Table(
        (1,), Box(0, 0, WIDTH * width, PITCH * (len(rows) + 1)), len(rows) + 1, width, tuple(cells), ()
    )


def seen(rows: list[list[str]]) -> Grid:
    """What a witness that makes no mistake reads of `table(rows)`."""
    whole = table(rows)
    return Grid(
        rows=tuple((PITCH * row, PITCH * (row + 1)) for row in range(whole.row_count)),
        columns=tuple((WIDTH * column, WIDTH * (column + 1)) for column in range(whole.column_count)),
        texts={(c.row, c.column): c.text for c in whole.cells},
    )


printed = st.from_regex(r"\(?[1-9][0-9]{0,3}(\.[0-9]{2})?%?", fullmatch=True).map(
    lambda text: text + ")" if text.startswith("(") else text
)
grids = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(printed, min_size=width, max_size=width, unique=True),
        min_size=3,
        max_size=6,
        unique_by=tuple,
    )
)


@given(grids)
def test_a_faithful_table_is_read_the_same_throughout(rows: list[list[str]]) -> None:
    verdicts = compare(table(rows), {1: seen(rows)})
    assert len(verdicts) == sum(map(len, rows))
    assert share(verdicts) == 1


@given(grids, st.data())
def test_one_wrong_number_is_found_and_no_other_accused(rows: list[list[str]], data: st.DataObject) -> None:
    right = table(rows)
    wrong = data.draw(st.sampled_from(numbers(right)))
    text = data.draw(printed.filter(lambda other: other != wrong.text))
    given_ = replace(right, cells=tuple(replace(c, text=text) if c is wrong else c for c in right.cells))
    verdicts = compare(given_, {1: seen(rows)})
    assert {place for place, verdict in verdicts.items() if not verdict} == {(wrong.row, wrong.column)}
    assert verdicts[wrong.row, wrong.column] is False


@given(grids, st.booleans(), st.data())
def test_two_columns_exchanged_are_no_agreement_though_the_same_numbers(
    rows: list[list[str]], boxes_too: bool, data: st.DataObject
) -> None:
    width = len(rows[0])
    left = data.draw(st.integers(1, width - 1))
    verdicts = compare(exchanged(table(rows), left, left + 1, boxes_too=boxes_too), {1: seen(rows)})
    assert not any(verdicts[row, column] for row in range(1, len(rows) + 1) for column in (left, left + 1))
    others = [verdict for (_, column), verdict in verdicts.items() if column not in (left, left + 1)]
    assert all(others)


def exchanged(right: Table, one: int, other: int, *, boxes_too: bool) -> Table:
    """Two columns of numbers, one in the other's place under the old heads."""
    by_place = {(c.row, c.column): c for c in numbers(right)}

    def moved(c: Cell) -> Cell:
        if c.role != "value" or c.column not in (one, other):
            return c
        source = by_place[c.row, one + other - c.column]
        return replace(c, text=source.text, box=source.box if boxes_too else c.box)

    return replace(right, cells=tuple(map(moved, right.cells)))


@given(grids)
def test_numbers_one_row_off_their_labels_are_no_agreement(rows: list[list[str]]) -> None:
    right = table(rows)
    by_place = {(c.row, c.column): c for c in numbers(right)}

    def lower(c: Cell) -> Cell:
        below = by_place.get((c.row + 1, c.column))
        return c if c.role != "value" or below is None else replace(c, text=below.text, box=below.box)

    verdicts = compare(replace(right, cells=tuple(map(lower, right.cells))), {1: seen(rows)})
    assert not any(verdict for (row, _), verdict in verdicts.items() if row < len(rows))


ROWS = [["12", "-34"], ["56", "7.8%"], ["90", "1,234"]]


@pytest.mark.parametrize(
    ("printed_there", "verdict"),
    [
        ("-34", True),
        ("- 34", True),
        ("－34", True),  # full width
        ("34", False),
        ("-345", False),
        ("12 -34", None),  # two of our cells in one: it did not tell them apart
        ("", None),
    ],
)
def test_what_the_witness_prints_there_decides(printed_there: str, verdict: bool | None) -> None:
    grid = seen(ROWS)
    grid = replace(grid, texts={**grid.texts, (1, 2): printed_there})
    assert compare(table(ROWS), {1: grid})[1, 2] is verdict


def test_a_number_broken_over_two_lines_is_read_line_by_line() -> None:
    right = table(ROWS)
    tall = replace(right.cells[-1], box=right.cells[-1].box._replace(bottom=PITCH * 4 + 12))
    grid = seen(ROWS)
    grid = Grid(
        rows=(*grid.rows, (PITCH * 4, PITCH * 5)),
        columns=grid.columns,
        texts={**grid.texts, (3, 2): "1,23", (4, 2): "4"},
    )
    assert compare(replace(right, cells=(*right.cells[:-1], tall)), {1: grid})[3, 2] is True


def test_a_label_set_half_a_line_off_still_belongs_to_its_row() -> None:
    right = table(ROWS)
    cells = tuple(
        replace(c, box=cell(c.row, c.column, c.text, lift=-6.0).box) if c.role == "label" else c
        for c in right.cells
    )
    assert share(compare(replace(right, cells=cells), {1: seen(ROWS)})) == 1


def test_a_page_without_a_witness_is_left_out() -> None:
    right = table(ROWS)
    over = replace(right, cells=(*right.cells, replace(cell(4, 1, "77"), page=2)), row_count=5, pages=(1, 2))
    assert (4, 1) not in compare(over, {1: seen(ROWS)})
    assert share(compare(over, {})) is None


def test_a_second_witness_confirms_but_does_not_accuse() -> None:
    first = {(1, 1): None, (1, 2): False, (1, 3): True, (1, 4): None}
    second = {(1, 1): True, (1, 2): True, (1, 3): False, (1, 4): False}
    assert confirmed(first, second) == {(1, 1): True, (1, 2): True, (1, 3): True, (1, 4): None}


def test_words_dates_and_dashes_are_no_numbers() -> None:
    texts = ["1,234.5", "(6,045)", "15.2x", "12％", "—", "N.A.", "688981.SH", "买入", ""]
    assert [c.text for c in numbers(table([texts]))] == texts[:4]
