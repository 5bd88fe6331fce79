"""The analysts a cover names, each with the licence numbers and mail address printed in the same block."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.meaning.cover_lines import Cover, Line, words_for
from pipeline.meaning.lexicon import read_rows

_SAC = re.compile(r"(?<![A-Za-z\d])[SA]\d{13}(?!\d)", re.IGNORECASE)
_SFC = re.compile(r"(?<![A-Za-z\d])[A-Z]{3}\d{3}(?!\d)")
# The addresses of two narrow cells run together (a@x.com.cnb@x.com.cn): the end of the first is a known one.
_MAIL = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]*@(?:[A-Za-z0-9-]+\.)+?"
    r"(?:(?:com|net|org)(?:\.(?:cn|hk))?|cn|hk)(?=[^A-Za-z.]|$|[A-Za-z0-9._-]+@)"
)
_OPEN_MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9.-]*$")
_MAIL_END = re.compile(r"[A-Za-z]{0,6}\.?(?:com|cn|net)(?:\.cn)?")
_DEGREE = re.compile(r"[,，]?\s*(?:PhD|CFA|CPA|FRM|Ph\.D\.?|博士|硕士)+$", re.IGNORECASE)
_REACH = 75.0  # points below a name within which its licence and address stand
_SIDE = 200.0  # points to either side
_ROW = 330.0  # the same on the name's own row, in a table of authors


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
    sac_no: str | None = None  # where the licence stands in a bracket behind the name


@lru_cache(maxsize=1)
def _name_pattern() -> re.Pattern[str]:
    surnames = sorted((s for (s,) in read_rows("cover_surnames.csv", ("surname",))), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(surnames)})[\u4e00-\u9fff]{{1,2}}")


def _person(text: str) -> str | None:
    """The name a piece of text is, its role and degree left out; None where it is none."""
    if text.isascii():  # four pieces of a page of figures in five
        return None
    role = words_for("role")
    clean = _SAC.sub("", _MAIL.sub("", text))
    clean = re.sub(rf"[(（]?(?:{role.pattern})[)）]?", "|", clean)
    clean = _DEGREE.sub("", clean.strip(" |:：,，"))
    # `唐爱金 医药首席分析师`: the name comes first, the branch stays behind when the role is gone.
    head = re.split(r"[\s|:：,，]+", clean.strip("|:： "))
    if len(head) > 1 and all(len(h) == 1 for h in head):
        head = ["".join(head)]
    rest = [h for h in head[1:] if h]
    return head[0] if _name_pattern().fullmatch(head[0]) and len(rest) <= 1 else None


@lru_cache(maxsize=1)
def _inline() -> re.Pattern[str]:
    """`分析师：张三（执业 S0000000000000）`, several of them on a line."""
    licence = rf"[(（][^()（）]{{0,12}}?(?P<sac>{_SAC.pattern})[)）]"
    return re.compile(
        rf"(?:{words_for('role').pattern})[:：](?P<name>{_name_pattern().pattern})(?:{licence}|$)"
    )


def _names_in(line: Line) -> list[_Name]:
    """The people a line names with their roles and, in brackets, their licences."""
    text = line.tight
    found: list[_Name] = []
    if text.isascii():
        return found
    for match in _inline().finditer(text):
        place = line.x0 + line.width * match.start() / len(text)
        number = match["sac"].upper() if match["sac"] else None
        found.append(_Name(match["name"], replace(line, x0=place, x1=place + line.size), number))
    return found if any(name.sac_no for name in found) else []


def _names(lines: Sequence[Line]) -> list[_Name]:
    """Lines that are a person's name and stand beside a role, a licence or an address."""
    role = words_for("role")
    found: list[_Name] = []
    for line in lines:
        if inline := _names_in(line):
            found += inline
            continue
        person = _person(line.text)
        if person is None:
            continue
        near = [
            other
            for other in lines
            if -6 <= other.top - line.top <= 42
            and (other.x0 - line.x1 < _SIDE and line.x0 - other.x1 < _SIDE)
        ]
        if role.search(line.tight) or any(
            _SAC.search(o.tight) or _MAIL.search(o.tight) or role.fullmatch(o.tight.strip(":")) for o in near
        ):
            found.append(_Name(person, line))
    return found


def _owners(line: Line, names: Sequence[_Name]) -> list[int]:
    """Whose block a line belongs to: the lowest row of names at or above it, from the left."""
    above = [
        (i, n)
        for i, n in enumerate(names)
        if -0.7 * n.line.size <= line.top - n.line.top <= _REACH
        and line.x0 - n.line.x1 < (_ROW if abs(line.top - n.line.top) <= 0.3 * n.line.size else _SIDE)
        and n.line.x0 - line.x1 < _SIDE
    ]
    lowest = max((n.line.top for _, n in above), default=0.0)
    row = [(i, n) for i, n in above if lowest - n.line.top <= 0.7 * n.line.size]
    return [i for i, _ in sorted(row, key=lambda entry: entry[1].line.x0)]


def _mails(line: Line, lines: Sequence[Line]) -> list[str]:
    """The addresses on a line, an end taken from the line below where the box is too narrow for it."""
    if found := _MAIL.findall(line.text):
        return found
    opened = _OPEN_MAIL.search(line.text)
    if opened is None:
        return []
    for below in lines:
        inside = line.x0 - 5 <= below.x0 <= line.x1
        if inside and 0 < below.top - line.top <= 2.0 * line.size:
            whole = opened.group() + below.text.strip()
            if _MAIL_END.fullmatch(below.text.strip()) and _MAIL.fullmatch(whole):
                return [whole]
    return []


def _given(found: Sequence[str], owners: Sequence[int], nearest: int) -> list[tuple[int, str]]:
    """Who each piece belongs to: one for each name of the row in order, else the nearest name's."""
    if len(found) > 1 and len(found) == len(owners):
        return list(zip(owners, found, strict=True))
    return [(nearest, found[0])] if found else []


def find_analysts(cover: Cover) -> tuple[Analyst, ...]:
    """The authors in printed order, top to bottom and left to right."""
    own = frozenset(cover.own)
    lines = [line for line in cover.lines if line in own or _SAC.search(line.tight) or "@" in line.text]
    taken = frozenset(lines)
    lines += [line for line in cover.lines if line not in taken and _person(line.text)]
    lines.sort(key=lambda line: (round(line.top), line.x0))
    names = _names(lines)
    if not names:
        return ()
    sac: dict[int, str] = {}
    sfc: dict[int, str] = {}
    mail: dict[int, str] = {}
    for line in lines:
        owners = _owners(line, names)
        if not owners:
            continue
        nearest = min(owners, key=lambda i: abs(names[i].line.x0 - line.x0))
        licensed = any(names[i].sac_no for i in owners)
        licences = _SFC.findall(line.text) if re.search(r"SFC|证监会|香港", line.text, re.IGNORECASE) else []
        numbers = [] if licensed else _SAC.findall(line.tight)
        for store, found in ((sac, numbers), (sfc, licences), (mail, _mails(line, lines))):
            for owner, piece in _given(found, owners, nearest):
                store.setdefault(owner, piece)
    unique: dict[str, Analyst] = {}
    for i, name in enumerate(names):
        number = name.sac_no or sac.get(i)
        person = Analyst(name.text, number.upper() if number else None, sfc.get(i), mail.get(i))
        unique.setdefault(person.name, person)
    return tuple(unique.values())
