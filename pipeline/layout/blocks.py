"""Pages to blocks: every region that can hold a table, with its heads, title, unit and source note."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import replace

from pipeline.layout.above import Around, look_up
from pipeline.layout.anchors import Anchor, find_anchors
from pipeline.layout.block import Block
from pipeline.layout.captions import is_source_note, is_unit_line, parse_caption, statement_class, unit_in
from pipeline.layout.headlines import GENERIC_STUB, finest, wraps_around
from pipeline.layout.lines import Segment, cluster_lines, join_words, segments_of, split_off_value
from pipeline.layout.stacks import MIN_ROWS, Stack, even_steps, find_stacks
from pipeline.layout.stubheads import around_stub, with_stub
from pipeline.layout.tokens import (
    is_begun,
    is_label_text,
    is_number,
    is_number_rest,
    is_value,
    tight,
    width_of,
)
from pipeline.reading.page import Box, Fill, HiddenWord, Page, Rule, Word, bounds

_DATE = re.compile(r"20\d\d(-|/|\.|年)\d{1,2}(-|/|\.|月)\d{1,2}日?")
_DAY = re.compile(r"日期|时间|date", re.I)  # a row that states a day heads nothing
# A phrase this long (in em) that runs across two columns is prose, not a row head.
PROSE_EM = 14.0
_CELL_EM = 4.0  # a clip lower than this is that of a row


def _right_of(anchor: Anchor, words: Sequence[Word]) -> float:
    """The block's right end: its last head, or further columns whose cells keep the heights of its rows."""
    size = anchor.words[-1].size
    last = anchor.heads[-1]
    edge = last.x1
    heights = [
        w.yc
        for w in words
        if is_value(w.text) and w.x0 < last.x1 + 3 and w.x1 > last.x0 - 3 and w.yc > anchor.bottom
    ][:12]
    near = [w for w in words if anchor.top - 1.6 * size < w.yc < anchor.bottom + 0.6 * size and w.x0 > edge]
    beside = [s.box for line in cluster_lines(near) for s in segments_of(line, gap=0.9)]
    for head in sorted(beside, key=lambda b: b.x0):
        if head.x1 > anchor.right or head.x0 - edge > 1.7 * anchor.pitch:
            break
        column = [w for w in words if w.x0 < head.x1 and w.x1 > head.x0 and w.yc > anchor.bottom]
        met = sum(any(abs(w.yc - y) < 0.35 * w.size and len(w.text) <= 12 for w in column) for y in heights)
        if head.x0 - edge > 1.2 * size and met < 0.5 * len(heights):
            break
        edge = max(edge, head.x1)
    return min(_last_column(words, heights, edge, anchor) + 0.55 * anchor.pitch, anchor.right)


def _last_column(words: Sequence[Word], heights: Sequence[float], edge: float, anchor: Anchor) -> float:
    """Past columns without a head on this level: `2020 年度` stands over the first of its three columns.

    They hold a number at nearly all heights of the rows, and nothing but numbers.
    """
    while len(heights) > 3:
        beside: list[Word] = []
        words = [w for w in words if w.x0 > edge + 1]
        for y in heights:
            after = [w for w in words if abs(w.yc - y) < 0.35 * w.size]
            beside += [min(after, key=lambda w: w.x0)] if after else []
        values = [w for w in beside if is_value(w.text) and w.x0 - edge < 1.2 * anchor.pitch]
        right = max((w.x1 for w in values), default=edge)
        if len(values) < 0.9 * len(heights) or len(values) < len(beside) or right > anchor.right:
            return edge
        edge = right
    return edge


def _is_prose(segments: Sequence[Segment], heads: Sequence[Box]) -> bool:
    second = heads[1].x0 if len(heads) > 1 else heads[0].x1
    return any(s.box.x1 > second and width_of(s.text) >= PROSE_EM and s.box.x0 < second for s in segments)


def _body_lines(
    lines: Sequence[list[Word]], anchor: Anchor, anchors: Sequence[Anchor], zone: float
) -> tuple[list[list[Word]], str]:
    """The lines of a block from below its heads to its end, and the source note that ended it."""
    others = [a for a in anchors if a is not anchor]
    other_heads = {id(w) for a in others for w in a.words}
    # A head that stands higher than those beside it, which are in one line, begins their table as well.
    lone_heads = {id(w) for a in others for w in a.words if w.yc < a.yc - 0.15 * w.size}
    body: list[list[Word]] = []
    pitches: list[float] = []
    note = ""
    last_value = -1
    for line in lines:
        segments = segments_of(line)
        if sum(id(w) in other_heads for w in line) >= 2 or any(id(w) in lone_heads for w in line):
            break
        if is_source_note(segments[0].text):
            note = join_words(line)
            break
        if parse_caption(join_words(line), segments[0].box) and not any(
            is_value(s.text) for s in segments[1:]
        ):
            break
        has_values = any(is_value(tight(s.text)) and s.box.xc > zone for s in segments)
        if not has_values and _is_prose(segments, anchor.heads):
            break
        if body:
            step = line[0].yc - body[-1][0].yc
            usual = statistics.median(pitches) if pitches else step
            # Ratio blocks space their groups out: up to 2.4 times the pitch was seen, 40 pt at most.
            if step > max(2.6 * usual, 24.0) and (len(pitches) >= 2 or step > 48):
                aligned = sum(is_value(tight(s.text)) and s.box.xc > zone for s in segments)
                if step > 4 * usual or aligned < 0.5 * len(anchor.heads):
                    break
            pitches.append(step)
        elif line[0].yc - anchor.yc > 60:
            break
        body.append(line)
        if has_values:
            last_value = len(body) - 1
    return trim(body, last_value), note


def trim(body: list[list[Word]], last_value: int) -> list[list[Word]]:
    """Drop what follows the last row with values, except the rest of its own wrapped label."""
    kept = body[: last_value + 1]
    right = max((line[0].x1 for line in kept), default=0.0)
    for line in body[last_value + 1 : last_value + 4]:
        if not kept:
            break
        text, size = join_words(line), line[0].size
        step = line[0].yc - max(w.yc for w in kept[-1])
        if all(is_number_rest(w.text) for w in line) and step <= 1.35 * size:
            kept.append(line)
            continue
        # Below a label, no longer than the longest: as far apart as Word sets lines (1.3 em) and a bit.
        flush = any(abs(line[0].x0 - above[0].x0) < 2.0 for above in kept[-3:])
        below = flush and line[-1].x1 < right + 0.5 * size
        if step > (1.45 if below else 1.25) * size or statement_class(text):
            break
        if is_unit_line(text) and not (below and text[-1] in ")）"):
            break
        kept.append(line)
    return kept


def _sub_levels(body: list[list[Word]], anchor: Anchor, zone: float) -> int:
    """How many lines right below the heads are a further head level (`A A E E`, `(Huatai)`).

    A stub head (`(百万人民币)`) centred between two levels is a line too: it counts if a level follows.
    """
    count = 0
    for number, line in enumerate(body[:3], start=1):
        over = [s for s in segments_of(line) if s.box.xc > zone]
        if not over:
            if count + 1 < number:
                break
            if line[0].yc - anchor.yc < 1.1 * line[0].size and GENERIC_STUB.fullmatch(
                tight(join_words(line))
            ):
                count = number  # 会计年度 set a little lower than its years
            continue
        if any(is_value(tight(s.text)) or is_begun(tight(s.text)) for s in over):
            break
        if over[0].box.top < anchor.bottom:
            count = (
                number  # as high as the heads: the end of one in two lines beside them (`24-27 年` `CAGR`)
            )
            continue
        if len(over) < max(2, len(anchor.heads) // 2):
            break
        if any(s.box.xc < zone and is_label_text(s.text) for s in segments_of(line)) and len(over) < 3:
            break
        count = number
    return count


_FURNITURE = re.compile(r"请务必|免责|声明|敬请|请参阅|请仔细阅读|证券研究报告|评级说明|信息披露")
_PAGE_NUMBER = re.compile(r"[-–—]?(?:第|P|Page)?\d{1,3}(?:/\d{1,3}|页(?:共\d+页)?)?[-–—]?")


def is_furniture(line: Sequence[Word], page: Page) -> bool:
    """Running heads and feet: page numbers, disclaimers' one-liners, in the outer tenth of the page."""
    y = line[0].yc
    if 0.1 * page.height < y < 0.9 * page.height:
        return False
    text = tight(join_words(line))
    # Three numbers apart are a row, also where together they look like a page's number (8, 9, 8).
    numbered = _PAGE_NUMBER.fullmatch(text) and sum(is_number(s.text) for s in segments_of(line)) < 3
    return bool(_FURNITURE.search(text) or numbered)


def _stands_in(word: Word, left: float, right: float) -> bool:
    """Whether a word is inside a block's room, or a sentence that begins in it and runs on beyond."""
    if left <= word.xc <= right and word.x1 < right + 8:
        return True
    return left - 2 <= word.x0 < right and width_of(word.text) >= PROSE_EM and is_label_text(word.text)


def _without_beside(words: Sequence[Word], anchor: Anchor) -> list[Word]:
    """The words without texts that begin behind the last column: those of a chart or a note beside it.

    Texts behind most rows are a column of their own: 投资评级. A unit at the right end of the line over the
    heads is the table's, however far left of it centred numbers end.
    """
    last = anchor.heads[-1]
    numbers = [w for w in words if w.yc > anchor.bottom and w.x1 > last.x0 and is_value(w.text)]
    edge = max([last.x1, *(w.x1 for w in numbers)])
    behind = [w for w in words if w.x0 >= edge + w.size and is_label_text(w.text)]
    filled = sum(any(abs(w.yc - n.yc) < 0.6 * w.size for w in behind) for n in numbers)
    if not behind or 2 * filled >= len(numbers):
        return list(words)
    over = cluster_lines([w for w in behind if w.yc < anchor.top])
    units = {id(w) for line in over for s in segments_of(line) if is_unit_line(s.text) for w in s.words}
    beside = {id(w) for w in behind} - units
    return [w for w in words if id(w) not in beside]


def period_blocks(page: Page, lines: Sequence[list[Word]], anchors: Sequence[Anchor]) -> list[Block]:
    """One block for every run of period heads."""
    blocks: list[Block] = []
    taken: set[int] = set()
    words = [w for line in lines for w in line]
    for anchor in sorted(anchors, key=lambda a: (a.top, a.left)):
        if taken.intersection(id(w) for w in anchor.words):
            continue
        zone = anchor.zone
        right = _right_of(anchor, words)
        inside = [w for w in words if _stands_in(w, anchor.left, right) and id(w) not in taken]
        inside = _without_beside(inside, anchor)
        level = [w for w in inside if abs(w.yc - anchor.yc) < 0.6 * w.size]
        others = [w for w in inside if abs(w.yc - anchor.yc) >= 0.6 * w.size]
        below = cluster_lines([w for w in others if w.yc > anchor.yc])
        above = cluster_lines([w for w in others if w.yc < anchor.yc])
        body, note = _body_lines(below, anchor, anchors, zone)
        sub = _sub_levels(body, anchor, zone)
        if len(body) - sub < 1:
            continue
        heads, rows = [level, *body[:sub]], body[sub:]
        boxes = anchor.heads
        for line in body[:sub]:
            boxes = finest(boxes, segments_of(line), [_numbers(row) for row in rows if _numbers(row)])
        whole, anchor = anchor, replace(anchor, heads=boxes)  # noqa: PLW2901
        stub = around_stub(above, heads, rows, anchor.zone + 6)
        if stub:
            above, heads, rows = with_stub(stub, above, heads, rows, anchor.zone + 6)
        elif wraps_around(above[-1:], heads, rows[:1], anchor.zone + 6) and all(
            _over_numbers(word, [w for line in rows[1:] for w in line]) for word in rows[0]
        ):
            above, heads, rows = above[:-1], [above[-1], *heads, rows[0]], rows[1:]
        around = look_up(above, whole, zone, taken)
        header = [w for line in heads for w in line]
        block = _block(page, anchor, around, header, [w for line in rows for w in line], note)
        taken |= {id(w) for w in (*block.header, *block.body)}
        blocks.append(block)
    return blocks


def _numbers(line: Sequence[Word]) -> list[Box]:
    return [w.box for w in line if is_value(w.text)]


def _block(
    page: Page, anchor: Anchor, around: Around, header: Sequence[Word], body: Sequence[Word], note: str
) -> Block:
    """Set a block together from what stands in it and what was met above it."""
    levels = [w for line in reversed(around.levels) for w in line]
    box = bounds((*levels, *header, *body))
    beside = [w for w in header if w.x1 < anchor.zone + 6 and w.xc < anchor.heads[0].x0]
    beside = [w for w in beside if not _over_numbers(w, body)]
    # Of a further level what begins the lines: a name that wraps around it, not the head of another column.
    beside += [w for w in levels if w.x1 < anchor.zone + 6 and w.x0 < box.x0 + 2]
    stub = "".join(join_words(line) for line in cluster_lines(beside))
    title = around.titles[0] if around.titles else None
    units = [unit_in(stub), *around.units, unit_in(title.text) if title else ""]
    if around.caption:
        units.append(unit_in(around.caption.name))
    rules, fills = drawn_in(page, box)
    return Block(
        page=page.number,
        box=box,
        header=(*levels, *header),
        body=tuple(body),
        heads=anchor.heads,
        zone=anchor.zone,
        caption=around.caption,
        title=title.text if title else "",
        title_box=title.box if title else None,
        unit_text=next((u for u in units if u), ""),
        source_note=note,
        rules=rules,
        fills=fills,
        clipped=clipped_in(page, box),
    )


def _over_numbers(head: Word, body: Sequence[Word]) -> bool:
    """Whether a head stands over a column of numbers, whose unit it may print: it is not the stub's."""
    below = [w for w in body if w.x0 < head.x1 and w.x1 > head.x0]
    return 2 * sum(is_value(w.text) for w in below) > len(below)


def headed_block(page: Page, anchor: Anchor, above: Sequence[list[Word]], header: Sequence[Word]) -> Block:
    """Heads that have no rows on their page, with what stands above them."""
    return _block(page, anchor, look_up(above, anchor, anchor.zone, set()), header, (), "")


def drawn_in(page: Page, box: Box) -> tuple[tuple[Rule, ...], tuple[Fill, ...]]:
    """The rules and fills in and right above and below a box."""
    near = Box(box.x0, box.top - 6, box.x1, box.bottom + 6)
    return (
        tuple(r for r in page.rules if _touches(near, r)),
        tuple(f for f in page.fills if _touches(near, f)),
    )


def clipped_in(page: Page, box: Box) -> tuple[HiddenWord, ...]:
    """What cells' clips hide of the texts inside a box; the rest of a last row lies below it."""
    return tuple(
        h
        for h in page.hidden
        if h.reason == "clipped"
        and (
            box.holds(h.word.xc, h.word.yc, 4.0)
            or (
                h.clip is not None
                and h.clip.height < _CELL_EM * h.word.size
                and box.holds(h.word.xc, h.clip.yc, 2.0)
            )
        )
    )


def _touches(box: Box, drawn: Rule | Fill) -> bool:
    return drawn.x1 > box.x0 and drawn.x0 < box.x1 and drawn.bottom > box.top and drawn.top < box.bottom


def stack_blocks(page: Page, lines: Sequence[list[Word]], taken: Sequence[Box]) -> list[Block]:
    """Blocks of aligned values without period heads, on what the other blocks leave of the page."""
    left_over = [w for line in lines for w in line if not any(b.holds(w.xc, w.yc, 2.0) for b in taken)]
    # Wider than for period blocks: lists of companies set numbers half an em above their row's texts.
    free = cluster_lines([part for w in left_over for part in split_off_value(w)], 0.6)
    free = [line for line in free if not is_source_note(join_words(line))]
    blocks: list[Block] = []
    used: set[int] = set()
    for stack in find_stacks(free):
        top, bottom = stack.lines[0], stack.lines[-1]
        inside = [
            [w for w in line if stack.left - 2 <= w.xc <= stack.right + 2] for line in free[top : bottom + 1]
        ]
        rows = [line for line in inside if line]
        if not rows or any(id(w) in used for line in rows for w in line):
            continue
        head, rows = _first_row_heads(rows, stack)
        first = (head or rows)[0]
        anchor = Anchor(
            stack.columns,
            tuple(first),
            min(w.top for w in first),
            max(w.bottom for w in first),
            stack.left,
            stack.right,
        )
        above = [_over_stack(line, stack) for line in free[:top]]
        around = look_up([line for line in above if line], anchor, anchor.zone, used)
        bare = len(stack.columns) > 1 and not (head or around.levels)
        if bare and around.titles and _looks_like_one(around.titles[0], rows):
            around.section = list(around.titles.pop(0).words)
        note = _note_below(lines, anchor, max(w.bottom for line in rows for w in line))
        header = [w for line in head for w in line]
        body = [*around.section, *(w for line in rows for w in line)]
        block = replace(_block(page, anchor, around, header, body, note), listing=True)
        used |= {id(w) for w in (*block.header, *block.body)}
        blocks.append(block)
    return blocks


def _looks_like_one(title: Segment, rows: Sequence[Sequence[Word]]) -> bool:
    """Whether a heading over the rows is the first of several set alike among them: 面粉, then 油脂."""
    first = title.words[0]
    return any(
        abs(row[0].x0 - first.x0) < 1.5
        and (row[0].font, row[0].color, row[0].size) == (first.font, first.color, first.size)
        and len(segments_of(row)) == 1
        for row in rows
    )


def _over_stack(line: list[Word], stack: Stack) -> list[Word]:
    """The phrases of a line that stand over a stack, whole: a head may be wider than its numbers."""
    return [
        word
        for s in segments_of(line)
        if s.box.x0 <= stack.right + 4 and s.box.x1 >= stack.left
        for word in s.words
    ]


def _first_row_heads(rows: list[list[Word]], stack: Stack) -> tuple[list[list[Word]], list[list[Word]]]:
    """Split off a first row that heads the columns: steps of a grid, codes over numbers, a day."""
    first = segments_of(rows[0])
    over = [s for s in first if s.box.xc > stack.columns[0].x0 - 6]
    if len(stack.columns) == 1 and len(rows) > MIN_ROWS and len(over) == 1 < len(first):
        if _DAY.search(first[0].text):
            return [], rows
        dated = [bool(_DATE.fullmatch(join_words(row).split()[-1])) for row in rows]
        return ([rows[0]], rows[1:]) if dated[0] and not any(dated[1:]) else ([], rows)
    if len(stack.columns) < 2 or len(rows) < 4 or len(over) != len(stack.columns):
        return [], rows
    if stack.numeric_labels:
        labels = [s[0].text for row in rows[1:] if (s := segments_of(row))]
        heads = even_steps([s.text for s in over]) and even_steps(labels)
    else:
        heads = not any(is_value(tight(s.text)) for s in over)
    return ([rows[0]], rows[1:]) if heads else ([], rows)


def _note_below(lines: Sequence[list[Word]], anchor: Anchor, bottom: float) -> str:
    """The source note that follows within two lines, empty where there is none."""
    for line in lines:
        near = [w for w in line if anchor.left - 20 < w.x0 and bottom - 1 < w.yc < bottom + 34]
        if near and is_source_note(join_words(near)):
            return join_words([w for w in near if w.x0 < anchor.right + 40])
    return ""


def find_blocks(page: Page) -> list[Block]:
    """All blocks of a page, from the top."""
    lines = [line for line in cluster_lines(page.words, 0.35) if not is_furniture(line, page)]
    timed = period_blocks(page, lines, find_anchors(page, lines))
    blocks = [*timed, *stack_blocks(page, lines, [b.box for b in timed])]
    return sorted(blocks, key=lambda b: (b.box.top, b.box.x0))
