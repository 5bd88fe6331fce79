"""A page with one step of its reading drawn over it, to see where a reading went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from pipeline.errors import InputError, OutputError
from pipeline.layout.block import Block
from pipeline.quality.crops import render_page
from pipeline.reading.page import Box, Page
from pipeline.tables.table import Table

if TYPE_CHECKING:
    from PIL import Image as Pictures

    Picture = Pictures.Image

LayerName = Literal["words", "blocks", "tables", "facts"]
Colour = tuple[int, int, int]

BLUE, RED, GREEN, ORANGE = (52, 105, 181), (209, 41, 29), (38, 128, 72), (206, 110, 8)
PURPLE, GREY, INK = (128, 72, 170), (120, 124, 130), (29, 31, 35)

# The colours of a layer by the name that the legend counts them under.
COLOURS: dict[str, Colour] = {
    "word": BLUE,
    "recognised": GREEN,
    "unreadable": ORANGE,
    "hidden": RED,
    "block": BLUE,
    "caption": ORANGE,
    "column": GREEN,
    "header": PURPLE,
    "label": BLUE,
    "value": GREEN,
    "section": ORANGE,
    "note": GREY,
    "table": INK,
    "mapped": GREEN,
    "unmapped": ORANGE,
}
_CJK_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "msyh.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Light.ttc",
)


class FactLike(Protocol):
    """What is drawn of a fact."""

    @property
    def page(self) -> int:
        """Page it is printed on."""

    @property
    def x0(self) -> float:
        """Left edge in points."""

    @property
    def top(self) -> float:
        """Upper edge in points."""

    @property
    def x1(self) -> float:
        """Right edge in points."""

    @property
    def bottom(self) -> float:
        """Lower edge in points."""

    @property
    def concept(self) -> str | None:
        """Canonical code, None where it is not mapped."""

    @property
    def period_label(self) -> str | None:
        """Period it is about."""


class FactSpot(NamedTuple):
    """A fact of the facts dataset, as far as it is drawn."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    concept: str | None
    period_label: str | None


def draw_layer(pdf: bytes | Path, page_number: int, layer: LayerName, out: Path, scale: float = 2.0) -> Path:
    """Write page `page_number` (1-based) with one layer drawn over it to `out` as PNG, and return `out`.

    A legend below the page counts what is drawn. `scale` is pixels a point. Raises InputError for a file that
    is no PDF or has no such page, OutputError where `out` cannot be written.
    """
    from pipeline.reading import ocr
    from pipeline.reading.pdfium import open_document

    with open_document(pdf) as document:
        if not 1 <= page_number <= document.page_count:
            raise InputError(f"there is no page {page_number}: the PDF has {document.page_count}")
        drawn = render_page(pdf, page_number, scale)
        if drawn is None:
            raise InputError(f"page {page_number} cannot be drawn")
        image, scale = drawn
        pictures = ocr.Reader(document) if ocr.available() else None

        def read(number: int) -> Page:
            page = document.page(number)
            return pictures.read(page) if pictures and abs(number - page_number) <= 1 else page

        page = read(page_number)
        told = f"p. {page_number} · {layer} · text layer {document.page(page_number).text_layer}"
        if layer == "words":
            image, counts = draw_words(image, page, scale)
        elif layer == "blocks":
            from pipeline.layout.blocks import find_blocks

            image, counts = draw_blocks(image, find_blocks(page), scale)
        elif layer == "tables":
            from pipeline.tables.find import find_tables, with_readers

            # Of all pages: a table may borrow its head from the page before or continue on the next.
            pages = [read(number + 1) for number in range(document.page_count)]
            tables = list(with_readers(find_tables(pages), pages))
            image, counts = draw_tables(image, tables, scale, page_number)
        else:
            image, counts = draw_facts(image, _facts(pdf, page_number), scale)
    picture = legend(image, counts, " · ".join((told, *page.warnings)), scale)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        picture.save(out, "PNG")
    except OSError as error:
        raise OutputError(f"cannot write the picture to {out}: {error.strerror or error}") from error
    return out


def _facts(pdf: bytes | Path, page_number: int) -> list[FactSpot]:
    """The facts of one page, as a run would find them."""
    from pipeline.extraction import extract

    rows = extract(pdf).facts.select(list(FactSpot._fields)).to_pylist()
    return [FactSpot(**row) for row in rows if row["page"] == page_number]


def draw_words(image: Picture, page: Page, scale: float) -> tuple[Picture, Counter[str]]:
    """The words as boxes: those read from pictures apart, with what they may be where they are in doubt;
    hidden ones in red, with the reason why they are set aside.
    """
    from pipeline.reading import ocr

    pen = _Pen(image, scale)
    counts: Counter[str] = Counter(word=0)
    for word in page.words:
        doubted = word.text.startswith(ocr.UNREADABLE)
        kind = "unreadable" if doubted else "recognised" if word.font == ocr.FONT else "word"
        counts[kind] += 1
        pen.box(word.box, COLOURS[kind], fill=26)
        if doubted:
            pen.tag(f"{word.text[1:]}?", word.x0, word.top, COLOURS[kind])
    for hidden in page.hidden:
        pen.box(hidden.word.box, RED, fill=40)
        pen.tag(f"{hidden.reason}: {hidden.word.text}"[:40], hidden.word.x0, hidden.word.top, RED)
    counts["hidden"] = len(page.hidden)
    return pen.done(), counts


def draw_blocks(image: Picture, blocks: Sequence[Block], scale: float) -> tuple[Picture, Counter[str]]:
    """The regions that hold a table each: the words of their heads, where their value columns stand (a line
    where these begin), and the captions and texts read around them.
    """
    pen = _Pen(image, scale)
    for number, block in enumerate(blocks, start=1):
        pen.box(block.box, BLUE, fill=22, width=2)
        for word in block.header:
            pen.box(word.box, PURPLE, fill=40)
        for head in block.heads:
            pen.box(Box(head.x0, block.box.top, head.x1, block.box.bottom), GREEN, fill=22)
        pen.box(Box(block.zone, block.box.top, block.zone, block.box.bottom), RED)
        if block.caption is not None:
            pen.box(block.caption.box, ORANGE, fill=40)
            pen.tag(f"caption {block.caption.number or ''} of {number}", *block.caption.box[:2], ORANGE)
        told = (block.title, f"unit: {block.unit_text}" if block.unit_text else "", block.source_note[:30])
        words = " | ".join((str(number), *(part for part in told if part)))
        # At the right: a heading stands above the left end of most tables.
        pen.tag(words, block.box.x1, block.box.top, BLUE, right=True)
    counts = Counter({"block": len(blocks)})
    counts["caption"] = sum(block.caption is not None for block in blocks)
    counts["header"] = sum(len(block.header) for block in blocks)
    counts["column"] = sum(len(block.heads) for block in blocks)
    return pen.done(), counts


def draw_tables(
    image: Picture, tables: Sequence[Table], scale: float, page: int | None = None
) -> tuple[Picture, Counter[str]]:
    """The cells coloured by role, those of `page` only where it is given; an empty cell is an outline."""
    pen = _Pen(image, scale)
    counts: Counter[str] = Counter()
    for number, table in enumerate(tables, start=1):
        cells = [cell for cell in table.cells if page is None or cell.page == page]
        if not cells:
            continue
        counts["table"] += 1
        for cell in cells:
            counts[cell.role] += 1
            pen.box(cell.box, COLOURS[cell.role], fill=46 if cell.text else 0)
        if page is None or table.pages[0] == page:
            pen.box(table.box, INK, width=2)
        grid = f"{table.row_count}×{table.column_count} {table.reader}"
        told = " | ".join(part for part in (str(number), table.title or table.caption, grid) if part)
        right, top = max(cell.box.x1 for cell in cells), min(cell.box.top for cell in cells)
        pen.tag(told, right, top, INK, right=True)
    return pen.done(), counts


def draw_facts(image: Picture, facts: Iterable[FactLike], scale: float) -> tuple[Picture, Counter[str]]:
    """The numbers with their periods above them and, left of a row of one concept, its code."""
    pen = _Pen(image, scale)
    counts: Counter[str] = Counter()
    in_rows = sorted(facts, key=lambda fact: (fact.page, round(fact.top), fact.x0))
    for fact in in_rows:
        kind = "mapped" if fact.concept else "unmapped"
        counts[kind] += 1
        pen.box(Box(fact.x0, fact.top, fact.x1, fact.bottom), COLOURS[kind], fill=40)
    for fact in in_rows:
        if fact.period_label:
            pen.tag(fact.period_label, fact.x1, fact.top, GREY, size=3.6, right=True)
    for _row, facts_of_row in groupby(in_rows, key=lambda fact: (fact.page, round(fact.top))):
        before: FactLike | None = None
        for fact in facts_of_row:
            if fact.concept and (before is None or before.concept != fact.concept):
                room = fact.x0 - before.x1 - 2 if before is not None else fact.x0
                pen.tag(fact.concept, fact.x0 - 1, fact.bottom, GREEN, size=4.6, right=True, room=room)
            before = fact
    return pen.done(), counts


def legend(image: Picture, counts: Counter[str], told: str, scale: float) -> Picture:
    """The picture with a line below it that names the colours and counts what they mark."""
    from PIL import Image, ImageDraw

    height = round(18 * scale)
    whole = Image.new("RGB", (image.width, image.height + height), "white")
    whole.paste(image, (0, 0))
    draw = ImageDraw.Draw(whole)
    font, any_script = _font(round(7 * scale))
    middle = image.height + height / 2
    draw.line((0, image.height, image.width, image.height), fill=GREY)
    x = 8 * scale
    for name, number in counts.items():
        draw.rectangle((x, middle - 3 * scale, x + 6 * scale, middle + 3 * scale), fill=COLOURS[name])
        text = f"{number:,} {name}"
        draw.text((x + 9 * scale, middle), text, fill=INK, font=font, anchor="lm")
        x += 9 * scale + draw.textlength(text, font) + 12 * scale
    room = image.width - 8 * scale - x
    told = told if any_script else told.encode("ascii", "replace").decode("ascii")
    while told and draw.textlength(told, font) > room:
        told = told[:-1]
    draw.text((image.width - 8 * scale, middle), told, fill=GREY, font=font, anchor="rm")
    return whole


@cache
def _font(size: int) -> tuple[Any, bool]:
    """A font of the system that has Chinese glyphs, or Pillow's own and False: that one is Latin only."""
    from PIL import ImageFont

    for name in _CJK_FONTS:
        try:
            return ImageFont.truetype(name, size), True
        except OSError:
            continue
    return ImageFont.load_default(size), False


class _Pen:
    """Draws boxes and tags in page coordinates on a transparent sheet over the picture."""

    def __init__(self, image: Picture, scale: float) -> None:
        from PIL import Image, ImageDraw

        self._image = image.convert("RGBA")
        self._sheet = Image.new("RGBA", image.size, (255, 255, 255, 0))
        self._draw = ImageDraw.Draw(self._sheet)
        self._scale = scale

    def box(self, box: Box, colour: Colour, *, fill: int = 0, width: int = 1) -> None:
        """An outline, filled with the given opacity of 255."""
        x0, top, x1, bottom = (edge * self._scale for edge in box)
        edges = (x0, top, max(x1, x0), max(bottom, top))
        inside = (*colour, fill) if fill else None
        self._draw.rectangle(edges, fill=inside, outline=(*colour, 190), width=width)

    def tag(
        self,
        text: str,
        x: float,
        bottom: float,
        colour: Colour,
        *,
        size: float = 6.0,
        right: bool = False,
        room: float = float("inf"),
    ) -> None:
        """White text on the colour, its lower edge at `bottom`, from `x` or, with `right`, up to `x`.

        It is cut to `room` points, and left out where not even three characters fit.
        """
        font, any_script = _font(max(round(size * self._scale), 6))
        told = text if any_script else text.encode("ascii", "replace").decode("ascii")
        while told and self._draw.textlength(told, font) > (room - 1.6) * self._scale:
            told = told[:-1]
        if len(told) < min(3, len(text)):
            return
        width = self._draw.textlength(told, font) + 1.6 * self._scale
        height = (size + 1) * self._scale
        left = min(max(x * self._scale - (width if right else 0), 0), max(self._image.width - width, 0))
        top = max(bottom * self._scale - height, 0)
        self._draw.rectangle((left, top, left + width, top + height), fill=(*colour, 225))
        place = (left + 0.8 * self._scale, top + height / 2)
        self._draw.text(place, told, fill=(255, 255, 255, 255), font=font, anchor="lm")

    def done(self) -> Picture:
        """The picture with the sheet laid over it."""
        from PIL import Image

        return Image.alpha_composite(self._image, self._sheet).convert("RGB")
