"""What a report of pictures comes to where the extra `ocr` is not installed: a real process that lacks it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.batch.hostile import painted
from tests.reading.remapped import SAMPLES, remapped

_PROGRAM = """
import importlib.abc, importlib.util, json, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"rapidocr", "onnxruntime", "cv2"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
found = importlib.util.find_spec
def find_spec(name, package=None):
    return None if name in {"rapidocr", "onnxruntime", "cv2"} else found(name, package)
importlib.util.find_spec = find_spec

import pipeline
report = pipeline.extract(sys.argv[1])
print(json.dumps([report.outcome, report.reason, report.facts.num_rows, report.facts["label"].to_pylist()]))
"""


def _extracted(data: bytes, folder: Path) -> list[Any]:
    path = folder / "report.pdf"
    path.write_bytes(data)
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(path)], cwd=root, capture_output=True, text=True, check=True
    )
    answer: list[Any] = json.loads(ran.stdout)
    return answer


def test_painted_pages_make_the_report_partial_and_the_reason_says_what_to_install(tmp_path: Path) -> None:
    outcome, reason, _, _ = _extracted(painted(prose_pages=2), tmp_path)
    assert outcome == "partial"
    assert reason.startswith("page 3: the text is painted as pictures; pip install 'yanbao[ocr]'")


@pytest.mark.parametrize("name", [" ", "\0"])
def test_characters_without_a_name_are_told_and_never_dropped(tmp_path: Path, name: str) -> None:
    sample = (SAMPLES / "guanlan_688999_20250829.pdf").read_bytes()
    data = remapped(sample, lambda char: name if char == "非" else char)
    outcome, reason, facts, labels = _extracted(data, tmp_path)
    assert outcome == "partial"
    assert reason == (
        "page 3: a font does not say which characters it prints; "
        "pip install 'yanbao[ocr]' has pictures of text read"
    )
    assert facts > 300
    assert labels.count("流动资产合计") == labels.count("\ufffd流动资产合计") > 0


def test_no_number_of_a_font_that_exchanges_digits_is_taken(tmp_path: Path) -> None:
    sample = (SAMPLES / "zhanqiao_9799hk_20250411.pdf").read_bytes()
    names = {"3": "8", "8": "3"}
    data = remapped(sample, lambda char: names.get(char, char))
    outcome, reason, facts, _ = _extracted(data, tmp_path)
    assert outcome in {"partial", "failed"}
    assert "the fonts do not say which characters they print; pip install 'yanbao[ocr]'" in reason
    assert facts == 0


def test_good_reports_are_complete_without_it(tmp_path: Path) -> None:
    sample = (SAMPLES / "guanlan_688999_20250829.pdf").read_bytes()
    assert _extracted(sample, tmp_path)[:2] == ["complete", None]
