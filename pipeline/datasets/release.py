"""A published release, opened: its facts, reports, tables, checks and wide tables."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from pipeline.datasets.schema import CONTRACT_VERSION
from pipeline.datasets.views import WIDE_KINDS
from pipeline.errors import DataError, InputError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

CURRENT = "current"
RELEASES = "releases"
MANIFEST = "manifest.json"
PART = "part.parquet"
GOOD = ("passed", "unchecked")

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
    def rows(self) -> Mapping[str, int]:
        """Rows of each dataset."""
        return {name: entry["rows"] for name, entry in self.manifest["datasets"].items()}

    @overload
    def facts(
        self,
        kind: str | None = ...,
        concept: str | None = ...,
        as_of: date | str | None = ...,
        quality: Collection[str] = ...,
        *,
        as_arrow: Literal[True],
    ) -> pa.Table: ...

    @overload
    def facts(
        self,
        kind: str | None = ...,
        concept: str | None = ...,
        as_of: date | str | None = ...,
        quality: Collection[str] = ...,
        *,
        as_arrow: Literal[False] = ...,
    ) -> pd.DataFrame: ...

    def facts(
        self,
        kind: str | None = None,
        concept: str | None = None,
        as_of: date | str | None = None,
        quality: Collection[str] = GOOD,
        *,
        as_arrow: bool = False,
    ) -> Any:
        """The facts, those that failed a check left out unless `quality` asks for them.

        `as_of` keeps what was printed on or before that day (a date or `2025-03-01`). Facts of reports
        without a date are then left out, and counted: in the log, in `DataFrame.attrs["undated"]`, in the
        Arrow schema's metadata.
        """
        import pyarrow.compute as pc

        wanted = pc.field("quality").isin(list(quality))
        if kind is not None:
            wanted &= pc.field("table_kind") == kind
        if concept is not None:
            wanted &= pc.field("concept") == concept
        if as_of is None:
            return _shown(self.read("facts", wanted), as_arrow)
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        undated = self.read("facts", wanted & pc.field("published_on").is_null()).num_rows
        if undated:
            log.warning("%s facts of reports without a date are left out of the view as of %s", undated, day)
        found = self.read("facts", wanted & (pc.field("published_on") <= day))
        found = found.replace_schema_metadata({"undated": str(undated)})
        shown = _shown(found, as_arrow)
        if not as_arrow:
            shown.attrs["undated"] = undated
        return shown

    @overload
    def reports(self, *, as_arrow: Literal[True]) -> pa.Table: ...
    @overload
    def reports(self, *, as_arrow: Literal[False] = ...) -> pd.DataFrame: ...
    def reports(self, *, as_arrow: bool = False) -> Any:
        """All reports that were offered, failed ones included."""
        return _shown(self.read("reports"), as_arrow)

    @overload
    def tables(self, *, as_arrow: Literal[True]) -> pa.Table: ...
    @overload
    def tables(self, *, as_arrow: Literal[False] = ...) -> pd.DataFrame: ...
    def tables(self, *, as_arrow: bool = False) -> Any:
        """All tables found."""
        return _shown(self.read("tables"), as_arrow)

    @overload
    def checks(self, *, as_arrow: Literal[True]) -> pa.Table: ...
    @overload
    def checks(self, *, as_arrow: Literal[False] = ...) -> pd.DataFrame: ...
    def checks(self, *, as_arrow: bool = False) -> Any:
        """All checks, those that could not be evaluated included."""
        return _shown(self.read("checks"), as_arrow)

    @overload
    def wide(self, kind: str, *, as_arrow: Literal[True]) -> pa.Table: ...
    @overload
    def wide(self, kind: str, *, as_arrow: Literal[False] = ...) -> pd.DataFrame: ...
    def wide(self, kind: str, *, as_arrow: bool = False) -> Any:
        """One kind's wide table: a row for each report, entity and period."""
        if kind not in WIDE_KINDS:
            raise InputError(f"no wide table of kind {kind!r}; there are {', '.join(WIDE_KINDS)}")
        return _shown(self.read(kind), as_arrow)

    def verify(self) -> None:
        """Compare every file with the manifest; DataError names the first that was changed or is missing."""
        for name, entry in self.manifest["files"].items():
            path = self.path / name
            if not path.is_file() or digest_of(path) != entry["sha256"]:
                raise DataError(f"release {self.id}: {name} is missing or was changed after publishing")

    def read(self, name: str, wanted: Any = None) -> pa.Table:
        """The rows of one dataset for which the pyarrow expression `wanted` holds."""
        import pyarrow.parquet as pq

        path = self.path / name / PART
        if not path.is_file():
            raise DataError(f"release {self.id}: {name}/{PART} is missing")
        return pq.read_table(path, filters=wanted, partitioning=None)


def open_release(published: str | Path, release: str | None = None) -> Release:
    """The newest release, or the one with the id given.

    Raises InputError where there is none, DataError where it has another contract than this program.
    """
    published = Path(published)
    folder = published / RELEASES / release if release else published / CURRENT
    if not (folder / MANIFEST).is_file():
        there = ", ".join(sorted(p.name for p in (published / RELEASES).glob("*"))) or "none"
        raise InputError(
            f"{published} has no {f'release {release}' if release else 'release'}; there: {there}"
        )
    found = load(folder.resolve())
    if found.manifest["contract_version"] != CONTRACT_VERSION:
        raise DataError(
            f"release {found.id} has contract {found.manifest['contract_version']}, this program reads "
            f"{CONTRACT_VERSION}: see the migration notes in CHANGELOG.md"
        )
    return found


def load(folder: Path) -> Release:
    """The release in a folder, whatever its contract."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return Release(manifest["release"], folder, manifest)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _shown(table: pa.Table, as_arrow: bool) -> Any:
    return table if as_arrow else table.to_pandas()
