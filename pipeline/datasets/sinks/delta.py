"""A release as Delta Lake tables, one for each dataset, and a table `release` that says which versions it is.

Delta makes each table's change atomic, not that of all together. So the tables are written first, and
`release` last, with the version of each: who reads the versions it names reads one whole release, at any
moment and after a load that was killed. Older versions stay for a week, for those who are reading them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.release import Release
from pipeline.datasets.schema import arrow_schema
from pipeline.datasets.sinks import Loaded
from pipeline.errors import InputError, OutputError

if TYPE_CHECKING:
    import pyarrow as pa

RELEASE = "release"
RETENTION_HOURS = 7 * 24


def load_delta(release: Release, target: str) -> Loaded:
    """Put a release into the Delta tables under a folder or URL; nothing is done where they hold it.

    Credentials of a cloud store come from the environment, as deltalake's documentation names them.
    """
    library = _library()
    try:
        held, before = _held(target)
        if held == release.id:
            return Loaded(target, release.id, release.rows, is_new=False)
        versions = {name: _write(release, name, _place(target, name)) for name in release.rows}
        _point(release, target, versions)
        for name, version in versions.items():
            kept = [version, before.get(name, version)]
            table = library.DeltaTable(_place(target, name))
            table.vacuum(retention_hours=RETENTION_HOURS, dry_run=False, keep_versions=kept)
    except (library.exceptions.DeltaError, OSError) as error:
        raise OutputError(f"cannot write {target}: {error}") from error
    return Loaded(target, release.id, release.rows, is_new=True)


def read_delta(target: str, dataset: str) -> pa.Table:
    """The rows of a dataset in the release that the tables under `target` hold."""
    held, versions = _held(target)
    if dataset not in versions:
        holds = f"its release {held} has {', '.join(versions)}" if held else "it holds no release"
        raise InputError(f"{target} has no dataset {dataset!r}: {holds}")
    return _library().DeltaTable(_place(target, dataset), version=versions[dataset]).to_pyarrow_table()


def _write(release: Release, name: str, place: str) -> int:
    """Put a dataset in place of the rows of its table, part by part; the version that makes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    library = _library()
    schema = arrow_schema(release_datasets()[name])
    rows = (
        batch.cast(schema)
        for part in release.parts(name)
        for batch in pq.ParquetFile(part).iter_batches(batch_size=65_536)
    )
    library.write_deltalake(
        place,
        pa.RecordBatchReader.from_batches(schema, rows),
        mode="overwrite",
        schema_mode="overwrite",
        commit_properties=library.CommitProperties(custom_metadata={"yanbao.release": release.id}),
    )
    version: int = library.DeltaTable(place).version()
    return version


def _point(release: Release, target: str, versions: Mapping[str, int]) -> None:
    """Say which versions are the release: the one step that readers see."""
    import pyarrow as pa

    table = pa.table(
        {
            "release": [release.id] * len(versions),
            "dataset": list(versions),
            "version": pa.array(versions.values(), pa.int64()),
            "rows": pa.array([release.rows[name] for name in versions], pa.int64()),
        }
    )
    _library().write_deltalake(_place(target, RELEASE), table, mode="overwrite")


def _held(target: str) -> tuple[str | None, dict[str, int]]:
    """The release that the tables hold, and the version of each."""
    library = _library()
    try:
        rows = library.DeltaTable(_place(target, RELEASE)).to_pyarrow_table().to_pylist()
    except library.exceptions.TableNotFoundError:
        return None, {}
    return rows[0]["release"], {row["dataset"]: row["version"] for row in rows}


def _place(target: str, name: str) -> str:
    """The folder or URL of one table."""
    if "://" in target:
        return f"{target.rstrip('/')}/{name}"
    return str(Path(target).resolve() / name)


def _library() -> Any:
    try:
        import deltalake
    except ImportError as error:
        raise InputError("Delta Lake is not installed: pip install 'yanbao[delta]'") from error
    return deltalake
