"""What a publication has to do: which reports are new, changed or gone since the current release.

Looking at a report that did not change costs a look at its files' stamps, kept in `published/.seen.parquet`
with the hash of their bytes. The cache can be deleted at any time: the files are then read and hashed again.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.checking.corrections import Correction
from pipeline.datasets.files import move, write_parquet
from pipeline.datasets.schema import REPORTS
from pipeline.datasets.store import part_digest, stamps
from pipeline.errors import DataError

SEEN = ".seen.parquet"


@dataclass(frozen=True, slots=True)
class Changes:
    """`versions` has the version of every report that the release is to show.

    `withdrawn` are those that the parent shows and the release does not, with the reason where there is one.
    """

    versions: Mapping[str, str]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: Mapping[str, str | None]
    unfinished: tuple[str, ...]
    unverified: tuple[str, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """Reports whose rows have to be written."""
        return tuple(sorted((*self.added, *self.changed)))

    @property
    def gone(self) -> frozenset[str]:
        """Reports whose rows in the parent no longer hold."""
        return frozenset((*self.changed, *self.withdrawn))

    @property
    def missing(self) -> tuple[str, ...]:
        """Reports that are gone without a reason."""
        return tuple(sorted(report_id for report_id, why in self.withdrawn.items() if why is None))


class Seen:
    """The hash of each report's files, by their stamps. The same rows are stored as the same bytes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SEEN
        self._known = self._load()
        self._current: dict[str, tuple[str, str]] = {}

    def digest(self, extracted: Path, report_id: str, parts: Mapping[str, str]) -> str:
        """The hash of one report's files; they are read where the stamps are not those seen before."""
        stamp = hashlib.sha256(repr(sorted(parts.items())).encode()).hexdigest()[:32]
        known = self._known.get(report_id)
        digest = known[1] if known and known[0] == stamp else part_digest(extracted, report_id, parts)
        self._current[report_id] = (stamp, digest)
        return digest

    def keep(self) -> None:
        """Write down what was seen, for the next publication."""
        import pyarrow as pa

        if self._current == self._known:
            return
        rows = sorted((report_id, *seen) for report_id, seen in self._current.items())
        columns = list(zip(*rows, strict=True)) or [(), (), ()]
        arrays = [pa.array(column, pa.string()) for column in columns]
        staged = self._path.with_name(f"{SEEN}.new")
        write_parquet(pa.table(arrays, names=["report_id", "stamp", "digest"]), staged)
        move(staged, self._path)

    def _load(self) -> dict[str, tuple[str, str]]:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(self._path)
            columns = (table[name].to_pylist() for name in ("report_id", "stamp", "digest"))
        except (OSError, KeyError, pa.ArrowException):
            return {}  # a cache: what it does not say is read again
        return {report_id: (stamp, digest) for report_id, stamp, digest in zip(*columns, strict=True)}


def changes(
    extracted: Path,
    parent: Mapping[str, str],
    seen: Seen,
    rulings: Sequence[Correction],
    withdrawn: Mapping[str, str],
    derivation: str,
    parts: Mapping[str, Mapping[str, str]],
) -> Changes:
    """Compare what is in `extracted` with the versions that the `parent` shows.

    A report's version is a hash of its files, of the rulings on it, and of the `derivation`: how a release is
    made of them. `withdrawn` has the reasons of those taken back, `parts` the stamps of `extracted`.
    """
    done = {report_id for report_id, names in parts.items() if REPORTS.name in names}
    shown = sorted(done - withdrawn.keys())
    ruled = _by_report(rulings)
    versions = {
        report_id: _digest(
            (seen.digest(extracted, report_id, parts[report_id]), derivation, *ruled.get(report_id[:12], ()))
        )
        for report_id in shown
    }
    return Changes(
        versions=versions,
        added=tuple(sorted(versions.keys() - parent.keys())),
        changed=tuple(sorted(i for i, version in versions.items() if parent.get(i, version) != version)),
        withdrawn={i: withdrawn.get(i) for i in sorted(parent.keys() - versions.keys())},
        unfinished=tuple(sorted(parts.keys() - done)),
        unverified=tuple(sorted(i for i in shown if "checks" not in parts[i])),
    )


def unmoved(extracted: Path, report_ids: Collection[str], parts: Mapping[str, Mapping[str, str]]) -> None:
    """Raise DataError where a run wrote one of the reports anew while they were being published."""
    now = stamps(extracted, report_ids)
    moved = [report_id for report_id in report_ids if now.get(report_id) != parts[report_id]]
    if moved:
        raise DataError(
            f"{extracted}: report {moved[0]} was written while it was being published; publish again when "
            "the run is done"
        )


def content(versions: Mapping[str, str]) -> str:
    """The hash of everything a release shows, however it came about."""
    return _digest(f"{report_id} {version}" for report_id, version in sorted(versions.items()))


def _by_report(rulings: Sequence[Correction]) -> dict[str, list[str]]:
    """The first twelve digits of a report's id to its rulings, as text to hash."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in rulings:
        said = (one.report, one.fact, sorted(one.expect.items()), one.ruling, one.text, one.reason, one.who)
        found[one.report[:12]].append(f"{said} {one.when}")
    return found


def _digest(words: Iterable[str]) -> str:
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()
