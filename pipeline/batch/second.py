"""Which tables of a report are read a second time, and what that changes in its rows."""

from __future__ import annotations

import hashlib
import signal
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pipeline.meaning.fact import fact_id
from pipeline.reading.page import Box
from pipeline.tables.table import Cell, Table

if TYPE_CHECKING:
    import pyarrow as pa

Choice = Literal["auto", "never", "always"]
"""`auto`: tables in which a check fails, and tables of numbers that no check holds."""

_BUDGET = 120.0  # CPU seconds for one report; a page of numbers takes half a second
_GRACE = 5.0  # CPU seconds for each page that is still to come when the budget is spent


class Evidence(NamedTuple):
    """What the second reading of one report said."""

    tables: pa.Table  # the rows given, `agreement` filled in where tables were read again
    readings: Mapping[str, bool | None]  # by fact_id: read the same, read differently, not told apart
    troubles: tuple[str, ...] = ()  # what the readers could not do, for the run log


def second_reading(
    pdf: bytes | Path, tables: pa.Table, cells: pa.Table, facts: pa.Table, checks: pa.Table, choice: Choice
) -> Evidence:
    """Read again what `choice` says of one report, given as its datasets; never raises for a bad file."""
    wanted = _wanted(tables, facts, checks, choice)
    if not wanted:
        return Evidence(tables, {})
    from pipeline.tables.second_reading import read_again

    again = _tables(tables, cells, wanted)
    try:
        with limited(_BUDGET, _GRACE):
            read = read_again(pdf, list(again.values()))
    except TimeoutError as error:
        return Evidence(tables, {}, (f"second reading: {error}",))
    readings = {
        fact_id(table, *place): verdict
        for table, verdicts in zip(again, read.verdicts, strict=True)
        for place, verdict in verdicts.items()
    }
    return Evidence(
        _with_agreement(tables, dict(zip(again, read.agreement, strict=True))), readings, read.troubles
    )


def _wanted(tables: pa.Table, facts: pa.Table, checks: pa.Table, choice: Choice) -> frozenset[str]:
    if choice == "never":
        return frozenset()
    described = tables.select(["table_id", "kind", "reader"]).to_pylist()
    # Behind a picture there is no text for a second parser to read.
    pictures = {row["table_id"] for row in described if row["reader"] == "ocr"}
    numeric = set(facts["table_id"].to_pylist()) - pictures
    if choice == "always":
        return frozenset(numeric)
    rows = checks.select(["verdict", "table_ids", "fact_ids"]).to_pylist()
    doubted = {
        table for row in rows if row["verdict"] in ("impossible", "improbable") for table in row["table_ids"]
    }
    held = {fact for row in rows if row["verdict"] == "ok" for fact in row["fact_ids"]}
    owner = zip(facts["fact_id"].to_pylist(), facts["table_id"].to_pylist(), strict=True)
    texts = {row["table_id"] for row in described if row["kind"] == "text"}
    free = numeric - {table for fact, table in owner if fact in held} - texts
    return frozenset((doubted - pictures) | free)


def _tables(tables: pa.Table, cells: pa.Table, wanted: frozenset[str]) -> dict[str, Table]:
    """The grids of some tables by table_id, in the order of the dataset."""
    by_table: dict[str, list[Cell]] = defaultdict(list)
    for row in cells.to_pylist():
        if row["table_id"] in wanted:
            by_table[row["table_id"]].append(
                Cell(
                    row=row["row"],
                    column=row["column"],
                    text=row["text"],
                    page=row["page"],
                    box=_box(row),
                    role=row["role"],
                    row_span=row["row_span"],
                    column_span=row["column_span"],
                )
            )
    return {
        row["table_id"]: Table(
            pages=tuple(row["pages"]),
            box=_box(row),
            row_count=row["row_count"],
            column_count=row["column_count"],
            cells=tuple(by_table[row["table_id"]]),
            heads=(),
        )
        for row in tables.to_pylist()
        if row["table_id"] in wanted
    }


def _box(row: Mapping[str, Any]) -> Box:
    return Box(row["x0"], row["top"], row["x1"], row["bottom"])


def _with_agreement(tables: pa.Table, shares: Mapping[str, float | None]) -> pa.Table:
    import pyarrow as pa

    rows = tables.select(["table_id", "agreement"]).to_pylist()
    column = [shares.get(row["table_id"], row["agreement"]) for row in rows]
    index = tables.column_names.index("agreement")
    return tables.set_column(index, tables.schema.field(index), pa.array(column, pa.float64()))


def keep_causes(checks: pa.Table, earlier: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Fill in, where there is no cause yet, what an earlier second reading said of the same suspects."""
    import pyarrow as pa

    known = {row["check_id"]: (row["suspects"], row["cause"]) for row in earlier if row["cause"]}
    causes = [
        known[row["check_id"]][1]
        if row["cause"] == "unknown" and known.get(row["check_id"], ((), ""))[0] == row["suspects"]
        else row["cause"]
        for row in checks.select(["check_id", "suspects", "cause"]).to_pylist()
    ]
    index = checks.column_names.index("cause")
    return checks.set_column(index, checks.schema.field(index), pa.array(causes, pa.string()))


def is_report(path: Path, report_id: str) -> bool:
    """Whether a file is there and holds the very bytes of a report."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() == report_id
    except OSError:
        return False


@contextmanager
def limited(budget: float, grace: float) -> Iterator[None]:
    """Interrupt what takes too much CPU with a TimeoutError, and again after each further `grace` seconds.

    A damaged page can keep a parser busy for ever; the report must not be given up for it. Only the main
    thread of a process can be interrupted, elsewhere nothing is limited.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_: object) -> None:
        raise TimeoutError("it took too long")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, budget, grace)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
