"""CPU seconds a page: the whole walk beside the bare PDF library under it and two readers people use.

    python tests/bench/readers.py report.pdf …

`floor` asks PDFium for each page's characters, their boxes and the corners of its paths, through plain
ctypes, and does nothing with them: what any reader on top of it has to do at least. pdfplumber extracts
words, camelot tables; neither says what a number means. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import logging
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path


def floor(path: Path) -> None:
    import ctypes

    import pypdfium2
    from pypdfium2 import raw

    box = [ctypes.c_double() for _ in range(4)]
    x, y = ctypes.c_float(), ctypes.c_float()
    document = pypdfium2.PdfDocument(path)
    for number in range(len(document)):
        page = raw.FPDF_LoadPage(document.raw, number)
        text = raw.FPDFText_LoadPage(page)
        for index in range(raw.FPDFText_CountChars(text)):
            raw.FPDFText_GetUnicode(text, index)
            raw.FPDFText_GetCharBox(text, index, *box)
        for index in range(raw.FPDFPage_CountObjects(page)):
            drawn = raw.FPDFPage_GetObject(page, index)
            if raw.FPDFPageObj_GetType(drawn) == raw.FPDF_PAGEOBJ_PATH:
                for corner in range(raw.FPDFPath_CountSegments(drawn)):
                    raw.FPDFPathSegment_GetPoint(raw.FPDFPath_GetPathSegment(drawn, corner), x, y)
        raw.FPDFText_ClosePage(text)
        raw.FPDF_ClosePage(page)
    document.close()


def ours(path: Path) -> None:
    import pipeline

    pipeline.extract(path)


def plumber(path: Path) -> None:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_words()


def camelot(path: Path) -> None:
    import camelot as reader

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader.read_pdf(str(path), pages="all", flavor="stream")


READERS: dict[str, Callable[[Path], None]] = {
    "floor (PDFium)": floor,
    "yanbao": ours,
    "pdfplumber": plumber,
    "camelot": camelot,
}


def pages_of(path: Path) -> int:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    count = len(document)
    document.close()
    return count


def cpu_seconds(reader: Callable[[Path], None], path: Path) -> float | None:
    """CPU time of one reading, None where the reader refuses the file."""
    started = time.process_time()
    try:
        reader(path)
    except Exception as error:
        print(f"<!-- {path.name}: {type(error).__name__}: {error} -->")
        return None
    return time.process_time() - started


def table(paths: Sequence[Path], readers: Sequence[str]) -> list[str]:
    lines = [
        f"| report | pages | {' | '.join(readers)} |",
        f"| --- | ---: | {' | '.join(['---:'] * len(readers))} |",
    ]
    totals = dict.fromkeys(readers, 0.0)
    counted = dict.fromkeys(readers, 0)
    for path in paths:
        pages, figures = pages_of(path), []
        for name in readers:
            seconds = cpu_seconds(READERS[name], path)
            figures.append("refused" if seconds is None else f"{seconds / pages:.3f}")
            if seconds is not None:
                totals[name] += seconds
                counted[name] += pages
        lines.append(f"| {path.name} | {pages} | {' | '.join(figures)} |")
    means = [f"{totals[name] / counted[name]:.3f}" if counted[name] else "" for name in readers]
    return [*lines, f"| **all, CPU s a page** | {sum(map(pages_of, paths))} | {' | '.join(means)} |"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument(
        "--without", action="append", default=[], choices=list(READERS), help="a reader to leave out"
    )
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    readers = [name for name in READERS if name not in arguments.without]
    for name in readers:  # what the first call imports and loads is no reading
        cpu_seconds(READERS[name], arguments.files[0])
    print("\n".join(table(arguments.files, readers)))


if __name__ == "__main__":
    main()
