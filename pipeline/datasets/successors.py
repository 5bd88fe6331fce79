"""What a publication adds to the log of successors: only chains of reports that it touches are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain as chained
from typing import TYPE_CHECKING, Any

from pipeline.datasets.batches import Batch, Staging, rows_of
from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.changes import Changes
from pipeline.datasets.derived import LINE_COLUMNS, by_chain, chains, difference, subjects, superseded
from pipeline.datasets.published import PUBLISHED_FACTS, SUPERSEDED
from pipeline.datasets.release import Release
from pipeline.datasets.schema import REPORTS, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

_REPORT = ("report_id", "broker", "company", "tickers", "published_on")
Report = Mapping[str, Any]


def successors(
    parent: Release | None,
    new: Sequence[Batch],
    staging: Staging,
    changes: Changes,
    instant: datetime,
    at_once: int,
) -> Iterator[pa.Table]:
    """Rows for the log of successors, for about `at_once` reports at a time.

    A chain is looked at as it was and as it is now, and what differs is told. `new` are the staged batches of
    what was written.
    """
    import pyarrow as pa

    before = {} if parent is None else _reports(parent.read(REPORTS.name, columns=_REPORT))
    written = _reports(_staged(new, staging, REPORTS.name, _REPORT, changes.written))
    after = {i: row for i, row in before.items() if i not in changes.gone} | written
    whole = by_chain(chains(chained(before.values(), after.values())))
    touched = changes.gone.union(changes.written)
    schema = arrow_schema(SUPERSEDED)
    for report_ids in _together((ids for ids in whole.values() if ids & touched), at_once):
        had = [i for i in report_ids if i in before]
        empty = arrow_schema(PUBLISHED_FACTS).empty_table().select(list(LINE_COLUMNS))
        old = empty if parent is None else parent.read("facts", columns=LINE_COLUMNS, reports=had)
        fresh = _staged(new, staging, "facts", LINE_COLUMNS, report_ids & written.keys())
        now = pa.concat_tables([_without(old, changes.gone), fresh])
        rows = difference(
            superseded(old, _subjects(before[i] for i in had)),
            superseded(now, _subjects(after[i] for i in sorted(report_ids) if i in after)),
        )
        known_at = pa.repeat(pa.scalar(instant, schema.field("known_at").type), rows.num_rows)
        yield rows.append_column("known_at", known_at).select(schema.names).cast(schema)


def _together(groups: Iterator[set[str]], at_once: int) -> Iterator[set[str]]:
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


def _staged(
    new: Sequence[Batch], staging: Staging, dataset: str, columns: Sequence[str], report_ids: Any
) -> pa.Table:
    paths = [staging.path(batch[dataset]) for batch in new if dataset in batch]
    return rows_of(paths, report_ids, arrow_schema(release_datasets()[dataset]), columns)


def _without(rows: pa.Table, gone: frozenset[str]) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    return rows.filter(pc.invert(pc.is_in(rows["report_id"], value_set=pa.array(sorted(gone), pa.string()))))


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
