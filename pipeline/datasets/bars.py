"""The bars of `expectations/gate.toml`: shares that must hold, and what may not drop against the parent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.checking.home import expectations, read_toml
from pipeline.datasets.ledger import SHARES, Tally
from pipeline.datasets.suites import GATE, Outcome
from pipeline.errors import ConfigError

_SHOWN = 5  # reports that are named


@dataclass(frozen=True, slots=True)
class Bar:
    """A share that must not leave its bounds; `drop` compares it with the parent's."""

    of: str
    over: str
    low: float | None
    high: float | None
    least: int
    why: str
    drop: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """What a publication looks like: new and changed reports, all it shows, and the parent.

    `reread` are the changed reports as they are now, `before` as the parent has them; `missing` those that
    are gone without a reason.
    """

    new: Tally
    all: Tally
    parent: Tally | None
    before: Tally
    reread: Tally
    missing: tuple[str, ...]


def load_bars(path: Path | None = None) -> tuple[Bar, ...]:
    """The bars in the order of the file (default: the project's own), shares first.

    Raises ConfigError naming the file, the entry and what was expected.
    """
    path = expectations("gate.toml") if path is None else path
    content = read_toml(path)
    if unknown := sorted(content.keys() - {"bar", "drop"}):
        raise ConfigError(f"{path}: expected [[bar]] and [[drop]] entries, found {unknown[0]!r}")
    return tuple(
        _bar(f"{path.name}: {kind} {number}", entry, drop=kind == "drop")
        for kind in ("bar", "drop")
        for number, entry in enumerate(content.get(kind, []), start=1)
    )


def _bar(place: str, entry: Mapping[str, Any], *, drop: bool) -> Bar:
    what = "of" if drop else "share"
    keys = {what, "max", "from", "why"} | (set() if drop else {"over", "min"})
    if unknown := sorted(entry.keys() - keys):
        raise ConfigError(f"{place}: unknown key {unknown[0]!r}; known are {', '.join(sorted(keys))}")
    named = {*SHARES, "reports", "facts"} if drop else set(SHARES)
    if entry.get(what) not in named:
        raise ConfigError(f"{place}: {what}: {entry.get(what)!r} is none of {', '.join(sorted(named))}")
    if not drop and entry.get("over") not in ("new", "all"):
        raise ConfigError(f'{place}: over: expected "new" or "all", found {entry.get("over")!r}')
    bounds = {key: entry[key] for key in ("min", "max") if key in entry}
    numbers = all(isinstance(b, int | float) and not isinstance(b, bool) for b in bounds.values())
    if not bounds or not numbers:
        raise ConfigError(f"{place}: expected min or max as a number, found {bounds!r}")
    if not isinstance(entry.get("from", 1), int) or not str(entry.get("why", "")).strip():
        raise ConfigError(f"{place}: from is a count of reports, and why says what the bar is for")
    return Bar(
        of=entry[what],
        over="new" if drop else entry["over"],
        low=bounds.get("min"),
        high=bounds.get("max"),
        least=entry.get("from", 1),
        why=entry["why"],
        drop=drop,
    )


def hold_bars(bars: tuple[Bar, ...], measured: Measured) -> Iterator[Outcome]:
    """What became of each bar; one with too few reports to measure looked at nothing."""
    for bar in bars:
        if not bar.drop:
            tally = measured.new if bar.over == "new" else measured.all
            found = tally.share(bar.of) if tally.reports >= bar.least else None
            yield _outcome(bar, f"{bar.of} of {bar.over} reports", found, tally.reports)
        elif bar.of == "reports":
            gone = measured.missing
            yield _outcome(bar, "reports gone without a reason", len(gone), len(gone), _named(gone))
        elif bar.of == "facts":
            had, have = measured.before.facts, measured.reread.facts
            found = (had - have) / had if had and measured.before.reports >= bar.least else None
            yield _outcome(bar, "facts of reports read again", found, measured.before.reports)
        else:
            now = measured.new.share(bar.of)
            then = None if measured.parent is None else measured.parent.share(bar.of)
            enough = measured.new.reports >= bar.least
            found = then - now if enough and now is not None and then is not None else None
            yield _outcome(bar, f"{bar.of} against the parent", found, measured.new.reports)


def _named(gone: Sequence[str]) -> str:
    """Which reports are gone, and what can be done; nothing where none is."""
    more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
    listed = ", ".join(report_id[:16] for report_id in gone[:_SHOWN])
    return f"{listed}{more} (read them again, or say why in withdrawn.toml)" if gone else ""


def _outcome(bar: Bar, about: str, found: float | None, reports: int, more: str = "") -> Outcome:
    bad = found is not None and (
        (bar.low is not None and found < bar.low) or (bar.high is not None and found > bar.high)
    )
    bounds = " and ".join(
        f"{word} {bound:g}"
        for word, bound in (("at least", bar.low), ("at most", bar.high))
        if bound is not None
    )
    return Outcome(
        dataset=GATE,
        expectation="expect_drop" if bar.drop else "expect_share",
        about=f"{about} {bounds}",
        severity="critical",
        success=not bad,
        evaluated=0 if found is None else reports,
        unexpected=int(bad),
        examples=tuple(filter(None, (f"measured {found:.4g}: {bar.why}", more))) if bad else (),
        notes=bar.why,
    )
