"""The headline, the covered company with its listings, and the kind of report, off the lines of a cover."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from pipeline.meaning.cover_company import labelled_company
from pipeline.meaning.cover_lines import (
    Cover,
    Line,
    is_head,
    joined,
    only_type,
    tight,
)
from pipeline.meaning.cover_prices import has_date
from pipeline.meaning.cover_rating import is_rating
from pipeline.meaning.entities import is_ticker_head, parse_ticker
from pipeline.meaning.lexicon import compile_pattern, plain, read_rows

TOP = 0.45  # headline and company stand in the upper part of the page
_BULLET = re.compile(r"^[⚫●■◼◆▪•➢❑□▶►✓l\uf06c\uf0d8\uf06e\uf0b2]\s")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_DASH = re.compile(r"^[—─–-]{1,3}\s*")
_CONTACT = re.compile(r"@|https?:|www\.|s\d{13}|执业|登记编号|证书|电话|邮箱|sfcno|sacno", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d\d[年./-]\d{1,2}[月./-]\d{1,2}日?")
_TICKER = r"(?:(?:SH|SZ|BJ|HK)[.:]?\d{5,6}|\d{1,6}(?:\s?[. ]\s?[A-Z]{1,3})?|[A-Z]{1,5}\s?[. ]\s?[A-Z]{1,2})"
_LISTINGS = rf"{_TICKER}(?:\s*[/、,，;；|]\s*{_TICKER})*"
_BRACKETED = re.compile(
    r"(?P<name>[^()（）《》]{2,24}?)\s*[(（]\s*(?:(?:股票|证券|公司)?代码\s*[:：]\s*)?"
    rf"(?P<codes>{_LISTINGS})\s*[)）](?P<rest>.*)",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?P<name>[^()（）《》]{{2,24}}?)\s+(?P<codes>{_LISTINGS})(?P<rest>(?:\s.*)?)")
_NAME_BREAK = re.compile(r"[|｜│丨▏¦/\\：:·•,，。;；【】\[\]]")
_PARTED = re.compile(r"[|·•●丨]")
_NAME = re.compile(r"(?:\*?ST\s?)?[\u4e00-\u9fffA-Za-z0-9][\u4e00-\u9fffA-Za-z0-9\-－&·.＆]*")


@dataclass(frozen=True, slots=True)
class Company:
    """A company as the cover prints it beside its listings."""

    name: str
    tickers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Mention:
    company: Company
    rest: str  # what follows on the line
    line: Line


def _tickers(codes: str) -> tuple[str, ...] | None:
    """The listings of `2359.HK/603259.CH`, None when a piece is no ticker."""
    found: list[str] = []
    for piece in re.split(r"[/、,，;；|]", codes):
        ticker = parse_ticker(piece.strip(), bare=True)
        if ticker is None:
            return None
        found.append(ticker)
    return tuple(dict.fromkeys(found))


def _name(text: str) -> str | None:
    """The company's name at the end of what stands before its ticker."""
    tail = _DASH.sub("", _NAME_BREAK.split(text)[-1].strip())
    tail = re.sub(r"^.*?(?:证券研究报告|研究报告|公司研究|首次覆盖)\s*", "", tail)
    tokens = tail.split()
    if not tokens:
        return None
    if all(len(t) == 1 for t in tokens) or len(tokens) == 1:
        name = "".join(tokens)
    else:
        name = " ".join(tokens[-2:]) if re.fullmatch(r"\*?ST", tokens[-2]) else tokens[-1]
        if re.fullmatch(r"[A-Za-z0-9&.\-]+", tokens[0]) and len(tail) <= 16:
            name = tail  # `BOSS 直聘`
    ok = _NAME.fullmatch(name) is not None or name == tail
    return name if ok and len(tight(name)) >= 2 and not is_ticker_head(name) and not name.isdigit() else None


def _mention(line: Line) -> _Mention | None:
    """The company a line begins with, with its tickers."""
    for pattern in (_BRACKETED, _BARE):
        match = pattern.match(line.text)
        if match is None:
            continue
        # Without brackets six bare digits could be any number: there the exchange must be printed.
        if pattern is _BARE and not re.search(r"[A-Za-z]", match["codes"]):
            continue
        tickers = _tickers(match["codes"])
        name = _name(match["name"])
        if tickers and name and only_type(match["name"].replace(name, "").replace(" ", "")):
            return _Mention(Company(name, tickers), match["rest"], line)
    return None


def _mentions(cover: Cover, limit: float) -> list[_Mention]:
    found = []
    for line in cover.own:
        if line.top > limit * cover.height or _BULLET.match(line.text):
            continue
        mention = _mention(line)
        # A sentence that begins with a company is prose: it has a sentence's stops and the size of the body.
        prose = line.size <= 1.1 * cover.body_size and re.search(r"[，。；]", line.text) is not None
        if mention is not None and not prose:
            found.append(mention)
    return found


def find_company(cover: Cover, running: Iterable[Cover]) -> Company | None:
    """The covered company: named with its ticker at the top of page 1, else in the heads of later pages.

    Where neither does, its ticker and its name are looked for apart. `running` is not asked in vain.
    """
    mentions = _mentions(cover, TOP)
    if not mentions:
        apart = labelled_company(cover)
        return _running_company(running) or (Company(*apart) if apart is not None else None)
    weight: Counter[str] = Counter()
    for m in mentions:
        weight[m.company.name] += round(10 * m.line.size * (1.2 if m.line.bold else 1.0))
    name = weight.most_common(1)[0][0]
    tickers = [
        t for m in (*mentions, *_mentions(cover, 0.9)) if m.company.name == name for t in m.company.tickers
    ]
    return Company(name, tuple(dict.fromkeys(tickers)))


def _running_company(running: Iterable[Cover]) -> Company | None:
    """The company that the heads of at least two later pages name, None where they name several."""
    found: Counter[Company] = Counter()
    for cover in running:
        found.update({m.company for m in _mentions(cover, 0.12)})
    repeated = [company for company, pages in found.items() if pages >= 2]
    return repeated[0] if len(repeated) == 1 else None


def _after_company(mention: _Mention) -> str | None:
    """The headline on the company's line, None when the rest only says the kind of report or the rating."""
    if re.match(r"\s*[：:]", mention.rest):
        return mention.line.text
    begins = not mention.rest[:1].isspace()  # no space between: the company is the headline's own beginning
    rest = mention.rest.strip()
    if len(_CHINESE.findall(rest)) < 5 or only_type(rest) or is_rating(rest) or rest[:1] in "\\/|｜,，。、":
        return None
    if only_type(_DATE.sub("", rest)):
        return None
    return mention.line.text if begins else rest


def _title_text(line: Line) -> str | None:
    """The headline words of a line, None for anything that is no headline."""
    text = line.text
    if (
        len(_CHINESE.findall(text)) < 4
        or len(tight(text)) < 6
        or _BULLET.match(text)
        or _CONTACT.search(text)
    ):
        return None
    mention = _mention(line)
    if mention is not None:
        return _after_company(mention)
    if is_head(text) or only_type(text) or is_rating(text) or _DASH.match(text):
        return None
    return None if only_type(_DATE.sub("", text)) or text.endswith((":", "：")) else text


def _latin_title(line: Line) -> str | None:
    """The headline words of a line of a cover in a Latin script."""
    text = line.text
    if len(re.findall(r"[A-Za-z]", text)) < 12 or len(text.split()) < 3 or _CONTACT.search(text):
        return None
    if is_head(text) or is_rating(text) or only_type(text) or "|" in text or has_date(text):
        return None
    mention = _mention(line)
    if mention is not None:
        return text if re.match(r"\s*[：:]", mention.rest) else None
    return None if text.endswith((":", "：")) else text


def _largest(
    cover: Cover, company: Company | None, words: Callable[[Line], str | None]
) -> tuple[Line, str] | None:
    """The line in the largest type over the running text for which `words` finds a headline."""
    left, right = cover.main
    best: tuple[Line, str] | None = None
    for line in cover.lines:
        if line.top > TOP * cover.height or line.size < 1.12 * cover.body_size:
            continue
        if min(line.x1, right) - max(line.x0, left) < 0.15 * line.width:
            continue
        text = words(line)
        if text is None or (company is not None and tight(text) == tight(company.name)):
            continue
        if best is None or line.size > best[0].size + 0.6:
            best = (line, text)
    return best


def find_title(cover: Cover, company: Company | None) -> str | None:
    """The headline: the largest lines over the running text that are no company, kind of report or rating."""
    latin = _largest(cover, company, _latin_title) if cover.latin else None
    found = latin or _largest(cover, company, _title_text) or _largest(cover, company, _subtitle)
    first, text = found or (None, "")
    if first is None:
        return None
    parts = [text.removeprefix("——")]
    last = first
    for line in cover.lines:
        follows = 0 < line.top - last.top <= 2.1 * first.size and line.x0 < first.x1 and line.x1 > first.x0
        if line.top <= last.top or not follows:
            continue
        if abs(line.size - first.size) <= 0.8 and line.bold == first.bold and _continues(line):
            parts.append(line.text)
            last = line
        elif subtitle := _subtitle(line):
            parts.append(subtitle)
            break
    return joined(parts) if not parts[-1].startswith(("—", "─")) else joined(parts[:-1]) + parts[-1]


def _continues(line: Line) -> bool:
    text = line.text
    if _mention(line) is not None or _BULLET.match(text) or _CONTACT.search(text) or _DASH.match(text):
        return False
    return not (is_head(text) or is_rating(text) or only_type(_DATE.sub("", text)))


def _subtitle(line: Line) -> str | None:
    """A second headline behind a dash, unless it only says what kind of report this is."""
    if not _DASH.match(line.text) or only_type(line.text):
        return None
    return _DASH.sub("——", line.text) if len(_CHINESE.findall(line.text)) >= 3 else None


@lru_cache(maxsize=1)
def _types() -> tuple[tuple[re.Pattern[str], str], ...]:
    name = "cover_report_types.csv"
    return tuple((compile_pattern(name, p), kind) for p, kind in read_rows(name, ("pattern", "report_type")))


def find_type(cover: Cover, company: Company | None, title: str | None, action: str | None) -> str | None:
    """The kind of report by its banner, headline, spine and rating action; None where none says it."""
    texts = [plain(strip) for strip in cover.strips]
    industry = False
    longest = 90 if cover.latin else 45
    for line in cover.own:
        if line.top > 0.25 * cover.height or len(line.tight) > longest:
            continue
        text = plain(line.text)
        rest = mention.rest if (mention := _mention(line)) is not None else line.text
        if only_type(rest) or is_head(text) or mention is not None:
            texts.append(text)
        else:
            texts += [piece for piece in _PARTED.split(text) if piece and only_type(piece)]
        industry = (
            industry
            or re.search(r"行业(?:研究|报告|深度|点评|周报|月报|专题|跟踪|策略|动态|简报)", text) is not None
        )
    if company is None:
        industry = industry or any("行业" in text and "公司" not in text for text in texts)
        return "industry" if industry else None
    if action is not None and action.startswith("首"):
        return "initiation"
    texts.append(plain(title or ""))
    for pattern, kind in _types():
        if any(pattern.search(text) for text in texts):
            return kind
    return None
