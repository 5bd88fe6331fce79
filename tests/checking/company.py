"""An honest company, its books kept exactly and printed rounded: every rule of statements holds of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random

import pyarrow as pa
from hypothesis import strategies as st

from pipeline.checking import broken_rules, check

YEARS = ("2022", "2023", "2024", "2025", "2026")
ACTUAL = 2  # the first so many years
Amounts = Sequence[Fraction]
FACTORS = st.fractions(min_value=Fraction(1, 50), max_value=10**6, max_denominator=10**4)


@dataclass(frozen=True)
class Line:
    """One printed row: label, concept, the text of each column (`None`: no cell), unit, power of ten."""

    label: str
    concept: str | None
    texts: tuple[str | None, ...]
    unit: str | None = "CNY"
    scale: int | None = 6
    above: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """One printed table; `heads`, `concepts`, `units` are given by column where its columns are no years."""

    kind: str
    lines: tuple[Line, ...]
    periods: tuple[str | None, ...] = YEARS
    heads: tuple[str, ...] = ()
    concepts: tuple[str | None, ...] = ()
    units: tuple[tuple[str, int], ...] = ()
    agreement: float | None = None
    reader: str = "aligned"

    def without(self, concept: str) -> Grid:
        return replace(self, lines=tuple(line for line in self.lines if line.concept != concept))

    def edited(self, label: str, column: int, text: str | None) -> Grid:
        def edit(line: Line) -> Line:
            texts = tuple(text if i == column else t for i, t in enumerate(line.texts))
            return replace(line, texts=texts) if line.label == label else line

        return replace(self, lines=tuple(edit(line) for line in self.lines))


def number(text: str) -> tuple[Decimal | None, int, str | None]:
    """Value, digits after the point and kind of absence of a printed text."""
    if text in ("", "-", "—", "N.A."):
        return None, 0, {"": "blank", "N.A.": "na"}.get(text, "dash")
    digits = text.replace(",", "").replace("(", "-").rstrip("%x)")
    value = Decimal(digits)
    return value, max(0, -int(value.as_tuple().exponent)), None


def datasets(grids: Sequence[Grid], report_id: str = "r") -> tuple[pa.Table, pa.Table, pa.Table]:
    """Facts, tables and reports, with the columns the checks read."""
    facts = []
    for t, grid in enumerate(grids):
        for r, line in enumerate(grid.lines):
            for c, text in enumerate(line.texts):
                if text is None:
                    continue
                value, decimals, missing = number(text)
                unit, scale = grid.units[c] if grid.units else (line.unit, line.scale)
                per_column = bool(grid.concepts)
                facts.append(
                    {
                        "fact_id": f"{t}:{line.concept if not per_column else ''}:{line.label}:{c}",
                        "report_id": report_id,
                        "table_id": f"t{t}",
                        "table_kind": grid.kind,
                        "page": t + 1,
                        "x0": 100.0 + 40 * c,
                        "top": 50.0 + 12 * r,
                        "entity": line.label if grid.kind in ("comps", "benchmarks") else "600000.SH",
                        "entity_name": None,
                        "label": line.label,
                        "label_path": [*line.above, line.label],
                        "column": grid.heads[c] if grid.heads else grid.periods[c],
                        "concept": grid.concepts[c] if per_column else line.concept,
                        "period_label": grid.periods[c],
                        "basis": basis(grid.periods[c]),
                        "text": text,
                        "value": value,
                        "missing": missing,
                        "decimals": decimals,
                        "unit": unit,
                        "scale": scale,
                    }
                )
    tables = [
        {"table_id": f"t{t}", "agreement": grid.agreement, "reader": grid.reader}
        for t, grid in enumerate(grids)
    ]
    types = [("table_id", pa.string()), ("agreement", pa.float64()), ("reader", pa.string())]
    return (
        pa.Table.from_pylist(facts, schema=FACTS),
        pa.Table.from_pylist(tables, schema=pa.schema(types)),
        pa.table({"report_id": pa.array([report_id])}),
    )


def checked(grids: Sequence[Grid]) -> list[dict[str, object]]:
    """The checks of one report, none of them a rule that failed itself."""
    found = check(*datasets(grids))
    assert broken_rules(found) == []
    rows: list[dict[str, object]] = found.to_pylist()
    return rows


def basis(period: str | None) -> str | None:
    if period is None:
        return None
    return "actual" if period[:4] in YEARS[:ACTUAL] else "estimate"


def scaled(grid: Grid, times: Fraction) -> Grid:
    """The table with all amounts so many times as large, rounded to the digits that it prints."""

    def again(line: Line, column: int, text: str | None) -> str | None:
        value, decimals, _ = number(text or "")
        unit = grid.units[column][0] if grid.units else line.unit
        return printed(Fraction(value) * times, decimals) if value and unit in ("CNY", "shares") else text

    lines = [
        replace(line, texts=tuple(again(line, c, text) for c, text in enumerate(line.texts)))
        for line in grid.lines
    ]
    return replace(grid, lines=tuple(lines))


def printed(value: Fraction, decimals: int, rounding: str = ROUND_HALF_UP) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return format(exact.quantize(Decimal(1).scaleb(-decimals), rounding=rounding), ",f")


def books(random: Random, years: int = len(YEARS)) -> dict[str, Amounts]:
    """Exact amounts in millions, every identity true; one year more than is printed, in front."""
    n = years + 1

    def path(low: int, high: int, rise: int = 130) -> list[Fraction]:
        value = Fraction(random.randint(low * 100, high * 100), 100)
        found = []
        for _ in range(n):
            found.append(value)
            value = value * random.randint(85, rise) / 100 + Fraction(random.randint(0, 99), 100)
        return found

    b: dict[str, list[Fraction]] = {"revenue": path(800, 9000)}

    def share(low: int, high: int) -> list[Fraction]:
        return [r * random.randint(low, high) / 1000 for r in b["revenue"]]

    def add(*terms: str) -> list[Fraction]:
        signed = [(-1 if t[0] == "-" else 1, t.lstrip("-")) for t in terms]
        return [sum((s * b[t][i] for s, t in signed), Fraction(0)) for i in range(n)]

    b["cost_of_sales"] = share(400, 600)
    b["gross_profit"] = add("revenue", "-cost_of_sales")
    for name, low, high in (
        ("taxes_and_surcharges", 3, 9),
        ("selling_expenses", 30, 80),
        ("admin_expenses", 30, 60),
        ("rd_expenses", 20, 70),
        ("finance_costs", 5, 20),
        ("investment_income", 2, 15),
        ("non_operating_income", 1, 4),
        ("non_operating_expenses", 1, 5),
        ("depreciation_amortisation", 20, 60),
    ):
        b[name] = share(low, high)
    costs = (
        "cost_of_sales",
        "taxes_and_surcharges",
        "selling_expenses",
        "admin_expenses",
        "rd_expenses",
        "finance_costs",
    )
    b["operating_profit"] = add("revenue", *(f"-{c}" for c in costs), "investment_income")
    b["profit_before_tax"] = add("operating_profit", "non_operating_income", "-non_operating_expenses")
    b["income_tax"] = [p * random.randint(120, 250) / 1000 for p in b["profit_before_tax"]]
    b["net_profit"] = add("profit_before_tax", "-income_tax")
    b["minority_interest_profit"] = [p * random.randint(10, 90) / 1000 for p in b["net_profit"]]
    b["net_profit_parent"] = add("net_profit", "-minority_interest_profit")
    b["ebit"] = add("operating_profit", "finance_costs")
    b["ebitda"] = add("ebit", "depreciation_amortisation")

    for name, low, high in (
        ("cash", 200, 3000),
        ("accounts_receivable", 100, 900),
        ("inventories", 100, 900),
    ):
        b[name] = path(low, high)
    b["other_current_assets"] = path(20, 200)
    b["total_current_assets"] = add("cash", "accounts_receivable", "inventories", "other_current_assets")
    for name, low, high in (
        ("fixed_assets", 300, 3000),
        ("intangible_assets", 20, 200),
        ("other_non_current_assets", 9, 90),
    ):
        b[name] = path(low, high)
    b["total_non_current_assets"] = add("fixed_assets", "intangible_assets", "other_non_current_assets")
    b["total_assets"] = add("total_current_assets", "total_non_current_assets")
    b["short_term_debt"] = [a * random.randint(10, 60) / 1000 for a in b["total_assets"]]
    b["accounts_payable"] = [a * random.randint(50, 90) / 1000 for a in b["total_assets"]]
    b["other_current_liabilities"] = [a * random.randint(20, 50) / 1000 for a in b["total_assets"]]
    b["total_current_liabilities"] = add("short_term_debt", "accounts_payable", "other_current_liabilities")
    b["long_term_debt"] = [a * random.randint(50, 150) / 1000 for a in b["total_assets"]]
    b["other_non_current_liabilities"] = [a * random.randint(5, 25) / 1000 for a in b["total_assets"]]
    b["total_non_current_liabilities"] = add("long_term_debt", "other_non_current_liabilities")
    b["total_liabilities"] = add("total_current_liabilities", "total_non_current_liabilities")
    b["total_equity"] = add("total_assets", "-total_liabilities")
    b["minority_interest"] = [e * random.randint(20, 90) / 1000 for e in b["total_equity"]]
    b["equity_parent"] = add("total_equity", "-minority_interest")
    b["share_capital"] = [Fraction(random.randint(100, 900))] * n
    b["capital_reserve"] = [Fraction(random.randint(100, 400))] * n
    b["retained_earnings"] = add("equity_parent", "-share_capital", "-capital_reserve")
    b["total_liabilities_and_equity"] = list(b["total_assets"])

    b["cf_net_profit"] = list(b["net_profit"])
    b["cf_depreciation_amortisation"] = list(b["depreciation_amortisation"])
    b["change_in_working_capital"] = [-w for w in share(10, 80)]
    b["cash_flow_operating"] = add(
        "cf_net_profit", "cf_depreciation_amortisation", "change_in_working_capital"
    )
    b["capex"] = [-w for w in share(20, 90)]
    b["other_investing_cash_flow"] = share(1, 20)
    b["cash_flow_investing"] = add("capex", "other_investing_cash_flow")
    b["net_change_in_cash"] = [Fraction(0)] + [b["cash"][i] - b["cash"][i - 1] for i in range(1, n)]
    b["cash_flow_financing"] = add("net_change_in_cash", "-cash_flow_operating", "-cash_flow_investing")
    b["cf_dividends_paid"] = [-d for d in share(5, 20)]
    b["other_financing_cash_flow"] = add("cash_flow_financing", "-cf_dividends_paid")
    b["cash_closing"] = list(b["cash"])
    b["cash_opening"] = [b["cash"][0], *b["cash"][:-1]]
    return dict(b)


def rates(b: Mapping[str, Amounts]) -> dict[str, Amounts]:
    """Exact ratios of the books: rates as fractions, days, times, money per share."""
    n = len(b["revenue"])

    def over(top: str, bottom: str) -> Amounts:
        return [b[top][i] / b[bottom][i] for i in range(n)]

    def average(name: str) -> Amounts:
        return [(b[name][max(i - 1, 0)] + b[name][i]) / 2 for i in range(n)]

    found: dict[str, Amounts] = {}
    for item in GROWING:
        found[f"{item}_growth"] = [Fraction(0)] + [b[item][i] / b[item][i - 1] - 1 for i in range(1, n)]
    found["gross_margin"] = over("gross_profit", "revenue")
    found["net_margin"] = over("net_profit", "revenue")
    found["net_margin_parent"] = over("net_profit_parent", "revenue")
    for item in ("ebit", "ebitda"):
        found[f"{item}_margin"] = over(item, "revenue")
    found["operating_margin"] = over("operating_profit", "revenue")
    found["pretax_margin"] = over("profit_before_tax", "revenue")
    for item in ("selling_expense", "admin_expense", "rd_expense"):
        found[f"{item}_ratio"] = over(f"{item}s", "revenue")
    found["finance_cost_ratio"] = over("finance_costs", "revenue")
    found["effective_tax_rate"] = over("income_tax", "profit_before_tax")
    found["debt_to_assets"] = over("total_liabilities", "total_assets")
    found["roe"] = over("net_profit_parent", "equity_parent")
    found["roa"] = over("net_profit", "total_assets")
    found["current_ratio"] = over("total_current_assets", "total_current_liabilities")
    quick = [b["total_current_assets"][i] - b["inventories"][i] for i in range(n)]
    found["quick_ratio"] = [quick[i] / b["total_current_liabilities"][i] for i in range(n)]
    found["cash_ratio"] = over("cash", "total_current_liabilities")
    found["asset_turnover"] = [r / a for r, a in zip(b["revenue"], average("total_assets"), strict=True)]
    found["receivable_days"] = [365 * d for d in over("accounts_receivable", "revenue")]
    found["inventory_days"] = [
        360 * s / c for s, c in zip(average("inventories"), b["cost_of_sales"], strict=True)
    ]
    found["inventory_turnover"] = [c / s for s, c in zip(b["inventories"], b["cost_of_sales"], strict=True)]
    found["eps"] = over("net_profit_parent", "share_capital")
    found["bvps"] = over("equity_parent", "share_capital")
    price = Fraction(2345, 100)
    found["pe_ratio"] = [price / e for e in found["eps"]]
    found["pb_ratio"] = [price / e for e in found["bvps"]]
    return found


GROWING = (
    "revenue",
    "cost_of_sales",
    "gross_profit",
    "operating_profit",
    "profit_before_tax",
    "net_profit_parent",
    "ebit",
    "ebitda",
    "total_assets",
    "equity_parent",
    "selling_expenses",
    "admin_expenses",
    "rd_expenses",
    "cash_flow_operating",
    "net_profit",
)
INCOME = (
    "revenue",
    "cost_of_sales",
    "taxes_and_surcharges",
    "selling_expenses",
    "admin_expenses",
    "rd_expenses",
    "finance_costs",
    "investment_income",
    "operating_profit",
    "non_operating_income",
    "non_operating_expenses",
    "profit_before_tax",
    "income_tax",
    "net_profit",
    "minority_interest_profit",
    "net_profit_parent",
    "gross_profit",
    "ebit",
    "ebitda",
)
BALANCE = (
    "cash",
    "accounts_receivable",
    "inventories",
    "other_current_assets",
    "total_current_assets",
    "fixed_assets",
    "intangible_assets",
    "other_non_current_assets",
    "total_non_current_assets",
    "total_assets",
    "short_term_debt",
    "accounts_payable",
    "other_current_liabilities",
    "total_current_liabilities",
    "long_term_debt",
    "other_non_current_liabilities",
    "total_non_current_liabilities",
    "total_liabilities",
    "share_capital",
    "capital_reserve",
    "retained_earnings",
    "equity_parent",
    "minority_interest",
    "total_equity",
    "total_liabilities_and_equity",
)
CASH = (
    "cf_net_profit",
    "cf_depreciation_amortisation",
    "change_in_working_capital",
    "cash_flow_operating",
    "capex",
    "other_investing_cash_flow",
    "cash_flow_investing",
    "cf_dividends_paid",
    "other_financing_cash_flow",
    "cash_flow_financing",
    "net_change_in_cash",
    "cash_opening",
    "cash_closing",
)
PER_SHARE = ("eps", "bvps")
TIMES = (
    "current_ratio",
    "quick_ratio",
    "cash_ratio",
    "asset_turnover",
    "inventory_turnover",
    "pe_ratio",
    "pb_ratio",
)
DAYS = ("receivable_days", "inventory_days")


def report(seed: int, decimals: int = 0, even: bool = False, times: Fraction = Fraction(1)) -> list[Grid]:
    """The company's statements and ratios as printed, five years of them; `times` as large as its books."""
    rounding = ROUND_HALF_EVEN if even else ROUND_HALF_UP
    amounts = {name: [value * times for value in values] for name, values in books(Random(seed)).items()}
    ratios = rates(amounts)

    def line(concept: str) -> Line:
        if concept in amounts:
            return Line(concept, concept, texts(amounts[concept], decimals))
        if concept in PER_SHARE:
            return Line(concept, concept, texts(ratios[concept], 2), "CNY/share", 0)
        if concept in TIMES:
            return Line(concept, concept, texts(ratios[concept], 2), "times", 0)
        if concept in DAYS:
            return Line(concept, concept, texts(ratios[concept], 1), "days", 0)
        percents = texts([r * 100 for r in ratios[concept]], 2)
        return Line(concept, concept, tuple(f"{t}%" for t in percents), "percent", 0)

    def texts(values: Amounts, digits: int) -> tuple[str, ...]:
        return tuple(printed(v, digits, rounding) for v in values[1:])

    growth = tuple(f"{t}%" for t in texts([g * 100 for g in ratios["revenue_growth"]], 1))
    summary = (
        line("revenue"),
        Line("同比", "revenue_growth", growth, "percent", 0, ("revenue",)),
        line("net_profit_parent"),
        line("eps"),
        line("pe_ratio"),
    )
    return [
        Grid("forecast_summary", summary),
        Grid("income_statement", tuple(map(line, INCOME))),
        Grid("balance_sheet", tuple(map(line, BALANCE))),
        Grid("cash_flow", tuple(map(line, CASH))),
        Grid("ratios", tuple(map(line, ratios))),
    ]


FACTS = pa.schema(
    [
        *[(n, pa.string()) for n in ("fact_id", "report_id", "table_id", "table_kind")],
        ("page", pa.int32()),
        *[(n, pa.float64()) for n in ("x0", "top")],
        *[(n, pa.string()) for n in ("entity", "entity_name", "label")],
        ("label_path", pa.list_(pa.string())),
        *[(n, pa.string()) for n in ("column", "concept", "period_label", "basis", "text")],
        ("value", pa.decimal128(38, 12)),
        ("missing", pa.string()),
        ("decimals", pa.int32()),
        ("unit", pa.string()),
        ("scale", pa.int32()),
    ]
)
