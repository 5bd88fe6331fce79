"""Regions under numbered captions: from a caption to its source note, where no table of numbers was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.layout.anchors import horizontal_extents
from pipeline.layout.block import Caption
from pipeline.layout.blocks import is_furniture
from pipeline.layout.captions import is_source_note, is_unit_line, may_hold_caption, parse_caption, unit_in
from pipeline.layout.lines import Segment, cluster_lines, join_words, segments_of
from pipeline.layout.tokens import width_of
from pipeline.reading.page import Box, Fill, Page, Rule, Word, bounds

_BEGUN = re.compile(r"(?:图表|图|表|Figure|Exhibit|Table|Chart)\s*(?:\d{1,3}\s*[:：.]?)?", re.IGNORECASE)
TAB = 4.0  # em; a caption's word, number and name are set no further apart
CAPTION_EM = 80.0  # a longer text is a sentence that begins with 图 5
FAR = 46.0  # points without a word that end a region
FOOT = 0.9  # of the page's height: what stands below is the foot of the page, not the next text
_LEADERS = ("....", "……", "····", "．．．")

Line = list[Word]


@dataclass(frozen=True, slots=True)
class Region:
    """A place where a table of words may stand: its lines, and what is drawn there.

    `closed` is false where nothing but the end of the page ended it, so that it may go on overleaf.
    """

    page: int
    box: Box
    lines: tuple[tuple[Word, ...], ...]
    caption: Caption | None = None
    unit_text: str = ""
    source_note: str = ""
    closed: bool = True
    rules: tuple[Rule, ...] = ()
    fills: tuple[Fill, ...] = ()


def page_lines(page: Page) -> list[Line]:
    """The page's lines without running heads and feet."""
    return [line for line in cluster_lines(page.words, 0.35) if not is_furniture(line, page)]


def captions_on(line: Sequence[Word]) -> list[Caption]:
    """The captions that begin on a line, from the left; two tables side by side have two."""
    if not may_hold_caption("".join([word.text for word in line])):
        return []
    segments = _with_whole_captions(segments_of(line))
    starts = [
        i for i, s in enumerate(segments) if parse_caption(s.text, s.box) and not s.text.strip().isdigit()
    ]
    if not starts or (
        starts[0] != 0 and len(starts) < 2 and segments[0].box.x1 > segments[starts[0]].box.x0 - 12
    ):
        return []
    found: list[Caption] = []
    for a, b in zip(starts, [*starts[1:], len(segments)], strict=True):
        words = [w for s in segments[a:b] for w in s.words]
        text = join_words(words)
        box = Box(words[0].x0, min(w.top for w in words), words[-1].x1, max(w.bottom for w in words))
        caption = parse_caption(text, box)
        if caption is None or width_of(text) > CAPTION_EM or any(mark in text for mark in _LEADERS):
            return []
        found.append(caption)
    return found


def _with_whole_captions(segments: Sequence[Segment]) -> list[Segment]:
    """The segments of a line, `图表` `21` `公司收入` set apart by tabs joined to one."""
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        begun = last is not None and _BEGUN.fullmatch(last.text.strip())
        if last is not None and begun and segment.box.x0 - last.box.x1 < TAB * segment.size:
            words = (*last.words, *segment.words)
            joined[-1] = Segment(words, join_words(words), bounds(words))
        else:
            joined.append(segment)
    return joined


def find_regions(page: Page) -> list[Region]:
    """The regions under the captions of a page, from the top; pictures and empty places are left out."""
    lines = page_lines(page)
    of_lines = list(map(captions_on, lines))
    if not any(of_lines):
        return []
    drawn = [b for b in horizontal_extents(page) if b.height < 3]
    found: list[Region] = []
    for number, captions in enumerate(of_lines):
        for index, caption in enumerate(captions):
            room = _room(page, caption, captions[index + 1 : index + 2], captions[:index], drawn)
            below = [
                [w for w in other if room[0] - 2 <= w.xc <= room[1] + 2] for other in lines[number + 1 :]
            ]
            region = _walk(page, [other for other in below if other], caption.box.bottom, room)
            if region is not None:
                found.append(_titled(region, caption))
    return found


def opening_region(page: Page, before: Page, x0: float, x1: float) -> Region | None:
    """What stands at the top of a page between `x0` and `x1`: the rest of a table of the page `before`.

    Lines whose words stand at the same height of both pages are running heads, left or right as pages turn.
    """
    known = {(round(word.yc), word.text) for word in before.words}
    lines = [line for line in page_lines(page) if line[0].top > 0.06 * page.height]
    while lines and known.issuperset((round(word.yc), word.text) for word in lines[0]):
        lines = lines[1:]
    inside = [[w for w in line if x0 - 6 <= w.xc <= x1 + 6] for line in lines]
    inside = [line for line in inside if line]
    if inside and inside[0][0].top < 0.1 * page.height and len(inside) > 1:
        # A running head stands apart from what follows it.
        gap = inside[1][0].top - max(w.bottom for w in inside[0])
        if gap > 2.0 * inside[0][0].size:
            inside = inside[1:]
    return _walk(page, inside, inside[0][0].top - 4, (x0, x1), least=1) if inside else None


def _room(
    page: Page, caption: Caption, after: Sequence[Caption], before: Sequence[Caption], drawn: Sequence[Box]
) -> tuple[float, float]:
    """The horizontal room of what stands under a caption: its rules, else up to neighbours or margins."""
    box = caption.box
    near = [b for b in drawn if box.top - 9 < b.top < box.bottom + 34 and b.width > 60]
    over = [b for b in near if b.x0 < box.x0 + 0.5 * box.width + 2 and b.x1 > box.xc - 0.5 * box.width]
    left = min((w.x0 for w in page.words), default=0.0)
    right = max((w.x1 for w in page.words), default=page.width)
    if before:
        left = max(before[-1].box.x1 + 2, box.x0 - 60)
    if after:
        right = after[0].box.x0 - 4
    if over:
        x0, x1 = min(b.x0 for b in over), max(b.x1 for b in over)
        if not (after and x1 > after[0].box.x0 + 20) and not (before and x0 < before[-1].box.x1 - 20):
            return min(x0, box.x0), max(x1, min(box.x1, right))
    return (min(left, box.x0) if not before else box.x0 - 4), right


def _walk(
    page: Page, lines: Sequence[Line], top: float, room: tuple[float, float], least: int = 2
) -> Region | None:
    """The lines from `top` down to a source note, a caption, a wide gap or the end of the page."""
    body: list[Line] = []
    note, closed = "", False
    for number, line in enumerate(lines):
        text = join_words(line)
        starred = bool(body) and text.startswith(("*", "＊")) and line[0].size < body[-1][0].size + 0.1
        if is_source_note(text) or (starred and _noted(lines[number:])):
            note, closed = _note(lines[number : number + 4]), True
            break
        if captions_on(line):
            closed = True
            break
        if body and line[0].top - max(w.bottom for w in body[-1]) > FAR:
            closed = line[0].yc < FOOT * page.height
            break
        body.append(line)
    if len(body) < least:
        return None
    bottom = max(w.bottom for w in body[-1])
    box = Box(room[0], top, room[1], bottom)
    if _is_picture(page, box) or is_half_hidden(page, box, sum(map(len, body))):
        return None
    return Region(
        page=page.number,
        box=box,
        lines=tuple(tuple(line) for line in body),
        source_note=note,
        closed=closed,
        rules=tuple(
            r
            for r in page.rules
            if r.x1 > box.x0 and r.x0 < box.x1 and top - 3 < r.bottom and r.top < bottom + 9
        ),
        fills=tuple(
            f for f in page.fills if f.x1 > box.x0 and f.x0 < box.x1 and f.bottom > top and f.top < bottom
        ),
    )


def _noted(lines: Sequence[Line]) -> bool:
    return any(is_source_note(join_words(line)) for line in lines[1:3])


def _note(lines: Sequence[Line]) -> str:
    """The line that names the source; a remark (注) stands before it."""
    texts = [join_words(line) for line in lines]
    notes = [t for t in texts if is_source_note(t)]
    return next(
        (t for t in notes if t.startswith(("资料", "数据", "来源", "資料", "Source"))),
        notes[0] if notes else "",
    )


def _titled(region: Region, caption: Caption) -> Region:
    """The region with its caption, and with a unit line under the caption taken out of the lines."""
    unit = unit_in(caption.name)
    lines = region.lines
    if is_unit_line(join_words(lines[0])):
        unit, lines = unit_in(join_words(lines[0])) or unit, lines[1:]
    return replace(region, caption=caption, unit_text=unit, lines=lines)


def _is_picture(page: Page, box: Box) -> bool:
    """Whether a good part of the place is painted over with images."""
    area = max(box.width * box.height, 1.0)
    painted = sum(
        max(0.0, min(i.x1, box.x1) - max(i.x0, box.x0))
        * max(0.0, min(i.bottom, box.bottom) - max(i.top, box.top))
        for i in page.images
        if (i.x1 - i.x0) * (i.bottom - i.top) < 0.7 * page.width * page.height
    )
    return painted > 0.25 * area


def is_half_hidden(page: Page, box: Box, visible: int) -> bool:
    """Whether so many words of the place are cut off by clips that what is left is no whole table."""
    clipped = sum(h.reason == "clipped" and box.holds(h.word.xc, h.word.yc) for h in page.hidden)
    return clipped > max(3, 0.3 * visible)
