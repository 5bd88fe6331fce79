"""Pages of text, rules and fills as a display list, and the PDF that they become.

Lengths are points; `x` runs from the page's left, `top` and `baseline` from its top. Nothing is written
before `save`, so that what stands on the pages can still be changed and the fonts hold just what was used.
"""

from __future__ import annotations

import tempfile
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from .fonts import FontName, face

PAGE_WIDTH, PAGE_HEIGHT = 595.28, 841.89  # A4
ASCENT, DESCENT = 0.88, 0.20  # of the size: what the box of a word reaches above and below its baseline
BOLD_STROKE = 0.028  # of the size: the faces have one weight, a stroke along the outlines makes the other

Align = Literal["left", "center", "right"]


class Box(NamedTuple):
    """A box on a page."""

    x0: float
    top: float
    x1: float
    bottom: float


def around(boxes: list[Box]) -> Box:
    """The smallest box that holds them all."""
    return Box(
        min(b.x0 for b in boxes),
        min(b.top for b in boxes),
        max(b.x1 for b in boxes),
        max(b.bottom for b in boxes),
    )


@dataclass(frozen=True, slots=True)
class Ink:
    """How a piece of text looks. `hidden` text is in the text layer only."""

    font: FontName = "sans"
    size: float = 9.0
    bold: bool = False
    colour: str = "#000000"
    hidden: bool = False


class Text(NamedTuple):
    x: float
    baseline: float
    text: str
    ink: Ink
    spacing: float
    angle: float
    clip: Box | None = None


class Shape(NamedTuple):
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    colour: str


class Stroke(NamedTuple):
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    width: float
    colour: str


class Sheet:
    """A stack of A4 pages that is drawn on from the first to the last."""

    def __init__(self) -> None:
        self.pages: list[list[Text | Shape | Stroke]] = []

    @property
    def page(self) -> int:
        """Number of the page being drawn, 1-based."""
        return len(self.pages)

    def new_page(self) -> None:
        self.pages.append([])

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        ink: Ink,
        *,
        align: Align = "left",
        spacing: float = 0.0,
        angle: float = 0.0,
        clip: Box | None = None,
    ) -> Box:
        """Set one line that starts, is centred or ends at `x`; the box it takes up.

        Of the characters outside `clip` nothing is seen.
        """
        width = face(ink.font).width(text, ink.size, spacing)
        x0 = x - {"left": 0.0, "center": width / 2, "right": width}[align]
        if text.strip():
            self.pages[-1].append(Text(x0, baseline, text, ink, spacing, angle, clip))
        return Box(x0, baseline - ASCENT * ink.size, x0 + width, baseline + DESCENT * ink.size)

    def fill(self, box: Box, colour: str) -> None:
        self.shape([(box.x0, box.top), (box.x1, box.top), (box.x1, box.bottom), (box.x0, box.bottom)], colour)

    def shape(self, points: list[tuple[float, float]], colour: str) -> None:
        self.pages[-1].append(Shape(tuple(points), colour))

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float, colour: str) -> None:
        self.path([(x0, y0), (x1, y1)], width, colour)

    def path(self, points: list[tuple[float, float]], width: float, colour: str) -> None:
        self.pages[-1].append(Stroke(tuple(points), width, colour))

    def save(self, title: str, written: datetime) -> bytes:
        """The PDF, the same bytes for the same pages."""
        return _play(self.pages, title, written.astimezone(UTC))


def _play(pages: list[list[Text | Shape | Stroke]], title: str, written: datetime) -> bytes:
    from fpdf import FPDF
    from fpdf.enums import TextMode

    pdf = FPDF(unit="pt", format=(PAGE_WIDTH, PAGE_HEIGHT))
    pdf.set_auto_page_break(False)
    pdf.set_creation_date(written)
    pdf.set_title(title)
    pdf.set_producer("tests.typeset")
    pdf.c_margin = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, characters in sorted(_characters(pages).items()):
            path = Path(folder, f"{name}.ttf")
            path.write_bytes(face(name).truetype(characters))
            pdf.add_font(name, fname=path)
        for page in pages:
            pdf.add_page()
            for piece in page:
                if isinstance(piece, Shape):
                    pdf.set_fill_color(piece.colour)
                    pdf.polygon(piece.points, style="F")
                elif isinstance(piece, Stroke):
                    pdf.set_draw_color(piece.colour)
                    pdf.set_line_width(piece.width)
                    pdf.polyline(piece.points)
                else:
                    ink = piece.ink
                    mode = TextMode.FILL_STROKE if ink.bold else TextMode.FILL
                    pdf.set_font(ink.font, size=ink.size)
                    pdf.set_text_color(ink.colour)
                    pdf.set_char_spacing(piece.spacing)
                    clip = piece.clip
                    with (
                        nullcontext()
                        if clip is None
                        else pdf.rect_clip(clip.x0, clip.top, clip.x1 - clip.x0, clip.bottom - clip.top),
                        pdf.rotation(piece.angle, piece.x, piece.baseline),
                        pdf.local_context(
                            text_mode=TextMode.INVISIBLE if ink.hidden else mode,
                            line_width=ink.size * BOLD_STROKE,
                            draw_color=ink.colour,
                        ),
                    ):
                        pdf.text(piece.x, piece.baseline, piece.text)
        return bytes(pdf.output())


def _characters(pages: list[list[Text | Shape | Stroke]]) -> dict[FontName, str]:
    used: dict[FontName, set[str]] = {}
    for page in pages:
        for piece in page:
            if isinstance(piece, Text):
                used.setdefault(piece.ink.font, set()).update(piece.text)
    return {name: "".join(sorted(chars)) for name, chars in used.items()}
