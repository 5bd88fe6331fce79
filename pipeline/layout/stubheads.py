"""The lines of the head over the labels where it wraps in the middle of the heads' height."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.layout.lines import cluster_lines, join_words, segments_of
from pipeline.reading.page import Word


def around_stub(
    above: Sequence[list[Word]],
    heads: Sequence[list[Word]],
    rows: Sequence[list[Word]],
    first: float,
) -> list[list[Word]]:
    """The lines of a stub head set in the middle of the heads' height; none where they are not sure.

    It wraps around the heads (`利润表（百万` over `元人民币）`), in two lines with nothing between or with
    a bracket that the last line closes; or the first label below stands so high that it is level with a head.
    """
    size = heads[0][0].size
    over = [[w for w in line if w.x1 >= first] for line in (*above[-1:], *heads)]
    if above and (len(over[0]) < len(over[1]) or heads[0][0].yc - above[-1][0].yc > 1.45 * size):
        over = over[1:]  # what stands above is no further level of the heads
    levels = [w.yc for line in over for w in line]
    centre = (min(levels) + max(levels)) / 2
    near = [line for line in above[-2:] if all(w.x1 < first for w in line)]
    near += [[w for w in line if w.x1 < first] for line in heads]
    near += [line for line in rows[:2] if all(w.x1 < first for w in line)]
    lines = cluster_lines([w for line in near for w in line])
    # What begins behind the texts on the left heads a column of units.
    starts = sorted((segments_of(line)[0].box for line in lines), key=lambda box: box.x0)
    stub = max((box.x1 for box in starts if box.x0 < starts[0].x1), default=0.0)
    lines = [left for line in lines if (left := [w for w in line if w.x0 < stub])]
    own = {id(w) for line in heads for w in line}
    for low in range(len(lines)):
        for high in range(len(lines), low, -1):
            run = lines[low:high]
            steps = [b[0].yc - a[0].yc for a, b in pairwise(run)]
            middle = (run[0][0].yc + run[-1][0].yc) / 2
            # Or it stands in a cell of its own beside the lowest of several levels.
            lowest = max(levels) - min(levels) > size and abs(middle - max(levels)) < 0.15 * size
            if any(step > 1.45 * size for step in steps):
                continue
            if abs(middle - centre) > 0.3 * size and not lowest:
                continue
            opened = [
                _opened("".join(join_words(line) for line in run[:n])) for n in range(1, high - low + 1)
            ]
            closed = len(run) > 1 and opened[-2] > 0 and opened[-1] == 0
            apart = len(run) == 2 and (lowest or max(levels) - min(levels) < 0.3 * size)
            below = len(run) == 1 and not lowest and all(id(w) in own for line in lines[low:] for w in line)
            if closed or apart or (below and lines[high:]):
                return run
    return []


def with_stub(
    stub: Sequence[list[Word]],
    above: list[list[Word]],
    heads: list[list[Word]],
    rows: list[list[Word]],
    first: float,
) -> tuple[list[list[Word]], list[list[Word]], list[list[Word]]]:
    """The lines above the heads, the heads and the rows, the stub's words and no others among the heads."""
    mine = {id(w) for line in stub for w in line}
    right = max((w.x1 for line in stub for w in line), default=first)
    other = {id(w) for line in heads for w in line if w.x1 < first and w.x0 < right} - mine
    rest = cluster_lines([w for line in heads for w in line if id(w) in other])
    named = [[w for w in line if id(w) not in mine | other] for line in heads]
    return (
        [line for line in above if id(line[0]) not in mine],
        [line for line in (*named, *stub) if line],
        [*rest, *(line for line in rows if id(line[0]) not in mine)],
    )


def _opened(text: str) -> int:
    """How many brackets a text leaves open."""
    return sum(text.count(c) for c in "(（") - sum(text.count(c) for c in ")）")
