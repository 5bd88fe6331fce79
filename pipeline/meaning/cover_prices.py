"""Target price, closing price and the report's date off the lines of a cover."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from pipeline.meaning.cover_lines import Cover, Line, tight, words_for
from pipeline.meaning.lexicon import SIMPLIFIED
from pipeline.meaning.unitwords import read_unit

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_CURRENCY = r"(?:人民币|港币|港元|美元|欧元|日元|英镑|新台币|RMB|CNY|HKD|USD|HK\$|US\$|[¥￥$€])"
_VALUE = re.compile(
    rf"(?P<before>{_CURRENCY})?:?(?P<number>{_NUMBER})(?P<after>{_CURRENCY}|元)?(?P<rest>.*)", re.IGNORECASE
)
_BRACKETED = re.compile(r"\(([^()]*)\)")
# A range, a percentage or a multiple is no price; a second listing's price or a horizon may follow one.
_NOT_A_PRICE = re.compile(r"\s*(?:[-~—–/至]\s*\d|%|倍|x\b|[亿万千百年月日天次股]|个月)", re.IGNORECASE)

_FULL_DATE = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)(?:\s*年\s*(?P<m1>\d{1,2})\s*月\s*(?P<d1>\d{1,2})\s*日"
    r"|(?P<s>[./-])\s?(?P<m2>\d{1,2})(?P=s)\s?(?P<d2>\d{1,2})|(?P<m3>[01]\d)(?P<d3>[0-3]\d))(?!\d)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_DATE = re.compile(
    r"(?<!\d)(?:(?P<d1>\d{1,2})\s+(?P<m1>[A-Za-z]{3,9})\.?,?\s+(?P<y1>20\d\d)|(?P<m2>[A-Za-z]{3,9})\.?\s+(?P<d2>\d{1,2}),?\s+(?P<y2>20\d\d))(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Price:
    """A printed price per share; `currency` is ISO 4217, None where none is printed beside it."""

    amount: Decimal
    currency: str | None


@lru_cache(maxsize=256)
def _currency(text: str) -> str | None:
    """The currency a printed unit names; a bare 元 or ￥ names none (it may be 港元 on a Hong Kong cover)."""
    mark = read_unit(text)
    return None if mark is None else mark.currency


def _label_currency(text: str) -> str | None:
    """The currency of a label's bracket, the first where two listings share it: `(港币/人民币)`."""
    for inside in _BRACKETED.findall(text):
        for piece in re.split(r"[/,，]|截[至止]", inside):
            if found := _currency(piece):
                return found
    return None


def _value(text: str) -> tuple[Price, str] | None:
    """The price a text begins with and what follows it."""
    match = _VALUE.match(text.lstrip(":"))
    if match is None or _NOT_A_PRICE.match(match["rest"]):
        return None
    printed = [c for c in (match["before"], match["after"]) if c]
    currency = next((c for c in map(_currency, printed) if c), None)
    return Price(Decimal(match["number"].replace(",", "")), currency), match["rest"]


def _after_label(text: str, what: str) -> tuple[str, str | None] | None:
    """What a line says behind the label `what`, and the currency in its brackets; None without the label."""
    match = words_for(what).match(text)
    if match is None:
        return None
    rest = text[match.end() :]
    currency = None
    while bracket := _BRACKETED.match(rest):
        currency = currency or _label_currency(bracket.group())
        rest = rest[bracket.end() :]
    if rest and not re.match(rf":|{_CURRENCY}|\d", rest, re.IGNORECASE):
        return None
    return rest.lstrip(":"), currency


def _box_currency(cover: Cover, line: Line) -> str | None:
    """The currency in the head of the box above a label: `(港币/人民币)` over the listings' columns."""
    above = [
        other
        for other in cover.lines
        if 0 < line.top - other.top <= 60 and abs(other.x0 - line.x0) <= 6 and other.text.strip()[:1] in "(（"
    ]
    return _label_currency(above[-1].simple) if above else None


def find_price(cover: Cover, what: str) -> Price | None:
    """The first price behind, or right below, a label of kind `what` (`close_price`, `target_price`)."""
    for line in cover.own:
        found = _after_label(line.simple, what)
        if found is None:
            continue
        rest, currency = found
        texts = [rest] if rest else [other.simple for other in cover.right_of(line)[:2]]
        price = _first_price(texts)
        if price is None and not rest and (below := cover.below(line)) is not None:
            price = _first_price([below.simple])
        if price is not None:
            return Price(price.amount, price.currency or currency or _box_currency(cover, line))
    return None


def _first_price(texts: Sequence[str]) -> Price | None:
    """The price that stands first; a colon or a currency sign may stand apart, anything else is no price."""
    for text in texts:
        read = _value(text)
        if read is not None:
            return read[0]
        if text not in {":", "¥"}:
            return None
    return None


@lru_cache(maxsize=1)
def _sentence() -> re.Pattern[str]:
    """A target price in running text, with its currency: 对应目标价 17.69 元, 目标价从 70 元上调至 75 元."""
    money = rf"(?:{_CURRENCY}|元)"
    moved = rf"(?:从|由){_CURRENCY}?{_NUMBER}{money}?(?:[^,。;\d]{{0,4}}调[^,。;\d]{{0,2}}至|提[高升][至到])"
    said = r"(?:(?:上调|下调|调高|调低|提高|维持|仍|分别)*(?:至|为|到|在|是|约|达|:|,)*)"
    return re.compile(
        rf"(?P<old>前次|上次|此前|先前|原|前值)?目标价(?:格|位)?(?:\([^()]*\))?(?:{moved}|{said})"
        rf"(?P<before>{_CURRENCY})?(?P<number>{_NUMBER})(?P<after>{money})?",
        re.IGNORECASE,
    )


def find_price_in_text(cover: Cover) -> Price | None:
    """The target price that the running text names, where no label does; None where it names several."""
    left, right = cover.main
    text = "".join(line.simple for line in cover.lines if left - 15 <= line.x0 < right)
    found: set[Price] = set()
    for match in _sentence().finditer(text):
        printed = [c for c in (match["before"], match["after"]) if c]
        if match["old"] is None and printed and not _NOT_A_PRICE.match(text[match.end() :]):
            amount = Decimal(match["number"].replace(",", ""))
            found.add(Price(amount, next((c for c in map(_currency, printed) if c), None)))
    return found.pop() if len(found) == 1 else None


def _dates(text: str) -> list[tuple[date, int, int, bool]]:
    """Dates in a text with their place, and whether they are spelled out (年月日, English)."""
    found = []
    for match in _FULL_DATE.finditer(text):
        month = match["m1"] or match["m2"] or match["m3"]
        day = match["d1"] or match["d2"] or match["d3"]
        if value := _date(match["y"], month, day):
            found.append((value, match.start(), match.end(), match["m1"] is not None))
    for match in _ENGLISH_DATE.finditer(text):
        name = (match["m1"] or match["m2"])[:3].lower()
        if name in _MONTHS:
            value = _date(
                match["y1"] or match["y2"], str(_MONTHS.index(name) + 1), match["d1"] or match["d2"]
            )
            if value:
                found.append((value, match.start(), match.end(), True))
    return found


def has_date(text: str) -> bool:
    """Whether a text prints a full date."""
    return bool(_dates(text))


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


# What may stand on the report date's line beside it: short tags set off by a bar or a slash, a place.
_TAGS = re.compile(r"[\s|｜│/\\·•,，:：()（）_-]+")


def _date_score(cover: Cover, line: Line, text: str, start: int, end: int, spelled: bool) -> float | None:
    """How sure a date is the report's own; None where the line says that it is another's."""
    before, after = text[:start], text[end:]
    left = _label_before(cover, line) if not before.strip() else before
    around = tight(left).translate(SIMPLIFIED)
    if words_for("price_date").search(around) or words_for("price_date").search(
        tight(after).translate(SIMPLIFIED)
    ):
        return None
    score = 0.0
    if words_for("date_label").search(around):
        score += 6
    elif words_for("weak_date_label").search(around.lower()):
        score += 1
    rest = [piece for piece in _TAGS.split(before + "|" + after) if piece]
    if any(len(piece) > 24 for piece in rest) or re.search(r"[。；，、《》]", before + after):
        return None
    if before.strip(" —-") and not re.search(r"[|｜│/\\：:·•]\s*$|\s$|[)）】]\s*$|日期|时间|报告$", before):
        return None
    score += 3 if not rest else 1
    score += 2 if spelled else 0
    score += 3 if line.top <= 0.25 * cover.height else 1 if line.top <= 0.42 * cover.height else 0
    return score + line.size / 100 - line.top / 10000


def _label_before(cover: Cover, line: Line) -> str:
    """The piece that ends just left of a line on its row, if it is near enough to be its label."""
    near = [
        other
        for other in cover.lines
        if other.x1 <= line.x0 + 1
        and line.x0 - other.x1 <= 150
        and abs(other.yc - line.yc) <= 0.5 * line.size
    ]
    return max(near, key=lambda other: other.x1).text if near else ""


def find_date(cover: Cover) -> date | None:
    """The date of the report: labelled as such or standing by itself near the top of the page.

    Dates of prices, of earlier reports and in sentences do not count; None where two dates claim it equally.
    """
    best: dict[date, float] = {}
    for line in cover.own:
        if line.size < 0.65 * cover.body_size:
            continue
        for value, start, end, spelled in _dates(line.text):
            score = _date_score(cover, line, line.text, start, end, spelled)
            if score is not None and score >= 3:
                best[value] = max(best.get(value, 0.0), score)
    if not best:
        return None
    ranked = sorted(best, key=lambda value: best[value], reverse=True)
    if len(ranked) > 1 and best[ranked[0]] - best[ranked[1]] < 0.005:
        return None
    return ranked[0]
