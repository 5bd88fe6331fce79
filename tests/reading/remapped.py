"""Sample reports whose fonts say something else than they print: their ToUnicode maps rewritten in place."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "raw_reports"
_BLOCK = re.compile(rb"beginbfchar\n(.*?)endbfchar", re.S)
_PAIR = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]{4})>")


def remapped(data: bytes, change: Callable[[str], str]) -> bytes:
    """The PDF with every character that its fonts name replaced by what `change` makes of it."""

    def pair(found: re.Match[bytes]) -> bytes:
        return b"<%s> <%04X>" % (found[1], ord(change(chr(int(found[2], 16)))))

    return _BLOCK.sub(lambda block: _PAIR.sub(pair, block[0]), data)


def without_names(data: bytes) -> bytes:
    """The PDF with fonts that do not say which characters they print."""
    return data.replace(b"/ToUnicode", b"/NoUnicode")


def shuffled(data: bytes, seed: int = 3) -> bytes:
    """The PDF with the names of its Chinese characters dealt out anew among them."""
    chars = sorted(
        {chr(int(found[2], 16)) for block in _BLOCK.findall(data) for found in _PAIR.finditer(block)}
    )
    chinese = [char for char in chars if "\u4e00" <= char <= "\u9fff"]
    dealt = chinese.copy()
    random.Random(seed).shuffle(dealt)
    names = dict(zip(chinese, dealt, strict=True))
    return remapped(data, lambda char: names.get(char, char))
