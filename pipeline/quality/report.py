"""The data-quality report: one page that shows an analyst what a run found and where it is printed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from pipeline.checking.rules import RuleSet, load_rules
from pipeline.errors import OutputError
from pipeline.quality.crops import Cropper
from pipeline.quality.gather import ReportRow, gather
from pipeline.quality.markup import page_of
from pipeline.quality.trends import RunRow

DATA_DOCS = "data_docs"
"""Folder, beside the datasets, of great_expectations' pages on the suites and rules."""


def write_quality_report(
    extracted: Path,
    out: Path,
    *,
    pdf_root: Path | None,
    rules: RuleSet | None = None,
    runs: Sequence[RunRow] = (),
) -> Path:
    """Write the page on the datasets under `extracted` to the file `out` and return `out`.

    The page is self-contained: style, script and pictures are inside it. With `pdf_root`, the folder that
    `reports.file_name` is relative to, findings show the crop of the page they are about and link to the PDF;
    without it, or where a PDF is not there any more, they say so. Data Docs beside the datasets are linked.
    `rules` puts rules in words (default: the packaged ones); a rule that it does not hold is named by its id.
    `runs`, newest first, are shown as a table of trends where there are two. The same inputs give the same
    bytes.
    Raises `InputError` for a folder that holds no run, `DataError` for datasets that depart from the contract
    and `OutputError` where `out` cannot be written.
    """
    words = {rule.rule_id: rule for rule in (rules or load_rules()).rules}
    batch = gather(extracted)
    cropper = Cropper(pdf_root)

    def link(report: ReportRow, page: int) -> str:
        if pdf_root is None or not report.file_name or not (pdf_root / report.file_name).is_file():
            return ""
        address = _address(pdf_root / report.file_name, out)
        return f"{address}#page={page}" if address else ""

    docs = extracted / DATA_DOCS / "index.html"
    to_docs = _address(docs, out) if docs.is_file() else ""
    text = page_of(batch, cropper.of_finding, link, words, to_docs, runs)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = out.with_name(out.name + ".part")
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(out)
    except OSError as error:
        raise OutputError(f"cannot write the quality report to {out}: {error}") from error
    return out


def _address(file: Path, page: Path) -> str:
    """The relative address of a file for a link on a page; empty where none leads there."""
    try:
        return quote(Path(os.path.relpath(file, page.parent)).as_posix())
    except ValueError:  # another drive on Windows
        return ""
