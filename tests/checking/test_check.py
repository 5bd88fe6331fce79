"""The function itself: its columns, its order, what it accepts and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from random import Random

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.checking import RuleSet, check, checks_schema, load_rules
from pipeline.errors import DataError
from tests.checking.company import FACTORS, FACTS, checked, datasets, report


def test_columns_are_the_contracts_and_rows_come_by_key() -> None:
    found = check(*datasets(report(2)))
    assert found.schema == checks_schema()
    ids = found["check_id"].to_pylist()
    assert ids == sorted(set(ids))
    assert set(found["verdict"].to_pylist()) <= {"ok", "impossible", "improbable", "not_checkable"}
    assert set(found["severity"].to_pylist()) <= {"error", "warning", "info"}


def test_an_empty_run_has_the_same_columns() -> None:
    found = check(*(dataset.slice(0, 0) for dataset in datasets(report(2))))
    assert found.schema == checks_schema()
    assert found.num_rows == 0


def test_the_order_of_rows_changes_nothing() -> None:
    facts, tables, reports = datasets(report(2))
    order = list(range(facts.num_rows))
    Random(3).shuffle(order)
    assert check(facts.take(pa.array(order)), tables, reports).equals(check(facts, tables, reports))


def test_data_frames_give_the_same_checks_as_arrow() -> None:
    grids = report(2)
    grids[1] = grids[1].edited("net_profit", 3, "—")
    facts, tables, reports = datasets(grids)
    frames = [dataset.to_pandas() for dataset in (facts, tables, reports)]
    assert all(isinstance(frame, pd.DataFrame) for frame in frames)
    assert check(*frames).equals(check(facts, tables, reports))


def test_reports_do_not_look_into_each_other() -> None:
    one, other = datasets(report(2), "a"), datasets(report(3), "b")
    both = [pa.concat_tables([x, y]) for x, y in zip(one, other, strict=True)]
    apart = pa.concat_tables([check(*one), check(*other)]).sort_by("check_id")
    assert check(*both).equals(apart)


def test_a_missing_column_is_named() -> None:
    facts, tables, reports = datasets(report(2))
    with pytest.raises(DataError, match="facts lack decimals"):
        check(facts.drop_columns(["decimals"]), tables, reports)


def test_facts_of_a_report_that_was_not_offered_are_refused() -> None:
    facts, tables, _ = datasets(report(2))
    with pytest.raises(DataError, match="not among the reports offered"):
        check(facts, tables, pa.table({"report_id": ["another"]}))


def test_rules_of_ones_own_take_the_place_of_the_packaged_ones() -> None:
    rules = load_rules()
    own = RuleSet(tuple(r for r in rules.rules if r.rule_id == "balance_sheet.assets"), rules.stand_ins)
    found = check(*datasets(report(2)), rules=own)
    assert set(found["rule_id"].to_pylist()) == {"balance_sheet.assets"}
    assert found.num_rows == 5


def test_a_check_does_without_great_expectations() -> None:
    script = (
        "import sys; from pipeline.checking import check; "
        "from tests.checking.company import datasets, report; "
        "check(*datasets(report(2))); assert 'great_expectations' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.integers(0, 2), st.booleans(), FACTORS)
def test_honest_books_however_large_and_however_rounded_are_never_impossible(
    seed: int, decimals: int, even: bool, times: Fraction
) -> None:
    rows = checked(report(seed, decimals, even, times))
    assert [r["message"] for r in rows if r["verdict"] == "impossible"] == []
    assert sum(r["verdict"] == "ok" for r in rows) > 100


def test_the_facts_of_the_tests_have_the_columns_the_checks_read() -> None:
    from pipeline.checking.sheet import FACT_COLUMNS

    assert {"report_id", *FACT_COLUMNS} <= set(FACTS.names)
