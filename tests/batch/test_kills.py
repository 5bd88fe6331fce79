"""A run that is killed, itself or its workers, at any moment: the next one carries on from there."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil  # type: ignore[import-untyped]
import pytest

from pipeline.batch.runs import Plan, extract_all
from pipeline.batch.status import status
from pipeline.datasets.store import read_dataset, unfinished

from .hostile import encrypted, painted, prose
from .test_runs import SMALLEST, parts

KILLS = int(os.environ.get("YANBAO_RUN_KILLS", "4"))


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    for number in range(3):
        shutil.copy(SMALLEST, folder / f"report {number}.pdf")
        with (folder / f"report {number}.pdf").open("ab") as file:
            file.write(b"\n%" + str(number).encode())
    for pages in range(1, 8):
        (folder / f"{pages}.pdf").write_bytes(prose(pages))
    (folder / "pictures.pdf").write_bytes(painted(prose_pages=1))
    (folder / "locked.pdf").write_bytes(encrypted())
    return folder


def test_killed_again_and_again_a_run_comes_to_the_same_rows(inbox: Path, tmp_path: Path) -> None:
    undisturbed, out = tmp_path / "undisturbed", tmp_path / "out"
    extract_all([inbox], undisturbed, Plan(workers=2, second="never"))
    random = Random(20251103)
    for _ in range(KILLS):
        run = start(inbox, out)
        with suppress(subprocess.TimeoutExpired):
            run.wait(timeout=random.uniform(0.2, 3.0))
        kill(run, random)
        run.wait()
        if (out / "reports").is_dir():
            assert read_dataset(out, "facts").num_rows >= 0  # whatever is there can be read
    assert start(inbox, out).wait() == 1  # some of the files cannot be read
    assert parts(out) == parts(undisturbed)
    assert unfinished(out) == ()
    assert status(out).runs[0].state == "done"
    assert not list((out / ".tmp").iterdir())


def start(inbox: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipeline", "run", str(inbox), "--out", str(out), "--workers", "2"]
    options = ["--second-reading", "never", "--published", str(out.parent / "published")]
    return subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, start_new_session=True)


def kill(run: subprocess.Popen[bytes], random: Random) -> None:
    """One of its processes, or all at once as in a power cut."""
    try:
        family = [psutil.Process(run.pid), *psutil.Process(run.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    victims = family if random.random() < 0.3 else [random.choice(family)]
    for victim in victims:
        with suppress(psutil.NoSuchProcess):
            victim.send_signal(signal.SIGKILL)
    if run.pid not in [victim.pid for victim in victims]:
        run.wait()
