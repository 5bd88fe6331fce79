"""How much of a page came into the facts, and what the rest of its numbers are.

A page whose numbers are neither facts nor accounted for here would be a silent loss; this is where it shows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pipeline.reading.page import Box, Page, Word
from pipeline.tables.table import Table

_NUMBER = re.compile(r"\d[\d,，]*(?:[.．]\d+)?")
_BAND = 16  # points; boxes are looked up by the horizontal bands they touch
_SLACK = 1.5  # points; a box of a cell may be cut a little tighter than the word in it
_MARGIN = 0.07  # of the page's height: running heads and page numbers stand in the outer seven hundredths

RUNNING_TEXT = "running text"
ALONE = "chart or lone figure"
IN_TABLE = "head or label of a table"
FURNITURE = "head or foot of the page"
UNREADABLE = "no usable text layer"


class _Number(NamedTuple):
    """One printed number: its middle, and whether its word holds nothing else."""

    x: float
    y: float
    alone: bool


class _Boxes:
    """Boxes of one page, found by point."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._bands: defaultdict[int, list[Box]] = defaultdict(list)
        for box in boxes:
            for band in range(int(box.top - _SLACK) // _BAND, int(box.bottom + _SLACK) // _BAND + 1):
                self._bands[band].append(box)

    def hold(self, x: float, y: float) -> bool:
        return any(box.holds(x, y, _SLACK) for box in self._bands.get(int(y) // _BAND, ()))


def coverage_rows(
    report_id: str, pages: Sequence[Page], tables: Sequence[Table], facts: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Rows of the dataset `coverage`: one for every page that was read.

    `facts` are rows of the dataset `facts`; a number counts as being in them where its middle lies in the box
    of one of them.
    """
    in_facts: defaultdict[int, list[Box]] = defaultdict(list)
    for fact in facts:
        in_facts[fact["page"]].append(Box(fact["x0"], fact["top"], fact["x1"], fact["bottom"]))
    in_tables: defaultdict[int, list[Box]] = defaultdict(list)
    standing: Counter[int] = Counter()
    for table in tables:
        in_tables[table.pages[0]].append(table.box)
        for cell in table.cells:
            in_tables[cell.page].append(cell.box)
        standing.update(set(table.pages))
    return [
        _row(
            report_id,
            page,
            standing[page.number],
            _Boxes(in_facts[page.number]),
            _Boxes(in_tables[page.number]),
        )
        for page in pages
    ]


def unread_row(report_id: str, page: int) -> dict[str, Any]:
    """The row of a page that could not be read at all; the report's `reason` says so."""
    counts = dict.fromkeys(("words", "tables", "numbers_on_page", "numbers_in_facts"), 0)
    return {"report_id": report_id, "page": page, **counts, "left_out": None}


def _row(report_id: str, page: Page, tables: int, facts: _Boxes, cells: _Boxes) -> dict[str, Any]:
    numbers = list(_numbers(page))
    left = [number for number in numbers if not facts.hold(number.x, number.y)]
    causes = Counter(_cause(page, number, cells) for number in left)
    ranked = sorted(causes.items(), key=lambda item: (-item[1], item[0]))
    return {
        "report_id": report_id,
        "page": page.number,
        "words": len(page.words),
        "tables": tables,
        "numbers_on_page": len(numbers),
        "numbers_in_facts": len(numbers) - len(left),
        "left_out": "; ".join(f"{cause} {count}" for cause, count in ranked) or None,
    }


def _numbers(page: Page) -> Iterator[_Number]:
    """Every run of digits with its separators: `12.3` in `净利润12.3亿元` as well as a word `12.3%`."""
    words = page.words
    for index, word in enumerate(words):
        if not any(char.isdigit() for char in word.text):
            continue
        alone = _is_bare(word) and not _continues(words, index)
        for match in _NUMBER.finditer(word.text):
            yield _Number(_middle(word, match.start(), match.end()), word.yc, alone)


def _is_bare(word: Word) -> bool:
    """Digits, signs and a short unit, no words around them."""
    return any(char.isdigit() for char in word.text) and sum(char.isalpha() for char in word.text) <= 2


def _continues(words: Sequence[Word], index: int) -> bool:
    """Whether the word stands in a line of text: a neighbour with letters closer than one em and a half."""
    word = words[index]
    for other in (*words[max(index - 1, 0) : index], *words[index + 1 : index + 2]):
        apart = max(other.x0 - word.x1, word.x0 - other.x1)
        if abs(other.yc - word.yc) < word.size / 2 and apart < 1.5 * word.size and not _is_bare(other):
            return True
    return False


def _middle(word: Word, start: int, end: int) -> float:
    """Horizontal middle of some of a word's characters, by their own edges where the reader gives them."""
    if len(word.char_x) == len(word.text) + 1:
        return (word.char_x[start] + word.char_x[end]) / 2
    step = (word.x1 - word.x0) / len(word.text)
    return word.x0 + step * (start + end) / 2


def _cause(page: Page, number: _Number, cells: _Boxes) -> str:
    if page.text_layer != "good":
        return UNREADABLE
    if cells.hold(number.x, number.y):
        return IN_TABLE
    if not _MARGIN * page.height < number.y < (1 - _MARGIN) * page.height:
        return FURNITURE
    return ALONE if number.alone else RUNNING_TEXT


def may_hold_tables(page: Page) -> bool:
    """Whether a page without usable text looks as if tables were printed on it.

    Text painted as pictures leaves a picture where each run of text stands: five lines of four and more runs
    with gaps between them are rows of a table. One picture over half of the page is a scan; it can hold
    anything.
    """
    if any(
        (image.x1 - image.x0) * (image.bottom - image.top) > 0.5 * page.width * page.height
        for image in page.images
    ):
        return True
    runs = [Box(image.x0, image.top, image.x1, image.bottom) for image in page.images]
    runs += [word.box for word in page.words]
    runs = [run for run in runs if 2 < run.height < 30]  # the heights of printed text, in points
    return sum(_columns(line) >= 4 for line in _lines(runs)) >= 5


def _lines(runs: Sequence[Box]) -> Iterator[list[Box]]:
    """Runs whose middles lie within half a line of the one before, from the top down."""
    line: list[Box] = []
    for run in sorted(runs, key=lambda run: (run.yc, run.x0)):
        if line and run.yc - line[-1].yc > line[-1].height / 2:
            yield line
            line = []
        line.append(run)
    if line:
        yield line


def _columns(line: Sequence[Box]) -> int:
    """Runs of a line that stand apart by more than their height."""
    count, edge = 0, float("-inf")
    for run in sorted(line, key=lambda run: run.x0):
        count += run.x0 - edge > run.height
        edge = max(edge, run.x1)
    return count
