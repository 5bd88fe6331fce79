"""Characters of a page through PDFium's raw API: one row per character, one record per text object.

The hot loop of the whole pipeline: about four ctypes calls per character; everything that is the same for
all characters of a text object (font, size, colour, direction, clip) is asked once per object.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from pipeline.reading.page import Box

# Share of the em box above and below the baseline (CJK convention, OS/2 default of Chinese fonts). Embedded
# subsets often carry ascents of 0 or 2 em, so the font's own figures are not used.
ASCENT, DESCENT = 0.86, 0.14


class Display(NamedTuple):
    """Affine map from PDF user space to displayed page coordinates (x right, y down)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Map a point."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def vector(self, x: float, y: float) -> tuple[float, float]:
        """Map a direction."""
        return self.a * x + self.c * y, self.b * x + self.d * y

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Map a rectangle (its sides stay parallel to the axes: pages turn by quarters only)."""
        xa, ya = self.point(left, bottom)
        xb, yb = self.point(right, top)
        return Box(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb))


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


@dataclass(slots=True)
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


_BOLD = ("bold", "black", "heavy", "demi")


def _font_name(font: Any) -> str:
    size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    if not size:
        return ""
    buffer = ctypes.create_string_buffer(size)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, size)
    name = buffer.value.decode("utf-8", "replace")
    return name[7:] if len(name) > 7 and name[6] == "+" else name


def clip_box(obj: Any, display: Display) -> Box | None:
    """The bounding box of an object's clip path in display coordinates, None where nothing clips it."""
    clip = pdfium.FPDFPageObj_GetClipPath(obj)
    paths = pdfium.FPDFClipPath_CountPaths(clip) if clip else 0
    box: Box | None = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for path in range(max(paths, 0)):
        points = []
        for index in range(max(pdfium.FPDFClipPath_CountPathSegments(clip, path), 0)):
            segment = pdfium.FPDFClipPath_GetPathSegment(clip, path, index)
            if segment and pdfium.FPDFPathSegment_GetPoint(segment, x, y):
                points.append(display.point(x.value, y.value))
        if len(points) < 2:
            continue
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        one = Box(min(xs), min(ys), max(xs), max(ys))
        box = (
            one
            if box is None
            else Box(
                max(box.x0, one.x0),
                max(box.top, one.top),
                min(box.x1, one.x1),
                min(box.bottom, one.bottom),
            )
        )
    return box


class _Fonts:
    """Names and weights of the fonts met so far, by handle."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[str, bool]] = {}

    def get(self, obj: Any) -> tuple[str, bool]:
        font = pdfium.FPDFTextObj_GetFont(obj)
        key = ctypes.addressof(font.contents) if font else 0
        found = self.known.get(key)
        if found is None:
            name = _font_name(font) if font else ""
            lower = name.lower()
            heavy = any(word in lower for word in _BOLD) or (
                bool(font) and pdfium.FPDFFont_GetWeight(font) >= 600
            )
            found = self.known[key] = (name, heavy)
        return found


def read_characters(
    page: Any, text_page: Any, display: Display, order: dict[int, int]
) -> tuple[list[Char], int]:
    """All painted characters in content order, and how many had no usable Unicode value.

    `order` gives the painting position of the page's objects by address (see `graphics.read_graphics`).
    """
    count = pdfium.FPDFText_CountChars(text_page)
    chars: list[Char] = []
    owners: dict[int, TextObject] = {}
    fonts = _Fonts()
    loose = pdfium.FS_RECTF()
    ox, oy = ctypes.c_double(), ctypes.c_double()
    matrix = pdfium.FS_MATRIX()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    unmapped = 0
    get_unicode, get_object = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetTextObject
    get_loose, get_origin = pdfium.FPDFText_GetLooseCharBox, pdfium.FPDFText_GetCharOrigin
    addressof = ctypes.addressof
    unturned = display.a == 1 and display.d == -1
    aside, above = display.e, display.f
    for index in range(max(count, 0)):
        obj = get_object(text_page, index)
        if not obj:
            continue  # a space or line break that PDFium made up
        code = get_unicode(text_page, index)
        key = addressof(obj.contents)
        owner = owners.get(key)
        if owner is None:
            pdfium.FPDFText_GetMatrix(text_page, index, matrix)
            across = display.vector(matrix.a, matrix.b)
            size = pdfium.FPDFText_GetFontSize(text_page, index) * math.hypot(matrix.c, matrix.d)
            pdfium.FPDFText_GetFillColor(text_page, index, red, green, blue, alpha)
            name, bold = fonts.get(obj)
            mode = pdfium.FPDFTextObj_GetTextRenderMode(obj)
            owner = owners[key] = TextObject(
                size=size,
                font=name,
                bold=bold or mode == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE,
                color=(red.value, green.value, blue.value),
                alpha=alpha.value,
                mode=mode,
                upright=across[0] > 0 and abs(across[1]) <= 0.1 * across[0],
                clip=clip_box(obj, display),
                order=order.get(key, -1),
            )
        if code in (0, 0xFFFD, 0xFFFF):
            unmapped += 1
            continue
        # PDFium writes a hyphen at a line's end as U+0002 or U+FFFE; producers print U+00AD for one.
        text = "-" if code in (0x02, 0xFFFE, 0xAD) else chr(code)
        get_loose(text_page, index, loose)
        get_origin(text_page, index, ox, oy)
        if unturned and owner.upright:  # nearly all characters of nearly all pages
            baseline = above - oy.value
            size = owner.size
            left, right = loose.left + aside, loose.right + aside
            chars.append(
                Char(text, left, baseline - ASCENT * size, right, baseline + DESCENT * size, baseline, owner)
            )
            continue
        box = display.box(loose.left, loose.bottom, loose.right, loose.top)
        if owner.upright:
            _, baseline = display.point(ox.value, oy.value)
            top, bottom = baseline - ASCENT * owner.size, baseline + DESCENT * owner.size
        else:
            baseline, top, bottom = box.bottom, box.top, box.bottom
        chars.append(Char(text, box.x0, top, box.x1, bottom, baseline, owner))
    return chars, unmapped
