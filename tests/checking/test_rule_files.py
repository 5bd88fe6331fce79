from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.checking.rules import load_rules
from pipeline.errors import ConfigError

RULE = """
[[rule]]
id = "a.b"
zh = "甲 = 乙"
en = "a is b"
shape = "formula"
kind = "definitional"
severity = "error"
formula = "a = b"
"""


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


def test_one_entry_for_many_concepts(tmp_path: Path) -> None:
    text = RULE.replace('"a.b"', '"growth.{item}"\neach = ["x", "y"]').replace(
        '"a = b"', '"{item}_growth = growth({item})"'
    )
    rules = load_rules(folder(tmp_path, text)).rules
    assert [r.rule_id for r in rules] == ["growth.x", "growth.y"]
    assert [f.text for f in rules[1].formulas] == [
        "y_growth = growth(y)",
        "y_growth = growth(y) on the absolute base",
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            ('formula = "a = b"', 'formula = "a = b +"'),
            "own.toml: rule 'a.b': formula: 'a = b +', at character 8: expected",
        ),
        (('formula = "a = b"', 'formula = "a + c = b"'), "the left side must be one concept"),
        (('formula = "a = b"', 'formula = "a = 3"'), "the right side names no concept"),
        (('formula = "a = b"', ""), "a rule of shape 'formula' needs 'formula'"),
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
