"""Numbers that wrap inside a narrow cell: `13,40` over `8`.

A number printed without the digits of its last group is none, so what stands below it is its rest: nothing
else has to be known of the cell. Where all of it is seen the rest makes a line of its own. A number that
could end with its line (`-280.5` over `3`) is completed where the table prints more digits after the point.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pipeline.layout.captions import is_unit_line
from pipeline.layout.tokens import is_number, is_number_rest, open_brackets
from pipeline.reading.page import Box, Word, bounds
from pipeline.tables.columns import CODE

_MISGROUPED = re.compile(r",\d{0,2}(?:\D|$)|,\d{4,}")
_BROKEN = re.compile(rf"{_MISGROUPED.pattern}|\d[.,]$")  # n.m. is whole
_REST = re.compile(r"[\d.,%)）x倍]{1,4}")
_SIGNS = ("-", "−", "－")  # behind which a line may break
_DECIMALS = re.compile(r"\.(\d+)")
_BEGUN = re.compile(r"\d{4,6}\.[A-Z]?|[\u4e00-\u9fff]{1,5}")
_REST_OF_CODE = re.compile(r"[A-Z]{1,2}")
_LEVEL = 0.35  # em: a label as near to the height of a number stands beside it
_CLOSE = 0.85  # of the usual distance between labels: no row of its own stands so close below another
_NEXT_LINE = 1.35  # em from a line to the next of one cell at most


def is_whole(text: str) -> bool:
    """Whether a text is a number whose groups of digits are complete."""
    return is_number(text) and not _MISGROUPED.search(text)


def with_clipped_rest(text: str, box: Box, clipped: Sequence[Word]) -> str:
    """The text of a cell with the rest that its clip hides, where only both together are a number."""
    if not text or is_whole(text):
        return text
    rests = [
        w
        for w in clipped
        if box.bottom - 3 < w.yc < box.bottom + 9 and w.x0 < box.x1 + 3 and w.x1 > box.x0 - 3
    ]
    return text + rests[0].text if len(rests) == 1 and is_whole(text + rests[0].text) else text


def cells_together(lines: Sequence[Sequence[Word]]) -> list[list[Word]]:
    """Lines of labels, codes and units that wrap in a cell as one: `300750.S` over `Z`, `人民币百` over `万`.

    Only where both together are a code or a unit, and the upper part alone is none.
    """
    whole = [list(line) for line in lines]
    for at, above in enumerate(whole):
        for n, word in enumerate(above):
            if not _BEGUN.fullmatch(word.text) or is_unit_line(word.text):
                continue
            for below in whole[at + 1 : at + 4]:
                rest = next((w for w in below if _goes_on_with(word, w)), None)
                if rest is not None:
                    above[n] = word._replace(text=word.text + rest.text, char_x=())
                    below.remove(rest)
                    break
    return [line for line in whole if line]


def _goes_on_with(word: Word, rest: Word) -> bool:
    """Whether a word stands right below another one of its cell, and both are one code or unit."""
    off = min(abs(rest.x0 - word.x0), abs(rest.xc - word.xc))
    if off > 0.3 * word.size or not 0 < rest.yc - word.yc < _NEXT_LINE * word.size:
        return False
    text = word.text + rest.text
    return bool(_REST_OF_CODE.fullmatch(rest.text) and CODE.fullmatch(text)) or (
        len(rest.text) <= len(word.text) and is_unit_line(text)
    )


def set_together(rows: Sequence[Sequence[Word]], labels: Sequence[float] = ()) -> list[list[Word]]:
    """Rows of numbers, those of which the next line holds nothing but rests as one with that line.

    `labels` are the heights of the lines of labels: a line level with one of them is a row of its own, unless
    no number over it is complete.
    """
    places, pitch = _usual_places(rows), _pitch(labels)
    whole: list[list[Word]] = []
    for row in rows:
        level = any(abs(row[0].yc - y) < _LEVEL * row[0].size for y in labels)
        close = bool(whole) and not level and row[0].yc - whole[-1][0].yc < _CLOSE * pitch
        usual = _places(whole[-1][0].text) + 1 if close and _all_cut(whole[-1], row) else places
        joined = _joined(whole[-1], row, usual, apart=level, close=close) if whole else None
        if joined is None:
            whole.append(list(row))
        else:
            whole[-1] = joined
    return whole


def _joined(
    upper: Sequence[Word], lower: Sequence[Word], usual: int | None, *, apart: bool, close: bool
) -> list[Word] | None:
    """Two lines of numbers as one; None where one in the lower is no rest, or one above is left in part.

    A number that is complete as it stands lacks its rest where its row, or else most of the table (`usual`),
    prints as many digits after the point as both together have, and more than it has alone. `apart`: a label
    stands beside the lower line, so it takes a number that is not complete, or two others in the row that
    tell what it lacks. `close`: nothing stands beside it, nearer than rows are, so what has a point is cut.
    """
    size = upper[0].size
    if not 0 < lower[0].yc - upper[0].yc < _NEXT_LINE * size:
        return None
    found = {id(word): word for word in upper}
    over: list[tuple[Word, Word]] = []
    for rest in lower:
        holding = [w for w in upper if w.x0 - 1 < rest.xc < w.x1 + 1]
        signed = len(holding) == 1 and holding[0].text in _SIGNS and rest.text[0].isdigit()
        if len(holding) != 1 or not ((signed and not apart) or _REST.fullmatch(rest.text)):
            return None
        over.append((holding[0], rest))
    alone = {_places(w.text) for w in upper if all(w is not cut for cut, _ in over)}
    expected = next(iter(alone)) if len(alone) == 1 else usual
    others = len(upper) - len(over) + (alone == {usual})  # that tell what the numbers of the row lack
    sure = (len(alone) == 1 and others > 1) or _all_cut(upper, lower)
    for above, rest in over:
        text = above.text + rest.text
        sign = above.text in _SIGNS
        lacking = not apart if sign else not is_number(above.text) or open_brackets(above.text) > 0
        lacking = lacking or bool(_BROKEN.search(above.text) or is_number_rest(rest.text))
        told = not sign and expected is not None and _places(above.text) != expected == _places(text)
        told = told and (not apart or sure)
        told = told or (close and _places(above.text) > 0 and rest.text.isdigit())
        if not lacking and not told:
            return None
        box = bounds([above, rest])
        number = above._replace(text=text, char_x=(), x0=box.x0, x1=box.x1, bottom=box.bottom)
        found[id(above)] = number
    complete = all(is_whole(found[id(above)].text) for above, _ in over)
    signed = any(cut.text in _SIGNS for cut, _ in over)
    left = any(_BROKEN.search(w.text) or (signed and w.text in _SIGNS) for w in found.values())
    return list(found.values()) if complete and not left else None


def _pitch(labels: Sequence[float]) -> float:
    """The usual distance between two lines of labels, 0 where there are too few to say."""
    steps = [b - a for a, b in pairwise(sorted(labels))]
    return median(steps) if len(steps) > 2 else 0.0


def _all_cut(upper: Sequence[Word], lower: Sequence[Word]) -> bool:
    """Whether below each of several numbers with as many digits after the point stands a single digit."""
    return (
        len(upper) == len(lower) > 1
        and len({_places(w.text) for w in upper}) == 1
        and all(is_whole(w.text) and _places(w.text) for w in upper)
        and all(w.text.isdigit() and len(w.text) == 1 for w in lower)
    )


def _places(text: str) -> int:
    """How many digits a number prints after its point."""
    return len(match[1]) if (match := _DECIMALS.search(text)) else 0


def _usual_places(rows: Sequence[Sequence[Word]]) -> int | None:
    """As many digits after the point as most numbers of a table print; None without a majority.

    A line right below which nothing but short rests stands may be one of cut numbers: where half of the rows
    wrap, the others tell.
    """
    cut = {
        n
        for at, (upper, lower) in enumerate(pairwise(rows))
        if 0 < lower[0].yc - upper[0].yc < _NEXT_LINE * upper[0].size
        and all(_REST.fullmatch(w.text) for w in lower)
        for n in (at, at + 1)
    }
    counts = Counter(
        _places(w.text) for at, row in enumerate(rows) if at not in cut for w in row if is_whole(w.text)
    )
    most = counts.most_common(1)
    return most[0][0] if most and 2 * most[0][1] > counts.total() else None
