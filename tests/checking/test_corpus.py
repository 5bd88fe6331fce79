"""Real reports: nothing honest is accused, and the errors that are in print are found."""

from __future__ import annotations

import csv
import json
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

# Everything accused in the real reports, each number looked at on its page: `at_fault` is `page` where
# the page really contradicts itself, `rule` where the checks are wrong about it.
SEEN = Path(__file__).with_name("printed_errors.csv")
# What the people who wrote down the truth of these reports noticed: `found` by the rules named, `missed` for
# a reason, `unprinted` where a line that the page leaves out explains it, `not_an_error`.
LISTED = Path(__file__).with_name("listed_errors.csv")
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


Accused = tuple[str, str, str, str, str]  # report, page, rule, period, printed number


@cache
def accused() -> frozenset[Accused]:
    found: set[Accused] = set()
    for path in corpus_truth():
        facts = {row["fact_id"]: row for row in truth(path)[0].to_pylist()}
        for row in checks(path):
            if row["verdict"] in ("impossible", "improbable"):
                fact = facts[row["fact_ids"][0]]
                place = (row["report_id"][:12], str(fact["page"]), row["rule_id"])
                found.add((*place, row["period_label"] or "", fact["text"]))
    return frozenset(found)


@cache
def seen() -> dict[Accused, str]:
    with SEEN.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {(r["report"], r["page"], r["rule"], r["period"], r["printed"]): r["at_fault"] for r in rows}


def test_nothing_is_accused_that_was_not_looked_at_on_its_page() -> None:
    assert sorted(accused() - set(seen())) == []


def test_the_errors_in_print_are_found() -> None:
    assert sorted({one for one, fault in seen().items() if fault == "page"} - accused()) == []


def test_the_page_is_at_fault_and_not_the_rule() -> None:
    faults = list(seen().values())
    assert set(faults) <= {"page", "rule"}
    assert faults.count("page") >= 0.97 * len(faults)


def test_what_people_noticed_is_found_or_there_is_a_reason() -> None:
    with LISTED.open(encoding="utf-8", newline="") as lines:
        listed = list(csv.DictReader(lines))
    noticed = {
        path: len(json.loads(path.read_text(encoding="utf-8")).get("report_errors") or ())
        for path in corpus_truth()
    }
    assert len(listed) == sum(noticed.values())
    failing = {(report, rule) for report, _, rule, _, _ in accused()}
    for row in listed:
        found = {(row["report"], rule) for rule in row["rules"].split("|") if rule}
        assert found <= failing, row["what"]
        assert bool(found) == (row["verdict"] == "found") == (not row["why"]), row["what"]
    assert {row["verdict"] for row in listed} == {"found", "missed", "unprinted", "not_an_error"}


# Every table of one report of 34 pages was recomputed by hand, before its findings were looked at. This is
# what its pages contradict: a year column that is not its halves, taxes of another version (and what follows
# from them), a growth rate on the other year column, segments without 0.3 of their total, growth rates of
# other years than their head says. (Lines that miss profit before tax by 32 every year are abridged; a
# growth row with years on the absolute and halves on the signed base is two conventions.)
BY_HAND = {
    *((29, label, "2022") for label in ("营业利润", "税前收益", "归母净利润")),
    *((29, label, year) for label in ("所得税", "归母净利润") for year in ("2024", "2025", "2026")),
    (2, "营业利润", "2023"),
    (30, "总收入", "2023H2"),
    (30, "总收入", "2023"),
    (30, "第四范式", None),
}


def test_a_report_recomputed_by_hand_has_these_errors_and_no_others() -> None:
    (path,) = [path for path in corpus_truth() if path.stem == "sensetime_initiation"]
    facts = {row["fact_id"]: row for row in truth(path)[0].to_pylist()}
    failed = [row for row in checks(path) if row["verdict"] in ("impossible", "improbable")]
    held = {
        (fact["page"], fact["label"], fact["period_label"])
        for row in failed
        if (fact := facts[row["fact_ids"][0]])
    }
    assert held == BY_HAND


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
