"""What a publication adds to the log of successors: only chains of reports that it touches are looked at.

Their facts are read from the extracted folder, where each report has a part of its own: what a chain costs
then depends on its length, not on how many reports the release has. Reports that did not change say there
what they say in the release; those that changed or are gone are read from the parent, as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain as chained
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.datasets.changes import Changes
from pipeline.datasets.derived import AFTER, BEFORE, LINE_COLUMNS, by_chain, chains, subjects, superseded
from pipeline.datasets.published import PUBLISHED_FACTS, SUPERSEDED
from pipeline.datasets.release import Release
from pipeline.datasets.schema import FACTS, REPORTS, arrow_schema
from pipeline.datasets.store import read_dataset

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 128
"""Reports whose facts are looked at together: some 65,000 facts, in 60 MB."""
_REPORT = ("report_id", "broker", "company", "tickers", "published_on")
Report = Mapping[str, Any]


class Chains:
    """The chains that a publication touches: their reports as they were in the parent and as they are now."""

    def __init__(self, parent: Release | None, extracted: Path, changes: Changes) -> None:
        import pyarrow as pa

        self._parent, self._extracted, self._gone = parent, extracted, changes.gone
        written = read_dataset(extracted, REPORTS.name, columns=_REPORT, reports=changes.written)
        before = written.schema.empty_table()
        if parent is not None:
            before = parent.read(REPORTS.name, columns=_REPORT)
        linked = _linked(pa.concat_tables([before, written]), changes.gone.union(changes.written))
        self._before = _reports(_only(before, linked))
        self._after = {i: row for i, row in self._before.items() if i not in changes.gone}
        self._after |= _reports(_only(written, linked))
        whole = by_chain(chains(chained(self._before.values(), self._after.values())))
        self._chains = list(whole.values())

    @property
    def reports(self) -> frozenset[str]:
        """Those that are read from the extracted folder."""
        return frozenset(i for ids in self._chains for i in ids if i in self._after)

    def news(self, instant: datetime) -> Iterator[pa.Table]:
        """Rows for the log of successors, for about `AT_ONCE` reports at a time.

        A chain is looked at as it was and as it is now, and what differs is told.
        """
        import pyarrow as pa

        schema = arrow_schema(SUPERSEDED)
        for report_ids in _together(self._chains, AT_ONCE):
            was = self._before.keys() & report_ids
            gone, stayed, new = was & self._gone, was - self._gone, self._after.keys() & report_ids - was
            new |= self._after.keys() & gone  # of those that changed there are two readings
            states = {BEFORE: gone, BEFORE | AFTER: stayed, AFTER: new}
            facts = {state: self._facts(sorted(ids), state) for state, ids in states.items()}
            named = {
                state: _subjects((self._before if state == BEFORE else self._after)[i] for i in sorted(ids))
                for state, ids in states.items()
            }
            rows = superseded(_with_state(facts), _with_state(named))
            known_at = pa.repeat(pa.scalar(instant, schema.field("known_at").type), rows.num_rows)
            yield rows.append_column("known_at", known_at).select(schema.names).cast(schema)

    def _facts(self, report_ids: Sequence[str], state: int) -> pa.Table:
        if state != BEFORE:
            return read_dataset(self._extracted, FACTS.name, columns=LINE_COLUMNS, reports=report_ids)
        if self._parent is None or not report_ids:
            return arrow_schema(PUBLISHED_FACTS).empty_table().select(list(LINE_COLUMNS))
        return self._parent.read(FACTS.name, columns=LINE_COLUMNS, reports=report_ids)


def _linked(reports: pa.Table, touched: Collection[str]) -> frozenset[str]:
    """The reports of the chains that these are in: those that share a subject with one, and so on.

    What is done here for all reports of a release is done for whole columns: 20,000 take 0.1 CPU s.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    reports = reports.filter(pc.greater(pc.binary_length(reports["broker"]), 0)).combine_chunks()
    lists = reports["tickers"].combine_chunks()
    own = reports.filter(pc.greater(pc.binary_length(reports["company"]), 0))
    who = pa.concat_tables(
        [
            own.select(["report_id", "broker", "company"]).rename_columns({"company": "name"}),
            reports.select(["report_id", "broker"])
            .take(pc.list_parent_indices(lists))
            .append_column("name", pc.list_flatten(lists)),
        ]
    )
    subject = pc.binary_join_element_wise(who["broker"], who["name"], "\x1f").combine_chunks()
    found, count = pa.array(sorted(touched), pa.string()), -1
    while len(found) != count:
        count = len(found)
        named = pc.unique(subject.filter(pc.is_in(who["report_id"].combine_chunks(), value_set=found)))
        found = pc.unique(who["report_id"].filter(pc.is_in(subject, value_set=named)))
    return frozenset(found.to_pylist())


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


def _only(rows: pa.Table, report_ids: Iterable[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return rows.filter(pc.is_in(rows["report_id"], value_set=pa.array(report_ids, pa.string())))


def _with_state(tables: Mapping[int, pa.Table]) -> pa.Table:
    """The tables as one, each row with the state of its table."""
    import pyarrow as pa

    return pa.concat_tables(
        rows.append_column("state", pa.repeat(pa.scalar(state, pa.int32()), rows.num_rows))
        for state, rows in tables.items()
    )


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
