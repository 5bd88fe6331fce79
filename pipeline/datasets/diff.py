"""What changed from one release to another: reports and numbers added, revised, withdrawn.

A number is the same one where its id is: same table, same place in the grid. Where a better reader drew the
table otherwise, ids are new; then numbers of the same report that stand on the same spot of the page are the
same one. Parts that both releases share are not read, so the cost is that of what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.files import read_parquet
from pipeline.datasets.published import PUBLISHED_FACTS
from pipeline.datasets.query import ask
from pipeline.datasets.release import Release
from pipeline.datasets.schema import FACTS, REPORTS, Column, Dataset, arrow_schema, empty

if TYPE_CHECKING:
    import pyarrow as pa

CHANGES = ("added", "revised", "withdrawn")
_NEAR = 3.0  # points between the middles of one number's boxes, by two readers: half a digit's width

# What a number says. Its box, its ids and when it was known are how it was read.
_SAID = (
    *("text", "value", "missing", "concept", "entity", "entity_name", "label", "label_path", "column"),
    *("period_label", "period_end", "basis", "unit", "scale", "table_kind", "quality"),
)
_ABOUT = ("entity", "label", "column", "concept", "period_label")
_VALUE = ("fact_id", "text", "value", "unit", "scale", "amount")
_READ = ("contract_version", "pipeline_version")

_FACT = {c.name: c for c in PUBLISHED_FACTS.columns}
_REPORT = {c.name: c for c in REPORTS.columns}


def _before(name: str) -> Column:
    column = _FACT[name]
    return Column(
        f"previous_{name}", column.type, f"In the earlier release: {column.sentence}", column.unit, True
    )


def _now(name: str) -> Column:
    column = _FACT[name]
    return Column(name, column.type, column.sentence, column.unit, True, column.values)


REPORT_CHANGES = Dataset(
    "reports",
    "One row for each report that is not the same in both releases.",
    ("report_id",),
    (
        Column("change", "string", "What became of it; revised: it was read otherwise.", values=CHANGES),
        *(_REPORT[name] for name in ("report_id", "file_name", "broker", "company", "published_on")),
        Column("added", "int32", "Numbers of it that are new.", "facts"),
        Column("revised", "int32", "Numbers of it that say something else.", "facts"),
        Column("withdrawn", "int32", "Numbers of it that are gone.", "facts"),
        Column("changed", "list<string>", "Columns of its row in reports that differ."),
    ),
)

FACT_CHANGES = Dataset(
    "facts",
    "One row for each number that is not the same in both releases.",
    ("fact_id", "previous_fact_id"),
    (
        Column("change", "string", "What became of it.", values=CHANGES),
        _REPORT["report_id"],
        _REPORT["file_name"],
        _REPORT["broker"],
        Column(
            "table_kind",
            "string",
            "Kind of its table, in the later release if it is there.",
            "",
            False,
            _FACT["table_kind"].values,
        ),
        *map(_now, ("page", *_ABOUT, *_VALUE)),
        *map(_before, _VALUE),
        Column(
            "relative_change",
            "double",
            "Of the amount, over the greater of both sizes; null where one is not known or both are zero.",
            "fraction",
            True,
        ),
        Column("changed", "list<string>", "What of it differs."),
    ),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not the same in two releases, as Arrow tables."""

    before: str
    after: str
    reports: pa.Table
    facts: pa.Table


def difference(before: Release, after: Release) -> Difference:
    """What changed from one release to another."""
    facts = _facts(before, after)
    return Difference(before.id, after.id, _reports(before, after, facts), facts)


def _differing(names: Sequence[str]) -> str:
    """SQL for the names of the columns in which a row of `a` and one of `b` differ."""
    cases = ", ".join(f'if(a."{name}" is distinct from b."{name}", \'{name}\', null)' for name in names)
    return f"list_filter([{cases}], lambda name: name is not null)"


_PAIRED = f"""
with by_id as (select a.fact_id as was, b.fact_id as now from a join b using (fact_id)),
gone as (select a.*, (x0 + x1) / 2 as x, (top + bottom) / 2 as y from a anti join b using (fact_id)),
new as (select b.*, (x0 + x1) / 2 as x, (top + bottom) / 2 as y from b anti join a using (fact_id)),
near as (
    select gone.fact_id as was, new.fact_id as now,
           row_number() over (partition by gone.fact_id order by {{distance}}, new.fact_id) as nth_new,
           row_number() over (partition by new.fact_id order by {{distance}}, gone.fact_id) as nth_gone
    from gone join new on new.report_id = gone.report_id and new.page = gone.page
         and abs(new.x - gone.x) < {_NEAR} and abs(new.y - gone.y) < {_NEAR}
)
select was, now from by_id
union all select was, now from near where nth_new = 1 and nth_gone = 1
""".format(distance="abs(new.x - gone.x) + abs(new.y - gone.y)")

_FACT_CHANGES = f"""
with pairs as ({_PAIRED}),
revised as (
    select a as old, b as new, {_differing(_SAID)} as changed
    from pairs join a on a.fact_id = pairs.was join b on b.fact_id = pairs.now
),
all_changes as (
    select 'revised' as change, old, new, changed from revised where len(changed) > 0
    union all
    select 'withdrawn', a, null, [] from a where fact_id not in (select was from pairs)
    union all
    select 'added', null, b, [] from b where fact_id not in (select now from pairs)
)
select change, coalesce(new.report_id, old.report_id) as report_id, r.file_name, r.broker,
       coalesce(new.table_kind, old.table_kind) as table_kind, coalesce(new.page, old.page) as page,
       {", ".join(f'if(new is null, old."{name}", new."{name}") as "{name}"' for name in _ABOUT)},
       {", ".join(f"new.{name} as {name}" for name in _VALUE)},
       {", ".join(f"old.{name} as previous_{name}" for name in _VALUE)},
       if(change = 'revised', (new.amount - old.amount)
          / nullif(greatest(abs(new.amount), abs(old.amount)), 0), null) as relative_change,
       changed
from all_changes c join r on r.report_id = coalesce(new.report_id, old.report_id)
order by report_id, page, coalesce(new.top, old.top), coalesce(new.x0, old.x0), fact_id, previous_fact_id
"""

_REPORT_CHANGES = f"""
with counted as (
    select report_id, count(*) filter (change = 'added') as added,
           count(*) filter (change = 'revised') as revised,
           count(*) filter (change = 'withdrawn') as withdrawn
    from changes group by report_id
),
both_of as (
    select if(a.report_id is null, 'added', if(b.report_id is null, 'withdrawn', 'revised')) as change,
           coalesce(b.report_id, a.report_id) as report_id,
           coalesce(b.file_name, a.file_name) as file_name, coalesce(b.broker, a.broker) as broker,
           coalesce(b.company, a.company) as company,
           coalesce(b.published_on, a.published_on) as published_on,
           if(a.report_id is null or b.report_id is null, [],
              {_differing([name for name in REPORTS.names if name not in _READ])}) as changed
    from a full join b on b.report_id = a.report_id
)
select change, report_id, file_name, broker, company, published_on, coalesce(c.added, 0) as added,
       coalesce(c.revised, 0) as revised, coalesce(c.withdrawn, 0) as withdrawn, changed
from both_of left join counted c using (report_id)
where change <> 'revised' or len(changed) > 0 or c.report_id is not null
order by report_id
"""


def _facts(before: Release, after: Release) -> pa.Table:
    columns = ["fact_id", "report_id", "page", "x0", "top", "x1", "bottom", "amount", *_SAID]
    a, b = (_rows(one, other, FACTS.name, columns) for one, other in ((before, after), (after, before)))
    found = ask(_FACT_CHANGES, a=a, b=b, r=_names(before, after))
    return found.cast(arrow_schema(FACT_CHANGES))


def _reports(before: Release, after: Release, changes: pa.Table) -> pa.Table:
    columns = list(REPORTS.names)
    a, b = (_rows(one, other, REPORTS.name, columns) for one, other in ((before, after), (after, before)))
    found = ask(_REPORT_CHANGES, a=a, b=b, changes=changes.select(["report_id", "change"]))
    return found.cast(arrow_schema(REPORT_CHANGES))


def _names(before: Release, after: Release) -> pa.Table:
    """Report to name and house, as the later release has them."""
    import pyarrow as pa

    columns = ["report_id", "file_name", "broker"]
    both = pa.concat_tables(release.read(REPORTS.name, columns) for release in (after, before))
    return ask("select distinct on (report_id) * from t order by report_id, nth", t=both.append_column(
        "nth", pa.array(range(both.num_rows), pa.int64())
    )).drop_columns(["nth"])  # fmt: skip


def _rows(release: Release, other: Release, name: str, columns: Sequence[str]) -> pa.Table:
    """The rows of a dataset that stand in parts which the other release has not."""
    import pyarrow as pa

    shared = {part.name for part in other.parts(name)}
    own: list[Path] = [part for part in release.parts(name) if part.name not in shared]
    if not own:
        return empty(release_datasets()[name]).select(list(columns))
    return pa.concat_tables(read_parquet(part, columns) for part in own)


def by_house(found: Difference) -> pa.Table:
    """Reports and numbers added, revised and withdrawn, a row for each house, most first."""
    return ask(
        """
        with r as (select broker, count(*) filter (change = 'added') as reports_added,
                          count(*) filter (change = 'revised') as reports_revised,
                          count(*) filter (change = 'withdrawn') as reports_withdrawn
                   from reports group by broker),
        f as (select broker, count(*) filter (change = 'added') as facts_added,
                     count(*) filter (change = 'revised') as facts_revised,
                     count(*) filter (change = 'withdrawn') as facts_withdrawn
              from facts group by broker)
        select r.broker, reports_added, reports_revised, reports_withdrawn,
               coalesce(facts_added, 0) as facts_added, coalesce(facts_revised, 0) as facts_revised,
               coalesce(facts_withdrawn, 0) as facts_withdrawn
        from r left join f on f.broker is not distinct from r.broker
        order by reports_added + reports_revised + reports_withdrawn desc, r.broker
        """,
        reports=found.reports,
        facts=found.facts,
    )


def by_kind(found: Difference) -> pa.Table:
    """Numbers added, revised and withdrawn, a row for each kind of table, most first."""
    return ask(
        """
        select table_kind, count(*) filter (change = 'added') as facts_added,
               count(*) filter (change = 'revised') as facts_revised,
               count(*) filter (change = 'withdrawn') as facts_withdrawn
        from facts group by table_kind order by count(*) desc, table_kind
        """,
        facts=found.facts,
    )


def largest(found: Difference, count: int) -> pa.Table:
    """The numbers whose amount changed most, by its relative change."""
    return ask(
        """
        select broker, file_name, page, label, "column", previous_text as before, text as after,
               relative_change
        from facts where relative_change <> 0
        order by abs(relative_change) desc, file_name, page, fact_id limit $count
        """,
        given={"count": count},
        facts=found.facts,
    )
