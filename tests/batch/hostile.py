"""Files that arrive under a .pdf name and are not what the name says, or hold nothing to read."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fpdf import FPDF

PASSWORD = "open sesame"
WRITTEN = datetime(2025, 1, 1, tzinfo=UTC)
"""When every file here says it was written: the same call gives the same bytes at any second."""


def _document() -> FPDF:
    from fpdf import FPDF

    document = FPDF(unit="pt", format="A4")
    document.set_creation_date(WRITTEN)
    document.set_font("Helvetica", size=10)
    return document


def prose(pages: int = 1) -> bytes:
    """Running text, no table."""
    document = _document()
    for _ in range(pages):
        document.add_page()
        document.multi_cell(400, 14, "We like the company. Demand is strong and prices are stable. " * 12)
    return bytes(document.output())


def encrypted() -> bytes:
    """A PDF that opens with a password only."""
    document = _document()
    document.set_encryption(owner_password="owner", user_password=PASSWORD)
    document.add_page()
    document.cell(text="secret")
    return bytes(document.output())


def painted(rows: int = 12, columns: int = 6, *, prose_pages: int = 0) -> bytes:
    """A page whose every run of text is a small picture, set in rows and columns, behind pages of prose."""
    from PIL import Image

    document = _document()
    for _ in range(prose_pages):
        document.add_page()
        document.multi_cell(400, 14, "We like the company. Demand is strong and prices are stable. " * 12)
    document.add_page()
    for row in range(rows):
        for column in range(columns):
            picture = io.BytesIO()
            Image.new("1", (24, 8), color=(row + column) % 2).save(picture, "PNG")
            document.image(picture, x=60 + 80 * column, y=100 + 20 * row, w=36, h=10)
    return bytes(document.output())


def without_pages() -> bytes:
    """A well-formed file with an empty page tree."""
    parts = [b"%PDF-1.4\n", b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"]
    parts.append(b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n")
    at = [len(b"".join(parts[:index])) for index in (1, 2)]
    start = len(b"".join(parts))
    rows = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    table = b"xref\n0 3\n0000000000 65535 f \n" + rows
    return b"".join(parts) + table + b"trailer<</Size 3/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


UNREADABLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "zero bytes": (lambda: b"", "the file is empty (0 bytes): fetch it again"),
    "a web page": (
        lambda: b"<html><body>404 Not Found</body></html>",
        "the file is not a PDF (no %PDF- header in its first 1024 bytes)",
    ),
    "a header and no more": (lambda: b"%PDF-1.7\n", "the PDF is damaged beyond reading"),
    "cut off": (lambda: prose()[:700], "the PDF is damaged beyond reading"),
    "a password": (encrypted, "the PDF is encrypted with a password: save it without one"),
    "no pages": (without_pages, "the PDF has no pages"),
    "nothing but pictures": (painted, "page 1: the text is painted as pictures; put the file through OCR"),
}
"""What it is: the bytes, and how the reason begins."""
