"""Which house published the report: its name and addresses, weighed against the names it quotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import ConfigError
from pipeline.meaning.cover_lines import tight
from pipeline.meaning.lexicon import read_rows
from pipeline.reading.page import Page

_COLUMNS = ("broker", "full_name", "aliases", "domains")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([a-z0-9][a-z0-9.-]*\.[a-z]{2,})", re.IGNORECASE)
# A house's own name stands in its disclaimer, on its spine, in its addresses; a source note may name another.
_MAIL_WEIGHT, _FULL_WEIGHT, _SHORT_WEIGHT = 10, 4, 1
_FIRST_PAGE_FACTOR = 3
_CAP = 12  # a name repeated in every paragraph of a disclaimer is not endless evidence
_LEAD = 1.3  # the winner must lead by this factor, else nothing is said


@dataclass(frozen=True, slots=True)
class _Houses:
    names: re.Pattern[str]
    by_name: dict[str, tuple[str, int]]  # printed name → short name, weight
    by_domain: dict[str, str]


@lru_cache(maxsize=1)
def _houses() -> _Houses:
    by_name: dict[str, tuple[str, int]] = {}
    by_domain: dict[str, str] = {}
    for broker, full, aliases, domains in read_rows("brokers.csv", _COLUMNS):
        for name in filter(None, (broker, full, *aliases.split("|"))):
            weight = _FULL_WEIGHT if re.search(r"公司$|研究[所院部]$|研究中心$", name) else _SHORT_WEIGHT
            known = by_name.setdefault(tight(name), (broker, weight))
            if known[0] != broker:
                raise ConfigError(f"vocabulary/brokers.csv: {name!r} stands for both {known[0]} and {broker}")
        for domain in filter(None, domains.split("|")):
            if by_domain.setdefault(domain, broker) != broker:
                raise ConfigError(
                    f"vocabulary/brokers.csv: {domain} belongs to {by_domain[domain]} and {broker}"
                )
    longest_first = sorted(by_name, key=len, reverse=True)
    return _Houses(re.compile("|".join(map(re.escape, longest_first))), by_name, by_domain)


def _of_domain(domain: str) -> str | None:
    """The house of a host name or of a domain above it."""
    known = _houses().by_domain
    parts = domain.lower().strip(".").split(".")
    for start in range(len(parts) - 1):
        if house := known.get(".".join(parts[start:])):
            return house
    return None


def _evidence(text: str) -> Counter[str]:
    houses = _houses()
    names = Counter(houses.names.findall(text))
    scores: Counter[str] = Counter()
    for name, times in names.items():
        broker, weight = houses.by_name[name]
        scores[broker] += weight * min(times, _CAP)
    domains = Counter(house for d in _DOMAIN.findall(text) if (house := _of_domain(d)))
    for broker, times in domains.items():
        scores[broker] += _MAIL_WEIGHT * min(times, 3)
    return scores


def _page_text(page: Page) -> str:
    # Addresses need the blanks between words, names that wrap need them gone.
    spaced = " ".join(word.text for word in page.words)
    domains = " ".join(f"@{d}" for d in _DOMAIN.findall(spaced))
    return _DOMAIN.sub(" ", tight(spaced)) + " " + domains


def find_broker(pages: Sequence[Page], strips: Sequence[str]) -> str | None:
    """The house's short name, None where nothing names one or two houses are named about as often.

    `strips` are the vertical texts of the first page. Read are the first two and the last three pages, all
    pages only where those name none.
    """
    if not pages:
        return None
    edges = [*pages[:2], *pages[max(2, len(pages) - 3) :]]
    for chosen in (edges, list(pages)):
        scores: Counter[str] = Counter()
        for page in chosen:
            factor = _FIRST_PAGE_FACTOR if page is pages[0] else 1
            for broker, score in _evidence(_page_text(page)).items():
                scores[broker] += factor * score
        for strip in strips:
            for broker, score in _evidence(tight(strip)).items():
                scores[broker] += 2 * _FIRST_PAGE_FACTOR * score
        ranked = scores.most_common(2)
        if ranked:
            break
    else:
        return None
    if len(ranked) > 1 and ranked[0][1] < _LEAD * ranked[1][1]:
        return None
    return ranked[0][0]
