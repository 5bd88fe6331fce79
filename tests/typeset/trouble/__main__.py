"""`python -m tests.typeset.trouble [--pages N] [--seed N]`: random pages, and what is wrong."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from .draw import TROUBLES, draw
from .held import HELD
from .reading import Outcome, pdf_of, read
from .shrink import shrink

BATCH = 40
SHRUNK = 5  # of the wrong pages, the first so many are made as simple as they can be


def main() -> int:
    """Exit 1 where a page was read wrongly."""
    parser = argparse.ArgumentParser(prog="python -m tests.typeset.trouble")
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first page; the next page has the next seed"
    )
    parser.add_argument("--with", dest="forced", default="", help="troubles that every page has, by comma")
    parser.add_argument("--all", action="store_true", help="troubles that are known not to be read yet, too")
    parser.add_argument("--out", type=Path, default=Path("build/trouble"))
    chosen = parser.parse_args()
    forced = tuple(name for name in chosen.forced.split(",") if name)
    troubles = TROUBLES if chosen.all else HELD
    wrong: list[Outcome] = []
    cells = 0
    begun = time.perf_counter()
    for start in range(chosen.seed, chosen.seed + chosen.pages, BATCH):
        seeds = range(start, min(start + BATCH, chosen.seed + chosen.pages))
        outcomes = read([draw(seed, troubles, forced) for seed in seeds])
        cells += sum(outcome.cells for outcome in outcomes)
        for outcome in [outcome for outcome in outcomes if not outcome.right]:
            wrong.append(outcome)
            print()
            _show(outcome, "as drawn")
        done, seconds = seeds[-1] + 1 - chosen.seed, time.perf_counter() - begun
        print(f"\r{done} pages, {cells} cells, {len(wrong)} pages wrong, {seconds:.0f} s", end="", flush=True)
    print()
    for outcome in wrong[:SHRUNK]:
        small = shrink(outcome)
        _show(small, "shrunk")
        chosen.out.mkdir(parents=True, exist_ok=True)
        for name, one in (("", outcome), ("-shrunk", small)):
            path = chosen.out / f"{outcome.case.seed}{name}.pdf"
            path.write_bytes(pdf_of(one.case))
            print(f"  {path}")
    return 1 if wrong else 0


def _show(outcome: Outcome, what: str) -> None:
    case = outcome.case
    tables = [(table.kind, len(table.rows)) for stack in case.stacks for table in stack.tables]
    print(f"seed {case.seed} {what}: {', '.join(case.troubles)}; {tables}")
    for mark, cells in (("missed  ", outcome.missed), ("invented", outcome.invented)):
        for cell in cells[:3]:
            print(f"    {mark} {cell}")
        if len(cells) > 3:
            print(f"    {mark} … {len(cells)} in all")


if __name__ == "__main__":
    sys.exit(main())
