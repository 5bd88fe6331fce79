"""What houses think, over time: consensus, revisions, and the histories of target prices and ratings.

None of these is stored. Each is a question to the estimates and reports that were there at a date, and is
asked of DuckDB when it is needed; so there is one definition for every date, and a late report is in every
answer from then on. Definitions follow the practice of I/B/E/S and FactSet, as docs/opinions.md explains:
one estimate a house, the latest, and none older than the cut.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.datasets.estimates import ESTIMATES, WHOSE
from pipeline.datasets.schema import Column, Dataset

STALE_DAYS = 180
"""Older estimates leave the consensus: half a year, since houses here estimate anew after the annual report
(April) and the interim report (August). FactSet's 100 days would empty much of January to March.
"""

_LINE = "broker, entity, concept, period_label, unit"
_ITEM = {c.name: c for c in ESTIMATES.columns}


@dataclass(frozen=True, slots=True)
class View:
    """A table computed when it is asked for: its declaration and the query that answers it."""

    dataset: Dataset
    sql: str


# One opinion a house and day: of two reports of a day the one with the greater id, which is arbitrary but the
# same everywhere. `earlier` is then always of an earlier day.
_REVISES = f"""
select *, last_value(fact_id order by report_id) over earlier as revises
from estimates_printed
window earlier as (partition by {_LINE} order by published_on
                   range between unbounded preceding and interval 1 day preceding)
"""

ESTIMATE_VIEW = View(
    Dataset(
        ESTIMATES.name,
        ESTIMATES.sentence,
        ESTIMATES.key,
        (
            *ESTIMATES.columns,
            Column(
                "revises",
                "string",
                "The fact of the house's estimate before, for the same company, item, period and unit, from "
                "its latest report of an earlier day; null where there is none.",
                null=True,
            ),
        ),
    ),
    _REVISES,
)

# Two prints of different coarseness (70,567 百万 and 705.7 亿) are no revision where one number can be both:
# where their roundings overlap by more than the edge.
_REVISIONS = f"""
with daily as (
    select * from estimates_printed
    where quality <> 'failed'
    qualify 1 = row_number() over (partition by {_LINE}, published_on order by report_id desc)
),
chained as (
    select *,
           lag(fact_id) over before as previous_fact_id, lag(published_on) over before as previous_on,
           lag(amount) over before as previous_amount,
           pow(10.0, scale - decimals - if(unit = 'percent', 2, 0)) as step,
           lag(pow(10.0, scale - decimals - if(unit = 'percent', 2, 0))) over before as previous_step
    from daily window before as (partition by {_LINE} order by published_on)
)
select report_id, broker, analysts, entity, entity_name, concept, period_label, period_end, unit,
       published_on, amount, fact_id, previous_on, previous_amount, previous_fact_id,
       (amount - previous_amount)::decimal(38,12) as change,
       (amount - previous_amount)::double / nullif(abs(previous_amount)::double, 0) as relative_change,
       case when abs((amount - previous_amount)::double) < (step + previous_step) / 2 * (1 - 1e-9)
            then 'unchanged' when amount > previous_amount then 'up' else 'down' end as direction
from chained where previous_fact_id is not null
"""

_WHO = tuple(_ITEM[c.name] for c in WHOSE)
_WHAT = tuple(_ITEM[name] for name in ("concept", "period_label", "period_end", "unit"))

REVISIONS = View(
    Dataset(
        "revisions",
        "One row for each estimate that has an earlier one of its house, company, item, period and unit.",
        ("fact_id",),
        (
            _ITEM["report_id"],
            *_WHO,
            *_WHAT,
            _ITEM["published_on"],
            _ITEM["amount"],
            _ITEM["fact_id"],
            Column("previous_on", "date", "When the house printed its estimate before."),
            Column("previous_amount", "decimal(38,12)", "What it was, in base units.", "unit"),
            Column("previous_fact_id", "string", "The fact it is taken from."),
            Column("change", "decimal(38,12)", "The new estimate less the one before.", "unit"),
            Column(
                "relative_change",
                "double",
                "Change over the size of the estimate before; null where that was zero.",
                "fraction",
                null=True,
            ),
            Column(
                "direction",
                "string",
                "`unchanged` where one number can be behind both prints, by the rounding of their digits.",
                values=("up", "down", "unchanged"),
            ),
        ),
    ),
    _REVISIONS,
)

# A house whose latest estimate failed a check is not replaced by what it said before: it is left out. Of two
# reports of a day the one with the greater id counts, as in revisions.
# The median is of sorted lists: DuckDB's own goes through doubles and says 550,874,999.999999770624. Lists of
# texts are slow to gather: they come joined and are taken apart again. The newest name is told by a number
# made of day and report: texts put together for it took a tenth of the whole. The latest by a window: a
# condition on the company or item reaches the estimates through it.
_CONSENSUS = f"""
with latest as (
    select *, (published_on - date '1970-01-01')::bigint * 4294967296
              + coalesce(try_cast('0x' || left(report_id, 8) as bigint), 0) as turn
    from estimates_printed
    where published_on <= day::date and published_on > day::date - stale_days::integer
    qualify 1 = row_number() over (partition by {_LINE} order by published_on desc, report_id desc)
),
held as (
    select entity, concept, period_label, max(period_end) as period_end, unit, count(*)::integer as houses,
           arg_max(entity_name, turn) as entity_name,
           sum(amount)::double / count(*) as mean, stddev_samp(amount::double) as stdev,
           list_sort(list(amount)) as amounts, string_agg(broker, chr(31)) as brokers,
           string_agg(fact_id, chr(31)) as fact_ids,
           min(published_on) as oldest_on, max(published_on) as newest_on
    from latest where quality <> 'failed' group by entity, concept, period_label, unit
)
select entity, entity_name, concept, period_label, period_end, unit, day::date as as_of, houses, mean,
       if(houses % 2 = 1, amounts[houses // 2 + 1],
          (amounts[houses // 2] * 0.5 + amounts[houses // 2 + 1] * 0.5)::decimal(38,12)) as median,
       amounts[-1] as high, amounts[1] as low, stdev, stdev / nullif(abs(mean), 0) as dispersion,
       oldest_on, newest_on, if(houses = 1, [brokers], list_sort(split(brokers, chr(31)))) as brokers,
       if(houses = 1, [fact_ids], list_select(split(fact_ids, chr(31)),
                                              list_grade_up(split(brokers, chr(31))))) as fact_ids
from held
"""

CONSENSUS = View(
    Dataset(
        "consensus",
        "One row for each company, item, period and unit that houses estimate, as of a date.",
        ("entity", "concept", "period_label", "unit"),
        (
            _ITEM["entity"],
            _ITEM["entity_name"],
            *_WHAT,
            Column("as_of", "date", "The date the row is as of: nothing printed later is in it."),
            Column("houses", "int32", "Houses whose latest estimate is in it, each once.", "houses"),
            Column("mean", "double", "Mean of their latest estimates, in base units.", "unit"),
            Column(
                "median",
                "decimal(38,12)",
                "Median of them; of an even number of houses the mean of the middle two.",
                "unit",
            ),
            Column("high", "decimal(38,12)", "The greatest of them.", "unit"),
            Column("low", "decimal(38,12)", "The least of them.", "unit"),
            Column("stdev", "double", "Sample standard deviation; null with one house.", "unit", True),
            Column(
                "dispersion",
                "double",
                "Standard deviation over the size of the mean; null with one house or a mean of zero.",
                "fraction",
                null=True,
            ),
            Column("oldest_on", "date", "When the oldest estimate in it was printed."),
            Column("newest_on", "date", "When the newest estimate in it was printed."),
            Column("brokers", "list<string>", "The houses."),
            Column("fact_ids", "list<string>", "The fact of each house, in the order of brokers."),
        ),
    ),
    _CONSENSUS,
)

_COVERED = """
select report_id, broker, list_transform(analysts, lambda a: a.name) as analysts,
       coalesce(tickers[1], company) as entity, company as entity_name, published_on,
       rating, rating_action, rating_level, target_price, close_price, price_currency
from reports
where broker is not null and published_on is not null and coalesce(tickers[1], company) is not null
"""

_TARGET_PRICES = f"""
with daily as (
    select * from ({_COVERED}) where target_price is not null and price_currency is not null
    qualify 1 = row_number() over (
        partition by broker, entity, price_currency, published_on order by report_id desc)
)
select report_id, broker, analysts, entity, entity_name, published_on, target_price, close_price,
       price_currency, target_price::double / nullif(close_price, 0)::double - 1 as upside,
       lag(published_on) over before as previous_on, lag(target_price) over before as previous_target,
       (target_price - lag(target_price) over before)::decimal(18,4) as change
from daily window before as (partition by broker, entity, price_currency order by published_on)
"""

_REPORT = (
    _ITEM["report_id"],
    *_WHO,
    Column("published_on", "date", "The date printed on the report."),
)

TARGET_PRICES = View(
    Dataset(
        "target_prices",
        "One row for each target price: house, company and day.",
        ("report_id",),
        (
            *_REPORT,
            Column("target_price", "decimal(18,4)", "Target price as printed.", "price_currency"),
            Column(
                "close_price", "decimal(18,4)", "Closing price the report quotes.", "price_currency", True
            ),
            Column("price_currency", "string", "Currency of the prices, ISO 4217."),
            Column("upside", "double", "Target price over closing price, less one.", "fraction", True),
            Column("previous_on", "date", "When the house printed its target price before.", null=True),
            Column("previous_target", "decimal(18,4)", "What it was.", "price_currency", True),
            Column("change", "decimal(18,4)", "The new one less the one before.", "price_currency", True),
        ),
    ),
    _TARGET_PRICES,
)

LEVELS = ("sell", "underperform", "hold", "outperform", "buy")

_RATINGS = f"""
with daily as (
    select *, list_position({list(LEVELS)}, rating_level) as step
    from ({_COVERED}) where rating is not null
    qualify 1 = row_number() over (partition by broker, entity, published_on order by report_id desc)
)
select report_id, broker, analysts, entity, entity_name, published_on, rating, rating_level, rating_action,
       lag(published_on) over before as previous_on, lag(rating) over before as previous_rating,
       lag(rating_level) over before as previous_level,
       case when lag(published_on) over before is null then 'first'
            when step > lag(step) over before then 'raised'
            when step < lag(step) over before then 'lowered'
            when step = lag(step) over before then 'unchanged' end as change
from daily window before as (partition by broker, entity order by published_on)
"""

RATINGS = View(
    Dataset(
        "ratings",
        "One row for each rating: house, company and day.",
        ("report_id",),
        (
            *_REPORT,
            Column("rating", "string", "Rating as printed (买入)."),
            Column(
                "rating_level", "string", "Rating on one scale, by the broker's vocabulary.", "", True, LEVELS
            ),
            Column(
                "rating_action", "string", "What the report says it does to the rating (上调).", null=True
            ),
            Column("previous_on", "date", "When the house printed its rating before.", null=True),
            Column("previous_rating", "string", "What it was, as printed.", null=True),
            Column("previous_level", "string", "What it was, on the one scale.", "", True, LEVELS),
            Column(
                "change",
                "string",
                "From the levels, not from what the report says of itself; `first` here may be a house's "
                "thousandth elsewhere; null where a level is not known.",
                null=True,
                values=("first", "raised", "lowered", "unchanged"),
            ),
        ),
    ),
    _RATINGS,
)

VIEWS = {view.dataset.name: view for view in (ESTIMATE_VIEW, CONSENSUS, REVISIONS, TARGET_PRICES, RATINGS)}
"""The computed tables, by name."""
