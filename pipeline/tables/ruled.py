"""Full grids: cells between drawn rules, spans where a border is missing."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.layout.captioned import Region, is_half_hidden, page_lines
from pipeline.layout.gutters import find_gutters, runs_of
from pipeline.layout.lines import cluster_lines
from pipeline.layout.tokens import is_label_text, is_value, tight, width_of
from pipeline.reading.page import Box, Page, Rule, Word, union
from pipeline.tables.table import Cell, Role, Table
from pipeline.tables.textcells import cell_line, set_together
from pipeline.tables.texts import is_rest, is_word_table, table_of

NEAR = 2.5  # points within which two rules are drawn at the same place
GAP = 4.0  # pieces of one rule are set closer than this


@dataclass(frozen=True, slots=True)
class _Line:
    """A straight line of joined pieces: at `at`, over the spans (from, to) along it."""

    at: float
    spans: tuple[tuple[float, float], ...]

    def covers(self, a: float, b: float) -> bool:
        """Whether it is drawn over more than half of the stretch between `a` and `b`."""
        drawn = sum(max(0.0, min(b, end) - max(a, start)) for start, end in self.spans)
        return drawn > 0.5 * (b - a)

    @property
    def length(self) -> float:
        """How much of it is drawn."""
        return sum(end - start for start, end in self.spans)


def _lines(pieces: Sequence[tuple[float, float, float]]) -> list[_Line]:
    """Pieces (place, from, to) as lines: those at one place together, touching ones joined."""
    groups: list[list[tuple[float, float, float]]] = []
    for piece in sorted(pieces):
        if groups and piece[0] - groups[-1][-1][0] < NEAR:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    lines: list[_Line] = []
    for group in groups:
        spans: list[tuple[float, float]] = []
        for _, start, end in sorted(group, key=lambda p: p[1]):
            if spans and start - spans[-1][1] < GAP:
                spans[-1] = (spans[-1][0], max(spans[-1][1], end))
            else:
                spans.append((start, end))
        lines.append(_Line(sum(p[0] for p in group) / len(group), tuple(spans)))
    return lines


@dataclass(frozen=True, slots=True)
class Grid:
    """The lines of one grid: `xs` from the left, `ys` from the top, the table's sides included."""

    xs: tuple[_Line, ...]
    ys: tuple[_Line, ...]

    @property
    def box(self) -> Box:
        """The grid's extent."""
        return Box(self.xs[0].at, self.ys[0].at, self.xs[-1].at, self.ys[-1].at)


def grid_of(rules: Sequence[Rule]) -> Grid | None:
    """The grid that the rules draw; None without an inner border down the table and two across it.

    Sides that are left open (no border at the left and right) are where the rules across begin and end.
    """
    across = _lines([((r.top + r.bottom) / 2, r.x0, r.x1) for r in rules if r.horizontal])
    down = _lines([((r.x0 + r.x1) / 2, r.top, r.bottom) for r in rules if not r.horizontal])
    if len(across) < 2 or not down:
        return None
    left, right = min(s[0] for y in across for s in y.spans), max(s[1] for y in across for s in y.spans)
    top, bottom = across[0].at, across[-1].at
    across = [y for y in across if y.length > 0.1 * (right - left)]
    down = [x for x in down if x.length > 0.1 * (bottom - top) and x.length > 8]
    if not across or not down:
        return None
    if down[0].at - left > 6:
        down.insert(0, _Line(left, ((top, bottom),)))
    if right - down[-1].at > 6:
        down.append(_Line(right, ((top, bottom),)))
    tall = sum(x.length > 0.3 * (bottom - top) for x in down[1:-1])
    broad = sum(y.length > 0.4 * (right - left) for y in across[1:-1])
    if not tall or broad < 2:
        return None
    return Grid(tuple(down), tuple(across))


def merged_places(grid: Grid) -> list[tuple[int, int, int, int]]:
    """The cells as (row, column, rows, columns): neighbours without a border between them are one.

    Places that do not fill a rectangle together stay apart.
    """
    rows, columns = len(grid.ys) - 1, len(grid.xs) - 1
    owner = {(i, j): (i, j) for i in range(rows) for j in range(columns)}

    def root(place: tuple[int, int]) -> tuple[int, int]:
        while owner[place] != place:
            place = owner[place]
        return place

    for i, j in list(owner):
        a, b = grid.ys[i].at, grid.ys[i + 1].at
        if j + 1 < columns and not grid.xs[j + 1].covers(a, b):
            owner[max(root((i, j)), root((i, j + 1)))] = min(root((i, j)), root((i, j + 1)))
        left, right = grid.xs[j].at, grid.xs[j + 1].at
        if i + 1 < rows and not grid.ys[i + 1].covers(left, right):
            owner[max(root((i, j)), root((i + 1, j)))] = min(root((i, j)), root((i + 1, j)))
    members: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place in owner:
        members.setdefault(root(place), []).append(place)
    cells: list[tuple[int, int, int, int]] = []
    for places in members.values():
        first, last = min(p[0] for p in places), max(p[0] for p in places)
        left_, right_ = min(p[1] for p in places), max(p[1] for p in places)
        if (last - first + 1) * (right_ - left_ + 1) == len(places):
            cells.append((first, left_, last - first + 1, right_ - left_ + 1))
        else:
            cells += [(i, j, 1, 1) for i, j in places]
    return sorted(cells)


def _heads_apart(
    places: Sequence[tuple[int, int, int, int]], grid: Grid, words: Sequence[Word]
) -> list[tuple[int, int, int, int]]:
    """The cells, one across the top of the grid parted where each column of it holds a head of its own.

    On a band of colour the borders between heads are often left out.
    """
    edges = [x.at for x in grid.xs]
    row, column, height, width = places[0]
    inside = [w for w in words if grid.ys[0].at < w.yc < grid.ys[height].at]
    heads = [[w for w in inside if a - 1 < w.x0 and w.x1 < b + 1] for a, b in pairwise(edges)]
    parted = width == len(heads) > 2 and all(heads) and sum(map(len, heads)) == len(inside)
    apart = parted and all(
        min(w.x0 for w in right) - max(w.x1 for w in left) > left[0].size for left, right in pairwise(heads)
    )
    if not apart:
        return list(places)
    return [*((row, column + i, height, 1) for i in range(width)), *places[1:]]


def read_ruled(region: Region, before: Table | None = None) -> Table | None:
    """Read a region drawn as a full grid; None where it is none, or its rules leave columns unparted.

    `before` is the table of the page before where the region is the rest of it: as many columns, and no heads
    but those repeated.
    """
    grid = grid_of(region.rules)
    if grid is None or (before is not None and len(grid.xs) - 1 != before.column_count):
        return None
    box = grid.box
    words = [w for line in region.lines for w in line]
    inside = [w for w in words if box.holds(w.xc, w.yc)]
    if len(inside) < 0.9 * len(words) or not _parts_all(grid, region):
        return None
    return _Reading(region, grid, inside).table(before)


def _parts_all(grid: Grid, region: Region) -> bool:
    """Whether the drawn columns are all columns: no gutter runs through the text of one."""
    inner = [x.at for x in grid.xs[1:-1]]
    gutters = find_gutters([runs_of(line) for line in region.lines])
    return len(gutters) <= len(inner)


class _Reading:
    """One grid being read."""

    def __init__(self, region: Region, grid: Grid, words: Sequence[Word]) -> None:
        self.region, self.grid = region, grid
        self.places = _heads_apart(merged_places(grid), grid, words)
        at = {
            (i, j): n
            for n, (r, c, h, w) in enumerate(self.places)
            for i in range(r, r + h)
            for j in range(c, c + w)
        }
        xs, ys = [x.at for x in grid.xs], [y.at for y in grid.ys]
        self.words: list[list[Word]] = [[] for _ in self.places]
        for word in words:
            i = min(max(bisect(ys, word.yc) - 1, 0), len(ys) - 2)
            j = min(max(bisect(xs, word.xc) - 1, 0), len(xs) - 2)
            self.words[at[i, j]].append(word)

    def table(self, before: Table | None = None) -> Table | None:
        """The table, rows and columns without any text left out."""
        heights = sorted({r for (r, _, _, _), words in zip(self.places, self.words, strict=True) if words})
        widths = sorted({c for (_, c, _, _), words in zip(self.places, self.words, strict=True) if words})
        row_at = {r: n for n, r in enumerate(heights)}
        column_at = {c: n for n, c in enumerate(widths)}
        if before is not None:
            widths = list(range(before.column_count))
            column_at = {c: c for c in widths}
        elif len(heights) < 2 or len(widths) < 2:
            return None
        head = self._head_rows(heights) if before is None else self._repeated(heights, before)
        cells: list[Cell] = []
        for (r, c, h, w), words in zip(self.places, self.words, strict=True):
            rows = [row_at[i] for i in range(r, r + h) if i in row_at]
            columns = [column_at[j] for j in range(c, c + w) if j in column_at]
            if not rows or not columns:
                continue
            lines = [cell_line(line) for line in cluster_lines(words)]
            text = set_together([line.text for line in lines])
            alone = len(columns) == len(widths) and rows[0] >= head
            role: Role = (
                "header" if rows[0] < head else "section" if alone else "value" if columns[0] else "label"
            )
            box = union([line.box for line in lines]) if lines else self._box(r, c, h, w)
            bold = bool(words) and all(word.bold for word in words)
            cells.append(
                Cell(
                    rows[0], columns[0], text, self.region.page, box, role, len(rows), len(columns), 0.0, bold
                )
            )
        levels: list[list[str]] = [[] for _ in widths]
        for cell in sorted(cells, key=lambda c: (c.row, c.column)):
            if cell.role == "header" and cell.text:
                for column in range(cell.column, cell.column + cell.column_span):
                    levels[column].append(cell.text)
        named = levels[0][-1] if levels[0] else None
        again = {at for at, level in enumerate(levels) if at and level and level[-1] == named}
        cells = [
            replace(c, role="label")
            if c.role == "value" and c.column in again and is_label_text(c.text)
            else c
            for c in cells
        ]  # lists side by side, each with the names of its own
        table = table_of(self.region, cells, tuple("|".join(t) for t in levels), len(heights), "ruled")
        whole = is_word_table(table, drawn=True) if before is None else is_rest(table, drawn=True)
        return table if whole else None

    def _box(self, r: int, c: int, h: int, w: int) -> Box:
        xs, ys = self.grid.xs, self.grid.ys
        return Box(xs[c].at, ys[r].at, xs[c + w].at, ys[r + h].at)

    def _head_rows(self, heights: Sequence[int]) -> int:
        """How many rows at the top are heads: set off by weight, colour or shade, or by short texts."""
        looks = [self._look(row) for row in heights]
        usual = Counter(looks[1:]).most_common(1)[0][0]
        count = 1 if looks[0] != usual or self._reads_as_head(heights[0]) else 0
        while 0 < count < len(heights) - 1 and looks[count] == looks[0] != usual and count < 4:
            count += 1
        spanned = any(w > 1 or h > 1 for (r, _, h, w) in self.places if r == heights[0])
        if count == 1 and spanned and len(heights) > 2 and self._reads_as_head(heights[1]):
            count = 2
        return count

    def _repeated(self, heights: Sequence[int], before: Table) -> int:
        """How many rows at the top repeat the heads of the page before."""
        heads = {tight(c.text) for c in before.cells if c.role == "header"}
        texts = [[tight("".join(w.text for w in words)) for words in self._of_row(row)] for row in heights]
        return next((i for i, row in enumerate(texts) if not heads.issuperset({*row} - {""})), 0)

    def _of_row(self, row: int) -> list[list[Word]]:
        return [words for (r, _, _, _), words in zip(self.places, self.words, strict=True) if r == row]

    def _look(self, row: int) -> tuple[bool, tuple[int, int, int], tuple[int, int, int] | None]:
        """Weight and colour of most words of a row, and the colour behind them."""
        words = [w for cell in self._of_row(row) for w in cell]
        if not words:
            return False, (0, 0, 0), None
        behind = [
            f.color
            for f in self.region.fills
            if f.x0 <= words[0].xc <= f.x1 and f.top <= words[0].yc <= f.bottom and f.color != (255, 255, 255)
        ]
        bold, color = Counter((w.bold, w.color) for w in words).most_common(1)[0][0]
        return bold, color, behind[-1] if behind and bold else None

    def _reads_as_head(self, row: int) -> bool:
        texts = ["".join(w.text for w in words) for words in self._of_row(row)]
        filled = [t for t in texts if t]
        return len(filled) >= max(2, len(texts) - 1) and all(
            width_of(t) <= 14 and not is_value(tight(t)) for t in filled
        )


def uncaptioned_grids(page: Page, taken: Sequence[Box]) -> list[Region]:
    """Regions of full grids that stand under no caption and touch nothing of `taken`."""
    rules = [r for r in page.rules if (r.x1 - r.x0 if r.horizontal else r.bottom - r.top) > 6]
    lines = page_lines(page)
    found: list[Region] = []
    for group in _connected(rules):
        if sum(not r.horizontal for r in group) < 2 or sum(r.horizontal for r in group) < 4:
            continue
        grid = grid_of(group)
        if grid is None or grid.box.height > 0.85 * page.height:
            continue
        box = grid.box
        if any(box.x0 < t.x1 and t.x0 < box.x1 and box.top < t.bottom and t.top < box.bottom for t in taken):
            continue
        inside = [[w for w in line if box.holds(w.xc, w.yc)] for line in lines]
        body = tuple(tuple(line) for line in inside if line)
        if len(body) < 2 or is_half_hidden(page, box, sum(map(len, body))):
            continue
        fills = tuple(f for f in page.fills if box.holds((f.x0 + f.x1) / 2, (f.top + f.bottom) / 2, 2.0))
        found.append(Region(page.number, box, body, rules=tuple(group), fills=fills))
    return found


def _connected(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules that touch or cross one another, directly or by others between them."""
    groups: list[tuple[Box, list[Rule]]] = []
    for rule in sorted(rules, key=lambda r: (r.top, r.x0)):
        box = Box(rule.x0 - 2, rule.top - 2, rule.x1 + 2, rule.bottom + 2)
        joined = [rule]
        extent = Box(rule.x0, rule.top, rule.x1, rule.bottom)
        apart: list[tuple[Box, list[Rule]]] = []
        for other, members in groups:
            touches = (
                any(
                    box.x0 <= m.x1 and m.x0 <= box.x1 and box.top <= m.bottom and m.top <= box.bottom
                    for m in members
                )
                if other.x0 - 2 <= box.x1 and box.x0 <= other.x1 + 2 and box.top <= other.bottom + 2
                else False
            )
            if touches:
                joined += members
                extent = union([extent, other])
            else:
                apart.append((other, members))
        groups = [*apart, (extent, joined)]
    return [members for _, members in groups]
