"""Reports at URLs: listed, fetched once, read like any other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import pytest

from pipeline.batch.inputs import collect
from pipeline.batch.remote import FOLDER, fetch, place_of
from pipeline.batch.runs import Plan, extract_all
from pipeline.datasets.store import read_dataset
from pipeline.errors import InputError

from .hostile import prose
from .test_runs import parts


@pytest.fixture
def store() -> Iterator[str]:
    """A bucket with two reports, the same one once more, and other things."""
    files = fsspec.filesystem("memory")
    for name, data in {
        "2025/a.pdf": prose(1),
        "2025/deep/b.PDF": prose(2),
        "2024/a again.pdf": prose(1),
        "2025/notes.txt": b"no report",
    }.items():
        files.pipe_file(f"/bucket/{name}", data)
    yield "memory://bucket"
    files.rm("/bucket", recursive=True)


def test_a_folder_elsewhere_gives_the_rows_of_the_same_folder_here(store: str, tmp_path: Path) -> None:
    here = tmp_path / "here"
    fsspec.filesystem("memory").get("/bucket", str(here), recursive=True)
    local = extract_all([here], tmp_path / "local", Plan(workers=1, second="never"))
    run = extract_all([store], tmp_path / "out", Plan(workers=1, second="never"))
    assert [told.file_name for told in run.read] == ["2024/a again.pdf", "2025/deep/b.PDF"]
    assert [told.file_name for told in run.read] == [told.file_name for told in local.read]
    assert parts(tmp_path / "out") == parts(tmp_path / "local")
    assert all((run.root / told.file_name).exists() for told in run.read)  # for those who show them


@pytest.mark.parametrize(
    ("tail", "names"),
    [
        ("/2025", ["a.pdf", "deep/b.PDF"]),
        ("/2025/a.pdf", ["a.pdf"]),
        ("/2025/*.pdf", ["a.pdf"]),
        ("/*/*.pdf", ["2024/a again.pdf", "2025/a.pdf"]),
    ],
)
def test_names_go_from_the_url_on(store: str, tmp_path: Path, tail: str, names: list[str]) -> None:
    assert [copy.file_name for copy in fetch(store + tail, tmp_path)] == names


def test_a_file_is_fetched_once_and_again_when_it_has_changed(store: str, tmp_path: Path) -> None:
    url = f"{store}/2025/a.pdf"
    [first] = fetch(url, tmp_path)
    made = first.path.stat().st_ino
    assert [copy.path.stat().st_ino for copy in fetch(url, tmp_path)] == [made]
    fsspec.filesystem("memory").pipe_file("/bucket/2025/a.pdf", prose(3))
    assert [copy.path.read_bytes() for copy in fetch(url, tmp_path)] == [prose(3)]


def test_what_changed_before_a_date_is_not_fetched(store: str, tmp_path: Path) -> None:
    assert list(fetch(store, tmp_path, since=datetime(2999, 1, 1, tzinfo=UTC))) == []
    assert not list((tmp_path / FOLDER).rglob("*.pdf"))


def test_a_name_that_leads_out_of_the_folder_is_told_and_not_written(store: str, tmp_path: Path) -> None:
    files = fsspec.filesystem("memory")
    files.store["/bucket/2025/../../evil.pdf"] = files.store["/bucket/2025/a.pdf"]
    try:
        found = collect([store], out=tmp_path / "out")
    finally:
        del files.store["/bucket/2025/../../evil.pdf"]
    assert [(one.file_name, one.reason) for one in found.unreadable] == [
        ("2025/../../evil.pdf", "its name leads out of its folder")
    ]
    assert len(found.offered) == 2
    assert not list(tmp_path.rglob("evil.pdf"))


@pytest.mark.parametrize("url", ["memory://nothing/here", "memory://bucket/2025/notes.t*", "nope://bucket/x"])
def test_what_is_not_there_is_refused_by_name(store: str, tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match=url.replace("*", r"\*")):
        collect([url], out=tmp_path)
    with pytest.raises(InputError, match="cannot be read from here"):
        collect([store])


def test_the_command_takes_a_url(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "report.pdf").write_bytes(prose(1))
    url, out = f"file://{tmp_path}/inbox", tmp_path / "out"
    command = [sys.executable, "-m", "pipeline", "extract", url, "--out", str(out), "--workers", "1"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert told.returncode == 0, told.stderr
    assert read_dataset(out, "reports")["file_name"].to_pylist() == ["report.pdf"]
    assert (place_of(url, out) / "report.pdf").exists()
