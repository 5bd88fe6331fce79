from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.batch import log
from pipeline.batch.trends import latest_runs
from pipeline.quality.report import write_quality_report
from pipeline.quality.trends import trends
from tests.quality import runs

ONE = {"report_id": "a", "outcome": "complete", "tables": 4, "facts": 300, "impossible": 1}
OTHER = {"report_id": "b", "outcome": "partial", "tables": 2, "facts": 100, "impossible": 0}


def logged(out: Path, version: str, *reports: Mapping[str, object]) -> None:
    """A run that read these reports, as its log has it."""
    run = log.begin(out, {"version": version, "to_read": len(reports)})
    for report in reports:
        run.write("report", report)
    run.write("end", {"outcomes": {}})


def test_each_run_is_a_line_the_newest_first(tmp_path: Path) -> None:
    logged(tmp_path, "1.0", ONE)
    logged(tmp_path, "1.1")  # nothing new to read
    logged(tmp_path, "1.2", ONE, OTHER)
    newest, oldest = trends(latest_runs(tmp_path), {"a": "甲证券", "b": "乙证券"})
    assert (newest.version, newest.houses, newest.reports, newest.facts) == ("1.2", 2, 2, 400)
    assert (newest.share("complete"), newest.each(newest.failing)) == (0.5, 0.5)
    assert (oldest.version, oldest.houses, oldest.each(oldest.tables)) == ("1.0", 1, 4)


@pytest.mark.parametrize("many", [0, 1])
def test_fewer_than_two_runs_are_no_trend(tmp_path: Path, many: int) -> None:
    for _ in range(many):
        logged(tmp_path, "1.0", ONE)
    assert trends(latest_runs(tmp_path), {}) == ()


def test_the_page_shows_them(tmp_path: Path) -> None:
    extracted = runs.one_finding(tmp_path)
    logged(extracted, "1.0", ONE)
    logged(extracted, "1.2", ONE, OTHER)
    page = write_quality_report(extracted, tmp_path / "q.html", pdf_root=None, runs=latest_runs(extracted))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8")).split())
    assert "1.2 2 1 50.0 % 50.0 % 0 % 3.0 200.0 0.50" in text
    assert "1.0 1 1 100 % 0 % 0 % 4.0 300.0 1.00" in text
