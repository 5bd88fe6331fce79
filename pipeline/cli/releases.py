"""What is done with releases: ask them, compare them, load them into other stores, export a report."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import Published, app, leave


class AnswerFormat(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


ReleaseId = Annotated[
    str | None,
    typer.Option("--release", "-r", metavar="ID", help="Which release.  [default: the current one]"),
]


@app.command(
    short_help="SQL over a release, as of any date",
    epilog="""\b
  yanbao query
  yanbao query "select * from consensus where entity = '0020.HK' and concept = 'revenue'"
  yanbao query "select entity_name, text, unit, page from facts where concept = 'eps'" --as-of 2025-03-31
  yanbao query "select * from revisions" --out revisions.csv
Without a question it lists what can be asked. facts leaves out numbers that failed a check, all_facts does
not.""",
)
def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One question: select … from …")] = "",
    published: Published = Path("published"),
    release: ReleaseId = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="Only what was printed by that day (2025-03-31)."),
    ] = None,
    known_by: Annotated[
        str | None,
        typer.Option("--known-by", metavar="TIME", help="Only what this system had published by then, UTC."),
    ] = None,
    form: Annotated[
        AnswerFormat | None,
        typer.Option(
            "--format", "-f", help="How to write the answer.  [default: by the ending of --out, else table]"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the whole answer to a file.")
    ] = None,
    rows: Annotated[
        int, typer.Option("--rows", "-n", min=0, metavar="N", help="Rows shown as a table.")
    ] = 40,
) -> None:
    """Ask a release in SQL. It reads the release and nothing else, and changes nothing."""
    from rich.console import Console

    from pipeline.datasets.answers import print_answer, show_answer, write_answer
    from pipeline.datasets.reader import contents, failed_left_out
    from pipeline.datasets.reader import query as ask
    from pipeline.datasets.releases import open_release

    opened = open_release(published, release)
    written = form or _format_of(out)
    answer = ask(opened, sql, as_of=as_of, known_by=known_by, form="arrow") if sql else contents(opened)
    if out is not None:
        write_answer(answer, out, written.value)
        print(f"{answer.num_rows:,} rows in {out}", file=sys.stderr)
    elif written is AnswerFormat.TABLE:
        show_answer(answer, Console(highlight=False), rows)
    else:
        print_answer(answer, sys.stdout, written.value)
    if failed := failed_left_out(opened, sql):
        print(
            f"facts leaves out numbers that failed a check, {failed:,} here: all_facts has them",
            file=sys.stderr,
        )


@app.command(
    short_help="what changed from one release to another",
    epilog="""\b
  yanbao diff
  yanbao diff 20251201T060000Z-a6f51ff3 20251202T060000Z-0c11f7aa --out changes
Without ids: the current release against the one before it.""",
)
def diff(
    before: Annotated[
        str | None, typer.Argument(metavar="BEFORE", help="Release id.  [default: the parent of AFTER]")
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="AFTER", help="Release id.  [default: the current one]")
    ] = None,
    published: Published = Path("published"),
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FOLDER", help="Write every change: reports.parquet, facts.parquet."
        ),
    ] = None,
    rows: Annotated[
        int, typer.Option("--rows", "-n", min=0, metavar="N", help="Rows shown of each table.")
    ] = 10,
) -> None:
    """Say which reports and numbers were added, revised and withdrawn, and which values changed most."""
    from rich.console import Console

    from pipeline.datasets.answers import show_answer, write_answer
    from pipeline.datasets.diff import by_house, by_kind, difference, largest
    from pipeline.datasets.releases import open_release
    from pipeline.errors import InputError

    newer = open_release(published, after)
    if before is None and newer.parent is None:
        raise InputError(f"release {newer.id} is the first: there is none before it to compare it with")
    found = difference(open_release(published, before or newer.parent), newer)
    console = Console(highlight=False)
    console.print(f"{found.before} → {found.after}", soft_wrap=True)
    if not found.reports.num_rows:
        console.print("Nothing changed.")
    for title, table in (
        ("By house", by_house(found)),
        ("By kind of table", by_kind(found)),
        ("Largest changes of value", largest(found, rows)),
    ):
        if table.num_rows:
            console.print(f"\n{title}", style="bold")
            show_answer(table, console, rows)
    if out is not None:
        for name, changes in (("reports", found.reports), ("facts", found.facts)):
            write_answer(changes, out / f"{name}.parquet", "parquet")
        console.print(f"\nEvery change: {out}/reports.parquet, {out}/facts.parquet", soft_wrap=True)


@app.command(
    short_help="a release into a DuckDB file, Delta Lake or any URL",
    epilog="""\b
  yanbao load research.duckdb
  yanbao load delta:/data/lake/research
  yanbao load s3://bucket/research --keep 30
A load that is stopped half way leaves the release that was there.""",
)
def load(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="A file ending in .duckdb, delta: and a folder or URL, or a folder or URL.",
            show_default=False,
        ),
    ],
    published: Published = Path("published"),
    release: ReleaseId = None,
    keep: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Releases that stay in a folder.  [default: all]"),
    ] = None,
) -> None:
    """Copy a release to where others read it, in one step that readers see whole or not at all."""
    from pipeline.datasets.releases import open_release
    from pipeline.datasets.sinks import load as load_into

    loaded = load_into(open_release(published, release), target, keep=keep)
    said = f"{loaded.rows['facts']:,} facts, {loaded.rows['reports']:,} reports"
    print(
        f"Release {loaded.release} {'is now' if loaded.is_new else 'was already'} in {loaded.target}: {said}"
    )


@app.command(
    short_help="one report as an Excel workbook",
    epilog="""\b
  yanbao export report.pdf
  yanbao export 2025-10/report.pdf --extracted extracted --pdfs raw_reports --out report.xlsx
A sheet for each table as printed; numbers are numbers, each row leads to its place in the PDF.""",
)
def export(
    report: Annotated[
        str,
        typer.Argument(
            metavar="REPORT",
            help="A PDF, or, of a report that was read, its file name, a part of it, or its report_id.",
            show_default=False,
        ),
    ],
    extracted: Annotated[
        Path, typer.Option("--extracted", metavar="FOLDER", help="Folder of the extracted datasets.")
    ] = Path("extracted"),
    pdfs: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder of the PDFs that the links lead into."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="The workbook.  [default: named as the PDF, here]"),
    ] = None,
) -> None:
    """Write one report as a workbook: from the PDF itself, or as it was extracted."""
    from pipeline.datasets.workbook import read_report, write_workbook

    if Path(report).is_file():
        from pipeline.checking import check
        from pipeline.extraction import extract

        read = extract(Path(report))
        datasets = {**read.datasets(), "checks": check(read.facts, read.tables, read.reports)}
        pdf = Path(report).resolve()
    else:
        datasets = read_report(extracted, report)
        name = Path(datasets["reports"]["file_name"][0].as_py())
        pdf = name if pdfs is None else (pdfs / name).resolve()
    target = out or Path(pdf.name).with_suffix(".xlsx")
    write_workbook(datasets, target, pdf=str(pdf))
    (row,) = datasets["reports"].select(["outcome", "reason"]).to_pylist()
    said = f": {row['outcome']}, {row['reason']}" if row["reason"] else ""
    print(f"{target}: {datasets['tables'].num_rows:,} tables, {datasets['facts'].num_rows:,} numbers{said}")
    leave(row["outcome"] == "complete")


def _format_of(out: Path | None) -> AnswerFormat:
    """The format that a file's ending asks for; a table where no file is asked for."""
    if out is None:
        return AnswerFormat.TABLE
    ending = out.suffix.removeprefix(".").lower()
    if ending not in {AnswerFormat.CSV, AnswerFormat.JSON, AnswerFormat.PARQUET}:
        raise typer.BadParameter(
            f"{out.name} ends neither in .csv nor in .json or .parquet: say --format", param_hint="--out"
        )
    return AnswerFormat(ending)
