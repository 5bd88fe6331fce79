"""PDFs whose text is painted: every run a 2×2 picture of one colour behind a 1-bit mask of 600 dpi."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

DPI = 600
WIDTH, HEIGHT = 595, 842


class Run(NamedTuple):
    """A run of text: its left edge and the top of its line, points."""

    text: str
    x: float
    top: float
    size: float = 9.0


@functools.cache
def font(pixels: int, face: str) -> ImageFont.FreeTypeFont:
    """A face of the Chinese fonts at so many pixels an em."""
    import pylopdf_fonts_zh_cn

    return ImageFont.truetype(str(Path(pylopdf_fonts_zh_cn.__file__).parent / face), pixels)


def mask(run: Run, face: str = "NotoSerifSC-Regular.otf") -> NDArray[np.bool_]:
    """The ink of a run in a line as high as the font says."""
    drawn_in = font(round(run.size * DPI / 72), face)
    ascent, descent = drawn_in.getmetrics()
    image = Image.new("1", (round(drawn_in.getlength(run.text)) + 4, ascent + descent))
    ImageDraw.Draw(image).text((2, 0), run.text, font=drawn_in, fill=1)
    return np.asarray(image.convert("L")) > 0


def _stream(head: str, data: bytes) -> bytes:
    packed = zlib.compress(data)
    return (
        f"<< {head} /Filter /FlateDecode /Length {len(packed)} >>\nstream\n".encode()
        + packed
        + b"\nendstream"
    )


def painted_pdf(
    runs: Sequence[Run], *, pasted: Sequence[tuple[Image.Image, float, float, float]] = ()
) -> bytes:
    """One page with `runs` as stencils and pictures `pasted` at (x, top) with a width, points."""
    objects: list[bytes] = [b"", b"", b""]
    content: list[str] = []
    names: list[str] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    def place(number: int, x: float, top: float, width: float, height: float) -> None:
        names.append(f"/I{number} {number} 0 R")
        content.append(
            f"q {width:.4f} 0 0 {height:.4f} {x:.4f} {HEIGHT - top - height:.4f} cm /I{number} Do Q"
        )

    for run in runs:
        ink = mask(run)
        high, wide = ink.shape
        soft = add(
            _stream(
                f"/Type /XObject /Subtype /Image /Width {wide} /Height {high} /ColorSpace /DeviceGray"
                " /BitsPerComponent 1",
                np.packbits(ink, axis=1).tobytes(),
            )
        )
        number = add(
            _stream(
                "/Type /XObject /Subtype /Image /Width 2 /Height 2 /BitsPerComponent 1"
                f" /ColorSpace [/Indexed /DeviceRGB 1 <4472C44472C4>] /SMask {soft} 0 R",
                b"\0\0",
            )
        )
        place(number, run.x, run.top, wide * 72 / DPI, high * 72 / DPI)
    for image, x, top, width in pasted:
        number = add(
            _stream(
                f"/Type /XObject /Subtype /Image /Width {image.width} /Height {image.height}"
                " /ColorSpace /DeviceGray /BitsPerComponent 8",
                image.convert("L").tobytes(),
            )
        )
        place(number, x, top, width, width * image.height / image.width)
    contents = add(_stream("", "\n".join(content).encode()))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    objects[2] = (
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {contents} 0 R"
        f" /Resources << /XObject << {' '.join(names)} >> >> >>"
    ).encode()
    out = bytearray(b"%PDF-1.5\n")
    starts = []
    for number, body in enumerate(objects, 1):
        starts.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{start:010} 00000 n \n".encode() for start in starts)
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


def picture_of(rows: Sequence[Sequence[str]], *, pixels: int = 14, column: int = 90) -> Image.Image:
    """A screenshot of a table: first column wide, white head on a dark band, grey letters at the edges."""
    drawn_in = font(pixels, "NotoSansSC-Regular.otf")
    pitch = round(pixels * 1.7)
    wide = 2 * column + column * (len(rows[0]) - 1)
    image = Image.new("L", (wide, pitch * len(rows) + 6), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, wide, pitch), fill=40)
    for y, row in enumerate(rows):
        top = y * pitch + 2
        draw.text((6, top), row[0], font=drawn_in, fill=255 if y == 0 else 20)
        for x, text in enumerate(row[1:], 1):
            right = 2 * column + x * column - 8 - drawn_in.getlength(text)
            draw.text((right, top), text, font=drawn_in, fill=255 if y == 0 else 20)
    return image
