"""Sinks hold the release row for row, and the one before while a load has not come to its end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import fsspec
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.reader import query
from pipeline.datasets.releases import Release
from pipeline.datasets.schema import arrow_schema
from pipeline.datasets.sinks import load
from pipeline.datasets.sinks.delta import read_delta
from pipeline.datasets.sinks.folder import current_release
from pipeline.errors import InputError, OutputError
from tests.datasets.released import MONDAY, estimate, published, report, write

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """Monday's release of two reports, Tuesday's of three; one number has no text a spreadsheet likes."""
    root = tmp_path_factory.mktemp("sinks")
    for index, name in enumerate(("a.pdf", "b.pdf", "c.pdf")):
        of = report(name, published_on=date(2025, 3 + index, 1))
        write(root / "extracted", of, [estimate(of, "100"), estimate(of, "—", 2, label="=cmd|' /C calc'!A1")])
        if name == "b.pdf":
            monday = published(root)
    return monday, published(root, MONDAY + timedelta(days=1))


def rows(table: pa.Table, name: str) -> pa.Table:
    """Rows under the declared types, in the order of the key."""
    dataset = release_datasets()[name]
    cast = table.select(list(dataset.names)).cast(arrow_schema(dataset))
    return cast.sort_by([(key, "ascending") for key in dataset.order]).combine_chunks()


def in_duckdb(path: Path, name: str) -> pa.Table:
    with duckdb.connect(path, read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.sql(f'select * from "{name}"').to_arrow_table()


def in_folder(url: str, name: str) -> pa.Table:
    files, path = fsspec.url_to_fs(current_release(url))
    return pa.dataset.dataset(f"{path}/{name}", filesystem=files).to_table()


def held(kind: str, target: Path, name: str) -> pa.Table:
    """A dataset as the target's own reader sees it."""
    if kind == "duckdb":
        return in_duckdb(target, name)
    return read_delta(str(target), name) if kind == "delta" else in_folder(f"file://{target}", name)


def spelled(kind: str, folder: Path) -> tuple[str, Path]:
    """The target as `load` is given it, and where it is."""
    path = folder / ("x.duckdb" if kind == "duckdb" else "x")
    return {"duckdb": str(path), "delta": f"delta:{path}", "folder": f"file://{path}"}[kind], path


@pytest.mark.parametrize("kind", ["duckdb", "delta", "folder"])
def test_every_dataset_reads_back_row_for_row(
    releases: tuple[Release, Release], tmp_path: Path, kind: str
) -> None:
    target, path = spelled(kind, tmp_path)
    for release in releases:
        loaded = load(release, target)
        assert (loaded.release, loaded.is_new) == (release.id, True)
        for name in release.rows:
            stored = pa.concat_tables(pq.read_table(part) for part in release.parts(name))
            assert rows(held(kind, path, name), name).equals(rows(stored, name)), name
    assert not load(releases[1], target).is_new


def test_duckdb_file_answers_what_query_answers(releases: tuple[Release, Release], tmp_path: Path) -> None:
    load(releases[1], str(tmp_path / "x.duckdb"))
    for sql in ("from consensus", "from consensus_at('2025-03-15')", "from ratings order by published_on"):
        with duckdb.connect(tmp_path / "x.duckdb", read_only=True) as connection:
            mine = connection.sql(sql).to_arrow_table()
        assert mine.to_pylist() == query(releases[1], sql, form="arrow").to_pylist() != []


def test_delta_keeps_the_version_before(releases: tuple[Release, Release], tmp_path: Path) -> None:
    for release in releases:
        load(release, f"delta:{tmp_path}")
    table = DeltaTable(tmp_path / "reports")
    assert (table.version(), table.to_pyarrow_table().num_rows) == (1, 3)
    assert DeltaTable(tmp_path / "reports", version=0).to_pyarrow_table().num_rows == 2
    with pytest.raises(InputError, match="has no dataset 'cells'"):
        read_delta(str(tmp_path), "cells")
    with pytest.raises(InputError, match="it holds no release"):
        read_delta(str(tmp_path / "nowhere"), "facts")


def test_folder_works_on_a_store_without_rename(releases: tuple[Release, Release]) -> None:
    url = "memory://yanbao-store"
    for release in releases:
        load(release, url)
        assert current_release(url).endswith(release.id)
        assert in_folder(url, "reports").num_rows == release.rows["reports"]
    assert load(releases[1], url, keep=1).is_new is False
    store = fsspec.filesystem("memory")
    assert [Path(place).name for place in store.ls("/yanbao-store/releases", detail=False)] == [
        releases[1].id
    ]
    assert not store.glob("/yanbao-store/**/*.part")


def test_folder_copies_shared_parts_within_the_store(
    releases: tuple[Release, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "memory://yanbao-shared"
    load(releases[0], url)
    sent: list[str] = []
    store = type(fsspec.filesystem("memory"))
    put = store.put_file

    def counted(self: Any, source: str, *rest: Any, **more: Any) -> Any:
        sent.append(source)
        return put(self, source, *rest, **more)

    monkeypatch.setattr(store, "put_file", counted)
    load(releases[1], url)
    shared = set(releases[0].manifest["files"]) & set(releases[1].manifest["files"])
    assert shared
    assert {Path(path).relative_to(releases[1].path).as_posix() for path in sent}.isdisjoint(
        name for name in shared if name.endswith(".parquet")
    )


KILLED = """
import os, signal, sys
from importlib import import_module
from pipeline.datasets.releases import open_release
from pipeline.datasets.sinks import load

place, name, count = sys.argv[4].rpartition(".")[0], sys.argv[4].rpartition(".")[2], int(sys.argv[5])
try:
    home = import_module(place)
except ModuleNotFoundError:
    module, _, owner = place.rpartition(".")
    home = getattr(import_module(module), owner)
real = getattr(home, name)

def dying(*args, **more):
    global count
    if count == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    count -= 1
    return real(*args, **more)

setattr(home, name, dying)
load(open_release(sys.argv[1], sys.argv[2]), sys.argv[3])
"""
PARTS = "pipeline.datasets.release.Release.parts"
PUT = "fsspec.implementations.local.LocalFileSystem.put_file"


@pytest.mark.parametrize(
    ("kind", "step", "count"),
    [
        ("duckdb", PARTS, 5),
        ("duckdb", "pipeline.datasets.sinks.duckdb_file.move", 0),
        ("delta", PARTS, 0),
        ("delta", PARTS, 5),
        ("delta", "pipeline.datasets.sinks.delta._point", 0),
        ("folder", PUT, 1),
        ("folder", "pipeline.datasets.sinks.folder._put", 0),
        ("folder", "pipeline.datasets.sinks.folder._put", 1),
    ],
)
def test_a_killed_load_leaves_the_release_before(
    releases: tuple[Release, Release], tmp_path: Path, kind: str, step: str, count: int
) -> None:
    monday, tuesday = releases
    target, path = spelled(kind, tmp_path)
    load(monday, target)
    command = [
        sys.executable,
        "-c",
        KILLED,
        str(monday.path.parents[1]),
        tuesday.id,
        target,
        step,
        str(count),
    ]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    for name in monday.rows:
        assert held(kind, path, name).num_rows == monday.rows[name]
    before = rows(held(kind, path, "facts"), "facts")
    assert before.equals(rows(pa.concat_tables(map(pq.read_table, monday.parts("facts"))), "facts"))
    assert load(tuesday, target).is_new
    assert held(kind, path, "reports").num_rows == 3
    assert not list(path.parent.glob(".*.part*"))
    if kind == "folder":
        assert {folder.name for folder in (path / "releases").iterdir()} == {monday.id, tuesday.id}


def test_a_killed_first_load_leaves_nothing_that_looks_whole(
    releases: tuple[Release, Release], tmp_path: Path
) -> None:
    target = f"file://{tmp_path / 'x'}"
    command = [
        sys.executable,
        "-c",
        KILLED,
        str(releases[0].path.parents[1]),
        releases[0].id,
        target,
        PUT,
        "3",
    ]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    with pytest.raises(InputError, match="holds no release"):
        current_release(target)


def test_targets_that_cannot_be_written_say_so(releases: tuple[Release, Release], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    (tmp_path / "other.duckdb").write_text("no database", encoding="utf-8")
    (tmp_path / "open.duckdb.wal").write_text("", encoding="utf-8")
    for target in (f"{tmp_path}/file/x.duckdb", f"delta:{tmp_path}/file/x", f"{tmp_path}/file/x"):
        with pytest.raises(OutputError, match=str(tmp_path / "file")):
            load(releases[0], target)
    with pytest.raises(OutputError, match="holds no release: choose another name"):
        load(releases[0], f"{tmp_path}/other.duckdb")
    with pytest.raises(OutputError, match="open for writing in another program"):
        load(releases[0], f"{tmp_path}/open.duckdb")
    with pytest.raises(InputError, match="Protocol not known: nowhere"):
        load(releases[0], "nowhere://x")
    assert (tmp_path / "other.duckdb").read_text(encoding="utf-8") == "no database"


def test_two_loads_into_one_file_do_not_meet(releases: tuple[Release, Release], tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / ".x.duckdb.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="another load is at work"):
            load(releases[0], f"{tmp_path}/x.duckdb")


def test_the_pointer_of_a_folder_is_json(releases: tuple[Release, Release], tmp_path: Path) -> None:
    load(releases[0], str(tmp_path))
    assert json.loads((tmp_path / "current.json").read_text(encoding="utf-8")) == {"release": releases[0].id}
    copied = json.loads(
        (tmp_path / "releases" / releases[0].id / "manifest.json").read_text(encoding="utf-8")
    )
    assert copied == releases[0].manifest
