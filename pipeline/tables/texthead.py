"""The heads of a table of words: how many lines they take, their levels, and the columns each stands over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.layout.lines import join_words
from pipeline.layout.tokens import is_value, tight, width_of
from pipeline.reading.page import union
from pipeline.tables.headers import Head
from pipeline.tables.textcells import set_together
from pipeline.tables.textframe import LARGER, Frame, Piece

MAX_LINES = 6


def head_lines(frame: Frame) -> int:
    """How many lines at the top are heads: down to a rule, or as far as they are set off from the rest."""
    set_off = _set_off(frame)
    for height in range(min(set_off, len(frame.lines) - 1), 1, -1):
        if frame.ruled_between(frame.height(height - 1), frame.height(height)):
            return height
    ruled = _above_rule(frame)
    if ruled and (set_off or not _ruled_through(frame)):
        return ruled
    if set_off and set_off < len(frame.lines) and frame.lines[0][-1].last > 0:
        return set_off
    return ruled if ruled and _reads_as_head(frame, frame.lines[:ruled]) else _shaded(frame)


def repeated_heads(frame: Frame, heads: Collection[str]) -> int:
    """How many lines at the top of a page repeat the heads of the table that goes on there."""
    known = {tight(head) for head in heads}
    for height in range(min(MAX_LINES, len(frame.lines) - 1), 0, -1):
        levels = head_levels(frame, frame.lines[:height])
        if all(tight(head.text) in known for level in levels for head in level):
            return height
    return 0


def _set_off(frame: Frame) -> int:
    """How many lines at the top are heavier, or of another colour, than the usual line."""
    looks = [look_of(line) for line in frame.lines]
    known = Counter(look for look in looks[1:] if look is not None).most_common(1)
    usual = known[0][0] if known else None
    filled: set[int] = set()
    for index, (look, line) in enumerate(zip(looks[:MAX_LINES], frame.lines, strict=False)):
        lone = len(line) == 1 and line[0].first == 0
        if look is None or look == usual or (lone and len(filled) >= 0.7 * frame.count):
            return index
        filled |= {c for p in line for c in range(p.first, p.last + 1)}
    return min(MAX_LINES, len(frame.lines))


def look_of(line: Sequence[Piece]) -> tuple[bool, tuple[int, int, int]] | None:
    """Weight and colour of a line, where all its words share them."""
    looks = {(w.bold, w.color) for p in line for w in p.words}
    return looks.pop() if len(looks) == 1 else None


def _above_rule(frame: Frame) -> int:
    """Lines above the first rule across the table that has lines above it, 0 where there is none."""
    total = len(frame.lines)
    for y in sorted(b.yc for b in frame.rules if frame.across(b)):
        above = sum(frame.height(i) < y for i in range(total))
        if not above:
            continue
        if above > MAX_LINES or above >= total:
            return 0
        if any(a < b for p in frame.lines[0] for a, b in [_spanned(frame, p)]):
            # A head over several columns has their own heads below it.
            further = range(above + 1, min(above + 3, total))
            own = [i for i in further if frame.ruled_between(frame.height(i - 1), frame.height(i))]
            return own[0] if own else above
        return above
    return 0


def _ruled_through(frame: Frame) -> bool:
    """Whether rules part the rows of the body as well."""
    top, bottom = frame.height(0), frame.height(len(frame.lines) - 1)
    return len({round(b.yc) for b in frame.rules if frame.across(b) and top < b.yc < bottom}) > 1


def _reads_as_head(frame: Frame, lines: Sequence[Sequence[Piece]]) -> bool:
    texts = [join_words(p.words) for line in lines for p in line]
    short = all(width_of(t) <= 12 and not is_value(tight(t)) for t in texts)
    return frame.count > 2 and len(texts) >= frame.count and short


def _shaded(frame: Frame) -> int:
    """Lines on a band of their own at the top."""
    bands = sorted(frame.bands, key=lambda b: b.top)
    if not bands or not bands[0].top <= frame.height(0) <= bands[0].bottom:
        return 0
    inside = sum(bands[0].top <= frame.height(i) <= bands[0].bottom for i in range(len(frame.lines)))
    return inside if inside <= MAX_LINES and inside < len(frame.lines) else 0


def _spanned(frame: Frame, piece: Piece) -> tuple[int, int]:
    """The columns a head stands over, by the rule drawn right under it where that is not across the table."""
    x, y, size = piece.box.xc, piece.words[0].yc, piece.words[0].size
    for rule in frame.region.rules:
        near = 0 < rule.top - y < 1.6 * size and rule.x0 - 3 <= x <= rule.x1 + 3
        if near and 12 < rule.x1 - rule.x0 < 0.9 * frame.region.box.width:
            centres = {column: (a + b) / 2 for column, (a, b) in frame.sides.items()}
            under = [i for i, centre in centres.items() if rule.x0 - 3 <= centre <= rule.x1 + 3]
            if under and under[0] <= piece.first and piece.last <= under[-1]:
                return under[0], under[-1]
    return piece.first, piece.last


def head_levels(frame: Frame, lines: Sequence[Sequence[Piece]]) -> list[list[Head]]:
    """Head lines as levels: a rule or a head over several columns parts them, a wrapped head does not."""
    levels: list[list[Piece]] = []
    wide, last = False, 0.0
    for line in lines:
        y = line[0].words[0].yc
        if len(line) == 1 and line[0].words[0].size > LARGER * frame.size:
            placed = [replace(line[0], first=0, last=frame.count - 1)]  # a heading over the whole table
        else:
            placed = [replace(p, first=a, last=b) for p in line for a, b in [_spanned(frame, p)]]
        if not levels or wide or any(last < b.yc < y for b in frame.rules):
            levels.append(placed)
        else:
            levels[-1] += placed
        wide = any(p.last > p.first for p in placed)
        last = y
    heads = [_heads(level) for level in levels]
    sides = frame.sides_from(len(lines))
    return [_over_their_columns(level, below, sides) for level, below in pairwise([*heads, []])]


def _over_their_columns(
    level: Sequence[Head], below: Sequence[Head], sides: Mapping[int, tuple[float, float]]
) -> list[Head]:
    """The heads of a level, each over all the columns whose own heads below have no other head above them.

    A head that ends where its column does stands over those at its left, the last one that begins where its
    column does over those at its right; centred heads stay where they are.
    """
    own = {head.first for head in below if head.first == head.last}
    placed: list[Head] = []
    for index, head in enumerate(level):
        free = placed[-1].last + 1 if placed else head.first
        last = max(sides, default=head.last) if index + 1 == len(level) else head.last
        ends = head.last in sides and abs(head.box.x1 - sides[head.last][1]) < 2
        starts = head.first in sides and abs(head.box.x0 - sides[head.first][0]) < 2
        # A head of one column at the left that has heads below it may as well be theirs.
        shared = bool(placed) and placed[-1].first == placed[-1].last in own
        if ends and not starts and not shared and own.issuperset(range(free, head.last + 1)):
            placed.append(replace(head, first=free))
        elif starts and not ends and own.issuperset(range(head.first, last + 1)):
            placed.append(replace(head, last=last))
        else:
            placed.append(head)
    return placed


def _heads(level: Sequence[Piece]) -> list[Head]:
    """The heads of one level from the left, lines of one head set together."""
    groups: list[tuple[int, int, list[Piece]]] = []
    for piece in sorted(level, key=lambda p: (p.first, p.words[0].yc, p.words[0].x0)):
        if groups and piece.first <= groups[-1][1]:
            first, last, members = groups.pop()
            groups.append((first, max(last, piece.last), [*members, piece]))
        else:
            groups.append((piece.first, piece.last, [piece]))
    return [
        Head(
            set_together([join_words(p.words) for p in members]), union([p.box for p in members]), first, last
        )
        for first, last, members in groups
    ]
