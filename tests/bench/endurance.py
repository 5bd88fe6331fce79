"""A long run that is killed on the way, beside one left alone: are the files the same, is memory flat?

    python tests/bench/endurance.py --count 3000 --kills 10 report.pdf …
    python tests/bench/endurance.py --count 200 --kills 1 --cluster report.pdf …

The inbox is `count` files: the reports given, again and again, each copy with bytes of its own behind its
end. Both runs are `yanbao run` (or `--command extract`) in processes of their own. At `kills` moments of the
second one, drawn by `seed`, a process of it is killed with SIGKILL: the parent (then the same command is
given again) or a worker. With `--cluster` it runs on a Dask scheduler and two Dask workers, each a process of
its own, and a Dask worker is the victim (another takes its place). Then every part of every dataset is
compared byte by byte. Memory is the largest resident set of any process of the undisturbed run, by tenths of
it. Exit code 1 where a file differs.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random

import psutil  # type: ignore[import-untyped]

DATASETS = ("reports", "tables", "cells", "facts", "coverage", "checks")
LOOK = 0.5  # seconds between two looks at a run


def fill(inbox: Path, files: Sequence[Path], count: int) -> None:
    """The inbox: copies that differ in their bytes and in nothing that is printed."""
    inbox.mkdir(parents=True)
    for number in range(count):
        source = files[number % len(files)]
        (inbox / f"{number:05}-{source.name}").write_bytes(source.read_bytes() + b"\n%% %d\n" % number)


def done(out: Path) -> int:
    """Reports that are done."""
    with suppress(FileNotFoundError):
        return max(sum(1 for _ in (out / "reports").iterdir()) - 1, 0)
    return 0


def begin(arguments: argparse.Namespace, out: Path, scheduler: str | None = None) -> subprocess.Popen[bytes]:
    """`yanbao run` over the inbox."""
    command = [sys.executable, "-m", "pipeline", arguments.command, str(arguments.folder / "inbox")]
    command += ["--out", str(out), "--second-reading", "never", "--workers", str(arguments.workers)]
    command += ["--published", f"{out}-published"] if arguments.command == "run" else []
    command += ["--cluster", scheduler] if scheduler else []
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)


def family(pid: int) -> list[psutil.Process]:
    """A process and all below it, those that have gone meanwhile left out."""
    with suppress(psutil.NoSuchProcess):
        return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return []


def undisturbed(arguments: argparse.Namespace, out: Path) -> tuple[float, list[tuple[int, float]]]:
    """Seconds of the whole run, and the largest resident set (MB) of one process by reports done."""
    run, started = begin(arguments, out), time.monotonic()
    memory: list[tuple[int, float]] = []
    while run.poll() is None:
        sizes = [0]
        for process in family(run.pid):
            with suppress(psutil.NoSuchProcess):
                sizes.append(process.memory_info().rss)
        memory.append((done(out), max(sizes) / 1e6))
        time.sleep(LOOK)
    return time.monotonic() - started, memory


def disturbed(arguments: argparse.Namespace, out: Path) -> list[str]:
    """The same run with kills on the way; says whom they met."""
    random = Random(arguments.seed)
    moments = sorted(random.sample(range(1, arguments.count), arguments.kills))
    met: list[str] = []
    run = begin(arguments, out)
    while run.poll() is None or moments:
        if run.poll() is not None:
            if done(out) >= arguments.count:
                break  # it was faster than the last moments
            run = begin(arguments, out)
        if moments and done(out) >= moments[0]:
            moments.pop(0)
            below = family(run.pid)[1:]
            victim = run.pid if not below or random.random() < 0.5 else random.choice(below).pid
            met.append(f"{'parent' if victim == run.pid else 'worker'} at {done(out)}")
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            if victim == run.pid:
                run.wait()
                run = begin(arguments, out)
        time.sleep(LOOK / 5)
    return met


def on_cluster(arguments: argparse.Namespace, out: Path) -> list[str]:
    """The run on a scheduler and two workers of their own, some of which are killed."""
    address = f"tcp://127.0.0.1:{arguments.port}"
    environment = os.environ | {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    random = Random(arguments.seed)
    moments = sorted(random.sample(range(1, arguments.count), arguments.kills))
    met: list[str] = []
    dask = [sys.executable, "-m"]
    serve = [*dask, "distributed.cli.dask_scheduler", "--port", str(arguments.port), "--no-dashboard"]
    work = [
        *dask,
        "distributed.cli.dask_worker",
        address,
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
    ]
    with ExitStack() as stack:

        def start(command: Sequence[str]) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(command, start_new_session=True, **quiet)  # type: ignore[call-overload]
            stack.callback(process.kill)
            return process  # type: ignore[no-any-return]

        start(serve)
        crew = [start(work), start(work)]
        run = begin(arguments, out, address)
        while run.poll() is None:
            if moments and done(out) >= moments[0]:
                moments.pop(0)
                victim = random.choice(crew)
                met.append(f"Dask worker at {done(out)}")
                for process in family(victim.pid):
                    with suppress(psutil.NoSuchProcess):
                        process.kill()
                crew[crew.index(victim)] = start(work)
            time.sleep(LOOK / 5)
        for worker in crew:
            for process in family(worker.pid):
                with suppress(psutil.NoSuchProcess):
                    process.kill()
    return met


def parts(out: Path) -> dict[str, bytes]:
    """Every part of every dataset."""
    return {
        f"{name}/{path.name}": path.read_bytes()
        for name in DATASETS
        for path in (out / name).glob("*.parquet")
    }


def main() -> None:
    """Fill the inbox, run it twice, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, help="reports to copy")
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--command", choices=("run", "extract"), default="run")
    parser.add_argument("--cluster", action="store_true", help="the second run on a Dask cluster")
    parser.add_argument("--port", type=int, default=8786)
    parser.add_argument(
        "--folder", type=Path, default=Path("build/endurance"), help="a new folder to work in"
    )
    arguments = parser.parse_args()
    clean, other = arguments.folder / "clean", arguments.folder / "other"
    fill(arguments.folder / "inbox", arguments.files, arguments.count)
    seconds, memory = undisturbed(arguments, clean)
    print(f"{done(clean):,} reports undisturbed: {seconds:.0f} s, {done(clean) / seconds:.1f} reports/s")
    for tenth in range(1, 11):
        within = [size for count, size in memory if count <= tenth * arguments.count / 10]
        print(f"  up to {tenth * 10:3} %: largest resident set {max(within, default=0):.0f} MB", flush=True)
    met = (on_cluster if arguments.cluster else disturbed)(arguments, other)
    print(f"{done(other):,} reports with {len(met)} kills: {', '.join(met)}")
    mine, theirs = parts(clean), parts(other)
    differ = [name for name in sorted(mine.keys() | theirs.keys()) if mine.get(name) != theirs.get(name)]
    print(f"{len(mine):,} parts compared, {len(differ)} differ {differ[:3] or ''}")
    raise SystemExit(1 if differ or done(other) != arguments.count else 0)


if __name__ == "__main__":
    main()
