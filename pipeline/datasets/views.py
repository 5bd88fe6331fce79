"""The wide tables of a release: one row per report, entity and period, a column for each concept.

The columns are the vocabulary's, never those of the rows at hand. A number that failed a check has no place
in a spreadsheet: its cell is null and `failed` names the concept. What else the sheet has no cell for is
counted in `numbers_left_out`; all of it is in facts.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from pipeline.datasets.query import ask
from pipeline.datasets.schema import Column, Dataset, arrow_schema
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    import pyarrow as pa

# Which parts of the vocabulary a kind of table prints, as the column `statement` of concepts.csv has them.
_STATEMENTS = {
    "income_statement": ("income_statement", "per_share", "ratios"),
    "balance_sheet": ("balance_sheet",),
    "cash_flow": ("cash_flow",),
    "ratios": ("ratios", "per_share", "valuation"),
    "segments": ("segment", "income_statement", "ratios"),
    "comps": ("valuation", "market", "per_share", "income_statement", "ratios"),
    "forecast_summary": ("income_statement", "per_share", "ratios", "valuation"),
}
_UNITS = {"currency": "currency", "per_share": "currency/share", "percent": "fraction"}

_WHO = (
    Column("report_id", "string", "The report."),
    Column("broker", "string", "Its publishing institution.", null=True),
    Column("published_on", "date", "The date printed on it.", null=True),
    Column("entity", "string", "Whom the row is about: ticker where known, else the name.", null=True),
    Column("entity_name", "string", "Name as printed.", null=True),
)
_SEGMENT = Column("segment", "string", "Segment as printed; null for the company as a whole.", null=True)
_WHEN = (
    Column("period_label", "string", "Fiscal period; null where none is printed.", null=True),
    Column("period_end", "date", "Its last day.", null=True),
    Column("basis", "string", "Whether the numbers are actual or estimates.", null=True),
    Column(
        "currency",
        "string",
        "Currency of the row's money, null where none is known; a report that prints two has a row for "
        "each, and numbers without a currency stand in the row that has more.",
        null=True,
    ),
    Column("table_ids", "list<string>", "Tables the row is taken from."),
)
_REST = (
    Column("failed", "list<string>", "Concepts left null because the number failed a check."),
    Column(
        "numbers_left_out",
        "int32",
        "Numbers without a cell: not mapped, foreign to this kind of table, or printed again.",
        "numbers",
    ),
)

BENCHMARKS = Dataset(
    "benchmarks",
    "One row per report, model and benchmark.",
    ("fact_id",),
    (
        *_WHO,
        Column("benchmark", "string", "What was measured: the head that is not the model's.", null=True),
        Column("score", "double", "The number as printed; null where it failed a check.", "unit", True),
        Column("unit", "string", "Unit of the score.", null=True),
        Column("quality", "string", "Of the fact: passed, failed or unchecked."),
        Column("table_id", "string", "The table it is printed in."),
        Column("fact_id", "string", "The fact it is taken from."),
    ),
)


@dataclass(frozen=True, slots=True)
class _Concept:
    code: str
    statement: str
    unit_kind: str
    definition: str


@cache
def _concepts() -> tuple[_Concept, ...]:
    path = resources.files("pipeline.meaning") / "vocabulary" / "concepts.csv"
    rows = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    try:
        return tuple(_Concept(*(row[field] for field in _Concept.__slots__)) for row in rows)
    except KeyError as error:
        raise ConfigError(f"vocabulary/concepts.csv: has no column {error}") from error


def _cells(kind: str) -> tuple[Column, ...]:
    """The columns of a kind's concepts, in the vocabulary's order."""
    return tuple(
        Column(c.code, "double", c.definition, _UNITS.get(c.unit_kind, c.unit_kind), null=True)
        for c in _concepts()
        if c.statement in _STATEMENTS[kind]
    )


@cache
def wide_dataset(kind: str) -> Dataset:
    """The declaration of one kind's wide table; its key may hold nulls."""
    if kind == BENCHMARKS.name:
        return BENCHMARKS
    segment = (_SEGMENT,) if kind == "segments" else ()
    key = ("report_id", "entity", "entity_name", *(c.name for c in segment), "period_label", "currency")
    sentence = f"One row per report, entity and period of the tables of kind {kind}."
    return Dataset(kind, sentence, key, (*_WHO, *segment, *_WHEN, *_cells(kind), *_REST))


WIDE_KINDS = (*_STATEMENTS, BENCHMARKS.name)


def wide_table(kind: str, facts: pa.Table, reports: pa.Table) -> pa.Table:
    """The wide table of one kind from a release's facts (with `quality`) and reports."""
    import pyarrow as pa
    import pyarrow.compute as pc

    dataset = wide_dataset(kind)
    mine = facts.filter(pc.equal(facts["table_kind"], kind))
    heads = reports.select(["report_id", "broker", "published_on"])
    if kind == BENCHMARKS.name:
        return ask(_BENCHMARKS, facts=mine, reports=heads).cast(arrow_schema(dataset)).combine_chunks()
    here = {c.name for c in _cells(kind)}
    concepts = pa.table(
        {
            "concept": [c.code for c in _concepts()],
            "money": [c.unit_kind in ("currency", "per_share") for c in _concepts()],
            "segmental": [c.code.startswith("segment_") for c in _concepts()],
            "here": [c.code in here for c in _concepts()],
        }
    )
    rows = ask(_rows_of(kind), facts=mine, reports=heads, concepts=concepts)
    columns = {**{name: rows[name] for name in rows.column_names}, **_spread(rows["cells"], sorted(here))}
    found = pa.table([columns[name] for name in dataset.names], names=list(dataset.names))
    return found.cast(arrow_schema(dataset)).combine_chunks()


def _spread(cells: pa.ChunkedArray, concepts: list[str]) -> dict[str, Any]:
    """A column for each concept from each row's list of (concept, amount)."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    lists = cells.combine_chunks()
    flat = pc.list_flatten(lists)
    rows = pc.list_parent_indices(lists).to_numpy()
    codes, amounts = flat.field("concept").to_pylist(), flat.field("amount").to_numpy(zero_copy_only=False)
    by_concept: dict[str, list[int]] = {}
    for index, code in enumerate(codes):
        by_concept.setdefault(code, []).append(index)
    columns: dict[str, Any] = {}
    for concept in concepts:
        if concept not in by_concept:
            columns[concept] = pa.nulls(len(lists), pa.float64())
            continue
        chosen = np.array(by_concept[concept])
        column = np.full(len(lists), np.nan)
        column[rows[chosen]] = amounts[chosen]
        columns[concept] = pa.array(column, from_pandas=True)  # NaN is the empty cell: null
    return columns


_BENCHMARKS = """
select f.report_id, r.broker, r.published_on,
       f.entity, coalesce(f.entity_name, f.label) as entity_name,
       if(f.column = f.entity_name, f.label, f.column) as benchmark,
       if(f.quality = 'failed', null, f.value::double) as score, f.unit, f.quality, f.table_id, f.fact_id
from facts f join reports r on r.report_id = f.report_id
order by f.report_id, f.fact_id
"""


# Rows of a segment table carry the segment either as their own head ([分板块, 生成式AI]) or as the head above
# ([生成式AI, YoY]). Where one head has the same concept twice under it, the rows name the segments; else the
# head does. A row under no head that measures the company (总营收, 整体毛利率) is of no segment.
_SEGMENT_OF = """
    case when len(f.label_path) < 2 then if(coalesce(c.segmental, true), f.label, null)
         when count(*) over (partition by f.table_id, f.column, f.label_path[:-2], f.concept) > 1 then f.label
         else f.label_path[-2] end
"""

_ROWS = """
with mine as (
    select f.*, coalesce(f.entity, {name}) as who, {name} as named, {segment} as segment,
           coalesce(c.here, false) as here, quality = 'failed' as bad,
           case when f.amount is null then null
                when regexp_matches(f.unit, '^[A-Z]{{3}}(/|$)') then f.unit[:3]
                when c.money then '' end as own_currency
    from facts f left join concepts c on c.concept = f.concept
),
most as (
    select report_id, who, segment, period_label, own_currency as currency,
           row_number() over (partition by report_id, who, segment, period_label
                              order by own_currency = '', count(*) desc, own_currency) as place
    from mine where own_currency is not null
    group by report_id, who, segment, period_label, own_currency
),
rowed as (
    select m.*, coalesce(m.own_currency, k.currency, '') as row_currency
    from mine m left join most k on k.place = 1 and k.report_id = m.report_id
         and k.who is not distinct from m.who and k.segment is not distinct from m.segment
         and k.period_label is not distinct from m.period_label
),
placed as (
    select *, here and 1 = row_number() over (
               partition by report_id, who, segment, period_label, row_currency, concept
               order by amount is null, bad, page, top, x0, fact_id) as first
    from rowed
)
select p.report_id, any_value(r.broker) as broker, any_value(r.published_on) as published_on,
       min(entity) as entity, min(named) as entity_name, segment, period_label, max(period_end) as period_end,
       arg_min(basis, (page, top, x0, fact_id)) as basis, nullif(row_currency, '') as currency,
       list_sort(list(distinct table_id)) as table_ids,
       coalesce(list({{'concept': concept, 'amount': amount}} order by concept)
                filter (first and not bad and amount is not null), []) as cells,
       coalesce(list_sort(list(distinct concept) filter (first and bad)), []) as failed,
       (count(*) filter (amount is not null and not first))::integer as numbers_left_out
from placed p join reports r on r.report_id = p.report_id
group by p.report_id, who, segment, period_label, row_currency
order by p.report_id, who, segment, period_label, row_currency
"""


def _rows_of(kind: str) -> str:
    """The query for the rows of one kind, their concepts still a list of `cells`."""
    return _ROWS.format(
        name="coalesce(f.entity_name, f.label)" if kind == "comps" else "f.entity_name",
        segment=_SEGMENT_OF if kind == "segments" else "null::varchar",
    )
