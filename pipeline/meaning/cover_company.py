"""The covered company where its name and its ticker stand apart: in large type, and behind a label."""

from __future__ import annotations

import re

from pipeline.meaning.cover_lines import (
    Cover,
    Line,
    is_head,
    only_type,
    words_for,
)
from pipeline.meaning.cover_rating import is_rating
from pipeline.meaning.entities import parse_ticker

_TOP = 0.45  # name and ticker stand in the upper part of the page
_LARGE = 1.3  # times the body's size
_LONGEST = 10
_NAMED = re.compile(r"(?:\*?ST)?[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9]*(?:-[A-Z]{1,3})?")
# 示例科技-W（0920，买入）：the code of the listing whose exchange a label prints.
_CODED = re.compile(r"(?P<name>[^()]{2,20})\((?P<code>\d{1,6})[,|/;][^()\d]{2,8}\)")


def labelled_company(cover: Cover) -> tuple[str, tuple[str, ...]] | None:
    """Name and listings of the company, None where one of them is not certain."""
    tickers = _tickers(cover)
    if not tickers:
        return None
    name = _coded_name(cover, tickers) or _behind_label(cover) or _large_name(cover)
    return (name, tickers) if name else None


def _tickers(cover: Cover) -> tuple[str, ...]:
    """The listings behind labels (股票代码), else those that stand alone near the top."""
    label, found, alone = words_for("ticker_label"), [], []
    for line in cover.own:
        match = label.match(line.simple)
        if match is not None:
            rest = line.simple[match.end() :].lstrip(":")
            texts = [rest] if rest else [other.tight for other in cover.right_of(line)[:1]]
            found += [t for text in texts if (t := parse_ticker(text, bare=True)) is not None]
        elif line.top <= _TOP * cover.height and line.size >= cover.body_size:
            ticker = parse_ticker(line.text)
            alone += [ticker] if ticker is not None else []
    unique = tuple(dict.fromkeys(found or alone))
    return unique if found or len(unique) == 1 else ()


def _coded_name(cover: Cover, tickers: tuple[str, ...]) -> str | None:
    for line in cover.lines:
        match = _CODED.match(line.tight)
        if match is not None and any(_same_code(match["code"], ticker) for ticker in tickers):
            return match["name"]
    return None


def _same_code(code: str, ticker: str) -> bool:
    listed = ticker.partition(".")[0]
    return listed.isdigit() and int(listed) == int(code)


def _behind_label(cover: Cover) -> str | None:
    label = words_for("company_label")
    for line in cover.lines:
        match = label.match(line.simple)
        if match is None:
            continue
        rest = line.tight[match.end() :].lstrip(":")
        texts = [rest] if rest else [other.tight for other in cover.right_of(line)[:1]]
        name = next((text for text in texts if _NAMED.fullmatch(text) and len(text) <= _LONGEST), None)
        if name is not None:
            return name
    return None


def _large_name(cover: Cover) -> str | None:
    """The only short line in large type at the top that can be a name."""
    names = [line for line in cover.lines if _is_name(cover, line)]
    largest = max((line.size for line in names), default=0.0)
    found = {line.tight for line in names if line.size >= largest - 0.6}
    return found.pop() if len(found) == 1 else None


def _is_name(cover: Cover, line: Line) -> bool:
    return (
        line.top <= _TOP * cover.height
        and line.size >= _LARGE * cover.body_size
        and 2 < len(line.tight) <= _LONGEST
        and _NAMED.fullmatch(line.tight) is not None
        and not (is_head(line.text) or is_rating(line.text) or only_type(line.text))
    )
