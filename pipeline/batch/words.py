"""What the command says when it is done: a few lines, aligned also where names are Chinese."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from pipeline.batch.runs import LOG, Extraction
from pipeline.batch.whole import Checked, Publication, Run
from pipeline.quality.summary import render_summary

_SHOWN = 8


def tell_run(run: Run) -> None:
    """The summary of the whole walk."""
    console = _console()
    if run.nothing_new and run.publication.release is not None:
        _tell_files(run.extraction, console)
        _tell_nothing_new(run.extraction, f"; release {run.publication.release.id} is current", console)
        return
    render_summary(run.extraction.out, console)
    _tell_files(run.extraction, console)
    _tell_publication(run.publication, console)
    console.print(f"Quality report: {escape(str(run.quality))}", soft_wrap=True)


def tell_extraction(extraction: Extraction) -> None:
    """What was read, and what was not."""
    console = _console()
    for told in extraction.offered:
        if told.outcome != "complete":
            console.print(
                f"{told.outcome:8} {escape(told.file_name)}: {escape(told.reason or '')}", soft_wrap=True
            )
    _tell_files(extraction, console)
    if not extraction.offered and not extraction.unreadable:
        console.print("No PDF there.")
    elif not extraction.read:
        _tell_nothing_new(extraction, "", console)
    else:
        tables = sum(told.tables for told in extraction.read)
        facts = sum(told.facts for told in extraction.read)
        read = f"Read {_reports(len(extraction.read))}: {tables:,} tables, {facts:,} facts"
        console.print(f"{read} in {escape(str(extraction.out))}{_outcomes(extraction)}", soft_wrap=True)


def tell_check(checked: Checked) -> None:
    """The findings of all reports, and the suites."""
    console = _console()
    render_summary(checked.extracted, console)
    if checked.unchecked:
        names = ", ".join(report_id[:12] for report_id in checked.unchecked[:_SHOWN])
        console.print(f"{_reports(len(checked.unchecked))} could not be checked ({names}): {LOG} says why")
    if checked.gate.passed:
        console.print(
            f"Suites: {len(checked.gate.suites.outcomes)} expectations, none of the critical ones failed"
        )
    else:
        console.print(f"Suites: {escape(checked.gate.closed_because())}", soft_wrap=True)


def tell_publication(publication: Publication) -> None:
    """The release, or what keeps the gate closed."""
    _tell_publication(publication, _console())


def _console() -> Console:
    return Console(highlight=False)


def _tell_publication(publication: Publication, console: Console) -> None:
    release = publication.release
    if release is None:
        console.print(f"Gate closed: {escape(publication.closed)}", soft_wrap=True)
        return
    said = "new" if release.is_new else "nothing new, it is current already"
    forced = "" if publication.passed else f"; past a closed gate: {release.manifest['gate']['why']}"
    console.print(
        f"Release {release.id} ({said}): {escape(str(release.path))}{escape(forced)}", soft_wrap=True
    )


def _tell_files(extraction: Extraction, console: Console) -> None:
    """Files that are no report of their own."""
    _listed([f"unreadable {file.file_name}: {file.reason}" for file in extraction.unreadable], console)
    _listed(
        [f"duplicate {file.file_name} has the bytes of {file.same_as}" for file in extraction.duplicates],
        console,
    )
    if extraction.unchecked:
        console.print(f"{_reports(len(extraction.unchecked))} could not be checked: {LOG} says why")


def _tell_nothing_new(extraction: Extraction, more: str, console: Console) -> None:
    read = f"Nothing new: all {_reports(len(extraction.kept))} read before"
    console.print(f"{read}{_outcomes(extraction)}{more}")


def _listed(lines: Sequence[str], console: Console) -> None:
    for line in lines[:_SHOWN]:
        console.print(escape(line), soft_wrap=True)
    if len(lines) > _SHOWN:
        console.print(f"and {len(lines) - _SHOWN} more of these")


def _reports(count: int) -> str:
    return f"{count:,} report" if count == 1 else f"{count:,} reports"


def _outcomes(extraction: Extraction) -> str:
    counts = Counter(told.outcome for told in extraction.offered)
    told = ", ".join(
        f"{counts[outcome]:,} {outcome}" for outcome in ("complete", "partial", "failed") if counts[outcome]
    )
    return f" ({told})" if told else ""
