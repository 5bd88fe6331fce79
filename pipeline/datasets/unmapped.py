"""Labels that the vocabulary does not know, counted over extracted reports: what to teach it next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.datasets.query import ask
from pipeline.datasets.store import read_dataset
from pipeline.meaning.labels import measure_of
from pipeline.meaning.rows import dependence
from pipeline.meaning.tablekinds import TABLE_KINDS, Kind
from pipeline.meaning.vocabulary import form

MAPPED_KINDS: tuple[Kind, ...] = tuple(
    kind for kind in TABLE_KINDS if kind not in ("segments", "benchmarks", "other", "text")
)
"""Kinds whose rows are line items; names of businesses and models have no concept on purpose."""

_GROUPED = """
    select f.table_kind as kind, f.label, f.label_path, f.column,
           count(*) as numbers,
           list_sort(list(distinct f.report_id)) as reports,
           list_sort(list(distinct r.broker)) as brokers,
           arg_min(r.file_name, (r.file_name, f.page, f.top)) as file_name,
           arg_min(f.page, (r.file_name, f.page, f.top)) as page
    from facts f join reports r using (report_id)
    where f.concept is null
    group by all
"""
_SHARES = "select table_kind as kind, count(*) as numbers, count(concept) as mapped from facts group by kind"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """One unmapped label in one kind of table.

    `label` is its most frequent print, `above` the head it stands under where it leans on one (YoY, 其中),
    else empty; `numbers` and `reports` count where it stands, `brokers` name the houses; `file_name` and
    `page` are one such place.
    """

    kind: str
    label: str
    above: str
    numbers: int
    reports: int
    brokers: tuple[str, ...]
    file_name: str
    page: int


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the numbers of one kind of table carry a concept."""

    kind: str
    numbers: int
    mapped: int


def unmapped(
    extracted: Path, kinds: Collection[str] = MAPPED_KINDS
) -> tuple[tuple[Share, ...], tuple[Unmapped, ...]]:
    """The share of mapped numbers by kind, and the unmapped labels of these kinds, the most frequent first.

    Prints that differ in unit, brackets, spacing or script are one label. Columns that are no measure of the
    row (差异, 变动幅度) are passed over: they void its meaning. Raises InputError where `extracted` is no
    extracted directory.
    """
    columns = ["report_id", "table_kind", "page", "top", "label", "label_path", "column", "concept"]
    facts = read_dataset(extracted, "facts", columns, [("table_kind", "in", sorted(kinds))])
    reports = read_dataset(extracted, "reports", ["report_id", "file_name", "broker"])
    shares = {row["kind"]: Share(**row) for row in ask(_SHARES, facts=facts).to_pylist()}
    groups = ask(_GROUPED, facts=facts, reports=reports).to_pylist()
    return tuple(shares[kind] for kind in TABLE_KINDS if kind in shares), tuple(_labels(groups))


def _labels(groups: Iterable[dict[str, Any]]) -> list[Unmapped]:
    """One entry for each label in each kind of table, from groups of numbers with one print."""
    found: dict[tuple[str, str, str], list[tuple[str, dict[str, Any]]]] = defaultdict(list)
    for group in groups:
        path = tuple(group["label_path"] or ())
        label = measure_of(group["label"] or "", kind=group["kind"], column=group["column"] or "")
        if label is None or not form(label).key:
            continue
        own = label == group["label"]
        above = path[-2] if own and len(path) > 1 and dependence(label) is not None else ""
        found[group["kind"], form(label).key, form(above).key].append((label, group | {"above": above}))
    entries = [_entry(kind, prints) for (kind, _, _), prints in found.items()]
    return sorted(entries, key=lambda e: (-e.reports, -e.numbers, e.kind, e.label, e.above))


def _entry(kind: str, prints: list[tuple[str, dict[str, Any]]]) -> Unmapped:
    label, most = max(prints, key=lambda each: (each[1]["numbers"], each[0]))
    _, first = min(prints, key=lambda each: (each[1]["file_name"], each[1]["page"]))
    return Unmapped(
        kind=kind,
        label=label,
        above=most["above"],
        numbers=sum(group["numbers"] for _, group in prints),
        reports=len({report for _, group in prints for report in group["reports"]}),
        brokers=tuple(sorted({name for _, group in prints for name in group["brokers"] if name})),
        file_name=first["file_name"],
        page=first["page"],
    )
