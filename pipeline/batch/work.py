"""What a worker does with one report: read it, check it, put its rows into the extracted directory."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.batch.second import Choice, is_report, keep_causes, second_reading
from pipeline.checking import broken_rules, check
from pipeline.clock import Stages
from pipeline.datasets.schema import CHECKS, empty
from pipeline.datasets.store import write_checks, write_report
from pipeline.errors import ConfigError
from pipeline.extraction import ExtractedReport, extract, failed_report

# Bytes of address space; a file that asks for more fails alone instead of taking the machine.
MEMORY = 8 << 30
# Bytes of a report's rows in memory; those of a real one with 34 pages and 951 numbers are 0.7 MB.
OUTPUT = 256 << 20


class ReadTask(NamedTuple):
    """A report to read; everything that decides its rows is in here or in its bytes."""

    report_id: str
    file_name: str
    path: Path
    out: Path
    checked: bool  # whether the rules are run on it as well
    pipeline_version: str
    second: Choice = "auto"  # which of its tables are read a second time
    memory: int = MEMORY
    output: int = OUTPUT


class CheckTask(NamedTuple):
    """A report that was read, to hold against the rules."""

    report_id: str
    out: Path
    pdf: Path | None = None  # where its file may be, for a second reading
    second: Choice = "auto"


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker says of a report: its outcome, counts, and the CPU seconds it took."""

    report_id: str
    file_name: str
    outcome: str
    reason: str | None = None
    pages: int = 0
    tables: int = 0
    facts: int = 0
    impossible: int = 0
    seconds: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)  # CPU seconds by stage
    detail: str = ""


def read(task: ReadTask) -> Told:
    """Extract one report and write its rows, whatever the file turns out to be."""
    limit_memory(task.memory)
    started = time.process_time()
    stages = Stages()
    report = _within(
        task, extract(task.path, file_name=task.file_name, pipeline_version=task.pipeline_version)
    )
    details = [problem.detail for problem in report.problems if problem.detail]
    checks = None
    if task.checked or task.second == "auto":
        with stages.of("checking"):
            checks, failure = _checks(report)
        if failure and task.checked:
            details.append(failure)
            report = report.partly("the rules could not be run on it: the run log says why")
    if task.second != "never" and report.tables.num_rows:
        with stages.of("second reading"):
            report, checks, troubles = _read_again(report, checks, task)
        details += troubles
    if not task.checked:
        checks = None
    with stages.of("writing"):
        write_report(task.out, report.datasets() | ({} if checks is None else {"checks": checks}))
    return Told(
        report_id=report.report_id,
        file_name=task.file_name,
        outcome=report.outcome,
        reason=report.reason,
        pages=report.reports["page_count"][0].as_py() or 0,
        tables=report.tables.num_rows,
        facts=report.facts.num_rows,
        impossible=0 if checks is None else checks["verdict"].to_pylist().count("impossible"),
        seconds=round(time.process_time() - started, 3),
        stages={name: round(seconds, 3) for name, seconds in (report.seconds | stages.seconds).items()},
        detail="\n".join(details),
    )


def _within(task: ReadTask, report: ExtractedReport) -> ExtractedReport:
    """The report or, where its rows are more than the task allows, the row that says so."""
    size = sum(table.nbytes for table in report.datasets().values())
    if size <= task.output:
        return report
    reason = f"its rows fill {size / 2**20:,.1f} MB, more than --output allows ({task.output / 2**20:,g} MB)"
    return failed_report(report.report_id, task.file_name, reason, pipeline_version=task.pipeline_version)


def _read_again(
    report: ExtractedReport, checks: pa.Table | None, task: ReadTask
) -> tuple[ExtractedReport, pa.Table | None, tuple[str, ...]]:
    """The report with its tables' agreement and the causes of its checks, as far as a second reading went."""
    evidence = second_reading(
        task.path,
        report.tables,
        report.cells,
        report.facts,
        empty(CHECKS) if checks is None else checks,
        task.second,
    )
    report = replace(report, tables=evidence.tables)
    if checks is not None and evidence.readings:
        checks, _ = _checks(report, evidence.readings)
    return report, checks, evidence.troubles


def _checks(
    report: ExtractedReport, readings: Mapping[str, bool | None] | None = None
) -> tuple[pa.Table, str]:
    """The checks, and what failed: rules that broke on the report, or all. What was read is not lost."""
    try:
        checks = check(report.facts, report.tables, report.reports, readings=readings)
        return checks, "\n".join(broken_rules(checks))
    except ConfigError:
        raise
    except Exception:
        return empty(CHECKS), traceback.format_exc()


def check_again(task: CheckTask) -> int:
    """Run the rules on a report that was read earlier; returns how many checks were written."""
    facts, tables, reports, cells = (
        pq.read_table(task.out / name / f"{task.report_id}.parquet")
        for name in ("facts", "tables", "reports", "cells")
    )
    checks = check(facts, tables, reports)
    if task.second != "never" and task.pdf is not None and is_report(task.pdf, task.report_id):
        evidence = second_reading(task.pdf, tables, cells, facts, checks, task.second)
        if evidence.readings:
            checks = check(facts, evidence.tables, reports, readings=evidence.readings)
        write_checks(task.out, task.report_id, checks, evidence.tables)
    else:
        part = task.out / CHECKS.name / f"{task.report_id}.parquet"
        earlier = pq.read_table(part).to_pylist() if part.exists() else []
        write_checks(task.out, task.report_id, keep_causes(checks, earlier))
    return int(checks.num_rows)


def limit_memory(wanted: int = MEMORY) -> None:
    """Keep this process from taking the machine's memory; asking twice changes nothing."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    allowed = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, most))
