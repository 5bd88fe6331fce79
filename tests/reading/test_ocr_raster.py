from __future__ import annotations

import numpy as np
import pytest

from pipeline.reading import raster
from pipeline.reading.recogniser import Reading, Sign
from tests.reading.painted import picture_of

pytest.importorskip("cv2")
pytest.importorskip("pylopdf_fonts_zh_cn", reason="the Chinese fonts are a development dependency")

ROWS = [["百万元", "2023", "2024", "2025E"]] + [
    [label, f"{17 * i + 1203:,}.{i}4", f"{39 * i + 88}.5%", f"-{7 * i + 3}.16"]
    for i, label in enumerate(("营业收入", "营业成本", "毛利", "净利润", "总资产", "净资产", "现金", "存货"))
]


@pytest.mark.parametrize("pixels", [11, 14, 22])
def test_each_cell_is_one_piece_whatever_its_colours(pixels: int) -> None:
    grey = np.asarray(picture_of(ROWS, pixels=pixels, column=8 * pixels))
    patches, _, height = raster.pieces_of(grey)
    assert len(patches) == sum(len(row) for row in ROWS)
    assert 0.5 * pixels < height < pixels
    assert raster.looks_like_table(patches, height)


def test_rules_and_frames_are_no_pieces() -> None:
    image = picture_of(ROWS)
    bare = len(raster.pieces_of(np.asarray(image))[0])
    framed = np.asarray(image).copy()
    framed[:, 0:2] = 0
    framed[:, 183] = 120
    framed[-2:, :] = 0
    assert len(raster.pieces_of(framed)[0]) == bare


def test_noise_is_no_table() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 400), np.uint8)
    patches, _, height = raster.pieces_of(noise)
    assert not raster.looks_like_table(patches, height)


def _readings(patches: list[raster.Patch], contrast: raster.Contrast) -> list[Reading]:
    """What a faultless model reads: the printed text of the piece in its place."""
    by_row = raster._rows(patches, 10)
    text = {
        patch: printed
        for row, line in zip(by_row, ROWS, strict=True)
        for patch, printed in zip(sorted(row), line, strict=True)
    }
    return [Reading(tuple(Sign(letter, 1.0, 0.0) for letter in text[patch])) for patch in patches]


def test_a_digit_unlike_its_namesakes_is_found_out() -> None:
    patches, contrast, height = raster.pieces_of(np.asarray(picture_of(ROWS)))
    readings = _readings(patches, contrast)
    _, against = raster._compared(contrast, patches, readings, height)
    assert against == set()
    victim = next(i for i, r in enumerate(readings) if r.text == ROWS[3][1])
    signs = readings[victim].signs
    swapped = tuple(s._replace(text="8") if s.text == "3" else s for s in signs)
    assert swapped != signs
    readings[victim] = Reading(swapped)
    proven, against = raster._compared(contrast, patches, readings, height)
    assert victim in against
    assert victim not in proven
