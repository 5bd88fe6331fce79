"""Laying headings, prose, tables and charts down a page, and turning to the next when it is full."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .facts import Table
from .fonts import face
from .lines import wrap
from .sheet import Align, Box, Ink, Sheet
from .style import Style
from .tables import Columns, Room, Setter
from .truth import TableTruth

ALIGNS: dict[str, Align] = {"l": "left", "c": "center", "r": "right"}
WIDEST_GAP = 1.6  # points that justifying may add between two characters; a looser line stays ragged


class Flow:
    """A column of text between `x0` and `x1` that continues from page to page.

    `furniture` draws what every page carries (running head, foot) right after the page is opened.
    """

    def __init__(
        self,
        sheet: Sheet,
        style: Style,
        x0: float,
        x1: float,
        top: float,
        bottom: float,
        furniture: Callable[[Sheet], None],
    ) -> None:
        self.sheet, self.style = sheet, style
        self.x0, self.x1, self.top, self.bottom = x0, x1, top, bottom
        self._furniture = furniture
        self.y = bottom
        self.truths: list[TableTruth] = []
        self.headings: list[tuple[str, int]] = []
        self.captions: list[tuple[str, int]] = []

    def turn(self) -> float:
        """Open the next page; where its text starts."""
        self.sheet.new_page()
        self._furniture(self.sheet)
        self.y = self.top
        return self.y

    def need(self, height: float) -> None:
        """Turn the page if less than `height` is left on it."""
        if self.y + height > self.bottom:
            self.turn()

    def skip(self, height: float) -> None:
        self.y += height

    def heading(
        self, text: str, size: float, colour: str = "", before: float = 8.0, after: float = 4.0
    ) -> None:
        """A heading that never stands alone at a page's foot."""
        self.need(before + size * 1.3 + after + 3 * self.style.prose_pitch)
        ink = Ink(self.style.prose_font, size, True, colour or self.style.accent)
        self.headings.append((text, self.sheet.page))
        self.y += before
        for line in wrap(text, ink, self.x1 - self.x0):
            self.sheet.text(self.x0, self.y + size, line, ink)
            self.y += size * 1.3
        self.y += after

    def prose(self, text: str, ink: Ink | None = None, after: float = 5.0, hang: float = 0.0) -> None:
        """A justified paragraph. `hang` sets all of its lines in from the left."""
        ink = ink or self.style.prose()
        pitch = self.style.prose_pitch * ink.size / self.style.prose_size
        width = self.x1 - self.x0 - hang
        lines = wrap(text, ink, width)
        for n, line in enumerate(lines):
            self.need(pitch)
            slack = width - face(ink.font).width(line, ink.size)
            gap = slack / max(len(line) - 1, 1)
            spread = n < len(lines) - 1 and 0 < gap < WIDEST_GAP
            self.sheet.text(
                self.x0 + hang, self.y + pitch * 0.72, line, ink, spacing=round(gap, 2) if spread else 0
            )
            self.y += pitch
        self.y += after

    def caption(self, table: Table) -> None:
        """The line above a table, with the template word that some houses leave in the text layer."""
        style = self.style
        self.need(60.0)
        self.captions.append((table.caption, self.sheet.page))
        if style.caption_rule:
            self.sheet.rule(self.x0, self.y, self.x1, self.y, style.rule_width, style.rule_colour)
        ink = Ink(style.label_font, 8.6, True, style.caption_colour)
        if table.hidden:
            self.sheet.text(self.x0, self.y + 10.5, table.hidden, Ink(size=6.0, hidden=True))
        self.sheet.text(self.x0, self.y + 10.5, table.caption, ink)
        self.y += 15.5

    def notes(self, lines: Sequence[str], after: float = 8.0) -> None:
        """The notes and the source below a table."""
        ink = Ink(self.style.label_font, 6.8, colour=self.style.note_colour)
        self.y += 2.0
        for text in lines:
            for line in wrap(text, ink, self.x1 - self.x0):
                self.sheet.text(self.x0, self.y + 7.0, line, ink)
                self.y += 9.6
        self.y += after

    def table(
        self,
        table: Table,
        shares: Sequence[float] = (),
        aligns: str = "",
        *,
        style: Style | None = None,
        whole: bool = False,
        room: float = 60.0,
    ) -> None:
        """Caption, grid and notes.

        `aligns` has a letter for each column: l, c or r. `whole` turns the page first if less than `room`
        points are left.
        """
        style = style or self.style
        if whole:
            self.need(room)
        self.caption(table)
        shares = shares or [2.2, *[1.0] * (table.width - 1)]
        aligns = aligns or "l" + style.number_align[0] * (table.width - 1)
        columns = Columns.shared(self.x0, self.x1, shares, [ALIGNS[letter] for letter in aligns])
        setter = Setter(self.sheet, style, columns, Room(self.bottom, self.turn))
        self.y = setter.grid([table], self.y)
        self.truths += setter.truths
        self.notes(table.notes)

    def bars(
        self, caption: str, labels: Sequence[str], values: Sequence[float], notes: Sequence[str]
    ) -> None:
        """A bar chart with its numbers over the bars: numbers on the page that are in no table."""
        height, style = 92.0, self.style
        self.need(height + 48)
        self.caption(Table("text", "", ((),), (), caption=caption))
        low, high = min(0.0, *values), max(0.0, *values)
        scale = (height - 34) / (high - low)
        zero = self.y + 12 + high * scale  # room for a number above the bars and for one below
        slot = (self.x1 - self.x0 - 20) / len(values)
        ink = Ink("sans", 6.5, colour="#404040")
        for at, (label, value) in enumerate(zip(labels, values, strict=True)):
            x0 = self.x0 + 10 + slot * (at + 0.28)
            x1, tip = x0 + slot * 0.44, zero - value * scale
            self.sheet.fill(Box(x0, min(zero, tip), x1, max(zero, tip)), style.accent)
            self.sheet.text(
                (x0 + x1) / 2, tip - 3 if value >= 0 else tip + 8, f"{value:g}", ink, align="center"
            )
            self.sheet.text((x0 + x1) / 2, self.y + height, label, ink, align="center")
        self.sheet.rule(self.x0 + 10, zero, self.x1 - 10, zero, 0.4, "#808080")
        self.y += height + 6
        self.sheet.rule(self.x0, self.y, self.x1, self.y, style.rule_width, style.rule_colour)
        self.notes(notes)


def side_rows(
    sheet: Sheet, style: Style, table: Table, box: tuple[float, float, float], value_columns: int = 1
) -> tuple[float, TableTruth]:
    """A narrow box of labels and values without a printed head; `box` is left, right and top. The y below."""
    x0, x1, top = box
    truth = TableTruth(table.kind, table.title, table.unit_text, table.columns, sheet.page)
    wide = 56.0 if value_columns > 1 else 0.0
    columns = Columns.statement(x0, x1, (x1 - x0) * 0.7 - wide, value_columns)
    y = _rows_only(sheet, style, table, columns, top, truth)
    return y, truth


def _rows_only(
    sheet: Sheet, style: Style, table: Table, columns: Columns, top: float, truth: TableTruth
) -> float:
    setter = Setter(sheet, style, columns, Room(1e9, lambda: 0.0))
    setter.y = top
    setter.rows(table, truth)
    return setter.y
