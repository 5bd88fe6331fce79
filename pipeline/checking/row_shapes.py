"""Rules over printed rows: growth and shares under their item, lines under their total, halves of a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from pipeline.checking.estimate import known, signed_total, total
from pipeline.checking.periods import earlier, length, parts
from pipeline.checking.rules import Rule, RuleSet
from pipeline.checking.sheet import ANNOUNCED, WHOLE, Printed, Report, Row, Sheet, commensurable, headed_alike
from pipeline.checking.trial import Column, Readings, Series, Trial, trial

FEWEST_LINES = 2
MOST_LINES = 24


def growth_rows(rule: Rule, report: Report, _: RuleSet) -> Iterator[Series]:
    """A row headed only `+/-%`, `YoY`, `同比`: the change of the item above it."""
    assert rule.labels is not None
    for sheet in _sheets(rule, report):
        for i, row in enumerate(sheet.rows):
            if not rule.labels.search(row.label) or row.unit != "percent":
                continue
            item = _item_above(sheet.rows, i)
            if item is None:
                continue
            for span in sorted({length(c.period) for c in row.cells}):
                columns = [
                    _growth(c, row, item, report) for c in row.cells if c.period and length(c.period) == span
                ]
                if columns:
                    words = (
                        "growth on the signed base",
                        "growth on the absolute base",
                        "the ratio to the year before, growth + 100 %,",
                    )
                    yield Series(rule, words, tuple(columns), misnamed=(2,))


def _growth(cell: Printed, row: Row, item: Row, report: Report) -> Column:
    own = cell.estimate
    now = item.at(cell.period)
    if own is None:
        return Column(cell, (None,) * 3, f"it {cell.as_printed}")
    if cell in row.astray:
        return Column(cell, (None,) * 3, headed_alike(cell))
    if now is None or now.value is None:
        return Column(cell, (None,) * 3, item.lacks(cell.period))
    before = earlier(cell.period, -1)
    bases = [f for f in [item.at(before)] if f]
    if not bases and now.concept:
        bases = [
            f
            for f in report.index.get((now.entity, now.concept, before), ())
            if f.table_id == now.table_id or report.same_series(now, f)
        ]
    bases = [f for f in bases if f.value is not None and f.unit == now.unit and commensurable((now, f))]
    if not bases:
        return Column(cell, (None,) * 3, item.lacks(before))
    tried: list[tuple[Trial, Trial, Trial]] = []
    for base in bases:
        top, bottom = now.estimate, base.estimate
        if top is None or bottom is None or bottom.may_be_zero():
            continue
        ratio = top / bottom
        signed = ratio - known(1)
        absolute = known(1) - ratio if bottom.value < 0 else signed
        text = f"growth of {item.label}"
        facts = (cell, now, base)
        tried.append(
            (
                trial(facts, own, signed, text),
                trial(facts, own, absolute, f"{text} on the absolute base"),
                trial(facts, own, ratio, f"{item.label} as a share of the year before"),
            )
        )
    if not tried:
        return Column(cell, (None,) * 3, f"{item.label} {before} may be zero within its rounding", (now,))
    if len(tried) > 1:
        tried.sort(key=lambda three: min(three[0].gap, three[1].gap))
    return Column(cell, tried[0])


def share_rows(rule: Rule, report: Report, _: RuleSet) -> Iterator[Series]:
    """A row headed `收入占比`, `毛利率`, `%销售收入`: which item over which base, the columns tell."""
    assert rule.labels is not None
    for sheet in _sheets(rule, report):
        for i, row in enumerate(sheet.rows):
            if not rule.labels.search(row.label) or row.unit != "percent":
                continue
            pairs = _pairs(rule, sheet, i)
            columns = [_share(cell, pairs) for cell in row.cells if cell.period]
            if pairs and columns:
                words = tuple(f"{a.label} / {b.label}" for a, b, _ in pairs)
                yield Series(rule, words, tuple(columns))


def _pairs(rule: Rule, sheet: Sheet, at: int) -> list[tuple[Row, Row, int]]:
    """Items over bases the row may mean: the item above it or in its section, the base there or a total."""
    row = sheet.rows[at]
    section = [
        r
        for r in sheet.rows
        if len(row.path) > 1 and r.path[:-1] == row.path[:-1] and r.amounts and r is not row
    ]
    above = _item_above(sheet.rows, at)
    items = list(dict.fromkeys([r for r in [above] if r] + section))
    named = [r for r in sheet.rows if r.concept in rule.concepts and r.amounts]
    whole = [r for r in sheet.rows if r.amounts and (len(r.path) < 2 or WHOLE.search(r.path[-2]))][:3]
    bases = list(dict.fromkeys(section + named + (whole if sheet.kind == "segments" else [])))
    return [(a, b, sign) for a in items for b in bases if a is not b for sign in (1, -1)][:40]


def _share(cell: Printed, pairs: Sequence[tuple[Row, Row, int]]) -> Column:
    own = cell.estimate
    if own is None:
        return Column(cell, (None,) * len(pairs), f"it {cell.as_printed}")
    trials: list[Trial | None] = []
    for item, base, sign in pairs:
        top, bottom = item.at(cell.period), base.at(cell.period)
        a, b = top and top.estimate, bottom and bottom.estimate
        if not (top and bottom and a and b) or b.may_be_zero() or not commensurable((top, bottom)):
            trials.append(None)
            continue
        right = a / b if sign > 0 else known(0) - a / b
        trials.append(trial((cell, top, bottom), own, right, f"{item.label} / {base.label}"))
    return Column(cell, tuple(trials), "its item or its base is not printed")


def lines(rule: Rule, report: Report, rules: RuleSet) -> Iterator[Series]:
    """A total over the lines printed under it, or above it, up to the next total."""
    assert rule.total is not None
    totals = rules.named(rule.total)
    for sheet in _sheets(rule, report):
        for i, row in enumerate(sheet.rows):
            if row.concept not in totals:
                continue
            lists = [_lines_beside(rule, rules, sheet, i, step) for step in (1, -1)]
            readings = [
                r
                for found in lists
                if found
                for r in _list_readings(found, rule, rules.named(rule.start or ""))
            ]
            if not readings:
                continue
            columns = tuple(_line_column(cell, readings) for cell in row.cells if cell.period)
            yield Series(rule, tuple(_words(r) for r in readings), columns)


Line = tuple[Row, int]  # a row and the sign it enters the sum with
Reading = tuple[tuple[Line, ...], str]


def _lines_beside(rule: Rule, rules: RuleSet, sheet: Sheet, at: int, step: int) -> list[Line]:
    stops = {name for stop in rule.stops for name in rules.named(stop)}
    starts = set(rules.named(rule.start)) if rule.start else set()
    unit = sheet.rows[at].unit
    found: list[Line] = []
    j = at + step
    while 0 <= j < len(sheet.rows) and len(found) <= MOST_LINES:
        row = sheet.rows[j]
        if row.concept in starts:
            found.append((row, 1))
            break
        if row.concept in stops or (starts and row.concept in rules.named(rule.total or "")):
            break
        if row.unit == unit and not ANNOUNCED.search(row.label) and row.concept not in rule.concepts:
            found.append((row, 1))
        j += step
    if starts and not any(row.concept in starts for row, _ in found):
        return []
    found = found if step > 0 else found[::-1]  # as the page reads
    return _house_signs(found, rule) if len(found) >= FEWEST_LINES else []


def _house_signs(found: list[Line], rule: Rule) -> list[Line]:
    """Costs that the house prints positive are taken off."""
    costs = [c.value for row, _ in found if row.concept in rule.minus for c in row.cells if c.value]
    if sum(v > 0 for v in costs) * 2 <= len(costs):
        return found
    return [(row, -1 if row.concept in rule.minus else sign) for row, sign in found]


def _list_readings(found: list[Line], rule: Rule, starts: tuple[str, ...]) -> Iterator[Reading]:
    """The list as printed; then with one line (costs: up to two) turned or left out."""
    yield tuple(found), ""
    changed: list[tuple[tuple[Line, ...], str]] = []
    for i, (row, sign) in enumerate(found):
        if rule.start and row.concept in starts:
            continue
        turned = (*found[:i], (row, -sign), *found[i + 1 :])
        left_out = (*found[:i], *found[i + 1 :])
        changed.append((turned, f"{row.label} with the other sign"))
        if len(left_out) >= FEWEST_LINES:
            changed.append((left_out, f"without {row.label}"))
    yield from changed


def _words(reading: Reading) -> str:
    return reading[1] or "the sum of the lines"


def _line_column(cell: Printed, readings: Sequence[Reading]) -> Column:
    own = cell.estimate
    if own is None:
        return Column(cell, (None,) * len(readings), f"it {cell.as_printed}")
    whole = [listed for listed, change in readings if not change]  # the other readings have no further lines
    under = {row: row.at(cell.period) for listed in whole for row, _ in listed}
    blank = [row for row, fact in under.items() if not _usable(fact)]
    in_one_unit = commensurable([cell, *(f for f in under.values() if f)])

    def tried(at: int) -> Trial | None:
        listed, change = readings[at]
        if blank and any(row in blank for row, _ in listed):
            return None
        used = [(fact, sign) for row, sign in listed if (fact := under[row])]
        parts_of = [(e, sign) for fact, sign in used if (e := fact.estimate)]
        facts = (cell, *(fact for fact, _ in used))
        if len(parts_of) < FEWEST_LINES or not (in_one_unit or commensurable(facts)):
            return None
        return trial(facts, own, signed_total(parts_of), partial(_listing, listed, change))

    missing = blank[0].lacks(cell.period) if blank else "too few lines are printed in its unit"
    return Column(cell, Readings(len(readings), tried), missing)


def _listing(listed: tuple[Line, ...], change: str) -> str:
    """The lines with their signs, or where they begin and end."""
    if len(listed) < 12:
        text = " ".join(("- " if sign < 0 else "+ ") + row.label for row, sign in listed).removeprefix("+ ")
        if len(text) < 60:
            return text
    text = f"the {len(listed)} lines {listed[0][0].label} … {listed[-1][0].label}"
    return f"{text} ({change})" if change else text


def _usable(fact: Printed | None) -> bool:
    """A number, or a dash: in a list of lines a dash says nil, and the columns must bear that out too."""
    return fact is not None and (fact.value is not None or fact.missing == "dash")


def segments(rule: Rule, report: Report, _: RuleSet) -> Iterator[Series]:
    """Segments add up to the whole: items headed alike under their sections, or rows under one total."""
    assert rule.labels is not None and rule.other is not None
    for sheet in _sheets(rule, report):
        amounts = [r for r in sheet.rows if r.amounts and not rule.other.search(r.label)]
        sections: dict[tuple[str, ...], dict[str, Row]] = defaultdict(dict)
        for row in amounts:
            sections[row.path[:-1]].setdefault(row.label, row)
        whole = {path: rows for path, rows in sections.items() if path and WHOLE.search(path[-1])}
        named = {path: rows for path, rows in sections.items() if path and path not in whole}
        measures = {label for rows in named.values() for label in rows}
        shared = [
            m for m in measures if len(named) >= FEWEST_LINES and all(m in rows for rows in named.values())
        ]
        if shared:
            for measure in sorted(shared):
                items = [rows[measure] for rows in named.values()]
                heads = [rows[measure] for rows in whole.values() if measure in rows]
                heads += [r for r in amounts if len(r.path) < 2 and measure in r.label]
                for head in heads[:1]:
                    yield _sum_series(rule, head, items)
            continue
        heads = [r for r in amounts if rule.labels.search(r.label)]
        items = [r for r in amounts if r not in heads]
        if len(heads) == 1 and len(items) >= FEWEST_LINES and len({r.unit for r in amounts}) == 1:
            yield _sum_series(rule, heads[0], items)


def _sum_series(rule: Rule, head: Row, items: Sequence[Row]) -> Series:
    reading: Reading = (tuple((r, 1) for r in items), "")
    columns = tuple(_line_column(cell, [reading]) for cell in head.cells if cell.period)
    return Series(rule, ("",), columns)


def parts_of_year(rule: Rule, report: Report, _: RuleSet) -> Iterator[Series]:
    """Halves, or quarters, add up to the year."""
    for sheet in _sheets(rule, report):
        columns = [
            column
            for row in sheet.rows
            if row.amounts
            for cell in row.cells
            if cell.period
            and cell.value is not None
            and cell not in row.astray
            and (column := _year(cell, row))
        ]
        if columns:
            yield Series(rule, ("",), tuple(columns))


def _year(cell: Printed, row: Row) -> Column | None:
    for pieces in parts(cell.period or ""):
        found = [row.at(p) for p in pieces]
        facts = [f for f in found if f]
        if len(facts) < len(pieces):
            continue
        estimates = [e for f in facts if (e := f.estimate)]
        own = cell.estimate
        assert own is not None
        if len(estimates) < len(pieces):
            blank = next(f for f in facts if f.value is None)
            return Column(cell, (None,), f"{row.label} {blank.period} {blank.as_printed}")
        text = " + ".join(p.removeprefix(cell.period or "") for p in pieces)
        return Column(cell, (trial((cell, *facts), own, total(estimates), text),))
    return None


def _item_above(rows: Sequence[Row], at: int) -> Row | None:
    """The row that a growth or share row belongs to: its named head, else the nearest amount above it."""
    row = rows[at]
    head = row.path[-2] if len(row.path) > 1 else None
    above = [r for r in reversed(rows[:at]) if r.money]
    if head is not None:
        for candidate in above:
            if candidate.label == head:
                return candidate
    if not above:
        return None
    nearest = above[0]
    # A section head between the two parts them.
    return nearest if nearest.path[:-1] == row.path[:-1] or head in nearest.path else None


def _sheets(rule: Rule, report: Report) -> Iterator[Sheet]:
    return (s for s in report.sheets if rule.speaks_of(s.kind, s.concepts))
