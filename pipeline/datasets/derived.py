"""What a release says of a fact beyond the print: its quality by the checks, and what came after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.datasets.query import ask

if TYPE_CHECKING:
    import pyarrow as pa

# A failing check that names suspects clears the other facts that took part in it: they are judged by the
# rest of their checks. One that names nobody casts doubt on all of them. `info` checks cast none.
_QUALITY = """
with failing as (
    select severity, verdict, suspects, fact_ids, len(suspects) > 0 as singled_out
    from checks
    where verdict in ('impossible', 'improbable') and severity in ('error', 'warning')
),
doubt as (
    select unnest(if(singled_out, suspects, fact_ids)) as fact_id,
           severity = 'error' and (singled_out or verdict = 'impossible') as failed
    from failing
),
doubted as (select fact_id, bool_or(failed) as failed from doubt group by fact_id),
held as (select distinct unnest(fact_ids) as fact_id from checks where verdict = 'ok')
select f.fact_id,
       case when d.failed then 'failed'
            when d.fact_id is null and h.fact_id is not null then 'passed'
            else 'unchecked' end as quality
from facts f
left join doubted d on d.fact_id = f.fact_id
left join held h on h.fact_id = f.fact_id
"""

# Peers and benchmark rows are other houses' numbers, and a segment's revenue is not the company's: they are
# compared among themselves only.
_SUPERSEDED = """
with dated as (
    select f.fact_id, f.report_id, f.table_kind, f.page, f.top, f.x0, r.published_on,
           concat_ws(chr(31), r.broker, coalesce(f.entity, f.entity_name), f.concept, f.period_label,
               case when f.table_kind in ('segments', 'comps', 'benchmarks') then f.table_kind end,
               case when f.table_kind = 'segments' then array_to_string(f.label_path, chr(30)) end) as line
    from facts f join reports r on r.report_id = f.report_id
    where r.published_on is not null and r.broker is not null and f.concept is not null
      and coalesce(f.entity, f.entity_name) is not null and f.period_label is not null
),
days as (
    select line, published_on, lead(published_on) over (partition by line order by published_on) as later
    from (select distinct line, published_on from dated)
),
first_of as (
    select line, published_on, table_kind, fact_id,
           row_number() over (partition by line, published_on, table_kind
                              order by report_id, page, top, x0, fact_id) as in_kind,
           row_number() over (partition by line, published_on
                              order by report_id, page, top, x0, fact_id) as in_all
    from dated
)
select d.fact_id, coalesce(same.fact_id, other.fact_id) as superseded_by
from dated d
join days on days.line = d.line and days.published_on = d.published_on and days.later is not null
left join first_of same on same.line = d.line and same.published_on = days.later
     and same.table_kind = d.table_kind and same.in_kind = 1
join first_of other on other.line = d.line and other.published_on = days.later and other.in_all = 1
"""


def quality_of(facts: pa.Table, checks: pa.Table) -> pa.Table:
    """fact_id and quality of every fact.

    `failed` where an error check that fails singles the fact out, or is impossible and singles nobody out;
    `passed` where at least one check that holds includes it and no failing error or warning casts doubt on
    it; `unchecked` for all others.
    """
    return ask(
        _QUALITY,
        facts=facts.select(["fact_id"]),
        checks=checks.select(["severity", "verdict", "fact_ids", "suspects"]),
    )


def superseded(facts: pa.Table, reports: pa.Table) -> pa.Table:
    """fact_id and superseded_by of the facts that a later report of the same broker states again.

    The same entity, concept and period; in the report of the next later day, in a table of the same kind if
    there is one, the first by place.
    """
    columns = "fact_id report_id table_kind page top x0 entity entity_name concept period_label label_path"
    return ask(
        _SUPERSEDED,
        facts=facts.select(columns.split()),
        reports=reports.select(["report_id", "broker", "published_on"]),
    )
