"""Words to lines, and lines to segments: runs of words that a reader sees as one phrase or one cell."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from pipeline.layout.tokens import is_period, is_value
from pipeline.reading.page import Box, Word, bounds

# Word sets a quarter em between Chinese and Latin; a cell gap in the tightest corpus tables is 0.5 em.
PHRASE_GAP = 0.45


class Segment(NamedTuple):
    """Words of one line set close together."""

    words: tuple[Word, ...]
    text: str
    box: Box

    @property
    def yc(self) -> float:
        """Vertical centre."""
        return self.box.yc

    @property
    def size(self) -> float:
        """Font size of its first word in points."""
        return self.words[0].size


def join_words(words: Sequence[Word]) -> str:
    """Words of one line as one text: a space where the page leaves more than a seventh of an em."""
    if len(words) == 1:
        return words[0].text
    parts: list[str] = []
    last: Word | None = None
    for word in words:
        if last is not None and word.x0 - last.x1 > 0.14 * last.size:
            parts.append(" ")
        parts.append(word.text)
        last = word
    return "".join(parts)


# Answers about words, by the very words that were asked about: for the lines of one page, and the segments of
# one line, the walk asks seven times on average. An answer holds its words, so that their ids stay theirs.
_LINES: dict[tuple[float, ...], list[list[Word]]] = {}
_SEGMENTS: dict[tuple[float, ...], list[Segment]] = {}
_PAGES_KEPT, _LINES_KEPT = 512, 20_000
_FEW = 24  # words are brought into lines as fast as a known answer is found


def cluster_lines(words: Iterable[Word], tolerance: float = 0.45) -> list[list[Word]]:
    """Words grouped by height, from the top; each line sorted by x.

    `tolerance` is a share of the em: a word joins the line whose mean centre is nearer than that.
    """
    given = tuple(words)
    if len(given) < _FEW:
        return _clustered(given, tolerance)
    key = (tolerance, *map(id, given))
    lines = _LINES.get(key)
    if lines is None:
        if len(_LINES) >= _PAGES_KEPT:
            _LINES.clear()
        lines = _LINES[key] = _clustered(given, tolerance)
    return list(map(list, lines))


def forget() -> None:
    """Let go of all words that answers were kept for: those of a report whose walk has ended."""
    _LINES.clear()
    _SEGMENTS.clear()


def _clustered(given: Sequence[Word], tolerance: float) -> list[list[Word]]:
    lines: list[list[Word]] = []
    centre = size = 0.0
    middles = [(word.top + word.bottom) / 2 for word in given]
    order = sorted(range(len(given)), key=lambda at: (middles[at], given[at].x0))
    for at in order:
        word, middle = given[at], middles[at]
        if lines and abs(middle - centre) <= tolerance * min(word.size, size):
            lines[-1].append(word)
            centre += (middle - centre) / len(lines[-1])
        else:
            lines.append([word])
            centre, size = middle, word.size
    for line in lines:
        line.sort(key=_left)
    return lines


_left = attrgetter("x0")


def printed_over(lines: Iterable[Sequence[Word]]) -> list[list[Word]]:
    """Lines of which one is printed over the next, each as its own: no two words of a line share their room.

    Where labels overflow their rows the last line of one stands nearer to the next than lines are parted.
    """
    apart: list[list[Word]] = []
    for line in lines:
        if any(b.x0 < a.x1 - _OVER * a.size for a, b in pairwise(line)):
            apart += cluster_lines(line, tolerance=_OVER_LEVEL)
        else:
            apart.append(list(line))
    return apart


_OVER = 0.3  # em that two words of one line may overlap
_OVER_LEVEL = 0.15  # em


_EXCHANGES = frozenset({"HK", "CH", "US", "SH", "SZ", "BJ"})
_MARKED_YEAR = re.compile(r"(?:20)?\d\d[AEF]")
_TICKER = re.compile(r"\d{4,6}\.[A-Z]{2}")
_PRICES = re.compile(r"\d[\d,]*\.\d+[-~～–—]+\d[\d,]*\.\d+")


def _stands_alone(text: str) -> bool:
    return is_value(text) or is_period(text)


def _is_cell_of_its_own(left: str, right: str) -> bool:
    """Two values side by side, or a code before a name, are two cells however close they stand.

    A slash between them makes them one: `58 / 49`.
    """
    if "/" in (left, right):
        return False
    if left in _EXCHANGES and right[:1].isdigit():
        return True  # `981 HK` `688981 CH`
    if _MARKED_YEAR.fullmatch(right) and not left.endswith(("至", "年", "月")):
        return True  # `元` `2019E`: the unit over one column, the year over the next
    if _stands_alone(left) and (_stands_alone(right) or _PRICES.fullmatch(right)):
        return True
    return bool(_TICKER.fullmatch(left)) and right != "Equity"  # Bloomberg's codes: `6990.HK Equity`


def _is_one_phrase(left: Word, right: Word, gap: float) -> bool:
    space, size = right.x0 - left.x1, max(left.size, right.size)
    if space > gap * size:
        return False
    # Behind a number only the quarter em that Word puts between scripts holds a phrase together.
    if space > 0.3 * size and gap <= PHRASE_GAP and _stands_alone(left.text):
        return False
    return not _is_cell_of_its_own(left.text, right.text)


def segments_of(line: Sequence[Word], gap: float = PHRASE_GAP) -> list[Segment]:
    """Split a line at gaps wider than `gap` (em); two values or period heads never share a segment."""
    key = (gap, *map(id, line))
    known = _SEGMENTS.get(key)
    if known is None:
        if len(_SEGMENTS) >= _LINES_KEPT:
            _SEGMENTS.clear()
        known = _SEGMENTS[key] = _segmented(line, gap)
    return list(known)


def _segmented(line: Sequence[Word], gap: float) -> list[Segment]:
    groups: list[list[Word]] = []
    last: Word | None = None
    for word in line:
        if last is not None and _is_one_phrase(last, word, gap):
            groups[-1].append(word)
        else:
            groups.append([word])
        last = word
    return [
        Segment(tuple(g), join_words(g), bounds(g)) if len(g) > 1 else Segment((g[0],), g[0].text, g[0].box)
        for g in groups
    ]


def median_size(words: Sequence[Word]) -> float:
    """Median font size, 9 where there are no words."""
    return statistics.median(w.size for w in words) if words else 9.0


_LABEL_AND_VALUE = re.compile(r"(.+[)）])([-+]?\d[\d,]*(?:\.\d+)?[%％]?)")
_RANGE = r"\d[\d,]*\.\d\d[-~～–—]\d[\d,]*\.\d\d"
_TWO_RANGES = re.compile(rf"({_RANGE})({_RANGE})")
_PRICE_AND_TARGET = re.compile(rf"(\d[\d,]*\.\d\d)(N/A|{_RANGE})")


def split_off_value(word: Word) -> list[Word]:
    """What one word sets without a gap as the words of its two cells.

    A number right behind a label's closing bracket (`总股本（亿股）0.67`), and price ranges of two listings
    (`14.02-49.6040.33-104.98`: prices have two decimals, so there is one way to part them), or a price and
    the target behind it (`28.1035.00～35.00`, `28.62N/A`).
    """
    cut = _value_at(word.text)
    if not cut or len(word.char_x) != len(word.text) + 1:
        return [word]
    x = word.char_x[cut]
    return [
        word._replace(text=word.text[:cut], x1=x, char_x=word.char_x[: cut + 1]),
        word._replace(text=word.text[cut:], x0=x, char_x=word.char_x[cut:]),
    ]


@lru_cache(maxsize=20_000)
def _value_at(text: str) -> int:
    """Where the second cell's text begins, 0 where there is one cell only."""
    match = (
        _LABEL_AND_VALUE.fullmatch(text) or _TWO_RANGES.fullmatch(text) or _PRICE_AND_TARGET.fullmatch(text)
    )
    return match.end(1) if match else 0
