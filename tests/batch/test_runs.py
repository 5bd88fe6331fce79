"""A run over many files: nothing is lost, nothing is done twice, and the rows depend on the bytes alone."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.batch import log, runs
from pipeline.batch.runs import Plan, Step, extract_all
from pipeline.batch.work import ReadTask, Told, read
from pipeline.datasets.store import done, read_dataset, unverified
from pipeline.errors import OutputError
from pipeline.extraction import ExtractedReport

from .hostile import encrypted, painted, prose

SAMPLES = Path(__file__).parents[2] / "raw_reports"
SMALLEST = min(SAMPLES.glob("*.pdf"), key=lambda path: path.stat().st_size)


def read_or_worse(task: ReadTask) -> Told:
    """What a worker does, but for files whose names ask for trouble."""
    match task.file_name:
        case "killer.pdf":
            os.kill(os.getpid(), signal.SIGKILL)
        case "endless.pdf":
            threading.Event().wait()
        case "full_disk.pdf":
            raise OutputError("cannot write facts: No space left on device")
    return read(task)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """One readable report with tables, and everything else that arrives under the name .pdf."""
    folder = tmp_path / "inbox"
    (folder / "b").mkdir(parents=True)
    shutil.copy(SMALLEST, folder / "b" / "report.PDF")
    (folder / "prose.pdf").write_bytes(prose())
    (folder / "pictures.pdf").write_bytes(painted(prose_pages=1))
    (folder / "a.pdf").write_bytes(encrypted())
    (folder / "copy of a.pdf").write_bytes((folder / "a.pdf").read_bytes())
    (folder / "empty.pdf").write_bytes(b"")
    (folder / "notes.txt").write_text("no report")
    return folder


def parts(out: Path) -> dict[str, bytes]:
    """Every dataset file by its path."""
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*.parquet"))}


def outcomes(out: Path) -> dict[str, str]:
    rows = read_dataset(out, "reports").to_pylist()
    return {row["file_name"]: row["outcome"] for row in rows}


def test_every_file_gets_its_row_and_the_batch_goes_on(inbox: Path, tmp_path: Path) -> None:
    run = extract_all([inbox], tmp_path / "out", Plan(workers=2))
    assert outcomes(tmp_path / "out") == {
        "a.pdf": "failed",
        "b/report.PDF": "complete",
        "empty.pdf": "failed",
        "pictures.pdf": "partial",
        "prose.pdf": "complete",
    }
    assert [told.file_name for told in run.read] == sorted(outcomes(tmp_path / "out"))
    assert [duplicate.file_name for duplicate in run.duplicates] == ["copy of a.pdf"]
    assert not run.complete
    assert unverified(tmp_path / "out") == ()
    assert all(told.reason for told in run.read if told.outcome != "complete")


def test_bytes_do_not_depend_on_workers_or_on_the_order_of_arrival(inbox: Path, tmp_path: Path) -> None:
    extract_all([inbox], tmp_path / "one", Plan(workers=1))
    extract_all([inbox], tmp_path / "two", Plan(workers=3))
    for names in (["prose.pdf", "b"], ["empty.pdf", "pictures.pdf", "a.pdf"]):
        extract_all([inbox / name for name in names], tmp_path / "bit by bit", Plan(workers=1))
    one, two, bits = (parts(tmp_path / name) for name in ("one", "two", "bit by bit"))
    assert one == two
    assert one.keys() == bits.keys()
    same = [name for name in one if not name.startswith("reports/")]
    assert [name for name in same if one[name] != bits[name]] == []


def test_a_second_run_does_nothing_and_a_new_file_is_all_that_a_third_one_reads(
    inbox: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = extract_all([inbox], out, Plan(workers=1))
    written = {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")}
    second = extract_all([inbox], out, Plan(workers=1))
    assert (second.read, len(second.kept)) == ((), len(first.read))
    assert [told.outcome for told in second.offered] == [told.outcome for told in first.offered]
    assert second.complete is first.complete
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.parquet")} == written
    (inbox / "new.pdf").write_bytes(prose(pages=2))
    assert [told.file_name for told in extract_all([inbox], out, Plan(workers=1)).read] == ["new.pdf"]


def test_a_renamed_file_is_the_same_report(inbox: Path, tmp_path: Path) -> None:
    extract_all([inbox], tmp_path / "out", Plan(workers=1))
    (inbox / "prose.pdf").rename(inbox / "renamed.pdf")
    assert extract_all([inbox], tmp_path / "out", Plan(workers=1)).read == ()


@pytest.mark.parametrize(("again", "names"), [("failed", ["a.pdf", "empty.pdf"]), ("all", None)])
def test_reports_can_be_read_again(
    inbox: Path, tmp_path: Path, again: runs.Again, names: list[str] | None
) -> None:
    first = extract_all([inbox], tmp_path / "out", Plan(workers=1))
    before = parts(tmp_path / "out")
    second = extract_all([inbox], tmp_path / "out", Plan(workers=1, again=again))
    assert [told.file_name for told in second.read] == (names or [told.file_name for told in first.read])
    assert parts(tmp_path / "out") == before


def test_what_another_program_read_is_named_and_read_again_on_demand(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = extract_all([inbox], tmp_path / "out", Plan(workers=1))
    monkeypatch.setattr(runs, "pipeline_version", lambda: "9.9.9+another")
    second = extract_all([inbox], tmp_path / "out", Plan(workers=1))
    assert (second.read, second.outdated) == ((), len(first.read))
    third = extract_all([inbox], tmp_path / "out", Plan(workers=1, again="outdated"))
    assert (third.kept, third.outdated) == ((), 0)
    assert set(done(tmp_path / "out").values()) == {"9.9.9+another"}


def test_a_limit_leaves_the_rest_to_the_next_run(inbox: Path, tmp_path: Path) -> None:
    out, few = tmp_path / "out", Plan(workers=1, limit=2)
    counts = [(len(run.read), run.waiting) for run in (extract_all([inbox], out, few) for _ in range(4))]
    assert counts == [(2, 3), (2, 1), (1, 0), (0, 0)]
    assert extract_all([inbox], out, few).complete is False


def test_files_changed_before_a_date_are_passed_over(inbox: Path, tmp_path: Path) -> None:
    for path in inbox.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    os.utime(inbox / "prose.pdf", (1_700_000_000, 1_700_000_000))
    since = datetime.fromtimestamp(1_600_000_000, UTC)
    run = extract_all([inbox], tmp_path / "out", Plan(workers=1, since=since))
    assert [told.file_name for told in run.read] == ["prose.pdf"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("killer.pdf", "reading it was given up: its process died (signal SIGKILL, often out of memory)"),
        ("endless.pdf", "reading it was given up: it took longer than 20 seconds"),
    ],
)
def test_a_report_that_takes_its_worker_down_fails_alone(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    monkeypatch.setattr(runs, "read", read_or_worse)
    (inbox / name).write_bytes(prose(pages=3))
    run = extract_all([inbox], tmp_path / "out", Plan(workers=2, timeout=20))
    rows = {row["file_name"]: row for row in read_dataset(tmp_path / "out", "reports").to_pylist()}
    assert (rows[name]["outcome"], rows[name]["reason"]) == (
        "failed",
        f"{reason}; try again with --only-failed",
    )
    assert rows["b/report.PDF"]["outcome"] == "complete"
    assert len(rows) == len(run.read) == 6


def test_a_report_with_more_rows_than_allowed_fails_alone(inbox: Path, tmp_path: Path) -> None:
    extract_all([inbox], tmp_path / "out", Plan(workers=1, second="never", output=20_000))
    rows = {row["file_name"]: row for row in read_dataset(tmp_path / "out", "reports").to_pylist()}
    assert rows["b/report.PDF"]["outcome"] == "failed"
    assert "more than --output allows (0.0190735 MB)" in rows["b/report.PDF"]["reason"]
    assert rows["prose.pdf"]["outcome"] == "complete"
    assert read_dataset(tmp_path / "out", "facts").num_rows == 0


def test_a_disk_that_is_full_stops_the_run(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "read", read_or_worse)
    (inbox / "full_disk.pdf").write_bytes(prose(pages=3))
    with pytest.raises(OutputError, match="No space left on device"):
        extract_all([inbox], tmp_path / "out", Plan(workers=1))


def test_reports_extracted_without_checks_are_checked_by_the_next_run_that_checks(tmp_path: Path) -> None:
    out = tmp_path / "out"
    extract_all([SMALLEST], out, Plan(workers=1), checked=False)
    assert len(unverified(out)) == 1
    run = extract_all([SMALLEST], out, Plan(workers=1))
    assert (run.read, run.unchecked, unverified(out)) == ((), (), ())
    extract_all([SMALLEST], tmp_path / "at once", Plan(workers=1))
    assert parts(out) == parts(tmp_path / "at once")


def test_the_log_keeps_times_and_outcomes(inbox: Path, tmp_path: Path) -> None:
    run = extract_all([inbox], tmp_path / "out", Plan(workers=1, timeout=99))
    [told] = log.runs(tmp_path / "out")
    assert (told.path, told.ended) == (run.log, True)
    [begin] = told.of("begin")
    assert (begin["to_read"], begin["plan"]) == (5, {"workers": "1", "timeout": "99"})
    reports = {line["file_name"]: line for line in told.of("report")}
    assert {name: line["outcome"] for name, line in reports.items()} == outcomes(tmp_path / "out")
    stages = reports["b/report.PDF"]["stages"]
    assert {"reading", "tables", "meaning", "checking", "writing"} <= stages.keys()
    assert sum(stages.values()) <= reports["b/report.PDF"]["seconds"] + 0.01
    assert all(entry.at.utcoffset() is not None for entry in told.entries)


def test_old_logs_go_and_a_torn_line_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "KEPT", 3)
    diaries = [log.begin(tmp_path, {"run": number}) for number in range(5)]
    with diaries[-1].path.open("a", encoding="utf-8") as torn:
        torn.write('{"at": "2025-11-03T06:15:00+00:00", "event": "rep')
    newest, *older = log.runs(tmp_path)
    assert [entry.says["run"] for run in (newest, *older) for entry in run.entries] == [4, 3, 2]
    assert newest.under_way
    assert not newest.ended


def test_progress_is_told_after_each_report(inbox: Path, tmp_path: Path) -> None:
    told: list[Step] = []
    extract_all([inbox], tmp_path / "out", Plan(workers=2), progress=told.append)
    assert [(step.done, step.total) for step in told] == [(count, 5) for count in range(1, 6)]
    assert told[-1].outcomes == {"complete": 2, "partial": 1, "failed": 2}


def test_nothing_offered_leaves_empty_typed_datasets(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    run = extract_all([tmp_path / "inbox"], tmp_path / "out")
    assert run.complete
    assert read_dataset(tmp_path / "out", "facts").num_rows == 0


def test_a_rule_that_fails_on_a_report_costs_its_checks_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.batch import work

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(work, "check", broken)
    told = read(ReadTask("", "x.pdf", SMALLEST, tmp_path, True, "1"))
    assert (told.outcome, told.reason) == (
        "partial",
        "the rules could not be run on it: the run log says why",
    )
    assert "ZeroDivisionError: a defect" in told.detail
    assert read_dataset(tmp_path, "facts").num_rows == told.facts > 0


def extract_smallest() -> ExtractedReport:
    import pipeline

    return pipeline.extract(SMALLEST)


def test_a_defect_on_one_page_costs_the_tables_of_that_page_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from collections.abc import Sequence

    from pipeline import extraction
    from pipeline.reading.page import Page
    from pipeline.tables.find import find_tables
    from pipeline.tables.table import Table

    whole = extract_smallest()
    last = max(pages[0] for pages in whole.tables["pages"].to_pylist())

    def fragile(pages: Sequence[Page]) -> list[Table]:
        if any(page.number == last for page in pages):
            raise IndexError("a defect")
        return find_tables(pages)

    monkeypatch.setattr(extraction, "find_tables", fragile)
    partial = extract_smallest()
    assert partial.outcome == "partial"
    assert partial.reason == f"the tables of page {last} cannot be read (IndexError: a defect)"
    assert "fragile" in partial.problems[0].detail
    left = [pages for pages in whole.tables["pages"].to_pylist() if pages[0] != last]
    assert sorted(partial.tables["pages"].to_pylist()) == sorted(left)
    assert left != []


def test_a_defect_on_one_table_costs_the_facts_of_that_table_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from collections.abc import Sequence

    from pipeline import extraction
    from pipeline.meaning.fact import Report
    from pipeline.meaning.facts import Meaning, meaning_of
    from pipeline.tables.table import Table

    whole = extract_smallest()
    victim = whole.tables.to_pylist()[0]

    def fragile(tables: Sequence[Table], report: Report) -> list[Meaning]:
        if any(table.box.top == victim["top"] and table.pages[0] == victim["pages"][0] for table in tables):
            raise KeyError("a defect")
        return meaning_of(tables, report)

    monkeypatch.setattr(extraction, "meaning_of", fragile)
    partial = extract_smallest()
    assert partial.outcome == "partial"
    assert partial.reason is not None
    assert "its numbers could not be given a meaning (KeyError: 'a defect')" in partial.reason
    assert partial.tables["table_id"].to_pylist() == whole.tables["table_id"].to_pylist()
    with_facts = set(whole.facts["table_id"].to_pylist()) - {victim["table_id"]}
    assert set(partial.facts["table_id"].to_pylist()) == with_facts != set()
