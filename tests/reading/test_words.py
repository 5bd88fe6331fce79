from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.characters import ASCENT, DESCENT, Char, TextObject, characters_of
from pipeline.reading.graphics import Cover, Graphics
from pipeline.reading.page import Box, Image, Word
from pipeline.reading.radicals import printed
from pipeline.reading.textlayer import judge
from pipeline.reading.words import Hiding, build_words

BLACK = TextObject(10.0, "SimSun", False, (0, 0, 0), alpha=255, mode=0, upright=True, clip=None, order=5)


def run(text: str, x: float, baseline: float, of: TextObject, step: float = 5.0) -> list[Char]:
    top, bottom = baseline - ASCENT * of.size, baseline + DESCENT * of.size
    return [Char(c, x + i * step, top, x + i * step + 5.0, bottom, baseline, of) for i, c in enumerate(text)]


def words_of(chars: list[Char], covers: tuple[Cover, ...] = (), images: tuple[Image, ...] = ()) -> list[str]:
    words, _ = build_words(
        characters_of(chars), Hiding(595, 842, Graphics(covers=list(covers), images=list(images)))
    )
    return [word.text for word in words]


@pytest.mark.parametrize(
    ("char", "shown"), [("⼈", "人"), ("⾦", "金"), ("％", "％"), ("（", "（"), ("A", "A")]
)
def test_radicals_read_as_characters_and_full_width_signs_stay_as_printed(char: str, shown: str) -> None:
    assert printed(char) == shown


@given(st.lists(st.integers(0, 99_999_999), min_size=1, max_size=8), st.randoms())
def test_numbers_of_a_row_survive_any_order_of_painting(numbers: list[int], random: Random) -> None:
    runs = [run(str(n), 20 + 65 * i, 100, BLACK) for i, n in enumerate(numbers)]
    random.shuffle(runs)
    assert words_of([char for chars in runs for char in chars]) == [str(n) for n in numbers]


@given(st.text("0123456789,.-", min_size=2, max_size=9), st.floats(0, 1.9), st.floats(2.6, 30))
def test_a_gap_below_a_fifth_of_an_em_joins_and_a_space_parts(text: str, narrow: float, wide: float) -> None:
    assert words_of(run(text, 20, 100, BLACK, step=5 + narrow)) == [text]
    assert words_of(run(text, 20, 100, BLACK, step=5 + wide)) == list(text)


def test_template_letters_between_visible_ones_leave_the_number_whole() -> None:
    number, template = (
        run("2,468", 20, 100, BLACK),
        run("[Table_Base]", 20, 100, replace(BLACK, clip=Box(0, 0, 1, 1))),
    )
    mixed = [char for pair in zip(number, template, strict=False) for char in pair]
    words, hidden = build_words(characters_of(mixed), Hiding(595, 842, Graphics()))
    assert [w.text for w in words] == ["2,468"]
    assert {h.reason for h in hidden} == {"clipped"}


def test_the_cut_second_line_of_a_cell_is_hidden_and_a_cut_first_line_is_seen() -> None:
    cell = Box(18, 88, 70, 106)
    label = [*run("abcd", 20, 98, BLACK), *run("ef", 20, 110, replace(BLACK, clip=cell))]
    words, hidden = build_words(characters_of(label), Hiding(595, 842, Graphics()))
    assert [w.text for w in words] == ["abcd"]
    assert [(h.word.text, h.reason, h.clip) for h in hidden] == [("ef", "clipped", cell)]
    assert words_of(run("ef", 20, 110, replace(BLACK, clip=cell))) == ["ef"]


def test_a_cover_hides_only_what_was_painted_before_it() -> None:
    cover = Cover(Box(0, 80, 200, 120), 6, (255, 255, 255))
    assert words_of(run("old", 20, 100, replace(BLACK, order=5)), (cover,)) == []
    assert words_of(run("new", 20, 100, replace(BLACK, order=7)), (cover,)) == ["new"]


def test_white_on_a_picture_is_seen() -> None:
    white = run("2024A", 20, 100, replace(BLACK, color=(255, 255, 255)))
    assert words_of(white) == []
    assert words_of(white, images=(Image(0, 80, 200, 120),)) == ["2024A"]


def word(text: str) -> Word:
    return Word(text, 0, 0, 10, 10, 10, "SimSun", False, (0, 0, 0))


@pytest.mark.parametrize(
    ("words", "unmapped", "images", "layer"),
    [
        (["营业收入", "18,079"], 0, 0, "good"),
        (["营业收入", "18,079"], 2, 0, "good"),
        (["营业收入", "18,079"], 8, 0, "garbled"),
        (["\ue001\ue002\ue003", "18"], 0, 0, "garbled"),
        ([], 0, 1, "none"),
        ([], 0, 0, "good"),
        (["1"], 0, 151, "none"),
        (["营业收入" * 60], 0, 400, "good"),
    ],
)
def test_the_text_layer_is_judged_by_what_can_be_real(
    words: list[str], unmapped: int, images: int, layer: str
) -> None:
    assert judge([word(w) for w in words], unmapped, [Image(0, 0, 5, 5)] * images) == layer
