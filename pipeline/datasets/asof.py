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

# Joined by all that questions are asked by: a condition on the item, the company or the report then holds
# for both sides (7 thousand facts of one company of 10.5 million: 1.2 CPU s instead of 10, joined by fact and
# item alone). The few numbers of companies without a ticker are a join of their own, since null equals
# nothing. By all columns of the group, so that a join is left out where nobody asks for its column; a
# condition `where` instead of the semi join would keep it in. Where a number changed its entity two rows are
# of one instant: what it says as the old one is taken back.
_HOLDING = """
select fact_id, concept, report_id, entity, arg_max_null(superseded_by, turn) as superseded_by,
       arg_max_null(superseded_on, turn) as superseded_on
from (select *, 2 * epoch_us(known_at) + (superseded_by is not null)::integer as turn
      from {superseded} {some})
group by fact_id, concept, report_id, entity
"""
_NAMED = "semi join (select 'name' as entity_is) named using (entity_is)"
_FOLLOWED = """
select facts.*, coalesce({by_ticker}, {by_name}) as superseded_by
from {facts} facts
left join ({holding}) ticker on ticker.fact_id = facts.fact_id and ticker.concept = facts.concept
          and ticker.report_id = facts.report_id and ticker.entity = facts.entity
left join ({named}) name on name.fact_id = facts.fact_id and name.concept = facts.concept
          and name.report_id = facts.report_id and name.entity = facts.entity_name
"""

_SUCCESSORS = """
select * from {superseded}
qualify 1 = row_number() over (partition by fact_id, concept, entity, entity_is order by known_at desc)
        and superseded_on <= date '{day}'
"""


def followed(facts: str, superseded: str, day: date | None) -> str:
    """SQL for facts with their successors of a day, or of all days; both sources are SQL, too."""

    def of_the_day(joined: str) -> str:
        by = f"{joined}.superseded_by"
        return by if day is None else f"if({joined}.superseded_on <= date '{day}', {by}, null)"

    return _FOLLOWED.format(
        facts=facts,
        by_ticker=of_the_day("ticker"),
        by_name=of_the_day("name"),
        holding=_HOLDING.format(superseded=superseded, some=""),
        named=_HOLDING.format(superseded=superseded, some=_NAMED),
    )


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
    source = f"({followed('facts', SUPERSEDED.name, day)})" if _LATER in schema.names else "facts"
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
