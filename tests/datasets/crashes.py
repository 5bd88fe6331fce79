"""Publishers that are killed: a real process each, SIGKILL at a moment of the caller's choosing.

`python -m tests.datasets.crashes` is the parent of the victims: it imports what publishing needs once, and
forks one publisher for each line of JSON on its standard input: `[extracted, published, expectations,
instant, kind, at]`. `kind` "line" kills the publisher when it comes to the at-th line of `pipeline/datasets`,
"time" after so many seconds; "count" and "none" let it live. The answer is a line with its exit status
(negative: the signal), the lines that were counted, and the seconds it took.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

WATCHED = f"{os.sep}pipeline{os.sep}datasets{os.sep}"


class _Lines:
    """Counts the lines of the watched modules as they are run, and kills the process at one of them."""

    def __init__(self, last: int | None) -> None:
        self.seen = 0
        self._last = last

    def __call__(self, frame: FrameType, event: str, arg: object) -> Any:
        if WATCHED not in frame.f_code.co_filename:
            return None
        if event == "line":
            self.seen += 1
            if self.seen == self._last:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def _victim(job: list[Any], answer: int) -> None:
    extracted, published, expectations, instant, kind, at = job
    from pipeline.datasets.releases import publish

    lines = _Lines(at if kind == "line" else None)
    if kind == "time":
        threading.Timer(at, os.kill, (os.getpid(), signal.SIGKILL)).start()
    started = time.monotonic()
    if kind in ("line", "count"):
        sys.settrace(lines)
    publish(extracted, published, now=datetime.fromisoformat(instant), expectations=Path(expectations))
    sys.settrace(None)
    os.write(answer, json.dumps([lines.seen, time.monotonic() - started]).encode())
    os._exit(0)


def main() -> None:
    """Answer each job."""
    import duckdb  # noqa: F401 (every victim needs it)
    import great_expectations  # noqa: F401

    import pipeline.datasets.releases  # noqa: F401

    for job in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _victim(json.loads(job), write)
            finally:
                os._exit(1)
        os.close(write)
        _, status = os.waitpid(child, 0)
        took = os.read(read, 1000)
        os.close(read)
        print(json.dumps([os.waitstatus_to_exitcode(status), *json.loads(took or b"[0, 0]")]), flush=True)


if __name__ == "__main__":
    main()
