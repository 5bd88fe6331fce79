"""What a release costs at scale: `python tests/bench/releases.py EXTRACTED [REPORTS] [FOLDER]`.

The reports of EXTRACTED (as `yanbao run` leaves them) are copied under new ids, companies and dates until
there are REPORTS of them (2,000), published, then 100 more on top, and asked. CPU seconds and the highest
memory of each step are printed; each step is a process of its own. Each house and company has five reports,
so that successors are found. The first publications go without their suites, which would take most of their
time; the one on top has them. FOLDER (a temporary one) keeps what was made.
"""

from __future__ import annotations

import hashlib
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.datasets.gate import Gate
from pipeline.datasets.schema import EXTRACTED, arrow_schema
from pipeline.datasets.store import done, prepare, read_dataset
from pipeline.datasets.suites import SuiteOutcome

HOUSES, REPEATS, TOP = 60, 5, 100
AT_ONCE = 4_000  # reports that the first publications add
START, DAYS = date(2025, 1, 1), 330


def replicate(source: Path, out: Path, first: int, last: int) -> None:
    """Write the copies numbered `first` up to `last`, without forcing each to the disk."""
    prepare(out)
    originals = {name: read_dataset(source, name) for name in EXTRACTED}
    ids = originals["reports"]["report_id"].to_pylist()
    own = pa.array(sorted({t for row in originals["reports"]["tickers"].to_pylist() for t in row or ()}))
    for start in range(first, last, len(ids)):
        copied = {name: _copied(name, rows, start, ids, own) for name, rows in originals.items()}
        for name, rows in copied.items():
            places = pc.index_in(rows["report_id"], value_set=pa.array(_new(start, ids))).to_numpy()
            for place, report_id in enumerate(_new(start, ids)[: last - start]):
                low, high = places.searchsorted([place, place + 1])
                part = rows.slice(low, high - low).cast(arrow_schema(EXTRACTED[name]))
                pa.parquet.write_table(part, out / name / f"{report_id}.parquet", compression="zstd")


def _new(start: int, ids: list[str]) -> list[str]:
    return [hashlib.sha256(f"{start + place}".encode()).hexdigest() for place in range(len(ids))]


def _copied(name: str, rows: pa.Table, start: int, ids: list[str], own: pa.Array) -> pa.Table:
    """A dataset of all originals as copies: other ids, and the report's number as its company."""
    salt = f"{start:05x}"
    place = pc.index_in(rows["report_id"], value_set=pa.array(ids))
    companies = pa.array([f"{(start + i) // REPEATS:06d}.SZ" for i in range(len(ids))])
    company = companies.take(place.combine_chunks())
    chance = random.Random(start)
    made: dict[str, Any] = {"report_id": pa.array(_new(start, ids)).take(place.combine_chunks())}
    for column in {"table_id", "fact_id", "check_id"}.intersection(rows.column_names):
        made[column] = _salted(rows[column], salt)
    for column in {"table_ids", "fact_ids", "suspects"}.intersection(rows.column_names):
        lists = rows[column].combine_chunks()
        made[column] = pa.ListArray.from_arrays(lists.offsets, _salted(lists.flatten(), salt))
    if name == "facts":
        made["entity"] = pc.if_else(pc.is_in(rows["entity"], value_set=own), company, rows["entity"])
    if name == "reports":
        made["broker"] = [f"券商{(start + i) // REPEATS % HOUSES}" for i in range(len(ids))]
        made["company"] = [f"公司{(start + i) // REPEATS}" for i in range(len(ids))]
        made["tickers"] = [[one] for one in companies.to_pylist()]
        made["published_on"] = [START + timedelta(days=chance.randrange(DAYS)) for _ in ids]
    return pa.table({column: made.get(column, rows[column]) for column in rows.column_names})


def _salted(ids: Any, salt: str) -> Any:
    return pc.binary_join_element_wise(salt, pc.utf8_slice_codeunits(ids, 5, 64), "")


def _ungated(*_: object) -> Gate:
    return Gate(SuiteOutcome(()), ())


def _publish(folder: Path, *, gated: bool = True) -> str:
    from pipeline.datasets import releases

    if not gated:
        setattr(releases, "hold", _ungated)  # noqa: B010
    release = releases.publish(folder / "extracted", folder / "published", force=True, why="a measurement")
    fresh = sum(path.stat().st_nlink == 1 for path in release.path.rglob("*.parquet"))
    return (
        f"{release.rows['reports']:,} reports, {release.rows['facts']:,} facts, "
        f"{sum(release.rows.values()):,} rows; {len(release.manifest['files'])} files, {fresh} of them new; "
        f"gate {release.manifest['gate']['failures']}"
    )


def _as_of(folder: Path, **asked: str) -> str:
    from pipeline.datasets.releases import open_release

    found = open_release(folder / "published").facts(as_arrow=True, **asked)
    return f"{found.num_rows:,} facts, {found.num_rows - found['superseded_by'].null_count:,} superseded"


def _sql(folder: Path, sql: str) -> str:
    from pipeline.datasets.reader import query
    from pipeline.datasets.releases import open_release

    return f"{query(open_release(folder / 'published'), sql, form='arrow').num_rows:,} rows"


STEPS: dict[str, Callable[[Path], str]] = {
    "publish": lambda folder: _publish(folder, gated=False),
    "publish 100 on top": _publish,
    "publish again, nothing new": _publish,
    "facts of one item as of a day": lambda folder: _as_of(
        folder, concept="net_profit_parent", as_of="2025-08-31"
    ),
    "facts of one company as of a day": lambda folder: _as_of(folder, entity="000007.SZ", as_of="2025-08-31"),
    "consensus as of a day, all companies and items": lambda folder: _sql(
        folder, "from consensus_at(date '2025-08-31')"
    ),
}


def _measured(step: str, folder: Path) -> None:
    started, clock = time.process_time(), time.monotonic()
    said = STEPS[step](folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{step}: {time.process_time() - started:.1f} s CPU, {time.monotonic() - clock:.0f} s,",
        f"{peak:,.0f} MB; {said}",
        flush=True,
    )


def main(source: Path, reports: int, folder: Path) -> None:
    """Run every step in a process of its own."""
    for upto in [*range(AT_ONCE, reports, AT_ONCE), reports]:
        replicate(source, folder / "extracted", len(done(folder / "extracted")), upto)
        _run("publish", folder)
    replicate(source, folder / "extracted", reports, reports + TOP)
    for step in list(STEPS)[1:]:
        _run(step, folder)


def _run(step: str, folder: Path) -> None:
    subprocess.run([sys.executable, __file__, "--step", step, str(folder)], check=True)


if __name__ == "__main__":
    if sys.argv[1] == "--step":
        _measured(sys.argv[2], Path(sys.argv[3]))
    else:
        count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
        kept = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(tempfile.mkdtemp())
        main(Path(sys.argv[1]), count, kept)
