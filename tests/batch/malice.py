"""Files made to hang, crash or fill a reader, to mislead it, or to have something executed."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence

from .hostile import encrypted, painted, prose, without_pages

Objects = Mapping[int, bytes]

_TEXT = b"BT /F1 12 Tf 72 700 Td (Revenue 1,234) Tj ET"
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<" + entries + b"/Length %d>>\nstream\n" % len(data) + data + b"\nendstream"


def pdf(objects: Objects | None = None, *, trailer: bytes = b"", head: bytes = b"%PDF-1.7\n") -> bytes:
    """A one-page PDF of plain objects; `objects` replaces or adds some (1 catalog, 2 pages, 3 page, 4, 5)."""
    whole = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: _PAGE,
        4: stream(_TEXT),
        5: _FONT,
    } | dict(objects or {})
    out, at = io.BytesIO(), {}
    out.write(head)
    for number, body in sorted(whole.items()):
        at[number] = out.tell()
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start, size = out.tell(), max(whole) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        out.write(b"%010d 00000 n \n" % at[number] if number in at else b"0000000000 65535 f \n")
    out.write(b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start))
    return out.getvalue()


def page(entries: bytes = b"", box: bytes = b"[0 0 595 842]") -> bytes:
    resources = b"/Resources<</Font<</F1 5 0 R>>/XObject<</X1 6 0 R>>>>"
    return b"<</Type/Page/Parent 2 0 R/MediaBox" + box + resources + b"/Contents 4 0 R" + entries + b">>"


def content(data: bytes, entries: bytes = b"") -> bytes:
    return pdf({4: stream(data, entries)})


def image(entries: bytes, data: bytes) -> bytes:
    drawn = stream(_TEXT + b" q 100 0 0 100 72 500 cm /X1 Do Q")
    return pdf({3: page(), 4: drawn, 6: stream(data, b"/Type/XObject/Subtype/Image" + entries)})


def bomb(size: int, times: int = 1) -> bytes:
    data = b" " * size
    for _ in range(times):
        data = zlib.compress(data, 9)
    filters = b"/Filter[" + b"/FlateDecode" * times + b"]"
    return content(data, filters)


def _many_pages(count: int) -> bytes:
    kids = b"3 0 R " * count
    return pdf({2: b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % count})


def _cyclic_xref() -> bytes:
    data = pdf()
    start = data.rindex(b"xref\n0 ")
    return pdf(trailer=b"/Prev %d" % start)


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("report.txt", "Revenue 1,234")
    return out.getvalue()


def _font(entries: bytes, extra: Objects) -> bytes:
    return pdf({5: b"<</Type/Font" + entries + b">>", **extra})


_TYPE3 = b"/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 32/LastChar 33/Widths[1 1]"
_CMAP = b"/CIDInit /ProcSet findresource begin begincmap /Self usecmap endcmap"

READ, REFUSED, EITHER = ("complete",), ("failed",), ("complete", "partial", "failed")

MALICE: dict[str, tuple[Callable[[], bytes], Sequence[str]]] = {
    # nothing of a PDF, or half of one
    "nothing": (lambda: b"", REFUSED),
    "a web page": (lambda: b"<html><script>alert(1)</script></html>", REFUSED),
    "a zip": (_zip, REFUSED),
    "a gzipped pdf": (lambda: gzip.compress(pdf(), mtime=0), REFUSED),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(200), REFUSED),
    "zeros": (lambda: bytes(100_000), REFUSED),
    "header only": (lambda: b"%PDF-1.7\n", REFUSED),
    "header and noise": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 400, REFUSED),
    "cut in half": (lambda: prose(2)[: len(prose(2)) // 2], REFUSED),
    "a kilobyte before the header": (lambda: b"x" * 5000 + pdf(), REFUSED),
    "some bytes before the header": (lambda: b"x" * 300 + pdf(), READ),
    "two files in one": (lambda: pdf() + prose(), EITHER),
    "a password": (encrypted, REFUSED),
    "no pages": (without_pages, REFUSED),
    "nothing but pictures": (painted, REFUSED),
    # cross-reference tables
    "startxref beyond the end": (lambda: pdf().replace(b"startxref\n", b"startxref\n9999"), READ),
    "no xref": (lambda: pdf().replace(b"xref\n0 ", b"xxxx\n0 "), READ),
    "no trailer": (lambda: pdf().replace(b"trailer", b"railert"), EITHER),
    "a trailer without a root": (lambda: pdf().replace(b"/Root 1 0 R", b"/Rxxt 1 0 R"), EITHER),
    "a root that is a page": (lambda: pdf().replace(b"/Root 1 0 R", b"/Root 3 0 R"), EITHER),
    "xref tables in a circle": (_cyclic_xref, EITHER),
    "a size of two billion": (lambda: pdf().replace(b"/Size 6", b"/Size 2147483647"), EITHER),
    "negative offsets": (lambda: pdf().replace(b"0000000009", b"-000000009"), EITHER),
    # trees that do not end
    "pages within themselves": (
        lambda: pdf({2: b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>"}),
        EITHER,
    ),
    "a page that is its own parent": (lambda: pdf({3: _PAGE.replace(b"2 0 R", b"3 0 R")}), EITHER),
    "a count of a million and one page": (
        lambda: pdf({2: b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>"}),
        EITHER,
    ),
    "a negative count": (lambda: pdf({2: b"<</Type/Pages/Kids[3 0 R]/Count -5>>"}), EITHER),
    "3,000 pages": (lambda: _many_pages(3000), EITHER),
    "an object that is itself": (lambda: pdf({4: b"4 0 R"}), EITHER),
    "objects in a circle": (lambda: pdf({4: b"6 0 R", 6: b"4 0 R"}), EITHER),
    "outlines in a circle": (
        lambda: pdf({1: b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>", 6: b"<</First 6 0 R/Next 6 0 R>>"}),
        READ,
    ),
    "arrays 50,000 deep": (lambda: pdf({4: b"[" * 50_000 + b"]" * 50_000}), EITHER),
    "dictionaries 50,000 deep": (lambda: pdf({4: b"<</A" * 50_000 + b">>" * 50_000}), EITHER),
    "a form that draws itself": (
        lambda: pdf(
            {
                3: page(),
                4: stream(b"/X1 Do " + _TEXT),
                6: stream(
                    b"/X1 Do",
                    b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X1 6 0 R>>>>",
                ),
            }
        ),
        EITHER,
    ),
    "a glyph that draws itself": (
        lambda: _font(
            _TYPE3
            + b"/CharProcs<</a 6 0 R>>/Encoding<</Differences[32/a/a]>>/Resources<</Font<</F1 5 0 R>>>>",
            {6: stream(b"1 0 d0 BT /F1 1 Tf ( !) Tj ET")},
        ),
        EITHER,
    ),
    "a character map that uses itself": (
        lambda: _font(b"/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R", {6: stream(_CMAP)}),
        EITHER,
    ),
    # sizes
    "a page of 20,000 points": (lambda: pdf({3: page(box=b"[0 0 20000 20000]")}), READ),
    "a page without size": (lambda: pdf({3: page(box=b"[0 0 0 0]")}), EITHER),
    "a page turned inside out": (lambda: pdf({3: page(box=b"[595 842 0 0]")}), READ),
    "a page of 1e30 points": (lambda: pdf({3: page(box=b"[0 0 1e30 1e30]")}), EITHER),
    "a page of words": (lambda: pdf({3: page(box=b"[(a) (b) (c) (d)]")}), EITHER),
    "a page without a box": (lambda: pdf({3: page().replace(b"/MediaBox", b"/MxdiaBox")}), EITHER),
    "turned by 45 degrees": (lambda: pdf({3: page(b"/Rotate 45")}), READ),
    "200 MB of blanks": (lambda: bomb(200 << 20), EITHER),
    "a gigabyte of blanks, packed thrice": (lambda: bomb(1 << 30, 3), EITHER),
    "an object stream that is a bomb": (
        lambda: pdf(
            {6: stream(zlib.compress(bytes(64 << 20), 9), b"/Type/ObjStm/N 1/First 5/Filter/FlateDecode")}
        ),
        READ,
    ),
    "a million saved states": (lambda: content(b"q " * 1_000_000 + _TEXT), EITHER),
    "a path of 500,000 lines": (
        lambda: content(b"0 0 m " + b"1 1 l 0 1 l " * 250_000 + b"S " + _TEXT),
        EITHER,
    ),
    "100,000 rectangles": (lambda: content(b"0 0 1 1 re f " * 100_000 + _TEXT), EITHER),
    "200,000 characters on a spot": (
        lambda: content(b"BT /F1 12 Tf 72 700 Td " + b"(12345678) Tj 1 0 0 1 72 700 Tm " * 25_000 + b"ET"),
        EITHER,
    ),
    "text of 1e38 points": (lambda: content(b"BT /F1 1e38 Tf 72 700 Td (1,234) Tj ET"), EITHER),
    "text at 1e38": (lambda: content(b"BT /F1 12 Tf 1e38 -1e38 Td (1,234) Tj ET"), EITHER),
    "numbers that are none": (lambda: content(b"BT /F1 NaN Tf nan inf Td (1,234) Tj ET"), EITHER),
    "an endless inline picture": (
        lambda: content(_TEXT + b" BI /W 9999 /H 9999 /BPC 8 /CS /G ID " + bytes(999)),
        EITHER,
    ),
    "a picture of 10 gigapixels": (
        lambda: image(b"/Width 100000/Height 100000/BitsPerComponent 8/ColorSpace/DeviceRGB", bytes(99)),
        EITHER,
    ),
    "noise as JPEG": (
        lambda: image(
            b"/Width 9/Height 9/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode", bytes(99)
        ),
        EITHER,
    ),
    "noise as JPEG 2000": (lambda: image(b"/Width 9/Height 9/Filter/JPXDecode", bytes(range(99))), EITHER),
    "noise as JBIG2": (
        lambda: image(
            b"/Width 9/Height 9/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode", bytes(99)
        ),
        EITHER,
    ),
    # fonts
    "a font that is not there": (lambda: pdf({5: b"null"}), EITHER),
    "a font without a kind": (lambda: pdf({5: b"<</Type/Font>>"}), EITHER),
    "a font file of noise": (
        lambda: _font(
            b"/Subtype/TrueType/BaseFont/A/FontDescriptor 6 0 R",
            {6: b"<</Type/FontDescriptor/FontName/A/FontFile2 7 0 R>>", 7: stream(bytes(range(256)) * 9)},
        ),
        EITHER,
    ),
    # what wants to be executed or fetched
    "a script at opening": (
        lambda: pdf({1: b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>"}),
        READ,
    ),
    "a program at opening": (
        lambda: pdf({1: b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Launch/F(touch executed)>>>>"}),
        READ,
    ),
    "a file inside": (
        lambda: pdf(
            {
                1: b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(../../x) 6 0 R]>>>>>>",
                6: b"<</Type/Filespec/F(../../x)/EF<</F 7 0 R>>>>",
                7: stream(b"executed", b"/Type/EmbeddedFile"),
            }
        ),
        READ,
    ),
    "a form to submit": (
        lambda: pdf({3: page(b"/AA<</O<</S/SubmitForm/F(http://127.0.0.1:9/)>>>>")}),
        READ,
    ),
    "content in another file": (lambda: pdf({4: stream(b"", b"/F(/etc/passwd)")}), EITHER),
    "markup as text": (
        lambda: content(b"BT /F1 12 Tf 72 700 Td (<script>alert\\(1\\)</script>) Tj ET"),
        READ,
    ),
}
"""What it is: the bytes, and the outcomes that are sensible."""

NAMES = {
    "markup": "<img src=x onerror=alert(1)>.pdf",
    "a right-to-left override": "report\u202efdp.exe.pdf",
    "a line break": "one\ntwo.pdf",
    "an escape": "\x1b[31mred\x1b[0m.pdf",
    "an option": "--help.pdf",
    "a formula": "=cmd|'calc'!A1.pdf",
    "blanks": "   .pdf",
    "250 bytes": "长" * 81 + ".pdf",
}
"""File names that are made to be believed, interpreted or cut off."""
