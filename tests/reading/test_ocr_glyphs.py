from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reading.glyphs import PX, VOTES, Memory, Shape, glyphs_of, lines_of
from pipeline.reading.page import Box
from pipeline.reading.pictures import Stencil
from tests.reading.painted import Run, mask

pytest.importorskip("pylopdf_fonts_zh_cn", reason="the Chinese fonts are a development dependency")


def _stencil(text: str, x: float = 100, top: float = 100, size: float = 9) -> Stencil:
    ink = mask(Run(text, x, top, size))
    high, wide = ink.shape
    return Stencil(Box(x, top, x + wide / PX, top + high / PX), ink, (0, 0, 0))


def _shape(bits: bytes = b"\1" * 12) -> Shape:
    return Shape(picture_height=95, top=20, width=3, height=4, bits=bits)


@given(st.text("0123456789.,%-", min_size=1, max_size=12))
def test_one_piece_for_each_letter_of_a_number(text: str) -> None:
    assert len(glyphs_of(_stencil(text))) == len(text)


@given(st.text("0123456789", min_size=2, max_size=10))
def test_the_same_digit_is_the_same_shape(text: str) -> None:
    shapes: dict[str, set[Shape]] = {}
    for letter, glyph in zip(text, glyphs_of(_stencil(text)), strict=True):
        shapes.setdefault(letter, set()).add(glyph.shape)
    assert all(len(found) == 1 for found in shapes.values())
    assert len(set.union(*shapes.values())) == len(set(text))


@pytest.mark.parametrize(("text", "bar"), [("-", "-"), ("_", "_"), ("—", None), ("一", None), (".", None)])
def test_bars_are_told_by_their_place_and_length(text: str, bar: str | None) -> None:
    [glyph] = glyphs_of(_stencil(text))
    assert glyph.shape.bar == bar


@given(st.integers(0, VOTES - 1))
def test_few_sightings_make_no_letter(times: int) -> None:
    memory = Memory()
    for _ in range(times):
        memory.see(_shape(), "8")
    assert memory.letter(_shape()) is None


@given(st.integers(VOTES, 40), st.integers(0, 40))
def test_a_letter_needs_nine_votes_of_ten(votes: int, others: int) -> None:
    memory = Memory()
    for _ in range(votes):
        memory.see(_shape(), "8")
    for _ in range(others):
        memory.see(_shape(), "3")
    assert (memory.letter(_shape()) == "8") == (votes >= 9 * others)


def test_only_letters_of_numbers_and_latin_names_are_remembered() -> None:
    memory = Memory()
    for _ in range(2 * VOTES):
        memory.see(_shape(), "川")
    assert memory.letter(_shape()) is None


def test_a_minus_painted_by_itself_joins_its_number() -> None:
    minus, number = _stencil("-", 100), _stencil("330.75", 103)
    [line] = lines_of([number, minus])
    assert [glyph.shape.bar for glyph in line.glyphs][:2] == ["-", None]
    assert len(line.glyphs) == 7


@given(st.floats(3, 60))
def test_neighbouring_cells_stay_apart(gap: float) -> None:
    left = _stencil("1254.34", 100)
    right = _stencil("1759.83", left.box.x1 + gap)
    assert len(lines_of([left, right])) == 2


def test_a_lone_hyphen_keeps_its_size_beside_letters() -> None:
    [line] = lines_of([_stencil("-")])
    picture = line.picture(0.12)
    dark = np.flatnonzero((picture < 128).any(1))
    assert len(dark) < 0.2 * picture.shape[0]
