"""What all commands share: the application they register with, common options, progress, exit codes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.batch.runs import Plan, Progress, Step

INCOMPLETE = 1
MEMORY = 8.0  # GB
OUTPUT = 256.0  # MB
TIMEOUT = 300.0  # seconds


class SecondReading(StrEnum):
    """Which tables an independent reader reads as well."""

    AUTO = "auto"
    NEVER = "never"
    ALWAYS = "always"


class Layer(StrEnum):
    """What to draw over a page."""

    WORDS = "words"
    BLOCKS = "blocks"
    TABLES = "tables"
    FACTS = "facts"


app = typer.Typer(
    name="yanbao",
    help="Chinese broker research reports (PDF) to clean, checked, published data.",
    epilog="""\b
Last night's reports, from PDFs to a release and a quality report:
  yanbao run raw_reports --out extracted --published published

\b
Where does a number come from? Look at the page with what was read on it:
  yanbao look raw_reports/report.pdf --page 3 --layer tables --out page3.png

\b
The result is Parquet, readable by anything:
  duckdb -c "select label, column, text, page from 'extracted/facts/*.parquet' limit 9"

Exit codes: 0 all complete; 1 done, but reports are partial or failed or a gate did not pass (the summary
says which); 2 the command itself could not run.""",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        help="PDF files, folders (searched to the bottom), quoted patterns such as '2025-*/*.pdf', or the "
        "like at a URL (s3://bucket/2025; any that fsspec has a package for).",
        show_default=False,
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="Folder of the extracted datasets.")]
Extracted = Annotated[
    Path,
    typer.Argument(metavar="EXTRACTED", help="Folder that `yanbao run` or `yanbao extract` wrote."),
]
Published = Annotated[
    Path, typer.Option("--published", "-p", metavar="FOLDER", help="Folder of the releases.")
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        "-w",
        min=1,
        metavar="N",
        help="Reports read at the same time.  [default: one for each core]",
    ),
]
Timeout = Annotated[
    float,
    typer.Option(min=0.1, metavar="SECONDS", help="After this long, a report is given up and marked failed."),
]
Memory = Annotated[
    float,
    typer.Option(
        min=0.5, metavar="GB", help="Address space of one process; a file that needs more fails alone."
    ),
]
Output = Annotated[
    float,
    typer.Option(
        "--output", min=0.1, metavar="MB", help="Rows of one report; a file that gives more fails alone."
    ),
]
Refresh = Annotated[
    bool,
    typer.Option("--refresh", help="Also read again what another version of the program has read."),
]
OnlyFailed = Annotated[
    bool, typer.Option("--only-failed", help="Only reports that failed in an earlier run, once more.")
]
Everything = Annotated[bool, typer.Option("--again", help="Read everything offered once more, done or not.")]
Since = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
        metavar="DATE",
        help="Only files changed since: 2025-11-03, or 2025-11-03T18:00 (local time).",
        show_default=False,
    ),
]
Limit = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Read at most this many reports.", show_default=False)
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Work on a Dask cluster: its scheduler (tcp://host:8786), or `local` for one on this machine. "
        "All its workers must see the same folders. Needs the extra yanbao[cluster].",
        show_default=False,
    ),
]
Second = Annotated[
    SecondReading,
    typer.Option(
        help="Which tables another, slower reader reads as well, to tell printed errors from misread ones: "
        "those in which a check fails or that no check holds (auto), none, or all."
    ),
]


def leave(complete: bool) -> None:
    """End the command with exit code 1 unless everything is complete."""
    if not complete:
        raise typer.Exit(INCOMPLETE)


def plan_of(
    *,
    workers: int | None,
    timeout: float,
    second: SecondReading,
    memory: float = MEMORY,
    output: float = OUTPUT,
    refresh: bool = False,
    only_failed: bool = False,
    everything: bool = False,
    since: datetime | None = None,
    limit: int | None = None,
    cluster: str | None = None,
) -> Plan:
    """What the options ask of a run."""
    from pipeline.batch.runs import Again, Plan

    asked: dict[Again, bool] = {"outdated": refresh, "failed": only_failed, "all": everything}
    if sum(asked.values()) > 1:
        raise typer.BadParameter("--refresh, --only-failed and --again exclude one another")
    return Plan(
        workers=workers,
        timeout=timeout,
        memory=int(memory * 2**30),
        output=int(output * 2**20),
        again=next((again for again, given in asked.items() if given), "new"),
        second=second.value,
        since=since,
        limit=limit,
        cluster=cluster,
    )


@contextmanager
def progress_bar(what: str) -> Iterator[Progress | None]:
    """Where someone watches: a bar with the rate, the time left and how the reports came out so far."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[outcomes]}"),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, name="", rate="", outcomes="")
        started = time.monotonic()

        def tell(step: Step) -> None:
            rate = step.done / max(time.monotonic() - started, 0.001)
            bar.update(
                task,
                completed=step.done,
                total=step.total,
                name=step.name,
                rate=f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.0f}/min",
                outcomes=", ".join(f"{count} {outcome}" for outcome, count in sorted(step.outcomes.items())),
            )

        yield tell
