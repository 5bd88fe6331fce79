"""Characters to words: what is not seen is set aside, the rest is joined by baseline and distance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from pipeline.reading.characters import Char, TextObject
from pipeline.reading.graphics import Cover, Graphics
from pipeline.reading.page import Box, HiddenReason, HiddenWord, Word
from pipeline.reading.radicals import printed

# Two characters of one baseline belong to one word while the gap between their advance boxes is at most this
# share of an em: letter-spaced digits stay below 0.15 em, a printed space is 0.25 em or more.
GAP = 0.2
SAME_LINE = 0.15  # baselines of one word differ by less than this share of an em
INVISIBLE_MODES = (3, 7)
_TEMPLATE = re.compile(r"\[?\s*Table_\w+\s*\]?|\[Table[^\]]{0,30}\]")


class Hiding:
    """Says which characters the printed page does not show, and why."""

    def __init__(self, width: float, height: float, graphics: Graphics) -> None:
        self.width, self.height = width, height
        self.covers, self.images = graphics.covers, graphics.images
        self.behind = [*graphics.covers, *graphics.shapes]
        self._over: dict[tuple[int, float], list[Cover]] = {}
        self.last_cover = max((cover.order for cover in self.covers), default=-1)

    def reason(self, char: Char) -> HiddenReason | None:
        """Why `char` is not seen as part of a line, or None."""
        owner = char.owner
        if owner.mode in INVISIBLE_MODES or owner.alpha < 20:
            return "invisible"
        x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
        if not (-1 <= x <= self.width + 1 and -1 <= y <= self.height + 1):
            return "off_page"
        if owner.clip is not None and not _shows(char, owner.clip):
            return "clipped"
        if 0 <= owner.order < self.last_cover:
            for cover in self._painted_over(owner, y):
                if cover.box.x0 + 0.5 <= x <= cover.box.x1 - 0.5:
                    return "covered"
        if min(owner.color) >= 247 and not self._dark_behind(x, y, owner.order):
            return "white"
        return None if owner.upright else "rotated"

    def _painted_over(self, owner: TextObject, y: float) -> list[Cover]:
        """Covers painted after a text object at the height of its line: found once per object and line."""
        key = (id(owner), round(y, 1))
        found = self._over.get(key)
        if found is None:
            found = self._over[key] = [
                c
                for c in self.covers
                if c.order > owner.order
                and c.box.top + 0.5 <= y <= c.box.bottom - 0.5
                and c.color != owner.color
            ]
        return found

    def _dark_behind(self, x: float, y: float, order: int) -> bool:
        under = [c for c in self.behind if (order < 0 or c.order < order) and c.box.holds(x, y, 1.0)]
        if under:
            top = max(under, key=lambda c: c.order)
            return top.color is None or min(top.color) < 247
        # A picture behind white text is its background: header bands are often drawn so.
        return any(i.x0 <= x <= i.x1 and i.top <= y <= i.bottom for i in self.images)


def _shows(char: Char, clip: Box) -> bool:
    """Whether a clip leaves enough of a character to be read: narrow rows cut labels to their upper third."""
    across = min(char.x1, clip.x1) - max(char.x0, clip.x0)
    down = min(char.bottom, clip.bottom) - max(char.top, clip.top)
    return across >= 0.4 * (char.x1 - char.x0) - 0.01 and down >= 0.2 * (char.bottom - char.top)


Run = list[Char]


def _runs(chars: Iterable[Char]) -> list[Run]:
    """Consecutive characters, in content order, that touch; a space ends a run."""
    runs: list[Run] = []
    last: Char | None = None
    for char in chars:
        if char.text.isspace() or char.text == "\u200b":
            last = None
            continue
        size = char.owner.size or 1.0
        if (
            last is not None
            and abs(char.baseline - last.baseline) < SAME_LINE * size
            and char.x0 - last.x1 <= GAP * size
            # Negative letter-spacing makes advance boxes overlap; the pen still moves to the right.
            and char.x0 - last.x0 > (0.1 * size if char.owner is last.owner else 0.2 * size)
            and abs(char.owner.size - last.owner.size) < 0.25 * size
        ):
            runs[-1].append(char)
        else:
            runs.append([char])
        last = char
    return runs


def _right_edge(chars: Sequence[Char]) -> float:
    """Where the last character ends: its advance, or the pen's step where letter-spacing is negative."""
    last = chars[-1]
    if len(chars) > 1 and chars[-2].x1 - last.x0 > 0.15 * last.owner.size:
        return min(last.x1, last.x0 + (last.x0 - chars[0].x0) / (len(chars) - 1) * 1.1)
    return last.x1


def _word(chars: Sequence[Char], bold: bool) -> Word:
    first = chars[0]
    right = _right_edge(chars)
    return Word(
        text="".join(printed(c.text) for c in chars),
        x0=min(c.x0 for c in chars),
        top=min(c.top for c in chars),
        x1=right,
        bottom=max(c.bottom for c in chars),
        size=max(c.owner.size for c in chars),
        font=first.owner.font,
        bold=bold or first.owner.bold,
        color=first.owner.color,
        char_x=(*(c.x0 for c in chars), right),
    )


def _text(run: Run) -> str:
    return "".join(c.text for c in run)


def _without_duplicates(runs: list[Run]) -> tuple[list[Run], list[Run], set[int]]:
    """Runs painted twice at one place (bold by overprinting): kept, dropped, ids of the bold ones."""
    kept: list[Run] = []
    dropped: list[Run] = []
    bold: set[int] = set()
    at: dict[tuple[str, int, int], Run] = {}
    for run in runs:
        first = run[0]
        text = _text(run)
        x, y = round(first.x0 / 2), round(first.baseline / 2)
        twin = next(
            (
                other
                for dx in (-1, 0, 1)
                for dy in (-1, 0, 1)
                if (other := at.get((text, x + dx, y + dy)))
                and abs(other[0].x0 - first.x0) < 0.2 * first.owner.size
                and abs(other[0].baseline - first.baseline) < 0.15 * first.owner.size
            ),
            None,
        )
        if twin is None:
            at[text, x, y] = run
            kept.append(run)
        else:
            bold.add(id(twin))
            dropped.append(run)
    return kept, dropped, bold


def _lines(runs: list[Run]) -> list[list[Run]]:
    """Runs of one baseline, lines from the top, each sorted by x."""
    ordered = sorted(runs, key=lambda r: (r[0].baseline, r[0].x0))
    lines: list[list[Run]] = []
    for run in ordered:
        base = run[0].baseline
        if lines and base - lines[-1][0][0].baseline < SAME_LINE * max(run[0].owner.size, 1.0):
            lines[-1].append(run)
        else:
            lines.append([run])
    for line in lines:
        line.sort(key=lambda r: r[0].x0)
    return lines


def _joined(line: list[Run], bold: set[int]) -> list[Word]:
    words: list[Word] = []
    group: list[Char] = []
    group_bold = False
    for run in line:
        if group:
            last, first = group[-1], run[0]
            size = max(last.owner.size, first.owner.size)
            near = -0.25 * size < first.x0 - last.x1 <= GAP * size
            alike = min(last.owner.size, first.owner.size) > 0.75 * size
            if near and alike and (id(run) in bold) == group_bold:
                group.extend(run)
                continue
            words.append(_word(group, group_bold))
        group, group_bold = list(run), id(run) in bold
    if group:
        words.append(_word(group, group_bold))
    return words


def build_words(chars: Sequence[Char], hiding: Hiding) -> tuple[list[Word], list[HiddenWord]]:
    """Visible words, lines from the top and each from the left, and what was set aside with the reason."""
    visible: list[Char] = []
    unseen: list[tuple[Char, HiddenReason]] = []
    for char in chars:
        reason = hiding.reason(char)
        if reason is None:
            visible.append(char)
        elif not char.text.isspace():
            unseen.append((char, reason))
    runs = _runs(visible)
    hidden = _hidden_words(unseen)
    seen: list[Run] = []
    for run in runs:
        if _TEMPLATE.fullmatch(_text(run)):
            hidden.append(HiddenWord(_word(run, False), "template"))
        else:
            seen.append(run)
    kept, dropped, bold = _without_duplicates(seen)
    hidden.extend(HiddenWord(_word(run, False), "duplicate") for run in dropped)
    words = [word for line in _lines(kept) for word in _joined(line, bold)]
    return words, hidden


def _hidden_words(unseen: Sequence[tuple[Char, HiddenReason]]) -> list[HiddenWord]:
    """What is not seen, joined to words; template marks of the house's generator named as such."""
    hidden: list[HiddenWord] = []
    for reason, group in groupby(unseen, key=lambda pair: pair[1]):
        for run in _runs([char for char, _ in group]):
            word = _word(run, False)
            hidden.append(HiddenWord(word, "template" if "Table" in word.text else reason))
    return hidden
