from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.datasets import store
from pipeline.errors import InputError
from pipeline.quality.gather import gather
from tests.datasets import factory
from tests.quality import runs


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="reports"):
        gather(tmp_path)


def test_an_empty_run_is_a_run(tmp_path: Path) -> None:
    batch = gather(runs.write(tmp_path))
    assert (batch.reports, batch.findings, batch.rules) == ((), (), ())
    assert batch.facts.total() == batch.verdicts.total() == 0


def test_a_finding_carries_its_arithmetic_as_printed(tmp_path: Path) -> None:
    finding = gather(runs.one_finding(tmp_path)).findings[0]
    assert [(fact.label, fact.text) for fact in finding.facts] == list(runs.ROWS)
    assert finding.printed == Decimal(3900)
    assert (finding.low, finding.high, finding.residual) == (Decimal(3499), Decimal(3501), Decimal(400))
    assert finding.suspects == {finding.facts[2].fact_id}
    assert [table.caption for table in finding.tables] == ["图表 70: 商汤盈利预测"]


def test_the_head_of_a_table_ends_where_its_header_cells_end(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    out = tmp_path / "extracted"
    cells = [
        factory.cell(table, 0, 0, "RMB mn", bottom=88.0),
        factory.cell(table, 1, 0, "Current assets", bottom=101.0),
        factory.cell(table, 9, 0, "2024", role="header", page=3, bottom=500.0),
    ]
    part = factory.part(report, [table], facts, [runs.wrong_total(report, facts)], cells=cells)
    store.prepare(out)
    store.write_report(out, part)
    assert gather(out).findings[0].tables[0].header_bottom == 88.0


def test_facts_that_the_dataset_does_not_hold_are_counted(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    check = runs.wrong_total(report, facts, suspects=["nowhere"])
    finding = gather(runs.write(tmp_path, (report, [table], facts[:2], [check]))).findings[0]
    assert len(finding.facts) == 2
    assert finding.lost == 2


def test_impossible_errors_come_first(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    kinds = [
        ("improbable", "warning"),
        ("impossible", "warning"),
        ("improbable", "error"),
        ("impossible", "error"),
    ]
    checks = [
        factory.check(report, facts, verdict, severity=severity, rule_id=f"rule{number}")
        for number, (verdict, severity) in enumerate(kinds)
    ]
    found = gather(runs.write(tmp_path, (report, [table], facts, checks))).findings
    assert [(finding.verdict, finding.severity) for finding in found] == [
        ("impossible", "error"),
        ("impossible", "warning"),
        ("improbable", "error"),
        ("improbable", "warning"),
    ]


def test_counts_of_rules_reports_and_pages(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    checks = [
        factory.check(report, facts[:1], "ok", rule_id="b"),
        factory.check(report, facts[1:2], "ok", rule_id="b"),
        factory.check(report, facts, "not_checkable", rule_id="b", message="no 负债合计"),
        factory.check(report, facts[:2], "not_checkable", rule_id="b", message="no 负债合计"),
        factory.check(report, facts, "impossible", rule_id="z"),
    ]
    coverage = [
        factory.coverage(
            report, 1, numbers_on_page=42, numbers_in_facts=30, left_out="running text 7; chart 3"
        ),
        factory.coverage(report, 2, numbers_on_page=10, numbers_in_facts=10, left_out=None),
        factory.coverage(
            report, 3, numbers_on_page=9, numbers_in_facts=0, left_out="table not read 8; lone figure 1"
        ),
    ]
    out = tmp_path / "extracted"
    store.prepare(out)
    store.write_report(out, factory.part(report, [table], facts, checks, coverage=coverage))
    batch = gather(out)
    assert [(rule.rule_id, rule.evaluated, rule.verdicts["not_checkable"]) for rule in batch.rules] == [
        ("z", 1, 0),
        ("b", 2, 2),
    ]
    (row,) = batch.reports
    assert (row.numbers, row.in_facts, row.facts, row.failing) == (61, 40, 3, 1)
    assert [(item.message, item.count) for item in row.not_checkable] == [("no 负债合计", 2)]
    assert batch.left_out == {
        "running text": 7,
        "chart": 3,
        "unexplained": 2,
        "table not read": 8,
        "lone figure": 1,
    }
    assert [page.unread for page in row.pages] == [0, 0, 8]
    assert batch.mapped_facts == 3


def test_reports_that_were_not_checked_are_told_apart_from_clean_ones(tmp_path: Path) -> None:
    clean, unchecked = factory.report("a.pdf"), factory.report("b.pdf")
    batch = gather(runs.write(tmp_path, (clean, [], [], []), (unchecked, [], [], None)))
    assert batch.unchecked == 1


def test_unbounded_intervals_and_failed_reports(tmp_path: Path) -> None:
    failed = factory.report(
        "b.pdf",
        outcome="failed",
        reason="The file is empty.",
        **dict.fromkeys(("broker", "title", "published_on")),
    )
    report, table, facts = runs.balance_sheet()
    check = runs.wrong_total(report, facts, expected_high=float("inf"))
    batch = gather(runs.write(tmp_path, (report, [table], facts, [check]), (failed, [], [], [])))
    assert batch.findings[0].high is None
    assert batch.outcomes == {"complete": 1, "failed": 1}
    assert batch.reports[1].title == ""
