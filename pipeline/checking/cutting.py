"""Tables that cut figures off instead of rounding them: 3,238.84 printed as 3,238.

A table is taken to do so only where figures that it shares with finer tables bear it out: at least three of
them are cut off and cannot be rounded, and not one is rounded and cannot be cut off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pipeline.checking.intervals import Interval
from pipeline.checking.sheet import Printed, Report, commensurable

FEWEST_CUT = 3
FINER = 10  # a figure with one digit more tells how the coarser one was made


@lru_cache(maxsize=1)  # three rules ask it of each report in turn
def cut_tables(report: Report) -> Mapping[str, int]:
    """The tables that cut figures off, with the number of figures that show it."""
    cut: Counter[str] = Counter()
    rounded: set[str] = set()
    for fine, coarse in _twins(report):
        exact = fine.estimate
        assert exact is not None
        as_rounded = _rounded(coarse).meets(exact.interval)
        as_cut = cut_interval(coarse).meets(exact.interval)
        if as_cut and not as_rounded:
            cut[coarse.table_id] += 1
        elif as_rounded and not as_cut:
            rounded.add(coarse.table_id)
    return {table: n for table, n in cut.items() if n >= FEWEST_CUT and table not in rounded}


def cut_interval(fact: Printed) -> Interval:
    """Every value that is cut off to the printed one: up to a whole last digit farther from zero."""
    estimate = fact.estimate
    assert estimate is not None
    value, digit = estimate.value, 2 * fact.half
    if value == 0:
        return Interval(-digit, digit)
    return Interval(value, value + digit) if value > 0 else Interval(value - digit, value)


def _rounded(fact: Printed) -> Interval:
    estimate = fact.estimate
    assert estimate is not None
    return estimate.interval


def _twins(report: Report) -> Iterator[tuple[Printed, Printed]]:
    """Pairs of one figure in two tables, the finer first."""
    for (_, _, period), facts in report.index.items():
        printed = [f for f in facts if f.value is not None]
        if period is None or len({f.table_id for f in printed}) < 2:
            continue
        for fine in printed:
            for coarse in printed:
                apart = fine.table_id != coarse.table_id and fine.unit == coarse.unit
                if apart and fine.half * FINER <= coarse.half and commensurable((fine, coarse)):
                    yield fine, coarse
