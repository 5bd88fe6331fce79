"""Numbers set with space between their characters, which a page's text layer holds in pieces: `1 8 , 0 7 9`.

Such a page is told by its many runs of lone digits. Two numbers side by side are never one for being near
alone: 0.5 em stand between the tightest columns seen, a third of an em at most between spaced characters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.layout.lines import cluster_lines
from pipeline.layout.tokens import is_number
from pipeline.reading.page import Page, Word, bounds

_PIECE = re.compile(r"[-+−－(（]?[\d,，.]{0,3}[%％xX倍)）]{0,2}")
_WIDEST = 0.34  # em between two characters of a number
_LEAST_RUNS = 4  # of lone digits: fewer are a chart's or a formula's


def set_close(pages: Sequence[Page]) -> list[Page]:
    """The pages with the characters of each spaced number as one word.

    A page whose neighbour before it is spaced is, too: the last row of a table may stand there alone.
    """
    found: list[Page] = []
    before = False
    for page in pages:
        runs = [run for line in cluster_lines(page.words, 0.35) for run in _runs(line)]
        spaced = sum(len(run) > 2 and _lone(run) for run in runs) >= _LEAST_RUNS
        found.append(_closed(page, runs) if spaced or before else page)
        before = spaced
    return found


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
    return [run for run in runs if len(run) > 1]


def _lone(run: Sequence[Word]) -> bool:
    """Whether most pieces are single characters."""
    return 2 * sum(len(word.text) == 1 for word in run) > len(run)


def _joined(run: Sequence[Word]) -> Word | None:
    """The pieces as one number, None where they are none together."""
    text = "".join(word.text for word in run)
    if not is_number(text) or not _lone(run):
        return None
    box = bounds(run)
    starts = [x for word in run for x in (word.char_x[:-1] or (word.x0,))]
    edges = (*starts, run[-1].x1) if len(starts) == len(text) else ()
    return replace(run[0], text=text, x0=box.x0, top=box.top, x1=box.x1, bottom=box.bottom, char_x=edges)
