"""The words of one line of heads: which of them are one head, and over which columns it reaches."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import pairwise

from pipeline.layout.lines import Segment, join_words
from pipeline.layout.tokens import is_period, tight
from pipeline.reading.page import Word, bounds, union
from pipeline.tables.columns import Column, nearest

# Two heads in one word: the advance between them is this much wider than the others, and the second starts
# this share of one behind the column of the first.
_GAP = 1.1
_FLUSH = 0.3
_ENTWINED = 0.8  # em from a line of heads to the next at most, where they are one level


def cut_over(
    level: Sequence[Segment], columns: Sequence[Column], lower: Sequence[Sequence[Segment]]
) -> list[Segment]:
    """Heads of one level, those parted that touch although each stands over a column of its own.

    Only of the lowest level over their columns: above another one a head may span columns.
    """
    below = {i for other in lower for s in other for i in beneath(s, columns)}
    parted: list[Segment] = []
    for segment in level:
        under = beneath(segment, columns)
        pieces = [] if len(under) < 2 or below.intersection(under) else _pieces(segment, columns)
        places: dict[int, list[Word]] = {}
        for piece in pieces:
            places.setdefault(nearest(columns, piece.x0, piece.x1), []).append(piece)
        dated = any(words[0].text.startswith("年") for words in places.values())  # `2021` `年市场规模`
        if len(places) > 1 and sorted(places) == under and not dated:
            parted += [Segment(tuple(words), join_words(words), bounds(words)) for words in places.values()]
        else:
            parted.append(segment)
    return parted


def _pieces(segment: Segment, columns: Sequence[Column]) -> list[Word]:
    """The words of a head, cut behind closing brackets (`营业收入（亿元）营业成本（亿元）`) and at its gaps.

    A gap is an advance wider than that of the other characters, right behind the end of a column.
    """
    pieces: list[Word] = []
    for word in segment.words:
        x = word.char_x
        if len(x) != len(word.text) + 1:
            pieces.append(word)
            continue
        usual = statistics.median(b - a for a, b in pairwise(x))
        cuts = [
            i
            for i, c in enumerate(word.text[:-1], start=1)
            if c in ")）"
            or (x[i] - x[i - 1] > _GAP * usual and any(0 <= x[i] - c.x1 < _FLUSH * usual for c in columns))
        ]
        for a, b in pairwise([0, *cuts, len(word.text)]):
            pieces.append(word._replace(text=word.text[a:b], x0=x[a], x1=x[b], char_x=x[a : b + 1]))
    return pieces


def beneath(segment: Segment, columns: Sequence[Column]) -> list[int]:
    """The columns that a head stands over, by more than half a point."""
    return [i for i, c in enumerate(columns) if min(c.x1, segment.box.x1) - max(c.x0, segment.box.x0) > 0.5]


def _join(a: Segment, b: Segment) -> Segment:
    return Segment((*a.words, *b.words), f"{a.text} {b.text}", union([a.box, b.box]))


def with_tails(segments: Sequence[Segment], columns: Sequence[Column]) -> list[Segment]:
    """A piece less than an em behind a head, over no other column, belongs to it: `现价` `(LC)`."""
    whole: list[Segment] = []
    for segment in sorted(segments, key=lambda s: s.box.x0):
        last = whole[-1] if whole else None
        if (
            last is not None
            and segment.box.x0 - last.box.x1 < 0.9 * segment.size
            and not is_period(tight(segment.text))
            and set(beneath(segment, columns)) <= set(beneath(last, columns))
        ):
            whole[-1] = _join(last, segment)
        else:
            whole.append(segment)
    return whole


def set_together(segments: Sequence[Segment]) -> list[Segment]:
    """Pieces of one spanning head that stand less than an em apart: `归母净利润` `亿元`."""
    together: list[Segment] = []
    for segment in sorted(segments, key=lambda s: s.box.x0):
        if together and segment.box.x0 - together[-1].box.x1 < 0.9 * segment.size:
            together[-1] = _join(together[-1], segment)
        else:
            together.append(segment)
    return together


def levelled(lines: Sequence[Sequence[Segment]], zone: float) -> list[list[Segment]]:
    """Lines of heads as levels: two less than a line apart, over different columns, are one.

    Heads that wrap into an odd number of lines are set half a line off those in an even number. Lines that
    hold nothing right of `zone` are left alone.
    """
    levels: list[list[Segment]] = []
    for line in lines:
        last = levels[-1] if levels else []
        entwined = 0 < line[0].yc - max((s.yc for s in last), default=line[0].yc) < _ENTWINED * line[0].size
        over = all(any(s.box.xc > zone for s in level) for level in (last, line))
        if (
            entwined
            and over
            and not any(a.box.x0 < b.box.x1 and b.box.x0 < a.box.x1 for a in last for b in line)
        ):
            levels[-1] = sorted([*last, *line], key=lambda s: s.box.x0)
        else:
            levels.append(list(line))
    return levels
