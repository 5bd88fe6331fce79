from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.checking.home import expectations
from pipeline.datasets.schema import EXTRACTED, arrow_schema, empty
from pipeline.datasets.suites import Outcome, SuiteOutcome, load_suite, run_suites
from pipeline.errors import ConfigError
from tests.datasets.factory import check, coverage, fact, part, report, table


@pytest.fixture(scope="module")
def good() -> Mapping[str, pa.Table]:
    of = report()
    income = table(of)
    facts = [fact(income), fact(income, 1, 2, "(1.5)"), fact(income, 1, 3, "—")]
    return part(
        of, facts=facts, checks=[check(of, facts), check(of, facts[:1], "impossible", rule_id="growth")]
    )


@pytest.fixture(scope="module")
def passed(good: Mapping[str, pa.Table], tmp_path_factory: pytest.TempPathFactory) -> SuiteOutcome:
    return run_suites(good, docs_dir=tmp_path_factory.mktemp("docs"))


def with_column(table: pa.Table, name: str, values: list[Any]) -> pa.Table:
    index = table.schema.get_field_index(name)
    return table.set_column(index, name, pa.array(values, table.schema.field(name).type))


def test_good_batch_passes_every_expectation(passed: SuiteOutcome) -> None:
    assert passed.failures == ()
    declared = {name: len(load_suite(name, expectations("suites"))) for name in EXTRACTED}
    evaluated = {name: sum(o.dataset == name for o in passed.outcomes) for name in EXTRACTED}
    assert evaluated == declared


def test_data_docs_stand_where_they_were_asked_for(passed: SuiteOutcome) -> None:
    assert passed.docs is not None
    index = (passed.docs / "index.html").read_text(encoding="utf-8")
    assert all(name in index for name in EXTRACTED)


def test_rules_surface_as_expectations_with_their_counts(
    good: Mapping[str, pa.Table], passed: SuiteOutcome
) -> None:
    held = [row for row in good["checks"].to_pylist() if row["verdict"] != "not_checkable"]
    by_rule = {o.about: o for o in passed.identities}
    assert sorted(by_rule) == sorted({row["rule_id"] for row in held})
    assert sum(o.evaluated or 0 for o in passed.identities) == len(held)
    (wrong,) = [row for row in held if row["verdict"] == "impossible"]
    assert (by_rule["growth"].success, by_rule["growth"].evaluated, by_rule["growth"].unexpected) == (
        False,
        1,
        1,
    )
    assert by_rule["growth"].examples == (f"{wrong['check_id']}: growth=impossible",)
    assert {o.success for rule, o in by_rule.items() if rule != "growth"} == {True}


def test_a_report_that_contradicts_itself_closes_no_gate(passed: SuiteOutcome) -> None:
    assert passed.passed
    assert not {o.dataset for o in (*passed.failures, *passed.warnings)} & {"identities"}


def test_the_gate_does_without_the_rules(good: Mapping[str, pa.Table]) -> None:
    assert run_suites({"checks": good["checks"]}).identities == ()


def test_rules_of_which_nothing_was_checkable_are_no_expectations(
    good: Mapping[str, pa.Table], tmp_path: Path
) -> None:
    checks = good["checks"]
    none = with_column(checks, "verdict", ["not_checkable"] * checks.num_rows)
    assert run_suites({"checks": none}, docs_dir=tmp_path).identities == ()


@pytest.mark.parametrize("name", ["facts", "checks"])
def test_a_batch_of_nothing_but_nulls_fails(good: Mapping[str, pa.Table], name: str) -> None:
    rows = good[name]
    nulls = pa.table({c: pa.nulls(rows.num_rows, rows.schema.field(c).type) for c in rows.column_names})
    assert not run_suites({name: nulls}).passed


def test_warnings_are_told_and_do_not_close_the_gate(passed: SuiteOutcome) -> None:
    assert passed.passed
    assert [(o.dataset, o.about, o.severity) for o in passed.warnings] == [("checks", "verdict", "warning")]


@pytest.mark.parametrize("name", EXTRACTED)
def test_suites_state_the_declared_columns_and_vocabularies(name: str) -> None:
    dataset = EXTRACTED[name]
    suite = load_suite(name, expectations("suites"))
    lists = [
        e["kwargs"]["column_list"] for e in suite if e["type"] == "expect_table_columns_to_match_ordered_list"
    ]
    assert lists == [list(dataset.names)]
    sets = {
        e["kwargs"]["column"]: e["kwargs"]["value_set"]
        for e in suite
        if e["type"] == "expect_column_values_to_be_in_set" and e.get("severity", "critical") == "critical"
    }
    closed = {c.name: list(c.values) for c in dataset.columns if c.values}
    assert {column: values for column, values in sets.items() if column in closed} == closed


@pytest.mark.parametrize("path", sorted(expectations("suites").glob("*.json")), ids=lambda p: p.stem)
def test_suites_are_written_by_hand_with_a_reason_each(path: Path) -> None:
    assert path.stem in EXTRACTED
    for expectation in json.loads(path.read_text(encoding="utf-8"))["expectations"]:
        assert "id" not in expectation
        assert expectation["meta"]["notes"].endswith(".")


BAD: list[tuple[str, str, list[Any], str]] = [
    ("reports", "reason", ["why"], "expect_column_values_to_be_null"),
    ("reports", "report_id", ["a.pdf"], "expect_column_values_to_match_regex"),
    ("reports", "published_on", [date(1970, 1, 1)], "expect_column_values_to_be_between"),
    ("reports", "price_currency", ["港币"], "expect_column_values_to_match_regex"),
    ("reports", "contract_version", ["2"], "expect_column_values_to_be_in_set"),
    ("tables", "agreement", [1.5], "expect_column_values_to_be_between"),
    ("tables", "x1", [0.0], "expect_column_pair_values_a_to_be_greater_than_b"),
    ("tables", "caption", [""], "expect_column_value_lengths_to_be_between"),
    ("cells", "row_span", [0], "expect_column_values_to_be_between"),
    ("facts", "missing", ["dash", "dash", "dash"], "expect_column_values_to_be_null"),
    ("facts", "missing", [None, None, None], "expect_column_values_to_not_be_null"),
    ("facts", "value", [None, None, None], "expect_column_values_to_not_be_null"),
    ("facts", "amount", [None, None, None], "expect_column_values_to_not_be_null"),
    ("facts", "amount", [1e30, None, None], "expect_column_values_to_be_between"),
    ("facts", "period_label", ["FY24", "2024", "2024"], "expect_column_values_to_match_regex"),
    ("facts", "period_end", [date(2023, 1, 1)] * 3, "expect_column_pair_values_a_to_be_greater_than_b"),
    ("checks", "cause", [None, None], "expect_column_values_to_not_be_null"),
    ("checks", "message", ["bad", "bad"], "expect_column_value_lengths_to_be_between"),
    ("coverage", "numbers_on_page", [3], "expect_column_pair_values_a_to_be_greater_than_b"),
    ("coverage", "left_out", ["why not"], "expect_column_values_to_match_regex"),
]


@pytest.mark.parametrize(("name", "column", "values", "expectation"), BAD)
def test_bad_values_fail_their_expectation(
    good: Mapping[str, pa.Table], name: str, column: str, values: list[Any], expectation: str
) -> None:
    failing = run_suites({name: with_column(good[name], column, values)}).failures
    assert (expectation, column) in {
        (o.expectation, o.about.split(" where ")[0].split(", ")[0]) for o in failing
    }
    assert all(o.unexpected and o.examples for o in failing)


@pytest.mark.parametrize("name", EXTRACTED)
def test_same_row_twice_fails_the_key(good: Mapping[str, pa.Table], name: str) -> None:
    twice = pa.concat_tables([good[name], good[name]])
    failing = {o.expectation for o in run_suites({name: twice}).failures}
    assert failing & {"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"}


def test_other_columns_fail_instead_of_raising(good: Mapping[str, pa.Table]) -> None:
    failing = run_suites({"coverage": good["coverage"].drop_columns(["words"])}).failures
    assert {"expect_table_columns_to_match_ordered_list", "expect_column_values_to_be_between"} == {
        o.expectation for o in failing
    }


def rows_missing(outcome: SuiteOutcome) -> set[str]:
    return {o.dataset for o in outcome.failures if o.expectation == "expect_table_row_count_to_be_between"}


def test_empty_batches_pass_only_where_no_report_was_offered(good: Mapping[str, pa.Table]) -> None:
    nothing = {name: empty(dataset) for name, dataset in EXTRACTED.items()}
    assert run_suites(nothing).passed
    assert rows_missing(run_suites({**nothing, "reports": good["reports"]})) == {
        "tables",
        "cells",
        "facts",
        "coverage",
    }
    assert rows_missing(run_suites({"facts": nothing["facts"]})) == {"facts"}


def test_what_held_on_nothing_says_so(good: Mapping[str, pa.Table]) -> None:
    never_agreed = with_column(good["tables"], "agreement", [None])
    about = {o.about: o for o in run_suites({"tables": never_agreed}).outcomes}
    assert about["agreement"].success and about["agreement"].vacuous
    assert not about["kind"].vacuous


def test_outcome_names_rows_by_key(good: Mapping[str, pa.Table]) -> None:
    bad = with_column(good["coverage"], "words", [-1])
    (failure,) = run_suites({"coverage": bad}).failures
    assert failure.examples == (f"{report()['report_id']} 3: words=-1",)
    assert str(failure) == (
        f"coverage: expect_column_values_to_be_between words: 1 unexpected; e.g. {failure.examples[0]}"
    )
    assert isinstance(failure, Outcome)


def suite_of(folder: Path, expectations: Any, name: str = "coverage") -> Path:
    text = json.dumps({"name": name, "expectations": expectations})
    (folder / "coverage.json").write_text(text, encoding="utf-8")
    return folder


NOT_NULL = {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "page"}}


@pytest.mark.parametrize(
    ("expectations", "says"),
    [
        ([{"type": "expect_fields_to_add_up", "kwargs": {}}], "expect_fields_to_add_up not found"),
        ([NOT_NULL | {"kwargs": {"columm": "page"}}], "column"),
        ([NOT_NULL | {"kwargs": {"column": "pages"}}], "coverage has no column pages"),
        ([NOT_NULL | {"id": "3c9e"}], "no ids"),
        ([{"type": "expect_column_values_to_not_be_null"}], "has type and kwargs"),
        ([], "at least one expectation"),
        ([NOT_NULL | {"severity": "fatal"}], "expectation 1"),
        (
            [{"type": "expect_column_values_to_match_regex", "kwargs": {"column": "left_out", "regex": "("}}],
            "cannot be evaluated",
        ),
        (
            [NOT_NULL | {"kwargs": {"column": "page", "row_condition": "words > 3"}}],
            "a row condition has type and column",
        ),
    ],
)
def test_impossible_suites_are_refused(tmp_path: Path, expectations: Any, says: str) -> None:
    from pipeline.datasets.schema import from_rows

    rows = from_rows(EXTRACTED["coverage"], [coverage(report())])
    with pytest.raises(ConfigError, match=says):
        run_suites({"coverage": rows}, suite_of(tmp_path, expectations))


def test_missing_and_broken_suites_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no suite for the dataset coverage"):
        load_suite("coverage", tmp_path)
    (tmp_path / "coverage.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match="expected name and expectations in JSON"):
        load_suite("coverage", tmp_path)
    with pytest.raises(ConfigError, match="expected the name coverage"):
        load_suite("coverage", suite_of(tmp_path, [NOT_NULL], name="facts"))


def test_two_expectations_of_one_kind_and_column_are_both_evaluated(tmp_path: Path) -> None:
    between = {"type": "expect_column_values_to_be_between"}
    stated = [between | {"kwargs": {"column": "page", "min_value": least}} for least in (1, 7)]
    from pipeline.datasets.schema import from_rows

    rows = from_rows(EXTRACTED["coverage"], [coverage(report())])
    outcomes = run_suites({"coverage": rows}, suite_of(tmp_path, stated)).outcomes
    assert [o.success for o in outcomes] == [True, False]


def test_nothing_is_printed_and_nothing_written(
    good: Mapping[str, pa.Table],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    run_suites({"coverage": good["coverage"]})
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_every_type_of_the_declaration_reaches_the_suites() -> None:
    for name, dataset in EXTRACTED.items():
        assert run_suites({name: arrow_schema(dataset).empty_table()}).outcomes
