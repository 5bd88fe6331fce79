"""A table as printed: a grid of cells, each with its text, box, span and role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.reading.page import Box

Role = Literal["header", "label", "value", "section", "note"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the grid; `row` and `column` are 0-based and give the top-left corner of its span.

    A printed blank inside the grid is a cell with empty text and the box of the place that it leaves empty.
    """

    row: int
    column: int
    text: str
    page: int
    box: Box
    role: Role
    row_span: int = 1
    column_span: int = 1
    indent: float = 0.0  # of a label: points to the right of the leftmost label
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A grid of one printed table, before anyone has asked what its numbers mean.

    The header rows come first; `heads[c]` is the head of column `c`, its levels from the top joined by `|`.
    Column 0 is the stub (row heads) where `stub` is true.
    """

    pages: tuple[int, ...]
    box: Box
    row_count: int
    column_count: int
    cells: tuple[Cell, ...]
    heads: tuple[str, ...]
    title: str = (
        ""  # the heading that names the table: caption name, sub-heading (利润表) or box title (基本数据)
    )
    title_box: Box | None = None  # where a heading that is no caption stands
    caption: str = ""
    caption_no: str | None = None
    source_note: str = ""
    unit_text: str = ""
    stub_head: str = ""  # text of the header cell over the labels: `会计年度 (人民币百万)`
    reader: str = "aligned"
    agreement: float | None = None
