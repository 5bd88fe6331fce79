"""A company whose statements agree with each other, worked out from a few drivers.

Every figure is an exact Decimal in millions; what is printed is its rounding, so any identity of accounting
holds within the rounding of the printed figures. Years run from `first` for as many as the drivers list; the
year before the first printed one serves growth rates and opening balances only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

ZERO = Decimal(0)
CENT = Decimal("0.01")
Series = tuple[Decimal, ...]
# Balances and flows that the drivers give as they are.
GIVEN = (
    "other_current_assets",
    "long_investments",
    "other_long_assets",
    "construction",
    "short_debt",
    "long_debt",
    "other_long_liabilities",
    "capex",
    "depreciation",
    "amortisation",
)
PER_SHARE = (
    ("eps", "parent_profit"),
    ("bps", "parent_equity"),
    ("cash_per_share", "operating_cash"),
    ("dividend_per_share", "dividends"),
)
# Turnover in times a year: the flow over the mean of the opening and the closing balance.
TURNOVER = (
    ("asset_turnover", "revenue", "total_assets"),
    ("receivable_turnover", "revenue", "receivables"),
    ("payable_turnover", "cost", "payables"),
)


def cents(value: Decimal) -> Decimal:
    """Rounded to the hundredth of a million, the precision of the books."""
    return value.quantize(CENT, ROUND_HALF_UP)


class Company:
    """The figures of one company by code, each a value for every year of the drivers.

    `drivers` is the `[drivers]` section of a fact file: per-year lists of growth, margins, days and the like
    (percent as printed), and opening balances. `series` holds the result.
    """

    def __init__(self, drivers: Mapping[str, Any]) -> None:
        self._drivers = drivers
        self.years = len(drivers["capex"])
        self.series: dict[str, Series] = {}
        self.segments: dict[str, dict[str, Series]] = {}
        self._income()
        self._operating_balances()
        self._roll_forward()
        self._cash_flow()
        self._ratios()

    def __getitem__(self, code: str) -> Series:
        return self.series[code]

    def _driver(self, name: str) -> Series:
        raw = self._drivers[name]
        values = raw if isinstance(raw, list) else [raw] * self.years
        return tuple(Decimal(str(value)) for value in values)

    def _each(self, make: Callable[[int], Decimal]) -> Series:
        return tuple(cents(make(year)) for year in range(self.years))

    def _sum(self, *codes: str) -> Series:
        """Sum of series; a code that starts with `-` is taken away."""
        total = [ZERO] * self.years
        for code in codes:
            sign, name = (-1, code[1:]) if code.startswith("-") else (1, code)
            total = [a + sign * b for a, b in zip(total, self.series[name], strict=True)]
        return tuple(total)

    def _share(self, driver: str, of: str) -> Series:
        rate, base = self._driver(driver), self.series[of]
        return self._each(lambda t: base[t] * rate[t] / 100)

    def _days(self, driver: str, of: str) -> Series:
        days, base = self._driver(driver), self.series[of]
        return self._each(lambda t: base[t] * days[t] / 365)

    def _income(self) -> None:
        s = self.series
        for segment in self._drivers["segments"]:
            revenue = [Decimal(str(segment["opening"]))]
            for growth in segment["growth"]:
                revenue.append(cents(revenue[-1] * (1 + Decimal(str(growth)) / 100)))
            margin = [Decimal(str(value)) for value in segment["margin"]]
            cost = tuple(cents(r * (1 - m / 100)) for r, m in zip(revenue, margin, strict=True))
            self.segments[segment["name"]] = {"revenue": tuple(revenue), "cost": cost}
        for code in ("revenue", "cost"):
            s[code] = tuple(
                sum(year, ZERO) for year in zip(*(part[code] for part in self.segments.values()), strict=True)
            )
        s["gross_profit"] = self._sum("revenue", "-cost")
        for code in ("surcharges", "selling", "admin", "research"):
            s[code] = self._share(code, "revenue")
        for code in ("finance_cost", "impairment", "investment_income", "other_income", "non_operating"):
            s[code] = self._driver(code)
        s["operating_profit"] = self._sum(
            "gross_profit", "-surcharges", "-selling", "-admin", "-research", "-finance_cost", "-impairment",
            "investment_income", "other_income",
        )  # fmt: skip
        s["profit_before_finance"] = self._sum("operating_profit", "finance_cost", "-investment_income")
        s["pretax_profit"] = self._sum("operating_profit", "non_operating")
        s["tax"] = self._share("tax_rate", "pretax_profit")
        s["net_profit"] = self._sum("pretax_profit", "-tax")
        s["minority_profit"] = self._share("minority_share", "net_profit")
        s["parent_profit"] = self._sum("net_profit", "-minority_profit")

    def _operating_balances(self) -> None:
        s = self.series
        s["receivables"] = self._days("receivable_days", "revenue")
        s["inventory"] = self._days("inventory_days", "cost")
        s["payables"] = self._days("payable_days", "cost")
        for code in ("prepayments", "contract_liabilities", "other_current_liabilities"):
            s[code] = self._share(code, "revenue")
        for code in GIVEN:
            s[code] = self._driver(code)

    def _roll(self, opening: str, change: Series) -> Series:
        values = [Decimal(str(self._drivers[opening]))]
        for t in range(1, self.years):
            values.append(values[-1] + change[t])
        return tuple(values)

    def _change(self, code: str) -> Series:
        values = self.series[code]
        return (ZERO, *(b - a for a, b in pairwise(values)))

    def _roll_forward(self) -> None:
        s = self.series
        s["da"] = self._sum("depreciation", "amortisation")
        building = self._change("construction")
        s["fixed_assets"] = self._roll(
            "fixed_assets",
            tuple(c - b - d for c, b, d in zip(s["capex"], building, s["depreciation"], strict=True)),
        )
        s["intangibles"] = self._roll("intangibles", tuple(-a for a in s["amortisation"]))
        payout = self._driver("payout")
        # The dividend of a year is declared on the profit of the year before.
        s["dividends"] = (
            ZERO,
            *(cents(s["parent_profit"][t - 1] * payout[t] / 100) for t in range(1, self.years)),
        )
        s["share_capital"] = self._driver("share_capital")
        s["retained"] = self._roll("retained", self._sum("parent_profit", "-dividends"))
        s["minority"] = self._roll("minority", s["minority_profit"])
        s["long_assets"] = self._sum(
            "long_investments", "fixed_assets", "construction", "intangibles", "other_long_assets"
        )
        s["current_liabilities"] = self._sum(
            "short_debt", "payables", "contract_liabilities", "other_current_liabilities"
        )
        s["long_liabilities"] = self._sum("long_debt", "other_long_liabilities")
        s["liabilities"] = self._sum("current_liabilities", "long_liabilities")
        s["other_assets"] = self._sum(
            "receivables", "inventory", "prepayments", "other_current_assets", "long_assets"
        )
        # The capital reserve is what balances the year before the first; cash balances the years after it.
        claims = self._sum("liabilities", "share_capital", "retained", "minority")
        reserve = s["other_assets"][0] + Decimal(str(self._drivers["opening_cash"])) - claims[0]
        s["capital_reserve"] = (reserve,) * self.years
        s["reserves"] = self._sum("capital_reserve", "retained")
        s["parent_equity"] = self._sum("share_capital", "reserves")
        s["equity"] = self._sum("parent_equity", "minority")
        s["total_claims"] = self._sum("liabilities", "equity")
        s["cash"] = self._sum("total_claims", "-other_assets")
        s["current_assets"] = self._sum(
            "cash", "receivables", "inventory", "prepayments", "other_current_assets"
        )
        s["total_assets"] = self._sum("current_assets", "long_assets")

    def _cash_flow(self) -> None:
        s = self.series
        s["working_capital_assets"] = self._sum(
            "receivables", "inventory", "prepayments", "other_current_assets"
        )
        s["working_capital_claims"] = self._sum(
            "payables", "contract_liabilities", "other_current_liabilities"
        )
        used, owed = self._change("working_capital_assets"), self._change("working_capital_claims")
        s["working_capital_change"] = tuple(b - a for a, b in zip(used, owed, strict=True))
        s["other_long_change"] = tuple(
            b - a
            for a, b in zip(
                self._change("other_long_assets"), self._change("other_long_liabilities"), strict=True
            )
        )
        s["operating_cash"] = self._sum(
            "net_profit",
            "da",
            "finance_cost",
            "-investment_income",
            "working_capital_change",
            "other_long_change",
        )
        s["capex_paid"] = tuple(-value for value in s["capex"])
        s["investments_paid"] = tuple(-value for value in self._change("long_investments"))
        s["investing_cash"] = self._sum("capex_paid", "investments_paid", "investment_income")
        s["short_debt_change"], s["long_debt_change"] = self._change("short_debt"), self._change("long_debt")
        s["debt_change"] = self._sum("short_debt_change", "long_debt_change")
        s["distributions"] = tuple(-a - b for a, b in zip(s["dividends"], s["finance_cost"], strict=True))
        s["financing_cash"] = self._sum("debt_change", "distributions")
        s["cash_change"] = self._sum("operating_cash", "investing_cash", "financing_cash")
        s["opening_cash"] = (ZERO, *s["cash"][:-1])
        gap = [self._change("cash")[t] - s["cash_change"][t] for t in range(1, self.years)]
        if any(gap):
            raise AssertionError(f"cash flow and balance sheet differ by {gap}")

    def _ratios(self) -> None:
        s = self.series
        for code in ("revenue", "gross_profit", "operating_profit", "net_profit", "parent_profit"):
            s[f"{code}_growth"] = growth(s[code])
        s["ebitda"] = self._sum("pretax_profit", "finance_cost", "da")
        s["debt"] = self._sum("short_debt", "long_debt")
        s["net_debt"] = self._sum("debt", "-cash")
        s["quick_assets"] = self._sum("current_assets", "-inventory")
        shares = s["shares"] = self._driver("shares")
        s["price"] = self._driver("price")
        # The statements' currency for one unit of the price's.
        fx = Decimal(str(self._drivers.get("fx", 1)))
        s["quoted_cap"] = tuple(count * price for count, price in zip(shares, s["price"], strict=True))
        s["market_cap"] = tuple(value * fx for value in s["quoted_cap"])
        s["enterprise_value"] = self._sum("market_cap", "net_debt", "minority")
        for code, top, bottom, times in (
            ("gross_margin", "gross_profit", "revenue", 100),
            ("operating_margin", "operating_profit", "revenue", 100),
            ("net_margin", "net_profit", "revenue", 100),
            ("parent_margin", "parent_profit", "revenue", 100),
            ("ebitda_margin", "ebitda", "revenue", 100),
            ("roe", "parent_profit", "parent_equity", 100),
            ("roa", "net_profit", "total_assets", 100),
            ("debt_ratio", "liabilities", "total_assets", 100),
            ("net_gearing", "net_debt", "equity", 100),
            ("current_ratio", "current_assets", "current_liabilities", 1),
            ("quick_ratio", "quick_assets", "current_liabilities", 1),
            ("ev_ebitda", "enterprise_value", "ebitda", 1),
            ("pe", "market_cap", "parent_profit", 1),
            ("pb", "market_cap", "parent_equity", 1),
            ("ps", "market_cap", "revenue", 1),
        ):
            s[code] = tuple(a * times / b for a, b in zip(s[top], s[bottom], strict=True))
        for code, top in PER_SHARE:
            s[code] = tuple(a / b for a, b in zip(s[top], shares, strict=True))
        for code, top, bottom in TURNOVER:
            s[code] = (
                ZERO,
                *(s[top][t] * 2 / (s[bottom][t] + s[bottom][t - 1]) for t in range(1, self.years)),
            )


def growth(values: Sequence[Decimal]) -> Series:
    """Percent change on the year before; 0 for the first."""
    return (ZERO, *((b / a - 1) * 100 for a, b in pairwise(values)))
