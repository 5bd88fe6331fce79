"""The quality report as one HTML page, built from what was gathered.

The templates escape every expression, and the page's own policy forbids any request and any script but its
own (by hash): printed text cannot make the page do anything, even if an escape were missed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import resources
from itertools import groupby
from typing import NamedTuple, TypeVar

from pipeline.checking.rules import Rule
from pipeline.quality.crops import TEAR, Crops
from pipeline.quality.gather import OUTCOMES, VERDICTS, Batch, Finding, Outcome, ReportRow
from pipeline.quality.headlines import Headline, headlines
from pipeline.quality.trends import RunRow, trends
from pipeline.quality.wording import (
    cause_of,
    column_of,
    count,
    digits_of,
    digits_of_range,
    in_words,
    label_of,
    name_of,
    printable,
    share,
    unit_of,
)

MAX_CARDS = 400  # findings laid out in full; the others follow as one line each
MAX_LINES = 6000  # folded-away lines of the whole page, so that a thousand reports still open at once

_TONES = {"failed": "bad", "impossible": "bad", "partial": "odd", "improbable": "odd"}

Name = TypeVar("Name", bound=str)
Cut = Callable[[Finding, str], Crops]
PageLink = Callable[[ReportRow, int], str]


class Line(NamedTuple):
    """One count of a tile."""

    name: str
    value: str
    tone: str = ""


class Tile(NamedTuple):
    """A total of the run and what it is made of."""

    name: str
    figure: int
    lines: Sequence[Line]


class OfReport(NamedTuple):
    """The findings of one report in one section; `report` is None where the reports dataset lacks it."""

    report_id: str
    report: ReportRow | None
    findings: Sequence[Headline]


class Section(NamedTuple):
    """The findings of one verdict: cards by report, then `brief` ones."""

    verdict: str
    title: str
    gloss: str
    tone: str
    total: int
    groups: Sequence[OfReport]
    brief: Sequence[Headline]


class House(NamedTuple):
    """How the reports of one house fared."""

    name: str
    reports: int
    complete: int
    facts: int
    numbers: int
    in_facts: int
    evaluated: int
    findings: int


class SameReason(NamedTuple):
    """Reports that are incomplete for the same reason."""

    outcome: Outcome
    reason: str
    reports: Sequence[ReportRow]


def page_of(
    batch: Batch,
    cut: Cut,
    link: PageLink,
    rules: Mapping[str, Rule],
    data_docs: str = "",
    runs: Sequence[RunRow] = (),
) -> str:
    """The whole page.

    `cut` gives the pictures of a finding, `link` the address of a page of a report's PDF (empty for none),
    `rules` the rules by their ids, `data_docs` the address of great_expectations' pages, `runs` the runs that
    made the batch, newest first.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    style, script = _asset("report.css"), _asset("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    environment = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printed,
    )
    environment.filters["anchor"] = anchor
    environment.filters["points"] = lambda number: f"{number:.1f}"
    environment.globals.update(
        rules=rules,
        link=link,
        data_docs=data_docs,
        count=count,
        share=share,
        name_of=name_of,
        label_of=label_of,
        column_of=column_of,
        unit_of=unit_of,
        digits_of=digits_of,
        digits_of_range=digits_of_range,
        in_words=in_words,
        cause_of=cause_of,
        tear=TEAR,
    )
    reports = {report.report_id: report for report in batch.reports}
    told_once = headlines(batch.findings)
    first_finding: dict[str, str] = {}
    for headline_ in told_once:
        for finding in (headline_.finding, *headline_.beneath):
            first_finding.setdefault(finding.rule_id, headline_.finding.check_id)
    return environment.get_template("report.html").render(
        batch=batch,
        reports=reports,
        cut=cut,
        style=Markup(style),
        script=Markup(script),
        policy=f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'",
        headline=headline(batch),
        tiles=tiles(batch),
        findings=len(told_once),
        houses=houses(batch.reports, told_once),
        trends=trends(runs, {report.report_id: report.broker for report in batch.reports}),
        sections=sections(told_once, reports),
        incomplete=incomplete(batch.reports),
        nothing_found=nothing_found(batch),
        first_finding=first_finding,
        lines=max(8, min(80, MAX_LINES // max(len(batch.reports), 1))),
        notes=notes(batch),
        told=told,
    )


def _asset(name: str) -> str:
    return resources.files("pipeline.quality").joinpath(name).read_text(encoding="utf-8")


def _printed(value: object) -> object:
    """What a template prints; markup of our own making passes as it is."""
    return printable(value) if type(value) is str else value


def anchor(content_hash: str) -> str:
    """A content hash shortened to what a link needs."""
    return re.sub(r"[^0-9A-Za-z_-]", "", content_hash)[:16]


def headline(batch: Batch) -> str:
    """How many reports, of how many houses, printed when, read by which version."""
    dates = sorted(report.published_on for report in batch.reports if report.published_on)
    houses = len({report.broker for report in batch.reports if report.broker})
    parts = [count(len(batch.reports), "report") + (f" of {count(houses, 'house')}" if houses else "")]
    if dates:
        parts.append(f"printed {dates[0]}" + (f" to {dates[-1]}" if dates[-1] != dates[0] else ""))
    return " · ".join((*parts, *batch.versions))


def tiles(batch: Batch) -> tuple[Tile, ...]:
    """The totals of the run."""
    numbers, in_facts = sum(r.numbers for r in batch.reports), sum(r.in_facts for r in batch.reports)
    facts = batch.facts.total()
    return (
        Tile("Reports", len(batch.reports), _toned(reversed(OUTCOMES), batch.outcomes)),
        Tile(
            "Checks evaluated",
            batch.verdicts.total() - batch.verdicts["not_checkable"],
            _toned(VERDICTS, batch.verdicts),
        ),
        Tile("Tables", batch.tables.total(), _ranked(batch.tables)),
        Tile(
            "Facts",
            facts,
            (Line("with a concept", share(batch.mapped_facts, facts)), *_ranked(batch.facts)),
        ),
        Tile(
            "Numbers on pages",
            numbers,
            (Line("in facts", f"{in_facts:,}"), *_ranked(batch.left_out)),
        ),
    )


def _toned(names: Iterable[Name], counts: Counter[Name]) -> tuple[Line, ...]:
    return tuple(
        Line(name.replace("_", " "), f"{counts[name]:,}", _TONES.get(name, "") if counts[name] else "")
        for name in names
    )


def _ranked(counts: Counter[str]) -> tuple[Line, ...]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Line(kind.replace("_", " "), f"{number:,}") for kind, number in ranked)


def houses(reports: Sequence[ReportRow], findings: Sequence[Headline]) -> tuple[House, ...]:
    """The houses with the most findings for a check first, then by name."""
    found = Counter(headline.finding.report_id for headline in findings)
    own: dict[str, list[ReportRow]] = defaultdict(list)
    for report in reports:
        own[report.broker].append(report)
    rows = [
        House(
            name,
            len(of),
            sum(report.outcome == "complete" for report in of),
            sum(report.facts for report in of),
            sum(report.numbers for report in of),
            sum(report.in_facts for report in of),
            sum(report.verdicts.total() - report.verdicts["not_checkable"] for report in of),
            sum(found[report.report_id] for report in of),
        )
        for name, of in own.items()
    ]
    return tuple(sorted(rows, key=lambda house: (-house.findings / max(house.evaluated, 1), house.name)))


def sections(findings: Sequence[Headline], reports: Mapping[str, ReportRow]) -> tuple[Section, ...]:
    """Impossible ones, then improbable ones; a verdict without findings has no section."""
    found = []
    cards_left = MAX_CARDS
    for verdict, title, gloss in (
        ("impossible", "Impossible", "no values that round to the printed ones can satisfy the rule"),
        ("improbable", "Improbable", "they could, but only by rounding luck"),
    ):
        own = [headline for headline in findings if headline.finding.verdict == verdict]
        if own:
            full, brief = own[:cards_left], own[cards_left:]
            cards_left -= len(full)
            groups = [
                OfReport(report_id, reports.get(report_id), list(group))
                for report_id, group in groupby(full, key=lambda headline: headline.finding.report_id)
            ]
            found.append(Section(verdict, title, gloss, _TONES[verdict], len(own), groups, brief))
    return tuple(found)


def incomplete(reports: Sequence[ReportRow]) -> tuple[SameReason, ...]:
    """Reports that failed, then partial ones, those with the same reason together."""

    def key(report: ReportRow) -> tuple[int, str]:
        return OUTCOMES.index(report.outcome), report.reason

    rows = sorted((report for report in reports if report.outcome != "complete"), key=key)
    return tuple(
        SameReason(OUTCOMES[place], reason, list(group)) for (place, reason), group in groupby(rows, key=key)
    )


def nothing_found(batch: Batch) -> str:
    """Why there are no findings: they differ in what they promise."""
    evaluated = batch.verdicts.total() - batch.verdicts["not_checkable"]
    if not batch.reports:
        return "The run holds no reports: nothing was offered, or the input folder was empty."
    if not batch.verdicts:
        return "No findings, because no check was evaluated."
    if not evaluated:
        return "No findings, because no check had all its operands: each report below says what is missing."
    return f"No findings: {count(evaluated, 'check')} hold within the rounding of the printed digits."


def notes(batch: Batch) -> tuple[str, ...]:
    """What the datasets themselves lack, and what to do about it."""
    found = []
    if batch.unchecked:
        found.append(f"{count(batch.unchecked, 'report')} not checked yet: run the checks on this folder.")
    if batch.unfinished:
        found.append(
            f"{count(batch.unfinished, 'report')} left half written by a run that was stopped, "
            "not counted here: run again."
        )
    return tuple(found)


def told(report: ReportRow) -> str:
    """What a report's folded-away part holds, in a line."""
    parts = [count(report.page_count, "page")] if report.page_count else []
    if report.text_layer in ("garbled", "none"):
        parts.append(f"text layer: {report.text_layer}")
    unchecked = report.verdicts["not_checkable"]
    parts.append(
        f"{count(unchecked, 'check')} not checkable" if unchecked else f"{report.verdicts.total()} checks"
    )
    return " · ".join(parts)
