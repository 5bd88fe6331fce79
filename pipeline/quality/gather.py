"""What the quality report and the summary say, gathered from the datasets of a run.

Only the rows that a reader will see become Python objects; everything else is counted inside Arrow, so a
batch of a thousand reports is gathered in about the time its Parquet takes to read.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pipeline.checking.run import RECOGNISED
from pipeline.datasets.store import read_dataset, unfinished, unverified
from pipeline.left_out import UNREAD
from pipeline.quality.unchecked import NotCheckable, not_checkable
from pipeline.reading.page import Box

Outcome = Literal["complete", "partial", "failed"]
Verdict = Literal["ok", "impossible", "improbable", "not_checkable"]

OUTCOMES: tuple[Outcome, ...] = ("failed", "partial", "complete")
VERDICTS: tuple[Verdict, ...] = ("impossible", "improbable", "ok", "not_checkable")
FAILING: tuple[Verdict, ...] = ("impossible", "improbable")

_REASON = re.compile(r"\s*([^;]*?)\s+(\d+)\s*(?:;|$)")

_COLUMNS = {
    "reports": (
        "report_id file_name broker title published_on company tickers page_count text_layer outcome reason "
        "contract_version pipeline_version"
    ),
    "tables": "table_id report_id kind pages x0 top x1 bottom caption unit_text reader",
    "facts": (
        "fact_id report_id table_id table_kind page x0 top x1 bottom entity_name label label_path column "
        "concept period_label basis text decimals unit scale"
    ),
    "checks": (
        "check_id report_id rule_id table_ids entity period_label severity verdict printed expected "
        "expected_low expected_high residual fact_ids message suspects cause"
    ),
    "coverage": "report_id page words tables numbers_on_page numbers_in_facts left_out",
    "cells": "table_id page role bottom",
}


@dataclass(frozen=True, slots=True)
class TableRow:
    """A printed table as a finding names it; `header_bottom` is where its printed heads end, where known."""

    table_id: str
    kind: str
    pages: tuple[int, ...]
    box: Box
    caption: str
    unit_text: str
    header_bottom: float | None = None
    recognised: bool = False  # in a picture: there was no text to read


@dataclass(frozen=True, slots=True)
class FactRow:
    """A printed number that took part in a failing check."""

    fact_id: str
    report_id: str
    table_id: str
    table_kind: str
    page: int
    box: Box
    entity_name: str
    label: str
    label_path: tuple[str, ...]
    column: str
    concept: str | None
    period_label: str | None
    basis: str | None
    text: str
    decimals: int
    unit: str
    scale: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A failing check with its facts; `lost` counts those that the facts dataset does not hold."""

    check_id: str
    report_id: str
    rule_id: str
    severity: str
    verdict: Verdict
    entity: str
    period_label: str
    message: str
    printed: Decimal | None
    expected: Decimal | None
    low: Decimal | None
    high: Decimal | None
    residual: Decimal | None
    cause: str
    facts: tuple[FactRow, ...]
    suspects: frozenset[str]
    tables: tuple[TableRow, ...]
    lost: int = 0

    @property
    def rank(self) -> int:
        """Place in the order of reading: impossible errors are 0, weaker statements follow."""
        severity = {"error": 0, "warning": 1}.get(self.severity, 2)
        return severity + (0 if self.verdict == "impossible" else 3)


@dataclass(frozen=True, slots=True)
class PageCoverage:
    """How many of a page's printed numbers became facts, and why the others did not."""

    page: int
    tables: int
    numbers: int
    in_facts: int
    left_out: str

    @property
    def left(self) -> int:
        """Numbers of the page that are no facts."""
        return max(self.numbers - self.in_facts, 0)

    @property
    def unread(self) -> int:
        """Numbers of the page that stand in rows and columns which no table has."""
        return sum(int(number) for reason, number in _REASON.findall(self.left_out) if reason == UNREAD)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One offered PDF with its counts."""

    report_id: str
    file_name: str
    broker: str
    company: str
    tickers: tuple[str, ...]
    title: str
    published_on: date | None
    page_count: int
    text_layer: str
    outcome: Outcome
    reason: str
    tables: Counter[str]
    facts: int
    verdicts: Counter[Verdict]
    pages: tuple[PageCoverage, ...]
    not_checkable: tuple[NotCheckable, ...]

    @property
    def numbers(self) -> int:
        """Numbers printed on its pages."""
        return sum(page.numbers for page in self.pages)

    @property
    def in_facts(self) -> int:
        """Those of them that are facts."""
        return sum(page.in_facts for page in self.pages)

    @property
    def failing(self) -> int:
        """Checks that found the print impossible or improbable."""
        return sum(self.verdicts[verdict] for verdict in FAILING)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """How one rule fared over the whole run."""

    rule_id: str
    verdicts: Counter[Verdict]

    @property
    def evaluated(self) -> int:
        """Checks that had all their operands."""
        return self.verdicts.total() - self.verdicts["not_checkable"]


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything a reader is told about one run, in the order in which it is told."""

    reports: tuple[ReportRow, ...]
    findings: tuple[Finding, ...]
    rules: tuple[RuleRow, ...]
    tables: Counter[str]
    facts: Counter[str]
    mapped_facts: int
    verdicts: Counter[Verdict]
    left_out: Counter[str]  # numbers on pages that are no facts, by what they stand in
    versions: tuple[str, ...]
    unchecked: int  # reports that no check has been run on
    unfinished: int  # reports that a killed run left half written; nothing here speaks of them

    @property
    def outcomes(self) -> Counter[Outcome]:
        """Reports by outcome."""
        return Counter(report.outcome for report in self.reports)


class _PerReport(NamedTuple):
    """Counts and lists keyed by report_id."""

    tables: Mapping[str, Counter[Any]]
    facts: Mapping[str, Counter[Any]]
    verdicts: Mapping[str, Counter[Any]]
    pages: Mapping[str, Sequence[PageCoverage]]
    not_checkable: Mapping[str, Sequence[NotCheckable]]


def gather(extracted: Path) -> Batch:
    """Read the datasets under `extracted` and count and order what they say.

    Raises InputError where `extracted` is no extracted directory and DataError where a dataset departs from
    its declaration.
    """
    rows = _read(extracted, "reports").to_pylist()
    facts = read_dataset(extracted, "facts", ("report_id", "table_kind", "concept"))
    fact_counts = _counts(facts, ("report_id", "table_kind"))
    table_counts = _counts(read_dataset(extracted, "tables", ("report_id", "kind")), ("report_id", "kind"))
    checks = _read(extracted, "checks")
    check_counts = _counts(checks, ("report_id", "rule_id", "verdict"))
    of_report = _PerReport(
        tables=_by_first(table_counts, 1),
        facts=_by_first(fact_counts, 1),
        verdicts=_by_first(check_counts, 2),
        pages=_coverage(extracted),
        not_checkable=_not_checkable(checks),
    )
    reports = tuple(
        _report(row, of_report) for row in sorted(rows, key=lambda row: (row["file_name"], row["report_id"]))
    )
    place = {report.report_id: number for number, report in enumerate(reports)}
    return Batch(
        reports=reports,
        findings=_findings(extracted, checks, place),
        rules=_rules(check_counts),
        tables=_total(table_counts, 1),
        facts=_total(fact_counts, 1),
        mapped_facts=facts.num_rows - facts["concept"].null_count,
        verdicts=_total(check_counts, 2),
        left_out=_left_out(report.pages for report in reports),
        versions=tuple(
            sorted({f"yanbao {row['pipeline_version']}, contract {row['contract_version']}" for row in rows})
        ),
        unchecked=len(unverified(extracted)),
        unfinished=len(unfinished(extracted)),
    )


def _read(extracted: Path, name: str, where: Any = None) -> Any:
    """The columns of one dataset that this module speaks of."""
    return read_dataset(extracted, name, _COLUMNS[name].split(), where)


def _counts(table: Any, keys: Sequence[str]) -> dict[tuple[str, ...], int]:
    grouped = table.group_by(list(keys)).aggregate([([], "count_all")]).to_pylist()
    return {tuple(row[key] or "" for key in keys): row["count_all"] for row in grouped}


def _total(counts: Mapping[tuple[str, ...], int], position: int) -> Counter[Any]:
    total: Counter[Any] = Counter()
    for key, count in counts.items():
        total[key[position]] += count
    return total


def _by_first(counts: Mapping[tuple[str, ...], int], position: int) -> dict[str, Counter[Any]]:
    found: dict[str, Counter[Any]] = defaultdict(Counter)
    for key, count in counts.items():
        found[key[0]][key[position]] += count
    return found


def _coverage(extracted: Path) -> dict[str, list[PageCoverage]]:
    pages: dict[str, list[PageCoverage]] = defaultdict(list)
    for row in _read(extracted, "coverage").to_pylist():
        pages[row["report_id"]].append(
            PageCoverage(
                page=row["page"],
                tables=row["tables"] or 0,
                numbers=row["numbers_on_page"] or 0,
                in_facts=row["numbers_in_facts"] or 0,
                left_out=row["left_out"] or "",
            )
        )
    for of_report in pages.values():
        of_report.sort(key=lambda page: page.page)
    return pages


def _left_out(reports: Iterable[Sequence[PageCoverage]]) -> Counter[str]:
    """What `running text 12; chart 30` says of each page, added up; the rest is `unexplained`."""
    total: Counter[str] = Counter()
    for pages in reports:
        for page in pages:
            explained = 0
            for reason, number in _REASON.findall(page.left_out):
                total[reason] += int(number)
                explained += int(number)
            if page.left > explained:
                total["unexplained"] += page.left - explained
    return total


def _not_checkable(checks: Any) -> dict[str, list[NotCheckable]]:
    import pyarrow.compute as pc

    table = checks.filter(pc.equal(checks["verdict"], "not_checkable"))
    return not_checkable(_counts(table, ("report_id", "rule_id", "message", "period_label")))


def _report(row: Mapping[str, Any], of_report: _PerReport) -> ReportRow:
    report_id = row["report_id"]
    return ReportRow(
        report_id=report_id,
        file_name=row["file_name"],
        broker=row["broker"] or "",
        company=row["company"] or "",
        tickers=tuple(row["tickers"] or ()),
        title=row["title"] or "",
        published_on=row["published_on"],
        page_count=row["page_count"] or 0,
        text_layer=row["text_layer"] or "",
        outcome=row["outcome"],
        reason=row["reason"] or "",
        tables=of_report.tables.get(report_id, Counter()),
        facts=of_report.facts.get(report_id, Counter()).total(),
        verdicts=of_report.verdicts.get(report_id, Counter()),
        pages=tuple(of_report.pages.get(report_id, ())),
        not_checkable=tuple(of_report.not_checkable.get(report_id, ())),
    )


def _rules(checks: Mapping[tuple[str, ...], int]) -> tuple[RuleRow, ...]:
    """Rules with the most failing checks first, then by name."""
    by_rule: dict[str, Counter[Any]] = defaultdict(Counter)
    for (_report_id, rule_id, verdict), count in checks.items():
        by_rule[rule_id][verdict] += count
    rows = [RuleRow(rule_id, verdicts) for rule_id, verdicts in by_rule.items()]
    return tuple(
        sorted(rows, key=lambda row: (-row.verdicts["impossible"], -row.verdicts["improbable"], row.rule_id))
    )


def _findings(extracted: Path, checks: Any, place: Mapping[str, int]) -> tuple[Finding, ...]:
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = checks.filter(pc.is_in(checks["verdict"], value_set=pa.array(FAILING))).to_pylist()
    facts = _facts(extracted, {fact_id for row in rows for fact_id in _ids(row["fact_ids"], row["suspects"])})
    tables = _tables(
        extracted,
        {table_id for row in rows for table_id in row["table_ids"] or ()}
        | {fact.table_id for fact in facts.values()},
    )
    findings = [_finding(row, facts, tables) for row in rows]
    return tuple(
        sorted(
            findings,
            key=lambda found: (
                found.rank,
                place.get(found.report_id, len(place)),
                min((fact.page for fact in found.facts), default=0),
                found.rule_id,
                found.period_label,
                found.check_id,
            ),
        )
    )


def _finding(row: Mapping[str, Any], facts: Mapping[str, FactRow], tables: Mapping[str, TableRow]) -> Finding:
    ids = _ids(row["fact_ids"], row["suspects"])
    known = tuple(facts[fact_id] for fact_id in ids if fact_id in facts)
    table_ids = dict.fromkeys([*(row["table_ids"] or ()), *(fact.table_id for fact in known)])
    return Finding(
        check_id=row["check_id"],
        report_id=row["report_id"],
        rule_id=row["rule_id"],
        severity=row["severity"] or "",
        verdict=row["verdict"],
        entity=row["entity"] or "",
        period_label=row["period_label"] or "",
        message=row["message"] or "",
        printed=_decimal(row["printed"]),
        expected=_decimal(row["expected"]),
        low=_decimal(row["expected_low"]),
        high=_decimal(row["expected_high"]),
        residual=_decimal(row["residual"]),
        cause=row["cause"] or "unknown",
        facts=known,
        suspects=frozenset(row["suspects"] or ()),
        tables=tuple(tables[table_id] for table_id in table_ids if table_id in tables),
        lost=len(ids) - len(known),
    )


def _ids(fact_ids: Sequence[str] | None, suspects: Sequence[str] | None) -> list[str]:
    """Facts of a check in the order of its arithmetic; a suspect that is no operand comes last."""
    return list(dict.fromkeys([*(fact_ids or ()), *(suspects or ())]))


def _decimal(number: Decimal | float | None) -> Decimal | None:
    """Exact where the dataset is exact, the shortest text of a double otherwise; unbounded is None."""
    if number is None:
        return None
    exact = Decimal(str(number))
    return exact if exact.is_finite() else None


def _facts(extracted: Path, wanted: Collection[str]) -> dict[str, FactRow]:
    import pyarrow.dataset as ds

    if not wanted:
        return {}
    rows = _read(extracted, "facts", ds.field("fact_id").isin(sorted(wanted))).to_pylist()
    return {
        row["fact_id"]: FactRow(
            fact_id=row["fact_id"],
            report_id=row["report_id"],
            table_id=row["table_id"],
            table_kind=row["table_kind"] or "",
            page=row["page"],
            box=Box(row["x0"], row["top"], row["x1"], row["bottom"]),
            entity_name=row["entity_name"] or "",
            label=row["label"] or "",
            label_path=tuple(row["label_path"] or ()),
            column=row["column"] or "",
            concept=row["concept"],
            period_label=row["period_label"],
            basis=row["basis"],
            text=row["text"] or "",
            decimals=row["decimals"] or 0,
            unit=row["unit"] or "",
            scale=row["scale"] or 0,
        )
        for row in rows
    }


def _tables(extracted: Path, wanted: Collection[str]) -> dict[str, TableRow]:
    import pyarrow.dataset as ds

    if not wanted:
        return {}
    only = ds.field("table_id").isin(sorted(wanted))
    rows = _read(extracted, "tables", only).to_pylist()
    first_page = {row["table_id"]: (row["pages"] or [0])[0] for row in rows}
    heads: dict[str, float] = {}
    for cell in _read(extracted, "cells", only & (ds.field("role") == "header")).to_pylist():
        table_id = cell["table_id"]
        if cell["page"] == first_page.get(table_id):
            heads[table_id] = max(heads.get(table_id, 0.0), cell["bottom"])
    return {
        row["table_id"]: TableRow(
            table_id=row["table_id"],
            kind=row["kind"] or "",
            pages=tuple(row["pages"] or ()),
            box=Box(row["x0"], row["top"], row["x1"], row["bottom"]),
            caption=row["caption"] or "",
            unit_text=row["unit_text"] or "",
            header_bottom=heads.get(row["table_id"]),
            recognised=row["reader"] == RECOGNISED,
        )
        for row in rows
    }
