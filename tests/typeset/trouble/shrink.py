"""A case that is read wrongly, made as simple as it can be while it is still read wrongly."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from tests.typeset.facts import Table
from tests.typeset.sheet import Sheet
from tests.typeset.style import Style

from .case import Case, Stack
from .draw import without_column
from .figures import UNIT_HEAD
from .page import TooMuchError, compose
from .reading import Outcome, read

# What a style needs to fit its page; everything else is tried at its default.
_KEPT = frozenset({"size", "pitch", "leading", "accent", "prose_size", "pad"})
_BATCH = 24
LEAST_ROWS = LEAST_COLUMNS = 3  # a table of one or two is another question


def simpler(case: Case) -> Iterator[Case]:
    """Cases with one thing less, the largest steps first."""
    stacks = case.stacks
    if len(stacks) > 1:
        for at in range(len(stacks)):
            yield replace(case, stacks=stacks[:at] + stacks[at + 1 :])
    plain = replace(case, heading="", before=(), after=(), note="", furniture=False, watermark="", hidden="")
    if plain != case:
        yield plain
        for name, empty in (
            ("before", ()),
            ("after", ()),
            ("note", ""),
            ("furniture", False),
            ("hidden", ""),
        ):
            if getattr(case, name) != empty:
                yield replace(case, **{name: empty})  # type: ignore[arg-type]
    if case.break_after is not None:
        yield replace(case, break_after=None)
    for at, stack in enumerate(stacks):
        for other in _stacks(stack):
            yield replace(case, stacks=(*stacks[:at], other, *stacks[at + 1 :]))
    table = stacks[0].tables[0]
    first = table.label_column + 1 + (UNIT_HEAD in table.head[-1])
    if table.width - first > LEAST_COLUMNS:
        for column in range(first, table.width):
            yield without_column(case, column)


def _stacks(stack: Stack) -> Iterator[Stack]:
    if len(stack.tables) > 1:
        for at in range(len(stack.tables)):
            rest = stack.tables[:at] + stack.tables[at + 1 :]
            yield replace(stack, tables=rest, shared=stack.shared and len(rest) > 1)
        if stack.shared:
            yield replace(stack, shared=False)
    for at, table in enumerate(stack.tables):
        for rows in _fewer(table):
            yield replace(stack, tables=(*stack.tables[:at], rows, *stack.tables[at + 1 :]))
    default = Style()
    for field in fields(Style):
        if field.name not in _KEPT and getattr(stack.style, field.name) != getattr(default, field.name):
            plain = replace(stack.style, **{field.name: getattr(default, field.name)})
            yield replace(stack, style=plain)


def _fewer(table: Table) -> Iterator[Table]:
    rows = table.rows
    step = len(rows) // 2
    while step:
        for start in range(0, len(rows), step):
            rest = rows[:start] + rows[start + step :]
            if sum(not row.section for row in rest) >= LEAST_ROWS:
                yield replace(table, rows=rest)
        step //= 2


def _fits(case: Case) -> bool:
    try:
        compose(case, Sheet())
    except (TooMuchError, IndexError):
        return False
    return True


def shrink(outcome: Outcome, seconds: float = 60.0) -> Outcome:
    """The simplest wrong case that simplifying step by step finds in about that time."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        smaller = _first_like(outcome, [case for case in simpler(outcome.case) if _fits(case)])
        if smaller is None:
            break
        outcome = smaller
    return outcome


def _look(outcome: Outcome) -> tuple[object, ...]:
    """What kind of mistake it is: numbers lost, numbers invented, in tables of another kind."""
    kinds = {cell.kind for cell in outcome.missed} == {cell.kind for cell in outcome.invented}
    lost = any(not cell.label for cell in outcome.invented), any(not cell.period for cell in outcome.invented)
    return bool(outcome.missed), bool(outcome.invented), kinds, lost


def _first_like(wrong: Outcome, cases: Sequence[Case]) -> Outcome | None:
    for start in range(0, len(cases), _BATCH):
        for outcome in read(cases[start : start + _BATCH]):
            if not outcome.right and _look(outcome) == _look(wrong):
                return outcome
    return None
