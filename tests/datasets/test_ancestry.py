"""What the command `yanbao releases` says."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from pipeline.datasets.ancestry import ancestry
from tests.datasets.conftest import MONDAY, TUESDAY, Publish, write
from tests.datasets.factory import fact, report, table

ROOT = Path(__file__).parents[2]


def told(published: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", "releases", "-p", str(published), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_releases_are_listed_and_shown(tmp_path: Path, light: Path, publish: Publish) -> None:
    out, published = tmp_path / "e", tmp_path / "p"
    for name in ("a.pdf", "b.pdf"):
        write(out, report(name), [fact(table(report(name)))])
    first = publish(out, published, now=MONDAY)
    write(out, report("a.pdf"), [fact(table(report("a.pdf")), 1, 1, "9")])
    write(out, report("c.pdf"), [fact(table(report("c.pdf")))])
    gone = report("b.pdf")["report_id"]
    (light / "withdrawn.toml").write_text(
        f'[[withdrawn]]\nreport = "{gone}"\nwhy = "重发"\nwho = "a"\nwhen = 2025-03-04\n', encoding="utf-8"
    )
    second = publish(out, published, now=TUESDAY)
    assert [release.id for release in ancestry(published)] == [second.id, first.id]
    lines = told(published).stdout.splitlines()
    assert lines[1].split() == [second.id, "2025-03-04", "06:00", "2", "+1", "~1", "−1", "2"]
    assert lines[2].split() == [first.id, "2025-03-03", "06:00", "2", "+2", "2"]
    shown = told(published, "--show", "current", "--verify").stdout
    assert f"withdrawn        {gone[:12]}: 重发 (a, 2025-03-04)" in shown
    assert "0 failed, 2 passed, 0 unchecked" in shown
    assert "verified         every file is as it was published" in shown
    (part, *_) = second.parts("facts")
    part.chmod(0o644)
    part.write_bytes(b"PAR1")
    spoiled = told(published, "--show", second.id, "--verify")
    assert spoiled.returncode == 2
    assert "is missing or was changed after publishing" in spoiled.stderr
    assert told(published, "--verify").returncode == 2


def test_releases_past_a_closed_gate_say_why(tmp_path: Path, light: Path, publish: Publish) -> None:
    (light / "gate.toml").write_text(
        '[[bar]]\nshare = "facts_passed"\nover = "new"\nmin = 1.1\nwhy = "never"\n', encoding="utf-8"
    )
    write(tmp_path / "e", report(), [fact(table(report()))])
    publish(
        tmp_path / "e", tmp_path / "p", now=MONDAY + timedelta(days=1), force=True, why="looked at by hand"
    )
    assert "past a closed gate: looked at by hand" in " ".join(told(tmp_path / "p").stdout.split())
    shown = told(tmp_path / "p", "--show", "current").stdout
    assert "facts_passed of new reports at least 1.1: measured 1: never" in shown


def test_no_releases_are_refused_by_name(tmp_path: Path) -> None:
    refused = told(tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert str(tmp_path) in refused.stderr
