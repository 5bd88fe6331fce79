"""Which total a line of a statement is part of, where the order of the lines says it.

Houses print a total before its items (流动资产, then 货币资金 …) or after them (… 流动资产合计), with or
without an indent. `vocabulary/totals.csv` says which concepts are totals: of a section; of items that always
stand above it (`closing`: equity, 营业利润); of more than a section (`whole`); and which lines
stand `outside` the section above them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipeline.errors import ConfigError
from pipeline.meaning.labels import concept_of
from pipeline.meaning.lexicon import read_rows
from pipeline.meaning.vocabulary import vocabulary

Role = Literal["section", "closing", "whole", "outside"]

_FILE = "totals.csv"
_ROLES: dict[str, Role] = {"section": "section", "closing": "closing", "whole": "whole", "outside": "outside"}


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of one column of labels, all by the place of a label in the sequence.

    `head` gives the section total printed above an item, `close` the total printed below it, for the items of
    which each is certain; `roles` the lines that are totals or that end a section.
    """

    roles: Mapping[int, Role]
    head: Mapping[int, int]
    close: Mapping[int, int]


NO_TOTALS = Totals({}, {}, {})


@lru_cache(maxsize=1)
def _roles() -> dict[str, Role]:
    found: dict[str, Role] = {}
    for concept, role in read_rows(_FILE, ("concept", "role")):
        if concept not in vocabulary().concepts or role not in _ROLES or concept in found:
            raise ConfigError(f"vocabulary/{_FILE}: {concept!r}, {role!r}: unknown, or there twice")
        found[concept] = _ROLES[role]
    return found


def totals_of(labels: Sequence[str], kind: str) -> Totals:
    """The totals among the labels of a statement, from the top; none where their order says nothing certain.

    >>> totals_of(["流动资产", "货币资金", "其他", "资产总计"], "balance_sheet").head
    {1: 0, 2: 0}
    """
    roles: dict[int, Role] = {}
    for at, label in enumerate(labels):
        role = _roles().get(concept_of(label, kind=kind) or "")
        if role is not None:
            roles[at] = role
    sections = [at for at, role in roles.items() if role == "section"]
    first = next((at for at in range(len(labels)) if roles.get(at) in (None, "section")), None)
    if not sections or first is None:
        return Totals(roles, {}, _closed(roles, len(labels), frozenset({"closing"})))
    if first == sections[0]:
        # A list of totals alone, with other lines after it, has no items to give to its last total.
        head = _headed(roles, len(labels)) if sections[0] + 1 not in sections else {}
        return Totals(roles, head, _closed(roles, len(labels), frozenset({"closing"})))
    return Totals(roles, {}, _closed(roles, len(labels), frozenset({"section", "closing"})))


def _headed(roles: Mapping[int, Role], count: int) -> dict[int, int]:
    """Totals first: the items down to the next total, or to a line that is outside the section."""
    found: dict[int, int] = {}
    head: int | None = None
    for at in range(count):
        role = roles.get(at)
        if role is not None:
            head = at if role == "section" else None
        elif head is not None:
            found[at] = head
    return found


def _closed(roles: Mapping[int, Role], count: int, closing: frozenset[Role]) -> dict[int, int]:
    """Totals last: the items up from a total to the total before it."""
    found: dict[int, int] = {}
    items: list[int] = []
    for at in range(count):
        role = roles.get(at)
        if role is None or role == "outside":
            items.append(at)
            continue
        if role in closing:
            found.update(dict.fromkeys(items, at))
        items = []
    return found
