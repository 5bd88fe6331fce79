"""Facts put back into tables, rows and reports, so that rules can speak of them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from operator import attrgetter
from typing import Any

from pipeline.checking.estimate import Estimate, stated
from pipeline.checking.exact import exactly, ratio
from pipeline.checking.intervals import half_digit
from pipeline.checking.light import fixed
from pipeline.checking.once import once
from pipeline.errors import DataError

FACT_COLUMNS = (
    "fact_id",
    "table_id",
    "table_kind",
    "page",
    "x0",
    "top",
    "entity",
    "entity_name",
    "label",
    "label_path",
    "column",
    "concept",
    "period_label",
    "basis",
    "text",
    "value",
    "missing",
    "decimals",
    "unit",
    "scale",
)
# Units that say all of a figure: no currency and no power of ten is left open.
PLAIN = frozenset({"percent", "times", "days", "pure", "score"})
CURRENCIES = frozenset({"CNY", "HKD", "USD", "TWD", "JPY", "KRW", "EUR", "GBP", "SGD", "CHF", "AUD"})
ROW_PITCH = 6.0  # points: cells of one printed row stand less than this apart in height
ANNOUNCED = re.compile(r"^其中|^of which|^incl", re.I)
# A head over rows that speak for the whole company, not for one of its segments.
_QUALIFIER = re.compile(
    "基本|摊薄|稀释|全面|加权|平均|最新|当年|现价|扣非|调整|ttm|lf|lyr|basic|diluted|adjusted"
)
_PERCENT = ratio(1, 100)
WHOLE = re.compile(r"合计|总计|总体|整体|总|公司|集团|total|overall|group", re.I)


@fixed
class Printed:
    """One printed number: its place, its meaning, its text."""

    fact_id: str
    table_id: str
    kind: str
    page: int
    x0: float
    top: float
    entity: str
    label: str
    path: tuple[str, ...]
    column: str
    concept: str | None
    period: str | None
    basis: str | None
    text: str
    value: Fraction | None
    missing: str | None
    decimals: int
    unit: str | None
    scale: int | None

    @once
    def factor(self) -> Fraction:
        """Base units in one printed unit: 1,000,000 for 百万, 1/100 for percent; 1 where no unit is known."""
        return _PERCENT if self.unit == "percent" else power_of_ten(self.scale or 0)

    @property
    def as_printed(self) -> str:
        """What is said of a figure that is none: a dash, a blank."""
        return f"is printed as {self.text!r}" if self.text else "is blank"

    @once
    def measured(self) -> bool:
        """Whether the page says in what the figure is printed: its unit and its power of ten."""
        return self.unit in PLAIN or (self.unit is not None and self.scale is not None)

    @once
    def half(self) -> Fraction:
        """Half of the last printed digit, in base units."""
        return _half(self.decimals, self.unit == "percent", self.scale or 0)

    @once
    def currency(self) -> str | None:
        """ISO code where the unit is money or money per share."""
        head = (self.unit or "").split("/")[0]
        return head if head in CURRENCIES else None

    @once
    def estimate(self) -> Estimate | None:
        """The number in base units with its rounding; None where none is printed."""
        if self.value is None:
            return None
        return stated(self.fact_id, self.value * self.factor, self.half)


@fixed
class Row:
    """The cells of one printed row, left to right."""

    label: str
    path: tuple[str, ...]
    cells: tuple[Printed, ...]

    @once
    def concept(self) -> str | None:
        """The concept that all its cells share, if they do (comps have one per column instead)."""
        return next(iter(self.concepts)) if len(self.concepts) == 1 else None

    @once
    def concepts(self) -> frozenset[str | None]:
        """What its cells are."""
        return frozenset([cell.concept for cell in self.cells])

    @once
    def unit(self) -> str | None:
        """The unit that all its cells share."""
        units = {cell.unit for cell in self.cells}
        return units.pop() if len(units) == 1 else None

    @once
    def money(self) -> bool:
        """Whether the row prints money, in all or per share."""
        units = [cell.currency for cell in self.cells if cell.value is not None]
        return bool(units) and all(units)

    @once
    def amounts(self) -> bool:
        """Whether the row prints money in all: no rates, and no money per share."""
        return self.money and not any(
            "/" in (cell.unit or "") for cell in self.cells if cell.value is not None
        )

    @once
    def astray(self) -> frozenset[Printed]:
        """The cells under one head printed over several columns (2021E 2021E 2023E) that hold unlike figures.

        One of these columns is another year's, and the page does not say which.
        """
        found: set[Printed] = set()
        for period, cells in self._by_period.items():
            if period is not None and len(cells) > 1:
                found |= {
                    one
                    for one in cells
                    for other in cells
                    if (one.column, one.concept) == (other.column, other.concept) and one.text != other.text
                }
        return frozenset(found)

    def at(self, period: str | None) -> Printed | None:
        """The cell of a period; None where the row has none, or several."""
        found = self._by_period.get(period, ())
        return found[0] if len(found) == 1 else None

    def lacks(self, period: str | None) -> str:
        """Why there is no figure of the period to be had from the row, in words."""
        found = self._by_period.get(period, [])
        if len(found) > 1:
            return headed_alike(found[0])
        if found and found[0].value is None:
            return f"{self.label} {period} {found[0].as_printed}"
        return f"{self.label} {period} is not printed"

    @once
    def _by_period(self) -> Mapping[str | None, list[Printed]]:
        found: dict[str | None, list[Printed]] = defaultdict(list)
        for cell in self.cells:
            found[cell.period].append(cell)
        return found


@fixed
class Sheet:
    """One printed table as rows, top to bottom."""

    table_id: str
    kind: str
    rows: tuple[Row, ...]
    agreement: float | None = None

    @once
    def concepts(self) -> frozenset[str]:
        """Every concept that is printed somewhere in the table."""
        return frozenset(self._with)

    def rows_with(self, concepts: Iterable[str]) -> list[Row]:
        """The rows in which one of the concepts is printed, top to bottom."""
        found = {i for concept in concepts for i in self._with.get(concept, ())}
        return [self.rows[i] for i in sorted(found)]

    @once
    def _with(self) -> Mapping[str, set[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for i, row in enumerate(self.rows):
            for cell in row.cells:
                if cell.concept:
                    found[cell.concept].add(i)
        return dict(found)

    @once
    def index(self) -> Mapping[tuple[str, str, str | None], tuple[Printed, ...]]:
        """Company-level facts by entity, concept and period."""
        found: dict[tuple[str, str, str | None], list[Printed]] = defaultdict(list)
        for row in self.rows:
            for cell in row.cells:
                if cell.concept and company_level(cell) and cell not in row.astray:
                    found[cell.entity, cell.concept, cell.period].append(cell)
        return {key: tuple(cells) for key, cells in found.items()}


@fixed
class Report:
    """All tables of one report, in page order."""

    report_id: str
    sheets: tuple[Sheet, ...]

    @once
    def index(self) -> Mapping[tuple[str, str, str | None], tuple[Printed, ...]]:
        """Company-level facts of the whole report by entity, concept and period."""
        found: dict[tuple[str, str, str | None], list[Printed]] = defaultdict(list)
        for sheet in self.sheets:
            for key, cells in sheet.index.items():
                found[key].extend(cells)
        return {key: tuple(cells) for key, cells in found.items()}

    def sheets_with(self, concepts: Iterable[str]) -> list[Sheet]:
        """The tables in which one of the concepts is printed, in page order."""
        found = {i for concept in concepts for i in self._with.get(concept, ())}
        return [self.sheets[i] for i in sorted(found)]

    @once
    def _with(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for i, sheet in enumerate(self.sheets):
            for concept in sheet.concepts:
                found[concept].append(i)
        return dict(found)

    @once
    def astray(self) -> Mapping[tuple[str, str, str | None], Printed]:
        """Of the figures that the index lacks as their year is not known, one for each of its keys."""
        return {
            (cell.entity, cell.concept, cell.period): cell
            for sheet in self.sheets
            for row in sheet.rows
            for cell in row.astray
            if cell.concept
        }

    def same_series(self, one: Printed, other: Printed) -> bool:
        """Whether the other's table prints the first figure too: then both are of one series.

        收入 of a segment table may be 营业总收入 or 营业收入: its growth cannot be told from another table's
        base unless that table agrees with it where both print a figure.
        """
        key = (other.entity, other.concept or "", one.period)
        own = one.estimate
        twins = [f for f in self.index.get(key, ()) if f.table_id == other.table_id]
        return own is not None and any(
            commensurable((one, twin)) and own.interval.meets(estimate.interval)
            for twin in twins
            if (estimate := twin.estimate)
        )

    @once
    def concepts(self) -> Mapping[str, frozenset[str]]:
        """The concepts printed at company level, by entity."""
        found: dict[str, set[str]] = defaultdict(set)
        for entity, concept, _ in self.index:
            found[entity].add(concept)
        return {entity: frozenset(concepts) for entity, concepts in found.items()}


def headed_alike(cell: Printed) -> str:
    """Why nothing is said of a figure whose head stands over several of its row."""
    return f"{cell.column or cell.period} is the head of several figures of {cell.label}"


def reports_of(facts: Any, tables: Any) -> Iterator[Report]:
    """The reports of a facts dataset (Arrow or pandas), in the order of their ids.

    Raises DataError where a column of the contract is missing.
    """
    agreement = dict(zip(*columns_of(tables, ("table_id", "agreement"), "tables"), strict=True))
    of, *columns = columns_of(facts, ("report_id", *FACT_COLUMNS), "facts")
    by_report: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for report_id, fact in zip(of, zip(*columns, strict=True), strict=True):
        by_report[report_id].append(fact)
    for report_id in sorted(by_report):
        by_table: dict[str, list[Printed]] = defaultdict(list)
        for fact in by_report.pop(report_id):
            cell = _printed(*fact)
            by_table[cell.table_id].append(cell)
        sheets = [
            Sheet(table_id, cells[0].kind, tuple(rows_of(cells)), agreement.get(table_id))
            for table_id, cells in by_table.items()
        ]
        sheets.sort(
            key=lambda s: (s.rows[0].cells[0].page, s.rows[0].cells[0].top, s.rows[0].cells[0].x0, s.table_id)
        )
        yield Report(report_id, tuple(sheets))


def records(dataset: Any, columns: Sequence[str], name: str) -> list[dict[str, Any]]:
    """The named columns of an Arrow table or a DataFrame as dictionaries, NaN and NaT as None."""
    found = columns_of(dataset, columns, name)
    return [dict(zip(columns, row, strict=True)) for row in zip(*found, strict=True)]


def columns_of(dataset: Any, columns: Sequence[str], name: str) -> list[list[Any]]:
    """The values of the named columns of an Arrow table or a DataFrame, NaN and NaT as None.

    Raises DataError where one is missing.
    """
    import pyarrow as pa

    table = dataset if isinstance(dataset, pa.Table) else pa.Table.from_pandas(dataset, preserve_index=False)
    if absent := [column for column in columns if column not in table.column_names]:
        raise DataError(f"{name} lack {', '.join(absent)}: the checks read the columns of the data contract")
    # Batch by batch takes half the time of a column's chunks, of which a filtered table has many empty ones.
    batches = [batch for batch in table.select(list(columns)).to_batches() if batch.num_rows]
    return [
        [value for batch in batches for value in batch.column(at).to_pylist()] for at in range(len(columns))
    ]


def rows_of(cells: Iterable[Printed]) -> list[Row]:
    """Group the cells of one table into its printed rows: same heads, same height, one cell a column."""
    rows: list[list[Printed]] = []
    headed: dict[tuple[int, str, tuple[str, ...]], list[list[Printed]]] = defaultdict(list)
    for cell in sorted(cells, key=_reading_order):
        alike = headed[cell.page, cell.label, cell.path]
        row = _row_of(cell, alike)
        if row is None:
            row = []
            rows.append(row)
            alike.append(row)
        row.append(cell)
    return [
        Row(row[0].label, row[0].path, tuple(sorted(row, key=_across)))
        for row in sorted(rows, key=lambda row: (row[0].page, row[0].top, row[0].x0))
    ]


@lru_cache(maxsize=64)
def power_of_ten(exponent: int) -> Fraction:
    """Base units in one unit of this power of ten."""
    return ratio(10**exponent) if exponent >= 0 else ratio(1, 10**-exponent)


@lru_cache(maxsize=256)
def _half(decimals: int, percent: bool, scale: int) -> Fraction:
    return half_digit(decimals) * (_PERCENT if percent else power_of_ten(scale))


def qualifiers(label: str) -> frozenset[str]:
    """The words of a label that say which definition of a figure is meant: 基本, 摊薄, 加权, TTM …"""
    return frozenset(_QUALIFIER.findall(unicodedata.normalize("NFKC", label).lower()))


def company_level(cell: Printed) -> bool:
    """Whether a number is about its entity as a whole, not one of its segments or one of many models."""
    if cell.kind in ("other", "text", "benchmarks"):
        return False
    return cell.kind != "segments" or len(cell.path) < 2 or bool(WHOLE.search(cell.path[-2]))


def commensurable(facts: Collection[Printed], borne_out: bool = False) -> bool:
    """Whether numbers may be added, compared or divided.

    Figures without a printed unit or power of ten only with those of their own table: there they are in the
    same one, whatever it is. Where the columns must bear the rule out (`borne_out`), a unit that is left out
    (每股收益 2.63 in a table of ratios) is what they show it to be; a power of ten is not.
    """
    quantities = [fact for fact in facts if not fact.measured and not (borne_out and fact.scale is not None)]
    if not quantities:
        return True
    quantities = [fact for fact in facts if fact.unit not in PLAIN]
    if len({fact.table_id for fact in quantities}) > 1:
        return False
    # 总市值（亿） beside 净利润（亿元）: only the currency is left unsaid. Without a power of ten all is.
    scaled = all(fact.scale is not None for fact in quantities)
    return scaled or len({(fact.unit, fact.scale is None) for fact in quantities}) == 1


def _row_of(cell: Printed, alike: Sequence[list[Printed]]) -> list[Printed] | None:
    """The last of the rows with the cell's heads, if they stand at its height, that lacks its column."""
    for row in reversed(alike):
        if cell.top - row[0].top > ROW_PITCH:  # and the rows before it stand higher still
            return None
        for other in row:
            if _same_column(other, cell):
                break
        else:
            return row
    return None


_reading_order = attrgetter("page", "top", "x0", "fact_id")
_across = attrgetter("x0", "column")


def _same_column(one: Printed, other: Printed) -> bool:
    return one.column == other.column and abs(one.x0 - other.x0) < 12


def _printed(
    fact_id: str,
    table_id: str,
    kind: str | None,
    page: int,
    x0: float | None,
    top: float | None,
    entity: str | None,
    entity_name: str | None,
    label: str | None,
    path: Sequence[str] | None,
    column: str | None,
    concept: str | None,
    period: str | None,
    basis: str | None,
    text: str | None,
    given: Decimal | float | int | str | None,
    missing: str | None,
    decimals: int | None,
    unit: str | None,
    scale: float | None,
) -> Printed:
    """The number of a row of facts, its columns in the order of FACT_COLUMNS."""
    value = _fraction(given)
    return Printed(
        fact_id,
        table_id,
        kind or "other",
        int(page),
        float(x0 or 0),
        float(top or 0),
        entity or entity_name or "",
        label or "",
        tuple(path if path is not None else ()),
        column or "",
        concept,
        period,
        basis,
        text or "",
        value,
        missing or ("blank" if value is None else None),
        int(decimals or 0),
        unit,
        None if scale is None else int(scale),
    )


def _fraction(value: Decimal | float | int | str | None) -> Fraction | None:
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return None if exact.is_nan() else exactly(exact)  # NaN is how a DataFrame of floats gives a null
