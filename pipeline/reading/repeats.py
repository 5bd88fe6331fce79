"""Texts that PDFium leaves out of its text page because they repeat one just before, although both are seen.

It takes a text object for bold by overprinting where one of the few before it has the same characters, font
and size, overlaps it, and stands off by less than an eighth of its width or height. The hidden end of a label
that wraps in its cell (`归属于母公司|股东权益合计`) may stand so near the next row's label (`股东权益合计`)
that this has no characters at all. Here they are put back from their twins.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.reading import calls
from pipeline.reading.calls import Handle, Ints
from pipeline.reading.characters import (
    BLACK,
    IDENTITY,
    UNTURNED,
    Characters,
    Display,
    Matrix,
    Owners,
    clip_boxes,
)
from pipeline.reading.words import OVERPRINTED

_BEFORE = 5  # objects that PDFium looks back at
_ALIKE = 0.01  # points: boxes of the same characters in the same type
_LINE = 0.1  # of the height: the line that makes characters bold


class _Painted(NamedTuple):
    """A text object as its page has it."""

    address: int
    font: int
    matrix: Matrix
    width: float
    height: float


def with_repeats(
    chars: Characters, display: Display, order: Mapping[int, int], within: Mapping[int, Matrix]
) -> Characters:
    """The characters, and after them those of texts left out as repeats that stand clearly elsewhere.

    `order` gives the painting position of every text object by address, `within` the place of those in forms.
    """
    known = {at: owner for owner, at in enumerate(chars.owners.order.tolist()) if at >= 0}
    by_place = sorted((at, address) for address, at in order.items())
    found: list[tuple[int, int, float, float]] = []  # address, owner of the twin, and the way from it
    for n, (at, address) in enumerate(by_place):
        if at in known:
            continue
        mine = _painted(address, within)
        for before, other in reversed(by_place[max(n - _BEFORE, 0) : n]):
            twin = known.get(before)
            if twin is None or not chars.owners.upright[twin]:
                continue
            theirs = _painted(other, within)
            if not _is_alike(mine, theirs):
                continue
            (x, y), (there_x, there_y) = (display.point(*one.matrix[4:]) for one in (mine, theirs))
            if abs(y - there_y) >= OVERPRINTED * chars.owners.size[twin]:
                found.append((address, twin, x - there_x, y - there_y))
            break
    return _added(chars, found, display, order, within) if found else chars


def _painted(address: int, within: Mapping[int, Matrix]) -> _Painted:
    edges = [ctypes.c_float() for _ in range(4)]
    handle: Any = ctypes.cast(address, pdfium.FPDF_PAGEOBJECT)
    pdfium.FPDFPageObj_GetBounds(handle, *edges)
    left, bottom, right, top = (edge.value for edge in edges)
    raw = pdfium.FS_MATRIX(*UNTURNED)
    pdfium.FPDFPageObj_GetMatrix(handle, raw)
    matrix = Matrix(raw.a, raw.b, raw.c, raw.d, raw.e, raw.f).then(within.get(address, IDENTITY))
    return _Painted(address, calls.text_font(Handle(address)), matrix, right - left, top - bottom)


def _is_alike(one: _Painted, other: _Painted) -> bool:
    """Whether two objects paint the same characters; outlined ones are wider and higher by the line."""
    wider, higher = one.width - other.width, one.height - other.height
    return (
        one.font == other.font
        and one.width > 0
        and abs(wider - higher) < _ALIKE
        and abs(wider) < _LINE * one.height
        and all(abs(a - b) < 1e-6 for a, b in zip(one.matrix[:4], other.matrix[:4], strict=True))
    )


def _added(
    chars: Characters,
    found: Sequence[tuple[int, int, float, float]],
    display: Display,
    order: Mapping[int, int],
    within: Mapping[int, Matrix],
) -> Characters:
    of, count = chars.owners, len(chars.owners.size)
    twins = [twin for _, twin, _, _ in found]
    places = [np.flatnonzero(chars.owner == twin) for twin in twins]
    copied: Ints = np.concatenate(places)
    sizes = [len(place) for place in places]
    handles = [Handle(address) for address, *_ in found]
    mode = calls.column(calls.text_mode, handles, count=len(handles))
    outlined = pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
    fills = calls.filled(
        calls.object_fill, handles, count=len(handles), unset=BLACK, parts=4, of=ctypes.c_uint
    ).astype(np.int64)
    dx, dy = (np.repeat([one[axis] for one in found], sizes) for axis in (2, 3))
    owners = Owners(
        np.concatenate((of.size, of.size[twins])),
        [*of.font, *(of.font[twin] for twin in twins)],
        np.concatenate((of.bold, (of.bold[twins] & (of.mode[twins] != outlined)) | (mode == outlined))),
        np.concatenate((of.color, fills[:, :3])),
        np.concatenate((of.alpha, fills[:, 3])),
        np.concatenate((of.mode, mode)),
        np.concatenate((of.upright, of.upright[twins])),
        np.concatenate((of.clip, clip_boxes(handles, display, within))),
        np.concatenate((of.order, [order[address] for address, *_ in found])),
    )
    shifted = {
        name: np.concatenate((column, column[copied] + by))
        for name, column, by in (
            ("x0", chars.x0, dx),
            ("x1", chars.x1, dx),
            ("top", chars.top, dy),
            ("bottom", chars.bottom, dy),
            ("baseline", chars.baseline, dy),
        )
    }
    return replace(
        chars,
        **shifted,
        codes=np.concatenate((chars.codes, chars.codes[copied])),
        owner=np.concatenate((chars.owner, np.repeat(np.arange(count, count + len(found)), sizes))),
        owners=owners,
    )
