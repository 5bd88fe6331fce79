"""A rule that fails itself: told for this rule, while the others are evaluated."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.checking import broken_rules, check, load_rules, run
from pipeline.checking.rules import NUMERIC_KINDS, Rule, RuleSet
from pipeline.checking.sheet import Report
from pipeline.checking.trial import Series
from pipeline.errors import ConfigError
from tests.checking.cases import amounts, row
from tests.checking.company import Grid, Line, datasets, report


def raising(error: Exception) -> object:
    def shape(rule: Rule, report: Report, rules: RuleSet) -> Iterator[Series]:
        raise error
        yield  # a shape is a generator

    return shape


def test_it_has_a_row_of_its_own_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = check(*datasets(report(2))).to_pylist()
    monkeypatch.setitem(run.SHAPES, "constant", raising(KeyError("gross_profit")))
    found = check(*datasets(report(2)))
    constants = {rule.rule_id for rule in load_rules().rules if rule.shape == "constant"}
    assert {text.split(":")[0] for text in broken_rules(found)} == constants >= {"ratios.pe_price"}
    assert "KeyError: 'gross_profit' (shape, test_broken_rules.py:" in sorted(broken_rules(found))[0]
    rows = found.to_pylist()
    failed = [r for r in rows if r["rule_id"] in constants]
    assert {(r["verdict"], r["severity"], r["cause"]) for r in failed} == {("not_checkable", "error", None)}
    others = [r for r in rows if r not in failed]
    assert others == [r for r in sound if r["rule_id"] not in constants]


def test_nothing_else_is_not_checkable_with_an_error() -> None:
    found = check(*datasets(report(2)))
    assert "not_checkable" in found["verdict"].to_pylist()
    assert broken_rules(found) == []


@pytest.mark.parametrize("error", [ConfigError("own.toml: wrong"), MemoryError()])
def test_what_no_rule_is_to_blame_for_is_raised(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(run.SHAPES, "tie", raising(error))
    with pytest.raises(type(error)):
        check(*datasets(report(2)))


def test_a_row_of_a_segment_that_has_a_companys_concept_breaks_no_rule() -> None:
    segments = amounts(
        row("毛利", "gross_profit", "5", "6", "7", above=("速冻面米",)),
        row("毛利率", "gross_margin", "50%", "50%", "50%", unit="percent", scale=0, above=("速冻面米",)),
        kind="segments",
    )
    found = check(*datasets([*report(2), segments]))
    assert broken_rules(found) == []
    named = [r for r in found.to_pylist() if "5:gross" in str(r["fact_ids"])]
    assert [r["rule_id"] for r in named if r["rule_id"].startswith("cross_table")] == []


CONCEPTS = st.sampled_from(
    [
        *("revenue", "gross_profit", "net_profit", "net_profit_parent", "revenue_growth", "gross_margin"),
        *("net_margin", "eps", "pe_ratio", "total_assets", "total_liabilities", "equity_parent", "cash"),
        *("net_change_in_cash", "close_price", "market_cap"),
    ]
)
TEXTS = st.sampled_from(["0", "-0", "0.0", "12", "-3.5", "1,234.56", "12.5%", "—", "N.A.", "", "0.00%"])
LINES = st.builds(
    Line,
    label=st.sampled_from(["收入", "同比", "占比", "合计", "平均值", "其中", "毛利率"]),
    concept=st.none() | CONCEPTS,
    texts=st.lists(TEXTS | st.none(), min_size=4, max_size=4).map(tuple),
    unit=st.sampled_from([None, "CNY", "HKD", "CNY/share", "percent", "times", "shares"]),
    scale=st.sampled_from([None, 0, 6, 8]),
    above=st.sampled_from([(), ("甲",), ("公司整体",), ("甲", "乙")]),
)
KINDS = st.sampled_from(sorted(NUMERIC_KINDS | {"text"}))
PERIODS = st.sampled_from(["2023", "2024", "2023H1", "2023H2", None])


@settings(max_examples=60)
@given(
    st.lists(
        st.builds(
            Grid,
            kind=KINDS,
            lines=st.lists(LINES, min_size=1, max_size=6).map(tuple),
            periods=st.lists(PERIODS, min_size=4, max_size=4).map(tuple),
            heads=st.just(("甲|2023", "24E-26E CAGR", "Avg. Score", "PE|2024")),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_no_table_however_odd_breaks_a_rule(grids: list[Grid]) -> None:
    assert broken_rules(check(*datasets(grids))) == []
