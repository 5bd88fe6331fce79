"""The vocabulary in words for people: one concept, how a label is read, and the page that lists them all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from pipeline.meaning.lexicon import read_rows
from pipeline.meaning.vocabulary.forms import form
from pipeline.meaning.vocabulary.load import LABEL_COLUMNS, Concept, vocabulary

_SIGNS = {
    "gain": "positive where profit rises",
    "expense": "positive where a cost falls on profit",
    "inflow": "positive where cash comes in",
    "positive": "positive",
    "none": "as printed",
}
_TITLES = {
    "income_statement": "Income statement 利润表",
    "per_share": "Per share 每股指标",
    "balance_sheet": "Balance sheet 资产负债表",
    "cash_flow": "Cash flow statement 现金流量表",
    "ratios": "Ratios 财务比率",
    "valuation": "Valuation 估值",
    "market": "Market data 市场数据",
    "segment": "Segments 分部",
}
_SHOWN = 5  # labels of a concept on the page
_HEAD = """# The concepts

The canonical codes that `facts.concept` may hold, {count} of them, from
`pipeline/meaning/vocabulary/concepts.csv`. Written by `yanbao vocabulary list --markdown`; a test holds the
two together. How a printed label is read: `yanbao vocabulary show 营业收入`; what the vocabulary does not
know yet: `yanbao vocabulary missing extracted`. "On a day" says that the number is measured on a day, not
over a stretch of time.
"""


@lru_cache(maxsize=1)
def _spellings() -> dict[str, dict[str, list[str]]]:
    """The labels of each concept in the order of the file, by the place in which they stand for it."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for label, concept, kinds, under, unit in read_rows("labels.csv", LABEL_COLUMNS):
        conditions = []
        if kinds:
            tables = kinds.removeprefix("!").replace("|", ", ").replace("_", " ")
            conditions.append(f"outside {tables}" if kinds.startswith("!") else f"in {tables}")
        if under:
            conditions.append(f"under {under}")
        if unit:
            conditions.append(f"as {unit.replace('_', ' ')}")
        place = f"{', '.join(conditions)}: " if conditions else ""
        found[concept][place].append(label.removeprefix("~"))
    return found


def labels_of(code: str) -> dict[str, list[str]]:
    """The labels that stand for a concept by place (`in segments, under <total>: `, empty: anywhere)."""
    found = _spellings().get(code)
    return dict(found) if found else {"": ["none of its own, it follows from another concept's"]}


def describe(concept: Concept) -> Iterator[tuple[str, str]]:
    """What is known of a concept, as (word, text) in reading order; what does not apply is left out."""
    yield "names", f"{concept.zh}, {concept.en}"
    yield "meaning", concept.definition
    yield "printed in", _TITLES[concept.statement]
    yield "period", "a day" if concept.period_type == "instant" else "a stretch of time"
    yield "unit", concept.unit_kind.replace("_", " ")
    yield "sign", _SIGNS[concept.sign]
    if concept.relation:
        yield concept.relation.replace("_", " ") + " of", ", ".join(concept.base)
    if concept.stands_for:
        yield "may stand for", ", ".join(concept.stands_for)


def similar(text: str, most: int = 8) -> list[str]:
    """Codes and labels of the vocabulary that hold `text` or look like it, the closest first."""
    from difflib import get_close_matches

    words = vocabulary()
    key = form(text).key
    known = {**{code: code for code in words.concepts}, **{key: key for key in words.labels}}
    inside = sorted((k for k in known if key and (key in k or text.lower() in k)), key=lambda k: (len(k), k))
    close = get_close_matches(key or text, known, n=most, cutoff=0.6)
    return list(dict.fromkeys([*close, *inside]))[:most]


def in_markdown() -> str:
    """The text of `docs/vocabulary.md`: every concept by statement, with its most usual labels."""
    concepts = vocabulary().concepts
    lines = [_HEAD.format(count=len(concepts))]
    for statement, title in _TITLES.items():
        lines += [
            f"## {title}",
            "",
            "| code | names | unit | sign | meaning | labels |",
            "|---|---|---|---|---|---|",
        ]
        lines += [_row(c) for c in concepts.values() if c.statement == statement]
        lines.append("")
    return "\n".join(lines)


def _row(concept: Concept) -> str:
    labels = list(dict.fromkeys(label for found in labels_of(concept.code).values() for label in found))
    rest = f" and {len(labels) - _SHOWN} more" if len(labels) > _SHOWN else ""
    relation = concept.relation.replace("_", " ").capitalize()
    cells = (
        f"`{concept.code}`",
        f"{concept.zh}, {concept.en}",
        concept.unit_kind.replace("_", " ") + (", on a day" if concept.period_type == "instant" else ""),
        concept.sign,
        f"{concept.definition} {relation} of {', '.join(concept.base)}." if relation else concept.definition,
        ", ".join(labels[:_SHOWN]) + rest,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
