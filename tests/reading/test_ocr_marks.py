from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.reading.marks import Parting, Patch, Typeface, partings
from tests.reading.painted import font

if TYPE_CHECKING:
    from pipeline.reading.marks import Contrast

pytest.importorskip("cv2")
pytest.importorskip("pylopdf_fonts_zh_cn", reason="the Chinese fonts are a development dependency")

PIXELS = 18
SANS, LARGE = ("NotoSansSC-Regular.otf", PIXELS), ("NotoSerifSC-Regular.otf", 22)
HEIGHT = 13.0  # of a digit of that size


def _printed(text: str, face: tuple[str, int] = SANS) -> tuple[Contrast, Patch]:
    """A number in grey pixels, begun between two of them, and the place of its ink."""
    image = Image.new("L", (24 * PIXELS, 2 * PIXELS))
    offset = random.Random(text).random()
    large = Image.new("L", (4 * image.width, 4 * image.height))
    drawn_in = font(4 * face[1], face[0])
    ImageDraw.Draw(large).text((40 + 4 * offset, 8 + 2 * offset), text, font=drawn_in, fill=255)
    contrast = np.asarray(large.resize(image.size, Image.Resampling.BOX)).astype(np.int16)
    rows, columns = np.flatnonzero((contrast > 40).any(1)), np.flatnonzero((contrast > 40).any(0))
    return contrast, Patch(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _parted(text: str, face: tuple[str, int] = SANS) -> list[Parting]:
    return list(partings(*_printed(text, face), HEIGHT))


def _exact(text: str, face: tuple[str, int] = SANS) -> Parting:
    return next(one for one in _parted(text, face) if len(one.marks) == len(text))


@cache
def _lesson() -> tuple[str, ...]:
    chance = random.Random(5)
    return tuple(f"{chance.uniform(-9999, 99999):,.2f}" for _ in range(40))


def _taught(misread: dict[int, str] | None = None) -> Typeface:
    typeface = Typeface(HEIGHT)
    for index, text in enumerate(_lesson()):
        typeface.learn(index, _exact(text).marks, (misread or {}).get(index, text))
    typeface.weed()
    return typeface


def _spelled(typeface: Typeface, text: str) -> str | None:
    tried = [(99, one.marks) for one in _parted(text)]
    return next(filter(None, typeface.spelled(tried)), None)


@pytest.mark.parametrize("text", ["8,360.42", "-1,975.06", "703.14", "99,999.99", "-0.07", "2864"])
def test_numbers_are_spelled_by_marks_that_others_taught(text: str) -> None:
    assert _spelled(_taught(), text) == text


def test_nothing_is_spelled_before_anything_is_known() -> None:
    assert _spelled(Typeface(HEIGHT), "703.14") is None


@pytest.mark.parametrize("text", ["营业收入", "EBITDA", "12月", "1.2.3", "1,23", "--"])
def test_what_is_no_number_is_not_spelled(text: str) -> None:
    assert _spelled(_taught(), text) is None


def test_a_digit_that_was_never_taught_is_not_guessed() -> None:
    typeface = Typeface(HEIGHT)
    for index, text in enumerate(t for t in _lesson() if "8" not in t):
        typeface.learn(index, _exact(text).marks, text)
    typeface.weed()
    assert _spelled(typeface, "703.14") == "703.14"
    assert _spelled(typeface, "783.14") is None


def test_a_lost_point_leaves_a_gap_that_gives_it_away() -> None:
    contrast, patch = _printed("703.14")
    point = _exact("703.14").marks[3]
    contrast[:, patch.x0 + point.x0 - 1 : patch.x0 + point.x1 + 1] = 0
    tried = [(99, one.marks) for one in partings(contrast, patch, HEIGHT)]
    assert _taught().spelled(tried) == [None] * len(tried)


def test_the_lesson_of_a_misread_piece_is_forgotten() -> None:
    lesson = _lesson()
    victim = next(index for index, text in enumerate(lesson) if "3" in text)
    typeface = _taught({victim: lesson[victim].replace("3", "8")})
    assert _spelled(typeface, "738.83") == "738.83"


@pytest.mark.parametrize(("read", "borne_out"), [("703.14", True), ("708.14", False), ("103.14", False)])
def test_a_reading_is_held_against_the_marks(read: str, borne_out: bool) -> None:
    assert _taught().bears_out(99, _exact("703.14"), read) is borne_out


def test_rows_in_another_type_are_held_against_their_like() -> None:
    """Digits of a larger type stand further from one another than those of most of the page."""
    chance = random.Random(2)
    typeface = _taught()
    for index in range(200, 230):
        text = f"{chance.uniform(-999, 9999):,.2f}"
        typeface.learn(index, _exact(text, LARGE).marks, text)
    typeface.weed()
    numbers = ["703.14", "9,862.05", "-1,975.06", "8,360.42"]
    verdicts = [typeface.bears_out(99, _exact(text, LARGE), text) for text in numbers]
    assert False not in verdicts
    assert verdicts.count(True) >= 3


@pytest.mark.parametrize("text", ["3.19", "5.61"])
def test_a_point_that_touches_a_digit_makes_it_too_broad(text: str) -> None:
    contrast, patch = _printed(text)
    digit, point = _exact(text).marks[:2]
    contrast[:, patch.x0 + point.x0 - 1 : patch.x0 + point.x1 + 1] = 0
    contrast[patch.y1 - 3 : patch.y1, patch.x0 + digit.x1 : patch.x0 + digit.x1 + 3] = 255
    read = text.replace(".", "")
    touching = next(one for one in partings(contrast, patch, HEIGHT) if len(one.marks) == len(read))
    typeface = Typeface(HEIGHT)
    for index, lesson in enumerate(_lesson()):
        if read[:2] not in lesson:
            typeface.learn(index, _exact(lesson).marks, lesson)
    assert typeface.bears_out(99, touching, read) is False


def test_marks_that_were_cut_apart_contradict_nothing() -> None:
    parting = _exact("703.14")._replace(cut=True)
    assert _taught().bears_out(99, parting, "708.14") is None


def test_what_a_piece_taught_does_not_count_for_itself() -> None:
    typeface = Typeface(HEIGHT)
    typeface.learn(0, _exact("703.14").marks, "703.14")
    assert typeface.spelled([(0, _exact("703.14").marks)]) == [None]


def test_letters_that_touch_are_cut_where_there_is_least_ink() -> None:
    contrast, patch = _printed("4480")
    middle = (patch.y0 + patch.y1) // 2
    contrast[middle, patch.x0 : patch.x1] = 200
    assert 4 not in {len(one.marks) for one in partings(contrast, patch, HEIGHT) if not one.cut}
    typeface = _taught()
    cut = [one for one in partings(contrast, patch, HEIGHT) if one.cut and len(one.marks) == 4]
    assert cut
    assert set(typeface.spelled([(99, one.marks) for one in cut])) <= {"4480", None}
