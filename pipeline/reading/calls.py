"""PDFium's functions for whole columns of arguments: results land in arrays.

pypdfium2's own prototypes check and wrap every pointer, 0.7 µs a call on top of PDFium's work; a page asks
some 10,000 times. These declare no types of their arguments: ctypes hands on its own objects and numbers as
they are (0.13 µs a call, 0.29 with declared types), so every handle is a `Handle` (or what pypdfium2 gives
for one) and every number an `int` in C. `map` drives them without a line of Python in between. They keep the
interpreter's lock (`PYFUNCTYPE`): PDFium is not thread-safe, and giving the lock away costs more than most
of these calls.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import islice, repeat
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Plain: TypeAlias = Callable[..., Any]


class Handle(ctypes.c_void_p):
    """A handle of PDFium; its `value` is the address, which tells one object from another."""


_ADDRESS, _INT, _REAL = ctypes.c_size_t, ctypes.c_int, ctypes.c_double


def _plain(function: Any, result: Any) -> Plain:
    return ctypes.PYFUNCTYPE(result)(ctypes.cast(function, ctypes.c_void_p).value or 0)


char_unicode = _plain(pdfium.FPDFText_GetUnicode, ctypes.c_uint)
char_object = _plain(pdfium.FPDFText_GetTextObject, _ADDRESS)
char_loose_box = _plain(pdfium.FPDFText_GetLooseCharBox, _INT)
char_box = _plain(pdfium.FPDFText_GetCharBox, _INT)
char_origin = _plain(pdfium.FPDFText_GetCharOrigin, _INT)
char_matrix = _plain(pdfium.FPDFText_GetMatrix, _INT)
char_font_size = _plain(pdfium.FPDFText_GetFontSize, _REAL)
char_fill = _plain(pdfium.FPDFText_GetFillColor, _INT)

text_font = _plain(pdfium.FPDFTextObj_GetFont, _ADDRESS)
text_mode = _plain(pdfium.FPDFTextObj_GetTextRenderMode, _INT)

page_object = _plain(pdfium.FPDFPage_GetObject, _ADDRESS)
form_object = _plain(pdfium.FPDFFormObj_GetObject, _ADDRESS)
form_count = _plain(pdfium.FPDFFormObj_CountObjects, _INT)
object_type = _plain(pdfium.FPDFPageObj_GetType, _INT)
object_matrix = _plain(pdfium.FPDFPageObj_GetMatrix, _INT)
object_fill = _plain(pdfium.FPDFPageObj_GetFillColor, _INT)
object_stroke = _plain(pdfium.FPDFPageObj_GetStrokeColor, _INT)

clip_path = _plain(pdfium.FPDFPageObj_GetClipPath, Handle)
clip_count = _plain(pdfium.FPDFClipPath_CountPaths, _INT)
clip_segments = _plain(pdfium.FPDFClipPath_CountPathSegments, _INT)
clip_segment = _plain(pdfium.FPDFClipPath_GetPathSegment, Handle)
clip_segment_address = _plain(pdfium.FPDFClipPath_GetPathSegment, _ADDRESS)

path_mode = _plain(pdfium.FPDFPath_GetDrawMode, _INT)
path_segments = _plain(pdfium.FPDFPath_CountSegments, _INT)
path_segment = _plain(pdfium.FPDFPath_GetPathSegment, Handle)
segment_point = _plain(pdfium.FPDFPathSegment_GetPoint, _INT)
segment_type = _plain(pdfium.FPDFPathSegment_GetType, _INT)
segment_closes = _plain(pdfium.FPDFPathSegment_GetClose, _INT)


def column(function: Plain, *arguments: Iterable[Any], count: int) -> Ints:
    """What the function answers, for each of `count` rows of arguments."""
    return np.fromiter(map(function, *arguments), np.int64, count)


def among(codes: Ints, some: Sequence[int]) -> Flags:
    """Which codes are one of a few; `np.isin` takes ten times as long for a page."""
    found: Flags = codes == some[0]
    for code in some[1:]:
        found |= codes == code
    return found


_FILLING = Lock()  # one thread at a time: all write to the same rows
_ROWS = 1024  # are filled at a time: what PDFium writes to is made once and used again


@cache
def _slots(of: Any, wide: int, parts: int) -> tuple[npt.NDArray[Any], list[list[Any]]]:
    """Rows of `wide` numbers of the C type `of`, and what points to each of their parts."""
    cells = (of * (wide // parts) * (_ROWS * parts))()
    places = list(cells)
    return np.ctypeslib.as_array(cells).reshape(_ROWS, wide), [places[part::parts] for part in range(parts)]


def filled(
    function: Plain, *arguments: Iterable[Any], count: int, unset: Sequence[float], parts: int, of: Any
) -> npt.NDArray[Any]:
    """Rows of numbers of the C type `of` that the function writes through `parts` pointers a row.

    A row that the function leaves alone reads as `unset`.
    """
    rows, places = _slots(of, len(unset), parts)
    found = np.empty((count, len(unset)), rows.dtype)
    given = list(map(iter, arguments))
    for start in range(0, count, _ROWS):
        some = min(_ROWS, count - start)
        with _FILLING:
            rows[:some] = unset
            deque(map(function, *(islice(one, some) for one in given), *places), maxlen=0)
            found[start : start + some] = rows[:some]
    return found


def same(handle: Any) -> Iterable[Any]:
    """One handle for all rows."""
    return repeat(handle)
