"""The latest runs for the quality report, from their logs."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from pipeline.batch import log
from pipeline.quality.trends import RunRow

SHOWN = 20  # runs, the newest


def latest_runs(extracted: Path) -> tuple[RunRow, ...]:
    """The latest runs that read reports, newest first; none where the folder has no logs."""
    found = (
        RunRow(run.entries[0].at, str(run.entries[0].says.get("version", "")), tuple(run.of("report")))
        for run in log.runs(extracted)
        if run.entries
    )
    return tuple(islice((run for run in found if run.reports), SHOWN))
