"""One wrong number, one finding at the top: what follows from it, or repeats it, is folded under it.

Findings have one cause where the same number is suspected, where they hold the same number to two formulas,
or where the same difference is carried on from one row of a column to the next. Of those that are left, one
rule failing in several years of one row is told once as well.

A finding that is folded keeps its verdict and names its headline. Its severity is `info` where the headline
already casts the doubt it casts; else it is a `warning`, so that no number passes that fails a check.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from pipeline.checking.culprits import Witnesses
from pipeline.checking.light import slotted
from pipeline.checking.sheet import Printed, Report
from pipeline.checking.trial import Finding

FAILED = ("impossible", "improbable")
PLAIN_TO_SEE = 10  # a difference so many times its rounding does not recur in the next row by chance
_WEIGHT = {"error": 0, "warning": 1, "info": 2}
_KINDS = {"definitional": 0, "sum_of_lines": 1, "convention": 2}


@slotted
class Told:
    """A finding as it is told: whom it suspects, which finding it follows from, how many follow from it."""

    finding: Finding
    suspects: tuple[Printed, ...] = ()
    follows: Finding | None = None
    followed_by: int = 0


def told(findings: Sequence[Finding], report: Report) -> list[Told]:
    """Every finding, in the order given, the failed ones with suspects and folded under their headlines."""
    failed = [f for f in findings if f.verdict in FAILED]
    if not failed:
        return [Told(finding) for finding in findings]
    rows = {c.fact_id: row for sheet in report.sheets for row in sheet.rows for c in row.cells}
    witnesses = Witnesses(failed, findings, rows)
    suspects = {id(f): witnesses.suspects(f) for f in failed}
    headline: dict[int, Finding] = {}
    named: dict[int, tuple[Printed, ...]] = {}
    for group in _groups(failed, lambda a, b: _one_cause(a, b, suspects, witnesses)):
        first = min(group, key=lambda f: _order(f, suspects[id(f)]))
        headline.update({id(f): first for f in group})
        everyone = {s.fact_id: s for f in sorted(group, key=_place) for s in suspects[id(f)]}
        its_own = {s.fact_id: s for s in suspects[id(first)]}
        named[id(first)] = tuple((its_own | everyone).values())
    firsts = list({id(f): f for f in headline.values()}.values())
    years: dict[int, Finding] = {}
    for group in _groups(firsts, _one_row):
        worst = max(group, key=lambda f: (-_WEIGHT[f.severity], _weight(f)))
        years.update({id(f): worst for f in group if f is not worst})
    follows = years | {id(f): first for f in failed if (first := headline[id(f)]) is not f}
    followers = Counter(map(id, follows.values()))
    found: list[Told] = []
    for finding in findings:
        if finding.verdict not in FAILED:
            found.append(Told(finding))
            continue
        own, first, follow = suspects[id(finding)], headline[id(finding)], follows.get(id(finding))
        accused = named.get(id(finding), own) or witnesses.ranked(finding)
        followed_by = followers[id(finding)]
        if follow is not None:
            quiet = follow is first and _covered(finding, own, first, named[id(first)])
            lower = "info" if quiet else "warning" if finding.severity == "error" else finding.severity
            found.append(Told(replace(finding, severity=lower), accused, follow, followed_by))
        else:
            found.append(Told(finding, accused, None, followed_by))
    return found


def _one_cause(
    one: Finding, other: Finding, suspects: dict[int, tuple[Printed, ...]], witnesses: Witnesses
) -> bool:
    a, b = one.column.left, other.column.left
    if a.fact_id == b.fact_id or _printed_twice(one, other):
        return True
    ours, theirs = suspects[id(one)], suspects[id(other)]
    if ours and theirs:
        if {f.fact_id for f in ours} & {f.fact_id for f in theirs}:
            return True
        a, b = ours[0], theirs[0]
    elif ours or theirs:
        return False
    return _carried_on(one, other, a, b, witnesses)


def _printed_twice(one: Finding, other: Finding) -> bool:
    """Whether one figure, printed in two places, is held to the same other numbers."""
    a, b = one.column.left, other.column.left
    if (a.concept, a.period, a.value, a.factor) != (b.concept, b.period, b.value, b.factor) or not a.concept:
        return False
    if one.trial is None or other.trial is None or len(one.trial.facts) < 2:
        return False
    return {f.fact_id for f in one.trial.facts[1:]} == {f.fact_id for f in other.trial.facts[1:]}


def _carried_on(one: Finding, other: Finding, a: Printed, b: Printed, witnesses: Witnesses) -> bool:
    """Whether two rows of one column are off by the same amount."""
    if (a.table_id, a.period, a.unit) != (b.table_id, b.period, b.unit) or not a.currency:
        return False
    if one.trial is None or other.trial is None or one.column.left is not a or other.column.left is not b:
        return False
    room = one.trial.room + other.trial.room
    if abs(abs(one.trial.residual) - abs(other.trial.residual)) > room:
        return False
    plain = min(abs(one.trial.residual), abs(other.trial.residual)) >= PLAIN_TO_SEE * room
    return plain or witnesses.share_a_check(a, b)


def _one_row(one: Finding, other: Finding) -> bool:
    """Whether one rule fails in several years of one printed row."""
    a, b = one.column.left, other.column.left
    return (one.rule.rule_id, a.table_id, a.path, a.top) == (other.rule.rule_id, b.table_id, b.path, b.top)


def _covered(finding: Finding, own: tuple[Printed, ...], first: Finding, named: tuple[Printed, ...]) -> bool:
    """Whether the headline already casts the doubt that the finding casts."""
    doubted = {f.fact_id for f in named or (first.trial.facts if first.trial else ())}
    return {f.fact_id for f in own or (finding.column.left,)} <= doubted


def _order(finding: Finding, suspects: tuple[Printed, ...]) -> tuple[object, ...]:
    """The plainest first: an error, of the suspected number itself, by a definition, nearest to the top."""
    return (
        _WEIGHT[finding.severity],
        FAILED.index(finding.verdict),
        not suspects or suspects[0].fact_id != finding.column.left.fact_id,
        _place(finding),
        _KINDS[finding.rule.kind],
        finding.rule.rule_id,
    )


def _place(finding: Finding) -> tuple[int, float, float]:
    cell = finding.column.left
    return cell.page, cell.top, cell.x0


def _weight(finding: Finding) -> tuple[float, str]:
    """How far off the number is, in units of what rounding explains."""
    trial = finding.trial
    if trial is None or not trial.room:
        return 0.0, finding.column.left.period or ""
    return float(abs(trial.residual) / trial.room), finding.column.left.period or ""


def _groups(findings: Iterable[Finding], alike: Callable[[Finding, Finding], bool]) -> list[list[Finding]]:
    """Findings that are alike, directly or through others."""
    groups: list[list[Finding]] = []
    for finding in findings:
        near = [g for g in groups if any(alike(finding, f) for f in g)]
        rest = [g for g in groups if not any(g is n for n in near)]
        groups = [*rest, [f for g in near for f in g] + [finding]]
    return groups
