"""A block: the part of a page that one table occupies, with what stands around it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.reading.page import Box, Fill, HiddenWord, Rule, Word


@dataclass(frozen=True, slots=True)
class Caption:
    """A printed caption: `图表 70: 商汤盈利预测` has number `70` and name `商汤盈利预测`."""

    text: str
    number: str | None
    name: str
    box: Box


@dataclass(frozen=True, slots=True)
class Block:
    """A region of one page that holds one table.

    `header` holds the words of the column heads (all levels), `body` the rows below. `heads` are the boxes
    that fix the value columns, from the left (period heads, or the extents of aligned values), `zone` is
    where the value columns begin. `rules` and `fills` are those drawn inside.
    """

    page: int
    box: Box
    header: tuple[Word, ...]
    body: tuple[Word, ...]
    heads: tuple[Box, ...]
    zone: float
    listing: bool = (
        False  # labels and values without period heads: a row may hold text where others hold numbers
    )
    caption: Caption | None = None
    title: str = ""  # a heading inside or above the region that is no numbered caption: 利润表 (人民币百万)
    title_box: Box | None = None
    unit_text: str = ""
    source_note: str = ""
    rules: tuple[Rule, ...] = ()
    fills: tuple[Fill, ...] = ()
    clipped: tuple[HiddenWord, ...] = ()  # what cells' clips hide inside the box: tails of wrapped texts
