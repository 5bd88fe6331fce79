"""One PDF to the contract's tables: the walk through reading, tables and meaning, and how far it came."""

from __future__ import annotations

import hashlib
import re
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pipeline.clock import Stages
from pipeline.coverage import coverage_rows, may_hold_tables, unread_row
from pipeline.datasets import schema
from pipeline.errors import InputError
from pipeline.layout.lines import forget
from pipeline.meaning.cover import ReportMeta, read_cover
from pipeline.meaning.fact import table_id
from pipeline.meaning.facts import Meaning, meaning_of
from pipeline.meaning.records import Record, cell_records, fact_records, table_record
from pipeline.reading import ocr
from pipeline.reading.characters import HOLE, MISNAMED
from pipeline.reading.page import Page, TextLayer
from pipeline.reading.pdfium import Document, open_document
from pipeline.tables.find import find_tables, with_readers
from pipeline.tables.table import Table
from pipeline.version import pipeline_version as this_version

if TYPE_CHECKING:
    import pyarrow as pa

Outcome = Literal["complete", "partial", "failed"]


class Problem(NamedTuple):
    """Something that was not read: a clause for people, and a traceback where the program itself failed."""

    sentence: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ExtractedReport:
    """What one PDF holds, as Arrow tables in the columns of the data contract; `reports` has one row."""

    reports: pa.Table
    tables: pa.Table
    cells: pa.Table
    facts: pa.Table
    coverage: pa.Table
    problems: tuple[Problem, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)  # CPU time by stage, for the run log

    @property
    def report_id(self) -> str:
        """SHA-256 of the file's bytes."""
        return str(self.reports["report_id"][0].as_py())

    @property
    def outcome(self) -> Outcome:
        """How far the reading came."""
        outcome: Outcome = self.reports["outcome"][0].as_py()
        return outcome

    @property
    def reason(self) -> str | None:
        """Why it is not complete, in one sentence."""
        reason: str | None = self.reports["reason"][0].as_py()
        return reason

    def datasets(self) -> dict[str, pa.Table]:
        """The tables by the name of their dataset."""
        return {name: getattr(self, name) for name in ("reports", "tables", "cells", "facts", "coverage")}

    def partly(self, reason: str) -> ExtractedReport:
        """The same rows, not complete, for one more reason."""
        row = self.reports.to_pylist()[0]
        row["outcome"] = "failed" if row["outcome"] == "failed" else "partial"
        row["reason"] = _sentence([*filter(None, [row["reason"]]), reason])
        return replace(self, reports=schema.from_rows(schema.REPORTS, [row]))


def extract(
    source: str | Path | bytes, *, file_name: str | None = None, pipeline_version: str | None = None
) -> ExtractedReport:
    """Read one PDF, from its path or its bytes.

    A file that cannot be read as a PDF is an answer, too: `outcome` is `failed` and `reason` says why. Raises
    InputError only where there is no file to read. `file_name` is what the rows call it (default: the name in
    the path).
    """
    data = source if isinstance(source, bytes) else _bytes_of(Path(source))
    report_id = hashlib.sha256(data).hexdigest()
    name = file_name or (f"{report_id[:12]}.pdf" if isinstance(source, bytes) else Path(source).name)
    version = pipeline_version or this_version()
    try:
        with open_document(data) as document:
            walk = _Walk(report_id)
            walk.read(document)
        return walk.result(name, version)
    except InputError as error:
        return failed_report(report_id, name, str(error), pipeline_version=version)
    finally:
        forget()


def failed_report(
    report_id: str, file_name: str, reason: str, *, pipeline_version: str | None = None
) -> ExtractedReport:
    """The rows of a PDF of which nothing could be read: one in `reports`, none elsewhere."""
    row = dict.fromkeys(schema.REPORTS.names) | {
        "report_id": report_id,
        "file_name": file_name,
        "outcome": "failed",
        "reason": _sentence([reason]),
        "contract_version": schema.CONTRACT_VERSION,
        "pipeline_version": pipeline_version or this_version(),
    }
    return _report([row], [], [], [], [])


def _report(
    reports: Iterable[Record],
    tables: Iterable[Record],
    cells: Iterable[Record],
    facts: Iterable[Record],
    coverage: Iterable[Record],
    problems: Iterable[Problem] = (),
) -> ExtractedReport:
    return ExtractedReport(
        reports=schema.from_rows(schema.REPORTS, reports),
        tables=schema.from_rows(schema.TABLES, tables),
        cells=schema.from_rows(schema.CELLS, cells),
        facts=schema.from_rows(schema.FACTS, facts),
        coverage=schema.from_rows(schema.COVERAGE, coverage),
        problems=tuple(problems),
    )


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


_PATIENCE = 20  # pages that cannot be read in a row, before the rest is given up


class _About(NamedTuple):
    """What the facts need to know of their report."""

    report_id: str
    company: str | None
    tickers: Sequence[str]
    published_on: date | None


@dataclass(slots=True)
class _Walk:
    """One report on its way through the rooms; what goes wrong in one place costs that place only."""

    report_id: str
    page_count: int = 0
    pages: list[Page] = field(default_factory=list)
    layers: list[TextLayer] = field(default_factory=list)  # of the pages as the file gives them
    unread: list[int] = field(default_factory=list)
    meta: ReportMeta | None = None
    tables: list[Meaning] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    stages: Stages = field(default_factory=Stages)

    def read(self, document: Document) -> None:
        self.page_count = document.page_count
        pictures = ocr.Reader(document) if ocr.available() else None
        for number in range(1, document.page_count + 1):
            if number - max((page.number for page in self.pages[-1:]), default=0) > _PATIENCE:
                # A damaged page tree may claim millions of pages.
                self.problems.append(Problem(f"pages {number} to {self.page_count} were not tried"))
                self.page_count = number - 1
                break
            with self._caught(f"page {number} cannot be read"):
                with self.stages.of("reading"):
                    page = document.page(number)
                self.layers.append(page.text_layer)
                self.pages.append(page)
                if pictures and (_usable(page) or number == 1 or may_hold_tables(page)):
                    with self.stages.of("pictures"):
                        self.pages[-1] = pictures.read(page)
        self.unread = sorted(set(range(1, self.page_count + 1)) - {page.number for page in self.pages})
        readable = [page for page in self.pages if _usable(page)]
        if not readable:
            return
        with self._caught("the cover cannot be read"), self.stages.of("cover"):
            self.meta = read_cover(self._whole())
        with self.stages.of("tables"):
            found = self._find(readable)
        with self.stages.of("meaning"):
            self._give_meaning(found)

    def _whole(self) -> list[Page]:
        """All pages in order; those without usable text blank, so that no other is taken for the cover."""
        read = {page.number: page for page in self.pages if _usable(page)}
        return [read.get(number, Page(number, 0, 0, ())) for number in range(1, self.page_count + 1)]

    @contextmanager
    def _caught(self, what: str) -> Iterator[None]:
        """Turn an error into a problem: a defect of one page or of the program must not cost the report."""
        try:
            yield
        except InputError as error:
            self.problems.append(Problem(str(error)))
        except Exception as error:
            self.problems.append(Problem(f"{what} ({type(error).__name__}: {error})", traceback.format_exc()))

    def _find(self, pages: Sequence[Page]) -> list[Table]:
        """The tables of all pages together or, where that fails, of the pages one by one."""
        try:
            return self._sound(with_readers(find_tables(pages), self.pages))
        except Exception:
            found: list[Table] = []
            for page in pages:
                with self._caught(f"the tables of page {page.number} cannot be read"):
                    found += find_tables([page])
            if not self.problems:
                self.problems.append(Problem("tables cannot be joined across pages", traceback.format_exc()))
            return self._sound(with_readers(found, self.pages))

    def _sound(self, tables: Iterable[Table]) -> list[Table]:
        """Each table, and each place of a grid, once; the data contract keys them by place."""
        found: dict[tuple[Any, ...], Table] = {}
        for given in tables:
            table, by_place = given, {(cell.row, cell.column): cell for cell in reversed(given.cells)}
            if len(by_place) < len(given.cells):
                self.problems.append(
                    Problem(f"{_place(given)}: two cells in one place of its grid, the first kept")
                )
                table = replace(given, cells=tuple(cell for _, cell in sorted(by_place.items())))
            place = (table.pages[0], *(round(edge, 1) for edge in table.box))
            if found.setdefault(place, table) is not table:
                self.problems.append(Problem(f"{_place(table)}: found twice, read once"))
        return list(found.values())

    def _give_meaning(self, found: Sequence[Table]) -> None:
        """All tables together or, where that fails, each by itself, so that one costs only its own facts."""
        meta = self.meta or ReportMeta()
        about = _About(self.report_id, meta.company, meta.tickers, meta.published_on)
        try:
            self.tables = meaning_of(found, about)
        except Exception:
            known = len(self.problems)
            for table in found:
                identifier = table_id(self.report_id, table.pages[0], table.box)
                meaning = Meaning(table, identifier, "other", ())
                with self._caught(f"{_place(table)}: its numbers could not be given a meaning"):
                    [meaning] = meaning_of([table], about)
                self.tables.append(meaning)
            if len(self.problems) == known:
                self.problems.append(Problem("the tables could not be read together", traceback.format_exc()))

    def result(self, file_name: str, version: str) -> ExtractedReport:
        with self.stages.of("rows"):
            report = self._rows(file_name, version)
        return replace(report, seconds=self.stages.seconds)

    def _rows(self, file_name: str, version: str) -> ExtractedReport:
        outcome, reason = self._outcome()
        facts = fact_records(fact for meaning in self.tables for fact in meaning.facts)
        row: Record = dict.fromkeys(schema.REPORTS.names)
        if self.meta:
            row |= _meta_columns(self.meta)
        row |= {
            "report_id": self.report_id,
            "file_name": file_name,
            "page_count": self.page_count,
            "text_layer": _layer(self.layers),
            "outcome": outcome,
            "reason": reason,
            "contract_version": schema.CONTRACT_VERSION,
            "pipeline_version": version,
        }
        return _report(
            [row],
            [
                table_record(of.table, kind=of.kind, table_id=of.table_id, report_id=self.report_id)
                for of in self.tables
            ],
            [
                record
                for of in self.tables
                for record in cell_records(of.table, table_id=of.table_id, report_id=self.report_id)
            ],
            facts,
            [
                *coverage_rows(self.report_id, self.pages, [of.table for of in self.tables], facts),
                *(unread_row(self.report_id, number) for number in self.unread),
            ],
            self.problems,
        )

    def _outcome(self) -> tuple[Outcome, str | None]:
        if not any(page.words for page in self.pages if _usable(page)):
            why = [problem.sentence for problem in self.problems] + _no_text(self.pages)
            return "failed", _sentence(why or ["there is no text on any page"])
        unusable = [page for page in self.pages if not _usable(page)]
        why = [problem.sentence for problem in self.problems]
        why += _no_text([page for page in unusable if page.number == 1 or may_hold_tables(page)])
        if not ocr.available():
            why += _partly_text([page for page in self.pages if _usable(page)])
        return ("partial", _sentence(why)) if why else ("complete", None)


def _meta_columns(meta: ReportMeta) -> Record:
    columns: Record = {name: getattr(meta, name) for name in meta.__slots__}
    return columns | {
        "tickers": list(meta.tickers) or None,
        "analysts": [asdict(analyst) for analyst in meta.analysts] or None,
    }


def _usable(page: Page) -> bool:
    """Whether the page's text is the text it shows. Drawings without any word may be text drawn as curves."""
    if page.text_layer != "good":
        return False
    return bool(page.words) or len(page.rules) + len(page.fills) < 20


_INSTALL = "pip install 'yanbao[ocr]' has pictures of text read"


def _partly_text(pages: Sequence[Page]) -> list[str]:
    """Pages of text on which some of it is not: a table painted run by run, characters without a name."""
    runs = 30.0  # points: a line of text is lower
    painted = [
        page
        for page in pages
        if may_hold_tables(
            replace(page, words=(), images=tuple(i for i in page.images if i.bottom - i.top < runs))
        )
    ]
    nameless = [page for page in pages if any(_has_hole(word.text) for word in page.words)]
    why = [
        f"{_numbered(group)}: {what}"
        for group, what in (
            (painted, "a table is painted as pictures"),
            (nameless, "a font does not say which characters it prints"),
        )
        if group
    ]
    return [*why, _INSTALL] if why else []


def _has_hole(text: str) -> bool:
    return HOLE in text or MISNAMED in text


def _no_text(pages: Sequence[Page]) -> list[str]:
    """Which pages have no text to read and why, and what to do about it."""
    garbled = [page for page in pages if page.text_layer == "garbled"]
    pictures = [page for page in pages if page not in garbled and (page.images or page.rules or page.fills)]
    why = [
        f"{_numbered(group)}: {what}"
        for group, what in (
            (garbled, "the fonts do not say which characters they print"),
            (pictures, "the text is painted as pictures"),
        )
        if group
    ]
    if why:
        if not ocr.available():
            why.append(_INSTALL)
        why.append("put the file through OCR, or ask the publisher for the original, and offer it again")
    return why


def _layer(layers: Sequence[TextLayer]) -> TextLayer | None:
    """The text layer that most pages have; of two as frequent, the worse."""
    if not layers:
        return None
    counts = Counter(layers)
    worst_first: tuple[TextLayer, ...] = ("none", "garbled", "good")
    return max(worst_first, key=lambda layer: counts[layer])


def _numbered(pages: Sequence[Page]) -> str:
    numbers = ", ".join(str(page.number) for page in pages)
    return f"page {numbers}" if len(pages) == 1 else f"pages {numbers}"


_OF_A_PAGE = re.compile(r"page (\d+) (cannot be loaded: .*)")


def _sentence(clauses: Sequence[str]) -> str:
    """One sentence on one line: what went wrong in several places, separated by semicolons."""
    together: dict[str, list[str]] = {}
    for clause in clauses:
        found = _OF_A_PAGE.fullmatch(clause)
        numbers = together.setdefault(found[2] if found else clause, [])
        if found:
            numbers.append(found[1])
    told = [
        f"page{'s' * (len(numbers) > 1)} {', '.join(numbers)} {what}" if numbers else what
        for what, numbers in together.items()
    ]
    return " ".join("; ".join(told).split())


def _place(table: Table) -> str:
    return f"the table {table.box.top:.0f} pt from the top of page {table.pages[0]}"
