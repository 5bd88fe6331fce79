"""What is painted as pictures: stencils of text runs at their own resolution, and the places of all others.

A word processor that may not embed a font paints every run of text as a picture of its own: a plain colour
behind a 1-bit mask. Such a mask, taken at its own resolution, is an exact copy of the glyphs: two runs in
which the same character stands hold the same pixels.
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2.raw as pdfium

from pipeline.reading.characters import IDENTITY, Display, Matrix, display_map
from pipeline.reading.graphics import MAX_DEPTH
from pipeline.reading.page import Box

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ink = NDArray[np.bool_]
    Grey = NDArray[np.uint8]

DPI = 600  # of the masks that word processors write for a run of text
_FINEST = 200.0  # dpi to read pixels at: a digit of 6 pt is 12 pixels high
TALLEST = 60.0  # points; a line of text is lower, a chart or a logo is mostly higher


@dataclass(frozen=True, slots=True, eq=False)
class Stencil:
    """One picture of text: `ink` is true where a glyph is painted, a row a pixel of 1/600 in."""

    box: Box
    ink: Ink
    color: tuple[int, int, int]


class Raster(NamedTuple):
    """A picture of pixels, in grey."""

    box: Box
    grey: Grey


class PictureParts(NamedTuple):
    """The pictures of a page: runs of text as stencils, and larger ones that were asked for."""

    stencils: list[Stencil]
    rasters: list[Raster]


def _matrix(obj: Any) -> Matrix:
    m = pdfium.FS_MATRIX()
    return Matrix(m.a, m.b, m.c, m.d, m.e, m.f) if pdfium.FPDFPageObj_GetMatrix(obj, m) else IDENTITY


def _images(page: Any) -> Iterator[tuple[Any, Matrix]]:
    """Every image of the page, those in forms included, with its map to user space, in painting order."""

    def walk(obj: Any, outer: Matrix, depth: int) -> Iterator[tuple[Any, Matrix]]:
        kind = pdfium.FPDFPageObj_GetType(obj)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            yield obj, _matrix(obj).then(outer)
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
            inner = _matrix(obj).then(outer)
            for index in range(pdfium.FPDFFormObj_CountObjects(obj)):
                child = pdfium.FPDFFormObj_GetObject(obj, index)
                if child:
                    yield from walk(child, inner, depth + 1)

    for index in range(pdfium.FPDFPage_CountObjects(page)):
        obj = pdfium.FPDFPage_GetObject(page, index)
        if obj:
            yield from walk(obj, IDENTITY, 0)


def _drawn(document: Any, page: Any, image: Any, wide: int, high: int) -> Grey | None:
    """The image with its mask, drawn upright `wide` by `high` pixels: an array of blue, green, red, alpha."""
    import numpy as np

    pdfium.FPDFPageObj_SetMatrix(image, pdfium.FS_MATRIX(wide, 0, 0, high, 0, 0))
    bitmap = pdfium.FPDFImageObj_GetRenderedBitmap(document, page, image)
    if not bitmap:
        return None
    try:
        if pdfium.FPDFBitmap_GetFormat(bitmap) != pdfium.FPDFBitmap_BGRA:
            return None
        width, height = pdfium.FPDFBitmap_GetWidth(bitmap), pdfium.FPDFBitmap_GetHeight(bitmap)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        raw = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * height)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    rows = np.frombuffer(raw, np.uint8).reshape(height, stride)
    return rows[:, : 4 * width].reshape(height, width, 4)


def _stencil(document: Any, page: Any, image: Any, box: Box) -> Stencil | None:
    """The image as a stencil, None where it is another kind of picture.

    The box of a run tells the size of its mask up to one pixel. Only at the mask's own size does nothing but
    full and empty pixels come out, so the sizes are tried until that is so.
    """
    about_wide, about_high = int(box.width / 72 * DPI + 0.05), int(box.height / 72 * DPI + 0.05)
    for less_wide, less_high in itertools.product((0, 1, -1), (1, 0, -1)):
        wide, high = about_wide - less_wide, about_high - less_high
        if wide < 1 or high < 1:
            continue
        drawn = _drawn(document, page, image, wide, high)
        if drawn is None:
            return None
        alpha = drawn[:, :, 3]
        ink = alpha == 255
        if (ink == (alpha > 0)).all():
            if not ink.any() or ink.all():
                return None
            painted = drawn[ink][:, :3]
            if (painted != painted[0]).any():
                return None
            blue, green, red = (int(part) for part in painted[0])
            return Stencil(box, ink, (red, green, blue))
    return None


def _upright(matrix: Matrix, display: Display) -> Box | None:
    """Where an image stands on the displayed page, None where it is turned or mirrored."""
    left, top = display.point(*matrix.point(0, 1))
    right, bottom = display.point(*matrix.point(1, 0))
    x, y = display.point(*matrix.point(0, 0))  # the lower left corner, if nothing turns the picture
    straight = abs(x - left) + abs(y - bottom) < 0.5
    return Box(left, top, right, bottom) if straight and left < right and top < bottom else None


def _raster(document: Any, page: Any, image: Any, box: Box) -> Raster | None:
    """The image in grey at its own resolution, or at 200 dpi where that is finer."""
    import numpy as np

    wide, high = ctypes.c_uint(), ctypes.c_uint()
    if not pdfium.FPDFImageObj_GetImagePixelSize(image, wide, high) or not box.width or not box.height:
        return None
    scale = min(1.0, _FINEST / 72 * box.width / max(wide.value, 1))
    columns, rows = (max(1, round(size.value * scale)) for size in (wide, high))
    drawn = _drawn(document, page, image, columns, rows)
    if drawn is None:
        return None
    alpha = drawn[:, :, 3:].astype(np.float32) / 255
    light = (drawn[:, :, :3] * alpha + 255 * (1 - alpha)) @ np.array([0.114, 0.587, 0.299], np.float32)
    return Raster(box, light.round().astype(np.uint8))


def read_picture_parts(document: Any, number: int, wanted: Sequence[Box] = ()) -> PictureParts:
    """The pictures of page `number` (from 1) of an open PDFium document: all stencils, and those `wanted`."""
    parts = PictureParts([], [])
    page = pdfium.FPDF_LoadPage(document, number - 1)
    if not page:
        return parts
    try:
        display, width, height = display_map(page)
        for image, matrix in _images(page):
            box = _upright(matrix, display)
            if box is None or box.x1 < 0 or box.bottom < 0 or box.x0 > width or box.top > height:
                continue
            stencil = _stencil(document, page, image, box) if box.height <= TALLEST else None
            if stencil:
                parts.stencils.append(stencil)
            elif any(place.holds(box.xc, box.yc) for place in wanted):
                raster = _raster(document, page, image, box)
                if raster:
                    parts.rasters.append(raster)
    finally:
        pdfium.FPDF_ClosePage(page)
    return parts


def render_grey(document: Any, number: int, dpi: float) -> Grey | None:
    """Page `number` (from 1) as displayed, in grey; None where it cannot be drawn."""
    import numpy as np

    page = pdfium.FPDF_LoadPage(document, number - 1)
    if not page:
        return None
    try:
        _, width, height = display_map(page)
        wide, high = round(width / 72 * dpi), round(height / 72 * dpi)
        bitmap = pdfium.FPDFBitmap_CreateEx(wide, high, pdfium.FPDFBitmap_Gray, None, 0)
        if not bitmap:
            return None
        try:
            pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, wide, high, 0xFFFFFFFF)
            pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, wide, high, 0, pdfium.FPDF_ANNOT)
            stride = pdfium.FPDFBitmap_GetStride(bitmap)
            raw = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * high)
        finally:
            pdfium.FPDFBitmap_Destroy(bitmap)
    finally:
        pdfium.FPDF_ClosePage(page)
    return np.frombuffer(raw, np.uint8).reshape(high, stride)[:, :wide]
