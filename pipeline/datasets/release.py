"""A published release, opened: its facts as of a day, reports, tables, checks and wide tables."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from pipeline.datasets.asof import UNDATED, facts_as_of, view_schema
from pipeline.datasets.batches import Batch, Part, holds, rows_of
from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.files import digest_of, read_parquet
from pipeline.datasets.moments import Day, Instant, day_of, instant_of
from pipeline.datasets.published import GOOD, LOGS
from pipeline.datasets.schema import CONTRACT_VERSION, arrow_schema
from pipeline.datasets.views import WIDE_KINDS
from pipeline.errors import DataError, InputError

if TYPE_CHECKING:
    import pandas as pd
    import polars
    import pyarrow as pa

    from pipeline.datasets.frames import Form

CURRENT = "current"
RELEASES = "releases"
MANIFEST = "manifest.json"
FORMAT = 5  # of the folder: batches of parts, their facts by item, the log of successors by what it changes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Release:
    """One published release; `is_new` says whether this call made it or found the data published already.

    Every reader returns a pandas DataFrame, or an Arrow table with `as_arrow=True`.
    """

    id: str
    path: Path
    manifest: Mapping[str, Any] = field(repr=False)
    is_new: bool = False

    @property
    def parent(self) -> str | None:
        """The release that was current when this one was made."""
        parent: str | None = self.manifest["parent"]
        return parent

    @property
    def published_at(self) -> datetime:
        """The instant from which its news are known, UTC."""
        return datetime.fromisoformat(self.manifest["published_at"])

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows of each dataset."""
        return {name: entry["rows"] for name, entry in self.manifest["datasets"].items()}

    @property
    def batches(self) -> list[Batch]:
        """The batches of parts it is made of, oldest first."""
        files = self.manifest["files"]
        return [
            {name: Part(file, **files[file]) for name, file in batch.items()}
            for batch in self.manifest["batches"]
        ]

    def parts(self, dataset: str) -> list[Path]:
        """The Parquet parts of a dataset, oldest first; at least one, which may be empty."""
        files = [batch[dataset] for batch in self.manifest["batches"] if dataset in batch]
        if dataset not in self.manifest["datasets"]:
            raise InputError(f"release {self.id} has no dataset {dataset!r}")
        return [self.path / file for file in files or [f"{dataset}/empty.parquet"]]

    @overload
    def facts(
        self,
        kind: str | Collection[str] | None = ...,
        concept: str | Collection[str] | None = ...,
        as_of: Day | None = ...,
        quality: Collection[str] = ...,
        *,
        known_by: Instant | None = ...,
        entity: str | Collection[str] | None = ...,
        columns: Sequence[str] | None = ...,
        as_arrow: Literal[True],
    ) -> pa.Table: ...

    @overload
    def facts(
        self,
        kind: str | Collection[str] | None = ...,
        concept: str | Collection[str] | None = ...,
        as_of: Day | None = ...,
        quality: Collection[str] = ...,
        *,
        known_by: Instant | None = ...,
        entity: str | Collection[str] | None = ...,
        columns: Sequence[str] | None = ...,
        as_arrow: Literal[False] = ...,
    ) -> pd.DataFrame: ...

    def facts(
        self,
        kind: str | Collection[str] | None = None,
        concept: str | Collection[str] | None = None,
        as_of: Day | None = None,
        quality: Collection[str] = GOOD,
        *,
        known_by: Instant | None = None,
        entity: str | Collection[str] | None = None,
        columns: Sequence[str] | None = None,
        as_arrow: bool = False,
    ) -> Any:
        """The facts with their successors, ordered by report and fact.

        Of one `kind`, `concept` and `entity` (ticker) or of several, where they are given.
        `as_of` keeps what was printed on or before that day (a date or `2025-03-01`), as it was then: a
        number restated later counts as not superseded. Facts of reports without a date are then left out.
        `known_by` answers from the release that was current at that instant (of a day: at its end, UTC), with
        the readings and the reports of then. Numbers of a quality that is not asked for are left out. Of a
        large release ask for the `columns` you need: the others are then not read.

        How many were left out is in the log, in `DataFrame.attrs` and in the Arrow schema's metadata, as
        `undated` and, by quality, `left_out_failed` and so on.
        """
        held = self if known_by is None else self.known_by(known_by)
        if held is None:
            return _shown(view_schema(columns).empty_table(), {}, as_arrow)
        asked = {"table_kind": kind, "concept": concept, "entity": entity}
        wanted = {
            name: (value,) if isinstance(value, str) else tuple(value)
            for name, value in asked.items()
            if value is not None
        }
        day = day_of(as_of)
        parts = {name: held.parts(name) for name in ("facts", "superseded")}
        found, counted = facts_as_of(parts, wanted, day, quality, columns)
        for name, number in counted.items():
            if number:
                level = logging.WARNING if name == UNDATED else logging.INFO
                log.log(level, "%s facts are not in the view: %s", number, name.replace("_", " "))
        return _shown(found, counted, as_arrow)

    def known_by(self, when: Instant) -> Release | None:
        """The newest of this release and its ancestors that was published by then; None where none was.

        A day (a date, `2025-03-01`) means its end, an instant without a time zone is read as UTC.
        """
        instant = instant_of(when)
        assert instant is not None, "there is a moment to ask for"
        release: Release | None = self
        while release is not None and release.published_at > instant:
            above = release.parent
            release = None if above is None else load(self.path.parent / above)
        return release

    @overload
    def reports(self, *, as_arrow: Literal[True]) -> pa.Table: ...
    @overload
    def reports(self, *, as_arrow: Literal[False] = ...) -> pd.DataFrame: ...
    def reports(self, *, as_arrow: bool = False) -> Any:
        """All reports that were offered, failed ones included."""
        return _shown(self.read("reports"), {}, as_arrow)

    @overload
    def tables(self, *, as_arrow: Literal[True]) -> pa.Table: ...
    @overload
    def tables(self, *, as_arrow: Literal[False] = ...) -> pd.DataFrame: ...
    def tables(self, *, as_arrow: bool = False) -> Any:
        """All tables found."""
        return _shown(self.read("tables"), {}, as_arrow)

    @overload
    def checks(self, *, as_arrow: Literal[True]) -> pa.Table: ...
    @overload
    def checks(self, *, as_arrow: Literal[False] = ...) -> pd.DataFrame: ...
    def checks(self, *, as_arrow: bool = False) -> Any:
        """All checks, those that could not be evaluated included."""
        return _shown(self.read("checks"), {}, as_arrow)

    @overload
    def wide(self, kind: str, *, as_arrow: Literal[True]) -> pa.Table: ...
    @overload
    def wide(self, kind: str, *, as_arrow: Literal[False] = ...) -> pd.DataFrame: ...
    def wide(self, kind: str, *, as_arrow: bool = False) -> Any:
        """One kind's wide table: a row for each report, entity and period."""
        if kind not in WIDE_KINDS:
            raise InputError(f"no wide table of kind {kind!r}; there are {', '.join(WIDE_KINDS)}")
        return _shown(self.read(kind), {}, as_arrow)

    @overload
    def query(
        self,
        sql: str,
        *,
        as_of: Day | None = ...,
        known_by: Instant | None = ...,
        form: Literal["pandas"] = ...,
    ) -> pd.DataFrame: ...
    @overload
    def query(
        self,
        sql: str,
        *,
        as_of: Day | None = ...,
        known_by: Instant | None = ...,
        form: Literal["arrow"],
    ) -> pa.Table: ...
    @overload
    def query(
        self,
        sql: str,
        *,
        as_of: Day | None = ...,
        known_by: Instant | None = ...,
        form: Literal["polars"],
    ) -> polars.DataFrame: ...
    def query(
        self,
        sql: str,
        *,
        as_of: Day | None = None,
        known_by: Instant | None = None,
        form: Form = "pandas",
    ) -> Any:
        """The answer to one SQL question, as it could have been given at a moment; see `reader.query`."""
        from pipeline.datasets.reader import Moment, answered

        return answered(self, sql, Moment.of(as_of, known_by), form)

    def verify(self) -> None:
        """Compare every file with the manifest; DataError names the first that was changed or is missing."""
        for name, entry in self.manifest["files"].items():
            path = self.path / name
            if not path.is_file() or digest_of(path) != entry["sha256"]:
                raise DataError(f"release {self.id}: {name} is missing or was changed after publishing")

    def read(
        self, name: str, columns: Sequence[str] | None = None, reports: Collection[str] | None = None
    ) -> pa.Table:
        """The rows of one dataset as stored, ordered by report; of some columns, of some reports."""
        import pyarrow as pa

        paths = self.parts(name)
        schema = arrow_schema(release_datasets()[name])
        columns = schema.names if columns is None else columns
        lost = [path for path in paths if not path.is_file()]
        if lost:
            raise DataError(f"release {self.id}: {lost[0].relative_to(self.path)} is missing")
        if reports is not None:
            return rows_of(self._holding(name, reports), reports, schema, columns)
        with_id = list(dict.fromkeys([*columns, "report_id"]))
        rows = pa.concat_tables(read_parquet(path, with_id) for path in paths)
        return rows.sort_by("report_id").select(list(columns))

    def _holding(self, name: str, report_ids: Collection[str]) -> list[Path]:
        """The parts of a dataset that can have rows of these reports: those of their batches."""
        if name in LOGS:  # a batch's log is of reports of other batches, too
            return self.parts(name)
        return [
            self.path / batch[name].file
            for batch in self.batches
            if name in batch and holds(self.path / batch["reports"].file, report_ids)
        ]


def open_release(published: str | Path, release: str | None = None) -> Release:
    """The newest release, or the one with the id given.

    Raises InputError where there is none, DataError where this program cannot read it.
    """
    published = Path(published)
    folder = published / RELEASES / release if release else published / CURRENT
    if not (folder / MANIFEST).is_file():
        there = ", ".join(sorted(p.name for p in (published / RELEASES).glob("*"))) or "none"
        raise InputError(
            f"{published} has no {f'release {release}' if release else 'release'}; there: {there}"
        )
    return load(folder.resolve())


def load(folder: Path) -> Release:
    """The release in a folder; DataError where this program cannot read it."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for key, readable in (("contract_version", CONTRACT_VERSION), ("format", FORMAT)):
        if manifest.get(key) != readable:
            raise DataError(
                f"{folder}: release with {key} {manifest.get(key)}, this program reads {readable}: see the "
                "migration notes in CHANGELOG.md"
            )
    return Release(manifest["release"], folder, manifest)


def _shown(table: pa.Table, said: Mapping[str, int], as_arrow: bool) -> Any:
    if as_arrow:
        return table.replace_schema_metadata({name: str(number) for name, number in said.items()} or None)
    frame = table.to_pandas()
    frame.attrs.update(said)
    return frame
