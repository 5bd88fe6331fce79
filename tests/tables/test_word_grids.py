"""The tables of words of a real report: grids read off the rendered pages by eye, their words as hashes.

`word_grids.json` holds for every table what was seen: pages, size, source note, and each cell with its place,
span, role and length; the words themselves stay with the report. Whoever changes an entry looks at the page
first.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pipeline.reading.pdfium import open_document
from pipeline.tables.find import find_tables
from pipeline.tables.table import Table
from tests.corpus.places import CORPUS, needs_corpus

pytestmark = [pytest.mark.corpus, needs_corpus]

SALT = "words of a table"
TRUTH: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("word_grids.json").read_text(encoding="utf-8")
)


def sealed(text: str) -> str:
    """A text's length and a hash that tells it from any other, empty for an empty one."""
    return f"{len(text)}:{hashlib.sha256((SALT + text).encode()).hexdigest()[:10]}" if text else ""


def seen(table: Table) -> dict[str, Any]:
    """A table in the form of the truth."""
    cells = sorted(table.cells, key=lambda c: (c.row, c.column))
    return {
        "pages": list(table.pages),
        "rows": table.row_count,
        "columns": table.column_count,
        "source_note": sealed(table.source_note),
        "cells": [
            [c.row, c.column, c.row_span, c.column_span, c.role, c.page, sealed(c.text)] for c in cells
        ],
    }


@cache
def tables(report: str, *pages: int) -> dict[str, Table]:
    """The tables of some pages of a labelled report, by the numbers of their captions."""
    with open_document(CORPUS / "labelled" / f"{report}.pdf") as document:
        found = find_tables([document.page(number) for number in pages])
    return {table.caption_no: table for table in found if table.caption_no}


@pytest.mark.parametrize("number", TRUTH)
def test_every_cell_in_its_place(number: str) -> None:
    table = tables("sensetime_initiation", *TRUTH[number]["pages"])[number]
    assert seen(table) == TRUTH[number]
