"""What the log of successors says in the end: the newest row of each number, however it came about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow.parquet as pq
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.datasets.asof import facts_as_of, followed, successors_of
from pipeline.datasets.batches import Staging
from pipeline.datasets.published import PUBLISHED_FACTS, SUPERSEDED
from pipeline.datasets.query import ask
from pipeline.datasets.schema import from_rows
from tests.datasets.factory import Row, fact, report, table

START = datetime(2025, 12, 1, 6, tzinfo=UTC)
DAYS = {"b": date(2025, 3, 1), "c": date(2025, 6, 1)}
FACTS = [
    fact(table(report())),
    fact(table(report()), 2, entity=None, entity_name="AMD"),
    fact(table(report()), 3, concept="gross_profit"),
]

# For each number what came after it, from release to release.
stories = st.lists(
    st.lists(st.sampled_from((None, "b", "c")), min_size=5, max_size=5), min_size=3, max_size=3
)


def logged(number: Row, story: Sequence[str | None]) -> list[Row]:
    """The rows that releases add to the log."""
    rows, was = [], None
    for turn, now in enumerate(story):
        if now != was:
            change = "found" if was is None else "withdrawn" if now is None else "replaced"
            rows.append(
                {name: number[name] for name in ("fact_id", "report_id", "concept")}
                | {"entity": number["entity"] or number["entity_name"], "change": change}
                | {"entity_is": "name" if number["entity"] is None else "ticker"}
                | {"superseded_by": now, "superseded_on": DAYS[now] if now else None}
                | {"known_at": START + timedelta(days=turn)}
            )
        was = now
    return rows


def published_fact(row: Row) -> Row:
    said = {"value_printed": row["value"], "quality": "passed", "rules": [], "failed_rules": []}
    return row | said | {"published_on": date(2025, 1, 1), "known_at": START}


@given(stories)
@example([["b", None, "b", None, None], ["b", None, None, "c", None], ["c", "b", "c", "b", "c"]])
@settings(max_examples=40, deadline=None)
def test_the_newest_row_of_a_number_holds(story: list[list[str | None]]) -> None:
    rows = [row for number, told in zip(FACTS, story, strict=True) for row in logged(number, told)]
    facts = from_rows(PUBLISHED_FACTS, [published_fact(row) for row in FACTS])
    log = from_rows(SUPERSEDED, rows)
    for day in (None, DAYS["b"]):
        want: dict[str, Any] = {
            row["fact_id"]: told[-1] if told[-1] and (day is None or DAYS[told[-1]] <= day) else None
            for row, told in zip(FACTS, story, strict=True)
        }
        shown = ask(f"select * from ({followed('facts', 'log', day)})", facts=facts, log=log).to_pylist()
        assert {row["fact_id"]: row["superseded_by"] for row in shown} == want
        assert len(shown) == len(FACTS)
        if day is not None:
            held = ask(f"select * from ({successors_of('log', day)})", log=log).to_pylist()
            assert {r["fact_id"]: r["superseded_by"] for r in held} == {i: s for i, s in want.items() if s}


def test_what_is_read_whatever_is_asked_stands_apart() -> None:
    """Rows of names and rows that end others have row groups of their own, in one file as after merging."""
    story: list[list[str | None]] = [["b", "c"], ["b"], [None, "b", None]]
    rows = [row for number, told in zip(FACTS, story, strict=True) for row in logged(number, told)]
    with TemporaryDirectory() as folder:
        staging = Staging(Path(folder) / "s", None)
        part = staging.write(SUPERSEDED.name, from_rows(SUPERSEDED, rows))[SUPERSEDED.name]
        groups = pq.ParquetFile(staging.path(part))
        kinds = [
            {(r["entity_is"], r["change"]) for r in groups.read_row_group(number).to_pylist()}
            for number in range(groups.num_row_groups)
        ]
        assert kinds == [
            {("name", "found")},
            {("ticker", "found")},
            {("ticker", "replaced")},
            {("ticker", "withdrawn")},
        ]
        facts = staging.write("facts", from_rows(PUBLISHED_FACTS, [published_fact(row) for row in FACTS]))
        parts = {"facts": [staging.path(facts["facts"])], SUPERSEDED.name: [staging.path(part)]}
        wanted = {"concept": ("revenue", "gross_profit"), "entity": ("0020.HK", "0981.HK")}
        found, _ = facts_as_of(parts, wanted, None, ("passed",), ["concept", "superseded_by"])
        assert {r["concept"]: r["superseded_by"] for r in found.to_pylist()} == {
            "revenue": "c",
            "gross_profit": None,
        }
