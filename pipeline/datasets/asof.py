"""The facts of a release as of a day: what was printed by then, and what had come after it by then."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.datasets.published import VIEWED_FACTS
from pipeline.datasets.query import ask
from pipeline.datasets.schema import arrow_schema
from pipeline.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

UNDATED = "undated"
_LATER = "superseded_by"

_CHOSEN = """
select {columns} from facts
where {where} and ($day::date is null or published_on <= $day) and list_contains($quality, quality)
"""

_LEFT_OUT = """
select if($day::date is not null and published_on is null, 'undated', 'left_out_' || quality) as because,
       count(*) as facts
from facts
where {where} and ($day::date is null or published_on is null or published_on <= $day)
  and if($day::date is not null and published_on is null, list_contains($quality, quality),
         not list_contains($quality, quality))
group by because order by because
"""

_NEWEST = """
select fact_id, arg_max(struct_pack(by := superseded_by, day := superseded_on), known_at) as after
from superseded semi join reports using (report_id)
where $concept is null or concept = $concept
group by fact_id
"""


def facts_as_of(
    parts: Mapping[str, Sequence[Path]],
    wanted: Mapping[str, str],
    day: date | None,
    quality: Collection[str],
    columns: Sequence[str] | None = None,
) -> tuple[pa.Table, dict[str, int]]:
    """The facts whose columns have the `wanted` values, with `superseded_by`, ordered by report and fact.

    Of all columns or of those given, in the declared order: what is not asked for is not read.
    `parts` are those of the datasets `facts` and `superseded`. The second answer counts what the question
    leaves out: by quality, and, where a `day` is asked for, for want of a date.
    """
    where = " and ".join(["true", *(f"{name} = ${name}" for name in wanted)])
    facts = {"facts": parts["facts"]}
    given: dict[str, Any] = {**wanted, "day": day, "quality": list(quality)}
    left_out = ask(_LEFT_OUT.format(where=where), files=facts, given=given).to_pylist()
    counted = {row["because"]: row["facts"] for row in left_out}
    if day is not None:
        counted.setdefault(UNDATED, 0)
    schema = view_schema(columns)
    stored = [f'"{name}"' for name in {"report_id", "fact_id", *schema.names} - {_LATER}]
    chosen = ask(_CHOSEN.format(where=where, columns=", ".join(sorted(stored))), files=facts, given=given)
    chosen = chosen.sort_by([("report_id", "ascending"), ("fact_id", "ascending")])
    if _LATER in schema.names:
        after = _after(chosen, parts["superseded"], wanted.get("concept"), day)
        chosen = chosen.append_column(_LATER, after)
    return chosen.select(schema.names).cast(schema), counted


def view_schema(columns: Sequence[str] | None) -> pa.Schema:
    """The columns of the view, or some of them in its order; InputError where one is none of them."""
    import pyarrow as pa

    schema = arrow_schema(VIEWED_FACTS)
    unknown = sorted(set(columns or ()) - set(schema.names))
    if unknown:
        raise InputError(f"facts have no column {unknown[0]!r}; there are {', '.join(schema.names)}")
    return schema if columns is None else pa.schema([field for field in schema if field.name in columns])


def _after(
    facts: pa.Table, superseded: Sequence[Path], concept: str | None, day: date | None
) -> pa.ChunkedArray:
    """The successor of each fact as it was known on a day, or as it is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    reports = pa.table({"report_id": pc.unique(facts["report_id"])})
    files = {"superseded": superseded}
    newest = ask(_NEWEST, files=files, given={"concept": concept}, reports=reports)
    after = newest["after"].combine_chunks()
    by = after.field("by")
    if day is not None:
        by = pc.if_else(pc.less_equal(after.field("day"), pa.scalar(day)), by, pa.scalar(None, by.type))
    return by.take(pc.index_in(facts["fact_id"].combine_chunks(), value_set=newest["fact_id"]))
