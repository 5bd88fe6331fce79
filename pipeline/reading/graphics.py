"""Lines, filled rectangles and images of a page, and the order in which everything is painted."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from pipeline.reading.characters import Display
from pipeline.reading.page import Box, Fill, Image, Rule

# A filled rectangle or image at most this thick is drawn as a line: rules of 0.5 to 1.5 pt are the rule in
# the corpus, bands start at about 6 pt.
THIN = 2.0
MAX_DEPTH = 8
MAX_SEGMENTS = 400  # a path with more is a chart or a logo, never a table's rule


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

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Map a point."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f


IDENTITY = Matrix(1, 0, 0, 1, 0, 0)


class Cover(NamedTuple):
    """An opaque area painted at position `order`: what lies under it and was painted earlier is not seen."""

    box: Box
    order: int
    color: tuple[int, int, int] | None  # None for an image


@dataclass(slots=True)
class Graphics:
    """Everything drawn on a page that is not text."""

    rules: list[Rule] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    covers: list[Cover] = field(default_factory=list)
    # Areas with curved or many-cornered outlines: they are the background of white text, but cover nothing
    # for certain, since the outline need not fill its box.
    shapes: list[Cover] = field(default_factory=list)
    order: dict[int, int] = field(default_factory=dict)  # address of a text object → painting position
    curves: int = 0


def _matrix(obj: Any) -> Matrix:
    m = pdfium.FS_MATRIX()
    if not pdfium.FPDFPageObj_GetMatrix(obj, m):
        return IDENTITY
    return Matrix(m.a, m.b, m.c, m.d, m.e, m.f)


def _color(getter: Any, obj: Any) -> tuple[tuple[int, int, int], int]:
    r, g, b, a = (ctypes.c_uint() for _ in range(4))
    if not getter(obj, r, g, b, a):
        return (0, 0, 0), 255
    return (r.value, g.value, b.value), a.value


def _subpaths(obj: Any, matrix: Matrix, display: Display) -> tuple[list[list[tuple[float, float]]], bool]:
    """The path's straight subpaths in display coordinates, and whether it holds a curve."""
    paths: list[list[tuple[float, float]]] = []
    curved = False
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(pdfium.FPDFPath_CountSegments(obj)):
        segment = pdfium.FPDFPath_GetPathSegment(obj, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO:
            curved = True
            continue
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        point = display.point(*matrix.point(x.value, y.value))
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            paths.append([point])
        elif paths:
            paths[-1].append(point)
            if pdfium.FPDFPathSegment_GetClose(segment):
                paths[-1].append(paths[-1][0])
    return paths, curved


def _clipped(box: Box, clip: Box | None) -> Box | None:
    if clip is None:
        return box
    cut = Box(
        max(box.x0, clip.x0), max(box.top, clip.top), min(box.x1, clip.x1), min(box.bottom, clip.bottom)
    )
    return cut if cut.x1 >= cut.x0 and cut.bottom >= cut.top else None


def _read_path(
    obj: Any, matrix: Matrix, display: Display, clip: Box | None, order: int, out: Graphics
) -> None:
    if pdfium.FPDFPath_CountSegments(obj) > MAX_SEGMENTS:
        out.curves += 1
        return
    fill_mode, stroked = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(obj, fill_mode, stroked):
        return
    if not fill_mode.value and not stroked.value:
        return
    paths, curved = _subpaths(obj, matrix, display)
    if curved:
        out.curves += 1
        if fill_mode.value:
            _add_shape(paths, obj, order, out)
        return
    if stroked.value:
        color, alpha = _color(pdfium.FPDFPageObj_GetStrokeColor, obj)
        if alpha > 20:
            for path in paths:
                for (xa, ya), (xb, yb) in itertools.pairwise(path):
                    if abs(ya - yb) > 0.7 and abs(xa - xb) > 0.7:
                        continue
                    line = _clipped(Box(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)), clip)
                    if line and (line.width > 1 or line.height > 1):
                        out.rules.append(Rule(*line, color))
    if fill_mode.value:
        color, alpha = _color(pdfium.FPDFPageObj_GetFillColor, obj)
        if alpha < 20:
            return
        for path in paths:
            corners = {(round(px, 1), round(py, 1)) for px, py in path}
            xs, ys = [p[0] for p in path], [p[1] for p in path]
            if len(corners) < 2 or len({round(v) for v in xs}) > 2 + (len(corners) > 4) or len(path) > 6:
                if len(path) > 6:
                    out.curves += 1
                    _add_shape([path], obj, order, out)
                continue
            box = _clipped(Box(min(xs), min(ys), max(xs), max(ys)), clip)
            if box is None:
                continue
            if min(box.width, box.height) <= THIN:
                if max(box.width, box.height) > THIN:
                    out.rules.append(Rule(*box, color))
            else:
                out.fills.append(Fill(*box, color))
                if alpha > 230:
                    out.covers.append(Cover(box, order, color))


def _add_shape(paths: Sequence[Sequence[tuple[float, float]]], obj: Any, order: int, out: Graphics) -> None:
    points = [point for path in paths for point in path]
    color, alpha = _color(pdfium.FPDFPageObj_GetFillColor, obj)
    if len(points) > 2 and alpha > 230:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        out.shapes.append(Cover(Box(min(xs), min(ys), max(xs), max(ys)), order, color))


def read_graphics(page: Any, display: Display, clip_of: Any) -> Graphics:
    """Walk the page's objects (forms included) in painting order."""
    out = Graphics()
    position = 0

    def walk(obj: Any, matrix: Matrix, depth: int) -> None:
        nonlocal position
        position += 1
        kind = pdfium.FPDFPageObj_GetType(obj)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            out.order[ctypes.addressof(obj.contents)] = position
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            clip = clip_of(obj, display) if depth == 0 else None
            _read_path(obj, _matrix(obj).then(matrix), display, clip, position, out)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            m = _matrix(obj).then(matrix)
            corners = [display.point(*m.point(x, y)) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
            xs, ys = [c[0] for c in corners], [c[1] for c in corners]
            full = Box(min(xs), min(ys), max(xs), max(ys))
            box = _clipped(full, clip_of(obj, display) if depth == 0 else None)
            if box is None:
                return
            if min(box.width, box.height) <= THIN and max(box.width, box.height) > 4 * THIN:
                out.rules.append(Rule(*box, (0, 0, 0)))
            else:
                out.images.append(Image(*box))
        elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
            inner = _matrix(obj).then(matrix)
            for index in range(pdfium.FPDFFormObj_CountObjects(obj)):
                child = pdfium.FPDFFormObj_GetObject(obj, index)
                if child:
                    walk(child, inner, depth + 1)

    for index in range(pdfium.FPDFPage_CountObjects(page)):
        obj = pdfium.FPDFPage_GetObject(page, index)
        if obj:
            walk(obj, IDENTITY, 0)
    return out
