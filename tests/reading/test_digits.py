"""Fonts that exchange digits: the text layer is without a flaw, and every number in it is wrong."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from itertools import combinations

import pypdfium2
import pytest

from pipeline.reading import ocr
from pipeline.reading.characters import MISNAMED
from pipeline.reading.page import Page
from pipeline.reading.pdfium import open_document
from tests.reading.drawn import Sheet, pdf
from tests.reading.remapped import SAMPLES, remapped

SAMPLE = SAMPLES / "zhanqiao_9799hk_20250411.pdf"
STATEMENT = 3
DIGITS = "0123456789"

needs_model = pytest.mark.skipif(not ocr.available(), reason="the extra `ocr` is not installed")


def _naming(names: Mapping[str, str]) -> bytes:
    return remapped(SAMPLE.read_bytes(), lambda char: names.get(char, char))


def _page(data: bytes, number: int = STATEMENT) -> Page:
    with open_document(data) as document:
        return document.page(number)


def _texts(page: Page) -> Counter[str]:
    return Counter(word.text for word in page.words)


def _without_digits(page: Page) -> Counter[str]:
    return Counter("".join(MISNAMED if char in DIGITS else char for char in word.text) for word in page.words)


@pytest.mark.parametrize(("one", "other"), list(combinations(DIGITS, 2)))
def test_two_digits_that_change_places_take_all_digits_of_the_font_along(one: str, other: str) -> None:
    page = _page(_naming({one: other, other: one}))
    assert _texts(page) == _without_digits(_page(SAMPLE.read_bytes()))
    assert page.text_layer == "garbled"


def test_digits_named_by_the_next_one_are_noticed() -> None:
    page = _page(_naming({digit: DIGITS[index - 9] for index, digit in enumerate(DIGITS)}))
    assert not any(char in DIGITS for word in page.words for char in word.text)


def _rewritten(data: bytes, turned: bool) -> bytes:
    """The page of statements alone, its objects turned by a quarter and the page turned back."""
    document = pypdfium2.PdfDocument(data)
    page = document[STATEMENT - 1]
    if turned:
        width, height = page.get_size()
        for obj in list(page.get_objects(max_depth=1)):
            obj.transform(pypdfium2.PdfMatrix(0, 1, -1, 0, height, 0))
        page.set_mediabox(0, 0, height, width)
        page.set_cropbox(0, 0, height, width)
        page.set_rotation(90)
        page.gen_content()
    alone = pypdfium2.PdfDocument.new()
    alone.import_pages(document, [STATEMENT - 1])
    into = io.BytesIO()
    alone.save(into)
    return into.getvalue()


def test_pages_that_are_displayed_turned_are_judged_as_they_are_seen() -> None:
    lying = _naming({"3": "8", "8": "3"})
    upright, turned = (_page(_rewritten(lying, turned), 1) for turned in (False, True))
    assert _texts(turned) == _texts(upright)
    assert _texts(upright) == _without_digits(_page(SAMPLE.read_bytes()))
    assert _texts(_page(_rewritten(SAMPLE.read_bytes(), turned=True), 1)) == _texts(
        _page(SAMPLE.read_bytes())
    )


@pytest.mark.parametrize(("across", "down"), [(1, 1), (0.2, 1), (2, 3)])
def test_digits_in_forms_of_any_scale_are_what_they_say(across: float, down: float) -> None:
    form = f"BT /F1 12 Tf {1 / across:g} 0 0 {1 / down:g} 10 20 Tm (0123456789) Tj ET"
    content = f"BT /F2 9 Tf 20 150 Td (9876543210) Tj ET q {across} 0 0 {down} 20 20 cm /Fm Do Q"
    assert _texts(_page(pdf(Sheet(content, form=form)), 1)) == Counter(["9876543210", "0123456789"])


@needs_model
def test_the_numbers_of_such_a_page_are_read_from_its_picture() -> None:
    data = _naming({"3": "8", "8": "3", "1": "7", "7": "1"})
    with open_document(data) as document:
        page = ocr.Reader(document).read(document.page(STATEMENT))
    true = _page(SAMPLE.read_bytes())
    assert page.text_layer == "good"
    assert not [text for text in _texts(page) - _texts(true) if MISNAMED not in text]
    assert (_texts(page) & _texts(true)).total() >= 0.99 * len(true.words)
    assert {word.font for word in page.words if any(map(str.isdigit, word.text))} == {ocr.FONT}
    assert {word.font for word in page.words if "收入" in word.text}.isdisjoint({ocr.FONT})
