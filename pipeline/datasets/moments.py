"""Days and instants as people write them: what a question may look at."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from pipeline.errors import InputError

Day = date | str
Instant = datetime | date | str


def day_of(when: Day | None) -> date | None:
    """A day from a date or its spelling, `2025-03-31`; InputError where it is none."""
    if isinstance(when, datetime):
        return when.date()
    try:
        return date.fromisoformat(when) if isinstance(when, str) else when
    except ValueError as error:
        raise InputError(f"{when!r} is no date: dates are written 2025-03-31") from error


def instant_of(when: Instant | None) -> datetime | None:
    """An instant, UTC, from a datetime, a day (its last microsecond) or their spelling.

    An instant without a time zone is read as UTC. InputError where the spelling is none.
    """
    if isinstance(when, str):
        when = _spelled(when)
    if when is None:
        return None
    if not isinstance(when, datetime):
        return datetime.combine(when + timedelta(days=1), time.min, UTC) - timedelta(microseconds=1)
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def _spelled(when: str) -> datetime | date:
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(when)
        except ValueError:
            continue
    raise InputError(
        f"{when!r} is no moment: dates are written 2025-03-31, instants 2025-03-31T06:00:00 (UTC) or "
        "2025-03-31T14:00:00+08:00"
    )
