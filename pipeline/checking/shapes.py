"""Rules over concepts: formulas, constants and ties between tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice, product

from pipeline.checking.cutting import cut_interval, cut_tables
from pipeline.checking.estimate import Estimate, known
from pipeline.checking.exact import ratio
from pipeline.checking.formula import Formula, Name, names, show
from pipeline.checking.intervals import Interval
from pipeline.checking.periods import earlier
from pipeline.checking.rules import Rule, RuleSet
from pipeline.checking.sheet import (
    Printed,
    Report,
    Row,
    Sheet,
    commensurable,
    company_level,
    headed_alike,
    qualifiers,
)
from pipeline.checking.trial import Column, Series, Trial, trial

MOST_SOURCES = 3  # different figures of one concept that are tried before a formula is held to fail
MOST_MIXES = 16
HARDLY = 0.5  # of the companies of a year
Mix = tuple[Printed, ...]  # a figure for each operand of a formula, in their order


def formulas(rule: Rule, report: Report, rules: RuleSet) -> Iterator[Series]:
    """`left = right` over concepts: in every row whose concept is on the left side."""
    pooled: dict[tuple[str, tuple[str, ...]], list[list[Column]]] = defaultdict(list)
    left = rule.formulas[0].left
    assert isinstance(left, Name)  # the loader refuses anything else
    wanted = rules.named(left.concept)
    for sheet, row in _rows(rule, report, wanted):
        cells = [c for c in row.cells if c.concept in wanted and company_level(c)]
        if not cells or (rule.skip_labels and rule.skip_labels.search(row.label)):
            continue
        if _repeated(sheet, row, cells[0], rule):
            continue
        finder = _Finder(rule, report, rules, sheet, row)
        readings = [f for f in rule.formulas if finder.prints_all(cells[0].entity, f)]
        if not readings:
            continue
        columns = [_column(readings, cell, finder) for cell in cells]
        words = tuple(f.text for f in readings) if len(readings) > 1 else ("",)
        if rule.scope == "row":
            pooled[sheet.table_id, words].append(columns)
        else:
            yield Series(rule, words, tuple(columns))
    # Every row of a table of companies is computed alike: the rows bear each other out.
    for (_, words), rows in pooled.items():
        yield Series(rule, words, _companies(rows))


def _companies(rows: Sequence[Sequence[Column]]) -> tuple[Column, ...]:
    """The columns of a table of companies, without the trials of a row or a year in which hardly one fits.

    A company listed abroad has its market value in one currency and its profit in another, and a multiple of
    a past year may rest on the price of then: neither is an error.
    """
    odd: dict[int, str] = {}
    years: dict[str | None, list[Column]] = defaultdict(list)
    for row in rows:
        for column in row:
            years[column.left.period].append(column)
        if row and not _share_that_fits(row):
            odd |= dict.fromkeys(map(id, row), "no figure of its row fits: it may rest on two currencies")
    for columns in years.values():
        if len(years) > 1 and _share_that_fits(columns) < HARDLY:
            odd |= dict.fromkeys(map(id, columns), "few rows fit in this year: it may rest on another price")
    return tuple(
        Column(c.left, (None,) * len(c.trials), odd[id(c)] or c.missing) if id(c) in odd else c
        for row in rows
        for c in row
    )


def _share_that_fits(columns: Sequence[Column]) -> float:
    tried = [any(t.holds for t in c.trials if t) for c in columns if any(c.trials)]
    return sum(tried) / len(tried) if tried else 1.0


def _repeated(sheet: Sheet, row: Row, cell: Printed, rule: Rule) -> bool:
    """A ratio that its table prints twice under one label speaks of the item above it, not of the company."""
    if rule.scope != "report" or cell.currency:
        return False
    return any(
        other is not row and other.label == row.label and other.path[:-1] == row.path[:-1]
        for other in sheet.rows
        if other.concept == row.concept
    )


def constants(rule: Rule, report: Report, rules: RuleSet) -> Iterator[Series]:
    """An expression that has one value in all columns: PE × EPS is the price."""
    assert rule.expression is not None
    first = names(rule.expression)[0]
    formula = Formula(first, rule.expression, show(rule.expression))
    for sheet, row in _rows(rule, report, (first.concept,)):
        cells = [c for c in row.cells if c.concept == first.concept and c.value and c not in row.astray]
        finder = _Finder(rule, report, rules, sheet, row)
        if not cells or not finder.prints_all(cells[0].entity, formula):
            continue
        found: list[tuple[Printed, Trial]] = []
        for cell in cells:
            mixes = finder.mixes(formula, cell)
            if isinstance(mixes, str) or not mixes:
                continue
            mix = (cell, *mixes[0][1:])  # the first name is the cell's own
            value = _estimate(formula, mix)
            if value:
                text = _said(formula, mix)
                found.append((cell, trial(_facts(cell, mix), value, value, text, ratio(1))))
        if not found:
            continue
        shared = _shared([t.left.interval for _, t in found])
        common = known((shared.low + shared.high) / 2).within(shared)
        columns = tuple(
            Column(
                c,
                (Trial(t.left, common, t.facts, f"the {t.formula} of the other columns", t.factor, t.text),),
            )
            for c, t in found
        )
        yield Series(rule, ("",), columns)


def ties(rule: Rule, report: Report, rules: RuleSet) -> Iterator[Series]:
    """One concept, entity and period printed in two tables: one number, at the coarser precision."""
    cut = cut_tables(report)
    for concept in rule.concepts:
        alike = rules.named(concept) if rule.stand_ins else (concept,)
        rows = [
            (sheet, row)
            for sheet, row in _rows(rule, report, alike)
            if any(c.concept in alike and company_level(c) for c in row.cells)
        ]
        rows.sort(key=lambda one: _AUTHORITY.get(one[0].kind, len(_AUTHORITY)))
        for i, (sheet, row) in enumerate(rows):
            # Another table first; a figure may stand under two heads of one table.
            for other_sheet, other in sorted(rows[:i], key=lambda one: one[0] is sheet):
                if sheet is other_sheet and not (rule.same_label or rule.stand_ins):
                    continue
                if rule.same_label and qualifiers(row.label) != qualifiers(other.label):
                    continue
                if rule.stand_ins and row.concept == other.concept:
                    continue
                columns = tuple(_tied(alike, row, other, cut, rule.kind == "convention"))
                if columns:
                    yield Series(rule, ("",), columns)
                    break  # one table is enough to be held to, the nearest to the source


def _tied(
    alike: Collection[str], row: Row, other: Row, cut: Mapping[str, int], borne_out: bool
) -> Iterator[Column]:
    for cell in row.cells:
        if cell.concept not in alike or cell.value is None or cell.period is None or cell in row.astray:
            continue
        twins = [
            c
            for c in other.cells
            if c.concept in alike and (c.entity, c.period) == (cell.entity, cell.period)
        ]
        if len(twins) != 1 or twins[0].value is None:
            continue
        twin = twins[0]
        unsaid = borne_out and None in (cell.unit, twin.unit) and cell.factor == twin.factor
        if not (cell.unit == twin.unit or unsaid) or not commensurable((cell, twin), borne_out):
            continue
        left, right = cell.estimate, twin.estimate
        assert left and right
        head = twin.column if twin.kind == "comps" else twin.label
        where = f"{head} in {_TABLE_NAMES.get(twin.kind, twin.kind)} (p. {twin.page})"
        fine, coarse = sorted((cell, twin), key=lambda f: f.half)
        # One of two printings of one number is no sum of rounding errors: only the intervals speak.
        right = right.within(right.interval)
        if coarse.table_id in cut:
            made = cut_interval(coarse)
            left, right = (left.within(made), right) if coarse is cell else (left, right.within(made))
            where += f" with {coarse.text} cut off, not rounded, like {cut[coarse.table_id]} of its table,"
        elif fine.half * 100 <= coarse.half:
            # A figure rounded twice (12.46 → 12.5 → 13) may miss by a tenth of the coarser half digit.
            right = right.within(right.interval.widened(coarse.half / 10))
        yield Column(cell, (trial((cell, twin), left, right, where),))


# Statements come first: what a summary or a comparison prints is taken from them.
_AUTHORITY = {
    kind: rank
    for rank, kind in enumerate(
        ("income_statement", "balance_sheet", "cash_flow", "forecast_summary", "ratios", "segments", "comps")
    )
}
_TABLE_NAMES = {
    "cover_data": "the cover box",
    "forecast_summary": "the forecast summary",
    "income_statement": "利润表",
    "balance_sheet": "资产负债表",
    "cash_flow": "现金流量表",
    "ratios": "财务比率",
    "segments": "the segment table",
    "comps": "the comparison table",
}


class _Finder:
    """Looks operands up where the rule's scope lets it: the row, the table, or the whole report."""

    def __init__(self, rule: Rule, report: Report, rules: RuleSet, sheet: Sheet, row: Row) -> None:
        self.rule, self.report, self.rules, self.sheet, self.row = rule, report, rules, sheet, row

    def prints_all(self, entity: str, formula: Formula) -> bool:
        """Whether each operand of a formula is printed in some period where the rule may take it from."""
        for name in formula.operands:
            concepts = self.rules.named(name.concept)
            if name.undated:
                if not any((entity, concept, None) in self.report.index for concept in concepts):
                    return False
            elif self._printed(entity).isdisjoint(concepts):
                return False
        return True

    def _printed(self, entity: str) -> frozenset[str] | frozenset[str | None]:
        match self.rule.scope:
            case "row":
                return self.row.concepts
            case "table":
                return self.sheet.concepts
            case _:
                return self.report.concepts.get(entity, frozenset())

    def candidates(self, name: Name, cell: Printed) -> list[Printed]:
        """Facts that may be meant by a name, the likeliest first, each figure once."""
        period = None if name.undated else earlier(cell.period, name.shift) if name.shift else cell.period
        found: list[Printed] = []
        for concept in self.rules.named(name.concept):
            key = (cell.entity, concept, period)
            if self.rule.scope == "row" and not name.undated:
                found.extend(self._of_row(concept, period))
                continue
            found.extend(self.sheet.index.get(key, ()))
            if self.rule.scope == "report" or name.undated:
                found.extend([f for f in self.report.index.get(key, ()) if f.table_id != self.sheet.table_id])
        if len(found) < 2:
            return found
        # A rate among amounts is a share row that borrowed the name of its base.
        return [f for f in found if f.currency] or found

    def _of_row(self, concept: str, period: str | None) -> list[Printed]:
        """Cells of the row; a figure without a period (price, market value) serves every period."""
        own = [c for c in self.row.cells if c.concept == concept and c not in self.row.astray]
        return [c for c in own if c.period == period] or [c for c in own if c.period is None]

    def mixes(self, formula: Formula, cell: Printed) -> list[Mix] | str:
        """Ways to fill the operands of a formula; a sentence where one of them cannot be filled."""
        choices: list[list[Printed]] = []
        for name in formula.operands:
            found = self.candidates(name, cell)
            if cell in found and name != formula.left:
                found = [f for f in found if f is not cell]
            if not found:
                return self._lacks(name, cell)
            figures = [f for f in found if f.value is not None]
            if not figures:
                return f"{found[0].label} {found[0].period or ''} {found[0].as_printed}"
            choices.append(_distinct(figures)[:MOST_SOURCES])
        borne_out = self.rule.kind == "convention"
        same = [
            mix
            for mix in islice(product(*choices), MOST_MIXES)
            if _comparable(formula, cell, mix, borne_out) and self._of_one_series(formula, mix)
        ]
        # Figures of one table were kept together by whoever printed them: they come before a mixture.
        if len(same) > 1:
            same.sort(key=lambda mix: len({fact.table_id for fact in mix}))
        return same or "its operands are printed in different units, or without one, or in unlike tables"

    def _lacks(self, name: Name, cell: Printed) -> str:
        """Why there is no figure that a name may mean, in words."""
        when = earlier(cell.period, name.shift) if name.shift else cell.period
        for concept in self.rules.named(name.concept):
            if astray := self.report.astray.get((cell.entity, concept, when)):
                return headed_alike(astray)
        return f"{name.concept} {when or ''} is not printed".replace("  ", " ")

    def _of_one_series(self, formula: Formula, mix: Mix) -> bool:
        """Whether figures of one concept in two years come from one table, or from tables that agree."""
        return all(
            mix[now].table_id == mix[other].table_id or self.report.same_series(mix[now], mix[other])
            for now, other in formula.years_apart
        )


def _distinct(figures: list[Printed]) -> list[Printed]:
    """The facts that differ in what they say, the first of each."""
    if len(figures) == 1:
        return figures
    found: dict[object, Printed] = {}
    for figure in figures:
        value = figure.value and figure.value.as_integer_ratio()  # cheaper to hash; as read it is reduced
        found.setdefault((value, figure.decimals, figure.scale, figure.unit), figure)
    return list(found.values())


def _comparable(formula: Formula, cell: Printed, mix: Mix, borne_out: bool) -> bool:
    """One currency throughout; and where the formula only adds, one unit: a share of assets is no asset."""
    facts = (cell, *mix)
    if len({f.unit for f in facts}) > 1:
        if formula.only_adds or len({c for f in facts if (c := f.currency)}) > 1:
            return False
        units: dict[str, str | None] = {}
        for name, fact in zip(formula.operands, mix, strict=True):
            if units.setdefault(name.concept, fact.unit) != fact.unit:
                return False
    return commensurable(facts, borne_out)


def _column(readings: Sequence[Formula], cell: Printed, finder: _Finder) -> Column:
    own = cell.estimate
    if own is None:
        return Column(cell, (None,) * len(readings), f"it {cell.as_printed}")
    if cell in finder.row.astray:
        return Column(cell, (None,) * len(readings), headed_alike(cell))
    trials: list[Trial | None] = []
    missing = ""
    asked: Formula | None = None
    mixes: list[Mix] | str = ""
    for formula in readings:
        if asked is None or not asked.takes_what(formula):
            asked, mixes = formula, finder.mixes(formula, cell)
        if isinstance(mixes, str):
            missing = missing or mixes
            trials.append(None)
            continue
        first = _first_that_fits(formula, cell, own, mixes)
        trials.append(first)
        if first is None:
            missing = missing or "a divisor may be zero within its rounding"
    return Column(cell, tuple(trials), missing)


def _first_that_fits(formula: Formula, cell: Printed, own: Estimate, mixes: Sequence[Mix]) -> Trial | None:
    """The trial of the first mix that fits, or else of the first that can be tried."""
    first: Trial | None = None
    for mix in mixes:
        right = _estimate(formula, mix)
        if right is None:
            continue
        held = trial(_facts(cell, mix), own, right, partial(_said, formula, mix))
        if len(mixes) == 1 or held.verdict[0] == "ok":
            return held
        first = first or held
    return first


def _said(formula: Formula, mix: Mix) -> str:
    """The right side in the page's words: in a table of companies the columns' heads, elsewhere the rows'."""
    words = [fact.column.split("|")[0] if fact.kind == "comps" else fact.label for fact in mix]
    return formula.pattern.format(*words)


def _estimate(formula: Formula, mix: Mix) -> Estimate | None:
    try:
        return formula.result([estimate for fact in mix if (estimate := fact.estimate)])
    except ZeroDivisionError:
        return None


def _facts(cell: Printed, mix: Mix) -> tuple[Printed, ...]:
    return tuple(dict.fromkeys((cell, *mix)))


def _shared(intervals: Sequence[Interval]) -> Interval:
    """The reach of the intervals that share a value with the most others.

    Their common core would be narrower, but exchange rates and share counts that move a little from year to
    year put an honest column just outside it.
    """
    best: list[Interval] = []
    for start in sorted({i.low for i in intervals}):
        holding = [i for i in intervals if start in i]
        best = max(best, holding, key=len)
    return Interval(min(i.low for i in best), max(i.high for i in best))


def _rows(rule: Rule, report: Report, concepts: Sequence[str]) -> Iterator[tuple[Sheet, Row]]:
    for sheet in report.sheets_with(concepts):
        if rule.speaks_of(sheet.kind, sheet.concepts):
            for row in sheet.rows_with(concepts):
                yield sheet, row
