"""How well a number goes with its row: the years beside it, and the slips of a hand.

A check that fails says that one of its numbers is wrong, not which. Among those that no other check clears,
the number that leaves the course of its row, and would be back on it with the value the check asks for, is
the likelier one; so is a number that one slip (a digit, a sign, a decimal point, two digits changed over)
turns into the value asked for. Both are told as log-odds and only ever put suspects in order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pipeline.checking.sheet import Printed, Row

ONE_SLIP = 1.5  # log-odds: of the numbers beside a changed one, a fifth could be turned by one slip as well
FEWEST_YEARS = 3
LEAST_SPREAD = 0.01  # of a row's size: smooth rows are not smoother than this


def suspicion(fact: Printed, row: Row | None, asked: float, slack: float) -> float:
    """Log-odds that the number ought to be `asked` (within `slack`, in base units) rather than what it is."""
    own = float(fact.value or 0) * float(fact.factor)
    score = ONE_SLIP if one_slip(fact, asked, slack) else 0.0
    if row is not None:
        score += _off_course(fact, row, own) - _off_course(fact, row, asked)
    return score


def one_slip(fact: Printed, asked: float, slack: float) -> bool:
    """Whether one slip in the printed digits gives a value within `slack` of the one asked for."""
    if fact.value is None:
        return False
    digit = float(fact.factor) / 10**fact.decimals
    printed, wanted = round(float(fact.value) * 10**fact.decimals), asked / digit
    room = slack / digit + 0.5
    return any(abs(slip - wanted) <= room for slip in _slips(printed))


def _slips(printed: int) -> list[int]:
    """What one slip makes of a whole number."""
    sign = -1 if printed < 0 else 1
    digits = str(abs(printed))
    found = [-printed, *(printed * 10**k for k in (1, 2, 3)), *(printed // 10**k for k in (1, 2, 3))]
    for at, old in enumerate(digits):
        found.extend(sign * int(digits[:at] + new + digits[at + 1 :]) for new in "0123456789" if new != old)
    for at, (a, b) in enumerate(pairwise(digits)):
        found.append(sign * int(digits[:at] + b + a + digits[at + 2 :]))
    return found


def _off_course(fact: Printed, row: Row, value: float) -> float:
    """How unlikely a value is in its place among the years of its row: a log-density, less its constant."""
    years = sorted(
        (c for c in row.cells if c.value is not None and c.period and c.unit == fact.unit),
        key=lambda c: c.period or "",
    )
    if fact not in years or len(years) <= FEWEST_YEARS:
        return 0.0
    at = years.index(fact)
    values = [float(c.value or 0) * float(c.factor) for c in years]
    spread = _spread(values, at)
    values[at] = value
    return math.log1p(((value - _expected(values, at)) / spread) ** 2)


def _spread(values: Sequence[float], without: int) -> float:
    """The usual distance of the other years from what their neighbours say of them."""
    rest = [v for i, v in enumerate(values) if i != without]
    size = median(map(abs, rest))
    misses = [abs(v - _expected(rest, i)) for i, v in enumerate(rest)]
    return max(median(misses), LEAST_SPREAD * size, 1e-9)


def _expected(values: Sequence[float], at: int) -> float:
    """What the years beside a place say of it: their mean; at an end, the nearest carried on."""
    if 0 < at < len(values) - 1:
        return (values[at - 1] + values[at + 1]) / 2
    near, far = (values[1], values[2]) if at == 0 else (values[-2], values[-3])
    return near + (near - far)
