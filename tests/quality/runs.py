"""Extracted folders for tests: a report with a small balance sheet, drawn as a real PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pipeline.datasets import store
from tests.datasets import factory
from tests.datasets.factory import Row
from tests.quality.drawn import DIGIT, SIZE, pdf

ROWS = (("Current assets", "1,000"), ("Fixed assets", "2,500"), ("Total assets", "3,900"))
RULE = "balance_sheet.assets"
LEFT, TOP, PITCH, COLUMN = 60.0, 100.0, 14.0, 240.0


def drawing() -> bytes:
    """Page 1 is prose, page 2 a balance sheet whose total is wrong by 400."""
    heading = [(LEFT, TOP - PITCH, "RMB mn"), (COLUMN, TOP - PITCH, "2024")]
    rows = [
        text
        for number, (label, value) in enumerate(ROWS)
        for text in ((LEFT, TOP + PITCH * number, label), (COLUMN, TOP + PITCH * number, value))
    ]
    return pdf([(LEFT, 60.0, "Prose with the number 42")], [*heading, *rows])


def balance_sheet(name: str = "a.pdf", data: bytes | None = None) -> tuple[Row, Row, list[Row]]:
    """Report, table and facts of `drawing`."""
    report = factory.report(name, report_id=hashlib.sha256(data or drawing()).hexdigest(), page_count=2)
    table = factory.table(
        report,
        "balance_sheet",
        pages=[2],
        x0=LEFT,
        top=TOP - PITCH - 9,
        x1=COLUMN + 40,
        bottom=TOP + 2 * PITCH + 3,
    )
    facts = []
    for number, (label, value) in enumerate(ROWS):
        base = TOP + PITCH * number
        box = {
            "x0": COLUMN,
            "top": base - 0.75 * SIZE,
            "x1": COLUMN + DIGIT * len(value),
            "bottom": base + 0.1 * SIZE,
        }
        facts.append(factory.fact(table, number + 1, 1, value, label=label, label_path=[label], **box))
    return report, table, facts


def wrong_total(report: Row, facts: Sequence[Row], **changes: object) -> Row:
    """The check that the total fails."""
    told = {
        "rule_id": RULE,
        "printed": 3900.0,
        "expected": 3500.0,
        "expected_low": 3499.0,
        "expected_high": 3501.0,
        "residual": 400.0,
        "suspects": [facts[2]["fact_id"]],
        "cause": "source",
        "message": "Total assets 2024 (p. 2): printed 3,900, its parts give 3,500.",
    }
    return factory.check(report, facts, "impossible", **(told | changes))


def write(folder: Path, *parts: tuple[Row, Sequence[Row], Sequence[Row], Sequence[Row] | None]) -> Path:
    """An extracted folder of reports, each with its tables, facts and checks (None: not checked)."""
    out = folder / "extracted"
    store.prepare(out)
    for report, tables, facts, checks in parts:
        store.write_report(out, factory.part(report, tables, facts, checks))
    return out


def one_finding(folder: Path) -> Path:
    """A run over `drawing`, which lies at `folder`/pdfs/a.pdf, with one impossible check."""
    (folder / "pdfs").mkdir()
    (folder / "pdfs" / "a.pdf").write_bytes(drawing())
    report, table, facts = balance_sheet()
    return write(folder, (report, [table], facts, [wrong_total(report, facts)]))
