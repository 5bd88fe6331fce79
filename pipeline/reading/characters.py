"""Characters of a page through PDFium's raw API: arrays with one entry a character, and one a text object.

The hot loop of the whole pipeline: four calls per character; everything that is the same for all characters
of a text object (font, size, colour, direction, clip) is asked once per object.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from pipeline.reading import calls
from pipeline.reading.calls import Flags, Floats, Handle, Ints, among
from pipeline.reading.page import Box
from pipeline.reading.radicals import printed

# Share of the em box above and below the baseline (CJK convention, OS/2 default of Chinese fonts). Embedded
# subsets often carry ascents of 0 or 2 em, so the font's own figures are not used.
ASCENT, DESCENT = 0.86, 0.14
HOLE = "\ufffd"  # a printed character of which the font does not say what it is
MISNAMED = "\ufffc"  # a printed digit of which the font says that it is another

Number = TypeVar("Number", float, Floats)


class Display(NamedTuple):
    """Affine map from PDF user space to displayed page coordinates (x right, y down)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def point(self, x: Number, y: Number) -> tuple[Number, Number]:
        """Map a point, or arrays of them."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Map a rectangle (its sides stay parallel to the axes: pages turn by quarters only)."""
        xa, ya = self.point(left, bottom)
        xb, yb = self.point(right, top)
        return Box(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))


class Matrix(NamedTuple):
    """PDF matrix [a b c d e f], row vectors: `p' = p · M`."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def then(self, m: Matrix) -> Matrix:
        """This map followed by `m`."""
        return Matrix(
            self.a * m.a + self.b * m.c,
            self.a * m.b + self.b * m.d,
            self.c * m.a + self.d * m.c,
            self.c * m.b + self.d * m.d,
            self.e * m.a + self.f * m.c + m.e,
            self.e * m.b + self.f * m.d + m.f,
        )

    def point(self, x: Number, y: Number) -> tuple[Number, Number]:
        """Map a point, or arrays of them."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


IDENTITY = Matrix(1, 0, 0, 1, 0, 0)


def display_map(page: Any) -> tuple[Display, float, float]:
    """The page's user-space → display map, its displayed width and height in points."""
    rect = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, rect)
    left, bottom, right, top = rect.left, rect.bottom, rect.right, rect.top
    width, height = right - left, top - bottom
    turn = pdfium.FPDFPage_GetRotation(page)
    if turn == 1:
        return Display(0, 1, 1, 0, -bottom, -left), height, width
    if turn == 2:
        return Display(-1, 0, 0, 1, right, -bottom), width, height
    if turn == 3:
        return Display(0, -1, -1, 0, top, right), height, width
    return Display(1, 0, 0, -1, -left, top), width, height


@dataclass(frozen=True, slots=True)
class TextObject:
    """What all characters painted by one text-showing operator have in common."""

    size: float
    font: str
    bold: bool
    color: tuple[int, int, int]
    alpha: int
    mode: int
    upright: bool
    clip: Box | None
    order: int = -1  # position in the page's painting order, -1 where unknown


class Char(NamedTuple):
    """One painted character, its advance box in display coordinates."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    baseline: float
    owner: TextObject


# What PDFium leaves unsaid.
UNTURNED = (1, 0, 0, 1, 0, 0)
BLACK = (0, 0, 0, 255)
POINT = (0, 0)
_BOX = (0, 0, 0, 0)

EVERYWHERE = Box(-np.inf, -np.inf, np.inf, np.inf)


@dataclass(frozen=True, slots=True)
class Owners:
    """The text objects of a page as arrays; `clip` is endless where nothing clips."""

    size: Floats
    font: Sequence[str]
    bold: Flags
    color: Ints  # n × 3
    alpha: Ints
    mode: Ints
    upright: Flags
    clip: Floats  # n × 4
    order: Ints


@dataclass(frozen=True, slots=True)
class Characters:
    """The painted characters of a page in content order; `owner` is the index of each one's text object."""

    codes: npt.NDArray[np.uint32]  # Unicode values as printed
    x0: Floats
    top: Floats
    x1: Floats
    bottom: Floats
    baseline: Floats
    owner: Ints
    owners: Owners


def characters_of(chars: Sequence[Char]) -> Characters:
    """The same as arrays, of characters that another reader placed."""
    known: dict[int, int] = {}
    owners: list[TextObject] = []
    for char in chars:
        if known.setdefault(id(char.owner), len(owners)) == len(owners):
            owners.append(char.owner)
    x0, top, x1, bottom, baseline = np.array([char[1:6] for char in chars], float).reshape(-1, 5).T
    return Characters(
        np.array([ord(printed(char.text)) for char in chars], np.uint32),
        x0,
        top,
        x1,
        bottom,
        baseline,
        np.array([known[id(char.owner)] for char in chars], np.int64),
        Owners(
            np.array([of.size for of in owners], float),
            [of.font for of in owners],
            np.array([of.bold for of in owners], bool),
            np.array([of.color for of in owners], np.int64).reshape(-1, 3),
            np.array([of.alpha for of in owners], np.int64),
            np.array([of.mode for of in owners], np.int64),
            np.array([of.upright for of in owners], bool),
            np.array([of.clip or EVERYWHERE for of in owners], float).reshape(-1, 4),
            np.array([of.order for of in owners], np.int64),
        ),
    )


_BOLD = ("bold", "black", "heavy", "demi")


def _font(address: int) -> tuple[str, bool]:
    """Name and weight of a font."""
    if not address:
        return "", False
    font = ctypes.cast(address, pdfium.FPDF_FONT)
    size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    name = ""
    if size:
        buffer = ctypes.create_string_buffer(size)
        pdfium.FPDFFont_GetBaseFontName(font, buffer, size)
        name = buffer.value.decode("utf-8", "replace")
    if len(name) > 7 and name[6] == "+":
        name = name[7:]
    heavy = any(word in name.lower() for word in _BOLD)
    return name, heavy or pdfium.FPDFFont_GetWeight(font) >= 600


def clip_boxes(objects: Sequence[Handle], display: Display, within: Mapping[int, Matrix]) -> Floats:
    """The bounding boxes (n × 4) of what the objects' clip paths leave, endless where nothing clips.

    `within` places the objects that stand in forms: PDFium gives their clips in the form's own coordinates.
    """
    boxes = np.full((len(objects), 4), EVERYWHERE)
    clips = list(map(calls.clip_path, objects))
    counts = [calls.clip_count(clip) if clip else 0 for clip in clips]
    paths: dict[tuple[Matrix, int], tuple[Handle, int]] = {}  # a clip and the number of its path
    clipped: list[int] = []
    by_clip: list[list[tuple[Matrix, int]]] = []
    for at, (clip, count) in enumerate(zip(clips, counts, strict=True)):
        if count <= 0:
            continue
        # Objects painted under one clip share its paths, so their first points' addresses tell them.
        form = within.get(objects[at].value or 0, IDENTITY) if within else IDENTITY
        keys = [(form, calls.clip_segment_address(clip, path, 0)) for path in range(count)]
        for path, key in enumerate(keys):
            paths.setdefault(key, (clip, path))
        clipped.append(at)
        by_clip.append(keys)
    if clipped:
        known = dict(zip(paths, _path_boxes(paths, display), strict=True))
        boxes[clipped] = [_common([known[key] for key in keys]) for keys in by_clip]
    return boxes


def _path_boxes(
    paths: Mapping[tuple[Matrix, int], tuple[Handle, int]], display: Display
) -> list[list[float]]:
    """The bounding box of each clip path as displayed, endless where it has fewer than two points."""
    sizes = [calls.clip_segments(*path) for path in paths.values()]
    sizes = [size if size > 1 else 0 for size in sizes]
    segments = [
        calls.clip_segment(clip, path, index)
        for (clip, path), size in zip(paths.values(), sizes, strict=True)
        for index in range(size)
    ]
    points = calls.filled(
        calls.segment_point, segments, count=len(segments), unset=POINT, parts=2, of=ctypes.c_float
    ).astype(float)
    forms = np.repeat(np.array([form for form, _ in paths], float).reshape(-1, 6), sizes, axis=0)
    x, y = display.point(*Matrix(*forms.T).point(*points.T))
    boxes = np.full((len(sizes), 4), EVERYWHERE)
    filled = np.flatnonzero(sizes)
    if len(filled):
        starts = (np.cumsum(sizes) - sizes)[filled]
        edges = [take.reduceat(axis, starts) for take in (np.minimum, np.maximum) for axis in (x, y)]
        boxes[filled] = np.stack(edges, axis=1)
    found: list[list[float]] = boxes.tolist()
    return found


def _common(boxes: Sequence[Sequence[float]]) -> Sequence[float]:
    """What several boxes have in common."""
    if len(boxes) == 1:
        return boxes[0]
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return max(x0), max(top), min(x1), min(bottom)


def _owners(
    page: Iterable[Any],
    first: Ints,
    objects: Ints,
    display: Display,
    order: Mapping[int, int],
    within: Mapping[int, Matrix],
) -> tuple[Owners, Ints, Floats]:
    """The text objects at these addresses, their fonts and matrices; `first` is a character of each."""
    addresses, at = objects.tolist(), first.tolist()
    count, handles = len(first), list(map(Handle, addresses))
    matrices = calls.filled(
        calls.char_matrix, page, at, count=count, unset=UNTURNED, parts=1, of=ctypes.c_float
    ).astype(float)
    fills = calls.filled(calls.char_fill, page, at, count=count, unset=BLACK, parts=4, of=ctypes.c_uint)
    sizes = np.fromiter(map(calls.char_font_size, page, at), float, count)
    mode = calls.column(calls.text_mode, handles, count=count)
    a, b, c, d = matrices[:, :4].T
    across, aside = display.a * a + display.c * b, display.b * a + display.d * b
    fonts = list(map(calls.text_font, handles))
    known = {handle: _font(handle) for handle in set(fonts)}
    owners = Owners(
        sizes * np.hypot(c, d),
        [known[font][0] for font in fonts],
        np.array([known[font][1] for font in fonts], bool) | (mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE),
        fills[:, :3].astype(np.int64),
        fills[:, 3].astype(np.int64),
        mode,
        (across > 0) & (np.abs(aside) <= 0.1 * across),
        clip_boxes(handles, display, within),
        np.array([order.get(address, -1) for address in addresses], np.int64),
    )
    return owners, np.array(fonts, np.int64), matrices


def _origins(
    page: Iterable[Any],
    kept: Ints,
    loose: npt.NDArray[np.float32],
    first: Ints,
    owner: Ints,
    matrices: Floats,
    level: bool,
) -> Floats:
    """Where the pen stood for each character (n × 2).

    Text objects that run straight across are not asked: their characters' boxes begin where the pen stands
    and are as high as one another, and their matrix has its height. Not so where a tag names characters or a
    font states no height: there boxes are those of the ink.
    """
    plain = level & (matrices[:, 1] == 0) & (loose[first, 0] == matrices[:, 4])
    uneven = (loose[:, 1] != loose[first[owner], 1]) | (loose[:, 3] != loose[first[owner], 3])
    plain[owner[uneven]] = False
    origins = np.stack((loose[:, 0], matrices[owner, 5]), axis=1)
    asked = np.flatnonzero(~plain[owner])
    origins[asked] = calls.filled(
        calls.char_origin,
        page,
        kept[asked].tolist(),
        count=len(asked),
        unset=POINT,
        parts=2,
        of=ctypes.c_double,
    )
    return origins


# PDFium writes a hyphen at a line's end as U+0002 or U+FFFE; producers print U+00AD for one.
_HYPHENS = (0x02, 0xFFFE, 0xAD)
_UNMAPPED = (0, 0xFFFD, 0xFFFF)
_BLANKS = (0x20, 0xA0, 0x3000, 0x200B)
_LETTER = 0.35  # of an em: a bullet is smaller, a letter larger in both directions
_SPECK = 0.1  # points
_APART = 0.05  # points: two places given for one character differ


class Digits(NamedTuple):
    """The upright digits of a page: their places in the text page, values, text objects and fonts."""

    places: Ints
    value: Ints
    objects: Ints
    fonts: Ints


def _told_apart(objects: Ints) -> tuple[Ints, Ints, Ints]:
    """What `np.unique` gives with its indices; runs of one object are told before anything is sorted."""
    starts = np.flatnonzero(np.diff(objects, prepend=0))
    addresses, first, run = np.unique(objects[starts], return_index=True, return_inverse=True)
    return addresses, starts[first], np.repeat(run, np.diff(starts, append=len(objects)))


def read_characters(
    text_page: Any,
    display: Display,
    order: Mapping[int, int],
    within: Mapping[int, Matrix],
    exchanged: Callable[[Digits], Flags] | None = None,
) -> tuple[Characters, int]:
    """All painted characters in content order, and how many had no usable Unicode value.

    A character that is seen, but has no value or that of a blank, is a `HOLE`: 非流动资产 in a font that
    takes 非 for a space must not become 流动资产. Without a value and unseen, it is counted only; with that
    of a control code and unseen, it is a blank.
    `exchanged` says which digits are not the ones that are printed: they become `MISNAMED`.
    `order` gives the painting position of the page's objects by address, `within` the place of those in forms
    (see `graphics.read_graphics`).
    """
    count = max(pdfium.FPDFText_CountChars(text_page), 0)
    page = calls.same(text_page)
    objects = calls.column(calls.char_object, page, range(count), count=count)
    codes = calls.column(calls.char_unicode, page, range(count), count=count)
    painted = objects != 0  # the others are spaces and line breaks that PDFium made up
    nameless = painted & among(codes, _UNMAPPED)
    control = painted & (codes < 0x20) & ~among(codes, (*_UNMAPPED, *_HYPHENS))
    ink = _ink(page, nameless | control | (painted & among(codes, _BLANKS)))
    codes[control & (ink < _SPECK)] = ord(" ")
    unmapped = nameless & (ink < _SPECK)
    kept = np.flatnonzero(painted & ~unmapped)
    addresses, first, owner = _told_apart(objects[kept])
    owners, fonts, matrices = _owners(page, kept[first], addresses, display, order, within)
    index, n = kept.tolist(), len(kept)
    loose = calls.filled(calls.char_loose_box, page, index, count=n, unset=_BOX, parts=1, of=ctypes.c_float)
    origins = _origins(page, kept, loose, first, owner, matrices, level=display.b == 0)
    _put_on_page(page, kept, objects[kept], origins, loose, within)
    left, top, right, bottom = loose.T.astype(float)
    xa, ya = display.point(left, bottom)
    xb, yb = display.point(right, top)
    low = np.maximum(ya, yb)
    upright, size = owners.upright[owner], owners.size[owner]
    holes = nameless[kept] | (ink[kept] >= np.maximum(_LETTER * size, _SPECK))
    digits = np.flatnonzero(upright & (codes[kept] >= ord("0")) & (codes[kept] <= ord("9")))
    codes[kept[holes]] = ord(HOLE)
    if exchanged and len(digits):
        at = kept[digits]
        codes[at[exchanged(Digits(at, codes[at] - ord("0"), objects[at], fonts[owner[digits]]))]] = ord(
            MISNAMED
        )
    start, base = display.point(*origins.T)
    baseline = np.where(upright, base, low)
    x0, x1 = np.minimum(xa, xb), np.maximum(xa, xb)
    # Of a character that a tag names (/ActualText) PDFium knows the ink only: an ideograph takes one em.
    inked = upright & (codes[kept] >> 8 >= 0x4E) & (codes[kept] >> 8 < 0xA0) & (x0 - start > 0.02 * size)
    return (
        Characters(
            _printed(np.where(among(codes[kept], _HYPHENS), ord("-"), codes[kept])),
            np.where(inked, start, x0),
            np.where(upright, baseline - ASCENT * size, np.minimum(ya, yb)),
            np.where(inked, np.maximum(x1, start + size), x1),
            np.where(upright, baseline + DESCENT * size, low),
            baseline,
            owner,
            owners,
        ),
        int(unmapped.sum()),
    )


def _put_on_page(
    page: Iterable[Any],
    places: Ints,
    objects: Ints,
    origins: Floats,
    boxes: npt.NDArray[np.float32],
    within: Mapping[int, Matrix],
) -> None:
    """Move the origins and boxes that PDFium gives in the coordinates of the form a character stands in.

    It does so with those that a tag names (/ActualText); all others it places on the page, and the matrix it
    gives for a character is right for both.
    """
    forms = {obj: form for obj, form in within.items() if form != IDENTITY}
    if not forms:
        return
    at = np.flatnonzero(np.isin(objects, list(forms)))
    true = calls.filled(
        calls.char_matrix,
        page,
        places[at].tolist(),
        count=len(at),
        unset=UNTURNED,
        parts=1,
        of=ctypes.c_float,
    )[:, 4:]
    apart = np.abs(true - origins[at]).max(axis=1, initial=0) > _APART
    at, true = at[apart], true[apart]
    maps = np.array([forms[obj] for obj in objects[at].tolist()], float).reshape(-1, 6)
    moved = np.stack(Matrix(*maps.T).point(*origins[at].T), axis=1)
    there = (np.abs(moved - true) <= _APART).all(axis=1)
    at, form = at[there], Matrix(*maps[there].T)
    left, top, right, bottom = boxes[at].T.astype(float)
    boxes[at] = np.stack([*form.point(left, top), *form.point(right, bottom)], axis=1)
    origins[at] = moved[there]


def _ink(page: Iterable[Any], where: Flags) -> Floats:
    """How large the ink of some characters is in its lesser direction, points; 0 for all others."""
    ink = np.zeros(len(where))
    index = np.flatnonzero(where)
    edges = calls.filled(
        calls.char_box, page, index.tolist(), count=len(index), unset=(0.0,) * 4, parts=4, of=ctypes.c_double
    )
    left, right, bottom, top = edges.T
    ink[index] = np.minimum(right - left, top - bottom)
    return ink


def _printed(codes: Ints) -> npt.NDArray[np.uint32]:
    """Radicals and compatibility forms as the characters that a reader of the page sees."""
    shown = codes.astype(np.uint32)
    for at in np.flatnonzero(
        ((codes >= 0x2E80) & (codes <= 0x2FDF)) | ((codes >= 0xF900) & (codes <= 0xFAFF))
    ):
        shown[at] = ord(printed(chr(codes[at])))
    return shown
