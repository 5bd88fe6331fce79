"""What the tests of releases share: light expectations, three mornings, and a report written in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from pipeline.checking.home import expectations as project
from pipeline.datasets.releases import Release
from pipeline.datasets.releases import publish as publish_through
from pipeline.datasets.store import write_report
from tests.datasets.factory import Row, check, part

Publish = Callable[..., Release]
MONDAY = datetime(2025, 3, 3, 6, tzinfo=UTC)
TUESDAY = datetime(2025, 3, 4, 6, tzinfo=UTC)
WEDNESDAY = datetime(2025, 3, 5, 6, tzinfo=UTC)


def make_light(folder: Path) -> Path:
    """Expectations of one suite expectation each and no bars, for tests that are not about the gate."""
    (folder / "suites").mkdir(parents=True)
    for path in project("suites").glob("*.json"):
        suite = json.loads(path.read_text(encoding="utf-8"))
        suite["expectations"] = suite["expectations"][:1]
        (folder / "suites" / path.name).write_text(json.dumps(suite), encoding="utf-8")
    for name in ("gate", "corrections", "withdrawn"):
        (folder / f"{name}.toml").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def light(tmp_path: Path) -> Path:
    return make_light(tmp_path / "expectations")


@pytest.fixture
def publish(light: Path) -> Publish:
    return partial(publish_through, expectations=light)


def write(out: Path, of: Row, facts: list[Row], checks: list[Row] | None = None) -> None:
    """One report with one income statement; without `checks`, one that holds all its facts."""
    found = [check(of, facts)] if checks is None else checks
    write_report(out, part(of, facts=facts, checks=found))
