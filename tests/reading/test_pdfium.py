from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import InputError
from pipeline.reading import pdfium, plumber
from pipeline.reading.page import Box, Page
from tests.reading.drawn import Sheet, pdf, text, turned_text

Open = Callable[[bytes | Path], Any]

READERS = [pytest.param(pdfium.open_document, id="pdfium"), pytest.param(plumber.open_document, id="plumber")]


def read(content: str) -> Page:
    return read_sheet(Sheet(content))


def read_sheet(sheet: Sheet) -> Page:
    with pdfium.open_document(pdf(sheet)) as document:
        return document.page(1)


def texts(page: Page) -> list[str]:
    return [word.text for word in page.words]


def hidden(page: Page) -> dict[str, str]:
    return {h.word.text: h.reason for h in page.hidden}


@pytest.mark.parametrize("open_document", READERS)
def test_a_word_has_the_em_box_around_its_baseline(open_document: Open) -> None:
    with open_document(pdf(Sheet(text("18,079", 50, 120, size=10)))) as document:
        (word,) = document.page(1).words
    assert word.text == "18,079"
    assert word.x0 == pytest.approx(50, abs=0.05)
    # Helvetica: five digits of 0.556 em and a comma of 0.278 em
    assert word.x1 == pytest.approx(50 + 10 * (5 * 0.556 + 0.278), abs=0.05)
    assert (word.top, word.bottom) == (
        pytest.approx(200 - 120 - 8.6, abs=0.05),
        pytest.approx(81.4, abs=0.05),
    )
    assert len(word.char_x) == 7
    assert not word.bold


@pytest.mark.parametrize("open_document", READERS)
def test_words_come_line_by_line_whatever_the_order_of_painting(open_document: Open) -> None:
    content = text("d", 200, 50) + text("c", 50, 50) + text("b", 200, 150) + text("a", 50, 150)
    with open_document(pdf(Sheet(content))) as document:
        assert texts(document.page(1)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("open_document", READERS)
def test_letter_spaced_digits_are_one_number_and_columns_are_two(open_document: Open) -> None:
    content = text("18,079", 50, 120, before="1.2 Tc") + text("2024", 50, 60) + text("2025", 80, 60)
    with open_document(pdf(Sheet(content))) as document:
        assert texts(document.page(1)) == ["18,079", "2024", "2025"]


@pytest.mark.parametrize("open_document", READERS)
def test_a_matrix_skewed_by_rounding_is_still_upright(open_document: Open) -> None:
    content = "BT /F1 10 Tf 1 0.00000002 0.00000002 1 50 100 Tm (18,079) Tj ET\n"
    with open_document(pdf(Sheet(content))) as document:
        assert texts(document.page(1)) == ["18,079"]


def test_bold_is_the_fonts_or_an_overprint() -> None:
    # PDFium itself drops a copy that follows within a few text objects, and with it the sign of boldness.
    between = "".join(text(f"row {i}", 150, 20 + 12 * i) for i in range(8))
    page = read(
        text("heavy", 50, 150, font="F2")
        + text("twice", 50, 100)
        + between
        + text("twice", 50.3, 100)
        + text("light", 50, 50)
    )
    bold = {w.text: w.bold for w in page.words if not w.text.isdigit() and w.text != "row"}
    assert bold == {"heavy": True, "twice": True, "light": False}
    assert hidden(page) == {"twice": "duplicate"}


def label(first: float, second: float, *, before: str = "") -> Page:
    """A label that wraps in its cell, which hides the second line, and below it another like this line."""
    cell = "q 40 96 100 20 re W n " + text("parent", 50, 100) + text("equity total", 50, first) + "Q\n"
    return read(cell + text("equity total", 50, second, before=before) + text("1,234", 150, second))


def test_a_label_like_the_hidden_line_above_it_is_seen() -> None:
    """PDFium takes the two for one text painted twice: off by less than an eighth of the width."""
    page = label(89, 86)
    assert texts(page) == ["parent", "equity", "total", "1,234"]
    assert {h.word.text: h.reason for h in page.hidden} == {"equity": "clipped", "total": "clipped"}
    below = next(word for word in page.words if word.text == "equity")
    beside = next(word for word in page.words if word.text == "1,234")
    assert below.top == pytest.approx(beside.top)
    assert below.bottom == pytest.approx(beside.bottom)
    assert below.x0 == pytest.approx(50, abs=0.1)


def test_a_label_put_back_keeps_its_own_looks() -> None:
    heavy = label(89, 86, before="2 Tr 0.2 w 1 0 0 rg")
    below = next(word for word in heavy.words if word.text == "equity")
    assert (below.bold, below.color) == (True, (255, 0, 0))


def test_a_text_painted_twice_at_one_place_is_seen_once() -> None:
    page = read(text("equity total", 50, 100) + text("equity total", 50.2, 100.3) + text("1,234", 150, 100))
    assert texts(page) == ["equity", "total", "1,234"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("q " + text("9,999", 50, 100, before="3 Tr") + "Q\n", "invisible"),
        ("1 g " + text("9,999", 50, 100), "white"),
        (text("9,999", 50, 100) + "0 0 1 rg 40 90 100 30 re f\n", "covered"),
        ("q 40 0 100 20 re W n " + text("9,999", 50, 100) + "Q\n", "clipped"),
        ("BT /F1 10 Tf 0 1 -1 0 50 100 Tm (9,999) Tj ET\n", "rotated"),
        (text("9,999", 50, -30), "off_page"),
        (text("[Table_Finance]", 50, 100), "template"),
    ],
)
def test_what_the_page_does_not_show_is_set_aside_with_the_reason(content: str, reason: str) -> None:
    page = read(content + "0 g " + text("18,079", 150, 20))
    assert texts(page) == ["18,079"]
    assert set(hidden(page).values()) == {reason}


def test_what_clips_inside_a_form_is_moved_with_the_form() -> None:
    """Statements pasted from a spreadsheet: without their place all their words would seem cut off.

    PDFium drops a clip that cuts nothing, so this one cuts the feet of the digits.
    """
    cell = "q 100 28 120 30 re W n " + text("1,234", 104, 26, size=20) + "Q\n"
    aside = "q 0 0 20 20 re W n " + text("9,999", 200, 80, size=20) + "Q\n"
    with pdfium.open_document(
        pdf(Sheet("q 0.5 0 0 0.5 100 50 cm /Fm Do Q\n", form=cell + aside))
    ) as document:
        page = document.page(1)
    assert texts(page) == ["1,234"]
    assert hidden(page) == {"9,999": "clipped"}
    [word] = page.words
    assert (word.x0, word.size) == pytest.approx((152, 10))


@pytest.mark.parametrize("matrix", ["1 0 0 1 0 0", "0.5 0 0 0.5 100 50", "2 0 0 2 -60 -30"])
def test_what_a_tag_names_inside_a_form_stands_where_it_is_printed(matrix: str) -> None:
    """PDFium places such a character in the coordinates of the form."""
    letters = text("BBBB", 50, 60)
    tagged = "/Span << /ActualText <FEFF91D1> >> BDC " + text("A", 90, 40) + "EMC\n"
    plain, named = (
        read_sheet(Sheet(f"q {matrix} cm /Fm Do Q\n", form=letters + last))
        for last in (text("A", 90, 40), tagged)
    )
    assert (texts(plain), texts(named)) == (["BBBB", "A"], ["BBBB", "金"])
    (_, letter), (_, word) = plain.words, named.words
    assert (word.x0, word.top, word.bottom) == pytest.approx((letter.x0, letter.top, letter.bottom), abs=0.5)


@pytest.mark.parametrize("open_document", READERS)
def test_white_words_on_a_dark_band_are_seen(open_document: Open) -> None:
    content = "0 0 0.5 rg 40 90 100 30 re f 1 g " + text("2024A", 50, 100)
    with open_document(pdf(Sheet(content))) as document:
        assert texts(document.page(1)) == ["2024A"]


def test_words_over_a_band_painted_first_are_seen() -> None:
    assert texts(read("0.9 g 40 90 100 30 re f 0 g " + text("2024A", 50, 100))) == ["2024A"]


@pytest.mark.parametrize("open_document", READERS)
def test_rules_bands_and_pictures(open_document: Open) -> None:
    content = (
        "0.5 w 20 150 m 280 150 l S\n"  # a stroke
        "20 100 260 0.75 re f\n"  # a rule drawn as a thin rectangle
        "0.8 g 20 60 260 20 re f\n"  # a band
        "q 100 0 0 40 20 10 cm /Im Do Q\n"
    )
    with open_document(pdf(Sheet(content))) as document:
        page = document.page(1)
    assert sorted((round(r.top, 1), r.horizontal) for r in page.rules) == [(50.0, True), (99.2, True)]
    assert [(f.x0, f.top, f.x1, f.bottom) for f in page.fills] == [(20, 120, 280, 140)]
    assert page.fills[0].color == (204, 204, 204)
    assert [(i.x0, i.top, i.x1, i.bottom) for i in page.images] == [pytest.approx((20, 150, 120, 190))]


def test_a_rule_drawn_as_a_thin_picture_is_a_rule() -> None:
    page = read("q 200 0 0 1 50 100 cm /Im Do Q\n")
    assert not page.images
    assert [(r.x0, r.x1, r.horizontal) for r in page.rules] == [(50, 250, True)]


@settings(max_examples=40)
@given(
    rotate=st.sampled_from([0, 90, 180, 270]),
    media=st.tuples(st.integers(-50, 50), st.integers(-50, 50)),
    margins=st.tuples(*[st.integers(0, 40)] * 4),
    place=st.tuples(st.integers(5, 100), st.integers(20, 100)),
)
def test_both_readers_find_a_word_where_the_turned_and_cropped_page_shows_it(
    rotate: int,
    media: tuple[int, int],
    margins: tuple[int, int, int, int],
    place: tuple[int, int],
) -> None:
    left, bottom = media
    whole = (left, bottom, left + 300, bottom + 250)
    crop = (whole[0] + margins[0], whole[1] + margins[1], whole[2] - margins[2], whole[3] - margins[3])
    x, y = place
    data = pdf(Sheet(turned_text("18,079", x, y, crop, rotate), media=whole, crop=crop, rotate=rotate))
    sizes = (crop[2] - crop[0], crop[3] - crop[1])
    expected = Box(x, y - 8.6, x + 10 * (5 * 0.556 + 0.278), y + 1.4)
    for open_document in (pdfium.open_document, plumber.open_document):
        with open_document(data) as document:
            page = document.page(1)
        assert (page.width, page.height) == (sizes if rotate in (0, 180) else sizes[::-1])
        (word,) = page.words
        assert word.text == "18,079"
        assert word.box == pytest.approx(expected, abs=0.1)


def encrypted(user_password: str) -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=10)
    document.text(20, 20, "18,079")
    document.set_encryption(
        owner_password="owner",
        user_password=user_password,
        encryption_method=EncryptionMethod.RC4,
        permissions=AccessPermission.none(),
    )
    return bytes(document.output())


@pytest.mark.parametrize("open_document", READERS)
def test_an_empty_password_opens_whatever_the_flags_forbid(open_document: Open) -> None:
    with open_document(encrypted("")) as document:
        assert texts(document.page(1)) == ["18,079"]


@pytest.mark.parametrize("open_document", READERS)
@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"", "empty"),
        (b"<html>404</html>", "not a PDF"),
        (b"%PDF-1.4\n" + b"\0" * 50, "fetch it again"),
        (Path("/nowhere/report.pdf"), "No such file"),
    ],
)
def test_what_is_no_pdf_is_refused_with_a_sentence(
    open_document: Open, source: bytes | Path, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        open_document(source)


@pytest.mark.parametrize("open_document", READERS)
def test_a_password_is_asked_for(open_document: Open) -> None:
    with pytest.raises(InputError, match="password"):
        open_document(encrypted("secret"))


@pytest.mark.parametrize("open_document", READERS)
def test_pages_are_numbered_from_one(open_document: Open) -> None:
    with open_document(pdf(Sheet(text("one", 10, 10)), Sheet(text("two", 10, 10)))) as document:
        assert document.page_count == 2
        assert [texts(document.page(n)) for n in (1, 2)] == [["one"], ["two"]]
        assert document.page(2).number == 2


def test_a_page_of_one_picture_has_no_text_layer() -> None:
    assert read("q 300 0 0 200 0 0 cm /Im Do Q\n").text_layer == "none"
    assert read(text("18,079", 50, 100)).text_layer == "good"
    assert read("").text_layer == "good"


def test_a_character_named_by_its_tag_takes_the_room_of_one_em() -> None:
    # Chrome prints 日 as a radical and tags it with the character; PDFium then knows the ink of it only.
    tagged = "/Span <</ActualText <FEFF65E5>>> BDC\n{}EMC\n"
    (word,) = read("".join(tagged.format(text("n", x, 100)) for x in (20, 30))).words
    assert word.text == "日日"
    assert (word.x0, word.x1) == pytest.approx((20, 40), abs=0.1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "".join(text("12345" * 2_000, 20, y) for y in range(20, 150, 10)),
            r"page 1: 1[23]\d,\d{3} characters, more than any page prints",
        ),
        ("0 0 1 1 re f\n" * 300_100, r"page 1: 300,100 objects are drawn on it, more than is read"),
        (("0 0 m " + "1 1 l " * 399 + "S\n") * 2_600, r"page 1: 1,040,000 corners are drawn on it"),
    ],
)
def test_a_page_that_would_take_all_memory_is_refused_with_the_reason(content: str, said: str) -> None:
    data = pdf(Sheet(content), Sheet(text("18,079", 50, 120)))
    with pdfium.open_document(data) as document:
        with pytest.raises(InputError, match=said):
            document.page(1)
        assert texts(document.page(2)) == ["18,079"]


@pytest.mark.parametrize("size", [4_000, 1e9, 1e30])
def test_a_character_larger_than_its_page_is_set_aside(size: float) -> None:
    content = f"BT /F1 {size:g} Tf {-size / 4:g} {100 - size / 3:g} Td (8) Tj ET\n" + text("18,079", 50, 120)
    assert texts(read(content)) == ["18,079"]


def test_columns_of_calls_are_filled_beyond_what_fits_at_once() -> None:
    page = read(
        "".join(text(str(at % 10), 2 + at % 140 * 2, 3 + at // 140 * 9, size=1) for at in range(2_500))
    )
    assert "".join(sorted("".join(texts(page)))) == "".join(sorted(str(at % 10) for at in range(2_500)))


def test_rectangles_keep_their_order_among_other_paths() -> None:
    shapes = "1 0 0 rg 10 10 50 20 re f\n0 0 1 rg 20 20 m 60 20 l 40 60 l f\n0 1 0 rg 70 10 50 20 re f\n"
    shapes += "0 0 0 RG 10 100 m 90 100 l S\n0 0 0 rg 10 120 80 1 re f\n"
    page = read(shapes)
    assert [fill.color for fill in page.fills] == [(255, 0, 0), (0, 255, 0)]
    assert [(rule.top, rule.x1 - rule.x0) for rule in page.rules] == [(100, 80), (79, 80)]
