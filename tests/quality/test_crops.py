from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pipeline.quality.crops import MAX_HEIGHT, Crop, Cropper, plan_strips, render_page, snap
from pipeline.quality.gather import FactRow, TableRow, gather
from pipeline.reading.page import Box
from tests.quality import runs
from tests.quality.drawn import pdf

PAGE = Box(0, 0, 600, 800)


def fact(top: float, *, x0: float = 300, page: int = 1, name: str = "") -> FactRow:
    return FactRow(
        fact_id=name or f"f{top}",
        report_id="r",
        table_id="t",
        table_kind="other",
        page=page,
        box=Box(x0, top, x0 + 30, top + 8),
        entity_name="",
        label="",
        label_path=(),
        column="",
        concept=None,
        period_label=None,
        basis=None,
        text="1",
        decimals=0,
        unit="",
        scale=0,
    )


def table(top: float = 90, bottom: float = 700, header_bottom: float | None = 110) -> TableRow:
    return TableRow("t", "other", (1,), Box(50, top, 350, bottom), "", "", header_bottom)


def dark_share(crop: Crop, box: Box) -> float:
    """Share of a crop's pixels inside `box` (points) that carry ink."""
    image = Image.open(io.BytesIO(crop.png)).convert("L")
    scale = image.width / crop.width
    inside = image.crop(
        (int(box.x0 * scale), int(box.top * scale), int(box.x1 * scale), int(box.bottom * scale))
    )
    pixels = inside.tobytes()
    return sum(value < 128 for value in pixels) / len(pixels)


def test_a_crop_shows_the_number_inside_its_mark(tmp_path: Path) -> None:
    finding = gather(runs.one_finding(tmp_path)).findings[0]
    crops, why_not = Cropper(tmp_path / "pdfs").of_finding(finding, "a.pdf")
    assert why_not == ""
    (crop,) = crops
    assert crop.page == 2
    assert [(mark.number, mark.suspect) for mark in crop.marks] == [(1, False), (2, False), (3, True)]
    for mark in crop.marks:
        assert dark_share(crop, mark.box) > 0.08
        beside = Box(mark.box.x1 + 3, mark.box.top, mark.box.x1 + 10, mark.box.bottom)
        assert dark_share(crop, beside) == 0


def test_a_crop_of_a_rotated_page_shows_it_as_displayed(tmp_path: Path) -> None:
    # Turned by 90°, what stood x points from the left stands x points from the top.
    data = pdf([(100.0, 200.0, "8888")], rotate=90)
    image, scale = render_page(data, 1, 1.0) or (None, 0.0)
    assert image is not None and scale == 1.0
    assert image.size == (300, 400)
    ink = image.convert("L").point(lambda value: 255 if value < 128 else 0).getbbox()
    assert ink is not None
    assert 98 <= ink[1] < ink[3] <= 125 and 99 <= ink[0] <= 102


@pytest.mark.parametrize(
    ("file_name", "content", "said"),
    [
        ("gone.pdf", None, "is not there"),
        ("other.pdf", pdf([(10.0, 10.0, "other")]), "is another file"),
    ],
)
def test_no_picture_where_the_pdf_is_not_the_one_that_was_read(
    tmp_path: Path, file_name: str, content: bytes | None, said: str
) -> None:
    finding = gather(runs.one_finding(tmp_path)).findings[0]
    if content is not None:
        (tmp_path / "pdfs" / file_name).write_bytes(content)
    crops, why_not = Cropper(tmp_path / "pdfs").of_finding(finding, file_name)
    assert crops == ()
    assert said in why_not


def test_a_file_that_is_no_pdf_gives_a_reason(tmp_path: Path) -> None:
    data = b"not a pdf"
    (tmp_path / "bad.pdf").write_bytes(data)
    report, sheet, facts = runs.balance_sheet("bad.pdf", data)
    batch = gather(runs.write(tmp_path, (report, [sheet], facts, [runs.wrong_total(report, facts)])))
    crops, why_not = Cropper(tmp_path).of_finding(batch.findings[0], "bad.pdf")
    assert crops == ()
    assert "cannot be drawn" in why_not


def test_a_page_that_the_pdf_does_not_have_gives_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(runs.drawing())
    report, sheet, facts = runs.balance_sheet()
    facts = [row | {"page": 7} for row in facts]
    batch = gather(runs.write(tmp_path, (report, [sheet], facts, [runs.wrong_total(report, facts)])))
    crops, why_not = Cropper(tmp_path).of_finding(batch.findings[0], "a.pdf")
    assert crops == ()
    assert "no such page" in why_not


def test_pictures_stop_at_the_budget(tmp_path: Path) -> None:
    finding = gather(runs.one_finding(tmp_path)).findings[0]
    cropper = Cropper(tmp_path / "pdfs", max_crops=1)
    assert len(cropper.of_finding(finding, "a.pdf").crops) == 1
    crops, why_not = cropper.of_finding(finding, "a.pdf")
    assert crops == ()
    assert "stops at 1 pictures" in why_not


def test_rows_between_the_head_and_the_facts_are_torn_out() -> None:
    strips = plan_strips([fact(400), fact(414)], table(), frozenset(), PAGE)
    assert [(box.top, box.bottom) for box in strips] == [(85, 111), (389, 433)]


def test_a_continued_page_has_no_head_to_show() -> None:
    (strip,) = plan_strips([fact(400, page=2)], table(), frozenset(), PAGE)
    assert (strip.top, strip.bottom) == (389, 419)


def test_where_not_all_rows_fit_the_suspect_is_kept() -> None:
    facts = [fact(100 + 40 * number) for number in range(17)]
    strips = plan_strips(facts, table(), frozenset({facts[-1].fact_id}), PAGE)
    assert any(box.top <= facts[-1].box.top and facts[-1].box.bottom <= box.bottom for box in strips)
    assert sum(box.height for box in strips) <= MAX_HEIGHT


@given(st.lists(st.floats(0, 790), min_size=1, max_size=12), st.booleans())
def test_strips_are_apart_on_the_page_and_hold_the_facts(tops: list[float], with_table: bool) -> None:
    facts = [fact(top, name=str(number)) for number, top in enumerate(tops)]
    strips = plan_strips(facts, table() if with_table else None, frozenset(), PAGE)
    assert strips
    assert all(a.bottom < b.top for a, b in pairwise(strips))
    assert all(0 <= box.top < box.bottom <= 800 and box.x0 == strips[0].x0 for box in strips)
    if sum(box.height for box in strips) < MAX_HEIGHT - 100:
        for one in facts:
            assert any(box.top <= one.box.top and one.box.yc <= box.bottom for box in strips)


def test_facts_outside_the_page_have_no_strip() -> None:
    assert plan_strips([fact(2000)], None, frozenset(), PAGE) == ()


def test_edges_move_to_a_line_without_ink() -> None:
    image = Image.new("RGB", (300, 200), "white")
    image.paste("black", (50, 100, 250, 110))  # a row of print from 100 to 110
    (strip,) = snap([Box(10, 60, 290, 105)], image, 1.0)
    assert 110 <= strip.box.bottom <= 113
    (strip,) = snap([Box(10, 105, 290, 160)], image, 1.0)
    assert 97 <= strip.box.top <= 100


def test_a_crop_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    finding = gather(runs.one_finding(tmp_path)).findings[0]
    first, second = (Cropper(tmp_path / "pdfs").of_finding(finding, "a.pdf") for _ in range(2))
    assert first == second
