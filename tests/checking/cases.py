"""Small printed tables for the rules that ordinary statements do not call on, with their misprints."""

from __future__ import annotations

from dataclasses import dataclass

from tests.checking.company import YEARS, Grid, Line


@dataclass(frozen=True)
class Case:
    """A table the rule holds in, the misprint that breaks it, and the row it cannot do without."""

    rule_id: str
    grid: Grid
    wrong: tuple[str, int, str]  # label, column, text
    needed: str  # label of a row without which the rule does not apply
    beside: Grid | None = None  # another table of the report


def row(label: str, concept: str | None, *texts: str, **more: object) -> Line:
    return Line(label, concept, texts, **more)  # type: ignore[arg-type]


def amounts(*lines: Line, kind: str) -> Grid:
    return Grid(kind, lines, YEARS[: len(lines[0].texts)])


NO_SUBTOTALS = amounts(
    row("现金", "cash", "10", "11", "12", "13", "14"),
    row("存货", "inventories", "20", "21", "22", "23", "24"),
    row("固定资产", "fixed_assets", "30", "31", "32", "33", "34"),
    row("资产总计", "total_assets", "60", "63", "66", "69", "72"),
    row("短期借款", "short_term_debt", "8", "8", "8", "8", "8"),
    row("其他负债", "other_liabilities", "12", "13", "14", "15", "16"),
    row("负债合计", "total_liabilities", "20", "21", "22", "23", "24"),
    kind="balance_sheet",
)
NO_LIABILITIES = amounts(
    row("资产总计", "total_assets", "60", "63", "66", "69", "72"),
    row("流动负债", "total_current_liabilities", "20", "21", "22", "23", "24"),
    row("长期负债", "total_non_current_liabilities", "10", "10", "10", "10", "10"),
    row("总权益", "total_equity", "30", "32", "34", "36", "38"),
    kind="balance_sheet",
)
WITH_FX = amounts(
    row("经营", "cash_flow_operating", "100", "110", "120", "130", "140"),
    row("投资", "cash_flow_investing", "-60", "-61", "-62", "-63", "-64"),
    row("筹资", "cash_flow_financing", "-10", "-11", "-12", "-13", "-14"),
    row("汇率变动影响", "fx_effect", "7", "-8", "9", "4", "0"),
    row("现金净增加额", "net_change_in_cash", "37", "30", "55", "58", "62"),
    row("期初现金", "cash_opening", "100", "144", "166", "230", "292"),
    row("期末现金", "cash_closing", "144", "166", "230", "292", "354"),
    kind="cash_flow",
)
# 营业外收支 net, no 净利润 line, costs of the house in brackets, expenses with their sum.
HONG_KONG = amounts(
    row("收入", "revenue", "900", "950", "1000", "1050", "1100"),
    row("营业费用合计", "operating_expenses", "300", "310", "320", "330", "340"),
    row("销售费用", "selling_expenses", "100", "105", "110", "115", "120"),
    row("管理费用", "admin_expenses", "200", "205", "210", "215", "220"),
    row("营业利润", "operating_profit", "600", "640", "680", "720", "760"),
    row("应占联营公司利润", "share_of_associates", "5", "6", "7", "8", "9"),
    row("财务成本", "finance_costs", "-20", "-21", "-22", "-23", "-24"),
    row("税前利润", "profit_before_tax", "585", "625", "665", "705", "745"),
    row("税项", "income_tax", "-85", "-95", "-105", "-115", "-125"),
    row("少数股东损益", "minority_interest_profit", "-10", "-11", "-12", "-13", "-14"),
    row("归母净利润", "net_profit_parent", "490", "519", "548", "577", "606"),
    kind="income_statement",
)
NET_ITEM = amounts(
    row("营业利润", "operating_profit", "600", "640", "680", "720", "760"),
    row("营业外收支", "non_operating_net", "-9", "-8", "-7", "-6", "-5"),
    row("利润总额", "profit_before_tax", "591", "632", "673", "714", "755"),
    kind="income_statement",
)
RECURRING = amounts(
    row("扣非", "net_profit_parent_recurring", "500", "550", "660", "726", "871.2"),
    row(
        "扣非增速",
        "net_profit_parent_recurring_growth",
        "",
        "10%",
        "20%",
        "10%",
        "20%",
        unit="percent",
        scale=0,
    ),
    row("经调整", "adjusted_net_profit", "500", "550", "660", "726", "871.2"),
    row("经调整增速", "adjusted_net_profit_growth", "", "10%", "20%", "10%", "20%", unit="percent", scale=0),
    row("经调整归母", "adjusted_net_profit_parent", "500", "550", "660", "726", "871.2"),
    row(
        "归母增速",
        "adjusted_net_profit_parent_growth",
        "",
        "10%",
        "20%",
        "10%",
        "20%",
        unit="percent",
        scale=0,
    ),
    kind="ratios",
)
SHARES = amounts(
    row("主营业务收入", "revenue", "1000", "1100", "1200", "1300", "1400"),
    row("销售费用", "selling_expenses", "-100", "-121", "-144", "-169", "-196"),
    row("%销售收入", None, "10.0%", "11.0%", "12.0%", "13.0%", "14.0%", unit="percent", scale=0),
    kind="income_statement",
)
SEGMENTS = amounts(
    row("总收入", "revenue", "30.1", "33.2", "36.3", "39.4", "42.5"),
    row("芯片", "segment_revenue", "10.0", "11.1", "12.2", "13.3", "14.4"),
    row(
        "占比", "segment_revenue_share", "33.2%", "33.4%", "33.6%", "33.8%", "33.9%", unit="percent", scale=0
    ),
    row("软件", "segment_revenue", "20.1", "22.1", "24.1", "26.1", "28.1"),
    kind="segments",
)
HALVES = Grid(
    "income_statement",
    (row("营业收入", "revenue", "10.1", "12.2", "22.3", "11.0", "13.0", "24.0"),),
    ("2023H1", "2023H2", "2023", "2024H1", "2024H2", "2024"),
)
COMPS = Grid(
    "comps",
    (
        row("甲公司", None, "50.00", "1000", "50", "60", "70", "80", "20.0", "16.7", "14.3", "12.5", "17.0%"),
        row(
            "乙公司", None, "20.00", "2000", "80", "90", "100", "110", "25.0", "22.2", "20.0", "18.2", "11.2%"
        ),
        row(
            "丙公司", None, "30.00", "3000", "90", "99", "110", "120", "33.3", "30.3", "27.3", "25.0", "10.1%"
        ),
        row(
            "丁公司",
            None,
            "40.00",
            "4000",
            "100",
            "110",
            "120",
            "130",
            "40.0",
            "36.4",
            "33.3",
            "30.8",
            "9.1%",
        ),
        row("平均值", None, "", "", "", "", "", "", "29.6", "26.4", "23.7", "21.6", "11.8%"),
    ),
    (None, None, "2023", "2024", "2025", "2026", "2023", "2024", "2025", "2026", None),
    (
        "股价",
        "总市值",
        *(f"净利润|{y}" for y in range(2023, 2027)),
        *(f"PE|{y}" for y in range(2023, 2027)),
        "23-26 CAGR",
    ),
    ("close_price", "market_cap", *["net_profit_parent"] * 4, *["pe_ratio"] * 4, "net_profit_parent_cagr"),
    (("CNY/share", 0), *[("CNY", 8)] * 5, *[("times", 0)] * 4, ("percent", 0)),
)


def _multiples(base: str, unit: tuple[str, int], multiple: str, first: str) -> Grid:
    """The same companies with another base of the multiple."""
    cap = first == "market_cap"
    return Grid(
        "comps",
        (
            row("甲公司", None, "100.0", "10.00", "12.50", "20.00", "25.00", "10.0", "8.0", "5.0", "4.0"),
            row("乙公司", None, "200.0", "10.00", "12.50", "20.00", "25.00", "20.0", "16.0", "10.0", "8.0"),
        ),
        (None, *["2023", "2024", "2025", "2026"] * 2),
        (
            "总市值" if cap else "股价",
            *(f"基数|{y}" for y in range(2023, 2027)),
            *(f"倍数|{y}" for y in range(2023, 2027)),
        ),
        (first, *[base] * 4, *[multiple] * 4),
        (("CNY", 8) if cap else ("CNY/share", 0), *[unit] * 4, *[("times", 0)] * 4),
    )


BENCHMARKS = Grid(
    "benchmarks",
    (
        row("模型一", None, "70.0", "60.0", "70.0", "80.0"),
        row("模型二", None, "50.0", "40.0", "50.0", "60.0"),
        row("模型三", None, "60.3", "60.1", "60.2", "60.7"),
        row("模型四", None, "33.3", "20.0", "30.0", "50.0"),
    ),
    (None, None, None, None),
    ("Avg. Score", "MMMU", "AI2D", "OCRBench"),
    (None, None, None, None),
    (("score", 0),) * 4,
)

PER_SHARE = amounts(
    row("经营现金流", "cash_flow_operating", "100", "120", "140", "160", "180"),
    row("总股本", "shares_outstanding", "50", "50", "50", "50", "50", unit="shares"),
    row("每股经营现金流", "ocf_per_share", "2.00", "2.40", "2.80", "3.20", "3.60", unit="CNY/share", scale=0),
    row("每股收益", "eps", "1.00", "1.20", "1.50", "1.60", "2.00", unit="CNY/share", scale=0),
    row("每股股利", "dps", "0.30", "0.48", "0.45", "0.64", "0.70", unit="CNY/share", scale=0),
    row(
        "股利支付率", "dividend_payout", "30.0%", "40.0%", "30.0%", "40.0%", "35.0%", unit="percent", scale=0
    ),
    row("股息率", "dividend_yield", "1.50%", "2.40%", "2.25%", "3.20%", "3.50%", unit="percent", scale=0),
    kind="ratios",
)
TURNOVER = amounts(
    row("营业收入", "revenue", "1000", "1100", "1200", "1300", "1400"),
    row("营业成本", "cost_of_sales", "500", "600", "700", "800", "900"),
    row("应收账款", "accounts_receivable", "100", "120", "140", "160", "180"),
    row("应付账款", "accounts_payable", "50", "70", "90", "110", "130"),
    row("固定资产", "fixed_assets", "200", "220", "240", "260", "280"),
    row("应收账款周转率", "receivable_turnover", "", "10.0", "9.2", "8.7", "8.2", unit="times", scale=0),
    row("应付账款周转率", "payable_turnover", "", "10.0", "8.8", "8.0", "7.5", unit="times", scale=0),
    row("应付账款周转天数", "payable_days", "", "36", "41", "45", "48", unit="days", scale=0),
    row("固定资产周转率", "fixed_asset_turnover", "", "5.24", "5.22", "5.20", "5.19", unit="times", scale=0),
    kind="ratios",
)
LEVERAGE = amounts(
    row("EBIT", "ebit", "120", "140", "160", "180", "200"),
    row("利润总额", "profit_before_tax", "110", "129", "148", "167", "186"),
    row("财务费用", "finance_costs", "10", "11", "12", "13", "14"),
    row("折旧摊销", "depreciation_amortisation", "31", "33", "35", "37", "39"),
    row("EBITDA", "ebitda", "151", "173", "195", "217", "239"),
    row("短期借款", "short_term_debt", "100", "110", "120", "130", "140"),
    row("长期借款", "long_term_debt", "300", "320", "340", "360", "380"),
    row("货币资金", "cash", "150", "170", "190", "210", "230"),
    row("股东权益", "total_equity", "500", "540", "590", "640", "700"),
    row("净负债率", "net_gearing", "50.0%", "48.1%", "45.8%", "43.8%", "41.4%", unit="percent", scale=0),
    row("利息保障倍数", "interest_cover", "12.0", "12.7", "13.3", "13.8", "14.3", unit="times", scale=0),
    row("EV/EBITDA", "ev_ebitda", "14.90", "13.06", "11.64", "10.51", "9.58", unit="times", scale=0),
    kind="ratios",
)
EXPENSES = amounts(
    row("营业收入", "revenue", "1000", "1100", "1200", "1300", "1400"),
    row("销售费用", "selling_expenses", "100", "121", "132", "143", "140"),
    row("管理费用", "admin_expenses", "50", "55", "72", "65", "84"),
    row("财务费用", "finance_costs", "10", "11", "-12", "13", "28"),
    row(
        "三费率",
        "period_expense_ratio",
        "16.0%",
        "17.0%",
        "16.0%",
        "17.0%",
        "18.0%",
        unit="percent",
        scale=0,
    ),
    kind="ratios",
)
SALES = amounts(
    row("营业收入", "revenue", "1000", "1100", "1200", "1300", "1400"),
    row("销售费用", "selling_expenses", "100", "121", "132", "143", "140"),
    row("管理费用", "admin_expenses", "50", "55", "72", "65", "84"),
    row(
        "期间费用率",
        "operating_expense_ratio",
        "15.0%",
        "16.0%",
        "17.0%",
        "16.0%",
        "16.0%",
        unit="percent",
        scale=0,
    ),
    row("PS", "ps_ratio", "3.30", "3.00", "2.75", "2.54", "2.36", unit="times", scale=0),
    kind="ratios",
)

SPEED = amounts(
    row("营业收入", "revenue", "1000", "1100", "1200", "1300", "1400"),
    row("固定资产", "fixed_assets", "200", "220", "240", "260", "280"),
    row("固定资产周转天数", "fixed_asset_days", "73.0", "73.0", "73.0", "73.0", "73.0", unit="days", scale=0),
    row("存货周转天数", "inventory_days", "50.1", "51.2", "52.3", "53.4", "54.5", unit="days", scale=0),
    row("应收账款周转天数", "receivable_days", "30.1", "31.1", "32.1", "33.1", "34.1", unit="days", scale=0),
    row("应付账款周转天数", "payable_days", "20.0", "22.0", "24.0", "26.0", "28.0", unit="days", scale=0),
    row(
        "现金转换周期", "cash_conversion_cycle", "60.2", "60.3", "60.4", "60.5", "60.6", unit="days", scale=0
    ),
    row("EBIT", "ebit", "100", "110", "120", "130", "140"),
    row("EBITDA", "ebitda", "150", "176", "180", "208", "210"),
    row("EV/EBITDA", "ev_ebitda", "20.0", "18.0", "16.0", "15.0", "12.0", unit="times", scale=0),
    row("EV/EBIT", "ev_ebit", "30.0", "28.8", "24.0", "24.0", "18.0", unit="times", scale=0),
    kind="ratios",
)
PRICED = Grid(
    "ratios",
    (
        Line("收盘价", "close_price", (*[None] * 5, "30.00"), "CNY/share", 0),
        row("每股收益", "eps", "1.00", "1.20", "1.50", "2.00", "2.50", unit="CNY/share", scale=0),
        row("每股收益增速", "eps_growth", "", "20.0%", "25.0%", "33.3%", "25.0%", unit="percent", scale=0),
        row("每股净资产", "bvps", "6.00", "7.50", "8.00", "10.00", "12.00", unit="CNY/share", scale=0),
        row("PE", "pe_ratio", "30.0", "25.0", "20.0", "15.0", "12.0", unit="times", scale=0),
        row("PB", "pb_ratio", "5.00", "4.00", "3.75", "3.00", "2.50", unit="times", scale=0),
    ),
    (*YEARS, None),
    (*YEARS, ""),
)
OWNERS = amounts(
    row("负债合计", "total_liabilities", "20", "21", "22", "23", "24"),
    row("股本", "share_capital", "10", "10", "10", "10", "10"),
    row("储备", "reserves", "30.5", "32.6", "34.7", "36.8", "38.9"),
    row("少数股东权益", "minority_interest", "1.1", "1.2", "1.3", "1.4", "1.5"),
    row("股东权益合计", "total_equity", "41.6", "43.8", "46.0", "48.2", "50.4"),
    kind="balance_sheet",
)
ADDED_BACK = amounts(
    row("投资收益", "investment_income", "301", "312", "323", "334", "345"),
    row("少数股东损益", "minority_interest_profit", "101", "112", "123", "134", "145"),
    kind="income_statement",
)
CASH_ITEMS = amounts(
    row("投资损失", "cf_investment_loss", "-301", "-312", "-323", "-334", "-345"),
    row("少数股东损益", "cf_minority_interest_profit", "101", "112", "123", "134", "145"),
    kind="cash_flow",
)
TOTAL_REVENUE = amounts(
    row("营业总收入", "total_revenue", "1001", "1102", "1203", "1304", "1405"), kind="income_statement"
)
IN_SUMMARY = amounts(
    row("营业收入", "revenue", "990", "1090", "1203", "1304", "1405"), kind="forecast_summary"
)

CASES = (
    Case("growth.eps", PRICED, ("每股收益增速", 3, "38.3%"), "每股收益增速"),
    Case("ratios.pe_close", PRICED, ("PE", 3, "16.0"), "收盘价"),
    Case("ratios.pb_close", PRICED, ("PB", 3, "3.30"), "收盘价"),
    Case("ratios.fixed_asset_days", SPEED, ("固定资产周转天数", 3, "78.0"), "固定资产"),
    Case("ratios.cash_conversion_cycle", SPEED, ("现金转换周期", 3, "66.5"), "应付账款周转天数"),
    Case("ratios.ev_ebit", SPEED, ("EV/EBIT", 3, "29.0"), "EBITDA"),
    Case("balance_sheet.lines.total_equity", OWNERS, ("储备", 3, "35.8"), "股东权益合计"),
    Case("cash_flow.investment_loss", CASH_ITEMS, ("投资损失", 3, "-344"), "投资损失", ADDED_BACK),
    Case("cash_flow.minority", CASH_ITEMS, ("少数股东损益", 3, "144"), "少数股东损益", ADDED_BACK),
    Case("cross_table.alike", IN_SUMMARY, ("营业收入", 3, "1344"), "营业收入", TOTAL_REVENUE),
    Case("balance_sheet.balance_by_parts", NO_LIABILITIES, ("资产总计", 3, "99"), "总权益"),
    Case("balance_sheet.lines.total_assets", NO_SUBTOTALS, ("存货", 3, "93"), "资产总计"),
    Case("balance_sheet.lines.total_liabilities", NO_SUBTOTALS, ("短期借款", 3, "3"), "负债合计"),
    Case("cash_flow.net_change_with_fx", WITH_FX, ("现金净增加额", 2, "65"), "汇率变动影响"),
    Case("cash_flow.closing_with_fx", WITH_FX, ("期末现金", 2, "320"), "汇率变动影响"),
    Case("income_statement.net_profit_parent_from_pretax", HONG_KONG, ("税项", 2, "-185"), "税前利润"),
    Case("income_statement.lines.profit_before_tax", HONG_KONG, ("应占联营公司利润", 2, "77"), "营业利润"),
    Case("income_statement.lines.operating_expenses", HONG_KONG, ("销售费用", 2, "170"), "营业费用合计"),
    Case("income_statement.profit_before_tax_net", NET_ITEM, ("营业外收支", 3, "-66"), "营业外收支"),
    Case("growth.net_profit_parent_recurring", RECURRING, ("扣非增速", 3, "17%"), "扣非"),
    Case("growth.adjusted_net_profit", RECURRING, ("经调整增速", 3, "17%"), "经调整"),
    Case("growth.adjusted_net_profit_parent", RECURRING, ("归母增速", 3, "17%"), "经调整归母"),
    Case("ratios.share_row", SHARES, ("%销售收入", 3, "18.0%"), "销售费用"),
    Case("segments.sum", SEGMENTS, ("软件", 2, "29.1"), "总收入"),
    Case("segments.share", SEGMENTS, ("占比", 2, "38.6%"), "总收入"),
    Case("periods.parts_of_year", HALVES, ("营业收入", 5, "25.0"), "营业收入"),
    Case("comps.average", COMPS, ("平均值", 8, "27.3"), "平均值"),
    Case("comps.pe_by_cap", COMPS, ("乙公司", 7, "27.2"), "乙公司"),
    Case("comps.cagr", COMPS, ("丙公司", 10, "13.1%"), "甲公司"),
    Case(
        "comps.ps_by_cap",
        _multiples("revenue", ("CNY", 8), "ps_ratio", "market_cap"),
        ("甲公司", 6, "8.8"),
        "甲公司",
    ),
    Case(
        "comps.pb_by_cap",
        _multiples("equity_parent", ("CNY", 8), "pb_ratio", "market_cap"),
        ("甲公司", 6, "8.8"),
        "甲公司",
    ),
    Case(
        "comps.pe_by_price",
        _multiples("eps", ("CNY/share", 0), "pe_ratio", "close_price"),
        ("甲公司", 6, "8.8"),
        "甲公司",
    ),
    Case("ratios.ocf_per_share", PER_SHARE, ("每股经营现金流", 3, "3.70"), "每股经营现金流"),
    Case("ratios.dividend_payout", PER_SHARE, ("股利支付率", 3, "46.0%"), "股利支付率"),
    Case("ratios.dividend_yield_price", PER_SHARE, ("股息率", 3, "3.70%"), "股息率"),
    Case("ratios.receivable_turnover", TURNOVER, ("应收账款周转率", 3, "8.1"), "应收账款周转率"),
    Case("ratios.payable_turnover", TURNOVER, ("应付账款周转率", 3, "8.8"), "应付账款周转率"),
    Case("ratios.payable_days", TURNOVER, ("应付账款周转天数", 3, "54"), "应付账款周转天数"),
    Case("ratios.fixed_asset_turnover", TURNOVER, ("固定资产周转率", 3, "5.02"), "固定资产周转率"),
    Case("ratios.net_gearing", LEVERAGE, ("净负债率", 3, "48.3%"), "净负债率"),
    Case("ratios.interest_cover", LEVERAGE, ("利息保障倍数", 3, "18.3"), "利息保障倍数"),
    Case("ratios.ebit", LEVERAGE, ("EBIT", 3, "186"), "EBIT"),
    Case("ratios.ebitda", LEVERAGE, ("EBITDA", 3, "271"), "EBITDA"),
    Case("ratios.ev_value", LEVERAGE, ("EV/EBITDA", 3, "15.01"), "EV/EBITDA"),
    Case("ratios.operating_expense_ratio", SALES, ("期间费用率", 3, "19.0%"), "期间费用率"),
    Case("ratios.period_expense_ratio", EXPENSES, ("三费率", 3, "19.0%"), "三费率"),
    Case("ratios.ps_value", SALES, ("PS", 3, "2.45"), "PS"),
    Case("benchmarks.average", BENCHMARKS, ("模型二", 0, "51.0"), "模型二"),
)
