"""Small releases for tests: reports with the numbers that matter, published through a gate of a few rules."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.datasets.releases import Release, publish
from pipeline.datasets.store import write_report
from tests.datasets.conftest import make_light
from tests.datasets.factory import Row, check, fact, part, report, table

MONDAY = datetime(2025, 12, 1, 6, tzinfo=UTC)


def write(out: Path, of: Row, facts: list[Row], failed: Iterable[int] = ()) -> None:
    """One report whose facts a check holds; with `failed`, one that singles those out."""
    wrong = [facts[index] for index in failed]
    checks = [check(of, facts)]
    if wrong:
        suspects = [f["fact_id"] for f in wrong]
        checks = [check(of, wrong, "impossible", rule_id="growth", suspects=suspects)]
    tables = {f["table_id"]: table(of, f["table_kind"]) for f in facts}
    write_report(out, part(of, list(tables.values()) or None, facts, checks))


def published(root: Path, now: datetime = MONDAY) -> Release:
    """A release of what `write` put into `root/extracted`."""
    light = root / "expectations"
    if not light.exists():
        make_light(light)
    return publish(root / "extracted", root / "published", now=now, expectations=light)


def estimate(
    of: Row, text: str, row: int = 1, column: int = 1, kind: str = "income_statement", **changes: Any
) -> Row:
    """A printed estimate of the covered company's profit of 2025, in 人民币百万 unless changed."""
    expected = {"concept": "net_profit_parent", "period_label": "2025", "label": "归母净利润"}
    return fact(table(of, kind), row, column, text, **(expected | changes))


__all__ = ["MONDAY", "estimate", "published", "report", "write"]
