"""Radicals and compatibility ideographs in their ordinary form: ⼈ is printed as 人 and meant as 人."""

from __future__ import annotations

import unicodedata

# Unicode gives the CJK Radicals Supplement no compatibility form; these are the ones that stand for whole
# characters of simplified Chinese text (EquivalentUnifiedIdeograph of the Unicode Character Database).
_SUPPLEMENT = dict(
    zip(
        "⺠⺟⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "民母虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)


def printed(char: str) -> str:
    """The character that a reader of the page sees; everything but radicals and the like stays as it is."""
    if 0x2E80 <= ord(char) <= 0x2FDF or 0xF900 <= ord(char) <= 0xFAFF:
        return _SUPPLEMENT.get(char) or unicodedata.normalize("NFKC", char)
    return char
