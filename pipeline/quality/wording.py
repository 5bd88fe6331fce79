"""How numbers, verdicts and names are put in words, the same on the page and in the terminal."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from pipeline.quality.gather import FactRow, Finding, ReportRow

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_CAUSES = {
    "source": "the page really prints this (read twice)",
    "extraction": "a second reading of the page differs",
    "unknown": "not yet read a second time",
}
_SCALES = {2: "hundred", 3: "thousand", 4: "万", 6: "million", 7: "千万", 8: "亿", 9: "billion"}


def printable(text: str) -> str:
    """The text with control and direction characters, which would stir a page or a terminal, as U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text)


def in_words(number: Decimal, digits: int) -> str:
    """With thousands separators, a true minus sign and at most `digits` places after the point."""
    with localcontext() as context:
        context.prec = 350  # room for any double: the default of 28 digits refuses to round large ones
        rounded = number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN) + 0  # no minus zero
    text = f"{rounded:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", "−")


def digits_of(finding: Finding) -> int:
    """Places after the point that show a finding's gap: two beyond the print, more for a smaller gap."""
    printed = max((fact.decimals for fact in finding.facts), default=0) + 2
    gap = finding.residual
    if gap is None or gap == 0:
        return min(printed, 10)
    return max(0, min(max(printed, 1 - gap.adjusted()), 10))


def digits_of_range(finding: Finding) -> int:
    """Places after the point that tell the ends of what rounding allows apart."""
    digits = digits_of(finding)
    if finding.low is None or finding.high is None or finding.low == finding.high:
        return digits
    return max(digits, min(1 - (finding.high - finding.low).adjusted(), 10))


def unit_of(fact: FactRow) -> str:
    """The printed unit: `CNY million`, `percent`; empty where the unit is unknown."""
    if fact.scale == 0:
        return fact.unit
    return f"{fact.unit} {_SCALES.get(fact.scale, f'×10^{fact.scale}')}".strip()


def column_of(fact: FactRow) -> str:
    """The column head with its levels set off by `›`, else the period."""
    return " › ".join(level for level in fact.column.split("|") if level) or (fact.period_label or "")


def label_of(fact: FactRow) -> str:
    """The row head below the heads above it."""
    return " › ".join(fact.label_path) or fact.label


def cause_of(finding: Finding) -> str:
    """Whether page or reading is at fault, as far as that is known."""
    if finding.cause == "extraction" and any(table.recognised for table in finding.tables):
        return "recognised in a picture, which no second reading has borne out"
    return _CAUSES.get(finding.cause, finding.cause)


def name_of(report: ReportRow) -> str:
    """Whom a report is by and about; the file's name where neither is known."""
    return " · ".join(part for part in (report.broker, report.company) if part) or report.file_name


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 table`, `12 tables`, `3,400 facts`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def share(part: int, whole: int) -> str:
    """As a percentage that says 100 % and 0 % only where that is exact."""
    if whole == 0:
        return "—"
    if part in (0, whole):
        return f"{100 * part // whole} %"
    return f"{min(max(100 * part / whole, 0.1), 99.9):.1f} %"
