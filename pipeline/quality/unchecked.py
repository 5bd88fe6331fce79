"""What was not checked and why, one line for the years of which the same is said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_PERIOD = "\0"  # stands in a sentence for the period that it speaks of


@dataclass(frozen=True, slots=True)
class NotCheckable:
    """Checks of one rule that lacked an operand: `count` of them said the sentence of one of its years."""

    rule_id: str
    message: str
    count: int


def not_checkable(counts: Mapping[tuple[str, ...], int]) -> dict[str, list[NotCheckable]]:
    """By report, of checks counted by report, rule, sentence and period (empty: none); in that order."""
    alike: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for (report_id, rule_id, message, period), number in counts.items():
        pattern = _within(period).sub(_PERIOD, message) if period else message
        alike[report_id, rule_id, pattern][period] = number
    found: dict[str, list[NotCheckable]] = defaultdict(list)
    for (report_id, rule_id, pattern), of in sorted(alike.items(), key=lambda one: one[0]):
        message = pattern.replace(_PERIOD, periods([period for period in of if period]))
        found[report_id].append(NotCheckable(rule_id, message, sum(of.values())))
    return found


@lru_cache(maxsize=256)
def _within(period: str) -> re.Pattern[str]:
    """The period where it stands by itself: not the 2024 of 2024H1."""
    return re.compile(rf"(?<![0-9A-Za-z]){re.escape(period)}(?![0-9A-Za-z])")


def periods(labels: list[str]) -> str:
    """`2023–2027` for years on end, else the labels one by one."""
    labels = sorted(labels)
    years = [int(label) for label in labels if label.isdecimal()]
    on_end = len(years) == len(labels) > 1 and all(b - a == 1 for a, b in pairwise(years))
    return f"{labels[0]}–{labels[-1]}" if on_end else ", ".join(labels)
