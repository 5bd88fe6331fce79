"""The word lists of this room (CSV files, read once) and the form in which texts are compared."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

from pipeline.errors import ConfigError

_SPACE = re.compile(r"\s+")
_DASHES = str.maketrans(dict.fromkeys("−‐‑‒–—―─﹣－", "-"))
# A space that a line wrap or letter spacing left beside a Chinese character; those between Latin words stay.
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_WIDE_GAP = re.compile(rf"(?<=[{_WIDE}])\s+(?=[{_WIDE}])")


@cache
def read_rows(name: str, columns: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The rows of `vocabulary/<name>` as tuples in the order of `columns`.

    Raises ConfigError when the file's header is not exactly `columns` or a row has another number of fields.
    """
    path = resources.files("pipeline.meaning") / "vocabulary" / name
    with path.open(encoding="utf-8") as lines:
        reader = csv.reader(lines)
        header = tuple(next(reader, ()))
        if header != columns:
            raise ConfigError(f"vocabulary/{name}: the header is {header}, expected {columns}")
        found = []
        for row in reader:
            if len(row) != len(columns):
                raise ConfigError(
                    f"vocabulary/{name}, line {reader.line_num}: {len(row)} fields, expected {len(columns)}"
                )
            found.append(tuple(row))
    return tuple(found)


def compile_pattern(name: str, pattern: str) -> re.Pattern[str]:
    """The regular expression of a vocabulary row; ConfigError names the file when it is malformed."""
    try:
        return re.compile(pattern)
    except re.error as error:
        raise ConfigError(f"vocabulary/{name}: {pattern!r} is no regular expression: {error}") from error


@lru_cache(maxsize=16384)
def plain(text: str) -> str:
    """The form in which words are compared: compatibility forms and dashes unified, no spaces, lower case."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text).translate(_DASHES)).lower()


@lru_cache(maxsize=16384)
def unwrap(text: str) -> str:
    """A label without the spaces that wraps leave between Chinese characters; other runs become one space."""
    return _WIDE_GAP.sub("", _SPACE.sub(" ", text.strip()))


def without_brackets(text: str) -> str:
    """`EPS(人民币,基本)` → `EPS`; of an already `plain` text."""
    return re.sub(r"\([^()]*\)", "", text)
