"""CPU seconds and memory of reading one page of pictures: this project beside RapidOCR as it comes.

    python tests/bench/picture_cost.py report.pdf PAGE [--scan DPI]

Each reader has a process of its own. `--scan` first draws the page at that resolution into a PDF that is
nothing but the image. RapidOCR gets the page drawn at 200 dpi (its own defaults for the rest). What the first
call loads is not counted as time, the process's largest size is its memory. Prints Markdown rows.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.pictures import as_pdf, drawn, plain, read

_DPI = 200.0


def ours(data: bytes, number: int) -> list[str]:
    """The words of the page as this project reads them."""
    return [plain(word.text) for word in read(data, number).words]


def rapidocr(data: bytes, number: int) -> list[str]:
    """The lines of the page as RapidOCR reads them, with its defaults."""
    import numpy as np
    import pypdfium2
    from rapidocr import RapidOCR

    engine = RapidOCR()
    picture = pypdfium2.PdfDocument(data)[number - 1].render(scale=_DPI / 72).to_numpy()
    found: Any = engine(np.ascontiguousarray(picture))
    return [plain(text) for text in found.txts or ()]


READERS: dict[str, Callable[[bytes, int], list[str]]] = {"RapidOCR, its defaults": rapidocr, "yanbao": ours}


def _measured(
    name: str, data: bytes, number: int, into: multiprocessing.SimpleQueue[tuple[float, float, int]]
) -> None:
    READERS[name](data, number)
    started = time.process_time()
    words = READERS[name](data, number)
    spent = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    into.put((spent, memory, sum(any(map(str.isdigit, word)) for word in words)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("page", type=int)
    parser.add_argument("--scan", type=float, metavar="DPI")
    a = parser.parse_args()
    data, number = a.file.read_bytes(), a.page
    if a.scan:
        data, number = as_pdf(drawn(a.file, a.page, a.scan), a.scan, 75), 1
    print("| reader | CPU s | memory, MB | texts with digits |\n| --- | ---: | ---: | ---: |")
    context = multiprocessing.get_context("spawn")
    for name in READERS:
        queue: multiprocessing.SimpleQueue[tuple[float, float, int]] = context.SimpleQueue()
        process = context.Process(target=_measured, args=(name, data, number, queue))
        process.start()
        spent, memory, texts = queue.get()
        process.join()
        print(f"| {name} | {spent:.1f} | {memory:.0f} | {texts} |", flush=True)


if __name__ == "__main__":
    main()
