"""What the digits of one picture look like: numbers spelled by their marks, and readings held against them.

A picture has one typeface or a few, and the marks of a digit differ by where the pixels cut them, no more.
Laid on one another by their centres of weight, two of the same digit are all but the same (cosine 0.99 and
more on pages drawn at 150 dpi and finer), two of different digits stay under 0.92. A few numbers that the
model has read therefore say what the marks of all others are.
"""

from __future__ import annotations

import re
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Contrast = NDArray[np.int16]
    Looks = NDArray[np.float32]

INK = 40  # of 255: what differs less from its background is noise of the compression
DIGITS = "0123456789"
_NAMES = frozenset("0123456789.,%()+-xXAEFQH/")
_EDGES = (0.15, 0.25, 0.35, 0.45, 0.55)
_PITCHES = (0.62, 0.72)  # of the height of a digit: from one to the next
_BROADER = 0.15  # of the height of a digit: how much its width varies
_SHORT = 0.12  # of the height of a digit: steps from one digit to another differ by less
_SIZE = 0.12  # of the height of a digit: digits of one type are as high as one another
_ENOUGH = 3  # steps from one digit to another that tell the usual one
_BROADEST = 0.85  # of its height: no digit is wider, but a bold one beside others
_DIGIT = 0.75  # of its height: no digit is wider
_VALLEY = 0.4  # of the ink usual in a column: where letters that touch are cut
_WIDEST = 1.35  # of the height of a digit: a percent sign; Chinese characters are wider
_ALIKE = 0.98  # cosine of two marks of one digit
_APART = 0.03  # the nearest mark of another name is at least so much further
_AGAINST = 0.95  # cosine that lets a mark speak against what the model read
_KNOWN = 0.95  # cosine that lets a mark bear out what the model read
_LEVEL = 0.2  # of the height of a digit: marks of one name are as high and wide and stand as high
NUMBER = re.compile(
    r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?|[-+]?\d+(\.\d+)?[%xX]?|\((\d{1,3}(,\d{3})+|\d+)(\.\d+)?%?\)|20\d\d[AEF]"
)


class Patch(NamedTuple):
    """A rectangle of pixels: from column `x0` and row `y0` up to `x1` and `y1`."""

    x0: int
    y0: int
    x1: int
    y1: int


class Mark(NamedTuple):
    """One mark of a piece of text.

    Its look (a unit vector), how high and wide it is and how far under the foot of the digits it ends (in
    heights of a digit), and its columns.
    """

    look: Looks
    high: float
    wide: float
    under: float
    x0: int
    x1: int

    @property
    def form(self) -> float:
        """Its width in heights of its own."""
        return self.wide / self.high


class Parting(NamedTuple):
    """The marks of a piece; `cut` where letters that touch, if only by the grey of their edges, were cut.

    `forced` are cuts through strokes, by the usual width of letters.
    """

    marks: list[Mark]
    cut: bool
    forced: bool


def begins_with_bar(parting: Parting) -> bool:
    """Whether the first mark is a minus sign by its form and place."""
    first = parting.marks[0]
    flat = first.high <= 0.25 <= first.wide
    return len(parting.marks) > 1 and flat and -0.7 <= first.under <= -0.15


class Known(NamedTuple):
    """A mark with the name it was read as, and the piece it stands in."""

    mark: Mark
    name: str
    piece: int


def partings(contrast: Contrast, patch: Patch, height: float) -> Iterator[Parting]:
    """The marks of a piece as lighter columns part them; none are as wide as a Chinese character.

    Letters of a small print touch by the grey of their edges: the threshold is raised step by step, and every
    parting that differs from the one before is an answer. Letters of a bold print touch by their strokes: the
    last answers cut what is too wide where there is least ink.
    """
    import numpy as np

    cut = contrast[patch.y0 : patch.y1, patch.x0 : patch.x1]
    columns = cut.max(0)
    ink = cut.sum(0)
    known: list[list[tuple[int, int]]] = []
    for share in _EDGES:
        level = max(INK, share * columns.max())
        turns = np.flatnonzero(np.diff(np.concatenate(([0], columns > level, [0])).astype(np.int8))).tolist()
        found = list(zip(turns[::2], turns[1::2], strict=True))
        known.append(_covering(ink, found, known[0]) if known else found)
    known += [_cut(ink, known[at], pitch * height) for at in (0, 2) for pitch in _PITCHES]
    known += [_valleys(ink, known[0], height)]
    for index, spans in enumerate(known):
        narrow = all(right - left <= _WIDEST * height for left, right in spans)
        if narrow and spans not in known[:index]:
            yield Parting(_marks(cut, spans, height), index > 0, index >= len(_EDGES))


def _covering(
    ink: Any, spans: Sequence[tuple[int, int]], every: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Spans as a raised threshold parts them, each with the fainter ink around it.

    What falls under the threshold as a whole, a comma or a minus sign, stays with its neighbour, which then
    looks like nothing known: it must not be lost.
    """
    found: list[tuple[int, int]] = []
    for left, right in every:
        inner = [span for span in spans if left <= span[0] < right]
        cuts = [
            min(range(before[1], after[0] + 1), key=lambda x: int(ink[x]))
            for before, after in pairwise(inner)
        ]
        found += pairwise([left, *cuts, right])
    return found


def _cut(ink: Any, spans: Sequence[tuple[int, int]], pitch: float) -> list[tuple[int, int]]:
    """The spans, those that are about two, three … digits wide cut in so many where there is least ink."""
    found: list[tuple[int, int]] = []
    for left, right in spans:
        parts = round((right - left) / pitch)
        start = left
        for part in range(1, parts):
            middle, room = left + part * (right - left) / parts, 0.3 * pitch
            window = range(max(start + 1, round(middle - room)), min(right - 1, round(middle + room)) + 1)
            if not window:
                break
            at = min(window, key=lambda x: int(ink[x]))
            found.append((start, at))
            start = at
        found.append((start, right))
    return found


def _valleys(ink: Any, spans: Sequence[tuple[int, int]], height: float) -> list[tuple[int, int]]:
    """The spans, those that are wider than a digit cut wherever there is little ink between more."""
    import numpy as np

    found: list[tuple[int, int]] = []
    near = max(1, round(0.15 * height))
    for left, right in spans:
        start = left
        if right - left > _DIGIT * height:
            low = _VALLEY * float(np.median(ink[left:right]))
            for at in range(left + near, right - near):
                if ink[at] <= low and ink[at] == ink[at - near : at + near + 1].min() and at - start >= near:
                    found.append((start, at))
                    start = at
        found.append((start, right))
    return found


def _marks(cut: Contrast, spans: Sequence[tuple[int, int]], height: float) -> list[Mark]:
    import cv2
    import numpy as np

    found: list[tuple[Any, int, int, int, int]] = []
    side = round(1.6 * height)
    for left, right in spans:
        ink = cut[:, left:right].astype(np.float32)
        rows = np.flatnonzero((ink > INK).any(1))
        if not len(rows):
            continue
        ink[ink <= INK // 2] = 0
        across, down, all_ink = ink.sum(0), ink.sum(1), ink.sum()
        x, y = across @ np.arange(len(across)) / all_ink, down @ np.arange(len(down)) / all_ink
        centred = np.array([[1, 0, side / 2 - x], [0, 1, side / 2 - y]], np.float32)
        look = cv2.warpAffine(ink, centred, (side, side)).ravel()
        norm = float(np.linalg.norm(look))
        if norm:
            found.append((look / norm, int(rows[0]), int(rows[-1]) + 1, left, right))
    feet = [bottom for _, top, bottom, _, _ in found if 0.85 * height <= bottom - top <= 1.2 * height]
    foot = statistics.median(feet) if feet else cut.shape[0]
    return [
        Mark(
            look,
            (bottom - top) / height,
            (right - left) / height,
            (bottom - foot) / height,
            left,
            right,
        )
        for look, top, bottom, left, right in found
    ]


class Typeface:
    """The marks of one picture whose names are known from readings of the model."""

    def __init__(self, height: float) -> None:
        self._height = height
        self._known: list[Known] = []
        self._gaps: defaultdict[int, int] = defaultdict(int)
        self._steps: defaultdict[str, list[Step]] = defaultdict(list)
        self._forms: defaultdict[str, list[float]] = defaultdict(list)
        self._pitches: dict[int, float] = {}

    def learn(self, piece: int, marks: Sequence[Mark], names: str) -> None:
        """A piece that was read for certain: a name for each of its marks."""
        if len(marks) != len(names) or not _NAMES.issuperset(names) or self._swollen(piece, marks, names):
            return
        self._known += (Known(mark, name, piece) for mark, name in zip(marks, names, strict=True))
        steps = _steps(marks, names)
        for step in steps:
            self._steps[step.names].append(step)
        for mark, name in zip(marks, names, strict=True):
            self._forms[name].append(mark.form)
        if steps:
            self._pitches[piece] = statistics.median(step.pitch for step in steps)
        for (left, a), (right, b) in pairwise(zip(marks, names, strict=True)):
            if a in DIGITS and b in DIGITS:
                kind = _ones(a, b)
                self._gaps[kind] = max(self._gaps[kind], right.x0 - left.x1)

    def weed(self) -> None:
        """Forget marks that look more like those of another name than like their own: they were misread."""
        if len(self._known) < 2:
            return
        friend, stranger = self._near(self._known)
        self._known = [
            one for one, own, other in zip(self._known, friend, stranger, strict=True) if own > other
        ]

    def spelled(self, pieces: Sequence[tuple[int, Sequence[Mark]]]) -> list[str | None]:
        """The number in each piece, None where one of its marks is in doubt or the whole is no number.

        What was learnt from a piece itself does not count for it.
        """
        if not self._known or not pieces:
            return [None] * len(pieces)
        marks = [mark for _, piece in pieces for mark in piece]
        names = iter(self._named(marks, [number for number, piece in pieces for _ in piece]))
        found: list[str | None] = []
        for number, piece in pieces:
            text = [next(names) for _ in piece]
            sure = all(text) and self._close(number, piece, "".join(map(str, text)))
            found.append("".join(map(str, text)) if sure else None)
        return found

    def bears_out(self, piece: int, parting: Parting, names: str) -> bool | None:
        """Whether each digit of a reading looks most like others read so; None where nothing like it is.

        False is a contradiction: a mark of another name, read elsewhere, is nearer than any of its own, or a
        digit has room for a sign or a point beside it. Marks that were cut apart may be cut in the wrong
        place: they contradict nothing.
        """
        if not parting.cut and self._swollen(piece, parting.marks, names):
            return False
        marks = zip(parting.marks, names, strict=True)
        digits = [Known(mark, name, piece) for mark, name in marks if name in DIGITS]
        if not digits or not self._known:
            return None
        friend, stranger = self._near(digits)
        if any(
            other >= _AGAINST and other > own + _APART for own, other in zip(friend, stranger, strict=True)
        ):
            return None if parting.cut else False
        return True if all(own >= _KNOWN for own in friend) else None

    def _close(self, piece: int, marks: Sequence[Mark], text: str) -> bool:
        """Whether it is a number as one prints them, no gap between digits wide enough for a lost point."""
        if not NUMBER.fullmatch(text) or self._swollen(piece, marks, text):
            return False
        steps = pairwise(zip(marks, text, strict=True))
        return all(
            right.x0 - left.x1 <= self._gaps.get(_ones(a, b), -1)
            for (left, a), (right, b) in steps
            if a in DIGITS and b in DIGITS
        )

    def _swollen(self, piece: int, marks: Sequence[Mark], names: str) -> bool:
        """Whether a digit is too wide for one, or digits stand at other distances than in other numbers.

        A sign or a point that touches a digit is part of its mark, and goes unnoticed by all that compares
        one such mark with another. Half of a digit stands nearer to the other half than two digits do.
        """
        digits = [(mark, name) for mark, name in zip(marks, names, strict=True) if name in DIGITS]
        if any(mark.wide > _BROADEST * max(1, mark.high) for mark, name in digits):
            return True
        if any(self._broader(mark, name) for mark, name in digits):
            return True
        room = max(1.2, _SHORT * self._height)
        off = [
            (step, step.edges - statistics.median(known))
            for step in _steps(marks, names)
            if len(known := self._usual(step)) >= _ENOUGH
        ]
        ways = [way for _, way in off]
        if len(ways) > 1 and max(ways) - min(ways) <= room:
            return False  # another type
        return any(abs(way) > room and not self._in_type(step, piece, room) for step, way in off)

    def _usual(self, step: Step) -> list[int]:
        """The steps between the same digits of about the same height."""
        known = self._steps.get(step.names, [])
        return [other.edges for other in known if abs(other.high - step.high) <= _SIZE]

    def _broader(self, mark: Mark, name: str) -> bool:
        """Whether a digit is too broad for its height, as the point makes it that touches it."""
        known = self._forms.get(name, [])
        if len(known) < _ENOUGH:
            return False
        more = (mark.form - statistics.median(known)) * mark.high * self._height
        return more > max(1.6, _BROADER * self._height)

    def _in_type(self, step: Step, piece: int, room: float) -> bool:
        """Whether two digits stand as far from one another as in the pieces that print them in the same type.

        A page has bold rows and heads of another size; steps between digits are theirs, not the page's.
        """
        marks = [Known(mark, name, piece) for mark, name in zip(step.marks, step.names, strict=True)]
        cosine = self._likeness([one.mark for one in marks], [piece] * len(marks))
        for one, row in zip(marks, cosine, strict=True):
            alike = [
                known
                for known, like in zip(self._known, row, strict=True)
                if like >= _ALIKE and known.name == one.name and known.piece in self._pitches
            ]
            if len({known.piece for known in alike}) < _ENOUGH:
                return False
            pitch = statistics.median(self._pitches[known.piece] for known in alike)
            if abs(step.pitch - pitch) > room:
                return False
        return True

    def _likeness(self, marks: Sequence[Mark], numbers: Sequence[int]) -> Any:
        """The cosine of each of `marks` with each known one; -1 in the same piece and where sizes differ."""
        import numpy as np

        known = [one.mark for one in self._known]
        cosine = np.stack([mark.look for mark in marks]) @ np.stack([mark.look for mark in known]).T
        for at in (1, 2, 3):
            here, there = (np.array([mark[at] for mark in group], np.float32) for group in (marks, known))
            cosine[np.abs(here[:, None] - there[None, :]) > _LEVEL] = -1
        owners = np.array([one.piece for one in self._known])
        cosine[np.array(numbers)[:, None] == owners[None, :]] = -1
        return cosine

    def _named(self, marks: Sequence[Mark], numbers: Sequence[int]) -> list[str | None]:
        import numpy as np

        cosine = self._likeness(marks, numbers)
        names = np.array([one.name for one in self._known])
        kinds = np.unique(names)
        best = np.stack([cosine[:, names == kind].max(1) for kind in kinds], 1)
        order = best.argsort(1)
        rows = np.arange(len(marks))
        first = best[rows, order[:, -1]]
        second = best[rows, order[:, -2]] if len(kinds) > 1 else np.full(len(marks), -1.0)
        witnesses = np.stack([(cosine[:, names == kind] >= _ALIKE).sum(1) for kind in kinds], 1)
        sure = (first >= _ALIKE) & (first - second >= _APART) & (witnesses[rows, order[:, -1]] >= 2)
        return [str(kinds[at]) if yes else None for at, yes in zip(order[:, -1], sure, strict=True)]

    def _near(self, as_read: Sequence[Known]) -> tuple[Any, Any]:
        """For each mark the nearest known one of its own name in another piece, and of any other name."""
        import numpy as np

        cosine = self._likeness([one.mark for one in as_read], [one.piece for one in as_read])
        own, names = (np.array([one.name for one in group]) for group in (as_read, self._known))
        same = own[:, None] == names[None, :]
        return np.where(same, cosine, -1).max(1), np.where(same, -1, cosine).max(1)


class Step(NamedTuple):
    """Two digits in a row: the way from left edge to left edge, and from middle to middle, pixels."""

    names: str
    marks: tuple[Mark, Mark]
    edges: int
    pitch: float

    @property
    def high(self) -> float:
        """The height of the lower one: a mark may have what stands above or below it."""
        return min(mark.high for mark in self.marks)


def _steps(marks: Sequence[Mark], names: str) -> list[Step]:
    pairs = pairwise(zip(marks, names, strict=True))
    return [
        Step(a + b, (left, right), right.x0 - left.x0, (right.x0 + right.x1 - left.x0 - left.x1) / 2)
        for (left, a), (right, b) in pairs
        if a in DIGITS and b in DIGITS
    ]


def _ones(a: str, b: str) -> int:
    """How many of two digits are ones: beside a one the gap is wider."""
    return (a == "1") + (b == "1")
