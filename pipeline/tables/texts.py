"""Tables of words without borders around their cells: columns by gutters, rows by rules, spacing and wraps."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from pipeline.layout.anchors import horizontal_extents
from pipeline.layout.captioned import Region
from pipeline.layout.gutters import drawn_borders, find_gutters, runs_of
from pipeline.layout.lines import Segment, join_words
from pipeline.layout.tokens import is_value, tight, width_of
from pipeline.reading.page import Box, Page, Word, union
from pipeline.tables.table import Cell, Role, Table
from pipeline.tables.textcells import (
    CellLine,
    TextCell,
    cell_line,
    cells_of,
    column_rooms,
    rows_of,
    set_together,
    split_group,
    tight_step,
)

MAX_HEAD_LINES = 6


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of a line with the columns that it stands in, first and last."""

    first: int
    last: int
    words: tuple[Word, ...]

    @property
    def box(self) -> Box:
        return union([w.box for w in self.words])


def read_text(region: Region, cuts: Sequence[float] | None = None) -> Table | None:
    """Read a region as a table of words; None where it is none (prose, a chart, a picture's labels).

    `cuts` are the column borders where they are known: those of the page before, for a table that goes on.
    """
    runs = [runs_of(line) for line in region.lines]
    borders = list(cuts) if cuts is not None else column_cuts(region, runs)
    if not borders:
        return None
    table = _Reading(region, borders, runs, headed=cuts is None).table()
    return table if table is not None and _is_table(table, whole=cuts is None) else None


def column_cuts(region: Region, runs: Sequence[Sequence[Segment]]) -> list[float]:
    """Where the columns of a region part: drawn borders, else gutters."""
    inside = [r for r in region.rules if r.x1 > region.box.x0 + 2 and r.x0 < region.box.x1 - 2]
    left = min((run.box.x0 for line in runs for run in line), default=0.0)
    right = max((run.box.x1 for line in runs for run in line), default=0.0)
    drawn = [x for x in drawn_borders(inside, runs) if left + 3 < x < right - 3]
    gutters = find_gutters(runs)
    return drawn if len(drawn) >= len(gutters) else gutters


def pieces_of(runs: Sequence[Segment], cuts: Sequence[float]) -> list[_Piece]:
    """The runs of a line cut at the column borders that fall between their words."""
    pieces: list[_Piece] = []
    for run in runs:
        words: list[Word] = []
        for word in run.words:
            last = words[-1] if words else None
            if (
                last is not None
                and any(last.x1 - 0.8 <= c <= word.x0 + 0.8 for c in cuts)
                and word.x0 - last.x1 > 0.12 * word.size
            ):
                pieces.append(_piece(words, cuts))
                words = []
            words.append(word)
        pieces.append(_piece(words, cuts))
    return pieces


def _piece(words: Sequence[Word], cuts: Sequence[float]) -> _Piece:
    x0, x1 = words[0].x0, words[-1].x1
    slack = min(0.5 * (x1 - x0), 0.6 * words[0].size)
    return _Piece(bisect(cuts, x0 + slack), bisect(cuts, x1 - slack), tuple(words))


def _without_prose(lines: list[list[_Piece]], region: Region) -> list[list[_Piece]]:
    """The lines down to where text set across the columns follows the table; a source note leaves none."""
    if region.source_note:
        return lines
    wide = [len(line) == 1 and line[0].first == 0 and line[0].last > 0 for line in lines]
    end = len(lines)
    for index in range(1, len(lines) - 1):
        if wide[index] and wide[index + 1]:
            end = index
            break
    while end and wide[end - 1]:
        end -= 1
    return lines[:end]


class _Reading:
    """One region being read."""

    def __init__(
        self, region: Region, cuts: Sequence[float], runs: Sequence[Sequence[Segment]], *, headed: bool = True
    ) -> None:
        self.region, self.cuts, self.headed = region, list(cuts), headed
        self.lines = _without_prose([pieces_of(line, cuts) for line in runs], region)
        self.count = len(cuts) + 1
        self.edges = [region.box.x0, *cuts, region.box.x1]
        drawn = horizontal_extents(Page(region.page, 0.0, 0.0, (), region.rules, region.fills))
        self.rules = [b for b in drawn if b.height < 3 and b.width > 12]
        self.fills = [b for b in drawn if b.height >= 3 and b.width > 0.5 * region.box.width]
        self.cells: list[Cell] = []

    def table(self) -> Table | None:
        """The finished table, None where no body is left."""
        if len(self.lines) < 2:
            return None
        height = self._head_lines() if self.headed else 0
        levels = self._levels(self.lines[:height])
        heads = self._add_head(levels)
        rows = self._body(self.lines[height:])
        if not rows:
            return None
        self._add_rows(rows, len(levels))
        caption, region = self.region.caption, self.region
        return Table(
            pages=(region.page,),
            box=union([c.box for c in self.cells if c.text]),
            row_count=len(levels) + len(rows),
            column_count=self.count,
            cells=tuple(self.cells),
            heads=tuple(heads),
            title=caption.name if caption else "",
            caption=caption.text if caption else "",
            caption_no=caption.number if caption else None,
            source_note=region.source_note,
            unit_text=region.unit_text,
            stub_head=heads[0],
            reader="text",
        )

    # Heads

    def _head_lines(self) -> int:
        """How many lines at the top are heads: down to a rule, or as far as they are set off from the rest."""
        looks = [_look(line) for line in self.lines]
        body = Counter(look for look in looks[1:] if look is not None).most_common(1)
        usual = body[0][0] if body else None
        set_off = 0
        for look in looks[:MAX_HEAD_LINES]:
            if look is None or look == usual:
                break
            set_off += 1
        for height in range(min(set_off, len(self.lines) - 1), 1, -1):
            if self._ruled_between(self._height(height - 1), self._height(height)):
                return height
        ruled = self._lines_above_rule()
        if ruled and any(a < b for p in self.lines[0] for a, b in [self._under_head(p, self._height(0))]):
            # A head over several columns has their own heads below it.
            below = [
                i
                for i in range(ruled + 1, min(ruled + 3, len(self.lines)))
                if self._ruled_between(self._height(i - 1), self._height(i))
            ]
            ruled = below[0] if below else ruled
        if ruled and (set_off or not self._ruled_through()):
            return ruled
        if set_off and set_off < len(self.lines) and self.lines[0][-1].last > 0:
            return set_off
        return ruled if ruled and self._reads_as_head(self.lines[:ruled]) else self._shaded()

    def _ruled_between(self, above: float, below: float) -> bool:
        return any(above < b.yc < below for b in self.rules if self._across(b))

    def _across(self, box: Box) -> bool:
        return box.width > 0.7 * (self.region.box.width or 1.0)

    def _height(self, index: int) -> float:
        return self.lines[index][0].words[0].yc

    def _lines_above_rule(self) -> int:
        """Lines above the first rule across the table that has lines above it, 0 where there is none."""
        ys = sorted(b.yc for b in self.rules if self._across(b))
        for y in ys:
            above = sum(self._height(i) < y for i in range(len(self.lines)))
            if above:
                return above if above <= MAX_HEAD_LINES and above < len(self.lines) else 0
        return 0

    def _ruled_through(self) -> bool:
        """Whether rules part the rows of the body as well."""
        top, bottom = self._height(0), self._height(len(self.lines) - 1)
        return len({round(b.yc) for b in self.rules if self._across(b) and top < b.yc < bottom}) > 1

    def _reads_as_head(self, lines: Sequence[Sequence[_Piece]]) -> bool:
        texts = [join_words(p.words) for line in lines for p in line]
        return (
            self.count > 2
            and len(texts) >= self.count
            and all(width_of(t) <= 12 and not is_value(tight(t)) for t in texts)
        )

    def _shaded(self) -> int:
        """Lines on a band of their own at the top."""
        bands = sorted(self.fills, key=lambda b: b.top)
        if not bands or not bands[0].top <= self._height(0) <= bands[0].bottom:
            return 0
        inside = sum(bands[0].top <= self._height(i) <= bands[0].bottom for i in range(len(self.lines)))
        return inside if inside <= MAX_HEAD_LINES and inside < len(self.lines) else 0

    def _levels(self, lines: Sequence[Sequence[_Piece]]) -> list[list[_Piece]]:
        """Head lines as levels: a partial rule or a head over several columns parts them, a wrapped head does not."""
        levels: list[list[_Piece]] = []
        wide = False
        last = 0.0
        for line in lines:
            y = line[0].words[0].yc
            under = [b for b in self.rules if last < b.yc < y]
            spanning = [replace(p, first=a, last=b) for p in line for a, b in [self._under_head(p, y)]]
            if not levels or wide or under:
                levels.append(list(spanning))
            else:
                levels[-1] += spanning
            wide = any(p.last > p.first for p in spanning)
            last = y
        return levels

    def _under_head(self, piece: _Piece, y: float) -> tuple[int, int]:
        """The columns a head stands over, by the rule drawn right under it where that is not across the table."""
        box = piece.box
        for rule in self.region.rules:
            near = 0 < rule.top - y < 1.6 * piece.words[0].size and rule.x0 - 3 <= box.xc <= rule.x1 + 3
            if near and 12 < rule.x1 - rule.x0 < 0.9 * self.region.box.width:
                first, last = bisect(self.cuts, rule.x0 + 4), bisect(self.cuts, rule.x1 - 4)
                if first <= piece.first and piece.last <= last:
                    return first, last
        return piece.first, piece.last

    def _add_head(self, levels: Sequence[Sequence[_Piece]]) -> list[str]:
        texts: list[list[str]] = [[] for _ in range(self.count)]
        for row, level in enumerate(levels):
            groups: list[tuple[int, int, list[_Piece]]] = []
            for piece in sorted(level, key=lambda p: (p.first, p.words[0].yc, p.words[0].x0)):
                if groups and piece.first <= groups[-1][1]:
                    first, last, members = groups.pop()
                    groups.append((first, max(last, piece.last), [*members, piece]))
                else:
                    groups.append((piece.first, piece.last, [piece]))
            for first, last, members in groups:
                text = set_together([join_words(p.words) for p in members])
                for column in range(first, last + 1):
                    texts[column].append(text)
                box = union([p.box for p in members])
                self._add(
                    row,
                    first,
                    text,
                    box,
                    "header",
                    column_span=last - first + 1,
                    bold=members[0].words[0].bold,
                )
        return ["|".join(t) for t in texts]

    # Body

    def _body(self, lines: Sequence[Sequence[_Piece]]) -> list[list[tuple[TextCell, int]]]:
        """The rows: each a list of cells with the number of rows that they span."""
        columns: list[list[CellLine]] = [[] for _ in range(self.count)]
        wide: list[TextCell] = []
        for line in lines:
            if len(line) == 1 and line[0].first == 0 and line[0].last > 0:
                piece = cell_line(line[0].words)
                wide.append(TextCell(0, (piece,), self.count))
                continue
            by_column: dict[int, list[Word]] = {}
            for piece_ in line:
                by_column.setdefault(self._home(piece_), []).extend(piece_.words)
            for column, words in by_column.items():
                columns[column].append(cell_line(words))
        if len(wide) > 0.34 * len(lines):
            return []
        rooms = column_rooms(columns, self.region.box.x0, self.region.box.x1)
        tight = tight_step(columns, rooms)
        cells = [*wide]
        named = cells_of(0, columns[0], tight, rooms[0], partial(self._parted, 0))
        starts = [] if tight else _row_starts(named, columns)
        cells += named
        for index in range(1, self.count):
            parted = partial(self._parted, index, starts=starts)
            cells += cells_of(index, columns[index], tight, rooms[index], parted)
        bands = self._bands(cells)
        groups = (
            [_in_band(group) for group in bands] if bands else [split_group(g, 1) for g in rows_of(cells)]
        )
        return _with_merged_names(_rows(groups), self.count)

    def _home(self, piece: _Piece) -> int:
        """The column of a text that reaches over a border: where it begins as others do, or ends as they do."""
        if piece.first == piece.last:
            return piece.first
        x0, x1 = piece.box.x0, piece.box.x1
        others = [p for line in self.lines for p in line if p is not piece and p.first == p.last]
        if any(p.first == piece.first and abs(p.box.x0 - x0) < 2 for p in others):
            return piece.first
        if any(p.first == piece.last and abs(p.box.x1 - x1) < 2 for p in others):
            return piece.last
        edges = self.edges
        overlaps = [min(x1, edges[i + 1]) - max(x0, edges[i]) for i in range(piece.first, piece.last + 1)]
        return piece.first + overlaps.index(max(overlaps))

    def _parted(self, column: int, above: float, below: float, starts: Sequence[float] = ()) -> bool:
        """Whether a rule, or the beginning of a row, lies between two heights of a column."""
        if any(above + 1 < y <= below + 1 for y in starts):
            return True
        a, b = self.edges[column], self.edges[column + 1]
        return any(above < r.yc < below and min(r.x1, b) - max(r.x0, a) > 0.6 * (b - a) for r in self.rules)

    def _bands(self, cells: Sequence[TextCell]) -> list[list[TextCell]]:
        """The cells by the drawn rows they stand in, where rules or bands of colour part the rows."""
        if not cells:
            return []
        top, bottom = min(c.top for c in cells), max(c.bottom for c in cells)
        ys = {r.yc for r in self.rules if self._across(r)}
        ys |= {
            y
            for f in self.fills
            if self._across(f) and f.height < 0.5 * (bottom - top + 20)
            for y in (f.top, f.bottom)
        }
        borders: list[float] = []
        for y in sorted(ys):
            if top < y < bottom and (not borders or y - borders[-1] > 3):
                borders.append(y)
        if len(borders) < 2:
            return []
        bands: list[list[TextCell]] = [[] for _ in range(len(borders) + 1)]
        for cell in cells:
            bands[bisect(borders, (cell.top + cell.bottom) / 2)].append(cell)
        bands = [b for b in bands if b]
        single = sum(sum(c.column == 0 for c in band) <= 1 for band in bands)
        return bands if single >= 0.8 * len(bands) else []

    def _add_rows(self, rows: Sequence[Sequence[tuple[TextCell, int]]], first: int) -> None:
        bold_alone = any(_alone(row) and row[0][0].bold for row in rows)
        left = min((c.box.x0 for row in rows for c, _ in row if c.column == 0), default=self.region.box.x0)
        covered: set[tuple[int, int]] = set()
        for number, row in enumerate(rows):
            words = [line.box for cell, span in row if span == 1 for line in cell.lines] or [
                c.box for c, _ in row
            ]
            top = min(b.top for b in words) if words else 0.0
            bottom = max(b.bottom for b in words) if words else 0.0
            at = {cell.column: (cell, span) for cell, span in row}
            if _alone(row) and self._is_section(rows, number, bold_alone):
                cell = row[0][0]
                self._add(
                    first + number,
                    0,
                    cell.text,
                    cell.box,
                    "section",
                    column_span=self.count,
                    bold=cell.bold,
                    indent=cell.box.x0 - left,
                )
                continue
            for column in range(self.count):
                role: Role = "label" if column == 0 else "value"
                if column in at:
                    cell, span = at[column]
                    covered |= {(number + i, column) for i in range(1, span)}
                    indent = cell.box.x0 - left if column == 0 else 0.0
                    self._add(
                        first + number,
                        column,
                        cell.text,
                        cell.box,
                        role,
                        row_span=span,
                        bold=cell.bold,
                        indent=indent,
                    )
                elif (number, column) not in covered:
                    place = Box(self.edges[column], top, self.edges[column + 1], bottom)
                    self._add(first + number, column, "", place, role)

    def _is_section(
        self, rows: Sequence[Sequence[tuple[TextCell, int]]], number: int, bold_alone: bool
    ) -> bool:
        """Whether a row of which only the first column holds text heads the rows below."""
        cell = rows[number][0][0]
        if cell.span > 1 or number + 1 == len(rows):
            return cell.span > 1
        if bold_alone:
            return cell.bold
        beside = [rows[i] for i in (number - 1, number + 1) if 0 <= i < len(rows)]
        return not any(_alone(row) for row in beside)

    def _add(
        self, row: int, column: int, text: str, box: Box, role: Role,
        *, row_span: int = 1, column_span: int = 1, bold: bool = False, indent: float = 0.0,
    ) -> None:  # fmt: skip
        self.cells.append(
            Cell(
                row, column, text, self.region.page, box, role, row_span, column_span, round(indent, 2), bold
            )
        )


def _row_starts(names: Sequence[TextCell], columns: Sequence[Sequence[CellLine]]) -> list[float]:
    """Where rows begin by their names, if names stand on the first lines of their rows."""
    first = min((line.box.yc for column in columns for line in column), default=0.0)
    if not names or names[0].top > first + 2:
        return []
    return [name.top for name in names]


def _look(line: Sequence[_Piece]) -> tuple[bool, tuple[int, int, int]] | None:
    """Weight and colour of a line, where all its words share them."""
    looks = {(w.bold, w.color) for p in line for w in p.words}
    return looks.pop() if len(looks) == 1 else None


def _alone(row: Sequence[tuple[TextCell, int]]) -> bool:
    return len(row) == 1 and row[0][0].column == 0 and row[0][1] == 1


def _in_band(band: Sequence[TextCell]) -> list[tuple[TextCell, int, int]]:
    """The cells of one drawn row: whatever stands in one column is one cell."""
    merged: dict[int, TextCell] = {}
    for cell in sorted(band, key=lambda c: c.top):
        other = merged.get(cell.column)
        lines = (*other.lines, *cell.lines) if other else cell.lines
        merged[cell.column] = TextCell(cell.column, lines, max(cell.span, other.span if other else 1))
    return [(cell, 0, 0) for cell in merged.values()]


def _rows(groups: Sequence[Sequence[tuple[TextCell, int, int]]]) -> list[list[tuple[TextCell, int]]]:
    rows: list[list[tuple[TextCell, int]]] = []
    for group in groups:
        begin = len(rows)
        rows += [[] for _ in range(max(last for _, _, last in group) + 1)]
        for cell, first, last in sorted(group, key=lambda p: p[0].column):
            rows[begin + first].append((cell, last - first + 1))
    return rows


def _with_merged_names(
    rows: Sequence[Sequence[tuple[TextCell, int]]], count: int
) -> list[list[tuple[TextCell, int]]]:
    """Rows in which a name at the left goes on over the rows below that leave its place empty.

    A second column does so too where it is empty in the same rows as the first.
    """
    taken = [_covered(rows, column) for column in range(count)]
    bare = [i for i in range(len(rows)) if not taken[0][i] and rows[i]]
    leading = 1
    if (
        bare
        and count > 3
        and bare == [i for i in range(len(rows)) if not taken[1][i] and not _alone(rows[i])]
    ):
        leading = 2
    merged = [list(row) for row in rows]
    for column in range(leading):
        owner: tuple[int, int] | None = None
        for number, row in enumerate(merged):
            place = next((i for i, (cell, _) in enumerate(row) if cell.column == column), None)
            if place is not None:
                owner = None if _alone(row) else (number, place)
            elif owner is not None and not taken[column][number]:
                cell, _ = merged[owner[0]][owner[1]]
                merged[owner[0]][owner[1]] = (cell, number - owner[0] + 1)
    return merged


def _covered(rows: Sequence[Sequence[tuple[TextCell, int]]], column: int) -> list[bool]:
    """For every row, whether a cell of the column stands in it."""
    covered = [False] * len(rows)
    for number, row in enumerate(rows):
        for cell, span in row:
            if cell.column == column or (cell.span > 1 and cell.column == 0):
                for i in range(number, min(number + span, len(rows))):
                    covered[i] = True
    return covered


def _is_table(table: Table, *, whole: bool) -> bool:
    """Whether what was read is a table of words: rows and columns with most places filled, mostly by words."""
    body = [c for c in table.cells if c.role in ("label", "value")]
    filled = [c for c in body if c.text]
    rows = {c.row for c in body}
    if len(filled) < 0.4 * len(body) or (whole and len(rows) < 2):
        return False
    words = sum(any(ch.isalpha() for ch in c.text) and not is_value(tight(c.text)) for c in filled)
    if words < 0.5 * len(filled):
        return False
    if not whole:
        return True
    labels = [c for c in body if c.column == 0]
    if sum(bool(c.text) for c in labels) < 0.6 * len(labels):
        return False
    per_column = Counter(c.column for c in table.cells if c.text and c.role != "section")
    return all(per_column[column] >= 2 for column in range(table.column_count))
