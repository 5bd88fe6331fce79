"""Releases copied to where others read: a DuckDB file, Delta Lake tables, a folder at any URL.

Each is switched to the new release in one step at the end. A load that fails or is killed before it leaves
the release that was there, whole, and the next one clears away what it left behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.datasets.release import Release

DELTA = "delta:"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a target holds now; `is_new` says whether this load brought it."""

    target: str
    release: str
    rows: Mapping[str, int]
    is_new: bool


def load(release: Release, target: str, *, keep: int | None = None) -> Loaded:
    """Copy a release to a target, where it is not there already.

    `….duckdb` is one DuckDB file, `delta:` and a folder or URL are Delta Lake tables, anything else is a
    folder or URL that fsspec can write to. `keep` is the number of releases a folder keeps, all where it is
    not given. Raises OutputError where the target cannot be written, InputError where a library for it is not
    installed.
    """
    if target.startswith(DELTA):
        from pipeline.datasets.sinks.delta import load_delta

        return load_delta(release, target.removeprefix(DELTA))
    if target.endswith(".duckdb"):
        from pipeline.datasets.sinks.duckdb_file import load_duckdb

        return load_duckdb(release, Path(target))
    from pipeline.datasets.sinks.folder import load_folder

    return load_folder(release, target, keep=keep)
