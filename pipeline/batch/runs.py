"""A run: offered PDFs in, the extracted datasets out, and what is to be said about it."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pipeline.batch import log
from pipeline.batch.inputs import Duplicate, Inputs, Offered, Unreadable, collect
from pipeline.batch.log import RunLog
from pipeline.batch.second import Choice
from pipeline.batch.work import MEMORY, OUTPUT, CheckTask, ReadTask, Told, check_again, read
from pipeline.batch.workers import Finished, Function, Lost, Result, Task, each
from pipeline.datasets.store import prepare, read_dataset, sweep, unverified, write_report
from pipeline.errors import ConfigError, OutputError
from pipeline.extraction import failed_report
from pipeline.version import pipeline_version

Again = Literal["new", "outdated", "failed", "all"]
"""Which reports to read: new ones; those and what another version of the program read; failed ones; all."""

TIMEOUT = 300.0  # seconds a report; the slowest of the real ones takes a few


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is to go about it."""

    workers: int | None = None  # processes; default: one for each core
    timeout: float = TIMEOUT  # seconds for one report
    memory: int = MEMORY  # bytes of address space for one process
    output: int = OUTPUT  # bytes of the rows of one report
    again: Again = "new"
    second: Choice = "auto"  # which tables another reader reads as well
    since: datetime | None = None  # only files changed since
    limit: int | None = None  # reports to read at most
    cluster: str | None = (
        None  # a Dask scheduler's address, or `local`: a cluster of this machine's processes
    )

    def asked(self) -> dict[str, Any]:
        """What departs from the defaults, for the run log."""
        usual = Plan()
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in given.items() if value != getattr(usual, name)}


class Step(NamedTuple):
    """How far a run has come: reports done of those to do, the last one's name, and how they came out."""

    done: int
    total: int
    name: str
    outcomes: Mapping[str, int] = {}


Progress = Callable[[Step], None]
"""Told after each report."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a run did: reports read now, those it had already, and files that are no reports of their own."""

    out: Path
    root: Path  # the folder of the PDFs, for those who show them
    read: tuple[Told, ...]
    kept: tuple[Told, ...]
    duplicates: tuple[Duplicate, ...]
    unreadable: tuple[Unreadable, ...]
    log: Path
    unchecked: tuple[str, ...] = ()  # reports that the rules could not be run on
    outdated: int = 0  # of those kept, how many another version of the program read
    waiting: int = 0  # reports that `limit` left for another run

    @property
    def offered(self) -> tuple[Told, ...]:
        """All reports offered that are done, by file name."""
        return tuple(sorted((*self.read, *self.kept), key=lambda told: told.file_name))

    @property
    def complete(self) -> bool:
        """Whether every offered file is a report that was read completely."""
        return (
            not self.unreadable
            and not self.unchecked
            and all(told.outcome == "complete" for told in self.offered)
        )


def extract_all(
    inputs: Sequence[str | Path] | Inputs,
    out: Path,
    plan: Plan | None = None,
    *,
    checked: bool = True,
    progress: Progress | None = None,
) -> Extraction:
    """Read every offered PDF that was not read yet, or as `plan` says, into the datasets under `out`.

    A report is known by its bytes, so a renamed file is not read twice. With `checked`, the rules are run on
    each report as it is read, and on those of an earlier run that have not been checked. Whatever happens to
    one report, the others go on and it gets its row. The rows depend on the bytes offered alone, not on their
    order or on the number of workers.

    Raises InputError where an input is not there, OutputError where `out` cannot be written.
    """
    plan = plan or Plan()
    found = inputs if isinstance(inputs, Inputs) else collect(inputs, since=plan.since, out=out)
    prepare(out)
    sweep(out)
    version = pipeline_version()
    had = _outcomes(out)
    wanted = [one for one in found.offered if _is_wanted(had.get(one.report_id), version, plan.again)]
    todo = wanted[: plan.limit]
    diary = log.begin(out, {"version": version, "to_read": len(todo), "plan": plan.asked()})
    started = time.monotonic()
    told = _read_all(todo, out, plan, checked, version, diary, progress)
    unchecked: tuple[str, ...] = ()
    if checked:
        pdfs = {offered.report_id: offered.path for offered in found.offered}
        unchecked = check_reports(unverified(out), out, plan, pdfs=pdfs, diary=diary)
    outcomes = Counter(one.outcome for one in told)
    diary.write("end", {"outcomes": outcomes, "seconds": round(time.monotonic() - started, 3)})
    fresh = {offered.report_id for offered in todo}
    kept = [had[one.report_id] for one in found.offered if one.report_id in had.keys() - fresh]
    return Extraction(
        out=out,
        root=found.root,
        read=tuple(sorted(told, key=lambda one: one.file_name)),
        kept=tuple(known.told for known in kept),
        duplicates=found.duplicates,
        unreadable=found.unreadable,
        log=diary.path,
        unchecked=unchecked,
        outdated=sum(known.version != version for known in kept),
        waiting=len(wanted) - len(todo),
    )


class _Known(NamedTuple):
    """A report that is done: the version that read it, and how it went."""

    version: str
    told: Told


def _is_wanted(known: _Known | None, version: str, again: Again) -> bool:
    if again == "failed":
        return known is not None and known.told.outcome == "failed"
    return known is None or again == "all" or (again == "outdated" and known.version != version)


def check_reports(
    report_ids: Sequence[str],
    out: Path,
    plan: Plan | None = None,
    *,
    pdfs: Mapping[str, Path] | None = None,
    diary: RunLog | None = None,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Run the rules on reports that are in `out`; returns those that could not be (the run log says why).

    `pdfs` says by report_id where their files are, so that tables can be read a second time; without its file
    a report keeps what earlier second readings said.
    """
    plan, pdfs = plan or Plan(), pdfs or {}
    tasks = [CheckTask(report_id, out, pdfs.get(report_id), plan.second) for report_id in report_ids]
    lost = []
    for count, ended in enumerate(_each(check_again, tasks, plan), start=1):
        if isinstance(ended, Lost):
            _stop_if_general(ended)
            lost.append(ended.task.report_id)
            if diary is None:
                diary = log.begin(out, {"version": pipeline_version(), "to_check": len(tasks)})
            said = {"report_id": ended.task.report_id, "reason": ended.reason, "detail": ended.detail}
            diary.write("unchecked", said)
        if progress:
            progress(Step(count, len(tasks), ended.task.report_id[:12]))
    return tuple(sorted(lost))


def _each(
    function: Function[Task, Result], tasks: Sequence[Task], plan: Plan
) -> Iterator[Finished[Task, Result] | Lost[Task]]:
    """The tasks, on this machine's processes or on a cluster's."""
    if plan.cluster is not None and tasks:
        from pipeline.batch.cluster import each_on

        return each_on(plan.cluster, function, tasks, workers=plan.workers or cores(), timeout=plan.timeout)
    return each(function, tasks, workers=plan.workers or cores(), timeout=plan.timeout)


def _stop_if_general(lost: Lost[Any]) -> None:
    """A folder that cannot be written or a rule that says nonsense would fail every report: the run stops."""
    if isinstance(lost.error, (OutputError, ConfigError)):
        raise lost.error


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _read_all(
    todo: Sequence[Offered],
    out: Path,
    plan: Plan,
    checked: bool,
    version: str,
    diary: RunLog,
    progress: Progress | None,
) -> list[Told]:
    # The largest first: one that is begun last would keep a single worker busy at the end.
    tasks = [
        ReadTask(
            report_id=one.report_id,
            file_name=one.file_name,
            path=one.path,
            out=out,
            checked=checked,
            pipeline_version=version,
            second=plan.second,
            memory=plan.memory,
            output=plan.output,
        )
        for one in sorted(todo, key=lambda one: (-one.size, one.report_id))
    ]
    told: list[Told] = []
    outcomes: Counter[str] = Counter()
    for ended in _each(read, tasks, plan):
        one = ended.result if isinstance(ended, Finished) else _write_lost(ended)
        told.append(one)
        outcomes[one.outcome] += 1
        diary.write("report", _as_dict(one))
        if progress:
            progress(Step(len(told), len(tasks), one.file_name, outcomes))
    return told


def _write_lost(lost: Lost[ReadTask]) -> Told:
    """The row of a report that no worker brought to its end."""
    task = lost.task
    _stop_if_general(lost)
    reason = f"reading it was given up: {lost.reason}; try again with --only-failed"
    report = failed_report(task.report_id, task.file_name, reason, pipeline_version=task.pipeline_version)
    write_report(task.out, report.datasets())
    return Told(task.report_id, task.file_name, report.outcome, report.reason, detail=lost.detail)


def _outcomes(out: Path) -> dict[str, _Known]:
    """What is known of the reports that are done."""
    columns = ["report_id", "file_name", "outcome", "reason", "page_count", "pipeline_version"]
    rows = read_dataset(out, "reports", columns=columns).to_pylist()
    return {
        row["report_id"]: _Known(
            row["pipeline_version"],
            Told(row["report_id"], row["file_name"], row["outcome"], row["reason"], row["page_count"] or 0),
        )
        for row in rows
    }


def _as_dict(told: Told) -> dict[str, Any]:
    given = {name: getattr(told, name) for name in told.__slots__}
    return {name: value for name, value in given.items() if value not in (None, "", {})}
