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
# compared among themselves only. Two reports are linked by what both of them name, never through a third: a
# report printed later must not change what came after what before it. A period of the same name that ends on
# another day (the company changed its fiscal year) is another period.
# What was and what is are told apart by bits of `state` (`BEFORE`, `AFTER`), in one go: most facts are in
# both, and asking twice took three times as long (0.40 CPU s instead of 0.12 for 250 reports).
_NEWS = """
with dated as (
    select f.fact_id, f.report_id, f.state, f.concept, coalesce(f.entity, f.entity_name) as entity,
           if(f.entity is null, 'name', 'ticker') as entity_is, f.table_kind,
           {'page': f.page, 'top': f.top, 'x0': f.x0, 'fact_id': f.fact_id} as place,
           concat_ws(chr(31), coalesce(f.entity, f.entity_name), f.concept, f.period_label, f.period_end,
               case when f.table_kind in ('segments', 'comps', 'benchmarks') then f.table_kind end,
               case when f.table_kind = 'segments' then array_to_string(f.label_path, chr(30)) end) as line
    from facts f
    where f.concept is not null and coalesce(f.entity, f.entity_name) is not null
      and f.period_label is not null
),
links as (
    select distinct a.report_id, a.state, b.report_id as later, b.state as later_state,
           a.state & b.state as held, b.published_on
    from subjects a join subjects b on b.subject = a.subject and b.published_on > a.published_on
    where (a.state & b.state) > 0
),
said as (
    select report_id, state, line, table_kind, min(place) as place
    from dated group by report_id, state, line, table_kind
),
next as (
    select a.report_id, a.state, a.line, a.table_kind, m.moment,
           arg_min({'by': b.place.fact_id, 'day': l.published_on},
                   {'day': l.published_on, 'other': b.table_kind <> a.table_kind, 'report': b.report_id,
                    'place': b.place}) as after
    from said a join links l on l.report_id = a.report_id and l.state = a.state
         join said b on b.report_id = l.later and b.state = l.later_state and b.line = a.line
         join (values (1), (2)) m(moment) on (l.held & m.moment) > 0
    group by a.report_id, a.state, a.line, a.table_kind, m.moment
),
followed as (
    select d.fact_id, d.concept, d.entity, d.entity_is, any_value(d.report_id) as report_id,
           max(n.after) filter (n.moment = 1) as was, max(n.after) filter (n.moment = 2) as now
    from dated d join next n on n.report_id = d.report_id and n.state = d.state and n.line = d.line
         and n.table_kind = d.table_kind
    group by d.fact_id, d.concept, d.entity, d.entity_is
)
select fact_id, report_id, concept, entity, entity_is, now.by as superseded_by, now.day as superseded_on,
       case when was is null then 'found' when now is null then 'withdrawn' else 'replaced' end as change
from followed where was is distinct from now
order by fact_id, concept, entity, entity_is
"""

BEFORE, AFTER = 1, 2
"""Bits of `state`: what the parent shows, and what the release will show."""

LINE_COLUMNS = (
    *("fact_id", "report_id", "table_kind", "page", "top", "x0"),
    *("entity", "entity_name", "concept", "period_label", "period_end", "label_path"),
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


def subjects(report: Mapping[str, Any]) -> tuple[str, ...]:
    """What a report is about, for its house: tickers and name of its company. None without a house."""
    if not report["broker"]:
        return ()
    names = (*(report["tickers"] or ()), *([report["company"]] if report["company"] else ()))
    return tuple(f"{report['broker']}\x1f{name}" for name in dict.fromkeys(names))


def chains(reports: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """report_id to the chain it belongs to: reports of one house that share a subject, or that others link.

    Successors are looked for within a chain. Reports without house, company and tickers are in none.
    """
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while above.setdefault(name, name) != name:
            name = above[name]
        return name

    members: dict[str, str] = {}
    for report in reports:
        if named := subjects(report):
            first, *others = named
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


def superseded(facts: pa.Table, subjects: pa.Table) -> pa.Table:
    """What the log of successors has to add: facts with another successor than before, or with none again.

    `facts` has `LINE_COLUMNS`, `subjects` report_id, published_on and subject, a row for each of a report's
    `subjects`; both have `state`. The successor of a fact: of the reports that share a subject with the
    fact's own, that of the next later day which has the same entity, concept and period, by name and
    end: in a table of the same kind if there is one, the first by place. A number whose item or entity is
    read otherwise than before is another statement: its successor as the old one is taken back.

    Columns fact_id, report_id, concept, entity, entity_is, superseded_by, superseded_on, change.
    """
    return ask(_NEWS, facts=facts, subjects=subjects)
