"""For whoever runs it day after day: a drop folder, and what became of the runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import (
    TIMEOUT,
    Extracted,
    Out,
    Published,
    Second,
    SecondReading,
    Timeout,
    Workers,
    app,
    plan_of,
    progress_bar,
)


@app.command(
    short_help="a drop folder: the whole walk for what arrives",
    epilog="""\b
  yanbao watch inbox --out extracted --published published
Files that are still being written are waited for. Ctrl-C stops; the same command goes on from there.""",
)
def watch(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where PDFs are dropped.", show_default=False)
    ],
    out: Out = Path("extracted"),
    published: Published = Path("published"),
    every: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="Time between two looks.")] = 5.0,
    workers: Workers = None,
    timeout: Timeout = TIMEOUT,
    second_reading: Second = SecondReading.AUTO,
) -> None:
    """Extract, check, publish and report whatever arrives in a folder, as it arrives."""
    from pipeline.batch.inputs import collect
    from pipeline.batch.watch import arrivals
    from pipeline.batch.whole import run
    from pipeline.batch.words import tell_run

    plan = plan_of(workers=workers, timeout=timeout, second=second_reading)
    print(f"Watching {folder}", flush=True)
    for arrived in arrivals(folder, every=every):
        if arrived:
            found = collect([folder], only=set(arrived))
            with progress_bar("reports") as progress:
                result = run(
                    found, out, plan, published=published, quality=out / "quality.html", progress=progress
                )
            tell_run(result)
            print(f"Watching {folder}", flush=True)


@app.command(
    short_help="what is there, what the latest runs did",
    epilog="""\b
  yanbao status extracted
  yanbao status extracted --runs 20""",
)
def status(
    extracted: Extracted = Path("extracted"),
    runs: Annotated[int, typer.Option(min=1, metavar="N", help="Runs to show, newest first.")] = 3,
) -> None:
    """Reports by outcome, those that need a person, and the latest runs with rate, stage times and state."""
    from pipeline.batch.status import status as look
    from pipeline.batch.words import tell_status

    tell_status(look(extracted, runs=runs), extracted)
