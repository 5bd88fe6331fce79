"""What a release costs at scale: `python tests/bench/releases.py EXTRACTED [COPIES] [FOLDER]`.

The reports of EXTRACTED (as `yanbao run` leaves them) are written five times, as five reports of a house on a
company of its own, and published. That release is then copied COPIES times (6) under new ids and companies,
part by part, into one release: 58 copies of 69 reports make 20,010. 100 new reports are published on top
through everything that publishing does, and questions are asked. CPU seconds and the highest memory of each
step are printed, each in a process of its own. FOLDER (a temporary one) keeps what was made.
"""

from __future__ import annotations

import json
import os
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

from pipeline.datasets.batches import Batch, Staging
from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.changes import SEEN, content
from pipeline.datasets.ledger import shown
from pipeline.datasets.release import MANIFEST, Release, open_release
from pipeline.datasets.schema import EXTRACTED, arrow_schema
from pipeline.datasets.store import prepare, read_dataset

YEARS, HOUSES, TOP = 5, 60, 100
DAY, ITEM, COMPANIES = "2025-08-31", "net_profit_parent", ("000019.SZ", "004000.SZ", "010003.SZ")
_ITEM_COLUMNS = (
    "fact_id",
    "entity",
    "period_label",
    "basis",
    "unit",
    "amount",
    "published_on",
    "superseded_by",
)
_IDS = ("report_id", "table_id", "fact_id", "check_id", "superseded_by")
_LISTS = ("table_ids", "fact_ids", "suspects")
_HEX = 64  # digits of a report's id; the others have fewer
_AT = 8  # where the salt goes: behind what orders ids, so that copies mix as hashes do


def write_again(source: Path, out: Path, copy: int, year: int, upto: int | None = None) -> None:
    """Write the reports of `source` as those of one year on the companies of one copy."""
    prepare(out)
    ids = read_dataset(source, "reports", columns=["report_id"])["report_id"].to_pylist()[:upto]
    salt = f"{copy:03d}{year:01d}"
    names = [_salted_id(i, salt, year + 1) for i in ids]
    for name in EXTRACTED:
        rows = _renamed(read_dataset(source, name, reports=ids), salt, year + 1)
        if name == "reports":
            days = [date(2021 + year, 1, 1) + timedelta(days=5 * place) for place in range(len(ids))]
            rows = _with(rows, "published_on", days)
            rows = _with(rows, "broker", [f"券商{place % HOUSES}" for place in range(len(ids))])
            rows = _with(rows, "company", [f"公司{copy}-{place}" for place in range(len(ids))])
            rows = _with(rows, "tickers", [[f"{copy:03d}{place:03d}.SZ"] for place in range(len(ids))])
        if name == "facts":
            places = pc.index_in(rows["report_id"], value_set=pa.array(names))
            whose = [f"{copy:03d}{place:03d}.SZ" for place in range(len(ids))]
            covered = pc.not_equal(rows["table_kind"], "comps")
            own = pa.array(whose).take(places.combine_chunks())
            rows = rows.set_column(
                rows.column_names.index("entity"), "entity", pc.if_else(covered, own, rows["entity"])
            )
        for report_id in names:
            mine = rows.filter(pc.equal(rows["report_id"], report_id))
            part = mine.sort_by([(key, "ascending") for key in EXTRACTED[name].order])
            pa.parquet.write_table(
                part.cast(arrow_schema(EXTRACTED[name])), out / name / f"{report_id}.parquet"
            )


def _with(table: pa.Table, column: str, values: list[Any]) -> pa.Table:
    place = table.column_names.index(column)
    return table.set_column(place, column, pa.array(values, table.schema.field(column).type))


def _salted_id(name: str, salt: str, turn: int = 0) -> str:
    at = 5 * turn
    turned = name[at:] + name[:at]
    return turned[:_AT] + salt + turned[_AT + len(salt) :]


def _salted(ids: Any, salt: str, turn: int) -> Any:
    at = 5 * turn
    turned = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(ids, at, _HEX), pc.utf8_slice_codeunits(ids, 0, at), ""
    )
    head, tail = (pc.utf8_slice_codeunits(turned, *cut) for cut in ((0, _AT), (_AT + len(salt), _HEX)))
    return pc.binary_join_element_wise(head, salt, tail, "")


def _renamed(rows: pa.Table, salt: str, turn: int = 0) -> pa.Table:
    """The rows under ids with `salt` inside, in the same order; with a `turn`, as by chance."""
    made: dict[str, Any] = {}
    for name in rows.column_names:
        if name in _IDS:
            made[name] = _salted(rows[name], salt, turn)
        elif name in _LISTS:
            lists = rows[name].combine_chunks()
            made[name] = pa.ListArray.from_arrays(lists.offsets, _salted(lists.flatten(), salt, turn))
    return pa.table({name: made.get(name, rows[name]) for name in rows.column_names})


def multiply(folder: Path, copies: int) -> str:
    """Make one release of `copies` of the current one, each on companies of its own."""
    first = open_release(folder / "published")
    staging = Staging(folder / "published" / "staged", None)
    batches = [
        _copied(first, batch, f"{copy:03d}", staging) for copy in range(copies) for batch in first.batches
    ]
    files = staging.finish(batches)
    seen = pa.parquet.read_table(folder / "published" / SEEN)
    seen = pa.concat_tables([_renamed(seen, f"{copy:03d}") for copy in range(copies)]).sort_by("report_id")
    pa.parquet.write_table(seen, folder / "published" / SEEN)
    for name in EXTRACTED:
        for path in [p for p in (folder / "extracted" / name).iterdir() if p.stem != "empty"]:
            for copy in range(1, copies):
                os.link(path, path.with_name(f"{_salted_id(path.stem, f'{copy:03d}')}.parquet"))
    events = [
        pa.parquet.read_table(staging.path(batch["versions"])) for batch in batches if "versions" in batch
    ]
    now = shown(pa.concat_tables(events))
    versions = dict(zip(now["report_id"].to_pylist(), now["version"].to_pylist(), strict=True))
    rows = {n: {"rows": sum(b[n].rows for b in batches if n in b)} for n in release_datasets()}
    manifest = {
        **first.manifest,
        "content": content(versions),
        "datasets": rows,
        "batches": [{name: part.file for name, part in batch.items()} for batch in batches],
        "files": {
            part.file: {"sha256": part.sha256, "rows": part.rows, "bytes": part.bytes}
            for part in files.values()
        },
    }
    (staging.folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    staging.folder.rename(first.path.with_name("multiplied"))
    first.path.rename(first.path.with_name("seed"))
    first.path.with_name("multiplied").rename(first.path)
    size = sum(part.bytes for part in files.values()) / 1e6
    return (
        f"{rows['reports']['rows']:,} reports, {sum(n['rows'] for n in rows.values()):,} rows, {size:,.0f} MB"
    )


def _copied(first: Release, batch: Batch, salt: str, staging: Staging) -> Batch:
    found: dict[str, Any] = {}
    for name, part in batch.items():
        rows = _renamed(pa.parquet.read_table(first.path / part.file, partitioning=None), salt)
        for column in {"entity", "company", "entity_name"}.intersection(rows.column_names):
            own = (
                pc.starts_with(rows[column], "000")
                if column == "entity"
                else pc.starts_with(rows[column], "公司0")
            )
            digits = pc.utf8_slice_codeunits(rows[column], 3, 100)
            told = pc.binary_join_element_wise(salt if column == "entity" else f"公司{int(salt)}", digits, "")
            rows = rows.set_column(
                rows.column_names.index(column), column, pc.if_else(own, told, rows[column])
            )
        if name == "reports":
            tickers = [[salt + t[3:] for t in row] for row in rows["tickers"].to_pylist()]
            rows = _with(rows, "tickers", tickers)
        found |= staging.write(name, rows)  # one salt for all: their order stays
    return found


def _publish(folder: Path) -> str:
    from pipeline.datasets import releases

    release = releases.publish(folder / "extracted", folder / "published", force=True, why="a measurement")
    fresh = [path for path in release.path.rglob("*.parquet") if path.stat().st_nlink == 1]
    return (
        f"{release.rows['reports']:,} reports, {release.rows['facts']:,} facts, "
        f"{sum(release.rows.values()):,} rows; {len(release.manifest['files'])} files, {len(fresh)} of them "
        f"its own, {sum(path.stat().st_size for path in fresh) / 1e6:,.1f} MB"
    )


def _as_of(folder: Path, **asked: Any) -> str:
    found = open_release(folder / "published").facts(as_arrow=True, as_of=DAY, **asked)
    return f"{found.num_rows:,} facts, {found.num_rows - found['superseded_by'].null_count:,} superseded"


def _sql(folder: Path, sql: str) -> str:
    from pipeline.datasets.reader import query

    found = query(open_release(folder / "published"), sql, as_of=DAY, form="arrow")
    return f"{found.num_rows:,} rows"


STEPS: dict[str, Callable[[Path], str]] = {
    "publish the first": _publish,
    "publish 100 more": _publish,
    "publish again, nothing new": _publish,
    "facts of one item": lambda folder: _as_of(folder, concept=ITEM, columns=_ITEM_COLUMNS),
    "facts of one item, all columns": lambda folder: _as_of(folder, concept=ITEM),
    "facts of one company": lambda folder: _as_of(folder, entity=COMPANIES[0]),
    "facts of three companies": lambda folder: _as_of(folder, entity=COMPANIES),
    "SQL: one company": lambda folder: _sql(folder, f"from facts where entity = '{COMPANIES[0]}'"),
    "SQL: one item": lambda folder: _sql(folder, f"from facts where concept = '{ITEM}'"),
    "SQL: the companies": lambda folder: _sql(folder, "select distinct entity, entity_name from facts"),
    "SQL: superseded by nothing": lambda folder: _sql(
        folder, "select count(*) from facts where superseded_by is null"
    ),
    "consensus": lambda folder: _sql(folder, "from consensus"),
    "consensus of one item": lambda folder: _sql(folder, f"from consensus where concept = '{ITEM}'"),
    "consensus of one company": lambda folder: _sql(
        folder, f"from consensus where entity = '{COMPANIES[0]}'"
    ),
    "revisions of one item": lambda folder: _sql(folder, f"from revisions where concept = '{ITEM}'"),
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


def main(source: Path, copies: int, folder: Path) -> None:
    """Run every step in a process of its own."""
    for year in range(YEARS):
        write_again(source, folder / "extracted", 0, year)
    _run("publish the first", folder)
    print(multiply(folder, copies), flush=True)
    for year in (YEARS, YEARS + 1):  # on companies of the first copy: the others' parts are links to its own
        write_again(source, folder / "extracted", 0, year, TOP // 2)
    for step in list(STEPS)[1:]:
        _run(step, folder)


def _run(step: str, folder: Path) -> None:
    subprocess.run([sys.executable, __file__, "--step", step, str(folder)], check=True)


if __name__ == "__main__":
    if sys.argv[1] == "--step":
        _measured(sys.argv[2], Path(sys.argv[3]))
    else:
        count = int(sys.argv[2]) if len(sys.argv) > 2 else 6
        kept = Path(sys.argv[3]) if len(sys.argv) > 3 else Path(tempfile.mkdtemp())
        main(Path(sys.argv[1]), count, kept)
