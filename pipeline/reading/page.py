"""What a page holds, whichever reader read it.

Coordinates are PDF points (1/72 in) from the top-left corner of the page as displayed, rotation and
crop box applied: x grows to the right, y (`top`, `bottom`) grows downwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

TextLayer = Literal["good", "garbled", "none"]


class Box(NamedTuple):
    """A rectangle in page coordinates, `x0 <= x1` and `top <= bottom`."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        """Horizontal extent in points."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Vertical extent in points."""
        return self.bottom - self.top

    @property
    def xc(self) -> float:
        """Horizontal centre."""
        return (self.x0 + self.x1) / 2

    @property
    def yc(self) -> float:
        """Vertical centre."""
        return (self.top + self.bottom) / 2

    def holds(self, x: float, y: float, slack: float = 0.0) -> bool:
        """Whether the point lies inside, `slack` points of margin allowed."""
        return self.x0 - slack <= x <= self.x1 + slack and self.top - slack <= y <= self.bottom + slack


def union(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of `boxes` (at least one)."""
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return Box(min(x0), min(top), max(x1), max(bottom))


class Word(NamedTuple):
    """A run of characters of one line without a gap, as the page prints it.

    `top` and `bottom` span the em box around the baseline (not the font's own ascent, which many embedded
    fonts state wrongly), `char_x` holds the left edge of every character and, last, the word's right edge.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    font: str
    bold: bool
    color: tuple[int, int, int]
    char_x: tuple[float, ...] = ()

    @property
    def box(self) -> Box:
        """The word's box."""
        return Box(self.x0, self.top, self.x1, self.bottom)

    @property
    def xc(self) -> float:
        """Horizontal centre."""
        return (self.x0 + self.x1) / 2

    @property
    def yc(self) -> float:
        """Vertical centre."""
        return (self.top + self.bottom) / 2


def bounds(words: Sequence[Word]) -> Box:
    """The smallest box around all of `words` (at least one)."""
    if len(words) == 1:
        return words[0].box
    return Box(
        min([word.x0 for word in words]),
        min([word.top for word in words]),
        max([word.x1 for word in words]),
        max([word.bottom for word in words]),
    )


HiddenReason = Literal[
    "invisible", "white", "template", "covered", "clipped", "rotated", "off_page", "duplicate"
]


@dataclass(frozen=True, slots=True)
class HiddenWord:
    """Text that the file holds and the reader of the printed page does not see, or not as part of a line."""

    word: Word
    reason: HiddenReason
    clip: Box | None = None  # what the page shows of the place it was set in: the cell, of clipped text


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight horizontal or vertical line, drawn as a stroke, a thin rectangle or a thin image."""

    x0: float
    top: float
    x1: float
    bottom: float
    color: tuple[int, int, int]

    @property
    def horizontal(self) -> bool:
        """Whether the line runs across the page."""
        return self.x1 - self.x0 >= self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled rectangle: a band behind a row, a header's background, a box."""

    x0: float
    top: float
    x1: float
    bottom: float
    color: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Image:
    """Where a picture is painted."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page as read: visible words in reading order of their lines, drawn rules and fills, images."""

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...] = ()
    fills: tuple[Fill, ...] = ()
    images: tuple[Image, ...] = ()
    hidden: tuple[HiddenWord, ...] = ()
    text_layer: TextLayer = "good"
    warnings: tuple[str, ...] = field(default=())
