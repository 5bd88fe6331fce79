"""Misprints and misreadings of one thing at a time, on the facts of a report that is otherwise as it was.

Each kind of change takes the sheets of a report and one printed number and gives the numbers that take the
place of others, by fact_id; None where it does not apply to that number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

from pipeline.checking.sheet import PLAIN, Printed, Report, Row, Sheet

Changed = Mapping[str, Printed]
HALF = re.compile(r"(\d{4})H1")
SCALES = (2, -2, 3, -3)  # 万 for 百万, 千 for 百万 …


@dataclass(frozen=True)
class Place:
    """A printed number and where it stands."""

    report: Report
    sheet: Sheet
    row: Row
    cell: Printed


def places(report: Report) -> list[Place]:
    """Every printed number of a report."""
    return [
        Place(report, sheet, row, cell) for sheet in report.sheets for row in sheet.rows for cell in row.cells
    ]


def applied(report: Report, changed: Changed) -> Report:
    """The report with some numbers in the place of others; sheets without any stay the same objects."""
    return Report(report.report_id, tuple(_sheet(sheet, changed) for sheet in report.sheets))


def _sheet(sheet: Sheet, changed: Changed) -> Sheet:
    rows = [
        Row(row.label, row.path, tuple(changed.get(c.fact_id, c) for c in row.cells))
        if any(c.fact_id in changed for c in row.cells)
        else row
        for row in sheet.rows
    ]
    same = all(new is old for new, old in zip(rows, sheet.rows, strict=True))
    return sheet if same else replace(sheet, rows=tuple(rows))


def _with_value(cell: Printed, value: Fraction, decimals: int | None = None) -> Printed:
    digits = cell.decimals if decimals is None else decimals
    text = f"{Decimal(value.numerator) / value.denominator:,.{digits}f}"
    return replace(cell, value=value, text=text, decimals=digits, missing=None)


def _with_print_of(cell: Printed, other: Printed) -> Printed:
    """The cell with another cell's number in it, read in its own unit."""
    return replace(cell, text=other.text, value=other.value, decimals=other.decimals, missing=other.missing)


def digit(place: Place, random: Random) -> Changed | None:
    """One digit is another one; a first digit is not made zero."""
    cell = place.cell
    if cell.value is None:
        return None
    unscaled = abs(cell.value) * 10**cell.decimals
    digits = list(str(int(unscaled)).rjust(cell.decimals + 1, "0"))
    at = random.randrange(len(digits))
    first = at == 0 and len(digits) > 1
    digits[at] = random.choice([d for d in "0123456789" if d != digits[at] and not (first and d == "0")])
    value = Fraction(int("".join(digits)), 10**cell.decimals)
    return {cell.fact_id: _with_value(cell, -value if cell.value < 0 else value)}


def sign(place: Place, _: Random) -> Changed | None:
    """A minus sign lost, or one too many."""
    cell = place.cell
    if not cell.value or "(" in cell.text:
        return None
    return {cell.fact_id: _with_value(cell, -cell.value)}


def parenthesis(place: Place, _: Random) -> Changed | None:
    """`(5)` is read as 5."""
    cell = place.cell
    if not cell.value or "(" not in cell.text:
        return None
    return {cell.fact_id: _with_value(cell, -cell.value)}


def point(place: Place, _: Random) -> Changed | None:
    """The decimal point is lost."""
    cell = place.cell
    if not cell.value or not cell.decimals:
        return None
    return {cell.fact_id: _with_value(cell, cell.value * 10**cell.decimals, 0)}


def neighbours(place: Place, _: Random) -> Changed | None:
    """Two numbers beside each other change places."""
    at = place.row.cells.index(place.cell)
    if at + 1 == len(place.row.cells):
        return None
    one, other = place.cell, place.row.cells[at + 1]
    if one.value is None or other.value is None or one.value == other.value:
        return None
    return {one.fact_id: _with_print_of(one, other), other.fact_id: _with_print_of(other, one)}


def row_shift(place: Place, _: Random) -> Changed | None:
    """A row has the numbers of the row beneath it."""
    rows = place.sheet.rows
    at = next(i for i, row in enumerate(rows) if row is place.row)
    if place.cell is not place.row.cells[0] or at + 1 == len(rows):
        return None
    beneath = {cell.column: cell for cell in rows[at + 1].cells}
    changed = {
        cell.fact_id: _with_print_of(cell, beneath[cell.column])
        for cell in place.row.cells
        if cell.column in beneath and beneath[cell.column].value != cell.value
    }
    return changed if len(changed) > 1 else None


def column_shift(place: Place, _: Random) -> Changed | None:
    """The numbers of a row stand one column too far to the left; the last one is read twice."""
    cells = place.row.cells
    if place.cell is not cells[0] or len(cells) < 3:
        return None
    changed = {
        cell.fact_id: _with_print_of(cell, right)
        for cell, right in pairwise(cells)
        if right.value is not None and cell.value != right.value
    }
    return changed if len(changed) > 1 else None


def scale(place: Place, random: Random) -> Changed | None:
    """One row's power of ten is another one."""
    if place.cell is not place.row.cells[0] or place.cell.unit in PLAIN or not place.cell.value:
        return None
    by = random.choice(SCALES)
    return {
        cell.fact_id: replace(cell, scale=cell.scale + by)
        for cell in place.row.cells
        if cell.scale is not None
    } or None


def basis(place: Place, _: Random) -> Changed | None:
    """A column of a table is taken for estimated that is actual, or the other way round."""
    other = {"actual": "estimate", "estimate": "actual"}.get(place.cell.basis or "")
    if other is None or place.cell.value is None:
        return None
    return {
        cell.fact_id: replace(cell, basis=other)
        for row in place.sheet.rows
        for cell in row.cells
        if cell.column == place.cell.column
    }


def half_year(place: Place, _: Random) -> Changed | None:
    """A first half is taken for the year, or the year for a first half, in one row."""
    cell = place.cell
    if cell.period is None or cell.value is None:
        return None
    found = HALF.fullmatch(cell.period)
    if not found and not re.fullmatch(r"\d{4}", cell.period):
        return None
    return {cell.fact_id: replace(cell, period=found[1] if found else f"{cell.period}H1")}


def dash_zero(place: Place, _: Random) -> Changed | None:
    """A dash is read as zero, or zero as a dash."""
    cell = place.cell
    if cell.missing == "dash":
        return {cell.fact_id: replace(cell, value=Fraction(0), text="0", missing=None, decimals=0)}
    if cell.value == 0:
        return {cell.fact_id: replace(cell, value=None, text="—", missing="dash", decimals=0)}
    return None


KINDS: Mapping[str, Callable[[Place, Random], Changed | None]] = {
    "digit": digit,
    "sign": sign,
    "lost parenthesis": parenthesis,
    "decimal point": point,
    "swapped neighbours": neighbours,
    "row shift": row_shift,
    "column shift": column_shift,
    "scale": scale,
    "E for A": basis,
    "H1 for FY": half_year,
    "dash for 0": dash_zero,
}
