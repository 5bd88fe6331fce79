"""What counts as one finding: a headline, with the checks that fail because of it, or like it, beneath it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.checking.messages import headline_of, is_folded
from pipeline.quality.gather import Finding


class Headline(NamedTuple):
    """A finding as it is counted and told, and the failed checks that are told with it."""

    finding: Finding
    beneath: tuple[Finding, ...]


def headlines(failed: Sequence[Finding]) -> tuple[Headline, ...]:
    """The headlines in the order of the failed checks; a check whose headline is not there is one itself."""
    ends: Mapping[str, Finding] = {f.check_id: _top(f, failed) for f in failed if is_folded(f.message)}
    # Two that name each other, which no check of ours does, are both told: none is lost.
    tops = {f: top for f, top in ends.items() if ends.get(top.check_id, top) is top}
    beneath: dict[str, list[Finding]] = defaultdict(list)
    for finding in failed:
        top = tops.get(finding.check_id, finding)
        if top is not finding:
            beneath[top.check_id].append(finding)
    return tuple(
        Headline(finding, tuple(beneath[finding.check_id]))
        for finding in failed
        if tops.get(finding.check_id, finding) is finding
    )


def _top(finding: Finding, failed: Sequence[Finding]) -> Finding:
    """The finding that a folded one leads to in the end, which may take two steps."""
    passed = {finding.check_id}
    at = finding
    while (named := headline_of(at.message)) is not None:
        begins, rule_id = named
        above = next(
            (
                f
                for f in failed
                if (f.report_id, f.rule_id) == (at.report_id, rule_id)
                and f.message.startswith(begins)
                and f.check_id not in passed
            ),
            None,
        )
        if above is None:
            break
        passed.add(above.check_id)
        at = above
    return at
