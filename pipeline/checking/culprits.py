"""Which printed number is most likely the wrong one, and whether page or reading is at fault.

Three kinds of evidence, and nobody is accused without one of them:

- Failed checks that share no other number ask for one and the same value of this one.
- The printed number is what a usual slip gives (the mean of all rows but the last).
- No other check bears this number out, while two or more bear out each number beside it. (Not of one figure
  printed in two places: that one of them is used nowhere else says nothing.)
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.checking.course import suspicion
from pipeline.checking.exact import exactly
from pipeline.checking.sheet import Printed, Row
from pipeline.checking.trial import Finding, Trial

FEWEST_CLAIMS = 2  # one failed check asks for another value of each of its facts
FEWEST_THAT_BEAR_OUT = 2
ALIKE = 3.0  # log-odds of each further failed check that asks for the same value
TELLING = 1.0  # log-odds that put one number first where no check clears any
STEPS = 12  # of the secant method; three are enough where the formula is a sum


@dataclass(frozen=True, slots=True)
class Claim:
    """What a failed check asks one of its facts to be: within `slack` of `value`, in base units."""

    facts: frozenset[str]
    value: float
    slack: float

    def agrees(self, other: Claim) -> bool:
        """Whether one value satisfies both."""
        return abs(self.value - other.value) <= self.slack + other.slack


class Witnesses:
    """What the checks of one report say of each number that took part in a failed one."""

    def __init__(
        self, failed: Iterable[Finding], findings: Iterable[Finding], rows: Mapping[str, Row]
    ) -> None:
        self.rows = rows
        doubted = {fact.fact_id for finding in failed if finding.trial for fact in finding.trial.facts}
        self.trials: dict[str, list[Trial]] = defaultdict(list)  # of the checks that hold
        self.claims: dict[str, list[Claim]] = defaultdict(list)
        self.holding: dict[str, set[int]] = defaultdict(set)  # the checks that hold, by their facts
        for number, finding in enumerate(findings):
            trial = finding.trial
            if trial is None or finding.verdict == "not_checkable":
                continue
            if finding.verdict == "impossible":
                for fact in trial.facts:
                    if claim := _claim(trial, fact):
                        self.claims[fact.fact_id].append(claim)
            elif finding.verdict == "ok":
                # That a number is printed twice says that it was copied, not that it is right.
                copied = finding.rule.shape == "tie"
                for fact_id in {fact.fact_id for fact in trial.facts} & doubted:
                    self.holding[fact_id].add(number)
                    if not copied:
                        self.trials[fact_id].append(trial)

    def suspects(self, finding: Finding) -> tuple[Printed, ...]:
        """The one number of a failed check that the evidence singles out, if it does."""
        trial = finding.trial
        if trial is None or finding.verdict not in ("impossible", "improbable"):
            return ()
        if finding.verdict == "impossible":
            support = [self._support(trial, fact) for fact in trial.facts]
            most = max(support)
            if most >= FEWEST_CLAIMS:
                asked = [f for f, n in zip(trial.facts, support, strict=True) if n == most]
                return tuple(asked) if len(asked) == 1 else ()
        if trial.slip:
            return trial.facts[:1]
        if finding.rule.shape == "tie":
            return ()
        alone = [f for f in trial.facts if not self.trials[f.fact_id]]
        doubtful = [f for f in trial.facts if len(self.trials[f.fact_id]) < FEWEST_THAT_BEAR_OUT]
        return tuple(alone) if len(alone) == len(doubtful) == 1 else ()

    def ranked(self, finding: Finding) -> tuple[Printed, ...]:
        """The numbers of a failed check that no other check clears, the likeliest to be wrong first.

        A check that holds clears a number if it would not hold any more with the value that this one asks of
        it. Empty where all are cleared, or none is and nothing tells them apart.
        """
        trial = finding.trial
        if trial is None or finding.verdict not in ("impossible", "improbable"):
            return ()
        facts = list(dict.fromkeys(trial.facts))
        claims = {f.fact_id: claim for f in facts if (claim := _claim(trial, f))}
        open_ = [f for f in facts if f.fact_id in claims and not self._cleared(f, claims[f.fact_id])]
        score = {
            f.fact_id: ALIKE * (self._support(trial, f) - 1)
            + suspicion(f, self.rows.get(f.fact_id), claims[f.fact_id].value, claims[f.fact_id].slack)
            for f in open_
        }
        open_.sort(key=lambda f: -score[f.fact_id])
        if len(open_) == len(facts) and score[open_[0].fact_id] - score[open_[1].fact_id] < TELLING:
            return ()
        return tuple(open_)

    def _cleared(self, fact: Printed, claim: Claim) -> bool:
        """Whether a check that holds would fail with the value asked for, however it is rounded."""
        own = fact.estimate
        if own is None:
            return False
        printed = float(own.value)
        nearest = claim.value - math.copysign(claim.slack, claim.value - printed)
        new = {fact.fact_id: own.value + exactly(nearest - printed)}
        for trial in self.trials[fact.fact_id]:
            try:
                residual = trial.left.again(new) - trial.right.again(new)
            except ZeroDivisionError:
                continue
            if abs(residual) > trial.room:
                return True
        return False

    def share_a_check(self, one: Printed, other: Printed) -> bool:
        """Whether a check that holds rests on both numbers."""
        return bool(self.holding[one.fact_id] & self.holding[other.fact_id])

    def _support(self, trial: Trial, fact: Printed) -> int:
        """How many failed checks, this one among them, ask independently for one value of the fact."""
        own = _claim(trial, fact)
        if own is None:
            return 0
        best = 0
        for seed in self.claims[fact.fact_id]:
            if not seed.agrees(own):
                continue
            chosen: list[Claim] = [seed]
            for claim in self.claims[fact.fact_id]:
                apart = all(claim.facts & c.facts == {fact.fact_id} and claim.agrees(c) for c in chosen)
                if apart:
                    chosen.append(claim)
            best = max(best, len(chosen))
        return best


def _claim(trial: Trial, fact: Printed) -> Claim | None:
    """The value of a fact that would let the check hold; None where it asks for none in particular."""
    own = fact.estimate
    if own is None:
        return None

    def gap(at: float) -> float:
        new = {fact.fact_id: own.value + exactly(at - float(own.value))}
        return float(trial.left.again(new) - trial.right.again(new))

    value = _root(gap, float(own.value), float(fact.half))
    if value is None or abs(gap(value)) > float(trial.room) / 100:
        return None
    slope = (gap(value + float(fact.half)) - gap(value)) / float(fact.half)
    if not slope:
        return None
    claim = Claim(frozenset(f.fact_id for f in trial.facts), value, abs(float(trial.room) / slope))
    # A check at the very edge of its rounding asks for nothing in particular.
    return claim if 2 * claim.slack <= abs(value - float(own.value)) else None


def _root(gap: Callable[[float], float], start: float, step: float) -> float | None:
    """Where the gap closes: by secants in the number itself, and in its inverse for a divisor."""
    for turn in (float, lambda x: 1 / x):
        try:
            before, at = turn(start), turn(start + step)
            was, now = gap(turn(before)), gap(turn(at))
            for _ in range(STEPS):
                if now == was or at == before:
                    break
                before, was, at = at, now, at - now * (at - before) / (now - was)
                now = gap(turn(at))
                if abs(turn(at) - turn(before)) < step / 1000:
                    return float(turn(at))
        except (ZeroDivisionError, OverflowError, ValueError):
            continue
    return None


def cause(
    facts: Sequence[Printed],
    agreement: Mapping[str, float | None],
    readings: Mapping[str, bool | None] | None = None,
    recognised: Collection[str] = (),
) -> str:
    """`source` where a second reading has all of the facts the same, `extraction` where it has one otherwise.

    `readings` says so fact by fact. Without it, a table's `agreement` speaks for its facts where it is whole;
    where it is not, it does not say which of them it is about. Of the tables `recognised` in pictures
    `extraction` is said until a second reading knows better.
    """
    if readings is None:
        same = [True if agreement.get(fact.table_id) == 1 else None for fact in facts]
    else:
        same = [readings.get(fact.fact_id) for fact in facts]
    if False in same:
        return "extraction"
    if same and all(same):
        return "source"
    return "extraction" if any(fact.table_id in recognised for fact in facts) else "unknown"
