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


def cause(facts: Sequence[Printed], agreement: Mapping[str, float | None]) -> str:
    """`source` where a second reading agrees on all numbers of the tables, `extraction` where it does not."""
    shares = [agreement.get(table) for table in sorted({fact.table_id for fact in facts})]
    if any(share is not None and share < 1 for share in shares):
        return "extraction"
    return "source" if shares and all(share == 1 for share in shares) else "unknown"
