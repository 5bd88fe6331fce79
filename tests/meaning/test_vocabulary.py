from __future__ import annotations

import re

import pytest

from pipeline.errors import ConfigError
from pipeline.meaning.vocabulary import Concept, vocabulary
from pipeline.meaning.vocabulary.load import (
    read_concepts,
    read_labels,
    read_relations,
    read_terms,
)

_REQUIRED = re.findall(
    r"\w+",
    """
    revenue cost_of_sales gross_profit taxes_and_surcharges selling_expenses admin_expenses
    rd_expenses finance_costs operating_profit non_operating_income non_operating_expenses
    profit_before_tax income_tax net_profit minority_interest_profit net_profit_parent ebit
    ebitda depreciation_amortisation eps bvps dps cash accounts_receivable inventories
    other_current_assets total_current_assets fixed_assets intangible_assets
    total_non_current_assets total_assets short_term_debt accounts_payable
    total_current_liabilities long_term_debt total_non_current_liabilities total_liabilities
    share_capital capital_reserve retained_earnings equity_parent minority_interest
    total_equity total_liabilities_and_equity cash_flow_operating cash_flow_investing
    cash_flow_financing fx_effect net_change_in_cash cash_opening cash_closing capex
    revenue_growth operating_profit_growth net_profit_growth net_profit_parent_growth
    ebitda_growth eps_growth gross_margin operating_margin net_margin ebitda_margin roe roa
    roic debt_to_assets net_gearing current_ratio quick_ratio asset_turnover receivable_days
    receivable_turnover inventory_days inventory_turnover payable_days payable_turnover
    pe_ratio pb_ratio ps_ratio ev_ebitda ev_sales dividend_yield dividend_payout market_cap
    close_price target_price shares_outstanding
    """,
)
_CONCEPT = ("code", "词", "word", "ratios", "duration", "percent", "none", "", "", "", "A sentence.")


def _concept(**changes: str) -> tuple[str, ...]:
    names = Concept.__dataclass_fields__
    return tuple(changes.get(name, value) for name, value in zip(names, _CONCEPT, strict=True))


def test_the_codes_that_rules_and_views_rest_on_are_declared() -> None:
    assert not set(_REQUIRED) - set(vocabulary().concepts)
    assert len(vocabulary().concepts) >= 250


def test_every_concept_says_what_it_is_in_a_sentence() -> None:
    for concept in vocabulary().concepts.values():
        assert concept.definition.endswith("."), concept.code
        assert re.search(r"[\u4e00-\u9fff]|[A-Z]|β", concept.zh), concept.code


def test_every_amount_of_a_statement_can_be_printed() -> None:
    """A concept that no label, relation or section leads to is a word nobody says."""
    words = vocabulary()
    said = {entry.concept for entries in words.labels.values() for entry in entries}
    said |= {entry.concept for _, entry in words.patterns} | set(words.related.values())
    assert set(words.concepts) - said == set()


def test_growth_is_a_percentage_of_an_item_that_is_none() -> None:
    words = vocabulary()
    for (relation, base), code in words.related.items():
        assert words.concepts[code].unit_kind == "percent", code
        assert words.concepts[base].relation == "", (relation, base)


def test_stand_ins_have_the_unit_of_what_they_stand_for() -> None:
    words = vocabulary()
    for concept in words.concepts.values():
        for other in concept.stands_for:
            assert words.concepts[other].unit_kind == concept.unit_kind, concept.code


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (_concept(statement="balance"), ["concepts.csv, line 3", "statement 'balance'", "balance_sheet"]),
        (_concept(unit_kind="percents"), ["line 3", "unit_kind 'percents'", "percent"]),
        (_concept(code="Net Profit"), ["line 3", "'Net Profit'", "snake_case"]),
        (_concept(code="first"), ["line 3", "'first'", "twice"]),
        (_concept(definition=""), ["line 3", "definition"]),
        (_concept(relation="growth"), ["line 3", "relation", "base"]),
        (_concept(relation="growing", base="first"), ["line 3", "relation"]),
        (_concept(relation="growth", base="last"), ["line 3", "'last'"]),
        (_concept(stands_for="last"), ["line 3", "'last'"]),
    ],
)
def test_a_concept_that_says_something_impossible_names_its_line(
    row: tuple[str, ...], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as error:
        read_concepts([_concept(code="first"), row])
    assert all(word in str(error.value) for word in words)


_TWO = read_concepts([_concept(code="one"), _concept(code="two")])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("甲", "three", "", "", "")], ["labels.csv, line 2", "'甲'", "'three'"]),
        ([("甲", "one", "ratio", "", "")], ["line 2", "ratio", "ratios"]),
        ([("甲", "one", "", "(", "")], ["line 2", "'('"]),
        ([("甲", "one", "", "", "%")], ["line 2", "'%'"]),
        ([("(%)", "one", "", "", "")], ["line 2", "bare unit"]),
        ([("甲", "one", "", "", ""), ("甲（元）", "two", "", "", "")], ["line 3", "line 2", "same context"]),
        (
            [("甲", "one", "ratios|other", "", ""), ("甲", "two", "ratios", "", "")],
            ["line 3", "same context"],
        ),
        ([("甲", "one", "!text", "乙", ""), ("甲", "two", "ratios", "乙", "")], ["line 3", "same context"]),
    ],
)
def test_a_label_that_says_something_impossible_names_its_line(
    rows: list[tuple[str, ...]], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as error:
        read_labels(rows, _TWO)
    assert all(word in str(error.value) for word in words)


def test_one_label_may_mean_two_things_in_two_contexts() -> None:
    rows = [
        ("甲", "one", "", "", ""),
        ("甲", "two", "cash_flow", "", ""),
        ("甲", "two", "", "乙", ""),
        ("甲", "two", "", "", "percent"),
        ("乙", "one", "ratios", "", ""),
        ("乙", "two", "!ratios", "", ""),
    ]
    labels, patterns = read_labels(rows, _TWO)
    assert len(labels["甲"]) == 4
    assert not patterns


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("cell", "同比", "growth")], ["relations.csv, line 2", "'cell'", "row"]),
        ([("row", "同比", "turnover")], ["line 2", "'turnover'"]),
        ([("row", "(同比", "growth")], ["line 2", "'(同比'"]),
    ],
)
def test_a_relation_that_says_something_impossible_names_its_line(
    rows: list[tuple[str, ...]], words: list[str]
) -> None:
    with pytest.raises(ConfigError) as error:
        read_relations(rows)
    assert all(word in str(error.value) for word in words)


@pytest.mark.parametrize("row", [("", "content", ""), ("词", "word", ""), ("率", "order", "")])
def test_a_term_that_says_something_impossible_names_its_line(row: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match=r"terms\.csv, line 3"):
        read_terms([("率", "order", ""), row])
