"""One DuckDB file with all datasets of a release as tables, and the computed ones as views.

The file is built beside its place and renamed into it: whoever has the old one open keeps reading it, whoever
opens it anew sees the new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.datasets.files import make_folder, move, sync, told
from pipeline.datasets.reader import last_day, name_views, quoted_list
from pipeline.datasets.release import Release
from pipeline.datasets.sinks import Loaded
from pipeline.errors import OutputError

RELEASE = "release"
"""The table that says which release the file holds: one row."""


def load_duckdb(release: Release, path: Path) -> Loaded:
    """Put a release into a DuckDB file; nothing is done where the file holds it."""
    import duckdb

    make_folder(path.resolve().parent)
    with _alone(path):
        for left in path.parent.glob(f".{path.name}.part*"):
            left.unlink()  # of a load that was killed: no other one is at work, the lock says
        if _held(path) == release.id:
            return Loaded(str(path), release.id, release.rows, is_new=False)
        if path.with_name(f"{path.name}.wal").exists():
            raise OutputError(
                f"{path} is open for writing in another program: close it there, then load again"
            )
        staged = path.with_name(f".{path.name}.part")
        try:
            with told(path):
                _build(release, staged)
                sync(staged)
                move(staged, path)
        except duckdb.Error as error:
            raise OutputError(f"cannot write {path}: {error}") from error
        finally:
            staged.unlink(missing_ok=True)
    return Loaded(str(path), release.id, release.rows, is_new=True)


def _build(release: Release, path: Path) -> None:
    import duckdb

    with duckdb.connect(path) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name in release.rows:
            source = f"read_parquet({quoted_list(map(str, release.parts(name)))})"
            connection.execute(f'create table "{name}" as select * from {source}')
        connection.execute("create view estimates_printed as select * from estimates")
        name_views(connection, last_day(release, connection), but={"estimates"})
        connection.execute(
            f"create table {RELEASE} (release varchar, published_at timestamptz, contract varchar)"
        )
        told_of = [release.id, release.published_at, release.manifest["contract_version"]]
        connection.execute(f"insert into {RELEASE} values (?, ?, ?)", told_of)


def _held(path: Path) -> str | None:
    """The release that a file holds; None where there is no file. OutputError where it is none of ours."""
    import duckdb

    if not path.exists():
        return None
    try:
        with duckdb.connect(path, read_only=True) as connection:
            row = connection.execute(f"select release from {RELEASE}").fetchone()
    except duckdb.Error as error:
        raise OutputError(f"{path} is there and holds no release: choose another name. {error}") from error
    return None if row is None else str(row[0])


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One load at a time; the lock dies with its process."""
    import fcntl

    with told(path), path.with_name(f".{path.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(f"{path}: another load is at work; try again when it is done") from error
        yield
