from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from PIL import Image

from pipeline.errors import InputError, OutputError
from pipeline.layout.block import Block, Caption
from pipeline.quality import look
from pipeline.quality.look import (
    BLUE,
    COLOURS,
    GREEN,
    ORANGE,
    RED,
    FactSpot,
    LayerName,
    draw_blocks,
    draw_facts,
    draw_layer,
    draw_tables,
    draw_words,
    legend,
)
from pipeline.reading import ocr
from pipeline.reading.page import Box, HiddenWord, Page, Word
from pipeline.tables.table import Cell, Role, Table
from tests.quality import runs

SCALE = 2.0
LAYERS: tuple[LayerName, ...] = get_args(LayerName)


def blank() -> Image.Image:
    return Image.new("RGB", (400, 400), "white")


def colour_of_edge(image: Image.Image, box: Box) -> tuple[int, int, int]:
    """Colour at the middle of the box's lower edge."""
    pixel = image.getpixel((round(box.xc * SCALE), round(box.bottom * SCALE)))
    assert isinstance(pixel, tuple)
    return pixel[0], pixel[1], pixel[2]


def like(pixel: tuple[int, int, int], colour: tuple[int, int, int]) -> bool:
    """Whether the pixel is the colour at an outline's opacity over white."""
    return all(abs(a - (b * 190 + 255 * 65) / 255) < 30 for a, b in zip(pixel, colour, strict=True))


def word(text: str, box: Box) -> Word:
    return Word(text, *box, size=8, font="F", bold=False, color=(0, 0, 0))


def test_words_and_hidden_words_have_their_colours() -> None:
    seen, unseen = Box(20, 50, 60, 60), Box(20, 100, 60, 110)
    page = Page(1, 200, 200, (word("收入", seen),), hidden=(HiddenWord(word("[Table]", unseen), "template"),))
    image, counts = draw_words(blank(), page, SCALE)
    assert like(colour_of_edge(image, seen), BLUE)
    assert like(colour_of_edge(image, unseen), RED)
    assert counts == {"word": 1, "hidden": 1}


def block(region: Box, **changes: Any) -> Block:
    nothing: dict[str, Any] = {"header": (), "body": (), "heads": (), "zone": region.xc}
    return Block(page=1, box=region, **(nothing | changes))


def test_words_read_from_pictures_stand_apart_and_doubted_ones_say_what_they_may_be() -> None:
    read, doubted = Box(20, 50, 60, 60), Box(20, 100, 60, 110)
    words = (word("1,203", read)._replace(font="ocr"), word("\ufffd1,2|7,2", doubted)._replace(font="ocr"))
    image, counts = draw_words(blank(), Page(1, 200, 200, words), SCALE)
    assert like(colour_of_edge(image, read), GREEN)
    assert like(colour_of_edge(image, doubted), ORANGE)
    assert counts == {"word": 0, "recognised": 1, "unreadable": 1, "hidden": 0}


@pytest.mark.skipif(not ocr.available(), reason="the extra `ocr` is not installed")
def test_tables_painted_as_pictures_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pylopdf_fonts_zh_cn", reason="the Chinese fonts are a development dependency")
    from tests.reading.painted import Run, painted_pdf

    rows = [["百万元", "2023A", "2024E", "2025E"]]
    rows += [[label, "1,203.11", "2,204.12", "3,205.13"] for label in ("营业收入", "毛利", "税金", "净利润")]
    runs_of = [
        Run(text, 60 + 90 * i, 100 + 14 * row) for row, line in enumerate(rows) for i, text in enumerate(line)
    ]

    def checked(image: Image.Image, counts: Counter[str], told: str, _: float) -> Image.Image:
        assert told == "p. 1 · tables · text layer none"
        assert counts == {"table": 1, "header": 4, "label": 4, "value": 12}
        return image

    monkeypatch.setattr(look, "legend", checked)
    assert draw_layer(painted_pdf(runs_of), 1, "tables", tmp_path / "look.png", SCALE).exists()


def test_blocks_with_their_captions_heads_and_columns() -> None:
    region, line = Box(20, 80, 180, 150), Box(20, 50, 100, 60)
    head = word("2024", Box(120, 84, 140, 92))
    first = block(
        region,
        header=(head,),
        heads=(head.box,),
        caption=Caption("图表 1: 收入", "1", "收入", line),
        title="利润表",
        unit_text="百万元",
        source_note="资料来源",
    )
    image, counts = draw_blocks(blank(), [first, block(Box(20, 160, 180, 190))], SCALE)
    assert like(colour_of_edge(image, Box(30, 80, 90, 150)), BLUE)
    assert like(colour_of_edge(image, line), ORANGE)
    assert counts == {"block": 2, "caption": 1, "header": 1, "column": 1}


@pytest.mark.parametrize("role", get_args(Role))
def test_cells_are_coloured_by_role(role: Role) -> None:
    box = Box(30, 60, 80, 70)
    table = Table((1,), Box(20, 50, 180, 150), 1, 1, (Cell(0, 0, "1", 1, box, role),), ("",))
    image, counts = draw_tables(blank(), [table], SCALE)
    assert like(colour_of_edge(image, box), COLOURS[role])
    assert counts == {"table": 1, role: 1}


def test_only_the_cells_of_the_page_are_drawn() -> None:
    cells = tuple(Cell(0, 0, "1", page, Box(30, 60, 80, 70), "value") for page in (1, 2, 2))
    table = Table((1, 2), Box(20, 50, 180, 150), 3, 1, cells, ("",))
    _, counts = draw_tables(blank(), [table], SCALE, page=2)
    assert counts == {"table": 1, "value": 2}
    image, counts = draw_tables(blank(), [table], SCALE, page=3)
    assert counts == {} and image.getcolors() == [(160000, (255, 255, 255))]


def test_facts_are_told_apart_by_whether_they_have_a_concept() -> None:
    mapped, unmapped = Box(100, 50, 130, 60), Box(100, 100, 130, 110)
    facts = [FactSpot(1, *mapped, "revenue", "2024"), FactSpot(1, *unmapped, None, None)]
    image, counts = draw_facts(blank(), facts, SCALE)
    assert like(colour_of_edge(image, mapped), GREEN)
    assert like(colour_of_edge(image, unmapped), ORANGE)
    assert counts == {"mapped": 1, "unmapped": 1}


def test_a_concept_is_named_once_a_row_and_never_covers_a_number() -> None:
    close = [
        FactSpot(1, 100, 50, 130, 60, "revenue", None),
        FactSpot(1, 132, 50, 160, 60, "net_profit_parent", None),
    ]
    image, _ = draw_facts(blank(), close, SCALE)
    inside = image.crop((202, 102, 258, 118)).getcolors()
    assert inside is not None and len(inside) == 1


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_of_a_real_page(tmp_path: Path, layer: LayerName) -> None:
    data = runs.drawing()
    out = draw_layer(data, 2, layer, tmp_path / "deep" / "look.png", SCALE)
    with Image.open(out) as image:
        assert image.format == "PNG"
        assert image.size == (800, 600 + 36)  # the page and the legend below it


def test_the_same_page_from_a_path(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(runs.drawing())
    from_path = draw_layer(tmp_path / "a.pdf", 1, "words", tmp_path / "1.png")
    from_bytes = draw_layer(runs.drawing(), 1, "words", tmp_path / "2.png")
    assert from_path.read_bytes() == from_bytes.read_bytes()


def test_what_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no page 3: the PDF has 2"):
        draw_layer(runs.drawing(), 3, "words", tmp_path / "a.png")
    with pytest.raises(InputError, match="not a PDF"):
        draw_layer(b"hello", 1, "words", tmp_path / "a.png")
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"a\.png"):
        draw_layer(runs.drawing(), 1, "words", tmp_path / "file" / "a.png")


def test_the_legend_stands_below_and_is_cut_to_the_page() -> None:
    page = blank()
    _, counts = draw_words(page, Page(1, 200, 200, ()), SCALE)
    whole = legend(page, counts, "p. 1 · " + "很长 " * 200, SCALE)
    assert whole.size == (400, 436)
    assert whole.crop((0, 0, 400, 400)).tobytes() == page.tobytes()
