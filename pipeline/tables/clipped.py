"""What a cell's clip hides of its label: the lines and characters that the printed page does not show.

The text layer holds all of a label whose cell shows its first line only. The hidden rest lies where the
next rows' labels stand, so its height says little; the clip that hides it is the cell, and what is seen of
the cell is the label's beginning. Where the clip is wider than one row, nearness decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.layout.lines import Segment, cluster_lines
from pipeline.reading.page import Box, HiddenWord
from pipeline.tables.labels import Match, label_lines

# Of a line's height: seen in a cell more than this, and more than any other line, it begins the cell's text.
# Labels set 0.4 of a row off their numbers show that much, their neighbours less.
_SEEN = 0.3


def completed(
    matches: Sequence[Match], heights: Sequence[float], clipped: Sequence[HiddenWord]
) -> list[Match]:
    """Label lines matched to rows (at these heights), each with what clips hide of it.

    A row without a label gets what is hidden at its place.
    """
    by_clip: defaultdict[Box, list[HiddenWord]] = defaultdict(list)
    for hidden in clipped:
        if hidden.clip is not None:
            by_clip[hidden.clip].append(hidden)
    rests: defaultdict[int, list[Segment]] = defaultdict(list)
    placed: set[int] = set()
    for clip, of in by_clip.items():
        at = _begun_in(clip, matches, heights)
        if at is not None:
            rests[at] += label_lines(cluster_lines([h.word for h in of]))
            placed |= {id(h) for h in of}
    free = label_lines(cluster_lines([h.word for h in clipped if id(h) not in placed]))
    near = _near(matches, heights, free)
    return [Match((*match.lines, *rests[at], *near[at]), match.row) for at, match in enumerate(matches)]


def _begun_in(clip: Box, matches: Sequence[Match], heights: Sequence[float]) -> int | None:
    """The match of which a cell shows the label, or the row without one beside it; None if neither."""
    seen = sorted(
        (max(_share_in(line.box, clip) for line in match.lines), at)
        for at, match in enumerate(matches)
        if match.lines
    )
    within = [
        at for at, match in enumerate(matches) if any(_is_within(line.box, clip) for line in match.lines)
    ]
    if len(within) == 1:
        return within[0]
    if seen and seen[-1][0] > _SEEN:
        alone = len(seen) == 1 or seen[-2][0] < min(0.75 * seen[-1][0], 0.5)
        return seen[-1][1] if alone else None
    bare = [
        at
        for at, match in enumerate(matches)
        if not match.lines and match.row is not None and clip.top < heights[match.row] < clip.bottom
    ]
    return bare[0] if len(bare) == 1 else None


def _is_within(line: Box, clip: Box) -> bool:
    return clip.x0 - 2.0 <= line.x0 < clip.x1 and clip.top < line.yc < clip.bottom


def _share_in(line: Box, clip: Box) -> float:
    """How much of a line's height a clip shows; 0 where the line begins beside it."""
    if not clip.x0 - 2.0 <= line.x0 < clip.x1:
        return 0.0
    return (min(line.bottom, clip.bottom) - max(line.top, clip.top)) / max(line.height, 1.0)


def _near(
    matches: Sequence[Match], heights: Sequence[float], hidden: Sequence[Segment]
) -> list[list[Segment]]:
    """The hidden lines right behind or below each label, or at the height of each row without one."""
    bare = [heights[m.row] for m in matches if m.row is not None and not m.lines]
    tails = [line for line in hidden if all(abs(line.yc - y) >= 0.8 * line.size for y in bare)]
    near: list[list[Segment]] = []
    for index, match in enumerate(matches):
        if match.lines:
            last = match.lines[-1]
            following = next(
                (m.lines[0].yc for m in matches[index + 1 :] if m.lines), last.yc + 3 * last.size
            )
            more = [
                line
                for line in tails
                if (last.yc + 0.5 * last.size < line.yc < min(last.yc + 1.7 * last.size, following - 2))
                or (abs(line.yc - last.yc) <= 0.5 * last.size and 0 <= line.box.x0 - last.box.x1 < last.size)
            ]
        elif match.row is not None:
            y = heights[match.row]
            more = [line for line in hidden if abs(line.yc - y) < 0.8 * line.size]
        else:
            more = []
        near.append(more)
    return near
