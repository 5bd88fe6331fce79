"""Rules over concepts: formulas, constants and ties between tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice, product

from pipeline.checking.estimate import Estimate
from pipeline.checking.formula import Formula, Name, evaluate, names, show
from pipeline.checking.intervals import Interval
from pipeline.checking.periods import earlier
from pipeline.checking.rules import Rule, RuleSet
from pipeline.checking.sheet import Printed, Report, Row, Sheet, bare
from pipeline.checking.trial import Column, Series, Trial, trial

MOST_SOURCES = 3  # different figures of one concept that are tried before a formula is held to fail
MOST_MIXES = 16


def formulas(rule: Rule, report: Report, rules: RuleSet) -> Iterator[Series]:
    """`left = right` over concepts: in every row whose concept is on the left side."""
    left = rule.formulas[0].left
    assert isinstance(left, Name)  # the loader refuses anything else
    wanted = rules.named(left.concept)
    for sheet, row in _rows(rule, report):
        cells = [c for c in row.cells if c.concept in wanted and c in sheet.index[c.entity, c.concept, c.period]]
        if not cells or (rule.labels and rule.labels.search(row.label)):
            continue
        finder = _Finder(rule, report, rules, sheet, row)
        readings = [f for f in rule.formulas if finder.prints_all(cells[0].entity, f)]
        if not readings:
            continue
        columns = [_column(readings, cell, finder) for cell in cells]
        words = [f.text for f in readings] if len(readings) > 1 else [""]
        yield Series(rule, tuple(words), tuple(columns))


def constants(rule: Rule, report: Report, rules: RuleSet) -> Iterator[Series]:
    """An expression that has one value in all columns: PE × EPS is the price."""
    assert rule.expression is not None
    first = names(rule.expression)[0]
    formula = Formula(first, rule.expression, show(rule.expression))
    for sheet, row in _rows(rule, report):
        cells = [c for c in row.cells if c.concept == first.concept and c.value]
        finder = _Finder(rule, report, rules, sheet, row)
        if not cells or not finder.prints_all(cells[0].entity, formula):
            continue
        found: list[tuple[Printed, Trial]] = []
        for cell in cells:
            mixes = finder.mixes(formula, cell)
            if isinstance(mixes, str) or not mixes:
                continue
            mix = mixes[0]
            value = _estimate(formula, mix)
            if value:
                text = show(rule.expression, lambda name, m=mix: m[name].label)  # type: ignore[misc]
                found.append((cell, trial(_facts(cell, mix), value, value, text, Fraction(1))))
        counted = [t for c, t in found if rule.actual_years == "counted" or c.basis == "estimate"]
        if not counted:
            continue
        shared = _shared([t.left.interval for t in counted])
        common = Estimate((shared.low + shared.high) / 2, shared, {}, False)
        columns = tuple(
            Column(c, (Trial(t.left, common, t.facts, f"the {t.formula} of the other columns", t.factor, t.text),))
            for c, t in found
        )
        yield Series(rule, ("",), columns)


def ties(rule: Rule, report: Report, rules: RuleSet) -> Iterator[Series]:
    """The same concept, entity and period printed in two tables: the same number, at the coarser precision."""
    for concept in rule.concepts:
        rows = [
            (sheet, row)
            for sheet, row in _rows(rule, report)
            if any(c.concept == concept and c in sheet.index[c.entity, concept, c.period] for c in row.cells)
        ]
        for i, (sheet, row) in enumerate(rows):
            for other_sheet, other in rows[:i]:
                if sheet is other_sheet or (rule.same_label and bare(row.label) != bare(other.label)):
                    continue
                columns = list(_tied(concept, row, other, sheet.kind == "comps" or other_sheet.kind == "comps"))
                if columns:
                    yield Series(rule, ("",), tuple(columns))
                    break  # the first table that prints it is the one later tables are held to


def _tied(concept: str, row: Row, other: Row, by_concept: bool) -> Iterator[Column]:
    for cell in row.cells:
        if cell.concept != concept or cell.value is None or cell.period is None:
            continue
        twins = [c for c in other.cells if c.concept == concept and (c.entity, c.period) == (cell.entity, cell.period)]
        if len(twins) != 1 or twins[0].value is None or twins[0].unit != cell.unit:
            continue
        twin = twins[0]
        left, right = cell.estimate(), twin.estimate()
        assert left and right
        # A figure rounded twice (12.46 → 12.5 → 13) may miss by a tenth of the coarser half digit.
        fine, coarse = sorted((cell.half, twin.half))
        if fine * 100 <= coarse:
            right = Estimate(right.value, right.interval.widened(coarse / 10), {}, False)
        # One of two printings of one number is no sum of rounding errors: only the intervals speak.
        flat = Estimate(right.value, right.interval, right.reach, False)
        where = f"{twin.label} in {_TABLE_NAMES.get(twin.kind, twin.kind)} (p. {twin.page})"
        yield Column(cell, (trial((cell, twin), left, flat, where),))


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
        return all(self._printed(entity, name) for name in names(formula.right))

    def _printed(self, entity: str, name: Name) -> bool:
        concepts = self.rules.named(name.concept)
        if name.undated:
            return any(self.report.index.get((entity, c, None)) for c in concepts)
        if self.rule.scope == "row":
            return any(cell.concept in concepts for cell in self.row.cells)
        if self.rule.scope == "table":
            return any(c in self.sheet.concepts for c in concepts)
        return any((entity, c) in self.report.concepts for c in concepts)

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
                found.extend(f for f in self.report.index.get(key, ()) if f.table_id != self.sheet.table_id)
        return found

    def _of_row(self, concept: str, period: str | None) -> list[Printed]:
        """Cells of the row; a figure without a period (price, market value) serves every period."""
        own = [c for c in self.row.cells if c.concept == concept]
        return [c for c in own if c.period == period] or [c for c in own if c.period is None]

    def mixes(self, formula: Formula, cell: Printed) -> list[dict[Name, Printed]] | str:
        """Ways to fill the names of a formula; a sentence where one of them cannot be filled."""
        wanted = names(formula.right)
        choices: list[list[Printed]] = []
        for name in wanted:
            found = [f for f in self.candidates(name, cell) if f.fact_id != cell.fact_id or name == formula.left]
            if not found:
                when = earlier(cell.period, name.shift) if name.shift else cell.period
                return f"{name.concept} {when or ''} is not printed".replace("  ", " ")
            figures = [f for f in found if f.value is not None]
            if not figures:
                return f"{found[0].label} {found[0].period or ''} is printed as {found[0].text or 'a blank'!r}"
            distinct = {(f.value, f.decimals, f.scale, f.unit): f for f in reversed(figures)}
            choices.append(list(reversed(distinct.values()))[:MOST_SOURCES])
        mixes = [dict(zip(wanted, mix, strict=True)) for mix in islice(product(*choices), MOST_MIXES)]
        same = [m for m in mixes if len({c for f in (cell, *m.values()) if (c := f.currency)}) <= 1]
        return same or "its operands are in different currencies"


def _column(readings: Sequence[Formula], cell: Printed, finder: _Finder) -> Column:
    own = cell.estimate()
    if own is None:
        return Column(cell, (None,) * len(readings), f"it is printed as {cell.text or 'a blank'!r}")
    trials: list[Trial | None] = []
    missing = ""
    for formula in readings:
        mixes = finder.mixes(formula, cell)
        if isinstance(mixes, str):
            missing = missing or mixes
            trials.append(None)
            continue
        tried = [t for mix in mixes if (t := _tried(formula, cell, own, mix))]
        trials.append(next((t for t in tried if t.verdict()[0] == "ok"), tried[0] if tried else None))
        if not tried:
            missing = missing or "a divisor may be zero within its rounding"
    return Column(cell, tuple(trials), missing)


def _tried(formula: Formula, cell: Printed, own: Estimate, mix: dict[Name, Printed]) -> Trial | None:
    right = _estimate(formula, mix)
    if right is None:
        return None

    def label(name: Name) -> str:
        return mix[name].label if name in mix else mix[Name(name.concept)].label if Name(name.concept) in mix else name.concept

    return trial(_facts(cell, mix), own, right, show(formula.right, label))


def _estimate(formula: Formula, mix: dict[Name, Printed]) -> Estimate | None:
    values = {name: estimate for name, fact in mix.items() if (estimate := fact.estimate())}
    try:
        return evaluate(formula.right, values)
    except ZeroDivisionError:
        return None


def _facts(cell: Printed, mix: dict[Name, Printed]) -> tuple[Printed, ...]:
    return tuple(dict.fromkeys((cell, *mix.values())))


def _shared(intervals: Sequence[Interval]) -> Interval:
    """The values that lie in the most intervals."""
    best, most = intervals[0], 0
    for start in sorted({i.low for i in intervals}):
        holding = [i for i in intervals if start in i]
        if len(holding) > most:
            best, most = Interval(start, min(i.high for i in holding)), len(holding)
    return best


def _rows(rule: Rule, report: Report) -> Iterator[tuple[Sheet, Row]]:
    for sheet in report.sheets:
        if (rule.tables and sheet.kind not in rule.tables) or rule.unless & sheet.concepts:
            continue
        for row in sheet.rows:
            yield sheet, row
