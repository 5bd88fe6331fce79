"""Tables built from the hand-made truth of the real reports: what a perfect tables room would hand over."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.reading.page import Box
from pipeline.tables.table import Cell, Role, Table

CORPUS = Path(os.environ.get("YANBAO_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
needs_corpus = pytest.mark.skipif(not (CORPUS / "truth").is_dir(), reason="the real reports are not here")


def truth_reports() -> Iterator[dict[str, Any]]:
    for path in sorted((CORPUS / "truth").glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def table_of(truth: dict[str, Any]) -> Table:
    """A grid with one header row, the labels in column 0, boxes on a regular lattice."""
    heads = ["", *("" if h == "value" else h for h in truth["columns"])]
    box = Box(*(truth.get("bbox") or (0, 0, 500, 500)))
    page = truth["page"]
    cells = [_cell(0, c, text, page, "header") for c, text in enumerate(heads)]
    for r, row in enumerate(truth["rows"], 1):
        section = row.get("section", False)
        cells.append(_cell(r, 0, row["label"], page, "section" if section else "label"))
        if not section:
            cells += [_cell(r, c, text, page, "value") for c, text in enumerate(row["values"], 1)]
    return Table(
        pages=(page,),
        box=box,
        row_count=len(truth["rows"]) + 1,
        column_count=len(heads),
        cells=tuple(cells),
        heads=tuple(heads),
        title=truth.get("title", ""),
        unit_text=truth.get("unit_text", ""),
    )


def _cell(row: int, column: int, text: str, page: int, role: Role) -> Cell:
    box = Box(60.0 * column, 10.0 * row, 60.0 * column + 50, 10.0 * row + 9)
    return Cell(row, column, text, page, box, role)


def grid(
    heads: list[str], rows: list[list[str]], *, title: str = "", unit_text: str = "", page: int = 1
) -> Table:
    """A small table by hand: a row is its label and values, a lone label heads a section."""
    return table_of(
        {
            "columns": heads,
            "rows": [{"label": r[0], "values": r[1:], "section": len(r) == 1} for r in rows],
            "page": page,
            "title": title,
            "unit_text": unit_text,
        }
    )
