"""Which rule, under which reading, do the columns of a table bear out?

Definitional rules need no evidence, but may leave a sign open. Sums of the printed lines are rules of a table
only where the columns say so: at least three tried, and three in five of them fit. Conventions of the house
need three that fit, and seven in ten.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.checking.trial import Column, Finding, Series, Trial

FEWEST_COLUMNS = 3
SHARE_THAT_HOLDS = 0.6
# A ratio has definitions that differ little: some columns fit the wrong one by rounding. So more must fit.
FEWEST_THAT_FIT = 3
SHARE_THAT_FITS = 0.7


def judge(series: Series) -> Iterator[Finding]:
    """The findings of a series, one for each of its columns."""
    tried = [c for c in series.columns if any(c.trials)]
    for column in series.columns:
        if not any(column.trials):
            yield Finding(series.rule, column, "not_checkable", "info", note=column.missing)
    if not tried:
        return
    reading = _best(tried, len(series.readings))
    held, of = _tally([c for c in tried if not _excused(series, c, reading)], reading)
    borne = of >= FEWEST_COLUMNS and held >= SHARE_THAT_HOLDS * of
    if series.rule.kind == "convention":
        borne = held >= FEWEST_THAT_FIT and held >= SHARE_THAT_FITS * of
    inferred = f"{series.readings[reading]}: inferred, {held} of {of} fit" if series.readings[reading] else ""
    if series.rule.kind == "definitional":
        settled = borne and _tells_apart(tried, reading)
        yield from _definitional(series, tried, reading, inferred if settled else "", settled)
        return
    if borne and series.named not in (None, reading):
        yield from _misnamed(series, tried, reading, f"{held} of {of} fit {series.readings[reading]}")
    for column in tried:
        trial = column.trials[reading]
        if not borne:
            reason = f"{held} of {of} columns fit, too few to take it for a rule of this table"
            yield Finding(series.rule, column, "not_checkable", "info", _shown(column, reading), note=reason)
        elif trial is None:
            reason = column.missing or "an operand of it is not printed"
            yield Finding(series.rule, column, "not_checkable", "info", _shown(column, reading), note=reason)
        elif _excused(series, column, reading) or (
            not trial.holds and _abridged(series, column, tried, reading)
        ):
            reason = "an actual year may hold a line that is not printed"
            yield Finding(series.rule, column, "not_checkable", "info", trial, note=reason)
        else:
            yield _finding(series, column, trial, inferred or f"borne out by {held} of {of} columns")


def _misnamed(series: Series, tried: list[Column], reading: int, fits: str) -> Iterator[Finding]:
    """One finding for a head that names another computation than the one its numbers follow."""
    assert series.named is not None
    for column in tried:
        claimed, own = column.trials[series.named], column.trials[reading]
        if claimed and own and own.holds and not claimed.holds:
            note = f"{fits}: the head says {series.readings[series.named]}"
            yield Finding(series.rule, column, "impossible", "warning", claimed, 0.0, note)
            return


def _definitional(
    series: Series, tried: list[Column], reading: int, inferred: str, settled: bool
) -> Iterator[Finding]:
    held_any = [any(t.holds for t in column.trials if t) for column in tried]
    if series.rule.anchored and not any(held_any):
        reason = "no column fits: the labels may not mean the same"
        for column in tried:
            yield Finding(series.rule, column, "not_checkable", "info", _shown(column, reading), note=reason)
        return
    strange = len(tried) >= FEWEST_COLUMNS and not any(held_any)
    for column in tried:
        own = column.trials[reading]
        if settled and own is not None:
            others = [t for t in column.trials if t and t.holds]
            note = inferred
            if not own.holds and others:
                note = f"{inferred}; here it is {others[0].formula}"
            finding = _finding(series, column, own, note)
            if not own.holds and others:
                finding = Finding(series.rule, column, finding.verdict, "warning", own, finding.chance, note)
            yield finding
            continue
        best = min((t for t in column.trials if t), key=lambda t: (t.gap, abs(t.residual)))
        finding = _finding(series, column, best, "")
        if strange and finding.verdict == "impossible":
            note = "no column fits: one of the labels may mean something else"
            finding = Finding(series.rule, column, finding.verdict, "warning", best, finding.chance, note)
        yield finding


def _finding(series: Series, column: Column, trial: Trial, note: str) -> Finding:
    verdict, chance = trial.verdict()
    severity = {"ok": "info", "improbable": "warning"}.get(verdict, series.rule.severity)
    return Finding(series.rule, column, verdict, severity, trial, chance, note)


def _best(columns: list[Column], readings: int) -> int:
    return max(range(readings), key=lambda r: (_tally(columns, r)[0], -r))


def _tally(columns: list[Column], reading: int) -> tuple[int, int]:
    trials = [t for c in columns if (t := c.trials[reading])]
    return sum(t.holds for t in trials), len(trials)


def _tells_apart(columns: list[Column], reading: int) -> bool:
    """Whether two columns fit this reading alone: zeros and small numbers fit them all."""
    alone = 0
    for column in columns:
        own = column.trials[reading]
        rest = [t for i, t in enumerate(column.trials) if t and i != reading]
        alone += bool(own and own.holds and rest and not any(t.holds for t in rest))
    return alone >= 2


def _excused(series: Series, column: Column, reading: int) -> bool:
    """A misfit of an actual year, where the rule lets actual years hold what is not printed."""
    trial = column.trials[reading]
    lenient = series.rule.actual_years == "excused" and column.left.basis == "actual"
    return lenient and trial is not None and trial.verdict()[0] != "ok"


def _abridged(series: Series, column: Column, tried: list[Column], reading: int) -> bool:
    """Whether the list is complete for estimates only: it adds up in no actual year."""
    if series.rule.kind != "sum_of_lines" or column.left.basis != "actual":
        return False
    actual = [t for c in tried if c.left.basis == "actual" and (t := c.trials[reading])]
    return not any(t.holds for t in actual)


def _shown(column: Column, reading: int) -> Trial | None:
    return column.trials[reading] or next((t for t in column.trials if t), None)
