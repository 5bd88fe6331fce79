"""Accuracy of reading pictures: pages with text are drawn as images, and their own text is the truth.

    python tests/bench/pictures.py FOLDER [--pages 30] [--dpi 300 --dpi 200 --dpi 150] [--jpeg 75] [--tell]

One page of each of `--pages` reports of FOLDER, spread evenly over their names: the one whose tables hold the
most numbers. Each is drawn at the resolutions asked for, written into a PDF that holds nothing but the image,
and read like any other. A numeric cell is a cell of a table that prints a number or a year. It is `right`
where the same print stands in its place, `unreadable` where what stands there says so, `missing` where no
number does, and `wrong` where another one does: that is an error in silence. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import io
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.reading import ocr
from pipeline.reading.page import Box, Page
from pipeline.reading.pdfium import open_document
from pipeline.tables.find import find_tables

if TYPE_CHECKING:
    from PIL.Image import Image

VERDICTS = ("right", "unreadable", "missing", "wrong")
_NUMBER = re.compile(r"[-+(]*\d[\d,.]*[%xX)]*[AEF]?")


def plain(text: str) -> str:
    """The print without what the two readers may spell differently: forms of width, dashes."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    return text.replace("−", "-").replace("–", "-")


class Number(NamedTuple):
    """A numeric cell of a table: what is printed in it, and where."""

    text: str
    box: Box


def numbers(page: Page) -> list[Number]:
    """The cells of a page's tables that print a number, heads with a year among them."""
    tables = [table for table in find_tables([page]) if len(table.cells) > 8]
    cells = {cell.box: plain(cell.text) for table in tables for cell in table.cells}
    return [Number(text, box) for box, text in cells.items() if _NUMBER.fullmatch(text)]


class Chosen(NamedTuple):
    """A page with text, its number from 1."""

    path: Path
    number: int


def chosen(folder: Path, pages: int, without: Sequence[str] = ()) -> Iterator[Chosen]:
    """One page of each of so many reports: the one with the most numbers, of those with good text."""
    found: list[Chosen] = []
    for path in sorted(folder.rglob("*.pdf"), key=lambda path: path.name):
        if any(name in path.name for name in without):
            continue
        with open_document(path) as document:
            pages_of = [document.page(number) for number in range(1, document.page_count + 1)]
        many = [page for page in pages_of if page.text_layer == "good" and _digits(page) >= 100]
        best = max(many, key=lambda page: len(numbers(page)), default=None)
        if best and len(numbers(best)) >= 100:
            found.append(Chosen(path, best.number))
    step = max(1.0, len(found) / pages)
    yield from (found[int(index * step)] for index in range(min(pages, len(found))))


def _digits(page: Page) -> int:
    return sum(bool(_NUMBER.fullmatch(plain(word.text))) for word in page.words)


def drawn(path: Path, number: int, dpi: float) -> Image:
    """A page as displayed, in grey."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        picture: Image = document[number - 1].render(scale=dpi / 72, grayscale=True).to_pil()
        return picture
    finally:
        document.close()


def as_pdf(picture: Image, dpi: float, jpeg: int) -> bytes:
    """A PDF of one page that is the picture, as a scanner writes it."""
    data = io.BytesIO()
    picture.save(data, "PDF", resolution=dpi, quality=jpeg)
    return data.getvalue()


def read(data: bytes, number: int = 1) -> Page:
    """A page with its pictures read."""
    with open_document(data) as document:
        return ocr.Reader(document).read(document.page(number))


def compared(truth: Page, page: Page) -> Iterator[tuple[str, Number, str]]:
    """For every numeric cell of the text layer: the verdict, the cell, and what was read in its place."""
    for number in numbers(truth):
        here = [word for word in page.words if _inside(number.box, word.box)]
        text = "".join(plain(word.text) for word in sorted(here, key=lambda word: word.x0))
        if text == number.text:
            yield "right", number, text
        elif ocr.UNREADABLE in text:
            yield "unreadable", number, text
        elif any(_NUMBER.fullmatch(plain(word.text)) for word in here):
            yield "wrong", number, text
        else:
            yield "missing", number, text


def _inside(cell: Box, word: Box) -> bool:
    return abs(cell.yc - word.yc) < 0.5 * cell.height and cell.x0 - 2 <= word.xc <= cell.x1 + 2


def accuracy(wanted: Sequence[Chosen], resolutions: Sequence[float], jpeg: int, tell: bool) -> None:
    """Print the table of verdicts by resolution."""
    print("| dpi | pages | numeric cells | right | unreadable | missing | wrong | CPU s a page |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for dpi in resolutions:
        counts: Counter[str] = Counter()
        seconds = 0.0
        for path, at in wanted:
            with open_document(path) as document:
                truth = document.page(at)
            data = as_pdf(drawn(path, at, dpi), dpi, jpeg)
            started = time.process_time()
            page = read(data)
            spent = time.process_time() - started
            seconds += spent
            found = list(compared(truth, page))
            own = Counter(verdict for verdict, _, _ in found)
            counts += own
            if tell:
                print(f"<!-- {path.name} p{at} {dpi:g} dpi {spent:.1f} s {dict(own)}")
                for verdict, number, text in found:
                    if verdict != "right":
                        at_point = f"{number.box.x0:.0f},{number.box.top:.0f}"
                        print(f"     {verdict} {number.text!r} at {at_point}: {text!r}")
                print("-->", flush=True)
        total = counts.total()
        shares = (f"{counts[name]} ({counts[name] / total:.2%})" for name in VERDICTS)
        print(f"| {dpi:g} | {len(wanted)} | {total} | {' | '.join(shares)} | {seconds / len(wanted):.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=30)
    parser.add_argument("--dpi", type=float, action="append")
    parser.add_argument("--jpeg", type=int, default=75)
    parser.add_argument("--without", action="append", default=[], help="names not to take")
    parser.add_argument("--tell", action="store_true")
    a = parser.parse_args()
    accuracy(list(chosen(a.folder, a.pages, a.without)), a.dpi or [300, 200, 150], a.jpeg, a.tell)


if __name__ == "__main__":
    main()
