"""English labels, and those of statements under HKFRS, in the spellings that houses use."""

from __future__ import annotations

import pytest

from pipeline.meaning.kinds import kind_of
from pipeline.meaning.labels import concept_of
from pipeline.meaning.vocabulary import form
from tests.meaning.truth import grid

READ: dict[str, dict[str, str | None]] = {
    "income_statement": {
        "Total revenue": "revenue",
        "Selling & marketing expenses": "selling_expenses",
        "Selling and marketing expense": "selling_expenses",
        "Other gains/(losses)": "other_gains_losses",
        "Share of (losses)/profits of associates/JV": "share_of_associates",
        "Profit for the year": "net_profit",
        "Non-controlling interests": "minority_interest_profit",
        "Profit attributable to owners of the Company": "net_profit_parent",
        "Depreciation & amortization": "depreciation_amortisation",
        "加：信用减值损失（损失以“-”填列）": "credit_impairment_loss",
    },
    "balance_sheet": {
        "Cash & equivalents": "cash",
        "Trade and bills receivables": "notes_and_accounts_receivable",
        "Non-controlling interests": "minority_interest",
        "Total equity & liabilities": "total_liabilities_and_equity",
        "资产总值减流动负债": "total_assets_less_current_liabilities",
        "Borrowings": None,  # short or long: the head above says
    },
    "cash_flow": {
        "Net cash (used in)/from investing activities": "cash_flow_investing",
        "Cash flow from operations": "cash_flow_operating",
        "Purchases of property, plant and equipment": "capex",
        "Net increase/(decrease) in cash": "net_change_in_cash",
        "Cash at the beginning of the year": "cash_opening",
        "Effect of exchange rate changes": "fx_effect",
    },
    "ratios": {
        "Receivable turnover days": "receivable_days",
        "Net debt to equity (x)": "net_gearing",
        "Div yield (%)": "dividend_yield",
        "拨备/贷款总额": "loan_provision_ratio",
    },
    "cover_data": {
        "Mkt Cap (HK$ mn)": "market_cap",
        "Total Issued Shares (mn)": "shares_outstanding",
        "52w High/Low (HK$)": "price_range_52w",
        "Avg 3 mths t/o (HK$ mn)": "average_daily_turnover_3m",
        "发行股数(百万)": "shares_outstanding",
        "Previous TP": None,
    },
}


@pytest.mark.parametrize(
    ("kind", "label", "concept"),
    [(kind, label, concept) for kind, labels in READ.items() for label, concept in labels.items()],
)
def test_a_label_is_read(kind: str, label: str, concept: str | None) -> None:
    assert concept_of(label, kind=kind) == concept


@pytest.mark.parametrize(
    ("above", "concept"),
    [("Current liabilities", "short_term_debt"), ("Non-current liabilities", "long_term_debt")],
)
def test_borrowings_are_short_or_long_as_their_head_says(above: str, concept: str) -> None:
    assert concept_of("Bank borrowings", kind="balance_sheet", parents=(above,)) == concept


@pytest.mark.parametrize(
    ("above", "concept"),
    [
        ("Operating", "other_operating_cash_flow"),
        ("Cash flow from investing activities", "other_investing_cash_flow"),
        ("Net cash from financing activities", "other_financing_cash_flow"),
    ],
)
def test_others_belong_to_their_activity(above: str, concept: str) -> None:
    assert concept_of("Others", kind="cash_flow", parents=(above,)) == concept


def test_a_plural_and_an_article_are_spelling() -> None:
    assert form("Inventories").key == form("Inventory").key
    assert form("Changes in the working capital").key == form("Change in working capital").key
    assert form("Losses").key == form("Loss").key
    assert form("BPS").key == "BPS"
    assert form("Gross").key == "GROSS"


def test_a_bare_scale_may_count_money_or_shares() -> None:
    assert form("总股本（百万）").unit == "scale"
    assert form("总市值(亿)(元)").unit == "currency"


@pytest.mark.parametrize("kind", ["income_statement", "balance_sheet", "cash_flow"])
def test_a_statement_in_english_needs_no_title(kind: str) -> None:
    labels = [label for label in READ[kind] if label.isascii()]
    heads = ["FY23A", "FY24A", "FY25E"]
    rows = [[label, *["1,120"] * len(heads)] for label in labels]
    assert kind_of(grid(heads, rows, page=5)) == kind
