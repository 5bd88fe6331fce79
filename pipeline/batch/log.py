"""The run log: one file of JSON lines for each run, the only place where clock times are kept.

    extracted/runs/20251103T061500.123456Z-4711.jsonl

The first line says what was asked, each further one what became of a report, the last one how the run ended.
A file without its last line is a run that is under way, or was killed.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.datasets.files import make_folder
from pipeline.errors import OutputError

FOLDER = "runs"
KEPT = 100  # logs of runs that stay; a year of working days is 250, a report's line some 400 bytes


class RunLog:
    """The log of one run, open for appending."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, event: str, entry: Mapping[str, Any]) -> None:
        """Append a line. Raises OutputError where it cannot be written."""
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **entry}
        try:
            with self.path.open("a", encoding="utf-8") as log:
                log.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror or error}") from error


def begin(out: Path, entry: Mapping[str, Any]) -> RunLog:
    """The log of a new run, its first line written; the oldest logs beyond `KEPT` are removed."""
    folder = make_folder(out / FOLDER)
    for old in _files(out)[: -KEPT + 1]:
        with contextlib.suppress(OSError):  # another run was faster
            old.unlink()
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    log = RunLog(folder / f"{now}-{os.getpid()}.jsonl")
    log.write("begin", {"pid": os.getpid(), **entry})
    return log


class Entry(NamedTuple):
    """One line of a log: when, what, and what it says."""

    at: datetime
    event: str
    says: dict[str, Any]


class Run(NamedTuple):
    """A run as its log tells it, oldest entry first."""

    path: Path
    entries: tuple[Entry, ...]

    @property
    def ended(self) -> bool:
        """Whether the run came to its end."""
        return bool(self.entries) and self.entries[-1].event == "end"

    @property
    def under_way(self) -> bool:
        """Whether its process still works on it, as far as this machine can tell."""
        if self.ended or not self.entries:
            return False
        try:
            os.kill(int(self.entries[0].says.get("pid", 0)), 0)
        except (OSError, OverflowError):
            return False
        return True

    def of(self, event: str) -> Iterator[dict[str, Any]]:
        """What the lines of one kind say."""
        return (entry.says for entry in self.entries if entry.event == event)


def runs(out: Path) -> Iterator[Run]:
    """The runs that have a log, newest first; a line that a power cut tore is left out."""
    for path in reversed(_files(out)):
        with path.open(encoding="utf-8", errors="replace") as log:
            yield Run(path, tuple(_entries(log)))


def _files(out: Path) -> list[Path]:
    return sorted((out / FOLDER).glob("*.jsonl"))


def _entries(lines: Iterator[str]) -> Iterator[Entry]:
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            says = json.loads(line)
            at, event = datetime.fromisoformat(says.pop("at")), str(says.pop("event"))
            yield Entry(at, event, says)
