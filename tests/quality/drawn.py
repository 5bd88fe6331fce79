"""PDFs drawn by hand: Helvetica text at places that a test knows to the point."""

from __future__ import annotations

from collections.abc import Sequence

Text = tuple[float, float, str]  # x, distance of the baseline from the top of the unrotated page, text

SIZE = 10.0
DIGIT = 0.556 * SIZE  # advance of every Helvetica digit


def pdf(*pages: Sequence[Text], width: int = 400, height: int = 300, rotate: int = 0) -> bytes:
    """A PDF with one page for each sequence of texts."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for texts in pages:
        shown = "".join(
            f"BT /F1 {SIZE:g} Tf {x} {height - base} Td ({text}) Tj ET\n" for x, base, text in texts
        )
        content = shown.encode("latin-1")
        objects.append(b"<< /Length %d >>\nstream\n%sendstream" % (len(content), content))
        objects.append(
            (
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Rotate {rotate} "
                f"/Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects)} 0 R >>"
            ).encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    out = b"%PDF-1.7\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer
