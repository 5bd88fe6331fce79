"""Lines, filled rectangles and images of a page, and the order in which everything is painted."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.reading import calls
from pipeline.reading.characters import BLACK, IDENTITY, POINT, UNTURNED, Display, Matrix, clip_boxes
from pipeline.reading.page import Box, Fill, Image, Rule

# A filled rectangle or image at most this thick is drawn as a line: rules of 0.5 to 1.5 pt are the rule in
# the corpus, bands start at about 6 pt.
THIN = 2.0
MAX_DEPTH = 8
MAX_SEGMENTS = 400  # a path with more is a chart or a logo, never a table's rule


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
    within: dict[int, Matrix] = field(default_factory=dict)  # of those in a form: where the form puts them
    curves: int = 0


Point = tuple[float, float]
Color = tuple[int, int, int]


class _Drawn(NamedTuple):
    """A path or image: where its matrix puts it (forms included), what clips it, when it is painted."""

    handle: int
    image: bool
    matrix: Matrix
    clip: Box | None
    order: int


class _Outline(NamedTuple):
    """A path's straight parts in display coordinates, and how they are painted."""

    parts: list[list[Point]]
    curved: bool
    filled: int
    stroked: int
    fill: Color
    fill_alpha: int
    stroke: Color
    stroke_alpha: int


def _clipped(box: Box, clip: Box | None) -> Box | None:
    if clip is None:
        return box
    cut = Box(
        max(box.x0, clip.x0), max(box.top, clip.top), min(box.x1, clip.x1), min(box.bottom, clip.bottom)
    )
    return cut if cut.x1 >= cut.x0 and cut.bottom >= cut.top else None


def read_graphics(page: Any, display: Display) -> Graphics:
    """Walk the page's objects (forms included) in painting order."""
    out = Graphics()
    drawn = _drawn(page, display, out)
    outlines = iter(_outlines([one for one in drawn if not one.image], display))
    for one in drawn:
        if one.image:
            _add_image(one, display, out)
        elif (outline := next(outlines)) is None:
            out.curves += 1
        elif outline.curved:
            if outline.filled or outline.stroked:
                out.curves += 1
            if outline.filled:
                _add_shape(outline, outline.parts, one.order, out)
        else:
            if outline.stroked:
                _add_strokes(outline, one, out)
            if outline.filled and outline.fill_alpha >= 20:
                _add_fills(outline, one, out)
    return out


def _drawn(page: Any, display: Display, out: Graphics) -> list[_Drawn]:
    """The page's paths and images in painting order; `out` is told of the text objects among them."""
    drawn: list[_Drawn] = []
    position = 0

    def walk(objects: Sequence[int], within: Matrix, depth: int) -> None:
        nonlocal position
        kinds = list(map(calls.object_type, objects))
        placed = [obj for obj, kind in zip(objects, kinds, strict=True) if kind != pdfium.FPDF_PAGEOBJ_TEXT]
        unset, count = UNTURNED, len(placed)
        matrices = calls.filled(calls.object_matrix, placed, count=count, unset=unset, parts=1, of=np.float32)
        matrix = dict(zip(placed, matrices.tolist(), strict=True))
        clips: dict[int, Box] = {}
        if depth == 0:
            boxes = map(Box._make, clip_boxes(placed, display, {}).tolist())
            clips = dict(zip(placed, boxes, strict=True))
        for obj, kind in zip(objects, kinds, strict=True):
            position += 1
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                out.order[obj] = position
                if depth:
                    out.within[obj] = within
            elif kind in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_IMAGE):
                image, own = kind == pdfium.FPDF_PAGEOBJ_IMAGE, Matrix(*matrix[obj]).then(within)
                drawn.append(_Drawn(obj, image, own, clips.get(obj), position))
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < MAX_DEPTH:
                children = map(calls.form_object, calls.same(obj), range(calls.form_count(obj)))
                walk([child for child in children if child], Matrix(*matrix[obj]).then(within), depth + 1)

    handle = calls.address(page)
    count = max(pdfium.FPDFPage_CountObjects(page), 0)
    walk([obj for obj in map(calls.page_object, calls.same(handle), range(count)) if obj], IDENTITY, 0)
    return drawn


def _outlines(paths: Sequence[_Drawn], display: Display) -> list[_Outline | None]:
    """The outline of each path, None where it has too many corners to be anything of a table."""
    handles = [path.handle for path in paths]
    count = len(handles)
    modes = calls.filled(calls.path_mode, handles, count=count, unset=(0, 0), parts=2, of=np.int32)
    fills = calls.filled(calls.object_fill, handles, count=count, unset=BLACK, parts=4, of=np.uint32)
    strokes = calls.filled(calls.object_stroke, handles, count=count, unset=BLACK, parts=4, of=np.uint32)
    sizes = calls.column(calls.path_segments, handles, count=count)
    within = np.where(sizes <= MAX_SEGMENTS, sizes, 0)
    ends = np.cumsum(within).tolist()
    segments = [
        calls.path_segment(handle, index)
        for handle, size in zip(handles, within.tolist(), strict=True)
        for index in range(size)
    ]
    kinds = list(map(calls.segment_type, segments))
    closes = list(map(calls.segment_closes, segments))
    points = calls.filled(
        calls.segment_point, segments, count=len(segments), unset=POINT, parts=2, of=np.float32
    ).astype(float)
    matrices = np.repeat(np.array([path.matrix for path in paths], float).reshape(-1, 6), within, axis=0)
    placed = display.point(*Matrix(*matrices.T).point(*points.T))
    xs, ys = (axis.tolist() for axis in placed)
    outlines: list[_Outline | None] = []
    start = 0
    for size, end, (filled, stroked), fill, stroke in zip(
        sizes.tolist(), ends, modes.tolist(), fills.tolist(), strokes.tolist(), strict=True
    ):
        if size > MAX_SEGMENTS:
            outlines.append(None)
            continue
        parts = _parts(kinds[start:end], closes[start:end], xs[start:end], ys[start:end])
        curved = pdfium.FPDF_SEGMENT_BEZIERTO in kinds[start:end]
        start = end
        outlines.append(
            _Outline(parts, curved, filled, stroked, _color(fill), fill[3], _color(stroke), stroke[3])
        )
    return outlines


def _color(channels: Sequence[int]) -> Color:
    red, green, blue = channels[:3]
    return red, green, blue


def _parts(
    kinds: Sequence[int], closes: Sequence[int], xs: Sequence[float], ys: Sequence[float]
) -> list[list[Point]]:
    parts: list[list[Point]] = []
    for kind, close, x, y in zip(kinds, closes, xs, ys, strict=True):
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            parts.append([(x, y)])
        elif parts and kind != pdfium.FPDF_SEGMENT_BEZIERTO:
            parts[-1].append((x, y))
            if close:
                parts[-1].append(parts[-1][0])
    return parts


def _add_strokes(outline: _Outline, drawn: _Drawn, out: Graphics) -> None:
    if outline.stroke_alpha <= 20:
        return
    for part in outline.parts:
        for (xa, ya), (xb, yb) in itertools.pairwise(part):
            if abs(ya - yb) > 0.7 and abs(xa - xb) > 0.7:
                continue
            line = _clipped(Box(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)), drawn.clip)
            if line and (line.width > 1 or line.height > 1):
                out.rules.append(Rule(*line, outline.stroke))


def _add_fills(outline: _Outline, drawn: _Drawn, out: Graphics) -> None:
    for part in outline.parts:
        xs, ys = [x for x, _ in part], [y for _, y in part]
        if not _is_upright(part, xs, ys):
            if len(part) > 6:
                out.curves += 1
                _add_shape(outline, [part], drawn.order, out)
            continue
        box = _clipped(Box(min(xs), min(ys), max(xs), max(ys)), drawn.clip)
        if box is None:
            continue
        if min(box.width, box.height) <= THIN:
            if max(box.width, box.height) > THIN:
                out.rules.append(Rule(*box, outline.fill))
        else:
            out.fills.append(Fill(*box, outline.fill))
            if outline.fill_alpha > 230:
                out.covers.append(Cover(box, drawn.order, outline.fill))


def _is_upright(part: Sequence[Point], xs: Sequence[float], ys: Sequence[float]) -> bool:
    """Whether a filled part is a rectangle with upright sides, or a line drawn as one."""
    if len(part) > 6:
        return False
    if len(set(xs)) == len(set(ys)) == 2 and max(max(xs) - min(xs), max(ys) - min(ys)) > 0.2:
        return True  # as nearly all are: nothing to round
    corners = {(round(x, 1), round(y, 1)) for x, y in part}
    return len(corners) > 1 and len({round(x) for x in xs}) <= 2 + (len(corners) > 4)


def _add_shape(outline: _Outline, parts: Sequence[Sequence[Point]], order: int, out: Graphics) -> None:
    points = [point for part in parts for point in part]
    if len(points) > 2 and outline.fill_alpha > 230:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        out.shapes.append(Cover(Box(min(xs), min(ys), max(xs), max(ys)), order, outline.fill))


def _add_image(drawn: _Drawn, display: Display, out: Graphics) -> None:
    corners = [display.point(*drawn.matrix.point(x, y)) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    box = _clipped(Box(min(xs), min(ys), max(xs), max(ys)), drawn.clip)
    if box is None:
        return
    if min(box.width, box.height) <= THIN and max(box.width, box.height) > 4 * THIN:
        out.rules.append(Rule(*box, (0, 0, 0)))
    else:
        out.images.append(Image(*box))
