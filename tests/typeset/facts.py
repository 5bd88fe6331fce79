"""What a report says: its tables as data, read from a TOML file or made by a company model.

A row is a list whose first cells are as printed. Marks before the label carry what type shows on the page:
`#` a sub-heading without numbers, `*` a bold total, and one `>` for each level under the row above it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPORTS = Path(__file__).parent / "reports"


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one printed row, label included."""

    cells: tuple[str, ...]
    depth: int = 0
    bold: bool = False
    section: bool = False
    span: int = 1  # columns that the first cell is set over, centred: 平均值
    flush: bool = False  # … or at their left
    # The heads above, outermost first, where type does not show them: YoY under 收入, as deep as that.
    heads: tuple[str, ...] | None = None

    @classmethod
    def parse(cls, cells: Sequence[str], label_column: int = 0) -> Row:
        label = cells[label_column]
        marks = label[: len(label) - len(label.lstrip("#*>"))]
        printed = [*cells]
        printed[label_column] = label[len(marks) :].lstrip(" ") if marks else label
        return cls(tuple(printed), marks.count(">"), "*" in marks, "#" in marks)


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be set. `head` has one tuple per printed level; equal neighbours of a level span."""

    kind: str
    title: str
    head: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    caption: str = ""
    unit_text: str = ""
    notes: tuple[str, ...] = ()
    label_column: int = 0
    hidden: str = ""
    # A column of names each merged over the rows down to the next one: printed in their middle.
    merged_column: int | None = None

    @classmethod
    def parse(cls, raw: dict[str, Any]) -> Table:
        at = int(raw.get("label_column", 0))
        return cls(
            kind=raw["kind"],
            title=raw["title"],
            head=tuple(tuple(level) for level in raw["head"]),
            rows=tuple(Row.parse(row, at) for row in raw["rows"]),
            caption=raw.get("caption", ""),
            unit_text=raw.get("unit_text", ""),
            notes=tuple(raw.get("notes", ())),
            label_column=at,
            hidden=raw.get("hidden", ""),
        )

    @property
    def width(self) -> int:
        """Number of columns, the labels' among them."""
        return len(self.head[-1])

    @property
    def columns(self) -> tuple[str, ...]:
        """Heads of the value columns, levels joined top-down by `|`; a column of merged names is none."""
        heads = []
        for at in range(self.width):
            levels = [level[at].replace("\n", "") for level in self.head if level[at]]
            heads.append("|".join(dict.fromkeys(levels)))
        return tuple(
            head for at, head in enumerate(heads) if at not in (self.label_column, self.merged_column)
        )


def load(name: str) -> dict[str, Any]:
    """The fact file of one sample."""
    return tomllib.loads((REPORTS / f"{name}.toml").read_text(encoding="utf8"))
