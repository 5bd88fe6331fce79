"""An answer written out: as a table for the terminal, CSV, JSON or Parquet.

Exact numbers stay exact in all of them. Only the terminal's table is abridged, and says so: ids to their
first digits, long texts to their start, columns and rows to what there is room for.
"""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from pipeline.datasets.files import make_folder, move, sync, write_parquet
from pipeline.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa
    from rich.console import Console

_WIDEST = 40  # cells of one column in the terminal; a Chinese character takes two
_ID_DIGITS = 10
_HASH = 32  # digits of the shortest of our ids


def write_answer(table: pa.Table, path: Path, form: str) -> None:
    """Write an answer to a file, whole or not at all."""
    make_folder(path.parent)
    staged = path.with_name(f".{path.name}.part")
    try:
        if form == "parquet":
            write_parquet(table, staged)
        else:
            with staged.open("w", encoding="utf-8", newline="") as file:
                print_answer(table, file, form)
            sync(staged)
        move(staged, path)
    finally:
        staged.unlink(missing_ok=True)


def print_answer(table: pa.Table, file: TextIO, form: str) -> None:
    """Print an answer as CSV or JSON; InputError for Parquet, which is no text."""
    if form == "csv":
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.column_names)
        for batch in table.to_batches(max_chunksize=10_000):
            writer.writerows([_plain(row[name]) for name in table.column_names] for row in batch.to_pylist())
    elif form == "json":
        file.write("[")
        before = "\n "
        for batch in table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                file.write(before + _json(row))
                before = ",\n "
        file.write("\n]\n")
    else:
        raise InputError(f"{form} goes into a file: give --out answer.{form}")


def show_answer(table: pa.Table, console: Console, rows: int) -> None:
    """Show the first rows as a table of the terminal, with what was left out said below it."""
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    shown = table.slice(0, rows).to_pylist()
    names = table.column_names
    texts = {name: [_short(name, row[name]) for row in shown] for name in names}
    widths = {name: max(cell_len(text or "null") for text in [name, *texts[name]]) for name in names}
    fitting = list(names)
    if console.is_terminal and sum(widths.values()) + 2 * len(names) - 2 > console.width:
        widths = {name: min(_WIDEST, width) for name, width in widths.items()}
        fitting = _fitting(widths, console.width)
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in fitting:
        numeric = any(isinstance(row[name], int | float | Decimal) for row in shown)
        grid.add_column(
            name, justify="right" if numeric else "left", no_wrap=True, overflow="ellipsis",
            width=widths[name],
        )  # fmt: skip
    for index in range(len(shown)):
        cells = (texts[name][index] for name in fitting)
        grid.add_row(*(Text("null", "dim") if text is None else Text(text) for text in cells))
    if not console.is_terminal:
        console.width = sum(widths.values()) + 2 * len(widths) + 2  # a pipe has no edge to break lines at
    console.print(grid)
    for note in _left_out(table, len(shown), len(fitting)):
        console.print(note, style="dim", soft_wrap=True)


def _fitting(widths: dict[str, int], room: int) -> list[str]:
    """The first columns that there is room for; at least one."""
    kept: list[str] = []
    used = 0
    for name, width in widths.items():
        used += width + 2
        if kept and used > room + 2:
            break
        kept.append(name)
    return kept


def _left_out(table: pa.Table, rows: int, columns: int) -> list[str]:
    lines = []
    if rows < table.num_rows:
        lines.append(f"{rows:,} of {table.num_rows:,} rows: --rows shows more, --out writes all")
    if columns < table.num_columns:
        more = ", ".join(table.column_names[columns:])
        lines.append(f"{columns} of {table.num_columns} columns; no room for {more}")
    if not table.num_rows:
        lines.append("no rows")
    return lines


def _short(name: str, value: Any) -> str | None:
    """A value in the terminal; None stays None."""
    if value is None:
        return None
    if isinstance(value, list):
        return ", ".join(str(_short(name.removesuffix("s"), one)) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_short(key, one)}" for key, one in value.items() if one is not None)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, Decimal):
        return _digits(value, ",")
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 1000 else f"{value:.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = " ".join(str(value).split())
    return f"{text[:_ID_DIGITS]}…" if name.endswith("_id") and len(text) >= _HASH else text


def _digits(value: Decimal, grouped: str = "") -> str:
    """All its digits, without the zeros after the point that the type of the column adds."""
    text = f"{value:{grouped}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Any) -> Any:
    """A value in CSV."""
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, list | dict):
        return _json(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _json(value: Any) -> str:
    """JSON in which a decimal is a number with all its digits, which `json` would not write."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_json(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    if isinstance(value, Decimal):
        return _digits(value)
    if isinstance(value, date | datetime):
        return f'"{value.isoformat()}"'
    if isinstance(value, float) and not isfinite(value):
        return "null"
    return json.dumps(value, ensure_ascii=False)
