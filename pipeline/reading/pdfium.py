"""The fast reader: PDFium through pypdfium2's raw API, one page at a time."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pypdfium2
from pypdfium2 import raw

from pipeline.errors import InputError
from pipeline.reading.characters import display_map, read_characters
from pipeline.reading.digits import DigitFonts
from pipeline.reading.graphics import TooMuchDrawnError, read_graphics
from pipeline.reading.page import Page
from pipeline.reading.repeats import with_repeats
from pipeline.reading.textlayer import judge
from pipeline.reading.words import Hiding, build_words

_NO_PAGES = re.compile(rb"/Count\s+0\b")
_A_PAGE = re.compile(rb"/Type\s*/Page\b")
# The fullest of 1,013 real pages has 6,575; a page's arrays and words take up to a kilobyte a character.
MOST_CHARACTERS = 100_000
_HEAD = 1024  # the PDF header must stand in the first 1024 bytes (ISO 32000-1, annex H)


class Document:
    """An open PDF; `page(n)` reads page `n` (1-based) into a `Page`."""

    def __init__(self, handle: pypdfium2.PdfDocument) -> None:
        self._handle = handle
        self._fonts = DigitFonts(handle.raw)
        self.page_count: int = len(handle)

    def page(self, number: int) -> Page:
        """Read one page: words, rules, fills, images, what is hidden, and how good its text layer is.

        Raises InputError where the page cannot be loaded, or holds more than a page can print.
        """
        with np.errstate(all="ignore"):  # damaged files have numbers beyond all bounds
            return self._page(number)

    def _page(self, number: int) -> Page:
        handle = raw.FPDF_LoadPage(self._handle.raw, number - 1)
        if not handle:
            raise InputError(f"page {number} cannot be loaded: damaged objects")
        try:
            text_page = raw.FPDFText_LoadPage(handle)
            if not text_page:
                raise InputError(f"page {number}: its text cannot be read")
            try:
                count = raw.FPDFText_CountChars(text_page)
                if count > MOST_CHARACTERS:
                    raise InputError(f"page {number}: {count:,} characters, more than any page prints")
                display, width, height = display_map(handle)
                graphics = read_graphics(handle, display)
                exchanged = partial(self._fonts.exchanged, handle, text_page, forms=graphics.within)
                chars, unmapped = read_characters(
                    text_page, display, graphics.order, graphics.within, exchanged
                )
                chars = with_repeats(chars, display, graphics.order, graphics.within)
            finally:
                raw.FPDFText_ClosePage(text_page)
        except TooMuchDrawnError as error:
            raise InputError(f"page {number}: {error}") from error
        finally:
            raw.FPDF_ClosePage(handle)
        words, hidden = build_words(chars, Hiding(width, height, graphics))
        return Page(
            number=number,
            width=width,
            height=height,
            words=tuple(words),
            rules=tuple(graphics.rules),
            fills=tuple(graphics.fills),
            images=tuple(graphics.images),
            hidden=tuple(hidden),
            text_layer=judge(words, unmapped, graphics.images),
        )

    def close(self) -> None:
        """Release PDFium's memory."""
        self._handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_document(source: bytes | Path) -> Document:
    """Open a PDF from its bytes or path.

    Raises `InputError` with a sentence a person can act on: empty file, no PDF, damaged beyond reading,
    encrypted with a password, no pages.
    """
    if isinstance(source, Path):
        try:
            source = source.read_bytes()
        except OSError as error:
            raise InputError(f"the file cannot be read ({error.strerror or error})") from error
    if not source:
        raise InputError("the file is empty (0 bytes): fetch it again")
    if b"%PDF-" not in source[:_HEAD]:
        raise InputError("the file is not a PDF (no %PDF- header in its first 1024 bytes)")
    try:
        handle = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        # For an empty page tree PDFium leaves the error of the file before it standing, so its word alone
        # would depend on the order of the files.
        if _NO_PAGES.search(source) and not _A_PAGE.search(source):
            raise InputError("the PDF has no pages") from error
        if "password" in str(error).lower() and b"/Encrypt" in source:
            raise InputError("the PDF is encrypted with a password: save it without one") from error
        raise InputError(f"the PDF is damaged beyond reading (PDFium: {error}): fetch it again") from error
    if len(handle) == 0:
        handle.close()
        raise InputError("the PDF has no pages")
    return Document(handle)
