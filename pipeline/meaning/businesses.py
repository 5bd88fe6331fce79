"""Lists of businesses under one measure after another: 营业收入, A, B, then 毛利率, A, B.

The other way round (A, 收入, 毛利率, then B …) a measure belongs to the business above it. The names tell:
they come again under each measure, and the measures come once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.meaning.labels import concept_of
from pipeline.meaning.lexicon import plain
from pipeline.meaning.vocabulary import vocabulary

FEWEST_LISTS = 2


def measures_over(labels: Sequence[str], dependence: Sequence[str | None]) -> Mapping[int, int]:
    """The place of the measure above each place, measures under their own; empty where none heads a list.

    `dependence` says of each label how it leans on the row before it, as `rows.dependence` does. What stands
    above the first measure, and what the vocabulary knows as an item of the company, is under none.
    """
    texts = [plain(label) for label in labels]
    counts = Counter(texts)
    heads = [at for at, kind in enumerate(dependence) if kind in ("measure", "rate")]
    if len(heads) < FEWEST_LISTS or any(counts[texts[at]] > 1 for at in heads):
        return {}
    found: dict[int, int] = {}
    names: list[frozenset[str]] = []
    for head, end in zip(heads, [*heads[1:], len(texts)], strict=True):
        own = [at for at in range(head + 1, end) if dependence[at] is None]
        stop = next((at for at in own if _of_company(labels[at])), end)
        found.update(dict.fromkeys(range(head, stop), head))
        names.append(frozenset(texts[at] for at in own if at < stop))
    if any(len(one & other) * 2 < max(2, min(len(one), len(other))) for one in names for other in names[:1]):
        return {}
    return found


def _of_company(label: str) -> bool:
    """Whether the vocabulary knows a label as an item of the company, not of a business (其他业务收入)."""
    concept = concept_of(label, kind="segments")
    return concept is not None and vocabulary().concepts[concept].statement != "segment"
