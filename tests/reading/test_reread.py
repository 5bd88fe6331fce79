from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.reading.page import Box
from pipeline.reading.pdfium import open_document
from pipeline.reading.plumber import Glyph, group_words
from pipeline.reading.reread import reread, same_print
from tests.corpus.places import CORPUS, needs_corpus
from tests.reading.drawn import Sheet, pdf, text

PAGE = Sheet(text("18,079", 50, 150) + text("(6,045)", 120, 150) + text("13,40", 50, 100) + text("8", 50, 88))


def test_each_box_gives_what_is_printed_in_it_in_the_order_asked() -> None:
    data = pdf(Sheet(text("-42", 10, 10)), PAGE)
    with open_document(data) as document:
        boxes = [(2, w.box, w.text) for w in document.page(2).words] + [
            (1, document.page(1).words[0].box, "-42")
        ]
    assert reread(data, boxes[::-1]) == [text for _, _, text in boxes[::-1]]


def test_a_value_wrapped_in_its_cell_is_read_line_by_line() -> None:
    assert reread(pdf(PAGE), [(1, Box(48, 90, 80, 116), "13,408")]) == ["13,408"]


def test_an_empty_or_displaced_box_gives_other_text() -> None:
    empty, low = reread(pdf(PAGE), [(1, Box(200, 10, 220, 20), "1"), (1, Box(50, 45, 67, 53), "18,079")])
    assert empty == ""
    assert not same_print(low, "18,079")


def test_hidden_text_does_not_count() -> None:
    data = pdf(Sheet(text("18,079", 50, 150) + "1 g " + text("999", 52, 150) + text("[Table_Main]", 50, 150)))
    assert reread(data, [(1, Box(48, 41, 84, 53), "18,079")]) == ["18,079"]


def test_a_page_that_is_not_there_is_an_error() -> None:
    with pytest.raises(InputError, match="page 2 does not exist"):
        reread(pdf(PAGE), [(2, Box(0, 0, 1, 1), "1")])


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("1 8,079", "18,079", True),
        ("12.3％", "12.3%", True),
        ("⼈民币", "人民币", True),
        ("（5）", "(5)", True),
        ("-42", "42", False),
        ("1.2", "12", False),
        ("1,234", "1234", False),
        ("—", "-", False),
        ("", "0", False),
    ],
)
def test_only_spaces_and_compatibility_forms_are_forgiven(a: str, b: str, same: bool) -> None:
    assert same_print(a, b) is same


@given(st.text("0123456789.,-()%", max_size=12), st.text("0123456789.,-()%", max_size=12))
def test_two_readings_of_number_signs_are_alike_only_when_equal(a: str, b: str) -> None:
    assert same_print(a, b) is (a == b)


@given(
    st.permutations(
        [Glyph(c, 20 + 5 * i, 25 + 5 * i, 100, 10, "F", (0, 0, 0), True) for i, c in enumerate("18,079")]
    )
)
def test_grouping_does_not_depend_on_the_order_of_painting(glyphs: list[Glyph]) -> None:
    assert [w.text for w in group_words(glyphs)] == ["18,079"]


@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize("name", ["dfzq_688981_smic", "gjzq_000999_20251024"])
def test_numbers_of_real_statements_are_read_alike(name: str) -> None:
    path = CORPUS / "labelled" / f"{name}.pdf"
    with open_document(path) as document:
        number = {"dfzq_688981_smic": 4, "gjzq_000999_20251024": 2}[name]
        boxes = [(number, w.box, w.text) for w in document.page(number).words if w.text[-1].isdigit()]
    assert len(boxes) > 100
    again = reread(path, boxes)
    assert [(t, g) for (_, _, t), g in zip(boxes, again, strict=True) if not same_print(t, g)] == []
