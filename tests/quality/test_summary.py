from __future__ import annotations

import io
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console

from pipeline.datasets import store
from pipeline.quality.summary import render_summary
from tests.datasets import factory
from tests.quality import runs


def said(extracted: Path, width: int = 160) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    render_summary(extracted, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_totals_findings_and_the_next_step(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    failed = factory.report("z.pdf", outcome="failed", reason="The file is empty: fetch it again.")
    checks = [runs.wrong_total(report, facts), factory.check(report, facts, "ok", rule_id="x")]
    text = said(runs.write(tmp_path, (report, [table], facts, checks), (failed, [], [], [])))
    assert "1 complete, 1 failed" in text
    assert "1 impossible, 1 ok" in text
    assert "100 % with a concept; 3 balance sheet" in text
    assert "failed   z.pdf: The file is empty: fetch it again." in text
    assert "impossible 华泰证券 · 商汤集团\n           Total assets 2024 (p. 2): printed" in text
    assert "yanbao quality" in text


def test_the_arithmetic_of_a_finding_stands_below_it_three_lines_at_most(tmp_path: Path) -> None:
    run = runs.one_finding(tmp_path)

    def lines(width: int) -> list[str]:
        text = said(run, width=width)
        return [line.rstrip() for line in text.split("impossible 华泰")[1].split("\n\n")[0].splitlines()]

    assert len(lines(160)) == 2 and "…" not in lines(160)[1]
    narrow = lines(30)
    assert len(narrow) == 4 and narrow[-1].endswith(" …")
    assert all(line.startswith(" " * 11) and cell_len(line) <= 30 for line in narrow[1:])


def test_printed_text_neither_styles_nor_steers_the_terminal(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    check = runs.wrong_total(report, facts, message="[bold red]x[/] \x1b[2J end")
    text = said(runs.write(tmp_path, (report, [table], facts, [check])))
    assert "[bold red]x[/] \ufffd[2J end" in text


def test_a_clean_run_an_unchecked_one_and_an_empty_one(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    ok = factory.check(report, facts, "ok")
    assert "No findings: every check" in said(runs.write(tmp_path / "ok", (report, [table], facts, [ok])))
    assert "1 report not checked yet" in said(runs.write(tmp_path / "un", (report, [table], facts, None)))
    assert "No reports" in said(runs.write(tmp_path / "no"))


def test_pages_with_tables_that_were_not_read_are_named_most_first(tmp_path: Path) -> None:
    report = factory.report("深度.pdf")
    lost = {3: "table not read 3", 5: "running text 2; table not read 14", 8: "table not read 5; chart 30"}
    coverage = [factory.coverage(report, page, left_out=why) for page, why in lost.items()]
    out = tmp_path / "extracted"
    store.prepare(out)
    store.write_report(out, factory.part(report, [], [], [], coverage=coverage))
    lines = [line.strip() for line in said(out).splitlines() if line.startswith("not read")]
    assert lines == ["not read   深度.pdf  page 5: 14 numbers", "not read   深度.pdf  page 8: 5 numbers"]


def test_what_follows_from_a_finding_is_counted_apart_and_not_listed(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    first = runs.wrong_total(report, facts)
    message = (
        f"Equity 2024 (p. 2): printed 7, 8 expected; told once with Total assets 2024 (p. 2, {runs.RULE})"
    )
    folded = factory.check(report, facts, "impossible", rule_id="y", message=message, cause="unknown")
    text = said(runs.write(tmp_path, (report, [table], facts, [first, folded])))
    assert "2 impossible" in text
    (line,) = [line for line in text.splitlines() if line.startswith("Findings")]
    assert line.split()[1] == "1"
    assert line.rstrip().endswith("and 1 more failed check because of them or like them")
    assert "Equity 2024" not in text
