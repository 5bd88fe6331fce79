"""Breaking Chinese text into lines."""

from __future__ import annotations

import re

from .fonts import face
from .sheet import Ink

# A Latin word or a number stays whole; every other character is a piece of its own.
PIECE = re.compile(r"[A-Za-z0-9.,%+\-/_@()“”\"'’:]+|\s+|.", re.DOTALL)
NOT_AT_START = frozenset("，。、；：？！）》」』”’%‰)],.;:!?·～—…")
NOT_AT_END = frozenset("（《「『“‘([")


def wrap(text: str, ink: Ink, width: float) -> list[str]:
    """Lines no wider than `width`, no closing mark at a line's start, no opening one at its end.

    A line feed in the text ends a line. A word wider than the line is cut.
    """
    return [line for part in text.split("\n") for line in _wrap_part(part, ink, width)]


def _wrap_part(text: str, ink: Ink, width: float) -> list[str]:
    measure = face(ink.font).width
    lines: list[list[str]] = []
    line: list[str] = []
    for piece in _pieces(text, ink, width):
        if line and measure("".join([*line, piece]).rstrip(), ink.size) > width:
            carry: list[str] = []
            while (carry or [piece])[0][0] in NOT_AT_START and len(line) > 1:
                carry.insert(0, line.pop())
            while len(line) > 1 and line[-1] in NOT_AT_END:
                carry.insert(0, line.pop())
            if carry and measure("".join([*carry, piece]), ink.size) > width:
                # Too narrow a column for the rule about marks: the width comes first.
                line, carry = [*line, *carry], []
            lines.append(line)
            line = [*carry, piece] if carry or piece.strip() else []
        else:
            line.append(piece)
    if line or not lines:
        lines.append(line)
    return ["".join(pieces).strip(" ") for pieces in lines]


def _pieces(text: str, ink: Ink, width: float) -> list[str]:
    measure = face(ink.font).width
    pieces: list[str] = []
    for piece in PIECE.findall(text):
        if len(piece) > 1 and measure(piece, ink.size) > width:
            pieces += list(piece)
        else:
            pieces.append(piece)
    return pieces
