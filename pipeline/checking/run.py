"""Facts in, checks out: every rule against every table it speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pipeline.checking.column_shapes import cagr_columns, mean_columns, peers
from pipeline.checking.culprits import Witnesses, cause
from pipeline.checking.evidence import judge
from pipeline.checking.messages import message
from pipeline.checking.row_shapes import growth_rows, lines, parts_of_year, segments, share_rows
from pipeline.checking.rules import Rule, RuleSet, Shape, load_rules
from pipeline.checking.shapes import constants, formulas, ties
from pipeline.checking.sheet import Report, records, reports_of
from pipeline.checking.trial import Finding, Series

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
    has to do. Raises
    DataError where a column is missing or a fact's report is unknown, ConfigError where a rule file is wrong.
    """
    import pyarrow as pa

    rules = load_rules() if rules is None else rules
    known = {row["report_id"] for row in records(reports, ("report_id",), "reports")}
    rows: dict[str, dict[str, Any]] = {}
    for report in reports_of(facts, tables):
        if report.report_id not in known:
            raise _unknown(report.report_id)
        for row in _rows(report, rules, readings):
            rows.setdefault(row["check_id"], row)
    return pa.Table.from_pylist([rows[key] for key in sorted(rows)], schema=checks_schema())


def findings(report: Report, rules: RuleSet) -> list[Finding]:
    """Every verdict on one report, in the order of the rules."""
    return [
        finding
        for rule in rules.rules
        for series in SHAPES[rule.shape](rule, report, rules)
        for finding in judge(series)
    ]


def _rows(
    report: Report, rules: RuleSet, readings: Mapping[str, bool | None] | None
) -> Iterator[dict[str, Any]]:
    found = findings(report, rules)
    witnesses = Witnesses(found)
    agreement = {sheet.table_id: sheet.agreement for sheet in report.sheets}
    for finding in found:
        cell, trial = finding.column.left, finding.trial
        took_part = trial.facts if trial else (cell, *finding.column.beside)
        failed = finding.verdict in ("impossible", "improbable")
        suspects = witnesses.suspects(finding)
        fact_ids = [fact.fact_id for fact in took_part]
        amounts: dict[str, float | None] = dict.fromkeys(
            ("printed", "expected", "expected_low", "expected_high", "residual")
        )
        if trial:
            amounts = {
                "printed": _float(trial.left.value / trial.factor),
                "expected": _float(trial.right.value / trial.factor),
                "expected_low": _float(trial.right.interval.low / trial.factor),
                "expected_high": _float(trial.right.interval.high / trial.factor),
                "residual": _float(trial.residual / trial.factor),
            }
        yield {
            "check_id": _check_id(report.report_id, finding.rule.rule_id, fact_ids, cell.period),
            "report_id": report.report_id,
            "rule_id": finding.rule.rule_id,
            "table_ids": sorted({fact.table_id for fact in took_part}),
            "entity": cell.entity or None,
            "period_label": cell.period,
            "severity": finding.severity,
            "verdict": finding.verdict,
            **amounts,
            "fact_ids": fact_ids,
            "message": message(finding),
            "suspects": [fact.fact_id for fact in suspects],
            "cause": cause(suspects or took_part, agreement, readings) if failed else None,
        }


def _check_id(report_id: str, rule_id: str, fact_ids: list[str], period: str | None) -> str:
    parts = (report_id, rule_id, *sorted(fact_ids), period or "")
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _float(value: Fraction) -> float:
    return value.numerator / value.denominator


def _unknown(report_id: str) -> Exception:
    from pipeline.errors import DataError

    return DataError(f"facts name the report {report_id}, which is not among the reports offered")
