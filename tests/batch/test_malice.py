"""Files made to hang, crash or mislead, among good ones: each gets its row, the others do not notice."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline.batch.runs import Plan, extract_all
from pipeline.datasets.store import read_dataset

from .hostile import prose
from .malice import MALICE, NAMES
from .test_runs import SMALLEST, parts

GOOD = 20


def good(folder: Path) -> Path:
    folder.mkdir()
    shutil.copy(SMALLEST, folder / "good report.pdf")
    for pages in range(1, GOOD):
        (folder / f"good {pages:02}.pdf").write_bytes(prose(pages))
    return folder


def rows(out: Path) -> dict[str, dict[str, Any]]:
    return {row["file_name"]: row for row in read_dataset(out, "reports").to_pylist()}


def test_hostile_files_among_good_ones(tmp_path: Path) -> None:
    """One run as people run it: exit code 1, every file with its row, nothing written elsewhere."""
    alone, inbox = good(tmp_path / "alone"), tmp_path / "inbox"
    extract_all([alone], tmp_path / "clean", Plan(workers=1, second="never"))
    shutil.copytree(alone, inbox)
    assert len(MALICE) + len(NAMES) >= 60
    for what, (make, _) in MALICE.items():
        (inbox / f"bad {what}.pdf").write_bytes(make() + b"\n%" + what.encode())
    for number, name in enumerate(NAMES.values()):
        (inbox / name).write_bytes(prose(1) + b"\n%" + str(number).encode())
    before = sorted(path.name for path in inbox.iterdir())
    work = tmp_path / "work"
    work.mkdir()
    command = [sys.executable, "-m", "pipeline", "extract", str(inbox), "--out", "out", "--workers", "2"]
    limits = ["--timeout", "30", "--memory", "3", "--second-reading", "never"]
    told = subprocess.run([*command, *limits], cwd=work, capture_output=True, text=True, check=False)
    assert told.returncode == 1, told.stderr
    assert "\x1b[31m" not in told.stdout
    assert "\u202e" not in told.stdout
    found = rows(work / "out")
    assert len(found) == GOOD + len(MALICE) + len(NAMES)
    for what, (_, sensible) in MALICE.items():
        row = found[f"bad {what}.pdf"]
        assert row["outcome"] in sensible, (what, row["reason"])
        assert (row["reason"] is None) == (row["outcome"] == "complete")
        assert "Traceback" not in (row["reason"] or "")
    assert {found[name]["outcome"] for name in NAMES.values()} == {"complete"}
    assert sorted(path.name for path in inbox.iterdir()) == before
    assert [path.name for path in work.iterdir()] == ["out"]
    clean, mixed = parts(tmp_path / "clean"), parts(work / "out")
    ids = {row["report_id"] for name, row in found.items() if name.startswith("good")}
    same = [name for name in mixed if Path(name).stem in ids and not name.startswith("checks/")]
    assert len(same) == 5 * GOOD
    assert [name for name in same if mixed[name] != clean[name]] == []


def test_a_page_tree_that_claims_a_million_pages_is_given_up_soon() -> None:
    import pipeline

    make, _ = MALICE["a count of a million and one page"]
    report = pipeline.extract(make())
    assert report.outcome == "partial"
    assert report.reason is not None
    assert report.reason.endswith("cannot be loaded: damaged objects; pages 22 to 1000000 were not tried")
    assert report.reports["page_count"].to_pylist() == [21]
    assert report.coverage.num_rows == 21
