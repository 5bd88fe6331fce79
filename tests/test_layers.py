"""The house's walls: imports point one way, and heavy libraries have one door each."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "pipeline"
DOORS = {
    "pdfplumber": {"reading/plumber.py"},
    "camelot": {"tables/second_reading.py"},
    "great_expectations": {"datasets/suites.py"},
    "pypdfium2": {
        "reading/pdfium.py",
        "reading/calls.py",
        "reading/characters.py",
        "reading/graphics.py",
        "reading/digits.py",
        "reading/pictures.py",
        "reading/repeats.py",
        "quality/crops.py",
    },
    "jinja2": {"quality/markup.py"},
    "typer": {
        "cli/app.py",
        "cli/history.py",
        "cli/operate.py",
        "cli/releases.py",
        "cli/show.py",
        "cli/vocabulary.py",
        "cli/walk.py",
    },
}
"""Where a library may be imported, and nowhere else."""
MAX_LINES = 500


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_imports_point_one_way() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]
    told = subprocess.run(command, cwd=PACKAGE.parent, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("library", DOORS)
def test_a_heavy_library_has_its_doors(library: str) -> None:
    users = {path.relative_to(PACKAGE).as_posix() for path in modules() if library in set(imported(path))}
    assert users <= DOORS[library]


def test_modules_stay_small() -> None:
    lengths = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules()
    }
    assert {name: lines for name, lines in lengths.items() if lines > MAX_LINES} == {}


def test_the_package_ships_what_it_reads() -> None:
    """Every kind of data file in the package is named in pyproject.toml's package-data."""
    import tomllib

    project = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    shipped = {pattern.removeprefix("*") for pattern in patterns if pattern.startswith("*")}
    data = [path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    lost = [path.name for path in data if path.suffix not in shipped | {".py"} and path.name not in patterns]
    assert lost == []
