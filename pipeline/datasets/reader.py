"""SQL over a release: its datasets and the tables computed from them, as of a date.

    facts, reports, tables, checks           the datasets; `facts` without the numbers that failed a check
    all_facts                                those too
    income_statement, … benchmarks           the wide tables
    estimates, consensus, revisions          what houses expect, and how it changed
    target_prices, ratings                   their histories
    consensus_at(day, stale_days := 180)     the consensus of another day: a table to select from

A question can read the release's own files and nothing else, and change nothing: no other file, no network.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from pipeline.datasets.asof import followed, successors_of
from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.estimates import ESTIMATES
from pipeline.datasets.frames import Form, in_form
from pipeline.datasets.moments import Day, Instant, day_of, instant_of
from pipeline.datasets.opinions import CONSENSUS, STALE_DAYS, VIEWS
from pipeline.datasets.published import SUPERSEDED
from pipeline.datasets.schema import FACTS, REPORTS
from pipeline.errors import InputError

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars
    import pyarrow as pa

    from pipeline.datasets.release import Release

# Stored under a dataset's name, asked under another: the name itself is the view that people want.
_STORED = {FACTS.name: "all_facts", ESTIMATES.name: "estimates_printed"}

_SENTENCES = {
    **{name: dataset.sentence for name, dataset in release_datasets().items()},
    "facts": "One row for each printed number that did not fail a check.",
    "all_facts": "One row for each printed number, those that failed a check included.",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What may be looked at: printed on or before `as_of`, known to this system at `known_by` (UTC)."""

    as_of: date | None = None
    known_by: datetime | None = None

    @classmethod
    def of(cls, as_of: Day | None = None, known_by: Instant | None = None) -> Moment:
        """From dates or their spelling; to know by a day means by its end. InputError where there is none."""
        return cls(day_of(as_of), instant_of(known_by))

    def where(self, columns: Sequence[str]) -> str:
        """The condition on rows with these columns."""
        if self.as_of is not None and "published_on" in columns:
            return f"published_on <= date '{self.as_of}'"
        return "true"


@overload
def query(
    release: Release,
    sql: str,
    *,
    as_of: Day | None = ...,
    known_by: Instant | None = ...,
    form: Literal["pandas"] = ...,
) -> pd.DataFrame: ...
@overload
def query(
    release: Release,
    sql: str,
    *,
    as_of: Day | None = ...,
    known_by: Instant | None = ...,
    form: Literal["arrow"],
) -> pa.Table: ...
@overload
def query(
    release: Release,
    sql: str,
    *,
    as_of: Day | None = ...,
    known_by: Instant | None = ...,
    form: Literal["polars"],
) -> polars.DataFrame: ...
def query(
    release: Release,
    sql: str,
    *,
    as_of: Day | None = None,
    known_by: Instant | None = None,
    form: Form = "pandas",
) -> Any:
    """The answer of a release to one SQL question, as it could have been given at a moment.

    `as_of` hides what was printed later, and reports without a date. `known_by` asks the release that was
    current then, with its readings; before the first one there is nothing. InputError where the
    question is not understood, with the place in it and what is near.
    """
    return answered(release, sql, Moment.of(as_of, known_by), form)


def answered(release: Release, sql: str, moment: Moment, form: Form) -> Any:
    """The answer to one question, as it could have been given at a moment."""
    with connected(release, moment) as connection:
        _without_successors(connection, sql)
        return in_form(_answer(connection, sql), form)


# Joins with the log of successors stay in most plans, asked for or not (the companies in 10.6 million facts:
# 6.5 CPU s instead of 0.5). So the question is first planned with an expression in their place, of which
# nothing can be concluded; where the plan does not have it, nobody asks for the column. Should that ever be
# wrong, there is an error and no answer.
_PROBE = """
create or replace view all_facts as
select *, nullif(md5(fact_id || 'successor_probe'), '') as superseded_by from facts_alone
"""
_ALONE = """
create or replace view all_facts as
select *, error('planned without superseded_by: ' || fact_id)::varchar as superseded_by from facts_alone
"""


def _without_successors(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Leave the successors out of `all_facts` where the answer does not depend on them."""
    import duckdb

    if not re.search(r"facts\b", sql):
        return
    (full,) = connection.execute("select sql from duckdb_views() where view_name = 'all_facts'").fetchall()
    connection.execute(_PROBE)
    try:
        (statement,) = connection.extract_statements(sql)
        plan = str(connection.execute(f"explain (format json) {statement.query}").fetchall())
        asked = "physical_plan" not in plan or "successor_probe" in plan
    except (duckdb.Error, ValueError):
        asked = True  # no question: what is wrong with it is told when it is answered
    connection.execute(full[0].replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1) if asked else _ALONE)


def table_names(release: Release) -> tuple[str, ...]:
    """What can be selected from."""
    computed = VIEWS if ESTIMATES.name in release.rows else ()
    return tuple(dict.fromkeys([*release.rows, "all_facts", *computed]))


def contents(release: Release) -> pa.Table:
    """For people: what can be selected from, its rows where they are stored, what one row is."""
    import pyarrow as pa

    counts = {**release.rows, "all_facts": release.rows[FACTS.name]}
    counts[FACTS.name] -= _failed(release)
    said = {**_SENTENCES, **{name: view.dataset.sentence for name, view in VIEWS.items()}}
    names = table_names(release)
    return pa.table(
        {
            "table": names,
            "rows": [f"{counts[name]:,}" if name in counts else "computed" for name in names],
            "sentence": [said.get(name, "") for name in names],
        }
    )


def failed_left_out(release: Release, sql: str) -> int:
    """How many numbers a question to `facts` does not see because they failed a check."""
    return _failed(release) if re.search(r"\bfacts\b", sql) else 0


def _failed(release: Release) -> int:
    failed: int = release.manifest["quality"].get("failed", 0)
    return failed


@contextmanager
def connected(release: Release, moment: Moment) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows the release's tables by name, and no other file."""
    import duckdb

    held = release if moment.known_by is None else release.known_by(moment.known_by)
    parts = {name: (held or release).parts(name) for name in release.rows}
    inside = {path.parent for paths in parts.values() for path in paths}
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        _name_datasets(connection, parts, moment, is_known=held is not None)
        if ESTIMATES.name in parts:
            name_views(connection, moment.as_of or last_day(held or release, connection))
        folders = sorted({str(folder) for path in inside for folder in (path, path.resolve())})
        connection.execute(f"set allowed_directories = {quoted_list(folders)}")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def _name_datasets(
    connection: duckdb.DuckDBPyConnection,
    parts: Mapping[str, Sequence[Path]],
    moment: Moment,
    *,
    is_known: bool,
) -> None:
    import pyarrow.parquet as pq

    for name in sorted(parts, key=lambda name: name != REPORTS.name):  # the others look at its dates
        source = _source(parts[name])
        columns = pq.read_schema(parts[name][0]).names  # `describe` opens all parts of a dataset
        where = moment.where(columns) if is_known else "false"
        if moment.as_of is not None and "published_on" not in columns:
            where += " and report_id in (select report_id from reports)"
        view = _STORED.get(name, name)
        if name == FACTS.name:
            connection.execute(f"create view facts_alone as select * from {source} where {where}")
            source = f"({followed(source, _source(parts[SUPERSEDED.name]), moment.as_of)})"
        if name == SUPERSEDED.name:
            source = f"({successors_of(source, moment.as_of)})"
        connection.execute(f'create view "{view}" as select * from {source} where {where}')
    if FACTS.name in parts:
        connection.execute("create view facts as select * from all_facts where quality <> 'failed'")


def _source(parts: Sequence[Path]) -> str:
    return f"read_parquet({quoted_list(map(str, parts))})"


def name_views(
    connection: duckdb.DuckDBPyConnection, day: date, *, but: Collection[str] = frozenset()
) -> None:
    """Give the computed tables their names, but for some; `day` is the one the consensus is of."""
    for name, view in VIEWS.items():
        if name in but:
            continue
        if view is CONSENSUS:
            macro = f"create macro consensus_at(day, stale_days := {STALE_DAYS}) as table {view.sql}"
            connection.execute(macro)
            connection.execute(f"create view {name} as select * from consensus_at(date '{day}')")
        else:
            connection.execute(f"create view {name} as {view.sql}")


def last_day(release: Release, connection: duckdb.DuckDBPyConnection) -> date:
    """The newest date printed on a report, no later than the day the release was made.

    The consensus is as of this day where no other is asked for: a release gives the same answer for ever, and
    a date misread into the future does not empty it.
    """
    made = datetime.fromisoformat(release.manifest["published_at"]).astimezone(UTC).date()
    sql = "select coalesce(max(published_on), $made) from reports where published_on <= $made"
    row = connection.execute(sql, {"made": made}).fetchone()
    assert row is not None, "an aggregate has a row"
    day: date = row[0]
    return day


def _answer(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    import duckdb

    reading = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN, duckdb.StatementType.MULTI}  # pivot
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1 or statements[0].type not in reading:
            raise InputError("a release is only read, one question at a time: select … from …")
        answer = connection.sql(sql)
        assert answer is not None, "a question has rows"
        return answer.to_arrow_table()
    except duckdb.Error as error:
        raise InputError(str(error)) from error


def quoted_list(words: Iterable[str]) -> str:
    """A list in SQL."""
    quoted = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
    return f"[{quoted}]"
