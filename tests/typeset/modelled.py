"""The tables of a modelled company: figures as printed, multiples and averages, one error planted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from .company import Company, Series, growth
from .facts import Row, Table
from .printing import Negative, printed


@dataclass(frozen=True, slots=True)
class Modelled:
    """A report's company and its printed tables, the planted error included."""

    company: Company
    tables: dict[str, Table]
    error: dict[str, str]


def modelled(facts: Mapping[str, Any]) -> Modelled:
    """All tables of a fact file with `[drivers]`. The first year of the drivers is not printed."""
    company = Company(facts["drivers"])
    add_segment_series(company)
    tables = {key: _table(raw, facts, company) for key, raw in facts["tables"].items()}
    error = dict(facts["error"])
    tables[error["table"]] = _plant(tables[error["table"]], error)
    return Modelled(company, tables, error)


def _table(raw: Mapping[str, Any], facts: Mapping[str, Any], company: Company) -> Table:
    negative: Negative = facts["negative"]
    if raw["kind"] == "comps":
        return Table.parse({**raw, "rows": _comps(raw, facts, company)})
    if raw["kind"] == "cover_data":
        latest = len([head for head in facts["heads"] if head.endswith("A")])
        cells = [[label, _cell(company, code, form, latest, negative)] for label, code, form in raw["cells"]]
        return Table.parse({**raw, "rows": [*cells, *raw.get("extra", [])]})
    count = len(facts["heads"])
    rows = [_row(row, raw.get("form", "0"), company, count, negative) for row in raw["rows"]]
    return Table.parse({**raw, "head": [[raw["label"], *facts["heads"]]], "rows": rows})


def _row(row: Sequence[str], default: str, company: Company, count: int, negative: Negative) -> list[str]:
    if len(row) == 1:
        return [row[0], *[""] * count]
    form = row[2] if len(row) > 2 else default
    return [row[0], *(_cell(company, row[1], form, year, negative) for year in range(1, count + 1))]


def _cell(company: Company, code: str, form: str, year: int, negative: Negative) -> str:
    value = company[code.lstrip("-")][year]
    return printed(-value if code.startswith("-") else value, form, negative)


def add_segment_series(company: Company) -> None:
    """Revenue, growth, share and margin of each segment as `name.revenue` …, and the figures of the cover."""
    total = company["revenue"]
    for name, part in company.segments.items():
        revenue = part["revenue"]
        company.series[f"{name}.revenue"] = revenue
        company.series[f"{name}.growth"] = growth(revenue)
        company.series[f"{name}.share"] = tuple(a * 100 / b for a, b in zip(revenue, total, strict=True))
        company.series[f"{name}.margin"] = tuple(
            (1 - cost / r) * 100 for cost, r in zip(part["cost"], revenue, strict=True)
        )


def _comps(raw: Mapping[str, Any], facts: Mapping[str, Any], company: Company) -> list[list[str]]:
    """Rows of peers, their mean, and the company itself. Multiples are of exact figures, then rounded."""
    fx = Decimal(str(facts["drivers"].get("fx", 1)))
    rows: list[list[str]] = []
    multiples: list[list[Decimal]] = []
    for peer in raw["peers"]:
        price = Decimal(str(peer["price"]))
        cap = price * Decimal(str(peer["shares"]))
        bases = [
            [Decimal(str(value)) for value in peer[name]] for name in ("profit", "revenue") if name in peer
        ]
        ratios = [cap * fx / value for base in bases for value in base]
        shown = [] if raw.get("bases_hidden") else [printed(value, "0") for base in bases for value in base]
        rows.append(
            [peer["code"], peer["name"], printed(price, "2"), printed(cap, "0"), *shown, *_times(ratios)]
        )
        multiples.append(ratios)
    means = [sum(column, Decimal(0)) / len(column) for column in zip(*multiples, strict=True)]
    blank = len(rows[0]) - len(means) - 2
    rows.append(["", f"* {raw['average']}", *[""] * blank, *_times(means)])
    years: list[int] = raw.get("years", [3, 4, 5])
    own_cap = company["market_cap"][years[0]] / fx
    codes = ["parent_profit", "revenue"] if "revenue" in raw["peers"][0] else ["parent_profit"]
    own: list[Series] = [tuple(company[code][year] for year in years) for code in codes]
    shown = [] if raw.get("bases_hidden") else [printed(value, "0") for base in own for value in base]
    price = Decimal(str(facts["drivers"]["price"]))
    report = facts["report"]
    ratios = [own_cap * fx / value for base in own for value in base]
    rows.append(
        [
            report["tickers"][0],
            report["company"],
            printed(price, "2"),
            printed(own_cap, "0"),
            *shown,
            *_times(ratios),
        ]
    )
    return rows


def _times(values: Sequence[Decimal]) -> list[str]:
    return [printed(value, "1") for value in values]


def _plant(table: Table, error: Mapping[str, str]) -> Table:
    """The table with one cell printed wrong; the fact file says what the right print would have been."""
    at = [n for n in range(table.width) if n != table.label_column][table.columns.index(error["column"])]
    rows: list[Row] = []
    for row in table.rows:
        if row.cells[table.label_column] == error["row"]:
            if row.cells[at] != error["should_be"]:
                raise ValueError(f"{error['row']} {error['column']} would print {row.cells[at]}")
            row = replace(row, cells=(*row.cells[:at], error["printed"], *row.cells[at + 1 :]))  # noqa: PLW2901
        rows.append(row)
    return replace(table, rows=tuple(rows))
