"""Accuracy on the real reports: the figures of the scorer held against gates.toml."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from pipeline.batch.runs import Extraction, Plan, extract_all
from pipeline.datasets.store import read_dataset

from .places import CORPUS, SCORER, needs_corpus

GATES: dict[str, Any] = tomllib.loads((Path(__file__).parent / "gates.toml").read_text(encoding="utf-8"))

pytestmark = [pytest.mark.corpus, needs_corpus]


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Extraction:
    return extract_all([CORPUS / "labelled"], tmp_path_factory.mktemp("labelled"), Plan(workers=2))


def figures_of(run: Extraction, truth: Path) -> dict[str, Any]:
    if not SCORER.exists():
        pytest.skip(f"no scorer beside the corpus ({SCORER})")
    out = run.out / "score.json"
    command = [sys.executable, str(SCORER), str(run.out), str(truth), "--json", str(out)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures


@pytest.fixture(scope="module")
def score(labelled: Extraction) -> dict[str, Any]:
    return figures_of(labelled, CORPUS / "truth")


def test_recall(score: dict[str, Any]) -> None:
    total = score["total"]
    assert 100 * total["hit"] / total["cells"] >= GATES["labelled"]["recall"]


def test_precision(score: dict[str, Any]) -> None:
    total = score["total"]
    assert 100 * (1 - total["wrong"] / total["inside"]) >= GATES["labelled"]["precision"]


def test_perfect_tables(score: dict[str, Any]) -> None:
    total = score["total"]
    assert 100 * total["perfect"] / total["tables"] >= GATES["labelled"]["perfect"]


@pytest.mark.parametrize("name", GATES["labelled"]["metadata"])
def test_metadata(score: dict[str, Any], name: str) -> None:
    right, stated = score["meta"][f"{name}.ok"], score["meta"][f"{name}.n"]
    assert 100 * right / stated >= GATES["labelled"]["metadata"][name]


def test_no_defect_of_the_program_shows_in_an_outcome(labelled: Extraction) -> None:
    assert [told for told in labelled.offered if "Error" in (told.reason or "") or told.detail] == []


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> Extraction:
    return extract_all([CORPUS / "unlabelled"], tmp_path_factory.mktemp("unlabelled"), Plan(workers=2))


def test_every_report_comes_out(unlabelled: Extraction) -> None:
    rows = read_dataset(unlabelled.out, "reports").to_pylist()
    lost = [row for row in rows if row["outcome"] == "failed" and row["text_layer"] in ("good", None)]
    assert len(lost) <= GATES["robustness"]["lost"], lost
    assert [told for told in unlabelled.offered if "Error" in (told.reason or "") or told.detail] == []


def test_houses_kept_aside(unlabelled: Extraction) -> None:
    """Five houses that nobody looked at while the reading was made; their truth was set down afterwards."""
    total = figures_of(unlabelled, Path(__file__).parent / "kept_aside")["total"]
    gates = GATES["kept_aside"]
    assert 100 * total["hit"] / total["cells"] >= gates["recall"]
    assert 100 * (1 - total["wrong"] / total["inside"]) >= gates["precision"]
    assert 100 * total["perfect"] / total["tables"] >= gates["perfect"]
