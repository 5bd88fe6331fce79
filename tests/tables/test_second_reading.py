"""Tables read a second time: the same where the page prints it, not where our table is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.reading import plumber
from pipeline.reading.page import Box
from pipeline.reading.pdfium import open_document
from pipeline.tables.find import find_tables
from pipeline.tables.second_reading import read_again, second_reading
from pipeline.tables.table import Cell, Role, Table
from pipeline.tables.whitespace import grid_of
from pipeline.tables.witness import compare, numbers
from tests.corpus.places import CORPUS, needs_corpus
from tests.reading.drawn import Corners, Sheet, pdf, turned_text

SAMPLES = Path(__file__).parents[2] / "raw_reports"
PAGE: Corners = (0, 0, 400, 400)
ROWS = (
    ("Revenue", "1,250", "1,480", "-1,733"),
    ("Cost", "(810)", "(955)", "(1,120)"),
    ("Gross profit", "440", "525", "613"),
    ("Margin", "35.2%", "35.5%", "35.4%"),
    ("Cash", "98.70", "104.15", "-7.08"),
)
HEADS = ("2023", "2024E", "2025E")


def where(row: int, column: int, text: str) -> Box:
    """Labels start at 30 pt, numbers end at 180, 260, 340 pt; Helvetica's digits are 0.556 em wide."""
    wide = 0.5 * 9 * len(text)
    x0 = 30.0 if column == 0 else 100.0 + 80 * column - wide
    base = 60.0 + 16 * row
    return Box(x0, base - 8, x0 + wide, base + 1)


def drawn(rotate: int = 0, extra: str = "", crop: Corners | None = None) -> bytes:
    content = "".join(
        turned_text(text.replace("(", r"\(").replace(")", r"\)"), box.x0, box.bottom - 1, PAGE, rotate, 9)
        for row, texts in enumerate((("", *HEADS), *ROWS))
        for column, text in enumerate(texts)
        for box in [where(row, column, text)]
    )
    return pdf(Sheet(content + extra, PAGE, crop, rotate))


def table(dx: float = 0.0, dy: float = 0.0) -> Table:
    """The drawn table as a faithful reader gives it, shifted by so many points."""

    def role(row: int, column: int) -> Role:
        return "header" if row == 0 else "label" if column == 0 else "value"

    cells = [
        Cell(row, column, text, 1, Box(b.x0 + dx, b.top + dy, b.x1 + dx, b.bottom + dy), role(row, column))
        for row, texts in enumerate((("", *HEADS), *ROWS))
        for column, text in enumerate(texts)
        if text
        for b in [where(row, column, text)]
    ]
    return Table((1,), Box(20 + dx, 40 + dy, 350 + dx, 160 + dy), 6, 4, tuple(cells), ("", *HEADS))


def edited(right: Table, edit: Callable[[Cell, dict[tuple[int, int], Cell]], Cell]) -> Table:
    by_place = {(c.row, c.column): c for c in right.cells}
    return replace(right, cells=tuple(edit(c, by_place) if c.role == "value" else c for c in right.cells))


def test_a_right_table_is_read_the_same() -> None:
    read = read_again(drawn(), [table()])
    assert (read.agreement, read.troubles) == ([1.0], ())
    assert set(read.verdicts[0]) == {(row, column) for row in range(1, 6) for column in range(1, 4)}


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_turned_pages_are_read_as_displayed(rotate: int) -> None:
    assert second_reading(drawn(rotate), [table()]) == [1.0]


def test_cropped_pages_are_read_as_displayed() -> None:
    assert second_reading(drawn(crop=(20, 30, 390, 380)), [table(dx=-20, dy=-20)]) == [1.0]


def from_row(source: int) -> Callable[[Cell, dict[tuple[int, int], Cell]], Cell]:
    def edit(c: Cell, at: dict[tuple[int, int], Cell]) -> Cell:
        other = at[{2: 3, 3: 2}[c.row], c.column] if c.row in (2, 3) else c
        return replace(c, text=other.text, box=other.box if source else c.box)

    return edit


def columns_exchanged(c: Cell, at: dict[tuple[int, int], Cell]) -> Cell:
    other = at[c.row, {1: 1, 2: 3, 3: 2}[c.column]]
    return replace(c, text=other.text, box=other.box)


def one_row_down(c: Cell, at: dict[tuple[int, int], Cell]) -> Cell:
    other = at[c.row % 5 + 1, c.column]
    return replace(c, text=other.text, box=other.box)


def minus_dropped(c: Cell, _: dict[tuple[int, int], Cell]) -> Cell:
    return replace(c, text=c.text.lstrip("-"))


def brackets_dropped(c: Cell, _: dict[tuple[int, int], Cell]) -> Cell:
    return replace(c, text=c.text.strip("()"))


@pytest.mark.parametrize(
    ("corrupt", "wrong"),
    [
        (minus_dropped, {(1, 3), (5, 3)}),
        (brackets_dropped, {(2, 1), (2, 2), (2, 3)}),
        (from_row(0), {(row, column) for row in (2, 3) for column in (1, 2, 3)}),
        (columns_exchanged, {(row, column) for row in range(1, 6) for column in (2, 3)}),
        (one_row_down, {(row, column) for row in range(1, 6) for column in (1, 2, 3)}),
    ],
)
def test_a_wrong_table_is_not_read_the_same(
    corrupt: Callable[[Cell, dict[tuple[int, int], Cell]], Cell], wrong: set[tuple[int, int]]
) -> None:
    [verdicts] = read_again(drawn(), [edited(table(), corrupt)]).verdicts
    assert {place for place, verdict in verdicts.items() if verdict is False} == wrong


def test_two_rows_in_each_others_place_are_told_by_their_labels() -> None:
    [verdicts] = read_again(drawn(), [edited(table(), from_row(1))]).verdicts
    assert {place for place, verdict in verdicts.items() if verdict is False} == {
        (row, column) for row in (2, 3) for column in (1, 2, 3)
    }


@pytest.mark.parametrize("rotate", [0, 90])
def test_camelot_confirms_what_white_space_alone_does_not_part(rotate: int) -> None:
    """A long label reaches into the first column of numbers on a line that has a number further right."""
    label, number = Box(30, 148, 190, 157), where(6, 3, "5")
    extra = turned_text("Interest-bearing-liabilities-of-all-kinds", 30, 156, PAGE, rotate, 9)
    extra += turned_text("5", number.x0, 156, PAGE, rotate, 9)
    given = table()
    cells = (*given.cells, Cell(6, 0, "", 1, label, "label"), Cell(6, 3, "5", 1, number, "value"))
    right = replace(given, cells=cells, row_count=7)
    with plumber.open_document(drawn(rotate, extra)) as document:
        grid = grid_of(document.glyphs(1), Box(20, 40, 350, 160))
    assert grid is not None
    assert None in compare(right, {1: grid}).values()  # the first reader did not part the columns
    assert second_reading(drawn(rotate, extra), [right]) == [1.0]


def test_a_file_that_forbids_extraction_is_read_by_the_reader_that_can() -> None:
    from fpdf import FPDF
    from fpdf.enums import AccessPermission

    document = FPDF(unit="pt", format=(400, 400))
    document.set_font("Helvetica", size=9)
    document.set_encryption(owner_password="owner", permissions=AccessPermission.none())
    document.add_page()
    for row, texts in enumerate((("", *HEADS), *ROWS)):
        for column, text in enumerate(texts):
            box = where(row, column, text)
            document.text(box.x0, box.bottom - 1, text)
    wrong = edited(table(), minus_dropped)
    read = read_again(bytes(document.output()), [wrong])
    assert read.agreement == [13 / 15]
    [trouble] = read.troubles
    assert "PDFTextExtractionNotAllowed" in trouble


@pytest.mark.parametrize("damage", [b"", b"%PDF-1.4\n no objects at all", drawn()[:700]])
def test_what_cannot_be_read_has_no_agreement_and_raises_nothing(damage: bytes) -> None:
    read = read_again(damage, [table(), table()])
    assert read.agreement == [None, None]
    assert read.troubles


def test_a_page_that_does_not_exist_is_a_trouble_of_its_own() -> None:
    astray = replace(table(), pages=(7,), cells=tuple(replace(c, page=7) for c in table().cells))
    read = read_again(drawn(), [astray, table()])
    assert read.agreement == [None, 1.0]
    assert all("page 7" in trouble for trouble in read.troubles)


def test_tables_without_numbers_open_no_file() -> None:
    words = replace(table(), cells=tuple(c for c in table().cells if c.role != "value"))
    assert read_again(Path("/nowhere.pdf"), [words]) == (({},), ())


def test_readings_of_one_table_do_not_depend_on_the_others() -> None:
    data = drawn()
    wrong = edited(table(), minus_dropped)
    alone = [read_again(data, [one]).verdicts[0] for one in (table(), wrong)]
    assert list(read_again(data, [table(), wrong]).verdicts) == alone


def extracted(path: Path) -> list[Table]:
    with open_document(path) as document:
        pages = [document.page(number) for number in range(1, document.page_count + 1)]
    return find_tables(pages)


def test_a_sample_report_is_read_the_same() -> None:
    path = min(SAMPLES.glob("*.pdf"), key=lambda sample: sample.stat().st_size)
    tables = [one for one in extracted(path) if numbers(one)]
    assert tables
    assert second_reading(path, tables) == [1.0] * len(tables)


@needs_corpus
@pytest.mark.corpus
def test_tables_of_a_real_report_are_read_the_same_until_they_are_spoilt() -> None:
    path = CORPUS / "labelled" / "dongwu_301080_20250507.pdf"
    tables = [one for one in extracted(path) if len(numbers(one)) > 20]
    right = second_reading(path, tables)
    assert min(share for share in right if share is not None) >= 0.99
    spoilt = second_reading(path, [spoil(one) for one in tables])
    assert max(share for share in spoilt if share is not None) < 0.2


def spoil(right: Table) -> Table:
    """Every number one row lower in its column."""
    columns: dict[int, list[Cell]] = {}
    for c in numbers(right):
        columns.setdefault(c.column, []).append(c)
    above = {id(c): other for column in columns.values() for other, c in pairwise(column)}
    return replace(
        right,
        cells=tuple(
            replace(c, text=above[id(c)].text, box=above[id(c)].box) if id(c) in above else c
            for c in right.cells
        ),
    )
