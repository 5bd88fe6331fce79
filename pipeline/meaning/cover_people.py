"""The analysts a cover names, each with the licence numbers and mail address printed in the same block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.meaning.cover_lines import Cover, Line, in_related, related_blocks, words_for
from pipeline.meaning.lexicon import read_rows

_SAC = re.compile(r"(?<![A-Za-z\d])S\d{13}(?!\d)", re.IGNORECASE)
_SFC = re.compile(r"(?<![A-Za-z\d])[A-Z]{3}\d{3}(?!\d)")
_MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,3}(?![A-Za-z])")
_OPEN_MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9.-]*$")
_MAIL_END = re.compile(r"[A-Za-z]{0,6}\.?(?:com|cn|net)(?:\.cn)?")
_DEGREE = re.compile(r"[,，]?\s*(?:PhD|CFA|CPA|FRM|Ph\.D\.?|博士|硕士)+$", re.IGNORECASE)
_TEL_OR_CERT = re.compile(r"(?:SAC|SFC)?(?:执业|登记|证券|资格|证书|编号|编码|No\.?|[:：\s]).*$", re.IGNORECASE)
_REACH = 75.0  # points below a name within which its licence and address stand
_SIDE = 200.0  # points to either side


@dataclass(frozen=True, slots=True)
class Analyst:
    """One named author; a licence or address the cover does not print is None."""

    name: str
    sac_no: str | None = None
    sfc_no: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    line: Line


@lru_cache(maxsize=1)
def _name_pattern() -> re.Pattern[str]:
    surnames = sorted((s for (s,) in read_rows("cover_surnames.csv", ("surname",))), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(surnames)})[\u4e00-\u9fff]{{1,2}}")


def _person(text: str) -> str | None:
    """The name a piece of text is, its role and degree left out; None where it is none."""
    role = words_for("role")
    clean = _SAC.sub("", _MAIL.sub("", text))
    clean = re.sub(rf"[(（]?(?:{role.pattern})[)）]?", "|", clean)
    clean = _DEGREE.sub("", clean.strip(" |:：,，"))
    if not clean.isascii():
        # `唐爱金 医药首席分析师`: the name comes first, the branch stays behind when the role is gone.
        head = re.split(r"[\s|:：,，]+", clean.strip("|:： "))
        if len(head) > 1 and all(len(h) == 1 for h in head):
            head = ["".join(head)]
        rest = [h for h in head[1:] if h]
        if head and _name_pattern().fullmatch(head[0]) and len(rest) <= 1:
            return head[0]
    return None


def _names(cover: Cover, lines: Sequence[Line]) -> list[_Name]:
    """Lines that are a person's name and stand beside a role, a licence or an address."""
    role = words_for("role")
    found: list[_Name] = []
    for line in lines:
        person = _person(line.text)
        if person is None:
            continue
        near = [
            other
            for other in lines
            if -6 <= other.top - line.top <= 42 and (other.x0 - line.x1 < _SIDE and line.x0 - other.x1 < _SIDE)
        ]
        if role.search(line.tight) or any(
            _SAC.search(o.tight) or _MAIL.search(o.tight) or role.fullmatch(o.tight.strip(":")) for o in near
        ):
            found.append(_Name(person, line))
    return found


def _owner(line: Line, names: Sequence[_Name]) -> int | None:
    """Which name's block a line belongs to: the lowest name at or above it, the nearest of those side by side."""
    above = [
        (i, n)
        for i, n in enumerate(names)
        if -0.7 * n.line.size <= line.top - n.line.top <= _REACH
        and line.x0 - n.line.x1 < _SIDE
        and n.line.x0 - line.x1 < _SIDE
    ]
    if not above:
        return None
    lowest = max(n.line.top for _, n in above)
    row = [(i, n) for i, n in above if lowest - n.line.top <= 0.7 * n.line.size]
    return min(row, key=lambda entry: abs(entry[1].line.x0 - line.x0))[0]


def _whole_mail(line: Line, lines: Sequence[Line]) -> str | None:
    """The address on a line, its end taken from the line below where the box is too narrow for it."""
    if found := _MAIL.search(line.text):
        tail = found.group()
        if not tail.endswith((".com", ".cn", ".net", ".hk", ".org")):
            return None
        return tail
    opened = _OPEN_MAIL.search(line.text)
    if opened is None:
        return None
    for below in lines:
        if 0 < below.top - line.top <= 2.0 * line.size and abs(below.x0 - line.x0) <= 40:
            piece = below.text.strip()
            if _MAIL_END.fullmatch(piece) and _MAIL.fullmatch(opened.group() + piece):
                return opened.group() + piece
    return None


def find_analysts(cover: Cover) -> tuple[Analyst, ...]:
    """The authors in printed order, top to bottom and left to right."""
    blocks = related_blocks(cover)
    lines = [line for line in cover.lines if not in_related(line, blocks) or _SAC.search(line.tight) or "@" in line.text]
    lines += [line for line in cover.lines if line not in lines and _person(line.text)]
    lines.sort(key=lambda line: (round(line.top), line.x0))
    names = _names(cover, lines)
    people = [Analyst(name.text) for name in names]
    for line in lines:
        owner = _owner(line, names)
        if owner is None:
            continue
        person = people[owner]
        sac = _SAC.search(line.tight)
        mail = _whole_mail(line, lines)
        sfc = _SFC.search(line.text) if re.search(r"SFC|证监会|香港", line.text, re.IGNORECASE) else None
        people[owner] = replace(
            person,
            sac_no=person.sac_no or (sac.group().upper() if sac else None),
            sfc_no=person.sfc_no or (sfc.group() if sfc else None),
            email=person.email or (mail if mail else None),
        )
    unique: dict[str, Analyst] = {}
    for person in people:
        unique.setdefault(person.name, person)
    return tuple(unique.values())
