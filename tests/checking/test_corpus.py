"""Real reports: nothing honest is accused, and the errors that are in print are found."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from pipeline.checking import broken_rules, check, load_rules
from pipeline.checking.run import findings
from pipeline.checking.sheet import reports_of
from tests.checking.truth_facts import FACTS, corpus_truth, datasets

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not corpus_truth(), reason="the real reports are not beside the checkout"),
]

# Rule, period and printed number of everything that may be accused: each read on the page and found to be so.
# Most are also in the truth's own list of printed errors.
IN_PRINT = {
    ("cash_flow.net_change", "2025", "706"),  # 1,861 - 494 - 664 = 703
    ("cash_flow.net_change", "2025", "205"),  # 316 + 7 - 114 = 209
    ("cash_flow.net_change", "2025", "1077.21"),
    ("cash_flow.net_change", "2025", "-56"),
    ("cash_flow.net_change", "2025", "-322"),  # 263 - 414 - 169 = -320, at the very edge of rounding
    ("cash_flow.lines.cash_flow_investing", "2023", "-6,817"),
    ("cash_flow.lines.cash_flow_operating", "2024", "12,407"),
    ("ratios.payable_days", "2024", "446"),  # 365 × 7,180 / 23,225 = 113; the estimates follow the formula
    ("comps.cagr", None, "19.6%"),  # headed 24E-26E, computed from 2023
    ("cross_table.amounts", "2025", "111.48"),
    ("cross_table.amounts", "2026", "127.36"),
    ("cross_table.amounts", "2027", "144.98"),
    ("cross_table.amounts", "2023", "65.25"),
    ("cross_table.rates", "2024", "28"),
    # One report's second model prints other profits before tax, taxes and net profits than its statements.
    ("cross_table.amounts", "2022", "(6,422.81)"),
    ("cross_table.amounts", "2022", "(6,134.80)"),
    ("cross_table.amounts", "2024", "(3,842.57)"),
    ("cross_table.amounts", "2025", "(3,238.84)"),
    ("cross_table.amounts", "2026", "(2,409.65)"),
    ("cross_table.amounts", "2024", "48.03"),
    ("cross_table.amounts", "2025", "56.53"),
    ("cross_table.amounts", "2026", "25.14"),
    ("growth.operating_profit", "2023", "1.81"),
    ("periods.parts_of_year", "2022", "(6,134.80)"),  # -3,157.65 - 2,887.14 = -6,044.79
    ("periods.parts_of_year", "2022", "(6,422.81)"),
    ("periods.parts_of_year", "2022", "(6,618.32)"),
    ("segments.sum", "2023", "3405.8"),
    ("segments.sum", "2023H2", "1972.7"),
    # One report prints growth, margins and ratios of its USD accounts beside RMB statements, and profits that
    # do not follow from the lines above them.
    ("growth.net_profit_parent", "2024", "(45.40)"),
    ("growth.operating_profit", "2024", "(900.72)"),
    ("growth.revenue", "2024", "27.02"),
    ("growth.row", "2024", "27.02"),
    ("growth.row", "2024", "(45.40)"),
    ("income_statement.net_profit", "2024", "3,699"),
    ("income_statement.net_profit", "2025", "3,419"),
    ("income_statement.net_profit", "2026", "4,465"),
    ("income_statement.net_profit", "2027", "5,783"),
    ("income_statement.net_profit_parent", "2023", "4,823"),
    ("income_statement.net_profit_parent", "2024", "3,699"),
    ("income_statement.profit_before_tax", "2024", "6,179"),
    ("income_statement.profit_before_tax", "2025", "5,200"),
    ("income_statement.profit_before_tax", "2026", "6,365"),
    ("income_statement.profit_before_tax", "2027", "7,564"),
    ("ratios.current_ratio", "2023", "1.79"),
    ("ratios.quick_ratio", "2023", "1.43"),
    ("ratios.gross_margin", "2023", "19.26"),
    ("ratios.gross_margin", "2024", "18.03"),
    ("ratios.net_margin", "2023", "14.28"),
    ("ratios.net_margin", "2024", "6.14"),
}
STATEMENTS = frozenset({"balance_sheet", "income_statement", "cash_flow"})
SAMPLES = 6  # misprints a report


@cache
def truth(path: Path) -> tuple[pa.Table, pa.Table, pa.Table]:
    return datasets(path)


@cache
def checks(path: Path) -> list[dict[str, Any]]:
    found = check(*truth(path))
    assert broken_rules(found) == []
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


@cache
def accused() -> Counter[tuple[str, str | None, str]]:
    found: Counter[tuple[str, str | None, str]] = Counter()
    for path in corpus_truth():
        facts = truth(path)[0]
        texts = dict(zip(facts["fact_id"].to_pylist(), facts["text"].to_pylist(), strict=True))
        for row in checks(path):
            if row["verdict"] in ("impossible", "improbable"):
                found[row["rule_id"], row["period_label"], texts[row["fact_ids"][0]]] += 1
    return found


def test_nothing_is_accused_that_is_not_wrong_in_print() -> None:
    assert sorted(set(accused()) - IN_PRINT, key=str) == []


def test_the_errors_in_print_are_found() -> None:
    assert sorted(IN_PRINT - set(accused()), key=str) == []


def test_statements_are_held_by_many_checks() -> None:
    held = [[row["verdict"] for row in checks(path)].count("ok") for path in corpus_truth()]
    assert min(held) >= 100


def test_most_misprints_of_a_digit_are_caught_where_a_check_holds() -> None:
    """One digit of one number of a statement changed: the share of misprints that a check then reports."""
    random = Random(5)
    rules = load_rules()
    tried = caught = 0
    for path in corpus_truth():
        facts, tables, _ = truth(path)
        rows = facts.to_pylist()
        held = {
            fact.fact_id
            for report in reports_of(facts, tables)
            for finding in findings(report, rules)
            if finding.verdict == "ok" and finding.trial
            for fact in finding.trial.facts
        }
        places = [
            i
            for i, row in enumerate(rows)
            if row["table_kind"] in STATEMENTS and row["value"] and row["fact_id"] in held
        ]
        for i in random.sample(places, SAMPLES):
            own = rows[i]
            rows[i] = {**own, "value": misprint(own["value"], own["decimals"], random)}
            (report,) = reports_of(pa.Table.from_pylist(rows, schema=FACTS), tables)
            rows[i] = own
            tried += 1
            caught += any(
                finding.verdict in ("impossible", "improbable")
                and finding.trial is not None
                and own["fact_id"] in {fact.fact_id for fact in finding.trial.facts}
                for finding in findings(report, rules)
            )
    assert tried == SAMPLES * len(corpus_truth())
    assert caught / tried >= 0.75


def misprint(value: Decimal, decimals: int, random: Random) -> Decimal:
    digits = list(f"{abs(value):.{decimals}f}")
    at = random.choice([i for i, c in enumerate(digits) if c.isdigit()])
    digits[at] = random.choice([c for c in "0123456789" if c != digits[at]])
    changed = Decimal("".join(digits))
    return (-changed if value < 0 else changed).quantize(Decimal("1e-12"))
