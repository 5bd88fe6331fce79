"""Text in pictures made of pixels: where its pieces stand, what they say, and which digits are beyond doubt.

A table pasted as a picture has flat backgrounds and one typeface. What differs from the background around it
is ink; ink without a wide gap is a piece of text. The model reads every piece; every digit is then held
against all others of the picture, and where the one most like it was read otherwise, the piece is in doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from pipeline.reading.digits import LIKE, likeness
from pipeline.reading.marks import INK, NUMBER, Mark, Parting, Patch, Typeface, begins_with_bar, partings
from pipeline.reading.pieces import (
    CJK,
    FIGURE_ROWS,
    Piece,
    Pieces,
    has_figures,
    is_number,
    looks_like_table,
    rows_of,
    without_lost_commas,
    years_in_a_row,
)
from pipeline.reading.recogniser import Reading, recognise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.reading.pictures import Grey

    Contrast = NDArray[np.int16]

_BIN = 8  # greys this near one another are one background
_STROKE = 0.6  # of the height of a digit; strokes are thinner, also those of a bold print
_GAP = 0.9  # of the height of a digit: gaps within a piece of text are narrower
_OFF = 0.45  # of the height of a digit: a character is read no further from its mark
# Where a cell may end within a piece, and the gap that shows it, in heights of a digit: between a number and
# a label, after a percent sign, a bracket or the letter of a year, before a sign, between digits (no point
# has room for more).
_TWO = re.compile(
    r"([-+(]?\d[\d,.]*[%)A-Z]*)[\u2e80-\u9fff].*|([\u2e80-\u9fff][^\d]*)(?<![-+(])[-+(]?\d[\d,.]*[%)]*"
)
_LABEL = 0.4
_LETTERED = re.compile(r"(19|20)\d\d[三目日王巨]")  # a year with the letter E, in print that is very coarse
_TURNS = (
    (re.compile(r"((?<=[%)])|(?<=\d{4}[AEF]))(?=[-+(\d])"), 0.1),
    (re.compile(r"(?<=\d)(?=[-+(\d])"), 0.6),
)
_CLEAR = 0.8  # of the pieces of a table are read with so much certainty; of a drawing, about half
_SURE, _VERY_SURE = 0.5, 0.9
_MARGINS = (1.0, 0.5)
_DIGITS = 0.6  # of the letters of a number
_LESSON = 40  # numbers that the model reads before others are spelled


def _background(grey: Grey, height: float) -> Grey:
    """The grey behind each pixel: that of the nearest area of one grey that is thicker than a stroke.

    An area takes in what is joined to it, be it as thin as the end of a band beside its last letter; strokes
    and the insides of letters are joined to none.
    """
    import cv2
    import numpy as np

    counts = np.bincount(grey.ravel(), minlength=256)
    bins = counts.reshape(-1, _BIN).sum(1)
    thick = np.ones((max(3, round(_STROKE * height)),) * 2, np.uint8)
    behind = np.zeros(grey.shape, np.bool_)
    level = np.zeros_like(grey)
    for index in np.argsort(bins)[::-1].tolist():
        if bins[index] < 0.005 * grey.size:
            break
        most = index * _BIN + int(counts[index * _BIN : (index + 1) * _BIN].argmax())
        same = cv2.inRange(grey, max(most - _BIN, 0), min(most + _BIN, 255))
        same[behind] = 0
        _, labels = cv2.connectedComponents(same, connectivity=4)
        areas = np.zeros(int(labels.max()) + 1, np.bool_)
        areas[labels[cv2.erode(same, thick) > 0]] = True
        areas[0] = False
        found = areas[labels]
        behind |= found
        level[found] = most
    if not behind.any():
        return np.full_like(grey, int(counts.argmax()))
    _, nearest = cv2.distanceTransformWithLabels(
        (~behind).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_label = np.zeros(int(nearest.max()) + 1, np.uint8)
    by_label[nearest[behind]] = level[behind]
    filled: Grey = by_label[nearest]
    return filled


def _contrast(grey: Grey) -> Contrast:
    """How far each pixel differs from its background."""
    import cv2
    import numpy as np

    most = int(np.bincount(grey.ravel(), minlength=256).argmax())
    wide = grey.astype(np.int16)
    _, _, stats, _ = cv2.connectedComponentsWithStats((np.abs(wide - most) > INK).astype(np.uint8))
    height = _letter_height(stats)
    behind = np.int16(most) if height is None else _background(grey, height).astype(np.int16)
    contrast: Contrast = np.abs(wide - behind)
    return contrast


def _letter_height(stats: Any) -> float | None:
    """The height of a digit in pixels: what most marks of the picture measure."""
    import numpy as np

    heights, widths = stats[1:, 3], stats[1:, 2]
    letters = heights[(heights >= 5) & (heights <= 60) & (widths <= 2 * heights)]
    return float(np.median(letters)) if len(letters) >= 20 else None


def pieces_of(grey: Grey) -> tuple[list[Patch], Contrast, float]:
    """The places of text in a picture, its contrast, and the height of a digit; no places where none is."""
    import cv2
    import numpy as np

    contrast = _contrast(grey)
    ink = (contrast > INK).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height = _letter_height(stats)
    if height is None:
        return [], contrast, 0.0
    # No stroke of a character is as long as a rule. What then is still much higher than a line is a drawing.
    for size in ((round(1.45 * height), 1), (1, round(3.5 * height))):
        rule = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(size, np.uint8))
        ink[rule > 0] = 0
        contrast[cv2.dilate(rule, np.ones((1, 3), np.uint8)) > 0] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    drawn = stats[:, 3] > 2.5 * height
    drawn[0] = True
    ink[drawn[labels]] = 0
    width = max(3, round(_GAP * height)) | 1
    # Opening the frame first keeps the closing from running into the edges of the picture.
    framed = cv2.copyMakeBorder(ink, 0, 0, width, width, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(framed, cv2.MORPH_CLOSE, np.ones((1, width), np.uint8))[:, width:-width]
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    found: list[Patch] = []
    for x, y, wide, high, _ in stats[1:count].tolist():
        found += _split(ink, Patch(x, y, x + wide, y + high), height)
    found = _gathered(found, height)
    letters = [p for p in found if 0.7 * height <= p.y1 - p.y0 <= 2.5 * height]
    return letters + [p for p in found if _is_dash(p, letters, height)], contrast, height


def _split(ink: Any, patch: Patch, height: float) -> list[Patch]:
    """Lines that touch, parted where the fewest pixels are."""
    import numpy as np

    if patch.y1 - patch.y0 < 1.9 * height:
        return [patch]
    rows = ink[patch.y0 : patch.y1, patch.x0 : patch.x1].sum(1)
    edge = round(0.8 * height)
    inner = rows[edge:-edge]
    if not len(inner):
        return [patch]
    cut = patch.y0 + edge + int(np.argmin(inner))
    return [
        part
        for half in (patch._replace(y1=cut), patch._replace(y0=cut))
        if half.y1 - half.y0 > 1
        for part in _split(ink, half, height)
    ]


def _gathered(patches: Sequence[Patch], height: float) -> list[Patch]:
    """Patches of one line that overlap or touch: marks above and under one another, points beside digits."""
    found: list[Patch] = []
    for patch in sorted(patches, key=lambda p: (p.x0, p.y0)):
        for index, other in enumerate(found):
            beside = patch.x0 - other.x1 <= _GAP * height
            top, bottom = min(patch.y0, other.y0), max(patch.y1, other.y1)
            if (
                beside
                and bottom - top <= 1.7 * height
                and min(patch.y1, other.y1) > max(patch.y0, other.y0) - 2
            ):
                found[index] = Patch(min(patch.x0, other.x0), top, max(patch.x1, other.x1), bottom)
                break
        else:
            found.append(patch)
    return found


def _is_dash(patch: Patch, letters: Sequence[Patch], height: float) -> bool:
    """Whether it is a dash that stands alone, at half the height of a line; edges of bands are not."""
    high, wide = patch.y1 - patch.y0, patch.x1 - patch.x0
    flat = high <= 0.4 * height and max(2 * high, 0.3 * height) <= wide <= 2.2 * height
    middle = patch.y0 + patch.y1
    return flat and any(abs(middle - p.y0 - p.y1) <= 0.6 * height for p in letters)


def _picture(contrast: Contrast, patch: Patch, margin: float, height: float) -> Grey:
    """A piece dark on light, whatever its colours, with room around it."""
    import numpy as np

    cut = contrast[patch.y0 : patch.y1, patch.x0 : patch.x1].astype(np.float32)
    lacking = max(0, round(height) - cut.shape[0])  # a dash keeps its size beside letters
    pad = _room(patch, margin, height)
    above, below = pad + (lacking + 1) // 2, pad + lacking // 2
    cut = np.pad(cut / max(float(cut.max()), 1.0), ((above, below), (pad + 1, pad + 1)))
    return (255 - 255 * cut).astype(np.uint8)


def _room(patch: Patch, margin: float, height: float) -> int:
    """The pixels left free on each side of a piece."""
    return max(1, round(margin * max(height, patch.y1 - patch.y0) / 2))


def _read_once(contrast: Contrast, patches: Sequence[Patch], margin: float, height: float) -> list[Reading]:
    """What stands in each patch; patches with the same pixels are read once."""
    pictures = [_picture(contrast, patch, margin, height) for patch in patches]
    keys = [(picture.shape, picture.tobytes()) for picture in pictures]
    distinct = dict(zip(keys, pictures, strict=True))
    readings = dict(zip(distinct, recognise(list(distinct.values())), strict=True))
    return [Reading(tuple(sign for sign in readings[key].signs if not sign.text.isspace())) for key in keys]


def shows_figures(contrast: Contrast, patches: Sequence[Patch], height: float) -> bool:
    """Whether several rows hold several pieces whose marks look like digits: others need no model.

    What a row begins with does not count: it is the label of a table, or the axis of a chart.
    """
    full = 0
    for row in rows_of(patches, height):
        figures = (patch for patch in sorted(row)[1:] if _looks_like_number(contrast, patch, height))
        full += len(list(islice(figures, 2))) == 2
        if full == FIGURE_ROWS:
            return True
    return False


def _looks_like_number(contrast: Contrast, patch: Patch, height: float) -> bool:
    import numpy as np

    tall: list[Mark] = []
    for parting in partings(contrast, patch, height):
        tall = [mark for mark in parting.marks if 0.75 <= mark.high <= 1.3 and mark.wide <= 0.9]
        if len(tall) >= max(2, 0.5 * len(parting.marks)):
            break
    else:
        return False
    cut = contrast[patch.y0 : patch.y1, patch.x0 : patch.x1].astype(np.float32)
    alike = 0
    for mark in tall:
        ink = cut[:, mark.x0 : mark.x1]
        alike += likeness((255 * ink / max(float(ink.max()), 1.0)).astype(np.uint8)) >= LIKE
    return alike >= max(2, _DIGITS * len(tall))


def read_pieces(grey: Grey, *, anything: bool = False) -> Pieces:
    """The text of a picture; nothing where it does not look like a table and `anything` is false."""
    patches, contrast, height = pieces_of(grey)
    if not patches:
        return Pieces([], 0.0)
    if not anything and not (looks_like_table(patches, height) and shows_figures(contrast, patches, height)):
        return Pieces([], 0.0)
    found = _Reading(contrast, patches, height)
    found.spell()
    found.read_rest()
    if not anything and found.clear() < _CLEAR:
        return Pieces([], 0.0)
    pieces = years_in_a_row([piece for piece in found.pieces() if piece.text], height)
    pieces = without_lost_commas(pieces, height)
    return Pieces(pieces if anything or has_figures(pieces, height) else [], height)


class _Reading:
    """One picture being read: numbers by their marks as far as that goes, the rest by the model."""

    def __init__(self, contrast: Contrast, patches: Sequence[Patch], height: float) -> None:
        self._contrast, self._patches, self._height = contrast, list(patches), height
        self._typeface = Typeface(height)
        self._partings = [list(partings(contrast, patch, height)) for patch in patches]
        self._spelled: dict[int, str] = {}
        self._readings: dict[int, Reading] = {}

    def spell(self) -> None:
        """Have the model read some numbers, spell the others by what their marks look like, and so on."""
        left = [
            index
            for index, tried in enumerate(self._partings)
            if any(len(parting.marks) > 1 for parting in tried)
        ]
        while len(left) > _LESSON:
            lesson = left[:: max(1, round(len(left) / _LESSON))]
            self._recognise(lesson)
            taught = set(lesson)
            left = [index for index in left if index not in taught]
            before = len(left)
            left = self._spell(left)
            if before - len(left) < _LESSON:
                break

    def _spell(self, indexes: Sequence[int]) -> list[int]:
        """Those of the pieces that cannot be spelled."""
        self._spelled |= self._by_marks(indexes)
        return [index for index in indexes if index not in self._spelled]

    def _by_marks(self, indexes: Sequence[int]) -> dict[int, str]:
        """The numbers that the marks of pieces make, where they are beyond doubt."""
        tried = [
            (index, parting.marks)
            for index in indexes
            for parting in self._partings[index]
            if len(parting.marks) > 1
        ]
        found: dict[int, str] = {}
        for (index, _), text in zip(tried, self._typeface.spelled(tried), strict=True):
            if text is not None:
                found.setdefault(index, text)
        return found

    def read_rest(self) -> None:
        """Have the model read what is neither read nor spelled, and again what proves to be two pieces."""
        self._recognise(self._open())
        for index in sorted(self._readings):
            first, *others = self._apart(self._patches[index], self._readings[index])
            if others:
                del self._readings[index]
                self._patches[index] = first
                self._partings[index] = list(partings(self._contrast, first, self._height))
                self._patches += others
                self._partings += (list(partings(self._contrast, part, self._height)) for part in others)
        self._recognise(self._spell(self._open()))

    def _open(self) -> list[int]:
        every = range(len(self._patches))
        return [index for index in every if index not in self._spelled and index not in self._readings]

    def _apart(self, patch: Patch, reading: Reading) -> list[Patch]:
        """The piece, or its parts where cells of a table stand so close that they were taken for one."""
        import numpy as np

        text = "".join(unicodedata.normalize("NFKC", sign.text)[:1] for sign in reading.signs)
        if not (turns := _turns(text)):
            return [patch]
        places = self._places(patch, reading)
        columns = (self._contrast[patch.y0 : patch.y1, patch.x0 : patch.x1] > INK).any(0)
        gaps = [(b - a - 1, a + 1, b) for a, b in pairwise(np.flatnonzero(columns).tolist())]
        parts = [patch]
        for at, least in turns:
            inside = [gap for gap in gaps if places[at - 1] < (gap[1] + gap[2]) / 2 < places[at]]
            gap, left, right = max(inside, default=(0, 0, 0))
            if gap >= max(1, least * self._height):
                last = parts.pop()
                parts += [last._replace(x1=patch.x0 + left), last._replace(x0=patch.x0 + right)]
        return parts

    def _recognise(self, indexes: Sequence[int]) -> None:
        for index, reading in zip(indexes, self._read(indexes, _MARGINS[0]), strict=True):
            self._readings[index] = reading
            parting = self._parted(index, reading)
            if reading.sure >= _VERY_SURE and parting and not parting.forced:
                self._typeface.learn(index, parting.marks, _plain(reading))
        self._typeface.weed()

    def _read(self, indexes: Sequence[int], margin: float) -> list[Reading]:
        return _read_once(self._contrast, [self._patches[index] for index in indexes], margin, self._height)

    def _parted(self, index: int, reading: Reading) -> Parting | None:
        """The marks of a piece, if they can be parted so that each stands where a character was read."""
        text, patch = _plain(reading), self._patches[index]
        if len(text) != len(reading.signs):
            return None
        places = self._places(patch, reading)
        for parting in self._partings[index]:
            middles = [(mark.x0 + mark.x1) / 2 for mark in parting.marks]
            if len(middles) == len(places) and all(
                abs(middle - place) < _OFF * self._height
                for middle, place in zip(middles, places, strict=True)
            ):
                return parting
        return None

    def _places(self, patch: Patch, reading: Reading) -> list[float]:
        """Where the characters of a piece were read, columns from its left edge."""
        room = _room(patch, _MARGINS[0], self._height) + 1
        wide = patch.x1 - patch.x0 + 2 * room
        return [sign.at * wide - room for sign in reading.signs]

    def _borne_out(self, index: int, reading: Reading) -> bool | None:
        text = _plain(reading)
        if text[:1].isdigit() and any(begins_with_bar(parting) for parting in self._partings[index]):
            return False
        parting = self._parted(index, reading)
        return self._typeface.bears_out(index, parting, text) if parting else None

    def clear(self) -> float:
        """The share of the pieces that were read with some certainty."""
        sure = sum(reading.sure >= _CLEAR for reading in self._readings.values())
        return (len(self._spelled) + sure) / len(self._patches)

    def pieces(self) -> list[Piece]:
        """All pieces in their order, those in doubt after a second look."""
        borne_out = {
            index: self._borne_out(index, reading)
            for index, reading in self._readings.items()
            if is_number(reading.text)
        }
        numbers = [index for index, reading in self._readings.items() if not CJK.search(reading.text)]
        by_marks = {
            index: text
            for index, text in self._by_marks(numbers).items()
            if borne_out.get(index) is not False
        }
        doubted, unclear = set(), set()
        for index, reading in self._readings.items():
            if is_number(reading.text) or _LETTERED.fullmatch(reading.text):
                if by_marks.get(index) != _plain(reading) and (
                    not borne_out.get(index) or reading.sure < _SURE or not _plain(reading).isascii()
                ):
                    doubted.add(index)
            elif reading.sure < _VERY_SURE and CJK.search(reading.text):
                unclear.add(index)
        second = sorted(doubted | unclear)
        other = dict(zip(second, self._read(second, _MARGINS[1]), strict=True))
        pieces: list[Piece] = []
        for index, patch in enumerate(self._patches):
            if index in self._spelled:
                pieces.append(Piece(patch, self._spelled[index], True))
                continue
            reading = self._readings[index]
            if index in by_marks and not NUMBER.fullmatch(_plain(reading)):
                pieces.append(Piece(patch, by_marks[index], True))
            elif index in doubted:
                text, twin = _plain(reading), _plain(other[index])
                twin = by_marks.get(index, twin)
                both = min(reading.sure, other[index].sure) >= _VERY_SURE
                sure = (
                    twin == text and text[-1:] not in "-+(.," and borne_out.get(index) is not False and both
                )
                pieces.append(Piece(patch, text, sure, "" if twin == text else twin))
            elif index in unclear:
                first, then = sorted((reading, other[index]), key=lambda r: -r.sure)
                number = is_number(first.text) or _LETTERED.fullmatch(first.text)
                pieces.append(Piece(patch, first.text, not number, then.text if number else ""))
            else:
                pieces.append(Piece(patch, _plain(reading), True))
        return pieces


def _turns(text: str) -> list[tuple[int, float]]:
    """Before which characters another cell may begin, and how wide the gap must then be."""
    if _LETTERED.fullmatch(text):
        return []
    if found := _TWO.fullmatch(text):
        return [(next(found.end(part) for part in (1, 2) if found[part]), _LABEL)]
    if CJK.search(text) or not any(char.isdigit() for char in text):
        return []
    return sorted((found.start(), least) for turn, least in _TURNS for found in turn.finditer(text))


def _plain(reading: Reading) -> str:
    """The text as read; what else stands at a number's ends is a rule beside it."""
    text = unicodedata.normalize("NFKC", reading.text)
    return text.strip("_|:;'") if is_number(text) else text
