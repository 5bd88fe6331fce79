"""The version changes with what decides the rows, and with nothing else."""

from __future__ import annotations

import re
import shutil
from importlib import metadata
from pathlib import Path

import pytest

from pipeline import version

PACKAGE = Path(version.__file__).parent


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package that `pipeline_version` looks at."""
    package = tmp_path / "pipeline"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(version, "__file__", str(package / "version.py"))
    return package


def fingerprint() -> str:
    return version.pipeline_version.__wrapped__()


def test_it_is_the_release_and_a_fingerprint(copied: Path) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{10}", fingerprint())
    assert fingerprint() == fingerprint()


@pytest.mark.parametrize("name", ["meaning/vocabulary/units.csv", "reading/words.py", "extraction.py"])
def test_an_edit_of_what_reads_is_another_program(copied: Path, name: str) -> None:
    before = fingerprint()
    with (copied / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert fingerprint() != before


def test_a_file_more_or_less_is_another_program(copied: Path) -> None:
    before = fingerprint()
    (copied / "meaning" / "vocabulary" / "more.csv").write_text("a,b\n")
    assert fingerprint() != before


def test_line_ends_of_a_checkout_and_what_comes_after_reading_change_nothing(copied: Path) -> None:
    before = fingerprint()
    words = copied / "reading" / "words.py"
    words.write_bytes(words.read_bytes().replace(b"\n", b"\r\n"))
    (copied / "cli" / "app.py").write_text("")
    assert fingerprint() == before


def test_another_library_is_another_program(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "99" if name == "pypdfium2" else real(name))
    assert fingerprint() != before
