"""What could be known on a day does not change by what is printed, or published, after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.datasets.derived import AFTER, LINE_COLUMNS, subjects, superseded
from pipeline.datasets.published import PUBLISHED_FACTS
from pipeline.datasets.reader import Moment, connected, table_names
from pipeline.datasets.releases import Release
from pipeline.datasets.schema import arrow_schema
from tests.datasets.factory import Row, fact, report, table
from tests.datasets.released import MONDAY, published, write

DAY = date(2025, 3, 10)
TICKERS = ("0981.HK", "688981.SH")


@dataclass(frozen=True)
class Said:
    """One report: whom it covers, how many days from `DAY` it was printed (None: no date), what it says."""

    broker: str
    company: str | None
    tickers: tuple[str, ...]
    after: int | None
    numbers: tuple[tuple[str, str], ...]  # entity, kind of table
    failed: bool

    def row(self, name: str) -> Row:
        day = None if self.after is None else DAY + timedelta(days=self.after)
        told = {"broker": self.broker, "company": self.company, "tickers": list(self.tickers)}
        return report(name, published_on=day, **told)

    def facts(self, of: Row) -> list[Row]:
        """The same item and period in every report."""
        expected = {"concept": "net_profit_parent", "period_label": "2025", "label": "归母净利润"}
        return [
            fact(table(of, kind), row, 1, f"{100 + (self.after or 0)}", entity=entity, **expected)
            for row, (entity, kind) in enumerate(self.numbers, start=1)
        ]

    @property
    def is_later(self) -> bool:
        return self.after is None or self.after > 0


histories = st.lists(
    st.builds(
        Said,
        broker=st.sampled_from(("华泰证券", "中信证券")),
        company=st.sampled_from((None, "中芯国际", "中芯")),
        tickers=st.lists(st.sampled_from(TICKERS), unique=True).map(tuple),
        after=st.sampled_from((-40, -7, -1, 0, 1, 2, 30, None)),
        numbers=st.lists(
            st.tuples(st.sampled_from(TICKERS), st.sampled_from(("income_statement", "ratios", "comps"))),
            min_size=1, max_size=3, unique=True,
        ).map(tuple),
        failed=st.booleans(),
    ),
    min_size=2,
    max_size=6,
)  # fmt: skip


def linked_later() -> list[Said]:
    """Two reports on two listings, and one on both that is printed when the day is over."""
    peers = (("0981.HK", "comps"),)
    return [
        Said("华泰证券", None, ("0981.HK",), -7, peers, failed=False),
        Said("华泰证券", None, ("688981.SH",), -1, peers, failed=False),
        Said("华泰证券", None, TICKERS, 2, peers, failed=False),
    ]


def followed(history: list[Said]) -> set[tuple[str, str, date]]:
    """Which fact came after which until `DAY`, by all reports of the history."""
    rows = {f"{number}.pdf": said for number, said in enumerate(history)}
    reports = [(of := said.row(name), said.facts(of)) for name, said in rows.items()]
    named = [
        {"report_id": of["report_id"], "published_on": of["published_on"], "subject": subject, "state": AFTER}
        for of, _ in reports
        if of["published_on"] is not None
        for subject in subjects(of)
    ]
    state = ("state", pa.int32())
    fields = [("report_id", pa.string()), ("published_on", pa.date32()), ("subject", pa.string()), state]
    schema = pa.schema([*(arrow_schema(PUBLISHED_FACTS).field(name) for name in LINE_COLUMNS), state])
    facts = [
        {"state": AFTER, **{name: row[name] for name in LINE_COLUMNS}} for _, rows in reports for row in rows
    ]
    found = superseded(
        pa.Table.from_pylist(facts, schema=schema), pa.Table.from_pylist(named, schema=pa.schema(fields))
    ).to_pylist()
    return {
        (row["fact_id"], row["superseded_by"], row["superseded_on"])
        for row in found
        if row["superseded_on"] <= DAY
    }


@given(histories)
@example(linked_later())
@settings(max_examples=60, deadline=None)
def test_successors_of_a_day_are_not_changed_by_later_reports(history: list[Said]) -> None:
    then = [said if not said.is_later else None for said in history]
    early = [said for said in then if said is not None]
    nothing = Said("国金证券", None, (), None, (), failed=False)  # keeps the others' names
    assert followed([said or nothing for said in then]) == followed(history)
    assert len(followed(history)) <= sum(len(said.numbers) for said in early)


def answers(release: Release, **moment: Any) -> dict[str, list[str]]:
    """Every table whole, its rows as text in their order of spelling."""
    with connected(release, Moment.of(**moment)) as connection:
        tables = {name: connection.table(name).to_arrow_table() for name in table_names(release)}
    found = {name: sorted(map(repr, table.to_pylist())) for name, table in tables.items()}
    found["facts()"] = list(map(repr, release.facts(as_arrow=True, **moment).to_pylist()))
    return found


@given(histories)
@example(linked_later())
@settings(max_examples=3, deadline=None)
def test_answers_of_a_day_are_not_changed_by_later_reports(history: list[Said]) -> None:
    """Whatever is asked as of a day, or as known at an instant."""
    early = {f"{n}.pdf": said for n, said in enumerate(history) if not said.is_later}
    later = {f"{n}.pdf": said for n, said in enumerate(history) if said.is_later}
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for some, now in ((early, MONDAY), (later, MONDAY + timedelta(days=1))):
            for name, said in some.items():
                of = said.row(name)
                write(root / "extracted", of, said.facts(of), failed=[0] if said.failed else [])
            if not some:
                return
            if some is early:
                monday = published(root, now)
                then, known = answers(monday, as_of=DAY), answers(monday)
        tuesday = published(root, now)
        assert tuesday.parent == monday.id
        assert answers(tuesday, as_of=DAY) == then
        assert answers(tuesday, known_by=MONDAY) == known
        assert answers(tuesday, known_by=MONDAY.date().isoformat()) == known
