"""Which printed number is most likely the wrong one, and whether page or reading is at fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from pipeline.checking.sheet import Printed
from pipeline.checking.trial import Finding

FEWEST_FAILURES = 2  # one failed check accuses all of its facts alike


class Witnesses:
    """How many checks each fact failed in and passed in, over a whole report."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.failed: Counter[str] = Counter()
        self.passed: Counter[str] = Counter()
        for finding in findings:
            if finding.trial is None or finding.verdict == "not_checkable":
                continue
            count = self.passed if finding.verdict == "ok" else self.failed
            count.update({fact.fact_id for fact in finding.trial.facts})

    def suspects(self, finding: Finding) -> tuple[Printed, ...]:
        """The one fact of a failed check that fails more often, or passes less often, than all beside it."""
        if finding.trial is None or finding.verdict not in ("impossible", "improbable"):
            return ()
        ranked = sorted(finding.trial.facts, key=self._blame, reverse=True)
        first, rest = ranked[0], ranked[1:]
        if self.failed[first.fact_id] < FEWEST_FAILURES:
            return ()
        clear = all(
            self.failed[first.fact_id] >= self.failed[f.fact_id]
            and self.passed[first.fact_id] <= self.passed[f.fact_id]
            and self._blame(first) > self._blame(f)
            for f in rest
        )
        return (first,) if clear else ()

    def _blame(self, fact: Printed) -> tuple[int, int]:
        return self.failed[fact.fact_id], -self.passed[fact.fact_id]


def cause(
    facts: Sequence[Printed],
    agreement: Mapping[str, float | None],
    readings: Mapping[str, bool | None] | None = None,
) -> str:
    """`source` where a second reading has all of the facts the same, `extraction` where it has one otherwise.

    `readings` says so fact by fact. Without it, a table's `agreement` speaks for its facts where it is whole;
    where it is not, it does not say which of them it is about.
    """
    if readings is None:
        same = [True if agreement.get(fact.table_id) == 1 else None for fact in facts]
    else:
        same = [readings.get(fact.fact_id) for fact in facts]
    if False in same:
        return "extraction"
    return "source" if same and all(same) else "unknown"
