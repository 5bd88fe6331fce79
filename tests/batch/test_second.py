"""Which tables a run reads a second time, and what its checks say of causes then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.batch import log
from pipeline.batch.runs import Plan, extract_all
from pipeline.batch.second import Choice, Evidence, limited, second_reading
from pipeline.batch.whole import check as check_again
from pipeline.checking import check
from pipeline.datasets.store import read_dataset
from pipeline.extraction import ExtractedReport, extract

SAMPLES = Path(__file__).parents[2] / "raw_reports"
SMALLEST = min(SAMPLES.glob("*.pdf"), key=lambda path: path.stat().st_size)
"""One of its averages is printed wrong."""


@pytest.fixture(scope="module")
def report() -> ExtractedReport:
    return extract(SMALLEST)


@pytest.fixture(scope="module")
def checks(report: ExtractedReport) -> pa.Table:
    return check(report.facts, report.tables, report.reports)


def failing(checks: pa.Table) -> list[dict[str, Any]]:
    return [row for row in checks.to_pylist() if row["verdict"] in ("impossible", "improbable")]


def read_again(
    report: ExtractedReport, checks: pa.Table, choice: Choice, pdf: bytes | Path = SMALLEST
) -> Evidence:
    return second_reading(pdf, report.tables, report.cells, report.facts, checks, choice)


def agreements(tables: pa.Table) -> dict[str, float | None]:
    return dict(zip(tables["table_id"].to_pylist(), tables["agreement"].to_pylist(), strict=True))


def test_auto_reads_what_fails_and_what_nothing_holds(report: ExtractedReport, checks: pa.Table) -> None:
    held = {fact for row in checks.to_pylist() if row["verdict"] == "ok" for fact in row["fact_ids"]}
    facts = report.facts.to_pylist()
    texts = {row["table_id"] for row in report.tables.to_pylist() if row["kind"] == "text"}
    wanted = {table for row in failing(checks) for table in row["table_ids"]}
    wanted |= {f["table_id"] for f in facts} - {f["table_id"] for f in facts if f["fact_id"] in held} - texts
    read = {
        table
        for table, share in agreements(read_again(report, checks, "auto").tables).items()
        if share is not None
    }
    assert read == wanted
    assert 0 < len(read) < report.tables.num_rows


def test_never_reads_nothing_and_always_every_table_with_numbers(
    report: ExtractedReport, checks: pa.Table
) -> None:
    assert read_again(report, checks, "never") == (report.tables, {}, ())
    evidence = read_again(report, checks, "always")
    numeric = set(report.facts["table_id"].to_pylist())
    assert {t for t, share in agreements(evidence.tables).items() if share is not None} == numeric
    printed = report.facts.to_pylist()
    assert all(evidence.readings[f["fact_id"]] for f in printed if f["value"] is not None)
    assert evidence.tables.schema == report.tables.schema


def test_a_printed_error_is_the_sources(report: ExtractedReport, checks: pa.Table) -> None:
    evidence = read_again(report, checks, "auto")
    again = check(report.facts, evidence.tables, report.reports, readings=evidence.readings)
    assert {row["cause"] for row in failing(again)} == {"source"}
    assert again.drop_columns(["cause"]) == checks.drop_columns(["cause"])


def test_a_misread_number_is_the_extractions(report: ExtractedReport, checks: pa.Table) -> None:
    """The wrong average as if the page printed something else and we had misread it."""
    [wrong] = failing(checks)
    place = next(f for f in report.facts.to_pylist() if f["fact_id"] == wrong["fact_ids"][0])
    cells = [
        row | {"text": "1" + row["text"]}
        if row["table_id"] == place["table_id"] and (row["x0"], row["top"]) == (place["x0"], place["top"])
        else row
        for row in report.cells.to_pylist()
    ]
    evidence = second_reading(
        SMALLEST,
        report.tables,
        pa.Table.from_pylist(cells, schema=report.cells.schema),
        report.facts,
        checks,
        "auto",
    )
    assert evidence.readings[place["fact_id"]] is False
    share = agreements(evidence.tables)[place["table_id"]]
    assert share is not None
    assert 0.9 < share < 1
    again = check(report.facts, evidence.tables, report.reports, readings=evidence.readings)
    assert [row["cause"] for row in failing(again)] == ["extraction"]


def test_a_reader_that_fails_leaves_the_cause_unknown(report: ExtractedReport, checks: pa.Table) -> None:
    evidence = read_again(report, checks, "auto", b"%PDF-1.7 cut short")
    assert set(agreements(evidence.tables).values()) == {None}
    assert evidence.readings == {}
    assert evidence.troubles


def parts(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*.parquet"))}


def causes(out: Path) -> set[str]:
    return {row["cause"] for row in failing(read_dataset(out, "checks"))}


def test_a_run_a_later_check_and_an_earlier_extract_come_to_the_same(tmp_path: Path) -> None:
    at_once, later = tmp_path / "at once", tmp_path / "later"
    extract_all([SMALLEST], at_once, Plan(workers=1))
    extract_all([SMALLEST], later, Plan(workers=1, second="never"))
    assert (causes(at_once), causes(later)) == ({"source"}, {"unknown"})
    check_again(later, Plan(workers=1), pdfs=SAMPLES)
    assert parts(later) == parts(at_once)
    check_again(later, Plan(workers=1))  # without the PDFs, what was found out stays
    assert parts(later) == parts(at_once)


def test_another_file_under_the_reports_name_is_no_witness(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    extract_all([SMALLEST], out, Plan(workers=1, second="never"))
    elsewhere.mkdir()
    (elsewhere / SMALLEST.name).write_bytes(b"%PDF-1.7 another one")
    check_again(out, Plan(workers=1), pdfs=elsewhere)
    assert causes(out) == {"unknown"}
    assert all("detail" not in entry.says for run in log.runs(out) for entry in run.entries)


def test_a_reader_that_never_ends_is_interrupted_and_again() -> None:
    interrupted = 0
    with pytest.raises(TimeoutError), limited(0.05, 0.05):
        try:
            while True:
                pass
        except TimeoutError:
            interrupted += 1
        while True:
            pass
    assert interrupted == 1
