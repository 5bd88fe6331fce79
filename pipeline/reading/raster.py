"""Text in pictures made of pixels: where its pieces stand, what they say, and which digits are beyond doubt.

A table pasted as a picture has flat backgrounds and one typeface. What differs from the background around it
is ink; ink without a wide gap is a piece of text. The model reads every piece; every digit is then held
against all others of the picture, and where the one most like it was read otherwise, the piece is in doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.reading.recogniser import Reading, recognise

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.reading.pictures import Grey

    Contrast = NDArray[np.int16]

_BIN = 8  # greys this near one another are one background
_AROUND = (91, 3)  # pixels across and down: low, for a band ends where the next begins
_INK = 40  # of 255: what differs less from its background is noise of the compression
_GAP = 0.9  # of the height of a digit: gaps within a piece of text are narrower
_ROWS, _PIECES = 5, 3  # a picture with fewer rows of so many pieces is no table
_FIGURE_ROWS = 3
_CLEAR = 0.8  # of the pieces of a table are read with so much certainty; of a drawing, about half
_SURE, _VERY_SURE = 0.5, 0.9
_EDGES = (0.15, 0.25, 0.35, 0.45, 0.55)
_ALIKE = 0.9  # cosine of two pictures of one digit
_DIGITS = "0123456789"
_MARGINS = (1.0, 0.5)
_CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]")


class Patch(NamedTuple):
    """A rectangle of pixels: from column `x0` and row `y0` up to `x1` and `y1`."""

    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text as read, `sure` where its digits are beyond doubt; `other` is what they may be else."""

    patch: Patch
    text: str
    sure: bool
    other: str = ""


class Pieces(NamedTuple):
    """What a picture says, and how high its digits are, pixels."""

    pieces: list[Piece]
    height: float


def _contrast(grey: Grey) -> Contrast:
    """How far each pixel differs from its background: the grey that is most frequent around it.

    Around it is wider than high, because the bold head of a table fills most of its band, but leaves gaps
    between the columns.
    """
    import cv2
    import numpy as np

    counts = np.bincount(grey.ravel(), minlength=256)
    bins = counts.reshape(-1, _BIN).sum(1)
    background = np.zeros_like(grey)
    most = np.zeros(grey.shape, np.float32)
    for index in np.flatnonzero(bins >= 0.005 * grey.size).tolist():
        share = cv2.boxFilter((grey // _BIN == index).astype(np.float32), -1, _AROUND)
        level = index * _BIN + int(counts[index * _BIN : (index + 1) * _BIN].argmax())
        background[share > most] = level
        most = np.maximum(most, share)
    return np.abs(grey.astype(np.int16) - background.astype(np.int16))


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
    ink = (contrast > _INK).astype(np.uint8)
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


def looks_like_table(patches: Sequence[Patch], height: float) -> bool:
    """Whether the pieces stand in rows and columns, all about as high and mostly longer than a letter.

    Photographs and diagrams leave scraps of any height; a chart has its labels at the edges, in few rows.
    """
    full = [row for row in _rows(patches, height) if len(row) >= _PIECES]
    if len(full) < _ROWS or sum(map(len, full)) < 0.85 * len(patches):
        return False
    level = [p for p in patches if 0.8 * height <= p.y1 - p.y0 <= 1.5 * height]
    long = [p for p in patches if p.x1 - p.x0 > 1.2 * height]
    if len(level) < 0.75 * len(patches) or len(long) < 0.6 * len(patches):
        return False
    return _in_columns(patches, height) >= 0.9 * len(patches)


def _rows(patches: Sequence[Patch], height: float) -> list[list[Patch]]:
    rows: list[list[Patch]] = []
    for patch in sorted(patches, key=lambda p: p.y0 + p.y1):
        if rows and patch.y0 + patch.y1 - rows[-1][0].y0 - rows[-1][0].y1 < 1.2 * height:
            rows[-1].append(patch)
        else:
            rows.append([patch])
    return rows


def _in_columns(patches: Sequence[Patch], height: float) -> int:
    """How many pieces begin, end or are centred where at least three others are."""
    import numpy as np

    left, right = np.array([patch.x0 for patch in patches]), np.array([patch.x1 for patch in patches])
    near = [
        (np.abs(at[:, None] - at[None, :]) <= slack * height).sum(1) - 1
        for at, slack in ((left, 0.35), (right, 0.35), ((left + right) / 2, 0.5))
    ]
    return int((np.maximum.reduce(near) >= 3).sum())


def _picture(contrast: Contrast, patch: Patch, margin: float, height: float) -> Grey:
    """A piece dark on light, whatever its colours, with room around it."""
    import numpy as np

    cut = contrast[patch.y0 : patch.y1, patch.x0 : patch.x1].astype(np.float32)
    lacking = max(0, round(height) - cut.shape[0])  # a dash keeps its size beside letters
    pad = max(1, round(margin * max(height, cut.shape[0]) / 2))
    above, below = pad + (lacking + 1) // 2, pad + lacking // 2
    cut = np.pad(cut / max(float(cut.max()), 1.0), ((above, below), (pad + 1, pad + 1)))
    return (255 - 255 * cut).astype(np.uint8)


def _cells(contrast: Contrast, patch: Patch, count: int) -> list[Patch]:
    """The `count` marks of a piece that lighter columns part; nothing where they are not so many.

    Letters of a small print touch by the grey of their edges: the threshold is raised until they part.
    """
    import numpy as np

    columns = contrast[patch.y0 : patch.y1, patch.x0 : patch.x1].max(0)
    for share in _EDGES:
        level = max(_INK, share * columns.max())
        filled = np.concatenate(([0], (columns > level).astype(np.int8), [0]))
        turns = np.flatnonzero(np.diff(filled)).tolist()
        if len(turns) == 2 * count:
            spans = zip(turns[::2], turns[1::2], strict=True)
            return [patch._replace(x0=patch.x0 + a, x1=patch.x0 + b) for a, b in spans]
    return []


def _compared(
    contrast: Contrast, patches: Sequence[Patch], readings: Sequence[Reading], height: float
) -> tuple[set[int], set[int]]:
    """Which pieces have every digit confirmed by the digit most like it, and which have one contradicted."""
    import numpy as np

    side_high, side_wide = round(1.6 * height), round(1.4 * height)
    glyphs, names, owners = [], [], []
    whole: set[int] = set()
    for index, (patch, reading) in enumerate(zip(patches, readings, strict=True)):
        cells = _cells(contrast, patch, len(reading.signs))
        if not cells:
            continue
        whole.add(index)
        for cell, sign in zip(cells, reading.signs, strict=True):
            if sign.text not in _DIGITS:
                continue
            cut = contrast[cell.y0 : cell.y1, cell.x0 : cell.x1].astype(np.float32)
            rows = np.flatnonzero((cut > _INK).any(1))
            cut = cut[rows[0] : rows[-1] + 1][:side_high, :side_wide]
            canvas = np.zeros((side_high, side_wide), np.float32)
            y, x = (side_high - cut.shape[0]) // 2, (side_wide - cut.shape[1]) // 2
            canvas[y : y + cut.shape[0], x : x + cut.shape[1]] = cut
            norm = float(np.linalg.norm(canvas))
            glyphs.append((canvas / norm).ravel())
            names.append(sign.text)
            owners.append(index)
    if len(glyphs) < 2:
        return set(), set()
    matrix = np.stack(glyphs)
    likeness = matrix @ matrix.T
    np.fill_diagonal(likeness, -1)
    same = np.array(names)[:, None] == np.array(names)[None, :]
    friend = np.where(same, likeness, -1).max(1)
    stranger = np.where(same, -1, likeness).max(1)
    # A digit that stands once has no namesake; then only a near twin of another name speaks against it.
    pairs = zip(owners, friend, stranger, strict=True)
    against = {owner for owner, for_it, no in pairs if no > max(for_it, _ALIKE)}
    unproven = {owner for owner, for_it in zip(owners, friend, strict=True) if for_it < _ALIKE}
    return whole - against - unproven, against


def _read_once(contrast: Contrast, patches: Sequence[Patch], margin: float, height: float) -> list[Reading]:
    """What stands in each patch; patches with the same pixels are read once."""
    pictures = [_picture(contrast, patch, margin, height) for patch in patches]
    keys = [(picture.shape, picture.tobytes()) for picture in pictures]
    distinct = dict(zip(keys, pictures, strict=True))
    readings = dict(zip(distinct, recognise(list(distinct.values())), strict=True))
    return [Reading(tuple(sign for sign in readings[key].signs if not sign.text.isspace())) for key in keys]


def read_pieces(grey: Grey, *, anything: bool = False) -> Pieces:
    """The text of a picture; nothing where it does not look like a table and `anything` is false."""
    patches, contrast, height = pieces_of(grey)
    if not patches or not (anything or looks_like_table(patches, height)):
        return Pieces([], 0.0)
    readings = _read_once(contrast, patches, _MARGINS[0], height)
    clear = sum(reading.sure >= _CLEAR for reading in readings)
    if not anything and clear < _CLEAR * len(readings):
        return Pieces([], 0.0)
    proven, against = _compared(contrast, patches, readings, height)
    numeric = {index for index, reading in enumerate(readings) if _is_number(reading.text)}
    doubted = {i for i in numeric if i not in proven or readings[i].sure < _SURE}
    unclear = {index for index, reading in enumerate(readings) if reading.sure < _VERY_SURE}
    chinese = {index for index in unclear if _CJK.search(readings[index].text)}
    second = sorted(doubted | chinese)
    again = _read_once(contrast, [patches[index] for index in second], _MARGINS[1], height)
    other = dict(zip(second, again, strict=True))
    pieces: list[Piece] = []
    for index, (patch, reading) in enumerate(zip(patches, readings, strict=True)):
        if index in doubted:
            text, twin = _plain(reading), _plain(other[index])
            both = min(reading.sure, other[index].sure) >= _VERY_SURE
            sure = twin == text and index not in against and both
            pieces.append(Piece(patch, text, sure, "" if twin == text else twin))
        elif index in chinese:
            pieces.append(Piece(patch, max(reading, other[index], key=lambda r: r.sure).text, True))
        elif reading.signs:
            pieces.append(Piece(patch, _plain(reading), True))
    pieces = [piece for piece in pieces if piece.text]
    return Pieces(pieces if anything or _has_figures(pieces, height) else [], height)


def _has_figures(pieces: Sequence[Piece], height: float) -> bool:
    """Whether several rows hold several numbers: tables of words are not what is looked for here."""
    figures = [piece.patch for piece in pieces if _is_number(piece.text)]
    return sum(len(row) >= 2 for row in _rows(figures, height)) >= _FIGURE_ROWS


def _is_number(text: str) -> bool:
    return any(c.isdigit() for c in text) and not _CJK.search(text)


def _plain(reading: Reading) -> str:
    return unicodedata.normalize("NFKC", reading.text)
