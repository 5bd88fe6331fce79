"""Loading the vocabulary, and saying what is wrong with it where it is wrong."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import ConfigError
from pipeline.meaning.lexicon import compile_pattern, read_rows
from pipeline.meaning.tablekinds import TABLE_KINDS
from pipeline.meaning.vocabulary.forms import form

KINDS = frozenset(TABLE_KINDS)
RELATIONS = frozenset(
    [
        "growth",
        "growth_qoq",
        "cagr",
        "share_of_revenue",
        "share_of_total",
        "share_of_total_assets",
        "share_of_profit_before_tax",
    ]
)
_CHOICES = {
    "statement": frozenset(
        [
            "income_statement",
            "balance_sheet",
            "cash_flow",
            "ratios",
            "per_share",
            "valuation",
            "market",
            "segment",
        ]
    ),
    "period_type": frozenset({"duration", "instant"}),
    "unit_kind": frozenset(["currency", "per_share", "percent", "times", "days", "pure", "shares", "score"]),
    "sign": frozenset(["gain", "expense", "inflow", "positive", "none"]),
}
# What may be said at each place beside the relations: sections in which money is out of place, columns that
# void the meaning of a row (a difference is no revenue), heads that sum up or that only sort the businesses.
_PLACES = {
    "row": RELATIONS,
    "suffix": RELATIONS,
    "section": RELATIONS | {"returns", "per_share", "turnover", "solvency", "valuation"},
    "column": RELATIONS | {"none"},
    "business": frozenset({"total", "sorting"}),
}
_ROLES = frozenset({"content", "filler", "order"})
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_PATTERN = "~"  # before a label that is a pattern over keys
_NOT = "!"  # before kinds: all but these
LABEL_COLUMNS = ("label", "concept", "kinds", "parent", "unit")
HEADS = ("<business>", "<total>")


@dataclass(frozen=True, slots=True)
class Concept:
    """A canonical code.

    `sign` says when the number is positive: `gain` and `inflow` where profit or cash rises, `expense` where a
    cost falls on profit (or on equity), `positive` for a stock, `none` where nothing is natural. `relation`
    and `base` make it the growth or share of other concepts; `stands_for` names the concepts that it may
    stand in for where a house prints only this one, because its label leaves open which of them it is.
    """

    code: str
    zh: str
    en: str
    statement: str
    period_type: str
    unit_kind: str
    sign: str
    relation: str
    base: tuple[str, ...]
    stands_for: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of labels.csv: the concept of a label, and where that is certain (empty: anywhere).

    `parent` is a pattern that one of the heads above has to fit, or `<business>` (the nearest head names a
    business, a product or a region) or `<total>` (it says that this is their sum).
    """

    line: int
    concept: str
    kinds: frozenset[str]
    parent: re.Pattern[str] | str | None
    unit: str

    @property
    def conditions(self) -> tuple[bool, bool, bool]:
        """How particular the row is: one that names more of its context wins over one that names less."""
        return (self.parent is not None, bool(self.unit), bool(self.kinds))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that labels are read with."""

    concepts: Mapping[str, Concept]
    labels: Mapping[str, tuple[Entry, ...]]
    patterns: Sequence[tuple[re.Pattern[str], Entry]]
    related: Mapping[tuple[str, str], str]
    relations: Mapping[str, Sequence[tuple[re.Pattern[str], str]]]
    terms: Mapping[str, tuple[str, tuple[str, ...]]]

    def relation_of(self, place: str, key: str) -> str | None:
        """What a form at a place (`row`, `section`, `column`) says of the numbers: `growth`, `turnover` …"""
        return next((meaning for pattern, meaning in self.relations[place] if pattern.fullmatch(key)), None)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """The vocabulary of this installation. ConfigError names file, line and what was expected."""
    concepts = read_concepts(read_rows("concepts.csv", tuple(Concept.__dataclass_fields__)))
    labels, patterns = read_labels(read_rows("labels.csv", LABEL_COLUMNS), concepts)
    return Vocabulary(
        concepts,
        labels,
        patterns,
        _related(concepts.values()),
        read_relations(read_rows("relations.csv", ("place", "pattern", "meaning"))),
        read_terms(read_rows("terms.csv", ("term", "role", "same_as"))),
    )


def read_concepts(rows: Iterable[Sequence[str]]) -> dict[str, Concept]:
    """The concepts of concepts.csv by code, in its order."""
    found: dict[str, Concept] = {}
    for line, row in enumerate(rows, 2):
        code, zh, en, statement, period_type, unit_kind, sign, relation, base, stands_for, definition = row
        given = {"statement": statement, "period_type": period_type, "unit_kind": unit_kind, "sign": sign}
        for column, value in given.items():
            if value not in _CHOICES[column]:
                _fail("concepts.csv", line, f"{column} {value!r}, expected one of {sorted(_CHOICES[column])}")
        if not _CODE.fullmatch(code) or code in found:
            _fail("concepts.csv", line, f"the code {code!r} is not in snake_case or stands there twice")
        if not (zh and en and definition):
            _fail("concepts.csv", line, f"{code} needs zh, en and a definition")
        if bool(relation) != bool(base) or (relation and relation not in RELATIONS):
            _fail(
                "concepts.csv",
                line,
                f"{code}: relation and base go together, relation one of {sorted(RELATIONS)}",
            )
        found[code] = Concept(
            code,
            zh,
            en,
            statement,
            period_type,
            unit_kind,
            sign,
            relation,
            _split(base),
            _split(stands_for),
            definition,
        )
    for line, concept in enumerate(found.values(), 2):
        for other in (*concept.base, *concept.stands_for):
            if other not in found:
                _fail("concepts.csv", line, f"{concept.code} names {other!r}, which is no code of this file")
    return found


def read_labels(
    rows: Iterable[Sequence[str]], concepts: Mapping[str, Concept]
) -> tuple[dict[str, tuple[Entry, ...]], tuple[tuple[re.Pattern[str], Entry], ...]]:
    """The rows of labels.csv by the key of their label, and those that are patterns over keys."""
    found: dict[str, list[Entry]] = defaultdict(list)
    patterns: list[tuple[re.Pattern[str], Entry]] = []
    for line, (label, concept, kinds, parent, unit) in enumerate(rows, 2):
        if concept not in concepts:
            _fail(
                "labels.csv", line, f"{label!r} stands for {concept!r}, which concepts.csv does not declare"
            )
        named = frozenset(_split(kinds.removeprefix(_NOT)))
        if unknown := named - KINDS:
            _fail("labels.csv", line, f"unknown kinds {sorted(unknown)}, expected some of {sorted(KINDS)}")
        if unit and unit not in _CHOICES["unit_kind"]:
            _fail("labels.csv", line, f"unit {unit!r}, expected one of {sorted(_CHOICES['unit_kind'])}")
        above = parent if parent in ("", *HEADS) else compile_pattern(f"labels.csv, line {line}", parent)
        entry = Entry(line, concept, KINDS - named if kinds.startswith(_NOT) else named, above or None, unit)
        if label.startswith(_PATTERN):
            patterns.append((compile_pattern(f"labels.csv, line {line}", label[1:]), entry))
            continue
        key = form(label).key
        if not key:
            _fail("labels.csv", line, f"{label!r} is a bare unit or empty")
        for other in found[key]:
            if entry.concept != other.concept and _same_context(entry, other):
                _fail(
                    "labels.csv",
                    line,
                    f"{label!r} stands for {entry.concept} here and for {other.concept} in line {other.line},"
                    " in the same context: give one of them kinds, parent or unit that tell them apart",
                )
        found[key].append(entry)
    return {key: tuple(entries) for key, entries in found.items()}, tuple(patterns)


def read_relations(rows: Iterable[Sequence[str]]) -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """The patterns of relations.csv by place; those of a suffix match a whole key, its item named `of`."""
    found: dict[str, list[tuple[re.Pattern[str], str]]] = {place: [] for place in _PLACES}
    for line, (place, pattern, meaning) in enumerate(rows, 2):
        if place not in _PLACES:
            _fail("relations.csv", line, f"the place {place!r}, expected one of {sorted(_PLACES)}")
        if meaning not in _PLACES[place]:
            _fail(
                "relations.csv", line, f"{meaning!r} at {place!r}, expected one of {sorted(_PLACES[place])}"
            )
        whole = f"^(?P<of>.+?)(?:{pattern})$" if place == "suffix" else pattern
        found[place].append((compile_pattern(f"relations.csv, line {line}", whole), meaning))
    return found


def read_terms(rows: Iterable[Sequence[str]]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The words of terms.csv: role, and the words that say the same."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for line, (term, role, same_as) in enumerate(rows, 2):
        if not term or term in found or role not in _ROLES:
            _fail(
                "terms.csv",
                line,
                f"{term!r} is empty, there twice, or its role {role!r} not one of {sorted(_ROLES)}",
            )
        found[term] = role, tuple(same_as.split())
    return found


def _related(concepts: Iterable[Concept]) -> dict[tuple[str, str], str]:
    """(relation, base) → the concept that is it; a base of two of them would be a guess and fails."""
    pairs = [((c.relation, base), c.code) for c in concepts for base in c.base]
    twice = [pair for pair, count in Counter(pair for pair, _ in pairs).items() if count > 1]
    if twice:
        raise ConfigError(
            f"vocabulary/concepts.csv: two concepts are the {twice[0][0]} of {twice[0][1]}, expected one"
        )
    return dict(pairs)


def _same_context(one: Entry, two: Entry) -> bool:
    if one.conditions != two.conditions or one.unit != two.unit:
        return False
    if one.kinds and two.kinds and not one.kinds & two.kinds:
        return False
    # Two different patterns of parents may well exclude each other; equal ones cannot.
    return one.parent == two.parent


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split("|") if part)


def _fail(file: str, line: int, problem: str) -> None:
    raise ConfigError(f"vocabulary/{file}, line {line}: {problem}")
