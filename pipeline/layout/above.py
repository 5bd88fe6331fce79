"""What stands above the rows of a block: levels of heads, unit lines, titles, a caption."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pipeline.layout.anchors import Anchor
from pipeline.layout.block import Caption
from pipeline.layout.captions import is_source_note, parse_caption, statement_class, unit_in
from pipeline.layout.headlines import (
    heads_alone,
    heads_around,
    heads_list,
    over_some,
    section_below_heads,
    stands_on,
    texts_over,
)
from pipeline.layout.lines import Segment, join_words, segments_of
from pipeline.layout.tokens import (
    is_label_text,
    is_number,
    is_open_bracket,
    is_period,
    tight,
    width_of,
)
from pipeline.reading.page import Word, union

_SENTENCE = re.compile("[，。；]")
_ASIDE = re.compile(r"[（(][^（）()]*(?:[）)]|$)")


@dataclass(slots=True)
class Around:
    """What was met above a block's heads."""

    levels: list[list[Word]] = field(default_factory=list)
    caption: Caption | None = None
    titles: list[Segment] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    section: list[Word] = field(default_factory=list)  # a line below complete heads: it heads the first rows


def _lines_above(lines: Sequence[list[Word]], anchor: Anchor, taken: set[int]) -> list[list[Word]]:
    """The lines over the heads, nearest first, up to prose, another table's values, or a gap."""
    near: list[list[Word]] = []
    floor = anchor.top
    for line in reversed(lines):
        text = join_words(line)
        gap = floor - max(w.bottom for w in line)
        if any(id(w) in taken for w in line) or gap > 1.6 * line[0].size + 8 or anchor.top - floor > 60:
            break
        if is_source_note(text) or any(
            is_number(s.text) and not is_period(s.text) for s in segments_of(line)
        ):
            break
        near.append(line)
        if max(width_of(s.text) for s in segments_of(line)) > 40 or parse_caption(text, line[0].box):
            break
        floor = min(w.top for w in line)
    return near


def look_up(lines: Sequence[list[Word]], anchor: Anchor, zone: float, taken: set[int]) -> Around:
    """Walk up from the heads: upper head levels, unit lines, titles, a caption."""
    around = Around()
    near = _lines_above(lines, anchor, taken)
    texts = [join_words(line) for line in near]
    # The topmost line with two heads over the value columns closes the header.
    height = 0
    for index, line in enumerate(near):
        if parse_caption(texts[index], line[0].box) or max(width_of(s.text) for s in segments_of(line)) > 24:
            break
        over = texts_over(line, zone)
        amid = index == 0 and _amid(over, anchor)
        beside = amid or _beside_level(line, over, index, anchor)
        if statement_class(segments_of(line)[0].text) and not beside:
            if over or not _between_heads(near, index, anchor, zone):
                break
            continue
        many = len(over) >= 2 and len(anchor.heads) > 1
        lone = index == 0 and len(over) == 1 and heads_alone(line, over[0], anchor)
        lone = lone or (index == 0 and len(anchor.heads) == 1 and heads_list(line, over))
        upper = height == index > 0 and (
            over_some(line, anchor)
            or stands_on(line, near[index - 1])
            or _entwined(line, over, near[index - 1])
        )
        lone = lone or (index == 1 and len(over) == 1 and heads_around(line, near[0], anchor))
        if many or lone or upper or amid:
            height = index + 1
    below = section_below_heads(near[:height], anchor, zone)
    around.section = [w for line in near[:below] for w in line]
    around.levels = near[below:height]
    for text, whole in _unwrapped(near[height:]):
        caption = parse_caption(text, union([s.box for s in whole]))
        if caption:
            around.caption = caption
            break
        if width_of(text) > 40 or len(around.titles) >= 2:
            break
        segments = [s for s in whole if not _is_sentence(s.text)]
        around.units += [unit_in(s.text) for s in segments if unit_in(s.text)]
        if not segments:
            continue
        first = segments[0]
        if is_label_text(first.text) and not first.text.startswith(("单位", "單位")):
            around.titles.append(first)
    return around


def _entwined(line: Sequence[Word], over: Sequence[Segment], below: Sequence[Word]) -> bool:
    """Whether a line over the columns stands less than its height above the next: heads set in the middle.

    A head in three lines among heads in two begins half a line above them.
    """
    near = 0 < min(w.yc for w in below) - max(w.yc for w in line) < 0.8 * line[0].size
    return near and 0 < len(over) == len(segments_of(line))


def _amid(over: Sequence[Segment], anchor: Anchor) -> bool:
    """Whether periods stand less than a line above the heads, over none of them: those of heads that wrap.

    `2025` over `A`, set between `2024A` and `2026E` that stand on one line.
    """
    return bool(over) and all(
        is_period(tight(s.text))
        and 0 < anchor.yc - s.yc < 0.8 * s.size
        and not any(s.box.x0 < head.x1 and head.x0 < s.box.x1 for head in anchor.heads)
        for s in over
    )


def _is_sentence(text: str) -> bool:
    """Whether a text is part of a sentence (注册资本 1 亿元，2022 年收入超), no title and no unit line."""
    return "单位" not in text and _SENTENCE.search(_ASIDE.sub("", text)) is not None


def _between_heads(near: Sequence[list[Word]], index: int, anchor: Anchor, zone: float) -> bool:
    """Whether a table's name stands in the middle of two lines of heads: beside `FY` over `2021A`."""
    if index or len(near) < 2 or len(anchor.heads) < 2:
        return False
    upper = near[1]
    close = anchor.top - max(w.bottom for w in upper) < 1.1 * upper[0].size
    return close and len(texts_over(upper, zone)) == len(anchor.heads)


def _beside_level(line: Sequence[Word], over: Sequence[Segment], index: int, anchor: Anchor) -> bool:
    """Whether a table's name stands beside a level of the heads, one over each of them: beside `FY` `FY`."""
    close = anchor.top - max(w.bottom for w in line) < 1.1 * line[0].size
    return index == 0 and close and len(over) == len(anchor.heads) > 1


def _unwrapped(lines: Sequence[list[Word]]) -> list[tuple[str, list[Segment]]]:
    """The texts and segments of lines, nearest first, a short tail set to the text it wraps from.

    `单位:百` over `万元`, `重要财务指` over `标`: the lower piece is short and right below the upper one.
    """
    parts = [segments_of(line) for line in lines]
    for lower, upper in pairwise(parts):
        for tail in [s for s in lower if width_of(s.text) <= 3.2]:
            head = next((s for s in upper if _hangs_below(tail, s)), None)
            if head is not None:
                lower.remove(tail)
                whole = Segment(
                    (*head.words, *tail.words), head.text + tail.text, union([head.box, tail.box])
                )
                upper[upper.index(head)] = whole
    return [(" ".join(s.text for s in segments), segments) for segments in parts if segments]


def _hangs_below(tail: Segment, head: Segment) -> bool:
    near = 0 < tail.box.yc - head.box.yc < 1.7 * tail.size
    # A caption has the width of its table to run on; a heading of the first rows stands below it.
    captioned = parse_caption(head.text, head.box) is not None and not is_open_bracket(head.text)
    return near and not captioned and tail.box.x0 > head.box.x0 - 3 and tail.box.x1 < head.box.x1 + 3
