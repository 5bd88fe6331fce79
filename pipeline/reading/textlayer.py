"""Is the text of a page the text that it shows? Judged per page from what the reader met."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from pipeline.reading.page import Image, TextLayer, Word


def _is_strange(char: str) -> bool:
    """Private-use and control characters, unassigned code points: what a broken mapping gives."""
    return unicodedata.category(char) in ("Co", "Cn", "Cc", "Cs")


def judge(words: Sequence[Word], unmapped: int, images: Sequence[Image]) -> TextLayer:
    """`none` where pictures stand and no text, `garbled` where a fifth of it cannot be real, else `good`.

    A fifth: pages of the corpus with good text have at most 4 % of private-use characters (bullets, check
    marks of symbol fonts); pages with a broken mapping have most of them.
    """
    total = sum(len(word.text) for word in words)
    if total + unmapped == 0:
        return "none" if images else "good"
    times = Counter("".join(word.text for word in words))
    strange = sum(count for char, count in times.items() if _is_strange(char)) + unmapped
    if strange > 0.2 * (total + unmapped):
        return "garbled"
    # Painted text: hundreds of small pictures, a few words of furniture.
    if len(images) > 150 and total < 200:
        return "none"
    return "good"
