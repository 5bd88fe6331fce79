"""Reading drawn cases with the pipeline, and what differs from what was drawn."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from pipeline.meaning.fact import Fact
from pipeline.meaning.facts import meaning_of
from pipeline.meaning.numbers import Number, parse_number
from pipeline.reading.page import Page
from pipeline.reading.pdfium import open_document
from pipeline.tables.find import find_tables
from tests.typeset.sheet import Sheet
from tests.typeset.truth import TableTruth

from .case import Case
from .figures import UNIT_HEAD
from .page import compose

WRITTEN = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """What the pages are read as part of."""

    report_id: str = "drawn"
    company: str | None = "澄岳精密"
    tickers: tuple[str, ...] = ("688999.SH",)
    published_on: date | None = date(2025, 8, 29)


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A printed number or mark of a table as it is compared."""

    kind: str
    page: int
    label: str
    column: str
    period: str
    text: str
    unit: str = ""

    def __str__(self) -> str:
        place = f"{self.kind} p{self.page} {self.label!r} {self.column!r} [{self.period}]"
        return f"{place} {self.text!r} {self.unit}".rstrip()


def tight(text: str | None) -> str:
    """Without spaces and the marks between levels; full-width forms as the plain ones."""
    return re.sub(r"[\s|]+", "", unicodedata.normalize("NFKC", text or ""))


def expected(case: Case, truths: Sequence[TableTruth], first: int) -> list[Cell]:
    """Every printed number of the truth, and every mark or blank where there is none."""
    cells = []
    for truth in truths:
        for row in truth.rows:
            parsed = [parse_number(value) for value in row.values]
            if row.section or not any(
                isinstance(p, Number) or (p.missing and v) for p, v in zip(parsed, row.values, strict=True)
            ):
                continue
            for column, value, read in zip(truth.columns, row.values, parsed, strict=True):
                if (
                    not value
                    or (not isinstance(read, Number) and read.missing is None)
                    or column == UNIT_HEAD
                ):
                    continue
                label = "/".join(row.label_path) if truth.kind == "segments" else row.label_path[-1]
                money = case.unit is not None and truth.kind in (
                    "income_statement",
                    "balance_sheet",
                    "cash_flow",
                )
                money = money and isinstance(read, Number) and not re.search("EPS|每股", label)
                cells.append(
                    Cell(
                        truth.kind,
                        row.page - first + 1,
                        tight(label),
                        tight(column),
                        case.periods.get(column, ""),
                        tight(value),
                        f"{case.unit[0]} e{case.unit[1]}" if money and case.unit else "",
                    )
                )
    return cells


def found(case: Case, pages: Sequence[Page]) -> list[Cell]:
    """What the pipeline reads off the pages, blanks left aside."""
    numbered = [replace(page, number=case.number + at) for at, page in enumerate(pages)]
    facts = [fact for meaning in meaning_of(find_tables(numbered), Report()) for fact in meaning.facts]
    return [_cell(case, fact) for fact in facts if fact.text]


def _cell(case: Case, fact: Fact) -> Cell:
    label = "/".join(fact.label_path) if fact.table_kind == "segments" else fact.label
    money = case.unit is not None and fact.table_kind in ("income_statement", "balance_sheet", "cash_flow")
    money = money and fact.value is not None and not re.search("EPS|每股", fact.label or "")
    return Cell(
        fact.table_kind,
        fact.page - case.number + 1,
        tight(label),
        tight(fact.column),
        fact.period_label or "",
        tight(fact.text),
        f"{fact.unit} e{fact.scale}" if money else "",
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case with what was printed and not read, and what was read and not printed."""

    case: Case
    missed: tuple[Cell, ...]
    invented: tuple[Cell, ...]
    cells: int
    error: str = ""

    @property
    def right(self) -> bool:
        """Whether the page was read as it was set."""
        return not (self.missed or self.invented or self.error)


def read(cases: Sequence[Case]) -> list[Outcome]:
    """Set the cases in one document (its fonts are embedded once), read it, and compare each."""
    sheet = Sheet()
    set_: list[tuple[Case, list[TableTruth], int]] = []
    for case in cases:
        first = sheet.page + 1
        set_.append((case, compose(case, sheet), first))
    data = sheet.save("trouble", WRITTEN)
    ends = [first for _, _, first in set_[1:]] + [sheet.page + 1]
    outcomes = []
    with open_document(data) as document:
        for (case, truths, first), end in zip(set_, ends, strict=True):
            pages = [document.page(number) for number in range(first, end)]
            outcomes.append(_compare(case, expected(case, truths, first), found(case, pages)))
    return outcomes


def _compare(case: Case, want: Sequence[Cell], got: Sequence[Cell]) -> Outcome:
    missed, invented = Counter(want) - Counter(got), Counter(got) - Counter(want)
    return Outcome(case, tuple(sorted(missed.elements())), tuple(sorted(invented.elements())), len(want))


def pdf_of(case: Case) -> bytes:
    """The case as a document of its own."""
    sheet = Sheet()
    compose(case, sheet)
    return sheet.save("trouble", WRITTEN)
