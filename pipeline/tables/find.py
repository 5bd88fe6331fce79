"""All tables of a document: blocks of every page read, continued tables joined."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.layout.blocks import find_blocks
from pipeline.reading.page import Page
from pipeline.tables.aligned import read_aligned
from pipeline.tables.joins import join_continued
from pipeline.tables.parts import split_statements
from pipeline.tables.table import Table
from pipeline.tables.wordy import with_word_tables


def find_tables(pages: Sequence[Page]) -> list[Table]:
    """Every table of the pages, in reading order."""
    numeric: list[list[Table]] = []
    for page in pages:
        numeric.append([])
        for block in find_blocks(page):
            table = read_aligned(block)
            if table is not None:
                numeric[-1] += split_statements(table)
    return join_continued(with_word_tables(pages, numeric))
