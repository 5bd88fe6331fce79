"""The command `yanbao`: what it is asked, and how it answers. The work is done elsewhere.

Only the command line's own libraries are imported here, so that help is there at once; each command imports
what it needs. Exit codes: 0 all complete; 1 done, but reports are partial or failed or a gate did not pass;
2 the command itself could not run.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.errors import YanbaoError

if TYPE_CHECKING:
    from pipeline.batch.runs import Progress

INCOMPLETE, CANNOT_RUN, STOPPED = 1, 2, 130


class Again(StrEnum):
    """Which reports that are done to read once more."""

    NONE = "none"
    FAILED = "failed"
    ALL = "all"


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
  yanbao run raw_reports --out extracted --to published

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
    list[Path],
    typer.Argument(
        metavar="INPUT",
        help="PDF files, folders (searched to the bottom), or quoted patterns such as '2025-*/*.pdf'.",
        show_default=False,
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="Folder of the extracted datasets.")]
Extracted = Annotated[Path, typer.Argument(help="Folder that `yanbao run` or `yanbao extract` wrote.")]
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
ReadAgain = Annotated[
    Again,
    typer.Option(
        help="Read reports once more that are done: those that failed, or all. Without it, a report is "
        "read again only when the program has changed."
    ),
]
Second = Annotated[
    SecondReading,
    typer.Option(
        help="Which tables another, slower reader reads as well, to tell printed errors from misread ones: "
        "those in which a check fails or that no check holds (auto), none, or all."
    ),
]


@app.command(
    short_help="extract, check, publish, report: the whole walk",
    epilog="""\b
  yanbao run raw_reports
  yanbao run ~/inbox/2025-10-* --out extracted --to published --workers 8
  yanbao run one.pdf --again all
Running it a second time does only what is new.""",
)
def run(
    inputs: Inputs,
    out: Out = Path("extracted"),
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Folder of the releases.")] = Path(
        "published"
    ),
    workers: Workers = None,
    quality: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where the quality report goes.  [default: quality.html under --out]"
        ),
    ] = None,
    timeout: Timeout = 300,
    again: ReadAgain = Again.NONE,
    second_reading: Second = SecondReading.AUTO,
) -> None:
    """The whole walk: extract, check, publish, and write the quality report."""
    from pipeline.batch.whole import run as run_all
    from pipeline.batch.words import tell_run

    with _progress("reports") as progress:
        result = run_all(
            inputs,
            out,
            published=to,
            quality=quality or out / "quality.html",
            workers=workers,
            timeout=timeout,
            again=again.value,
            second=second_reading.value,
            progress=progress,
        )
    tell_run(result)
    _leave(result.complete)


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
    timeout: Timeout = 300,
    again: ReadAgain = Again.NONE,
    second_reading: Second = SecondReading.AUTO,
) -> None:
    """Read PDFs into the datasets reports, tables, cells, facts and coverage; no checks, no release."""
    from pipeline.batch.runs import extract_all
    from pipeline.batch.words import tell_extraction

    with _progress("reports") as progress:
        result = extract_all(
            inputs,
            out,
            workers=workers,
            timeout=timeout,
            again=again.value,
            checked=False,
            second=second_reading.value,
            progress=progress,
        )
    tell_extraction(result)
    _leave(result.complete)


@app.command(
    short_help="the rules (勾稽关系) and suites on what was read",
    epilog="""\b
  yanbao check extracted
  yanbao check extracted --pdfs raw_reports
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
    workers: Workers = None,
    timeout: Timeout = 300,
    second_reading: Second = SecondReading.AUTO,
) -> None:
    """Hold every report against the rules (勾稽关系) and the datasets against their suites."""
    from pipeline.batch.whole import check as check_all
    from pipeline.batch.words import tell_check

    with _progress("reports") as progress:
        result = check_all(
            extracted,
            pdfs=pdfs,
            second=second_reading.value,
            workers=workers,
            timeout=timeout,
            progress=progress,
        )
    tell_check(result)
    _leave(result.complete)


@app.command(
    short_help="an immutable, versioned release",
    epilog="""\b
  yanbao publish extracted published
  yanbao publish extracted published --force --why "三家新券商, 已人工核对"
A release is never changed afterwards; what a later one corrects is chained to it.""",
)
def publish(
    extracted: Extracted = Path("extracted"),
    published: Annotated[Path, typer.Argument(help="Folder of the releases.")] = Path("published"),
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
    _leave(publication.passed)


@app.command(
    short_help="one page with every finding and its place",
    epilog="""\b
  yanbao quality extracted --pdfs raw_reports
  yanbao quality extracted --out /tmp/quality.html""",
)
def quality(
    extracted: Extracted = Path("extracted"),
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="The page to write.  [default: quality.html under EXTRACTED]"
        ),
    ] = None,
    pdfs: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Folder of the PDFs: findings then show the crop of the page they are about.",
        ),
    ] = None,
) -> None:
    """Write the data-quality report: one page with every finding and the place it stands on."""
    from pipeline.quality.report import write_quality_report

    print(write_quality_report(extracted, out or extracted / "quality.html", pdf_root=pdfs))


@app.command(
    short_help="draw a page with what was read on it",
    epilog="""\b
  yanbao look report.pdf --page 3
  yanbao look report.pdf --page 3 --layer words --out words.png""",
)
def look(
    report: Annotated[Path, typer.Argument(help="A PDF.", show_default=False)],
    page: Annotated[int, typer.Option("--page", "-p", min=1, metavar="N", help="Page, counted from 1.")] = 1,
    layer: Annotated[Layer, typer.Option("--layer", "-l", help="What to draw over the page.")] = Layer.TABLES,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The picture to write.")] = Path(
        "look.png"
    ),
) -> None:
    """Draw a page with what was seen on it, to find out where a reading went wrong."""
    from pipeline.quality.look import draw_layer

    draw_layer(report, page, layer.value, out)
    print(out)


@app.command(short_help="which program, which contract")
def version() -> None:
    """Print the release, the fingerprint of code and vocabulary, and the version of the data contract."""
    from pipeline.datasets.schema import CONTRACT_VERSION
    from pipeline.version import pipeline_version

    print(f"yanbao {pipeline_version()}, contract {CONTRACT_VERSION}")


def main() -> None:
    """Run the command; an error that was foreseen is one sentence and exit code 2."""
    try:
        app()
    except YanbaoError as error:
        print(f"yanbao: {error}", file=sys.stderr)
        raise SystemExit(CANNOT_RUN) from None
    except KeyboardInterrupt:
        print(
            "yanbao: stopped; what was finished is kept, the same command goes on from there", file=sys.stderr
        )
        raise SystemExit(STOPPED) from None


def _leave(complete: bool) -> None:
    if not complete:
        raise typer.Exit(INCOMPLETE)


@contextmanager
def _progress(what: str) -> Iterator[Progress | None]:
    """A bar while reports are worked on, where someone watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, name="")

        def tell(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, name=name)

        yield tell
