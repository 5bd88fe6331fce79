"""Facts in, checks out: every rule against every table it speaks of."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.checking.column_shapes import cagr_columns, mean_columns, peers
from pipeline.checking.culprits import cause
from pipeline.checking.evidence import judge
from pipeline.checking.exact import in_units
from pipeline.checking.folding import FAILED, told
from pipeline.checking.messages import message
from pipeline.checking.row_shapes import growth_rows, lines, parts_of_year, segments, share_rows
from pipeline.checking.rules import Rule, RuleSet, Shape, load_rules
from pipeline.checking.shapes import constants, formulas, ties
from pipeline.checking.sheet import Report, columns_of, reports_of
from pipeline.checking.trial import Finding, Series, Trial
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

SHAPES: Mapping[Shape, Callable[[Rule, Report, RuleSet], Iterator[Series]]] = {
    "formula": formulas,
    "constant": constants,
    "tie": ties,
    "growth_row": growth_rows,
    "share_row": share_rows,
    "lines": lines,
    "segments": segments,
    "parts_of_year": parts_of_year,
    "peers": peers,
    "mean_column": mean_columns,
    "cagr_column": cagr_columns,
}


READER, RECOGNISED = "reader", "ocr"  # the column that says how a table was read; read from a picture
Amount = float | None
Amounts = tuple[Amount, Amount, Amount, Amount, Amount]
NO_AMOUNTS: Amounts = (None, None, None, None, None)
BROKEN = ("not_checkable", "error")  # verdict and severity of a rule that failed itself; no other has both


class CheckRow(NamedTuple):
    """One row of the `checks` dataset, in the order of its columns."""

    check_id: str
    report_id: str
    rule_id: str
    table_ids: list[str]
    entity: str | None
    period_label: str | None
    severity: str
    verdict: str
    printed: Amount
    expected: Amount
    expected_low: Amount
    expected_high: Amount
    residual: Amount
    fact_ids: list[str]
    message: str
    suspects: list[str]
    cause: str | None


def checks_schema() -> pa.Schema:
    """Columns of the `checks` dataset, in order, as the data contract declares them."""
    import pyarrow as pa

    texts, numbers = pa.string(), pa.float64()
    return pa.schema(
        [
            pa.field("check_id", texts, nullable=False),
            pa.field("report_id", texts, nullable=False),
            pa.field("rule_id", texts, nullable=False),
            pa.field("table_ids", pa.list_(texts), nullable=False),
            pa.field("entity", texts),
            pa.field("period_label", texts),
            pa.field("severity", texts, nullable=False),
            pa.field("verdict", texts, nullable=False),
            pa.field("printed", numbers),
            pa.field("expected", numbers),
            pa.field("expected_low", numbers),
            pa.field("expected_high", numbers),
            pa.field("residual", numbers),
            pa.field("fact_ids", pa.list_(texts), nullable=False),
            pa.field("message", texts, nullable=False),
            pa.field("suspects", pa.list_(texts), nullable=False),
            pa.field("cause", texts),
        ]
    )


def check(
    facts: Any,
    tables: Any,
    reports: Any,
    rules: RuleSet | None = None,
    *,
    readings: Mapping[str, bool | None] | None = None,
) -> pa.Table:
    """Hold every report's facts against the rules; the `checks` dataset as an Arrow table.

    facts, tables, reports: datasets of the contract, as Arrow tables or pandas DataFrames; a report without
    facts gives no rows. Amounts (`printed`, `expected` …) are in the unit of the printed number. `readings`
    says by fact_id whether a second reading was the same, for `cause`; without it the tables' `agreement`
    has to do. A rule that fails itself has one row, `not_checkable` with severity `error` (see
    `broken_rules`), and the others are evaluated all the same. Raises DataError where a column is missing or
    a fact's report is unknown, ConfigError where a rule file is wrong.
    """
    import pyarrow as pa

    rules = load_rules() if rules is None else rules
    pictures = _recognised(tables)
    known: set[str] = set(*columns_of(reports, ("report_id",), "reports"))
    rows: dict[str, CheckRow] = {}
    with _no_collections():
        for report in reports_of(facts, tables):
            if report.report_id not in known:
                raise _unknown(report.report_id)
            for row in _rows(report, rules, readings, pictures):
                rows.setdefault(row.check_id, row)
    schema = checks_schema()
    columns = zip(*(rows[key] for key in sorted(rows)), strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


@contextmanager
def _no_collections() -> Iterator[None]:
    """Without the search for cycles of objects: checking makes none, the search is a fifth of its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _recognised(tables: Any) -> frozenset[str]:
    """The tables that were recognised in pictures; tables that do not say how they were read are not."""
    if READER not in tuple(tables.column_names if hasattr(tables, "column_names") else tables.columns):
        return frozenset()
    readers = zip(*columns_of(tables, ("table_id", READER), "tables"), strict=True)
    return frozenset(table_id for table_id, reader in readers if reader == RECOGNISED)


def findings(report: Report, rules: RuleSet) -> list[Finding]:
    """Every verdict on one report, in the order of the rules; raises what a rule raises."""
    return [finding for rule in rules.rules for finding in _findings(rule, report, rules)]


def broken_rules(checks: pa.Table) -> list[str]:
    """The sentences of the rules that failed themselves, one for each report: none in a sound run."""
    rows = zip(
        *(checks[name].to_pylist() for name in ("verdict", "severity", "rule_id", "message")), strict=True
    )
    return [f"{rule}: {text}" for verdict, severity, rule, text in rows if (verdict, severity) == BROKEN]


def _findings(rule: Rule, report: Report, rules: RuleSet) -> list[Finding]:
    return [finding for series in SHAPES[rule.shape](rule, report, rules) for finding in judge(series)]


def _rows(
    report: Report,
    rules: RuleSet,
    readings: Mapping[str, bool | None] | None,
    pictures: frozenset[str],
) -> Iterator[CheckRow]:
    """The rows of one report. A rule that raises is told in a row of its own; the others are not lost."""
    found: list[Finding] = []
    for rule in rules.rules:
        try:
            found.extend(_findings(rule, report, rules))
        except (ConfigError, MemoryError):
            raise
        except Exception as error:
            yield _broken(report, rule, error)
    agreement = {sheet.table_id: sheet.agreement for sheet in report.sheets}
    for one in told(found, report):
        finding, cell = one.finding, one.finding.column.left
        took_part = finding.trial.facts if finding.trial else (cell, *finding.column.beside)
        fact_ids = [fact.fact_id for fact in took_part]
        failed = finding.verdict in FAILED
        yield CheckRow(
            _check_id(report.report_id, finding.rule.rule_id, fact_ids, cell.period),
            report.report_id,
            finding.rule.rule_id,
            sorted({fact.table_id for fact in took_part}),
            cell.entity or None,
            cell.period,
            finding.severity,
            finding.verdict,
            *(_amounts(finding.trial) if finding.trial else NO_AMOUNTS),
            fact_ids,
            message(one),
            [fact.fact_id for fact in one.suspects],
            cause(one.suspects or took_part, agreement, readings, pictures) if failed else None,
        )


def _amounts(trial: Trial) -> Amounts:
    """Printed, expected, its range, and the residual, in the unit of the printed number."""
    right, unit = trial.right, trial.factor
    return (
        in_units(trial.left.value, unit),
        in_units(right.value, unit),
        in_units(right.interval.low, unit),
        in_units(right.interval.high, unit),
        in_units(trial.residual, unit),
    )


def _broken(report: Report, rule: Rule, error: Exception) -> CheckRow:
    """The row of a rule that failed itself: the fault is the program's, not the report's."""
    import traceback

    at = traceback.extract_tb(error.__traceback__)[-1]
    verdict, severity = BROKEN
    said = f"{type(error).__name__}: {error} ({at.name}, {at.filename.rsplit('/', 1)[-1]}:{at.lineno})"
    return CheckRow(
        _check_id(report.report_id, rule.rule_id, [], None),
        report.report_id,
        rule.rule_id,
        table_ids=[],
        entity=None,
        period_label=None,
        severity=severity,
        verdict=verdict,
        printed=None,
        expected=None,
        expected_low=None,
        expected_high=None,
        residual=None,
        fact_ids=[],
        message=f"not checked ({rule.en}): a fault of the checker, not of the report: {said}",
        suspects=[],
        cause=None,
    )


def _check_id(report_id: str, rule_id: str, fact_ids: list[str], period: str | None) -> str:
    parts = (report_id, rule_id, *sorted(fact_ids), period or "")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _unknown(report_id: str) -> Exception:
    from pipeline.errors import DataError

    return DataError(f"facts name the report {report_id}, which is not among the reports offered")
