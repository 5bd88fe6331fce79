"""What all commands share: the application they register with, common options, progress, exit codes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipeline.batch.runs import Progress

INCOMPLETE = 1


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


def leave(complete: bool) -> None:
    """End the command with exit code 1 unless everything is complete."""
    if not complete:
        raise typer.Exit(INCOMPLETE)


@contextmanager
def progress_bar(what: str) -> Iterator[Progress | None]:
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
