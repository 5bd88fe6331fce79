"""The kinds of tables: the one list that the vocabulary, the rules and the data contract rest on."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal[
    "cover_data",
    "forecast_summary",
    "income_statement",
    "balance_sheet",
    "cash_flow",
    "ratios",
    "segments",
    "comps",
    "benchmarks",
    "other",
    "text",
]
TABLE_KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order of the data contract: `other` is mostly numbers and none of those before, `text` words."""
STATEMENTS: tuple[Kind, ...] = ("income_statement", "balance_sheet", "cash_flow")
"""The financial statements, whose lines add up."""
