"""What a row of a table is called and what stands above it: label, label path, section, unit column."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from statistics import median

from pipeline.layout.tokens import is_number, tight
from pipeline.meaning.accounting import accounting_lines
from pipeline.meaning.businesses import measures_over
from pipeline.meaning.entities import is_aggregate, is_ticker_head, parse_ticker
from pipeline.meaning.lexicon import compile_pattern, plain, read_rows, unwrap, without_brackets
from pipeline.meaning.totals import NO_TOTALS, Totals, totals_of
from pipeline.meaning.unitwords import read_unit
from pipeline.meaning.vocabulary import form, vocabulary
from pipeline.tables.table import Cell, Table

_FILE = "dependents.csv"
_BULLET = re.compile(r"^[•·●○◆■□▪➢✓*\-–—\s]+(?=[^\d\s.%-])")
# Labels closer than this part of their height share one level of indentation.
_INDENT_STEP = 0.3
_MOST_LEVELS = 4
# Labels whose middles are this close are centred, if that many of them start at different places.
_SAME_AXIS = 0.7
_CENTRED = 3
# Levels of totals: one that heads its items stands above every indent, one that closes them heads nothing.
_HEAD, _LAST = -1, 99


@dataclass(frozen=True, slots=True)
class Row:
    """A row with values: its number, label as printed, the heads above it (outermost first), its own unit.

    `unit_columns` are the heads and texts of the columns of units, where there are several and they differ.
    `total` is the total printed below the row that it is part of, where its section has no head above.
    """

    index: int
    label: str
    parents: tuple[str, ...]
    unit_text: str = ""
    unit_columns: tuple[tuple[str, str], ...] = ()
    total: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The heads above, then the label."""
        return (*self.parents, self.label)


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((compile_pattern(_FILE, p), kind) for p, kind in read_rows(_FILE, ("pattern", "kind")))


@lru_cache(maxsize=4096)
def dependence(label: str) -> str | None:
    """How a label leans on the row before it.

    `follows` (YoY, 占比: always about the row before), `rate` (a bare 毛利率: about the row before where that
    is a business), `measure` (收入, 成本: an item of the section), `part` (其中), or None.
    """
    whole = plain(label)
    forms = (whole, without_brackets(whole) or whole)
    return next((kind for pattern, kind in _patterns() if any(pattern.search(f) for f in forms)), None)


def rows_of(
    table: Table, *, segmented: bool = False, statement: str = ""
) -> tuple[dict[tuple[int, int], Row], dict[int, Row]]:
    """The rows of a table: by (row, column of the label) and, for plain tables, by row alone.

    A grid may hold two label columns with values behind each (`label value label value`), so a label serves
    the value cells to its right up to the next label. `segmented` tables list businesses: a bare 毛利率 there
    belongs to the business above it. `statement` is the kind of a financial statement, whose totals
    head their items with or without an indent, or close them.
    """
    labels, sections = _labels(table)
    merged = sorted((c for c in table.cells if _is_merged(c)), key=lambda c: c.column)
    values: defaultdict[int, list[Cell]] = defaultdict(list)
    for cell in table.cells:
        if cell.role == "value":
            values[cell.row].append(cell)
    printed = _units_of_rows(table)
    units = {row: found[0][1] for row, found in printed.items() if len({text for _, text in found}) == 1}
    units |= {
        c.row - 1: c.text.strip("()（） ")
        for c in table.cells
        if c.role == "section" and _is_unit(c) and _label_above(c, labels) is not None
    }
    by_place: dict[tuple[int, int], Row] = {}
    first: dict[int, Row] = {}
    for column in sorted({column for _, column in labels}):
        own = sorted((c for (_, at), c in labels.items() if at == column), key=lambda c: c.row)
        texts = [_label_text(c) for c in own]
        totals = totals_of(texts, statement) if statement else NO_TOTALS
        again = _repeated(texts, own, sections) if segmented else ()
        measures = measures_over(texts, list(map(dependence, texts))) if segmented and not sections else {}
        chain = _Chain(_levels(own), segmented, totals, again, measures)
        order = {c.row: at for at, c in enumerate(own)}
        nameless = _nameless_groups(own, sections)
        for here in range(table.row_count):
            if here in sections:
                chain.section(sections[here])
            label = labels.get((here, column))
            if label is None:
                if here in sections and values.get(here):  # cells merged over the rows below: 总市值
                    by_place[here, column] = first[here] = Row(here, _label_text(sections[here]), ())
                continue
            if here in nameless:
                chain.leave()
            at = order[here]
            text = texts[at]
            parents = (*_above(merged, values, label), *chain.parents(label, text, at))
            total = texts[totals.close[at]] if at in totals.close else ""
            for index in range(label.row, label.row + label.row_span):  # a name merged over its rows
                unit = units.get(index, "")
                row = Row(index, text, parents, unit, () if unit else printed.get(index, ()), total)
                by_place.setdefault((index, column), row)
                first.setdefault(index, row)
    return by_place, first


def row_of_value(cell: Cell, places: Mapping[tuple[int, int], Row], columns: Sequence[int]) -> Row | None:
    """The row whose label stands nearest to the left of a value cell, in the list that the cell is in."""
    last = cell.column
    for column in reversed([c for c in columns if c < cell.column]):
        found = places.get((cell.row, column))
        beyond = last != cell.column and last - column > 1  # the numbers of another list stand between
        if found is not None:
            return found if not beyond or _is_total(found.label) else None
        last = column
    return None


def _nameless_groups(labels: Sequence[Cell], sections: Mapping[int, Cell]) -> set[int]:
    """The first rows of groups that space sets apart with no name beside them, where all others have one.

    毛利 and 费用率 stand at the left of their first rows; after one more gap 营业利润 with nothing beside it.
    """
    heads = {
        min(c.row for c in labels if c.row > at): name
        for at, name in sections.items()
        if labels[-1:] and at < labels[-1].row
    }
    beside = all(
        abs(name.box.top - c.box.top) < 0.6 * c.box.height for c in labels if (name := heads.get(c.row))
    )
    steps = [b.box.yc - a.box.yc for a, b in pairwise(labels)]
    if len(heads) < 2 or not beside:
        return set()
    usual = median([step for step in steps if step > 0] or [0.0])
    after = {b.row for b, step in zip(labels[1:], steps, strict=True) if step >= 1.4 * usual}
    return after - set(heads) if set(heads) - {labels[0].row} <= after else set()


def _is_total(label: str) -> bool:
    """Whether a label sums up the lists side by side, each of which ends in its number."""
    return vocabulary().relation_of("business", form(label).key) == "total" or is_aggregate(label)


def _label_text(cell: Cell) -> str:
    return _BULLET.sub("", unwrap(cell.text))


def _labels(table: Table) -> tuple[dict[tuple[int, int], Cell], dict[int, Cell]]:
    """The label that counts in each row and label column, and the section heads by row.

    Of labels side by side (a merged business name, then 收入) the last one is the row's own; tickers and
    units beside a name are no labels.
    """
    found: dict[tuple[int, int], Cell] = {}
    sections: dict[int, Cell] = {}
    by_row: dict[int, list[Cell]] = {}
    heading = {cell.row for cell in accounting_lines(table)}
    for cell in table.cells:
        if cell.row in heading:
            continue
        if cell.role == "section" and cell.text.strip() and cell.row not in sections:
            sections[cell.row] = cell
        elif cell.role == "label" and _names(cell, table):
            by_row.setdefault(cell.row, []).append(cell)
    for row, cells in by_row.items():
        cells.sort(key=lambda c: c.column)
        for cell, after in zip(cells, [*cells[1:], None], strict=True):
            if after is None or after.column > cell.column + cell.column_span:
                found[row, cell.column] = cell
    return found, dict(_with_units(sections, found))


def _with_units(
    sections: Mapping[int, Cell], labels: Mapping[tuple[int, int], Cell]
) -> Iterator[tuple[int, Cell]]:
    """The heads of sections; a unit in brackets that has wrapped onto a line of its own joins its words.

    It is the unit of the section above (产能, 万吨) or of the label above, which then is no head at all.
    """
    last: Cell | None = None
    for row, cell in sorted(sections.items()):
        if not _is_unit(cell):
            last = cell
            yield row, cell
        elif _label_above(cell, labels) is None:
            yield row, cell if last is None else replace(cell, text=last.text.strip() + cell.text.strip())


def _label_above(unit: Cell, labels: Mapping[tuple[int, int], Cell]) -> Cell | None:
    """The label right above a unit, where both start at the same place."""
    label = labels.get((unit.row - 1, unit.column))
    return label if label is not None and abs(label.indent - unit.indent) < _step([label]) else None


def _is_unit(cell: Cell) -> bool:
    """Whether a cell prints a unit in brackets and nothing else."""
    text = cell.text.strip()
    return text[:1] in ("(", "（") and read_unit(text.strip("()（） ")) is not None


def _names(cell: Cell, table: Table) -> bool:
    text = cell.text.strip()
    if not text:
        return False
    head = table.heads[cell.column] if cell.column < len(table.heads) else ""
    return cell.column == 0 or not (
        parse_ticker(text) is not None or is_ticker_head(head) or read_unit(text.strip("()（）")) is not None
    )


def _is_merged(cell: Cell) -> bool:
    """Whether a cell is a name that stands over several rows."""
    return cell.row_span > 1 and cell.role in ("label", "section") and bool(cell.text.strip())


def _above(merged: Sequence[Cell], values: Mapping[int, Sequence[Cell]], label: Cell) -> tuple[str, ...]:
    """Names merged over several rows at the left of the label: the business of 收入, 成本, 毛利率.

    Not those of a list at the left whose numbers stand between.
    """
    left = [c for c in merged if c.column < label.column and c.row <= label.row < c.row + c.row_span]
    if not left:
        return ()
    beside = [c.column for c in values[label.row] if c.column < label.column and is_number(tight(c.text))]
    return tuple(unwrap(c.text) for c in left if c.column > max(beside, default=-1))


def _units_of_rows(table: Table) -> dict[int, tuple[tuple[str, str], ...]]:
    """Head and text of what each row prints in the columns that hold a unit in every row, from the left."""
    columns: dict[int, list[Cell]] = {}
    for cell in table.cells:
        if cell.role != "header" and cell.text.strip():
            columns.setdefault(cell.column, []).append(cell)
    rows: dict[int, tuple[tuple[str, str], ...]] = {}
    for column, cells in sorted(columns.items()):
        if len(cells) > 1 and all(read_unit(c.text.strip("()（） ")) is not None for c in cells):
            head = table.heads[column] if column < len(table.heads) else ""
            for cell in cells:
                rows[cell.row] = (*rows.get(cell.row, ()), (head, cell.text))
    return rows


def _levels(labels: Sequence[Cell]) -> dict[float, int]:
    """Level of each indent. Indents that are ragged (centred labels) say nothing: all are level 0."""
    if _centred(labels):
        return dict.fromkeys((c.indent for c in labels), 0)
    plain_labels = [c.indent for c in labels if dependence(c.text) != "follows"]
    steps: list[float] = []
    step = _step(labels)
    for indent in sorted(set(plain_labels)):
        if not steps or indent - steps[-1] > step:
            steps.append(indent)
    count = Counter(sum(1 for s in steps if s <= i + 0.01) - 1 for i in plain_labels)
    if len(steps) > _MOST_LEVELS or any(n < 2 for level, n in count.items() if level):
        steps = steps[:1]
    return {c.indent: max(0, sum(1 for s in steps if s <= c.indent + 0.01) - 1) for c in labels}


def _step(labels: Sequence[Cell]) -> float:
    """How far apart two indents are, points; the lowest label stands for the size of the print."""
    return _INDENT_STEP * min((c.box.height for c in labels), default=0.0)


def _centred(labels: Sequence[Cell]) -> bool:
    """Whether labels are set about one axis: nearly all, or most of the indented at three indents."""
    axis_of_all = sorted(c.box.xc for c in labels)[len(labels) // 2] if labels else 0.0
    about = [c for c in labels if abs(c.box.xc - axis_of_all) < _SAME_AXIS]
    if (
        len(about) > _CENTRED
        and len(about) >= 0.9 * len(labels)
        and len({round(c.box.x0) for c in about}) > 1
    ):
        return True
    indented = [c for c in labels if c.indent > _step(labels)]
    for axis in indented:
        around = [c.indent for c in indented if abs(c.box.xc - axis.box.xc) < _SAME_AXIS]
        if len({round(indent) for indent in around}) >= _CENTRED and 2 * len(around) > len(indented):
            return True
    return False


def _sums_up(text: str, section: str) -> bool:
    """Whether a label is the sum of all businesses, which is no part of the business above it.

    Under a head that only sorts (毛利, 分产品) the sum stays: it is the sum of that.
    """
    businesses = vocabulary()
    if businesses.relation_of("business", form(text).key) != "total":
        return False
    return businesses.relation_of("business", form(section).key) is None


def _repeated(texts: Sequence[str], labels: Sequence[Cell], sections: Mapping[int, Cell]) -> frozenset[int]:
    """Places of items such as 成本 that one section holds several times: each is the business's above it."""
    at: dict[tuple[int, str], list[int]] = {}
    for place, (text, cell) in enumerate(zip(texts, labels, strict=True)):
        if dependence(text) == "measure":
            head = max((row for row in sections if row <= cell.row), default=-1)
            at.setdefault((head, plain(text)), []).append(place)
    return frozenset(place for places in at.values() if len(places) > 1 for place in places)


class _Chain:
    """Walks down the labels of one column and says for each which heads stand above it."""

    def __init__(
        self,
        levels: Mapping[float, int],
        segmented: bool,
        totals: Totals,
        repeated: Collection[int] = (),
        measures: Mapping[int, int] | None = None,
    ) -> None:
        self._levels = levels
        self._repeated = repeated
        self._segmented = segmented
        self._totals = totals
        self._measures = measures or {}
        self._section: Cell | None = None
        self._stack: list[tuple[int, str]] = []  # indented ancestors of the last item, itself on top
        self._outer: tuple[str, ...] = ()

    def section(self, cell: Cell) -> None:
        """A row without values that heads the rows below it."""
        if self._section is None or cell.row != self._section.row:
            self._section, self._stack = cell, []
            self._outer = (_label_text(cell),)

    def leave(self) -> None:
        """What follows stands under no head any more."""
        self._section, self._stack, self._outer = None, [], ()

    def parents(self, cell: Cell, text: str, at: int) -> tuple[str, ...]:
        """The heads above the label at place `at`; it becomes the last item, unless it leans on that."""
        kind = dependence(text)
        if self._measures.get(at) == at:
            self._stack = [(_HEAD, text)]
            return self._outer
        if self._measures and at not in self._measures:
            self._stack = []
        if kind == "follows" and self._stack:
            return (*self._outer, *(name for _, name in self._stack))
        if kind == "rate" and self._segmented and self._stack:
            above = [name for _, name in self._stack]
            return (*self._outer, *(above[:-1] if dependence(above[-1]) == "measure" else above))
        if at in self._repeated and self._stack and dependence(self._stack[0][1]) != "measure":
            business = [(level, name) for level, name in self._stack if level != _LAST]
            self._stack = [*business, (_LAST, text)]
            return (*self._outer, *(name for _, name in business))
        if kind == "part" and self._stack:
            return (*self._outer, *(name for _, name in self._stack))
        if self._segmented and kind is None and self._outer and _sums_up(text, self._outer[-1]):
            self._outer = ()
        out = min(self._section.indent, -_INDENT_STEP) if self._section is not None else 0.0
        if cell.indent < min(out + _INDENT_STEP, 0.0):
            self._outer = ()  # out where the names of merged cells stand, left of all other labels
        level = self._level(cell, at)
        while self._stack and self._stack[-1][0] >= level:
            self._stack.pop()
        above_item = tuple(name for _, name in self._stack)
        self._stack.append((level, text))
        return (*self._outer, *above_item)

    def _level(self, cell: Cell, at: int) -> int:
        """The level of a label: of its indent, unless it is a known total or outside the last one."""
        totals, role = self._totals, self._totals.roles.get(at)
        if at in totals.head.values():
            return _HEAD
        closes = at in totals.close.values()
        if role is not None and (closes or (self._stack and self._stack[0][0] == _HEAD)):
            self._stack = []
        if role == "whole" or (role == "section" and (closes or totals.head)):
            self._stack = []
            return _LAST
        return self._levels.get(cell.indent, 0)
