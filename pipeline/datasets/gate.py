"""The gate before a release: the suites, what no single dataset's suite can see, and the bars.

Suites and guards look at batches of whole reports: every key and reference has its report in it, so what
holds in each batch holds in all. The bars are held against everything that is published.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.datasets.schema import EXTRACTED
from pipeline.datasets.store import read_dataset, stamps
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
BATCH = 256  # reports: some 130,000 facts and 190,000 cells
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
            f"not published, {len(failures)} expectation{'s' * (len(failures) > 1)} failed: {listed}{more}. "
            "Look at them, or publish with force and a reason (--force --why)."
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
    datasets: Mapping[str, pa.Table],
    unverified: Collection[str],
    suites_dir: Path | None = None,
    docs_dir: Path | None = None,
) -> Gate:
    """Hold the suites and the guards against the extracted datasets of some reports.

    `unverified` are the reports on which no check was run; in `docs_dir` go the Data Docs.
    """
    suites = run_suites(datasets, suites_dir, docs_dir)
    guards = (*_references(datasets), _checked(datasets, unverified), _left_out(datasets["coverage"]))
    return Gate(suites, guards)


def hold_all(extracted: Path, suites_dir: Path | None = None, docs_dir: Path | None = None) -> Gate:
    """Hold the suites and the guards against everything in `extracted`, a batch at a time."""
    parts = stamps(extracted)
    done = sorted(report_id for report_id, names in parts.items() if "reports" in names)
    unverified = [report_id for report_id in done if "checks" not in parts[report_id]]
    gates = [
        hold(extracted_rows(extracted, batch), unverified, suites_dir, docs_dir)
        for batch in in_batches(done) or [()]
    ]
    return together(gates)


def in_batches(report_ids: Sequence[str]) -> list[tuple[str, ...]]:
    """The reports, so many at a time that their rows fit into memory several times over."""
    return [tuple(report_ids[at : at + BATCH]) for at in range(0, len(report_ids), BATCH)]


def extracted_rows(extracted: Path, report_ids: Collection[str]) -> dict[str, pa.Table]:
    """The extracted datasets of some reports."""
    return {name: read_dataset(extracted, name, reports=report_ids) for name in EXTRACTED}


def together(gates: Sequence[Gate], bars: Sequence[Outcome] = ()) -> Gate:
    """One gate of those of the batches: an expectation holds where it holds in every batch."""
    suites = _joined([gate.suites.outcomes for gate in gates])
    return Gate(SuiteOutcome(suites), (*_joined([gate.guards for gate in gates]), *bars))


def _joined(batches: Sequence[tuple[Outcome, ...]]) -> tuple[Outcome, ...]:
    """The outcomes of the same expectations in several batches, added up."""
    return tuple(
        replace(
            same[0],
            success=all(one.success for one in same),
            evaluated=sum(one.evaluated or 0 for one in same) if same[0].evaluated is not None else None,
            unexpected=sum(one.unexpected for one in same),
            examples=tuple(example for one in same if not one.success for example in one.examples)[:EXAMPLES],
        )
        if len(same) > 1
        else same[0]
        for same in zip(*batches, strict=True)
    )


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


def _checked(datasets: Mapping[str, pa.Table], unverified: Collection[str]) -> Outcome:
    """Every report with facts went through the checks: unchecked by accident is not unchecked."""
    with_facts = set(datasets["facts"]["report_id"].to_pylist())
    lost = sorted(with_facts.intersection(unverified))
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
