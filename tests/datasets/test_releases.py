from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset
import pytest

from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.published import PUBLISHED_FACTS, VIEWED_FACTS
from pipeline.datasets.releases import GateClosed, Release, open_release
from pipeline.datasets.releases import publish as publish_through
from pipeline.datasets.schema import arrow_schema
from pipeline.datasets.store import prepare, write_report
from pipeline.datasets.views import WIDE_KINDS, wide_dataset
from pipeline.errors import DataError, InputError
from tests.datasets.conftest import MONDAY, TUESDAY, WEDNESDAY, Publish, write
from tests.datasets.factory import check, coverage, fact, part, report, table


def parts_of(release: Release, dataset: str) -> pa.Table:
    """A dataset as a reader sees it who knows nothing of releases."""
    return pa.dataset.dataset(release.path / dataset).to_table()


def by_id(facts: pd.DataFrame, column: str) -> dict[str, Any]:
    return dict(zip(facts["fact_id"], facts[column], strict=True))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    of = report()
    write(
        tmp_path / "extracted",
        of,
        [fact(table(of)), fact(table(of), 2, 1, "(6,045)", concept="net_profit_parent")],
    )
    return tmp_path / "extracted"


def test_release_holds_every_dataset_for_every_reader(out: Path, tmp_path: Path) -> None:
    release = publish_through(out, tmp_path / "published", now=MONDAY)
    assert release.is_new
    assert tuple(release.rows) == tuple(release_datasets())
    assert {"facts", "reports", "tables", "checks", "estimates", *WIDE_KINDS} < set(release.rows)
    facts = release.facts(as_arrow=True)
    assert facts.schema.equals(arrow_schema(VIEWED_FACTS))
    assert facts["quality"].to_pylist() == ["passed", "passed"]
    assert facts["rules"].to_pylist() == [["assets_equal_liabilities_and_equity"]] * 2
    assert set(facts["known_at"].to_pylist()) == {MONDAY}
    assert set(facts["published_on"].to_pylist()) == {date(2025, 3, 1)}
    current = tmp_path / "published" / "current"
    stored = facts.drop_columns(["superseded_by"])
    assert parts_of(release, "facts").schema.equals(arrow_schema(PUBLISHED_FACTS))
    assert parts_of(release, "facts").sort_by("fact_id").equals(stored)
    by_item = facts.sort_by("concept")["text"].to_pylist()
    assert list(pd.read_parquet(current / "facts")["text"]) == by_item
    found = duckdb.read_parquet(f"{current}/facts/*.parquet").select("text").fetchall()
    assert found == [(text,) for text in by_item]
    assert release.reports()["outcome"].tolist() == ["complete"]
    assert release.tables()["kind"].tolist() == ["income_statement"]
    assert release.checks()["verdict"].tolist() == ["ok"]


def test_manifest_says_what_it_is_made_of(out: Path, tmp_path: Path, publish: Publish) -> None:
    release = publish(out, tmp_path / "published", now=MONDAY)
    manifest = json.loads((release.path / "manifest.json").read_text(encoding="utf-8"))
    assert re.fullmatch(r"20250303T060000Z-[0-9a-f]{8}", release.id)
    assert manifest["contract_version"] == "1"
    assert manifest["pipeline_versions"] == ["0.1.0"]
    assert manifest["parent"] is None
    assert manifest["quality"] == {"failed": 0, "passed": 2, "unchecked": 0}
    assert set(manifest["expectations"]) == {"rules", "suites", "gate", "corrections", "withdrawn"}
    assert manifest["gate"]["passed"] and not manifest["gate"]["forced"]
    there = {p.relative_to(release.path).as_posix() for p in release.path.rglob("*") if p.is_file()}
    assert set(manifest["files"]) == there - {"manifest.json"}
    release.verify()
    (part,) = release.parts("facts")
    part.chmod(0o644)
    part.write_bytes(b"PAR1")
    with pytest.raises(DataError, match=rf"facts/{part.name} is missing or was changed"):
        release.verify()


def test_same_data_makes_no_new_release(out: Path, tmp_path: Path, publish: Publish) -> None:
    first = publish(out, tmp_path / "published", now=MONDAY)
    again = publish(out, tmp_path / "published", now=TUESDAY)
    assert again.id == first.id and not again.is_new
    assert len(list((tmp_path / "published" / "releases").iterdir())) == 1


def test_same_data_and_instant_give_the_same_bytes(out: Path, tmp_path: Path, publish: Publish) -> None:
    one, two = (publish(out, tmp_path / name, now=MONDAY) for name in ("one", "two"))
    assert one.manifest == two.manifest
    for release in (one, two):
        release.verify()


def test_known_at_is_carried_while_the_number_stays(out: Path, tmp_path: Path, publish: Publish) -> None:
    published, of = tmp_path / "published", report()
    kept, read_anew = fact(table(of)), fact(table(of), 2, 1, "(6,054)", concept="net_profit_parent")
    added = fact(table(of), 3, 1, "12", concept="income_tax")
    publish(out, published, now=MONDAY)
    write(out, of, [kept, read_anew, added])
    second = publish(out, published, now=TUESDAY)
    assert second.parent is not None
    want = {kept["fact_id"]: MONDAY, read_anew["fact_id"]: TUESDAY, added["fact_id"]: TUESDAY}
    assert by_id(second.facts(), "known_at") == want
    first = open_release(published, second.parent)
    assert by_id(first.facts(), "text")[read_anew["fact_id"]] == "(6,045)"


def test_known_at_reaches_back_over_a_release_without_the_fact(
    out: Path, tmp_path: Path, publish: Publish
) -> None:
    published, of = tmp_path / "published", report()
    both = [fact(table(of)), fact(table(of), 2, 1, "(6,045)", concept="net_profit_parent")]
    publish(out, published, now=MONDAY)
    write(out, of, both[:1])
    publish(out, published, now=TUESDAY)
    write(out, of, both)
    write(out, report("b.pdf"), [fact(table(report("b.pdf")))])
    third = publish(out, published, now=WEDNESDAY)
    known = by_id(third.facts(), "known_at")
    assert [known[f["fact_id"]] for f in both] == [MONDAY, MONDAY]
    assert sorted(known.values())[-1] == WEDNESDAY


def test_later_report_supersedes_the_same_line_of_the_same_house(tmp_path: Path, publish: Publish) -> None:
    early, middle = report("1.pdf"), report("2.pdf", published_on=date(2025, 8, 1))
    late, other = (
        report("3.pdf", published_on=date(2026, 3, 1)),
        report("4.pdf", broker="中信证券", published_on=date(2025, 9, 1)),
    )
    undated = report("5.pdf", published_on=None)
    facts = {of["file_name"]: fact(table(of)) for of in (early, middle, late, other, undated)}
    for of in (early, middle, late, other, undated):
        write(tmp_path / "e", of, [facts[of["file_name"]]])
    found = by_id(publish(tmp_path / "e", tmp_path / "p", now=MONDAY).facts(), "superseded_by")
    assert found[facts["1.pdf"]["fact_id"]] == facts["2.pdf"]["fact_id"]
    assert found[facts["2.pdf"]["fact_id"]] == facts["3.pdf"]["fact_id"]
    assert all(pd.isna(found[facts[name]["fact_id"]]) for name in ("3.pdf", "4.pdf", "5.pdf"))


def test_supersession_prefers_the_same_kind_and_keeps_peers_apart(tmp_path: Path, publish: Publish) -> None:
    early, late = report("1.pdf"), report("2.pdf", published_on=date(2025, 8, 1))
    first = fact(table(early))
    summary, statement = table(late, "forecast_summary", pages=[1]), table(late)
    peers = table(late, "comps")
    again = [fact(summary), fact(statement), fact(peers)]
    write_report(tmp_path / "e", part(early, facts=[first], checks=[check(early, [first])]))
    write_report(
        tmp_path / "e",
        part(late, tables=[summary, statement, peers], facts=again, checks=[check(late, again)]),
    )
    found = by_id(publish(tmp_path / "e", tmp_path / "p", now=MONDAY).facts(), "superseded_by")
    assert found[first["fact_id"]] == again[1]["fact_id"]


def test_a_year_that_ends_on_another_day_is_another_year(tmp_path: Path, publish: Publish) -> None:
    """The company's year ends in March, in the report between in December: that one supersedes nothing."""
    march, december = date(2025, 3, 31), date(2025, 12, 31)
    facts = {}
    for month, end in enumerate((march, december, march, None), start=1):
        name = f"{month}.pdf"
        of = report(name, published_on=date(2025, month, 1))
        facts[name] = fact(table(of), period_label="2025", period_start=None, period_end=end)
        write(tmp_path / "e", of, [facts[name]])
    found = by_id(publish(tmp_path / "e", tmp_path / "p", now=MONDAY).facts(), "superseded_by")
    assert found[facts["1.pdf"]["fact_id"]] == facts["3.pdf"]["fact_id"]
    assert all(pd.isna(found[facts[name]["fact_id"]]) for name in ("2.pdf", "3.pdf", "4.pdf"))


@pytest.mark.parametrize(
    ("checks", "want"),
    [
        ([], ("unchecked", "unchecked")),
        ([("ok", "error", [0], [])], ("passed", "unchecked")),
        ([("not_checkable", "error", [0, 1], [])], ("unchecked", "unchecked")),
        ([("impossible", "error", [0, 1], [])], ("failed", "failed")),
        ([("impossible", "error", [0, 1], [1]), ("ok", "error", [0], [])], ("passed", "failed")),
        ([("impossible", "error", [0, 1], [1])], ("unchecked", "failed")),
        ([("improbable", "error", [0], [0])], ("failed", "unchecked")),
        ([("improbable", "error", [0], []), ("ok", "error", [0, 1], [])], ("unchecked", "passed")),
        ([("impossible", "warning", [0], [0]), ("ok", "error", [0], [])], ("unchecked", "unchecked")),
        ([("impossible", "info", [0], [0]), ("ok", "error", [0], [])], ("passed", "unchecked")),
    ],
)
def test_quality(checks: list[tuple[str, str, list[int], list[int]]], want: tuple[str, str]) -> None:
    from pipeline.datasets.derived import quality_of
    from pipeline.datasets.published import CORRECTIONS
    from pipeline.datasets.schema import CHECKS, FACTS, empty, from_rows

    of = report()
    facts = [fact(table(of)), fact(table(of), 2)]
    rows = [
        check(
            of,
            [facts[i] for i in members],
            verdict,
            severity=severity,
            rule_id=f"rule_{number}",
            suspects=[facts[i]["fact_id"] for i in suspects],
        )
        for number, (verdict, severity, members, suspects) in enumerate(checks)
    ]
    found = quality_of(from_rows(FACTS, facts), from_rows(CHECKS, rows), empty(CORRECTIONS))
    quality = dict(zip(found["fact_id"].to_pylist(), found["quality"].to_pylist(), strict=True))
    assert tuple(quality[f["fact_id"]] for f in facts) == want


def test_facts_are_chosen_by_kind_concept_day_and_quality(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, publish: Publish
) -> None:
    early, late = report("1.pdf"), report("2.pdf", published_on=date(2025, 8, 1))
    undated = report("3.pdf", published_on=None)
    good, bad = fact(table(early)), fact(table(early), 2, 1, "9", concept="income_tax")
    write(tmp_path / "e", early, [good, bad], [check(early, [bad], "impossible", suspects=[bad["fact_id"]])])
    write(tmp_path / "e", late, [fact(table(late))])
    write(tmp_path / "e", undated, [fact(table(undated))])
    release = publish(tmp_path / "e", tmp_path / "p", now=MONDAY)
    assert len(release.facts()) == 3
    assert len(release.facts(quality=("failed",))) == 1
    assert len(release.facts(concept="income_tax")) == 0
    assert len(release.facts(kind="balance_sheet")) == 0
    both = release.facts(concept=["revenue", "income_tax"], entity=["0020.HK", "0981.HK"])
    assert both["fact_id"].tolist() == release.facts(entity="0020.HK")["fact_id"].tolist()
    assert len(both) == 3
    assert len(release.facts(concept=())) == len(release.facts(entity=["0981.HK"])) == 0
    assert release.facts(as_of="2025-03-01")["fact_id"].tolist() == [good["fact_id"]]
    seen = release.facts(as_of=date(2025, 8, 1))
    assert len(seen) == 2
    assert seen.attrs["undated"] == 1
    assert seen.attrs["left_out_failed"] == 1
    assert "1 facts are not in the view: undated" in caplog.text
    said = release.facts(as_of="2025-08-01", as_arrow=True).schema.metadata
    assert said == {b"undated": b"1", b"left_out_failed": b"1"}
    assert release.manifest["undated_facts"] == 1


def test_columns_are_chosen_in_the_declared_order(out: Path, tmp_path: Path, publish: Publish) -> None:
    release = publish(out, tmp_path / "published", now=MONDAY)
    whole = release.facts(as_arrow=True)
    some = release.facts(columns=("superseded_by", "text"), as_arrow=True)
    assert some.equals(whole.select(["text", "superseded_by"]))
    assert release.facts(columns=["amount"])["amount"].tolist() == whole["amount"].to_pylist()
    with pytest.raises(InputError, match="facts have no column 'page_no'; there are fact_id, report_id"):
        release.facts(columns=["page_no"])


def test_empty_run_publishes_typed_tables(tmp_path: Path) -> None:
    prepare(tmp_path / "e")
    release = publish_through(tmp_path / "e", tmp_path / "p", now=MONDAY)
    assert set(release.rows.values()) == {0}
    assert release.facts(as_arrow=True).schema.equals(arrow_schema(VIEWED_FACTS))
    for kind in WIDE_KINDS:
        assert release.wide(kind, as_arrow=True).schema.equals(arrow_schema(wide_dataset(kind)))


def test_gate_keeps_bad_data_out_and_force_needs_a_reason(tmp_path: Path) -> None:
    of = report()
    alien = fact(table(of), unit="CNY!", scale=6)
    write(tmp_path / "e", of, [alien])
    with pytest.raises(
        GateClosed, match=r"facts: expect_column_values_to_match_regex unit: 1 unexpected"
    ) as caught:
        publish_through(tmp_path / "e", tmp_path / "p", now=MONDAY)
    assert caught.value.gate is not None
    assert [f.about for f in caught.value.gate.failures] == ["unit"]
    with pytest.raises(InputError, match="has no release"):
        open_release(tmp_path / "p")
    with pytest.raises(GateClosed, match="give why"):
        publish_through(tmp_path / "e", tmp_path / "p", force=True, why=" ")
    release = publish_through(tmp_path / "e", tmp_path / "p", force=True, why="reviewed by hand", now=MONDAY)
    gate = release.manifest["gate"]
    assert (gate["passed"], gate["forced"], gate["why"]) == (False, True, "reviewed by hand")
    assert len(gate["failures"]) == 1


def test_guards_see_lost_references_and_reports_never_checked(tmp_path: Path, publish: Publish) -> None:
    of = report()
    stray = fact(table(of, "cash_flow"))
    pages = [coverage(of, left_out="running text 11")]
    write_report(tmp_path / "e", part(of, facts=[stray], checks=None, coverage=pages))
    with pytest.raises(GateClosed) as caught:
        publish(tmp_path / "e", tmp_path / "p", now=MONDAY)
    assert caught.value.gate is not None
    assert {(f.dataset, f.expectation) for f in caught.value.gate.failures} == {
        ("facts", "expect_referred_rows_to_exist"),
        ("checks", "expect_every_report_to_be_checked"),
        ("coverage", "expect_every_number_to_be_accounted_for"),
    }


def test_half_written_report_stays_out_and_is_named(out: Path, tmp_path: Path, publish: Publish) -> None:
    write(out, report("b.pdf"), [fact(table(report("b.pdf")))])
    torn = report("b.pdf")["report_id"]
    (out / "reports" / f"{torn}.parquet").unlink()
    release = publish(out, tmp_path / "published", now=MONDAY)
    assert release.manifest["unfinished"] == [torn]
    assert torn not in release.facts()["report_id"].tolist()


def test_missing_releases_are_named(out: Path, tmp_path: Path, publish: Publish) -> None:
    published = tmp_path / "published"
    with pytest.raises(InputError, match="there: none"):
        open_release(published)
    first = publish(out, published, now=MONDAY)
    with pytest.raises(InputError, match=f"no release nonsense; there: {first.id}"):
        open_release(published, "nonsense")
    with pytest.raises(InputError, match="no wide table of kind 'cover_data'"):
        first.wide("cover_data")
