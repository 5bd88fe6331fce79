"""A drop folder: files are read as they arrive, each when it is there to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.batch.inputs import list_pdfs

EVERY = 5.0  # seconds between two looks; a share on the network has no events to wait for


class _State(NamedTuple):
    size: int
    changed: int  # nanoseconds


def arrivals(
    folder: Path, *, every: float = EVERY, sleep: Callable[[float], None] = time.sleep
) -> Iterator[list[Path]]:
    """After each look the files that are new or changed and settled, never ending.

    A file has settled when two looks in a row found it with the same size and time of change, and it is not
    empty: who copies into the folder slowly is waited for. What is there at the start arrives like the rest.
    Raises InputError where the folder cannot be read.
    """
    before: dict[Path, _State] = {}
    handed: dict[Path, _State] = {}
    while True:
        now = {path: state for path in list_pdfs(folder) if (state := _state(path)) is not None}
        settled = [
            path
            for path, state in now.items()
            if state.size and before.get(path) == state and handed.get(path) != state
        ]
        handed = {path: handed[path] for path in handed.keys() & now.keys()}
        handed |= {path: now[path] for path in settled}
        before = now
        yield sorted(settled)
        sleep(every)


def _state(path: Path) -> _State | None:
    try:
        found = path.stat()
    except OSError:  # it went away between two calls
        return None
    return _State(found.st_size, found.st_mtime_ns)
