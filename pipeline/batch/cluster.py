"""The same work on a Dask cluster: the scheduler deals out the reports, workers on any machine read them.

Each Dask worker keeps one process of `workers` under it, so limits of time and memory hold as they do on one
machine, and a report that crashes its reader costs that process, not the Dask worker. Dask's part is what one
machine cannot do: a worker that is lost with its machine has its reports given to others, and a report that
takes several of them down is set apart and named.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pipeline.batch.workers import Finished, Function, Hand, Lost, Result, Task
from pipeline.errors import ConfigError, YanbaoError

if TYPE_CHECKING:
    from distributed import Client

ATTEMPTS = 3  # Dask workers that a report may take down before it is given up
LOCAL = "local"
_PATIENCE = 30  # seconds to find the scheduler


def each_on(
    address: str, function: Function[Task, Result], tasks: Sequence[Task], *, workers: int, timeout: float
) -> Iterator[Finished[Task, Result] | Lost[Task]]:
    """Call `function` for every task on the cluster at `address`, or on `workers` new local ones (`local`).

    Yields in the order in which tasks end, like `workers.each`. All workers must see the folders that the
    tasks name. Raises ConfigError where the extra is not installed, the scheduler does not answer, or its
    workers may not start processes.
    """
    try:
        from distributed import KilledWorker, as_completed
    except ImportError as error:
        raise ConfigError("a cluster needs the extra: pip install 'yanbao[cluster]'") from error
    with _client(address, workers) as client:
        futures = {
            client.submit(
                _serve, function, task, timeout, key=_name(function, task, number), pure=False
            ): task
            for number, task in enumerate(tasks)
        }
        for future in as_completed(list(futures)):  # type: ignore[no-untyped-call]
            task, failure = futures.pop(future), future.exception()
            if failure is None:
                yield future.result()
            elif isinstance(failure, KilledWorker):
                yield Lost(task, f"the workers that had it died, {ATTEMPTS} times")
            elif isinstance(failure, ConfigError):
                raise failure
            else:
                detail = "".join(traceback.format_exception(failure))
                known = failure if isinstance(failure, YanbaoError) else None
                yield Lost(task, f"the program failed ({type(failure).__name__}: {failure})", detail, known)
            future.release()


def _name(function: Function[Any, Any], task: Any, number: int) -> str:
    """What the scheduler's dashboard shows: what is done (its group) to which file."""
    of = getattr(task, "file_name", None) or getattr(task, "report_id", "")
    return f"{getattr(function, '__name__', 'task')}-{number}-{of}"


_HANDS = threading.local()


def _serve(
    function: Function[Task, Result], task: Task, timeout: float
) -> Finished[Task, Result] | Lost[Task]:
    """On a Dask worker: hand the task to the process under it."""
    known = _HANDS.__dict__.setdefault("by_function", {})
    hand: Hand[Task, Result] = known.setdefault(function, Hand(function))
    try:
        return hand.do(task, timeout)
    except AssertionError as error:  # multiprocessing's words for a daemon that starts a process
        raise ConfigError(
            "the cluster's workers may not start processes: start them with the environment variable "
            "DASK_DISTRIBUTED__WORKER__DAEMON=False"
        ) from error


@contextmanager
def _client(address: str, workers: int) -> Iterator[Client]:
    import dask
    from distributed import Client, LocalCluster

    settings = {
        "distributed.worker.daemon": False,
        "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
        # A worker that dies counts against every task it has: one that waits behind a poison would be blamed.
        "distributed.scheduler.worker-saturation": 1.0,
    }
    with dask.config.set(settings):
        if address == LOCAL:
            size = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
            with LocalCluster(**size) as cluster, Client(cluster) as client:  # type: ignore[no-untyped-call]
                yield client
            return
        try:
            client = Client(address, timeout=_PATIENCE)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise ConfigError(f"no Dask scheduler answers at {address}: {error}") from error
        with client:
            yield client
