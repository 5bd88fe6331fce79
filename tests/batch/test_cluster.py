"""A real Dask scheduler and real workers: nothing is lost when one of them dies, and the culprit is named."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest

from pipeline.batch import runs
from pipeline.batch.cluster import _name, each_on
from pipeline.batch.runs import Plan, extract_all
from pipeline.batch.work import ReadTask, Told, read
from pipeline.batch.workers import Finished
from pipeline.datasets.store import read_dataset
from pipeline.errors import ConfigError

from .hostile import encrypted, prose
from .test_runs import SMALLEST, parts

pytest.importorskip("distributed")


def square_or_worse(task: str) -> int:
    """Numbers are squared; a word says what else happens on the Dask worker, the parent of this process."""
    match task:
        case "die":
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise":
            raise ValueError("no number")
        case poison if poison.startswith("poison"):
            os.kill(os.getppid(), signal.SIGKILL)
        case once if once.startswith("/") and not (marker := Path(once)).exists():
            marker.touch()
            os.kill(os.getppid(), signal.SIGKILL)
        case once if once.startswith("/"):
            return 0
    return int(task) ** 2 if task.isdigit() else -1


def test_a_crash_an_error_a_lost_worker_and_a_poison(tmp_path: Path) -> None:
    once = str(tmp_path / "once")
    tasks = [*map(str, range(6)), "die", "raise", once, "poison"]
    found: dict[str, int | str] = {}
    for ended in each_on("local", square_or_worse, tasks, workers=2, timeout=60):
        assert ended.task not in found
        found[ended.task] = ended.result if isinstance(ended, Finished) else ended.reason
    assert found == {str(number): number**2 for number in range(6)} | {
        "die": "its process died (signal SIGKILL, often out of memory)",
        "raise": "the program failed (ValueError: no number)",
        once: 0,  # its worker died, another one did it
        "poison": "the workers that had it died, 3 times",
    }


def read_after_a_death(task: ReadTask) -> Told:
    """Read, but the first who has `first.pdf` takes its Dask worker down in the middle of the run."""
    marker = task.out / "death"
    if task.file_name == "first.pdf" and not marker.exists():
        marker.touch()
        os.kill(os.getppid(), signal.SIGKILL)
    return read(task)


def test_a_run_on_a_cluster_that_loses_a_worker_gives_the_bytes_of_a_local_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    shutil.copy(SMALLEST, inbox / "report.pdf")
    (inbox / "first.pdf").write_bytes(prose(pages=9))
    (inbox / "locked.pdf").write_bytes(encrypted())
    for pages in range(1, 5):
        (inbox / f"{pages}.pdf").write_bytes(prose(pages=pages))
    extract_all([inbox], tmp_path / "local", Plan(workers=1))
    monkeypatch.setattr(runs, "read", read_after_a_death)
    run = extract_all([inbox], tmp_path / "cluster", Plan(workers=2, cluster="local"))
    assert (tmp_path / "cluster" / "death").exists()
    assert len(run.read) == read_dataset(tmp_path / "cluster", "reports").num_rows == 7
    assert parts(tmp_path / "cluster") == parts(tmp_path / "local")


def test_the_dashboard_shows_what_is_done_to_which_file(tmp_path: Path) -> None:
    from dask.utils import key_split

    task = ReadTask("0" * 64, "2025-11/华泰证券 商汤.pdf", tmp_path / "a.pdf", tmp_path, True, "1")
    name = _name(read, task, 17)
    assert name == "read-17-2025-11/华泰证券 商汤.pdf"
    assert key_split(name) == "read"  # the group under which the progress of all of them is drawn


def test_a_scheduler_that_does_not_answer_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.batch.cluster._PATIENCE", 1)
    with pytest.raises(ConfigError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        list(each_on("tcp://127.0.0.1:9", square_or_worse, ["1"], workers=1, timeout=60))
