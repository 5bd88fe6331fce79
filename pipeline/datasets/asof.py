"""The facts of a release as of a day: what was printed by then, and what had come after it by then."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.datasets.published import SUPERSEDED, VIEWED_FACTS
from pipeline.datasets.query import ask
from pipeline.datasets.schema import arrow_schema
from pipeline.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

UNDATED = "undated"
_LATER = "superseded_by"

_CHOSEN = """
select {columns} from {facts}
where {where} and ($day::date is null or published_on <= $day) and list_contains($quality, quality)
order by report_id, fact_id
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

# Joined by the item, too, so that one item is asked of both sides; by all columns of the group, so that the
# join is left out where nobody asks for its column: 0.4 CPU s instead of 9 for a sum over 10.5 million facts.
# Where a number changed its entity two rows are of one instant: what it says as the old one is taken back.
_FOLLOWED = """
select facts.*, if({seen}, newest.after.superseded_by, null) as superseded_by
from {facts} facts left join (
    select fact_id, concept, arg_max(struct_pack(superseded_by, superseded_on),
                                     struct_pack(known_at, holds := superseded_by is not null)) as after
    from {superseded} group by fact_id, concept
) newest on newest.fact_id = facts.fact_id and newest.concept = facts.concept
"""

_SUCCESSORS = """
select * from {superseded}
qualify 1 = row_number() over (partition by fact_id, concept, entity order by known_at desc)
        and superseded_on <= date '{day}'
"""


def followed(facts: str, superseded: str, day: date | None) -> str:
    """SQL for facts with their successors of a day, or of all days; both sources are SQL, too."""
    seen = "true" if day is None else f"newest.after.superseded_on <= date '{day}'"
    return _FOLLOWED.format(facts=facts, superseded=superseded, seen=seen)


def successors_of(superseded: str, day: date | None) -> str:
    """SQL for the log of successors; of a day, for what held that day: one row a number, nothing of later."""
    return (
        f"select * from {superseded}" if day is None else _SUCCESSORS.format(superseded=superseded, day=day)
    )


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
    listed = ", ".join(f'"{name}"' for name in dict.fromkeys([*schema.names, "report_id", "fact_id"]))
    same = [f"{name} = ${name}" for name in ("concept", "entity") if name in wanted]
    after = f"(select * from superseded where {' and '.join(same)})" if same else "superseded"
    source = f"({followed('facts', after, day)})" if _LATER in schema.names else "facts"
    chosen = ask(
        _CHOSEN.format(where=where, columns=listed, facts=source),
        files={**facts, SUPERSEDED.name: parts[SUPERSEDED.name]},
        given=given,
    )
    return chosen.select(schema.names).cast(schema), counted


def view_schema(columns: Sequence[str] | None) -> pa.Schema:
    """The columns of the view, or some of them in its order; InputError where one is none of them."""
    import pyarrow as pa

    schema = arrow_schema(VIEWED_FACTS)
    unknown = sorted(set(columns or ()) - set(schema.names))
    if unknown:
        raise InputError(f"facts have no column {unknown[0]!r}; there are {', '.join(schema.names)}")
    return schema if columns is None else pa.schema([field for field in schema if field.name in columns])
