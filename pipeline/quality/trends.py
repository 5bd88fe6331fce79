"""How the runs into one folder went, one after the other: what a change of program or house moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

FEWEST_RUNS = 2  # one run is no trend


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as its log tells it: when it began (UTC), the version that read, and a line for each report."""

    begun: datetime
    version: str
    reports: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """A run in one line. `failing` are its checks with the verdict impossible, before they are told once."""

    begun: str
    version: str
    houses: int
    reports: int
    outcomes: Counter[str]
    tables: int
    facts: int
    failing: int

    def share(self, outcome: str) -> float:
        """Share of the reports with this outcome."""
        return self.outcomes[outcome] / self.reports

    def each(self, number: int) -> float:
        """So many for each report."""
        return number / self.reports


def trends(runs: Sequence[RunRow], house_of: Mapping[str, str]) -> tuple[Trend, ...]:
    """The runs that read something, in the order given; none where there are fewer than two.

    `house_of` names the house of a report by its id; reports of unknown houses count as one house.
    """
    rows = tuple(_trend(run, house_of) for run in runs if run.reports)
    return rows if len(rows) >= FEWEST_RUNS else ()


def _trend(run: RunRow, house_of: Mapping[str, str]) -> Trend:
    def total(name: str) -> int:
        return sum(report.get(name) or 0 for report in run.reports)

    return Trend(
        begun=run.begun.strftime("%Y-%m-%d %H:%M"),
        version=run.version,
        houses=len({house_of.get(report.get("report_id", ""), "") for report in run.reports}),
        reports=len(run.reports),
        outcomes=Counter(report.get("outcome", "") for report in run.reports),
        tables=total("tables"),
        facts=total("facts"),
        failing=total("impossible"),
    )
