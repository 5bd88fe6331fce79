"""Fonts that say something else than they print, in reports that are otherwise good."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from pipeline.reading import ocr
from pipeline.reading.characters import HOLE
from pipeline.reading.page import Page, Word
from pipeline.reading.pdfium import open_document
from pipeline.reading.recogniser import Reading, Sign
from pipeline.reading.textlayer import judge, senseless_fonts
from tests.reading.remapped import SAMPLES, remapped, shuffled, without_names

SAMPLE = SAMPLES / "guanlan_688999_20250829.pdf"
STATEMENTS = 3  # its page of statements

needs_model = pytest.mark.skipif(not ocr.available(), reason="the extra `ocr` is not installed")


@cache
def _page(data: bytes, number: int = STATEMENTS) -> Page:
    with open_document(data) as document:
        return document.page(number)


def _read(data: bytes, number: int = STATEMENTS) -> Page:
    with open_document(data) as document:
        return ocr.Reader(document).read(document.page(number))


def _texts(page: Page) -> Counter[str]:
    return Counter(word.text for word in page.words)


def _misnaming(chars: str, name: str) -> bytes:
    return remapped(SAMPLE.read_bytes(), lambda char: name if char in chars else char)


@pytest.mark.parametrize("name", [" ", "\0", "\u00a0", "\u3000", "\u200b"])
def test_a_character_taken_for_a_blank_leaves_a_hole(name: str) -> None:
    """非流动资产 without its first character would be another item of the same statement."""
    true, page = _page(SAMPLE.read_bytes()), _page(_misnaming("非", name))
    assert page.text_layer == "good"
    assert _texts(page) == Counter(word.text.replace("非", HOLE) for word in true.words)


@needs_model
@pytest.mark.parametrize(
    ("chars", "name"), [("非", " "), ("非资流", "\0"), ("产", "\ue012"), ("8", "\0"), (",", "\0")]
)
def test_holes_are_filled_by_what_is_seen_there(chars: str, name: str) -> None:
    page = _read(_misnaming(chars, name))
    true = _texts(_page(SAMPLE.read_bytes()))
    found = _texts(page)
    assert not {text for text in found - true if HOLE not in text}
    assert (found & true).total() >= 0.99 * true.total()


@pytest.mark.parametrize(
    ("word", "seen", "sure", "text"),
    [
        ("\ufffd流动资产合计", "非流动资产合计", 0.6, "非流动资产合计"),  # 非流 is a usual pair
        ("\ufffd流动资产合计", "非流动资产合计", 0.4, None),
        ("\ufffd流动资产合计", "北流动资产合计", 0.6, None),
        ("\ufffd流动资产合计", "流动资产合计", 1.0, None),  # the hole was passed over
        ("1\ufffd,234", "18,234", 0.8, None),  # a digit has no usual neighbours
        ("1\ufffd,234", "18,234", 0.95, "18,234"),
    ],
)
def test_a_hole_is_filled_where_the_model_is_sure_or_the_language_speaks_for_it(
    word: str, seen: str, sure: float, text: str | None
) -> None:
    signs = tuple(Sign(char, sure, 0.5) for char in seen)
    printed = Word(word, 0.0, 0.0, 60.0, 8.0, 8.0, "font", False, (0, 0, 0))
    assert ocr.completed(printed, Reading(signs)) == text


@needs_model
def test_a_number_with_a_filled_hole_is_marked_as_recognised() -> None:
    page = _read(_misnaming("8", "\0"))
    with_eight = [word for word in page.words if "8" in word.text]
    assert len(with_eight) > 50
    assert {word.font for word in with_eight} == {ocr.FONT}
    assert ocr.FONT not in {word.font for word in page.words if "8" not in word.text}


@needs_model
def test_a_hole_stays_where_something_else_is_seen_around_it() -> None:
    """The font names 动 as 流: what is seen around the hole contradicts it, so nothing is to be believed."""
    names = {"非": "\0", "动": "流"}
    page = _read(remapped(SAMPLE.read_bytes(), lambda char: names.get(char, char)))
    assert [text for text in _texts(page) if "非" in text] == []
    assert [text for text in _texts(page) if HOLE in text]


@pytest.mark.parametrize("broken", [without_names, shuffled])
@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.pdf")), ids=lambda path: path.stem)
def test_pages_whose_fonts_say_nothing_or_nonsense_are_garbled(sample: object, broken: object) -> None:
    data = broken(sample.read_bytes())  # type: ignore[attr-defined, operator]
    with open_document(data) as document:
        pages = [document.page(number) for number in range(1, document.page_count + 1)]
    full = [page for page in pages if sum(len(word.text) for word in page.words) >= 300]
    assert len(full) >= 3
    assert {page.text_layer for page in full} == {"garbled"}


@needs_model
@pytest.mark.parametrize("broken", [without_names, shuffled])
def test_a_garbled_page_is_read_by_picture(broken: object) -> None:
    page = _read(broken(SAMPLE.read_bytes()))  # type: ignore[operator]
    true = _texts(_page(SAMPLE.read_bytes()))
    assert page.text_layer == "good"
    assert (_texts(page) & true).total() >= 0.97 * true.total()
    assert {word.font for word in page.words} == {ocr.FONT}


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.pdf")), ids=lambda path: path.stem)
def test_good_pages_are_good_and_returned_as_they_are(sample: object) -> None:
    with open_document(sample.read_bytes()) as document:  # type: ignore[attr-defined]
        reader = ocr.Reader(document)
        for number in range(1, document.page_count + 1):
            page = document.page(number)
            assert page.text_layer == "good"
            assert reader.read(page) is page or any(image.bottom - image.top >= 30 for image in page.images)


def _word(text: str, font: str = "SimSun") -> Word:
    return Word(text, 0, 0, 10, 10, 10, font, False, (0, 0, 0))


def test_one_font_of_nonsense_makes_a_page_garbled_where_it_prints_a_fifth() -> None:
    sense, nonsense = "公司营业收入增长", "高估购损不折法溢"
    good = [_word(sense)] * 40
    assert senseless_fonts([*good, _word(nonsense * 30, "KaiTi")]) == {"KaiTi"}
    assert judge([*good, _word(nonsense * 30, "KaiTi")], 0, []) == "garbled"
    assert judge([*good, _word(nonsense * 5, "KaiTi")], 0, []) == "good"
    assert senseless_fonts([_word("資產負債總額營業額" * 30, "MingLiU")]) == frozenset()
