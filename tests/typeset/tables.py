"""Setting a table: head of any number of levels, rows, rules and bands, each cell noted as truth."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .facts import Row, Table
from .fonts import face
from .lines import wrap
from .sheet import Align, Box, Ink, Sheet
from .style import Style
from .truth import RowTruth, TableTruth

NUMBER = re.compile(r"[(（]?[-－−]?[\d,.]+[%x倍]?[)）]?")
NEGATIVE = re.compile(r"[(（]?[-－−]\d|[(（]\d")
CAP_MIDDLE = 0.36  # of the size: how far a line's visual middle is above its baseline


@dataclass(frozen=True, slots=True)
class Columns:
    """Left and right edge of each column, and where its text stands in it."""

    edges: tuple[float, ...]
    aligns: tuple[Align, ...]

    @classmethod
    def shared(cls, x0: float, x1: float, shares: Sequence[float], aligns: Sequence[Align]) -> Columns:
        """Columns that split `x0` to `x1` in these shares."""
        edges, total = [x0], sum(shares)
        for share in shares:
            edges.append(edges[-1] + (x1 - x0) * share / total)
        return cls(tuple(edges), tuple(aligns))

    @classmethod
    def statement(cls, x0: float, x1: float, label: float, count: int, align: Align = "right") -> Columns:
        """A label column of `label` points and `count` equal ones for numbers."""
        return cls.shared(x0, x1, [label, *[(x1 - x0 - label) / count] * count], ["left", *[align] * count])


@dataclass(frozen=True, slots=True)
class Room:
    """The space a table may fill: where the page ends, and what opens the next (returns its top)."""

    bottom: float
    turn: Callable[[], float]


class Setter:
    """Sets one grid, which may hold several tables under one head, from `top` downwards."""

    def __init__(self, sheet: Sheet, style: Style, columns: Columns, room: Room) -> None:
        self.sheet, self.style, self.columns, self.room = sheet, style, columns, room
        self.x0, self.x1 = columns.edges[0], columns.edges[-1]
        self.y = 0.0
        self._banded = 0
        self._merged: list[tuple[str, int, float, float]] = []  # name, column, top, bottom
        self.truths: list[TableTruth] = []

    def grid(self, tables: Sequence[Table], top: float, sub_heads: bool = False) -> float:
        """Set the tables under the first one's head; the y below. `sub_heads` prints each title as a row."""
        self.y = top
        self._head(tables[0])
        head_box = Box(self.x0, top, self.x1, self.y)
        for at, table in enumerate(tables):
            truth = TableTruth(table.kind, table.title, table.unit_text, table.columns, self.sheet.page)
            truth.boxes = [head_box] if at == 0 else []
            self.truths.append(truth)
            if sub_heads:
                truth.boxes.append(self._sub_head(table))
                truth.page = self.sheet.page
            self.rows(table, truth, tables[0])
        if self.style.lines == "three":
            self._line(self.y)
        return self.y

    def rows(self, table: Table, truth: TableTruth, headed: Table | None = None) -> None:
        """Set the rows from the present y; `headed` is the table whose head a new page repeats."""
        above: list[tuple[int, str]] = []
        section: str | None = None
        for row in table.rows:
            height = self._height(row, table)
            if self.y + height > self.room.bottom:
                if self.style.lines == "three":
                    self._line(self.y)
                self._names(table)
                self.y = self.room.turn()
                if self.style.repeat_head:
                    self._head(headed or table)
            label = row.cells[table.label_column].replace("\n", "")
            above = [(depth, head) for depth, head in above if depth < row.depth]
            path = (*([section] if section and not row.section else []), *(head for _, head in above), label)
            path = (*row.heads, label) if row.heads is not None else path
            above.append((row.depth, label))
            section = label if row.section else section
            top = self.y
            truth.rows.append(self._row(row, table, path, height))
            if self.sheet.page == truth.page:
                truth.boxes.append(Box(self.x0, top, self.x1, self.y))
        self._names(table)

    def height(self, tables: Sequence[Table], sub_heads: bool = False) -> float:
        """What `grid` takes up where no page ends in between."""
        rows = sum(self._height(row, table) for table in tables for row in table.rows)
        return sum(self._head_heights(tables[0])) + rows + self.style.pitch * len(tables) * sub_heads

    def _lines_of(self, row: Row, table: Table) -> list[list[str]]:
        edges, lines = self.columns.edges, []
        for at, cell in enumerate(row.cells):
            left = self.style.indent * row.depth if at == table.label_column else 0.0
            room = edges[at + 1] - edges[at] - 2 * self.style.pad - left
            ink = self._ink(row, at == table.label_column)
            wraps = self.columns.aligns[at] != "right" and cell and row.span == 1
            lines.append(wrap(cell, ink, room + 0.01) if wraps else [cell])
        return lines

    def _clips(self, row: Row, table: Table) -> bool:
        """Whether the row's label is cut off at the end of its first line."""
        return self.style.clip_labels and len(self._lines_of(row, table)[table.label_column]) > 1

    def _ink(self, row: Row, label: bool, text: str = "") -> Ink:
        bold = row.section or (row.bold and self.style.totals_bold)
        ink = self.style.label(bold) if label else self.style.number(bold)
        if not label and self.style.negative_colour and NEGATIVE.match(text):
            ink = replace(ink, colour=self.style.negative_colour)
        return ink

    def _height(self, row: Row, table: Table) -> float:
        lines_of = self._lines_of(row, table)
        if self.style.clip_labels:
            lines_of[table.label_column] = lines_of[table.label_column][:1]
        most = max(len(lines) for lines in lines_of)
        return self.style.pitch + (most - 1) * self.style.leading

    def _row(self, row: Row, table: Table, path: tuple[str, ...], height: float) -> RowTruth:
        style, edges, top = self.style, self.columns.edges, self.y
        fill = style.section_fill if row.section else (style.band if self._banded % 2 == 0 else "")
        if fill:
            self.sheet.fill(Box(self.x0, top, self.x1, top + height), fill)
        self._banded += 1
        lines_of = self._lines_of(row, table)
        clips = self._clips(row, table)
        most = max(len(lines) for at, lines in enumerate(lines_of) if not clips or at != table.label_column)
        values: list[str] = []
        boxes: list[Box | None] = []
        label_box: Box | None = None
        for at, lines in enumerate(lines_of):
            is_label = at == table.label_column
            if at == table.merged_column and row.span == 1:
                self._gather(row.cells[at], at, top, height)
                continue
            if 0 < at < row.span:
                if not is_label:
                    values.append("")
                    boxes.append(None)
                continue
            free = max(most - len(lines), 0)
            first = {"first": 0.0, "middle": free / 2, "last": float(free)}[style.numbers_on]
            start = top + style.pitch / 2 + CAP_MIDDLE * style.size + style.leading * first
            if is_label:
                start -= style.label_lift
            left = style.indent * row.depth if is_label else 0.0
            clip = Box(edges[at], top, edges[at + 1], top + height) if clips and is_label else None
            ink = self._ink(row, is_label, row.cells[at])
            box = self._cell(lines, at, start, left, ink, row.span, clip, flush=row.flush)
            text = row.cells[at].replace("\n", "")
            if is_label or (row.span > 1 and at == 0):
                label_box = box if text else None
            if at == table.merged_column:
                continue  # set over labels, too: no column of values
            if not is_label and row.span > 1 and at == 0:
                values.append("")
                boxes.append(None)
            elif not is_label:
                values.append(text)
                boxes.append(box if text else None)
        self.y = top + height
        if style.lines == "grid":
            self._frame(top, range(len(edges)) if not row.section else (0, len(edges) - 1))
        if style.lines == "rows":
            self._line(self.y)
        return RowTruth(path, self.sheet.page, label_box, tuple(values), tuple(boxes), row.section)

    def _gather(self, name: str, at: int, top: float, height: float) -> None:
        """Note that the merged cell of column `at` reaches over this row, or begins with it."""
        if name:
            self._merged.append((name, at, top, top + height))
        elif self._merged:
            name, _, start, _ = self._merged.pop()
            self._merged.append((name, at, start, top + height))

    def _names(self, table: Table) -> None:
        """Set the names of merged cells in the middle of their rows."""
        for name, at, top, bottom in self._merged:
            ink = self.style.label(bold=True)
            lines = wrap(name, ink, self.columns.edges[at + 1] - self.columns.edges[at] - 2 * self.style.pad)
            middle = (top + bottom - (len(lines) - 1) * self.style.leading) / 2
            self._cell(lines, at, middle + CAP_MIDDLE * self.style.size, 0.0, ink, 1, None)
        self._merged = []

    def _cell(
        self,
        lines: list[str],
        at: int,
        baseline: float,
        left: float,
        ink: Ink,
        span: int,
        clip: Box | None,
        *,
        flush: bool = False,
    ) -> Box:
        x0 = self.columns.edges[at] + self.style.pad + left
        x1 = self.columns.edges[at + (span if at == 0 else 1)] - self.style.pad
        align = "center" if at == 0 and span > 1 and not flush else self.columns.aligns[at]
        x = {"left": x0, "center": (x0 + x1) / 2, "right": x1}[align]
        x += self.style.column_shifts[at] if self.style.column_shifts else 0.0
        spacing = self.style.number_spacing if NUMBER.fullmatch("".join(lines)) else 0.0
        boxes = [
            self.sheet.text(
                x, baseline + self.style.leading * n, line, ink, align=align, spacing=spacing, clip=clip
            )
            for n, line in enumerate(lines)
        ]
        return Box(min(b.x0 for b in boxes), boxes[0].top, max(b.x1 for b in boxes), boxes[-1].bottom)

    def _sub_head(self, table: Table) -> Box:
        style, top = self.style, self.y
        if top + 3 * style.pitch > self.room.bottom:
            self.y = top = self.room.turn()
        if style.section_fill:
            self.sheet.fill(Box(self.x0, top, self.x1, top + style.pitch), style.section_fill)
        baseline = top + style.pitch / 2 + CAP_MIDDLE * style.size
        title = f"{table.title}({table.unit_text})" if table.unit_text else table.title
        if table.hidden:
            self.sheet.text(self.x0 + style.pad, baseline, table.hidden, Ink(size=style.size, hidden=True))
        self.sheet.text(self.x0 + style.pad, baseline, title, style.label(bold=True))
        self.y = top + style.pitch
        self._banded = 1
        if style.lines == "grid":
            self._frame(top, (0, len(self.columns.edges) - 1))
        return Box(self.x0, top, self.x1, self.y)

    def _head(self, table: Table) -> None:
        style, edges, top = self.style, self.columns.edges, self.y
        levels = [_spans(level, last=n == len(table.head) - 1) for n, level in enumerate(table.head)]
        heights = self._head_heights(table)
        total = sum(heights)
        if style.head_fill:
            self.sheet.fill(Box(self.x0, top, self.x1, top + total), style.head_fill)
        y = top
        for n, level in enumerate(levels):
            for a, b, cell in level:
                if not cell:
                    if style.lines == "grid" and not any(row[a] for row in table.head):
                        self._rectangle(Box(edges[a], top, edges[b], top + total))
                    continue
                below = all(not lower[a] for lower in table.head[n + 1 :])
                bottom = top + total if below else y + heights[n]
                self._head_cell(cell, a, b, y, bottom)
                if style.lines == "three" and b - a > 1:
                    self._rule(edges[a] + style.pad, bottom, edges[b] - style.pad, bottom, 0.3)
                if style.lines == "grid":
                    self._rectangle(Box(edges[a], y, edges[b], bottom))
            y += heights[n]
        if style.lines in ("three", "rows"):
            self._line(top)
            self._line(y)
        self.y = y
        self._banded = 1

    def _head_heights(self, table: Table) -> list[float]:
        heights = []
        for n, level in enumerate(table.head):
            spans = _spans(level, last=n == len(table.head) - 1)
            most = max(len(self._head_lines(cell, a, b)) for a, b, cell in spans)
            heights.append(self.style.pitch + 1.0 + (most - 1) * self.style.leading)
        return heights

    def _head_lines(self, cell: str, a: int, b: int) -> list[str]:
        room = self.columns.edges[b] - self.columns.edges[a] - 2 * self.style.pad
        return wrap(cell, self.style.label(bold=True), room + 0.01)

    def _head_cell(self, cell: str, a: int, b: int, top: float, bottom: float) -> None:
        style, edges = self.style, self.columns.edges
        ink = Ink(style.label_font, style.size, True, style.head_colour)
        lines = self._head_lines(cell, a, b)
        align: Align = "center" if b - a > 1 else self.columns.aligns[a]
        x = {
            "left": edges[a] + style.pad,
            "center": (edges[a] + edges[b]) / 2,
            "right": edges[b] - style.pad,
        }[align]
        x += self._head_shift(lines, x, align, b) if a > 0 else 0.0
        block = (len(lines) - 1) * style.leading
        first = (top + bottom - block) / 2 + CAP_MIDDLE * style.size
        for n, line in enumerate(lines):
            self.sheet.text(x, first + n * style.leading, line, ink, align=align)

    def _head_shift(self, lines: Sequence[str], x: float, align: Align, end: int) -> float:
        """How far heads stand to the right; white on a fill the last one stays on it, or it is not seen."""
        style = self.style
        if not style.head_fill or end < len(self.columns.edges) - 1:
            return style.head_shift
        widest = max(face(style.label_font).width(line, style.size) for line in lines)
        right = x + {"left": widest, "center": widest / 2, "right": 0.0}[align]
        return min(style.head_shift, max(self.x1 - right, 0.0))

    def _rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.0) -> None:
        style = self.style
        width = width or style.rule_width
        if not style.thin_rectangles:
            self.sheet.rule(x0, y0, x1, y1, width, style.rule_colour)
        elif y0 == y1:
            self.sheet.fill(Box(x0, y0 - width / 2, x1, y0 + width / 2), style.rule_colour)
        else:
            self.sheet.fill(Box(x0 - width / 2, y0, x0 + width / 2, y1), style.rule_colour)

    def _line(self, y: float) -> None:
        self._rule(self.x0, y, self.x1, y)

    def _frame(self, top: float, columns: Sequence[int]) -> None:
        for y in (top, self.y):
            self._line(y)
        for at in columns:
            x = self.columns.edges[at]
            self._rule(x, top, x, self.y)

    def _rectangle(self, box: Box) -> None:
        x0, top, x1, bottom = box
        if self.style.thin_rectangles:
            for y in (top, bottom):
                self._rule(x0, y, x1, y)
            for x in (x0, x1):
                self._rule(x, top, x, bottom)
            return
        corners = [(x0, top), (x1, top), (x1, bottom), (x0, bottom), (x0, top)]
        self.sheet.path(corners, self.style.rule_width, self.style.rule_colour)


def _spans(level: tuple[str, ...], last: bool) -> list[tuple[int, int, str]]:
    """First and end column of each cell of a head's level; equal neighbours above the last level join."""
    spans: list[tuple[int, int, str]] = []
    for at, cell in enumerate(level):
        if spans and not last and cell and spans[-1][2] == cell:
            spans[-1] = (spans[-1][0], at + 1, cell)
        else:
            spans.append((at, at + 1, cell))
    return spans
