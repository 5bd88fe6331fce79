"""One report as a workbook: numbers as printed, texts never formulas, every row with its place."""

from __future__ import annotations

import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.datasets.store import write_report
from pipeline.datasets.workbook import number_of, read_report, write_workbook
from pipeline.errors import InputError
from pipeline.meaning.fact import fact_id
from tests.datasets.factory import Row, cell, check, fact, part, report, table

DDE = "=cmd|' /C calc'!A1"
HOSTILE = [
    DDE,
    "+1+cmd|x",
    "-2+3",
    "@SUM(1)",
    '=HYPERLINK("http://x")',
    "\t=1",
    "'=1",
    "a\x00\x0bb",
    "x" * 40_000,
]


def placed(of: Row, row: int, column: int, text: str, **changes: Any) -> Row:
    """A fact under the id that the reader gives it."""
    return fact(of, row, column, text, **changes) | {"fact_id": fact_id(of["table_id"], row, column)}


def book_of(path: Path, cells: list[tuple[int, int, str]], **changes: Any) -> Any:
    """The workbook of a report with one table of these cells; those of `facts` are numbers."""
    of = report("2025-03/报告 1.pdf")
    sheet = table(of, row_count=4, column_count=3, **changes)
    grid = [cell(sheet, *at) for at in cells]
    facts = [placed(sheet, *at) for at in cells if at[0] and at[1]]
    wrong = check(of, facts[:1], "impossible", suspects=[f["fact_id"] for f in facts[:1]])
    datasets = part(of, [sheet], facts, [wrong], cells=grid)
    write_workbook(datasets, path, pdf="/研报/报告 1.pdf")
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Any:
    cells = [
        (0, 0, "会计年度"), (0, 1, "2024E"), (0, 2, "2025E"),
        (1, 0, "营业收入"), (1, 1, "(6,045)"), (1, 2, "-12.3%"),
        (2, 0, DDE), (2, 1, "—"), (2, 2, "15.2x"),
    ]  # fmt: skip
    return book_of(tmp_path_factory.mktemp("book") / "x.xlsx", cells)


def test_numbers_are_numbers_that_show_as_printed(book: Any) -> None:
    sheet = book.worksheets[1]
    assert (sheet["B6"].value, sheet["B6"].number_format) == (-6045, "#,##0;(#,##0)")
    assert (sheet["C6"].value, sheet["C6"].number_format) == (-0.123, "0.0%")
    assert (sheet["C7"].value, sheet["C7"].number_format) == (15.2, '0.0"x"')
    assert (sheet["B7"].value, sheet["B7"].data_type) == ("—", "s")
    assert [sheet.cell(5, n).value for n in (1, 2, 3)] == ["会计年度", "2024E", "2025E"]


def test_sheets_have_names_links_and_places(book: Any) -> None:
    assert book.sheetnames == ["report", "p3 图表 70 商汤盈利预测", "facts"]
    sheet, first = book.worksheets[1], book.worksheets[0]
    assert sheet["A1"].value == "图表 70: 商汤盈利预测"
    assert sheet["A2"].value == "page 3, 40, 100 to 300, 200 pt"
    pdf = "/%E7%A0%94%E6%8A%A5/%E6%8A%A5%E5%91%8A%201.pdf"
    assert sheet["A2"].hyperlink.target == f"{pdf}#page=3&viewrect=40,100,260,100"
    assert (sheet["D6"].value, sheet["D6"].hyperlink.target) == (
        "p. 3", f"{pdf}#page=3&viewrect=40,112,230,10",
    )  # fmt: skip
    listed = {row[0].value: row for row in first.iter_rows() if row[0].value}
    assert listed["title"][1].value == "首次覆盖：视觉龙头"
    assert listed["target_price"][1].value == "2.17"
    row = listed["p3 图表 70 商汤盈利预测"]
    assert [c.value for c in row[1:6]] == ["图表 70: 商汤盈利预测", "income_statement", "3", 4, 1]
    assert row[0].hyperlink.location == "'p3 图表 70 商汤盈利预测'!A1"


def test_doubtful_numbers_are_marked_with_the_finding(book: Any) -> None:
    sheet = book.worksheets[1]
    assert sheet["B6"].comment.text == "impossible: 资产总计 2024 on page 3: 100 printed, 100 expected."
    assert sheet["B6"].fill.fgColor.rgb == "00FFD9D9"
    assert sheet["C6"].comment is None


def test_facts_sheet_has_each_number_with_its_meaning(book: Any) -> None:
    heads, *rows = book["facts"].iter_rows(values_only=True)
    assert len(rows) == 4
    first = dict(zip(heads, rows[0], strict=True))
    assert (first["text"], first["value"], first["concept"], first["unit"]) == (
        "(6,045)",
        -6045,
        "revenue",
        "CNY",
    )


def test_columns_are_wide_enough_for_chinese(book: Any) -> None:
    assert book.worksheets[1].column_dimensions["A"].width >= len(DDE)
    assert book.worksheets[0].column_dimensions["B"].width >= 2 * len("首次覆盖：视觉龙头")


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_the_page_is_never_a_formula(tmp_path: Path, text: str) -> None:
    found = book_of(tmp_path / "x.xlsx", [(0, 0, text), (1, 0, text), (1, 1, text)], caption=text)
    for page in found.worksheets:
        assert all(c.data_type != "f" for row in page.iter_rows() for c in row)
    label = found.worksheets[1]["A6"]
    assert label.data_type == "s"
    assert label.quotePrefix == (text[0] in "=+-@\t")
    assert label.value == re.sub("[\x00\x0b]", "\ufffd", text)[:32767]
    with zipfile.ZipFile(tmp_path / "x.xlsx") as archive:
        sheets = [archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert sheets and not any(b"<f>" in xml or b"<f " in xml for xml in sheets)


def shown(value: Decimal, form: str) -> str:
    """What Excel shows: the part of the language of formats that `number_of` speaks."""
    parts = form.split(";")
    is_second = value < 0 and len(parts) == 2
    spelled = parts[1] if is_second else parts[0]
    number = abs(value) if is_second else value
    match = re.search(r"(#,##)?0(?:\.(0+))?(%)?", spelled)
    assert match is not None
    number = number * 100 if match[3] else number
    text = f"{number:{',' if match[1] else ''}.{len(match[2] or '')}f}{match[3] or ''}"
    return (spelled[: match.start()] + text + spelled[match.end() :]).replace('"', "")


@given(st.from_regex(r"\(?[-+]?(\d{1,3}(,\d{3}){0,5}|\d{1,17})(\.\d{1,6})?%?\)?[x倍]?", fullmatch=True))
def test_what_excel_shows_is_what_is_printed(text: str) -> None:
    number = number_of(text)
    if number is not None:
        assert shown(number.value, number.format) == text


@pytest.mark.parametrize(
    "text",
    ["", "—", "N.A.", "00700", "-0", "(0.00)", "1,23", "(5", "5)", "１２", "9" * 16, "1e5", "2024E", "(-5)"],
)
def test_what_excel_would_show_otherwise_stays_text(text: str) -> None:
    assert number_of(text) is None


@pytest.mark.parametrize(
    "text", ["0", "0.00", "6,045", "(6,045)", "-5", "+3.2%", "12.30", "(13.48)", "15.2x", "3倍"]
)
def test_usual_prints_are_numbers(text: str) -> None:
    number = number_of(text)
    assert number is not None
    assert shown(number.value, number.format) == text


def test_sheet_names_are_short_unlike_and_allowed(tmp_path: Path) -> None:
    of = report()
    captions = ["图表/1: [利润表]*?" + "很长" * 20, "图表/1: [利润表]*?" + "很长" * 20, "'", None]
    tables = [
        table(of, caption=caption, table_id=f"{index}", top=float(index))
        for index, caption in enumerate(captions)
    ]
    write_workbook(part(of, tables, []), tmp_path / "x.xlsx")
    names = openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames
    assert len(set(map(str.casefold, names))) == len(names) == 6
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)
    assert names[4] == "p3 income_statement"


def test_cells_that_overlap_keep_their_texts(tmp_path: Path) -> None:
    of = report()
    sheet = table(of)
    cells = [
        cell(sheet, 0, 0, "a", column_span=3),
        cell(sheet, 0, 1, "b", row_span=2),
        cell(sheet, 2, 0, "c", row_span=2),
    ]
    write_workbook(part(of, [sheet], [], cells=cells), tmp_path / "x.xlsx")
    grid = openpyxl.load_workbook(tmp_path / "x.xlsx").worksheets[1]
    assert sorted(map(str, grid.merged_cells.ranges)) == ["A7:A8", "B5:B6"]
    assert [grid[place].value for place in ("A5", "B5", "A7")] == ["a", "b", "c"]


def test_a_report_is_found_by_name_part_or_id(tmp_path: Path) -> None:
    for name in ("a/华泰.pdf", "b/华泰.pdf", "中信.pdf"):
        write_report(tmp_path, part(report(name)))
    wanted = report("中信.pdf")["report_id"]
    for spelled in ("中信.pdf", "中信", wanted, wanted[:8]):
        found = read_report(tmp_path, spelled)
        assert found["reports"]["file_name"].to_pylist() == ["中信.pdf"]
        assert isinstance(found["cells"], pa.Table) and found["cells"].num_rows == 1
    assert read_report(tmp_path, "a/华泰.pdf")["reports"].num_rows == 1
    with pytest.raises(InputError, match=r"'华泰' is the name of 2 reports in .* \(a/华泰.pdf, b/华泰.pdf\)"):
        read_report(tmp_path, "华泰")
    with pytest.raises(InputError, match="'国金' is the name of 0 reports"):
        read_report(tmp_path, "国金")
