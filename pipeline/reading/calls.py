"""PDFium's functions for whole columns of arguments: handles are plain numbers, results land in arrays.

pypdfium2's own prototypes check and wrap every pointer, 0.7 µs a call on top of PDFium's work; a page asks
some 10,000 times. These take and give addresses as integers, so that `map` drives them without a line of
Python in between and structures are written straight into numpy arrays. They keep the interpreter's lock
(`PYFUNCTYPE`): PDFium is not thread-safe, and giving the lock away costs more than most of these calls.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as pdfium

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Plain: TypeAlias = Callable[..., Any]

_HANDLE, _INDEX, _INTO = ctypes.c_size_t, ctypes.c_int, ctypes.c_size_t
_ADDRESS, _COUNT = ctypes.c_size_t, ctypes.c_int


def address(handle: Any) -> int:
    """The number behind a handle or function of pypdfium2."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _plain(function: Any, result: Any, *arguments: Any) -> Plain:
    return ctypes.PYFUNCTYPE(result, *arguments)(address(function))


char_unicode = _plain(pdfium.FPDFText_GetUnicode, ctypes.c_uint, _HANDLE, _INDEX)
char_object = _plain(pdfium.FPDFText_GetTextObject, _ADDRESS, _HANDLE, _INDEX)
char_loose_box = _plain(pdfium.FPDFText_GetLooseCharBox, _COUNT, _HANDLE, _INDEX, _INTO)
char_box = _plain(pdfium.FPDFText_GetCharBox, _COUNT, _HANDLE, _INDEX, _INTO, _INTO, _INTO, _INTO)
char_origin = _plain(pdfium.FPDFText_GetCharOrigin, _COUNT, _HANDLE, _INDEX, _INTO, _INTO)
char_matrix = _plain(pdfium.FPDFText_GetMatrix, _COUNT, _HANDLE, _INDEX, _INTO)
char_font_size = _plain(pdfium.FPDFText_GetFontSize, ctypes.c_double, _HANDLE, _INDEX)
char_fill = _plain(pdfium.FPDFText_GetFillColor, _COUNT, _HANDLE, _INDEX, _INTO, _INTO, _INTO, _INTO)

text_font = _plain(pdfium.FPDFTextObj_GetFont, _ADDRESS, _HANDLE)
text_mode = _plain(pdfium.FPDFTextObj_GetTextRenderMode, _COUNT, _HANDLE)

page_object = _plain(pdfium.FPDFPage_GetObject, _ADDRESS, _HANDLE, _INDEX)
form_object = _plain(pdfium.FPDFFormObj_GetObject, _ADDRESS, _HANDLE, _INDEX)
form_count = _plain(pdfium.FPDFFormObj_CountObjects, _COUNT, _HANDLE)
object_type = _plain(pdfium.FPDFPageObj_GetType, _COUNT, _HANDLE)
object_matrix = _plain(pdfium.FPDFPageObj_GetMatrix, _COUNT, _HANDLE, _INTO)
object_fill = _plain(pdfium.FPDFPageObj_GetFillColor, _COUNT, _HANDLE, _INTO, _INTO, _INTO, _INTO)
object_stroke = _plain(pdfium.FPDFPageObj_GetStrokeColor, _COUNT, _HANDLE, _INTO, _INTO, _INTO, _INTO)

clip_path = _plain(pdfium.FPDFPageObj_GetClipPath, _ADDRESS, _HANDLE)
clip_count = _plain(pdfium.FPDFClipPath_CountPaths, _COUNT, _HANDLE)
clip_segments = _plain(pdfium.FPDFClipPath_CountPathSegments, _COUNT, _HANDLE, _INDEX)
clip_segment = _plain(pdfium.FPDFClipPath_GetPathSegment, _ADDRESS, _HANDLE, _INDEX, _INDEX)

path_mode = _plain(pdfium.FPDFPath_GetDrawMode, _COUNT, _HANDLE, _INTO, _INTO)
path_segments = _plain(pdfium.FPDFPath_CountSegments, _COUNT, _HANDLE)
path_segment = _plain(pdfium.FPDFPath_GetPathSegment, _ADDRESS, _HANDLE, _INDEX)
segment_point = _plain(pdfium.FPDFPathSegment_GetPoint, _COUNT, _HANDLE, _INTO, _INTO)
segment_type = _plain(pdfium.FPDFPathSegment_GetType, _COUNT, _HANDLE)
segment_closes = _plain(pdfium.FPDFPathSegment_GetClose, _COUNT, _HANDLE)


def column(function: Plain, *arguments: Iterable[int], count: int) -> Ints:
    """What the function answers, for each of `count` rows of arguments."""
    return np.fromiter(map(function, *arguments), np.int64, count)


def filled(
    function: Plain, *arguments: Iterable[int], count: int, unset: Sequence[float], parts: int, of: Any
) -> npt.NDArray[Any]:
    """Rows of numbers of type `of` that the function writes through `parts` pointers a row.

    A row that the function leaves alone reads as `unset`.
    """
    into = np.tile(np.array(unset, of), (count, 1))
    start, row = into.ctypes.data, into.strides[0]
    step = row // parts
    pointers = (range(start + part * step, start + part * step + row * count, row) for part in range(parts))
    if count:
        deque(map(function, *arguments, *pointers), maxlen=0)
    return into


def same(handle: int) -> Iterable[int]:
    """One handle for all rows."""
    return repeat(handle)
