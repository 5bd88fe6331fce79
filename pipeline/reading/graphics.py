"""Lines, filled rectangles and images of a page, and the order in which everything is painted."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pypdfium2.raw as pdfium

from pipeline.reading import calls
from pipeline.reading.calls import Flags, Floats, Handle, Ints
from pipeline.reading.characters import (
    BLACK,
    EVERYWHERE,
    IDENTITY,
    POINT,
    UNTURNED,
    Display,
    Matrix,
    clip_boxes,
)
from pipeline.reading.page import Box, Fill, Image, Rule

# A filled rectangle or image at most this thick is drawn as a line: rules of 0.5 to 1.5 pt are the rule in
# the corpus, bands start at about 6 pt.
THIN = 2.0
MAX_DEPTH = 8
_SEEN = 20  # of 255: what is painted with less is not seen
_LEAST = 0.2  # points: the longer side of a rectangle
# The fullest of 1,013 real pages draws 12,204 paths of 61,020 corners; each takes some 150 bytes.
MOST_OBJECTS, MOST_CORNERS = 300_000, 1_000_000
MAX_SEGMENTS = 400  # a path with more is a chart or a logo, never a table's rule


class TooMuchDrawnError(Exception):
    """A page draws more than there is memory for; says what of."""


def _check(count: int, most: int, what: str) -> None:
    if count > most:
        raise TooMuchDrawnError(f"{count:,} {what} are drawn on it, more than is read of a page ({most:,})")


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
    """Paths and images in painting order, as columns."""

    handles: list[Handle]
    images: Flags
    matrices: Floats  # n × 6; forms included
    clips: Floats  # n × 4, endless where nothing clips
    order: Ints


class _Outlines(NamedTuple):
    """The corners of paths in display coordinates, path behind path, and how the paths are painted."""

    sizes: Ints  # segments of each path; 0 where they are too many to be anything of a table
    ends: Ints  # where the corners of each path end in `kinds`, `xs` and `ys`
    segments: list[Handle]
    kinds: Ints
    xs: Floats
    ys: Floats
    filled: list[int]
    stroked: list[int]
    fills: list[list[int]]
    strokes: list[list[int]]
    too_long: list[bool]


class _Outline(NamedTuple):
    """A path's straight parts in display coordinates, and how they are painted."""

    parts: list[list[Point]]
    fill: Color
    fill_alpha: int
    stroke: Color
    stroke_alpha: int


def _clipped(box: Box, clip: Box) -> Box | None:
    cut = Box(
        max(box.x0, clip.x0), max(box.top, clip.top), min(box.x1, clip.x1), min(box.bottom, clip.bottom)
    )
    return cut if cut.x1 >= cut.x0 and cut.bottom >= cut.top else None


def read_graphics(page: Any, display: Display) -> Graphics:
    """Walk the page's objects (forms included) in painting order."""
    out = Graphics()
    drawn = _drawn(page, display, out)
    at_path = np.flatnonzero(~drawn.images)
    paths = [drawn.handles[at] for at in at_path.tolist()]
    outlines = _outlines(paths, drawn.matrices[at_path], display)
    plain, boxes = _rectangles(outlines, drawn.clips[at_path])
    clips = drawn.clips.tolist()
    path = -1
    for at, (image, order) in enumerate(zip(drawn.images.tolist(), drawn.order.tolist(), strict=True)):
        if image:
            _add_image(Matrix(*drawn.matrices[at].tolist()), Box(*clips[at]), display, out)
            continue
        path += 1
        if plain[path]:
            fill = outlines.fills[path]
            if fill[3] >= _SEEN:
                _add_box(Box(*boxes[path]), _color(fill), fill[3], order, out)
            continue
        _add_path(outlines, path, Box(*clips[at]), order, out)
    return out


def _add_path(outlines: _Outlines, path: int, clip: Box, order: int, out: Graphics) -> None:
    """Whatever a path is that is not one filled rectangle."""
    filled, stroked = outlines.filled[path], outlines.stroked[path]
    if not outlines.sizes[path]:
        out.curves += bool(outlines.too_long[path])
        return
    outline, curved = _outline(outlines, path)
    if curved:
        if filled or stroked:
            out.curves += 1
        if filled:
            _add_shape(outline, outline.parts, order, out)
    else:
        if stroked:
            _add_strokes(outline, clip, out)
        if filled and outline.fill_alpha >= _SEEN:
            _add_fills(outline, clip, order, out)


def _drawn(page: Any, display: Display, out: Graphics) -> _Drawn:
    """The page's paths and images in painting order; `out` is told of the text objects among them."""
    count = max(pdfium.FPDFPage_CountObjects(page), 0)
    _check(count, MOST_OBJECTS, "objects")
    objects = calls.column(calls.page_object, calls.same(page), range(count), count=count)
    found = _Objects(display, out)
    found.walk(objects[objects != 0], IDENTITY, 0, 1)
    images, matrices, clips, order = (np.concatenate(parts) for parts in zip(*found.columns, strict=True))
    turn = np.argsort(order, kind="stable")
    return _Drawn(
        [found.handles[at] for at in turn.tolist()], images[turn], matrices[turn], clips[turn], order[turn]
    )


class _Objects:
    """What is gathered of a page's objects. (A function that calls itself would hold it past the page.)"""

    def __init__(self, display: Display, out: Graphics) -> None:
        self._display, self._out, self._total = display, out, 0
        self.handles: list[Handle] = []
        self.columns: list[tuple[Flags, Floats, Floats, Ints]] = []

    def walk(self, addresses: Ints, within: Matrix, depth: int, start: int) -> int:
        """How many objects stand here and in the forms among them; the first is painted at `start`."""
        self._total += len(addresses)
        _check(self._total, MOST_OBJECTS, "objects")
        objects, count = list(map(Handle, addresses.tolist())), len(addresses)
        kinds = calls.column(calls.object_type, objects, count=count)
        order = np.arange(start, start + count)
        place = np.flatnonzero(kinds != pdfium.FPDF_PAGEOBJ_TEXT)
        placed, number = [objects[at] for at in place.tolist()], len(place)
        own = calls.filled(
            calls.object_matrix, placed, count=number, unset=UNTURNED, parts=1, of=ctypes.c_float
        ).astype(float)
        matrices = np.stack(Matrix(*own.T).then(within), axis=1) if number else own
        for at in np.flatnonzero(kinds[place] == pdfium.FPDF_PAGEOBJ_FORM).tolist():
            if depth < MAX_DEPTH:
                here = int(place[at])
                size = max(calls.form_count(placed[at]), 0)
                _check(self._total + size, MOST_OBJECTS, "objects")
                children = calls.column(calls.form_object, calls.same(placed[at]), range(size), count=size)
                inner = Matrix(*matrices[at].tolist())
                order[here + 1 :] += self.walk(
                    children[children != 0], inner, depth + 1, int(order[here]) + 1
                )
        at_text = np.flatnonzero(kinds == pdfium.FPDF_PAGEOBJ_TEXT)
        texts = addresses[at_text].tolist()
        self._out.order.update(zip(texts, order[at_text].tolist(), strict=True))
        if depth:
            self._out.within.update(dict.fromkeys(texts, within))
        image = kinds[place] == pdfium.FPDF_PAGEOBJ_IMAGE
        kept = np.flatnonzero(image | (kinds[place] == pdfium.FPDF_PAGEOBJ_PATH))
        those = [placed[at] for at in kept.tolist()]
        self.handles.extend(those)
        # PDFium gives the clips of what stands in a form in the form's own coordinates.
        clips = clip_boxes(those, self._display, {}) if depth == 0 else np.tile(EVERYWHERE, (len(those), 1))
        self.columns.append((image[kept], matrices[kept], clips, order[place[kept]]))
        return int(order[-1]) - start + 1 if count else 0


def _outlines(paths: Sequence[Handle], matrices: Floats, display: Display) -> _Outlines:
    """The outline of each path."""
    count = len(paths)
    modes = calls.filled(calls.path_mode, paths, count=count, unset=(0, 0), parts=2, of=ctypes.c_int)
    all_sizes = calls.column(calls.path_segments, paths, count=count)
    sizes = np.where(all_sizes <= MAX_SEGMENTS, all_sizes, 0)
    _check(int(sizes.sum()), MOST_CORNERS, "corners")
    segments = [
        calls.path_segment(handle, index)
        for handle, size in zip(paths, sizes.tolist(), strict=True)
        for index in range(size)
    ]
    total = len(segments)
    points = calls.filled(
        calls.segment_point, segments, count=total, unset=POINT, parts=2, of=ctypes.c_float
    ).astype(float)
    turned = np.repeat(matrices, sizes, axis=0)
    xs, ys = display.point(*Matrix(*turned.T).point(*points.T))
    return _Outlines(
        sizes,
        np.cumsum(sizes),
        segments,
        calls.column(calls.segment_type, segments, count=total),
        xs,
        ys,
        modes[:, 0].tolist(),
        modes[:, 1].tolist(),
        _colors(calls.object_fill, paths, modes[:, 0]),
        _colors(calls.object_stroke, paths, modes[:, 1]),
        (all_sizes > MAX_SEGMENTS).tolist(),
    )


def _colors(function: calls.Plain, paths: Sequence[Handle], painted: Ints) -> list[list[int]]:
    """The colours of those paths that are painted at all, black for the others."""
    colors = np.tile(np.array(BLACK), (len(paths), 1))
    at = np.flatnonzero(painted)
    some = [paths[one] for one in at.tolist()]
    colors[at] = calls.filled(function, some, count=len(at), unset=BLACK, parts=4, of=ctypes.c_uint)
    found: list[list[int]] = colors.tolist()
    return found


def _rectangles(outlines: _Outlines, clips: Floats) -> tuple[list[bool], list[list[float]]]:
    """Which paths are one filled rectangle with upright sides, and what of its box is not clipped.

    Nearly all paths are such: they need no line of Python for each of their corners.
    """
    sizes, ends = outlines.sizes, outlines.ends
    plain = (sizes >= 3) & (sizes <= 5) & (np.array(outlines.filled) != 0) & (np.array(outlines.stroked) == 0)
    boxes = np.zeros((len(sizes), 4))
    if plain.any():
        filled = np.flatnonzero(sizes)
        starts = (ends - sizes)[filled]
        of = np.repeat(np.arange(len(sizes)), sizes)
        begins = np.zeros(len(of), bool)
        begins[starts] = True
        straight = outlines.kinds == np.where(begins, pdfium.FPDF_SEGMENT_MOVETO, pdfium.FPDF_SEGMENT_LINETO)
        for at, axis in enumerate((outlines.xs, outlines.ys)):
            low, high = (take.reduceat(axis, starts) for take in (np.minimum, np.maximum))
            boxes[filled, at], boxes[filled, at + 2] = low, high
            straight &= (axis == boxes[of, at]) | (axis == boxes[of, at + 2])
        plain[filled] &= np.logical_and.reduceat(straight, starts)
        wide, tall = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
        plain &= (wide > 0) & (tall > 0) & (np.maximum(wide, tall) > _LEAST)
    boxes[:, :2] = np.maximum(boxes[:, :2], clips[:, :2])
    boxes[:, 2:] = np.minimum(boxes[:, 2:], clips[:, 2:])
    return plain.tolist(), boxes.tolist()


def _outline(outlines: _Outlines, path: int) -> tuple[_Outline, bool]:
    """A path's outline, and whether some of it is curved."""
    end = int(outlines.ends[path])
    here = slice(end - int(outlines.sizes[path]), end)
    kinds = outlines.kinds[here].tolist()
    closes = list(map(calls.segment_closes, outlines.segments[here]))
    fill, stroke = outlines.fills[path], outlines.strokes[path]
    parts = _parts(kinds, closes, outlines.xs[here].tolist(), outlines.ys[here].tolist())
    outline = _Outline(parts, _color(fill), fill[3], _color(stroke), stroke[3])
    return outline, pdfium.FPDF_SEGMENT_BEZIERTO in kinds


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


def _add_strokes(outline: _Outline, clip: Box, out: Graphics) -> None:
    if outline.stroke_alpha <= _SEEN:
        return
    for part in outline.parts:
        for (xa, ya), (xb, yb) in itertools.pairwise(part):
            if abs(ya - yb) > 0.7 and abs(xa - xb) > 0.7:
                continue
            line = _clipped(Box(min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)), clip)
            if line and (line.width > 1 or line.height > 1):
                out.rules.append(Rule(*line, outline.stroke))


def _add_fills(outline: _Outline, clip: Box, order: int, out: Graphics) -> None:
    for part in outline.parts:
        xs, ys = [x for x, _ in part], [y for _, y in part]
        if not _is_upright(part, xs, ys):
            if len(part) > 6:
                out.curves += 1
                _add_shape(outline, [part], order, out)
            continue
        box = _clipped(Box(min(xs), min(ys), max(xs), max(ys)), clip)
        if box is not None:
            _add_box(box, outline.fill, outline.fill_alpha, order, out)


def _add_box(box: Box, color: Color, alpha: int, order: int, out: Graphics) -> None:
    """A filled rectangle, a line where it is thin, nothing where its clip leaves nothing of it."""
    wide, tall = box.x1 - box.x0, box.bottom - box.top
    if wide < 0 or tall < 0:
        return
    if min(wide, tall) <= THIN:
        if max(wide, tall) > THIN:
            out.rules.append(Rule(*box, color))
    else:
        out.fills.append(Fill(*box, color))
        if alpha > 230:
            out.covers.append(Cover(box, order, color))


def _is_upright(part: Sequence[Point], xs: Sequence[float], ys: Sequence[float]) -> bool:
    """Whether a filled part is a rectangle with upright sides, or a line drawn as one."""
    if len(part) > 6:
        return False
    if len(set(xs)) == len(set(ys)) == 2 and max(max(xs) - min(xs), max(ys) - min(ys)) > _LEAST:
        return True  # as nearly all are: nothing to round
    corners = {(round(x, 1), round(y, 1)) for x, y in part}
    return len(corners) > 1 and len({round(x) for x in xs}) <= 2 + (len(corners) > 4)


def _add_shape(outline: _Outline, parts: Sequence[Sequence[Point]], order: int, out: Graphics) -> None:
    points = [point for part in parts for point in part]
    if len(points) > 2 and outline.fill_alpha > 230:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        out.shapes.append(Cover(Box(min(xs), min(ys), max(xs), max(ys)), order, outline.fill))


def _add_image(matrix: Matrix, clip: Box, display: Display, out: Graphics) -> None:
    corners = [display.point(*matrix.point(x, y)) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    box = _clipped(Box(min(xs), min(ys), max(xs), max(ys)), clip)
    if box is None:
        return
    if min(box.width, box.height) <= THIN and max(box.width, box.height) > 4 * THIN:
        out.rules.append(Rule(*box, (0, 0, 0)))
    else:
        out.images.append(Image(*box))
