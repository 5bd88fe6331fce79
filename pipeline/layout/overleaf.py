"""Tables that run over the foot of a page: whether a block is still open there, and its rows overleaf.

The rows at the top of the next page stand under heads that are printed on the page before, be it with most of
their rows or alone at its foot.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.layout.anchors import Anchor, horizontal_extents, is_head_row, period_segments
from pipeline.layout.block import Block
from pipeline.layout.blocks import PROSE_EM, clipped_in, drawn_in, headed_block, is_furniture, trim
from pipeline.layout.captions import is_source_note, parse_caption
from pipeline.layout.lines import Segment, cluster_lines, join_words, segments_of
from pipeline.layout.tokens import is_label_text, is_period, is_value, tight, width_of
from pipeline.reading.page import Box, Fill, HiddenWord, Page, Rule, Word, union

ALIGNED = 3.5  # points that an edge or the middle of a number may be off its column's
_DIGITS = re.compile(r"\d+")

Line = list[Word]


@dataclass(frozen=True, slots=True)
class Running:
    """What stands at one height on several pages: running heads and feet, whatever they say."""

    places: frozenset[tuple[str, int]]
    heights: frozenset[int]

    def holds(self, line: Sequence[Word]) -> bool:
        """Whether the line, or its first phrase, repeats what other pages print at this height."""
        at = round(line[0].yc / 4)
        near = [height for height in (at - 1, at, at + 1) if height in self.heights]
        return bool(near) and any(
            (_plain(text), height) in self.places
            for text in (join_words(line), segments_of(line)[0].text)
            for height in near
        )


def _plain(text: str) -> str:
    return _DIGITS.sub("#", tight(text))


def running_lines(pages: Sequence[Page]) -> Running:
    """The lines in the outer eighth of pages that say the same at the same height: on three, or on half."""
    met: dict[tuple[str, int], int] = {}
    for page in pages:
        here: set[tuple[str, int]] = set()
        for line in cluster_lines(page.words, 0.35):
            if 0.125 * page.height < line[0].yc < 0.875 * page.height:
                continue
            segments = segments_of(line)
            if _is_row(line) or parse_caption(segments[0].text, segments[0].box):
                continue
            here |= {(_plain(t), round(line[0].yc / 4)) for t in (join_words(line), segments[0].text)}
        for place in here:
            met[place] = met.get(place, 0) + 1
    often = max(2, min(3, (len(pages) + 1) // 2))
    places = frozenset(place for place, count in met.items() if count >= often)
    return Running(places, frozenset(height for _, height in places))


def _is_row(line: Sequence[Word]) -> bool:
    """A line with two numbers or period heads is part of a table, however often it is repeated."""
    texts = [tight(s.text) for s in segments_of(line)]
    return sum(is_value(t) or is_period(t) for t in texts) > 1


def page_lines(page: Page, running: Running) -> list[Line]:
    """The lines of a page without its running heads and feet."""
    lines = cluster_lines(page.words, 0.35)
    return [line for line in lines if not is_furniture(line, page) and not running.holds(line)]


def is_open(block: Block, lines: Sequence[Line]) -> bool:
    """Whether nothing follows a block on its page: no source note, no text, no other table in its room.

    The head of a section whose rows stand overleaf may follow (`at_foot`).
    """
    if block.source_note or len(block.heads) < 2:
        return False
    below = _below(block, lines)
    return not below or bool(at_foot(block, lines))


def _below(block: Block, lines: Sequence[Line]) -> list[Line]:
    box = block.box
    inside = ([w for w in line if w.yc > box.bottom and w.x1 > box.x0 and w.x0 < box.x1] for line in lines)
    return [line for line in inside if line]


def at_foot(block: Block, lines: Sequence[Line]) -> Line:
    """The head of a section that is all that follows a block on its page, flush with labels of its rows."""
    below = _below(block, lines)
    if len(below) != 1 or not block.body:
        return []
    head = segments_of(below[0])
    starts = [line[0].x0 for line in cluster_lines(block.body)]
    flush = any(abs(x - head[0].box.x0) < 1.5 for x in starts)
    near = head[0].box.yc - block.box.bottom < 4 * head[0].size
    short = len(head) == 1 and is_label_text(head[0].text) and width_of(head[0].text) <= PROSE_EM
    sentence = any(mark in head[0].text for mark in "。，；！")
    return below[0] if flush and near and short and not sentence else []


def heads_at_foot(page: Page, lines: Sequence[Line]) -> list[Block]:
    """Runs of period heads with nothing below them on the page, as blocks without rows."""
    found: list[Block] = []
    for index, line in enumerate(lines):
        if line[0].yc < 0.6 * page.height:
            continue
        heads = period_segments(line)
        if len(heads) < 3 or not is_head_row(heads, line):
            continue
        boxes = tuple(s.box for s in heads)
        left = _left_of(page, line, boxes)
        if any(w.x1 > left and w.x0 < boxes[-1].x1 for other in lines[index + 1 :] for w in other):
            continue
        anchor = Anchor(
            heads=boxes,
            words=tuple(w for s in heads for w in s.words),
            top=min(b.top for b in boxes),
            bottom=max(b.bottom for b in boxes),
            left=left,
            right=boxes[-1].x1 + 6,
        )
        above = [[w for w in other if anchor.left <= w.xc <= anchor.right] for other in lines[:index]]
        header = [w for w in line if anchor.left <= w.xc <= anchor.right]
        found.append(headed_block(page, anchor, [other for other in above if other], header))
    return found


def _left_of(page: Page, line: Sequence[Word], heads: Sequence[Box]) -> float:
    """Where a block without rows begins: with the rule or band of its heads, else with its stub head."""
    drawn = [
        b.x0
        for b in horizontal_extents(page)
        if b.x0 < heads[0].x0 and b.x1 > heads[-1].x0 and abs(b.yc - heads[0].yc) < 16
    ]
    stub = [w.x0 for w in line if w.x0 < heads[0].x0 and heads[0].x0 - w.x1 < 160]
    return min([*drawn, *stub, heads[0].x0 - 40]) - 1.5


def _columns(block: Block) -> list[tuple[Box, bool]]:
    """Per head the typical box of its numbers, or its own where it has none (and then false)."""
    boxes: list[list[Box]] = [[] for _ in block.heads]
    for line in cluster_lines(block.body):
        for segment in _values(line, block.zone):
            index = min(range(len(block.heads)), key=lambda i: abs(block.heads[i].xc - segment.box.xc))
            boxes[index].append(segment.box)
    return [
        (Box(*(statistics.median(b[i] for b in met) for i in range(4))), True) if met else (head, False)
        for head, met in zip(block.heads, boxes, strict=True)
    ]


def _values(line: Sequence[Word], zone: float) -> list[Segment]:
    return [s for s in segments_of(line) if s.box.xc > zone and is_value(tight(s.text))]


def _fit(values: Sequence[Segment], columns: Sequence[tuple[Box, bool]], *, begun: bool) -> bool:
    """Whether numbers stand in a column each, half of them flush with or centred like what is above.

    Where rows have begun, a number set off a little to one side is in its column, too.
    """
    taken = [min(range(len(columns)), key=lambda i: abs(columns[i][0].xc - s.box.xc)) for s in values]
    room = 0.25 * min((b.xc - a.xc for (a, _), (b, _) in pairwise(columns)), default=0.0) if begun else 0.0
    steady = sum(
        _flush(s.box, *columns[i]) or abs(s.box.xc - columns[i][0].xc) < room
        for s, i in zip(values, taken, strict=True)
    )
    return len(set(taken)) == len(taken) and 2 * steady >= len(values)


def _flush(box: Box, column: Box, known: bool) -> bool:
    if not known:
        return column.x0 - 12 < box.xc < column.x1 + 12
    return min(abs(box.x1 - column.x1), abs(box.x0 - column.x0), abs(box.xc - column.xc)) < ALIGNED


def opening_rows(block: Block, page: Page, lines: Sequence[Line]) -> Block | None:
    """The rows at the top of the next page that stand under a block's heads; None where there are none.

    What is returned has the heads' boxes of `block`, for its rows are set in the same columns.
    """
    room = Box(block.box.x0 - 6, 0.0, block.box.x1 + 6, page.height)
    inside = [mine for line in lines if (mine := [w for w in line if room.x0 <= w.xc <= room.x1])]
    if not inside or inside[0][0].yc > 0.3 * page.height:
        return None
    inside = inside[_repeated(inside, block) :]
    columns = _columns(block)
    pitch = _pitch(block)
    body: list[Line] = []
    last_row = -1
    note = ""
    for line in inside:
        text = join_words(line)
        if is_source_note(text):
            note = text
            break
        values = _values(line, block.zone)
        wide = any(width_of(s.text) > PROSE_EM and s.box.x1 > block.heads[0].x1 for s in segments_of(line))
        if wide or _heads_again(line) or parse_caption(text, line[0].box):
            break
        if body and line[0].yc - body[-1][0].yc > max(2.6 * pitch, 24.0):
            break
        if not _fit(values, columns, begun=last_row > 0):
            break
        few = values and 2 * len(values) < len(block.heads)
        if last_row < 0 and (len(body) > 2 or (few and not _labelled_alike(line, inside, block))):
            return None
        body.append(line)
        if values:
            last_row = len(body) - 1
    if 0 <= last_row < len(body) - 1 and body[last_row + 1][0].yc - body[last_row][0].yc < 0.5 * pitch:
        last_row += 1  # a label that stands a little below its numbers
    if not any(
        is_label_text(tight(w.text)) for line in body[: last_row + 1] for w in line if w.x0 < block.zone
    ):
        return None
    words = [w for line in trim(body, last_row) for w in line]
    box = union([w.box for w in words])
    rules, fills = drawn_in(page, box)
    return replace(
        block,
        page=page.number,
        box=box,
        header=(),
        body=tuple(words),
        source_note=note,
        rules=rules,
        fills=fills,
        clipped=clipped_in(page, box),
    )


def _heads_again(line: Line) -> bool:
    """Whether a line holds heads of periods, not numbers such as 1987 and 2027 among others."""
    heads = period_segments(line)
    return len(heads) > 1 and is_head_row(heads, line)


def _repeated(lines: Sequence[Line], block: Block) -> int:
    """How many lines print all of a block's heads again, each where it stood; 0 where others follow them."""
    heads = cluster_lines(block.header)
    again = zip(lines, heads, strict=False)
    same = len(lines) > len(heads) and all(
        [w.text for w in line] == [w.text for w in head]
        and all(abs(w.x0 - h.x0) < 1.0 for w, h in zip(line, head, strict=True))
        for line, head in again
    )
    return len(heads) if same else 0


def _labelled_alike(row: Line, lines: Sequence[Line], block: Block) -> bool:
    """Whether a row begins with a text where the block's labels begin: most of its numbers are blank.

    The label may stand on a line of its own, less than an em above or below its numbers.
    """
    line = min((o for o in lines if abs(o[0].yc - row[0].yc) < 0.9 * row[0].size), key=lambda o: o[0].x0)
    starts = [row[0].x0 for row in cluster_lines(block.body) if is_label_text(tight(row[0].text))]
    flush = sum(abs(start - line[0].x0) < 1.0 for start in starts)
    return is_label_text(tight(line[0].text)) and line[0].x1 < block.zone and 2 * flush > len(starts) > 2


def _pitch(block: Block) -> float:
    """The usual step from row to row."""
    heights = [line[0].yc for line in cluster_lines(block.body) if _values(line, block.zone)]
    steps = [b - a for a, b in pairwise(heights)]
    return statistics.median(steps) if steps else 1.7 * block.header[0].size


def set_below(block: Block, rows: Block) -> tuple[Block, float]:
    """A block with its rows of the next page set below its own, and by how much those were moved down."""
    last = block.body or block.header
    foot = max(w.yc for w in last)
    down = foot + _pitch(block) - min(w.yc for w in rows.body)

    def lowered(word: Word) -> Word:
        return word._replace(top=word.top + down, bottom=word.bottom + down)

    def covered(hidden: HiddenWord) -> HiddenWord:
        clip = hidden.clip
        clip = clip and Box(clip.x0, clip.top + down, clip.x1, clip.bottom + down)
        return replace(hidden, word=lowered(hidden.word), clip=clip)

    def sunk(drawn: Rule | Fill) -> tuple[float, float, float, float, tuple[int, int, int]]:
        return (drawn.x0, drawn.top + down, drawn.x1, drawn.bottom + down, drawn.color)

    body = (*block.body, *(lowered(w) for w in rows.body))
    whole = replace(
        block,
        box=union([w.box for w in (*block.header, *body)]),
        body=body,
        source_note=rows.source_note,
        rules=(*block.rules, *(Rule(*sunk(r)) for r in rows.rules)),
        fills=(*block.fills, *(Fill(*sunk(f)) for f in rows.fills)),
        clipped=(*block.clipped, *map(covered, rows.clipped)),
    )
    return whole, down
