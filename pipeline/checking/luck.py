"""How likely rounding alone is to open a gap: tails of a sum of uniform errors.

Each rounded operand is off by an error spread evenly over ± half of its last digit. Through a formula these
errors add up, each weighted with the formula's slope. The tail of such a sum is a piecewise polynomial
(Irwin–Hall, with unequal widths) and is computed exactly; where that would take too many terms, the normal
tail, which is larger far out, stands in and so never makes a gap look less likely than it is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product

from pipeline.checking.exact import ratio

MOST_TERMS = 20_000


def tail(widths: Sequence[Fraction], gap: Fraction) -> float:
    """P(|e₁ + … + eₙ| ≥ gap) for independent eᵢ, uniform on ±widths[i]."""
    spread = sorted((w for w in widths if w > 0), reverse=True)
    if gap <= 0:
        return 1.0
    if gap > sum(spread):
        return 0.0
    # Errors a thousand times smaller than the largest shift the tail by nothing that a verdict at 0.001 can
    # feel, but each of them doubles the number of terms: their full reach is taken off the gap instead.
    kept = [w for w in spread if w * 1000 >= spread[0]]
    gap -= sum(spread[len(kept) :], ratio(0))
    if gap <= 0:
        return 1.0
    # In whole numbers, as small as they can be: columns of one table then ask the same question, in integers.
    bottom = math.lcm(gap.denominator, *(w.denominator for w in kept))
    whole = [w.numerator * (bottom // w.denominator) for w in (gap, *kept)]
    common = math.gcd(*whole)
    gap_, *widths_ = (w // common for w in whole)
    return _tail(tuple(sorted(Counter(widths_).items())), gap_)


@lru_cache(maxsize=4096)
def _tail(groups: tuple[tuple[int, int], ...], gap: int) -> float:
    if math.prod(count + 1 for _, count in groups) > MOST_TERMS:
        deviation = math.sqrt(sum(count * width * width for width, count in groups) / 3)
        return math.erfc(gap / deviation / math.sqrt(2))
    return min(1.0, 2 * float(_upper_tail(groups, gap)))


def together(chances: Sequence[float]) -> float:
    """How likely so small a product of chances is, where rounding alone is at work (Fisher's method)."""
    half = -sum(math.log(max(chance, 1e-300)) for chance in chances)
    return math.exp(-half) * sum(half**k / math.factorial(k) for k in range(len(chances))) if chances else 1.0


def _upper_tail(groups: Sequence[tuple[int, int]], gap: int) -> Fraction:
    """P(sum ≥ gap), by inclusion and exclusion over the corners of the box of errors."""
    count = sum(many for _, many in groups)
    volume = math.factorial(count) * math.prod((2 * width) ** many for width, many in groups)
    total = 0
    for picked in product(*(range(many + 1) for _, many in groups)):
        corner = sum((many - 2 * p) * width for p, (width, many) in zip(picked, groups, strict=True))
        if corner > gap:
            ways = math.prod(math.comb(many, p) for p, (_, many) in zip(picked, groups, strict=True))
            total += (-1) ** sum(picked) * ways * (corner - gap) ** count
    return Fraction(total, volume)
