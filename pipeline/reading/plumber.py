"""The independent reader: pdfplumber (pdfminer.six) behind the same `Page`, sharing no parsing with PDFium.

It is slower by an order of magnitude and cannot see clipping or invisible text modes, so it serves as the
second witness for what the fast reader read, not as the first.
"""

from __future__ import annotations

import io
import logging
import math
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from pipeline.errors import InputError
from pipeline.reading.page import Box, Fill, HiddenReason, HiddenWord, Image, Page, Rule, Word
from pipeline.reading.radicals import printed
from pipeline.reading.textlayer import judge

_HEAD = 1024
_ASCENT, _DESCENT = 0.86, 0.14  # the em box around the baseline, as `Word` defines it
_THIN = 2.0
_WHITE = 247
_SAME_LINE = 0.15
_GAP = 0.2
_TEMPLATE = re.compile(r"\[\s*Table[^\[\]]{0,40}\]", re.IGNORECASE)


class Glyph(NamedTuple):
    """One character where the page shows it, in content order; `hidden` says why a reader does not see it."""

    text: str
    x0: float
    x1: float
    baseline: float
    size: float
    font: str
    color: tuple[int, int, int]
    upright: bool
    hidden: HiddenReason | None = None

    @property
    def box(self) -> Box:
        """The advance width by the em box around the baseline."""
        top, bottom = self.baseline - _ASCENT * self.size, self.baseline + _DESCENT * self.size
        return Box(self.x0, top, self.x1, bottom)


class _Frame(NamedTuple):
    """Where the displayed page lies in pdfplumber's coordinates of the media box."""

    dx: float
    dy: float
    width: float
    height: float
    media_height: float


def _box_of(page: Any, name: str) -> tuple[float, float, float, float] | None:
    from pdfminer.pdftypes import resolve1

    raw = resolve1(page.page_obj.attrs.get(name))
    if not isinstance(raw, list) or len(raw) != 4:
        return None
    x0, y0, x1, y1 = (float(resolve1(v)) for v in raw)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _frame(page: Any) -> _Frame:
    """The crop box as displayed: pdfplumber turns the page, but takes the crop box's corners unturned."""
    media = _box_of(page, "MediaBox") or (0.0, 0.0, float(page.width), float(page.height))
    crop = _box_of(page, "CropBox") or media
    crop = (
        max(crop[0], media[0]),
        max(crop[1], media[1]),
        min(crop[2], media[2]),
        min(crop[3], media[3]),
    )
    if crop[0] >= crop[2] or crop[1] >= crop[3]:
        crop = media
    wide, high = crop[2] - crop[0], crop[3] - crop[1]
    left, below = crop[0] - media[0], crop[1] - media[1]
    right, above = media[2] - crop[2], media[3] - crop[3]
    media_wide, media_high = media[2] - media[0], media[3] - media[1]
    match page.rotation:
        case 90:
            return _Frame(below, left, high, wide, media_wide)
        case 180:
            return _Frame(right, below, wide, high, media_high)
        case 270:
            return _Frame(above, right, high, wide, media_wide)
        case _:
            return _Frame(left, above, wide, high, media_high)


def _rgb(color: Any) -> tuple[int, int, int]:
    """A device colour as RGB bytes; patterns and unknown colour spaces count as black."""
    parts = color if isinstance(color, tuple | list) else (color,)
    if not parts or not all(isinstance(p, int | float) for p in parts):
        return 0, 0, 0
    values = [min(max(float(p), 0.0), 1.0) for p in parts]
    if len(values) == 1:
        values = values * 3
    elif len(values) == 4:
        cyan, magenta, yellow, black = values
        values = [(1 - cyan) * (1 - black), (1 - magenta) * (1 - black), (1 - yellow) * (1 - black)]
    elif len(values) != 3:
        return 0, 0, 0
    red, green, blue = (round(255 * v) for v in values)
    return red, green, blue


def _shown(text: str) -> str:
    """A character as printed: radicals in their ordinary form, soft hyphens as hyphens."""
    if text == "\u00ad":
        return "-"
    return printed(text) if len(text) == 1 else text


class _Reading(NamedTuple):
    glyphs: list[Glyph]
    unmapped: int
    frame: _Frame
    rules: list[Rule]
    fills: list[Fill]
    images: list[Image]


def _drawn(page: Any, frame: _Frame) -> tuple[list[Rule], list[Fill], list[Image]]:
    left, above = page.mediabox[0] + frame.dx, page.mediabox[1] + frame.dy
    rules: list[Rule] = []
    fills: list[Fill] = []

    def place(item: Any) -> Box:
        return Box(item["x0"] - left, item["top"] - above, item["x1"] - left, item["bottom"] - above)

    for line in page.lines:
        box = place(line)
        if min(box.width, box.height) <= 0.7:
            rules.append(Rule(*box, _rgb(line["stroking_color"])))
    for rect in page.rects:
        box = place(rect)
        if rect["fill"]:
            color = _rgb(rect["non_stroking_color"])
            if min(box.width, box.height) > _THIN:
                fills.append(Fill(*box, color))
            elif max(box.width, box.height) > _THIN:
                rules.append(Rule(*box, color))
        if rect["stroke"]:
            color = _rgb(rect["stroking_color"])
            rules.extend(
                (
                    Rule(box.x0, box.top, box.x1, box.top, color),
                    Rule(box.x0, box.bottom, box.x1, box.bottom, color),
                    Rule(box.x0, box.top, box.x0, box.bottom, color),
                    Rule(box.x1, box.top, box.x1, box.bottom, color),
                )
            )
    images = [Image(*place(image)) for image in page.images]
    return rules, fills, images


def _read(page: Any) -> _Reading:
    frame = _frame(page)
    rules, fills, images = _drawn(page, frame)
    # A rounded band is a filled curve: white words on it are seen as well as on a rectangle.
    dark = [Box(f.x0, f.top, f.x1, f.bottom) for f in fills if min(f.color) < _WHITE]
    dark += [Box(i.x0, i.top, i.x1, i.bottom) for i in images]
    left, above = page.mediabox[0] + frame.dx, page.mediabox[1] + frame.dy
    dark += [
        Box(c["x0"] - left, c["top"] - above, c["x1"] - left, c["bottom"] - above)
        for c in page.curves
        if c["fill"] and min(_rgb(c["non_stroking_color"])) < _WHITE
    ]
    glyphs: list[Glyph] = []
    unmapped = 0
    for char in page.chars:
        text = char["text"]
        if text.startswith("(cid:") or text in {"\x00", "\ufffd"}:
            unmapped += 1
            continue
        # Not pdfplumber's own "upright": it turns false at a skew of 1e-8 that some producers write.
        a, b, _, d, _, base = char["matrix"]
        upright = a > 0 and d > 0 and abs(b) <= 0.1 * a
        size = float(char["size"])
        glyph = Glyph(
            text="".join(map(_shown, text)),
            x0=float(char["x0"]) - left,
            x1=float(char["x1"]) - left,
            baseline=float(frame.media_height - base - frame.dy if upright else char["bottom"] - above),
            size=size if math.isfinite(size) else 0.0,
            font=re.sub(r"^[A-Z]{6}\+", "", str(char["fontname"])),
            color=_rgb(char["non_stroking_color"]),
            upright=upright,
        )
        glyphs.append(glyph._replace(hidden=_hidden(glyph, frame, dark)))
    return _Reading(_without_twins(_without_templates(glyphs)), unmapped, frame, rules, fills, images)


def _hidden(glyph: Glyph, frame: _Frame, dark: Sequence[Box]) -> HiddenReason | None:
    x, y = glyph.box.xc, glyph.box.yc
    if not (-1 <= x <= frame.width + 1 and -1 <= y <= frame.height + 1):
        return "off_page"
    if min(glyph.color) >= _WHITE and not any(box.holds(x, y, 1.0) for box in dark):
        return "white"
    return None if glyph.upright else "rotated"


def _without_templates(glyphs: list[Glyph]) -> list[Glyph]:
    """Template marks (`[Table_Finance]`) set aside: they stand together in content order, not on the page."""
    text = "".join(g.text if len(g.text) == 1 else "\ufffc" for g in glyphs)
    marked = list(glyphs)
    for match in _TEMPLATE.finditer(text):
        for index in range(match.start(), match.end()):
            marked[index] = marked[index]._replace(hidden=marked[index].hidden or "template")
    return marked


def _without_twins(glyphs: list[Glyph]) -> list[Glyph]:
    """A character painted twice at one place (bold by overprinting) is seen once."""
    at: dict[tuple[str, int, int], list[Glyph]] = {}
    result: list[Glyph] = []
    for glyph in glyphs:
        if glyph.hidden is None and not glyph.text.isspace():
            x, y = round(glyph.x0 / 2), round(glyph.baseline / 2)
            cells = ((glyph.text, x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
            near = (other for cell in cells for other in at.get(cell, ()))
            reach = 0.2 * glyph.size
            if any(abs(o.x0 - glyph.x0) < reach and abs(o.baseline - glyph.baseline) < reach for o in near):
                result.append(glyph._replace(hidden="duplicate"))
                continue
            at.setdefault((glyph.text, x, y), []).append(glyph)
        result.append(glyph)
    return result


def _word(glyphs: Sequence[Glyph]) -> Word:
    first = glyphs[0]
    boxes = [g.box for g in glyphs]
    return Word(
        text="".join(g.text for g in glyphs),
        x0=min(b.x0 for b in boxes),
        top=min(b.top for b in boxes),
        x1=max(b.x1 for b in boxes),
        bottom=max(b.bottom for b in boxes),
        size=max(g.size for g in glyphs),
        font=first.font,
        bold=re.search(r"bold|black|heavy|demi", first.font, re.IGNORECASE) is not None,
        color=first.color,
        char_x=(*(g.x0 for g in glyphs), glyphs[-1].x1),
    )


def group_words(glyphs: Sequence[Glyph]) -> list[Word]:
    """Visible characters as words by place alone: one baseline, no gap over 0.2 em."""
    lines: list[list[Glyph]] = []
    seen = [glyph for glyph in glyphs if glyph.hidden is None and glyph.text.strip()]
    for glyph in sorted(seen, key=lambda g: (g.baseline, g.x0)):
        if lines and glyph.baseline - lines[-1][0].baseline < _SAME_LINE * max(glyph.size, 1.0):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    words: list[Word] = []
    for line in lines:
        line.sort(key=lambda g: g.x0)
        group: list[Glyph] = []
        for glyph in line:
            if group:
                small, size = sorted((group[-1].size, glyph.size))
                if not (-0.3 * size < glyph.x0 - group[-1].x1 <= _GAP * size and small > 0.75 * size):
                    words.append(_word(group))
                    group = []
            group.append(glyph)
        words.append(_word(group))
    return words


class Document:
    """An open PDF; `page(n)` reads page `n` (1-based) into a `Page`, `glyphs(n)` its single characters."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.page_count: int = len(handle.pages)

    def _reading(self, number: int) -> _Reading:
        if not 1 <= number <= self.page_count:
            raise InputError(f"page {number} does not exist: the document has {self.page_count}")
        page = self._handle.pages[number - 1]
        try:
            return _read(page)
        except Exception as error:  # pdfminer raises whatever a damaged object leads to
            kind = type(error).__name__
            raise InputError(f"page {number} cannot be read by pdfplumber ({kind}: {error})") from error
        finally:
            page.close()

    def glyphs(self, number: int) -> list[Glyph]:
        """The characters of page `number` in content order, hidden ones marked."""
        return self._reading(number).glyphs

    def offset(self, number: int) -> tuple[float, float, float]:
        """Where the displayed page's top-left corner lies in its (turned) media box, and that one's height.

        Points from the media box's left and top edges: other readers count from there, or from its bottom.
        """
        frame = _frame(self._handle.pages[number - 1])
        return frame.dx, frame.dy, frame.media_height

    def page(self, number: int) -> Page:
        """Read one page: words, rules, fills, images, what is hidden, and how good its text layer is."""
        reading = self._reading(number)
        words = group_words(reading.glyphs)
        hidden = [HiddenWord(_word([g]), g.hidden) for g in reading.glyphs if g.hidden and g.text.strip()]
        return Page(
            number=number,
            width=reading.frame.width,
            height=reading.frame.height,
            words=tuple(words),
            rules=tuple(reading.rules),
            fills=tuple(reading.fills),
            images=tuple(reading.images),
            hidden=tuple(hidden),
            text_layer=judge(words, reading.unmapped, reading.images),
        )

    def close(self) -> None:
        """Release the parsed objects."""
        self._handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_document(source: bytes | Path) -> Document:
    """Open a PDF from its bytes or path; an empty password is tried, permission flags do not matter.

    Raises `InputError` with a sentence a person can act on, as the fast reader does.
    """
    if isinstance(source, Path):
        path = source
        try:
            source = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    if not source:
        raise InputError("the file is empty (0 bytes): fetch it again")
    if b"%PDF-" not in source[:_HEAD]:
        raise InputError("the file is not a PDF (no %PDF- header in its first 1024 bytes)")
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect

    # pdfminer warns once a character about fonts without a bounding box; the boxes here do not use it.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        handle = pdfplumber.open(io.BytesIO(source))
        pages = len(handle.pages)
    except Exception as error:  # pdfminer raises whatever damaged bytes lead to
        if any(isinstance(cause, PDFPasswordIncorrect) for cause in (error, *error.args)):
            raise InputError("the PDF is encrypted with a password: save it without one") from error
        raise InputError(f"the PDF cannot be read by pdfplumber ({error!r}): fetch it again") from error
    if pages == 0:
        handle.close()
        raise InputError("the PDF has no pages")
    return Document(handle)
