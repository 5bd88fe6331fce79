"""Rulings of people: read, guarded, laid beside the facts; the facts stay as they were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.checking.corrections import correction_layer, corrections_schema, load_corrections
from pipeline.errors import ConfigError
from tests.checking.cases import amounts, row
from tests.checking.company import Grid, datasets

REPORT = "ab" * 32
STATEMENT = amounts(
    row("营业利润", "operating_profit", "(6,618.32)", "—", "7"),
    row("净利润", "net_profit", "5", "7", "(6,618.32)"),
    kind="income_statement",
)
ENTRY = f"""
[[correction]]
report = "{REPORT[:14]}"
fact = "FACT"
expect = {{ text = "(6,618.32)", label = "营业利润", page = 1 }}
ruling = "correct"
value = "(6,708.32)"
reason = "half-years add up to it"
who = "a.analyst"
when = 2026-11-20
"""


def offered(grid: Grid = STATEMENT, report_id: str = REPORT) -> tuple[pa.Table, pa.Table]:
    """Facts with ids as real ones are, and reports."""
    from hashlib import sha256

    facts, _, reports = datasets([grid], report_id)
    ids = [sha256(f"{report_id}{one}".encode()).hexdigest() for one in facts["fact_id"].to_pylist()]
    return facts.set_column(0, "fact_id", pa.array(ids)), reports


def fact_id(label: str, period: str) -> str:
    rows = offered()[0].to_pylist()
    found = [r["fact_id"] for r in rows if (r["label"], r["period_label"]) == (label, period)]
    return str(found[0])


def written(tmp_path: Path, *changes: tuple[str, str], twice: bool = False) -> Path:
    text = ENTRY.replace("FACT", fact_id("营业利润", "2022")[:16])
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "corrections.toml"
    path.write_text(text * (2 if twice else 1), encoding="utf-8")
    return path


def test_the_shipped_file_is_read() -> None:
    assert load_corrections() == ()


def test_a_corrected_number_is_laid_beside_the_printed_one(tmp_path: Path) -> None:
    facts, reports = offered()
    before = facts.to_pylist()
    layer = correction_layer(load_corrections(written(tmp_path)), facts, reports)
    assert layer.schema == corrections_schema()
    assert layer.to_pylist() == [
        {
            "fact_id": fact_id("营业利润", "2022"),
            "report_id": REPORT,
            "ruling": "correct",
            "text_printed": "(6,618.32)",
            "value_printed": Decimal("-6618.32"),
            "text_corrected": "(6,708.32)",
            "value_corrected": Decimal("-6708.32"),
            "reason": "half-years add up to it",
            "who": "a.analyst",
            "when": date(2026, 11, 20),
        }
    ]
    assert facts.to_pylist() == before
    assert correction_layer(load_corrections(written(tmp_path)), facts.to_pandas(), reports).equals(layer)


def test_an_accepted_print_has_no_corrected_value(tmp_path: Path) -> None:
    path = written(tmp_path, ('"correct"', '"accept"'), ('value = "(6,708.32)"\n', ""))
    (only,) = correction_layer(load_corrections(path), *offered()).to_pylist()
    assert (only["ruling"], only["value_corrected"], only["text_corrected"]) == ("accept", None, None)


def test_a_dash_can_be_corrected_to_a_number(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        (fact_id("营业利润", "2022")[:16], fact_id("营业利润", "2023")),
        ('"(6,618.32)"', '"—"'),
    )
    (only,) = correction_layer(load_corrections(path), *offered()).to_pylist()
    assert (only["value_printed"], only["value_corrected"]) == (None, Decimal("-6708.32"))


def test_rulings_on_reports_that_are_not_there_give_no_row(tmp_path: Path) -> None:
    layer = correction_layer(load_corrections(written(tmp_path)), *offered(report_id="cd" * 32))
    assert layer.num_rows == 0
    assert layer.schema == corrections_schema()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("(6,618.32)", "(6,618.23)"), r"text: expected '\(6,618.23\)', found '\(6,618.32\)'"),
        (("page = 1", "page = 2"), "page: expected 2, found 1"),
        (("营业利润", "营业收入"), "the guard does not fit .* label: expected '营业收入', found '营业利润'"),
        (
            ("(6,708.32)", "-6,618.32"),
            'corrects .* to the same value; to let the print stand, say ruling = "acc',
        ),
        (("(6,708.32)", "12.3%"), "value '12.3%' has another unit than the print"),
        (
            ('fact = "', 'fact = "0000'),
            "has no fact 0000.* any more; what it expects .* is now [0-9a-f]{64}: look",
        ),
    ],
)
def test_a_guard_that_does_not_fit_stops_with_what_is_there(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    rulings = load_corrections(written(tmp_path, change))
    with pytest.raises(ConfigError, match=rf"corrections\.toml: correction number 1: .*{says}"):
        correction_layer(rulings, *offered())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('"correct"', '"guess"'), "ruling: 'guess' is none of accept, correct"),
        (('"correct"', '"accept"'), 'value goes with ruling = "correct"'),
        (('value = "(6,708.32)"\n', ""), "value: expected the number as it ought to be printed"),
        (("(6,708.32)", "about 7"), "value: expected the number as it ought to be printed"),
        (("(6,708.32)", "—"), "value: expected the number"),
        (('value = "(6,708.32)"', "value = 6708.32"), "a text such as .*, found 6708.32"),
        (('who = "a.analyst"\n', ""), "who is missing"),
        (('"a.analyst"', '" "'), "who: expected a text"),
        (("2026-11-20", '"yesterday"'), "when: expected a date such as 2026-11-20"),
        (("reason", "because"), "unknown key 'because'"),
        (('text = "(6,618.32)", ', ""), 'expect: expected { text = "…" }'),
        (("page = 1", "row = 1"), "expect: 'row' is none of text, label"),
        (("page = 1", 'page = "1"'), "expect: page: expected a page number, found '1'"),
        (('fact = "', 'fact = "sha:'), "fact: expected 12 to 64 hexadecimal digits"),
        (("[[correction]]", "[[ruling]]"), r"expected \[\[correction\]\] entries, found 'ruling'"),
        (("[[correction]]", "[[correction]"), "not valid TOML"),
    ],
)
def test_a_wrong_entry_says_file_entry_and_what_was_expected(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    with pytest.raises(ConfigError, match=r"corrections\.toml: .*" + says):
        load_corrections(written(tmp_path, change))


def test_two_rulings_on_one_fact_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"number 2: .*number 1 rules on the same fact"):
        load_corrections(written(tmp_path, twice=True))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml: cannot be read: No such file"):
        load_corrections(tmp_path / "gone.toml")
