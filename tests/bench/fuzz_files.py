"""Damaged files by the thousand: does each get its row, in time, and do the rows keep the contract?

    python tests/bench/fuzz_files.py --count 5000 --seed 1 report.pdf …

Every case takes a page or two of one of the reports and damages them: bytes (flipped, cut out, put in,
moved, cut off) or the grammar (values of objects and operands of contents replaced, exchanged, lost). It is
read in a worker process with limits of time and memory, like any report. Exit code 1 where a process died or
hung, or rows break the contract; such files are kept in build/fuzz-files/. Errors that the program caught
itself (the report is then `partial`) are listed by kind.
"""

from __future__ import annotations

import argparse
import io
import math
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from pipeline.batch.work import limit_memory
from pipeline.batch.workers import Finished, each

TIMEOUT, MEMORY = 60.0, 4 << 30
KEPT = Path("build/fuzz-files")


class Case(NamedTuple):
    """One damaged file, made again from its number."""

    seed: int
    number: int
    source: Path


class Answer(NamedTuple):
    """What came of it; `broken` says where the rows depart from the contract."""

    outcome: str
    seconds: float
    broken: str = ""
    caught: str = ""


def damaged(case: Case) -> bytes:
    """The file of a case."""
    random = Random(f"{case.seed}/{case.number}")
    data = _excerpt(case.source, random)
    if random.random() < 0.5:
        return _bytes_damaged(data, random)
    return _grammar_damaged(data, random)


def _excerpt(source: Path, random: Random) -> bytes:
    """One or two pages of a report, so that a case takes a tenth of a second."""
    import pikepdf

    with pikepdf.open(source) as whole, pikepdf.new() as part:
        first = random.randrange(len(whole.pages))
        for page in whole.pages[first : first + random.choice((1, 1, 2))]:
            part.pages.append(page)
        out = io.BytesIO()
        objects = random.choice((pikepdf.ObjectStreamMode.disable, pikepdf.ObjectStreamMode.generate))
        part.save(out, object_stream_mode=objects, deterministic_id=True)
    return out.getvalue()


def _bytes_damaged(data: bytes, random: Random) -> bytes:
    bytes_ = bytearray(data)
    for _ in range(random.choice((1, 2, 5, 20, 100))):
        at, size = random.randrange(len(bytes_) + 1), random.choice((1, 1, 4, 64, 1024))
        match random.randrange(6):
            case 0:
                for index in range(at, min(at + size, len(bytes_))):
                    bytes_[index] ^= 1 << random.randrange(8)
            case 1:
                del bytes_[at : at + size]
            case 2:
                bytes_[at:at] = random.randbytes(size)
            case 3:
                source = random.randrange(len(bytes_) + 1)
                bytes_[at:at] = bytes_[source : source + size]
            case 4:
                bytes_[at : at + size] = b"9" * size
            case _ if random.random() < 0.1:
                del bytes_[at:]
            case _:
                pass
        if not bytes_:
            break
    return bytes(bytes_)


_NUMBERS = (0, 1, -1, 2**31 - 1, -(2**31), 2**62, 65536, 1e-9, 1e30, -1e30, 0.5)


def _value(random: Random, others: list[Any]) -> Any:
    import pikepdf

    kinds: list[Callable[[], Any]] = [
        lambda: random.choice(_NUMBERS[:7]),
        lambda: pikepdf.Object.parse(random.choice((b"1e30", b"-0.0001", b"null", b"true", b"99999999999"))),
        lambda: pikepdf.Name(
            "/" + random.choice(("Page", "Font", "Type0", "Identity-H", "FlateDecode", "X"))
        ),
        lambda: pikepdf.String(random.choice(("", "x" * 5000, "\udce0\u202e12,345.67"[1:]))),
        lambda: pikepdf.Array([random.choice((0, 1, 595))] * random.choice((0, 1, 4, 999))),
        pikepdf.Dictionary,
        lambda: random.choice(others),
    ]
    return random.choice(kinds)()


def _grammar_damaged(data: bytes, random: Random) -> bytes:
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as document:
        others = list(document.objects)
        for _ in range(random.choice((1, 3, 10, 40))):
            target = random.choice(others)
            try:
                if isinstance(target, (pikepdf.Dictionary, pikepdf.Stream)) and len(target.keys()):
                    key = random.choice(sorted(target.keys()))
                    if random.random() < 0.2:
                        del target[key]
                    else:
                        target[key] = _value(random, others)
                if isinstance(target, pikepdf.Stream) and random.random() < 0.5:
                    target.write(_content_damaged(target.read_bytes(), random))
                if isinstance(target, pikepdf.Array) and len(target):
                    target[random.randrange(len(target))] = _value(random, others)
            except (pikepdf.PdfError, ArithmeticError, ValueError, TypeError, KeyError, RuntimeError):
                continue  # what the library refuses to write is not damaged this time
        out = io.BytesIO()
        try:
            document.save(out, deterministic_id=True)
        except (pikepdf.PdfError, ValueError, RuntimeError):
            return _bytes_damaged(data, random)
    return out.getvalue()


def _content_damaged(content: bytes, random: Random) -> bytes:
    tokens = content.split(b" ")
    for _ in range(random.choice((1, 5, 50))):
        at = random.randrange(len(tokens))
        match random.randrange(4):
            case 0:
                tokens[at] = str(random.choice(_NUMBERS)).encode()
            case 1:
                tokens[at] = random.choice((b"q", b"Q", b"BT", b"ET", b"Tj", b"cm", b"re", b"W", b"n", b"Do"))
            case 2:
                other = random.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case _:
                tokens[at] = b""
    return b" ".join(tokens)


def read(case: Case) -> Answer:
    """Read a case as a worker reads a report, and hold the rows against the contract."""
    import pipeline

    limit_memory(MEMORY)
    data = damaged(case)
    started = time.process_time()
    report = pipeline.extract(data, file_name=f"{case.number}.pdf")
    seconds = time.process_time() - started
    caught = next((problem.detail for problem in report.problems if problem.detail), "")
    return Answer(report.outcome, seconds, broken(report), caught.strip().splitlines()[-1] if caught else "")


def broken(report: Any) -> str:
    """Where rows depart from the contract beyond what their schema holds; empty where they keep it."""
    [row] = report.reports.to_pylist()
    if (row["reason"] is None) != (row["outcome"] == "complete"):
        return f"outcome {row['outcome']} with the reason {row['reason']}"
    cells = {(c["table_id"], c["row"], c["column"]): c for c in report.cells.to_pylist()}
    tables = {table["table_id"] for table in report.tables.to_pylist()}
    if not {key[0] for key in cells} <= tables:
        return "cells of no table"
    for fact in report.facts.to_pylist():
        box = [fact[edge] for edge in ("x0", "top", "x1", "bottom")]
        if not all(map(math.isfinite, box)) or box[0] > box[2] or box[1] > box[3]:
            return f"the box {box} of {fact['text']!r}"
        if not 1 <= fact["page"] <= (row["page_count"] or 0):
            return f"page {fact['page']} of {row['page_count']}"
        if (fact["value"] is None) == (fact["missing"] is None):
            return f"{fact['text']!r} is {fact['value']} and missing {fact['missing']}"
        if fact["table_id"] not in tables:
            return "a fact of no table"
    pages = [page["page"] for page in report.coverage.to_pylist()]
    if pages and pages != list(range(1, (row["page_count"] or 0) + 1)):
        return f"coverage of the pages {pages[:5]}… of {row['page_count']}"
    for page in report.coverage.to_pylist():
        if page["numbers_in_facts"] > page["numbers_on_page"]:
            return f"page {page['page']}: more numbers in facts than on the page"
    return ""


def main() -> None:
    """Run the cases and say what came of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", type=Path, help="reports to damage")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    random = Random(arguments.seed)
    cases = [
        Case(arguments.seed, number, random.choice(arguments.files)) for number in range(arguments.count)
    ]
    outcomes: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    bad: list[tuple[Case, str]] = []
    slowest = 0.0
    for done, ended in enumerate(each(read, cases, workers=arguments.workers, timeout=TIMEOUT), start=1):
        if isinstance(ended, Finished):
            outcomes[ended.result.outcome] += 1
            slowest = max(slowest, ended.result.seconds)
            if ended.result.caught:
                caught[ended.result.caught] += 1
            if ended.result.broken:
                bad.append((ended.task, ended.result.broken))
        else:
            outcomes["lost"] += 1
            bad.append((ended.task, f"{ended.reason}\n{ended.detail}"))
        if sys.stderr.isatty() or done % 250 == 0:
            print(f"{done} of {len(cases)}: {dict(outcomes)}", file=sys.stderr, flush=True)
    for case, why in bad:
        KEPT.mkdir(parents=True, exist_ok=True)
        kept = KEPT / f"{case.seed}-{case.number}.pdf"
        kept.write_bytes(damaged(case))
        print(f"{kept} ({case.source.name}): {why}")
    told = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"{len(cases):,} damaged files: {told}; the slowest took {slowest:.1f} CPU s")
    for error, count in caught.most_common(12):
        print(f"  caught by the program: {count} × {error}")
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
