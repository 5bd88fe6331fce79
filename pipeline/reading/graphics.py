"""Lines, filled rectangles and images of a page, and the order in which everything is painted."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.reading import calls
from pipeline.reading.characters import Display, clip_boxes
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


_PLACE = np.zeros(6, np.float32)  # where single calls write; PDFium and this process are single-threaded
_COLOR = np.zeros(4, np.uint32)
_MODE = np.zeros(2, np.int32)
_AT_PLACE = _PLACE.ctypes.data
_AT_COLOR = tuple(_COLOR.ctypes.data + 4 * part for part in range(4))
_AT_MODE = tuple(_MODE.ctypes.data + 4 * part for part in range(2))


def _matrix(obj: int) -> Matrix:
    return Matrix(*_PLACE.tolist()) if calls.object_matrix(obj, _AT_PLACE) else IDENTITY


def _color(getter: calls.Plain, obj: int) -> tuple[tuple[int, int, int], int]:
    if not getter(obj, *_AT_COLOR):
        return (0, 0, 0), 255
    red, green, blue, alpha = _COLOR.tolist()
    return (red, green, blue), alpha


Point = tuple[float, float]


def _subpaths(obj: int, count: int, place: Callable[[Point], Point]) -> tuple[list[list[Point]], bool]:
    """The path's straight subpaths in display coordinates, and whether it holds a curve."""
    segments = list(map(calls.path_segment, calls.same(obj), range(count)))
    kinds = list(map(calls.segment_type, segments))
    points = calls.filled(calls.segment_point, segments, count=count, width=2, parts=2, of=np.float32)
    closes = map(calls.segment_closes, segments)
    paths: list[list[Point]] = []
    for kind, close, x, y in zip(kinds, closes, *points.T.tolist(), strict=True):
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            paths.append([place((x, y))])
        elif paths and kind != pdfium.FPDF_SEGMENT_BEZIERTO:
            paths[-1].append(place((x, y)))
            if close:
                paths[-1].append(paths[-1][0])
    return paths, pdfium.FPDF_SEGMENT_BEZIERTO in kinds


def _clipped(box: Box, clip: Box | None) -> Box | None:
    if clip is None:
        return box
    cut = Box(
        max(box.x0, clip.x0), max(box.top, clip.top), min(box.x1, clip.x1), min(box.bottom, clip.bottom)
    )
    return cut if cut.x1 >= cut.x0 and cut.bottom >= cut.top else None


def _read_path(
    obj: int, matrix: Matrix, display: Display, clip: Box | None, order: int, out: Graphics
) -> None:
    count = calls.path_segments(obj)
    if count > MAX_SEGMENTS:
        out.curves += 1
        return
    if not calls.path_mode(obj, *_AT_MODE):
        return
    filled, stroked = _MODE.tolist()
    if not filled and not stroked:
        return
    paths, curved = _subpaths(obj, count, lambda point: display.point(*matrix.point(*point)))
    if curved:
        out.curves += 1
        if filled:
            _add_shape(paths, obj, order, out)
        return
    if stroked:
        color, alpha = _color(calls.object_stroke, obj)
        if alpha > 20:
            for path in paths:
                for (xa, ya), (xb, yb) in itertools.pairwise(path):
                    if abs(ya - yb) > 0.7 and abs(xa - xb) > 0.7:
                        continue
                    line = _clipped(Box(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)), clip)
                    if line and (line.width > 1 or line.height > 1):
                        out.rules.append(Rule(*line, color))
    if filled:
        color, alpha = _color(calls.object_fill, obj)
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


def _add_shape(paths: Sequence[Sequence[Point]], obj: int, order: int, out: Graphics) -> None:
    points = [point for path in paths for point in path]
    color, alpha = _color(calls.object_fill, obj)
    if len(points) > 2 and alpha > 230:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        out.shapes.append(Cover(Box(min(xs), min(ys), max(xs), max(ys)), order, color))


_DRAWN = (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE)


def read_graphics(page: Any, display: Display) -> Graphics:
    """Walk the page's objects (forms included) in painting order."""
    out = Graphics()
    position = 0

    def walk(objects: Sequence[int], matrix: Matrix, depth: int) -> None:
        nonlocal position
        kinds = list(map(calls.object_type, objects))
        clips: dict[int, Box] = {}
        if depth == 0:
            drawn = [obj for obj, kind in zip(objects, kinds, strict=True) if kind in _DRAWN]
            boxes = map(Box._make, clip_boxes(drawn, display).tolist())
            clips = dict(zip(drawn, boxes, strict=True))
        for obj, kind in zip(objects, kinds, strict=True):
            position += 1
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                out.order[obj] = position
            elif kind == pdfium.FPDF_PAGEOBJ_PATH:
                own = _matrix(obj).then(matrix)
                _read_path(obj, own, display, clips.get(obj), position, out)
            elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
                _read_image(_matrix(obj).then(matrix), display, clips.get(obj), out)
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
                count = calls.form_count(obj)
                children = map(calls.form_object, calls.same(obj), range(count))
                walk([child for child in children if child], _matrix(obj).then(matrix), depth + 1)

    handle = calls.address(page)
    count = max(pdfium.FPDFPage_CountObjects(page), 0)
    walk([obj for obj in map(calls.page_object, calls.same(handle), range(count)) if obj], IDENTITY, 0)
    return out


def _read_image(matrix: Matrix, display: Display, clip: Box | None, out: Graphics) -> None:
    corners = [display.point(*matrix.point(x, y)) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    box = _clipped(Box(min(xs), min(ys), max(xs), max(ys)), clip)
    if box is None:
        return
    if min(box.width, box.height) <= THIN and max(box.width, box.height) > 4 * THIN:
        out.rules.append(Rule(*box, (0, 0, 0)))
    else:
        out.images.append(Image(*box))
