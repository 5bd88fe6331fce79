"""Labels whose words stand in another order or with other particles: `应付账款与票据`, `归属股东的净利润`.

A label is cut into words by jieba with the words of terms.csv and no others, so that 固定资产净额 and
固定资产 stay different: every word that is no particle has to be met. Where a word sets the order of the
others (比, 率, /) the order has to be the same too.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pipeline.lean import absent
from pipeline.meaning.vocabulary.load import vocabulary


@lru_cache(maxsize=16384)
def matching_keys(key: str) -> tuple[str, ...]:
    """The known keys made of the same words as `key`; none where it starts or ends with a particle.

    和股东权益 is the rest of a label that was torn in two, not equity.
    """
    terms = vocabulary().terms
    words = [*_cutter().cut(key, HMM=False)]
    if any(terms.get(word, ("", ()))[0] == "filler" for word in (words[0], words[-1])):
        return ()
    return _index().get(_signature(key), ())


def is_torn(key: str) -> bool:
    """Whether a label ends inside a word, as clipped ones do: 股东权 for 股东权益."""
    last = [*_cutter().cut(key, HMM=False)][-1]
    return len(last) == 1 or last not in vocabulary().terms


@lru_cache(maxsize=1)
def _index() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for key in vocabulary().labels:
        found[_signature(key)].append(key)
    return {signature: tuple(keys) for signature, keys in found.items()}


def _signature(key: str) -> tuple[str, ...]:
    """The words that count, in their order where one of them makes it matter, else sorted."""
    terms = vocabulary().terms
    words: list[str] = []
    for word in _cutter().cut(key, HMM=False):
        role, same_as = terms.get(word, ("content", ()))
        if role != "filler":
            words.extend(same_as or (word,))
    ordered = any(terms.get(word, ("", ()))[0] == "order" for word in words)
    return tuple(words) if ordered else tuple(sorted(words))


@lru_cache(maxsize=1)
def _cutter() -> Any:
    """A jieba tokenizer that knows the words of terms.csv only.

    It is filled by hand: jieba would first read its general dictionary (a second), write a cache among the
    temporary files of the machine and log both.
    """
    with warnings.catch_warnings(), absent("pkg_resources"):  # it has a way without: 5 MB and 0.1 s less
        warnings.simplefilter("ignore")  # jieba has old string escapes
        import jieba
    jieba.setLogLevel(logging.ERROR)
    cutter = jieba.Tokenizer()
    lines = "".join(f"{term} {10 ** len(term)}\n" for term in vocabulary().terms)
    cutter.FREQ, cutter.total = cutter.gen_pfdict(_Dictionary(lines.encode()))
    cutter.initialized = True
    return cutter


class _Dictionary(io.BytesIO):
    """What jieba takes for an open dictionary file."""

    name = "vocabulary/terms.csv"
