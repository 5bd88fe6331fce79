"""All tables of a document: blocks of every page read, continued tables joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.layout.spaced import set_close
from pipeline.layout.stackedheads import with_whole_heads
from pipeline.reading import ocr
from pipeline.reading.page import Page
from pipeline.tables.joins import join_continued
from pipeline.tables.overleaf import read_spread, spreads_of
from pipeline.tables.parts import split_statements
from pipeline.tables.table import Table
from pipeline.tables.wordy import with_word_tables


def find_tables(pages: Sequence[Page]) -> list[Table]:
    """Every table of the pages, in reading order."""
    pages = [with_whole_heads(page) for page in set_close(pages)]
    numeric: dict[int, list[Table]] = {page.number: [] for page in pages}
    for spread in spreads_of(pages):
        table = read_spread(spread)
        if table is not None:
            numeric[spread.block.page] += split_statements(table)
    return join_continued(with_word_tables(pages, list(numeric.values())))


def with_readers(tables: Iterable[Table], pages: Iterable[Page]) -> Iterator[Table]:
    """The tables, those in which words stand that were recognised in pictures marked as such."""
    painted = {page.number: ocr.recognised(page) for page in pages}
    for table in tables:
        words = painted[table.pages[0]]
        known = words and any(table.box.holds(word.xc, word.yc) for word in words)
        yield replace(table, reader=ocr.FONT) if known else table
