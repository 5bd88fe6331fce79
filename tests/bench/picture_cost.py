"""CPU seconds and memory of reading one page of pictures: this project beside RapidOCR as it comes.

    python tests/bench/picture_cost.py report.pdf PAGE [--scan DPI] [--times 3]

Each reading has a process of its own: what it loads first is not counted as time, its largest size is its
memory. `--scan` first draws the page at that resolution into a PDF that is nothing but the image. RapidOCR
gets the page drawn at 200 dpi (its own defaults for the rest; it loads its recogniser, about a second, with
the first line it finds). Prints Markdown rows: the least of `--times`
readings in CPU seconds, the most in memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.pictures import as_pdf, drawn, plain, read

_DPI = 200.0


Read = Callable[[bytes, int], list[str]]


def ours() -> Read:
    """The words of a page as this project reads them."""
    import numpy as np

    from pipeline.reading.recogniser import recognise

    recognise([np.full((48, 96), 255, np.uint8)])
    return lambda data, number: [plain(word.text) for word in read(data, number).words]


def rapidocr() -> Read:
    """The lines of a page as RapidOCR reads them, with its defaults."""
    import numpy as np
    import pypdfium2
    from rapidocr import RapidOCR

    engine = RapidOCR()
    engine(np.full((64, 64, 3), 255, np.uint8))

    def lines(data: bytes, number: int) -> list[str]:
        picture = pypdfium2.PdfDocument(data)[number - 1].render(scale=_DPI / 72).to_numpy()
        found: Any = engine(np.ascontiguousarray(picture))
        return [plain(text) for text in found.txts or ()]

    return lines


READERS: dict[str, Callable[[], Read]] = {"RapidOCR, its defaults": rapidocr, "yanbao": ours}


class Cost(NamedTuple):
    """What one reading took, and how many texts with digits it found."""

    seconds: float
    megabytes: float
    texts: int


def _measured(name: str, data: bytes, number: int, into: multiprocessing.SimpleQueue[Cost]) -> None:
    reader = READERS[name]()
    started = time.process_time()
    words = reader(data, number)
    spent = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    into.put(Cost(spent, memory, sum(any(map(str.isdigit, word)) for word in words)))


def cost(name: str, data: bytes, number: int) -> Cost:
    """What reading the page takes in a fresh process."""
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.SimpleQueue[Cost] = context.SimpleQueue()
    process = context.Process(target=_measured, args=(name, data, number, queue))
    process.start()
    found = queue.get()
    process.join()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("page", type=int)
    parser.add_argument("--scan", type=float, metavar="DPI")
    parser.add_argument("--times", type=int, default=3)
    a = parser.parse_args()
    data, number = a.file.read_bytes(), a.page
    if a.scan:
        data, number = as_pdf(drawn(a.file, a.page, a.scan), a.scan, 75), 1
    print("| reader | CPU s | memory, MB | texts with digits |\n| --- | ---: | ---: | ---: |")
    for name in READERS:
        costs = [cost(name, data, number) for _ in range(a.times)]
        spent, memory = min(one.seconds for one in costs), max(one.megabytes for one in costs)
        print(f"| {name} | {spent:.1f} | {memory:.0f} | {costs[0].texts} |", flush=True)


if __name__ == "__main__":
    main()
