"""The rows that a release has of some reports, from the rows that were extracted of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.datasets.derived import corrected, quality_of
from pipeline.datasets.estimates import ESTIMATES, estimates_table
from pipeline.datasets.published import CORRECTIONS, PUBLISHED_FACTS, VERSIONS
from pipeline.datasets.query import ask
from pipeline.datasets.schema import arrow_schema, from_rows
from pipeline.datasets.views import WIDE_KINDS, wide_table

if TYPE_CHECKING:
    import pyarrow as pa

KNOWN_COLUMNS = ("fact_id", "text", "amount", "known_at")


@dataclass(frozen=True, slots=True)
class Moment:
    """The release being made: its id, and the instant from which its news are known."""

    release: str
    instant: datetime


def published_rows(
    extracted: Mapping[str, pa.Table],
    rulings: pa.Table,
    known: pa.Table,
    versions: Mapping[str, str],
    earlier: Mapping[str, str],
    moment: Moment,
) -> dict[str, pa.Table]:
    """The datasets of a release for these reports.

    `extracted` has the extracted datasets, `rulings` the layer of corrections on them, `known` the facts that
    earlier releases had of the same reports (`KNOWN_COLUMNS`), `versions` the reports' versions, `earlier`
    those of the parent.
    """
    reports = extracted["reports"]
    facts = corrected(extracted["facts"], rulings)
    judged = quality_of(facts, extracted["checks"], rulings)
    for name in ("quality", "rules", "failed_rules"):
        facts = facts.append_column(name, _by("fact_id", facts, judged, name))
    facts = facts.append_column("published_on", _by("report_id", facts, reports, "published_on"))
    facts = facts.append_column("known_at", _known_at(facts, known, moment.instant))
    facts = facts.cast(arrow_schema(PUBLISHED_FACTS))
    return {
        "facts": facts,
        **{name: extracted[name] for name in ("reports", "tables", "checks")},
        ESTIMATES.name: estimates_table(facts, reports),
        **{kind: wide_table(kind, facts, reports) for kind in WIDE_KINDS},
        CORRECTIONS.name: rulings,
        VERSIONS.name: _events(facts, extracted, versions, earlier, moment),
    }


def withdrawals(reasons: Mapping[str, str], moment: Moment) -> pa.Table:
    """The events that say which reports are shown no more, and why."""
    return from_rows(
        VERSIONS,
        [
            dict.fromkeys(VERSIONS.names)
            | dict.fromkeys(_COUNTS, 0)
            | {"report_id": report_id, "known_at": moment.instant, "release": moment.release}
            | {"change": "withdrawn", "why": why}
            for report_id, why in reasons.items()
        ],
    )


_COUNTS = tuple(c.name for c in VERSIONS.columns if c.type == "int32")

_EVENTS = """
select r.report_id, r.pipeline_version, r.outcome, r.published_on,
       coalesce(f.facts, 0)::integer as facts, coalesce(f.mapped, 0)::integer as facts_mapped,
       coalesce(f.failed, 0)::integer as facts_failed, coalesce(f.passed, 0)::integer as facts_passed,
       coalesce(c.numbers_on_page, 0)::integer as numbers_on_page,
       coalesce(c.numbers_in_facts, 0)::integer as numbers_in_facts
from reports r
left join (
    select report_id, count(*) as facts, count(concept) as mapped,
           count(*) filter (quality = 'failed') as failed, count(*) filter (quality = 'passed') as passed
    from facts group by report_id
) f on f.report_id = r.report_id
left join (
    select report_id, sum(numbers_on_page) as numbers_on_page, sum(numbers_in_facts) as numbers_in_facts
    from coverage group by report_id
) c on c.report_id = r.report_id
order by r.report_id
"""


def _events(
    facts: pa.Table,
    extracted: Mapping[str, pa.Table],
    versions: Mapping[str, str],
    earlier: Mapping[str, str],
    moment: Moment,
) -> pa.Table:
    found = ask(
        _EVENTS,
        reports=extracted["reports"].select(["report_id", "pipeline_version", "outcome", "published_on"]),
        facts=facts.select(["report_id", "concept", "quality"]),
        coverage=extracted["coverage"].select(["report_id", "numbers_on_page", "numbers_in_facts"]),
    )
    rows: list[dict[str, Any]] = [
        row
        | {"known_at": moment.instant, "release": moment.release, "why": None}
        | {"version": versions[row["report_id"]]}
        | {"change": "changed" if row["report_id"] in earlier else "added"}
        for row in found.to_pylist()
    ]
    return from_rows(VERSIONS, rows)


def _by(key: str, rows: pa.Table, found: pa.Table, name: str) -> pa.ChunkedArray:
    """The column `name` of a table keyed by `key`, in the order of `rows`; null where it has no row."""
    import pyarrow.compute as pc

    return found[name].combine_chunks().take(pc.index_in(rows[key], value_set=found[key]))


# A corrected reading was not known before: the same id counts only with the same text and amount.
_KNOWN = """
select f.fact_id, min(b.known_at) as known_at
from facts f join before b
     on b.fact_id = f.fact_id and b.text = f.text and b.amount is not distinct from f.amount
group by f.fact_id
"""


def _known_at(facts: pa.Table, known: pa.Table, now: datetime) -> pa.ChunkedArray:
    """When each number was first published at its place: by an earlier release, else now."""
    import pyarrow as pa
    import pyarrow.compute as pc

    instant = pa.scalar(now, pa.timestamp("us", tz="UTC"))
    if not known.num_rows:
        return pa.chunked_array([pa.repeat(instant, facts.num_rows)])
    place = known.schema.get_field_index("known_at")
    plain = known.set_column(place, "known_at", known["known_at"].cast(pa.int64()))  # no time zones needed
    first = ask(_KNOWN, facts=facts.select(["fact_id", "text", "amount"]), before=plain)
    return pc.fill_null(_by("fact_id", facts, first, "known_at").cast(instant.type), instant)
