"""A second table reader that knows characters and the white between them, and nothing else.

Lines are heights at which characters stand; columns are what the white stripes leave that run down through
the lines of numbers. Rules, fills, headers, labels and their wraps play no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.layout.tokens import is_value
from pipeline.reading.page import Box
from pipeline.reading.plumber import Glyph
from pipeline.tables.witness import Band, Grid

_MARGIN = 2.0  # points by which characters may stick out of the table's box
_SAME_LINE = 0.3  # em: characters of one line differ less in height
_SPACE = 0.25  # em: wider white parts words
_STRIPE = 1.5  # points: narrower white is none


class _Run(NamedTuple):
    """Characters of one line with no white between them."""

    text: str
    x0: float
    x1: float


def grid_of(glyphs: Sequence[Glyph], box: Box) -> Grid | None:
    """The table in `box`, from the page's characters; None where no line of numbers is in it."""
    inside = [
        g for g in glyphs if g.hidden is None and g.text.strip() and box.holds(g.box.xc, g.box.yc, _MARGIN)
    ]
    lines = _lines(inside)
    runs = [_runs(line) for line in lines]
    columns = _columns(runs)
    if not columns:
        return None
    rows = tuple((min(g.box.top for g in line), max(g.box.bottom for g in line)) for line in lines)
    texts: dict[tuple[int, int], str] = {}
    for row, line in enumerate(runs):
        for run in line:
            middle = (run.x0 + run.x1) / 2
            column = min(range(len(columns)), key=lambda i: _distance(columns[i], middle))
            texts[row, column] = f"{texts.get((row, column), '')} {run.text}".strip()
    return Grid(rows, columns, texts)


def _distance(band: Band, x: float) -> float:
    return max(band[0] - x, x - band[1], 0.0)


def _lines(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: (g.baseline, g.x0)):
        if lines and glyph.baseline - lines[-1][0].baseline < _SAME_LINE * glyph.size:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [sorted(line, key=lambda g: g.x0) for line in lines]


def _runs(line: Sequence[Glyph]) -> list[_Run]:
    runs: list[list[Glyph]] = []
    for glyph in line:
        if runs and glyph.x0 - max(g.x1 for g in runs[-1]) <= _SPACE * glyph.size:
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return [_Run("".join(g.text for g in run), run[0].x0, max(g.x1 for g in run)) for run in runs]


def _columns(lines: Sequence[Sequence[_Run]]) -> tuple[Band, ...]:
    """What lines of values have in common: stripes that none of their words crosses part the columns."""
    valued = [line for line in lines if any(is_value(run.text) for run in line)]
    # A word with digits that is no value (a period, a note) may reach over several columns.
    reaches = sorted(
        (run.x0, run.x1)
        for line in valued
        for run in line
        if is_value(run.text) or not any(map(str.isdigit, run.text))
    )
    bands: list[Band] = []
    for x0, x1 in reaches:
        if bands and x0 - bands[-1][1] < _STRIPE:
            bands[-1] = bands[-1][0], max(bands[-1][1], x1)
        else:
            bands.append((x0, x1))
    return tuple(bands)
