"""The log of versions, read: what a release shows, what earlier ones had, and how much of everything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.datasets.published import VERSIONS
from pipeline.datasets.query import ask
from pipeline.datasets.schema import empty

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN = """
select * exclude (place) from (
    select *, row_number() over (partition by report_id order by known_at desc) as place from events
) where place = 1 and change <> 'withdrawn'
order by report_id
"""

_TALLY = """
select count(*) as reports,
       count(*) filter (outcome = 'failed') as failed,
       count(*) filter (outcome <> 'complete') as incomplete,
       count(*) filter (outcome <> 'failed' and published_on is null) as undated,
       coalesce(sum(facts), 0) as facts, coalesce(sum(facts_mapped), 0) as mapped,
       coalesce(sum(facts_failed), 0) as facts_failed, coalesce(sum(facts_passed), 0) as facts_passed,
       coalesce(sum(facts) filter (published_on is null), 0) as undated_facts,
       coalesce(sum(numbers_on_page), 0) as on_page, coalesce(sum(numbers_in_facts), 0) as in_facts
from events
"""


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
    rows = ask(_SHOWN, events=_plain(events))
    return rows.cast(_plain(empty(VERSIONS)).schema)


def tally(events: pa.Table, reports: Collection[str] | None = None) -> Tally:
    """Counts over events (`shown`), of some reports where given."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if reports is not None:
        asked = pa.array(sorted(reports), pa.string())
        events = events.filter(pc.is_in(events["report_id"], value_set=asked))
    (row,) = ask(_TALLY, events=_plain(events)).to_pylist()
    return Tally(**{name: int(number) for name, number in row.items()})


def _plain(events: pa.Table) -> pa.Table:
    """`known_at` as a number of microseconds: comparing instants takes the query engine an extension."""
    import pyarrow as pa

    place = events.schema.get_field_index("known_at")
    return events.set_column(place, "known_at", events["known_at"].cast(pa.int64()))
