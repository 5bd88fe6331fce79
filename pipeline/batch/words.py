"""What the command says when it is done: a few lines, aligned also where names are Chinese."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from pipeline.batch import log
from pipeline.batch.runs import Extraction
from pipeline.batch.status import RunStatus, Status
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
        console.print(
            f"{_reports(len(checked.unchecked))} could not be checked ({names}): "
            f"the newest file in {checked.extracted / log.FOLDER} says why",
            soft_wrap=True,
        )
    if checked.gate.passed:
        console.print(
            f"Suites: {len(checked.gate.suites.outcomes)} expectations, none of the critical ones failed"
        )
    else:
        console.print(f"Suites: {escape(checked.gate.closed_because())}", soft_wrap=True)
    if checked.docs is not None:
        console.print(f"Data Docs: {escape(str(checked.docs / 'index.html'))}", soft_wrap=True)


def tell_publication(publication: Publication) -> None:
    """The release, or what keeps the gate closed."""
    _tell_publication(publication, _console())


def tell_status(status: Status, out: Path) -> None:
    """What the folder holds, what its latest runs did, and what to do next."""
    console = _console()
    total = sum(status.outcomes.values())
    console.print(f"{_reports(total)} in {escape(str(out))}{_counted(status.outcomes)}", soft_wrap=True)
    for number, what in (
        (status.outdated, "read by another version of the program: yanbao run … --refresh reads them again"),
        (status.unchecked, "not checked yet: the next run does, or yanbao check"),
        (status.unfinished, "half written by a run that was killed: the next run reads them"),
    ):
        if number:
            console.print(f"{_reports(number)} {what}", soft_wrap=True)
    lines = [f"{outcome:8} {name}: {reason}" for outcome, name, reason in status.not_complete]
    _listed(lines, console)
    for run in status.runs:
        console.print(f"\n{_run_line(run)}", soft_wrap=True)
        if run.stages:
            stages = sorted(run.stages.items(), key=lambda one: -one[1])
            each = ", ".join(f"{name} {seconds / max(run.pages, 1):.3f}" for name, seconds in stages)
            console.print(f"  CPU s a page: {each}", soft_wrap=True)
        if run.slowest:
            slowest = ", ".join(f"{name} {seconds:.1f}" for name, seconds in run.slowest)
            console.print(f"  most CPU s: {escape(slowest)}", soft_wrap=True)
        if run.state == "killed":
            console.print("  the same command carries on from there", soft_wrap=True)


def _run_line(run: RunStatus) -> str:
    begun = run.begun.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    rate = f", {run.done / run.seconds:.1f} reports/s" if run.done and run.seconds >= 1 else ""
    done = f"{run.done:,} of {_reports(run.to_read)}{_counted(run.outcomes)}"
    return f"{begun}  {run.state}: {done} in {run.seconds:.0f} s{rate}"


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
    _tell_left(extraction, console)
    if extraction.unchecked:
        console.print(
            f"{_reports(len(extraction.unchecked))} could not be checked: {extraction.log} says why"
        )


def _tell_left(extraction: Extraction, console: Console) -> None:
    """Reports that this run left as they were, and how to have them read."""
    if extraction.outdated:
        old = _reports(extraction.outdated)
        console.print(f"{old} read by another version of the program: --refresh reads them again")
    if extraction.waiting:
        console.print(f"{_reports(extraction.waiting)} left by --limit: the same command goes on with them")


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
    return _counted(Counter(told.outcome for told in extraction.offered))


def _counted(counts: Mapping[str, int]) -> str:
    told = ", ".join(
        f"{counts[outcome]:,} {outcome}"
        for outcome in ("complete", "partial", "failed")
        if counts.get(outcome)
    )
    return f" ({told})" if told else ""
