"""What the folder of extracted data holds, and what its latest runs did: for whoever operates them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from pipeline.batch import log
from pipeline.datasets.store import read_dataset, unfinished, unverified
from pipeline.version import pipeline_version

State = Literal["done", "under way", "killed"]


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run, as its log tells it."""

    begun: datetime
    state: State
    to_read: int
    outcomes: Mapping[str, int]
    seconds: float  # wall clock, up to its end or its last report
    cpu: float
    pages: int
    stages: Mapping[str, float]  # CPU seconds
    slowest: Sequence[tuple[str, float]]  # file name, CPU seconds
    log: Path

    @property
    def done(self) -> int:
        """Reports read so far."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Status:
    """The extracted folder and its latest runs, newest first."""

    outcomes: Mapping[str, int]
    outdated: int  # read by another version of the program
    unchecked: int
    unfinished: int  # a killed run left them half written; they count as not read
    not_complete: Sequence[tuple[str, str, str]]  # outcome, file name, reason
    runs: Sequence[RunStatus]


def status(out: Path, *, runs: int = 5) -> Status:
    """Look at the folder `out`. Raises InputError where it is no extracted directory."""
    columns = ["file_name", "outcome", "reason", "pipeline_version"]
    rows = read_dataset(out, "reports", columns=columns).to_pylist()
    version = pipeline_version()
    latest = [_run(one) for one, _ in zip(log.runs(out), range(runs), strict=False) if one.entries]
    return Status(
        outcomes=Counter(row["outcome"] for row in rows),
        outdated=sum(row["pipeline_version"] != version for row in rows),
        unchecked=len(unverified(out)),
        unfinished=len(unfinished(out)),
        not_complete=sorted(
            (row["outcome"], row["file_name"], row["reason"]) for row in rows if row["outcome"] != "complete"
        ),
        runs=latest,
    )


def _run(run: log.Run) -> RunStatus:
    reports: list[dict[str, Any]] = list(run.of("report"))
    stages: Counter[str] = Counter()
    for report in reports:
        stages.update(report.get("stages", {}))
    first, last = run.entries[0], run.entries[-1]
    return RunStatus(
        begun=first.at,
        state="done" if run.ended else "under way" if run.under_way else "killed",
        to_read=first.says.get("to_read", 0),
        outcomes=Counter(report["outcome"] for report in reports),
        seconds=(last.at - first.at).total_seconds(),
        cpu=sum(report.get("seconds", 0.0) for report in reports),
        pages=sum(report.get("pages", 0) for report in reports),
        stages=stages,
        slowest=sorted(
            ((report["file_name"], report.get("seconds", 0.0)) for report in reports),
            key=lambda one: -one[1],
        )[:3],
        log=run.path,
    )
