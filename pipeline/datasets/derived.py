"""What a release says of a fact beyond the print: quality by the checks, rulings, and what came after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pipeline.datasets.query import ask

if TYPE_CHECKING:
    import pyarrow as pa

# A failing check that names suspects clears the other facts that took part in it: they are judged by the
# rest of their checks. One that names nobody casts doubt on all of them. `info` checks cast none. A person
# who ruled on a number has settled the doubt; checks of the print say nothing of a corrected one.
_QUALITY = """
with evaluated as (
    select severity, verdict, rule_id, suspects, fact_ids, len(suspects) > 0 as singled_out
    from checks where verdict <> 'not_checkable'
),
doubt as (
    select unnest(if(singled_out, suspects, fact_ids)) as fact_id, rule_id,
           severity = 'error' and (singled_out or verdict = 'impossible') as failed
    from evaluated
    where verdict in ('impossible', 'improbable') and severity in ('error', 'warning')
),
doubted as (
    select fact_id, bool_or(failed) as failed, list_sort(list(distinct rule_id)) as failed_rules
    from doubt group by fact_id
),
touch as (select unnest(fact_ids) as fact_id, rule_id, verdict = 'ok' as held from evaluated),
touched as (
    select fact_id, bool_or(held) as held, list_sort(list(distinct rule_id)) as rules
    from touch group by fact_id
)
select f.fact_id,
       case when r.ruling = 'correct' then 'unchecked'
            when r.ruling is null and d.failed then 'failed'
            when t.held and (r.ruling is not null or d.fact_id is null) then 'passed'
            else 'unchecked' end as quality,
       coalesce(t.rules, []::varchar[]) as rules,
       coalesce(d.failed_rules, []::varchar[]) as failed_rules
from facts f
left join doubted d on d.fact_id = f.fact_id
left join touched t on t.fact_id = f.fact_id
left join rulings r on r.fact_id = f.fact_id
"""

# Peers and benchmark rows are other houses' numbers, and a segment's revenue is not the company's: they are
# compared among themselves only.
_SUPERSEDED = """
with dated as (
    select f.fact_id, f.report_id, f.concept, f.table_kind, f.page, f.top, f.x0, r.published_on,
           concat_ws(chr(31), r.chain, coalesce(f.entity, f.entity_name), f.concept, f.period_label,
               case when f.table_kind in ('segments', 'comps', 'benchmarks') then f.table_kind end,
               case when f.table_kind = 'segments' then array_to_string(f.label_path, chr(30)) end) as line
    from facts f join chains r on r.report_id = f.report_id
    where r.published_on is not null and f.concept is not null
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
select d.fact_id, d.report_id, d.concept, coalesce(same.fact_id, other.fact_id) as superseded_by,
       days.later as superseded_on
from dated d
join days on days.line = d.line and days.published_on = d.published_on and days.later is not null
left join first_of same on same.line = d.line and same.published_on = days.later
     and same.table_kind = d.table_kind and same.in_kind = 1
join first_of other on other.line = d.line and other.published_on = days.later and other.in_all = 1
"""

_DIFFERENCE = """
select coalesce(a.fact_id, b.fact_id) as fact_id, coalesce(a.report_id, b.report_id) as report_id,
       coalesce(a.concept, b.concept) as concept, a.superseded_by, a.superseded_on
from after a full join before b on a.fact_id = b.fact_id
where a.superseded_by is distinct from b.superseded_by or a.superseded_on is distinct from b.superseded_on
order by concept, fact_id
"""

LINE_COLUMNS = (
    *("fact_id", "report_id", "table_kind", "page", "top", "x0"),
    *("entity", "entity_name", "concept", "period_label", "label_path"),
)
"""Columns of facts by which a line is followed from report to report."""


def quality_of(facts: pa.Table, checks: pa.Table, rulings: pa.Table) -> pa.Table:
    """fact_id, quality, rules and failed_rules of every fact.

    `failed` where an error check that fails singles the fact out, or is impossible and singles nobody out;
    `passed` where at least one check that holds includes it and no failing error or warning casts doubt on
    it; `unchecked` for all others. `rulings` has fact_id and ruling.
    """
    return ask(
        _QUALITY,
        facts=facts.select(["fact_id"]),
        checks=checks.select(["severity", "verdict", "rule_id", "fact_ids", "suspects"]),
        rulings=rulings.select(["fact_id", "ruling"]),
    )


def corrected(facts: pa.Table, rulings: pa.Table) -> pa.Table:
    """`facts` with the value and amount that people ruled ought to be there; what is printed stays beside it.

    Adds `value_printed`. `text`, and every other column, stays as printed.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    facts = facts.append_column("value_printed", facts["value"])
    ruled = rulings.filter(pc.equal(rulings["ruling"], "correct"))
    if not ruled.num_rows:
        return facts
    at = pc.index_in(ruled["fact_id"], value_set=facts["fact_id"]).to_pylist()
    values, amounts = facts["value"].to_pylist(), facts["amount"].to_pylist()
    scales, units = facts["scale"].to_pylist(), facts["unit"].to_pylist()
    for row, value in zip(at, ruled["value_corrected"].to_pylist(), strict=True):
        power = (scales[row] or 0) - (2 if units[row] == "percent" else 0)
        values[row], amounts[row] = value, float(value.scaleb(power))
    for name, found in (("value", values), ("amount", amounts)):
        place = facts.schema.get_field_index(name)
        facts = facts.set_column(place, facts.field(name), pa.chunked_array([found], facts[name].type))
    return facts


def chains(reports: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """report_id to the chain it belongs to: reports of one house on one company.

    Two reports of a broker are about the same company where they share a ticker or the company's name: a
    dual listing links the reports that name either. Reports without broker, company and tickers are in none.
    """
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    members: dict[str, str] = {}
    for report in reports:
        names = [*(report["tickers"] or ()), *([report["company"]] if report["company"] else ())]
        if report["broker"] and names:
            first, *others = (f"{report['broker']}\x1f{name}" for name in names)
            for other in others:
                low, high = sorted((top(first), top(other)))
                above[high] = low
            members[report["report_id"]] = first
    return {report_id: top(name) for report_id, name in members.items()}


def by_chain(members: Mapping[str, str]) -> dict[str, set[str]]:
    """Chain to its reports."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for report_id, chain in members.items():
        found[chain].add(report_id)
    return dict(found)


def superseded(facts: pa.Table, reports: pa.Table) -> pa.Table:
    """The facts that a later report of the same chain states again, and by which fact.

    `facts` has `LINE_COLUMNS`, `reports` has report_id, chain and published_on. The same entity, concept and
    period; in the report of the next later day, in a table of the same kind if there is one, the first by
    place. Columns fact_id, report_id, concept, superseded_by, superseded_on.
    """
    return ask(_SUPERSEDED, facts=facts, chains=reports)


def difference(before: pa.Table, after: pa.Table) -> pa.Table:
    """What the log of successors has to add so that it says `after` where it said `before`."""
    return ask(_DIFFERENCE, before=before, after=after)
