"""A run: offered PDFs in, the extracted datasets out, and what is to be said about it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pipeline.batch.inputs import Duplicate, Inputs, Offered, Unreadable, collect
from pipeline.batch.second import Choice
from pipeline.batch.work import CheckTask, ReadTask, Told, check_again, read
from pipeline.batch.workers import Finished, Lost, each
from pipeline.datasets.store import prepare, read_dataset, unverified, write_report
from pipeline.errors import ConfigError, OutputError
from pipeline.extraction import failed_report
from pipeline.version import pipeline_version

Again = Literal["none", "failed", "all"]
Progress = Callable[[int, int, str], None]
"""Told after each report: how many are done, of how many, and the name of the last one."""

TIMEOUT = 300.0  # seconds a report; the slowest of the real ones takes a few
LOG = "runs.jsonl"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What a run did: reports read now, those it had already, and files that are no reports of their own."""

    out: Path
    root: Path  # the folder of the PDFs, for those who show them
    read: tuple[Told, ...]
    kept: tuple[Told, ...]
    duplicates: tuple[Duplicate, ...]
    unreadable: tuple[Unreadable, ...]
    unchecked: tuple[str, ...] = ()  # reports that the rules could not be run on

    @property
    def offered(self) -> tuple[Told, ...]:
        """All reports offered, by file name."""
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
    *,
    workers: int | None = None,
    timeout: float = TIMEOUT,
    again: Again = "none",
    checked: bool = True,
    second: Choice = "auto",
    progress: Progress | None = None,
) -> Extraction:
    """Read every offered PDF that this version of the program has not read yet into the datasets under `out`.

    A report is known by its bytes, so a renamed file is not read twice. `again` reads `failed` reports, or
    `all`, once more. With `checked`, the rules are run on each report as it is read, and on those of an
    earlier run that have not been checked. `second` says which tables another reader reads as well: those in
    which a check fails or that none holds (`auto`), none or all. Whatever happens to one report, the others
    go on and it gets its row. The rows depend on the bytes offered alone, not on their order or on `workers`
    (default: one for each core).

    Raises InputError where an input is not there, OutputError where `out` cannot be written.
    """
    found = inputs if isinstance(inputs, Inputs) else collect(inputs)
    prepare(out)
    version = pipeline_version()
    had = _outcomes(out)
    todo = [
        offered
        for offered in found.offered
        if (earlier := had.get(offered.report_id)) is None
        or earlier[0] != version
        or again == "all"
        or (again == "failed" and earlier[1].outcome == "failed")
    ]
    fresh = {offered.report_id for offered in todo}
    told = _read_all(todo, out, workers or cores(), timeout, checked, second, version, progress)
    unchecked: tuple[str, ...] = ()
    if checked:
        pdfs = {offered.report_id: offered.path for offered in found.offered}
        unchecked = check_reports(
            unverified(out), out, pdfs=pdfs, second=second, workers=workers, timeout=timeout
        )
    return Extraction(
        out=out,
        root=found.root,
        read=tuple(sorted(told, key=lambda one: one.file_name)),
        kept=tuple(had[one.report_id][1] for one in found.offered if one.report_id not in fresh),
        duplicates=found.duplicates,
        unreadable=found.unreadable,
        unchecked=unchecked,
    )


def check_reports(
    report_ids: Sequence[str],
    out: Path,
    *,
    pdfs: Mapping[str, Path] | None = None,
    second: Choice = "auto",
    workers: int | None = None,
    timeout: float = TIMEOUT,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """Run the rules on reports that are in `out`; returns those that could not be (the log says why).

    `pdfs` says by report_id where their files are, so that tables can be read a second time; without its file
    a report keeps what earlier second readings said.
    """
    pdfs = pdfs or {}
    tasks = [CheckTask(report_id, out, pdfs.get(report_id), second) for report_id in report_ids]
    lost = []
    for count, ended in enumerate(
        each(check_again, tasks, workers=workers or cores(), timeout=timeout), start=1
    ):
        if isinstance(ended, Lost):
            _stop_if_general(ended)
            lost.append(ended.task.report_id)
            _log(out, {"report_id": ended.task.report_id, "check": ended.reason, "detail": ended.detail})
        if progress:
            progress(count, len(tasks), ended.task.report_id[:12])
    return tuple(sorted(lost))


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
    workers: int,
    timeout: float,
    checked: bool,
    second: Choice,
    version: str,
    progress: Progress | None,
) -> list[Told]:
    # The largest first: one that is begun last would keep a single worker busy at the end.
    tasks = [
        ReadTask(one.report_id, one.file_name, one.path, out, checked, version, second)
        for one in sorted(todo, key=lambda one: (-one.size, one.report_id))
    ]
    told: list[Told] = []
    for ended in each(read, tasks, workers=workers, timeout=timeout):
        one = ended.result if isinstance(ended, Finished) else _write_lost(ended)
        told.append(one)
        _log(out, {"version": version, **_as_dict(one)})
        if progress:
            progress(len(told), len(tasks), one.file_name)
    return told


def _write_lost(lost: Lost[ReadTask]) -> Told:
    """The row of a report that no worker brought to its end."""
    task = lost.task
    _stop_if_general(lost)
    reason = f"reading it was given up: {lost.reason}; try again with --again failed"
    report = failed_report(task.report_id, task.file_name, reason, pipeline_version=task.pipeline_version)
    write_report(task.out, report.datasets())
    return Told(task.report_id, task.file_name, report.outcome, report.reason, detail=lost.detail)


def _outcomes(out: Path) -> dict[str, tuple[str, Told]]:
    """What is known of the reports that are done: the version that read them, and how it went."""
    columns = ["report_id", "file_name", "outcome", "reason", "page_count", "pipeline_version"]
    rows = read_dataset(out, "reports", columns=columns).to_pylist()
    return {
        row["report_id"]: (
            row["pipeline_version"],
            Told(row["report_id"], row["file_name"], row["outcome"], row["reason"], row["page_count"] or 0),
        )
        for row in rows
    }


def _as_dict(told: Told) -> dict[str, Any]:
    fields = {name: getattr(told, name) for name in told.__slots__}
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _log(out: Path, entry: dict[str, Any]) -> None:
    """Append to the run log: the one place where clock times and durations are kept."""
    line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="seconds"), **entry}, ensure_ascii=False)
    try:
        with (out / LOG).open("a", encoding="utf-8") as log:
            log.write(line + "\n")
    except OSError as error:
        raise OutputError(f"cannot write {out / LOG}: {error.strerror or error}") from error
