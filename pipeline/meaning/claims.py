"""Rows that claim to be one item of one company and print different numbers: none of them is believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from typing import NamedTuple

from pipeline.meaning.vocabulary import vocabulary


class Claim(NamedTuple):
    """A number, the concept it is read as, where (its period, column and company), and what it prints."""

    fact_id: str
    concept: str
    where: Hashable
    text: str


def contradicted(claims: Iterable[Claim]) -> frozenset[str]:
    """The facts of concepts that one place holds several times with different numbers.

    They are those of businesses whose names the table does not give: 毛利率, three times. Concepts that are
    of businesses anyway may well repeat.
    """
    found: dict[tuple[str, Hashable], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for claim in claims:
        if not _of_segments(claim.concept):
            found[claim.concept, claim.where][claim.text].add(claim.fact_id)
    return frozenset(i for texts in found.values() if len(texts) > 1 for ids in texts.values() for i in ids)


def _of_segments(code: str) -> bool:
    concepts = vocabulary().concepts
    concept = concepts[code]
    return concept.statement == "segment" or any(concepts[b].statement == "segment" for b in concept.base)
