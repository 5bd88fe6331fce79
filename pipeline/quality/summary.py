"""One page in the terminal: what came of a run, the worst findings, and where to look next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipeline.quality.gather import OUTCOMES, VERDICTS, Batch, Finding, ReportRow, gather
from pipeline.quality.headlines import headlines
from pipeline.quality.wording import count, name_of, printable, share

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

Name = TypeVar("Name", bound=str)
UNREAD_WORTH = 4  # numbers of tables not read that make a page worth naming
TOP = 8  # findings and incomplete reports shown, each
_LINES = 3  # of one finding's arithmetic; a sum of a dozen lines is cut there
_INDENT = 11
_STYLES = {"failed": "red", "impossible": "red", "partial": "yellow", "improbable": "yellow"}


def render_summary(extracted: Path, console: Console) -> None:
    """Print the totals of the run under `extracted`, its worst findings in a line each, and what to do next.

    Raises InputError where `extracted` is no extracted directory, DataError where a dataset departs from its
    declaration.
    """
    batch = gather(extracted)
    console.print(_totals(batch))
    for note in _not_complete(batch):
        console.print(note, soft_wrap=False)
    for line in _unread(batch):
        console.print(line, no_wrap=True, overflow="ellipsis")
    for line in _findings(batch, console):
        console.print(line, no_wrap=True, overflow="ellipsis")
    console.print(_next(batch, extracted))


def _totals(batch: Batch) -> Table:
    """Four lines of counts."""
    from rich.table import Table

    numbers, in_facts = sum(r.numbers for r in batch.reports), sum(r.in_facts for r in batch.reports)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(justify="right")
    table.add_column()
    table.add_row("Reports", f"{len(batch.reports):,}", _counted(reversed(OUTCOMES), batch.outcomes))
    table.add_row("Tables", f"{batch.tables.total():,}", _ranked(batch.tables))
    table.add_row("Facts", f"{batch.facts.total():,}", _facts(batch))
    evaluated = batch.verdicts.total() - batch.verdicts["not_checkable"]
    table.add_row("Checks", f"{evaluated:,}", _counted(VERDICTS, batch.verdicts))
    heads = len(headlines(batch.findings))
    if batch.findings:
        folded = len(batch.findings) - heads
        more = f"and {count(folded, 'more failed check')} because of them or like them" if folded else ""
        table.add_row("Findings", f"{heads:,}", more)
    table.add_row("Numbers", f"{numbers:,}", f"on pages, {in_facts:,} of them in facts")
    return table


def _facts(batch: Batch) -> str:
    return f"{share(batch.mapped_facts, batch.facts.total())} with a concept; {_ranked(batch.facts)}"


def _counted(names: Iterable[Name], counts: Counter[Name]) -> Text:
    """`12 complete, 1 failed`, bad ones coloured; what did not occur is left out."""
    from rich.text import Text

    parts = [
        Text(f"{counts[name]:,} {name.replace('_', ' ')}", _STYLES.get(name, ""))
        for name in names
        if counts[name]
    ]
    return Text(", ").join(parts) if parts else Text("none", "dim")


def _ranked(counts: Counter[str]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in ranked[:4])


def _not_complete(batch: Batch) -> list[Text]:
    """Failed and partial reports with their reasons."""
    from rich.text import Text

    rows = sorted(
        (report for report in batch.reports if report.outcome != "complete"),
        key=lambda report: OUTCOMES.index(report.outcome),
    )
    lines = [
        Text.assemble(
            (f"{report.outcome:8}", _STYLES[report.outcome]),
            printable(f" {report.file_name}: {report.reason}"),
        )
        for report in rows[:TOP]
    ]
    if len(rows) > TOP:
        lines.append(Text(f"and {count(len(rows) - TOP, 'more report')} not complete", "dim"))
    return [Text(""), *lines] if lines else []


def _unread(batch: Batch) -> list[Text]:
    """The pages with most numbers in rows and columns that no table has."""
    from rich.text import Text

    pages = sorted(
        ((page.unread, report.file_name, page.page) for report in batch.reports for page in report.pages),
        key=lambda found: (-found[0], found[1:]),
    )
    lost = [found for found in pages if found[0] >= UNREAD_WORTH]
    lines = [
        Text.assemble(
            ("not read   ", "yellow"),
            (printable(f"{name}  "), "dim"),
            f"page {page}: {count(number, 'number')}",
        )
        for number, name, page in lost[:TOP]
    ]
    if len(lost) > TOP:
        lines.append(Text(f"and {count(len(lost) - TOP, 'more page')}", "dim"))
    return [Text(""), *lines] if lines else []


def _findings(batch: Batch, console: Console) -> list[Text]:
    """The worst findings: whose, then the arithmetic below it."""
    from rich.text import Text

    reports: Mapping[str, ReportRow] = {report.report_id: report for report in batch.reports}
    heads = [headline.finding for headline in headlines(batch.findings)]
    worst = sorted(heads, key=lambda finding: finding.rank)[:TOP]
    lines = [line for finding in worst for line in _finding(finding, reports.get(finding.report_id), console)]
    if len(heads) > TOP:
        lines.append(Text(f"and {count(len(heads) - TOP, 'more finding')}", "dim"))
    return [Text(""), *lines] if lines else []


def _finding(finding: Finding, report: ReportRow | None, console: Console) -> list[Text]:
    from rich.text import Text

    who = name_of(report) if report else finding.report_id[:12]
    room = console.width - _INDENT
    told = Text(printable(finding.message)).wrap(console, room)
    lines = list(told[:_LINES])
    if len(told) > _LINES:
        lines[-1].rstrip()
        lines[-1].truncate(room - 2)
        lines[-1].append(" …")
    head = Text.assemble((f"{finding.verdict:{_INDENT}}", _STYLES[finding.verdict]), (printable(who), "dim"))
    return [head, *(Text(" " * _INDENT).append_text(line) for line in lines)]


def _next(batch: Batch, extracted: Path) -> Text:
    """What a person would do now."""
    from rich.text import Text

    steps = []
    if not batch.reports:
        steps.append("No reports: nothing was offered, or the input folder was empty.")
    if batch.unchecked:
        steps.append(f"{count(batch.unchecked, 'report')} not checked yet: yanbao check {extracted}")
    if batch.unfinished:
        steps.append(f"{count(batch.unfinished, 'report')} left half written by a stopped run: run again")
    if batch.findings:
        steps.append(f"Every finding with its place on the page: yanbao quality {extracted} --pdfs FOLDER")
    elif batch.verdicts:
        steps.append("No findings: every check that had its operands holds within the printed digits.")
    return Text("\n" + "\n".join(steps))
