"""Pictures of the printed numbers that a finding is about, cut out of the page.

A crop shows the head of the table and the rows around the facts; rows between them that nobody needs are torn
out. It carries the page's pixels only: the boxes of the facts are marks in the crop's coordinates, which the
page draws over it.
"""

from __future__ import annotations

import base64
import hashlib
import io
import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.quality.gather import FactRow, Finding, TableRow
from pipeline.reading.page import Box, union

DPI = 150
MARGIN = 5.0  # points around the table
CONTEXT = 11.0  # points above and below a fact: about the row before and the row after
TEAR = 7.0  # points between two strips of the page
HEAD = 26.0  # points of a table's top taken for its head where no header cells are known
MAX_HEAD = 70.0
MAX_HEIGHT = 430.0
SNAP = 7.0  # points within which the edge of a strip moves to a line without ink
LABEL_WIDTH = 170.0  # points to the left of a fact that show its label where the table's box is unknown
INWARDS = 5.0
AIR = 2.0  # points of quiet kept around a strip
MAX_PIXELS = 24_000_000
COLOURS = 24


class Strip(NamedTuple):
    """A horizontal strip of the page and where it lies in the crop."""

    box: Box
    offset: float


@dataclass(frozen=True, slots=True)
class Mark:
    """The box of a fact in the crop's coordinates; `number` is the fact's place in the finding, from 1."""

    box: Box
    number: int
    fact_id: str
    suspect: bool


@dataclass(frozen=True, slots=True)
class Crop:
    """A picture of part of one page, `width` by `height` points, as a palette PNG."""

    report_id: str
    page: int
    table: TableRow | None
    width: float
    height: float
    png: bytes
    marks: tuple[Mark, ...]
    tears: tuple[float, ...]  # top of each gap where rows were left out
    outside: int  # facts of this place that the crop could not hold

    @property
    def data_uri(self) -> str:
        """The picture, to stand in a page by itself."""
        return "data:image/png;base64," + base64.b64encode(self.png).decode("ascii")


class Crops(NamedTuple):
    """What there is to see of a finding, and why there is not more."""

    crops: tuple[Crop, ...]
    why_not: str = ""


def plan_strips(
    facts: Sequence[FactRow], table: TableRow | None, suspects: frozenset[str], page: Box
) -> tuple[Box, ...]:
    """The strips of `page` that show `facts` (at least one, all on that page), from the top.

    The head of the table is the first of them where it is on this page. Where all would be taller than
    `MAX_HEIGHT`, the rows of the suspects and then those of the first facts are kept. Nothing outside `page`
    is shown: facts that lie there get no strip.
    """
    around = union([fact.box for fact in facts])
    if table is not None:
        x0, x1 = min(table.box.x0, around.x0) - MARGIN, max(table.box.x1, around.x1) + MARGIN
    else:
        x0, x1 = around.x0 - LABEL_WIDTH, around.x1 + LABEL_WIDTH
    spans: list[tuple[float, float]] = []
    if table is not None and table.pages and table.pages[0] == facts[0].page:
        top = table.box.top - MARGIN
        bottom = table.header_bottom + 1 if table.header_bottom is not None else table.box.top + HEAD
        spans.append((top, min(bottom, top + MAX_HEAD)))
    for fact in sorted(facts, key=lambda fact: fact.fact_id not in suspects):
        wider = _merge([*spans, (fact.box.top - CONTEXT, fact.box.bottom + CONTEXT)])
        if sum(bottom - top for top, bottom in wider) > MAX_HEIGHT:
            break
        spans = wider
    boxes = (
        Box(max(x0, page.x0), max(top, page.top), min(x1, page.x1), min(bottom, page.bottom))
        for top, bottom in spans
    )
    return tuple(box for box in boxes if box.width > 1 and box.height > 1)


def snap(strips: Sequence[Box], image: Any, scale: float) -> tuple[Strip, ...]:
    """The strips stacked, their edges moved to the quietest line nearby so that no row is cut in half.

    Quietest is the pixel line with the least contrast, so bands and vertical rules do not mislead: at most
    `SNAP` points outwards, or else a little inwards. `image` is the page at `scale` pixels a point.
    """
    from PIL import Image

    left, right = round(strips[0].x0 * scale), round(strips[0].x1 * scale)
    column = image.crop((left, 0, max(right, left + 1), image.height)).convert("L")
    narrow = column.resize((min(column.width, 60), column.height), Image.Resampling.BOX)
    pixels: bytes = narrow.tobytes()

    @cache
    def contrast(y: int) -> int:
        line = pixels[y * narrow.width : (y + 1) * narrow.width]
        return max(line) - min(line)

    def quiet(edge: float, step: int) -> float:
        start = round(edge * scale)
        outwards = [start + step * distance for distance in range(round(SNAP * scale))]
        inwards = [start - step * distance for distance in range(1, round(INWARDS * scale))]
        near = [y for y in (*outwards, *inwards) if 0 <= y < narrow.height]
        if not near:
            return edge
        calm = min(contrast(y) for y in near) + 4
        found = next(y for y in near if contrast(y) <= calm)
        for _ in range(round(AIR * scale)):
            if not 0 <= found + step < narrow.height or contrast(found + step) > calm:
                break
            found += step
        return found / scale

    spans = _merge([(quiet(box.top, -1), quiet(box.bottom, 1)) for box in strips], TEAR)
    stacked: list[Strip] = []
    offset = 0.0
    for top, bottom in spans:
        stacked.append(Strip(Box(strips[0].x0, top, strips[0].x1, bottom), offset))
        offset += bottom - top + TEAR
    return tuple(stacked)


def _merge(spans: Sequence[tuple[float, float]], gap: float = CONTEXT) -> list[tuple[float, float]]:
    """Spans in order, those that touch or leave no more than `gap` between them made one."""
    merged: list[tuple[float, float]] = []
    for top, bottom in sorted(spans):
        if merged and top <= merged[-1][1] + gap:
            merged[-1] = (merged[-1][0], max(bottom, merged[-1][1]))
        else:
            merged.append((top, bottom))
    return merged


class Cropper:
    """Cuts crops out of the PDFs under `pdf_root`, until `max_crops` or `max_bytes` of pictures are taken.

    Pages are drawn once and kept while neighbours in the order of findings need them.
    """

    def __init__(self, pdf_root: Path | None, *, max_crops: int = 240, max_bytes: int = 8_000_000) -> None:
        self._root = pdf_root
        self._crops_left = max_crops
        self._bytes_left = max_bytes
        self._limits = f"{max_crops} pictures or {max_bytes / 1e6:g} MB"
        self._pages: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self._files: dict[str, str] = {}

    def of_finding(self, finding: Finding, file_name: str) -> Crops:
        """A crop for each page and table that the finding's facts stand on."""
        if self._root is None:
            return Crops((), "No picture: no folder of PDFs was given.")
        if not finding.facts:
            return Crops((), "No picture: the check names no fact.")
        if self._crops_left <= 0 or self._bytes_left <= 0:
            return Crops((), f"No picture: the page stops at {self._limits} of them.")
        if why := self._why_unusable(finding.report_id, file_name):
            return Crops((), why)
        numbered = list(enumerate(finding.facts, start=1))
        tables = {table.table_id: table for table in finding.tables}

        def place(item: tuple[int, FactRow]) -> tuple[int, str]:
            return item[1].page, item[1].table_id

        crops: list[Crop] = []
        # Suspects first: where the budget ends in the middle, the wrong cell is what must be seen.
        groups = [(key, list(items)) for key, items in groupby(sorted(numbered, key=place), key=place)]
        groups.sort(key=lambda group: not any(fact.fact_id in finding.suspects for _, fact in group[1]))
        for (_page, table_id), items in groups:
            crop = self._crop(file_name, items, tables.get(table_id), finding.suspects)
            if crop is None:
                return Crops(tuple(crops), f"No picture of every place: {file_name} has no such page or box.")
            crops.append(crop)
            self._crops_left -= 1
            self._bytes_left -= len(crop.png)
        return Crops(tuple(crops))

    def _why_unusable(self, report_id: str, file_name: str) -> str:
        """Why the file cannot be drawn, empty where it can; looked at once for each report."""
        if report_id not in self._files:
            self._files[report_id] = self._look_at(report_id, file_name)
        return self._files[report_id]

    def _look_at(self, report_id: str, file_name: str) -> str:
        import pypdfium2 as pdfium

        assert self._root is not None
        path = self._root / file_name
        if not file_name or not path.is_file():
            return f"No picture: {path} is not there."
        if hashlib.sha256(path.read_bytes()).hexdigest() != report_id:
            return f"No picture: {path} is another file than the one that was extracted."
        try:
            pdfium.PdfDocument(path).close()
        except pdfium.PdfiumError as error:
            return f"No picture: {path} cannot be drawn ({error})."
        return ""

    def _crop(
        self,
        file_name: str,
        items: Sequence[tuple[int, FactRow]],
        table: TableRow | None,
        suspects: frozenset[str],
    ) -> Crop | None:
        from PIL import Image

        facts = [fact for _, fact in items]
        drawn = self._page(facts[0].report_id, file_name, facts[0].page)
        if drawn is None:
            return None
        image, scale = drawn
        planned = plan_strips(facts, table, suspects, Box(0, 0, image.width / scale, image.height / scale))
        if not planned:
            return None
        strips = snap(planned, image, scale)
        width = strips[0].box.width
        height = strips[-1].offset + strips[-1].box.height
        canvas = Image.new("RGB", (round(width * scale), round(height * scale)), "white")
        for strip in strips:
            left, top = round(strip.box.x0 * scale), round(strip.box.top * scale)
            piece = image.crop((left, top, left + canvas.width, top + round(strip.box.height * scale)))
            canvas.paste(piece, (0, round(strip.offset * scale)))
        marks = [
            Mark(
                box=Box(
                    fact.box.x0 - strip.box.x0,
                    fact.box.top - strip.box.top + strip.offset,
                    fact.box.x1 - strip.box.x0,
                    fact.box.bottom - strip.box.top + strip.offset,
                ),
                number=number,
                fact_id=fact.fact_id,
                suspect=fact.fact_id in suspects,
            )
            for number, fact in items
            for strip in strips
            if strip.box.top <= fact.box.yc <= strip.box.bottom
        ]
        return Crop(
            report_id=facts[0].report_id,
            page=facts[0].page,
            table=table,
            width=width,
            height=height,
            png=_png(canvas),
            marks=tuple(marks),
            tears=tuple(strip.offset - TEAR for strip in strips[1:]),
            outside=len(items) - len(marks),
        )

    def _page(self, report_id: str, file_name: str, number: int) -> tuple[Any, float] | None:
        """The page as a picture and its pixels a point; None where the document has no such page."""
        key = (report_id, number)
        if key not in self._pages:
            assert self._root is not None
            self._pages[key] = render_page(self._root / file_name, number, DPI / 72)
            if len(self._pages) > 4:
                self._pages.popitem(last=False)
        self._pages.move_to_end(key)
        drawn: tuple[Any, float] | None = self._pages[key]
        return drawn


def render_page(pdf: Path | bytes, number: int, scale: float) -> tuple[Any, float] | None:
    """Page `number` (1-based) as an RGB picture and its pixels a point; None where there is no such page.

    `scale` is lowered for a page so large that it would not fit in `MAX_PIXELS`.
    """
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    try:
        if not 1 <= number <= len(document):
            return None
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(scale, math.sqrt(MAX_PIXELS / (width * height)))
        return page.render(scale=scale).to_pil().convert("RGB"), scale
    finally:
        document.close()


def _png(image: Any) -> bytes:
    """As a palette picture: a printed page has few colours, and text stays sharp, which JPEG would smear."""
    from PIL import Image

    out = io.BytesIO()
    image.quantize(colors=COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        out, "PNG", compress_level=7
    )
    return out.getvalue()
