"""Releases: immutable, versioned directories of the published datasets, and the pointer to the newest.

    published/releases/<id>/<dataset>/part.parquet   facts, reports, tables, checks and the wide tables
    published/releases/<id>/manifest.json            hashes, row counts, versions, parent, what the gate said
    published/releases/<id>/README.md                the columns, in sentences
    published/current                                symbolic link to the newest release

A release is staged beside the others, forced to the disk, renamed into place, and only then does one
rename switch `current`: whoever reads, and whenever a publisher dies, sees the old release or the new one.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.datasets.derived import quality_of, superseded
from pipeline.datasets.dictionary import release_dictionary
from pipeline.datasets.estimates import ESTIMATES, estimates_table
from pipeline.datasets.files import make_folder, move, sync, write_parquet, write_text
from pipeline.datasets.gate import Gate, GateClosed, hold
from pipeline.datasets.query import ask
from pipeline.datasets.release import (
    CURRENT,
    MANIFEST,
    PART,
    RELEASES,
    Release,
    digest_of,
    load,
    open_release,
)
from pipeline.datasets.schema import CONTRACT_VERSION, PUBLISHED_FACTS, arrow_schema
from pipeline.datasets.store import read_dataset, unfinished
from pipeline.datasets.views import WIDE_KINDS, wide_table
from pipeline.errors import OutputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Gate", "GateClosed", "Release", "open_release", "publish"]

SOURCES = ("reports", "tables", "cells", "facts", "checks", "coverage")


def publish(
    extracted: str | Path,
    published: str | Path,
    *,
    force: bool = False,
    why: str | None = None,
    now: datetime | None = None,
    suites_dir: Path | None = None,
    docs_dir: Path | None = None,
) -> Release:
    """Make a release of the reports that are done in `extracted` and switch `published/current` to it.

    The suites are the gate: GateClosed where an expectation fails, unless `force` with a reason `why`, which
    the manifest keeps. Data that the current release has already make no new one. `now` is the instant the
    release is known from, UTC (the clock where it is not given).
    """
    extracted, published = Path(extracted), Path(published)
    if force and not (why and why.strip()):
        raise GateClosed("publishing past the gate needs a reason: give why")
    datasets = {name: read_dataset(extracted, name) for name in SOURCES}
    make_folder(published / RELEASES)
    with _alone(published):
        parent = load((published / CURRENT).resolve()) if (published / CURRENT).exists() else None
        content = _content(datasets)
        if parent is not None and parent.manifest["content"] == content:
            return parent
        ready = _orphan(published, content, parent)
        if ready is None:
            gate = hold(extracted, datasets, suites_dir=suites_dir, docs_dir=docs_dir)
            if not gate.passed and not force:
                raise GateClosed(gate.closed_because(), gate)
            notes = {
                **gate.manifest(forced=not gate.passed, why=why if not gate.passed else None),
                "unfinished": list(unfinished(extracted)),
            }
            ready = _build(published, datasets, parent, _utc(now), content, notes)
        _switch(published, ready.id)
        return Release(ready.id, ready.path, ready.manifest, is_new=True)


def _build(
    published: Path,
    datasets: Mapping[str, pa.Table],
    parent: Release | None,
    now: datetime,
    content: str,
    notes: Mapping[str, Any],
) -> Release:
    """Stage a release, force it to the disk, rename it into `releases/`."""
    for stale in published.glob(".staging-*"):
        shutil.rmtree(stale)  # of a publisher that died: no other one is at work, the lock says
    release_id = f"{now:%Y%m%dT%H%M%SZ}-{content[:8]}"
    final = published / RELEASES / release_id
    if final.exists():
        raise OutputError(f"{final} is there already; publish again in a second")
    staging = make_folder(published / f".staging-{release_id}")
    tables = _published(published, datasets, parent, now)
    for name, table in tables.items():
        write_parquet(table, make_folder(staging / name) / PART)
        sync(staging / name)
    write_text(release_dictionary(), staging / "README.md")
    files = sorted(path for path in staging.rglob("*") if path.is_file())
    manifest = {
        "release": release_id,
        "parent": None if parent is None else parent.id,
        "published_at": now.isoformat(timespec="seconds"),
        "contract_version": CONTRACT_VERSION,
        "pipeline_versions": sorted(set(datasets["reports"]["pipeline_version"].to_pylist())),
        "content": content,
        "datasets": {name: {"rows": table.num_rows} for name, table in tables.items()},
        "files": {
            path.relative_to(staging).as_posix(): {"sha256": digest_of(path), "bytes": path.stat().st_size}
            for path in files
        },
        "quality": _counts(tables["facts"]["quality"]),
        "undated_facts": tables["facts"]["published_on"].null_count,
        **notes,
    }
    write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", staging / MANIFEST)
    sync(staging)
    move(staging, final)
    return load(final)


def _published(
    published: Path, datasets: Mapping[str, pa.Table], parent: Release | None, now: datetime
) -> dict[str, pa.Table]:
    """The datasets of a release, each under its declaration and in its order."""
    reports, facts = datasets["reports"], datasets["facts"]
    enriched = facts
    for name, found in (
        ("quality", quality_of(facts, datasets["checks"])),
        ("published_on", _published_on(facts, reports)),
        ("known_at", _known_at(published, facts, parent, now)),
        ("superseded_by", superseded(facts, reports)),
    ):
        enriched = enriched.append_column(name, _aligned(facts, found, name))
    enriched = enriched.cast(arrow_schema(PUBLISHED_FACTS))
    return {
        "facts": enriched,
        **{name: datasets[name] for name in ("reports", "tables", "checks")},
        ESTIMATES.name: estimates_table(enriched, reports),
        **{kind: wide_table(kind, enriched, reports) for kind in WIDE_KINDS},
    }


def _aligned(facts: pa.Table, found: pa.Table, name: str) -> pa.ChunkedArray:
    """The column `name` of a table keyed by fact_id, in the order of `facts`; null where it has no row."""
    import pyarrow.compute as pc

    return found[name].combine_chunks().take(pc.index_in(facts["fact_id"], value_set=found["fact_id"]))


def _published_on(facts: pa.Table, reports: pa.Table) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    at = pc.index_in(facts["report_id"], value_set=reports["report_id"])
    days = reports["published_on"].combine_chunks().take(at)
    return pa.table({"fact_id": facts["fact_id"], "published_on": days})


def _known_at(published: Path, facts: pa.Table, parent: Release | None, now: datetime) -> pa.Table:
    """When each number was first published at its place: from the parents, else now.

    A fact counts as known where an earlier release had the same id with the same text and amount: a
    corrected reading was not known before. Older releases are asked only about reports that they hold.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    unknown = facts.select(["fact_id", "text", "amount", "report_id"])
    found = []
    while parent is not None and unknown.num_rows:
        held = parent.read("reports")["report_id"]
        asked = pc.unique(unknown["report_id"].filter(pc.is_in(unknown["report_id"], value_set=held)))
        if len(asked):
            before = parent.read("facts", pc.field("report_id").isin(asked))
            before = before.select(["fact_id", "text", "amount", "known_at"])
            unknown = ask(_KNOWN, facts=unknown, before=_with_microseconds(before))
            known = unknown.filter(pc.is_valid(unknown["known_at"]))
            found.append(known.select(["fact_id", "known_at"]))
            unknown = unknown.filter(pc.is_null(unknown["known_at"])).drop_columns(["known_at"])
        parent = load(published / RELEASES / parent.parent) if parent.parent else None
    since = pa.array([round(now.timestamp() * 1_000_000)] * unknown.num_rows, pa.int64())
    found.append(pa.table({"fact_id": unknown["fact_id"], "known_at": since}))
    known = pa.concat_tables(found)
    instants = known["known_at"].cast(pa.timestamp("us", tz="UTC"))
    return known.set_column(1, "known_at", instants)


def _with_microseconds(facts: pa.Table) -> pa.Table:
    """`known_at` as a number: DuckDB needs an extension to look at instants."""
    import pyarrow as pa

    return facts.set_column(3, "known_at", facts["known_at"].cast(pa.int64()))


_KNOWN = """
select f.*, b.known_at
from facts f left join before b
     on b.fact_id = f.fact_id and b.text = f.text and b.amount is not distinct from f.amount
"""


class _Hashing:
    """A file that keeps nothing of what is written but its hash."""

    closed = False

    def __init__(self, digest: hashlib._Hash) -> None:
        self._digest = digest

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def _content(datasets: Mapping[str, pa.Table]) -> str:
    """A hash of all rows, however they are chunked, and of the columns a release gives them."""
    import pyarrow as pa

    digest = hashlib.sha256(release_dictionary().encode())
    for name, table in datasets.items():
        digest.update(f"{name} {table.num_rows} ".encode())
        with pa.ipc.new_stream(pa.PythonFile(_Hashing(digest), mode="w"), table.schema) as writer:
            writer.write_table(table.combine_chunks())
    return digest.hexdigest()


def _orphan(published: Path, content: str, parent: Release | None) -> Release | None:
    """A release that a publisher finished but did not live to switch to."""
    wanted = None if parent is None else parent.id
    for path in sorted((published / RELEASES).glob(f"*-{content[:8]}/{MANIFEST}")):
        found = load(path.parent)
        if found.manifest["content"] == content and found.parent == wanted:
            return found
    return None


def _switch(published: Path, release_id: str) -> None:
    """Point `current` at a release by one rename."""
    staged = published / ".current"
    staged.unlink(missing_ok=True)
    staged.symlink_to(Path(RELEASES) / release_id)
    move(staged, published / CURRENT)


@contextmanager
def _alone(published: Path) -> Iterator[None]:
    """One publisher at a time; the lock dies with its process."""
    import fcntl

    with (published / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(
                f"{published}: another publisher is at work; try again when it is done"
            ) from error
        yield


def _utc(now: datetime | None) -> datetime:
    """The instant given, or the clock's; without a time zone it is read as UTC."""
    if now is None:
        return datetime.now(UTC)
    return now.replace(tzinfo=UTC) if now.tzinfo is None else now.astimezone(UTC)


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    counted = column.value_counts().to_pylist()
    return {entry["values"]: entry["counts"] for entry in sorted(counted, key=lambda e: str(e["values"]))}
