"""The walk from PDFs to a release: run, extract, check, publish."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import (
    MEMORY,
    OUTPUT,
    TIMEOUT,
    Cluster,
    Everything,
    Extracted,
    Inputs,
    Limit,
    Memory,
    OnlyFailed,
    Out,
    Output,
    Published,
    Refresh,
    Second,
    SecondReading,
    Since,
    Timeout,
    Workers,
    app,
    leave,
    plan_of,
    progress_bar,
)


@app.command(
    short_help="extract, check, publish, report: the whole walk",
    epilog="""\b
  yanbao run raw_reports
  yanbao run ~/inbox/2025-10-* --out extracted --published published --workers 8
  yanbao run one.pdf --again
Running it a second time does only what is new.""",
)
def run(
    inputs: Inputs,
    out: Out = Path("extracted"),
    published: Published = Path("published"),
    workers: Workers = None,
    quality: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where the quality report goes.  [default: quality.html under --out]"
        ),
    ] = None,
    timeout: Timeout = TIMEOUT,
    memory: Memory = MEMORY,
    output: Output = OUTPUT,
    refresh: Refresh = False,
    only_failed: OnlyFailed = False,
    everything: Everything = False,
    since: Since = None,
    limit: Limit = None,
    second_reading: Second = SecondReading.AUTO,
    cluster: Cluster = None,
) -> None:
    """The whole walk: extract, check, publish, and write the quality report."""
    from pipeline.batch.whole import run as run_all
    from pipeline.batch.words import tell_run

    plan = plan_of(
        workers=workers,
        timeout=timeout,
        memory=memory,
        output=output,
        refresh=refresh,
        only_failed=only_failed,
        everything=everything,
        since=since,
        limit=limit,
        second=second_reading,
        cluster=cluster,
    )
    with progress_bar("reports") as progress:
        result = run_all(
            inputs, out, plan, published=published, quality=quality or out / "quality.html", progress=progress
        )
    tell_run(result)
    leave(result.complete)


@app.command(
    short_help="PDFs to datasets",
    epilog="""\b
  yanbao extract raw_reports
  yanbao extract report.pdf --out /tmp/one""",
)
def extract(
    inputs: Inputs,
    out: Out = Path("extracted"),
    workers: Workers = None,
    timeout: Timeout = TIMEOUT,
    memory: Memory = MEMORY,
    output: Output = OUTPUT,
    refresh: Refresh = False,
    only_failed: OnlyFailed = False,
    everything: Everything = False,
    since: Since = None,
    limit: Limit = None,
    second_reading: Second = SecondReading.AUTO,
    cluster: Cluster = None,
) -> None:
    """Read PDFs into the datasets reports, tables, cells, facts and coverage; no checks, no release."""
    from pipeline.batch.runs import extract_all
    from pipeline.batch.words import tell_extraction

    plan = plan_of(
        workers=workers,
        timeout=timeout,
        memory=memory,
        output=output,
        refresh=refresh,
        only_failed=only_failed,
        everything=everything,
        since=since,
        limit=limit,
        second=second_reading,
        cluster=cluster,
    )
    with progress_bar("reports") as progress:
        result = extract_all(inputs, out, plan, checked=False, progress=progress)
    tell_extraction(result)
    leave(result.complete)


@app.command(
    short_help="the rules (勾稽关系) and suites on what was read",
    epilog="""\b
  yanbao check extracted
  yanbao check extracted --pdfs raw_reports
  yanbao check extracted --data-docs
After a change in expectations/, this runs the rules again on everything that was read.""",
)
def check(
    extracted: Extracted = Path("extracted"),
    pdfs: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of the PDFs: tables in which a check fails are then read a second time.",
        ),
    ] = None,
    data_docs: Annotated[
        bool,
        typer.Option(
            "--data-docs",
            help="Also write great_expectations' Data Docs on suites and rules, to data_docs under "
            "EXTRACTED; the quality report links to them.",
        ),
    ] = False,
    workers: Workers = None,
    timeout: Timeout = TIMEOUT,
    second_reading: Second = SecondReading.AUTO,
) -> None:
    """Hold every report against the rules (勾稽关系) and the datasets against their suites."""
    from pipeline.batch.whole import check as check_all
    from pipeline.batch.words import tell_check

    plan = plan_of(workers=workers, timeout=timeout, second=second_reading)
    with progress_bar("reports") as progress:
        result = check_all(extracted, plan, pdfs=pdfs, data_docs=data_docs, progress=progress)
    tell_check(result)
    leave(result.complete)


@app.command(
    short_help="an immutable, versioned release",
    epilog="""\b
  yanbao publish extracted
  yanbao publish extracted --published published --force --why "三家新券商, 已人工核对"
A release is never changed afterwards; what a later one corrects is chained to it.""",
)
def publish(
    extracted: Extracted = Path("extracted"),
    published: Published = Path("published"),
    force: Annotated[
        bool, typer.Option("--force", help="Publish although a gate is closed; needs --why.")
    ] = False,
    why: Annotated[
        str, typer.Option(metavar="TEXT", help="The reason, kept with the release.", show_default=False)
    ] = "",
) -> None:
    """Make an immutable, versioned release of what was extracted and checked."""
    if force and not why.strip():
        raise typer.BadParameter('say why: --force --why "…"', param_hint="--why")
    from pipeline.batch.whole import publish as publish_now
    from pipeline.batch.words import tell_publication

    publication = publish_now(extracted, published, force=force, why=why)
    tell_publication(publication)
    leave(publication.passed)
