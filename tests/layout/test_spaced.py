from __future__ import annotations

from pipeline.layout.spaced import set_close
from pipeline.reading.page import Word
from tests.layout.pages import page, word

SIZE = 8.0
DIGIT = 4.0  # half an em


def spaced(text: str, right: float, y: float, gap: float) -> list[Word]:
    """The characters of a number that ends at `right`, `gap` points between them."""
    step = DIGIT + gap
    first = right - step * len(text) + gap
    return [word(c, first + n * step, y)._replace(x1=first + n * step + DIGIT) for n, c in enumerate(text)]


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
    zeroth, first, second, third = set_close([page(row), page(table(1.8, 20)), page(row), page(row)])
    assert [w.text for w in zeroth.words] == ["营业成本", "8,765"]
    assert [w.text for w in second.words] == ["营业成本", "8,765"]
    assert [w.text for w in third.words] == [w.text for w in row]
    assert len(first.words) == 15


def parted(text: str, right: float, y: float, gap: float, *cuts: int) -> list[Word]:
    """A spaced number in the pieces that end at `cuts`."""
    chars = spaced(text, right, y, gap)
    ends = [*cuts, len(text)]
    return [
        chars[a]._replace(
            text=text[a:b],
            x1=chars[b - 1].x1,
            char_x=(*(c.x0 for c in chars[a:b]), chars[b - 1].x1),
        )
        for a, b in zip([0, *cuts], ends, strict=True)
    ]


def test_pieces_as_far_apart_as_the_characters_in_them_are_one_number() -> None:
    rows = [("3,670.08", 6), ("56.83", 2), ("479.30", 3), ("-40", 2)]
    words = [w for n, (text, cut) in enumerate(rows) for w in parted(text, 200, 100 + 12.0 * n, 1.6, cut)]
    assert texts(words) == [text for text, _ in rows]


def test_pieces_further_apart_than_the_characters_in_them_stay_apart() -> None:
    words = [
        w
        for n in range(5)
        for w in (*parted("1,234", 200, 100 + 12.0 * n, 1.2), *parted("567", 214.4, 100 + 12.0 * n, 1.2))
    ]
    assert texts(words) == ["1,234", "567"] * 5
