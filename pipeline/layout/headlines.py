"""Which lines above the rows are heads: levels over the columns, and what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.layout.anchors import Anchor
from pipeline.layout.captions import is_unit_line
from pipeline.layout.lines import Segment, segments_of
from pipeline.layout.tokens import is_period, tight, width_of
from pipeline.reading.page import Box, Word

_SAME_AXIS = 1.5  # points between the middles of two lines of one head
LONGEST = 14.0  # em; a longer text heads no column of a list


def texts_over(line: Sequence[Word], zone: float) -> list[Segment]:
    """The segments of a line that stand over the value columns and say more than a unit."""
    return [s for s in segments_of(line) if s.box.xc > zone - 6 and not is_unit_line(s.text)]


def section_below_heads(levels: Sequence[list[Word]], anchor: Anchor, zone: float) -> int:
    """How many lines, nearest first, stand between the rows and heads of which every column has its own.

    What stands there alone on its line (`分产品`, centred or at the left) is no further level of heads.
    """
    if len(levels) != 2 or len(anchor.heads) < 2 or len(segments_of(levels[0])) > 1:
        return 0
    if all(is_period(tight(word.text)) for word in anchor.words):
        return 0  # the years are the lower line of the heads: what stands beside both heads the labels
    over = texts_over(levels[1], zone)
    return all(any(s.box.x0 < head.x1 and head.x0 < s.box.x1 for s in over) for head in anchor.heads)


GENERIC_STUB = re.compile(
    r"(?:指标|项目|科目|名称|参数|假设|会计年度|年度|公司|单位|截至|年结)[（(:：/]?.{0,14}"
)


def heads_alone(line: Sequence[Word], segment: Segment, anchor: Anchor) -> bool:
    """Whether a lone text over the values is a head: centred over all columns, or set apart from a first row.

    In a side box the line above the first number is more often a row of its own (`投资评级 买入`).
    """
    first, last = anchor.heads[0], anchor.heads[-1]
    centre = (first.x0 + last.x1) / 2
    # Heads at the right of wide cells: what is centred over the cells is left of the middle of the heads.
    of_cells = (first.x1 - anchor.pitch + last.x1) / 2
    centred = (
        abs(segment.box.xc - centre) <= 0.3 * anchor.pitch
        or abs(segment.box.xc - of_cells) <= 0.1 * anchor.pitch
    )
    if segment.box.x0 <= first.x0 - 30 or not centred:
        return False
    beside = [s.text for s in segments_of(line) if s is not segment and s.box.xc < anchor.zone]
    if not beside:
        return len(anchor.heads) > 1
    return bool(GENERIC_STUB.fullmatch(tight(beside[0])))


def heads_around(line: Sequence[Word], between: Sequence[Word], anchor: Anchor) -> bool:
    """Whether a lone text is the head of all columns, over a line of heads of the columns before them.

    Those (`公司名称 收盘价`) are set in the middle of the height of both levels, as in merged cells.
    """
    names = segments_of(between)
    over = [s for s in segments_of(line) if s.box.x1 > anchor.zone]
    if len(over) != 1 or len(over) < len(segments_of(line)):
        return False
    first, last = anchor.heads[0], anchor.heads[-1]
    # Over the heads, or over cells at whose right side these and their numbers stand.
    centres = ((first.x0 + last.x1) / 2, (first.x1 - anchor.pitch + last.x1) / 2)
    middle = (over[0].yc + anchor.yc) / 2
    return (
        any(abs(over[0].box.xc - centre) < 0.3 * anchor.pitch for centre in centres)
        and len(names) > 1
        and all(s.box.x1 < anchor.heads[0].x0 and not is_unit_line(s.text) for s in names)
        and abs(names[0].yc - middle) < 0.35 * names[0].size
    )


def wraps_around(
    above: Sequence[Sequence[Word]],
    heads: Sequence[Sequence[Word]],
    below: Sequence[Sequence[Word]],
    first: float,
) -> bool:
    """Whether the lines above and below the heads are heads of other columns, each in two lines around them.

    `总市值` over `（亿元）` in the middle of the height of the years, left of them and of nothing else.
    """
    if len(heads) != 1 or not above or not below:
        return False
    level, upper, lower = heads[0], segments_of(above[-1]), segments_of(below[0])
    size, yc = level[0].size, level[0].yc
    return len(upper) == len(lower) and all(
        s.box.x1 < first
        and abs(s.box.xc - t.box.xc) < _SAME_AXIS
        and abs((s.box.yc + t.box.yc) / 2 - yc) < 0.2 * size
        and 0.9 * size < t.box.yc - s.box.yc < 2.2 * size
        and not any(w.x0 < max(s.box.x1, t.box.x1) and min(s.box.x0, t.box.x0) < w.x1 for w in level)
        for s, t in zip(upper, lower, strict=True)
    )


def stands_on(line: Sequence[Word], below: Sequence[Word]) -> bool:
    """Whether each of two or more texts stands right on one of the next line: `股价 市值` on their units."""
    upper, lower = segments_of(line), segments_of(below)
    near = 0 < lower[0].box.yc - upper[0].box.yc < 1.8 * upper[0].size
    return (
        near
        and len(upper) > 1
        and all(
            sum(
                min(abs(u.box.x1 - s.box.x1), abs(u.box.xc - s.box.xc), abs(u.box.x0 - s.box.x0)) < 1.5
                for s in lower
            )
            == 1
            for u in upper
        )
    )


_YEARS = re.compile(r"(?:19|20)\d\d")


def heads_list(line: Sequence[Word], over: Sequence[Segment]) -> bool:
    """Whether a line heads a list with one column of numbers among texts: `排名 公司 总部 销售额`."""
    segments = segments_of(line)
    return (
        len(segments) > 2
        and bool(over)
        and all(width_of(s.text) <= LONGEST for s in segments)
        and not any(c.isdigit() for s in segments for c in _YEARS.sub("", s.text))
    )


def over_some(line: Sequence[Word], anchor: Anchor) -> bool:
    """Whether a line holds one text, in the middle over two or more of the columns but not over all.

    `单位：百万元` at the right end of a line is the unit of all, wherever that end is.
    """
    whole = segments_of(line)
    if len(whole) != 1 or whole[0].text.startswith(("单位", "單位")):
        return False
    box, heads = whole[0].box, anchor.heads
    return any(
        abs(box.xc - (heads[i].x0 + heads[j].x1) / 2) < 2.5
        and heads[i].x0 - 6 < box.x0
        and box.x1 < heads[j].x1 + 6
        for i in range(len(heads))
        for j in range(i + 1, len(heads))
        if j - i + 1 < len(heads)
    )


def finest(
    heads: Sequence[Box], level: Sequence[Segment], numbers: Sequence[Sequence[Box]]
) -> tuple[Box, ...]:
    """The boxes that fix the columns: `heads`, or a lower level's where more of those stand over numbers.

    `numbers` are the boxes of the numbers of each row; a head stands over some in half of the rows.
    """
    over = [
        s.box
        for s in level
        if 2 * sum(any(n.x0 < s.box.x1 and n.x1 > s.box.x0 for n in row) for row in numbers) >= len(numbers)
    ]
    return tuple(over) if numbers and len(over) > len(heads) else tuple(heads)
