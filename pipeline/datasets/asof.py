"""The facts of a release as of a day: what was printed by then, and what had come after it by then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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
where ($day::date is null or published_on <= $day) and list_contains($quality, quality)
order by report_id, fact_id
"""

_LEFT_OUT = """
select if($day::date is not null and published_on is null, 'undated', 'left_out_' || quality) as because,
       count(*) as facts
from (select * from facts where {where})
where ($day::date is null or published_on is null or published_on <= $day)
  and if($day::date is not null and published_on is null, list_contains($quality, quality),
         not list_contains($quality, quality))
group by because order by because
"""

# Of the log nearly all rows hold, so they are not grouped by number: what ended one is looked for among the
# few that did not find the first successor (one company of 10.6 million facts: 0.5 CPU s instead of 1.2).
_HOLDING = """
select * from (select * from {superseded} where superseded_by is not null and {where}) log
anti join (select * from {superseded} where change <> 'found') later
     on later.fact_id = log.fact_id and later.concept = log.concept and later.report_id = log.report_id
     and later.entity = log.entity and later.entity_is = log.entity_is and later.known_at > log.known_at
"""

# Joined by all that questions are asked by: a condition on the item, the company or the report then holds
# for both sides. The few numbers of companies without a ticker are a join of their own, since null equals
# nothing; they are in row groups of their own.
_FOLLOWED = """
select facts.*, coalesce({by_ticker}, {by_name}) as superseded_by
from {facts} facts
left join ({ticker}) ticker on ticker.fact_id = facts.fact_id and ticker.concept = facts.concept
          and ticker.report_id = facts.report_id and ticker.entity = facts.entity
left join ({name}) name on name.fact_id = facts.fact_id and name.concept = facts.concept
          and name.report_id = facts.report_id and name.entity = facts.entity_name
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
        ticker=_HOLDING.format(superseded=superseded, where="entity_is = 'ticker'"),
        name=_HOLDING.format(superseded=superseded, where="entity_is = 'name'"),
    )


def successors_of(superseded: str, day: date | None) -> str:
    """SQL for the log of successors; of a day, for what held that day: one row a number, nothing of later."""
    if day is None:
        return f"select * from {superseded}"
    return _HOLDING.format(superseded=superseded, where=f"superseded_on <= date '{day}'")


def facts_as_of(
    parts: Mapping[str, Sequence[Path]],
    wanted: Mapping[str, Sequence[str]],
    day: date | None,
    quality: Collection[str],
    columns: Sequence[str] | None = None,
) -> tuple[pa.Table, dict[str, int]]:
    """The facts whose columns have one of the `wanted` values, with successors, ordered by report and fact.

    Of all columns or of those given, in the declared order: what is not asked for is not read.
    `parts` are those of the datasets `facts` and `superseded`. The second answer counts what the question
    leaves out: by quality, and, where a `day` is asked for, for want of a date.
    """
    where = {name: _is_one_of(name, values) for name, values in wanted.items()}
    given: dict[str, Any] = {"day": day, "quality": list(quality)}
    given |= {name: values[0] if len(values) == 1 else list(values) for name, values in wanted.items()}
    facts = {"facts": parts["facts"]}
    left_out = ask(_LEFT_OUT.format(where=_all(where.values())), files=facts, given=given).to_pylist()
    counted = {row["because"]: row["facts"] for row in left_out}
    if day is not None:
        counted.setdefault(UNDATED, 0)
    schema = view_schema(columns)
    listed = ", ".join(f'"{name}"' for name in dict.fromkeys([*schema.names, "report_id", "fact_id"]))
    source = f"(select * from facts where {_all(where.values())})"
    if _LATER in schema.names:
        of_both = _all(where[name] for name in ("concept", "entity") if name in where)
        source = f"({followed(source, f'(select * from {SUPERSEDED.name} where {of_both})', day)})"
    chosen = ask(
        _CHOSEN.format(columns=listed, facts=source),
        files={**facts, SUPERSEDED.name: parts[SUPERSEDED.name]},
        given=given,
    )
    return chosen.select(schema.names).cast(schema), counted


def _is_one_of(name: str, values: Sequence[str]) -> str:
    """The condition that a column has one of the values `$name`.

    A list is a table to join: DuckDB reads all columns of every row to hold them against `in ($a, $b)` (three
    companies of 10.6 million facts: 2.9 CPU s instead of 0.4).
    """
    return f"{name} = ${name}" if len(values) == 1 else f"{name} in (select unnest(${name}::varchar[]))"


def _all(conditions: Iterable[str]) -> str:
    return " and ".join(["true", *conditions])


def view_schema(columns: Sequence[str] | None) -> pa.Schema:
    """The columns of the view, or some of them in its order; InputError where one is none of them."""
    import pyarrow as pa

    schema = arrow_schema(VIEWED_FACTS)
    unknown = sorted(set(columns or ()) - set(schema.names))
    if unknown:
        raise InputError(f"facts have no column {unknown[0]!r}; there are {', '.join(schema.names)}")
    return schema if columns is None else pa.schema([field for field in schema if field.name in columns])
