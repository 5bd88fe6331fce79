"""Each rule with a table it holds in, a table it fails in and a table it does not speak of."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings

from pipeline.checking.formula import Name, names
from pipeline.checking.rules import Rule, load_rules
from tests.checking.cases import CASES, Case
from tests.checking.company import FACTORS, Grid, checked, report, scaled

RULES = {rule.rule_id: rule for rule in load_rules().rules}
SPECIAL = {case.rule_id: case for case in CASES}
SEED = 1
COLUMN = 3  # 2025, an estimate with two actual years before it and one estimate on each side


@cache
def honest() -> tuple[dict[str, object], ...]:
    return tuple(checked(report(SEED)))


def held(rule: Rule) -> str:
    """The row that an ordinary rule holds to the others."""
    if rule.formulas:
        left = rule.formulas[0].left
        assert isinstance(left, Name)
        return left.concept
    if rule.expression is not None:
        return names(rule.expression)[0].concept
    return {"growth_row": "同比", "tie": "revenue" if "revenue" in rule.concepts else "eps"}.get(
        rule.shape, rule.total or ""
    )


def misprint(text: str) -> str:
    """Another number of the same length and precision: its first digit is changed."""
    at = next(i for i, c in enumerate(text) if c.isdigit())
    return text[:at] + str((int(text[at]) + 4) % 10) + text[at + 1 :]


def wrong(grids: list[Grid], label: str, kinds: frozenset[str]) -> list[Grid]:
    """The report with one misprint, in the last table of these kinds that prints the row."""
    at = max(i for i, g in enumerate(grids) if g.kind in kinds and any(x.label == label for x in g.lines))
    line = next(x for x in grids[at].lines if x.label == label)
    return [
        g.edited(label, COLUMN, misprint(line.texts[COLUMN] or "")) if i == at else g
        for i, g in enumerate(grids)
    ]


def verdicts(rows: object, rule_id: str) -> list[object]:
    assert isinstance(rows, list | tuple)
    return [row["verdict"] for row in rows if row["rule_id"] == rule_id]


@pytest.mark.parametrize("rule_id", sorted(set(RULES) - set(SPECIAL)))
class TestOnStatements:
    def test_holds_in_honest_statements(self, rule_id: str) -> None:
        found = verdicts(honest(), rule_id)
        assert found.count("ok") >= 3
        assert set(found) <= {"ok", "not_checkable"}

    def test_fails_on_a_misprint_and_names_it(self, rule_id: str) -> None:
        rule = RULES[rule_id]
        label = held(rule)
        kinds = rule.tables - {"segments", "comps", "other"}
        if rule.shape == "tie":
            kinds = frozenset({"forecast_summary"})
        failed = [
            row
            for row in checked(wrong(report(SEED), label, kinds))
            if row["rule_id"] == rule_id and row["verdict"] == "impossible" and row["period_label"] == "2025"
        ]
        assert failed
        assert all(f":{label}:{COLUMN}" in str(row["fact_ids"]) for row in failed)
        assert all("off by" in str(row["message"]) for row in failed)

    def test_does_not_speak_of_statements_without_its_item(self, rule_id: str) -> None:
        rule = RULES[rule_id]
        label = held(rule)
        drop = (
            set(rule.concepts)
            if rule.shape == "tie"
            else {label, "revenue_growth"}
            if label == "同比"
            else {label}
        )
        bare = [replace(g, lines=tuple(x for x in g.lines if x.concept not in drop)) for g in report(SEED)]
        assert verdicts(checked(bare), rule_id) == []


def tables(case: Case, grid: Grid) -> list[Grid]:
    return [case.beside, grid] if case.beside else [grid]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule_id)
class TestOnSmallTables:
    def test_holds(self, case: Case) -> None:
        found = verdicts(checked(tables(case, case.grid)), case.rule_id)
        assert "ok" in found
        assert "impossible" not in found
        assert "improbable" not in found

    def test_fails_on_a_misprint(self, case: Case) -> None:
        label, column, text = case.wrong
        rows = [
            r
            for r in checked(tables(case, case.grid.edited(label, column, text)))
            if r["rule_id"] == case.rule_id
        ]
        failed = [r for r in rows if r["verdict"] == "impossible"]
        assert len(failed) == 1
        assert f":{label}:{column}" in str(failed[0]["fact_ids"])
        assert "ok" in [r["verdict"] for r in rows]

    def test_does_not_speak_of_a_table_without_its_item(self, case: Case) -> None:
        lines = tuple(line for line in case.grid.lines if line.label != case.needed)
        found = checked(tables(case, replace(case.grid, lines=lines)))
        about = [r for r in found if r["rule_id"] == case.rule_id and case.needed in str(r["fact_ids"])]
        assert about == []


@settings(max_examples=6, deadline=None)
@given(times=FACTORS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule_id)
def test_a_table_however_large_is_never_impossible(case: Case, times: Fraction) -> None:
    rows = checked([scaled(grid, times) for grid in tables(case, case.grid)])
    assert [r["message"] for r in rows if r["verdict"] == "impossible"] == []


def test_every_rule_is_tried() -> None:
    assert set(SPECIAL) <= set(RULES)
    assert not [rule_id for rule_id in set(RULES) - set(SPECIAL) if "ok" not in verdicts(honest(), rule_id)]
