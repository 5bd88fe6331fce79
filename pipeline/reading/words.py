"""Characters to words: what is not seen is set aside, the rest is joined by baseline and distance."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, get_args

import numpy as np

from pipeline.reading.calls import Flags, Floats, Ints, among
from pipeline.reading.characters import Characters
from pipeline.reading.graphics import Graphics
from pipeline.reading.page import Box, HiddenReason, HiddenWord, Word

# Two characters of one baseline belong to one word while the gap between their advance boxes is at most this
# share of an em: letter-spaced digits stay below 0.15 em, a printed space is 0.25 em or more.
GAP = 0.2
SAME_LINE = 0.15  # baselines of one word differ by less than this share of an em
INVISIBLE_MODES = (3, 7)
_WHOLE = 0.75  # of a character's height: a clip that shows less cuts it
_CELL_EM = 4.0  # a clip lower than this is that of one row
_LATIN = re.compile(r"[A-Za-z]{2}")
_TEMPLATE = re.compile(r"\[?\s*Table_\w+\s*\]?|\[Table[^\]]{0,30}\]")
# Which codes are spaces, the last entry for all beyond: looked up in a tenth of the time of `np.isin`.
_IS_SPACE = np.array([chr(code).isspace() or code == 0x200B for code in range(0x3002)])
_REASONS: tuple[HiddenReason, ...] = get_args(HiddenReason)
_SEEN = -1
_CLIPPED = _REASONS.index("clipped")


class Hiding:
    """Says which characters the printed page does not show, and why."""

    def __init__(self, width: float, height: float, graphics: Graphics) -> None:
        self.width, self.height = width, height
        self.covers, self.images = graphics.covers, graphics.images
        self.behind = [*graphics.covers, *graphics.shapes]

    def reasons(self, chars: Characters) -> Ints:
        """For each character why it is not seen as part of a line: an index of `_REASONS`, or -1."""
        of, owner = chars.owners, chars.owner
        x, y = (chars.x0 + chars.x1) / 2, (chars.top + chars.bottom) / 2
        reasons = np.full(len(owner), _SEEN)

        def hide(where: Flags, reason: HiddenReason) -> None:
            reasons[where & (reasons == _SEEN)] = _REASONS.index(reason)

        hide((among(of.mode, INVISIBLE_MODES) | (of.alpha < 20))[owner], "invisible")
        here = (x >= -1) & (x <= self.width + 1) & (y >= -1) & (y <= self.height + 1)
        # Damaged files have characters as large as a hundred pages, or nowhere (no number is no place).
        fits = (chars.x1 - chars.x0 <= self.width + 2) & (chars.bottom - chars.top <= self.height + 2)
        hide(~(here & fits), "off_page")
        shown = _shows(chars, of.clip[owner])
        hide(~shown | _cut_rests(chars, shown), "clipped")
        hide(self._covered(chars, x, y), "covered")
        white = (of.color.min(axis=1, initial=255) >= 247)[owner] & (reasons == _SEEN)
        for at in np.flatnonzero(white).tolist():
            white[at] = not self._dark_behind(float(x[at]), float(y[at]), int(of.order[owner[at]]))
        hide(white, "white")
        hide(~of.upright[owner], "rotated")
        return reasons

    def _covered(self, chars: Characters, x: Floats, y: Floats) -> Flags:
        """Characters whose middle lies under something painted later in another colour."""
        covered = np.zeros(len(x), bool)
        of = chars.owners
        if not self.covers or not len(x):
            return covered
        order = np.array([cover.order for cover in self.covers])
        late = np.flatnonzero(order > of.order[of.order >= 0].min(initial=order.max()))
        boxes = np.array([self.covers[at].box for at in late.tolist()], float).reshape(-1, 4) + _INSET
        # Text object by text object first: of the pairs with a cover few remain.
        by_owner = np.argsort(chars.owner, kind="stable")
        first = np.flatnonzero(np.diff(chars.owner[by_owner], prepend=-1))
        owners = chars.owner[by_owner[first]]
        left, right = (f.reduceat(x[by_owner], first) for f in (np.minimum, np.maximum))
        upper, lower = (f.reduceat(y[by_owner], first) for f in (np.minimum, np.maximum))
        orders, ends = of.order[owners], [*first[1:].tolist(), len(x)]
        for start in range(0, len(late), _AT_ONCE):
            some, (x0, top, x1, bottom) = late[start : start + _AT_ONCE], boxes[start : start + _AT_ONCE].T
            under = (orders >= 0) & (orders < order[some, None])
            under &= (upper <= bottom[:, None]) & (lower >= top[:, None])
            under &= (left <= x1[:, None]) & (right >= x0[:, None])
            for at, one in np.argwhere(under).tolist():
                if self.covers[some[at]].color != tuple(of.color[owners[one]].tolist()):
                    of_one = by_owner[first[one] : ends[one]]
                    xs, ys = x[of_one], y[of_one]
                    inside = (xs >= x0[at]) & (xs <= x1[at]) & (ys >= top[at]) & (ys <= bottom[at])
                    covered[of_one] |= inside
        return covered

    def _dark_behind(self, x: float, y: float, order: int) -> bool:
        under = [c for c in self.behind if (order < 0 or c.order < order) and c.box.holds(x, y, 1.0)]
        if under:
            top = max(under, key=lambda c: c.order)
            return top.color is None or min(top.color) < 247
        # A picture behind white text is its background: header bands are often drawn so.
        return any(i.x0 <= x <= i.x1 and i.top <= y <= i.bottom for i in self.images)


_AT_ONCE = 256  # covers that are held against all text objects at a time
_INSET = np.array([0.5, 0.5, -0.5, -0.5])  # what ends within half a point of a cover's edge is not under it


def _shows(chars: Characters, clip: Floats) -> Flags:
    """Whether a clip leaves enough of a character to be read: narrow rows cut labels to their upper third."""
    x0, top, x1, bottom = clip.T
    across = np.minimum(chars.x1, x1) - np.maximum(chars.x0, x0)
    down = np.minimum(chars.bottom, bottom) - np.maximum(chars.top, top)
    seen: Flags = (across >= 0.4 * (chars.x1 - chars.x0) - 0.01) & (down >= 0.2 * (chars.bottom - chars.top))
    return seen


def _cut_rests(chars: Characters, shown: Flags) -> Flags:
    """Characters that a cell cuts, below a line of the same text that it shows: the rest of a wrapped label.

    As words they would stand between their row and the next one, nearer to its label than lines are set.
    """
    of, owner = chars.owners, chars.owner
    height = chars.bottom - chars.top
    bottom = of.clip[owner, 3]
    rests: Flags = shown & (bottom - np.maximum(chars.top, of.clip[owner, 1]) < _WHOLE * height)
    rests &= (chars.bottom > bottom) & (bottom - of.clip[owner, 1] < _CELL_EM * of.size[owner])
    x, y = (chars.x0 + chars.x1) / 2, (chars.top + chars.bottom) / 2
    for clip in np.unique(of.clip[owner[rests]], axis=0):
        x0, top, x1, low = clip.tolist()
        # Of a line that it does not cut PDFium no longer knows the clip.
        inside = shown & (x > x0) & (x < x1) & (y > top) & (y < low)
        first = chars.baseline[inside].min(initial=math.inf)
        mine = (of.clip == clip).all(axis=1)[owner]
        rests &= ~mine | (chars.baseline > first + 0.5 * of.size[owner])
    return rests


class Run(NamedTuple):
    """Touching characters `first` … `last - 1` of `_Ink`; `at` counts its runs."""

    first: int
    last: int
    at: int


class _Ink:
    """The characters of one kind (seen, or not seen) without spaces, in content order, as plain lists."""

    def __init__(self, chars: Characters, index: Ints, parted: Flags) -> None:
        """`parted`: what stands apart from the character before it, whatever the distance."""
        self.text = chars.codes[index].astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        of, owner = chars.owners, chars.owner[index]
        x0, x1, baseline, sizes = chars.x0[index], chars.x1[index], chars.baseline[index], of.size[owner]
        size = np.where(sizes[1:] == 0, 1.0, sizes[1:])
        step = x0[1:] - x0[:-1]
        touching = (
            (np.abs(np.diff(baseline)) < SAME_LINE * size)
            & (x0[1:] - x1[:-1] <= GAP * size)
            # Negative letter-spacing makes advance boxes overlap; the pen still moves to the right.
            & (step > np.where(owner[1:] == owner[:-1], 0.1, 0.2) * size)
            & (np.abs(np.diff(sizes)) < 0.25 * size)
            & ~parted[1:]
        )
        starts = [0, *(np.flatnonzero(~touching) + 1).tolist()] if len(index) else []
        self.runs = list(map(Run, starts, [*starts[1:], len(index)], range(len(starts))))
        self.x0, self.x1, self.baseline, self.size = (a.tolist() for a in (x0, x1, baseline, sizes))
        self.left = _of_runs(np.minimum, x0, starts)
        self.top = _of_runs(np.minimum, chars.top[index], starts)
        self.bottom = _of_runs(np.maximum, chars.bottom[index], starts)
        self.largest = _of_runs(np.maximum, sizes, starts)
        self.owner: list[int] = owner.tolist()
        self.parted: list[bool] = parted.tolist()
        self.of = of
        self.bold: list[bool] = of.bold.tolist()
        self.color: list[tuple[int, int, int]] = list(map(tuple, of.color.tolist()))

    def text_of(self, run: Run) -> str:
        return self.text[run.first : run.last]

    def word(self, runs: Sequence[Run], bold: bool = False) -> Word:
        """The word that these runs make up, from the left."""
        first = runs[0].first
        owner, right = self.owner[first], self._right_edge(runs)
        if len(runs) == 1:
            [(_, last, at)] = runs
            return Word(
                self.text[first:last],
                self.left[at],
                self.top[at],
                right,
                self.bottom[at],
                self.largest[at],
                self.of.font[owner],
                bold or self.bold[owner],
                self.color[owner],
                (*self.x0[first:last], right),
            )
        lefts = [x for run in runs for x in self.x0[run.first : run.last]]
        return Word(
            text="".join([self.text[run.first : run.last] for run in runs]),
            x0=min([self.left[run.at] for run in runs]),
            top=min([self.top[run.at] for run in runs]),
            x1=right,
            bottom=max([self.bottom[run.at] for run in runs]),
            size=max([self.largest[run.at] for run in runs]),
            font=self.of.font[owner],
            bold=bold or self.bold[owner],
            color=self.color[owner],
            char_x=(*lefts, right),
        )

    def _right_edge(self, runs: Sequence[Run]) -> float:
        """Where the last character ends: its advance, or the pen's step where letter-spacing is negative."""
        count = sum([run.last - run.first for run in runs])
        last = runs[-1].last - 1
        x0, x1 = self.x0[last], self.x1[last]
        if count > 1:
            before = last - 1 if last > runs[-1].first else runs[-2].last - 1
            if self.x1[before] - x0 > 0.15 * self.size[last]:
                return float(min(x1, x0 + (x0 - self.x0[runs[0].first]) / (count - 1) * 1.1))
        return float(x1)


def _of_runs(take: np.ufunc, values: Floats, starts: Sequence[int]) -> list[float]:
    """The least or largest value of each run."""
    found: list[float] = take.reduceat(values, starts).tolist() if len(starts) else []
    return found


# Of the type's size: what stands further above or below its like is another text, not bold by overprinting.
OVERPRINTED = 0.15


def _without_duplicates(ink: _Ink, runs: Sequence[Run]) -> tuple[list[Run], list[Run], set[Run]]:
    """Runs painted twice at one place (bold by overprinting): kept, dropped, the bold ones."""
    kept: list[Run] = []
    dropped: list[Run] = []
    bold: set[Run] = set()
    at: dict[tuple[str, int, int], Run] = {}
    texts = [ink.text_of(run) for run in runs]
    times = Counter(texts)
    for run, text in zip(runs, texts, strict=True):
        if times[text] == 1:
            kept.append(run)
            continue
        left, baseline, size = ink.x0[run.first], ink.baseline[run.first], ink.size[run.first]
        x, y = round(left / 2), round(baseline / 2)
        twin = next(
            (
                other
                for dx in (-1, 0, 1)
                for dy in (-1, 0, 1)
                if (other := at.get((text, x + dx, y + dy)))
                and abs(ink.x0[other.first] - left) < 0.2 * size
                and abs(ink.baseline[other.first] - baseline) < OVERPRINTED * size
            ),
            None,
        )
        if twin is None:
            at[text, x, y] = run
            kept.append(run)
        else:
            bold.add(twin)
            dropped.append(run)
    return kept, dropped, bold


def _lines(ink: _Ink, runs: Sequence[Run]) -> list[list[Run]]:
    """Runs of one baseline, lines from the top, each sorted by x."""
    ordered = sorted(runs, key=lambda run: (ink.baseline[run.first], ink.x0[run.first]))
    lines: list[list[Run]] = []
    for run in ordered:
        base = ink.baseline[run.first]
        if lines and base - ink.baseline[lines[-1][0].first] < SAME_LINE * max(ink.size[run.first], 1.0):
            lines[-1].append(run)
        else:
            lines.append([run])
    for line in lines:
        line.sort(key=lambda run: ink.x0[run.first])
    return lines


def _joined(ink: _Ink, line: Sequence[Run], bold: set[Run]) -> list[Word]:
    words: list[Word] = []
    group: list[Run] = []
    group_bold = False
    for run in line:
        if group:
            last, first = group[-1].last - 1, run.first
            small, size = sorted((ink.size[last], ink.size[first]))
            near = -0.25 * size < ink.x0[first] - ink.x1[last] <= GAP * size
            # A space beside a letter that hangs over (`of the`) is narrower than one between digits of a
            # number set letter by letter, and is one all the same.
            near = near and not (ink.parted[first] and _LATIN.fullmatch(ink.text[last] + ink.text[first]))
            if near and small > 0.75 * size and (run in bold) == group_bold:
                group.append(run)
                continue
            words.append(ink.word(group, group_bold))
        group, group_bold = [run], run in bold
    if group:
        words.append(ink.word(group, group_bold))
    return words


def build_words(chars: Characters, hiding: Hiding) -> tuple[list[Word], list[HiddenWord]]:
    """Visible words, lines from the top and each from the left, and what was set aside with the reason."""
    reasons = hiding.reasons(chars)
    space = _IS_SPACE[np.minimum(chars.codes, len(_IS_SPACE) - 1)]
    seen = reasons == _SEEN
    index = np.flatnonzero(seen & ~space)
    spaces_before = np.cumsum(seen & space)[index]
    ink = _Ink(chars, index, np.diff(spaces_before, prepend=0) > 0)
    hidden = _hidden_words(chars, np.flatnonzero(~seen & ~space), reasons)
    runs = ink.runs
    if "Table" in ink.text:
        template = [run for run in runs if _TEMPLATE.fullmatch(ink.text_of(run))]
        hidden.extend(HiddenWord(ink.word([run]), "template") for run in template)
        runs = sorted(set(runs) - set(template))
    kept, dropped, bold = _without_duplicates(ink, runs)
    hidden.extend(HiddenWord(ink.word([run]), "duplicate") for run in dropped)
    return [word for line in _lines(ink, kept) for word in _joined(ink, line, bold)], hidden


def _hidden_words(chars: Characters, index: Ints, reasons: Ints) -> list[HiddenWord]:
    """What is not seen, joined to words; template marks of the house's generator named as such."""
    if not len(index):
        return []
    why = reasons[index]
    clips = chars.owners.clip[chars.owner[index]]
    elsewhere = (np.diff(clips, axis=0, prepend=clips[:1]) != 0).any(axis=1) & (why == _CLIPPED)
    ink = _Ink(chars, index, (np.diff(why, prepend=-1) != 0) | elsewhere)
    hidden: list[HiddenWord] = []
    for run in ink.runs:
        word = ink.word([run])
        reason: HiddenReason = "template" if "Table" in word.text else _REASONS[why[run.first]]
        clip = Box(*ink.of.clip[ink.owner[run.first]].tolist()) if reason == "clipped" else None
        hidden.append(HiddenWord(word, reason, clip))
    return hidden
