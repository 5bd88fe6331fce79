"""Pages set from plain text, so that a test shows exactly what stands on its page.

A Chinese or full-width character is one em wide, any other half an em, as in most reports. Places are points
from the top-left corner; `y` is the centre of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Literal

from pipeline.layout.tokens import width_of
from pipeline.reading.page import Box, Fill, HiddenWord, Page, Rule, Word

SIZE = 8.0
BLACK = (0, 0, 0)
# The space inside a phrase (`归母净利润 增长率`); a sketch writes it `_`.
PHRASE_SPACE = 0.25

Align = Literal["left", "right", "centre"]


def word(text: str, x: float, y: float, *, size: float = SIZE, bold: bool = False) -> Word:
    """One word whose left edge is `x` and whose line's centre is `y`."""
    edges = tuple(accumulate((width_of(c) * size for c in text), initial=x))
    return Word(text, x, y - size / 2, edges[-1], y + size / 2, size, "SimSun", bold, BLACK, edges)


def width(text: str, size: float = SIZE) -> float:
    """How wide `put` sets a text, its phrase spaces narrowed."""
    parts = text.split(" ")
    return sum(width_of(p) for p in parts) * size + (len(parts) - 1) * PHRASE_SPACE * size


def put(
    text: str, x: float, y: float, *, align: Align = "left", size: float = SIZE, bold: bool = False
) -> list[Word]:
    """A phrase, its words a quarter em apart; `x` is its left edge, right edge or centre."""
    left = x - {"left": 0.0, "right": 1.0, "centre": 0.5}[align] * width(text, size)
    words = []
    for part in text.split(" "):
        words.append(word(part, left, y, size=size, bold=bold))
        left = words[-1].x1 + PHRASE_SPACE * size
    return words


def sketch(
    drawing: str, *, x: float = 40, y: float = 100, pitch: float = 13, size: float = SIZE
) -> list[Word]:
    """Words as the drawing places them, each of its columns half an em wide (a Chinese character takes two).

    `_` is a space inside a phrase, `*word` is bold. The first line stands at `y`; blank lines count.
    """
    words = []
    lines = drawing.strip("\n").split("\n")
    margin = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    for number, line in enumerate(lines):
        for match in re.finditer(r"\S+", line):
            at = x + (width_of(line[: match.start()]) - margin * 0.5) * size
            text = match[0].removeprefix("*")
            words += put(
                text.replace("_", " "), at, y + number * pitch, size=size, bold=match[0].startswith("*")
            )
    return words


def line(y: float, *cells: tuple[str, float], align: Align = "left", size: float = SIZE) -> list[Word]:
    """One printed line from (text, x) pairs."""
    return [w for text, x in cells for w in put(text, x, y, align=align, size=size)]


def rule(x0: float, x1: float, y: float) -> Rule:
    """A horizontal hairline."""
    return Rule(x0, y - 0.25, x1, y + 0.25, BLACK)


def fill(x0: float, top: float, x1: float, bottom: float) -> Fill:
    """A grey band."""
    return Fill(x0, top, x1, bottom, (230, 230, 230))


def clipped(text: str, x: float, y: float, *, size: float = SIZE) -> list[HiddenWord]:
    """Text that the clip of its cell hides."""
    return [HiddenWord(w, "clipped") for w in put(text, x, y, size=size)]


def page(
    *groups: Iterable[Word],
    rules: Sequence[Rule] = (),
    fills: Sequence[Fill] = (),
    hidden: Sequence[HiddenWord] = (),
    number: int = 1,
    width: float = 595.0,
    height: float = 842.0,
) -> Page:
    """A page (A4 unless said otherwise) that holds these words, in reading order."""
    words = sorted((w for group in groups for w in group), key=lambda w: (w.yc, w.x0))
    return Page(number, width, height, tuple(words), tuple(rules), tuple(fills), (), tuple(hidden))


def around(words: Iterable[Word]) -> Box:
    """The box of some words."""
    boxes = [w.box for w in words]
    return Box(
        min(b.x0 for b in boxes),
        min(b.top for b in boxes),
        max(b.x1 for b in boxes),
        max(b.bottom for b in boxes),
    )
