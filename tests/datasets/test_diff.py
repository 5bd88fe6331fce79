"""What changed between releases, worked out by hand for three mornings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from pipeline.datasets.diff import FACT_CHANGES, REPORT_CHANGES, by_house, by_kind, difference, largest
from pipeline.datasets.releases import Release
from pipeline.datasets.schema import arrow_schema
from pipeline.datasets.store import remove_report
from tests.datasets.released import MONDAY, estimate, published, report, write

NAMES = ("kept.pdf", "read_anew.pdf", "moved.pdf", "gone.pdf")


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """Of four reports one stays, one is read anew, one is drawn otherwise, one goes; a fifth comes."""
    root = tmp_path_factory.mktemp("diff")
    out = root / "extracted"
    kept, anew, moved, gone = (report(name) for name in NAMES)
    for of in (kept, anew, moved, gone):
        write(out, of, [estimate(of, "100"), estimate(of, "7", 2), estimate(of, "5", 3, concept=None)])
    before = published(root)
    write(out, anew, [estimate(anew, "400"), estimate(anew, "7", 2), estimate(anew, "9", 4)])
    drawn = [estimate(moved, "100"), estimate(moved, "7", 2), estimate(moved, "5", 3)]
    shifted = [f | {"fact_id": f["fact_id"][::-1], "x0": f["x0"] + 0.8, "x1": f["x1"] + 0.8} for f in drawn]
    write(out, moved, shifted)
    remove_report(out, gone["report_id"])
    withdrawn = root / "expectations" / "withdrawn.toml"
    withdrawn.write_text(
        f'[[withdrawn]]\nreport = "{gone["report_id"]}"\nwhy = "sent by mistake"\n'
        'who = "Li"\nwhen = 2025-12-02\n',
        encoding="utf-8",
    )
    new = report("new.pdf", broker="中信证券")
    write(out, new, [estimate(new, "80", kind="ratios")])
    return before, published(root, MONDAY + timedelta(days=1))


def rows(table: pa.Table, **wanted: Any) -> list[dict[str, Any]]:
    return [row for row in table.to_pylist() if all(row[name] == value for name, value in wanted.items())]


def test_reports_added_revised_and_withdrawn(releases: tuple[Release, Release]) -> None:
    found = difference(*releases)
    assert found.reports.schema.equals(arrow_schema(REPORT_CHANGES))
    assert {row["file_name"]: row["change"] for row in found.reports.to_pylist()} == {
        "read_anew.pdf": "revised",
        "moved.pdf": "revised",
        "gone.pdf": "withdrawn",
        "new.pdf": "added",
    }
    (anew,) = rows(found.reports, file_name="read_anew.pdf")
    assert (anew["added"], anew["revised"], anew["withdrawn"], anew["changed"]) == (1, 1, 1, [])


def test_numbers_added_revised_and_withdrawn(releases: tuple[Release, Release]) -> None:
    found = difference(*releases)
    assert found.facts.schema.equals(arrow_schema(FACT_CHANGES))
    (revised,) = rows(found.facts, file_name="read_anew.pdf", change="revised")
    assert (revised["previous_text"], revised["text"], revised["changed"]) == (
        "100",
        "400",
        ["text", "value"],
    )
    assert (revised["previous_value"], revised["value"]) == (Decimal(100), Decimal(400))
    assert revised["relative_change"] == 0.75
    assert [row["text"] for row in rows(found.facts, file_name="read_anew.pdf", change="added")] == ["9"]
    (lost,) = rows(found.facts, file_name="read_anew.pdf", change="withdrawn")
    assert (lost["previous_text"], lost["text"], lost["value"]) == ("5", None, None)
    assert len(rows(found.facts, file_name="gone.pdf", change="withdrawn")) == 3
    assert len(rows(found.facts, file_name="new.pdf", change="added")) == 1
    assert rows(found.facts, file_name="kept.pdf") == []


def test_a_table_drawn_otherwise_keeps_its_numbers(releases: tuple[Release, Release]) -> None:
    (row,) = rows(difference(*releases).facts, file_name="moved.pdf")
    assert (row["change"], row["text"], row["concept"]) == ("revised", "5", "net_profit_parent")
    assert row["changed"] == ["concept"]
    assert row["fact_id"] == row["previous_fact_id"][::-1]
    assert row["relative_change"] == 0


def test_backwards_added_is_withdrawn(releases: tuple[Release, Release]) -> None:
    there, back = difference(*releases), difference(*reversed(releases))
    assert len(rows(there.facts, change="added")) == len(rows(back.facts, change="withdrawn")) == 2
    assert (there.before, there.after) == (back.after, back.before)
    assert difference(releases[0], releases[0]).facts.num_rows == 0


def test_counts_by_house_and_kind_and_the_largest_change(releases: tuple[Release, Release]) -> None:
    found = difference(*releases)
    assert [tuple(row.values()) for row in by_house(found).to_pylist()] == [
        ("华泰证券", 0, 2, 1, 1, 2, 4),
        ("中信证券", 1, 0, 0, 1, 0, 0),
    ]
    assert [tuple(row.values()) for row in by_kind(found).to_pylist()] == [
        ("income_statement", 1, 2, 4),
        ("ratios", 1, 0, 0),
    ]
    assert [(row["before"], row["after"]) for row in largest(found, 5).to_pylist()] == [("100", "400")]
