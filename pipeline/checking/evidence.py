"""Which rule, under which reading, do the columns of a table bear out?

Definitional rules need no evidence, but may leave a sign open. Sums of the printed lines are rules of a table
only where the columns say so: at least three tried, two in three of them fit, and their small differences are
such as rounding makes. Conventions of the house need three that fit, and seven in ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.checking.luck import together
from pipeline.checking.trial import LUCK, Column, Finding, Series, Trial

FEWEST_COLUMNS = 3
SHARE_THAT_ADDS_UP = 0.65
SHARE_THAT_HOLDS = 0.6  # of a definition whose sign is open: the sign that so many columns have
# A ratio has definitions that differ little: some columns fit the wrong one by rounding. So more must fit.
FEWEST_THAT_FIT = 3
SHARE_THAT_FITS = 0.7
FEWEST_SHARE = 0.5  # of the columns, where those that fit do so to digits that are no luck
TYPICAL_MISFIT = 0.02  # of a figure: what another definition or a line left out makes of it, at the least
RARE = 1e-3
JOINT_LUCK = (
    0.01  # less likely than this by rounding, the differences of all fitting columns are a line left out
)
DOUBTFUL = (
    0.05  # a past year that adds up with no more luck than this may lack a line as well as be off by rounding
)
UNPRINTED = "an actual year may rest on something that is not printed"


def judge(series: Series) -> Iterator[Finding]:
    """The findings of a series, one for each of its columns."""
    tried: list[Column] = []
    for column in series.columns:
        if any(column.trials):
            tried.append(column)
        else:
            yield Finding(series.rule, column, "not_checkable", "info", note=column.missing)
    if not tried:
        return
    reading = _best(tried, len(series.readings))
    if series.rule.kind == "definitional":
        yield from _definitional(series, tried, reading)
        return
    if series.rule.kind == "sum_of_lines":
        reading = _as_printed(tried, reading)
    counted = [c for c in tried if not _excused(series, c, c.trials[reading])]
    held, of = _tally(counted, reading)
    if series.rule.kind == "sum_of_lines":
        borne = _adds_up(counted, reading)
    else:
        # A fit at the very edge of the rounding is none: 1 and 2 would bear out that they are one figure.
        held = sum(t.verdict[0] == "ok" and not t.touches for c in counted if (t := c.trials[reading]))
        borne = held >= FEWEST_THAT_FIT and held >= SHARE_THAT_FITS * of
    # Where actual years may rest on what is not printed, so may the estimates until one of them fits.
    plainly = borne and (series.rule.kind != "sum_of_lines" or series.rule.actual_years != "excused")
    if series.rule.kind == "sum_of_lines" and not borne:
        # A formula names its operands; of a list nobody knows what it leaves out.
        sound = sum(t.verdict[0] == "ok" for c in counted if (t := c.trials[reading]))
        named = series.rule.shape == "formula" and sound >= 2 and sound >= SHARE_THAT_HOLDS * of
        borne = named or _exactly(counted, reading)
    if series.rule.kind == "convention" and not borne:
        fewest = (
            FEWEST_THAT_FIT if series.rule.shape == "constant" else 2
        )  # two of three share a value by luck
        borne = held >= fewest and held >= SHARE_THAT_HOLDS * of
    inferred = _inferred(series, reading, held, of)
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
        elif (
            _excused(series, column, trial)
            or _abridged(series, column, tried, reading)
            or not (plainly or trial.verdict[0] == "ok" or _fits_before(column, tried, reading))
        ):
            yield Finding(series.rule, column, "not_checkable", "info", trial, note=UNPRINTED)
        else:
            yield _finding(series, column, trial, inferred or f"borne out by {held} of {of} columns")


def _adds_up(columns: list[Column], reading: int) -> bool:
    """Whether the printed lines are the whole list: in most columns, or in all but the actual years."""
    trials = [(c.left.basis == "actual", t) for c in columns if (t := c.trials[reading])]
    fits = [(actual, chance) for actual, t in trials if (chance := t.chance if t.holds else 0.0) >= LUCK]
    if len(trials) < FEWEST_COLUMNS:
        return False
    estimates = sum(not actual for actual, _ in trials)
    complete = len(fits) == estimates >= FEWEST_COLUMNS and not any(actual for actual, _ in fits)
    if not complete and len(fits) < SHARE_THAT_ADDS_UP * len(trials):
        return False
    # Off by two every year: rounding allows it year by year, but not in all of them. A line is left out.
    return together([chance for _, chance in fits]) >= JOINT_LUCK


def _exactly(columns: list[Column], reading: int) -> bool:
    """Whether two columns and half of them fit to digits that are no luck; where no actual year fits, half of
    the estimates.
    """
    among = columns
    if not any(_fits(c, reading) for c in columns if c.left.basis == "actual"):
        among = [c for c in columns if c.left.basis != "actual"]
    held, of = _tally(among, reading)
    if held < 2 or held < FEWEST_SHARE * of or _luck(among, reading) >= RARE:
        return False
    return together([t.chance for c in among if (t := c.trials[reading]) and t.holds]) >= JOINT_LUCK


def _fits_before(column: Column, columns: list[Column], reading: int) -> bool:
    """Whether an earlier year fits: what is not printed of actual years often reaches into the next."""
    return any(_fits(c, reading) and (c.left.period or "") < (column.left.period or "") for c in columns)


def _luck(columns: list[Column], reading: int) -> float:
    """How likely as many columns would fit if the rule were none of this table's.

    A figure that belongs to another rule is off by some share of itself; that it falls within the rounding is
    then as likely as the rounding is narrow beside that share.
    """
    chance = 1.0
    for column in columns:
        trial = column.trials[reading]
        if trial and trial.holds and trial.left.value:
            chance *= min(1.0, float(trial.room / abs(trial.left.value)) / TYPICAL_MISFIT)
    return chance


def _as_printed(columns: list[Column], reading: int) -> int:
    """The list as it is printed, unless two columns fit the change to it and not the print.

    One wrong figure in a row of zeros is otherwise read as a row that does not belong to the list.
    """
    if not reading:
        return 0
    apart = sum(bool(_fits(c, reading) and c.trials[0] and not _fits(c, 0)) for c in columns)
    return reading if apart >= 2 or not any(_fits(c, 0) for c in columns) else 0


def _fits(column: Column, reading: int) -> bool:
    trial = column.trials[reading]
    return bool(trial and trial.holds)


def _misnamed(series: Series, tried: list[Column], reading: int, fits: str) -> Iterator[Finding]:
    """One finding for a head that names another computation than the one its numbers follow."""
    assert series.named is not None
    for column in tried:
        claimed, own = column.trials[series.named], column.trials[reading]
        if claimed and own and own.holds and not claimed.holds:
            note = f"{fits}: the head says {series.readings[series.named]}"
            yield Finding(series.rule, column, "impossible", "warning", claimed, 0.0, note)
            return


def _another_rate(series: Series, tried: list[Column]) -> Iterator[Finding]:
    """One finding for a row whose numbers follow another computation than its head says, in most years."""
    meant = [i for i in range(len(series.readings)) if i not in series.misnamed]
    for reading in series.misnamed:
        alone = [c for c in tried if _holds(c, (reading,)) and not _holds(c, meant)]
        if len(alone) < FEWEST_COLUMNS or len(alone) <= len([c for c in tried if _holds(c, meant)]):
            continue
        note = f"{len(alone)} columns print {series.readings[reading]} under this head"
        claimed = alone[0].trials[meant[0]]
        yield Finding(series.rule, alone[0], "impossible", "warning", claimed, 0.0, note)
        for column in tried:
            if column is alone[0]:
                continue
            own = column.trials[reading if column in alone else meant[0]]
            if own is not None:
                yield _finding(series, column, own, note if column in alone else "")


def _holds(column: Column, readings: Sequence[int]) -> bool:
    return any((trial := column.trials[i]) and trial.holds for i in readings)


def _inferred(series: Series, reading: int, held: int, of: int) -> str:
    words = series.readings[reading]
    return f"{words}: inferred, {held} of {of} fit" if words else ""


def _settled(series: Series, tried: list[Column], reading: int) -> str:
    """What settles the reading that a definition leaves open, in words; empty where nothing does."""
    if len(series.readings) < 2:
        return ""
    held, of = _tally([c for c in tried if not _excused(series, c, c.trials[reading])], reading)
    borne = of >= FEWEST_COLUMNS and held >= SHARE_THAT_HOLDS * of
    return _inferred(series, reading, held, of) if borne and _tells_apart(tried, reading) else ""


def _definitional(series: Series, tried: list[Column], reading: int) -> Iterator[Finding]:
    """Of a definition the columns can settle a convention that it leaves open, and no more than that."""
    if series.misnamed and (told := list(_another_rate(series, tried))):
        yield from told
        return
    inferred = _settled(series, tried, reading)
    meant = [i for i in range(len(series.readings)) if i not in series.misnamed]
    nowhere = not any(_holds(column, meant) for column in tried)
    strange = nowhere and len(tried) >= FEWEST_COLUMNS
    if nowhere and (series.rule.anchored or strange) and not series.rule.unconditional:
        first, *rest = tried
        reason = f"none of {len(tried)} columns fits: one of the labels may mean something else"
        column = Column(first.left, first.trials, beside=tuple(c.left for c in rest))
        yield Finding(series.rule, column, "not_checkable", "info", note=reason)
        return
    for column in tried:
        trials = [t for i in meant if (t := column.trials[i])]
        if not trials:
            continue
        own = column.trials[reading] if inferred and reading in meant else None
        best = own or _nearest(trials)
        finding = _finding(series, column, best, inferred if own else "")
        others = [t for t in trials if t.holds]
        if own and others and not own.holds:
            note = f"{inferred}; here it is {others[0].formula}"
            finding = replace(finding, severity="warning", note=note)
        elif finding.verdict != "ok" and _excused(series, column, best):
            finding = replace(finding, verdict="not_checkable", severity="info", note=UNPRINTED)
        elif strange and finding.verdict == "impossible":
            note = "no column fits: one of the labels may mean something else"
            finding = replace(finding, severity="warning", note=note)
        yield finding


def _finding(series: Series, column: Column, trial: Trial, note: str) -> Finding:
    verdict, chance = trial.verdict
    severity = {"ok": "info", "improbable": "warning"}.get(verdict, series.rule.severity)
    return Finding(series.rule, column, verdict, severity, trial, chance, note)


def _best(columns: list[Column], readings: int) -> int:
    """The reading that most columns fit, the first of those: where all fit, no further one need be tried."""
    best, most = 0, -1
    for reading in range(readings):
        held = sum(_fits(column, reading) for column in columns) if readings > 1 else 0
        if held > most:
            best, most = reading, held
            if held == len(columns):
                break
    return best


def _nearest(trials: Sequence[Trial]) -> Trial:
    """The trial whose intervals are the least apart, then whose values are."""
    if len(trials) == 1:
        return trials[0]
    if holding := [t for t in trials if t.holds]:
        return min(holding, key=lambda t: abs(t.residual))
    return min(trials, key=lambda t: (t.gap, abs(t.residual)))


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


def _excused(series: Series, column: Column, trial: Trial | None) -> bool:
    """A misfit of an actual year, where the rule lets actual years rest on what is not printed.

    So may a list with a dash in it: some houses print one for what a company has not disclosed.
    """
    if trial is None or column.left.basis != "actual" or trial.verdict[0] == "ok":
        return False
    dashed = series.rule.kind == "sum_of_lines" and any(fact.missing == "dash" for fact in trial.facts)
    return dashed or series.rule.actual_years == "excused"


def _abridged(series: Series, column: Column, tried: list[Column], reading: int) -> bool:
    """Whether the list is complete for estimates only: it adds up in no actual year, or only by luck."""
    if series.rule.kind != "sum_of_lines" or column.left.basis != "actual":
        return False
    actual = [c for c in tried if c.left.basis == "actual" and c.trials[reading]]
    some = any(_fits(c, reading) for c in tried)
    fewest = 2 if series.rule.actual_years == "full" else 1
    sound = any(t.holds and t.chance >= DOUBTFUL for c in actual if (t := c.trials[reading]))
    return len(actual) >= fewest and some and not sound


def _shown(column: Column, reading: int) -> Trial | None:
    return column.trials[reading] or next((t for t in column.trials if t), None)
