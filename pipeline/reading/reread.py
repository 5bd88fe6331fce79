"""Reading boxes again with the independent reader: does the page print in this box what a fact says?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from pipeline.reading.page import Box
from pipeline.reading.plumber import Glyph, open_document

SLACK = 0.5  # points by which a character's centre may lie outside the box


def _inside(glyphs: Sequence[Glyph], box: Box) -> str:
    """The visible characters centred in `box`, line by line from the top, each from the left."""
    found = [g for g in glyphs if box.holds(g.box.xc, g.box.yc, SLACK)]
    found.sort(key=lambda g: g.baseline)
    lines: list[list[Glyph]] = []
    for glyph in found:
        if lines and glyph.baseline - lines[-1][-1].baseline < 0.5 * glyph.size:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return "".join(g.text for line in lines for g in sorted(line, key=lambda g: g.x0))


def reread(data: bytes | Path, boxes: Sequence[tuple[int, Box, str]]) -> list[str]:
    """What pdfplumber reads inside each box, in the order given; each page is parsed once.

    `boxes` holds page number (from 1), box in displayed page coordinates, and the text to be confirmed, which
    is for the caller to compare and does not influence the reading. Raises `InputError` like `open_document`.
    """
    texts = [""] * len(boxes)
    by_page: dict[int, list[int]] = {}
    for index, (number, _, _) in enumerate(boxes):
        by_page.setdefault(number, []).append(index)
    with open_document(data) as document:
        for number, indexes in sorted(by_page.items()):
            glyphs = [g for g in document.glyphs(number) if g.hidden is None and g.text.strip()]
            for index in indexes:
                texts[index] = _inside(glyphs, boxes[index][1])
    return texts


def same_print(a: str, b: str) -> bool:
    """Whether two readings print the same: only spaces and compatibility forms (％ for %) are forgiven.

    >>> same_print("1 8,079", "18,079"), same_print("-42", "42")
    (True, False)
    """
    return _bare(a) == _bare(b)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
