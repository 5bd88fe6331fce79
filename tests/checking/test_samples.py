"""The samples that ship with the project, read and checked: their planted errors, and nothing else."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pipeline.checking import broken_rules, check
from pipeline.extraction import extract

SAMPLES = Path(__file__).resolve().parents[2] / "raw_reports"


@cache
def failed(name: str) -> tuple[tuple[dict[str, Any], tuple[tuple[Any, ...], ...]], ...]:
    """Failed checks, headlines first, each with the label, period, text and page of its suspects."""
    report = extract(SAMPLES / name, file_name=name)
    found = check(report.facts, report.tables, report.reports)
    assert broken_rules(found) == []
    facts = {row["fact_id"]: row for row in report.facts.to_pylist()}
    rows = [r for r in found.to_pylist() if r["verdict"] in ("impossible", "improbable")]
    rows.sort(key=lambda r: (("error", "warning", "info").index(r["severity"]), r["check_id"]))
    return tuple(
        (
            row,
            tuple(
                (f["page"], f["label"], f["period_label"], f["text"])
                for f in map(facts.get, row["suspects"])
                if f
            ),
        )
        for row in rows
    )


@pytest.mark.parametrize(
    ("name", "rule_id", "cell"),
    [
        (
            "guanlan_688999_20250829.pdf",
            "balance_sheet.lines.total_current_assets",
            (3, "流动资产合计", "2025", "2,681"),
        ),
        ("zhanqiao_9799hk_20250411.pdf", "comps.average", (2, "平均", "2025", "19.5")),
    ],
)
def test_the_planted_error_is_the_one_finding_and_its_cell_the_suspect(
    name: str, rule_id: str, cell: tuple[Any, ...]
) -> None:
    (first, suspects), *rest = failed(name)
    assert (first["rule_id"], first["verdict"], first["severity"]) == (rule_id, "impossible", "error")
    assert suspects == (cell,)
    assert {(row["severity"], accused) for row, accused in rest} <= {("info", (cell,))}


def test_the_errors_of_the_real_report_are_four() -> None:
    """In 图70 2022 is 90 too low from 营业利润 down and three taxes are of another version; in 图71 two
    totals do not add up; a compound growth is headed with the wrong years.
    """
    told = [(r, s) for r, s in failed("sensetime_initiation.pdf") if "told once with" not in r["message"]]
    assert sorted(r["rule_id"] for r, _ in told) == [
        "comps.cagr", "cross_table.amounts", "periods.parts_of_year", "segments.sum",
    ]  # fmt: skip
    suspects = {r["rule_id"]: [(label, period, text) for _, label, period, text in s] for r, s in told}
    assert suspects["periods.parts_of_year"] == [
        ("营业利润", "2022", "(6,618.32)"),
        ("税前收益", "2022", "(6,422.81)"),
        ("归母净利润", "2022", "(6,134.80)"),
    ]


@pytest.mark.parametrize("sample", ["banded", "gridded"])
def test_the_same_report_without_its_planted_error_has_no_finding(
    sample: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("fpdf")
    from tests.typeset import modelled

    module = import_module(f"tests.typeset.{sample}")
    monkeypatch.setattr(modelled, "_plant", lambda table, error: table)
    pdf, _ = module.compose()
    report = extract(pdf, file_name=f"{sample}.pdf")
    found = check(report.facts, report.tables, report.reports).to_pylist()
    assert [r["message"] for r in found if r["verdict"] in ("impossible", "improbable")] == []
    assert sum(r["verdict"] == "ok" for r in found) > 200
