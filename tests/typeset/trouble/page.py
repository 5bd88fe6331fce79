"""Setting a case: furniture, prose, the stacks side by side, and what stands below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.typeset.facts import Table
from tests.typeset.flow import Flow
from tests.typeset.fonts import face
from tests.typeset.sheet import PAGE_HEIGHT, Align, Ink, Sheet
from tests.typeset.style import Style
from tests.typeset.tables import NUMBER, Columns, Room, Setter
from tests.typeset.truth import TableTruth

from .case import Case, Stack
from .figures import UNIT_HEAD

LEFT, RIGHT, TOP, BOTTOM = 40.0, 555.0, 62.0, 782.0
BETWEEN = 14.0  # points between two columns of the page
LEAST_SIZE = 5.2
LEAST_LABEL = 5.5  # em


class TooMuchError(ValueError):
    """The case does not fit its page."""


def width(text: str, style: Style) -> float:
    """Of the widest printed line of a cell."""
    spacing = style.number_spacing if NUMBER.fullmatch(text) else 0.0
    return max(face(style.number_font).width(line, style.size, spacing) for line in text.split("\n"))


def columns_of(stack: Stack, x0: float, x1: float) -> Columns:
    """Edges and alignment of the stack's columns between `x0` and `x1`; TooMuchError where they do not fit.

    A column is as wide as its widest cell and the space between columns; what is left is the labels'.
    """
    style = stack.style
    label_at = stack.tables[0].label_column
    count = stack.tables[0].width
    widths = []
    for at in range(count):
        texts = [
            row.cells[at]
            for table in stack.tables
            for row in table.rows
            if not (row.span > 1 and at < row.span)
        ]
        if at != label_at:
            texts += [level[at] for level in stack.tables[0].head[-1:]]
        room = stack.spread * style.size if at > label_at else style.size
        widths.append(max((width(text, style) for text in texts), default=0.0) + room)
    deepest = max((row.depth for table in stack.tables for row in table.rows), default=0)
    longest = widths[label_at] + deepest * style.indent + 2 * style.pad
    free = x1 - x0 - sum(w for at, w in enumerate(widths) if at != label_at)
    wanted = longest if stack.label_room is None else min(longest, stack.label_room * style.size)
    if free < max(wanted, LEAST_LABEL * style.size):
        raise TooMuchError(f"{free:.0f} pt are left for labels of {wanted:.0f} pt")
    widths[label_at] = wanted if stack.label_room is not None else min(free, wanted * 1.6)
    others = [at for at in range(count) if at > label_at]
    extra = (x1 - x0 - sum(widths)) / max(len(others), 1)
    for at in others:
        widths[at] += extra
    aligns: list[Align] = ["left" if at <= label_at else style.number_align for at in range(count)]
    if UNIT_HEAD in stack.tables[0].head[-1]:
        aligns[label_at + 1] = "center"
    edges = [x0]
    for column in widths:
        edges.append(edges[-1] + column)
    return Columns(tuple(edges), tuple(aligns))


def _groups(stack: Stack) -> list[tuple[Table, ...]]:
    return [stack.tables] if stack.shared else [(table,) for table in stack.tables]


def _setter(sheet: Sheet, stack: Stack, x0: float, x1: float, room: Room) -> Setter:
    columns = columns_of(stack, x0, x1)
    shifts = stack.style.column_shifts
    if shifts:
        values = len(columns.aligns) - stack.tables[0].label_column - 1
        # Half an em stays between the numbers of neighbouring columns.
        most = max(0.0, (stack.spread - 0.5) * stack.style.size / 2)
        shifts = tuple(max(-most, min(most, shift)) for shift in shifts)
        shifts = (*[0.0] * (stack.tables[0].label_column + 1), *(shifts * values)[:values])
    return Setter(sheet, replace(stack.style, column_shifts=shifts), columns, room)


def height_of(stack: Stack, x0: float, x1: float) -> float:
    """What the stack takes up, its headings with it."""
    setter = _setter(Sheet(), stack, x0, x1, Room(PAGE_HEIGHT, lambda: 0.0))
    total = 0.0
    for group in _groups(stack):
        total += _title_height(stack) + setter.height(group, sub_heads=stack.shared) + stack.gap
    return total - stack.gap


def _title_height(stack: Stack) -> float:
    if stack.named == "stub" or (stack.shared and not stack.unit_line):
        return 0.0
    return max(stack.style.pitch, 1.5 * stack.style.size) + 1.0


def places(case: Case) -> list[tuple[float, float]]:
    """Left and right edge of each column of the page."""
    count = len(case.stacks)
    share = (RIGHT - LEFT - BETWEEN * (count - 1)) / count
    return [(LEFT + n * (share + BETWEEN), LEFT + n * (share + BETWEEN) + share) for n in range(count)]


def compose(case: Case, sheet: Sheet) -> list[TableTruth]:
    """Draw the case on new pages of the sheet; the truth about its tables, pages numbered as the sheet's."""
    style = case.stacks[0].style

    def furniture(on: Sheet) -> None:
        if case.furniture:
            on.text(LEFT, 36, "证券研究报告 | 公司深度", Ink(size=8.5, colour=style.accent))
            on.rule(LEFT, 42, RIGHT, 42, 0.8, style.accent)
            on.rule(LEFT, 800, RIGHT, 800, 0.5, style.accent)
            on.text(LEFT, 812, "请务必阅读正文之后的免责声明", Ink(size=7.5))
            on.text(RIGHT, 812, f"{case.number + on.page - first} / 28", Ink(size=7.5), align="right")
        if case.watermark:
            on.text(150, 560, case.watermark, Ink(size=44.0, colour="#e4e4e4"), angle=40)

    flow = Flow(sheet, style, LEFT, RIGHT, TOP, BOTTOM, furniture)
    first = sheet.page + 1
    flow.turn()
    if case.heading:
        flow.heading(case.heading, 12.0, before=0.0)
    for paragraph in case.before:
        flow.prose(paragraph)
    truths: list[TableTruth] = []
    if case.break_after is not None:
        truths = _broken(case, sheet, flow)
    else:
        lowest = top = flow.y
        for stack, (x0, x1) in zip(case.stacks, places(case), strict=True):
            setters, bottom = _stack(case, sheet, stack, x0, x1, top)
            truths += [truth for setter in setters for truth in setter.truths]
            lowest = max(lowest, bottom)
        if lowest > BOTTOM:
            raise TooMuchError(f"the page is full at {lowest:.0f} of {BOTTOM:.0f} pt")
        flow.y = lowest
    flow.skip(3.0)
    if case.note:
        flow.notes([case.note])
    for paragraph in case.after:
        flow.prose(paragraph)
    return truths


def _stack(
    case: Case, sheet: Sheet, stack: Stack, x0: float, x1: float, top: float
) -> tuple[list[Setter], float]:
    y = top
    setters: list[Setter] = []
    for group in _groups(stack):
        hidden = case.hidden if stack is case.stacks[0] and not setters else ""
        y = _title(sheet, stack, group[0], x0, x1, y, hidden)
        setter = _setter(sheet, stack, x0, x1, Room(PAGE_HEIGHT, lambda: 0.0))
        y = setter.grid(group, y, sub_heads=stack.shared) + stack.gap
        setters.append(setter)
    return setters, y - stack.gap


def _title(sheet: Sheet, stack: Stack, table: Table, x0: float, x1: float, y: float, hidden: str) -> float:
    style = stack.style
    height = _title_height(stack)
    if hidden:
        sheet.text(x0 + style.pad, y + 0.72 * style.pitch, hidden, Ink(size=5.5, hidden=True))
    if not height:
        return y
    baseline = y + height - 0.4 * style.size
    ink = Ink(style.label_font, style.size + (1.0 if stack.named == "caption" else 0.6), True)
    if not stack.shared:
        text = table.caption if stack.named == "caption" else table.title
        sheet.text(x0 + style.pad, baseline, text, ink)
    if stack.unit_line:
        sheet.text(x1 - style.pad, baseline, stack.unit_line, style.label(), align="right")
    return y + height


def _broken(case: Case, sheet: Sheet, flow: Flow) -> list[TableTruth]:
    """The only table, set so that the page is full after `break_after` rows."""
    (stack,) = case.stacks
    (table,) = stack.tables
    ((x0, x1),) = places(case)
    start = replace(table, rows=table.rows[: case.break_after])
    needed = height_of(replace(stack, tables=(start,)), x0, x1)
    top = BOTTOM - needed - 0.5
    if top < flow.y:
        raise TooMuchError("the part of the table on the first page")
    y = _title(sheet, stack, table, x0, x1, top, case.hidden)
    setter = _setter(sheet, stack, x0, x1, Room(BOTTOM, flow.turn))
    flow.y = setter.grid([table], y)
    return setter.truths


def heights(case: Case) -> Sequence[float]:
    """Of the stacks, from the left."""
    return [height_of(stack, x0, x1) for stack, (x0, x1) in zip(case.stacks, places(case), strict=True)]
