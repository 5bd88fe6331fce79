"""What a printed label means: its concept in the vocabulary, or nothing where that is not certain.

A label is compared by its form (`vocabulary.form`: without unit, numbering, brackets, spaces). One form can
stand for different things: 财务费用 in a cash flow statement is an add-back, 营业收入 under 成长能力 is a
growth rate, `YoY` is about the row before it. So kind of table, heads above, head of the column and printed
unit take part, and where they leave two readings there is none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.meaning.entities import is_aggregate
from pipeline.meaning.periods import without_period
from pipeline.meaning.units import sense_of
from pipeline.meaning.vocabulary import Concept, Entry, Form, form, vocabulary
from pipeline.meaning.vocabulary.terms import is_torn, matching_keys

# Scores of models and words have no concepts.
_OUTSIDE = frozenset({"benchmarks", "text"})
# Statements whose items are also printed for single businesses.
_OF_BUSINESSES = frozenset({"income_statement", "ratios"})
# What a unit beside the label allows a concept to be.
_ALLOWED = {
    "percent": frozenset({"percent", "times", "pure"}),
    "times": frozenset({"times", "percent", "pure", "per_share"}),
    "days": frozenset({"days"}),
    "money": frozenset({"currency", "per_share"}),
    "currency": frozenset({"currency"}),
    "scale": frozenset({"currency", "shares"}),
    "per_share": frozenset({"per_share"}),
    "shares": frozenset({"shares"}),
}
# A clipped label may lack its last characters; fewer than these say too little to be completed.
_LEAST_CLIPPED = 5
_MOST_LOST = 2
_SOME_BUSINESS = "甲"  # stands for the name of any business


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a label stands: kind of table, heads above (innermost last) and their forms, kind of unit.

    `item` asks for the item that a label names, whatever its section makes of it: a `YoY` is its growth.
    """

    kind: str
    parents: tuple[str, ...]
    heads: tuple[Form, ...]
    unit: str
    item: bool = False

    @property
    def percent(self) -> bool:
        return self.unit == "percent"

    @property
    def section(self) -> tuple[str, bool]:
        """What the nearest section head says (empty: there is none), and whether it prints a percent sign."""
        for head in reversed(self.heads):
            meaning = vocabulary().relation_of("section", head.key)
            if meaning is not None:
                return meaning, head.unit == "percent"
        return "", False


def concept_of(
    label: str, *, kind: str, parents: Sequence[str] = (), column: str = "", unit: str = ""
) -> str | None:
    """The concept code of a label as printed, or None where it has none or more than one reading.

    `kind` is the table's kind, `parents` are the heads above the label, outermost first (for a row such as
    `YoY` the row it belongs to comes last), `column` is the head over the number with its levels joined by
    `|`, `unit` the unit of the number as the contract names it, where it is known: under 营业收入 a block of
    ratios may print revenue or its growth, and then only the unit tells. In a table of companies (`comps`)
    the head of the column names the measure: it may be given as `column`, or as `label`.
    """
    if kind in _OUTSIDE:
        return None
    # What the head says, not the head: a row under six years is looked up once.
    return _concept_of(label, kind, tuple(parents), _said(column), unit)


def measure_of(label: str, *, kind: str, column: str = "") -> str | None:
    """Which of label and head of column says what is measured, as printed; None where the column voids it.

    The head does in a table of companies and where the label is a period; a column of differences (调整幅度)
    leaves no measure.
    """
    names, levels = _said(label), _said(column)
    if kind == "comps" and levels:
        return "|".join(levels)
    if _column_relation(levels) == "none":
        return None
    return label if names or not levels else "|".join(levels)


def sorts_rows(head: str) -> bool:
    """Whether a head says of the rows below it what they are: 成长能力, Profitability, Valuation."""
    return vocabulary().relation_of("section", form(head).key) is not None


@lru_cache(maxsize=16384)
def _said(text: str) -> tuple[str, ...]:
    """The levels of a label or head that say something beside a period."""
    return tuple(words for level in text.split("|") if form(words := without_period(level)).key)


def _column_relation(levels: Sequence[str]) -> str | None:
    """What a head over numbers makes of the item of their row: its growth, its share, nothing at all."""
    return next((r for level in levels if (r := vocabulary().relation_of("column", form(level).key))), None)


@lru_cache(maxsize=65536)
def _concept_of(
    label: str, kind: str, parents: tuple[str, ...], levels: tuple[str, ...], unit: str
) -> str | None:
    names = _said(label)
    if kind == "comps" and levels:
        return _of_levels(levels, kind, (), unit)
    relation = _column_relation(levels)
    if relation == "none":
        return None
    if not names and levels:
        return _of_levels(levels, kind, (), unit)
    found = _of_levels(names, kind, parents, "" if relation else unit)
    return _related(relation, found) if relation else found


def _of_levels(names: tuple[str, ...], kind: str, parents: tuple[str, ...], unit: str) -> str | None:
    """The concept of a name that may stand on several levels: `归母净利润|YoY`, `PE|TTM`."""
    if not names:
        return None
    *above, last = names
    found = _of_label(last, kind, (*parents, *above), unit)
    return found if found is not None or not above else _of_label("".join(names), kind, parents, unit)


def _of_label(
    label: str, kind: str, parents: tuple[str, ...], unit: str = "", *, item: bool = False
) -> str | None:
    words = vocabulary()
    printed = form(label)
    if not printed.key:
        return None
    place = _Place(kind, parents, tuple(form(p) for p in parents), _unit_kind(unit), item)
    relation = words.relation_of("row", printed.key)
    if relation is not None:
        return _related(relation, _of_label(parents[-1], kind, parents[:-1], item=True)) if parents else None
    if (entries := words.labels.get(printed.key)) is not None:
        return _settle(entries, printed, place) or _by_pattern(printed, place)
    return (
        _by_suffix(printed, place)
        or _by_pattern(printed, place)
        or _of_keys(_completions(printed.key), printed, place)
        or _of_keys(matching_keys(printed.key), printed, place)
        or _of_business(printed, place)
    )


def _of_business(printed: Form, place: _Place) -> str | None:
    """Under a measure of a table of businesses, a name that is no measure itself has that of the business.

    Where the unit is known, it must be the measure's; a row about another (its growth) asks without one.
    """
    if place.kind != "segments" or not place.parents or sense_of(printed.key) is not None:
        return None
    *above, measure = place.parents
    if measure == _SOME_BUSINESS:
        return None
    code = _of_label(measure, place.kind, (*above, _SOME_BUSINESS), item=True)
    concept = vocabulary().concepts.get(code or "")
    if concept is None or concept.statement != "segment" or is_aggregate(printed.key):
        return None
    if vocabulary().relation_of("business", printed.key) is not None:
        return None
    return concept.code if place.item or concept.unit_kind == place.unit else None


def _settle(entries: Sequence[Entry], printed: Form, place: _Place) -> str | None:
    """The concept of the row that fits the place best; None where the best ones disagree."""
    held = [entry for entry in entries if _holds(entry, printed, place)]
    if not held:
        return None
    best = max(entry.conditions for entry in held)
    concepts = {entry.concept for entry in held if entry.conditions == best}
    return _in_place(vocabulary().concepts[concepts.pop()], printed, place) if len(concepts) == 1 else None


def _holds(entry: Entry, printed: Form, place: _Place) -> bool:
    if entry.kinds and place.kind not in entry.kinds:
        return False
    if entry.unit and entry.unit not in (printed.unit, place.unit):
        return False
    if entry.parent is None:
        return True
    if isinstance(entry.parent, str):
        return entry.parent == _head_of(place)
    return any(entry.parent.search(head.key) for head in place.heads)


def _head_of(place: _Place) -> str | None:
    """Whether the nearest head names a business or says that this is their sum; None: neither."""
    if not place.heads:
        return None
    words, key = vocabulary(), place.heads[-1].key
    said = words.relation_of("business", key)
    if said is not None:
        return "<total>" if said == "total" else None
    if any(words.relation_of(at, key) for at in ("row", "section")):
        return None
    concept = _of_label(place.parents[-1], place.kind, place.parents[:-1], item=True)
    return "<business>" if concept is None or words.concepts[concept].statement == "segment" else None


def _in_place(concept: Concept, printed: Form, place: _Place) -> str | None:
    """The concept as section and unit leave it: growth under 成长能力, margin under 盈利能力 (%), or none."""
    if place.item:
        return concept.code
    section, section_percent = place.section
    percent = printed.unit == "percent" or section_percent or place.percent
    amount = concept.unit_kind == "currency" and concept.statement not in ("market", "valuation")
    if section == "growth" and (amount or concept.unit_kind == "per_share"):
        return _related("growth", concept.code)
    if amount and section == "share_of_revenue" and percent:
        return _related("share_of_revenue", concept.code)
    if amount and (
        place.percent or (place.kind == "ratios" and (section or not (place.unit or printed.unit)))
    ):
        return None  # a bare 营业利润 in a block of ratios may be its growth or its margin
    if place.kind == "other" and concept.statement in _OF_BUSINESSES and _head_of(place) == "<business>":
        return None  # 营业收入 under the name of a product is not the company's
    if printed.unit is not None and concept.unit_kind not in _ALLOWED[printed.unit]:
        return None
    return concept.code


def _by_suffix(printed: Form, place: _Place) -> str | None:
    """`归母净利润同比`, `EBITDA/营业收入`: growth or share of the item before the suffix."""
    words = vocabulary()
    bare = _Place(place.kind, (), (), "", item=True)
    for pattern, meaning in words.relations["suffix"]:
        match = pattern.fullmatch(printed.key)
        if match is None:
            continue
        entries = words.labels.get(_without_years(match["of"]) if meaning == "cagr" else match["of"])
        base = _settle(entries, Form(match["of"], None), bare) if entries else None
        if base is not None:
            return _related(meaning, base)
    return None


def _without_years(key: str) -> str:
    """`24E26E收入`, `未来三年净利` → `收入`, `净利`: the years of a compound rate stand before the item."""
    return key.lstrip("0123456789EAF年至到未来近过去一二两三四五")


def _by_pattern(printed: Form, place: _Place) -> str | None:
    fits = [entry for pattern, entry in vocabulary().patterns if pattern.fullmatch(printed.key)]
    return _settle(fits, printed, place)


def _completions(key: str) -> list[str]:
    """The known keys that a clipped label may be the start of, if it lacks at most two characters of one."""
    if len(key) < _LEAST_CLIPPED or not is_torn(key):
        return []
    known = _sorted_keys()
    at = bisect_left(known, key)
    found = []
    while at < len(known) and known[at].startswith(key):
        found.append(known[at])
        at += 1
    return found if found and len(min(found, key=len)) - len(key) <= _MOST_LOST else []


@lru_cache(maxsize=1)
def _sorted_keys() -> list[str]:
    return sorted(vocabulary().labels)


def _of_keys(keys: Sequence[str], printed: Form, place: _Place) -> str | None:
    """The one concept that all these known keys have in this place."""
    found = {_settle(vocabulary().labels[key], printed, place) for key in keys}
    return found.pop() if len(found) == 1 else None


def _related(relation: str, base: str | None) -> str | None:
    """The concept that is the growth (or share …) of another, where one is declared."""
    return vocabulary().related.get((relation, base)) if base is not None else None


def _unit_kind(unit: str) -> str:
    """The unit of the contract (`CNY/share`, `percent` …) as the kind of unit that concepts have."""
    if unit.endswith("/share"):
        return "per_share"
    return "currency" if unit.isupper() else unit
