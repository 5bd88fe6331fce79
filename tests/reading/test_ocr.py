from __future__ import annotations

import io
import os
import random
import re
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pypdfium2
import pytest

from pipeline.reading import ocr
from pipeline.reading.page import Page, Word
from pipeline.reading.pdfium import open_document
from pipeline.reading.recogniser import Reading, recognise
from tests.reading.painted import Run, painted_pdf, picture_of

if TYPE_CHECKING:
    from pipeline.reading.pictures import Grey

pytest.importorskip("pylopdf_fonts_zh_cn", reason="the Chinese fonts are a development dependency")
pytestmark = pytest.mark.skipif(not ocr.available(), reason="the extra `ocr` is not installed")

LABELS = ("营业收入", "营业成本", "财务费用", "资产减值损失", "营业利润", "所得税", "净利润", "少数股东损益")


Statement = tuple[Page, list[Run], list[list[str]]]


def _numbers(rows: int, seed: int) -> list[list[str]]:
    chance = random.Random(seed)
    values = [[chance.uniform(-9999, 20000) for _ in range(4)] for _ in range(rows)]
    forms = ("{:,.2f}", "{:.2f}", "{:.2f}%", "{:,.0f}")
    return [[forms[row % 4].format(value) for value in line] for row, line in enumerate(values)]


def _statement(seed: int) -> tuple[list[Run], list[list[str]]]:
    numbers = _numbers(len(LABELS), seed)
    runs = [Run("利润表（百万元）", 60, 100)]
    runs += [Run(head, 200 + 80 * i, 100) for i, head in enumerate(("2024A", "2025E", "2026E", "2027E"))]
    for row, (label, line) in enumerate(zip(LABELS, numbers, strict=True)):
        top = 116 + 14 * row
        runs.append(Run(label, 60, top))
        runs += [Run(text, 200 + 80 * i, top) for i, text in enumerate(line)]
    return runs, numbers


def _read(data: bytes) -> Page:
    with open_document(data) as document:
        return ocr.Reader(document).read(document.page(1))


@pytest.fixture(scope="module")
def statement() -> Statement:
    runs, numbers = _statement(7)
    return _read(painted_pdf(runs)), runs, numbers


def test_every_painted_number_is_read_to_the_digit(statement: Statement) -> None:
    page, _, numbers = statement
    texts = [word.text for word in page.words]
    assert sorted(t for t in texts if re.fullmatch(r"[-\d.,%]+", t)) == sorted(chain(*numbers))
    assert page.text_layer == "good"


def test_words_stand_where_the_runs_are_painted(statement: Statement) -> None:
    page, runs, _ = statement
    for run in runs[5:]:
        [word] = [w for w in page.words if abs(w.x0 - run.x) < 4 and run.top < w.yc < run.top + 13]
        assert word.text == run.text
        assert word.font == ocr.FONT
        assert word.size == pytest.approx(run.size, rel=0.12)
        assert word.color == (0x44, 0x72, 0xC4)


def test_the_runs_are_no_pictures_any_more(statement: Statement) -> None:
    assert statement[0].images == ()


def test_a_page_with_text_in_place_is_returned_as_it_is() -> None:
    runs, _ = _statement(3)
    with open_document(painted_pdf(runs[:12])) as document:
        reader = ocr.Reader(document)
        page = reader.read(document.page(1))
        covered = replace(page, images=document.page(1).images)
        assert reader.read(covered) is covered


def test_two_lone_pictures_are_icons() -> None:
    with open_document(painted_pdf([Run("✓", 60, 100), Run("√", 60, 200)])) as document:
        page = replace(document.page(1), words=(_word(document.page(1)),))
        assert ocr.Reader(document).read(page) is page


def _overleaf(runs: list[Run]) -> bytes:
    """The painted page twice: as a cover, and as a page like any other."""
    twice, once = pypdfium2.PdfDocument.new(), pypdfium2.PdfDocument(painted_pdf(runs))
    twice.import_pages(once, [0, 0])
    into = io.BytesIO()
    twice.save(into)
    return into.getvalue()


@pytest.mark.parametrize(
    ("runs", "worth"),
    [
        ([Run(text, 200, 100 + 20 * i) for i, text in enumerate(("小程序", "公众号", "国金证券"))], False),
        ([Run(text, 200 + 80 * i, 100) for i, text in enumerate(("2023A", "2024E", "2025E"))], True),
        ([Run(text, 60, 100 + 20 * i) for i, text in enumerate(LABELS + LABELS[:4])], True),
    ],
)
def test_a_few_runs_among_text_are_read_on_covers_and_where_they_may_be_heads(
    runs: list[Run], worth: bool
) -> None:
    with open_document(_overleaf(runs)) as document:
        reader = ocr.Reader(document)
        cover, page = (replace(document.page(n), words=(_word(document.page(n)),)) for n in (1, 2))
        assert len(reader.read(cover).words) == 1 + len(runs)
        assert len(reader.read(page).words) == 1 + worth * len(runs)


def _word(page: Page) -> Word:
    return Word("正文", 300, page.height - 60, 318, page.height - 50, 9, "SimSun", False, (0, 0, 0))


def test_a_shape_read_in_two_ways_makes_its_numbers_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    runs, _ = _statement(11)
    calls = 0

    def wavering(lines: list[Grey]) -> list[Reading]:
        """A model that takes each second 8 for a 3."""
        nonlocal calls
        found = []
        for reading in recognise(lines):
            calls += 1
            signs = tuple(s._replace(text="3") if s.text == "8" and calls % 2 else s for s in reading.signs)
            found.append(Reading(signs))
        return found

    monkeypatch.setattr(ocr, "recognise", wavering)
    page = _read(painted_pdf(runs))
    printed = {run.text for run in runs}
    numbers = [w.text for w in page.words if re.fullmatch(r"[-\d.,%]+", w.text)]
    assert set(numbers) <= printed
    doubtful = [w.text for w in page.words if w.text.startswith(ocr.UNREADABLE)]
    assert doubtful
    assert all("8" in text or "3" in text for text in doubtful)


def test_a_table_pasted_as_a_picture_is_read() -> None:
    numbers = _numbers(12, 5)
    rows = [["亿元", "2023", "2024", "2025E", "2026E"]]
    rows += [[LABELS[i % len(LABELS)], *line] for i, line in enumerate(numbers)]
    page = _read(painted_pdf([], pasted=[(picture_of(rows), 60, 200, 450)]))
    texts = [word.text for word in page.words]
    wanted = list(chain(*numbers))
    silent = [t for t in texts if re.fullmatch(r"[-\d.,%]+", t) and t not in {*wanted, *rows[0]}]
    assert silent == []
    assert len([t for t in wanted if t in texts]) >= 0.9 * len(wanted)
    assert all(word.x0 >= 60 and word.x1 <= 510 for word in page.words)


def test_a_picture_without_rows_of_figures_is_no_table() -> None:
    rows = [["项目", "特点", "说明", "备注"]] + [["产品", "稳定", "经销", "华东"]] * 8
    page = _read(painted_pdf([], pasted=[(picture_of(rows), 60, 200, 450)]))
    assert page.words == ()


def test_a_page_whose_fonts_say_nothing_is_read_from_its_picture() -> None:
    sample = Path(__file__).parents[2] / "raw_reports" / "zhanqiao_9799hk_20250411.pdf"
    with open_document(sample) as document:
        numbers = range(1, document.page_count + 1)
        page = max(
            (document.page(n) for n in numbers), key=lambda p: sum(_is_number(w.text) for w in p.words)
        )
        garbled = replace(page, words=(), text_layer="garbled")
        read = ocr.Reader(document).read(garbled)
    printed = [w for w in page.words if _is_number(w.text)]
    wrong, right = 0, 0
    for word in printed:
        here = [w for w in read.words if abs(w.x1 - word.x1) < 2 and abs(w.yc - word.yc) < 0.4 * word.size]
        right += any(w.text == word.text for w in here)
        wrong += any(_is_number(w.text) and w.text != word.text for w in here)
    assert wrong == 0
    assert right >= 0.9 * len(printed)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\(?-?\d[\d,]*(\.\d+)?%?\)?", text) is not None


@pytest.mark.corpus
def test_the_statements_of_a_painted_report() -> None:
    import json

    root = Path(os.environ.get("YANBAO_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
    truth = root / "truth" / "galaxy_002821_20250424.json"
    if not truth.exists():
        pytest.skip("the real reports are not here")
    tables = [t for t in json.loads(truth.read_text(encoding="utf8"))["tables"] if t["page"] == 3]
    wanted = [value for table in tables for row in table["rows"] for value in row["values"] if value]
    with open_document(root / "labelled" / "galaxy_002821_20250424.pdf") as document:
        page = ocr.Reader(document).read(document.page(3))
    found = [w.text for w in page.words if re.fullmatch(r"-?[\d.]+%?", w.text) and w.text != "3"]
    assert sorted(found) == sorted(wanted)
