"""Why a printed number is no fact: what stands where it stands.

The reasons are told by what a reader of the page sees: the caption or the source note it belongs to, the
contents page, the disclaimer, the chart under a caption, the sentence. Numbers that stand in rows and columns
under no such heading are called a table that was not read, so that a loss is never taken for text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from pipeline.layout.blocks import is_furniture
from pipeline.layout.captioned import captions_on
from pipeline.layout.captions import is_source_note, may_hold_note
from pipeline.layout.lines import cluster_lines, segments_of
from pipeline.layout.tokens import is_label_text, tight
from pipeline.reading.characters import MISNAMED
from pipeline.reading.page import Box, Page, Word

RUNNING_TEXT = "running text"
CAPTION = "caption"
SOURCE_NOTE = "source note"
FURNITURE = "head or foot of the page"
CONTENTS = "contents page"
DISCLAIMER = "disclaimer"
PEOPLE = "contact or licence"
CHART = "chart"
LONE = "lone figure"
UNREAD = "table not read"

APART = 1.5  # em between two texts of one line that have nothing to do with each other
_LEADERS = re.compile(r"\.{4,}|…{2,}|·{4,}|．{3,}|-{6,}")
_PEOPLE = re.compile(
    r"执业|执证|证书编号|登记编号|SAC|SFC|CE\s?No|S\d{10,}|电话|传真|邮编|邮箱|地址|[Tt]el\b|[Ee]-?mail|@"
)
_PHONE = re.compile(r"[(（+]?\d{2,4}[)）]?[ -]?\d{3,4}[ -]\d{4}")
_LEGAL = re.compile(
    r"免责声明|免责条款|法律声明|重要声明|特别声明|分析师声明|分析师承诺|评级(?:标准|说明|体系)|投资评级|信息披露|"
    r"投资者适当性|披露声明|利益冲突|Disclaimer|Disclosure|(?:本|该)(?:研究)?报告(?:仅|由|的|中|所|不|版权)|未经.{0,12}许可"
)
# One number: none of the above. Four in five texts with a digit are nothing else.
_FIGURE = re.compile(r"[-+(]?\d[\d,]*(?:\.\d+)?[%)]?")
_DIGIT = re.compile(rf"[\d{MISNAMED}]")
REACH = 0.35  # of the page's height: no chart is taller
_LEAST_LEGAL = 4  # lines of a page that say so


class Stretch(NamedTuple):
    """Words of one line that belong together, and what the line as a whole is, where that is known."""

    words: tuple[Word, ...]
    text: str
    box: Box
    reason: str | None = None

    @property
    def bare(self) -> bool:
        """Whether it holds figures, signs and a unit only."""
        return is_bare(self.text)


@lru_cache(maxsize=50_000)
def is_bare(text: str) -> bool:
    """Digits, signs and a short unit, no words around them."""
    return any(char.isdigit() for char in text) and sum(char.isalpha() for char in text) <= 2


def recurring(pages: Sequence[Page]) -> set[tuple[int, str]]:
    """Heights and texts (digits aside) of the lines that stand on three pages and more: heads and feet.

    Only in the outer eighth of the page: a table may recur in the middle of it.
    """
    seen: defaultdict[tuple[int, str], int] = defaultdict(int)
    for page in pages:
        outer = [word for word in page.words if _is_outer(word, page)]
        for key in {_key(line) for line in cluster_lines(outer)}:
            seen[key] += 1
    return {key for key, count in seen.items() if count > 2}


def _key(line: Sequence[Word]) -> tuple[int, str]:
    return round(line[0].yc / 3), re.sub(r"\d+", "#", tight("".join(word.text for word in line)))


def _is_outer(word: Word, page: Page) -> bool:
    return not 0.125 * page.height < word.yc < 0.875 * page.height


def stretches(
    page: Page,
    heads: set[tuple[int, str]],
    tables: Sequence[Box] = (),
    taken: Callable[[Word], bool] = lambda _: False,
) -> list[Stretch]:
    """Every stretch of a page with a digit in it and its reason, `LONE` for a figure that stands by itself.

    `heads` are the running heads and feet of the report (`recurring`), `tables` the boxes of the tables that
    begin on the page; `taken` tells which words their cells have.
    """
    lines = cluster_lines(page.words)
    texts = ["".join([word.text for word in line]) for line in lines]
    counting = [_DIGIT.search(text) is not None for text in texts]
    by_line = [
        _of_line(line, page, heads) if counts or may_hold_note(text) else None
        for line, text, counts in zip(lines, texts, counting, strict=True)
    ]
    found = [stretch for line in by_line if line for stretch in line]
    counted = [stretch for stretch in found if _DIGIT.search(stretch.text)]
    whole = _page_reason(lines, texts)
    if whole is not None:
        return [s if s.reason else s._replace(reason=whole) for s in counted]
    if any(stretch.reason in (CAPTION, SOURCE_NOTE) for stretch in found):
        # A caption has a number. Lines without one say how far down it reaches, and nothing on other pages.
        further = [
            _of_line(line, page, heads) for line, known in zip(lines, by_line, strict=True) if not known
        ]
        found += [stretch for line in further for stretch in line]
    captioned = _below_captions(page, found)
    of_tables = [place for place in captioned if any(_overlap(place, table) for table in tables)]
    charts = [place for place in captioned if place not in of_tables]
    charts += _above_notes(page, found, tables)
    charts += [Box(i.x0, i.top, i.x1, i.bottom) for i in page.images if i.bottom - i.top > 40]
    cells = [
        [cell for stretch in line if stretch.reason is None for cell in _cells(stretch)]
        for line, counts in zip(by_line, counting, strict=True)
        if line and counts
    ]
    unread = _grids(cells, taken)
    told: list[Stretch] = []
    for stretch in counted:
        if stretch.reason is None:
            lost = tuple(word for word in stretch.words if id(word) in unread)
            kept = tuple(word for word in stretch.words if id(word) not in unread)
            if lost:
                told.append(Stretch(lost, stretch.text, stretch.box, UNREAD))
            if kept:
                told.append(Stretch(kept, stretch.text, stretch.box, _of(stretch, of_tables, charts)))
        else:
            told.append(stretch)
    return told


def _cells(stretch: Stretch) -> list[Stretch]:
    """The stretch where it is one word, else its phrases and figures."""
    if len(stretch.words) == 1:
        return [stretch]
    return [Stretch(s.words, s.text, s.box) for s in segments_of(stretch.words)]


def _of(stretch: Stretch, of_tables: Sequence[Box], charts: Sequence[Box]) -> str:
    """What a stretch stands in that nothing on its own line tells."""
    if _is_inside(stretch, of_tables):
        return UNREAD  # what stands between a table's caption and its note, and in no cell, was lost
    if _is_inside(stretch, charts):
        return CHART
    return LONE if stretch.bare else RUNNING_TEXT


def _overlap(a: Box, b: Box) -> bool:
    across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.bottom, b.bottom) - max(a.top, b.top)
    return across > 0.5 * b.width and down > 6


def _of_line(line: Sequence[Word], page: Page, heads: set[tuple[int, str]]) -> list[Stretch]:
    """The stretches of a line; a caption, a note or a running head gives its reason to what belongs to it."""
    parts = [Stretch(s.words, s.text, s.box) for s in segments_of(line, gap=APART)]
    if is_furniture(line, page) or (_is_outer(line[0], page) and _key(line) in heads):
        return [part._replace(reason=FURNITURE) for part in parts]
    captioned = [caption.box for caption in captions_on(line)]
    return [
        part._replace(reason=reason) if (reason := _own(part, captioned, page)) else part for part in parts
    ]


def _own(part: Stretch, captions: Sequence[Box], page: Page) -> str | None:
    if captions and any(box.x0 - 1 <= part.box.xc <= box.x1 + 1 for box in captions):
        return CAPTION
    if not _FIGURE.fullmatch(part.text):
        if is_source_note(part.text):
            return SOURCE_NOTE
        if _LEADERS.search(part.text):
            return CONTENTS
        if _PEOPLE.search(part.text) or _PHONE.fullmatch(part.text):
            return PEOPLE
    outermost = not 0.05 * page.height < part.box.yc < 0.95 * page.height
    return FURNITURE if outermost else None


def _page_reason(lines: Sequence[Sequence[Word]], texts: Sequence[str]) -> str | None:
    """What a whole page is: contents where lines lead to page numbers, a disclaimer where it says so."""
    if sum(bool(_LEADERS.search(text)) for text in texts) > 4:
        return CONTENTS
    legal = sum(bool(_LEGAL.search(text)) for text in texts)
    if legal >= _LEAST_LEGAL and sum(is_bare(word.text) for line in lines for word in line) < len(texts):
        return DISCLAIMER
    return None


def _below_captions(page: Page, found: Sequence[Stretch]) -> list[Box]:
    """The places between a caption and the note, caption or sentence below it."""
    captions = [s.box for s in found if s.reason == CAPTION]
    ends = _ends(found) if captions else []
    places: list[Box] = []
    for box in captions:
        left, right = _room(box, captions, page)
        below = [e.top for e in ends if e.top > box.bottom and e.x0 < right and e.x1 > left]
        places.append(Box(left, box.bottom, right, min(below, default=box.bottom + REACH * page.height)))
    return places


def _above_notes(page: Page, found: Sequence[Stretch], tables: Sequence[Box]) -> list[Box]:
    """The places between a source note and what stands above it: charts whose caption is elsewhere."""
    notes = [s.box for s in found if s.reason == SOURCE_NOTE]
    ends = [*_ends(found), *tables] if notes else []
    places: list[Box] = []
    for box in notes:
        left, right = _room(box, notes, page)
        over = [e.bottom for e in ends if e.bottom < box.top and e.x0 < right and e.x1 > left]
        places.append(Box(left, max(over, default=box.top - REACH * page.height), right, box.top))
    return places


def _ends(found: Sequence[Stretch]) -> list[Box]:
    return [s.box for s in found if s.reason in (CAPTION, SOURCE_NOTE, FURNITURE) or _is_sentence(s)]


def _room(box: Box, others: Sequence[Box], page: Page) -> tuple[float, float]:
    """From where to where a caption or a note speaks: up to the next one beside it."""
    beside = [o.x0 for o in others if abs(o.yc - box.yc) < box.height and o.x0 > box.x1]
    return box.x0 - 24, min(beside, default=page.width) - 26


def _is_sentence(stretch: Stretch) -> bool:
    return stretch.box.width > 24 * stretch.words[0].size and is_label_text(stretch.text)


def _is_inside(stretch: Stretch, places: Iterable[Box]) -> bool:
    """Whether a stretch is a label or a figure inside a place, not a sentence that stands there."""
    if not any(place.holds(stretch.box.xc, stretch.box.yc) for place in places):
        return False
    return stretch.box.width < 16 * stretch.words[0].size or all(is_bare(word.text) for word in stretch.words)


def _grids(lines: Sequence[Sequence[Stretch]], taken: Callable[[Word], bool]) -> set[int]:
    """The words of figures that stand in rows behind labels, under one another: a table that was not read."""
    grids: list[list[list[Stretch]]] = []
    for row in (row for line in lines for row in _behind_labels(line, taken)):
        for grid in grids:
            if 0 < row[0].box.yc - grid[-1][0].box.yc < 3.2 * row[0].words[0].size and _under(grid[-1], row):
                grid.append(row)
                break
        else:
            grids.append([row])
    return {
        id(word)
        for grid in grids
        for row in grid
        for figure in row
        for word in figure.words
        if len(grid) > 3 or (len(grid) > 2 and all(len(row) > 1 for row in grid))
    }


def _behind_labels(line: Sequence[Stretch], taken: Callable[[Word], bool]) -> list[list[Stretch]]:
    """The figures of a line behind each label, or behind figures that a table has."""
    rows: list[list[Stretch]] = []
    row: list[Stretch] = []
    for left, right in pairwise(line):
        # What a table has is passed over first: on a page of statements that is nearly all of it.
        if (
            right.bare
            and not any(map(taken, right.words))
            and (
                row
                or (is_label_text(left.text) and left.box.width < 20 * left.words[0].size)
                or (left.bare and any(map(taken, left.words)))
            )
        ):
            row.append(right)
        elif row:
            rows.append(row)
            row = []
    return [*rows, row] if row else rows


def _under(above: Sequence[Stretch], below: Sequence[Stretch]) -> bool:
    """Whether most figures of a row stand under figures of the row above: flush at a side, or centred."""
    aligned = sum(
        any(
            min(abs(a.box.x0 - b.box.x0), abs(a.box.x1 - b.box.x1), abs(a.box.xc - b.box.xc)) < 2.5
            for a in above
        )
        for b in below
    )
    return 2 * aligned > len(below)
