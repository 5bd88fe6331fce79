"""A table's printed numbers, each with its meaning: whom, what, when, in which unit, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from pipeline.meaning.claims import Claim, contradicted
from pipeline.meaning.codes import code_columns, owners_of_rows, row_tickers
from pipeline.meaning.entities import (
    currency_of,
    is_aggregate,
    is_contact,
    is_mobile,
    is_other_version,
    is_ticker_head,
    is_version,
    parse_ticker,
    ticker_in,
    trading_currency,
)
from pipeline.meaning.fact import Fact, Report, fact_id, table_id
from pipeline.meaning.fiscal import year_end_of
from pipeline.meaning.kinds import kinds_of, names_kind, names_selection
from pipeline.meaning.labels import concept_of, measure_of, sorts_rows
from pipeline.meaning.lexicon import plain, unwrap
from pipeline.meaning.numbers import Number, parse_number
from pipeline.meaning.periods import Basis, Period, basis_of, parse_period, without_period
from pipeline.meaning.rows import Row, row_of_value, rows_of
from pipeline.meaning.surroundings import around, currency_of_statements, marks_of_rows, unit_beside
from pipeline.meaning.tablekinds import STATEMENTS, Kind
from pipeline.meaning.units import (
    Prints,
    Unit,
    amount_of,
    bears_on_unit,
    in_yuan,
    measure_sense,
    names_currency,
    off_axis,
    resolve_unit,
    sense_of,
    unit_column_for,
    without_currency,
)
from pipeline.meaning.unitwords import UnitMark
from pipeline.meaning.vocabulary import form, vocabulary
from pipeline.tables.table import Cell, Table

# What the only column of a box without a header row is called: 基本数据 prints labels and values, no head.
UNHEADED = "value"
# Stocks measured before the first day of the period that is printed over them.
_OPENING = frozenset({"cash_opening"})
# Tables in which one item may well stand several times: of several companies, or of two listings.
_OF_MANY = frozenset({"cover_data", "comps", "benchmarks", "text"})
# A cell of words with its share of something, which heads no column as a measure: 直营商超 11.7%.
_SHARE = re.compile(r"[^\W\d_]\s*\d+(?:\.\d+)?\s*[%％]")
# A report looks back and ahead by less than this; other years in heads are other numbers.
_FIRST_YEAR, _YEARS_AHEAD = 1990, 15


def facts_of(
    table: Table,
    *,
    kind: Kind,
    table_id: str,
    report: Report,
    currency: str | None = None,
    borrowed_unit: str = "",
    fiscal_year_end: tuple[int, int] = (12, 31),
) -> list[Fact]:
    """One fact for every value cell that prints a number or a mark for an absent one, in reading order.

    Words, codes, dates and ranges (`0.58-2.35`) are no facts: their cells keep them. A blank counts where its
    row and its column hold numbers. `currency` is the one that the report's other tables print, for money
    that has none beside it, `borrowed_unit` the unit line of the statement beside this one, which prints none
    of its own; `fiscal_year_end` is (month, day).
    """
    return list(_Reading(table, kind, table_id, report, currency, borrowed_unit, fiscal_year_end).facts())


@dataclass(frozen=True, slots=True)
class Meaning:
    """A table with what it means: its id, its kind, its facts."""

    table: Table
    table_id: str
    kind: Kind
    facts: tuple[Fact, ...]


def meaning_of(
    tables: Sequence[Table], report: Report, *, fiscal_year_end: tuple[int, int] | None = None
) -> list[Meaning]:
    """All tables of a report with their kinds and facts, in the order given.

    Read together they know more than alone: which list of key figures is the front page's summary, in which
    currency the company reports where a table does not say, and on which day its fiscal year ends
    (`fiscal_year_end` where that is known already).
    """
    kinds = kinds_of(tables)
    year_end = fiscal_year_end or year_end_of(tables, kinds)
    currency = currency_of_statements(tables, kinds, _yuan(report))
    found = []
    for table, kind in zip(tables, kinds, strict=True):
        identifier = table_id(report.report_id, table.pages[0], table.box)
        facts = facts_of(
            table,
            kind=kind,
            table_id=identifier,
            report=report,
            currency=currency,
            borrowed_unit=unit_beside(table, tables, kinds) if kind in (*STATEMENTS, "ratios") else "",
            fiscal_year_end=year_end,
        )
        found.append(Meaning(table, identifier, kind, tuple(facts)))
    return found


def _yuan(report: Report) -> str | None:
    """What a bare 元 means in the report's own figures: CNY where the company is listed on the mainland."""
    return "CNY" if any(currency_of(t) == "CNY" for t in report.tickers) else None


class _Said(NamedTuple):
    """What a number says beside its period: of its row and column, and of the unit printed with it."""

    concept: str | None
    unit: Unit
    entity: str | None
    name: str | None


class _Reading:
    """One table being read: what holds for the whole of it, worked out once."""

    def __init__(
        self,
        table: Table,
        kind: Kind,
        identifier: str,
        report: Report,
        currency: str | None,
        borrowed_unit: str,
        fiscal_year_end: tuple[int, int],
    ) -> None:
        self._table, self._kind, self._id, self._report = table, kind, identifier, report
        # Prices and other companies are not in the currency of the report's own statements by rule.
        self._unstated = currency if kind not in ("cover_data", "comps", "benchmarks", "other") else None
        self._values = sorted((c for c in table.cells if c.role == "value"), key=lambda c: (c.row, c.column))
        statement = kind if kind in STATEMENTS else ""
        self._places, _ = rows_of(table, segmented=kind == "segments", statement=statement)
        self._label_columns = sorted({column for _, column in self._places})
        self._codes = code_columns(table)
        self._owners = owners_of_rows(self._places.values()) if kind == "comps" else {}
        self._row_tickers = row_tickers(table, self._codes, self._label_columns)
        self._said: dict[tuple[int, int, str, UnitMark | None], _Said] = {}
        columns = {c.column for c in self._values} - self._codes
        # Several columns without heads are not one value each: what they hold is not known.
        self._unheaded = len(columns) == 1 and all(not self._printed_head(c).strip() for c in columns)
        self._year_end = fiscal_year_end
        self._periods = {c: self._period_of(self._printed_head(c)) for c in columns}
        self._row_periods = self._periods_of_rows()
        self._marks = {p.mark for p in self._periods.values() if p is not None and p.mark is not None}
        numbers = [c for c in self._values if isinstance(parse_number(c.text), Number)]
        self._number_rows = {c.row for c in numbers}
        self._number_columns = {c.column for c in numbers} | {c for c, p in self._periods.items() if p}
        self._row_marks = marks_of_rows(numbers)
        self._people = 2 * sum(is_mobile(c.text) for c in numbers) > len(numbers)
        self._addresses = is_contact(table.title)
        self._peers = kind == "other" and (names_kind(table, "comps") or names_selection(table))
        self._named_columns = self._columns_of_names(columns) if kind == "other" else frozenset()
        self._bearing = {c: self._bearing_of(c) for c in columns}
        self._beside = {c: self._labels_beside(c) for c in columns}
        self._around, self._borrowed = around(table), borrowed_unit
        names = (table.title, table.stub_head) if kind == "ratios" else ()
        self._named = tuple(name for name in names if name and sorts_rows(name))  # GROWTH over Revenue
        # 总市值（亿元） in a table of peers says in which currency the prices and earnings beside it are.
        self._in_yuan = kind == "comps" and in_yuan(table.heads)

    def facts(self) -> Iterator[Fact]:
        found = [(cell, self._fact(cell)) for cell in self._values if self._counts(cell)]
        doubtful: frozenset[str] = frozenset()
        if self._kind not in _OF_MANY:
            doubtful = contradicted(
                Claim(f.fact_id, f.concept, (f.period_label, f.entity, cell.column), f.text)
                for cell, f in found
                if f.concept is not None and f.missing is None
            )
        for _, fact in found:
            yield fact._replace(concept=None) if fact.fact_id in doubtful else fact

    def _counts(self, cell: Cell) -> bool:
        """Whether the cell prints a number, or stands for one."""
        if self._addresses or cell.column in self._codes or parse_ticker(cell.text) is not None:
            return False
        if self._people and is_mobile(cell.text):
            return False
        row = row_of_value(cell, self._places, self._label_columns)
        if is_contact(self._printed_head(cell.column)) or (row is not None and is_contact(row.label)):
            return False
        if row is not None and is_ticker_head(row.label) and parse_ticker(cell.text, bare=True) is not None:
            return False
        parsed = parse_number(cell.text)
        if isinstance(parsed, Number):
            return True
        if parsed.missing is None or self._kind == "text" or cell.column not in self._number_columns:
            return False
        return row is not None and (parsed.missing != "blank" or cell.row in self._number_rows)

    def _fact(self, cell: Cell) -> Fact:
        row = row_of_value(cell, self._places, self._label_columns)
        if row is not None and self._owners and row.index not in self._owners:
            row = replace(row, parents=())  # below the last company, and not its own
        head = UNHEADED if self._unheaded else unwrap(self._printed_head(cell.column))
        parsed = parse_number(cell.text)
        own = parsed.unit if isinstance(parsed, Number) else self._row_marks.get(cell.row)
        place = cell.row, self._beside[cell.column], self._bearing[cell.column], own
        said = self._said.get(place)
        if said is None:
            said = self._said[place] = self._say(cell, row, head, own)
        concept, unit, entity, name = said
        period, basis = self._when(cell, row)
        if period is not None and concept is not None:
            period = _measured(period, concept)
        value = parsed.value if isinstance(parsed, Number) else None
        return Fact(
            fact_id=fact_id(self._id, cell.row, cell.column),
            report_id=self._report.report_id,
            table_id=self._id,
            table_kind=self._kind,
            page=cell.page,
            x0=cell.box.x0,
            top=cell.box.top,
            x1=cell.box.x1,
            bottom=cell.box.bottom,
            entity=entity,
            entity_name=name,
            label=row.label if row is not None else None,
            label_path=row.path if row is not None else (),
            column=head or None,
            concept=concept,
            period_label=period.label if period else None,
            period_start=period.start if period else None,
            period_end=period.end if period else None,
            basis=basis,
            text=cell.text,
            value=value,
            missing=None if isinstance(parsed, Number) else parsed.missing,
            decimals=parsed.decimals if isinstance(parsed, Number) else None,
            unit=unit.name,
            scale=unit.scale,
            amount=amount_of(value, unit) if value is not None else None,
        )

    def _say(self, cell: Cell, row: Row | None, head: str, own: UnitMark | None) -> _Said:
        """What a number says beside its period."""
        measure, modifier = self._axes(row, head)
        parents = (*self._named, *row.parents) if row is not None and measure == row.label else ()
        parents = () if self._owners else parents
        otherwise = "money" if self._kind in STATEMENTS else None
        unit = self._unit(cell, row, off_axis(Prints(measure, parents, modifier, otherwise=otherwise)), own)
        part_of = (row.total,) if row is not None and row.total and measure == row.label else ()
        concept = concept_of(
            measure, kind=self._kind, parents=(*part_of, *parents), column=modifier, unit=unit.name or ""
        )
        others = self._kind == "other" and not self._is_about_company(cell, row, measure)
        if others or (self._kind != "comps" and is_other_version(head)):
            concept = None
        return _Said(concept, unit, *self._entity(cell, row, concept, unit))

    def _printed_head(self, column: int) -> str:
        return self._table.heads[column] if column < len(self._table.heads) else ""

    def _bearing_of(self, column: int) -> str:
        """The head of a column as far as it says more than a period: under years a row is read once."""
        head = unwrap(self._printed_head(column))
        more = any(map(without_period, head.split("|"))) or bears_on_unit(head)
        return head if more or column in self._named_columns else ""

    def _labels_beside(self, column: int) -> int:
        """The column of labels that the numbers of a column belong to: the nearest at their left."""
        before = [labels for labels in self._label_columns if labels < column]
        return max(before, default=min(self._label_columns, default=0))

    def _axes(self, row: Row | None, head: str) -> tuple[str, str]:
        """What is measured, and the head that modifies it.

        In a table of companies or models the column's head names the measure; elsewhere the row's label does,
        unless only the head has words for it (periods down the side, companies in rows).
        """
        own_head = "" if head == UNHEADED else head
        named = "|".join(words for level in own_head.split("|") if (words := without_period(level)))
        if self._kind in ("comps", "benchmarks") and not self._owners:
            return named, ""
        if row is None:
            return named, ""
        if sense_of(row.label) is None and sense_of(named) not in (None, "growth"):
            return named, ""
        return row.label, own_head

    def _period_of(self, head: str) -> Period | None:
        """The period of a head, unless it is too far from the report to be one."""
        period = parse_period(head, fiscal_year_end=self._year_end)
        published = self._report.published_on
        last = published.year + _YEARS_AHEAD if published else date.max.year
        return period if period is not None and _FIRST_YEAR <= period.end.year <= last else None

    def _periods_of_rows(self) -> dict[int, Period]:
        """The periods that labels print; a bare 2000 among the marks of an axis is none."""
        rows = {row.index: row for row in self._places.values()}
        found = {index: p for index, row in rows.items() if (p := self._period_of(row.label)) is not None}
        certain = 2 * len(found) > len(rows)
        return {i: p for i, p in found.items() if certain or p.mark or p.label != rows[i].label.strip()}

    def _columns_of_names(self, columns: Collection[int]) -> frozenset[int]:
        """Columns that stand for companies, products or markets: heads of no other meaning."""
        heads = {c: unwrap(self._printed_head(c)) for c in columns if self._periods.get(c) is None}
        names = {
            c
            for c, head in heads.items()
            if head.strip()
            and not is_version(head)
            and (sense_of(head) is None or _SHARE.search(head) is not None)
            and measure_of("", kind=self._kind, column=head) is not None
            and concept_of("", kind=self._kind, column=head) is None
        }
        return frozenset(names) if len({heads[c] for c in names}) > 1 else frozenset()

    def _is_about_company(self, cell: Cell, row: Row | None, measure: str) -> bool:
        """Whether a number of a table of no known kind is the covered company's, or of a row with a ticker.

        ROE under the name of a peer and revenue beside the name of a product are not; whose they are is not
        for us to say.
        """
        if self._ticker_beside(cell) is not None:
            return True
        if row is not None and measure != row.label:
            return self._says_nothing_else(row.label)
        return not self._peers and (
            cell.column not in self._named_columns or self._is_company(self._printed_head(cell.column))
        )

    def _says_nothing_else(self, label: str) -> bool:
        """Whether a label beside which the head names the measure is a period, the company or the sum."""
        total = vocabulary().relation_of("business", form(label).key) == "total"
        return total or not without_period(label).strip() or self._is_company(label)

    def _is_company(self, name: str) -> bool:
        company = self._report.company
        return company is not None and plain(name) == plain(company)

    def _named_in_row(self, cell: Cell) -> bool:
        """Whether the row is about a company or model of its own."""
        return self._kind in ("comps", "benchmarks") or self._ticker_beside(cell) is not None

    def _ticker_beside(self, cell: Cell) -> str | None:
        """The ticker in the row of a cell, of the list that the cell is in."""
        if not self._row_tickers:
            return None
        return self._row_tickers.get((cell.row, self._beside[cell.column]))

    def _row_ticker(self, cell: Cell, row: Row | None) -> str | None:
        """The ticker of the row's company: from its code, or the covered company's own by its name."""
        ticker, tickers = self._ticker_beside(cell), self._report.tickers
        if row is not None and row.index in self._owners:
            return self._owners[row.index][0]
        if ticker is None and row is not None and self._kind == "comps" and len(tickers) == 1:
            return tickers[0] if self._is_company(row.label) else None  # of two listings it may be either
        return ticker

    def _entity(
        self, cell: Cell, row: Row | None, concept: str | None, unit: Unit
    ) -> tuple[str | None, str | None]:
        company, tickers = self._report.company, self._report.tickers
        if self._owners and row is not None:
            return self._owners.get(row.index, (None, row.label))
        if self._named_in_row(cell):
            if row is None or is_aggregate(row.label):
                return None, row.label if row is not None else None
            return self._row_ticker(cell, row) or row.label, row.label
        listing = self._listing(cell)
        if listing is not None:
            return listing, company
        if self._kind in ("other", "text") and concept is None:
            return None, None
        if self._kind == "other" and row is not None and len(tickers) > 1 and self._is_company(row.label):
            return company, company
        priced = _listing_priced_in(unit, concept, tickers) if self._kind == "cover_data" else None
        return priced or (tickers[0] if tickers else company), company

    def _listing(self, cell: Cell) -> str | None:
        """The listing a column or a titled box is about: `981 HK` over it, `药明康德（2359.HK）` above it."""
        by_head = parse_ticker(self._printed_head(cell.column))
        return by_head or (ticker_in(self._table.title) if self._kind == "cover_data" else None)

    def _when(self, cell: Cell, row: Row | None) -> tuple[Period | None, Basis | None]:
        period = self._periods.get(cell.column)
        if period is None and row is not None:
            period = self._row_periods.get(row.index)
        if period is None:
            return None, None
        if self._kind == "balance_sheet":
            period = period.instant()
        return period, basis_of(period.mark, period, self._report.published_on, self._marks)

    def _unit(self, cell: Cell, row: Row | None, prints: Prints, own: UnitMark | None) -> Unit:
        listing = self._listing(cell)
        choice, own_unit = (row.unit_columns, row.unit_text) if row is not None else ((), "")
        chosen = unit_column_for(prints.measure, choice)
        full = prints._replace(
            row_unit=chosen or own_unit,
            around=(*self._around, self._borrowed) if self._borrows(prints) else self._around,
            listing_currency=trading_currency(listing) if listing else None,
        )
        yuan = self._yuan(cell, row, listing)
        unit = resolve_unit(full, own, yuan, yuan if self._in_yuan else self._unstated)
        if self._kind == "benchmarks" and unit.name is None:
            return Unit("score", 0)
        unsettled = choice and not chosen and not names_currency(prints.measure)
        return without_currency(unit) if unsettled else unit

    def _borrows(self, prints: Prints) -> bool:
        """Whether the unit of the statement beside holds: for any number of a statement, else for money."""
        return self._kind in STATEMENTS or measure_sense(prints) == "money"

    def _yuan(self, cell: Cell, row: Row | None, listing: str | None) -> str | None:
        """What a bare 元 means: CNY for a mainland listing, unknown for another."""
        if listing is not None:
            return currency_of(listing)
        if self._named_in_row(cell):
            if row is not None and not is_aggregate(row.label):
                return currency_of(self._row_ticker(cell, row))
            beside = {currency_of(t) for t in self._row_tickers.values()}
            return beside.pop() if len(beside) == 1 else None
        if self._kind == "cover_data" and len({currency_of(t) for t in self._report.tickers}) > 1:
            return None
        return _yuan(self._report)


def _listing_priced_in(unit: Unit, concept: str | None, tickers: Sequence[str]) -> str | None:
    """Which of two listings a price is of: the only one that trades in its currency."""
    currency, _, share = (unit.name or "").partition("/")
    if not share or concept is None or vocabulary().concepts[concept].statement != "market":
        return None
    found = [ticker for ticker in tickers if trading_currency(ticker) == currency]
    return found[0] if len(found) == 1 else None


def _measured(period: Period, concept: str) -> Period:
    """The period, for a stock the day on which it is measured: its last, for an opening one the day before.

    Multiples and prices keep the period printed over them: their day is that of the price.
    """
    known = vocabulary().concepts[concept]
    if known.period_type != "instant" or known.statement in ("valuation", "market"):
        return period
    if concept in _OPENING and period.start < period.end:
        return period.opening()
    return period.instant()
