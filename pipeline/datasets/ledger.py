"""The log of versions, read: what a release shows, what earlier ones had, and how much of everything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of everything some reports have."""

    reports: int
    failed: int
    incomplete: int
    undated: int
    facts: int
    mapped: int
    facts_failed: int
    facts_passed: int
    undated_facts: int
    on_page: int
    in_facts: int

    def share(self, name: str) -> float | None:
        """One of the `SHARES`; None where there is nothing to take it of."""
        part, whole = SHARES[name]
        of = sum(getattr(self, w) * (-1 if w in _LESS else 1) for w in whole)
        return getattr(self, part) / of if of else None


_LESS = frozenset({"failed"})  # reports that were read: all less those that failed
SHARES = {
    "reports_failed": ("failed", ("reports",)),
    "reports_incomplete": ("incomplete", ("reports",)),
    "reports_undated": ("undated", ("reports", "failed")),
    "numbers_in_facts": ("in_facts", ("on_page",)),
    "facts_mapped": ("mapped", ("facts",)),
    "facts_failed": ("facts_failed", ("facts",)),
    "facts_passed": ("facts_passed", ("facts",)),
}
"""Part and whole of each share that a gate can ask for."""


def shown(events: pa.Table) -> pa.Table:
    """The last event of every report that was not withdrawn, by report."""
    import pyarrow as pa
    import pyarrow.compute as pc

    events = events.sort_by([("report_id", "ascending"), ("known_at", "ascending")])
    last = {report_id: place for place, report_id in enumerate(events["report_id"].to_pylist())}
    events = events.take(pa.array(last.values(), pa.int64()))
    return events.filter(pc.not_equal(events["change"], "withdrawn"))


def tally(events: pa.Table, reports: Collection[str] | None = None) -> Tally:
    """Counts over events (`shown`), of some reports where given."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if reports is not None:
        asked = pa.array(sorted(reports), pa.string())
        events = events.filter(pc.is_in(events["report_id"], value_set=asked))

    def total(flags_or_numbers: pa.ChunkedArray) -> int:
        return pc.sum(flags_or_numbers).as_py() or 0

    undated = pc.is_null(events["published_on"])
    failed = pc.equal(events["outcome"], "failed")
    return Tally(
        reports=events.num_rows,
        failed=total(failed),
        incomplete=total(pc.not_equal(events["outcome"], "complete")),
        undated=total(pc.and_(undated, pc.invert(failed))),
        facts=total(events["facts"]),
        mapped=total(events["facts_mapped"]),
        facts_failed=total(events["facts_failed"]),
        facts_passed=total(events["facts_passed"]),
        undated_facts=total(events["facts"].filter(undated)),
        on_page=total(events["numbers_on_page"]),
        in_facts=total(events["numbers_in_facts"]),
    )
