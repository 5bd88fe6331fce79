"""A pool of worker processes that loses nothing when one of them dies.

Each worker has one task at a time, so when a process crashes or runs out of time it is known which task was
the culprit: that task is reported lost, a new process takes the dead one's place, all others go on.
(`concurrent.futures` would fail every task that was under way, and cannot stop one that hangs.)
"""

from __future__ import annotations

import contextlib
import gc
import math
import multiprocessing
import signal
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from typing import Any, Generic, TypeAlias, TypeVar

from pipeline.errors import OutputError, YanbaoError
from pipeline.lean import absent

Task = TypeVar("Task")
Result = TypeVar("Result")

Function: TypeAlias = Callable[[Task], Result]

_READY = "ready"

# New objects before Python looks for cycles among them. A report makes a few hundred thousand tuples and
# hardly a cycle: with Python's own 700 the looking takes 9 % of the time, with this 2 %.
GARBAGE = 50_000


@dataclass(frozen=True, slots=True)
class Finished(Generic[Task, Result]):
    """The function returned."""

    task: Task
    result: Result


@dataclass(frozen=True, slots=True)
class Lost(Generic[Task]):
    """The task did not come to its end: `reason` in one clause, `detail` for the run log.

    `error` is what the function raised, where it raised one of this package's own errors.
    """

    task: Task
    reason: str
    detail: str = ""
    error: YanbaoError | None = None
    died: bool = False  # its process did not end by itself


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    pipe: connection.Connection
    task: Any = None
    busy: bool = False
    up: bool = False  # it has said that it is ready
    deadline: float = math.inf  # on the monotonic clock, of the task under way


def each(
    function: Function[Task, Result], tasks: Sequence[Task], *, workers: int, timeout: float
) -> Iterator[Finished[Task, Result] | Lost[Task]]:
    """Call `function` for every task, in `workers` processes (which import it: it must be a module's own).

    Yields in the order in which tasks end. A task is lost when the function raises, when its process dies
    with it for the second time (the first may have been none of its doing), or after `timeout` seconds,
    counted from when its process was up. Raises OutputError where a process dies before it takes any task:
    then none would get further.
    """
    waiting = deque(tasks)
    died: set[int] = set()
    crew: list[_Worker] = []
    try:
        while waiting or any(worker.busy for worker in crew):
            crew = [worker for worker in crew if worker.busy or worker.process.is_alive()]
            while waiting and len(crew) < workers:
                crew.append(_start(function))
                _hand(crew[-1], waiting.popleft(), timeout)
            for worker in crew:
                if waiting and not worker.busy:
                    _hand(worker, waiting.popleft(), timeout)
            _wait(crew)
            for worker in crew:
                if (ended := _ended(worker, timeout)) is not None:
                    worker.busy = False
                    if isinstance(ended, Lost) and ended.died and id(ended.task) not in died:
                        died.add(id(ended.task))
                        waiting.append(ended.task)
                    else:
                        yield ended
    finally:
        for worker in crew:
            _stop(worker)


class Hand(Generic[Task, Result]):
    """One such process, for who has his tasks one by one; it lives until one of them takes it down."""

    def __init__(self, function: Function[Task, Result]) -> None:
        self._function = function
        self._worker: _Worker | None = None

    def do(self, task: Task, timeout: float) -> Finished[Task, Result] | Lost[Task]:
        """How the task ended, `timeout` seconds after the process was up at the latest."""
        if self._worker is None or not self._worker.process.is_alive():
            self._worker = _start(self._function)
        worker = self._worker
        _hand(worker, task, timeout)
        while (ended := _ended(worker, timeout)) is None:
            _wait([worker])
        worker.busy = False
        return ended


def _start(function: Callable[[Any], Any]) -> _Worker:
    """A new process: spawned, because forking a process with Arrow's threads in it can hang."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(function, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _serve(function: Callable[[Any], Any], pipe: connection.Connection) -> None:
    """Take tasks until the pipe closes; answer each with its result, or with a traceback."""
    settle()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    pipe.send(_READY)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        answer: tuple[Any, str, YanbaoError | None]
        try:
            answer = (function(task), "", None)
        except Exception as error:
            answer = (None, traceback.format_exc(), error if isinstance(error, YanbaoError) else None)
        pipe.send(answer)


def settle() -> None:
    """Make this process a worker: garbage is looked for seldom and not in modules, pyarrow knows no pandas.

    pyarrow imports it with the first array: 35 MB and 0.4 CPU s a worker. It asks once; whoever else imports
    pandas later (camelot does) still gets it.
    """
    with absent("pandas"):
        import pyarrow as pa

        pa.array(["asked"])
    gc.set_threshold(GARBAGE)
    gc.collect()
    gc.freeze()


def _hand(worker: _Worker, task: Any, timeout: float) -> None:
    worker.task, worker.busy = task, True
    worker.deadline = time.monotonic() + timeout if worker.up else math.inf
    with contextlib.suppress(OSError):  # the process is dead: `_ended` will see it
        worker.pipe.send(task)


def _wait(crew: Sequence[_Worker]) -> None:
    """Sleep until a worker answers, dies or is late."""
    busy = [worker for worker in crew if worker.busy]
    patience = min(worker.deadline for worker in busy) - time.monotonic()
    connection.wait([worker.pipe for worker in busy], None if math.isinf(patience) else max(patience, 0))


def _ended(worker: _Worker, timeout: float) -> Finished[Any, Any] | Lost[Any] | None:
    """How the worker's task ended, or None while it is under way."""
    if not worker.busy:
        return None
    if worker.pipe.poll():
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            _stop(worker)
            cause = _cause(worker.process.exitcode)
            if not worker.up:
                raise OutputError(
                    f"a worker process could not start ({cause}): see its words above"
                ) from None
            return Lost(worker.task, f"its process died ({cause})", died=True)
        if answer == _READY:
            worker.up, worker.deadline = True, time.monotonic() + timeout
            return None
        result, detail, error = answer
        if not detail:
            return Finished(worker.task, result)
        return Lost(worker.task, f"the program failed ({detail.strip().splitlines()[-1]})", detail, error)
    if time.monotonic() >= worker.deadline:
        _stop(worker)
        return Lost(worker.task, f"it took longer than {timeout:g} seconds")
    return None


def _stop(worker: _Worker) -> None:
    """End the process, whatever it is doing, and forget its pipe."""
    worker.pipe.close()
    worker.process.join(0 if worker.busy else 0.2)  # an idle one leaves by itself when its pipe closes
    if worker.process.is_alive():
        worker.process.kill()
    worker.process.join()


def _cause(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name
        return f"signal {name}, often out of memory" if name == "SIGKILL" else f"signal {name}"
    return f"exit code {exitcode}"
