"""Tables of words without borders around their cells: columns by gutters, rows by rules and spacing."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Collection, Sequence
from functools import partial
from statistics import pstdev
from typing import NamedTuple

from pipeline.layout.captioned import Region
from pipeline.layout.gutters import runs_of
from pipeline.layout.lines import Segment
from pipeline.layout.tokens import is_missing, is_period, is_value, tight
from pipeline.reading.page import Box, Word, union
from pipeline.tables.table import Cell, Role, Table
from pipeline.tables.textcells import (
    TextCell,
    cell_line,
    cells_of,
    column_rooms,
    rows_of,
    split_group,
    tight_step,
)
from pipeline.tables.textframe import Frame, Piece, column_cuts, is_wide, without_headings
from pipeline.tables.texthead import head_levels, head_lines, repeated_heads

# A cell with the number of rows that it spans.
Placed = tuple[TextCell, int]


class Laid(NamedTuple):
    """A region set in rows and columns, whatever it holds; `lined` where something drawn ends its heads."""

    table: Table
    lined: bool


def read_text(
    region: Region, cuts: Sequence[float] | None = None, heads: Collection[str] = ()
) -> Table | None:
    """Read a region as a table of words; None where it is none (prose, a chart, a picture's labels).

    `cuts` are the column borders where they are known: those of the page before, for a table that goes on.
    `heads` are the texts of its heads there, which may be printed again.
    """
    laid = lay_out(region, cuts, heads)
    return None if laid is None else taken_for_words(laid, rest=cuts is not None)


def taken_for_words(laid: Laid, *, rest: bool = False) -> Table | None:
    """The table where it is one of words, or the rest of one; else None."""
    accepted = is_rest(laid.table) if rest else is_word_table(laid.table, lined=laid.lined)
    return laid.table if accepted else None


def lay_out(region: Region, cuts: Sequence[float] | None = None, heads: Collection[str] = ()) -> Laid | None:
    """The rows and columns that a region's gutters, rules and spacing make; None where they make none."""
    runs = without_headings([runs_of(line) for line in region.lines])
    borders = list(cuts) if cuts is not None else column_cuts(region, runs)
    if not borders:
        return None
    frame = Frame(region, borders, runs)
    if len(frame.lines) < (2 if cuts is None else 1):
        return None
    height = head_lines(frame) if cuts is None else repeated_heads(frame, heads)
    rows = _body(frame, frame.lines[height:])
    if not rows:
        return None
    lined = height > 0 and frame.parted(0, frame.height(height - 1), frame.height(height))
    return Laid(_Assembly(frame).table(height, rows), lined)


def is_rest(table: Table, *, drawn: bool = False) -> bool:
    """Whether what was read overleaf is the rest of a table: rows, or the end of one that the page broke."""
    body = {c.row for c in table.cells if c.role in ("label", "value")}
    return (len(body) == 1 and bool(table.source_note)) or is_word_table(table, whole=False, drawn=drawn)


def is_word_table(
    table: Table, *, whole: bool = True, lined: bool = False, drawn: bool = False, figures: bool = False
) -> bool:
    """Whether what was read is a table of words: rows and columns, most places filled, mostly by words.

    The labels and numbers of a chart leave many places empty. A table may, too, if something drawn parts its
    heads from its body (`lined`) or borders stand around its cells (`drawn`). `whole` is false for the rest
    of a table begun on another page; `figures` says that numbers may be the most of it.
    """
    body = [c for c in table.cells if c.role in ("label", "value")]
    filled = [c for c in body if c.text]
    rows = Counter({c.row: 0 for c in body}) + Counter(
        i for c in filled for i in range(c.row, c.row + c.row_span)
    )
    full = {row for row, count in rows.items() if count > 1}
    if not full or (whole and len(rows) < 2) or len(full) < 0.3 * len(rows):
        return False
    least = 0.5 if lined or drawn or not whole else 0.7
    if sum(c.row in full for c in filled) < least * sum(c.row in full for c in body):
        return False
    said = [tight(c.text) for c in filled if not is_missing(tight(c.text))]
    worded = sum(any(ch.isalpha() for ch in text) and not is_value(text) for text in said)
    if not figures and 2 * worded < len(said):
        return False
    if not whole:
        return True
    if not drawn and not _is_headed(table):
        return False
    labels = [c for c in body if c.column == 0]
    if sum(bool(c.text) for c in labels) < 0.6 * len(labels):
        return False
    per_column = Counter(c.column for c in table.cells if c.text and c.role != "section")
    return drawn or all(per_column[column] >= 2 for column in range(table.column_count))


def _is_headed(table: Table) -> bool:
    """Whether heads in words or periods stand over all columns but the first, and few others."""
    heads = [c for c in table.cells if c.role == "header"]
    headed = {c.column + i for c in heads for i in range(c.column_span)}
    worded = [c for c in heads if any(ch.isalpha() for ch in c.text) or is_period(tight(c.text))]
    spare = 2 if table.column_count > 5 else 1
    return len(headed) >= table.column_count - spare and 2 * len(worded) > len(heads)


def _body(frame: Frame, lines: Sequence[Sequence[Piece]]) -> list[list[Placed]]:
    """The rows: each a list of cells with the number of rows that they span."""
    columns: list[list[Segment]] = [[] for _ in range(frame.count)]
    wide = [TextCell(0, (cell_line(line[0].words),), frame.count) for line in lines if is_wide(line)]
    if len(wide) > 0.34 * len(lines):
        return []
    for line in lines:
        if is_wide(line):
            continue
        by_column: dict[int, list[Word]] = {}
        for piece in line:
            by_column.setdefault(_home(frame, piece), []).extend(piece.words)
        for column, words in by_column.items():
            columns[column].append(cell_line(words))
    cells = [*wide, *_cells(frame, columns)]
    groups: list[list[tuple[TextCell, int, int]]] = []
    for band in _bands(frame, cells) or _by_centred_names(cells) or [cells]:
        names = sum(cell.column == 0 for cell in band)
        if len(band) == len(cells) or names > 1:
            groups += [split_group(group, 1) for group in rows_of(band)]
        else:
            groups.append(_in_band(band) if _is_one_row(band) else split_group(band, 1))
    return _with_merged_names(_rows(groups), frame.count)


def _cells(frame: Frame, columns: Sequence[Sequence[Segment]]) -> list[TextCell]:
    """The cells of every column, from its lines; the names of the rows stand in the first that holds any.

    Overleaf the first column is empty while the name printed on the page before goes on.
    """
    lead = next((index for index, column in enumerate(columns) if column), 0)
    rooms = column_rooms(columns, frame.region.box.x0, frame.region.box.x1)
    tight_by = tight_step(columns, rooms)
    beside = [line.box.yc for column in columns[lead + 1 :] for line in column]
    # Where rows stand as close as lines do, a name with other cells beside it begins a row of its own.
    dense = len(columns[lead]) > 0.6 * max((len(column) for column in columns[lead + 1 :]), default=0)
    own_rows = [
        y for y in (line.box.yc for line in columns[lead]) if any(abs(y - other) < 2 for other in beside)
    ]
    begun = own_rows if dense and not tight_by else []
    names = cells_of(lead, columns[lead], tight_by, rooms[lead], partial(_parted, frame, lead, begun))
    starts = [] if tight_by else _centred_borders(names, beside) or _row_starts(names, columns)
    cells = [*names]
    for index in range(lead + 1, frame.count):
        parted = partial(_parted, frame, index, starts)
        cells += cells_of(index, columns[index], tight_by, rooms[index], parted)
    return cells


def _parted(frame: Frame, column: int, starts: Sequence[float], above: float, below: float) -> bool:
    return any(above + 1 < y <= below + 1 for y in starts) or frame.parted(column, above, below)


def _row_starts(names: Sequence[TextCell], columns: Sequence[Sequence[Segment]]) -> list[float]:
    """Where rows begin by their names, if names stand on the first lines of their rows."""
    first = min((line.box.yc for column in columns for line in column), default=0.0)
    if not names or names[0].top > first + 2:
        return []
    return [name.top for name in names]


def _home(frame: Frame, piece: Piece) -> int:
    """The column of a text that reaches over a border: where it begins as others do, or ends as they do."""
    if piece.first == piece.last:
        return piece.first
    x0, x1 = piece.box.x0, piece.box.x1
    others = [p for line in frame.lines for p in line if p is not piece and p.first == p.last]
    if any(p.first == piece.first and abs(p.box.x0 - x0) < 2 for p in others):
        return piece.first
    if any(p.first == piece.last and abs(p.box.x1 - x1) < 2 for p in others):
        return piece.last
    edges = frame.edges
    overlaps = [min(x1, edges[i + 1]) - max(x0, edges[i]) for i in range(piece.first, piece.last + 1)]
    return piece.first + overlaps.index(max(overlaps))


def _bands(frame: Frame, cells: Sequence[TextCell]) -> list[list[TextCell]]:
    """The cells by the drawn rows they stand in, where rules or bands of colour part the rows."""
    if not cells:
        return []
    borders = frame.borders(min(c.top for c in cells), max(c.bottom for c in cells))
    if not borders:
        return []
    bands: list[list[TextCell]] = [[] for _ in range(len(borders) + 1)]
    for cell in cells:
        bands[bisect(borders, (cell.top + cell.bottom) / 2)].append(cell)
    return [b for b in bands if b]


def _by_centred_names(cells: Sequence[TextCell]) -> list[list[TextCell]]:
    """The cells by rows whose names stand in their middle; empty where they do not, all the way down."""
    names = [c for c in cells if c.column == 0 and c.span == 1]
    heights = [line.box.yc for c in cells if c.column or c.span > 1 for line in c.lines]
    borders = [] if any(c.span > 1 for c in cells) else _centred_borders(names, heights)
    if not borders or any(c.top < border < c.bottom for c in cells for border in borders):
        return []
    bands: list[list[TextCell]] = [[] for _ in borders]
    for cell in cells:
        bands[min(bisect(borders, (cell.top + cell.bottom) / 2), len(bands) - 1)].append(cell)
    return bands


def _centred_borders(names: Sequence[TextCell], heights: Sequence[float]) -> list[float]:
    """Where rows end, the last one too, whose names stand in the middle of the lines at these heights.

    Only that reading is taken in which every name has as many lines above as below it, up to the next.
    """
    ys = sorted({round(y, 1) for y in heights})
    ys = [y for i, y in enumerate(ys) if not i or y - ys[i - 1] > 2]
    if not 1 < len(names) < len(ys):
        return []
    borders: list[float] = []
    at = 0
    for name in names:
        middle, reach = (name.top + name.bottom) / 2, 0.35 * name.size
        if at >= len(ys):
            return []
        end = next((j for j in range(at, len(ys)) if abs((ys[at] + ys[j]) / 2 - middle) < reach), None)
        if end is None:
            return []
        borders.append((ys[end] + ys[end + 1]) / 2 if end + 1 < len(ys) else ys[end] + name.size)
        at = end + 1
    return borders if at == len(ys) else []


def _is_one_row(band: Sequence[TextCell]) -> bool:
    """Whether a drawn band is one row: one name at most, and no two columns that both begin anew below."""
    counts = Counter(cell.column for cell in band)
    return counts[0] <= 1 and sum(n > 1 for n in counts.values()) < 2


def _in_band(band: Sequence[TextCell]) -> list[tuple[TextCell, int, int]]:
    """The cells of one drawn row: whatever stands in one column is one cell."""
    merged: dict[int, TextCell] = {}
    for cell in sorted(band, key=lambda c: c.top):
        other = merged.get(cell.column)
        lines = (*other.lines, *cell.lines) if other else cell.lines
        merged[cell.column] = TextCell(cell.column, lines, max(cell.span, other.span if other else 1))
    return [(cell, 0, 0) for cell in merged.values()]


def _rows(groups: Sequence[Sequence[tuple[TextCell, int, int]]]) -> list[list[Placed]]:
    rows: list[list[Placed]] = []
    for group in groups:
        begin = len(rows)
        rows += [[] for _ in range(max(last for _, _, last in group) + 1)]
        for cell, first, last in sorted(group, key=lambda p: p[0].column):
            rows[begin + first].append((cell, last - first + 1))
    return rows


def _alone(row: Sequence[Placed]) -> bool:
    return len(row) == 1 and row[0][0].column == 0 and row[0][1] == 1


def _with_merged_names(rows: Sequence[Sequence[Placed]], count: int) -> list[list[Placed]]:
    """Rows in which a name at the left goes on over the rows below that leave its place empty.

    A second column does so too where it is empty in the same rows as the first.
    """
    taken = [_covered(rows, column) for column in range(count)]
    bare = [i for i in range(len(rows)) if not taken[0][i] and rows[i]]
    also = [i for i in range(len(rows)) if not taken[1][i] and not _alone(rows[i])]
    leading = 2 if bare and count > 3 and bare == also else 1
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


def _covered(rows: Sequence[Sequence[Placed]], column: int) -> list[bool]:
    """For every row, whether a cell of the column stands in it."""
    covered = [False] * len(rows)
    for number, row in enumerate(rows):
        for cell, span in row:
            if cell.column == column or (cell.span > 1 and cell.column == 0):
                for i in range(number, min(number + span, len(rows))):
                    covered[i] = True
    return covered


class _Assembly:
    """Sets the cells of one table together."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.cells: list[Cell] = []

    def table(self, height: int, rows: Sequence[Sequence[Placed]]) -> Table:
        """The table of `height` head lines and these rows."""
        frame = self.frame
        levels = head_levels(frame, frame.lines[:height])
        texts: list[list[str]] = [[] for _ in range(frame.count)]
        for row, level in enumerate(levels):
            for head in level:
                for column in range(head.first, head.last + 1):
                    texts[column].append(head.text)
                self._add(row, head.first, head.text, head.box, "header", across=head.last - head.first + 1)
        self._add_rows(rows, len(levels))
        heads = tuple("|".join(t) for t in texts)
        return table_of(frame.region, self.cells, heads, len(levels) + len(rows), "text")

    def _add_rows(self, rows: Sequence[Sequence[Placed]], first: int) -> None:
        left = min(
            (c.box.x0 for row in rows for c, _ in row if c.column == 0), default=self.frame.region.box.x0
        )
        covered: set[tuple[int, int]] = set()
        for number, row in enumerate(rows):
            boxes = [line.box for cell, span in row if span == 1 for line in cell.lines]
            boxes = boxes or [c.box for c, _ in row] or [self.frame.region.box]
            extent = union(boxes)
            at = {cell.column: (cell, span) for cell, span in row}
            if _alone(row) and _is_section(rows, number):
                cell = row[0][0]
                self._add(
                    first + number, 0, cell.text, cell.box, "section",
                    across=self.frame.count, bold=cell.bold, indent=cell.box.x0 - left,
                )  # fmt: skip
                continue
            for column in range(self.frame.count):
                role: Role = "value" if column else "label"
                if column in at:
                    cell, span = at[column]
                    covered |= {(number + i, column) for i in range(1, span)}
                    indent = 0.0 if column else cell.box.x0 - left
                    self._add(
                        first + number, column, cell.text, cell.box, role,
                        down=span, bold=cell.bold, indent=indent,
                    )  # fmt: skip
                elif (number, column) not in covered:
                    edges = self.frame.edges
                    place = Box(edges[column], extent.top, edges[column + 1], extent.bottom)
                    self._add(first + number, column, "", place, role)

    def _add(
        self, row: int, column: int, text: str, box: Box, role: Role,
        *, down: int = 1, across: int = 1, bold: bool = False, indent: float = 0.0,
    ) -> None:  # fmt: skip
        page = self.frame.region.page
        self.cells.append(Cell(row, column, text, page, box, role, down, across, round(indent, 2), bold))


def _is_section(rows: Sequence[Sequence[Placed]], number: int) -> bool:
    """Whether a row of which only the first column holds text heads the rows below."""
    cell = rows[number][0][0]
    if cell.span > 1 or number + 1 == len(rows):
        return cell.span > 1
    if any(_alone(row) and row[0][0].bold for row in rows):
        return cell.bold
    names = [c.box for row in rows for c, _ in row if c.column == 0]
    if pstdev(box.xc for box in names) < pstdev(box.x0 for box in names):
        return False  # where names are centred, a shorter one below is not indented
    below = next((c for c, _ in rows[number + 1] if c.column == 0), None)
    return below is not None and below.box.x0 > cell.box.x0 + 3 and not _alone(rows[number + 1])


def table_of(
    region: Region, cells: Sequence[Cell], heads: tuple[str, ...], row_count: int, reader: str
) -> Table:
    """A table with what is printed around its region."""
    caption = region.caption
    return Table(
        pages=(region.page,),
        box=union([c.box for c in cells if c.text]),
        row_count=row_count,
        column_count=len(heads),
        cells=tuple(cells),
        heads=heads,
        title=caption.name if caption else "",
        caption=caption.text if caption else "",
        caption_no=caption.number if caption else None,
        source_note=region.source_note,
        unit_text=region.unit_text,
        stub_head=heads[0],
        reader=reader,
    )
