"""What people look at: the quality report, a page with its layers, the version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import Extracted, Layer, app


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
    from pipeline.batch.trends import latest_runs
    from pipeline.quality.report import write_quality_report

    page = out or extracted / "quality.html"
    print(write_quality_report(extracted, page, pdf_root=pdfs, runs=latest_runs(extracted)))


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
