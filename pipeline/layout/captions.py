"""Texts set around tables: numbered captions, source notes, unit lines, headings."""

from __future__ import annotations

import re
from typing import Literal

from pipeline.layout.block import Caption
from pipeline.reading.page import Box

_MARK = r"(?:图表|图|表|Figure|Exhibit|Table|Chart|FIGURE|TABLE|EXHIBIT)"
_MARKED = re.compile(_MARK)
_CAPTION = re.compile(
    rf"^[•●■◆▌\s]*{_MARK}\s*[:：]?\s*(\d{{1,3}}(?:[-.]\d{{1,2}})?)"
    r"\s*(?:[:：.、\s]|(?=[^\d\s]))\s*(.*)$"
)
_NOTE_WORD = r"(?:资料来源|数据来源|来源|资料來源|Source|注释?|备注|说明|Notes?)"
_SOURCE = re.compile(rf"^[（(]?{_NOTE_WORD}\s*[:：\d]", re.IGNORECASE)
_NOTED = re.compile(_NOTE_WORD, re.IGNORECASE)
_UNIT = re.compile(
    r"(?:单位|單位)\s*[:：]?\s*[（(]?([^（()）:：]{1,16})[)）]?"
    r"|[（(]([^（()）]*(?:百万|亿|万|千|元|美元|港元|人民币|RMB|HKD|USD|CNY)[^（()）]*)[)）]"
    r"|^((?:人民币|港币|港元|美元|RMB|HK\$|US\$|USD|HKD|CNY|百万|十亿|亿|千|万)[^一-鿿]{0,3}"
    r"(?:百万|十亿|亿|千|万|mn|bn|million|元|港元|美元|人民币)*[^一-鿿]{0,2})$"
    r"|((?:百万|亿|千|万)(?:元|港元|美元|人民币|港币))",
)


def parse_caption(text: str, box: Box) -> Caption | None:
    """`图表 70: 商汤盈利预测` has number `70` and name `商汤盈利预测`; None where the text is no caption."""
    match = _CAPTION.match(text.strip())
    if not match:
        return None
    return Caption(text=text.strip(), number=match[1], name=match[2].strip(), box=box)


def may_hold_caption(text: str) -> bool:
    """Whether the text has a caption's word anywhere: without one, no part of it is a caption."""
    return _MARKED.search(text) is not None


def may_hold_note(text: str) -> bool:
    """Whether the text has a note's word anywhere: without one, no part of it is the note below a table."""
    return _NOTED.search(text) is not None


def is_source_note(text: str) -> bool:
    """Whether a line is the note below a table (资料来源: …, 注: …)."""
    return bool(_SOURCE.match(text.strip()))


def unit_in(text: str) -> str:
    """The printed unit inside a heading, stub head or unit line, empty where there is none."""
    match = _UNIT.search(text.strip())
    if not match:
        return ""
    return next(group for group in match.groups() if group is not None).strip()


_UNIT_ONLY = re.compile(
    r"(?:单位|單位).{0,18}|[（(]?(?:人民币|港币|港元|美元|RMB|HK\$|US\$|USD|HKD|CNY)?\s*(?:百万|十亿|亿|千|万)?"
    r"(?:元|港元|美元|人民币|港币|mn|bn|million){0,2}[)）]?|[%％倍次x]"
)


def is_unit_line(text: str) -> bool:
    """Whether the text says a unit and nothing else: `单位:百万元`, `(人民币百万)`."""
    return bool(text) and bool(_UNIT_ONLY.fullmatch(text.strip()))


StatementClass = Literal["income_statement", "balance_sheet", "cash_flow", "ratios"]

_BEFORE = (
    r"^[一二三四五六七八九十\d、.（()）附表:：\s●■◆▌⚫]*(?:简要|简明|预测|合并|公司|主要|重要|关键|核心)*"
)
_AFTER = r"(?:简表|摘要|预测|分析|汇总)*\s*(?:[（(][^（()）]{0,16}[)）]?)?\s*(?:(?:单位|單位).{0,12})?$"
_TITLES: tuple[tuple[StatementClass, re.Pattern[str]], ...] = (
    ("income_statement", re.compile(_BEFORE + r"(?:利润表|损益表|綜合收益表|综合收益表|收益表)" + _AFTER)),
    ("balance_sheet", re.compile(_BEFORE + r"(?:资产负债表|資產負債表|财务状况表)" + _AFTER)),
    ("cash_flow", re.compile(_BEFORE + r"(?:现金流量表|现金流表|現金流量表)" + _AFTER)),
    (
        "ratios",
        re.compile(
            _BEFORE + r"(?:(?:财务|估值|预测|比率|业绩|盈利|每股|成长|绩效)+(?:与|和|及)?"
            r"(?:财务|估值|业绩|每股|预测|比率|盈利|分析)*"
            r"(?:比率|指标|数据|倍数|分析)|比率分析)" + _AFTER
        ),
    ),
)


def statement_class(text: str) -> StatementClass | None:
    """Which statement a heading names (`利润表（百万元）`, `每股指标(元)`), None where it names none."""
    stripped = text.strip()
    return next((kind for kind, pattern in _TITLES if pattern.match(stripped)), None)
