"""PDFs drawn operator by operator, so that a test shows exactly what is on its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class Sheet:
    """One page: operators in user space, its boxes and rotation. `/F1` is Helvetica, `/F2` its bold.

    `form` holds the operators of the form `/Fm`.
    """

    content: str
    media: Corners = (0, 0, 300, 200)
    crop: Corners | None = None
    rotate: int = 0
    form: str = ""


def _numbers(values: Sequence[float]) -> str:
    return " ".join(f"{v:g}" for v in values)


def pdf(*sheets: Sheet) -> bytes:
    """A PDF 1.4 file of these pages; `/Im` is a grey picture of one pixel."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",  # the page tree, once the pages are numbered
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
        b" /Length 1 >>\nstream\n\x80\nendstream",
    ]
    kids = []
    for sheet in sheets:
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        crop = f" /CropBox [{_numbers(sheet.crop)}]" if sheet.crop else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [{_numbers(sheet.media)}]{crop} /Rotate {sheet.rotate}"
            f" /Resources << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /Im 5 0 R /Fm {number + 2} 0 R >> >>"
            f" /Contents {number + 1} 0 R >>".encode()
        )
        stream = sheet.content.encode("cp1252")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        form = sheet.form.encode("cp1252")
        objects.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 400 300]"
            b" /Resources << /Font << /F1 3 0 R >> >> /Length %d >>\nstream\n%s\nendstream"
            % (len(form), form)
        )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def text(words: str, x: float, y: float, *, size: float = 10, font: str = "F1", before: str = "") -> str:
    """`words` with the baseline starting at (x, y) of user space; `before` holds further text operators."""
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size:g} Tf {before} 1 0 0 1 {x:g} {y:g} Tm ({escaped}) Tj ET\n"


def turned_text(words: str, x: float, y: float, page: Corners, rotate: int, size: float = 10) -> str:
    """`words` that stand upright with their baseline starting at displayed point (x, y) of a turned page."""
    left, bottom, right, top = page
    matrix = {
        0: (1, 0, 0, 1, left + x, top - y),
        90: (0, 1, -1, 0, left + y, bottom + x),
        180: (-1, 0, 0, -1, right - x, bottom + y),
        270: (0, -1, 1, 0, right - y, top - x),
    }[rotate]
    return f"BT /F1 {size:g} Tf {_numbers(matrix)} Tm ({words}) Tj ET\n"
