"""Releases: immutable, versioned directories of the published datasets, and the pointer to the newest.

    published/releases/<id>/<dataset>/<hash>.parquet   facts, reports, tables, checks, wide tables, logs
    published/releases/<id>/manifest.json              hashes, row counts, versions, parent, the gate
    published/releases/<id>/README.md                  dataset card: what it is, the columns in sentences
    published/releases/<id>/datapackage.json           the same for programs: Frictionless, and croissant.json
    published/current                                  symbolic link to the newest release

A release is staged beside the others, forced to the disk, renamed into place, and only then does one rename
switch `current`: whoever reads, and whenever a publisher dies, sees the old release or the new one. While
`.current` is there, it names a release that was not switched to yet; the next publisher removes it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.checking.corrections import Correction, correction_layer, load_corrections
from pipeline.checking.home import expectations as home
from pipeline.datasets.bars import Measured, hold_bars, load_bars
from pipeline.datasets.batches import Batch, Part, Staging, compacted, with_log, without
from pipeline.datasets.cards import write_cards
from pipeline.datasets.catalog import derivation, release_datasets
from pipeline.datasets.changes import Changes, Seen, changes, content, unmoved
from pipeline.datasets.files import digest_of, make_folder, move, sync, told, write_text
from pipeline.datasets.gate import Gate, GateClosed, extracted_rows, hold, in_batches, together
from pipeline.datasets.ledger import shown, tally
from pipeline.datasets.published import SUPERSEDED, VERSIONS
from pipeline.datasets.release import CURRENT, FORMAT, MANIFEST, RELEASES, Release, load, open_release
from pipeline.datasets.rows import KNOWN_COLUMNS, Moment, published_rows, withdrawals
from pipeline.datasets.schema import CONTRACT_VERSION, empty
from pipeline.datasets.store import stamps
from pipeline.datasets.successors import Chains
from pipeline.datasets.withdrawals import load_withdrawals, withdrawn_from
from pipeline.errors import OutputError

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Gate", "GateClosed", "Release", "open_release", "publish"]

PENDING = ".current"


def publish(
    extracted: str | Path,
    published: str | Path,
    *,
    force: bool = False,
    why: str | None = None,
    now: datetime | None = None,
    expectations: Path | None = None,
) -> Release:
    """Make a release of the reports that are done in `extracted` and switch `published/current` to it.

    Only reports that are new or changed since the current release are read; the parts of the others are
    shared with it. `expectations` (default: the project's own) holds the suites and bars of the gate, the
    corrections and the withdrawals: GateClosed where something does not hold, unless `force` with a reason
    `why`, which the manifest keeps; ConfigError where a correction does not fit its number any more. Data
    that the current release has already make no new one. `now` is the instant the release is known from, UTC
    (the clock where it is not given).
    """
    extracted, published = Path(extracted), Path(published)
    if force and not (why and why.strip()):
        raise GateClosed("publishing past the gate needs a reason: give why")
    parts = stamps(extracted)
    make_folder(published / RELEASES)
    with _alone(published):
        _sweep(published)
        parent = load((published / CURRENT).resolve()) if (published / CURRENT).exists() else None
        attempt = _Attempt(extracted, published, parent, expectations or home("."), parts)
        found = attempt.changes
        if parent is not None and parent.manifest["content"] == content(found.versions):
            attempt.seen.keep()
            return parent
        instant = _instant(now, parent)
        release_id = f"{instant:%Y%m%dT%H%M%SZ}-{content(found.versions)[:8]}"
        try:
            ready = attempt.build(Moment(release_id, instant), why if force else None)
        except BaseException:
            _sweep(published)
            raise
        _switch(published, ready)
        attempt.seen.keep()
        return Release(ready.id, ready.path, ready.manifest, is_new=True)


@dataclass(frozen=True)
class _Attempt:
    """One publication at work."""

    extracted: Path
    published: Path
    parent: Release | None
    expectations: Path
    parts: Mapping[str, Mapping[str, str]]

    @cached_property
    def rulings(self) -> tuple[Correction, ...]:
        return load_corrections(self.expectations / "corrections.toml")

    @cached_property
    def seen(self) -> Seen:
        return Seen(self.published)

    @cached_property
    def events(self) -> pa.Table:
        """The log of versions up to the parent."""
        return empty(VERSIONS) if self.parent is None else self.parent.read(VERSIONS.name)

    @cached_property
    def before(self) -> pa.Table:
        """The last event of each report that the parent shows."""
        return shown(self.events)

    @cached_property
    def earlier(self) -> dict[str, str]:
        """The version of each report that the parent shows."""
        columns = (self.before[name].to_pylist() for name in ("report_id", "version"))
        return dict(zip(*columns, strict=True))

    @cached_property
    def changes(self) -> Changes:
        taken_back = load_withdrawals(self.expectations / "withdrawn.toml")
        withdrawn = withdrawn_from(taken_back, self.parts.keys() | self.earlier.keys())
        return changes(
            self.extracted, self.earlier, self.seen, self.rulings, withdrawn, derivation(), self.parts
        )

    def build(self, moment: Moment, why: str | None) -> Release:
        """Stage a release, hold it against the gate, force it to the disk, rename it into `releases/`."""
        import pyarrow as pa

        found = self.changes
        staging = Staging(
            self.published / f".staging-{moment.release}", None if self.parent is None else self.parent.path
        )
        new, events, gates = self._new_batches(staging, moment)
        chains = Chains(self.parent, self.extracted, found)
        logs = chains.news(moment.instant)
        if found.withdrawn:
            reasons = {i: said or why or "no longer extracted" for i, said in found.withdrawn.items()}
            events.append(withdrawals(reasons, moment))
            new.append(staging.write_all({VERSIONS.name: events[-1]}))
        new = with_log(new, SUPERSEDED.name, logs, staging)
        unmoved(self.extracted, chains.reports.union(found.written), self.parts)
        after = shown(pa.concat_tables([self.events, *events]))
        gate = self._gate(gates, after)
        if not gate.passed and why is None:
            raise GateClosed(gate.closed_because(), gate)
        old = [] if self.parent is None else self.parent.batches
        batches = compacted([*(without(batch, found.gone, staging) for batch in old), *new], staging)
        files = staging.finish(batches)
        manifest = self._manifest(moment, after, gate, why, batches, files)
        cards = {name: staging.folder / name for name in write_cards(staging.folder, manifest)}
        manifest["files"] |= {
            name: {"sha256": digest_of(path), "rows": 0, "bytes": path.stat().st_size}
            for name, path in sorted(cards.items())
        }
        write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", staging.folder / MANIFEST)
        sync(staging.folder)
        return _arrived(self.published, staging.folder, moment.release)

    def _new_batches(
        self, staging: Staging, moment: Moment
    ) -> tuple[list[Batch], list[pa.Table], list[Gate]]:
        """The batches of what is new or changed, their events, and what the gate says of each."""
        batches, events, gates = [], [], []
        todo: list[tuple[str, ...]] = in_batches(self.changes.written)
        for report_ids in todo or ([()] if self.parent is None else []):
            rows = extracted_rows(self.extracted, report_ids)
            gates.append(hold(rows, self.changes.unverified, self.expectations / "suites"))
            tables = published_rows(
                rows,
                correction_layer(self.rulings, rows["facts"], rows["reports"]),
                self._known(report_ids),
                self.changes.versions,
                self.earlier,
                moment,
            )
            batches.append(staging.write_all(tables))
            events.append(tables[VERSIONS.name])
        return batches, events, gates

    def _known(self, report_ids: Sequence[str]) -> pa.Table:
        """The facts that any earlier release had of these reports."""
        import pyarrow as pa
        import pyarrow.compute as pc

        ids = pa.array(report_ids, pa.string())
        mine = self.events.filter(pc.is_in(self.events["report_id"], value_set=ids))
        mine = mine.filter(pc.is_valid(mine["version"]))
        found = [empty(release_datasets()["facts"]).select(list(KNOWN_COLUMNS))]
        for release in pc.unique(mine["release"]).to_pylist():
            there = mine.filter(pc.equal(mine["release"], release))["report_id"].to_pylist()
            earlier = load(self.published / RELEASES / release)
            found.append(earlier.read("facts", columns=KNOWN_COLUMNS, reports=there))
        return pa.concat_tables(found)

    def _gate(self, gates: Sequence[Gate], after: pa.Table) -> Gate:
        found = self.changes
        measured = Measured(
            new=tally(after, found.written),
            all=tally(after),
            parent=None if self.parent is None else tally(self.before),
            before=tally(self.before, found.changed),
            reread=tally(after, found.changed),
            missing=found.missing,
        )
        return together(gates, list(hold_bars(load_bars(self.expectations / "gate.toml"), measured)))

    def _manifest(
        self,
        moment: Moment,
        after: pa.Table,
        gate: Gate,
        why: str | None,
        batches: Sequence[Batch],
        files: Mapping[str, Part],
    ) -> dict[str, Any]:
        found, counted = self.changes, tally(after)
        rows = {
            name: sum(batch[name].rows for batch in batches if name in batch) for name in release_datasets()
        }
        return {
            "release": moment.release,
            "parent": None if self.parent is None else self.parent.id,
            "published_at": moment.instant.isoformat(timespec="seconds"),
            "format": FORMAT,
            "contract_version": CONTRACT_VERSION,
            "pipeline_versions": sorted(set(after["pipeline_version"].to_pylist())),
            "expectations": _expectations(self.expectations),
            "content": content(found.versions),
            "changes": {
                "added": len(found.added),
                "changed": len(found.changed),
                "withdrawn": [
                    {"report_id": report_id, "why": said or why}
                    for report_id, said in found.withdrawn.items()
                ],
            },
            **gate.manifest(forced=not gate.passed, why=why if not gate.passed else None),
            "unfinished": list(found.unfinished),
            "datasets": {name: {"rows": number} for name, number in rows.items()},
            "quality": {
                "failed": counted.facts_failed,
                "passed": counted.facts_passed,
                "unchecked": counted.facts - counted.facts_failed - counted.facts_passed,
            },
            "undated_facts": counted.undated_facts,
            "batches": [{name: part.file for name, part in batch.items()} for batch in batches],
            "files": {
                part.file: {"sha256": part.sha256, "rows": part.rows, "bytes": part.bytes}
                for part in sorted(files.values(), key=lambda part: part.file)
            },
        }


def _expectations(folder: Path) -> dict[str, str]:
    """A hash of each group of files that decided what the checks and the gate said."""
    groups = {"rules": "rules/*.toml", "suites": "suites/*.json"}
    groups |= {name: f"{name}.toml" for name in ("gate", "corrections", "withdrawn")}
    found = {}
    for name, pattern in groups.items():
        digest = hashlib.sha256()
        for path in sorted(folder.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        found[name] = digest.hexdigest()
    return found


def _arrived(published: Path, staged: Path, release_id: str) -> Release:
    """The staged release in its place, with `.current` as the sign that it is not switched to yet."""
    pending = published / PENDING
    with told(pending):
        pending.symlink_to(Path(RELEASES) / release_id)
        sync(published)
    final = published / RELEASES / release_id
    move(staged, final)
    return load(final)


def _switch(published: Path, release: Release) -> None:
    """Point `current` at a release by one rename."""
    assert (published / PENDING).resolve() == release.path.resolve()
    move(published / PENDING, published / CURRENT)


def _sweep(published: Path) -> None:
    """Remove what a publisher left that died or failed: no other one is at work, the lock says."""
    pending = published / PENDING
    if pending.is_symlink():
        shutil.rmtree(pending.resolve(), ignore_errors=True)
        pending.unlink()
    for stale in published.glob(".staging-*"):
        shutil.rmtree(stale, ignore_errors=True)


@contextmanager
def _alone(published: Path) -> Iterator[None]:
    """One publisher at a time; the lock dies with its process."""
    import fcntl

    with told(published / ".lock"), (published / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(
                f"{published}: another publisher is at work; try again when it is done"
            ) from error
        yield


def _instant(now: datetime | None, parent: Release | None) -> datetime:
    """The instant given, or the clock's, to the second; without a time zone it is read as UTC.

    Releases follow each other in time: a clock that is behind the parent gives the second after it; an
    instant that is given and is no later is OutputError.
    """
    found = datetime.now(UTC) if now is None else now
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    found = found.replace(microsecond=0)
    if parent is None or found > parent.published_at:
        return found
    if now is not None:
        raise OutputError(f"the current release {parent.id} is not older than {found.isoformat()}")
    return parent.published_at + timedelta(seconds=1)
