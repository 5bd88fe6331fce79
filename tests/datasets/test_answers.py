"""Answers written out: exact in files, readable in a terminal that is wide or narrow."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from pipeline.datasets.answers import print_answer, show_answer, write_answer
from pipeline.errors import InputError

EXACT = pa.decimal128(38, 12)
ANSWER = pa.table(
    {
        "fact_id": ["3f" * 16, None],
        "label": ["归属于母公司净利润", "=cmd|' /C calc'!A1"],
        "value": pa.array([Decimal("-6045.30"), None], EXACT),
        "share": [0.1, None],
        "published_on": [date(2025, 3, 1), None],
        "known_at": pa.array([datetime(2025, 3, 2, 6, tzinfo=UTC), None], pa.timestamp("us", tz="UTC")),
        "brokers": [["华泰证券", "中信证券"], []],
    }
)


def printed(form: str, table: pa.Table = ANSWER) -> str:
    file = io.StringIO()
    print_answer(table, file, form)
    return file.getvalue()


def shown(table: pa.Table, width: int, rows: int = 40, terminal: bool = True) -> list[str]:
    file = io.StringIO()
    show_answer(table, Console(file=file, width=width, force_terminal=terminal, color_system=None), rows)
    return file.getvalue().splitlines()


def test_csv_keeps_every_digit_and_every_text() -> None:
    first, second = csv.DictReader(printed("csv").splitlines())
    assert (first["value"], first["published_on"], json.loads(first["brokers"])) == (
        "-6045.3", "2025-03-01", ["华泰证券", "中信证券"],
    )  # fmt: skip
    assert (second["value"], second["label"]) == ("", "=cmd|' /C calc'!A1")


def test_json_keeps_every_digit() -> None:
    first, second = json.loads(printed("json"), parse_float=Decimal)
    assert first["value"] == Decimal("-6045.3")
    assert first["known_at"] == "2025-03-02T06:00:00+00:00"
    assert second == dict.fromkeys(ANSWER.column_names) | {"label": "=cmd|' /C calc'!A1", "brokers": []}
    assert json.loads(printed("json", ANSWER.slice(0, 0))) == []
    assert json.loads(printed("json", pa.table({"a": [float("nan")]}))) == [{"a": None}]


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20, places=12))
def test_decimals_come_back_as_they_were(value: Decimal) -> None:
    table = pa.table({"value": pa.array([value], EXACT)})
    assert json.loads(printed("json", table), parse_float=Decimal, parse_int=Decimal) == [{"value": value}]
    assert Decimal(printed("csv", table).splitlines()[1]) == value


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_files_are_written_whole(tmp_path: Path, form: str) -> None:
    path = tmp_path / "new" / f"answer.{form}"
    write_answer(ANSWER, path, form)
    if form == "parquet":
        assert pq.read_table(path).equals(ANSWER)
    else:
        assert path.read_text(encoding="utf-8") == printed(form)
    assert list(path.parent.iterdir()) == [path]
    with pytest.raises(InputError, match=r"parquet goes into a file: give --out answer\.parquet"):
        printed("parquet")


def test_columns_stand_under_their_heads_with_chinese_text() -> None:
    head, first, second = shown(ANSWER.select(["label", "value"]), 80)
    assert cell_len(head.split("value")[0]) == cell_len(first.split("-6,045.3")[0]) + len("-6,045.3") - 5
    assert "=cmd|' /C calc'!A1" in second
    assert second.rstrip().endswith("null")


def test_a_narrow_terminal_shows_fewer_columns_and_names_the_others() -> None:
    lines = shown(ANSWER, 40, rows=1)
    assert lines[0].split() == ["fact_id", "label"]
    assert lines[1].split()[0] == "3f3f3f3f3f…"
    assert all(cell_len(line) <= 40 for line in lines[:2])
    assert "1 of 2 rows" in lines[2]
    assert lines[3] == "2 of 7 columns; no room for value, share, published_on, known_at, brokers"


def test_a_pipe_gets_all_columns_on_one_line_each() -> None:
    lines = shown(ANSWER, 40, terminal=False)
    assert len(lines) == 3
    assert all(name in lines[0] for name in ANSWER.column_names)


def test_brackets_of_a_page_are_no_markup() -> None:
    assert "[bold]" in shown(pa.table({"label": ["[bold]"]}), 80)[1]


def test_an_empty_answer_says_so() -> None:
    assert shown(ANSWER.slice(0, 0), 200)[-1] == "no rows"
