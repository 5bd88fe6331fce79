"""What people have ruled on printed numbers: `expectations/corrections.toml`, as a layer beside the facts.

    rulings = load_corrections()                 # () where there are none
    layer = correction_layer(rulings, facts, reports)
    layer.schema == corrections_schema()         # one row for each ruling on a report that is there

A ruling accepts a print that a check doubts, or says what ought to stand there. It never changes `facts`: the
layer has the printed value, the corrected one, the reason, who said so and when, keyed by `fact_id`, and who
publishes lays it beside the facts. Its guard (`expect`) says what the fact must still be; one that does not
fit any more raises ConfigError, because then nobody has ruled on what is there now.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from pipeline.checking.home import expectations, read_toml
from pipeline.checking.sheet import records
from pipeline.errors import ConfigError
from pipeline.meaning.numbers import Number, parse_number

if TYPE_CHECKING:
    import pyarrow as pa

Ruling = Literal["accept", "correct"]
GUARDS = ("text", "label", "column", "page", "period_label", "concept", "table_kind", "entity")
_KEYS = ("report", "fact", "expect", "ruling", "reason", "who", "when")
_ID = re.compile(r"[0-9a-f]{12,64}")


@dataclass(frozen=True, slots=True)
class Correction:
    """One ruling. `report` and `fact` are the first twelve or more digits of the ids."""

    place: str  # file and number of the entry, for messages
    report: str
    fact: str
    expect: Mapping[str, str | int]
    ruling: Ruling
    text: str | None  # as it ought to be printed; None where the print was accepted
    value: Decimal | None
    reason: str
    who: str
    when: date


def corrections_schema() -> pa.Schema:
    """Columns of the layer, in order."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            pa.field("fact_id", text, nullable=False),
            pa.field("report_id", text, nullable=False),
            pa.field("ruling", text, nullable=False),  # accept, correct
            pa.field("text_printed", text, nullable=False),
            pa.field("value_printed", pa.decimal128(38, 12)),  # null where the print is no number
            pa.field("text_corrected", text),  # null where the print was accepted
            pa.field("value_corrected", pa.decimal128(38, 12)),  # in the printed unit and power of ten
            pa.field("reason", text, nullable=False),
            pa.field("who", text, nullable=False),
            pa.field("when", pa.date32(), nullable=False),
        ]
    )


def load_corrections(path: Path | str | None = None) -> tuple[Correction, ...]:
    """Read the rulings (default: `expectations/corrections.toml`), in the order of the file.

    Raises ConfigError naming the file, the entry and what was expected.
    """
    file = Path(path) if path is not None else expectations("corrections.toml")
    content = read_toml(file)
    entries = content.pop("correction", [])
    if content or not isinstance(entries, list):
        raise ConfigError(
            f"{file.name}: expected [[correction]] entries, found {next(iter(content), entries)!r}"
        )
    found = tuple(
        _correction(f"{file.name}: correction number {n}", e) for n, e in enumerate(entries, start=1)
    )
    for number, one in enumerate(found):
        for other in found[:number]:
            if one.fact.startswith(other.fact) or other.fact.startswith(one.fact):
                raise ConfigError(f"{one.place}: {other.place} rules on the same fact {one.fact}")
    return found


def correction_layer(corrections: Sequence[Correction], facts: Any, reports: Any) -> pa.Table:
    """The rulings on these reports as an Arrow table (`corrections_schema`), by fact_id.

    facts, reports: datasets of the contract, as Arrow tables or pandas DataFrames. Rulings on reports that
    are not among them give no row. Raises ConfigError where a guard does not fit, with what is there now.
    """
    import pyarrow as pa

    here = {row["report_id"] for row in records(reports, ("report_id",), "reports")}
    rulings = [(c, _one(c, "report", c.report, r)) for c in corrections if (r := _begin(c.report, here))]
    wanted = {report_id for _, report_id in rulings}
    by_report: dict[str, list[dict[str, Any]]] = defaultdict(list)
    if wanted:
        for row in records(facts, ("fact_id", "report_id", "value", *GUARDS), "facts"):
            if row["report_id"] in wanted:
                by_report[row["report_id"]].append(row)
    rows = [_row(c, by_report[report_id], report_id) for c, report_id in rulings]
    return pa.Table.from_pylist(sorted(rows, key=lambda r: str(r["fact_id"])), schema=corrections_schema())


def _row(correction: Correction, facts: Sequence[Mapping[str, Any]], report_id: str) -> dict[str, Any]:
    fact = _guarded(correction, facts)
    printed = None if fact["value"] is None else Decimal(str(fact["value"]))
    if printed is not None and printed == correction.value:
        raise ConfigError(
            f"{correction.place}: it corrects {fact['text']!r} to the same value; to let the print stand, "
            'say ruling = "accept" without a value'
        )
    own = parse_number(correction.text or "")
    there = parse_number(fact["text"])
    if isinstance(own, Number) and own.unit is not None and getattr(there, "unit", None) != own.unit:
        raise ConfigError(
            f"{correction.place}: value {correction.text!r} has another unit than the print {fact['text']!r}"
        )
    return {
        "fact_id": fact["fact_id"],
        "report_id": report_id,
        "ruling": correction.ruling,
        "text_printed": fact["text"],
        "value_printed": printed,
        "text_corrected": correction.text,
        "value_corrected": correction.value,
        "reason": correction.reason,
        "who": correction.who,
        "when": correction.when,
    }


def _guarded(correction: Correction, facts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The fact a ruling is about, if it is still what the ruling expects."""
    found = [f for f in facts if f["fact_id"].startswith(correction.fact)]
    expected = ", ".join(f"{k} {v!r}" for k, v in correction.expect.items())
    if not found:
        like = [f["fact_id"] for f in facts if not list(_misfits(correction, f))]
        hint = f"; what it expects ({expected}) is now {' or '.join(like[:3])}" if like else ""
        raise ConfigError(
            f"{correction.place}: the report has no fact {correction.fact} any more{hint}: look at the "
            "page and rule again, or take the entry out"
        )
    _one(correction, "fact", correction.fact, [f["fact_id"] for f in found])
    fact = found[0]
    if misfits := "; ".join(_misfits(correction, fact)):
        raise ConfigError(
            f"{correction.place}: the guard does not fit fact {correction.fact}: {misfits}. It was ruled "
            f"upon by {correction.who} on {correction.when} as it was then: look at the page and rule again"
        )
    return fact


def _misfits(correction: Correction, fact: Mapping[str, Any]) -> Iterator[str]:
    for name, wanted in correction.expect.items():
        if fact[name] != wanted:
            yield f"{name}: expected {wanted!r}, found {fact[name]!r}"


def _begin(prefix: str, ids: Collection[str]) -> list[str]:
    return sorted(i for i in ids if i.startswith(prefix))


def _one(correction: Correction, what: str, prefix: str, ids: Sequence[str]) -> str:
    if len(ids) > 1:
        raise ConfigError(f"{correction.place}: {what} {prefix} begins {len(ids)} ids; give more digits")
    return ids[0]


def _correction(place: str, entry: Any) -> Correction:
    if not isinstance(entry, dict):
        raise ConfigError(f"{place}: expected a table of keys, found {entry!r}")
    if unknown := sorted(set(entry) - {*_KEYS, "value"}):
        raise ConfigError(f"{place}: unknown key {unknown[0]!r}; known are {', '.join((*_KEYS, 'value'))}")
    if absent := [key for key in _KEYS if key not in entry]:
        raise ConfigError(f"{place}: {absent[0]} is missing")
    for key in ("report", "fact"):
        if not isinstance(entry[key], str) or not _ID.fullmatch(entry[key]):
            raise ConfigError(f"{place}: {key}: expected 12 to 64 hexadecimal digits, found {entry[key]!r}")
    for key in ("reason", "who"):
        if not isinstance(entry[key], str) or not entry[key].strip():
            raise ConfigError(f"{place}: {key}: expected a text, found {entry[key]!r}")
    when = entry["when"]
    if not isinstance(when, date) or isinstance(when, datetime):
        raise ConfigError(f"{place}: when: expected a date such as 2026-11-20, found {when!r}")
    if entry["ruling"] not in get_args(Ruling):
        raise ConfigError(f"{place}: ruling: {entry['ruling']!r} is none of {', '.join(get_args(Ruling))}")
    text, value = _value(place, entry)
    return Correction(
        place=place,
        report=entry["report"],
        fact=entry["fact"],
        expect=_expect(place, entry["expect"]),
        ruling=entry["ruling"],
        text=text,
        value=value,
        reason=entry["reason"].strip(),
        who=entry["who"].strip(),
        when=when,
    )


def _value(place: str, entry: Mapping[str, Any]) -> tuple[str | None, Decimal | None]:
    text = entry.get("value")
    if entry["ruling"] == "accept":
        if text is not None:
            raise ConfigError(f'{place}: value goes with ruling = "correct"; the accepted print needs none')
        return None, None
    number = parse_number(text) if isinstance(text, str) else None
    if not isinstance(text, str) or not isinstance(number, Number):
        raise ConfigError(
            f'{place}: value: expected the number as it ought to be printed, a text such as "(6,708.32)", '
            f"found {text!r}"
        )
    return text, number.value


def _expect(place: str, guard: Any) -> dict[str, str | int]:
    if not isinstance(guard, dict) or "text" not in guard:
        raise ConfigError(
            f'{place}: expect: expected {{ text = "…" }} and what else must fit, found {guard!r}'
        )
    for name, wanted in guard.items():
        if name not in GUARDS:
            raise ConfigError(f"{place}: expect: {name!r} is none of {', '.join(GUARDS)}")
        if not isinstance(wanted, int if name == "page" else str) or isinstance(wanted, bool):
            kind = "a page number" if name == "page" else "a text"
            raise ConfigError(f"{place}: expect: {name}: expected {kind}, found {wanted!r}")
    return dict(guard)
