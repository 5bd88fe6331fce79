"""One word for one thing: a finding is a headline, on the page as in the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.quality.gather import Finding, gather
from pipeline.quality.headlines import headlines
from pipeline.quality.report import write_quality_report
from tests.datasets import factory
from tests.quality import runs

ABOVE = f"Total assets 2024 (p. 2, {runs.RULE})"
TWICE = "Equity 2024 (p. 2): printed 7, 8 expected"


def batch(tmp_path: Path) -> Path:
    report, table, facts = runs.balance_sheet()
    checks = [
        runs.wrong_total(report, facts),
        factory.check(report, facts, "impossible", rule_id="y", message=f"{TWICE}; told once with {ABOVE}"),
        factory.check(
            report,
            facts,
            "improbable",
            rule_id="z",
            message="Debt 2024: 1; told once with Equity 2024 (p. 2, y)",
        ),
    ]
    return runs.write(tmp_path, (report, [table], facts, checks))


def test_what_follows_stands_beneath_its_headline_however_many_steps_it_takes(tmp_path: Path) -> None:
    (headline,) = headlines(gather(batch(tmp_path)).findings)
    assert headline.finding.rule_id == runs.RULE
    assert [finding.rule_id for finding in headline.beneath] == ["y", "z"]


def test_a_check_whose_headline_is_not_there_is_told_itself(tmp_path: Path) -> None:
    def without(finding: Finding) -> bool:
        return finding.rule_id != runs.RULE

    failed = tuple(filter(without, gather(batch(tmp_path)).findings))
    assert [h.finding.rule_id for h in headlines(failed)] == ["y"]
    other = tuple(replace(f, report_id="another") if f.rule_id == "z" else f for f in failed)
    assert [h.finding.rule_id for h in headlines(other)] == ["y", "z"]


def test_two_that_name_each_other_are_told(tmp_path: Path) -> None:
    findings = gather(batch(tmp_path)).findings
    round_ = [
        replace(f, message=f.message + "; told once with Equity 2024 (p. 2, y)")
        if f.rule_id == runs.RULE
        else f
        for f in findings
    ]
    assert sum(1 + len(h.beneath) for h in headlines(round_)) == 3


def test_the_page_counts_findings_as_the_terminal_does(tmp_path: Path) -> None:
    text = write_quality_report(batch(tmp_path), tmp_path / "q.html", pdf_root=None).read_text(
        encoding="utf-8"
    )
    assert "<title>Data quality: 1 report, 1 finding</title>" in text
    assert text.count("<article") == 1
    assert "2 more failed checks because of it or like it" in text
    assert TWICE in text
