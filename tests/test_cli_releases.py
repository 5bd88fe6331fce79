"""The commands on releases, as a person types them."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from tests.datasets.released import MONDAY, estimate, published, report, write
from tests.test_cli import SAMPLES, yanbao


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two reports of one house, the later one with a number that failed a check, published."""
    root = tmp_path_factory.mktemp("root")
    early, late = report("早.pdf"), report("晚.pdf", published_on=date(2025, 8, 1))
    write(root / "extracted", early, [estimate(early, "100")])
    write(root / "extracted", late, [estimate(late, "120"), estimate(late, "7", 2)], failed=[1])
    published(root)
    return root


def test_query_answers_in_each_format(root: Path, tmp_path: Path) -> None:
    sql = "select broker, amount from estimates order by published_on"
    releases: list[str | Path] = ["--published", root / "published"]
    table = yanbao("query", sql, *releases)
    assert (table.returncode, table.stderr) == (0, "")
    assert [line.split() for line in table.stdout.splitlines()] == [
        ["broker", "amount"], ["华泰证券", "100,000,000"], ["华泰证券", "120,000,000"],
    ]  # fmt: skip
    assert yanbao("query", sql, *releases, "--format", "csv").stdout == (
        "broker,amount\n华泰证券,100000000\n华泰证券,120000000\n"
    )
    then = yanbao("query", sql, *releases, "--as-of", "2025-07-31", "--format", "json")
    assert json.loads(then.stdout) == [{"broker": "华泰证券", "amount": 100000000}]
    told = yanbao("query", sql, *releases, "--out", tmp_path / "answer.parquet")
    assert (told.stdout, told.stderr) == ("", f"2 rows in {tmp_path / 'answer.parquet'}\n")
    assert pq.read_table(tmp_path / "answer.parquet")["amount"].to_pylist() == [
        Decimal(10**8),
        Decimal(12 * 10**7),
    ]


def test_query_says_what_facts_leaves_out(root: Path) -> None:
    told = yanbao("query", "select count(*) as n from facts", "--published", root / "published")
    assert told.stdout.split() == ["n", "2"]
    assert told.stderr == "facts leaves out numbers that failed a check, 1 here: all_facts has them\n"


def test_query_without_a_question_lists_what_can_be_asked(root: Path) -> None:
    lines = yanbao("query", "--published", root / "published").stdout.splitlines()
    listed = {line.split()[0]: line.split()[1] for line in lines[1:]}
    assert (listed["facts"], listed["all_facts"], listed["reports"]) == ("2", "3", "2")
    assert listed["consensus"] == "computed"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["select * from factz"], 'Did you mean "facts"?'),
        (["delete from facts"], "a release is only read"),
        (["select 1", "--as-of", "yesterday"], "dates are written 2025-03-31"),
        (["select 1", "--out", "answer.xls"], "ends neither in .csv nor"),
        (["select 1", "--format", "parquet"], "give --out answer.parquet"),
        (["select 1", "--release", "nonsense"], "has no release nonsense; there: 2025"),
        (["select 1", "--published", "nowhere"], "nowhere has no release; there: none"),
    ],
)
def test_query_refuses_in_a_sentence(root: Path, arguments: list[str], said: str) -> None:
    source: list[str | Path] = [] if "--published" in arguments else ["--published", root / "published"]
    told = yanbao("query", *source, *arguments)
    assert told.returncode == 2
    assert said in " ".join(told.stderr.split())
    assert "Traceback" not in told.stderr


def test_load_says_what_a_target_holds(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "研报.duckdb"
    first = yanbao("load", target, "--published", root / "published")
    again = yanbao("load", target, "--published", root / "published")
    assert first.stdout.endswith(f" is now in {target}: 3 facts, 2 reports\n")
    assert again.stdout == first.stdout.replace("is now", "was already")
    refused = yanbao("load", "s3:/no", "--published", root / "nowhere")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


def test_export_writes_a_workbook_of_a_pdf_and_of_what_was_read(root: Path, tmp_path: Path) -> None:
    pdf = min(SAMPLES.glob("*.pdf"), key=lambda path: path.stat().st_size)
    told = yanbao("export", pdf, "--out", tmp_path / "pdf.xlsx")
    assert told.returncode == 0
    tables, numbers = (
        int(n.replace(",", "")) for n in re.findall(r"([\d,]+) (?:tables|numbers)", told.stdout)
    )
    book = openpyxl.load_workbook(tmp_path / "pdf.xlsx")
    assert len(book.sheetnames) == tables + 2
    assert book["facts"].max_row == numbers + 1
    read = yanbao("export", "早", "--extracted", root / "extracted", "--out", tmp_path / "read.xlsx")
    assert read.stdout == f"{tmp_path / 'read.xlsx'}: 1 tables, 1 numbers\n"
    assert yanbao("export", "nothing", "--extracted", root / "extracted").returncode == 2


def test_diff_shows_and_writes_what_changed(tmp_path: Path) -> None:
    of, more = report("早.pdf"), report("晚.pdf", published_on=date(2025, 8, 1))
    write(tmp_path / "extracted", of, [estimate(of, "100")])
    before = published(tmp_path)
    first = yanbao("diff", "--published", tmp_path / "published")
    assert (first.returncode, first.stdout) == (2, "")
    assert "is the first" in first.stderr
    write(tmp_path / "extracted", of, [estimate(of, "400")])
    write(tmp_path / "extracted", more, [estimate(more, "120")])
    after = published(tmp_path, MONDAY + timedelta(days=1))
    told = yanbao("diff", "--published", tmp_path / "published", "--out", tmp_path / "changes")
    assert told.returncode == 0
    lines = [line.split() for line in told.stdout.splitlines()]
    assert lines[0] == [before.id, "→", after.id]
    assert ["华泰证券", "1", "1", "0", "1", "1", "0"] in lines
    assert ["华泰证券", "早.pdf", "3", "归母净利润", "2024E", "100", "400", "0.75"] in lines
    assert pq.read_table(tmp_path / "changes" / "facts.parquet")["change"].to_pylist().count("added") == 1
    same = yanbao("diff", after.id, after.id, "--published", tmp_path / "published")
    assert same.stdout.splitlines()[1:] == ["Nothing changed."]
