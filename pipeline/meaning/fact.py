"""The number of a table as the contract has it, its ids, and what it needs to know of its report."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from pipeline.meaning.numbers import Missing
from pipeline.meaning.periods import Basis
from pipeline.meaning.tablekinds import Kind
from pipeline.reading.page import Box


class Report(Protocol):
    """What the facts of a table need to know of the report around it."""

    @property
    def report_id(self) -> str:
        """SHA-256 of the file."""

    @property
    def company(self) -> str | None:
        """The covered company as printed."""

    @property
    def tickers(self) -> Sequence[str]:
        """Its listings, the first printed first."""

    @property
    def published_on(self) -> date | None:
        """The date printed on the report."""


class Fact(NamedTuple):
    """One printed number, or one printed mark for an absent one; the columns of the contract in their order.

    `amount` is in base units: the power of ten applied, percent as a fraction.
    """

    fact_id: str
    report_id: str
    table_id: str
    table_kind: Kind
    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    entity: str | None
    entity_name: str | None
    label: str | None
    label_path: tuple[str, ...]
    column: str | None
    concept: str | None
    period_label: str | None
    period_start: date | None
    period_end: date | None
    basis: Basis | None
    text: str
    value: Decimal | None
    missing: Missing | None
    decimals: int | None
    unit: str | None
    scale: int | None
    amount: float | None


def table_id(report_id: str, page: int, box: Box) -> str:
    """The id of a table: a hash of its report, first page and box to the tenth of a point."""
    return _digest(report_id, page, *(f"{edge + 0.0:.1f}" for edge in box))


def fact_id(table: str, row: int, column: int) -> str:
    """The id of a fact: a hash of its table and its place in the grid."""
    return _digest(table, row, column)


def _digest(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]
