"""The parts of a release: batches of reports, shared between releases, merged before they become many.

A batch has at most one Parquet part for each dataset, named after the bytes in it; all rows of a report are
in one batch, ordered by report, those about numbers by item and report: who asks for one item of all reports
then reads a part of each file. A release lists its batches. The next one links the parts that did not change
(a hard link; a copy where the file system has none), writes those of new reports, and writes anew those in
which a report changed or was withdrawn.

Merging: the newest batches become one as long as the next older one is not larger than they are together.
Sizes then halve from batch to batch, so a release of n reports has at most log2(n) small ones beside those
that are full, and a row is written again log2(LEAST_FULL) times in its life at most.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.estimates import ESTIMATES
from pipeline.datasets.files import (
    digest_of,
    make_folder,
    move,
    read_parquet,
    sync,
    told,
    write_parquet,
)
from pipeline.datasets.published import LOGS, SUPERSEDED
from pipeline.datasets.schema import FACTS, Dataset, arrow_schema, empty

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_FULL = 256  # reports; a batch of so many is not merged again: some 130,000 facts, 6 MB
# Numbers are asked for by item, all else is by report. The few successors of numbers without a ticker, and
# the few that ended others, are read whole whatever is asked.
_ORDER = {
    FACTS.name: ("concept",),
    ESTIMATES.name: ("concept",),
    SUPERSEDED.name: ("entity_is", "change", "concept"),
}
_APART = {SUPERSEDED.name: ("entity_is", "change")}
_NO_LINKS = {errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of a release: its path in the release, the hash of its bytes, rows and size."""

    file: str
    sha256: str
    rows: int
    bytes: int


Batch = Mapping[str, Part]
"""Dataset to part; a dataset without rows has none."""


class Staging:
    """The folder a release is put together in; parts that stay are taken from the `parent`'s folder."""

    def __init__(self, folder: Path, parent: Path | None) -> None:
        self.folder = make_folder(folder)
        self._parent = parent

    def write(self, dataset: str, rows: pa.Table) -> dict[str, Part]:
        """Store rows as a part: `{dataset: part}`, or nothing where there are no rows."""
        if not rows.num_rows:
            return {}
        order = [(name, "ascending") for name in (*_ORDER.get(dataset, ()), "report_id")]
        rows = rows.sort_by(order)  # stable: a report's rows keep their order
        staged = make_folder(self.folder / dataset) / ".part"
        write_parquet(rows.cast(arrow_schema(release_datasets()[dataset])), staged, _APART.get(dataset, ()))
        sha256 = digest_of(staged)
        part = Part(f"{dataset}/{sha256[:20]}.parquet", sha256, rows.num_rows, staged.stat().st_size)
        staged.chmod(0o444)  # it will be a file of many releases
        staged.replace(self.folder / part.file)
        return {dataset: part}

    def write_all(self, tables: Mapping[str, pa.Table]) -> Batch:
        """Store a batch."""
        return {
            name: part for dataset, rows in tables.items() for name, part in self.write(dataset, rows).items()
        }

    def path(self, part: Part) -> Path:
        """Where the part is now."""
        here = self.folder / part.file
        return here if self._parent is None or here.exists() else self._parent / part.file

    def finish(self, batches: Sequence[Batch]) -> dict[str, Part]:
        """Make the folder hold these batches and nothing else, on the disk; returns the files by name.

        A dataset without rows gets `empty.parquet`, so that it has its columns.
        """
        files = {part.file: part for batch in batches for part in batch.values()}
        for dataset in release_datasets().values():
            folder = make_folder(self.folder / dataset.name)
            for path in folder.iterdir():
                if f"{dataset.name}/{path.name}" not in files:
                    path.unlink()  # merged, or written anew, within this publication
            if not any(dataset.name in batch for batch in batches):
                files |= self._empty(dataset)
        for part in files.values():
            if self._parent is not None and not (self.folder / part.file).exists():
                link(self._parent / part.file, self.folder / part.file)
        for name in release_datasets():
            sync(self.folder / name)
        return files

    def _empty(self, dataset: Dataset) -> dict[str, Part]:
        file = f"{dataset.name}/empty.parquet"
        path = self.folder / file
        write_parquet(empty(dataset), path)
        return {file: Part(file, digest_of(path), 0, path.stat().st_size)}


def link(source: Path, target: Path) -> None:
    """A second name for a file, a copy on a file system without them."""
    with told(target):
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            shutil.copyfile(source, target.with_name(".copy"))
            sync(target.with_name(".copy"))
            move(target.with_name(".copy"), target)


def rows_of(
    paths: Iterable[Path], report_ids: Collection[str], schema: pa.Schema, columns: Sequence[str]
) -> pa.Table:
    """Some columns of the rows of some reports; row groups that cannot hold them are not read."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(report_ids), pa.string())
    found = [schema.empty_table().select(list(columns))]
    for path in paths:
        table = _near(path, wanted.to_pylist(), [*columns, "report_id"])
        if table is not None:
            found.append(table.filter(pc.is_in(table["report_id"], value_set=wanted)).select(list(columns)))
    return pa.concat_tables(found)


def _near(path: Path, report_ids: Sequence[str], columns: Sequence[str]) -> pa.Table | None:
    """The row groups whose range of report_id has one of the sorted ids in it."""
    from bisect import bisect_left

    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        place = file.schema_arrow.get_field_index("report_id")
        leaf = next(i for i in range(len(file.schema)) if file.schema.column(i).path == "report_id")
        assert place >= 0, "every dataset has its report"
        groups = []
        for number in range(file.metadata.num_row_groups):
            bounds = file.metadata.row_group(number).column(leaf).statistics
            at = bisect_left(report_ids, bounds.min)
            if at < len(report_ids) and report_ids[at] <= bounds.max:
                groups.append(number)
        return file.read_row_groups(groups, columns=list(dict.fromkeys(columns))) if groups else None


def holds(reports: Path, report_ids: Collection[str]) -> set[str]:
    """Which of these reports a batch has, by its part of `reports`."""
    return set(report_ids).intersection(read_parquet(reports, ["report_id"])["report_id"].to_pylist())


def without(batch: Batch, gone: Collection[str], staging: Staging) -> Batch:
    """The batch without the rows of some reports; what it logged of them stays."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not gone or "reports" not in batch:
        return batch
    leaving = pa.array(sorted(holds(staging.path(batch["reports"]), gone)), pa.string())
    if not len(leaving):
        return batch
    left: dict[str, Part] = {}
    for name, part in batch.items():
        if name in LOGS:
            left[name] = part
            continue
        rows = read_parquet(staging.path(part))
        stay = rows.filter(pc.invert(pc.is_in(rows["report_id"], value_set=leaving)))
        left |= {name: part} if stay.num_rows == part.rows else staging.write(name, stay)
    return left


def with_log(
    batches: Sequence[Batch], dataset: str, logs: Iterable[pa.Table], staging: Staging
) -> list[Batch]:
    """The batches (at least one where there are logs) with the tables of a log spread over them.

    The last batch takes what the others have no room for; the tables before it are written as they come.
    """
    import pyarrow as pa

    found, rest = list(batches), []
    for number, rows in enumerate(logs):
        if number < len(found) - 1:
            found[number] = {**found[number], **staging.write(dataset, rows)}
        else:
            rest.append(rows)
    if rest:
        found[-1] = {**found[-1], **staging.write(dataset, pa.concat_tables(rest))}
    return found


def compacted(batches: Sequence[Batch], staging: Staging) -> list[Batch]:
    """The batches, oldest first, the small ones at the end merged."""
    kept = [batch for batch in batches if batch]
    together, size = 0, 0
    for batch in reversed(kept):
        weight = _weight(batch)
        if weight >= LEAST_FULL or (together and weight > size):
            break
        together, size = together + 1, size + weight
    while together > 1 and size >= 2 * LEAST_FULL:  # what is full stays as it is
        size -= _weight(kept[-together])
        together -= 1
    if together < 2:
        return kept
    return [*kept[:-together], _merged(kept[-together:], staging)]


def _weight(batch: Batch) -> int:
    """Reports in a batch, or events where its reports have moved on."""
    return max(batch[name].rows if name in batch else 0 for name in ("reports", "versions"))


def _merged(batches: Sequence[Batch], staging: Staging) -> Batch:
    """One batch of several, one dataset in memory at a time."""
    return {
        name: part
        for dataset, rows in _joined(batches, staging)
        for name, part in staging.write(dataset, rows).items()
    }


def _joined(batches: Sequence[Batch], staging: Staging) -> Iterator[tuple[str, Any]]:
    import pyarrow as pa

    for name in release_datasets():
        parts = [batch[name] for batch in batches if name in batch]
        if parts:
            yield name, pa.concat_tables(read_parquet(staging.path(p)) for p in parts)
