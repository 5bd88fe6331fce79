"""The gate before a release: the suites, and what no single dataset's suite can see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.datasets.store import unverified
from pipeline.datasets.suites import EXAMPLES, Outcome, SuiteOutcome, run_suites
from pipeline.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

# (dataset, column, dataset whose key it refers to)
REFERENCES = (
    ("tables", "report_id", "reports"),
    ("cells", "table_id", "tables"),
    ("facts", "report_id", "reports"),
    ("facts", "table_id", "tables"),
    ("checks", "report_id", "reports"),
    ("checks", "fact_ids", "facts"),
    ("checks", "suspects", "facts"),
    ("coverage", "report_id", "reports"),
)
_SHOWN = 3
_COUNT = re.compile(r" (\d+)(?:;|$)")


@dataclass(frozen=True, slots=True)
class Gate:
    """What was held against the datasets, and whether they may be published."""

    suites: SuiteOutcome
    guards: tuple[Outcome, ...]

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """What keeps the gate closed."""
        return (*self.suites.failures, *(guard for guard in self.guards if not guard.success))

    @property
    def passed(self) -> bool:
        """Whether nothing keeps it closed."""
        return not self.failures

    def closed_because(self) -> str:
        """The first failures in a sentence, and what to do."""
        failures = self.failures
        more = f"; and {len(failures) - _SHOWN} more" if len(failures) > _SHOWN else ""
        listed = "; ".join(map(str, failures[:_SHOWN]))
        return (
            f"not published, {len(failures)} expectations failed: {listed}{more}. "
            "Look at them, or publish with force and a reason."
        )

    def manifest(self, *, forced: bool, why: str | None) -> dict[str, Any]:
        """What a release's manifest keeps of the gate."""
        outcomes = (*self.suites.outcomes, *self.guards)
        return {
            "gate": {
                "passed": self.passed,
                "forced": forced,
                "why": why,
                "evaluated": len(outcomes),
                "vacuous": sum(outcome.vacuous for outcome in outcomes),
                "failures": [str(outcome) for outcome in self.failures],
                "warnings": [str(outcome) for outcome in self.suites.warnings],
            }
        }


class GateClosed(DataError):  # noqa: N818 (it says what happened)
    """The datasets are not fit to be published; `gate` holds what was found."""

    def __init__(self, message: str, gate: Gate | None = None) -> None:
        super().__init__(message)
        self.gate = gate


def hold(
    extracted: Path,
    datasets: Mapping[str, pa.Table],
    *,
    suites_dir: Path | None = None,
    docs_dir: Path | None = None,
) -> Gate:
    """Hold the suites and the guards against the datasets read from `extracted`."""
    suites = run_suites(datasets, suites_dir, docs_dir)
    guards = (*_references(datasets), _checked(extracted, datasets), _left_out(datasets["coverage"]))
    return Gate(suites, guards)


def _references(datasets: Mapping[str, pa.Table]) -> Iterator[Outcome]:
    """Every id that a dataset refers to is there."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for name, column, target in REFERENCES:
        ids = datasets[name][column]
        if pa.types.is_list(ids.type):
            ids = pc.list_flatten(ids)
        key = datasets[target][f"{target.removesuffix('s')}_id"]
        lost = pc.unique(ids.filter(pc.invert(pc.is_in(ids, value_set=key)))).to_pylist()
        yield _guard(name, "expect_referred_rows_to_exist", f"{column} in {target}", len(ids), lost)


def _checked(extracted: Path, datasets: Mapping[str, pa.Table]) -> Outcome:
    """Every report with facts went through the checks: unchecked by accident is not unchecked."""
    with_facts = set(datasets["facts"]["report_id"].to_pylist())
    lost = sorted(with_facts.intersection(unverified(extracted)))
    return _guard("checks", "expect_every_report_to_be_checked", "report_id", len(with_facts), lost)


def _left_out(coverage: pa.Table) -> Outcome:
    """The reasons of a page account for exactly the numbers that are not in facts."""
    lost = [
        f"{row['report_id']} page {row['page']}: {row['left_out']}"
        for row in coverage.to_pylist()
        if sum(map(int, _COUNT.findall(row["left_out"] or "")))
        != row["numbers_on_page"] - row["numbers_in_facts"]
    ]
    return _guard("coverage", "expect_every_number_to_be_accounted_for", "left_out", coverage.num_rows, lost)


def _guard(dataset: str, expectation: str, about: str, evaluated: int, lost: list[str]) -> Outcome:
    examples = tuple(lost[:EXAMPLES])
    return Outcome(dataset, expectation, about, "critical", not lost, evaluated, len(lost), examples, "")
