"""Rules over columns of people's own tables: averages of peers, averages of scores, compound growth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pipeline.checking.estimate import Estimate, known, mean, median
from pipeline.checking.periods import year_of
from pipeline.checking.rules import Rule, RuleSet
from pipeline.checking.sheet import PLAIN, Printed, Report, Row, Sheet, commensurable
from pipeline.checking.trial import Column, Series, Trial, trial

MEDIAN = re.compile(r"中位|median", re.I)
YEARS = re.compile(r"(\d{2,4})[AEF]?\s*[-–—~至]\s*(\d{2,4})[AEF]?", re.I)


def peers(rule: Rule, report: Report, _: RuleSet) -> Iterator[Series]:
    """The row 平均值 or 中位数 of a table of companies, column by column."""
    assert rule.labels is not None and rule.other is not None
    for sheet in _sheets(rule, report):
        for i, row in enumerate(sheet.rows):
            if not rule.labels.search(row.label):
                continue
            statistic = median if MEDIAN.search(row.label) else mean
            above = [r for r in sheet.rows[:i] if not rule.other.search(r.label)]
            start = max((j for j in range(i) if rule.other.search(sheet.rows[j].label)), default=-1)
            block = [r for r in sheet.rows[start + 1 : i] if not rule.other.search(r.label)]
            everyone = [r for r in sheet.rows if not rule.other.search(r.label)]
            below = [r for r in sheet.rows[i + 1 :] if not rule.other.search(r.label)]
            groups = [g for g in (above, block, everyone, below) if len(g) > 1]
            readings: list[tuple[str, list[Row], bool]] = []
            for group in groups:
                for positive in (False, True):
                    words = f"{row.label} of {len(group)} rows" + (
                        " without the negative ones" if positive else ""
                    )
                    if not any((g, p) == (group, positive) for _, g, p in readings):
                        readings.append((words, group, positive))
            if readings:
                columns = tuple(_peer(cell, readings, statistic) for cell in row.cells)
                yield Series(rule, tuple(words for words, _, _ in readings), columns)


def _peer(
    cell: Printed,
    readings: Sequence[tuple[str, list[Row], bool]],
    statistic: Callable[[list[Estimate]], Estimate],
) -> Column:
    own = cell.estimate
    if own is None:
        return Column(cell, (None,) * len(readings), f"it {cell.as_printed}")
    trials: list[Trial | None] = []
    for words, group, positive in readings:
        facts = [f for row in group if (f := _under(row, cell)) and f.value is not None]
        if positive:
            facts = [f for f in facts if f.value and f.value > 0]
        same = {f.unit for f in facts} == {cell.unit} and commensurable((cell, *facts))
        if len(facts) < 2 or not same:
            trials.append(None)
            continue
        values = [e for f in facts if (e := f.estimate)]
        held = trial((cell, *facts), own, statistic(values), words)
        trials.append(held if held.holds else replace(held, slip=_slip(own, facts, values, statistic)))
    return Column(cell, tuple(trials), "fewer than two rows print a figure in its column")


def _slip(
    own: Estimate,
    facts: Sequence[Printed],
    values: list[Estimate],
    statistic: Callable[[list[Estimate]], Estimate],
) -> str:
    """A range that begins a row late or ends a row early, where that gives the printed number."""
    for left_out, rest in ((facts[-1], values[:-1]), (facts[0], values[1:])):
        if len(rest) > 1 and own.interval.meets(statistic(rest).interval):
            return f"it is that of all rows but {left_out.label}"
    return ""


def _under(row: Row, cell: Printed) -> Printed | None:
    """The cell of a row in the column of another cell: same head, nearest in place."""
    found = [c for c in row.cells if c.column == cell.column]
    return min(found, key=lambda c: abs(c.x0 - cell.x0)) if found else None


def mean_columns(rule: Rule, report: Report, _: RuleSet) -> Iterator[Series]:
    """The column `Avg. Score`: the mean of the other columns of its row."""
    assert rule.labels is not None
    for sheet in _sheets(rule, report):
        heads = sorted({c.column for row in sheet.rows for c in row.cells if rule.labels.search(c.column)})
        for head in heads:
            columns = [column for row in sheet.rows if (column := _row_mean(row, head, rule))]
            if columns:
                yield Series(
                    rule, ("mean of the other columns", "mean of the columns to the right"), tuple(columns)
                )


def _row_mean(row: Row, head: str, rule: Rule) -> Column | None:
    cell = next((c for c in row.cells if c.column == head), None)
    if cell is None:
        return None
    own = cell.estimate
    if own is None:
        return Column(cell, (None, None), f"it {cell.as_printed}")
    others = [c for c in row.cells if c is not cell and not (rule.labels and rule.labels.search(c.column))]
    trials: list[Trial | None] = []
    for group in (others, [c for c in others if c.x0 > cell.x0]):
        values = [e for c in group if (e := c.estimate)]
        whole = len(values) == len(group) >= 2 and len({c.unit for c in group} | {cell.unit}) == 1
        whole = whole and commensurable((cell, *group))
        text = f"mean of {len(group)} columns"
        trials.append(trial((cell, *group), own, mean(values), text) if whole else None)
    return Column(cell, tuple(trials), "a score of the row is blank")


def cagr_columns(rule: Rule, report: Report, _: RuleSet) -> Iterator[Series]:
    """A column headed `24E-26E 收入 CAGR`: compound growth between the years, or from the year before."""
    assert rule.labels is not None
    for sheet in _sheets(rule, report):
        heads = sorted({c.column for row in sheet.rows for c in row.cells if rule.labels.search(c.column)})
        for head in heads:
            years = _head_years(head)
            if years is None:
                continue
            start, end = years
            spans = [(start, end), (start - 1, end)]
            columns = [column for row in sheet.rows if (column := _compound(row, head, spans))]
            words = [f"growth {a}–{b}" for a, b in spans]
            if any(any(c.trials) for c in columns):
                yield Series(rule, tuple(words), tuple(columns), named=0)


def _compound(row: Row, head: str, spans: Sequence[tuple[int, int]]) -> Column | None:
    cell = next((c for c in row.cells if c.column == head), None)
    own = cell.estimate if cell else None
    if cell is None or own is None:
        return None
    amounts = {
        (c.concept, year): c
        for c in row.cells
        if c is not cell and c.value and c.unit not in PLAIN and (year := year_of(c.period))
    }
    concept = next((k[0] for k in amounts), None)
    trials: list[Trial | None] = []
    for first, last in spans:
        a, b = amounts.get((concept, first)), amounts.get((concept, last))
        low, high = a and a.estimate, b and b.estimate
        if not (a and b and low and high and commensurable((a, b))):
            trials.append(None)
            continue
        if low.interval.low <= 0 or high.interval.low <= 0:
            trials.append(None)
            continue
        right = (high / low).root(last - first) - known(1)
        trials.append(trial((cell, b, a), own, right, f"compound growth {first}–{last}"))
    return Column(cell, tuple(trials), "the figures of its years are not printed") if any(trials) else None


def _head_years(head: str) -> tuple[int, int] | None:
    found = YEARS.search(head)
    if not found:
        return None
    first, last = (int(y) if len(y) == 4 else 2000 + int(y) for y in found.groups())
    return (first, last) if 1990 < first < last < 2100 else None


def _sheets(rule: Rule, report: Report) -> Iterator[Sheet]:
    return (s for s in report.sheets if rule.speaks_of(s.kind, s.concepts))
