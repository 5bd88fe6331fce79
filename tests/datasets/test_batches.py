"""How releases share their parts, merge them, and come to the same whatever the way."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from math import log2
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.datasets.batches import LEAST_FULL, Staging, compacted, link, rows_of, with_log
from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.files import write_parquet
from pipeline.datasets.published import SUPERSEDED
from pipeline.datasets.releases import Release, open_release
from pipeline.datasets.schema import REPORTS, arrow_schema, from_rows
from pipeline.datasets.store import remove_report
from pipeline.errors import OutputError
from tests.datasets.conftest import MONDAY, Publish, write
from tests.datasets.factory import Row, fact, report, table


def reports_part(staging: Staging, count: int, name: str) -> dict[str, Any]:
    rows = [report(f"{name}-{number}") for number in range(count)]
    return staging.write(REPORTS.name, from_rows(REPORTS, rows))


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
@settings(max_examples=15)
def test_a_year_of_days_leaves_few_parts(tmp_path_factory: pytest.TempPathFactory, days: list[int]) -> None:
    staging = Staging(tmp_path_factory.mktemp("s"), None)
    batches: list[Any] = []
    for day, count in enumerate(days):
        batches = compacted([*batches, reports_part(staging, count, f"{day}")], staging)
        sizes = [batch["reports"].rows for batch in batches]
        small = [size for size in sizes if size < LEAST_FULL]
        assert len(small) <= log2(LEAST_FULL) + 1
        assert all(size < 2 * LEAST_FULL for size in sizes)
    assert sum(batch["reports"].rows for batch in batches) == sum(days)
    ids = [i for batch in batches for i in parquet_ids(staging.path(batch["reports"]))]
    assert sorted(ids) == sorted(
        report(f"{d}-{n}")["report_id"] for d, c in enumerate(days) for n in range(c)
    )


def parquet_ids(path: Path) -> list[str]:
    found: list[str] = pa.parquet.read_table(path)["report_id"].to_pylist()
    assert found == sorted(found)
    return found


@pytest.mark.parametrize(("batches", "logs"), [(1, 1), (1, 3), (2, 3), (3, 3), (3, 1), (0, 0)])
def test_no_row_of_a_log_is_lost(tmp_path: Path, batches: int, logs: int) -> None:
    staging = Staging(tmp_path, None)
    found: list[Any] = [reports_part(staging, 1, f"{number}") for number in range(batches)]
    rows = [
        {
            "fact_id": f"{number}",
            "report_id": f"{9 - number}",
            "concept": "revenue",
            "entity": "0020.HK",
            "entity_is": "ticker",
            "known_at": MONDAY,
        }
        | {"superseded_by": None, "superseded_on": None, "change": "withdrawn"}
        for number in range(logs)
    ]
    tables = (from_rows(SUPERSEDED, [row]) for row in rows)
    found = with_log(found, SUPERSEDED.name, tables, staging)
    stored = [pa.parquet.read_table(staging.path(b["superseded"])) for b in found if "superseded" in b]
    assert sorted(i for part in stored for i in part["fact_id"].to_pylist()) == [r["fact_id"] for r in rows]
    assert all("reports" in batch for batch in found)


def test_unchanged_parts_are_the_same_files(tmp_path: Path, publish: Publish) -> None:
    out, published = tmp_path / "e", tmp_path / "p"
    for number in range(4):
        write(out, report(f"{number}"), [fact(table(report(f"{number}")))])
    first = publish(out, published, now=MONDAY)
    write(out, report("new"), [fact(table(report("new")))])
    second = publish(out, published, now=MONDAY + timedelta(days=1))
    (shared,) = first.parts("facts")
    assert shared.name in {path.name for path in second.parts("facts")}
    assert (second.path / "facts" / shared.name).stat().st_ino == shared.stat().st_ino
    assert len(second.parts("facts")) == 2
    assert shared.stat().st_mode & 0o222 == 0  # a file of many releases: nobody may write


def test_a_part_that_cannot_be_linked_is_copied_or_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    other = Path("/dev/shm") / f"yanbao-{tmp_path.name}"
    if not other.parent.is_dir() or other.parent.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system here")
    link(tmp_path / "a", other)
    assert other.read_bytes() == b"x"
    other.unlink()
    with pytest.raises(OutputError, match="cannot write"):
        link(tmp_path / "missing", tmp_path / "b")


def test_rows_of_some_reports_skip_other_row_groups(tmp_path: Path) -> None:
    rows = from_rows(REPORTS, [report(f"{number}") for number in range(9000)])
    write_parquet(rows, tmp_path / "p.parquet")
    ids = rows["report_id"].to_pylist()
    asked = [ids[0], ids[5000], ids[-1], "f" * 65]
    found = rows_of([tmp_path / "p.parquet"], asked, arrow_schema(REPORTS), ["file_name", "report_id"])
    assert found["report_id"].to_pylist() == asked[:3]
    assert rows_of([tmp_path / "p.parquet"], [], arrow_schema(REPORTS), ["title"]).num_rows == 0


def some_report(number: int, version: int) -> tuple[Row, list[Row]]:
    """One of a few houses on one of a few companies; its facts depend on the version."""
    house, company = number % 2, number // 2 % 3
    of = report(
        f"{number}.pdf",
        broker=f"券商{house}",
        company=f"公司{company}",
        tickers=[f"00000{company}.SZ"] if number % 5 else None,
        published_on=date(2025, 1, 1) + timedelta(days=number * 7 % 50) if number % 11 else None,
        pipeline_version=f"0.{version}",
    )
    entity = {"entity": f"00000{company}.SZ", "entity_name": of["company"]}
    facts = [fact(table(of), 1, 1, f"{number},{version:03d}", **entity)]
    if (number + version) % 3:
        facts.append(fact(table(of), 2, 1, "7", concept="net_profit_parent", **entity))
    return of, facts


def as_if_new(release: Release) -> dict[str, pa.Table]:
    """Everything a reader sees, less when it was known and where it is stored."""
    tables = {
        name: release.read(name) for name in release_datasets() if name not in ("versions", "superseded")
    }
    tables["view"] = release.facts(as_arrow=True, quality=("passed", "failed", "unchecked"))
    tables["view as of"] = release.facts(as_arrow=True, as_of="2025-02-01")
    return {
        name: rows.drop_columns([c for c in ("known_at",) if c in rows.column_names]).sort_by(
            [(c, "ascending") for c in ("report_id", "fact_id", "period_label") if c in rows.column_names]
        )
        for name, rows in tables.items()
    }


@pytest.mark.parametrize("seed", range(2))
def test_days_of_changes_come_to_what_one_publication_gives(
    seed: int, tmp_path: Path, publish: Publish
) -> None:
    """Reports come, are read again and vanish for five days; the last release is as if made at once."""
    chance, now = random.Random(seed), MONDAY
    out, version = tmp_path / "e", dict.fromkeys(range(24), 0)
    there: set[int] = set()
    for day in range(5):
        for number in chance.sample(range(24), 8):
            if number in there and chance.random() < 0.3:
                remove_report(out, report(f"{number}.pdf")["report_id"])
                there.discard(number)
            else:
                version[number] += 1
                of, facts = some_report(number, version[number])
                write(out, of, facts)
                there.add(number)
        latest = publish(out, tmp_path / "p", now=now + timedelta(days=day))
    at_once = publish(out, tmp_path / "at-once", now=now + timedelta(days=9))
    assert latest.manifest["content"] == at_once.manifest["content"]
    days, once = as_if_new(latest), as_if_new(at_once)
    assert days.keys() == once.keys()
    for name in days:
        assert days[name].equals(once[name]), name
    assert days["view"]["superseded_by"].null_count < days["view"].num_rows
    latest.verify()


def test_instants_of_releases_go_forward(tmp_path: Path, publish: Publish) -> None:
    out, published = tmp_path / "e", tmp_path / "p"
    write(out, report(), [fact(table(report()))])
    ahead = datetime(2999, 1, 1)
    first = publish(out, published, now=ahead)
    write(out, report("b"), [fact(table(report("b")))])
    with pytest.raises(OutputError, match="is not older than"):
        publish(out, published, now=MONDAY)
    second = publish(out, published)
    assert second.published_at - first.published_at == timedelta(seconds=1)


def test_what_was_seen_need_not_be_read_again(tmp_path: Path, publish: Publish) -> None:
    out, published = tmp_path / "e", tmp_path / "p"
    write(out, report(), [fact(table(report()))])
    first = publish(out, published, now=MONDAY)
    (out / "cells" / f"{report()['report_id']}.parquet").chmod(0o600)
    assert publish(out, published).id == first.id
    (published / ".seen.parquet").write_bytes(b"PAR1")  # a cache: what it does not say is read again
    assert publish(out, published).id == open_release(published).id == first.id
