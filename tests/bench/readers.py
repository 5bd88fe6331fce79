"""CPU seconds a page, by type of page: the bare PDF library, the whole walk by stage, and what people use.

    python tests/bench/readers.py                    real reports where YANBAO_CORPUS is, else the samples
    python tests/bench/readers.py report.pdf …       these

`mixed` are whole reports, drawn by `--seed` until `--pages` are together; `dense` are pages with at least 150
numbers of statements (of the labelled reports, where the corpus is there), each cut out as a report of its
own. `floor` asks PDFium for each page's characters, their boxes and the corners of its paths, through plain
ctypes, and does nothing with them: what any reader on top of it has to do at least. Then the stages of
`pipeline.extract` and writing its rows; OCR and second readings are off: few pages need them. pdfplumber and
camelot (stream) read the tables of `--sample` of the same pages; neither says what a number means. Where
img2table or PyMuPDF are installed by hand, they read the same sample.

Times are CPU seconds of one process, the least of `--times`; every reader is warmed up on one page before.
`x floor` is against the floor of the same pages, `x ours` is how many times our floors those are. Pages a
second and the highest resident set of a worker come from runs with 1 and 2 workers, rules and writing
included, the largest report first as a run does, from when all workers are up to the end of the last; beside
them the floor in the same workers, for what the machine has to give. They say something on an idle machine
only (its load is told). With `--into FILE` the tables replace those between its marks, too.
"""

from __future__ import annotations

import argparse
import ctypes
import io
import logging
import os
import resource
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw

import pipeline
from pipeline.batch.work import ReadTask, read
from pipeline.batch.workers import Finished, each, settle
from pipeline.datasets.store import prepare, write_report
from pipeline.reading import ocr

CORPUS = Path(os.environ.get("YANBAO_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
SAMPLES = Path(__file__).parents[2] / "raw_reports"
STATEMENTS = frozenset({"income_statement", "balance_sheet", "cash_flow", "ratios"})
DENSE = 150  # numbers of statements on a page
BEGIN, END = "<!-- make bench -->", "<!-- end of make bench -->"
STAGES = ("reading", "cover", "tables", "meaning", "rows", "writing")


class Times(NamedTuple):
    """CPU seconds by what was done, for so many pages."""

    pages: int
    seconds: dict[str, float]


def floor(data: bytes) -> None:
    """What any reader on top of PDFium does at least."""
    box = [ctypes.c_double() for _ in range(4)]
    x, y = ctypes.c_float(), ctypes.c_float()
    document = pypdfium2.PdfDocument(data)
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


def plumber(data: bytes) -> None:
    """Tables by pdfplumber."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        for page in document.pages:
            page.extract_tables()


def camelot(data: bytes) -> None:
    """Tables by camelot's stream mode."""
    import camelot as reader

    with tempfile.NamedTemporaryFile(suffix=".pdf") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file.write(data)
        file.flush()
        reader.read_pdf(file.name, pages="all", flavor="stream")


def img2table(data: bytes) -> None:
    """Tables by img2table, without its OCR."""
    from img2table.document import PDF  # type: ignore[import-not-found]

    PDF(data).extract_tables(borderless_tables=True)


def pymupdf(data: bytes) -> None:
    """Tables by PyMuPDF."""
    import fitz  # type: ignore[import-not-found]

    with fitz.open(stream=data) as document:
        for page in document:
            page.find_tables()


PEERS: dict[str, Callable[[bytes], None]] = {
    "pdfplumber tables": plumber,
    "camelot stream": camelot,
    "img2table": img2table,
    "PyMuPDF tables": pymupdf,
}


def cpu_seconds(reader: Callable[[bytes], None], data: bytes) -> float:
    """CPU time of one reading."""
    started = time.process_time()
    reader(data)
    return time.process_time() - started


def ours(data: bytes, out: Path) -> dict[str, float]:
    """CPU seconds of the whole walk by stage, its rows written."""
    report = pipeline.extract(data)
    started = time.process_time()
    write_report(out, report.datasets())
    return {**report.seconds, "writing": time.process_time() - started}


def measured(documents: Sequence[bytes], times: int) -> Times:
    """The floor and our stages over all documents, the least of so many times for each."""
    total = dict.fromkeys(("floor", *STAGES), 0.0)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        prepare(out)
        ours(documents[0], out)
        for data in documents:
            runs = [ours(data, out) for _ in range(times)]
            for stage in STAGES:
                total[stage] += min(run.get(stage, 0.0) for run in runs)
            total["floor"] += min(cpu_seconds(floor, data) for _ in range(times))
    return Times(sum(map(page_count, documents)), total)


def page_count(data: bytes) -> int:
    """Pages of a document."""
    document = pypdfium2.PdfDocument(data)
    try:
        return len(document)
    finally:
        document.close()


def cut_out(data: bytes, number: int) -> bytes:
    """One page (1-based) as a document of its own."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as whole, pikepdf.new() as part:
        part.pages.append(whole.pages[number - 1])
        part.save(out, deterministic_id=True)
    return out.getvalue()


def dense_pages(documents: Sequence[bytes]) -> Iterator[bytes]:
    """The pages of statements."""
    for data in documents:
        facts = pipeline.extract(data).facts.select(["page", "table_kind"]).to_pylist()
        counts = Counter(fact["page"] for fact in facts if fact["table_kind"] in STATEMENTS)
        for page in sorted(page for page, count in counts.items() if count >= DENSE):
            yield cut_out(data, page)


def compared(name: str, documents: Sequence[bytes], sample: int, seed: int, times: int) -> list[str]:
    """The lines of the table for one type of page."""
    found = measured(documents, times)
    base = found.seconds["floor"]
    whole = sum(found.seconds[stage] for stage in STAGES)
    by_stage = [found.seconds[stage] for stage in STAGES]
    a_page = " / ".join(f"{seconds / found.pages:.4f}" for seconds in by_stage)
    in_floors = " / ".join(f"{seconds / base:.1f}" for seconds in by_stage)
    read, ours_in_floors = found.pages, whole / base
    lines = [
        f"| {name} | floor (PDFium) | {read} | {base / read:.4f} | 1.0 | |",
        f"| | **yanbao, whole, written** | {read} | {whole / read:.4f} | {ours_in_floors:.1f} | 1.0 |",
        f"| | … {' / '.join(STAGES)} | | {a_page} | {in_floors} | |",
    ]
    pages = [(data, number + 1) for data in documents for number in range(page_count(data))]
    picked = [cut_out(*page) for page in Random(seed).sample(pages, min(sample, len(pages)))]
    least = sum(min(cpu_seconds(floor, page) for _ in range(times)) for page in picked)
    for peer, reader in PEERS.items():
        if not picked:
            break
        try:
            reader(picked[0])
        except ImportError:
            continue
        seconds = sum(cpu_seconds(reader, page) for page in picked)
        cost, floors = seconds / len(picked), seconds / least
        lines.append(
            f"| | {peer} | {len(picked)} | {cost:.4f} | {floors:.1f} | {floors / ours_in_floors:.1f} |"
        )
    return lines


class Turn(NamedTuple):
    """One report for a worker; the first of each is for warming up, and waits at `meet` for the others."""

    task: ReadTask
    pages: int
    bare: bool  # the floor instead of the whole walk
    meet: Path | None = None
    crew: int = 0


def take(turn: Turn) -> int:
    """Read one report in a worker, its pictures left alone; how many pages it has."""
    ocr.available = lambda: False
    if turn.bare:
        floor(turn.task.path.read_bytes())
    else:
        read(turn.task)
    if turn.meet is not None:
        (turn.meet / turn.task.report_id).touch()
        while len(list(turn.meet.iterdir())) < turn.crew:
            time.sleep(0.001)
    return turn.pages


def throughput(paths: Sequence[Path], workers: int, bare: bool) -> float:
    """Pages a second, the largest report first, from when all workers are up to the last one's end."""
    with tempfile.TemporaryDirectory() as folder:
        meet = Path(folder) / "meet"
        meet.mkdir()
        ranked = sorted(paths, key=lambda path: -path.stat().st_size)
        turns = []
        for number, path in enumerate([*[ranked[-1]] * workers, *ranked]):
            first = number < workers
            out = Path(folder) / (f"first-{number}" if first else "out")  # they would write the same files
            prepare(out)
            task = ReadTask(str(number), path.name, path, out, True, "bench", "never")
            turns.append(Turn(task, page_count(path.read_bytes()), bare, meet if first else None, workers))
        pages, started = 0, 0.0
        for number, ended in enumerate(each(take, turns, workers=workers, timeout=300)):
            assert isinstance(ended, Finished), ended
            if number < workers:
                started = time.monotonic()
            else:
                pages += ended.result
        return pages / (time.monotonic() - started)


def chosen(paths: Sequence[Path], pages: int, seed: int) -> list[Path]:
    """Reports drawn until so many pages are together."""
    some: list[Path] = []
    total = 0
    for path in Random(seed).sample(sorted(paths), len(paths)):
        if total < pages:
            some.append(path)
            total += page_count(path.read_bytes())
    return some


def main() -> None:
    """Print the tables as Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--pages", type=int, default=300, help="mixed pages at least")
    parser.add_argument("--sample", type=int, default=12, help="pages of each type for the other readers")
    parser.add_argument("--times", type=int, default=3, help="how often each time is taken; the least counts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--into", type=Path, help="a Markdown file: the tables replace those between its marks"
    )
    parser.add_argument("--only-runs", action="store_true", help="pages a second and memory, nothing else")
    parser.add_argument("--no-runs", action="store_true", help="leave out pages a second and memory")
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    settle()
    ocr.available = lambda: False
    labelled = sorted((CORPUS / "labelled").glob("*.pdf"))
    given = arguments.files or [*labelled, *(CORPUS / "unlabelled").glob("*.pdf")] or SAMPLES.glob("*.pdf")
    paths = chosen(list(given), arguments.pages, arguments.seed)
    lines = table(paths, labelled, arguments)
    if arguments.into:
        text = arguments.into.read_text(encoding="utf-8")
        before, _, rest = text.partition(BEGIN)
        _, _, after = rest.partition(END)
        arguments.into.write_text("\n".join([before + BEGIN, *lines, END + after]), encoding="utf-8")


def table(paths: Sequence[Path], labelled: Sequence[Path], arguments: argparse.Namespace) -> list[str]:
    """Measure everything asked for; the lines are printed as they come."""
    lines: list[str] = []

    def say(*more: str) -> None:
        print(*more, sep="\n", flush=True)
        lines.extend(more)

    load = os.getloadavg()[0]
    say(
        f"{len(paths)} reports; {os.cpu_count()} cores, load {load:.1f}; Python {sys.version.split()[0]}.", ""
    )
    if not arguments.no_runs:
        say("| workers | pages/s | PDFium alone, pages/s | highest memory of a worker, MB |")
        say("| ---: | ---: | ---: | ---: |")
        for workers in (1, 2):
            bare, whole = (throughput(paths, workers, bare) for bare in (True, False))
            memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
            say(f"| {workers} | {whole:.1f} | {bare:.1f} | {memory:.0f} |")
        say("")
    if arguments.only_runs:
        return lines
    mixed = [path.read_bytes() for path in paths]
    dense = list(
        dense_pages(mixed if arguments.files or not labelled else [p.read_bytes() for p in labelled])
    )
    say("| pages | what | pages read | CPU s a page | x floor | x ours |")
    say("| --- | --- | ---: | ---: | ---: | ---: |")
    for name, documents in (("mixed", mixed), ("dense", dense)):
        if documents:
            say(*compared(name, documents, arguments.sample, arguments.seed, arguments.times))
    return lines


if __name__ == "__main__":
    main()
