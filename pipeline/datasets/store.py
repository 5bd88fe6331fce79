"""The extracted directory: one Parquet part for every report and dataset.

    extracted/<dataset>/<report_id>.parquet     the parts
    extracted/<dataset>/empty.parquet           no rows, so that a run without reports has its columns too
    extracted/.tmp/                             where parts are written before they are renamed into place

A report is done when its part in `reports/` is there: that part leaves first and arrives last, so a run
that is killed leaves a report done or not done. `read_dataset` sees the parts of done reports only.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from pipeline.datasets.files import digest_of, make_folder, move, sync, write_parquet
from pipeline.datasets.schema import (
    CHECKS,
    EXTRACTED,
    REPORTS,
    TABLES,
    Dataset,
    arrow_schema,
    empty,
    validated,
)
from pipeline.errors import DataError, InputError

if TYPE_CHECKING:
    import pyarrow as pa

ReportPart = Mapping[str, "pa.Table"]
"""Dataset name to the rows of one report: all of the extracted datasets, `checks` where they were run."""

STAGING = ".tmp"
EMPTY = "empty.parquet"  # no leading `_` or `.`: Arrow and pandas skip such files


def prepare(out: Path) -> None:
    """Make the directory of every dataset with its empty typed part; harmless where they are there."""
    lacking = [d for d in EXTRACTED.values() if not (make_folder(out / d.name) / EMPTY).exists()]
    if lacking:
        with _staging(out) as staging:
            for dataset in lacking:
                write_parquet(empty(dataset), staging / EMPTY)
                move(staging / EMPTY, out / dataset.name / EMPTY)


def write_report(out: Path, part: ReportPart) -> None:
    """Put one report's rows in place of whatever the directory held for it.

    Without `checks` in `part`, earlier checks of the report are removed: they spoke of other facts.
    Raises DataError where a table departs from its declaration, OutputError where it cannot be written.
    """
    tables = _checked_part(part)
    report_id = tables[REPORTS.name]["report_id"][0].as_py()
    prepare(out)
    with _staging(out) as staging:
        for name, table in tables.items():
            write_parquet(table, staging / name)
        remove_report(out, report_id)
        for name in [*(name for name in tables if name != REPORTS.name), REPORTS.name]:
            move(staging / name, _part(out, name, report_id))


def write_checks(out: Path, report_id: str, checks: pa.Table, tables: pa.Table | None = None) -> None:
    """Put the checks of a report that is done in place of its earlier ones; `tables`, too, where given."""
    if not _part(out, REPORTS.name, report_id).exists():
        raise DataError(f"checks: report {report_id} is not in {out}; extract it first")
    parts = {CHECKS.name: checks} if tables is None else {TABLES.name: tables, CHECKS.name: checks}
    with _staging(out) as staging:
        for name, given in parts.items():
            table = validated(EXTRACTED[name], given)
            _check_owner(EXTRACTED[name], table, report_id)
            write_parquet(table, staging / name)
        for name in parts:
            move(staging / name, _part(out, name, report_id))


def remove_report(out: Path, report_id: str) -> None:
    """Remove a report's parts, the one in `reports/` first, so that no half of it counts as done."""
    for name in EXTRACTED:
        part = _part(out, name, report_id)
        if part.exists():
            part.unlink()
            sync(part.parent)


def done(out: Path) -> dict[str, str]:
    """The reports that are done: report_id to the pipeline version that read it."""
    if not (out / REPORTS.name).is_dir():
        return {}
    table = read_dataset(out, REPORTS.name, columns=["report_id", "pipeline_version"])
    return dict(zip(table["report_id"].to_pylist(), table["pipeline_version"].to_pylist(), strict=True))


def stamps(out: Path, report_ids: Collection[str] | None = None) -> dict[str, dict[str, str]]:
    """Report to dataset to the stamp of its part, which changes whenever the part is written.

    Reports that are not done are there too: they have no part in `reports`. Of some reports where given,
    without a look at any other. Raises InputError where `out` is no extracted directory.
    """
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for name in EXTRACTED:
        folder = _folder(out, name)
        if report_ids is not None:
            for report_id in report_ids:
                with suppress(FileNotFoundError):
                    found[report_id][name] = _stamp(_part(out, name, report_id).stat())
            continue
        with os.scandir(folder) as entries:
            for entry in entries:
                stem, dot, suffix = entry.name.partition(".")
                if dot + suffix == ".parquet" and entry.name != EMPTY:
                    found[stem][name] = _stamp(entry.stat())
    return dict(found)


def _stamp(at: os.stat_result) -> str:
    return f"{at.st_ino}:{at.st_size}:{at.st_mtime_ns}"


def part_digest(out: Path, report_id: str, names: Collection[str]) -> str:
    """A hash of the bytes of a report's parts in these datasets."""
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(f"{name} {digest_of(_part(out, name, report_id))} ".encode())
    return digest.hexdigest()


def unfinished(out: Path) -> tuple[str, ...]:
    """Reports that left parts behind without being done: a run was killed while it wrote them."""
    return tuple(sorted(report_id for report_id, parts in stamps(out).items() if REPORTS.name not in parts))


def unverified(out: Path) -> tuple[str, ...]:
    """Reports that are done but have no part in `checks/`: no check has been run on them."""
    return tuple(sorted(_ids(out, REPORTS.name) - _ids(out, CHECKS.name)))


def read_dataset(
    out: Path,
    name: str,
    columns: Sequence[str] | None = None,
    filters: Any = None,
    reports: Collection[str] | None = None,
) -> pa.Table:
    """The rows of one dataset, ordered by report and key, of the reports that are done.

    `filters` is a pyarrow expression or a list of `(column, operator, value)`; `reports` limits the answer to
    these, without a look at any other. Raises InputError where `out` is no extracted directory, DataError
    where a part has other columns than declared.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    dataset = EXTRACTED[name]
    folder = _folder(out, name)
    schema = arrow_schema(dataset)
    if reports is None:
        asked = _ids(out, name) & _ids(out, REPORTS.name)
    else:
        asked = {i for i in reports if all(_part(out, n, i).exists() for n in {name, REPORTS.name})}
    wanted = None if columns is None else list(columns)
    parts = []
    for report_id in sorted(asked):
        path = folder / f"{report_id}.parquet"
        with pq.ParquetFile(path) as file:  # half the time of read_table for a small file
            found = file.schema_arrow
            if not found.equals(schema):
                raise DataError(
                    f"{path}: columns differ from contract {name}; run the report again. Found {found}"
                )
            if filters is None:
                parts.append(file.read(columns=wanted, use_threads=False))
                continue
        parts.append(pq.read_table(path, columns=wanted, filters=filters, partitioning=None))
    if not parts:
        nothing = empty(dataset)
        return nothing if columns is None else nothing.select(list(columns))
    return pa.concat_tables(parts)


def _checked_part(part: ReportPart) -> dict[str, pa.Table]:
    """The part's tables validated, in declared order, all about the one report."""
    wanted = set(EXTRACTED) - {CHECKS.name}
    if not wanted <= part.keys() <= set(EXTRACTED):
        raise DataError(f"a report's part needs {sorted(wanted)} and may have checks, got {sorted(part)}")
    tables = {name: validated(dataset, part[name]) for name, dataset in EXTRACTED.items() if name in part}
    if tables[REPORTS.name].num_rows != 1:
        raise DataError(f"reports: a report's part has one row, got {tables[REPORTS.name].num_rows}")
    report_id = tables[REPORTS.name]["report_id"][0].as_py()
    for name, table in tables.items():
        _check_owner(EXTRACTED[name], table, report_id)
    return tables


def _check_owner(dataset: Dataset, table: pa.Table, report_id: str) -> None:
    import pyarrow.compute as pc

    others = [other for other in pc.unique(table["report_id"]).to_pylist() if other != report_id]
    if others:
        raise DataError(f"{dataset.name}.report_id: expected {report_id} in every row, got {others[:3]}")


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """A folder of the caller's own on the same file system, outside of the datasets, gone afterwards."""
    with TemporaryDirectory(prefix=f"{_HOST}-{os.getpid()}-", dir=make_folder(out / STAGING)) as folder:
        yield Path(folder)


_HOST = platform.node().replace("-", "_") or "host"


def sweep(out: Path) -> None:
    """Remove what processes of this machine left in the staging folder when they were killed."""
    for left in (out / STAGING).glob(f"{_HOST}-*"):
        try:
            os.kill(int(left.name.removeprefix(f"{_HOST}-").split("-")[0]), 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except (OSError, ValueError):
            continue  # another user's, alive


def _part(out: Path, name: str, report_id: str) -> Path:
    return out / name / f"{report_id}.parquet"


def _folder(out: Path, name: str) -> Path:
    folder = out / name
    if not folder.is_dir():
        raise InputError(f"{out} is no extracted directory: it has no folder {name}/; run `yanbao run` first")
    return folder


def _ids(out: Path, name: str) -> set[str]:
    """The reports that have a part in a dataset's folder."""
    return {path.stem for path in (out / name).glob("*.parquet") if path.name != EMPTY}
