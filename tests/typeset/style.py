"""How a house sets its pages: the numbers and colours, and nothing about any report's content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .fonts import FontName
from .sheet import Align, Ink


@dataclass(frozen=True, slots=True)
class Style:
    """A house's style. Lengths in points; colours as `#rrggbb`, empty for none."""

    accent: str = "#1f4e8c"
    prose_font: FontName = "sans"
    prose_size: float = 9.0
    prose_pitch: float = 14.5
    label_font: FontName = "sans"
    number_font: FontName = "sans"
    size: float = 7.2  # of table text
    pitch: float = 10.4  # of table rows with one line
    leading: float = 9.0  # of the lines inside a wrapped cell
    pad: float = 3.0  # left and right of a cell's text
    indent: float = 7.0  # for each level of a label
    number_align: Align = "right"
    numbers_on: Literal["first", "middle", "last"] = "first"  # line of a wrapped label that has the numbers
    head_fill: str = ""
    head_colour: str = "#000000"
    # Rules above and below head and last row, around each cell, below each row, or none.
    lines: Literal["three", "grid", "rows", "none"] = "three"
    thin_rectangles: bool = False  # rules are filled rectangles, not strokes
    rule_width: float = 0.6
    rule_colour: str = "#1f4e8c"
    band: str = ""  # fill of every second row
    section_fill: str = ""
    caption_colour: str = "#000000"
    caption_rule: bool = True  # a rule above the caption
    note_colour: str = "#808080"
    totals_bold: bool = True
    label_lift: float = 0.0  # how far labels stand above their numbers; negative: below
    column_shifts: tuple[
        float, ...
    ] = ()  # how far the numbers of each value column stand right of their place
    head_shift: float = 0.0  # how far the heads of the value columns stand right of their place
    number_spacing: float = 0.0  # between the characters of a number
    negative_colour: str = ""
    repeat_head: bool = True  # on the next page of a table that goes on
    clip_labels: bool = False  # a label is set on one line; what its cell cannot show is hidden on the next

    def label(self, bold: bool = False) -> Ink:
        return Ink(self.label_font, self.size, bold)

    def number(self, bold: bool = False) -> Ink:
        return Ink(self.number_font, self.size, bold)

    def prose(self, bold: bool = False, colour: str = "#000000") -> Ink:
        return Ink(self.prose_font, self.prose_size, bold, colour)
