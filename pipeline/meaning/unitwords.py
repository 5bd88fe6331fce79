"""Reading a printed unit: `人民币百万` is money, CNY, millions; `亿元、%` are two units."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import ConfigError
from pipeline.meaning.lexicon import SIMPLIFIED, read_rows

_FILE = "units.csv"
# A clipped label may lack the closing one: 市值(百万港.
_BRACKETS = re.compile(r"[(\[【〔]([^()\[\]【】〔〕]*)(?:[)\]】〕]|$)")
# Nothing is printed in tens or hundreds of a currency: what ends so was cut, and goes on with 亿 or 万.
_CUT = ("十", "百")
# 核心人员（76 人） are so many, a subsidiary (51%) is held so far: neither says what its row is printed in.
_COUNTED = re.compile(
    r"[(\[【〔]\s*[约共]?\d+(?:,\d{3})*(?:\.\d+)?\s*[%人名家个只股项款次天年月日]\s*[)\]】〕]"
)
# 公司 K, 客户 M: a letter of its own behind a word numbers it, it is no thousand and no million.
_LETTER = re.compile(r"[kKmM]")
_LEAD = re.compile(r"^(单位|unit|units|货币单位|币种|货币)[:：]?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UnitMark:
    """One printed unit.

    `kind` is `money`, `money/share`, `percent`, `times` …, None where only a power of ten stands (`百万`);
    `currency` is ISO 4217, None where none is printed; `scale` is None beside a lone currency (`人民币`).
    """

    kind: str | None
    currency: str | None = None
    scale: int | None = None
    local: bool = False  # printed as "local currency": no default may fill the currency in


@lru_cache(maxsize=1)
def _words() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for word, part, value in read_rows(_FILE, ("word", "part", "value")):
        if part not in {"currency", "money", "cent", "local", "scale", "unit"} or word in found:
            raise ConfigError(
                f"vocabulary/{_FILE}: {word!r} has the unknown part {part!r} or stands there twice"
            )
        found[word] = (part, value)
    return found


@lru_cache(maxsize=1)
def _token() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(w) for w in sorted(_words(), key=len, reverse=True)))


def _unified(text: str) -> str:
    """One form of each character, simplified: 港幣千元 is 港币千元, RMB’000 is RMB'000."""
    return unicodedata.normalize("NFKC", text).translate(SIMPLIFIED).replace("’", "'")


@lru_cache(maxsize=4096)
def read_unit(text: str) -> UnitMark | None:
    """The unit that the whole of `text` names, None when any part of it is no unit word.

    >>> read_unit("百万元")
    UnitMark(kind='money', currency=None, scale=6, local=False)
    """
    clean = re.sub(r"\s+", "", _unified(text)).lower()
    if "/" in clean:
        return _read_rate(clean)
    kind: str | None = None
    currency: str | None = None
    scale: int | None = None
    local = False
    at = 0
    while at < len(clean):
        found = _token().match(clean, at)
        if found is None:
            return None
        at = found.end()
        part, value = _words()[found.group()]
        if part == "scale":
            scale = int(value) + (scale or 0)
        elif part == "unit":
            if kind is not None:
                return None
            kind = value
        elif kind not in (None, "money") or (part == "currency" and currency not in (None, value)):
            return None
        else:
            kind = "money"
            currency = value if part in ("currency", "cent") and value else currency
            local = local or part == "local"
            if part == "cent":
                scale = (scale or 0) - 2
            elif part == "money" and scale is None:
                scale = 0
    if (kind is None and scale is None) or clean[-1] in _CUT:
        return None
    if kind == "permille":
        return UnitMark("pure", None, (scale or 0) - 3)
    if kind not in (None, "money") and scale is None:
        scale = 0
    return UnitMark(kind, currency, scale, local)


def _read_rate(clean: str) -> UnitMark | None:
    """`元/股`, `USD/片`: a mark of the upper unit per the lower one."""
    upper_text, _, lower_text = clean.partition("/")
    upper, lower = read_unit(upper_text), read_unit(lower_text)
    if (
        upper is None
        or lower is None
        or upper.kind is None
        or lower.kind in (None, "money")
        or lower.scale is None
    ):
        return None
    kind = "share" if lower.kind == "shares" else lower.kind
    return UnitMark(f"{upper.kind}/{kind}", upper.currency, (upper.scale or 0) - lower.scale, upper.local)


@lru_cache(maxsize=4096)
def units_in(text: str) -> tuple[UnitMark, ...]:
    """Every unit in a text that consists of units and perhaps other words, in print order.

    Pieces that are no unit (`最新摊薄`, `LF`) are passed over; a currency and a power of ten that a space
    parts (`人民币 千元`, `RMB mn`) belong together.
    """
    clean = _LEAD.sub("", _unified(text).strip())
    marks: list[UnitMark] = []
    for piece in re.split(r"[,、;；:|。]", clean):
        whole = read_unit(_LEAD.sub("", piece.strip()))
        if whole is not None:
            marks.append(whole)
            continue
        for part in piece.split("/"):
            together = read_unit(_LEAD.sub("", part.strip()))
            if together is not None:
                marks.append(together)
            else:
                marks.extend(m for m in map(_read_first, part.split()) if m is not None)
    return tuple(_joined(marks)) if _one_money(marks) else tuple(dict.fromkeys(marks))


def _read_first(piece: str) -> UnitMark | None:
    """The unit a piece is, or the currency it starts with: the wrap's space is gone from `港币截至`."""
    whole = read_unit(piece)
    if whole is not None:
        return whole
    lead = _token().match(piece.lower())
    mark = read_unit(lead.group()) if lead is not None and len(lead.group()) > 1 else None
    return mark if mark is not None and mark.currency is not None and mark.scale is None else None


def _one_money(marks: list[UnitMark]) -> bool:
    return len({m.currency for m in marks if m.currency}) <= 1


def _joined(marks: list[UnitMark]) -> list[UnitMark]:
    """One money mark out of `人民币` beside `百万` or `千元`."""
    money = [m for m in marks if m.kind in (None, "money")]
    if len(money) < 2:
        return list(dict.fromkeys(marks))
    currency = next((m.currency for m in money if m.currency), None)
    scales = {m.scale for m in money if m.scale is not None}
    if len(scales) > 1:
        return list(dict.fromkeys(marks))
    one = UnitMark("money", currency, next(iter(scales), None), any(m.local for m in money))
    return [one, *(m for m in dict.fromkeys(marks) if m.kind not in (None, "money"))]


def _money_at_end(piece: str) -> UnitMark | None:
    """The money unit set right behind a word: `归母净利润亿元`."""
    found = (read_unit(piece[at:]) for at in range(1, len(piece) - 1))
    return next((m for m in found if m is not None and m.kind == "money" and m.scale), None)


@lru_cache(maxsize=8192)
def units_of_label(label: str) -> tuple[UnitMark, ...]:
    """The units a label or head prints beside its words: in brackets, after a space at its end, or as `%`.

    >>> units_of_label("EPS(摊薄/元)")
    (UnitMark(kind='money', currency=None, scale=0, local=False),)
    """
    clean = _COUNTED.sub("", _unified(label))
    marks: list[UnitMark] = []
    for inside in _BRACKETS.findall(clean):
        found = units_in(inside)
        marks.extend(found or ((UnitMark("percent", None, 0),) if "%" in inside else ()))
    rest = _BRACKETS.sub(" ", clean).strip()
    if "%" in rest:
        marks.append(UnitMark("percent", None, 0))
    for piece in re.split(r"\s+|[|,:：]", rest)[-1:]:
        mark = None if _LETTER.fullmatch(piece) else read_unit(piece) or _money_at_end(piece)
        # A lone 股 or 个 at the end is a word of the label (流通 A 股), not its unit.
        if mark is not None and (
            mark.kind == "money" or (mark.scale or 0) > 0 or mark.kind in ("percent", "times", "days")
        ):
            marks.append(mark)
    return tuple(_joined(marks)) if _one_money(marks) else tuple(dict.fromkeys(marks))
