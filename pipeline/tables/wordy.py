"""The tables of words of a document: under captions and in drawn grids, where no table of numbers stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.layout.captioned import Region, find_regions, opening_region
from pipeline.layout.gutters import runs_of
from pipeline.layout.tokens import is_label_text, is_number, is_period, tight
from pipeline.reading.page import Box, Page, union
from pipeline.tables.mixed import read_mixed
from pipeline.tables.ruled import read_ruled, uncaptioned_grids
from pipeline.tables.table import Cell, Table
from pipeline.tables.textcells import set_together
from pipeline.tables.textframe import column_cuts
from pipeline.tables.texts import lay_out, read_text, taken_for_words

_STOPS = ("。", "；", ";", "！")  # a text that ends so is whole


def with_word_tables(pages: Sequence[Page], numeric: Sequence[Sequence[Table]]) -> list[Table]:
    """All tables of the pages, in reading order, before continued ones of numbers are joined.

    `numeric` holds the tables of numbers of each page. One that misread a table of words (its dashes and
    slashes as missing numbers) gives way to it.
    """
    found: list[Table] = []
    open_: tuple[Region, int] | None = None
    for number, (page, tables) in enumerate(zip(pages, numeric, strict=True)):
        kept = list(tables)
        words: list[Table] = []
        above = _begun_before(page, numeric)
        if open_ is not None:
            region, index = open_
            rest = _rest_of(found[index], region, (pages[number - 1], page), kept)
            if rest is not None:
                found[index], further, displaced = rest
                kept = [t for t in kept if t not in displaced]
                above.append(further.box)
            open_ = (region, index) if rest is not None and not rest[1].closed else None
        for region in find_regions(page):
            table = read_ruled(region)
            laid = lay_out(region) if table is None else None
            if laid is not None:
                table = taken_for_words(laid)
            beneath = [t for t in kept if _overlap(t.box, table.box if table else region.box)]
            if table is None:
                table = None if laid is None else read_mixed(region, laid, beneath)
            elif beneath and not all(_gives_way(t, table) for t in beneath):
                continue
            if table is None:
                continue
            kept = [t for t in kept if t not in beneath]
            words.append(table)
            if not region.closed:
                open_ = (region, len(found) + len(words) - 1)
        found += words
        found += kept
        taken = [*above, *(t.box for t in (*words, *kept))]
        found += [t for region in uncaptioned_grids(page, taken) if (t := read_ruled(region)) is not None]
    return sorted(found, key=lambda t: (t.pages[0], t.box.top, t.box.x0))


def _begun_before(page: Page, numeric: Sequence[Sequence[Table]]) -> list[Box]:
    """Where the tables of numbers that begin on an earlier page go on."""
    begun = [t for tables in numeric for t in tables if page.number in t.pages[1:]]
    return [union([c.box for c in t.cells if c.page == page.number]) for t in begun]


def _overlap(a: Box, b: Box) -> bool:
    width, height = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.bottom, b.bottom) - max(a.top, b.top)
    return width > 2 and height > 2


def _gives_way(numeric: Table, words: Table) -> bool:
    """Whether a table of numbers lies wholly in a table that holds twice as many texts as numbers."""
    inner, outer = numeric.box, words.box
    inside = outer.holds(inner.x0, inner.top, 6.0) and outer.holds(inner.x1, inner.bottom, 6.0)
    # The outer levels only: rows misread as heads may print years between them.
    ends = [(head.split("|")[0], head.split("|")[-1]) for head in numeric.heads]
    timed = sum(is_period(tight(first)) or is_period(tight(last)) for first, last in ends)
    if not inside or timed > 1 or _columns_of_numbers(numeric) > 1:
        return False
    texts = [tight(c.text) for c in words.cells if c.role in ("label", "value", "section") and c.text]
    figures = sum(is_number(t) and not is_period(t) for t in texts)
    return sum(map(is_label_text, texts)) >= 2 * figures


def _columns_of_numbers(table: Table) -> int:
    """How many columns hold figures in most of their cells, dashes and years aside."""
    columns: dict[int, list[bool]] = {}
    for cell in table.cells:
        if cell.role == "value":
            text = tight(cell.text)
            columns.setdefault(cell.column, []).append(is_number(text) and not is_period(text))
    return sum(sum(figures) > 0.7 * len(figures) for figures in columns.values())


def _rest_of(
    table: Table, region: Region, pages: tuple[Page, Page], numeric: Sequence[Table]
) -> tuple[Table, Region, list[Table]] | None:
    """The table with its rows on the second of two pages, their region, and the tables that give way.

    None where the table does not go on there.
    """
    before, page = pages
    if page.number != table.pages[-1] + 1:
        return None
    further = opening_region(page, before, region.box.x0, region.box.x1)
    if further is None or (further.closed and not further.source_note):
        return None
    if abs(_usual_size(further) - _usual_size(region)) > 0.6:
        return None
    more = read_ruled(further, table) if table.reader == "ruled" else None
    if more is None:
        cuts = column_cuts(region, [runs_of(line) for line in region.lines])
        heads = [c.text for c in table.cells if c.role == "header"]
        more = read_text(further, cuts, heads) if len(cuts) + 1 == table.column_count else None
    if more is None:
        return None
    beneath = [t for t in numeric if _overlap(t.box, more.box)]
    if not all(_gives_way(t, more) for t in beneath):
        return None
    return _joined(table, more, further), further, beneath


def _usual_size(region: Region) -> float:
    return Counter(word.size for line in region.lines for word in line).most_common(1)[0][0]


def _joined(table: Table, more: Table, further: Region) -> Table:
    heads = [c.text for c in table.cells if c.role == "header"]
    rows: dict[int, list[Cell]] = {}
    for cell in more.cells:
        rows.setdefault(cell.row, []).append(cell)
    repeated = 0
    while repeated in rows and heads and all(c.text in heads for c in rows[repeated] if c.text):
        repeated += 1
    below = [c for c in more.cells if c.row >= repeated]
    above, below = _with_broken_row(table, below)
    shift = table.row_count - min((c.row for c in below), default=0)
    moved = [replace(c, row=c.row + shift) for c in below]
    return replace(
        table,
        pages=(*table.pages, further.page),
        box=union([c.box for c in table.cells if c.text and c.page == table.pages[0]]),
        row_count=max((c.row + c.row_span for c in (*above, *moved)), default=0),
        cells=_with_names_overleaf(above, moved),
        source_note=more.source_note,
    )


def _with_broken_row(table: Table, below: Sequence[Cell]) -> tuple[list[Cell], list[Cell]]:
    """The cells above and below a page break, the end of a row that it broke set to the row's beginning.

    Such an end leaves the place of the row's name blank, and goes on with texts that were not finished.
    """
    first = min((c.row for c in below), default=0)
    ends = {c.column: c for c in below if c.row == first and c.text}
    last = {c.column: c for c in table.cells if c.row + c.row_span == table.row_count and c.text}
    own = [c for c in last.values() if c.row == table.row_count - 1 and c.role in ("label", "value")]
    lead = min((c.column for c in own), default=0)
    broken = (
        bool(ends)
        and lead not in ends
        and ends.keys() <= last.keys()
        and not any(last[column].text.endswith(_STOPS) for column in ends)
        and (lead > 0 or 2 * len(ends) <= table.column_count or not _leaves_names_blank(table))
    )
    if not broken:
        return list(table.cells), list(below)
    whole = {
        id(last[column]): replace(last[column], text=set_together([last[column].text, end.text]))
        for column, end in ends.items()
    }
    return [whole.get(id(c), c) for c in table.cells], [c for c in below if c.row > first]


def _leaves_names_blank(table: Table) -> bool:
    names = [c for c in table.cells if c.column == 0 and c.role == "label"]
    return any(not c.text or c.row_span > 1 for c in names)


def _with_names_overleaf(above: Sequence[Cell], below: Sequence[Cell]) -> tuple[Cell, ...]:
    """All cells; a name merged over its rows goes on over those overleaf that leave its place blank."""
    name = max((c for c in above if c.column == 0), key=lambda c: c.row, default=None)
    first = min((c.row for c in below), default=0)
    end = max((c.row for c in below), default=0) + 1
    named = min((c.row for c in below if c.column == 0 and c.text), default=end)
    if name is None or name.role != "label" or name.row_span == 1 or named == first:
        return (*above, *below)
    longer = replace(name, row_span=name.row_span + named - first)
    return (
        *(longer if c is name else c for c in above),
        *(c for c in below if c.column or c.row >= named),
    )
