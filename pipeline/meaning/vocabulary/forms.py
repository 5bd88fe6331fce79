"""The form in which a printed label is compared: without units, numbering, signs, brackets and spaces.

Houses print one item in many ways: `营业收入（人民币百万）`, `一、营业收入`, `EPS-最新摊薄（元/股）`,
`EPS (摊薄/元)`.
What a bracket says beside the unit (摊薄, 含少数股东损益) is kept: it can change the meaning.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal, NamedTuple

from pipeline.meaning.lexicon import SIMPLIFIED

UnitHint = Literal["percent", "times", "days", "money", "currency", "per_share", "shares", "scale"]


class Form(NamedTuple):
    """A label's comparable `key`, and the kind of unit that the label itself prints (None: none)."""

    key: str
    unit: UnitHint | None


_DASHES = str.maketrans(dict.fromkeys("−‐‑‒–—―─﹣", "-"))
_CURRENCY = (
    r"(?:人民币|港币|港元|港圆|美元|美金|欧元|日元|日圆|新台币|台币|英镑"
    r"|RMB|CNY|HKD|HK\$|HK|USD|US\$|EUR|JPY|TWD|NT\$|¥|￥|\$|元|人民币分|港?仙|美分|(?:HK|RMB|US)?CENTS?)"
)
_WIDE_SCALE = r"(?:百亿|十亿|亿|千万|百万|十万|万|千)"
_SCALE = rf"(?:{_WIDE_SCALE}|BN|MN|MM|MLN|MIL|MILLIONS?|BILLIONS?|THOUSANDS?|'000|M|K)"
_SCALED = rf"{_CURRENCY}?(?:IN)?{_SCALE}{_CURRENCY}{{0,2}}"
_UNITS: tuple[tuple[re.Pattern[str], UnitHint], ...] = (
    (re.compile(r"%|百分比|百分点|个百分点|PCTS?|PPTS?|PP|BPS?"), "percent"),
    (re.compile(r"倍|倍数|X|TIMES|次|次/年|次数"), "times"),
    (re.compile(r"天|日|天数|DAYS"), "days"),
    (re.compile(rf"{_CURRENCY}{{1,2}}/股|每股{_CURRENCY}{{0,2}}|分/股|元每股"), "per_share"),
    (re.compile(rf"{_SCALE}? ?(?:股|份|SHARES)"), "shares"),
    (re.compile(_SCALE), "scale"),
    (re.compile(_SCALED), "currency"),
    (re.compile(rf"{_CURRENCY}{{1,2}}|分"), "money"),
)
# What a bracket may say beside the unit without any bearing on the meaning: the filing a number is from, how
# losses are marked; and dates.
_SILENT = re.compile(r"截至?.*|(?:FY)?\d{2,4}[AEF]|\d{4}年?|LF|LYR|LC|.*填列|单位|单位:.*")
_DATE = re.compile(
    r"(?:截至?|截止|于|按)?\s*(?:\d{2,4}\s*[年./-])?\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?\s*(?:收盘价?|止)?"
)
_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|【([^【】]*)】")
_NUMBERING = re.compile(
    r"^(?:[一二三四五六七八九十]+[、.]|\([一二三四五六七八九十\d]+\)|\d{1,2}[、.](?!\d)|[①-⑳])"
)
_LEAD = re.compile(r"^(?:减|加|其中|另|附注|附)[::]")
_BULLETS = re.compile(r"^[•·●○◆■□▪▶➢✓*#☆★\-]+(?=[^\d.%])")
_TRAILING_UNIT = re.compile(
    rf"(?<=.){_CURRENCY}?{_WIDE_SCALE}{_CURRENCY}{{0,2}}$|(?<=.)\s+(?:[X倍次天]|{_CURRENCY}/股)$"
)
# PE/倍, 归母净利/亿元: what stands behind the slash is a unit, as it is in brackets.
_SLASHED_UNIT = re.compile(r"(?P<words>.{2,}?)\s*/\s*(?P<unit>[^/]{1,4})")
_PUNCTUATION = re.compile(r"[\s()\[\]【】{}<>《》“”\"'‘’`,、;:。.|*#&·•~_^!?-]+")
_LATIN_SLASH = re.compile(r"(?<=[A-Z])/(?=[A-Z])")
# English words in the one spelling that they are compared in: no articles, no plurals, -isation.
_ENGLISH: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![A-Z])(?:AND|THE)(?![A-Z])"), " "),
    (re.compile(r"(?<=[A-Z])IZATION(?![A-Z])"), "ISATION"),
    (re.compile(r"(?<=[A-Z]{2})IES(?![A-Z])"), "Y"),
    (re.compile(r"(?<=[A-Z]SS)ES(?![A-Z])"), ""),
    (re.compile(r"(?<=[A-Z]{3}[A-HJ-OQRTV-Z])S(?![A-Z])"), ""),  # not BASIS, CFPS, GROSS, BONUS
)


@lru_cache(maxsize=16384)
def form(label: str) -> Form:
    """The comparable form of a printed label; its key is empty where the label is a bare unit or nothing."""
    text = unicodedata.normalize("NFKC", label).translate(_DASHES).translate(SIMPLIFIED).upper()
    text = re.sub(r"\s*\+\s*/\s*-\s*", "±", text).strip()
    unit: UnitHint | None = None
    text = _LEAD.sub("", _NUMBERING.sub("", _BULLETS.sub("", text).strip()).strip()).strip()
    while (bracket := _BRACKETS.search(text)) is not None:
        kept, hint = _inside(next(group for group in bracket.groups() if group is not None))
        if hint and unit in (None, "scale"):
            unit = "currency" if (unit, hint) == ("scale", "money") else hint  # 市值(亿)(元)
        text = f"{text[: bracket.start()]}{kept}{text[bracket.end() :]}"
    text = text.strip(" :")
    if not text.isascii() and (alone := _unit(text)) in ("money", "currency", "scale"):
        return Form("", unit or alone)  # 元 below 股价; BPS is an item
    if (trailing := _TRAILING_UNIT.search(text)) is not None:
        unit = unit or _unit(trailing[0].strip())
        text = text[: trailing.start()].strip(" /")
    elif (slashed := _SLASHED_UNIT.fullmatch(text)) is not None and (hint := _unit(slashed["unit"])):
        unit, text = unit or hint, slashed["words"]
    for pattern, spelling in _ENGLISH:
        text = pattern.sub(spelling, text)
    key = _PUNCTUATION.sub("", text)
    if key.endswith("%") and len(key) > 1:
        unit, key = unit or "percent", key.rstrip("%")
    return Form(_LATIN_SLASH.sub("", key.replace("其它", "其他")), unit)


def _inside(content: str) -> tuple[str, UnitHint | None]:
    """What a bracket says beside a unit, and that unit."""
    content = _DATE.sub(" ", content)
    whole = re.sub(r"\s+", "", content)
    if "±" in whole:
        return whole, None
    if (hint := _unit(whole)) is not None:
        return "", hint
    if not whole or _SILENT.fullmatch(whole):
        return "", None
    kept, found = [], None
    for atom in re.split(r"[,、;/&|\s]+", content):
        hint = _unit(atom)
        found = found or hint
        if atom and hint is None and not _SILENT.fullmatch(atom):
            kept.append(atom)
    if found is not None and not kept:
        return "", found
    # A slash between words is part of their meaning (最高/最低), one beside a unit is not (摊薄/元).
    return ("".join(kept) if found is not None or len(kept) < 2 else whole), found


def _unit(text: str) -> UnitHint | None:
    return next((hint for pattern, hint in _UNITS if pattern.fullmatch(text)), None)
