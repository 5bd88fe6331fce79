"""One report as an Excel workbook: a sheet for each table, as printed, and every number linked to its page.

Numbers are numbers that Excel shows as they are printed: (6,045) is -6045 under the format `#,##0;(#,##0)`.
Where no format gives the print back, the cell holds the print as text. Text from the page is never a formula,
whatever it begins with. Numbers that failed a check are marked, with what the check says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline.datasets.files import make_folder, move, sync, told
from pipeline.datasets.schema import EXTRACTED
from pipeline.datasets.store import read_dataset
from pipeline.errors import InputError
from pipeline.meaning.fact import fact_id

if TYPE_CHECKING:
    import pyarrow as pa

Row = Mapping[str, Any]

_EXCEL_DIGITS = 15  # what a double holds; a longer number would be shown changed
_EXCEL_TEXT = 32_767
_SHEET_NAME = 31
_SHOWN = 8
_WIDEST, _NARROWEST = 44, 6
_TOP = 5  # first row of a grid: caption, place, unit and an empty row stand above
_FORMULA_STARTS = "=+-@\t\r"
_PRINTED = re.compile(
    r"(?P<open>\()?(?P<sign>[-+])?(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?P<point>\.[0-9]+)?"
    r"(?P<percent>%)?(?(open)\))(?P<times>[xX倍])?"
)
_REPORT = (
    *("title", "broker", "published_on", "company", "tickers", "report_type", "rating", "rating_action"),
    *("target_price", "close_price", "price_currency", "analysts", "file_name", "page_count", "outcome"),
    *("reason", "report_id"),
)
_FACTS = (
    *("page", "label_path", "column", "entity_name", "concept", "period_label", "basis", "text", "value"),
    *("unit", "scale", "finding", "x0", "top", "x1", "bottom"),
)


@dataclass(frozen=True, slots=True)
class Number:
    """What Excel is given for a printed number."""

    value: Decimal
    format: str


def number_of(text: str) -> Number | None:
    """The number and format that Excel shows as `text`; None where there is no such format."""
    match = _PRINTED.fullmatch(text)
    if match is None:
        return None
    whole, point = match["whole"], match["point"] or ""
    digits = whole.replace(",", "") + point
    value = Decimal(digits)
    is_negative = match["open"] is not None or match["sign"] == "-"
    padded = len(whole) > 1 and whole.startswith("0")
    if padded or (match["open"] and match["sign"]) or (is_negative and not value):
        return None
    if len(digits.replace(".", "").lstrip("0")) > _EXCEL_DIGITS:
        return None
    shown = ("#,##0" if "," in whole else "0") + ("." + "0" * (len(point) - 1) if point else "")
    shown += "%" if match["percent"] else ""
    times = f'"{match["times"]}"' if match["times"] else ""
    if match["open"]:
        shown = f"{shown}{times};({shown}){times}"
    elif match["sign"] == "+":
        shown = f"+{shown}{times};-{shown}{times}"
    else:
        shown += times
    value = value.scaleb(-2) if match["percent"] else value
    return Number(-value if is_negative else value, shown)


def write_workbook(datasets: Mapping[str, pa.Table], out: Path, *, pdf: str | None = None) -> None:
    """Write the workbook of one report from its datasets (reports, tables, cells, facts, checks).

    `pdf` is where the links lead, a path or URL; the report's file name where it is not given.
    """
    import openpyxl

    (report,) = datasets["reports"].to_pylist()
    book = openpyxl.Workbook()
    link = quote(pdf or report["file_name"], safe="/:\\")
    findings = _findings(datasets["checks"].to_pylist() if "checks" in datasets else [])
    tables = sorted(datasets["tables"].to_pylist(), key=lambda t: (t["pages"][0], t["top"], t["x0"]))
    facts = {fact["fact_id"]: fact for fact in datasets["facts"].to_pylist()}
    cells: dict[str, list[Row]] = {}
    for cell in datasets["cells"].to_pylist():
        cells.setdefault(cell["table_id"], []).append(cell)
    names = _sheet_names(tables)
    first = book.active
    assert first is not None, "a new workbook has a sheet"
    first.title = "report"
    _write_report(first, report, tables, names, facts.values(), findings, link)
    for table in tables:
        sheet = book.create_sheet(names[table["table_id"]])
        _write_table(sheet, table, cells.get(table["table_id"], []), facts, findings, link)
    _write_facts(book.create_sheet("facts"), facts.values(), findings, link)
    make_folder(out.parent)
    staged = out.with_name(f".{out.name}.part")
    with told(out):
        try:
            book.save(staged)
            sync(staged)
            move(staged, out)
        finally:
            staged.unlink(missing_ok=True)


def read_report(extracted: Path, wanted: str) -> dict[str, pa.Table]:
    """The datasets of the one report whose file name is or holds `wanted`, or whose id begins with it.

    Raises InputError where there is none, or more than one and none of exactly that name.
    """
    heads = read_dataset(extracted, "reports", columns=["report_id", "file_name"]).to_pylist()
    exact = [row for row in heads if wanted in (row["file_name"], row["report_id"])]
    near = [row for row in heads if wanted in row["file_name"] or row["report_id"].startswith(wanted)]
    found = exact or near
    if len(found) != 1:
        names = ", ".join(sorted(row["file_name"] for row in found)[:_SHOWN])
        raise InputError(
            f"{wanted!r} is the name of {len(found)} reports in {extracted}"
            + (f" ({names}): say more of it" if found else ": `yanbao query` lists those of a release")
        )
    return {name: read_dataset(extracted, name, reports=[found[0]["report_id"]]) for name in EXTRACTED}


def _findings(checks: Iterable[Row]) -> dict[str, str]:
    """Fact to what the failing checks say of it: of the facts singled out, of all where none is."""
    found: dict[str, list[str]] = {}
    for check in checks:
        if check["verdict"] in ("impossible", "improbable") and check["severity"] != "info":
            for fact in check["suspects"] or check["fact_ids"]:
                found.setdefault(fact, []).append(f"{check['verdict']}: {check['message']}")
    return {fact: "\n".join(said) for fact, said in found.items()}


def _sheet_names(tables: Sequence[Row]) -> dict[str, str]:
    """A name for each table's sheet: its page and what its caption begins with."""
    names: dict[str, str] = {}
    taken = {"report", "facts"}
    for table in tables:
        about = re.sub(r"[\[\]:*?/\\'\x00-\x1f]+", " ", table["caption"] or table["kind"])
        base = f"p{table['pages'][0]} {' '.join(about.split())}".strip()
        name, count = base[:_SHEET_NAME].strip(), 1
        while name.casefold() in taken:
            count += 1
            name = f"{base[: _SHEET_NAME - len(str(count)) - 1].strip()} {count}"
        taken.add(name.casefold())
        names[table["table_id"]] = name
    return names


def _write_report(
    sheet: Any,
    report: Row,
    tables: Sequence[Row],
    names: Mapping[str, str],
    facts: Iterable[Row],
    findings: Mapping[str, str],
    link: str,
) -> None:
    """The first sheet: what the report says of itself, and its tables with their sheets."""
    for number, name in enumerate(_REPORT, 1):
        _put(sheet.cell(number, 1), name, bold=True)
        _put(sheet.cell(number, 2), _words(report[name]))
    _link(sheet.cell(_REPORT.index("file_name") + 1, 2), link)
    top = len(_REPORT) + 2
    counts: dict[str, list[int]] = {}
    for fact in facts:
        numbers = counts.setdefault(fact["table_id"], [0, 0])
        numbers[0] += 1
        numbers[1] += fact["fact_id"] in findings
    for column, head in enumerate(("table", "caption", "kind", "pages", "numbers", "doubtful"), 1):
        _put(sheet.cell(top, column), head, bold=True)
    for number, table in enumerate(tables, top + 1):
        said = counts.get(table["table_id"], [0, 0])
        name = names[table["table_id"]]
        _put(sheet.cell(number, 1), name)
        _link(sheet.cell(number, 1), inside=f"'{name}'!A1")
        _put(sheet.cell(number, 2), table["caption"] or "")
        _put(sheet.cell(number, 3), table["kind"])
        _put(sheet.cell(number, 4), ", ".join(map(str, table["pages"])))
        sheet.cell(number, 5).value, sheet.cell(number, 6).value = said
    _widen(sheet)


def _write_table(
    sheet: Any,
    table: Row,
    cells: Sequence[Row],
    facts: Mapping[str, Row],
    findings: Mapping[str, str],
    link: str,
) -> None:
    """A table as printed, under its caption, place and unit; behind each row the link to its page."""
    from openpyxl.styles import Alignment

    box = tuple(table[side] for side in ("x0", "top", "x1", "bottom"))
    _put(sheet["A1"], table["caption"] or table["kind"], bold=True)
    _put(sheet["A2"], _place(table["pages"][0], box))
    _link(sheet["A2"], _target(link, table["pages"][0], box))
    _put(sheet["A3"], "  ".join(filter(None, (table["unit_text"], table["source_note"]))))
    _put(sheet["C2"], "report")
    _link(sheet["C2"], inside="'report'!A1")
    for cell in cells:
        place = sheet.cell(_TOP + cell["row"], 1 + cell["column"])
        fact = facts.get(fact_id(table["table_id"], cell["row"], cell["column"]))
        number = number_of(cell["text"]) if fact is not None and fact["value"] is not None else None
        if number is None:
            _put(place, cell["text"], bold=cell["role"] in ("header", "section"))
        else:
            place.value, place.number_format = number.value, number.format
        if fact is not None or cell["role"] == "header":
            place.alignment = Alignment(horizontal="right" if cell["column"] else None, wrap_text=True)
        if fact is not None and fact["fact_id"] in findings:
            _mark(place, findings[fact["fact_id"]])
    _merge(sheet, cells)
    for row, (page, around) in sorted(_rows(cells).items()):
        place = sheet.cell(_TOP + row, 1 + table["column_count"])
        _put(place, f"p. {page}")
        _link(place, _target(link, page, around))
    heads = [cell["row"] for cell in cells if cell["role"] == "header"]
    first = _TOP + (max(heads) + 1 if heads and min(heads) == 0 else 0)
    sheet.freeze_panes = f"B{first}"
    _widen(sheet, since=_TOP)


def _write_facts(sheet: Any, facts: Iterable[Row], findings: Mapping[str, str], link: str) -> None:
    """The last sheet: a row for each number with its meaning and place."""
    for column, name in enumerate(_FACTS, 1):
        _put(sheet.cell(1, column), name, bold=True)
    ordered = sorted(facts, key=lambda f: (f["page"], f["top"], f["x0"]))
    for row, fact in enumerate(ordered, 2):
        said = {**fact, "finding": findings.get(fact["fact_id"])}
        for column, name in enumerate(_FACTS, 1):
            value = said[name]
            if isinstance(value, int | float | Decimal):
                sheet.cell(row, column).value = value if isinstance(value, int) else _rounded(value)
            else:
                _put(sheet.cell(row, column), _words(value))
        around = tuple(fact[side] for side in ("x0", "top", "x1", "bottom"))
        _link(sheet.cell(row, 1), _target(link, fact["page"], around))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    _widen(sheet)


def _rounded(value: float | Decimal) -> Decimal:
    """Points to the tenth; printed values without the zeros of the column's type."""
    if isinstance(value, float):
        return Decimal(f"{value:.1f}")
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


def _rows(cells: Sequence[Row]) -> dict[int, tuple[int, tuple[float, ...]]]:
    """Page and box of each row of a grid: around the cells that begin in it."""
    found: dict[int, tuple[int, tuple[float, ...]]] = {}
    for cell in cells:
        box = (cell["x0"], cell["top"], cell["x1"], cell["bottom"])
        page, known = found.get(cell["row"], (cell["page"], box))
        if page == cell["page"]:
            box = (*map(min, known[:2], box[:2]), *map(max, known[2:], box[2:]))
            found[cell["row"]] = page, box
    return found


def _merge(sheet: Any, cells: Sequence[Row]) -> None:
    """Join the places a cell covers where no other has one of them: its text would go, or Excel refuse."""
    taken = {(cell["row"], cell["column"]) for cell in cells}
    for cell in cells:
        rows = range(cell["row"], cell["row"] + cell["row_span"])
        columns = range(cell["column"], cell["column"] + cell["column_span"])
        others = {(row, column) for row in rows for column in columns} - {(rows[0], columns[0])}
        if others and others.isdisjoint(taken):
            taken |= others
            sheet.merge_cells(
                start_row=_TOP + rows[0],
                end_row=_TOP + rows[-1],
                start_column=1 + columns[0],
                end_column=1 + columns[-1],
            )


def _put(cell: Any, text: str, *, bold: bool = False) -> None:
    """Text as text: never a formula, and not one either when a person edits the cell."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Font

    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:_EXCEL_TEXT]
    cell.data_type = "s"
    if text[:1] and text[0] in _FORMULA_STARTS:
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)


def _link(cell: Any, target: str | None = None, *, inside: str | None = None) -> None:
    """Make a cell lead to a place: of the PDF, or of the workbook."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    if target is not None:
        cell.hyperlink = target
    else:
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=inside)
    cell.font = Font(color="0563C1", underline="single")


def _mark(cell: Any, message: str) -> None:
    """Colour a doubtful number and say why."""
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", fgColor="FFD9D9")
    cell.comment = Comment(message[:_EXCEL_TEXT], "yanbao", height=120, width=360)


def _place(page: int, box: Sequence[float]) -> str:
    return f"page {page}, {box[0]:.0f}, {box[1]:.0f} to {box[2]:.0f}, {box[3]:.0f} pt"


def _target(link: str, page: int, box: Sequence[float]) -> str:
    """A place in a PDF, as Adobe's open parameters spell it: points from the page's top-left corner."""
    x0, top, x1, bottom = box
    return f"{link}#page={page}&viewrect={x0:.0f},{top:.0f},{x1 - x0:.0f},{bottom - top:.0f}"


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, dict):
        return " ".join(_words(one) for one in value.values() if one is not None)
    return f"{_rounded(value):f}" if isinstance(value, Decimal) else str(value)


def _widen(sheet: Any, since: int = 1) -> None:
    """Columns as wide as their texts, within reason; a Chinese character takes two places."""
    from openpyxl.utils import get_column_letter
    from rich.cells import cell_len

    merged = {
        (row, column)
        for span in sheet.merged_cells.ranges
        for row in range(span.min_row, span.max_row + 1)
        for column in range(span.min_col, span.max_col + 1)
    }
    for number in range(1, sheet.max_column + 1):
        texts: Iterator[Any] = (
            sheet.cell(row, number).value
            for row in range(since, sheet.max_row + 1)
            if (row, number) not in merged
        )
        longest = max((cell_len(str(text)) for text in texts if text is not None), default=0)
        sheet.column_dimensions[get_column_letter(number)].width = min(_WIDEST, max(_NARROWEST, longest)) + 2
