"""The rules as data: `expectations/rules/*.toml`, read and checked once."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from pipeline.checking.formula import (
    Expression,
    Formula,
    FormulaError,
    Name,
    names,
    parse,
    parse_expression,
)
from pipeline.checking.home import expectations, read_toml
from pipeline.errors import ConfigError
from pipeline.meaning.tablekinds import TABLE_KINDS
from pipeline.meaning.vocabulary import vocabulary

Kind = Literal["definitional", "sum_of_lines", "convention"]
Severity = Literal["error", "warning", "info"]
Scope = Literal["table", "report", "row"]
Shape = Literal[
    "formula",
    "constant",
    "growth_row",
    "share_row",
    "lines",
    "segments",
    "parts_of_year",
    "tie",
    "peers",
    "mean_column",
    "cagr_column",
]
ActualYears = Literal["counted", "excused", "full"]
NUMERIC_KINDS = frozenset(TABLE_KINDS) - {"text"}
DEFAULT_MESSAGE = "{what} {period} (p. {page}): printed {printed}, {formula} = {expected}: {judgement}{note}"
_PLACES = frozenset({"what", "period", "page", "printed", "formula", "expected", "judgement", "note", "rule"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the house of numbers.

    kind: `definitional` holds in any honest report; `sum_of_lines` only where the columns of the table bear
    the list out; `convention` where the columns show that this house computes it so.
    stand_ins: a tie is between a concept and what may stand in for it, not between two printings of one.
    anchored: the rule must hold in at least one column before any other column is held to it (used across
    tables, where two labels may look alike and mean different things).
    unconditional: a misfit of every column is an error too, not a sign that the labels mean something else.
    actual_years: `excused` where a misfit of an actual year may come from what the table does not print (an
    exchange effect, a ratio as the company reported it); `full` where a list is not taken to be complete for
    the estimates only unless two actual years say so.
    """

    rule_id: str
    zh: str
    en: str
    shape: Shape
    kind: Kind
    severity: Severity
    file: str
    tables: frozenset[str] = frozenset()
    scope: Scope = "table"
    formulas: tuple[Formula, ...] = ()
    expression: Expression | None = None
    anchored: bool = False
    unconditional: bool = False
    actual_years: ActualYears = "counted"
    needs: frozenset[str] = frozenset()  # concepts that the table must print for the rule to apply
    unless: frozenset[str] = frozenset()  # concepts that keep the rule from the tables that print them
    total: str | None = None
    start: str | None = None
    stops: frozenset[str] = frozenset()
    minus: frozenset[str] = frozenset()
    concepts: tuple[str, ...] = ()
    same_label: bool = False
    stand_ins: bool = False
    labels: re.Pattern[str] | None = None
    skip_labels: re.Pattern[str] | None = None  # rows that another rule speaks of
    other: re.Pattern[str] | None = None
    message: str = DEFAULT_MESSAGE

    @property
    def speaks_with(self) -> frozenset[str]:
        """Every concept that the rule names."""
        sides = [side for formula in self.formulas for side in (formula.left, formula.right)]
        sides += [self.expression] if self.expression is not None else []
        inside = {name.concept for side in sides for name in names(side)}
        named = {concept for concept in (self.total, self.start) if concept is not None}
        return (
            frozenset({*inside, *self.concepts, *named}) | self.needs | self.unless | self.stops | self.minus
        )

    def speaks_of(self, kind: str, concepts: frozenset[str]) -> bool:
        """Whether the rule is meant for a table of this kind that prints these concepts."""
        right_kind = not self.tables or kind in self.tables
        return right_kind and self.needs <= concepts and not self.unless & concepts


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules, and the concepts that may stand in for another (营业总收入 for 营业收入)."""

    rules: tuple[Rule, ...]
    stand_ins: Mapping[str, tuple[str, ...]]

    def named(self, concept: str) -> tuple[str, ...]:
        """The concept itself and what may stand in for it."""
        others = self.stand_ins.get(concept)
        return (concept, *others) if others else (concept,)


def load_rules(path: Path | str | None = None) -> RuleSet:
    """Read every `*.toml` of a folder (default: the packaged rules), once while the files stay as they are.

    Raises ConfigError naming file, rule, place and what was expected.
    """
    folder = Path(path) if path is not None else expectations("rules")
    try:
        with os.scandir(folder) as entries:
            files = sorted((entry.path, entry.stat()) for entry in entries if entry.name.endswith(".toml"))
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be read: {error.strerror}") from error
    if not files:
        raise ConfigError(f"{folder}: no *.toml rule file found")
    return _loaded(tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in files))


@lru_cache(maxsize=4)
def _loaded(files: Sequence[tuple[str, int, int]]) -> RuleSet:
    """The rules of these files as they were last written: reading them costs as much as half a report."""
    rules: list[Rule] = []
    stand_ins: dict[str, tuple[str, ...]] = {}
    for file in [Path(path) for path, *_ in files]:
        content = read_toml(file)
        for concept, others in content.pop("stand_ins", {}).items():
            stand_ins[concept] = (
                *stand_ins.get(concept, ()),
                *_strings(file.name, "stand_ins", concept, others),
            )
        rules.extend(_rules(file.name, content))
    seen: dict[str, str] = {}
    for rule in rules:
        if rule.rule_id in seen:
            raise ConfigError(
                f"{rule.file}: rule {rule.rule_id!r} is already in {seen[rule.rule_id]}; ids are unique"
            )
        seen[rule.rule_id] = rule.file
        _known(f"{rule.file}: rule {rule.rule_id!r}", rule.speaks_with)
    for concept, others in stand_ins.items():
        _known(f"stand_ins: {concept}", {concept, *others})
    return RuleSet(tuple(rules), stand_ins)


def _known(where: str, concepts: Collection[str]) -> None:
    """Raise ConfigError where the vocabulary does not have a concept: the rule would never speak."""
    known = vocabulary().concepts
    for concept in sorted(set(concepts) - set(known)):
        near = get_close_matches(concept, known, 3)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        raise ConfigError(f"{where}: the vocabulary has no concept {concept!r}{meant}")


def _rules(file: str, content: dict[str, Any]) -> Iterator[Rule]:
    defaults = content.pop("defaults", {})
    entries = content.pop("rule", [])
    if content:
        raise ConfigError(
            f"{file}: unknown table {next(iter(content))!r}; there are [defaults], [stand_ins], [[rule]]"
        )
    for number, entry in enumerate(entries, start=1):
        merged = {**defaults, **entry}
        if "id" not in merged:
            raise ConfigError(f"{file}: rule number {number} has no id")
        each = merged.pop("each", [""])
        for item in _strings(file, str(merged["id"]), "each", each):
            yield _rule(file, _filled(merged, item))


def _filled(entry: dict[str, Any], item: str) -> dict[str, Any]:
    """The entry with `{item}` filled in; formulas use it to say one thing of many concepts."""

    def fill(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("{item}", item)
        return [fill(v) for v in value] if isinstance(value, list) else value

    return {key: value if key == "message" else fill(value) for key, value in entry.items()}


def _rule(file: str, entry: dict[str, Any]) -> Rule:
    rule_id = str(entry.pop("id"))
    made: dict[str, Any] = {"rule_id": rule_id, "file": file}
    known = {field.name for field in fields(Rule)} - {"rule_id", "file", "formulas"} | {"formula"}
    for key, value in entry.items():
        if key not in known:
            raise ConfigError(
                f"{file}: rule {rule_id!r}: unknown key {key!r}; known are {', '.join(sorted(known))}"
            )
        made.update(_field(file, rule_id, key, value))
    for key, need in (("zh", ""), ("en", ""), ("shape", Shape), ("kind", Kind), ("severity", Severity)):
        if key not in made:
            hint = f" ({', '.join(get_args(need))})" if need else ""
            raise ConfigError(f"{file}: rule {rule_id!r}: {key} is missing{hint}")
    _demand(file, rule_id, made)
    return Rule(**made)


def _field(file: str, rule_id: str, key: str, value: Any) -> dict[str, Any]:
    where = f"{file}: rule {rule_id!r}: {key}"
    choices = {
        "shape": Shape,
        "kind": Kind,
        "severity": Severity,
        "scope": Scope,
        "actual_years": ActualYears,
    }
    if key in choices:
        if value not in get_args(choices[key]):
            raise ConfigError(f"{where}: {value!r} is none of {', '.join(get_args(choices[key]))}")
        return {key: value}
    if key == "tables":
        kinds = frozenset(_strings(file, rule_id, key, value))
        if unknown := sorted(kinds - NUMERIC_KINDS):
            raise ConfigError(
                f"{where}: {unknown[0]!r} is no table kind; there are {', '.join(sorted(NUMERIC_KINDS))}"
            )
        return {key: kinds}
    if key in ("needs", "unless", "stops", "minus"):
        return {key: frozenset(_strings(file, rule_id, key, value))}
    if key == "concepts":
        return {key: tuple(_strings(file, rule_id, key, value))}
    if key in ("anchored", "same_label", "stand_ins", "unconditional"):
        if not isinstance(value, bool):
            raise ConfigError(f"{where}: expected true or false, found {value!r}")
        return {key: value}
    if key == "formula":
        texts = [value] if isinstance(value, str) else _strings(file, rule_id, key, value)
        return {"formulas": tuple(f for text in texts for f in _formulas(where, text))}
    if not isinstance(value, str):
        raise ConfigError(f"{where}: expected a text, found {value!r}")
    try:
        if key == "expression":
            return {key: parse_expression(value)}
        if key in ("labels", "skip_labels", "other"):
            return {key: re.compile(value, re.I)}
    except FormulaError as error:
        raise ConfigError(f"{where}: {value!r}, {error}") from error
    except re.error as error:
        raise ConfigError(f"{where}: {value!r} is no pattern: {error}") from error
    if key == "message" and (unknown := sorted(set(re.findall(r"\{(\w*)\}", value)) - _PLACES)):
        raise ConfigError(f"{where}: unknown place {{{unknown[0]}}}; there are {', '.join(sorted(_PLACES))}")
    return {key: value}


def _formulas(where: str, text: str) -> tuple[Formula, ...]:
    try:
        found = parse(text)
    except FormulaError as error:
        raise ConfigError(f"{where}: {text!r}, {error}") from error
    if not isinstance(found[0].left, Name):
        raise ConfigError(
            f"{where}: {text!r}, at character 1: the left side must be one concept, the one held to the rule"
        )
    if not names(found[0].right):
        raise ConfigError(f"{where}: {text!r}: the right side names no concept")
    return found


_DEMANDS: dict[str, tuple[str, ...]] = {
    "formula": ("formulas",),
    "constant": ("expression",),
    "growth_row": ("labels",),
    "share_row": ("labels", "concepts"),
    "lines": ("total", "stops"),
    "segments": ("labels", "other"),
    "tie": ("concepts",),
    "peers": ("labels", "other"),
    "mean_column": ("labels",),
    "cagr_column": ("labels",),
    "parts_of_year": (),
}


def _demand(file: str, rule_id: str, made: Mapping[str, Any]) -> None:
    for key in _DEMANDS[made["shape"]]:
        if not made.get(key):
            name = "formula" if key == "formulas" else key
            raise ConfigError(f"{file}: rule {rule_id!r}: a rule of shape {made['shape']!r} needs {name!r}")


def _strings(file: str, rule_id: str, key: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ConfigError(f"{file}: rule {rule_id!r}: {key}: expected a list of texts, found {value!r}")
    return value
