"""What a publication adds to the log of successors: only chains of reports that it touches are looked at.

Their facts are read from the extracted folder, where each report has a part of its own: what a chain costs
then depends on its length, not on how many reports the release has. Reports that did not change say there
what they say in the release; those that changed or are gone are read from the parent, as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain as chained
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.datasets.changes import Changes
from pipeline.datasets.derived import LINE_COLUMNS, by_chain, chains, difference, subjects, superseded
from pipeline.datasets.published import PUBLISHED_FACTS, SUPERSEDED
from pipeline.datasets.release import Release
from pipeline.datasets.schema import FACTS, REPORTS, arrow_schema
from pipeline.datasets.store import read_dataset

if TYPE_CHECKING:
    import pyarrow as pa

_REPORT = ("report_id", "broker", "company", "tickers", "published_on")
Report = Mapping[str, Any]


class Chains:
    """The chains that a publication touches: their reports as they were in the parent and as they are now."""

    def __init__(self, parent: Release | None, extracted: Path, changes: Changes) -> None:
        self._parent, self._extracted, self._gone = parent, extracted, changes.gone
        self._before = {} if parent is None else _reports(parent.read(REPORTS.name, columns=_REPORT))
        written = read_dataset(extracted, REPORTS.name, columns=_REPORT, reports=changes.written)
        self._after = {i: row for i, row in self._before.items() if i not in changes.gone}
        self._after |= _reports(written)
        touched = changes.gone.union(changes.written)
        whole = by_chain(chains(chained(self._before.values(), self._after.values())))
        self._chains = [ids for ids in whole.values() if ids & touched]

    @property
    def reports(self) -> frozenset[str]:
        """Those that are read from the extracted folder."""
        return frozenset(i for ids in self._chains for i in ids if i in self._after)

    def news(self, instant: datetime, at_once: int) -> Iterator[pa.Table]:
        """Rows for the log of successors, for about `at_once` reports at a time.

        A chain is looked at as it was and as it is now, and what differs is told.
        """
        import pyarrow as pa

        schema = arrow_schema(SUPERSEDED)
        for report_ids in _together(self._chains, at_once):
            before = sorted(report_ids & self._before.keys())
            after = sorted(report_ids & self._after.keys())
            now = read_dataset(self._extracted, FACTS.name, columns=LINE_COLUMNS, reports=after)
            stayed = _only(now, [i for i in before if i not in self._gone])
            rows = difference(
                superseded(
                    pa.concat_tables([self._gone_facts([i for i in before if i in self._gone]), stayed]),
                    _subjects(self._before[i] for i in before),
                ),
                superseded(now, _subjects(self._after[i] for i in after)),
            )
            known_at = pa.repeat(pa.scalar(instant, schema.field("known_at").type), rows.num_rows)
            yield rows.append_column("known_at", known_at).select(schema.names).cast(schema)

    def _gone_facts(self, report_ids: Sequence[str]) -> pa.Table:
        if self._parent is None or not report_ids:
            return arrow_schema(PUBLISHED_FACTS).empty_table().select(list(LINE_COLUMNS))
        return self._parent.read(FACTS.name, columns=LINE_COLUMNS, reports=report_ids)


def _together(groups: Iterable[set[str]], at_once: int) -> Iterator[set[str]]:
    """Groups of reports joined until they are about so many."""
    joined: set[str] = set()
    for group in sorted(groups, key=min):
        if joined and len(joined) + len(group) > at_once:
            yield joined
            joined = set()
        joined |= group
    if joined:
        yield joined


def _reports(rows: pa.Table) -> dict[str, Report]:
    return {row["report_id"]: row for row in rows.to_pylist()}


def _only(rows: pa.Table, report_ids: Sequence[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return rows.filter(pc.is_in(rows["report_id"], value_set=pa.array(report_ids, pa.string())))


def _subjects(reports: Iterable[Report]) -> pa.Table:
    """What the reports with a date are about, a row for each of their subjects."""
    import pyarrow as pa

    rows = [
        {"report_id": report["report_id"], "published_on": report["published_on"], "subject": subject}
        for report in reports
        if report["published_on"] is not None
        for subject in subjects(report)
    ]
    fields = [("report_id", pa.string()), ("published_on", pa.date32()), ("subject", pa.string())]
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))
