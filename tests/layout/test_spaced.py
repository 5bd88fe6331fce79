from __future__ import annotations

from dataclasses import replace

from pipeline.layout.spaced import set_close
from pipeline.reading.page import Word
from tests.layout.pages import page, word

SIZE = 8.0
DIGIT = 4.0  # half an em


def spaced(text: str, right: float, y: float, gap: float) -> list[Word]:
    """The characters of a number that ends at `right`, `gap` points between them."""
    step = DIGIT + gap
    first = right - step * len(text) + gap
    return [replace(word(c, first + n * step, y), x1=first + n * step + DIGIT) for n, c in enumerate(text)]


def table(gap: float, between: float) -> list[Word]:
    """Five rows of two numbers of five characters, `between` points from the one to the other."""
    words = []
    for n in range(5):
        y = 100 + 12.0 * n
        words += [word("营业收入", 40, y), *spaced("1,234", 200, y, gap)]
        words += spaced("-56.7", 200 + between + 5 * DIGIT + 4 * gap, y, gap)
    return words


def texts(words: list[Word]) -> list[str]:
    return [w.text for w in set_close([page(words)])[0].words]


def test_the_characters_of_a_spaced_number_are_one_word() -> None:
    found = texts(table(1.8, 20))
    assert found == ["营业收入", "1,234", "-56.7"] * 5


def test_a_number_keeps_where_each_of_its_characters_stands() -> None:
    number = set_close([page(table(1.8, 20))])[0].words[1]
    assert len(number.char_x) == len(number.text) + 1
    assert number.char_x[0] == number.x0
    assert number.char_x[-1] == number.x1 == 200


def test_numbers_half_an_em_apart_stay_two() -> None:
    assert texts(table(1.8, 0.5 * SIZE)) == ["营业收入", "1,234", "-56.7"] * 5


def test_a_few_lone_digits_are_left_as_they_are() -> None:
    words = table(1.8, 20)[:11]
    assert texts(words) == [w.text for w in words]


def test_whole_numbers_side_by_side_are_never_one() -> None:
    words = [
        word(text, 200 + 26.0 * n, 100 + 12.0 * row)
        for row in range(6)
        for n, text in enumerate(("1,234", "5,678"))
    ]
    assert texts(words) == [w.text for w in words]


def test_a_row_alone_on_the_next_page_is_spaced_like_the_page_before() -> None:
    row = [word("营业成本", 40, 100), *spaced("8,765", 200, 100, 1.8)]
    first, second, third = set_close([page(table(1.8, 20)), page(row), page(row)])
    assert [w.text for w in second.words] == ["营业成本", "8,765"]
    assert [w.text for w in third.words] == [w.text for w in row]
    assert len(first.words) == 15
