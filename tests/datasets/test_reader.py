"""Questions to a release: what they see as of a date, in which form, and what they cannot reach."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from pipeline.datasets.reader import Moment, query, table_names
from pipeline.datasets.releases import Release
from pipeline.errors import InputError
from tests.datasets.released import MONDAY, estimate, published, report, write


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Three reports: one early, one late with a failed number, one without a date."""
    root = tmp_path_factory.mktemp("release")
    early, late = report("early.pdf"), report("late.pdf", published_on=date(2025, 8, 1))
    undated = report("undated.pdf", published_on=None)
    for of in (early, late, undated):
        failed = [1] if of is late else []
        write(root / "extracted", of, [estimate(of, "100"), estimate(of, "7", 2)], failed)
    return published(root)


def count(release: Release, table: str, **moment: object) -> int:
    answer = query(release, f"select count(*) as n from {table}", form="arrow", **moment)  # type: ignore[call-overload]
    return int(answer["n"][0].as_py())


def test_every_table_has_its_name(release: Release) -> None:
    names = table_names(release)
    assert {"facts", "all_facts", "reports", "consensus", "income_statement", "ratings"} <= set(names)
    for name in names:
        query(release, f"select * from {name} limit 1")


def test_failed_numbers_are_in_all_facts_only(release: Release) -> None:
    assert (count(release, "facts"), count(release, "all_facts")) == (5, 6)


@pytest.mark.parametrize("table", ["facts", "reports", "tables", "checks", "income_statement", "estimates"])
def test_nothing_printed_later_is_seen(release: Release, table: str) -> None:
    later = query(release, f"select distinct report_id from {table}", as_of="2025-07-31", form="arrow")
    assert later["report_id"].to_pylist() == [report("early.pdf")["report_id"]]
    assert count(release, table) > count(release, table, as_of=date(2025, 8, 1)) or table == "estimates"


def test_a_peer_without_a_ticker_has_its_successor(tmp_path: Path) -> None:
    """And keeps it when a ticker is read for it that is spelled like the name."""
    days = (date(2025, 3, 1), date(2025, 6, 1))
    of = {day: report(f"{day}.pdf", published_on=day) for day in days}

    def says(day: date, entity: str | None) -> str:
        peer = estimate(of[day], "20", kind="comps", entity=entity, entity_name="AMD", concept="pe_ratio")
        write(tmp_path / "extracted", of[day], [peer])
        return str(peer["fact_id"])

    first, second = (says(day, None) for day in days)
    sql = "select fact_id, superseded_by from facts order by published_on"
    chained = [{"fact_id": first, "superseded_by": second}, {"fact_id": second, "superseded_by": None}]
    before = published(tmp_path)
    assert query(before, sql, form="arrow").to_pylist() == chained
    assert query(before, sql, form="arrow", as_of="2025-05-31")["superseded_by"].to_pylist() == [None]
    for asked, number in (("superseded_by is null", 1), ("superseded_by is not null", 1), ("true", 2)):
        counted = query(before, f"select count(*) as n from facts where {asked}", form="arrow")
        assert counted["n"].to_pylist() == [number]  # one of them is planned without the log
    says(days[0], "AMD")
    after = published(tmp_path, MONDAY.replace(hour=9))
    assert query(after, sql, form="arrow").to_pylist() == chained
    shown = after.facts(columns=("fact_id", "superseded_by"), as_arrow=True).to_pylist()
    assert sorted(map(repr, shown)) == sorted(map(repr, chained))
    log = query(after, "select entity_is, superseded_by from superseded order by known_at, entity_is")
    assert list(log["entity_is"]) == ["name", "name", "ticker"]


@pytest.mark.parametrize(
    "sql",
    [
        "select min(superseded_by) from facts",
        "select x from (select superseded_by as x, amount from facts) where x is not null",
        "select superseded_by from facts order by superseded_by nulls last limit 1",
        "select b.fact_id from facts a join facts b on a.superseded_by = b.fact_id",
        "select fact_id from facts f where exists (select 1 from facts g where g.superseded_by = f.fact_id)",
        "select fact_id from facts where superseded_by is null and published_on is not null",
        "select x from (select distinct superseded_by as x from all_facts) where x > ''",
        "select max(x) from (select first_value(superseded_by) over (order by published_on) as x from facts)",
        "with old as materialized (select * from facts) select max(superseded_by) from old",
        "select v from (unpivot (select superseded_by from facts) on superseded_by into name n value v)",
        "select superseded_by from facts semi join reports using (report_id) order by all limit 1",
        "select superseded_by from facts where superseded_by in (select fact_id from all_facts)",
        "select any_value(superseded_by) from facts group by concept",
    ],
)
def test_whoever_asks_for_successors_has_them(release: Release, sql: str) -> None:
    """In whatever form; what does without them is planned without their log."""
    late, day = report("late.pdf", published_on=date(2025, 8, 1)), "2025-12-01"
    successor = estimate(late, "100")["fact_id"]
    assert set(query(release, sql, form="arrow", as_of=day).columns[0].to_pylist()) == {successor}


def test_what_does_without_successors_sees_the_same_facts(release: Release) -> None:
    want = sorted(release.facts(as_arrow=True)["fact_id"].to_pylist())
    for sql in ("select fact_id from facts", "select distinct fact_id from facts"):
        assert sorted(query(release, sql, form="arrow")["fact_id"].to_pylist()) == want
    names = query(release, "select column_name from (describe facts)", form="arrow")["column_name"]
    assert names.to_pylist()[-1] == "superseded_by"


def test_nothing_published_later_is_seen(release: Release) -> None:
    before = MONDAY.replace(hour=5)
    assert count(release, "facts", known_by=before) == 0
    assert count(release, "facts", known_by=MONDAY) == 5
    assert count(release, "facts", known_by="2025-12-01T14:00:00+08:00") == 5
    assert count(release, "facts", known_by="2025-12-01T06:00:00") == 5  # UTC where it does not say


def test_answer_comes_as_asked(release: Release) -> None:
    sql = "select value, text, published_on, known_at from facts where published_on is not null order by 1, 3"
    frame, table, polars = (query(release, sql), query(release, sql, form="arrow"),
                            query(release, sql, form="polars"))  # fmt: skip
    assert (
        isinstance(frame, pd.DataFrame) and isinstance(table, pa.Table) and isinstance(polars, pl.DataFrame)
    )
    assert table["value"].to_pylist() == frame["value"].tolist() == polars["value"].to_list()
    assert table["value"].to_pylist()[0] == Decimal(7)
    assert table["known_at"].to_pylist()[0] == MONDAY
    with pytest.raises(InputError, match="no form 'csv'"):
        query(release, sql, form="csv")  # type: ignore[call-overload]


def test_pandas_and_polars_share_the_memory(release: Release) -> None:
    table = query(release, "select amount from facts", form="arrow")
    column = table["amount"].chunk(0)
    assert pl.from_arrow(column).to_arrow().buffers()[1].address == column.buffers()[1].address
    series = table.to_pandas(types_mapper=pd.ArrowDtype)["amount"]
    assert pa.chunked_array(pa.array(series)).chunk(0).buffers()[1].address == column.buffers()[1].address


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from read_text('{outside}')",
        "copy facts to '{outside}.csv'",
        "attach '{outside}.duckdb'",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_a_question_stays_inside_the_release(release: Release, tmp_path: Path, sql: str) -> None:
    outside = tmp_path / "outside"
    outside.write_text("secret", encoding="utf-8")
    with pytest.raises(InputError):
        query(release, sql.format(outside=outside))
    assert sorted(tmp_path.iterdir()) == [outside]


def test_questions_not_understood_say_where(release: Release) -> None:
    with pytest.raises(InputError, match=r"(?s)factz.*Did you mean.*facts"):
        query(release, "select * from factz")
    for change in ("create table t (a int)", "select 1; select 2", "delete from facts", ""):
        with pytest.raises(InputError, match="a release is only read"):
            query(release, change)
    assert len(query(release, "pivot (select 1 as a, 2 as b) on a using sum(b)")) == 1
    with pytest.raises(InputError, match="dates are written 2025-03-31"):
        query(release, "select 1", as_of="last week")
    for moment in ({"as_of": "last week"}, {"known_by": "noon"}):
        with pytest.raises(InputError, match="dates are written 2025-03-31"):
            release.facts(as_arrow=True, **moment)


def test_moment_reads_dates_and_instants() -> None:
    moment = Moment.of("2025-03-31", datetime(2025, 4, 1, 8, tzinfo=UTC))
    assert moment.where(["published_on", "known_at"]) == "published_on <= date '2025-03-31'"
    assert moment.known_by == datetime(2025, 4, 1, 8, tzinfo=UTC)
    assert moment.where(["report_id"]) == "true"
    assert Moment.of(known_by="2025-03-31").known_by == datetime(2025, 3, 31, 23, 59, 59, 999999, UTC)
    assert Moment.of(as_of=datetime(2025, 3, 31, 8, tzinfo=UTC)).as_of == date(2025, 3, 31)
