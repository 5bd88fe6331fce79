"""The whole walk, from PDFs to a release and a quality report, and its last parts by themselves."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.batch.inputs import Inputs, collect
from pipeline.batch.runs import Extraction, Plan, Progress, check_reports, extract_all
from pipeline.batch.trends import latest_runs
from pipeline.datasets import releases
from pipeline.datasets.files import make_folder
from pipeline.datasets.gate import Gate, GateClosed, hold_all
from pipeline.datasets.releases import Release
from pipeline.datasets.store import done, read_dataset
from pipeline.quality.report import DATA_DOCS, write_quality_report


@dataclass(frozen=True, slots=True)
class Publication:
    """What came of publishing: a release, new or the current one, or why the gate stayed closed."""

    release: Release | None
    closed: str = ""

    @property
    def passed(self) -> bool:
        """Whether the data are published, by this attempt or an earlier one, and not past a closed gate."""
        return self.release is not None and bool(self.release.manifest["gate"]["passed"])


@dataclass(frozen=True, slots=True)
class Run:
    """The whole walk of one call; `quality` is the page that shows it."""

    extraction: Extraction
    publication: Publication
    quality: Path

    @property
    def complete(self) -> bool:
        """Whether every report is complete and the gate passed."""
        return self.extraction.complete and self.publication.passed

    @property
    def nothing_new(self) -> bool:
        """Whether everything offered was read before and is in the current release."""
        return (
            not self.extraction.read
            and self.publication.release is not None
            and not self.publication.release.is_new
        )


@dataclass(frozen=True, slots=True)
class Checked:
    """Rules and suites run on everything that was read."""

    extracted: Path
    reports: int
    unchecked: tuple[str, ...]
    gate: Gate
    docs: Path | None = None

    @property
    def complete(self) -> bool:
        """Whether every report was checked and the suites hold."""
        return not self.unchecked and self.gate.passed


def run(
    inputs: Sequence[str | Path] | Inputs,
    out: Path,
    plan: Plan | None = None,
    *,
    published: Path,
    quality: Path,
    progress: Progress | None = None,
) -> Run:
    """Extract and check what is new among `inputs`, publish everything in `out`, write the quality report.

    Raises InputError where an input is not there, OutputError where a result cannot be written, ConfigError
    where a rule or suite says something impossible.
    """
    plan = plan or Plan()
    found = inputs if isinstance(inputs, Inputs) else collect(inputs, since=plan.since, out=out)
    for folder in (published, quality.parent):
        make_folder(folder)  # what cannot be written is found out before the work, not after it
    extraction = extract_all(found, out, plan, progress=progress)
    publication = publish(out, published)
    result = Run(extraction, publication, quality)
    if not (result.nothing_new and quality.exists()):
        write_quality_report(out, quality, pdf_root=extraction.root, runs=latest_runs(out))
    return result


def publish(extracted: Path, published: Path, *, force: bool = False, why: str = "") -> Publication:
    """Publish what is in `extracted`; a closed gate is an answer, not an error."""
    try:
        return Publication(releases.publish(extracted, published, force=force, why=why or None))
    except GateClosed as closed:
        return Publication(None, str(closed))


def check(
    extracted: Path,
    plan: Plan | None = None,
    *,
    pdfs: Path | None = None,
    data_docs: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """Run the rules again on every report in `extracted`, then the suites on the datasets.

    With `data_docs`, great_expectations' pages on both are written beside the datasets. `pdfs` is the folder
    that the reports were read from: with it, `plan.second` says which tables are read a second time. Raises
    InputError where `extracted` is no extracted directory.
    """
    names = read_dataset(extracted, "reports", columns=["report_id", "file_name"]).to_pylist()
    reports = sorted(done(extracted))
    unchecked = check_reports(
        reports,
        extracted,
        plan,
        pdfs={} if pdfs is None else {row["report_id"]: pdfs / row["file_name"] for row in names},
        progress=progress,
    )
    docs = extracted / DATA_DOCS if data_docs else None
    if docs is not None:
        shutil.rmtree(docs, ignore_errors=True)  # the pages of earlier checks would stay among the new
    return Checked(extracted, len(reports), unchecked, hold_all(extracted, docs_dir=docs), docs)
