"""The lines of a cover as a reader takes them in: pieces of a baseline, vertical strips, labels, values."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from pipeline.errors import ConfigError
from pipeline.meaning.lexicon import SIMPLIFIED, compile_pattern, plain, read_rows
from pipeline.reading.page import Page, Word

# A gap wider than this many ems starts another piece: a space has 0.25 to 0.5 em, the cells of a box more.
PIECE_GAP = 1.25
GUTTER = 0.75  # the same where the size changes at the gap
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")
_STROKES = str.maketrans("丨▏¦│", "||||")  # bars as houses print them, one of them a Chinese stroke
_OPEN = 16  # so many pieces to the left may still go on: those of a row, and of one set a little higher
_STRIP_LENGTH = 4  # fewer stacked single characters than this are no vertical strip


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of a printed line: words of one baseline with no gap of a column between them."""

    text: str  # as printed, letter spacing removed
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool
    tight: str = field(init=False, compare=False, repr=False)  # without spaces, in compatibility form
    # `tight` in simplified characters, each at its place in `tight`: what words are looked for in.
    simple: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Every finder asks every line for them: once here instead of nine times.
        object.__setattr__(self, "tight", tight(self.text))
        object.__setattr__(self, "simple", self.tight.translate(SIMPLIFIED))

    @property
    def width(self) -> float:
        """Horizontal extent in points."""
        return self.x1 - self.x0

    @property
    def yc(self) -> float:
        """Vertical centre."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Cover:
    """A page taken apart for reading facts off it."""

    width: float
    height: float
    lines: tuple[Line, ...]  # from the top, each row from the left, without the strips
    strips: tuple[str, ...]  # text set vertically at the margin, from the top
    body_size: float  # the size in which most characters are set
    main: tuple[float, float]  # x range of the column of running text
    own: tuple[Line, ...] = field(init=False, compare=False, repr=False)  # in no list of earlier reports
    latin: bool = field(init=False, compare=False, repr=False)  # whether it is written in a Latin script

    def __post_init__(self) -> None:
        blocks = _related_blocks(self)
        own = tuple(line for line in self.lines if not _in_related(line, blocks))
        object.__setattr__(self, "own", own)
        text = "".join(line.text for line in self.lines)
        wide = len(_WIDE.findall(text))
        object.__setattr__(self, "latin", 4 * wide < sum(map(str.isalpha, text)) - wide)

    def left_of(self, line: Line, reach: float = 150.0) -> list[Line]:
        """The pieces on the same row to the left of `line`, nearest first, at most `reach` points away."""
        row = [
            other
            for other in self.lines
            if other is not line
            and other.x1 <= line.x0 + 0.6 * line.size
            and line.x0 - other.x1 <= reach
            and abs(other.yc - line.yc) <= 0.5 * max(other.size, line.size)
        ]
        return sorted(row, key=lambda other: -other.x0)

    def below(self, line: Line) -> Line | None:
        """The piece right below `line` that starts where it does."""
        under = [
            other
            for other in self.lines
            if abs(other.x0 - line.x0) <= 8 and 0 < other.top - line.top <= 2.2 * max(other.size, line.size)
        ]
        return min(under, key=lambda other: other.top, default=None)

    def right_of(self, line: Line, reach: float = 260.0) -> list[Line]:
        """The pieces on the same row to the right of `line`, nearest first, at most `reach` points away."""
        row = [
            other
            for other in self.lines
            if other is not line
            and other.x0 >= line.x1 - 0.6 * line.size  # a colon is often set over the label's last bracket
            and other.x0 - line.x1 <= reach
            and abs(other.yc - line.yc) <= 0.5 * max(other.size, line.size)
        ]
        return sorted(row, key=lambda other: other.x0)


@lru_cache(maxsize=16384)
def tight(text: str) -> str:
    """`text` without spaces, compatibility forms and bars unified, case kept."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).translate(_STROKES)


def joined(texts: Iterable[str]) -> str:
    """Lines of one wrapped text as one: a space only where a Latin word or number meets a Chinese one."""
    whole = ""
    for text in texts:
        if whole and text:
            left, right = whole[-1], text[0]
            gap = (left.isalnum() and right.isalnum()) and not (_WIDE.match(left) and _WIDE.match(right))
            whole += " " if gap else ""
        whole += text
    return whole


def _baseline(word: Word) -> float:
    return word.bottom - 0.14 * word.size  # `Word` boxes hang 0.14 em below the baseline


def _strips(words: Sequence[Word]) -> list[list[Word]]:
    """Columns of single characters stacked at one x: the spine of a cover."""
    at: dict[int, list[Word]] = {}
    for word in words:
        if len(word.text) == 1 and (_WIDE.match(word.text) or word.text in "｜|│"):
            at.setdefault(round(word.x0 / 2), []).append(word)
    strips: list[list[Word]] = []
    for column in at.values():
        column.sort(key=lambda w: w.top)
        run: list[Word] = []
        for word in column:
            # A blank between two parts of a spine is up to six characters high.
            if run and (
                word.top - run[-1].top > 13 * word.size or abs(word.size - run[-1].size) > 0.2 * word.size
            ):
                strips.append(run)
                run = []
            run.append(word)
        strips.append(run)
    return [run for run in strips if len({w.text for w in run}) >= _STRIP_LENGTH and _stacked(run)]


def _stacked(run: Sequence[Word]) -> bool:
    """Whether most characters follow the one above closely: a spine, not the units at a box's edge."""
    close = sum(1 for a, b in pairwise(run) if b.top - a.top <= 1.5 * b.size)
    return close >= 0.6 * (len(run) - 1)


def _spaced(before: Word, after: Word) -> bool:
    """Whether a printed space parts two words; single Chinese characters apart are letter spacing (公 司)."""
    if after.x0 - before.x1 <= 0.2 * after.size:
        return False
    both = _WIDE.match(before.text[-1]) and _WIDE.match(after.text[0])
    return not (both and 1 in (len(before.text), len(after.text)))


def _line(words: Sequence[Word]) -> Line:
    if len(words) == 1:
        [word] = words
        return Line(word.text, word.x0, word.top, word.x1, word.bottom, word.size, word.bold)
    text = words[0].text
    for before, after in pairwise(words):
        text += (" " if _spaced(before, after) else "") + after.text
    heavy = sum(len(w.text) for w in words if w.bold)
    return Line(
        text=text,
        x0=min(w.x0 for w in words),
        top=min(w.top for w in words),
        x1=max(w.x1 for w in words),
        bottom=max(w.bottom for w in words),
        size=max(w.size for w in words),
        bold=2 * heavy > sum(len(w.text) for w in words),
    )


def _pieces(words: Iterable[Word]) -> list[list[Word]]:
    """Words grouped by baseline and gap; words come lines from the top, each from the left."""
    pieces: list[list[Word]] = []
    latest: list[tuple[float, int, Word]] = []  # of the last pieces: baseline, place, last word
    for word in words:
        baseline = _baseline(word)
        nearest = word.x0 - PIECE_GAP * word.size  # what ends further to the left does not go on
        for at in range(len(latest) - 1, -1, -1):
            stands, place, last = latest[at]
            if last.x1 < nearest:
                continue
            if abs(baseline - stands) < 0.25 * max(last.size, word.size) and _goes_on(last, word):
                pieces[place].append(word)
                latest[at] = baseline, place, word
                break
        else:
            latest.append((baseline, len(pieces), word))
            pieces.append([word])
            del latest[:-_OPEN]
    return pieces


def _goes_on(last: Word, word: Word) -> bool:
    """Whether a word of the same baseline belongs to the piece that ends with `last`."""
    size = max(last.size, word.size)
    small = min(last.size, word.size)
    # A change of size at a gap is the gutter between the running text and the side box.
    reach = (PIECE_GAP if size - small <= 0.06 * size else GUTTER) * small
    return -0.5 * size < word.x0 - last.x1 <= reach and small > 0.6 * size


def _main_column(lines: Sequence[Line], width: float) -> tuple[float, float]:
    """The x range of the running text: where the most characters of long lines start and end."""
    long = [line for line in lines if len(line.tight) >= 18]
    if not long:
        return 0.0, width
    starts: Counter[int] = Counter()
    for line in long:
        starts[round(line.x0 / 25)] += len(line.tight)
    best = max(starts, key=lambda k: starts[k] + starts[k + 1])
    column = [line for line in long if round(line.x0 / 25) in (best, best + 1)]
    ends = sorted(line.x1 for line in column)
    return min(line.x0 for line in column), ends[len(ends) // 2]


def read_cover_page(page: Page) -> Cover:
    """Take a page's words apart into lines and strips."""
    strips = _strips(page.words)
    spine = {id(word) for run in strips for word in run}
    words = [word for word in page.words if id(word) not in spine]
    lines = sorted((_line(piece) for piece in _pieces(words)), key=lambda line: (round(line.top), line.x0))
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[round(word.size * 2) / 2] += len(word.text)
    return Cover(
        width=page.width,
        height=page.height,
        lines=tuple(lines),
        strips=tuple(
            "".join(word.text for word in run) for run in sorted(strips, key=lambda r: (r[0].x0, r[0].top))
        ),
        body_size=max(sizes, key=lambda s: sizes[s]) if sizes else 0.0,
        main=_main_column(lines, page.width),
    )


@lru_cache(maxsize=4)
def _vocabulary(name: str) -> dict[str, re.Pattern[str]]:
    found: dict[str, list[str]] = {}
    for pattern, what in read_rows(name, ("pattern", "what")):
        compile_pattern(name, pattern)
        found.setdefault(what, []).append(pattern)
    return {
        what: re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE)
        for what, patterns in found.items()
    }


def words_for(what: str) -> re.Pattern[str]:
    """The pattern of `cover_words.csv` for `what`; ConfigError when the file has no such row."""
    try:
        return _vocabulary("cover_words.csv")[what]
    except KeyError:
        raise ConfigError(
            f"vocabulary/cover_words.csv: no row says {what!r}, which reading a cover needs"
        ) from None


def is_head(text: str) -> bool:
    """Whether a line is a head, a banner or the name of a department rather than a sentence."""
    clean = plain(text)
    return any(pattern.fullmatch(clean) for pattern in _vocabulary("cover_heads.csv").values())


@lru_cache(maxsize=1)
def _type_words() -> re.Pattern[str]:
    words = sorted((w for (w,) in read_rows("cover_type_words.csv", ("word",))), key=len, reverse=True)
    mark = r"(?:19|20)?\d\d(?:[年aef]|[qh][1-4])?|[1-4][qh](?:\d\d)?|[qh][1-4]|\d{1,2}"
    return re.compile("|".join([*map(re.escape, words), mark, r"[^\w]+", "_"]), re.IGNORECASE)


def only_type(text: str) -> bool:
    """Whether a text only says what kind of report this is: `2025年一季报点评`, `——公司首次覆盖报告`."""
    return not _type_words().sub("", plain(text).translate(_STROKES))


def _related_blocks(cover: Cover) -> list[tuple[float, float, float]]:
    """Where earlier reports are listed: left edge, top and right edge of each list; it runs down the page."""
    head = words_for("related_head")
    return [
        (line.x0 - 12.0, line.top - 1.0, line.x0 + max(line.width, 220.0))
        for line in cover.lines
        if line.top > 0.15 * cover.height and head.fullmatch(plain(line.text).strip("：: "))
    ]


def _in_related(line: Line, blocks: Sequence[tuple[float, float, float]]) -> bool:
    """Whether a line stands in a list of earlier reports."""
    return any(x0 <= line.x0 <= x1 and line.top >= top for x0, top, x1 in blocks)
