"""The two Chinese typefaces, and the TrueType subset of one that a PDF embeds."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any, Literal

FontName = Literal["sans", "serif"]

# Noto's outlines are cubic; quadratic ones within this many font units (of 1000) look the same in print.
MAX_CURVE_ERROR = 1.0


class Face:
    """One typeface: how wide its characters are, and a TrueType subset of it."""

    def __init__(self, path: Path) -> None:
        from fontTools.ttLib import TTFont

        self._path = path
        font = TTFont(path, lazy=True)
        self._glyph_of: dict[int, str] = dict(font.getBestCmap())
        self._metrics: dict[str, tuple[int, int]] = dict(font["hmtx"].metrics)
        self._em = int(font["head"].unitsPerEm)

    def has(self, char: str) -> bool:
        return ord(char) in self._glyph_of

    def width(self, text: str, size: float, spacing: float = 0.0) -> float:
        """Advance of `text` in points, `spacing` added after every character but the last."""
        units = sum(self._metrics[self._glyph_of[ord(char)]][0] for char in text)
        return units * size / self._em + spacing * max(len(text) - 1, 0)

    def truetype(self, characters: str) -> bytes:
        """The font cut down to `characters`, its cubic outlines turned into TrueType's quadratic ones.

        Word embeds Chinese fonts so (CIDFontType2, Identity-H). The CFF form is legal too, but pdfminer
        reads no text from it.
        """
        from fontTools import subset
        from fontTools.ttLib import TTFont

        font = TTFont(self._path, recalcTimestamp=False)
        options = subset.Options(notdef_outline=True, drop_tables=["VORG", "GSUB", "GPOS", "GDEF", "BASE"])
        cut = subset.Subsetter(options)
        cut.populate(text=characters)
        cut.subset(font)
        _to_quadratic(font)
        out = io.BytesIO()
        font.save(out)
        return out.getvalue()


def _to_quadratic(font: Any) -> None:
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    order = font.getGlyphOrder()
    outlines = font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, MAX_CURVE_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    for name in order:
        glyf[name].recalcBounds(glyf)
        advance, _ = font["hmtx"][name]
        font["hmtx"][name] = advance, glyf[name].xMin if glyf[name].numberOfContours else 0
    del font["CFF "]
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field, value in (
        ("maxZones", 1),
        ("maxTwilightPoints", 0),
        ("maxStorage", 0),
        ("maxFunctionDefs", 0),
    ):
        setattr(maxp, field, value)
    for field in ("maxInstructionDefs", "maxStackElements", "maxSizeOfInstructions", "maxComponentElements"):
        setattr(maxp, field, 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\x00\x01\x00\x00"


@cache
def face(name: FontName) -> Face:
    """The face of that name from the package `pylopdf-fonts-zh-cn` (Noto Sans SC, Noto Serif SC; SIL OFL)."""
    import pylopdf_fonts_zh_cn as package

    return Face(package.sans_path() if name == "sans" else package.serif_path())
