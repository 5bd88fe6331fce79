"""Blocks without cell borders to tables: columns by alignment, rows by height, labels by matching."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.layout.block import Block
from pipeline.layout.lines import Segment, cluster_lines, join_words, printed_over, segments_of
from pipeline.layout.tokens import (
    is_begun,
    is_label_text,
    is_loose_value,
    is_number_rest,
    is_open_bracket,
    is_period,
    is_value,
    tight,
)
from pipeline.reading.page import Box, Fill, Word, bounds, union
from pipeline.tables.borders import borders_at, is_parted
from pipeline.tables.clipped import completed
from pipeline.tables.columns import (
    CODE,
    Column,
    holds_codes,
    holds_units,
    nearest,
    one_label_column,
    text_columns,
    value_columns,
)
from pipeline.tables.headers import place_levels, unwrapped
from pipeline.tables.headwords import levelled
from pipeline.tables.labels import Match, group_starts, joined, label_lines, match_labels
from pipeline.tables.stubs import stub_set_together
from pipeline.tables.table import Cell, Role, Table
from pipeline.tables.wrapped import cells_together, is_whole, set_together, with_clipped_rest


@dataclass(slots=True)
class _Row:
    """A row of numbers: its words, and its height on the page."""

    words: list[Word]
    yc: float = field(init=False)  # median height: one number may be set a little off

    def __post_init__(self) -> None:
        self.yc = statistics.median([w.yc for w in self.words])


def _split(
    line: Sequence[Word], zone: float, first: float, *, listing: bool
) -> tuple[list[Word], list[Word]]:
    """A line's label and value words: text that begins before the value zone is label as far as it runs.

    In a listing a pair or range (`8,663/8,663`) that reaches into the value column is a value, however far to
    the left it begins.
    """
    labels: list[Word] = []
    values: list[Word] = []
    for word in line:
        after_label = bool(labels) and not values and word.x0 - labels[-1].x1 < 0.6 * word.size
        if listing and word.x1 > first + 2 and is_loose_value(word.text):
            values.append(word)
        elif (word.x0 < zone and not (is_value(word.text) and word.xc > zone and not after_label)) or (
            not is_value(word.text) and after_label and word.x0 < first + 2
        ):
            labels.append(word)
        else:
            values.append(word)
    return labels, values


def _set_level(rows: Sequence[_Row], labels: Sequence[float]) -> list[_Row]:
    """The rows, two that fill each other's gaps half a row apart as one: cells set high and low in one row.

    Only where a single line of labels stands beside both.
    """
    steps = [b.yc - a.yc for a, b in itertools.pairwise(rows)]
    if len(rows) < 4:
        return list(rows)
    usual = statistics.median(steps)
    level: list[_Row] = []
    for row in rows:
        last = level[-1] if level else None
        if (
            last is not None
            and 0.25 * usual < row.yc - last.yc < 0.62 * usual
            and all(is_value(w.text) for w in (*last.words, *row.words))
            and not any(a.x0 < b.x1 and b.x0 < a.x1 for a in last.words for b in row.words)
            and sum(last.yc - 0.45 * usual < y < row.yc + 0.45 * usual for y in labels) == 1
        ):
            level[-1] = _Row([*last.words, *row.words])
        else:
            level.append(row)
    return level


def _counts(word: Word) -> bool:
    """Whether a word makes its line a row of numbers."""
    return is_value(tight(word.text)) or is_begun(word.text)


def _is_row(labels: Sequence[Word], values: Sequence[Word]) -> bool:
    """Whether a line of a listing without a number is a row; a text alone is the head of a section."""
    return bool(labels) or len(values) > 1 or is_loose_value(values[0].text)


def _outer(fills: Sequence[Fill]) -> list[Fill]:
    """Fills that lie in no larger one: Word shades a cell and, inside it, each paragraph again."""
    outer: list[Fill] = []
    for fill in sorted(set(fills), key=lambda f: -(f.x1 - f.x0) * (f.bottom - f.top)):
        if not any(
            o.x0 - 1 <= fill.x0
            and fill.x1 <= o.x1 + 1
            and o.top - 1 <= fill.top
            and fill.bottom <= o.bottom + 1
            for o in outer
        ):
            outer.append(fill)
    return outer


def _bands(block: Block, rows: Sequence[float]) -> list[tuple[float, float]]:
    """Drawn row bands: the spaces between horizontal edges that hold exactly one row of numbers each.

    Only where the edges (rules, or borders of fills) part nearly all rows: a few rules under totals do not.
    """
    left, width = block.box.x0, block.box.width
    edges = [
        (r.top + r.bottom) / 2
        for r in block.rules
        if r.horizontal and r.x1 - r.x0 > 8 and r.x0 < left + 0.4 * width
    ]
    for fill in _outer([f for f in block.fills if 4 < f.bottom - f.top < 60 and f.x0 < left + 0.2 * width]):
        edges += [fill.top, fill.bottom]
    lines: list[float] = []
    for edge in sorted(edges):
        if not lines or edge - lines[-1] > 2.5:
            lines.append(edge)
    below = [y for y in rows if lines and y > lines[-1]]
    if len(below) == 1:  # a last row that no rule closes stands in the middle of its band as well
        lines.append(2 * below[0] - lines[-1])
    bands = [(a, b) for a, b in itertools.pairwise(lines) if sum(a <= y <= b for y in rows) == 1]
    return bands if len(bands) >= 0.7 * len(rows) else []


def _stub_column(columns: Sequence[Column], lines: Sequence[Sequence[Word]], rows: Sequence[float]) -> int:
    """Which text column holds the row heads: the first dense one that holds no codes and no units.

    Where the rows have a label each, level with them, one that stands beside fewer than half of them holds
    names that wrap in merged cells, however many lines they take.
    """
    units = [len(columns) > 1 and holds_units(column, lines) for column in columns]
    dense = max((c.filled for c, unit in zip(columns, units, strict=True) if not unit), default=0)
    named = [
        (index, _level_rows(column, lines, rows))
        for index, column in enumerate(columns)
        if not (column.is_value or units[index] or column.filled < 0.6 * dense or holds_codes(column, lines))
    ]
    most = max((level for _, level in named), default=0)
    least = 0.5 * len(rows) if most > 0.85 * len(rows) else 0
    return next((index for index, level in named if level >= least), 0)


def _level_rows(column: Column, lines: Sequence[Sequence[Word]], rows: Sequence[float]) -> int:
    """How many rows have a word of the column beside them."""
    words = [w for line in lines for w in line if column.x0 - 1 <= w.xc <= column.x1 + 1]
    return sum(any(abs(w.yc - y) < 0.3 * w.size for w in words) for y in rows)


def read_aligned(block: Block) -> Table | None:
    """Read one block; None where it turns out to hold no row of values."""
    zone, first = block.zone, block.heads[0].x0
    split = [_split(line, zone, first, listing=block.listing) for line in cluster_lines(block.body)]
    # In a listing a row may hold a text where others hold numbers, but then it has a label.
    counted = [
        bool(v)
        and (
            any(map(_counts, v))
            or all(is_number_rest(w.text) for w in v)
            or (block.listing and _is_row(labels, v))
        )
        for labels, v in split
    ]
    rows = [_Row(values) for (_, values), row in zip(split, counted, strict=True) if row]
    if not rows:
        return None
    levels = [labels[0].yc for labels, _ in split if labels]
    rows = [_Row(words) for words in set_together([row.words for row in rows], levels)]
    rows = _set_level(rows, levels)
    # Text right of the zone on a line without values is the tail of a long section head.
    tails = [w for (_, values), row in zip(split, counted, strict=True) if not row for w in values]
    named = [w for labels, _ in split for w in labels]
    if not block.listing and not any(is_label_text(w.text) or is_period(w.text) for w in named):
        return None  # figures over the years of an axis, and figures before them: a chart
    label_words = cells_together(printed_over(cluster_lines(named + tails)))
    return _Grid(
        block, rows, value_columns([r.words for r in rows], block.heads, zone), label_words, zone
    ).table()


class _Grid:
    """Assembles the cells of one table."""

    def __init__(
        self, block: Block, rows: list[_Row], values: list[Column], label_words: list[list[Word]], zone: float
    ) -> None:
        self.block, self.rows, self.label_words, self.zone = block, rows, label_words, zone
        texts = text_columns(label_words, zone) or [Column(block.box.x0, zone, False)]
        self.texts = one_label_column(texts, label_words, [r.yc for r in rows])
        self.stub = _stub_column(self.texts, label_words, [r.yc for r in rows])
        stub = self.texts[self.stub]
        # Names of merged cells (a segment over its three rows) stand left of the labels and are sparse.
        self.groups = [
            i
            for i, c in enumerate(self.texts)
            if i < self.stub
            and not c.is_value
            and (c.filled < 0.6 * stub.filled or self._is_sparse(c))
            and not holds_codes(c, label_words)
        ]
        beside = [c for i, c in enumerate(self.texts) if i != self.stub and i not in self.groups]
        # Grid columns: the stub, then every other column from the left.
        self.columns = [stub, *sorted([*beside, *values], key=lambda c: c.x0)]
        self.cells: list[Cell] = []
        self.left = block.box.x0

    def _is_sparse(self, column: Column) -> bool:
        """Whether a column stands beside fewer than half as many rows as the labels do."""
        rows = [r.yc for r in self.rows]
        mine, labels = (_level_rows(c, self.label_words, rows) for c in (column, self.texts[self.stub]))
        return mine < 0.5 * labels

    def table(self) -> Table:
        """The finished table."""
        block = self.block
        heads, row = self._header()
        by_column = self._words_by_text_column()
        names = label_lines(by_column.get(self.stub, []))
        self.further = self._further_labels(heads, names)
        self._spread_periods(heads)
        heights = [r.yc for r in self.rows]
        merged = sorted(
            (n for i in self.groups for n in label_lines(by_column.get(i, []))), key=lambda n: n.yc
        )
        matches = self._matches(names, heights)
        self.left = min((line.box.x0 for m in matches for line in m.lines), default=block.box.x0)
        starts = group_starts(merged, heights)
        for match in matches:
            if match.row is None:
                row = self._add_section(match.lines, row, by_column)
                continue
            name = starts.get(match.row)
            own = match
            if name is not None and not match.lines and _is_level(name, heights[match.row]):
                own = Match(tuple(name), match.row)  # `合计`, set where the names are: no label beside it
            elif name is not None:
                row = self._add_section(name, row, by_column)
            row = self._add_row(own, row, by_column)
        return Table(
            pages=(block.page,),
            box=union([c.box for c in self.cells if c.text]),
            row_count=row,
            column_count=len(self.columns),
            cells=tuple(self.cells),
            heads=tuple(heads),
            title=block.title or (block.caption.name if block.caption else ""),
            title_box=block.title_box,
            caption=block.caption.text if block.caption else "",
            caption_no=block.caption.number if block.caption else None,
            source_note=block.source_note,
            unit_text=block.unit_text,
            stub_head=heads[0],
            reader="aligned",
        )

    def _further_labels(self, heads: Sequence[str], names: Sequence[Segment]) -> set[int]:
        """Columns of names behind numbers: lists side by side.

        The head over the names is printed for each, or the names are partly the same (客户 of four years):
        then every list of the same pitch is one, though its names be others. Or there is no head at all, and
        as many columns of numbers follow each column of names.
        """
        named = heads[0].split("|")[-1]
        known = {w.text for line in names for w in line.words}
        texts = {i: words for i in range(2, len(self.columns)) if (words := self._names_in(self.columns[i]))}
        again = {
            i
            for i, words in texts.items()
            if (named and heads[i].split("|")[-1] == named)
            or len(known.intersection(words)) >= max(2, 0.4 * len(words))
        }
        starts = [0, *texts, len(self.columns)]
        alike = len({b - a for a, b in itertools.pairwise(starts)}) == 1
        return set(texts) if alike and (again or not any(heads)) else again

    def _spread_periods(self, heads: list[str]) -> None:
        """Periods printed over the names of lists side by side are those of the numbers beside them."""
        lists = sorted({0, *self.further})
        if len(lists) < 2 or not all(is_period(tight(heads[i])) for i in lists):
            return
        for i, head in enumerate(heads):
            if not head and self.columns[i].x0 > self.columns[0].x0:
                heads[i] = heads[max(at for at in lists if at < i)]

    def _names_in(self, column: Column) -> list[str]:
        """The words of a column in which they are names, nothing where they are not."""
        texts = [w.text for r in self.rows for w in r.words if column.x0 - 1 <= w.xc <= column.x1 + 1]
        return texts if sum(map(is_label_text, texts)) > 0.8 * len(texts) else []

    def _matches(self, lines: list[Segment], heights: list[float]) -> list[Match]:
        """Label lines matched to rows; what a clip hides of a label is added to it, or labels its row."""
        room = min(w.x0 for row in self.rows for w in row.words)
        matches = match_labels(lines, heights, _bands(self.block, heights), room=room)
        return completed(matches, heights, [h for h in self.block.clipped if h.word.xc < self.zone])

    def _header(self) -> tuple[list[str], int]:
        """Add the head cells; the head of every column (levels joined by `|`) and the number of levels."""
        texts: list[list[str]] = [[] for _ in self.columns]
        count = 0
        levels = levelled([segments_of(line) for line in cluster_lines(self.block.header)], self.zone)
        levels = stub_set_together(levels, self.zone + 6)
        for placed in unwrapped(place_levels(levels, self.columns, self.block.rules)):
            for head in placed:
                for column in range(head.first, head.last + 1):
                    texts[column].append(head.text)
                width = head.last - head.first + 1
                self._add(count, head.first, head.text, head.box, "header", span=width, rows=head.depth)
            count += 1
        return ["|".join(t) for t in texts], count

    def _words_by_text_column(self) -> dict[int, list[list[Word]]]:
        """The words left of the values, line by line, by the text column they stand in."""
        units = {i for i, c in enumerate(self.texts) if i and holds_units(c, self.label_words)}
        lines: dict[int, list[list[Word]]] = {}
        for line in self.label_words:
            mine: dict[int, list[Word]] = {}
            index = 0
            for word in line:
                # `核心人员（76` `人）` in a cell merged over two columns: no bracket is left open in a cell.
                at = nearest(self.texts, word.x0, word.x1)
                if at in units or not is_open_bracket(join_words(mine.get(index, []))):
                    index = at
                mine.setdefault(index, []).append(word)
            for index, words in mine.items():
                lines.setdefault(index, []).append(words)
        return lines

    def _add_section(self, lines: Sequence[Segment], row: int, by_column: dict[int, list[list[Word]]]) -> int:
        beside = self._between_rows(lines, by_column)
        codes = [words for _, words in beside if CODE.fullmatch(tight(cell_text(words)))]
        box = union([*(line.box for line in lines), *map(bounds, codes)])
        text = " ".join([*map(cell_text, codes), joined(lines)])
        self._add(row, 0, text, box, "section", indent=box.x0 - self.left, bold=lines[0].words[0].bold)
        for column, words in beside:
            if is_value(tight(cell_text(words))):
                self._add(row, column, cell_text(words), bounds(words), "value", bold=words[0].bold)
        return row + 1

    def _between_rows(
        self, lines: Sequence[Segment], by_column: dict[int, list[list[Word]]]
    ) -> list[tuple[int, list[Word]]]:
        """What stands beside the name of several rows, between two of them: in cells merged over them all."""
        middle = (lines[0].yc + lines[-1].yc) / 2
        found = []
        for index in by_column.keys() - {self.stub, *self.groups}:
            for words in by_column[index]:
                y, near = words[0].yc, 0.6 * words[0].size
                if abs(y - middle) < near and all(abs(y - row.yc) >= near for row in self.rows):
                    found.append((self.columns.index(self.texts[index]), words))
        return sorted(found, key=lambda cell: cell[0])

    def _add_row(self, match: Match, row: int, by_column: dict[int, list[list[Word]]]) -> int:
        assert match.row is not None
        values = self.rows[match.row]
        lent = None if match.lines else self._lent_label(values, by_column)
        lines = match.lines or ((lent,) if lent else ())
        in_cell = self._words_in_cells(values, by_column, lent)
        top, bottom = values.words[0].top, values.words[0].bottom
        label = union([line.box for line in lines]) if lines else Box(self.left, top, self.left, bottom)
        # A label set over several columns (`平均值` in the middle of them) leaves no blank cells under it.
        span = 1
        while span < len(self.columns) and span not in in_cell and _overlap(label, self.columns[span]) > 0.5:
            span += 1
        indent = label.x0 - self.left if match.lines else 0.0  # below 0 where names stand
        bold = bool(lines) and lines[0].words[0].bold
        self._add(row, 0, joined(lines), label, "label", span=span, indent=indent, bold=bold)
        for index in range(span, len(self.columns)):
            words = sorted(in_cell.get(index, []), key=lambda w: w.x0)
            column_box = Box(self.columns[index].x0, top, self.columns[index].x1, bottom)
            box = bounds(words) if words else column_box
            text = with_clipped_rest(cell_text(words), box, [h.word for h in self.block.clipped])
            role: Role = "label" if index in self.further and not is_value(tight(text)) else "value"
            self._add(row, index, text, box, role, bold=bool(words) and words[0].bold)
        return row + 1

    def _words_in_cells(
        self, values: _Row, by_column: dict[int, list[list[Word]]], lent: Segment | None
    ) -> dict[int, list[Word]]:
        """The words of a row by grid column: its values, and the texts beside its label.

        A number that a border parts from every column (of a cell merged over rows, alone in its column)
        is not read.
        """
        in_cell: dict[int, list[Word]] = {}
        borders = borders_at(self.block.rules, values.yc)
        for group in _value_groups(values.words):
            index = 1 + nearest(self.columns[1:], group[0].x0, group[-1].x1)
            if not is_parted(borders, group[0].x0, group[-1].x1, self.columns[index]):
                in_cell.setdefault(index, []).extend(group)
        for index, lines in by_column.items():
            if index == self.stub or index in self.groups:
                continue
            column = self.columns.index(self.texts[index])
            for words in lines:
                level = abs(words[0].yc - values.yc) < 0.6 * words[0].size
                if level and not (lent and words[0] in lent.words):
                    in_cell.setdefault(column, []).extend(words)
        return in_cell

    def _lent_label(self, values: _Row, by_column: dict[int, list[list[Word]]]) -> Segment | None:
        """The head of a row whose label cell is merged with the code column (`平均值`): its only text."""
        texts = [
            line
            for index, lines in by_column.items()
            if index != self.stub and index not in self.groups
            for line in label_lines(lines)
            if abs(line.yc - values.yc) < 0.6 * line.size
        ]
        texts = [text for text in texts if not is_value(tight(text.text))]  # prices stand in columns of text
        return texts[0] if len(texts) == 1 and not CODE.fullmatch(texts[0].text) else None

    def _add(
        self,
        row: int,
        column: int,
        text: str,
        box: Box,
        role: Role,
        *,
        span: int = 1,
        rows: int = 1,
        indent: float = 0.0,
        bold: bool = False,
    ) -> None:
        self.cells.append(
            Cell(row, column, text, self.block.page, box, role, rows, span, round(indent, 2), bold)
        )


def _overlap(box: Box, column: Column) -> float:
    return min(box.x1, column.x1) - max(box.x0, column.x0)


def _is_level(name: Sequence[Segment], height: float) -> bool:
    """Whether the middle of a name stands beside the numbers of one row."""
    return abs((name[0].yc + name[-1].yc) / 2 - height) < 0.45 * name[0].size


def cell_text(words: Sequence[Word]) -> str:
    """The text of a cell; pieces of one letter-spaced number are set together again."""
    whole = "".join(w.text for w in words)
    if len(words) > 1 and is_whole(whole) and not all(is_whole(w.text) for w in words):
        return whole
    return join_words(words)


def _fills_cell(text: str) -> bool:
    """A number, or a range or pair that is whole: `14.02-49.60`."""
    return is_value(text) or (is_loose_value(text) and text[0].isdigit() and text[-1].isdigit())


def _value_groups(words: Sequence[Word]) -> list[list[Word]]:
    """Words of a value row that form one cell: `1.31` `亿元`; two numbers or ranges never."""
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.x0):
        last = groups[-1][-1] if groups else None
        near = last is not None and word.x0 - last.x1 < 0.5 * word.size
        if near and last is not None and not (_fills_cell(word.text) and _fills_cell(last.text)):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups
