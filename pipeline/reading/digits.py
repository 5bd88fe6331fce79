"""Fonts that print other digits than they name: each digit drawn once a font, and held against known types.

A font whose map exchanges 3 and 8 gives a text layer without a flaw in which every number is wrong. Its
glyphs give it away: stretched to one size, a digit of any type is more like the same digit of the types that
come with PDFium than like another. So it is for each of the 2,908 digits that 342 fonts of 69 real reports
print; and each of the 45 exchanges of two digits shows in each of the 208 fonts that print all ten.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

from pipeline.reading.calls import Flags
from pipeline.reading.characters import IDENTITY, Digits, Matrix

_STANDARD = [
    *("Helvetica", "Helvetica-Bold", "Helvetica-Oblique", "Helvetica-BoldOblique", "Courier", "Courier-Bold"),
    *("Times-Roman", "Times-Bold", "Times-Italic", "Times-BoldItalic"),
]
_TALL = 24.0  # pixels: how high a digit is drawn
_LONGEST = 300.0  # times its height: lines that are longer are not drawn for one digit
_HIGH, _WIDE, _BLUR = 20, 14, 1.0  # the size that digits are stretched to; cells that one shades into
_MARGIN = 3  # cells around them
_INK = 60  # of 255
LIKE = 0.8  # correlation with a digit that is printed; what is like none is a symbol
_CLEARLY = 0.02  # the digit printed is nearer than the one named by so much; in real fonts the one named is
_TRIED = 3  # places of a digit, before it is looked for on the next page
_AT_LEAST = 2  # digits: who exchanges names has two of them

Ink = npt.NDArray[np.uint8]
Look = npt.NDArray[np.float64]
Name = tuple[bytes, int]  # of a font: its name with the mark of the subset, the size of its file


class DigitFonts:
    """What was seen of the digits of one document's fonts; every digit of a font is drawn once."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._named_wrongly: dict[Name, dict[int, bool]] = {}

    def exchanged(self, page: Any, text_page: Any, digits: Digits, forms: Mapping[int, Matrix]) -> Flags:
        """Which of these digits stand in fonts that print others than they name.

        `forms` places the objects that stand in forms (see `graphics.read_graphics`).
        """
        found = np.zeros(len(digits.places), np.bool_)
        fonts, of = np.unique(digits.fonts, return_inverse=True)
        values: list[list[int]] = [[] for _ in fonts]
        for pair in np.unique(of * 10 + digits.value).tolist():
            values[pair // 10].append(pair % 10)
        for number, font in enumerate(fonts.tolist()):
            if not font:
                continue
            seen = self._named_wrongly.setdefault(_name(font), {})
            for value in values[number]:
                if value in seen:
                    continue
                for at in np.flatnonzero((of == number) & (digits.value == value))[:_TRIED].tolist():
                    obj = int(digits.objects[at])
                    form = forms.get(obj, IDENTITY)
                    ink = self._drawn(page, text_page, int(digits.places[at]), obj, form)
                    if ink is not None:
                        seen[value] = _is_another(ink, value)
                        break
            if sum(seen.values()) >= _AT_LEAST:
                found[of == number] = True
        return found

    def _drawn(self, page: Any, text_page: Any, index: int, obj: int, form: Matrix) -> Ink | None:
        """A digit cut out of its line, which is drawn without what else stands there."""
        if form.b or form.c or form.a <= 0 or form.d <= 0:
            return None
        handle = ctypes.cast(obj, pdfium.FPDF_PAGEOBJECT)
        x0, x1, low, high = (ctypes.c_double() for _ in range(4))
        left, bottom, right, top = (ctypes.c_float() for _ in range(4))
        pdfium.FPDFText_GetCharBox(text_page, index, x0, x1, low, high)
        pdfium.FPDFPageObj_GetBounds(handle, left, bottom, right, top)
        # From the page to the coordinates of the form, in which PDFium places and draws the object.
        across = [(x.value - form.e) / form.a - left.value for x in (x0, x1)]
        down = [top.value - (y.value - form.f) / form.d for y in (high, low)]
        turn = pdfium.FPDFPage_GetRotation(page)
        wide, tall = across[1] - across[0], down[1] - down[0]
        least = min(wide, 2 * tall) if turn % 2 else min(tall, 2 * wide)
        if least <= 0 or max(right.value - left.value, top.value - bottom.value) > _LONGEST * least:
            return None
        scale = _TALL / least
        alpha = _alpha(self._document, page, handle, scale)
        if alpha is None:
            return None
        rows, columns = (
            slice(*(max(0, round(at * scale) + over) for over, at in enumerate(ends)))
            for ends in (down, across)
        )
        return np.rot90(alpha[rows, columns], -turn)


def _name(font: int) -> Name:
    handle = ctypes.cast(font, pdfium.FPDF_FONT)
    size = pdfium.FPDFFont_GetBaseFontName(handle, None, 0)
    name = ctypes.create_string_buffer(max(size, 1))
    pdfium.FPDFFont_GetBaseFontName(handle, name, size)
    length = ctypes.c_size_t()
    pdfium.FPDFFont_GetFontData(handle, None, 0, length)
    return name.value, length.value


def _alpha(document: Any, page: Any, obj: Any, scale: float) -> Ink | None:
    """How much of each pixel a text object paints, drawn alone."""
    bitmap = pdfium.FPDFTextObj_GetRenderedBitmap(document, page, obj, scale)
    if not bitmap:
        return None
    try:
        if pdfium.FPDFBitmap_GetFormat(bitmap) != pdfium.FPDFBitmap_BGRA:
            return None
        wide, high = pdfium.FPDFBitmap_GetWidth(bitmap), pdfium.FPDFBitmap_GetHeight(bitmap)
        stride = pdfium.FPDFBitmap_GetStride(bitmap)
        raw = ctypes.string_at(pdfium.FPDFBitmap_GetBuffer(bitmap), stride * high)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return np.frombuffer(raw, np.uint8).reshape(high, stride)[:, 3 : 4 * wide : 4]


def likeness(ink: Ink) -> float:
    """How much a shape is like the digit that it is most like: a correlation, 0 where there is no ink."""
    look = _look(ink)
    return 0.0 if look is None else float((_references() @ look).max())


def _is_another(ink: Ink, value: int) -> bool:
    look = _look(ink)
    if look is None:
        return False
    like = (_references() @ look).max(0)
    named, like[value] = float(like[value]), -1.0
    return float(like.max()) >= max(LIKE, named + _CLEARLY)


def _look(ink: Ink) -> Look | None:
    """A digit stretched to one size, blurred, without its brightness and contrast; None where it is blank."""
    rows, columns = (np.flatnonzero((ink > _INK).any(axis)) for axis in (1, 0))
    if not len(rows):
        return None
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)
    look = (_cells(cut.shape[0], _HIGH) @ cut @ _cells(cut.shape[1], _WIDE).T).ravel()
    look -= look.mean()
    return look / max(float(np.linalg.norm(look)), 1e-9)


@cache
def _cells(pixels: int, cells: int) -> Look:
    """The share of each pixel in each of so many cells that shade into one another, and in a margin's."""
    width = pixels / cells
    middles = (np.arange(-_MARGIN, cells + _MARGIN) + 0.5) * width
    far = (np.arange(pixels + 1) - middles[:, None]) / (_BLUR * width * math.sqrt(2))
    return np.diff(np.vectorize(math.erf)(far))


@cache
def _references() -> npt.NDArray[np.float64]:
    """How the digits look in the types that come with PDFium: type × digit × look."""
    document = pdfium.FPDF_CreateNewDocument()
    page = pdfium.FPDFPage_New(document, 0, 100, 100)
    try:
        return np.stack(
            [[_reference(document, page, name, digit) for digit in "0123456789"] for name in _STANDARD]
        )
    finally:
        pdfium.FPDF_ClosePage(page)
        pdfium.FPDF_CloseDocument(document)


def _reference(document: Any, page: Any, name: str, digit: str) -> Look:
    font = pdfium.FPDFText_LoadStandardFont(document, name.encode())
    obj = pdfium.FPDFPageObj_CreateTextObj(document, font, _TALL / 0.6)
    try:
        pdfium.FPDFText_SetText(obj, (ctypes.c_ushort * 2)(ord(digit), 0))
        alpha = _alpha(document, page, obj, 1.0)
        look = None if alpha is None else _look(alpha)
        if look is None:
            raise RuntimeError(f"PDFium draws no {digit} in {name}")
        return look
    finally:
        pdfium.FPDFPageObj_Destroy(obj)
        pdfium.FPDFFont_Close(font)
