from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from pipeline.datasets.schema import FACTS, REPORTS, from_rows
from pipeline.datasets.views import WIDE_KINDS, wide_dataset, wide_table
from tests.datasets.factory import Row, fact, report, table

OF = report()
EPS = {"concept": "eps", "unit": "HKD/share", "scale": 0}
MARGIN = {"concept": "gross_margin", "unit": "percent", "scale": 0}


def wide(kind: str, facts: list[Row], quality: dict[int, str] | None = None) -> list[dict[str, Any]]:
    """The rows of the wide table, their null cells left out; `quality` by the fact's place in the list."""
    qualities = {f["fact_id"]: (quality or {}).get(i, "unchecked") for i, f in enumerate(facts)}
    rows = from_rows(FACTS, facts)
    marks = pa.array([qualities[i] for i in rows["fact_id"].to_pylist()], pa.string())
    found = wide_table(kind, rows.append_column("quality", marks), from_rows(REPORTS, [OF]))
    return [{k: v for k, v in row.items() if v is not None} for row in found.to_pylist()]


@pytest.mark.parametrize("kind", WIDE_KINDS)
def test_columns_do_not_depend_on_rows(kind: str) -> None:
    names = list(wide_dataset(kind).names)
    assert len(set(names)) == len(names)
    none = from_rows(FACTS, []).append_column("quality", pa.array([], pa.string()))
    one = from_rows(FACTS, [fact(table(OF, kind))]).append_column("quality", pa.array(["passed"]))
    reports = from_rows(REPORTS, [OF])
    assert wide_table(kind, none, reports).schema.equals(wide_table(kind, one, reports).schema)


def test_one_row_a_period_in_base_units() -> None:
    of = table(OF)
    first, second = wide(
        "income_statement",
        [
            fact(of, 1, 1, "3,446"),
            fact(of, 2, 1, "41.5", **MARGIN),
            fact(of, 1, 2, "4,000", period_label="2025"),
            fact(of, 2, 2, "—", **MARGIN, period_label="2025"),
        ],
    )
    assert (first["period_label"], first["revenue"], first["gross_margin"]) == ("2024", 3.446e9, 0.415)
    assert (second["period_label"], second["revenue"], "gross_margin" in second) == ("2025", 4e9, False)
    assert (first["currency"], first["basis"], first["broker"]) == ("CNY", "estimate", "华泰证券")
    assert first["table_ids"] == [of["table_id"]]


def test_second_currency_gets_a_row_of_its_own() -> None:
    of = table(OF)
    profit = fact(of, 2, 1, "200", concept="net_profit_parent")
    rows = wide(
        "income_statement", [fact(of), profit, fact(of, 3, 1, "0.5", **EPS), fact(of, 4, 1, "9", **MARGIN)]
    )
    by_currency = {row["currency"]: row for row in rows}
    assert by_currency.keys() == {"CNY", "HKD"}
    assert by_currency["HKD"]["eps"] == 0.5
    assert "eps" not in by_currency["CNY"]
    assert by_currency["CNY"]["gross_margin"] == 0.09


def test_money_of_an_unknown_currency_does_not_borrow_one() -> None:
    of = table(OF)
    unknown = fact(of, 2, 1, "200", concept="net_profit_parent", unit=None, scale=None, amount=200.0)
    rows = wide("income_statement", [fact(of), unknown])
    assert {row.get("currency"): row.get("net_profit_parent") for row in rows} == {"CNY": None, None: 200.0}


def test_failed_numbers_leave_a_named_gap() -> None:
    of = table(OF)
    (row,) = wide("income_statement", [fact(of), fact(of, 2, 1, "41.5", **MARGIN)], {1: "failed"})
    assert row["revenue"] == 3.446e9
    assert "gross_margin" not in row
    assert row["failed"] == ["gross_margin"]


def test_numbers_without_a_cell_are_counted() -> None:
    of = table(OF)
    rows = [
        fact(of),
        fact(of, 5, 1, "9"),
        fact(of, 6, 1, "9", concept=None),
        fact(of, 7, 1, "9", concept="total_assets"),
    ]
    (row,) = wide("income_statement", rows)
    assert (row["revenue"], row["numbers_left_out"]) == (3.446e9, 3)


def test_segments_are_named_by_their_own_row_or_by_the_head_above() -> None:
    of = table(OF, "segments")
    revenue, growth = {"concept": "segment_revenue"}, {"concept": "segment_revenue_growth"}
    percent = {"unit": "percent", "scale": 0}
    rows = wide(
        "segments",
        [
            fact(of, 1, 1, "100", **revenue, label="生成式AI", label_path=["分板块", "生成式AI"]),
            fact(of, 2, 1, "20", **growth, **percent, label="YoY", label_path=["分板块", "生成式AI", "YoY"]),
            fact(of, 3, 1, "50", **revenue, label="智能汽车", label_path=["分板块", "智能汽车"]),
            fact(of, 4, 1, "150", label="营业收入", label_path=["营业收入"]),
            fact(of, 5, 1, "30", **MARGIN, label="毛利率", label_path=["毛利率"]),
        ],
    )
    by_segment = {row.get("segment"): row for row in rows}
    assert by_segment.keys() == {"生成式AI", "智能汽车", None}
    assert by_segment["生成式AI"]["segment_revenue"] == 1e8
    assert by_segment["生成式AI"]["segment_revenue_growth"] == 0.2
    assert (by_segment[None]["revenue"], by_segment[None]["gross_margin"]) == (1.5e8, 0.3)


def test_peers_have_a_row_each_and_averages_no_entity() -> None:
    of = table(OF, "comps")
    ratio = {"concept": "pe_ratio", "unit": "times", "scale": 0}
    rows = wide(
        "comps",
        [
            fact(of, 1, 1, "15.2", **ratio, entity="688981.SH", entity_name="中芯国际", label="中芯国际"),
            fact(of, 2, 1, "20.1", **ratio, entity=None, entity_name="平均值", label="平均值"),
        ],
    )
    assert {(row.get("entity"), row["entity_name"], row["pe_ratio"]) for row in rows} == {
        ("688981.SH", "中芯国际", 15.2),
        (None, "平均值", 20.1),
    }
    assert all("currency" not in row for row in rows)


def test_benchmarks_are_listed_by_model() -> None:
    of = table(OF, "benchmarks")
    score: dict[str, Any] = {"concept": None, "unit": "score", "scale": 0, "period_label": None}
    rows = wide(
        "benchmarks",
        [
            fact(
                of,
                1,
                1,
                "88.5",
                **score,
                entity="日日新",
                entity_name="日日新",
                label="日日新",
                column="MMLU",
            ),
            fact(of, 2, 1, "90.1", **score, entity="GPT", entity_name="GPT", label="MMLU", column="GPT"),
        ],
        {1: "failed"},
    )
    assert {(row["entity"], row["benchmark"], row.get("score"), row["quality"]) for row in rows} == {
        ("日日新", "MMLU", 88.5, "unchecked"),
        ("GPT", "MMLU", None, "failed"),
    }
