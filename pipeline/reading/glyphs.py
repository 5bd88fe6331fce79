"""Stencils of text as lines of glyphs, and what each glyph shape has been read as.

The same pixels are the same character. A shape is therefore not read once and trusted: every sighting of it
in a line that the model has read is a vote, and where the votes agree, the shape has its letter for good, in
every other place it stands.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pipeline.reading.page import Box, union
from pipeline.reading.pictures import DPI, Stencil

if TYPE_CHECKING:
    from pipeline.reading.pictures import Grey, Ink

PX = DPI / 72  # pixels a point
VOTES = 4  # sightings that make a letter certain, if they agree
_AGREE = 0.9
# What numbers, periods and the names of ratios are made of. Only such letters are taken from memory: their
# shapes are one piece each, a Chinese character is often two or three.
_LETTERS = frozenset("0123456789.,%()+-/:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Shape(NamedTuple):
    """The pixels of one glyph, cut to its ink, and how far under the top of its picture they begin."""

    picture_height: int
    top: int
    width: int
    height: int
    bits: bytes

    @property
    def bar(self) -> str | None:
        """What a solid bar is by its place: a hyphen or minus sign, or an underscore; None for others.

        The model takes a lone one for 一 or for nothing. A dash as long as a character is left to it.
        """
        solid = self.bits.count(1) >= 0.97 * len(self.bits)
        thin = self.height <= 0.08 * self.picture_height
        if not (solid and thin and 2 * self.height <= self.width <= 0.5 * self.picture_height):
            return None
        middle = (self.top + self.height / 2) / self.picture_height
        return "-" if 0.35 < middle < 0.75 else "_" if middle >= 0.75 else None


class Glyph(NamedTuple):
    """A shape and where it stands on the page, points."""

    shape: Shape
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Stencils that touch, as one line to be read."""

    stencils: tuple[Stencil, ...]
    glyphs: tuple[Glyph, ...]
    box: Box  # around the pictures
    ink_box: Box

    @property
    def spelling(self) -> tuple[object, ...]:
        """The same for lines that look the same: shapes, and the steps between them to the pixel."""
        left = self.ink_box.x0
        return tuple((glyph.shape, round((glyph.box.x0 - left) * PX)) for glyph in self.glyphs)

    def picture(self, margin: float) -> Grey:
        """The line dark on light, cut to its ink and a `margin` in shares of its height."""
        import numpy as np

        wide = round(self.box.width * PX) + 2
        high = round(self.box.height * PX) + 2
        ink = np.zeros((high, wide), np.bool_)
        for stencil in self.stencils:
            x, y = round((stencil.box.x0 - self.box.x0) * PX), round((stencil.box.top - self.box.top) * PX)
            part = stencil.ink[: high - y, : wide - x]
            ink[y : y + part.shape[0], x : x + part.shape[1]] |= part
        rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
        # A lone hyphen must not be blown up to the size of a letter.
        top, bottom = min(int(rows[0]), round(0.25 * high)), max(int(rows[-1]) + 1, round(0.8 * high))
        pad = round(margin * (bottom - top))
        cut = ink[top:bottom, int(columns[0]) : int(columns[-1]) + 1]
        cut = np.pad(cut, ((pad, pad), (pad, pad)))
        return np.where(cut, 0, 255).astype(np.uint8)


def _spans(ink: Ink) -> list[tuple[int, int]]:
    """Columns from and up to which something is painted without a gap."""
    import numpy as np

    filled = np.concatenate(([0], ink.any(0).astype(np.int8), [0]))
    turns = np.flatnonzero(np.diff(filled))
    return [(int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True)]


def glyphs_of(stencil: Stencil) -> list[Glyph]:
    """The pieces of a stencil that gaps part, from the left."""
    import numpy as np

    high = stencil.ink.shape[0]
    glyphs: list[Glyph] = []
    for left, right in _spans(stencil.ink):
        rows = np.flatnonzero(stencil.ink[:, left:right].any(1))
        top, bottom = int(rows[0]), int(rows[-1]) + 1
        cut = stencil.ink[top:bottom, left:right]
        shape = Shape(high, top, right - left, bottom - top, cut.tobytes())
        x, y = stencil.box.x0, stencil.box.top
        glyphs.append(Glyph(shape, Box(x + left / PX, y + top / PX, x + right / PX, y + bottom / PX)))
    return glyphs


_JOIN, _APART = (
    0.2,
    0.8,
)  # of a height: this near, pictures are one line


def lines_of(stencils: Iterable[Stencil]) -> list[Line]:
    """Stencils joined where a line goes on in the next."""
    inked = [(stencil, glyphs_of(stencil)) for stencil in stencils]
    rows: list[list[tuple[Stencil, list[Glyph]]]] = []
    for stencil, glyphs in sorted(inked, key=lambda one: (one[0].box.yc, one[1][0].box.x0)):
        if rows and abs(stencil.box.yc - rows[-1][0][0].box.yc) < 0.2 * stencil.box.height:
            rows[-1].append((stencil, glyphs))
        else:
            rows.append([(stencil, glyphs)])
    lines: list[Line] = []
    for row in rows:
        row.sort(key=lambda one: one[1][0].box.x0)
        group = [row[0]]
        for one in row[1:]:
            before = group[-1]
            gap = one[1][0].box.x0 - before[1][-1].box.x1
            small, large = sorted((one[0].box.height, before[0].box.height))
            if (
                -_JOIN * large < gap < _JOIN * large
                and small > 0.8 * large
                and one[0].color == before[0].color
            ):
                group.append(one)
            else:
                lines.append(_line(group))
                group = [one]
        lines.append(_line(group))
    return lines


def _line(group: Sequence[tuple[Stencil, list[Glyph]]]) -> Line:
    glyphs = sorted((glyph for _, found in group for glyph in found), key=lambda glyph: glyph.box.x0)
    return Line(
        tuple(stencil for stencil, _ in group),
        tuple(glyphs),
        union([stencil.box for stencil, _ in group]),
        union([glyph.box for glyph in glyphs]),
    )


class Memory:
    """What shapes have been read as, over all lines of a document."""

    def __init__(self) -> None:
        self._votes: defaultdict[Shape, Counter[str]] = defaultdict(Counter)

    def see(self, shape: Shape, letter: str) -> None:
        """One sighting: the model read `shape` as `letter`."""
        self._votes[shape][unicodedata.normalize("NFKC", letter)] += 1

    def seen(self, shape: Shape) -> int:
        """How often the shape was read."""
        return self._votes[shape].total() if shape in self._votes else 0

    def contested(self, shape: Shape) -> bool:
        """Whether the shape was read as different letters too often to be sure of either."""
        if shape.bar or not (votes := self._votes.get(shape)):
            return False
        return max(votes.values()) < _AGREE * votes.total()

    def letter(self, shape: Shape) -> str | None:
        """What the shape is for certain, None where too few sightings or different ones speak for it."""
        if shape.bar:
            return shape.bar
        votes = self._votes.get(shape)
        if not votes or votes.total() < VOTES:
            return None
        [(letter, count)] = votes.most_common(1)
        return letter if letter in _LETTERS and count >= _AGREE * votes.total() else None
