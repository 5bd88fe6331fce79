"""Reports taken back: `expectations/withdrawn.toml`, one [[withdrawn]] entry each."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pipeline.checking.home import expectations, read_toml
from pipeline.errors import ConfigError

_KEYS = ("report", "why", "who", "when")
_ID = re.compile(r"[0-9a-f]{12,64}")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A report that no later release shows; `report` is the first twelve or more digits of its id."""

    report: str
    why: str
    who: str
    when: date

    def __str__(self) -> str:
        return f"{self.why} ({self.who}, {self.when})"


def load_withdrawals(path: Path | None = None) -> tuple[Withdrawal, ...]:
    """The entries in the order of the file (default: the project's own).

    Raises ConfigError naming the file, the entry and what was expected.
    """
    path = expectations("withdrawn.toml") if path is None else path
    content = read_toml(path)
    entries = content.pop("withdrawn", [])
    if content or not isinstance(entries, list):
        raise ConfigError(f"{path}: expected [[withdrawn]] entries, found {next(iter(content), entries)!r}")
    return tuple(_withdrawal(f"{path.name}: entry {n}", entry) for n, entry in enumerate(entries, start=1))


def withdrawn_from(withdrawals: Collection[Withdrawal], report_ids: Collection[str]) -> dict[str, str]:
    """The reports among `report_ids` that were taken back, each with the reason."""
    by_start = {one.report[:12]: one for one in withdrawals}
    found = ((report_id, by_start.get(report_id[:12])) for report_id in report_ids)
    return {
        report_id: str(one)
        for report_id, one in found
        if one is not None and report_id.startswith(one.report)
    }


def _withdrawal(place: str, entry: object) -> Withdrawal:
    if not isinstance(entry, dict) or set(entry) != set(_KEYS):
        raise ConfigError(f"{place}: expected the keys {', '.join(_KEYS)}, found {entry!r}")
    if not isinstance(entry["report"], str) or not _ID.fullmatch(entry["report"]):
        raise ConfigError(f"{place}: report: expected 12 to 64 hexadecimal digits, found {entry['report']!r}")
    for key in ("why", "who"):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise ConfigError(f"{place}: {key}: expected a text, found {entry[key]!r}")
    if not isinstance(entry["when"], date) or isinstance(entry["when"], datetime):
        raise ConfigError(f"{place}: when: expected a date such as 2026-11-20, found {entry['when']!r}")
    return Withdrawal(entry["report"], entry["why"].strip(), entry["who"].strip(), entry["when"])
