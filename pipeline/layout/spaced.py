"""Numbers set with space between their characters, which a page's text layer holds in pieces: `1 8 , 0 7 9`.

Such a page is told by its many runs of lone digits, or by the space inside its numbers: where that is about
as wide as the gap that parts words, it parts some characters and not others (`3,670.` `08`). Two numbers side
by side are never one for being near alone: 0.5 em stand between the tightest columns seen, a third of an em
at most between spaced characters.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.layout.lines import cluster_lines
from pipeline.layout.tokens import is_number
from pipeline.reading.page import Page, Word, bounds

_PIECE = re.compile(r"[-+−－(（]?[\d,，.]{0,12}[%％xX倍)）]{0,2}")
_WIDEST = 0.34  # em between two characters of a number
_EVEN = 0.04  # em that a gap of a spaced number differs from the others by
_SPACED = 0.12  # em between the characters of a number whose spacing may part it into words
_LEAST_RUNS = 4  # of lone digits: fewer are a chart's or a formula's

_Widths = Mapping[tuple[str, float, str], float]  # by font, size and character, in points


def set_close(pages: Sequence[Page]) -> list[Page]:
    """The pages with the characters of each spaced number as one word.

    A page whose neighbour is spaced is, too: the first or the last row of a table may stand there alone.
    """
    looks: list[tuple[bool, list[list[Word]]]] = []
    for page in pages:
        alone_too = [run for line in cluster_lines(page.words, 0.35) for run in _runs(line)]
        widths, usual = _typical(alone_too)
        runs = [run for run in alone_too if len(run) > 1]
        even = [run for run in runs if _is_even(run, widths, usual)]
        lone = [run for run in runs if _lone(run)]
        spaced = usual > _SPACED or bool(even) or sum(len(run) > 2 for run in lone) >= _LEAST_RUNS
        looks.append((spaced, [*even, *lone]))
    told = [spaced for spaced, _ in looks]
    return [
        _closed(page, runs) if any(told[max(at - 1, 0) : at + 2]) else page
        for at, (page, (_, runs)) in enumerate(zip(pages, looks, strict=True))
    ]


def _closed(page: Page, runs: Sequence[Sequence[Word]]) -> Page:
    whole: dict[int, Word | None] = {}
    for run in runs:
        joined = _joined(run)
        if joined is not None:
            whole |= {id(run[0]): joined, **{id(word): None for word in run[1:]}}
    words = [whole.get(id(word), word) for word in page.words]
    return replace(page, words=tuple(word for word in words if word is not None))


def _runs(line: Sequence[Word]) -> list[list[Word]]:
    """Pieces of numbers of one type that stand close to one another."""
    runs: list[list[Word]] = []
    for word in line:
        if not word.text or not _PIECE.fullmatch(word.text):
            runs.append([])
            continue
        last = runs[-1][-1] if runs and runs[-1] else None
        near = last is not None and -0.1 * word.size < word.x0 - last.x1 < _WIDEST * word.size
        if near and last is not None and last.font == word.font:
            runs[-1].append(word)
        else:
            runs.append([word])
    return [run for run in runs if run]


def _lone(run: Sequence[Word]) -> bool:
    """Whether most pieces are single characters."""
    return 2 * sum(len(word.text) == 1 for word in run) > len(run)


def _typical(runs: Sequence[Sequence[Word]]) -> tuple[_Widths, float]:
    """The widths of characters, and the usual gap inside words, in em.

    Widths are those of the last characters of words, for no space is set behind them.
    """
    widths: dict[tuple[str, float, str], float] = {}
    words = [word for run in runs for word in run if len(word.char_x) == len(word.text) + 1]
    for word in words:
        key, width = (word.font, word.size, word.text[-1]), word.char_x[-1] - word.char_x[-2]
        widths[key] = min(width, widths.get(key, width))
    gaps = [gap for word in words for gap in _gaps([word], widths)]
    return widths, statistics.median(gaps) if gaps else 0.0


def _gaps(run: Sequence[Word], widths: _Widths) -> list[float]:
    """What stands between the characters of some words, in em, behind those whose width is known."""
    placed = [(word, char, x) for word in run for char, x in zip(word.text, word.char_x, strict=False)]
    return [
        (next_x - x - width) / word.size
        for (word, char, x), (_, _, next_x) in pairwise(placed)
        if (width := widths.get((word.font, word.size, char))) is not None
    ]


def _is_even(run: Sequence[Word], widths: _Widths, usual: float) -> bool:
    """Whether all characters of some pieces stand equally far apart, and that is far.

    Where no gap inside a piece is known, as far as in most words of the page.
    """
    if any(len(word.char_x) != len(word.text) + 1 for word in run):
        return False
    gaps = _gaps(run, widths)
    inner = [gap for word in run for gap in _gaps([word], widths)]
    wanted = statistics.median(inner) if inner else usual
    return wanted > _SPACED and bool(gaps) and all(abs(gap - wanted) < _EVEN for gap in gaps)


def _joined(run: Sequence[Word]) -> Word | None:
    """The pieces as one number, None where they are none together."""
    text = "".join(word.text for word in run)
    if not is_number(text):
        return None
    box = bounds(run)
    starts = [x for word in run for x in (word.char_x[:-1] or (word.x0,))]
    edges = (*starts, run[-1].x1) if len(starts) == len(text) else ()
    return run[0]._replace(text=text, x0=box.x0, top=box.top, x1=box.x1, bottom=box.bottom, char_x=edges)
