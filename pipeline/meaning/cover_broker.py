"""Which house published the report: its name and addresses, weighed against the names it quotes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import ConfigError
from pipeline.meaning.cover_lines import tight
from pipeline.meaning.lexicon import SIMPLIFIED, read_rows
from pipeline.reading.page import Page

_COLUMNS = ("broker", "full_name", "aliases", "domains")
_DOMAIN = re.compile(r"(?:@|www\.|https?://(?:www\.)?)([a-z0-9][a-z0-9.-]*\.[a-z]{2,})", re.IGNORECASE)
# A house's own name stands in its disclaimer, on its spine, in its addresses; a source note may name another.
_MAIL_WEIGHT, _FULL_WEIGHT, _SHORT_WEIGHT = 10, 4, 1
_FIRST_PAGE_FACTOR = 3
_CAP = 12  # a name repeated in every paragraph of a disclaimer is not endless evidence
_LEAD = 1.3  # the winner must lead by this factor, else nothing is said

# A house that brokers.csv does not know is taken from its print where a piece of text is its name and no
# more: on a running head, before 研究所, behind 资料来源. Inside a sentence nobody can say where it begins.
_PIECE = re.compile(r"[\s,，.。;；:：|｜()（）\[\]【】、/《》“”\"·•©-]+")
_NAME = r"(?P<name>[\u4e00-\u9fff]{2,4}(?:证券国际|国际|证券))"
_UNLISTED = (
    re.compile(
        rf"{_NAME}(?P<does>(?:证券)?(?:研究所|研究院|研究中心|研究部|研究)?(?:预测|整理|测算|估计|绘制)?)"
    ),
    re.compile(
        rf"(?:本(?:研究)?报告)?(?:由|系|版权归|版权属于)?{_NAME}"
        r"(?P<does>(?:证券|金融|控股|集团)*(?:股份)?有限(?:责任)?公司).*"
    ),
)
# 中国证券(业协会), 有关证券, 上市证券: words before 证券 and 国际 that are no names.
_NO_NAME = re.compile(
    r"中国|我国|有关|相关|上市|任何|其他|其它|所述|境[内外]|海外|国[内外]|买卖|交易|投资|从事|本[报公]|该"
    r"|标的|公司|全球"
)
_LEAST_PAGES = 2
_UNLISTED_LEAD = 2  # of two unknown names, one must stand on this many times the pages of the other
_OVER_LISTED = 3  # a house that is only quoted stands on few pages beside one whose report it is


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
            known = by_name.setdefault(_simple(name), (broker, weight))
            if known[0] != broker:
                raise ConfigError(f"vocabulary/brokers.csv: {name!r} stands for both {known[0]} and {broker}")
        for domain in filter(None, domains.split("|")):
            if by_domain.setdefault(domain, broker) != broker:
                raise ConfigError(
                    f"vocabulary/brokers.csv: {domain} belongs to {by_domain[domain]} and {broker}"
                )
    longest_first = sorted(by_name, key=len, reverse=True)
    return _Houses(re.compile("|".join(map(re.escape, longest_first))), by_name, by_domain)


def _simple(text: str) -> str:
    """`text` without spaces, in simplified characters: houses in Hong Kong print traditional ones."""
    return tight(text).translate(SIMPLIFIED)


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
    return _DOMAIN.sub(" ", _simple(spaced)) + " " + domains


def find_broker(pages: Sequence[Page], strips: Sequence[str], *, company: str | None = None) -> str | None:
    """The house's short name, None where nothing names one or two houses are named about as often.

    `strips` are the vertical texts of the first page; `company` is the covered one, which may itself be
    called XX国际. A house that the vocabulary does not list is found by its print where that dominates.
    """
    if not pages:
        return None
    named, contested = _listed(pages, strips)
    unlisted, on_pages = _unlisted(pages, company)
    if unlisted is None or contested:
        return named
    if named is None:
        return unlisted
    return unlisted if on_pages >= _OVER_LISTED * _pages_naming(pages, named) else named


def _unlisted(pages: Sequence[Page], company: str | None) -> tuple[str | None, int]:
    """The unknown house whose name stands on most pages, and on how many; None where none dominates."""
    on_pages: Counter[str] = Counter()
    vouched: set[str] = set()  # names that something shows to be a house: its institute, its legal form
    for page in pages:
        found: set[str] = set()
        for piece in _PIECE.split(_simple("|".join(word.text for word in page.words))):
            if "证券" not in piece and "国际" not in piece:  # nearly all of them
                continue
            match = next((m for pattern in _UNLISTED if (m := pattern.fullmatch(piece))), None)
            if match is None or _NO_NAME.match(match["name"]) or _houses().names.search(match["name"]):
                continue
            found.add(match["name"])
            if match["does"]:
                vouched.add(match["name"])
        on_pages.update(found)
    if company is not None:
        del on_pages[_simple(company)]
    ranked = on_pages.most_common(2)
    if not ranked or ranked[0][0] not in vouched:
        return None, 0
    name, count = ranked[0]
    if count < _LEAST_PAGES or 2 * count < len(pages):
        return None, 0
    if len(ranked) > 1 and count < _UNLISTED_LEAD * ranked[1][1]:
        return None, 0
    return name, count


def _pages_naming(pages: Sequence[Page], broker: str) -> int:
    """The number of pages on which a listed house is named."""
    return sum(broker in _evidence(_page_text(page)) for page in pages)


def _listed(pages: Sequence[Page], strips: Sequence[str]) -> tuple[str | None, bool]:
    """The house of the vocabulary that the pages name most, and whether two of them compete.

    Read are the first two and the last three pages, all pages only where those name none.
    """
    edges = [*pages[:2], *pages[max(2, len(pages) - 3) :]]
    for chosen in (edges, list(pages)):
        scores: Counter[str] = Counter()
        for page in chosen:
            factor = _FIRST_PAGE_FACTOR if page is pages[0] else 1
            for broker, score in _evidence(_page_text(page)).items():
                scores[broker] += factor * score
        for strip in strips:
            for broker, score in _evidence(_simple(strip)).items():
                scores[broker] += 2 * _FIRST_PAGE_FACTOR * score
        ranked = scores.most_common(2)
        if ranked:
            break
    else:
        return None, False
    if len(ranked) > 1 and ranked[0][1] < _LEAD * ranked[1][1]:
        return None, True
    return ranked[0][0], False
