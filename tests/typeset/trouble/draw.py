"""Drawing a case: what stands on the page, in which house's style, with which troubles."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from random import Random

from tests.typeset.company import Company
from tests.typeset.facts import Table
from tests.typeset.style import Style

from . import heads as period_heads
from .books import company
from .case import Case, Named, Stack
from .figures import UNIT_HEAD, Print, comps, revisions, segments, statement
from .heads import Heads
from .page import BOTTOM, TOP, TooMuchError, heights
from .words import HEADINGS, HIDDEN, PROSE, SOURCES, STUBS, TITLES, UNITS

# What can be hard about a page. Each is met with the chance `OFTEN` where it is switched on.
FIRST = (
    "columns",  # two or three columns of tables side by side, of unequal pitch
    "stacks",  # several statements under each other, each with its head
    "shared",  # several statements under one head, their names as rows
    "wraps",  # long labels on two or three lines
    "lift",  # labels a little above or below their numbers
    "shifts",  # columns of numbers and heads moved sideways
    "centred",  # numbers centred in their columns
    "rules",  # none, under each row, full grids, thin rectangles
    "bands",  # filled rows and heads
    "print",  # brackets, full-width and coloured negatives, decimals mixed, no commas, suffixes
    "gaps",  # dashes, NA and blanks among the numbers
    "heads",  # FY25E, 24F, 2025（E）, 1H24, 24Q3 …
    "levels",  # heads of two levels or wrapped
    "units",  # the unit in the title, the head, a line of its own, a column, or nowhere
    "names",  # the table's name in its head or as a numbered caption
    "around",  # prose, headings, furniture, source notes
    "hidden",  # template words in the text layer
    "spacing",  # letter-spaced numbers
    "clipped",  # labels cut off by their cell
    "tight",  # columns half an em apart
    "watermark",  # across the page
    "segments",  # businesses with their growth and margins
    "merged",  # business names merged over their rows
    "comps",  # companies with multiples under heads of two levels
    "average",  # a mean whose label is set over two columns
    "breaks",  # a table that goes on on the next page under its head again
    "headless",  # … or without it
)
LATER = ("revisions",)  # forecasts before and after a change: tossed for apart, other pages stay as they were
TROUBLES = (*FIRST, *LATER)
OFTEN = 0.4


def own_years(table: Table) -> bool:
    """Whether a table has years of its own in its heads, not those of the page's statements."""
    return table.kind == "comps" or table.title in TITLES["revisions"]


class _Draw:
    """One case being drawn."""

    def __init__(self, seed: int, troubles: Collection[str], forced: Collection[str]) -> None:
        self.random = Random(seed)
        self.seed = seed
        # Every trouble is tossed for, so that switching one on or off leaves the others as they were.
        tossed = {name for name in FIRST if self.random.random() < OFTEN}
        apart = Random(f"{seed} later")
        tossed |= {name for name in LATER if apart.random() < OFTEN}
        self.forced = set(forced)
        self.on = (tossed & set(troubles)) | set(forced)
        self.met: set[str] = set()

    def has(self, trouble: str) -> bool:
        """Whether this page has the trouble."""
        if trouble in self.on:
            self.met.add(trouble)
            return True
        return False

    def case(self) -> Case:
        random = self.random
        estimate = random.randint(2021, 2026)
        count = random.choice([3, 4, 5, 5, 6])
        style = self.style()
        print_ = self.print()
        books = company(random, count)
        heads = self.heads(count, estimate)
        unit, currency, power = random.choice(UNITS)
        stacks = self.stacks(style, books, print_, heads, unit)
        kinds = {table.kind for stack in stacks for table in stack.tables}
        around = self.has("around")
        case = Case(
            seed=self.seed,
            stacks=stacks,
            periods=self.periods(heads, stacks),
            number=1 if kinds == {"forecast_summary"} and random.random() < 0.5 else random.randint(3, 9),
            heading=random.choice(HEADINGS) if around and random.random() < 0.6 else "",
            before=self.prose() if around and random.random() < 0.6 else (),
            after=self.prose() if around and random.random() < 0.4 else (),
            note=random.choice(SOURCES) if around and random.random() < 0.8 else "",
            furniture=around and random.random() < 0.7,
            watermark=random.choice(["仅供内部参考", "研究所", "Confidential"])
            if self.has("watermark")
            else "",
            hidden=random.choice(HIDDEN) if self.has("hidden") else "",
            unit=(currency, power) if self.unit_printed else None,
        )
        return replace(self.broken(fitted(case)), troubles=tuple(sorted(self.met)))

    def style(self) -> Style:
        """The house's type, rules and offsets."""
        random = self.random
        size = round(random.uniform(6.0, 8.2), 1)
        pitch = round(size * random.uniform(1.35, 2.1), 1)
        serif = random.random() < 0.3
        style = Style(
            accent=random.choice(["#1f4e8c", "#a3182c", "#0f5f66", "#c00000"]),
            label_font="serif" if serif else "sans",
            number_font="serif" if serif and random.random() < 0.5 else "sans",
            size=size,
            pitch=pitch,
            leading=round(size * random.uniform(1.08, 1.3), 1),
            prose_size=round(random.uniform(8.4, 10.2), 1),
            pad=round(random.uniform(1.0, 3.5), 1),
            totals_bold=random.random() < 0.8,
            rule_colour=random.choice(["#1f4e8c", "#000000", "#a3182c"]),
        )
        if self.has("rules"):
            style = replace(
                style,
                lines=random.choice(["none", "rows", "grid", "three"]),
                thin_rectangles=random.random() < 0.5,
                rule_width=round(random.uniform(0.25, 0.9), 2),
            )
        if self.has("bands"):
            head = random.choice(["#a3182c", "#d9e8e8", "#1f4e8c"])
            style = replace(
                style,
                band=random.choice(["", "#f7e8ea", "#eef3fa"]),
                head_fill=head,
                head_colour="#000000" if head == "#d9e8e8" else "#ffffff",
                section_fill=random.choice(["", "#f1efe8"]),
            )
        if self.has("centred"):
            style = replace(style, number_align="center")
        if self.has("wraps"):
            style = replace(style, numbers_on=random.choice(["first", "middle", "last"]))
        if self.has("lift"):
            # More than this and a label is as near to the next row's numbers.
            most = min(8.0, 0.4 * (style.pitch))
            style = replace(style, label_lift=round(random.uniform(-most, most), 1))
        if self.has("shifts"):
            most = 0.5 * style.size
            style = replace(
                style,
                column_shifts=tuple(round(random.uniform(-most, most), 1) for _ in range(6)),
                head_shift=round(random.uniform(0, most), 1),
            )
        if self.has("spacing"):
            style = replace(style, number_spacing=round(style.size * random.uniform(0.05, 0.22), 2))
        if self.has("clipped"):
            style = replace(style, clip_labels=True)
        return style

    def print(self) -> Print:
        """How figures are printed."""
        random = self.random
        plain = Print(digits=random.choice([0, 0, 1, 2]))
        if self.has("print"):
            plain = replace(
                plain,
                commas=random.random() < 0.5,
                mixed=random.random() < 0.3,
                negative=random.choice(["minus", "parentheses", "parentheses", "full", "true"]),
                percent_sign=random.random() < 0.5,
                times=random.choice(["", "x", "倍"]),
            )
        if self.has("gaps"):
            plain = replace(
                plain,
                zero=random.choice(["0", "-", "—"]),
                gap=random.choice(["-", "—", "NA", "N.A.", "n.m.", "/", ""]),
                gaps=0.7,
            )
        return plain

    def heads(self, count: int, estimate: int) -> Heads:
        """The periods over the columns."""
        levels, odd = self.has("levels"), self.has("heads")
        if levels:
            make = self.random.choice([period_heads.two_levels, period_heads.wrapped])
            return make(self.random, count, estimate)
        return (
            period_heads.one_level(self.random, count, estimate)
            if odd
            else period_heads.plain(count, estimate)
        )

    def periods(self, heads: Heads, stacks: Sequence[Stack]) -> dict[str, str]:
        """Every printed column head and its period."""
        found: dict[str, str] = {}
        for stack in stacks:
            for table in stack.tables:
                width = len(table.columns)
                for at, period in enumerate(heads.periods):
                    if not own_years(table):
                        found[table.columns[width - len(heads.periods) + at]] = period
                if own_years(table):
                    for column in table.columns:
                        for year in re.findall(r"\d\d(?=E)", column):
                            found[column] = f"20{year}"
        return found

    def stacks(
        self, style: Style, books: Company, print_: Print, heads: Heads, unit: str
    ) -> tuple[Stack, ...]:
        """What stands side by side on the page."""
        random = self.random
        self.unit_printed = False
        special = [name for name in ("segments", "merged", "comps", "average", *LATER) if name in self.on]
        if special and (self.forced & set(special) or random.random() < 0.5):
            name = random.choice([name for name in special if name in self.forced] or special)
            return (self.special(name, style, books, print_, heads),)
        kinds = ["income_statement", "balance_sheet", "cash_flow", "ratios"]
        random.shuffle(kinds)
        if random.random() < 0.15:
            kinds = ["forecast_summary"]
        columns = random.choice([2, 2, 2, 3]) if len(kinds) > 1 and self.has("columns") else 1
        each = 2 if len(kinds) > 1 and self.on & {"stacks", "shared"} else 1
        named: Named = random.choice(["stub", "caption", "heading"]) if self.has("names") else "heading"
        place = random.choice(["title", "head", "line", "column", "none"]) if self.has("units") else "line"
        stacks = []
        for at in range(columns):
            mine = kinds[at * each : at * each + each] or kinds[-1:]
            shared = (
                len(mine) > 1 and ("stacks" not in self.on or random.random() < 0.5) and self.has("shared")
            )
            if len(mine) > 1 and not shared:
                self.has("stacks")
            pitch = style.pitch * (random.uniform(0.85, 1.1) if columns > 1 else 1.0)
            own = replace(style, pitch=round(max(pitch, 1.3 * style.size), 1))
            tables = tuple(
                self.table(kind, books, print_, heads, named, place, unit, number, shared)
                for number, kind in enumerate(mine)
            )
            stacks.append(
                Stack(
                    tables,
                    own,
                    shared,
                    named,
                    unit_line=f"单位：{unit}" if place == "line" and named != "stub" else "",
                    gap=round(random.uniform(8, 22), 1),
                    label_room=random.choice([6.0, 7.5, 9.0])
                    if self.has("wraps") or "clipped" in self.on
                    else None,
                    spread=random.uniform(0.6, 0.9) if self.has("tight") else random.uniform(1.2, 2.4),
                )
            )
        self.unit_printed = all(
            unit in f"{table.title} {headed.head[-1][0]} {stack.unit_line}"
            for stack in stacks
            for table in stack.tables
            for headed in [stack.tables[0] if stack.shared else table]
            if table.kind not in ("ratios", "forecast_summary")
        )
        return tuple(stacks)

    def table(
        self,
        kind: str,
        books: Company,
        print_: Print,
        heads: Heads,
        named: Named,
        place: str,
        unit: str,
        number: int,
        shared: bool,
    ) -> Table:
        """One statement with its name and unit where the house prints them."""
        random = self.random
        head = tuple(("", *level) for level in heads.levels)
        made = statement(
            kind,
            books,
            print_,
            head,
            random,
            keep=random.uniform(0.5, 1.0),
            unit=unit if place == "column" else "",
        )
        title = made.title
        if place == "title" and kind not in ("ratios", "forecast_summary"):
            title += random.choice(["（{}）", "({})"]).format(unit)
        stub = random.choice(STUBS)
        if named == "stub" and not shared:
            stub = title
        elif place == "head" and kind not in ("ratios", "forecast_summary"):
            stub = f"{stub or '项目'}（{unit}）"
        levels = [list(level) for level in made.head]
        levels[-1][0] = stub
        return replace(
            made,
            title=title,
            head=tuple(tuple(level) for level in levels),
            caption=f"图表 {random.randint(1, 90)}：{title}",
        )

    def special(self, name: str, style: Style, books: Company, print_: Print, heads: Heads) -> Stack:
        """A table of businesses or of companies."""
        random = self.random
        merged, average = self.has("merged"), self.has("average")
        if name in ("segments", "merged"):
            self.met.add(name)
            head = tuple(("", *level) for level in heads.levels)
            table = segments(books, print_, head, random, merged=merged and name == "merged")
        elif name == "revisions":
            self.met.add(name)
            years = [f"{year}E" for year in range(2025, 2025 + random.randint(2, 3))]
            table = revisions(books, print_, years, random)
        else:
            self.met.add(name)
            years = [f"{year}E" for year in range(2024, 2024 + random.randint(2, 3))]
            years = [year[2:] for year in years] if random.random() < 0.4 else years
            table, _ = comps(years, random, average=average)
        table = replace(table, caption=f"图表 {random.randint(1, 90)}：{table.title}")
        return Stack((table,), style, named="caption", spread=random.uniform(1.0, 2.0))

    def prose(self) -> tuple[str, ...]:
        """One or two paragraphs with figures in them."""
        random = self.random
        numbers = {name: round(random.uniform(1, 90), random.choice([1, 2])) for name in "abcd"}
        return tuple("　　" + text.format(**numbers) for text in random.sample(PROSE, random.randint(1, 2)))

    def broken(self, case: Case) -> Case:
        """The case with its only table going on on the next page, where it has but one."""
        alone = len(case.stacks) == 1 and len(case.stacks[0].tables) == 1
        table = case.stacks[0].tables[0]
        if (
            not alone
            or not self.on & {"breaks", "headless"}
            or len(table.rows) < 6
            or table.merged_column is not None
        ):
            return case
        headless = "headless" in self.on and ("breaks" not in self.on or self.random.random() < 0.5)
        self.has("headless" if headless else "breaks")
        stack = replace(case.stacks[0], style=replace(case.stacks[0].style, repeat_head=not headless))
        row = self.random.choice([len(table.rows) - 1, self.random.randint(3, len(table.rows) - 1)])
        while row > 3 and table.rows[row - 1].section:
            row -= 1
        return replace(case, stacks=(stack,), break_after=row, before=case.before[:1])


def fitted(case: Case) -> Case:
    """The case with smaller type, then fewer periods, fewer stacks and fewer rows, until it fits its page."""
    prose = 16.0 * sum(1 + len(text) // 48 for text in (*case.before, *case.after)) + 60.0
    while True:
        try:
            tall = max(heights(case))
        except TooMuchError:
            case = _smaller(case)
            continue
        if tall <= BOTTOM - TOP - prose:
            return case
        case = _shorter(case)


def _smaller(case: Case) -> Case:
    size = case.stacks[0].style.size
    if size > 5.6:
        return replace(case, stacks=tuple(_scaled(stack, 0.93) for stack in case.stacks))
    if len(case.stacks) > 2:
        return replace(case, stacks=case.stacks[:-1])
    table = case.stacks[0].tables[0]
    if table.width - table.label_column > 4 and len(case.periods) > 3 and table.kind != "comps":
        return without_column(case, table.label_column + 1 + _has_units(table))
    return replace(case, stacks=case.stacks[:1]) if len(case.stacks) > 1 else _wider(case)


def _wider(case: Case) -> Case:
    """Type as small as it gets, and a single column: closer columns."""
    (stack,) = case.stacks
    if stack.spread <= 0.6:
        return replace(case, stacks=(_scaled(stack, 0.9),))
    return replace(case, stacks=(replace(stack, spread=0.6),))


def _has_units(table: Table) -> int:
    return int(UNIT_HEAD in table.head[-1])


def _scaled(stack: Stack, by: float) -> Stack:
    style = stack.style
    return replace(
        stack,
        style=replace(
            style,
            size=round(style.size * by, 2),
            pitch=round(style.pitch * by, 2),
            leading=round(style.leading * by, 2),
            label_lift=round(style.label_lift * by, 2),
        ),
    )


def without_column(case: Case, at: int) -> Case:
    """The case without the cells at `at` of every row and head."""

    def cut(cells: tuple[str, ...]) -> tuple[str, ...]:
        return cells[:at] + cells[at + 1 :]

    def of(table: Table) -> Table:
        rows = tuple(replace(row, cells=cut(row.cells)) for row in table.rows)
        return replace(table, head=tuple(cut(level) for level in table.head), rows=rows)

    stacks = tuple(replace(stack, tables=tuple(of(table) for table in stack.tables)) for stack in case.stacks)
    return replace(case, stacks=stacks)


def _shorter(case: Case) -> Case:
    tall = max(range(len(case.stacks)), key=lambda n: heights(case)[n])
    stack = case.stacks[tall]
    if case.before or case.after:
        return replace(case, before=case.before[:-1], after=())
    if stack.style.pitch > 1.35 * stack.style.size:
        style = replace(
            stack.style, pitch=max(round(stack.style.pitch * 0.94, 1), round(1.33 * stack.style.size, 2))
        )
        style = replace(style, label_lift=max(-0.4 * style.pitch, min(0.4 * style.pitch, style.label_lift)))
        return _with(case, tall, replace(stack, style=style))
    longest = max(stack.tables, key=lambda t: len(t.rows))
    rows = longest.rows[:-2]
    while rows and rows[-1].section:
        rows = rows[:-1]
    tables = tuple(replace(t, rows=rows) if t is longest else t for t in stack.tables)
    return _with(case, tall, replace(stack, tables=tables))


def _with(case: Case, at: int, stack: Stack) -> Case:
    return replace(case, stacks=(*case.stacks[:at], stack, *case.stacks[at + 1 :]))


def draw(seed: int, troubles: Collection[str] = TROUBLES, forced: Collection[str] = ()) -> Case:
    """The case of a seed: some of `troubles`, and all of `forced` that fit together."""
    return _Draw(seed, troubles, forced).case()
