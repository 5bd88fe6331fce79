from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.quality.wording import count, in_words, printable, share


@pytest.mark.parametrize(
    ("number", "digits", "said"),
    [
        ("1234.500000000000", 3, "1,234.5"),
        ("-900.72", 2, "−900.72"),
        ("0.10", 4, "0.1"),
        ("1000", 0, "1,000"),
        ("100", 2, "100"),
        ("-8.789458", 4, "−8.7895"),
        ("-0.0001", 2, "0"),
        ("1.5E+30", 10, "1,500,000,000,000,000,000,000,000,000,000"),
    ],
)
def test_in_words(number: str, digits: int, said: str) -> None:
    assert in_words(Decimal(number), digits) == said


@given(st.decimals(-(10**15), 10**15, places=6), st.integers(0, 10))
def test_in_words_says_the_number_to_half_a_digit(number: Decimal, digits: int) -> None:
    said = Decimal(in_words(number, digits).replace(",", "").replace("−", "-"))
    assert abs(said - number) <= Decimal(5).scaleb(-digits - 1)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_share_is_round_only_where_exact(part: int, rest: int) -> None:
    said = share(part, part + rest)
    assert (said == "100 %") == (rest == 0 and part > 0)
    assert (said == "0 %") == (part == 0 and rest > 0)
    assert (said == "—") == (part + rest == 0)


def test_count() -> None:
    assert count(1, "table") == "1 table"
    assert count(3400, "fact") == "3,400 facts"


def test_characters_that_steer_a_terminal_or_a_line_are_made_visible() -> None:
    assert printable("a\x1b[31mb\u202ec\u2066d\x00") == "a\ufffd[31mb\ufffdc\ufffdd\ufffd"
    assert printable("中芯国际\n图表") == "中芯国际\n图表"
