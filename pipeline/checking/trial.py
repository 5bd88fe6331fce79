"""One rule held against one printed number: what stands there, what the rule gives, what rounding allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal, overload

from pipeline.checking.estimate import Estimate
from pipeline.checking.exact import ratio
from pipeline.checking.intervals import Interval
from pipeline.checking.light import fixed, slotted
from pipeline.checking.luck import tail
from pipeline.checking.once import once
from pipeline.checking.rules import Rule
from pipeline.checking.sheet import Printed

Verdict = Literal["ok", "impossible", "improbable", "not_checkable"]
LUCK = 0.001  # less likely than this by rounding alone is `improbable`
HALF = ratio(1, 2)
MOST_OF_IT = ratio(99, 100)  # of the widest error: one in a hundred is wider, LUCK is one in a thousand


@fixed
class Trial:
    """The printed number (`left`), what one reading of the rule gives (`right`), and the facts it used.

    `factor` is base units in one unit of the figures shown: that of the printed number, if not given.
    """

    left: Estimate
    right: Estimate
    facts: tuple[Printed, ...]  # the one held to the rule first
    said: str | Callable[[], str]  # the right side in the labels of the page; most trials are never told
    factor: Fraction
    text: str
    slip: str = ""  # a usual slip that gives the printed number: a mean of all rows but the last

    @property
    def formula(self) -> str:
        """The right side in the labels of the page."""
        return self.said if isinstance(self.said, str) else self.said()

    @once
    def residual(self) -> Fraction:
        """Printed less expected, in base units."""
        return self.left.value - self.right.value

    @once
    def holds(self) -> bool:
        """Whether numbers that round to the printed ones can satisfy the rule."""
        return self.left.meets(self.right)

    @property
    def room(self) -> Fraction:
        """The widest residual that rounding can explain."""
        a, b = self.left.interval, self.right.interval
        return (a.high - a.low + b.high - b.low) * HALF

    @property
    def touches(self) -> bool:
        """Whether the two intervals share nothing but an end: 1 and 2 may both be 1.5."""
        return bool(self.residual) and abs(self.residual) == self.room

    @property
    def gap(self) -> Fraction:
        """How far apart the two intervals are; zero where they meet."""
        a, b = self.left.interval, self.right.interval
        return max(a.low - b.high, b.low - a.high, ratio(0))

    @once
    def chance(self) -> float:
        """Probability that rounding alone opens a residual this wide; 1 where slopes cannot tell.

        The printed number is rounded from the true result of its operands, so the operands' errors alone must
        carry the result to within half a digit of it.
        """
        if not (self.left.linear and self.right.linear):
            return 1.0
        reach = dict(self.right.reach)
        own: Fraction = ratio(0)
        for fact, amount in self.left.reach.items():
            if fact in reach:
                reach[fact] -= amount
            else:
                own += abs(amount)
        if abs(self.residual) <= own:
            return 1.0
        return tail([abs(amount) for amount in reach.values()], abs(self.residual) - own)

    @property
    def _plain(self) -> bool:
        """Whether the rounding of one number is enough to explain the residual.

        The errors of the others, each as likely up as down, make a wide residual only likelier.
        """
        residual = abs(self.residual)
        own = self.facts[0]
        if residual <= own.half and all(f is not own for f in self.facts[1:]):
            return True
        if not (self.left.linear and self.right.linear):
            return True
        widest = max((abs(r) for f, r in self.right.reach.items() if f != own.fact_id), default=ratio(0))
        return residual <= widest * MOST_OF_IT

    @once
    def verdict(self) -> tuple[Verdict, float]:
        """The verdict of this reading, with the chance that rounding explains it (1 where that is plain)."""
        if not self.holds:
            return "impossible", 0.0
        if self._plain:
            return "ok", 1.0
        chance = self.chance
        return ("improbable" if chance < LUCK else "ok"), chance


def trial(
    facts: tuple[Printed, ...],
    left: Estimate,
    right: Estimate,
    said: str | Callable[[], str],
    factor: Fraction | None = None,
) -> Trial:
    """A trial of the first fact; figures are shown in its unit unless `factor` says otherwise."""
    own = facts[0]
    return Trial(left, right, facts, said, own.factor if factor is None else factor, own.text)


class Readings(Sequence[Trial | None]):
    """The trials of many readings, each made when it is first asked for: mostly the first is borne out."""

    __slots__ = ("_count", "_made", "_make")

    def __init__(self, count: int, make: Callable[[int], Trial | None]) -> None:
        self._count, self._make = count, make
        self._made: dict[int, Trial | None] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> Trial | None: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Trial | None]: ...
    def __getitem__(self, at: int | slice) -> Trial | Sequence[Trial | None] | None:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(self._count))]
        if at not in self._made:
            if not 0 <= at < self._count:
                raise IndexError(at)
            self._made[at] = self._make(at)
        return self._made[at]


@slotted
class Column:
    """One place where a rule applies: a number, and a trial for each reading (None: none can be tried)."""

    left: Printed
    trials: Sequence[Trial | None]
    missing: str = ""  # the operand that is missing, where no reading could be tried
    beside: tuple[Printed, ...] = ()  # operands that are there, where no reading could be tried


@slotted
class Series:
    """A rule in one table (or row): the columns whose agreement is the evidence for its readings."""

    rule: Rule
    readings: tuple[str, ...]  # in words, for the message; the formula of each trial has the labels
    columns: tuple[Column, ...]
    named: int | None = None  # the reading that the printed head claims, where it claims one
    misnamed: tuple[int, ...] = ()  # readings that the printed head does not allow, tried to name a mistake


@slotted
class Finding:
    """A verdict on one column of a series, with what was inferred to reach it."""

    rule: Rule
    column: Column
    verdict: Verdict
    severity: str
    trial: Trial | None = None
    chance: float = 1.0
    note: str = ""


def span(interval: Interval, factor: Fraction) -> tuple[Fraction, Fraction]:
    """The ends of an interval in units of `factor`."""
    return interval.low / factor, interval.high / factor
