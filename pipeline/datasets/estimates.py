"""Estimates: what each report expects of the company it covers, one row a concept, period and unit.

A release keeps them as a dataset of their own: a row depends on its report alone, so that a new report adds
rows and changes none, and the views over them (consensus, revisions) need not look at every printed number.

Only what the report states of the company itself, in its statements, ratios and forecast summary. Where it
prints the same item several times (the cover in 亿元, the statement in 百万元) the row is taken from the
first of these that passed its checks; statements come before ratios, ratios before the summary.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from pipeline.datasets.published import QUALITIES
from pipeline.datasets.query import ask
from pipeline.datasets.schema import Column, Dataset, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

WHOSE = (
    Column("broker", "string", "The house: publishing institution of the report, normalised short name."),
    Column(
        "analysts", "list<string>", "Names of the analysts printed on it, in the order printed.", null=True
    ),
    Column("entity", "string", "The company: ticker where known, else its name."),
    Column("entity_name", "string", "Name of the company as printed.", null=True),
)

ESTIMATES = Dataset(
    "estimates",
    "One row for each item, period and unit that a report estimates for the company it covers.",
    ("fact_id",),
    (
        Column("report_id", "string", "The report."),
        Column("fact_id", "string", "The fact the row is taken from."),
        *WHOSE,
        Column("concept", "string", "Canonical code of the item, from the vocabulary."),
        Column("period_label", "string", "Fiscal period: `2025`, `2025H1`, `2025Q3`."),
        Column("period_end", "date", "Its last day.", null=True),
        Column("unit", "string", "Unit as in facts: CNY, HKD, CNY/share, percent, times and so on."),
        Column("text", "string", "Exactly what is printed."),
        Column("value", "decimal(38,12)", "The number as printed.", "unit, scale"),
        Column("scale", "int32", "Power of ten printed in the unit (百万 = 6).", "power of ten"),
        Column("decimals", "int32", "Digits printed after the point.", "digits"),
        Column(
            "amount",
            "decimal(38,12)",
            "Value in base units, exact: scale applied, percent as a fraction.",
            "unit",
        ),
        Column("quality", "string", "Of the fact, by the checks.", values=QUALITIES),
        Column("published_on", "date", "The date printed on the report."),
        Column("known_at", "instant", "When this system first published the number (UTC)."),
    ),
)

# Segments, peers and benchmarks are not the company; cover data and other tables are read with less context.
_KINDS = ("income_statement", "balance_sheet", "cash_flow", "ratios", "forecast_summary")
_EXACT_DIGITS, _EXACT_POWER = 12, 25  # what decimal(38,12) holds: digits after the point, and before it

_CHOSEN = f"""
select f.report_id, f.fact_id, r.broker,
       list_transform(r.analysts, lambda a: a.name) as analysts,
       coalesce(f.entity, f.entity_name) as entity, f.entity_name, f.concept, f.period_label, f.period_end,
       f.unit, f.text, f.value, f.scale, f.decimals, f.quality, r.published_on, f.known_at,
       f.scale - if(f.unit = 'percent', 2, 0) as power
from facts f join reports r on r.report_id = f.report_id
where f.basis = 'estimate' and f.table_kind in {_KINDS} and f.concept is not null
  and f.period_label is not null and coalesce(f.entity, f.entity_name) is not null
  and f.value is not null and f.scale is not null and f.unit is not null and f.decimals is not null
  and r.broker is not null and r.published_on is not null
  and f.decimals - power <= {_EXACT_DIGITS} and abs(f.amount) < 1e{_EXACT_POWER}
qualify 1 = row_number() over (
    partition by f.report_id, coalesce(f.entity, f.entity_name), f.concept, f.period_label, f.unit
    order by case f.quality when 'passed' then 0 when 'unchecked' then 1 else 2 end,
             list_position({list(_KINDS)}, f.table_kind), f.page, f.top, f.x0, f.fact_id)
order by f.report_id, f.fact_id
"""


def estimates_table(facts: pa.Table, reports: pa.Table) -> pa.Table:
    """The estimates among a release's facts (with `quality` and `known_at`) and reports."""
    import pyarrow as pa

    columns = (
        "report_id fact_id table_kind page top x0 entity entity_name concept period_label period_end basis "
        "text value scale decimals unit amount quality known_at"
    )
    chosen = ask(
        _CHOSEN,
        facts=facts.select(columns.split()),
        reports=reports.select(["report_id", "broker", "analysts", "published_on"]),
    )
    chosen = chosen.append_column("amount", _scaled(chosen["value"], chosen["power"]))
    found = pa.table([chosen[name] for name in ESTIMATES.names], names=list(ESTIMATES.names))
    return found.cast(arrow_schema(ESTIMATES)).combine_chunks()


def _scaled(values: pa.ChunkedArray, powers: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values times ten to their powers, exact: Arrow's decimals, a few multiplications instead of a loop."""
    import pyarrow as pa
    import pyarrow.compute as pc

    exact = pa.decimal128(38, _EXACT_DIGITS)
    amounts = pc.cast(values, exact)
    wide = pc.cast(values, pa.decimal256(38, _EXACT_DIGITS))
    for power in pc.unique(powers).to_pylist():
        by = pa.scalar(Decimal(1).scaleb(power), pa.decimal256(30, max(0, -power)))
        mine = pc.equal(powers, power)
        scaled = pc.cast(pc.multiply(pc.if_else(mine, wide, None), by), exact)
        amounts = pc.if_else(mine, scaled, amounts)
    return amounts
