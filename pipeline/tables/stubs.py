"""The head over the labels where it is set in lines around the heads of the columns."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.layout.lines import Segment
from pipeline.reading.page import union


def stub_set_together(levels: Sequence[Sequence[Segment]], first: float) -> list[list[Segment]]:
    """The levels, a stub head in lines around the heads (`利润表（百万` over `元人民币）`) as one of theirs.

    `first` is where the first head begins; everything left of it is stub.
    """
    found = [list(level) for level in levels]
    for at in range(len(levels) - 2, 0, -1):
        if at + 1 >= len(found):
            continue
        upper, level, lower = found[at - 1 : at + 2]
        stub = max(s.box.x1 for s in (*upper, *lower))  # what begins behind it heads a column of units
        own = [s for s in level if s.box.x1 < first and s.box.x0 < stub]
        alone = all(s.box.x1 < first for s in (*upper, *lower)) and len(own) < len(level)
        if not alone or len(upper) != 1 or len(lower) != 1 or len(own) > 1:
            continue
        if own and not _closes(upper[0].text + own[0].text, lower[0].text):
            continue
        parts = (upper[0], *own, lower[0])
        words = tuple(w for part in parts for w in part.words)
        whole = Segment(words, "".join(part.text for part in parts), union([part.box for part in parts]))
        found[at - 1 : at + 2] = [[whole, *(s for s in level if s not in own)]]
    return found


def _closes(text: str, below: str) -> bool:
    """Whether a text leaves a bracket open that the line below it closes."""
    opened = sum(text.count(c) for c in "(（") - sum(text.count(c) for c in ")）")
    return opened > 0 and any(c in ")）" for c in below)
