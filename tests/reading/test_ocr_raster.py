from __future__ import annotations

import numpy as np
import pytest

from pipeline.reading import raster
from pipeline.reading.marks import INK
from pipeline.reading.pieces import looks_like_table
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
    assert looks_like_table(patches, height)


@pytest.mark.parametrize("pixels", [11, 14, 22])
def test_only_rows_of_several_figures_are_worth_the_model(pixels: int) -> None:
    words = [["项目", "品牌", "特点", "备注"]] + [["产品", "海底捞", "小吃快餐", "华东"]] * 8
    marks = [["项目", "研发", "生产", "销售"]] + [["质量", "√√", "√", "√√"]] * 8
    axes = [[f"{100 * (9 - i)}", "乳制品", "需求提升", f"{70 - 10 * i}%"] for i in range(9)]
    for rows, worth in ((ROWS, True), (words, False), (marks, False), (axes, False)):
        grey = np.asarray(picture_of(rows, pixels=pixels, column=8 * pixels))
        patches, contrast, height = raster.pieces_of(grey)
        assert raster.shows_figures(contrast, patches, height) is worth


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
    assert not looks_like_table(patches, height)


def test_a_head_is_told_from_its_band_to_the_bands_end() -> None:
    """White letters that nearly fill a dark band, the last of them beside its end."""
    image = picture_of(ROWS, pixels=16)
    grey = np.asarray(image).copy()
    wide = np.full((grey.shape[0], grey.shape[1] + 120), 255, np.uint8)
    last = int(np.flatnonzero((grey[:28] > 200).any(0)).max())
    wide[:, : last + 4] = grey[:, : last + 4]
    patches, contrast, _ = raster.pieces_of(wide)
    head = [patch for patch in patches if patch.y1 < 28]
    assert len(head) == len(ROWS[0])
    end = max(head, key=lambda patch: patch.x1)
    assert end.x1 <= last + 2
    assert contrast[end.y0 : end.y1, last + 2 : last + 4].max() < INK


@pytest.mark.parametrize(
    ("text", "turns"),
    [
        ("5500营业收入", [(4, 0.4)]),
        ("营业收入5500", [(4, 0.4)]),
        ("3.8%-7.7%(4)", [(4, 0.1), (9, 0.1)]),
        ("24", [(1, 0.6)]),
        ("EPS(X)", []),
        ("截至2024年报", []),
    ],
)
def test_where_two_cells_may_touch(text: str, turns: list[tuple[int, float]]) -> None:
    assert raster._turns(text) == turns
