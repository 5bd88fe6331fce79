from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.datasets.schema import CHECKS, EXTRACTED, FACTS, arrow_schema, from_rows
from pipeline.datasets.store import (
    done,
    prepare,
    read_dataset,
    remove_report,
    unfinished,
    unverified,
    write_checks,
    write_report,
)
from pipeline.errors import DataError, InputError, OutputError
from tests.datasets.factory import check, fact, part, report, table

ROOT = Path(__file__).parents[2]


def bytes_under(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def some_facts(of: Any) -> list[Any]:
    income = table(of)
    return [
        fact(income, 1, 1, "3,446"),
        fact(income, 1, 2, "(6,045)", concept="net_profit_parent"),
        fact(income, 2, 1, "—", concept="minority_interest"),
    ]


def test_empty_run_has_typed_columns_for_every_reader(tmp_path: Path) -> None:
    prepare(tmp_path)
    for name, dataset in EXTRACTED.items():
        assert list(pd.read_parquet(tmp_path / name).columns) == list(dataset.names)
        assert pa.dataset.dataset(tmp_path / name).to_table().schema.equals(arrow_schema(dataset))
        query = duckdb.read_parquet(f"{tmp_path}/{name}/*.parquet")
        assert query.columns == list(dataset.names)
        assert read_dataset(tmp_path, name).schema.equals(arrow_schema(dataset))
    assert done(tmp_path) == {}


def test_readers_see_the_same_rows(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        write_report(tmp_path, part(report(name), facts=some_facts(report(name))))
    ours = read_dataset(tmp_path, "facts")
    arrow = pa.dataset.dataset(tmp_path / "facts").to_table()
    frame = pd.read_parquet(tmp_path / "facts")
    duck = duckdb.read_parquet(f"{tmp_path}/facts/*.parquet").order("report_id, fact_id")
    assert ours.num_rows == 6
    assert arrow.sort_by([("report_id", "ascending"), ("fact_id", "ascending")]).equals(ours)
    for column in ("fact_id", "text", "value", "label_path", "period_end"):
        want = ours[column].to_pylist()
        assert [
            list(v) if column == "label_path" else v for v in frame[column].where(frame[column].notna(), None)
        ] == want
        assert [row[0] for row in duck.select(column).fetchall()] == want


def test_only_parquet_in_dataset_folders_and_nothing_staged_left(tmp_path: Path) -> None:
    write_report(tmp_path, part(report()))
    files = set(bytes_under(tmp_path))
    assert all(f.endswith(".parquet") for f in files)
    assert {f.split("/")[0] for f in files} == set(EXTRACTED)
    assert list((tmp_path / ".tmp").iterdir()) == []


def test_same_rows_same_bytes_whatever_their_order_and_chunks(tmp_path: Path) -> None:
    rows = some_facts(report())
    first = part(report(), facts=rows)
    second = part(report(), facts=rows[::-1])
    second["facts"] = pa.concat_tables([second["facts"].slice(0, 1), second["facts"].slice(1)])
    write_report(tmp_path / "one", first)
    write_report(tmp_path / "two", second)
    assert bytes_under(tmp_path / "one") == bytes_under(tmp_path / "two")


def test_bytes_do_not_depend_on_the_process(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from tests.datasets.factory import *; from pipeline.datasets.store import *;"
        "write_report(pathlib.Path(sys.argv[1]), part(report()))"
    )
    env = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "child")], check=True, cwd=ROOT, env=env)
    write_report(tmp_path / "here", part(report()))
    assert bytes_under(tmp_path / "child") == bytes_under(tmp_path / "here")


def test_writing_again_replaces_and_drops_stale_checks(tmp_path: Path) -> None:
    rows = some_facts(report())
    write_report(tmp_path, part(report(), facts=rows, checks=[check(report(), rows)]))
    assert read_dataset(tmp_path, "checks").num_rows == 1
    assert unverified(tmp_path) == ()
    newer = report(pipeline_version="0.2.0")
    write_report(tmp_path, part(newer, facts=rows[:1], checks=None))
    assert read_dataset(tmp_path, "facts").num_rows == 1
    assert read_dataset(tmp_path, "checks").num_rows == 0
    assert done(tmp_path) == {newer["report_id"]: "0.2.0"}
    assert unverified(tmp_path) == (newer["report_id"],)
    write_checks(tmp_path, newer["report_id"], from_rows(CHECKS, [check(newer, rows[:1])]))
    assert unverified(tmp_path) == ()


def test_checks_of_an_unknown_report_are_refused(tmp_path: Path) -> None:
    prepare(tmp_path)
    with pytest.raises(DataError, match="extract it first"):
        write_checks(tmp_path, "ab", from_rows(CHECKS, []))


def test_half_written_report_is_not_done_and_not_read(tmp_path: Path) -> None:
    write_report(tmp_path, part(report("a.pdf")))
    write_report(tmp_path, part(report("b.pdf")))
    torn = report("b.pdf")["report_id"]
    (tmp_path / "reports" / f"{torn}.parquet").unlink()
    assert done(tmp_path) == {report("a.pdf")["report_id"]: "0.1.0"}
    assert unfinished(tmp_path) == (torn,)
    assert set(read_dataset(tmp_path, "facts")["report_id"].to_pylist()) == {report("a.pdf")["report_id"]}
    remove_report(tmp_path, torn)
    assert unfinished(tmp_path) == ()


def test_columns_and_filters(tmp_path: Path) -> None:
    write_report(tmp_path, part(report(), facts=some_facts(report())))
    found = read_dataset(tmp_path, "facts", columns=["text"], filters=[("concept", "=", "revenue")])
    assert found.to_pylist() == [{"text": "3,446"}]


def test_parts_must_be_whole_and_of_one_report(tmp_path: Path) -> None:
    whole = part(report())
    with pytest.raises(DataError, match="may have checks, got"):
        write_report(tmp_path, {k: v for k, v in whole.items() if k != "cells"})
    with pytest.raises(DataError, match=r"facts.report_id: expected .* in every row"):
        write_report(tmp_path, whole | {"facts": part(report("other.pdf"))["facts"]})
    with pytest.raises(DataError, match="one row, got 0"):
        write_report(tmp_path, whole | {"reports": whole["reports"].slice(0, 0)})
    assert done(tmp_path) == {}


def test_foreign_part_is_refused_on_reading(tmp_path: Path) -> None:
    write_report(tmp_path, part(report()))
    path = tmp_path / "facts" / f"{report()['report_id']}.parquet"
    pa.parquet.write_table(pa.table({"fact_id": ["x"]}), path)
    with pytest.raises(DataError, match="columns differ"):
        read_dataset(tmp_path, FACTS.name)


def test_what_cannot_be_read_or_written_says_where(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no extracted directory"):
        read_dataset(tmp_path / "nowhere", "facts")
    (tmp_path / "file").write_text(json.dumps({}))
    with pytest.raises(OutputError, match="cannot write"):
        write_report(tmp_path / "file", part(report()))


@given(
    text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12),
    value=st.none()
    | st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=-(10**20), max_value=10**20),
    path=st.lists(st.text(alphabet="营业收入AYo%|", max_size=6), max_size=4),
)
@settings(max_examples=25)
def test_what_is_written_is_read(text: str, value: Decimal | None, path: list[str]) -> None:
    of = report()
    odd = fact(table(of)) | {"text": text, "value": value, "label_path": path}
    with TemporaryDirectory() as folder:
        write_report(Path(folder), part(of, facts=[odd]))
        (row,) = read_dataset(Path(folder), "facts").to_pylist()
    assert row == odd
