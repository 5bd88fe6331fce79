"""Estimates, consensus, revisions, target prices and ratings: worked out by hand for a few houses."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from math import sqrt
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.datasets.estimates import ESTIMATES, estimates_table
from pipeline.datasets.opinions import VIEWS
from pipeline.datasets.published import PUBLISHED_FACTS
from pipeline.datasets.reader import query
from pipeline.datasets.releases import Release
from pipeline.datasets.schema import REPORTS, arrow_schema, from_rows
from tests.datasets.released import MONDAY, estimate, published, report, write

MILLION = 10**6


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Four houses on one company over a year and a half."""
    root = tmp_path_factory.mktemp("history")
    out = root / "extracted"

    def says(name: str, broker: str, day: date, profit: str, failed: bool = False, **more: Any) -> None:
        of = report(name, broker=broker, published_on=day, **more)
        write(out, of, [estimate(of, profit)], failed=[0] if failed else [])

    says("a1.pdf", "华泰证券", date(2025, 3, 1), "100")
    says("a2.pdf", "华泰证券", date(2025, 8, 1), "120", target_price=Decimal("3"), rating="增持",
         rating_level="outperform", rating_action="下调")  # fmt: skip
    says("b1.pdf", "中信证券", date(2025, 4, 1), "80", price_currency="CNY")
    says("c1.pdf", "国金证券", date(2025, 5, 1), "110")
    says("c2.pdf", "国金证券", date(2025, 9, 1), "90", failed=True)
    says("d1.pdf", "方正证券", date(2024, 1, 5), "500")
    return published(root)


def rows(release: Release, sql: str, **moment: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = query(release, sql, form="arrow", **moment).to_pylist()
    return found


def test_consensus_takes_the_latest_of_each_house_that_is_not_stale(history: Release) -> None:
    (row,) = rows(history, "select * from consensus", as_of="2025-08-15")
    assert (row["brokers"], row["houses"]) == (["中信证券", "华泰证券", "国金证券"], 3)
    assert row["mean"] == pytest.approx(310 / 3 * MILLION, rel=1e-15)
    assert (row["median"], row["high"], row["low"]) == (110 * MILLION, 120 * MILLION, 80 * MILLION)
    assert row["stdev"] == pytest.approx(sqrt((16.6667**2 + 23.3333**2 + 6.6667**2) / 2) * MILLION, rel=1e-5)
    assert row["dispersion"] == pytest.approx(row["stdev"] / row["mean"])
    assert (row["oldest_on"], row["newest_on"], row["as_of"]) == (
        date(2025, 4, 1), date(2025, 8, 1), date(2025, 8, 15),
    )  # fmt: skip
    assert (row["entity"], row["concept"], row["period_label"], row["unit"]) == (
        "0020.HK", "net_profit_parent", "2025", "CNY",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "brokers", "median"),
    [
        ("2025-03-01", ["华泰证券"], 100),  # the day itself counts
        ("2025-02-28", None, None),
        ("2025-04-01", ["中信证券", "华泰证券"], 90),
        ("2025-08-27", ["中信证券", "华泰证券", "国金证券"], 110),
        (
            "2025-09-15",
            ["中信证券", "华泰证券"],
            100,
        ),  # 国金's latest failed a check: not replaced by its older one
        ("2025-09-27", ["中信证券", "华泰证券"], 100),  # 中信 is 179 days old
        ("2025-09-28", ["华泰证券"], 120),  # and 180
        ("2024-02-01", ["方正证券"], 500),
    ],
)
def test_consensus_on_days_worked_out_by_hand(
    history: Release, day: str, brokers: list[str] | None, median: int | None
) -> None:
    found = rows(history, "select brokers, median from consensus", as_of=day)
    assert found == rows(history, f"select brokers, median from consensus_at('{day}')")
    if brokers is None:
        assert found == []
    else:
        assert median is not None
        assert found == [{"brokers": brokers, "median": Decimal(median * MILLION)}]


def test_consensus_without_a_date_is_of_the_newest_report(history: Release) -> None:
    (row,) = rows(history, "select as_of, houses from consensus")
    assert row == {"as_of": date(2025, 9, 1), "houses": 2}


def test_cut_can_be_asked_for(history: Release) -> None:
    sql = "select houses from consensus_at('2025-09-28', stale_days := {})"
    assert rows(history, sql.format(365)) == [{"houses": 2}]
    assert rows(history, sql.format(30)) == []


@given(st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=5))
@settings(max_examples=4, deadline=None)
def test_high_low_and_median_are_exact(printed: list[int]) -> None:
    """To the last of twelve digits after the point, also between two numbers and for the largest."""
    exact = [Decimal(number).scaleb(-5) for number in printed]
    with TemporaryDirectory() as folder:
        for number, amount in enumerate(exact):
            of = report(f"{number}.pdf", broker=f"{number}号证券")
            write(Path(folder) / "extracted", of, [estimate(of, f"{amount:f}", scale=0, decimals=5)])
        (row,) = rows(published(Path(folder)), "select high, low, median from consensus")
    assert row == {"high": max(exact), "low": min(exact), "median": median(exact)}


def test_one_house_has_no_deviation(history: Release) -> None:
    (row,) = rows(history, "select stdev, dispersion from consensus_at('2025-03-01')")
    assert row == {"stdev": None, "dispersion": None}


def test_estimates_know_what_they_revise(history: Release) -> None:
    found = rows(
        history, "select fact_id, broker, published_on, revises from estimates order by published_on"
    )
    ids = {(row["broker"], row["published_on"]): row["fact_id"] for row in found}
    revises = {(row["broker"], row["published_on"]): row["revises"] for row in found if row["revises"]}
    assert revises == {
        ("华泰证券", date(2025, 8, 1)): ids["华泰证券", date(2025, 3, 1)],
        ("国金证券", date(2025, 9, 1)): ids["国金证券", date(2025, 5, 1)],
    }


def test_revisions_are_exact_and_leave_failed_numbers_out(history: Release) -> None:
    (row,) = rows(history, "select * from revisions")
    assert (row["broker"], row["previous_on"], row["published_on"]) == (
        "华泰证券", date(2025, 3, 1), date(2025, 8, 1),
    )  # fmt: skip
    assert (row["previous_amount"], row["amount"], row["change"]) == (
        100 * MILLION, 120 * MILLION, 20 * MILLION,
    )  # fmt: skip
    assert row["relative_change"] == pytest.approx(0.2)
    assert row["direction"] == "up"
    assert rows(history, "select * from revisions", as_of="2025-07-31") == []


def test_target_prices_are_chained_in_their_currency(history: Release) -> None:
    found = rows(history, "select * from target_prices where broker = '华泰证券' order by published_on")
    first, second = found
    assert (first["previous_on"], first["change"]) == (None, None)
    assert (second["previous_target"], second["change"]) == (Decimal("2.17"), Decimal("0.83"))
    assert second["upside"] == pytest.approx(3 / 1.52 - 1)
    assert second["analysts"] == ["张三"]


def test_ratings_change_by_level_not_by_what_the_report_says(history: Release) -> None:
    sql = "select published_on, rating, previous_rating, change, rating_action from ratings"
    found = rows(history, f"{sql} where broker = '华泰证券' order by published_on")
    assert [(row["rating"], row["previous_rating"], row["change"]) for row in found] == [
        ("买入", None, "first"),
        ("增持", "买入", "lowered"),
    ]
    assert rows(history, f"{sql} where change = 'raised'") == []


@pytest.mark.parametrize("name", VIEWS)
def test_views_have_the_columns_they_declare(history: Release, name: str) -> None:
    found = query(history, f"select * from {name}", form="arrow").schema
    declared = arrow_schema(VIEWS[name].dataset)
    assert found.names == declared.names
    assert [f.type for f in found] == [f.type for f in declared]


def of_facts(of: dict[str, Any], facts: list[dict[str, Any]], quality: list[str]) -> list[dict[str, Any]]:
    beyond = {"published_on": of["published_on"], "known_at": MONDAY, "rules": [], "failed_rules": []}
    full = [
        f | {"quality": q, "value_printed": f["value"]} | beyond for f, q in zip(facts, quality, strict=True)
    ]
    table = estimates_table(from_rows(PUBLISHED_FACTS, full), from_rows(REPORTS, [of]))
    assert table.schema.equals(arrow_schema(ESTIMATES))
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def test_the_first_print_that_passed_is_the_estimate() -> None:
    of = report()
    summary = estimate(of, "1.05", kind="forecast_summary", scale=8)
    statement, ratios = estimate(of, "105"), estimate(of, "105", kind="ratios")
    by_quality = {
        ("passed", "passed", "passed"): statement,
        ("passed", "failed", "passed"): ratios,
        ("passed", "unchecked", "unchecked"): summary,
        ("failed", "failed", "failed"): statement,
    }
    for quality, want in by_quality.items():
        (row,) = of_facts(of, [summary, statement, ratios], list(quality))
        assert (row["fact_id"], row["amount"]) == (want["fact_id"], 105 * MILLION)


def test_only_the_companys_own_estimates_are_estimates() -> None:
    of = report()
    others = [
        estimate(of, "1", kind="segments"),
        estimate(of, "2", kind="comps"),
        estimate(of, "3", 2, basis="actual"),
        estimate(of, "4", 3, concept=None),
        estimate(of, "—", 4),
        estimate(of, "5", 5, unit=None),
        estimate(of, "6", 6, period_label=None),
    ]
    assert of_facts(of, others, ["passed"] * len(others)) == []


def test_units_are_never_mixed() -> None:
    of = report()
    found = of_facts(of, [estimate(of, "100"), estimate(of, "14", 2, unit="USD")], ["passed"] * 2)
    assert {row["unit"]: row["amount"] for row in found} == {"CNY": 100 * MILLION, "USD": 14 * MILLION}


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 3, 4, 6, 8]),
    st.sampled_from(["CNY", "percent"]),
)
def test_amounts_are_exact(value: Decimal, scale: int, unit: str) -> None:
    of = report()
    printed = estimate(of, "1") | {"value": value, "scale": scale, "unit": unit, "amount": 1.0, "decimals": 4}
    (row,) = of_facts(of, [printed], ["passed"])
    assert row["amount"] == value.scaleb(scale - (2 if unit == "percent" else 0))


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (("70,567", 6), ("705.7", 8), "unchanged"),  # one number can be behind both
        (("70,567", 6), ("705.8", 8), "up"),
        (("100", 6), ("101", 6), "up"),  # one in the last digit is a change
        (("0.52", 0), ("0.5", 0), "unchanged"),
        (("0.56", 0), ("0.5", 0), "down"),
        (("(5)", 6), ("3", 6), "up"),
    ],
)
def test_a_coarser_print_is_no_revision(
    tmp_path: Path, before: tuple[str, int], after: tuple[str, int], direction: str
) -> None:
    for name, day, (text, scale) in (
        ("1.pdf", date(2025, 3, 1), before),
        ("2.pdf", date(2025, 9, 1), after),
    ):
        of = report(name, published_on=day)
        write(tmp_path / "extracted", of, [estimate(of, text, scale=scale)])
    (row,) = rows(published(tmp_path), "select direction, relative_change from revisions")
    assert row["direction"] == direction
    if text == "3":
        assert row["relative_change"] == pytest.approx(1.6)  # over the size of the loss
