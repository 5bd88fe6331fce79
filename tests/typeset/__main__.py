"""`python -m tests.typeset [FOLDER]` writes the samples there (default `raw_reports/`) and their truth."""

from __future__ import annotations

import sys
from pathlib import Path

from .samples import SAMPLES, TRUTH

ROOT = Path(__file__).parents[2]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "raw_reports"
    for name, compose in SAMPLES.items():
        pdf, truth = compose()
        (folder / f"{name}.pdf").write_bytes(pdf)
        (TRUTH / f"{name}.json").write_text(truth.as_json(pdf), encoding="utf8")
        print(f"{name}.pdf  {len(pdf):,} bytes, {len(truth.tables)} tables")


if __name__ == "__main__":
    main()
