"""Words of pages whose text is painted as pictures, merged with what the page's own text layer gives."""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.reading.characters import MISNAMED, Char, TextObject, characters_of
from pipeline.reading.glyphs import PX, Line, Memory, lines_of
from pipeline.reading.graphics import Graphics
from pipeline.reading.page import Box, Image, Page, Word
from pipeline.reading.pdfium import Document
from pipeline.reading.pictures import TALLEST, Raster, Stencil, read_picture_parts, render_grey
from pipeline.reading.pieces import Pieces
from pipeline.reading.raster import read_pieces
from pipeline.reading.recogniser import Reading, model_path, recognise
from pipeline.reading.textlayer import is_strange, is_symbol, is_usual, judge
from pipeline.reading.words import Hiding, build_words

if TYPE_CHECKING:
    from pipeline.reading.pictures import Grey

FONT = "ocr"  # the font of words that were recognised, not read
UNREADABLE = "\ufffd"  # begins a number of which a digit is in doubt; what it may be follows, parted by |
_MARGINS = (0.12, 0.35)  # the two renderings: letters fill the picture, letters with room around them
_RUNS = 3  # fewer lone pictures in the height of a line are icons
_MANY_RUNS = 12  # so many tell something wherever they stand; fewer are what stands under pictures
_LOWEST = 4.0  # points; print is not lower
_TABLE_WIDTH, _TABLE_HEIGHT = 120.0, 30.0  # points; a picture of a table is not smaller
_PAGE_DPI = 200.0
_HOLE_DPI = 300.0  # a few words only: their strokes as fine as the model can use them
_ROOMS = (0.15, 0.3)  # of the size of the type: the room around a word in which the model looks for a hole
_DIGIT = 0.7  # of the type's size: how high its digits are
_RUNNING = 12  # times its height: a longer line is running text
_SURE = 0.9
_SURE_IN_PAIR = 0.5
_ASCENT, _DESCENT = 0.86, 0.14  # the em box around the baseline, as `Word` defines it
_NUMERIC = re.compile(r"[^\u2e80-\u9fff\uf900-\ufaff]*\d[^\u2e80-\u9fff\uf900-\ufaff]*")
_WIDE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60\u3000-\u303f]")


def available() -> bool:
    """Whether the extra `ocr` is installed: the models and what runs them."""
    return model_path("rec") is not None


Edges = tuple[tuple[float, float], ...]


class _Read(NamedTuple):
    """The characters of a line and where each begins and ends, points."""

    line: Line
    text: str
    edges: Edges


def recognised(page: Page) -> list[Word]:
    """The words of a page that were recognised in pictures."""
    return [word for word in page.words if word.font == FONT]


class Reader:
    """Reads the painted pages of one document; what a shape is, once learnt, holds for all its pages."""

    def __init__(self, document: Document) -> None:
        self._document: Any = document._handle.raw
        self._memory = Memory()
        self._known: dict[tuple[object, ...], Reading] = {}

    def read(self, page: Page) -> Page:
        """The page with the words of its painted runs; the page itself where there are none.

        Recognised words carry the font `ocr`. A number with a digit in doubt begins with U+FFFD. The text
        layer of a page so read is good: its words are what it shows.
        """
        own = [word for word in page.words if not is_broken(word)]
        painted = _may_matter(_boxes(_bare(page.images, own)), page.number)
        pasted = [box for box in _boxes(page.images) if _may_be_table(box, own)]
        layer = "good" if _only_digits_lie(page) else page.text_layer
        holes = [word for word in page.words if _has_holes(word)] if layer == "good" else []
        if not painted and not pasted and not holes and layer == "good" and page.words:
            return page
        parts = read_picture_parts(self._document, page.number, pasted)
        stencils = _bare(parts.stencils, own)
        runs = _may_matter([stencil.box for stencil in stencils], page.number)
        found = self._stencil_words(stencils, page) if runs else []
        if found or layer != "garbled":
            for raster in parts.rasters:
                found += _raster_words(raster, read_pieces(raster.grey))
        if not found and (layer == "garbled" or not own):
            own, found = [], self._page_words(page)
        if holes and (own or layer != page.text_layer):
            filled = self._filled(page, holes)
            own = [
                filled.get(id(word), word) for word in page.words if id(word) in filled or not is_broken(word)
            ]
        elif not found:
            return page
        read = [word.box for word in found]
        return replace(
            page,
            words=tuple(_in_order([*own, *found])),
            images=tuple(image for image in page.images if not _read_whole(image, read)),
            text_layer="good",
        )

    def _filled(self, page: Page, broken: Sequence[Word]) -> dict[int, Word]:
        """Words in which the font names not all characters, by id: their holes filled by what is seen there.

        What the font does name must be read as well, each character in its place; else the hole stays. Of a
        word of digits that must come out alike in two sizes, and it counts as recognised; of others it is
        enough in one of them where the other has no reading: of two characters set into one another
        (非流动资产 in a place too short for it) one is often passed over.
        """
        grey = render_grey(self._document, page.number, _HOLE_DPI)
        if grey is None:
            return {}
        found = {id(word): word for word in broken}
        first, then = (
            recognise([_cut(grey, word, _HOLE_DPI / 72, room) for word in broken]) for room in _ROOMS
        )
        for word, reading, again in zip(broken, first, then, strict=True):
            texts = {text for each in (reading, again) if (text := completed(word, each))}
            if len(texts) != 1:
                continue
            (text,) = texts
            if not any(map(str.isdigit, text)):
                found[id(word)] = word._replace(text=text)
            elif completed(word, reading) == completed(word, again):
                found[id(word)] = word._replace(text=text, font=FONT)
        return found

    def _stencil_words(self, stencils: Sequence[Stencil], page: Page) -> list[Word]:
        lines = lines_of(stencils)
        self._learn(lines)
        reads = [self._spelled(line) or self._recognised(line) for line in lines]
        return _words([read for read in reads if read.text], page)

    def _page_words(self, page: Page) -> list[Word]:
        """The words of a page that shows text and has none: drawn as curves, or in fonts without meaning."""
        grey = render_grey(self._document, page.number, _PAGE_DPI)
        if grey is None:
            return []
        raster = Raster(Box(0, 0, page.width, page.height), grey)
        return _raster_words(raster, read_pieces(grey, anything=page.text_layer == "garbled"))

    def _learn(self, lines: Sequence[Line]) -> None:
        """Have the model read what memory cannot spell, first of all what teaches it its letters."""
        wanted: dict[tuple[object, ...], Line] = {}
        hoped: dict[object, int] = defaultdict(int)
        for line in lines:
            key = line.spelling
            if key in self._known or key in wanted:
                continue
            shapes = {glyph.shape for glyph in line.glyphs if not glyph.shape.bar}
            if any(self._memory.seen(shape) + hoped[shape] < 6 for shape in shapes):
                wanted[key] = line
                for shape in shapes:
                    hoped[shape] += 1
        self._look(wanted)
        left = {line.spelling: line for line in lines if self._spelled(line) is None}
        self._look({key: line for key, line in left.items() if key not in self._known})

    def _look(self, wanted: dict[tuple[object, ...], Line]) -> None:
        readings = recognise([line.picture(_margin(line)) for line in wanted.values()])
        for (key, line), reading in zip(wanted.items(), readings, strict=True):
            kept = Reading(tuple(sign for sign in reading.signs if not sign.text.isspace()))
            self._known[key] = kept
            for glyph, sign in _aligned(line, kept):
                self._memory.see(glyph.shape, sign)

    def _spelled(self, line: Line) -> _Read | None:
        letters = [self._memory.letter(glyph.shape) for glyph in line.glyphs]
        if not all(letters):
            return None
        return _Read(
            line, "".join(filter(None, letters)), _edges([(g.box.x0, g.box.x1) for g in line.glyphs])
        )

    def _recognised(self, line: Line) -> _Read:
        reading = self._known[line.spelling]
        aligned = _aligned(line, reading)
        if aligned:
            letters = [self._memory.letter(glyph.shape) or sign for glyph, sign in aligned]
            spans = [(glyph.box.x0, glyph.box.x1) for glyph, _ in aligned]
        else:
            letters = [sign.text for sign in reading.signs]
            left, right = line.ink_box.x0, line.ink_box.x1
            spans = [(left + sign.at * (right - left),) * 2 for sign in reading.signs]
        text = "".join(letters)
        if _NUMERIC.fullmatch(unicodedata.normalize("NFKC", text)):
            [again] = recognise([line.picture(_MARGINS[1])])
            other = "".join(again.text.split())
            torn = any(self._memory.contested(glyph.shape) for glyph in line.glyphs)
            if torn or other != text or min(reading.sure, again.sure) < _SURE:
                return _Read(line, UNREADABLE + "|".join(dict.fromkeys((text, other))), ())
        return _Read(line, text, _roomy(text, _edges(spans, line.ink_box), line.ink_box.height))


def _aligned(line: Line, reading: Reading) -> list[tuple[Any, str]]:
    """Each glyph with the character read in its place; empty where pieces and characters do not match."""
    if len(reading.signs) != len(line.glyphs):
        return []
    return [(glyph, sign.text) for glyph, sign in zip(line.glyphs, reading.signs, strict=True)]


def _roomy(text: str, edges: Edges, height: float) -> Edges:
    """The empty half of the cell added to full-width marks at the ends: it touches the next run.

    The model does not tell （ from (, so a mark counts as full-width beside a Chinese character.
    """
    if len(text) < 2:
        return edges
    (first, *_), (*_, last) = edges, edges
    room = 0.45 * height
    if text[0] in "（(【《“" and _WIDE.match(text[1]):
        edges = ((first[0] - room, first[1]), *edges[1:])
    if text[-1] in "）)】》”：:，,。；;、" and _WIDE.match(text[-2]):
        edges = (*edges[:-1], (last[0], last[1] + room))
    return edges


def _margin(line: Line) -> float:
    """Running text is read small: it costs less so, and its characters hold one another."""
    return _MARGINS[line.ink_box.width > _RUNNING * line.ink_box.height]


def _edges(spans: Sequence[tuple[float, float]], around: Box | None = None) -> Edges:
    """Cells side by side: each ends where the next begins, half-way between their inks."""
    cuts = [(a[1] + b[0]) / 2 for a, b in pairwise(spans)]
    if not spans:
        return ()
    first, last = (around.x0, around.x1) if around else (spans[0][0], spans[-1][1])
    bounds = [first, *cuts, last]
    return tuple(pairwise(bounds))


def is_broken(word: Word) -> bool:
    """Whether a word holds characters that no page prints, or holes."""
    return any(map(is_strange, word.text))


def _has_holes(word: Word) -> bool:
    """Whether a font of letters does not name all characters of a word; bullets of symbol fonts are none."""
    return is_broken(word) and not is_symbol(word.font)


def _only_digits_lie(page: Page) -> bool:
    """Whether a page would be good, had its fonts not exchanged some digits."""
    if not any(MISNAMED in word.text for word in page.words):
        return False
    words = [word._replace(text=word.text.replace(MISNAMED, "0")) for word in page.words]
    return judge(words, 0, page.images) == "good"


def completed(word: Word, reading: Reading) -> str | None:
    """A word with its holes filled from a reading; None where that is unsure or contradicts the font.

    Of a Chinese character that makes a usual pair with the next (非流) half the certainty is enough.
    """
    signs = [sign for sign in reading.signs if not sign.text.isspace()]
    if len(signs) != len(word.text):
        return None
    text = ""
    for at, (char, sign) in enumerate(zip(word.text, signs, strict=True)):
        seen = unicodedata.normalize("NFKC", sign.text)
        if is_strange(char):
            needed = _SURE_IN_PAIR if is_usual(seen + word.text[at + 1 : at + 2]) else _SURE
            if sign.sure < needed or (char == MISNAMED and not seen.isdigit()):
                return None
        elif unicodedata.normalize("NFKC", char) != seen:
            return None
        text += sign.text if is_strange(char) else char
    return text


def _cut(grey: Grey, word: Word, scale: float, margin: float) -> Grey:
    """A word's place on the drawn page, with so much room around it, in heights of its type."""
    import numpy as np

    room = margin * word.size
    top, bottom = max(0, round((word.top - room) * scale)), round((word.bottom + room) * scale)
    left, right = max(0, round((word.x0 - room) * scale)), round((word.x1 + room) * scale)
    cut = grey[top:bottom, left:right]
    if not cut.size:
        return np.full((8, 8), 255, np.uint8)
    return cut if np.median(cut) >= 128 else 255 - cut


def _boxes(places: Iterable[Image]) -> list[Box]:
    return [Box(place.x0, place.top, place.x1, place.bottom) for place in places]


def _empty(box: Box, words: Sequence[Word]) -> bool:
    return not any(box.holds(word.xc, word.yc, 1.0) for word in words)


def _bare(places: Iterable[Image] | Iterable[Stencil], words: Sequence[Word]) -> list[Any]:
    """Pictures as high as a line of text on which no word of the text layer stands."""
    bare: list[Any] = []
    for place in places:
        box = place.box if isinstance(place, Stencil) else Box(place.x0, place.top, place.x1, place.bottom)
        if _LOWEST <= box.height <= TALLEST and _empty(box, words):
            bare.append(place)
    return bare


def _may_matter(runs: Sequence[Box], number: int) -> bool:
    """Whether painted runs are worth reading: on a cover, many of them, or side by side as heads are."""
    if len(runs) < _RUNS:
        return False
    if number == 1 or len(runs) >= _MANY_RUNS:
        return True
    return any(sum(abs(other.yc - run.yc) < 0.3 * run.height for other in runs) >= _RUNS for run in runs)


def _may_be_table(box: Box, words: Sequence[Word]) -> bool:
    """Whether a picture is as large as a table, and no text of the page stands on it."""
    return box.width >= _TABLE_WIDTH and box.height >= _TABLE_HEIGHT and _empty(box, words)


def _read_whole(image: Image, read: Sequence[Box]) -> bool:
    """Whether a picture was a run of text that now stands among the words."""
    box = Box(image.x0, image.top, image.x1, image.bottom)
    return box.height <= TALLEST and any(box.holds(word.xc, word.yc, 1.0) for word in read)


def _raster_words(raster: Raster, found: Pieces) -> list[Word]:
    """Pieces of pixels as words of the page; of those in doubt, what they may be behind U+FFFD."""
    if not found.pieces:
        return []
    box, (high, wide) = raster.box, raster.grey.shape
    across, down = box.width / wide, box.height / high
    size = found.height * down / _DIGIT
    feet = [p.patch for p in found.pieces if re.fullmatch(r"[\d.%+-]+", p.text)]
    words: list[Word] = []
    for piece in found.pieces:
        patch = piece.patch
        level = [p.y1 for p in feet if abs(p.y0 + p.y1 - patch.y0 - patch.y1) < found.height]
        foot = statistics.median(level) if level else patch.y1 - 0.1 * found.height / _DIGIT
        baseline = box.top + foot * down
        top, bottom = baseline - _ASCENT * size, baseline + _DESCENT * size
        text = piece.text if piece.sure else UNREADABLE + "|".join(filter(None, (piece.text, piece.other)))
        left, right = box.x0 + patch.x0 * across, box.x0 + patch.x1 * across
        words.append(Word(text, left, top, right, bottom, size, FONT, False, (0, 0, 0)))
    return words


def _sizes(reads: Sequence[_Read]) -> dict[int, tuple[float, float]]:
    """By the height of the pictures: the size of the type, and how far under their top the baseline lies."""
    em: defaultdict[int, list[float]] = defaultdict(list)
    base: defaultdict[int, list[float]] = defaultdict(list)
    heights: defaultdict[int, list[float]] = defaultdict(list)
    for read in reads:
        line = read.line
        height = _class(line)
        wide = len(_WIDE.findall(read.text))
        if wide >= 3 and wide == len(read.text):
            em[height].append(line.ink_box.width / (wide - 0.1))
        if len(read.text) == len(line.glyphs):
            for letter, glyph in zip(read.text, line.glyphs, strict=True):
                if letter in "0123456789":
                    base[height].append(glyph.box.bottom - line.box.top)
                    heights[height].append(glyph.box.height)
    found: dict[int, tuple[float, float]] = {}
    for height in {_class(read.line) for read in reads}:
        points = height / PX
        if em[height]:
            size = statistics.median(em[height])
        elif heights[height]:
            size = statistics.median(heights[height]) / _DIGIT
        else:
            size = points / 1.4
        size = min(size, points / 1.02)
        baseline = statistics.median(base[height]) if base[height] else points / 2 + 0.36 * size
        found[height] = (size, baseline)
    return found


def _class(line: Line) -> int:
    return max(int(stencil.ink.shape[0]) for stencil in line.stencils)


def _words(reads: Sequence[_Read], page: Page) -> list[Word]:
    sizes = _sizes(reads)
    chars: list[Char] = []
    doubtful: list[Word] = []
    for read in reads:
        size, below = sizes[_class(read.line)]
        baseline = read.line.box.top + below
        top, bottom = baseline - _ASCENT * size, baseline + _DESCENT * size
        color = read.line.stencils[0].color
        if not read.edges:
            box = read.line.ink_box
            doubtful.append(Word(read.text, box.x0, top, box.x1, bottom, size, FONT, False, color))
            continue
        owner = TextObject(size, FONT, False, color, 255, 0, True, None)
        for letter, (left, right) in zip(read.text, read.edges, strict=True):
            chars.append(Char(letter, left, top, right, bottom, baseline, owner))
    hiding = Hiding(page.width, page.height, Graphics(images=list(page.images)))
    words, _ = build_words(characters_of(chars), hiding)
    return [*words, *doubtful]


def _in_order(words: Iterable[Word]) -> list[Word]:
    """Lines from the top, each from the left."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.bottom, word.x0)):
        if lines and word.bottom - lines[-1][0].bottom < 0.3 * word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [word for line in lines for word in sorted(line, key=lambda word: word.x0)]
