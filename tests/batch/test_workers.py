"""The pool: nothing is lost when a process crashes, hangs or raises, and the culprit is named."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.batch.workers import Finished, Lost, each
from pipeline.errors import OutputError


def square_or_worse(task: str) -> int:
    """Numbers are squared; a word says how to fail."""
    match task:
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(7)
        case "hang":
            threading.Event().wait()
        case "raise":
            raise ValueError("no number")
        case once if once.startswith("/") and not Path(once).exists():
            Path(once).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        case once if once.startswith("/"):
            return 0
    return int(task) ** 2


def ends(tasks: list[str], workers: int, timeout: float = 60) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for ended in each(square_or_worse, tasks, workers=workers, timeout=timeout):
        found[ended.task] = ended.result if isinstance(ended, Finished) else ended.reason
    return found


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_every_task_comes_back(workers: int) -> None:
    tasks = [str(number) for number in range(5)]
    assert ends(tasks, workers) == {task: int(task) ** 2 for task in tasks}


def test_no_tasks_start_no_process() -> None:
    assert ends([], 2) == {}


def test_a_process_that_is_killed_once_costs_nothing(tmp_path: Path) -> None:
    once = str(tmp_path / "once")
    assert ends(["1", once, "2"], 1) == {"1": 1, "2": 4, once: 0}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_crash_costs_its_own_task_only(workers: int) -> None:
    found = ends(["1", "die", "2", "exit", "3"], workers)
    assert found == {
        "1": 1,
        "2": 4,
        "3": 9,
        "die": "its process died (signal SIGKILL, often out of memory)",
        "exit": "its process died (exit code 7)",
    }


def test_a_task_that_hangs_is_ended() -> None:
    assert ends(["hang", "4"], 1, timeout=0.5) == {"hang": "it took longer than 0.5 seconds", "4": 16}


def test_an_exception_is_told_with_its_traceback() -> None:
    [lost] = each(square_or_worse, ["raise"], workers=1, timeout=60)
    assert isinstance(lost, Lost)
    assert lost.reason == "the program failed (ValueError: no number)"
    assert "square_or_worse" in lost.detail


def test_stopping_early_leaves_no_process() -> None:
    import multiprocessing

    running = each(square_or_worse, ["1", "hang", "hang"], workers=2, timeout=60)
    next(running)
    running.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []


class DiesWhenUnpickled:
    """Ends the process that receives it, before it can say that it is up."""

    def __call__(self, task: str) -> str:
        return task

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


def test_workers_that_cannot_start_stop_the_run() -> None:
    with pytest.raises(OutputError, match=r"could not start \(exit code 3\)"):
        list(each(DiesWhenUnpickled(), ["1"], workers=1, timeout=60))


def pandas_is_loaded(wanted: bool) -> tuple[bool, int]:
    """Whether making a table loaded pandas, and what a frame adds up to where one is wanted."""
    pa.Table.from_pylist([{"value": 1}])
    loaded = "pandas" in sys.modules
    if not wanted:
        return loaded, 0
    import pandas as pd

    return loaded, int(pd.DataFrame({"value": [1, 2]})["value"].sum())


def test_a_worker_loads_no_pandas_until_somebody_asks_for_it() -> None:
    ended = list(each(pandas_is_loaded, [False, True], workers=1, timeout=60))
    assert [end.result for end in ended if isinstance(end, Finished)] == [(False, 0), (False, 3)]


def test_this_module_is_importable_by_a_fresh_process() -> None:
    assert Path(__file__).name == "test_workers.py"
    assert square_or_worse.__module__ == "tests.batch.test_workers"
