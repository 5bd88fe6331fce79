"""One sentence a person can act on: what, where, by how much, what rounding explains."""

from __future__ import annotations

import re
from fractions import Fraction

from pipeline.checking.folding import Told
from pipeline.checking.trial import Finding, Trial

FOLDED = "; told once with "
_HEADLINE = re.compile(re.escape(FOLDED) + r"(?P<what>.+ \(p\. \d+), (?P<rule>[^\s,()]+)\)$", re.S)


def is_folded(message: str) -> bool:
    """Whether the sentence is that of a check that fails because of another finding, and names it."""
    return FOLDED in message


def headline_of(message: str) -> tuple[str, str] | None:
    """How the headline's sentence begins, and its rule, where the sentence of a folded check names them."""
    found = _HEADLINE.search(message)
    return (f"{found['what']})", found["rule"]) if found else None


def message(one: Told) -> str:
    """The sentence of a finding, from the rule's template, and where its headline or its followers are."""
    text = _sentence(one.finding)
    if one.follows is not None:
        first = one.follows
        page, rule_id = first.column.left.page, first.rule.rule_id
        text += f"{FOLDED}{_what(first)} {_when(first)} (p. {page}, {rule_id})"
    elif one.followed_by:
        text += f"; {one.followed_by} more like it or because of it"
    return text


def _when(finding: Finding) -> str:
    return finding.column.left.period or finding.column.left.column


def _sentence(finding: Finding) -> str:
    cell = finding.column.left
    period = _when(finding)
    if finding.trial is None or finding.verdict == "not_checkable":
        return f"{_what(finding)} {period} (p. {cell.page}): not checked ({finding.rule.en}): {finding.note}"
    trial = finding.trial
    notes = [note for note in (trial.slip, finding.note) if note]
    return finding.rule.message.format(
        what=_what(finding),
        period=period,
        page=cell.page,
        printed=trial.text if trial.factor == cell.factor else number(trial.left.value / trial.factor, 2),
        formula=trial.formula,
        expected=expected(trial),
        judgement=judgement(finding),
        note=f" ({'; '.join(notes)})" if notes else "",
        rule=finding.rule.zh,
    )


def expected(trial: Trial) -> str:
    """`29,358 ± 1`, or the value with its range where that is not symmetric."""
    value, interval = trial.right.value, trial.right.interval
    digits = _digits(trial)
    percent = "%" if trial.text.endswith("%") else ""
    slack = interval.high - value
    if not slack and value == interval.low:
        return number(value / trial.factor, digits) + percent
    if slack == value - interval.low:
        slack /= trial.factor
        middle = number(value / trial.factor, digits) + percent
        return f"{middle} ± {number(slack, _slack_digits(slack, digits))}"
    value, low, high = (end / trial.factor for end in (value, interval.low, interval.high))
    fine = max(digits, _slack_digits(min(value - low, high - value, key=abs) or high - low, digits))
    return f"{number(value, fine)}{percent} ({number(low, fine)} … {number(high, fine)})"


def judgement(finding: Finding) -> str:
    """What the verdict means here, in words."""
    trial = finding.trial
    assert trial is not None
    if finding.verdict == "ok":
        return "agrees within rounding"
    digits = _digits(trial)
    off = abs(trial.residual) / trial.factor
    room = trial.room / trial.factor
    shown = number(off, _slack_digits(off, digits))
    if finding.verdict == "impossible":
        return f"off by {shown}, rounding explains at most {number(room, _slack_digits(room, digits))}"
    chance = f"= {finding.chance:.1g}" if finding.chance > 1e-6 else "below one in a million"
    return f"off by {shown}, which rounding alone would do with p {chance}"


def number(value: Fraction, digits: int) -> str:
    """A number with thousands commas and at most `digits` digits after the point, trailing zeros dropped."""
    top, bottom = value.as_integer_ratio()
    scaled, rest = divmod(abs(top) * 10**digits, bottom)
    if 2 * rest > bottom or (2 * rest == bottom and scaled % 2):  # half to even
        scaled += 1
    whole, part = divmod(scaled, 10**digits)
    text = f"{whole:,}.{part:0{digits}d}".rstrip("0") if part else f"{whole:,}"
    return f"-{text}" if top < 0 and scaled else text


def _what(finding: Finding) -> str:
    cell = finding.column.left
    path = [part for part in cell.path if part] or [cell.label]
    if cell.kind in ("comps", "benchmarks"):
        path.append(cell.column.split("|")[0])
    return " / ".join(path)


def _digits(trial: Trial) -> int:
    """Of the figures printed in the unit of the first, the most digits after the point."""
    unit = trial.facts[0].factor
    return max([f.decimals for f in trial.facts if f.factor is unit or f.factor == unit])


def _slack_digits(slack: Fraction, digits: int) -> int:
    """Digits that show at least two figures of a small amount."""
    top, bottom = slack.as_integer_ratio()
    while digits < 6 and abs(top) * 10**digits < 10 * bottom and top * 10**digits % bottom:
        digits += 1
    return digits
