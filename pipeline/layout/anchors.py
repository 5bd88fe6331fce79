"""Lines of period heads (`2023A 2024A 2025E`): the surest sign of where a table's columns stand.

Side-by-side blocks print one such run each on one line, or at different heights; comparable-company tables
repeat the run without labels in between. What lies below the gap between two heads tells them apart.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.layout.captions import is_unit_line
from pipeline.layout.lines import Segment, join_words, segments_of
from pipeline.layout.tokens import is_label_text, is_number, is_period, is_value, width_of
from pipeline.reading.page import Box, Page, Word, bounds

REACH = 160.0  # how far below a head its columns are looked at: about twelve rows


@dataclass(frozen=True, slots=True)
class Anchor:
    """A run of heads of one block, with the horizontal room that the block takes."""

    heads: tuple[Box, ...]
    words: tuple[Word, ...]
    top: float
    bottom: float
    left: float
    right: float

    @property
    def pitch(self) -> float:
        """Typical distance between neighbouring heads."""
        steps = [b.x1 - a.x1 for a, b in pairwise(self.heads)]
        return statistics.median(steps) if steps else 40.0

    @property
    def zone(self) -> float:
        """Where the value columns begin: a number may be wider than its head, by half the pitch at most."""
        return self.heads[0].x0 - min(0.5 * self.pitch, 28.0)

    @property
    def yc(self) -> float:
        """Vertical centre of the heads."""
        return (self.top + self.bottom) / 2


def period_segments(line: Sequence[Word]) -> list[Segment]:
    """The segments of a line that are period heads, spaces left aside.

    A last head that the next block's title touches (`2027E` `利润表`, 0.3 em apart) is one, too, where it
    stands as far from the head before it as that one from its own.
    """
    heads: list[Segment] = []
    for segment in segments_of(line):
        first, *rest = segment.words
        if is_period(segment.text.replace(" ", "")):
            heads.append(segment)
        elif rest and len(heads) > 1 and is_period(first.text):
            step = heads[-1].box.x1 - heads[-2].box.x1
            if abs(first.x1 - heads[-1].box.x1 - step) < 0.1 * step:
                heads.append(Segment((first,), first.text, first.box))
    return heads


def _behind_number(segment: Segment) -> Iterator[Segment]:
    """A number and the label of the next block that touches it as two segments, any other one as it is."""
    first, *rest = segment.words
    if rest and is_value(first.text) and is_label_text(rest[0].text):
        yield Segment((first,), first.text, first.box)
        yield Segment(tuple(rest), join_words(rest), bounds(rest))
    else:
        yield segment


def _split_by_labels(
    heads: list[Segment], below: Sequence[Sequence[Segment]], beside: Sequence[Box]
) -> list[list[Segment]]:
    """Cut the run where the rows below hold labels, not values, between two heads.

    A text alone on its line labels nothing: the head of a section, centred over the whole table; less than an
    em above or below numbers it is their label. `beside` are the period heads of other lines at about this
    height: where two of them stand between, what is below the gap is a block of its own, with its values.
    """
    groups = [[heads[0]]]
    levels = [row[0].box.yc for row in below if any(is_value(s.text) for s in row)]
    labelled = [
        row
        for row in below
        if len(row) > 1 or (row and any(abs(row[0].box.yc - y) < 0.9 * row[0].size for y in levels))
    ]
    for left, right in pairwise(heads):
        a, b = left.box.x1, right.box.x0
        texts = values = 0
        for segment in (s for row in labelled for s in row):
            # Prose further down crosses the gap; a label begins in it.
            if a + 1 < segment.box.x0 and segment.box.x0 < b - 1:
                if is_label_text(segment.text):
                    texts += not is_unit_line(segment.text)
                elif is_value(segment.text) and segment.box.x1 < b - 1:
                    values += 1
        apart = sum(a < box.x0 and box.x1 < b for box in beside) > 1
        if b - a > 20 and texts >= 2 and (texts > values or apart):
            groups.append([right])
        else:
            groups[-1].append(right)
    return groups


def _stands_over(segment: Segment, heads: Box) -> bool:
    """Whether a text is a title, unit or upper head of a table further down, given its run of heads."""
    near = -0.6 * segment.size < heads.yc - segment.box.yc < 4 * segment.size
    return near and heads.x0 <= segment.box.x0 < heads.x1


def _label_left(heads: Sequence[Box], rows: Sequence[Sequence[Word]], limit: float) -> float:
    """Where the labels of the rows below begin: walk left from the first column while the gaps stay small."""
    first = heads[0].x0
    last = heads[-1].x1
    starts: list[float] = []
    for line in rows:
        if not any(is_value(w.text) and first - 12 < w.xc < last + 12 for w in line):
            continue
        words = [w for w in line if limit < w.x0 and w.xc < first and not is_number(w.text)]
        words = words or _beside_level(line, rows, limit, first)
        if not words:
            continue
        start = words[-1].x0
        for before, after in pairwise(reversed(words)):
            # `reversed`: `before` stands to the right of `after`
            if before.x0 - after.x1 > 1.6 * before.size:
                break
            start = after.x0
        starts.append(start)
    if not starts:
        return max(limit, first - 90)
    starts.sort()
    usual = next(
        (s for s in starts if sum(abs(o - s) < 30 for o in starts) >= min(2, len(starts))), starts[0]
    )
    # A total set in the middle of names and labels begins a little left of these.
    common = statistics.mode(starts)
    flush = common if starts.count(common) >= 0.6 * len(starts) and common - usual < 30 else usual
    left = _outdented(usual, rows, limit, (first, last))
    return _further_left(left, rows, limit, (first, last), max(flush, left))


def _outdented(
    left: float, rows: Sequence[Sequence[Word]], limit: float, values: tuple[float, float]
) -> float:
    """Where heads of sections begin that stand out to the left of the labels: two at least, flush."""
    starts: list[float] = []
    for row in rows:
        inside = [w for w in row if limit < w.x0 and w.x1 < values[1]]
        if not inside or any(is_value(w.text) for w in inside):
            continue
        head = segments_of(inside)[0]
        out = 3 < left - head.box.x0 < 2.5 * head.size and head.box.x1 > left
        if out and is_label_text(head.text) and width_of(head.text) <= 13:
            starts.append(head.box.x0)
    edge = min(starts, default=left)
    return edge if len(starts) > 1 and max(starts) - edge < 1.5 else left


def _beside_level(
    line: Sequence[Word], rows: Sequence[Sequence[Word]], limit: float, first: float
) -> list[Word]:
    """The words of a label set a little above or below its numbers, on a line of its own."""
    reach = 1.3 * line[0].size
    found: list[Word] = []
    for row in rows:
        apart = abs(row[0].yc - line[0].yc)
        words = [w for w in row if limit < w.x0 and w.xc < first]
        if 0 < apart < reach and words and not any(is_number(w.text) for w in words):
            found, reach = words, apart
    return found


def _level_of(
    row: Sequence[Word], rows: Sequence[Sequence[Word]], limit: float, left: float, units: bool
) -> list[Word]:
    """A row's words before `left`; where only units stand beside the numbers, those of the label's line."""
    own = [w for w in row if limit < w.x0 and w.x1 < left - 1]
    return own or (_beside_level(row, rows, limit, left) if units else [])


def _further_left(
    left: float, rows: Sequence[Sequence[Word]], limit: float, values: tuple[float, float], labels: float
) -> float:
    """Past a gap to a column of codes or group names that most rows of numbers have at the same place.

    `labels` is where most labels begin.
    """
    valued = [
        row for row in rows if any(is_value(w.text) and values[0] - 12 < w.xc < values[1] + 12 for w in row)
    ]
    # Behind a column of units the labels stand, however far away.
    at_left = [
        w.text
        for row in valued
        for w in row
        if limit < w.x0 and abs(w.x0 - left) < 30 and not is_value(w.text)
    ]
    units = sum(is_unit_line(text) for text in at_left) > 0.6 * max(len(at_left), len(valued) / 2)
    found = [
        before[0 if units else -1]
        for row in valued
        if (before := [w for w in _level_of(row, rows, limit, left, units) if w.x1 < left - 1])
        and (units or (left - before[-1].x1 < 60 and len(before[-1].text) <= 10))
    ]
    # A number or a unit that wraps in its cell makes a line of its own, close below the row's.
    lines = sum(b[0].yc - a[0].yc < 1.3 * a[0].size for a, b in pairwise(valued)) if units else 0
    if len(found) < max(3, 0.6 * (len(valued) - lines)):
        return _sparse_left(left, rows, limit, valued, labels)
    if units and found:
        return min(w.x0 for w in found)
    edge = statistics.median(w.x0 for w in found)
    steady = sum(abs(w.x0 - edge) < 2.5 for w in found) >= 0.8 * len(found)
    return min(w.x0 for w in found if abs(w.x0 - edge) < 2.5) if steady else left


def _sparse_left(
    left: float,
    rows: Sequence[Sequence[Word]],
    limit: float,
    valued: Sequence[Sequence[Word]],
    labels: float,
) -> float:
    """Past a gap to the names of merged cells: a few short texts, in line, and nothing else."""
    if not valued:
        return left
    top, bottom = valued[0][0].top - 12, valued[-1][0].bottom + 12
    beside = [
        [w for w in row if limit < w.x0 and w.x1 < labels - 4] for row in rows if top < row[0].yc < bottom
    ]
    names = [s for words in beside if words for s in segments_of(words)]
    if not 2 <= len(names) <= 0.6 * len(valued) or any(
        width_of(s.text) > 8 or labels - s.box.x1 > 60 or not is_label_text(s.text) for s in names
    ):
        return left
    in_line = any(
        max(edges) - min(edges) < 2.5
        for edges in ([s.box.x0 for s in names], [s.box.xc for s in names], [s.box.x1 for s in names])
    )
    return min([left, *(s.box.x0 for s in names)]) if in_line else left


def _drawn_left(extents: Sequence[Box], anchor: Anchor, limit: float) -> float:
    """The left end of the rules and bands that span the block from its labels to its last head."""
    first, last = anchor.heads[0], anchor.heads[-1]
    ends = [
        r.x0
        for r in extents
        if r.x1 - r.x0 > 30
        and max(limit - 4, 8.0) < r.x0 <= first.x0
        and last.x0 <= r.x1 < last.x1 + 2.5 * anchor.pitch + 12
        and r.bottom > anchor.top - 40
        and r.top < anchor.bottom + 40
    ]
    return min(ends) if ends else anchor.left


def find_anchors(page: Page, lines: Sequence[Sequence[Word]]) -> list[Anchor]:
    """All runs of at least two period heads on the page, with their blocks' left and right limits."""
    found: list[Anchor] = []
    of_lines = [period_segments(line) for line in lines]
    for index, (line, heads) in enumerate(zip(lines, of_lines, strict=True)):
        if len(heads) < 2:
            continue
        y = line[0].yc
        rows = [other for other in lines[index + 1 :] if other[0].top - y < REACH]
        size = line[0].size
        others = zip(lines, of_lines, strict=True)
        runs = [(other[0].yc, run) for other, run in others if other is not line and run]
        beside = [s.box for at, run in runs if abs(at - y) < 3 * size for s in run]
        lower = [bounds([w for s in run for w in s.words]) for at, run in runs if at > y + size and run[1:]]
        below = [
            [
                piece
                for s in segments_of(row)
                if not any(_stands_over(s, run) for run in lower)
                for piece in _behind_number(s)
            ]
            for row in rows
        ]
        for group in _split_by_labels(heads, below, beside):
            if len(group) < 2 or not is_head_row(group, line) or not _has_values_below(group, rows):
                continue
            top, bottom = min(s.box.top for s in group), max(s.box.bottom for s in group)
            boxes = tuple(s.box for s in group)
            words = tuple(w for s in group for w in s.words)
            found.append(Anchor(boxes, words, top, bottom, boxes[0].x0, boxes[-1].x1))
    return _with_room(page, lines, found) if found else []


_BARE_YEAR = re.compile(r"(?:19|20)\d\d")


def is_head_row(heads: Sequence[Segment], line: Sequence[Word]) -> bool:
    """Whether the run heads columns: a row of numbers (`1984 1888 1980 1969`) can look like a row of years.

    No other number stands between the heads, and bare years follow one another (once, or once per group).
    """
    first, last = heads[0].box, heads[-1].box
    if any(is_number(w.text) and not is_period(w.text) and first.x0 < w.xc < last.x1 for w in line):
        return False
    texts = [s.text.replace(" ", "") for s in heads]
    if not all(_BARE_YEAR.fullmatch(t) for t in texts):
        return True
    # Beside `1986 1987` the number of the next column shows that they are numbers of a row as well.
    pitch = last.x1 - heads[-2].box.x1
    behind = [w for w in line if w.x0 > last.x1]
    if behind and behind[0].x1 - last.x1 < 1.3 * pitch and is_number(behind[0].text):
        return is_period(behind[0].text)
    before = [w for w in line if w.x1 < first.x0]
    if before and first.x1 - before[-1].x1 < 1.3 * pitch and is_number(before[-1].text):
        return is_period(before[-1].text)
    years = [int(t) for t in texts]
    restart = years[0]
    return all(abs(b - a) == 1 or b == restart for a, b in pairwise(years)) and len(set(years)) > 1


def _has_values_below(heads: Sequence[Segment], rows: Sequence[Sequence[Word]]) -> bool:
    """At least one row below holds values under two of the heads (an axis of a chart has none)."""
    for row in rows[:14]:
        under = {
            i
            for w in row
            if is_value(w.text) and not is_period(w.text)
            for i, s in enumerate(heads)
            if w.x0 < s.box.x1 + 3 and w.x1 > s.box.x0 - 3
        }
        if len(under) >= 2 or (len(under) == 1 and len(heads) == 1):
            return True
    return False


def horizontal_extents(page: Page) -> list[Box]:
    """Horizontal rules and row bands, pieces of one line (cell borders, cell fills) joined."""
    pieces = [Box(r.x0, r.top, r.x1, r.bottom) for r in page.rules if r.horizontal]
    pieces += [Box(f.x0, f.top, f.x1, f.bottom) for f in page.fills if f.bottom - f.top < 40]
    joined: list[Box] = []
    for piece in sorted(pieces, key=lambda b: (round(b.top), round(b.bottom), b.x0)):
        last = joined[-1] if joined else None
        if (
            last is not None
            and abs(last.top - piece.top) < 1.2
            and abs(last.bottom - piece.bottom) < 1.2
            and piece.x0 - last.x1 < 3
        ):
            joined[-1] = Box(last.x0, last.top, max(last.x1, piece.x1), last.bottom)
        else:
            joined.append(piece)
    return joined


def _beside(anchor: Anchor, other: Anchor) -> bool:
    return other is not anchor and other.heads[-1].x1 < anchor.heads[0].x0 - 15


def _with_room(page: Page, lines: Sequence[Sequence[Word]], anchors: list[Anchor]) -> list[Anchor]:
    roomy: list[Anchor] = []
    drawn = horizontal_extents(page)
    for anchor in anchors:
        near = [o for o in anchors if _beside(anchor, o) and abs(o.yc - anchor.yc) < 320]
        limit = max((o.heads[-1].x1 for o in near), default=0.0)
        rows = [line for line in lines if anchor.bottom - 2 < line[0].yc < anchor.bottom + REACH]
        left = _label_left(anchor.heads, rows, limit)
        stub = [
            w.x0
            for line in lines
            for w in line
            if abs(w.yc - anchor.yc) < 0.6 * w.size and limit < w.x0 and left - 14 < w.x0 < anchor.heads[0].x0
        ]
        left = min([left, *stub])
        roomy.append(
            replace(anchor, left=min(left, _drawn_left(drawn, replace(anchor, left=left), limit)) - 1.5)
        )
    return [replace(a, right=_right(a, roomy, page)) for a in roomy]


def _right(anchor: Anchor, anchors: Sequence[Anchor], page: Page) -> float:
    """Up to the next block on the right, else the page's edge less a margin."""
    last = anchor.heads[-1].x1
    nexts = [
        o.left for o in anchors if o.heads[0].x0 > last and abs(o.yc - anchor.yc) < 320 and o.left > last - 6
    ]
    return min([*nexts, page.width])
