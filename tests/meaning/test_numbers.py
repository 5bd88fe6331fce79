from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.meaning.numbers import NotNumber, Number, is_number_like, parse_number

FULL_WIDTH = str.maketrans("0123456789.,-()%+", "０１２３４５６７８９．，－（）％＋")


@st.composite
def printed(draw: st.DrawFn) -> tuple[Decimal, int, str]:
    """A non-negative number, its decimals, and its digits as a house prints them."""
    decimals = draw(st.integers(0, 4))
    whole = draw(st.integers(0, 10**12))
    tail = f"{draw(st.integers(0, 10**decimals - 1)):0{decimals}d}" if decimals else ""
    digits = (f"{whole:,}" if draw(st.booleans()) else f"{whole}") + (f".{tail}" if tail else "")
    return Decimal(digits.replace(",", "")), decimals, digits


NEGATIVES = ("-{}", "({})", "−{}", "－{}", "（{}）", "- {}", "–{}", "( {} )")
SUFFIXES = {
    "": (None, None),
    "%": ("percent", 0),
    "％": ("percent", 0),
    " %": ("percent", 0),
    "x": ("times", 0),
    "倍": ("times", 0),
    "pct": ("pp", 0),
    "pp": ("pp", 0),
    "bps": ("bp", 0),
    "天": ("days", 0),
    "次": ("times", 0),
    "元": ("money", 0),
    " 亿元": ("money", 8),
    "百万元": ("money", 6),
    "万": (None, 4),
    "万股": ("shares", 4),
    "元/股": ("money/share", 0),
}


@given(printed(), st.sampled_from(sorted(SUFFIXES)))
@example((Decimal("18079"), 0, "1 8,079"), "")
@example((Decimal("12.3"), 1, "1 2 . 3"), "%")
def test_a_printed_number_comes_back_exactly(number: tuple[Decimal, int, str], suffix: str) -> None:
    value, decimals, digits = number
    got = parse_number(digits + suffix)
    assert isinstance(got, Number)
    assert (got.value, got.decimals) == (value, decimals)
    kind, scale = SUFFIXES[suffix]
    assert (got.unit.kind if got.unit else None, got.unit.scale if got.unit else None) == (kind, scale)


@given(printed(), st.sampled_from(NEGATIVES), st.sampled_from(["", "%", "x", "元"]))
def test_every_way_to_print_a_negative(number: tuple[Decimal, int, str], style: str, suffix: str) -> None:
    value, decimals, digits = number
    got = parse_number(style.format(digits + suffix))
    assert isinstance(got, Number)
    assert (got.value, got.decimals) == (-value, decimals)


@given(printed(), st.sampled_from(["", "-", "+"]), st.sampled_from(["", "%"]))
def test_full_width_print_reads_the_same(number: tuple[Decimal, int, str], sign: str, suffix: str) -> None:
    plain = sign + number[2] + suffix
    assert parse_number(plain.translate(FULL_WIDTH)) == parse_number(plain)


@given(printed(), st.sampled_from(["HK$", "US$", "￥", "¥", "$", "RMB", "HKD", "人民币", "-$", "$-"]))
def test_a_currency_before_the_digits(number: tuple[Decimal, int, str], prefix: str) -> None:
    got = parse_number(prefix + number[2])
    assert isinstance(got, Number)
    assert got.unit is not None and got.unit.kind == "money"
    assert got.value == (-number[0] if "-" in prefix else number[0])


@given(printed(), printed(), st.sampled_from(["-", "/", " / ", "~", "–", "至", " ", "  "]))
@example((Decimal(12), 0, "12"), (Decimal(34), 0, "34"), " ")
@example((Decimal(12345), 0, "12,345"), (Decimal(6789), 0, "6,789"), " ")
def test_two_numbers_are_never_one(
    first: tuple[Decimal, int, str], second: tuple[Decimal, int, str], between: str
) -> None:
    if between.isspace() and 1 in (len(first[2]), len(second[2])):
        return  # a single character before a gap is how letter spacing looks: "1 8,079"
    got = parse_number(first[2] + between + second[2])
    assert isinstance(got, NotNumber) and got.missing is None


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("-", "dash"),
        ("—", "dash"),
        ("——", "dash"),
        ("- -", "dash"),
        ("－", "dash"),
        ("N.A.", "na"),
        ("NA", "na"),
        ("n.m.", "na"),
        ("nm", "na"),
        ("N/A", "na"),
        ("不适用", "na"),
        ("/", "na"),
        ("", "blank"),
        ("  ", "blank"),
        ("####", "unreadable"),
        ("12�4", "unreadable"),
    ],
)
def test_marks_for_an_absent_number_stay_apart(text: str, missing: str) -> None:
    got = parse_number(text)
    assert isinstance(got, NotNumber) and got.missing == missing


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1.000,00", "a comma after the point"),
        ("1,23", "commas that do not part thousands"),
        ("12,34,567", "commas that do not part thousands"),
        ("1,2345", "commas that do not part thousands"),
        ("12(1)", "a bracket after the digits: a note or a second number"),
        ("0.58-2.35", "more than one number"),
        ("(-5)", "two signs"),
        ("(5", "an open bracket"),
        ("002821", "a leading zero: a code, not a number"),
        ("2025/7/30", "a date"),
        ("2024A", "a period"),
        ("1H24", "a period"),
        ("12 34", "a gap between digits: one number or two"),
        ("买入", "no digit"),
        ("GPT4", "words before the digits: GPT"),
        ("约5", "words before the digits: 约"),
        ("2330 TT", "words after the digits: TT"),
        ("HK$5美元", "two units"),
        ("1" * 27, "more digits than a fact can hold"),
    ],
)
def test_what_could_be_read_two_ways_is_no_number(text: str, why: str) -> None:
    assert parse_number(text) == NotNumber(None, why)


def test_minus_zero_is_zero_and_keeps_its_decimals() -> None:
    got = parse_number("-0.0")
    assert isinstance(got, Number) and str(got.value) == "0.0" and got.decimals == 1


@given(printed(), st.sampled_from(NEGATIVES), st.sampled_from(["", "%", "x", "倍"]))
def test_what_parses_looks_like_a_number(number: tuple[Decimal, int, str], style: str, suffix: str) -> None:
    assert is_number_like(number[2] + suffix)
    assert is_number_like(style.format(number[2] + suffix))


@pytest.mark.parametrize("text", ["买入", "—", "", "营业收入", "N.A."])
def test_words_and_marks_do_not_look_like_numbers(text: str) -> None:
    assert not is_number_like(text)


@given(st.text(max_size=12))
def test_any_text_gives_an_answer(text: str) -> None:
    got = parse_number(text)
    assert isinstance(got, Number) or got.reason
