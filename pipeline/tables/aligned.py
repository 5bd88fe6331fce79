"""Blocks without cell borders to tables: columns by alignment, rows by height, labels by matching."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.layout.block import Block
from pipeline.layout.lines import Segment, cluster_lines, join_words, segments_of
from pipeline.layout.tokens import is_missing, is_number, is_period, is_value, tight
from pipeline.reading.page import Box, Fill, Word, union
from pipeline.tables.columns import Column, nearest, text_columns, value_columns, value_zone
from pipeline.tables.headers import Head, place_heads
from pipeline.tables.labels import LabelLine, joined, label_lines, match_labels
from pipeline.tables.table import Cell, Role, Table

_CODE = re.compile(r"[0-9A-Z]{1,6}[. ]?(?:SH|SZ|BJ|HK|CH|US|TT|JP|KS|LN|GR|FP|SS)(?: ?Equity)?", re.IGNORECASE)


@dataclass(slots=True)
class _Row:
    """A row of numbers: its words per column, and its height on the page."""

    words: list[Word]

    @property
    def yc(self) -> float:
        """Median height: one number may be set a little off."""
        return statistics.median(w.yc for w in self.words)


def _split(line: Sequence[Word], zone: float, first: float) -> tuple[list[Word], list[Word]]:
    """A line's label words and value words: text that begins before the value zone is label as far as it runs."""
    labels: list[Word] = []
    values: list[Word] = []
    for word in line:
        after_label = bool(labels) and not values and word.x0 - labels[-1].x1 < 0.6 * word.size
        if word.x0 < zone and not (is_value(word.text) and word.xc > zone and not after_label):
            labels.append(word)
        elif not is_value(word.text) and after_label and word.x0 < first + 2:
            labels.append(word)
        else:
            values.append(word)
    return labels, values


def _bands(block: Block, rows: Sequence[float]) -> list[tuple[float, float]]:
    """Drawn row bands: the spaces between horizontal edges that hold exactly one row of numbers each.

    Only where the edges (rules, or borders of fills) part nearly all rows: a few rules under totals do not.
    """
    left, right = block.box.x0, block.box.x1
    edges: list[float] = []
    for rule in block.rules:
        if rule.horizontal and rule.x1 - rule.x0 > 8 and rule.x0 < left + 0.4 * (right - left):
            edges.append((rule.top + rule.bottom) / 2)
    for fill in _outer([f for f in block.fills if 4 < f.bottom - f.top < 60 and f.x0 < left + 0.2 * (right - left)]):
        edges += [fill.top, fill.bottom]
    edges.sort()
    lines: list[float] = []
    for edge in edges:
        if not lines or edge - lines[-1] > 2.5:
            lines.append(edge)
    bands = [
        (a, b) for a, b in zip(lines, lines[1:], strict=False) if sum(a <= y <= b for y in rows) == 1
    ]
    return bands if len(bands) >= 0.7 * len(rows) else []


def _outer(fills: Sequence[Fill]) -> list[Fill]:
    """Fills that lie in no larger one: Word shades a cell and, inside it, each paragraph again."""
    outer: list[Fill] = []
    for fill in sorted(set(fills), key=lambda f: -(f.x1 - f.x0) * (f.bottom - f.top)):
        if not any(
            o.x0 - 1 <= fill.x0 and fill.x1 <= o.x1 + 1 and o.top - 1 <= fill.top and fill.bottom <= o.bottom + 1
            for o in outer
        ):
            outer.append(fill)
    return outer


def _role_of_text(columns: Sequence[Column], lines: Sequence[Sequence[Word]], zone: float) -> int:
    """Which text column holds the row heads: the nearest dense one that holds no codes."""
    dense = max((c.filled for c in columns), default=0)
    best = 0
    for index, column in enumerate(columns):
        if column.is_value or column.filled < 0.6 * dense:
            continue
        texts = [
            s.text for line in lines for s in segments_of(line) if column.x0 - 1 <= s.box.xc <= column.x1 + 1
        ]
        if sum(bool(_CODE.fullmatch(t)) for t in texts) > 0.5 * len(texts):
            continue
        best = index
        break
    return best


def read_aligned(block: Block) -> Table | None:
    """Read one block; None where it turns out to hold no row of values."""
    lines = cluster_lines(block.body)
    zone = value_zone(block.heads)
    first = block.heads[0].box.x0
    split = [_split(line, zone, first) for line in lines]
    rows = [_Row(values) for _, values in split if any(is_value(tight(w.text)) for w in values)]
    loose = [w for _, values in split for w in values if not any(w in r.words for r in rows)]
    if not rows:
        return None
    values = value_columns([r.words for r in rows], block.heads, zone)
    label_words = cluster_lines([w for labels, _ in split for w in labels] + _section_words(loose))
    texts = text_columns(label_words, zone) or [Column(block.box.x0, zone, False)]
    stub = _role_of_text(texts, label_words, zone)
    return _Grid(block, rows, values, texts, stub, label_words).table()


def _section_words(words: Sequence[Word]) -> list[Word]:
    """Text right of the zone on lines without values: the tail of a long section head."""
    return [w for w in words if not is_value(w.text)]


class _Grid:
    """Assembles the cells of one table."""

    def __init__(
        self,
        block: Block,
        rows: list[_Row],
        values: list[Column],
        texts: list[Column],
        stub: int,
        label_words: list[list[Word]],
    ) -> None:
        self.block, self.rows, self.values, self.texts, self.stub = block, rows, values, texts, stub
        self.label_words = label_words
        self.others = [c for i, c in enumerate(texts) if i != stub]
        # Grid columns: the stub, then every other column from the left.
        self.columns = [texts[stub], *sorted([*self.others, *values], key=lambda c: c.x0)]
        self.cells: list[Cell] = []

    def table(self) -> Table:
        """The finished table."""
        heads, header_rows, stub_head = self._header()
        row = header_rows
        stub_lines, beside = self._by_text_column()
        matches = match_labels(label_lines(stub_lines), [r.yc for r in self.rows], _bands(self.block, [r.yc for r in self.rows]))
        groups = self._group_names(beside)
        left = min((line.box.x0 for m in matches for line in m.lines), default=self.block.box.x0)
        for match in matches:
            y = self.rows[match.row].yc if match.row is not None else match.lines[0].yc
            while groups and groups[0].box.top < y and self._starts_group(groups[0], match, matches):
                row = self._add_section([groups.pop(0)], row, left)
            row = self._add_row(match, row, left, beside)
        box = union([c.box for c in self.cells if c.text]) if any(c.text for c in self.cells) else self.block.box
        return Table(
            pages=(self.block.page,),
            box=box,
            row_count=row,
            column_count=len(self.columns),
            cells=tuple(self.cells),
            heads=tuple(heads),
            title=self.block.title or (self.block.caption.name if self.block.caption else ""),
            caption=self.block.caption.text if self.block.caption else "",
            caption_no=self.block.caption.number if self.block.caption else None,
            source_note=self.block.source_note,
            unit_text=self.block.unit_text,
            stub_head=stub_head,
            reader="aligned",
        )

    def _header(self) -> tuple[list[str], int, str]:
        levels = cluster_lines(self.block.header)
        texts: list[list[str]] = [[] for _ in self.columns]
        count = 0
        for line in levels:
            segments = _head_segments(line, self.block.heads)
            inside = [s for s in segments if not is_stub_unit(s, self.columns)]
            placed = self._place(inside)
            if not placed:
                continue
            for head in placed:
                for column in range(head.first, head.last + 1):
                    texts[column].append(head.text)
                self._add(count, head.first, head.text, head.box, "header", span=head.last - head.first + 1)
            count += 1
        heads = ["|".join(t) for t in texts]
        return heads, count, heads[0]

    def _place(self, segments: Sequence[Segment]) -> list[Head]:
        """A level whose heads each sit over one column of their own is read directly, others by least misfit."""
        direct = [_over_one(s, self.columns) for s in segments]
        if all(d is not None for d in direct) and len(set(direct)) == len(direct):
            upper = len(segments) < 0.6 * len(self.columns) and any(
                s.box.x1 - s.box.x0 > 0.0 and not is_period(tight(s.text)) for s in segments
            )
            if not upper:
                return [
                    Head(s.text, s.box, d, d) for s, d in zip(segments, direct, strict=True) if d is not None
                ]
        return place_heads(segments, self.columns)

    def _by_text_column(self) -> tuple[list[list[Word]], dict[int, list[list[Word]]]]:
        stub_lines: list[list[Word]] = []
        beside: dict[int, list[list[Word]]] = {}
        for line in self.label_words:
            mine: dict[int, list[Word]] = {}
            for segment in segments_of(line):
                index = nearest(self.texts, segment.box.x0, segment.box.x1)
                mine.setdefault(index, []).extend(segment.words)
            for index, words in mine.items():
                if index == self.stub:
                    stub_lines.append(words)
                else:
                    beside.setdefault(index, []).append(words)
        return stub_lines, beside

    def _group_names(self, beside: dict[int, list[list[Word]]]) -> list[LabelLine]:
        """Names of merged cells left of the labels (a segment over its three rows), from the top."""
        names: list[LabelLine] = []
        for index, column in enumerate(self.texts):
            if index < self.stub and not column.is_value and column.filled < 0.6 * self.texts[self.stub].filled:
                lines = label_lines(beside.pop(index, []))
                self.columns = [c for c in self.columns if c is not column] if False else self.columns
                names += lines
        return sorted(names, key=lambda n: n.yc)

    def _starts_group(self, name: LabelLine, match: object, matches: object) -> bool:
        return True

    def _add_section(self, lines: Sequence[LabelLine], row: int, left: float) -> int:
        box = union([line.box for line in lines])
        self._add(row, 0, joined(lines), box, "section", indent=box.x0 - left, bold=lines[0].words[0].bold)
        return row + 1

    def _add_row(self, match, row: int, left: float, beside: dict[int, list[list[Word]]]) -> int:  # type: ignore[no-untyped-def]
        if match.row is None:
            return self._add_section(match.lines, row, left)
        values = self.rows[match.row]
        if match.lines:
            box = union([line.box for line in match.lines])
            self._add(row, 0, joined(match.lines), box, "label", indent=box.x0 - left, bold=match.lines[0].words[0].bold)
        else:
            self._add(row, 0, "", Box(left, values.words[0].top, left, values.words[0].bottom), "label")
        by_column: dict[int, list[Word]] = {}
        for group in _value_groups(values.words):
            index = 1 + nearest(self.columns[1:], group[0].x0, group[-1].x1)
            by_column.setdefault(index, []).extend(group)
        for index, texts in beside.items():
            column = self.columns.index(self.texts[index])
            for words in texts:
                if abs(words[0].yc - values.yc) < 0.6 * words[0].size:
                    by_column.setdefault(column, []).extend(words)
        top, bottom = values.words[0].top, values.words[0].bottom
        for index in range(1, len(self.columns)):
            words = sorted(by_column.get(index, []), key=lambda w: w.x0)
            column = self.columns[index]
            box = union([w.box for w in words]) if words else Box(column.x0, top, column.x1, bottom)
            self._add(row, index, cell_text(words), box, "value", bold=bool(words) and words[0].bold)
        return row + 1

    def _add(
        self,
        row: int,
        column: int,
        text: str,
        box: Box,
        role: Role,
        *,
        span: int = 1,
        indent: float = 0.0,
        bold: bool = False,
    ) -> None:
        self.cells.append(Cell(row, column, text, self.block.page, box, role, 1, span, round(indent, 2), bold))


def cell_text(words: Sequence[Word]) -> str:
    """The text of a cell; pieces of one letter-spaced number are set together again."""
    whole = "".join(w.text for w in words)
    if len(words) > 1 and is_number(whole) and not all(is_number(w.text) for w in words):
        return whole
    return join_words(words)


def _value_groups(words: Sequence[Word]) -> list[list[Word]]:
    """Words of a value row that form one cell: `1.31` `亿元`; two numbers never."""
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.x0):
        last = groups[-1][-1] if groups else None
        near = last is not None and word.x0 - last.x1 < 0.5 * word.size
        if near and last is not None and not (is_value(word.text) and is_value(last.text)):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _head_segments(line: Sequence[Word], heads: Sequence[Segment]) -> list[Segment]:
    return segments_of(line)


def is_stub_unit(segment: Segment, columns: Sequence[Column]) -> bool:
    """Reserved for heads that say a unit over no column."""
    return False


def _over_one(segment: Segment, columns: Sequence[Column]) -> int | None:
    """The one column under a head, None where it touches several or none."""
    under = [i for i, c in enumerate(columns) if min(c.x1, segment.box.x1) - max(c.x0, segment.box.x0) > 0.5]
    if len(under) == 1:
        return under[0]
    near = [i for i, c in enumerate(columns) if c.x0 - 6 <= segment.box.xc <= c.x1 + 6]
    return near[0] if len(near) == 1 and len(under) <= 1 else None


__all__ = ["is_missing", "read_aligned"]
