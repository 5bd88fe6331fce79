"""Facts as a faultless extraction would give them: the hand-made truth of real reports, given its meaning."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.meaning.fact import Fact, table_id
from pipeline.meaning.facts import facts_of
from pipeline.reading.page import Box
from pipeline.tables.table import Cell, Role, Table

PITCH = 12.0  # points from row to row in the grid that the facts are laid on


@dataclass(frozen=True)
class Report:
    report_id: str
    company: str | None
    tickers: tuple[str, ...]
    published_on: date | None


def corpus_truth() -> list[Path]:
    """The truth files of the corpus; none where the corpus is absent."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "corpus"
    return sorted((Path(os.environ.get("YANBAO_CORPUS", beside)) / "truth").glob("*.json"))


def datasets(path: Path) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Facts, tables and reports of one truth file."""
    truth = json.loads(path.read_text(encoding="utf-8"))
    head = truth["report"]
    report = Report(
        truth["sha256"],
        head.get("company"),
        tuple(head.get("tickers") or ()),
        date.fromisoformat(head["published_on"]) if head.get("published_on") else None,
    )
    facts: list[Fact] = []
    tables: list[dict[str, Any]] = []
    for number, printed in enumerate(truth["tables"]):
        box = Box(*(printed.get("bbox") or (0.0, float(number), 500.0, number + 1.0)))
        grid = table_of(printed, box)
        identifier = table_id(report.report_id, printed["page"], box)
        facts.extend(facts_of(grid, kind=printed["kind"], table_id=identifier, report=report))
        tables.append({"table_id": identifier, "report_id": report.report_id, "agreement": None})
    return facts_table(facts), pa.Table.from_pylist(tables, schema=TABLES), reports_table([report.report_id])


def table_of(printed: dict[str, Any], box: Box) -> Table:
    """The printed grid of a truth table: heads, then rows, 12 points apart below the top of its box."""
    columns = printed["columns"]
    page = printed["page"]
    cells: list[Cell] = []

    def add(row: int, column: int, text: str, role: Role) -> None:
        left = box.x0 + (0 if column == 0 else 100 + 40 * column)
        top = box.top + PITCH * row
        cells.append(Cell(row, column, text, page, Box(left, top, left + 38, top + 8), role))

    for c, head in enumerate(columns, start=1):
        add(0, c, head, "header")
    for r, row in enumerate(printed["rows"], start=1):
        section = bool(row.get("section"))
        add(r, 0, row["label"], "section" if section else "label")
        for c, value in enumerate(row["values"], start=1):
            if not section:
                add(r, c, value or "", "value")
    return Table(
        pages=(page,),
        box=box,
        row_count=len(printed["rows"]) + 1,
        column_count=len(columns) + 1,
        cells=tuple(cells),
        heads=("", *columns),
        title=printed.get("title") or "",
        unit_text=printed.get("unit_text") or "",
    )


TABLES = pa.schema([("table_id", pa.string()), ("report_id", pa.string()), ("agreement", pa.float64())])
FACTS = pa.schema(
    [
        *[(n, pa.string()) for n in ("fact_id", "report_id", "table_id", "table_kind")],
        ("page", pa.int32()),
        *[(n, pa.float64()) for n in ("x0", "top", "x1", "bottom")],
        *[(n, pa.string()) for n in ("entity", "entity_name", "label")],
        ("label_path", pa.list_(pa.string())),
        *[(n, pa.string()) for n in ("column", "concept", "period_label")],
        ("period_start", pa.date32()),
        ("period_end", pa.date32()),
        ("basis", pa.string()),
        ("text", pa.string()),
        ("value", pa.decimal128(38, 12)),
        ("missing", pa.string()),
        ("decimals", pa.int32()),
        ("unit", pa.string()),
        ("scale", pa.int32()),
        ("amount", pa.float64()),
    ]
)


def facts_table(facts: list[Fact]) -> pa.Table:
    rows = [fact._asdict() for fact in facts]
    for row in rows:
        row["label_path"] = list(row["label_path"])
    return pa.Table.from_pylist(rows, schema=FACTS)


def reports_table(report_ids: list[str]) -> pa.Table:
    return pa.table({"report_id": pa.array(report_ids, pa.string())})
