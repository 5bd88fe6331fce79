"""Figures as a house prints them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Negative = Literal["minus", "parentheses"]


def printed(value: Decimal, form: str, negative: Negative = "minus") -> str:
    """`value` in the form `0`, `1`, `2` (digits after the point), any suffix behind it: `1%`."""
    digits, suffix = int(form[0]), form[1:]
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{abs(rounded):,.{digits}f}{suffix}"
    if rounded >= 0:
        return text
    return f"({text})" if negative == "parentheses" else f"-{text}"
