"""What kind of table this is, from its title, its labels, its heads and its place in the report.

Evidence comes from `vocabulary/kinds.csv`: words with a weight for a kind. Titles weigh most, but one such as
预测指标 or 重要财务指标 stands over different tables, so the labels below it decide between them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import ConfigError
from pipeline.meaning.entities import is_aggregate, is_mobile, is_other_version, listed_name, parse_ticker
from pipeline.meaning.labels import sorts_rows
from pipeline.meaning.lexicon import compile_pattern, plain, read_rows, without_brackets
from pipeline.meaning.numbers import Number, parse_number
from pipeline.meaning.periods import parse_period
from pipeline.meaning.rows import dependence
from pipeline.meaning.tablekinds import STATEMENTS, TABLE_KINDS, Kind
from pipeline.meaning.units import sense_of
from pipeline.tables.table import Table

_FILE = "kinds.csv"
_KINDS: dict[str, Kind] = {kind: kind for kind in TABLE_KINDS}
# A summary of forecasts is short and stands at the front; the longest seen in print has 14 rows.
_SUMMARY_ROWS = 16
_FRONT_PAGES = 2
# A row counts once, so a table of n rows can gather about 2 n; a named title outweighs a third of that.
_TITLE_FACTOR = 0.12
_SELECTION = re.compile(
    r"前[一二三四五六七八九十\d]+(大|名|位)|(重点|主要|核心)(的)?(大)?(单品|产品|客户|品种|项目)"
)
_PAIR = re.compile(r"(?=.*\d)[\d.,/~\-–—\s%元亿万股百年月日]+")


@dataclass(frozen=True, slots=True)
class _View:
    """A table as the evidence sees it."""

    titles: tuple[str, ...]
    labels: tuple[str, ...]
    sections: tuple[str, ...]
    heads: tuple[str, ...]  # over columns of values
    numbers: int
    pairs: (
        int  # `0.67 / 0.56`, `27.5-103.6`, `2025/7/30`: digits that are no single number, and no words either
    )
    words: int
    page: int
    tickers: int
    periods: int
    percent: bool  # (nearly) every number is printed as a percentage: no statement


@lru_cache(maxsize=1)
def _evidence() -> dict[str, tuple[tuple[re.Pattern[str], Kind, float], ...]]:
    found: dict[str, list[tuple[re.Pattern[str], Kind, float]]] = {
        where: [] for where in ("title", "label", "section", "head")
    }
    for where, pattern, kind, weight in read_rows(_FILE, ("where", "pattern", "kind", "weight")):
        known = _KINDS.get(kind)
        if where not in found or known is None:
            raise ConfigError(
                f"vocabulary/{_FILE}: unknown place {where!r} or kind {kind!r} beside {pattern!r}"
            )
        found[where].append((compile_pattern(_FILE, pattern), known, float(weight)))
    return {where: tuple(rows) for where, rows in found.items()}


def kind_of(table: Table, *, page_number: int | None = None, statements_here: bool = False) -> Kind:
    """The kind of one table.

    `page_number` is its first page (from the table itself when left out); `statements_here` says that the
    report's statements stand on the same page, where a short list of key figures is the ratios block and not
    the forecast summary of the front page.
    """
    view = _view(table, page_number)
    if view.numbers + view.pairs == 0 or (view.words > 2 * (view.numbers + view.pairs) and not view.tickers):
        return _wordy(view)
    scores = _scores(view)
    by_period = view.periods >= max(1, (len(view.heads) + 1) // 2)
    if not by_period:
        return _without_periods(view, scores)
    return _by_period(view, scores, statements_here)


def kinds_of(tables: Sequence[Table]) -> list[Kind]:
    """The kinds of all tables of a report, in the order given, each judged with its page's other tables."""
    alone = [kind_of(table) for table in tables]
    statement_pages = {t.pages[0] for t, kind in zip(tables, alone, strict=True) if kind in STATEMENTS}
    summaries = {t.pages[0] for t, kind in zip(tables, alone, strict=True) if kind == "forecast_summary"}
    found: list[Kind] = []
    for table, kind in zip(tables, alone, strict=True):
        here = table.pages[0] in statement_pages and bool(summaries - {table.pages[0]})
        found.append(kind_of(table, statements_here=True) if here and kind == "forecast_summary" else kind)
    return found


def names_kind(table: Table, kind: Kind) -> bool:
    """Whether title or caption of a table name this kind, whatever its rows look like."""
    return kind in _title_kinds(_view(table, None))


def names_selection(table: Table) -> bool:
    """Whether the title speaks of some products or customers of many: their sum is not the company's."""
    return _SELECTION.search(plain(table.title)) is not None


def _view(table: Table, page_number: int | None) -> _View:
    values = [c for c in table.cells if c.role == "value"]
    parsed = [parse_number(c.text) for c in values]
    numbers = sum(isinstance(p, Number) for p in parsed)
    mobiles = sum(is_mobile(c.text) for c in values)
    if 2 * mobiles > numbers:
        numbers = 0  # a list of people to call
    tickers = sum(parse_ticker(c.text) is not None for c in table.cells if c.role in ("value", "label"))
    texts = [
        c.text for p, c in zip(parsed, values, strict=True) if not isinstance(p, Number) and p.missing is None
    ]
    pairs = sum(_PAIR.fullmatch(t) is not None for t in texts)
    columns = sorted({c.column for c in values})
    heads = tuple(table.heads[c] if c < len(table.heads) else "" for c in columns)
    labels = tuple(c.text for c in table.cells if c.role == "label" and c.text.strip())
    sections = [c.text for c in table.cells if c.role == "section" and c.text.strip()]
    # A block of one section is headed by its name alone: GROWTH beside the years.
    sections += [t for t in (table.title, table.stub_head) if t and sorts_rows(t)]
    percent = sum(isinstance(p, Number) and p.unit is not None and p.unit.kind == "percent" for p in parsed)
    return _View(
        titles=tuple(t for t in (table.title, table.caption, table.stub_head) if t),
        labels=labels,
        sections=tuple(sections),
        heads=heads,
        numbers=numbers,
        pairs=pairs,
        words=sum(_PAIR.fullmatch(t) is None and parse_ticker(t) is None for t in texts),
        page=page_number or table.pages[0],
        tickers=tickers,
        periods=sum(parse_period(h) is not None for h in heads),
        percent=percent > 0.9 * numbers > 0,
    )


def _scores(view: _View) -> dict[Kind, float]:
    scores: dict[Kind, float] = defaultdict(float)
    rules = _evidence()
    for label in view.labels:
        clean = plain(label)
        bare = without_brackets(clean) or clean
        in_statement = sense_of(label) in (None, "money", "per_share") and not _is_rate(label)
        best: dict[Kind, float] = {}
        for pattern, kind, weight in rules["label"]:
            if kind in STATEMENTS and (view.percent or not in_statement):
                continue  # 营业成本/营业收入, 净利润增长率: rates of statement items
            if weight > best.get(kind, 0.0) and pattern.search(bare):
                best[kind] = weight
        for kind, weight in best.items():
            scores[kind] += weight
    for section in view.sections:
        for pattern, kind, weight in rules["section"]:
            if pattern.search(plain(section)):
                scores[kind] += weight
    for head in view.heads:
        for pattern, kind, weight in rules["head"]:
            if pattern.search(plain(head)):
                scores[kind] += weight
    size = max(6, len(view.labels))
    for kind, weight in _title_kinds(view).items():
        scores[kind] += weight * size * _TITLE_FACTOR
    return scores


def _title_kinds(view: _View) -> dict[Kind, float]:
    found: dict[Kind, float] = {}
    for title in view.titles:
        for pattern, kind, weight in _evidence()["title"]:
            if pattern.search(plain(title)):
                found[kind] = max(weight, found.get(kind, 0.0))
    return found


def _wordy(view: _View) -> Kind:
    """A table of words: the cover's box where it prints market data, text otherwise."""
    cover = _scores(view)["cover_data"]
    return "cover_data" if view.page <= _FRONT_PAGES and cover >= 6 else "text"


def _without_periods(view: _View, scores: dict[Kind, float]) -> Kind:
    """Tables whose columns are no periods: the cover's box, companies in rows, scores, and the rest."""
    multiples = _multiples(view)
    named = _title_kinds(view)
    companies = view.tickers >= 2 or any(is_aggregate(label) for label in view.labels)
    if multiples and (companies or "comps" in named):
        return "comps"
    if scores["benchmarks"] >= max(6.0, 1.5 * len(view.labels)) and scores["benchmarks"] > scores["comps"]:
        return "benchmarks"
    if view.page <= _FRONT_PAGES and _is_cover(view, scores, named):
        return "cover_data"
    if "segments" in named and scores["segments"] > 0 and _businesses(view):
        return "segments"
    return "other"


def _is_cover(view: _View, scores: dict[Kind, float], named: dict[Kind, float]) -> bool:
    """Market data at the front: prices, shares and market value in the labels, not companies in the rows."""
    if len(view.heads) > 4:
        return False
    market = scores["cover_data"] - named.get("cover_data", 0.0) * max(6, len(view.labels)) * _TITLE_FACTOR
    list_of_its_own = len(view.heads) == 1 and not view.heads[0].strip()  # 基础数据: 每股净资产 and the like
    return (market >= 3 and market >= 0.9 * len(view.labels)) or (
        "cover_data" in named and (market >= 3 or list_of_its_own)
    )


def _by_period(view: _View, scores: dict[Kind, float], statements_here: bool) -> Kind:
    """Tables whose columns are periods."""
    named = _title_kinds(view)
    multiples = _multiples(view)
    companies = view.tickers >= 2 or any(is_aggregate(label) for label in view.labels)
    if sum(listed_name(section) is not None for section in view.sections) > 1:  # each heads its own figures
        return "comps" if "comps" in named or any(sense_of(a) == "times" for a in view.labels) else "other"
    nameless = sum(sense_of(label) is None for label in view.labels) > 0.6 * len(view.labels)
    if (multiples and companies) or ("comps" in named and nameless):
        return "comps"
    if _is_cover(view, scores, named) and len(view.heads) <= 2 and view.page <= _FRONT_PAGES:
        return "cover_data"
    if any(map(is_other_version, view.heads)):  # forecasts before and after a change are no statement
        return "forecast_summary" if any(map(_is_forecast, view.labels)) else "other"
    if scores["other"] >= 6 or ("other" in named and not set(named) & {*STATEMENTS, "ratios"}):
        return "other"
    if scores["benchmarks"] > 2 * len(view.labels):
        return "benchmarks"
    if _businesses(view) and not set(named) & set(STATEMENTS):
        return "segments"
    if _is_summary(view, named) and not statements_here:
        return "forecast_summary"
    statement = _statement(view, scores)
    if statement is not None:
        return statement
    if _rates(view) and scores["ratios"] >= 0.5 * len(view.labels):
        return "ratios"
    return "segments" if "segments" in named or _products(view, named) else "other"


def _multiples(view: _View) -> bool:
    """Whether a column is headed by a valuation multiple."""
    return any(sense_of(level) == "times" for head in view.heads for level in head.split("|"))


def _heads_ratios(section: str) -> bool:
    return any(pattern.search(plain(section)) for pattern, _, _ in _evidence()["section"])


def _statement(view: _View, scores: dict[Kind, float]) -> Kind | None:
    kinds: tuple[Kind, ...] = (*STATEMENTS, "ratios")
    best = max(kinds, key=lambda kind: scores[kind])
    return best if scores[best] >= 0.5 * len(view.labels) else None


def _rates(view: _View) -> bool:
    rates = sum(sense_of(label) not in (None, "money", "shares", "score") for label in view.labels)
    return 2 * rates > len(view.labels)


def _is_summary(view: _View, named: dict[Kind, float]) -> bool:
    """Few rows with sales, profit and what follows from them (growth, EPS, multiples), at the front."""
    if len(view.labels) > _SUMMARY_ROWS or any(map(_heads_ratios, view.sections)):
        return False
    if set(named) & {*STATEMENTS, "segments"}:
        return False
    if view.page > _FRONT_PAGES and "forecast_summary" not in named:
        return False
    bare = [without_brackets(plain(label)) or plain(label) for label in view.labels if not _is_rate(label)]
    sales = any(re.search(r"收入|营收|revenue|sales", b) and sense_of(b) == "money" for b in bare)
    profit = any(
        re.search(r"净.{0,4}利|归母|净收益|盈利|溢利|profit|earnings", b) and sense_of(b) == "money"
        for b in bare
    )
    derived = sum(sense_of(label) in ("growth", "per_share", "times", "percent") for label in view.labels)
    return sales and profit and derived >= 2


def _is_rate(label: str) -> bool:
    """Whether a label says that it is in percent: 营业收入(%) under 成长能力 is the growth of sales."""
    return plain(label).endswith("(%)")


def _is_forecast(label: str) -> bool:
    """Whether a label is sales or profit, what forecasts are made of."""
    return bool(re.search(r"收入|营收|净.{0,4}利|溢利|revenue|sales|profit", plain(label)))


def _products(view: _View, named: dict[Kind, float]) -> bool:
    """A forecast whose rows are mostly names, with the sales that they add up to."""
    own = [plain(label) for label in view.labels if dependence(label) is None]
    names = sum(sense_of(label) is None for label in own)
    sales = any(
        re.fullmatch(r"(营业|主营)?(业务)?总?收入(合计)?(\(.*\))?", label)
        for label in map(plain, view.labels)
    )
    return "forecast_summary" in named and sales and len(own) >= 4 and names > 0.6 * len(own)


def _businesses(view: _View) -> bool:
    """Whether the rows repeat one set of items for several businesses, or name several kinds of sales."""
    bare = [without_brackets(plain(label)) or plain(label) for label in view.labels]
    counts = Counter(bare)
    margins = sum(
        n for label, n in counts.items() if re.fullmatch(r"毛利率|毛利润率|毛利率%|grossmargin", label)
    )
    measures = max((n for label, n in counts.items() if dependence(label) == "measure"), default=0)
    growth = sum(dependence(label) == "follows" and not label.startswith("%") for label in bare)
    sales = len(
        {
            b
            for b in bare
            if re.search(r"(业务|产品|板块|分部|事业部).*(收入|营收)?$|.+(业务收入)$", b) and "率" not in b
        }
    )
    shares = sum(bool(re.search(r"占比|比例|比重", b)) for b in bare)
    if margins >= 2 or (measures >= 2 and view.sections):
        return True
    return (sales >= 2 and growth >= 2) or (shares >= 2 and growth >= 2)
