"""Publishers that die, meet each other, or cannot write: readers see the old release or the new one."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.datasets.releases import open_release
from pipeline.errors import OutputError
from tests.datasets.conftest import MONDAY, Publish, write
from tests.datasets.factory import fact, report, table

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("YANBAO_KILLS", "20"))


class Victims:
    """The parent of publishers that are killed."""

    def __init__(self, folder: Path, light: Path) -> None:
        self.extracted, self.published = folder / "extracted", folder / "published"
        self._light = light
        command = [sys.executable, "-m", "tests.datasets.crashes"]
        self._parent = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def publish(self, now: datetime, kind: str = "none", at: float = 0) -> tuple[int, int, float]:
        """Exit status, lines run, seconds taken; the latter two of those who lived."""
        assert self._parent.stdin is not None and self._parent.stdout is not None
        job = [str(self.extracted), str(self.published), str(self._light), now.isoformat(), kind, at]
        print(json.dumps(job), file=self._parent.stdin, flush=True)
        status, lines, seconds = json.loads(self._parent.stdout.readline())
        return status, lines, seconds

    def end(self) -> None:
        self._parent.communicate()


@pytest.fixture
def victims(tmp_path: Path, light: Path) -> Iterator[Victims]:
    found = Victims(tmp_path, light)
    yield found
    found.end()


def add(out: Path, name: str) -> None:
    of = report(name)
    write(out, of, [fact(table(of)), fact(table(of), 2, 1, "(6,045)", concept="net_profit_parent")])


def files(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())


def test_publisher_killed_at_any_moment_leaves_the_old_release_or_the_new_one(victims: Victims) -> None:
    """After each kill the reader has a whole release, the next publication succeeds, nothing is left."""
    chance = random.Random(KILLS)
    now = MONDAY
    add(victims.extracted, "first.pdf")
    status, lines, seconds = victims.publish(now, "count")
    assert status == 0
    for number in range(KILLS):
        held = open_release(victims.published)
        assert held.rows["reports"] == number + 1
        add(victims.extracted, f"{number}.pdf")
        moment = ("line", chance.randint(1, lines)) if number % 2 else ("time", chance.uniform(0, seconds))
        now += timedelta(minutes=1)
        status, *_ = victims.publish(now, *moment)
        # A line is reached however busy the machine is; who drew a late instant may end before it.
        assert status == -signal.SIGKILL or (status == 0 and moment[0] == "time")
        seen = open_release(victims.published)
        assert seen.id == held.id or (seen.parent == held.id and seen.rows["reports"] == number + 2)
        assert seen.id != held.id or status != 0
        seen.verify()
        assert len(seen.facts()) == 2 * seen.rows["reports"]
        now += timedelta(minutes=1)
        assert victims.publish(now)[0] == 0
        assert left_over(victims.published) == []


def left_over(published: Path) -> list[Path]:
    """What is there beside the releases that lead to the current one."""
    found = [open_release(published)]
    while found[-1].parent is not None:
        found.append(open_release(published, found[-1].parent))
    kept = {release.id for release in found}
    hidden = [path for path in published.glob(".*") if path.name not in (".lock", ".seen.parquet")]
    return hidden + [path for path in (published / "releases").iterdir() if path.name not in kept]


def test_two_publishers_at_once(tmp_path: Path, light: Path) -> None:
    """Of two that publish the same new report at once one wins, the other says who kept it out."""
    add(tmp_path / "extracted", "first.pdf")
    code = (
        "import sys; from pathlib import Path; from pipeline.datasets.releases import publish\n"
        "import great_expectations; sys.stdin.readline()\n"
        "release = publish(sys.argv[1], sys.argv[2], expectations=Path(sys.argv[3]))\n"
        "print(release.id, release.is_new)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "extracted"), str(tmp_path / "p"), str(light)]
    both = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate() for process in both]
    won = [out for process, (out, _) in zip(both, told, strict=True) if process.returncode == 0]
    lost = [err for process, (_, err) in zip(both, told, strict=True) if process.returncode != 0]
    assert sum(out.strip().endswith("True") for out in won) == 1
    assert all("another publisher is at work" in err for err in lost)
    assert len(list((tmp_path / "p" / "releases").iterdir())) == 1


def test_a_locked_target_is_left_alone(tmp_path: Path, publish: Publish) -> None:
    import fcntl

    add(tmp_path / "extracted", "first.pdf")
    (tmp_path / "p").mkdir()
    with (tmp_path / "p" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="another publisher is at work"):
            publish(tmp_path / "extracted", tmp_path / "p", now=MONDAY)
    assert not os.path.lexists(tmp_path / "p" / "current")


def refused(tmp_path: Path, light: Path, published: Path, setup: str) -> str:
    """What a publisher says that cannot write; `setup` is run in its process before it begins."""
    code = (
        "import sys; from pathlib import Path\n"
        "from pipeline.datasets.releases import publish\n"
        "from pipeline.errors import OutputError\n"
        f"import os, resource, signal\n{setup}\n"
        "try:\n    publish(sys.argv[1], sys.argv[2], expectations=Path(sys.argv[3]))\n"
        "except OutputError as error:\n    print(error)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "extracted"), str(published), str(light)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def old(tmp_path: Path, publish: Publish) -> Path:
    """A release of one report, and a second report that waits to be published."""
    add(tmp_path / "extracted", "first.pdf")
    publish(tmp_path / "extracted", tmp_path / "published", now=MONDAY)
    add(tmp_path / "extracted", "second.pdf")
    return tmp_path / "published"


def stands(published: Path) -> None:
    release = open_release(published)
    release.verify()
    assert release.parent is None and len(release.facts()) == 2
    assert left_over(published) == []


# A file that grows beyond the limit fails as one on a full disk does, with another number.
LIMITED = (
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (8000, resource.RLIM_INFINITY))"
)


def test_no_room_for_a_file(old: Path, tmp_path: Path, light: Path, publish: Publish) -> None:
    said = refused(tmp_path, light, old, LIMITED)
    assert "cannot write" in said and "File too large" in said
    stands(old)
    assert publish(tmp_path / "extracted", old, now=MONDAY + timedelta(days=1)).is_new


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB of its own, where the machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_full_disk(old: Path, tmp_path: Path, small_disk: Path, light: Path, publish: Publish) -> None:
    published = small_disk / "published"
    shutil.copytree(old, published, symlinks=True)
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * (free - 12_000))
    assert "No space left on device" in refused(tmp_path, light, published, "")
    stands(published)
    ballast.unlink()
    assert publish(tmp_path / "extracted", published, now=MONDAY + timedelta(days=1)).is_new


def test_read_only_disk(old: Path, tmp_path: Path, small_disk: Path, light: Path) -> None:
    published = small_disk / "published"
    shutil.copytree(old, published, symlinks=True)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    said = refused(tmp_path, light, published, "")
    assert "cannot write" in said and "Read-only file system" in said
    stands(published)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_folder_without_the_right_to_write(old: Path, tmp_path: Path, light: Path) -> None:
    folders = [path for path in (old, *old.rglob("*")) if path.is_dir() and not path.is_symlink()]
    for path in (*folders, old / ".lock"):
        path.chmod(0o555)
    said = refused(tmp_path, light, old, "")
    for path in folders:
        path.chmod(0o755)
    assert "cannot write" in said and "Permission denied" in said
    stands(old)
