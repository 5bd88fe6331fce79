"""The page on releases: its examples run, and say what is there."""

from __future__ import annotations

import doctest
import re
from datetime import date
from pathlib import Path

import pytest

from pipeline.datasets.opinions import STALE_DAYS
from pipeline.datasets.reader import query, table_names
from pipeline.datasets.releases import Release
from tests.datasets.released import estimate, published, report, write

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "releases.md"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    root = tmp_path_factory.mktemp("docs")
    for index, name in enumerate(("a.pdf", "b.pdf")):
        of = report(name, published_on=date(2025, 3 + index, 1))
        write(root / "extracted", of, [estimate(of, "100"), estimate(of, "7", 2, concept="revenue")])
    return published(root)


def test_examples_in_python_run(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(release.path.parents[2])
    told = doctest.testfile(str(PAGE), module_relative=False)
    assert told.attempted >= 8
    assert told.failed == 0


@pytest.mark.parametrize(
    "page", ["docs/releases.md", "README.md", "README.zh-CN.md", "pipeline/cli/releases.py"]
)
def test_questions_on_the_pages_and_in_the_help_are_understood(release: Release, page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    questions = re.findall(r'yanbao query "(.+?)"', text, re.DOTALL)
    assert questions
    for sql in questions:
        query(release, sql)


def test_every_table_is_on_the_page(release: Release) -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE.read_text(encoding="utf-8")))
    assert set(table_names(release)) <= named
    assert f"stale_days := {STALE_DAYS}" in PAGE.read_text(encoding="utf-8")
