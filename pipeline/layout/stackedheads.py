"""Period heads that wrap in their narrow cells: `2025` over `E`, `202` over `3`, `2021` over `年` over `A`.

A reader sees one head in a cell; the cells beside it may hold theirs in one line, or broken elsewhere. Set
together, such heads stand in one row with those. A mark that stands further below its year than lines of one
cell do is a level of its own and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.layout.tokens import is_period, is_value
from pipeline.reading.page import Page, Word, bounds

_ENDS = frozenset(
    [
        *"AEF年0123456789",
        *(f"{two:02}" for two in range(100)),
        *(f"{left}{mark}{right}" for mark in "AEF" for left, right in ("()", "（）", ("年", ""))),
    ]
)
_BEFORE_YEAR = re.compile(r"FY|[12][Hh]|[1-4][Qq]|9[Mm]")
_BEGUN = re.compile(
    rf"(?:FY)?(?:19|20)\d{{0,2}}年?|(?:{_BEFORE_YEAR.pattern})(?:20)?\d{{0,2}}|(?:20)?\d\d[HhQq][1-4]?"
)
_CUT = re.compile(r"(?:19|20)\d?")  # a year without its last digits
_MARKED = re.compile(r".*\d年?(?:[AEF]|[(（][AEF][)）])|.*\d{4}年|.*[FHhQqMm].*")
_NEXT_LINE = 1.35  # em from a line to the next of one cell at most
_FLUSH = 0.2  # em by which the lines of a cell may miss its middle or its side
_ROWS = 2.5  # em from one row of a table to the next at most
_LINES = 3  # that a head of a period takes at most
_LEVEL = 0.8  # em from the middle of a head to that of another in one row with it


def with_whole_heads(page: Page) -> Page:
    """The page with each period head that is broken into lines as one word around them."""
    ends = [word for word in page.words if word.text in _ENDS]
    if any(_BEFORE_YEAR.fullmatch(word.text) for word in page.words):
        ends += [word for word in page.words if is_period(word.text)]
    heads = list(_stacks(ends, page.words)) if ends else []
    marked = [stack for stack in heads if _MARKED.fullmatch(_text(stack))]
    cut = [stack for stack in heads if not _MARKED.fullmatch(_text(stack))]
    cut = [stack for stack in cut if not _is_under_number(stack[0], page.words)]
    others = [word for word in page.words if cut and is_period(word.text)]
    wholes = {id(stack[0]): _whole(stack) for stack in (*marked, *_in_years(cut, others))}
    if not wholes:
        return page
    rest = {id(word) for stack in heads if id(stack[0]) in wholes for word in stack[1:]}
    words = [wholes.get(id(word), word) for word in page.words if id(word) not in rest]
    return replace(page, words=tuple(words))


def _stacks(ends: Sequence[Word], words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words right above one another that together name a period, none of which is part of a longer stack."""
    upper = [word for word in words if _BEGUN.fullmatch(word.text) or word.text in _ENDS]
    used: set[int] = set()
    for end in sorted(ends, key=lambda word: -word.yc):
        if id(end) in used:
            continue
        stack = [end]
        while len(stack) < _LINES:
            above = [word for word in upper if id(word) not in used and _is_over(word, stack[0])]
            if len(above) != 1:
                break
            stack.insert(0, above[0])
        wholes = (stack[at:] for at in range(len(stack) - 1))
        whole = next((w for w in wholes if _BEGUN.fullmatch(w[0].text) and is_period(_text(w))), [])
        used |= {id(word) for word in whole}
        if whole:
            yield whole


def _is_over(word: Word, below: Word) -> bool:
    off = min(abs(word.x1 - below.x1), abs(word.xc - below.xc), abs(word.x0 - below.x0))
    step = below.yc - word.yc
    return (
        0.7 * word.size < step < _NEXT_LINE * word.size
        and off < _FLUSH * word.size
        and abs(word.size - below.size) < 0.05 * word.size
    )


def _is_under_number(word: Word, words: Sequence[Word]) -> bool:
    """Whether a number or a period stands right above a word, as over the second row of a column."""
    return any(
        0 < word.yc - above.yc < _ROWS * word.size
        and above.x0 < word.x1
        and word.x0 < above.x1
        and (is_value(above.text) or is_period(above.text))
        for above in words
    )


def _text(stack: Sequence[Word]) -> str:
    return "".join(word.text for word in stack)


def _in_years(cut: Sequence[Sequence[Word]], others: Sequence[Word]) -> list[Sequence[Word]]:
    """Of years without a mark that lack their last digit, those with the year before or after beside them.

    `202` over `3` may be two numbers; beside `202` over `4`, or `2024`, they are a year.
    """
    years = [(int(_text(stack)), _whole(stack)) for stack in cut if _CUT.fullmatch(stack[0].text)]
    beside = years + [(int(word.text), word) for word in others if word.text.isdigit()]
    return [
        stack
        for stack in cut
        if _CUT.fullmatch(stack[0].text)
        and any(
            year - int(_text(stack)) == (1 if word.xc > stack[0].xc else -1)
            and abs(word.yc - bounds(stack).yc) < _LEVEL * word.size
            for year, word in beside
        )
    ]


def _whole(stack: Sequence[Word]) -> Word:
    box = bounds(stack)
    return stack[0]._replace(
        text=_text(stack), x0=box.x0, top=box.top, x1=box.x1, bottom=box.bottom, char_x=()
    )
