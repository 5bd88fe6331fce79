from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from pipeline.checking.formula import FUNCTIONS
from pipeline.checking.rules import Kind, Shape, load_rules
from pipeline.errors import ConfigError

RULE = """
[[rule]]
id = "a.b"
zh = "甲 = 乙"
en = "a is b"
shape = "formula"
kind = "definitional"
severity = "error"
formula = "revenue = cost_of_sales"
"""
FORMULA = 'formula = "revenue = cost_of_sales"'


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_the_packaged_rules_load() -> None:
    rules = load_rules()
    assert len(rules.rules) > 80
    assert rules.named("revenue") == ("revenue", "total_revenue", "main_business_revenue")


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (rule,) = load_rules(folder(tmp_path, RULE)).rules
    assert (rule.rule_id, rule.file, rule.zh, rule.scope) == ("a.b", "own.toml", "甲 = 乙", "table")


def test_the_example_of_the_docs_loads(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    (rule,) = load_rules(folder(tmp_path, example)).rules
    assert (rule.rule_id, len(rule.formulas)) == ("ratios.equity_multiplier", 2)


def test_every_shape_and_function_is_in_the_docs() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    assert [s for s in (*get_args(Shape), *get_args(Kind)) if f"`{s}`" not in text] == []
    assert [f for f in FUNCTIONS if f"`{f}(x)`" not in text] == []


def test_one_entry_for_many_concepts(tmp_path: Path) -> None:
    text = RULE.replace('"a.b"', '"growth.{item}"\neach = ["revenue", "eps"]').replace(
        FORMULA, 'formula = "{item}_growth = growth({item})"'
    )
    rules = load_rules(folder(tmp_path, text)).rules
    assert [r.rule_id for r in rules] == ["growth.revenue", "growth.eps"]
    assert [f.text for f in rules[1].formulas] == [
        "eps_growth = growth(eps)",
        "eps_growth = growth(eps) on the absolute base",
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            (FORMULA, 'formula = "revenue = cash +"'),
            "own.toml: rule 'a.b': formula: 'revenue = cash +', at character 17: expected",
        ),
        ((FORMULA, 'formula = "cash + inventories = revenue"'), "the left side must be one concept"),
        ((FORMULA, 'formula = "revenue = 3"'), "the right side names no concept"),
        ((FORMULA, ""), "a rule of shape 'formula' needs 'formula'"),
        (
            ('kind = "definitional"', 'kind = "certain"'),
            "kind: 'certain' is none of definitional, sum_of_lines, convention",
        ),
        (('kind = "definitional"', ""), "kind is missing"),
        (('shape = "formula"', 'shape = "lines"'), "a rule of shape 'lines' needs 'total'"),
        (("severity", "severitas"), "unknown key 'severitas'"),
        (('id = "a.b"', ""), "own.toml: rule number 1 has no id"),
        (('en = "a is b"', 'en = "a is b"\ntables = ["balance"]'), "'balance' is no table kind"),
        (('en = "a is b"', 'en = "a is b"\nlabels = "("'), "'(' is no pattern"),
        (
            ('en = "a is b"', 'en = "a is b"\nanchored = "yes"'),
            "anchored: expected true or false, found 'yes'",
        ),
        (('en = "a is b"', 'en = "a is b"\nneeds = "x"'), "needs: expected a list of texts, found 'x'"),
        (('en = "a is b"', 'en = "a is b"\nmessage = "{wha}"'), "unknown place {wha}"),
        (
            (FORMULA, 'formula = "revenue = cost_of_sale + gross_profit"'),
            "own.toml: rule 'a.b': the vocabulary has no concept 'cost_of_sale'; did you mean cost_of_sales",
        ),
        (('en = "a is b"', 'en = "a is b"\nunless = ["qqq"]'), "the vocabulary has no concept 'qqq'"),
        (
            ("[[rule]]", "[stand_ins]\nxyz = []\n[[rule]]"),
            "stand_ins: xyz: the vocabulary has no concept 'xyz'",
        ),
        (("[[rule]]", "[[rules]]"), "unknown table 'rules'"),
        (("[[rule]]", "[[rule]"), "own.toml: not valid TOML"),
    ],
)
def test_a_wrong_rule_says_file_rule_and_what_was_expected(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_rules(folder(tmp_path, RULE.replace(*change)))
    assert says in str(caught.value)


def test_two_rules_of_one_id(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ids are unique"):
        load_rules(folder(tmp_path, RULE + RULE))


def test_a_folder_without_rules(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no \*\.toml rule file"):
        load_rules(tmp_path)
