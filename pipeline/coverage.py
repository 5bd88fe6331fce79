"""How much of a page came into the facts, and what the rest of its numbers are.

A page whose numbers are neither facts nor accounted for here would be a silent loss; this is where it shows.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.left_out import RUNNING_TEXT, recurring, stretches
from pipeline.reading.characters import HOLE, MISNAMED
from pipeline.reading.page import Box, Page, Word
from pipeline.tables.table import Table

_NUMBER = re.compile(rf"[\d{MISNAMED}][\d{MISNAMED},，]*(?:[.．][\d{MISNAMED}]+)?")
_BAND = 16  # points; boxes are looked up by the horizontal bands they touch
_FAR = 10_000.0  # points
_SLACK = 1.5  # points; a box of a cell may be cut a little tighter than the word in it

HEAD = "head or label of a table"
WORDS = "words in a table"
IN_TABLE = "inside a table but in no cell"
UNREADABLE = "no usable text layer"


def _band(y: float) -> int:
    """The band of a height; beyond ten thousand points up or down there is one each."""
    return int(y if -_FAR < y < _FAR else min(max(y, -_FAR), _FAR)) // _BAND


class _Boxes:
    """Boxes of one page, found by point."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._bands: defaultdict[int, list[tuple[float, float, float, float]]] = defaultdict(list)
        for x0, top, x1, bottom in boxes:
            wide = (x0 - _SLACK, top - _SLACK, x1 + _SLACK, bottom + _SLACK)
            for band in range(_band(wide[1]), _band(wide[3]) + 1):
                self._bands[band].append(wide)

    def hold(self, x: float, y: float) -> bool:
        for x0, top, x1, bottom in self._bands.get(_band(y), ()):
            if x0 <= x <= x1 and top <= y <= bottom:
                return True
        return False


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
    places: defaultdict[int, defaultdict[str, list[Box]]] = defaultdict(lambda: defaultdict(list))
    standing: Counter[int] = Counter()
    for table in tables:
        places[table.pages[0]][IN_TABLE].append(table.box)
        for cell in table.cells:
            if cell.text:
                places[cell.page][WORDS if cell.role == "value" else HEAD].append(cell.box)
        standing.update(set(table.pages))
    heads = recurring(pages)
    return [
        _row(
            report_id,
            page,
            standing[page.number],
            _Places(in_facts[page.number], places[page.number], page, heads),
        )
        for page in pages
    ]


class _Places:
    """What stands where on one page."""

    def __init__(
        self,
        facts: Sequence[Box],
        tables: Mapping[str, Sequence[Box]],
        page: Page,
        heads: set[tuple[int, str]],
    ) -> None:
        self.facts = _Boxes(facts)
        self._tables = {reason: _Boxes(tables.get(reason, ())) for reason in (WORDS, HEAD, IN_TABLE)}
        self._boxes = tables.get(IN_TABLE, ())
        self._page, self._heads = page, heads

    def numbers(self) -> Iterator[str | None]:
        """Why each number is no fact, None where it is one.

        Every run of digits with its separators is one: `12.3` in `净利润12.3亿元` as well as a word `12.3%`.
        """
        usable = self._page.text_layer == "good"
        for stretch in stretches(self._page, self._heads, self._boxes, self._taken):
            for word in stretch.words:
                y = word.yc
                for x, named in _places(word):
                    if self.facts.hold(x, y):
                        yield None
                    elif usable and named:
                        yield self._of_table(x, y) or stretch.reason or RUNNING_TEXT
                    else:
                        yield UNREADABLE

    def _of_table(self, x: float, y: float) -> str | None:
        return next((reason for reason, boxes in self._tables.items() if boxes.hold(x, y)), None)

    def _taken(self, word: Word) -> bool:
        return self.facts.hold(word.xc, word.yc) or self._of_table(word.xc, word.yc) is not None


def unread_row(report_id: str, page: int) -> dict[str, Any]:
    """The row of a page that could not be read at all; the report's `reason` says so."""
    counts = dict.fromkeys(("words", "tables", "numbers_on_page", "numbers_in_facts"), 0)
    return {"report_id": report_id, "page": page, **counts, "left_out": None}


def _row(report_id: str, page: Page, tables: int, places: _Places) -> dict[str, Any]:
    numbers = list(places.numbers())
    left = [reason for reason in numbers if reason is not None]
    ranked = sorted(Counter(left).items(), key=lambda item: (-item[1], item[0]))
    return {
        "report_id": report_id,
        "page": page.number,
        "words": len(page.words),
        "tables": tables,
        "numbers_on_page": len(numbers),
        "numbers_in_facts": len(numbers) - len(left),
        "left_out": "; ".join(f"{cause} {count}" for cause, count in ranked) or None,
    }


def _places(word: Word) -> Iterator[tuple[float, bool]]:
    """The middle of each number in a word, and whether its digits are known.

    A number in doubt is one, whatever the candidates that stand behind its mark.
    """
    if word.text.startswith(HOLE):
        if _NUMBER.search(word.text):
            yield word.xc, False
        return
    for match in _NUMBER.finditer(word.text):
        yield _middle(word, match.start(), match.end()), MISNAMED not in match[0]


def _middle(word: Word, start: int, end: int) -> float:
    """Horizontal middle of some of a word's characters, by their own edges where the reader gives them."""
    if len(word.char_x) == len(word.text) + 1:
        return (word.char_x[start] + word.char_x[end]) / 2
    step = (word.x1 - word.x0) / len(word.text)
    return word.x0 + step * (start + end) / 2


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
