"""Every offered file gets its row, whatever it is, and the row says what to do."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import pipeline
from pipeline.errors import InputError
from pipeline.extraction import failed_report

from .hostile import UNREADABLE, painted, prose


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_failed_with_a_reason(what: str) -> None:
    make, reason = UNREADABLE[what]
    data = make()
    report = pipeline.extract(data, file_name="a/b.pdf")
    [row] = report.reports.to_pylist()
    assert row["outcome"] == report.outcome == "failed"
    assert reason in row["reason"]
    assert row["report_id"] == report.report_id == hashlib.sha256(data).hexdigest()
    assert row["file_name"] == "a/b.pdf"
    assert row["contract_version"] == "1"
    assert report.tables.num_rows == report.cells.num_rows == report.facts.num_rows == 0


def test_a_report_without_tables_is_complete() -> None:
    report = pipeline.extract(prose(pages=2))
    assert (report.outcome, report.reason) == ("complete", None)
    assert report.reports["page_count"].to_pylist() == [2]
    assert report.tables.num_rows == 0
    assert report.coverage["page"].to_pylist() == [1, 2]


def test_a_page_of_pictures_among_pages_of_text_is_partial_and_named() -> None:
    report = pipeline.extract(painted(prose_pages=2))
    assert report.outcome == "partial"
    assert report.reason is not None
    assert report.reason.startswith("page 3: the text is painted as pictures; put the file through OCR")
    assert report.coverage["words"].to_pylist()[2] == 0


def test_a_page_of_few_pictures_among_pages_of_text_holds_no_table() -> None:
    assert pipeline.extract(painted(rows=3, columns=2, prose_pages=2)).outcome == "complete"


def test_all_tables_have_the_columns_of_the_contract_even_when_nothing_was_read() -> None:
    from pipeline.datasets.schema import schema_of

    report = pipeline.extract(b"")
    for name, table in report.datasets().items():
        assert table.schema.equals(schema_of(name)), name


def test_bytes_and_path_give_the_same_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(prose())
    by_path, by_bytes = pipeline.extract(path), pipeline.extract(path.read_bytes(), file_name="a.pdf")
    for name, table in by_path.datasets().items():
        assert table.equals(by_bytes.datasets()[name]), name
    assert pipeline.extract(str(path)).reports.equals(by_path.reports)


@pytest.mark.parametrize("name", ["missing.pdf", "."])
def test_no_file_to_read_is_the_callers_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        pipeline.extract(tmp_path / name)


def test_one_more_reason_makes_a_report_partial_and_keeps_the_others() -> None:
    complete = pipeline.extract(prose())
    once = complete.partly("first")
    twice = once.partly("second")
    assert (once.outcome, once.reason) == ("partial", "first")
    assert (twice.outcome, twice.reason) == ("partial", "first; second")
    assert complete.outcome == "complete"


def test_one_more_reason_does_not_better_a_failed_report() -> None:
    report = failed_report("0" * 64, "a.pdf", "it\nbroke").partly("second")
    assert (report.outcome, report.reason) == ("failed", "it broke; second")
