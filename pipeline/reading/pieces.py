"""Pieces of text in a picture, and what the others around a piece say about it: rows, columns, habits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from pipeline.reading.marks import Patch

CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")
_PARTED = re.compile(r"[-(]?\d{1,3},\d{3}\b")
_UNPARTED = re.compile(r"[-(]?\d{4,}(\.\d+)?\)?$")
_YEAR = re.compile(r"(19|20)\d\d")
_HEAD = re.compile(r"((?:19|20)\d\d)([AEF]?)")
_BESIDE = re.compile(r"(?<=[AEF])[I|l.,]$")  # a rule of the table behind the letter of a year
_IN_A_ROW = 3  # heads of years that go up by one bear one another out
_USUAL = 3  # numbers with commas for each without: then commas are the habit
_ROWS, _PIECES = 5, 3  # a picture with fewer rows of so many pieces is no table
FIGURE_ROWS = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text as read, `sure` where its digits are beyond doubt; `other` is what they may be else."""

    patch: Patch
    text: str
    sure: bool
    other: str = ""


class Pieces(NamedTuple):
    """What a picture says, and how high its digits are, pixels."""

    pieces: list[Piece]
    height: float


def looks_like_table(patches: Sequence[Patch], height: float) -> bool:
    """Whether the pieces stand in rows and columns, all about as high and mostly longer than a letter.

    Photographs and diagrams leave scraps of any height; a chart has its labels at the edges, in few rows.
    """
    full = [row for row in rows_of(patches, height) if len(row) >= _PIECES]
    if len(full) < _ROWS or sum(map(len, full)) < 0.85 * len(patches):
        return False
    level = [p for p in patches if 0.8 * height <= p.y1 - p.y0 <= 1.5 * height]
    long = [p for p in patches if p.x1 - p.x0 > 1.2 * height]
    if len(level) < 0.75 * len(patches) or len(long) < 0.6 * len(patches):
        return False
    return _in_columns(patches, height) >= 0.9 * len(patches)


def rows_of(patches: Sequence[Patch], height: float) -> list[list[Patch]]:
    """Patches that stand at one height, rows from the top."""
    rows: list[list[Patch]] = []
    for patch in sorted(patches, key=lambda p: p.y0 + p.y1):
        if rows and patch.y0 + patch.y1 - rows[-1][0].y0 - rows[-1][0].y1 < 1.2 * height:
            rows[-1].append(patch)
        else:
            rows.append([patch])
    return rows


def _in_columns(patches: Sequence[Patch], height: float) -> int:
    """How many pieces begin, end or are centred where at least three others are."""
    import numpy as np

    left, right = np.array([patch.x0 for patch in patches]), np.array([patch.x1 for patch in patches])
    near = [
        (np.abs(at[:, None] - at[None, :]) <= slack * height).sum(1) - 1
        for at, slack in ((left, 0.35), (right, 0.35), ((left + right) / 2, 0.5))
    ]
    return int((np.maximum.reduce(near) >= 3).sum())


def without_lost_commas(pieces: list[Piece], height: float) -> list[Piece]:
    """Numbers of four digits and more in doubt where most others are parted by commas; years are not."""
    parted = sum(bool(_PARTED.match(piece.text)) for piece in pieces)
    plain = {piece.patch for piece in pieces if _UNPARTED.match(piece.text)}
    if parted < _USUAL * max(1, len(plain)):
        return pieces
    texts = {piece.patch: piece.text for piece in pieces}
    numbers = [piece.patch for piece in pieces if is_number(piece.text)]
    for row in rows_of(numbers, height):
        years = {int(texts[patch][:4]) for patch in row if _YEAR.match(texts[patch])}
        plain -= {
            p for p in row if _YEAR.match(texts[p]) and years & {int(texts[p][:4]) + n for n in (-1, 1)}
        }
    return [replace(piece, sure=False) if piece.patch in plain else piece for piece in pieces]


def years_in_a_row(pieces: Sequence[Piece], height: float) -> list[Piece]:
    """The pieces, heads of years judged by their neighbours where three and more count upwards by one.

    A head in doubt was read twice. Where a run of heads is 2023, 2024, 2025 in either reading of each, and A,
    E or F behind a year is the same in both, no digit of them was misread. A year without a letter behind one
    that has it has lost its own: plain years come before estimates.
    """
    by_patch = {piece.patch: piece for piece in pieces if _heads(piece)}
    found: dict[Patch, Piece] = {}
    for row in rows_of(list(by_patch), height):
        for run in _runs([by_patch[patch] for patch in sorted(row)]):
            lettered = False
            for piece, head in run:
                lettered |= not head.isdigit()
                if lettered and head.isdigit():
                    found[piece.patch] = replace(piece, sure=False)
                else:
                    found[piece.patch] = replace(piece, text=head, sure=True, other="")
    return [found.get(piece.patch, piece) for piece in pieces]


def _runs(pieces: Sequence[Piece]) -> Iterator[list[tuple[Piece, str]]]:
    """Neighbours that count upwards, each with the head that does so, in runs that are long enough."""
    run: list[tuple[Piece, str]] = []
    for piece in pieces:
        heads = _heads(piece)
        if run and (after := _after(run[-1][1], heads)):
            run.append((piece, after))
            continue
        if len(run) >= _IN_A_ROW:
            yield run
        run = [(piece, heads[0])]
    if len(run) >= _IN_A_ROW:
        yield run


def _heads(piece: Piece) -> list[str]:
    """The heads of years that a piece may be; none where a letter may have been lost behind the year."""
    texts = [piece.text] if piece.sure or not piece.other else [piece.text, piece.other]
    texts = [_BESIDE.sub("", text) for text in texts]
    found = [(text, _HEAD.match(text)) for text in texts]
    marks = {head[2] for _, head in found if head}
    whole = [text for text, head in found if head and head.end() == len(text)]
    if len(marks) != 1 or (marks == {""} and len({len(text) for text in texts}) > 1):
        return []
    return whole


def _after(year: str, heads: Sequence[str]) -> str | None:
    return next((head for head in heads if int(head[:4]) == int(year[:4]) + 1), None)


def has_figures(pieces: Sequence[Piece], height: float) -> bool:
    """Whether several rows hold several numbers: tables of words are not what is looked for here."""
    figures = [piece.patch for piece in pieces if is_number(piece.text)]
    return sum(len(row) >= 2 for row in rows_of(figures, height)) >= FIGURE_ROWS


def is_number(text: str) -> bool:
    """Whether a text holds digits and nothing Chinese."""
    return any(c.isdigit() for c in text) and not CJK.search(text)
