"""A random company: drivers that a small or large business could have, and figures that add up."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.typeset.company import Company
from tests.typeset.modelled import add_segment_series

NAMES = (
    "精密结构件", "传动部件", "自动化装备", "有机硅", "小分子CDMO", "调味品", "速冻食品", "软件服务",
    "云计算", "智能驾驶", "检测设备", "耗材", "液体乳", "奶粉及奶制品", "冷饮产品", "新材料", "电子化学品",
    "临床研究服务",
)  # fmt: skip


def company(random: Random, years: int) -> Company:
    """A company of `years` printed periods (one more is worked out before the first of them)."""
    count = years + 1
    scale = 10 ** random.uniform(2.2, 5.4)  # revenue of the first year, in millions

    def each(low: float, high: float, digits: int = 1) -> list[float]:
        middle = random.uniform(low, high)
        spread = (high - low) / 8
        return [round(middle + random.uniform(-spread, spread), digits) for _ in range(count)]

    def share(low: float, high: float) -> list[float]:
        return [round(value * scale / 100, 2) for value in each(low, high, 3)]

    names = random.sample(NAMES, random.randint(2, 4))
    weights = [random.uniform(0.2, 1.0) for _ in names]
    drivers: dict[str, Any] = {
        "segments": [
            {
                "name": name,
                "opening": round(scale * weight / sum(weights), 2),
                "growth": [round(random.uniform(-25, 60), 1) for _ in range(years)],
                "margin": each(12, 70),
            }
            for name, weight in zip(names, weights, strict=True)
        ],
        "surcharges": each(0.3, 1.5),
        "selling": each(2, 18),
        "admin": each(2, 12),
        "research": each(0, 14),
        "finance_cost": share(-1, 3),
        "impairment": share(-0.6, 2.5),
        "investment_income": share(-1, 1.5),
        "other_income": share(0, 1.2),
        "non_operating": share(-0.3, 0.3),
        "tax_rate": each(10, 25),
        "minority_share": random.choice([[0.0] * count, each(-3, 9)]),
        "receivable_days": each(10, 150),
        "inventory_days": each(10, 200),
        "payable_days": each(20, 120),
        "prepayments": each(0.5, 3),
        "contract_liabilities": each(0.5, 8),
        "other_current_liabilities": each(1, 9),
        "other_current_assets": share(0.2, 12),
        "long_investments": share(0, 6),
        "other_long_assets": share(0.5, 8),
        "construction": share(0.5, 9),
        "short_debt": share(0, 16),
        "long_debt": share(0, 14),
        "other_long_liabilities": share(0, 4),
        "capex": share(1, 12),
        "depreciation": share(1, 4),
        "amortisation": share(0, 1),
        "fixed_assets": round(scale * random.uniform(0.2, 0.9), 2),
        "intangibles": round(scale * random.uniform(0.06, 0.3), 2),
        "payout": each(0, 60),
        "share_capital": round(scale * random.uniform(0.05, 0.5), 2),
        "shares": round(scale * random.uniform(0.05, 0.5), 2),
        "retained": round(scale * random.uniform(0.1, 1.0), 2),
        "minority": round(scale * random.uniform(0.0, 0.05), 2),
        "opening_cash": round(scale * random.uniform(0.4, 2.0), 2),
        "price": round(random.uniform(2, 160), 2),
    }
    try:
        made = Company(drivers)
    except ZeroDivisionError:  # a figure that ratios divide by came out at nought: another company
        return company(random, years)
    add_segment_series(made)
    return made
