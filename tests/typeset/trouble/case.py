"""One random page, as data: what stands on it and how it is set; all that is printed is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.typeset.facts import Table
from tests.typeset.style import Style

# Where the name of a table is printed: a heading over it (the unit at the right end), inside the first cell
# of the head, or as a numbered caption.
Named = Literal["heading", "stub", "caption"]


@dataclass(frozen=True, slots=True)
class Stack:
    """Tables under each other in one column of the page, under one head or each under its own."""

    tables: tuple[Table, ...]
    style: Style = field(default_factory=Style)
    shared: bool = False
    named: Named = "heading"
    unit_line: str = ""  # at the right end of the heading
    gap: float = 12.0  # between tables
    label_room: float | None = None  # width of the label column in em; None: as wide as the longest label
    spread: float = 1.6  # em between the numbers of neighbouring columns


@dataclass(frozen=True, slots=True)
class Case:
    """A page (two where a table goes on) with its truth in the tables: heads, labels, cells.

    `periods` says for every printed column head which period it stands for; heads without one are absent.
    """

    seed: int
    stacks: tuple[Stack, ...]
    periods: Mapping[str, str]
    number: int = 5  # of the page in its report
    heading: str = ""
    before: tuple[str, ...] = ()  # paragraphs
    after: tuple[str, ...] = ()
    note: str = ""
    furniture: bool = False
    watermark: str = ""
    hidden: str = ""  # template word over the first title
    break_after: int | None = None  # rows on the first page, of the only table
    unit: tuple[str, int] | None = None  # currency and power of ten of amounts, where they are printed
    troubles: tuple[str, ...] = ()
