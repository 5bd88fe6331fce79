"""Pictures of text in the real reports: what is sent to the model, and what comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from pipeline.reading import ocr, raster
from pipeline.reading.characters import MISNAMED
from pipeline.reading.pdfium import open_document
from pipeline.reading.recogniser import Reading
from tests.bench.pictures import as_pdf, compared, drawn, read

from .places import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pipeline.reading.pictures import Grey

pytestmark = [
    pytest.mark.corpus,
    needs_corpus,
    pytest.mark.skipif(not ocr.available(), reason="the extra `ocr` is not installed"),
]

# Of 169 pages with good text those that print something as pictures, told by eye: a cover with painted runs,
# and pages with pasted tables of figures.
_PAINTED_OR_PASTED = {
    ("gjzq_000999_20251024.pdf", 1),
    *(("htsc_688981_smic.pdf", number) for number in (3, 4, 5)),
    ("pacific_301080_20251231.pdf", 24),
}


def test_good_pages_keep_their_words_and_are_not_sent_to_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = 0

    def counted(lines: Sequence[Grey]) -> list[Reading]:
        nonlocal sent
        sent += bool(lines)
        return [Reading(())] * len(lines)

    for module in (ocr, raster):
        monkeypatch.setattr(module, "recognise", counted)
    good, reached = 0, set()
    for path in sorted((CORPUS / "labelled").glob("*.pdf")):
        with open_document(path) as document:
            reader = ocr.Reader(document)
            for number in range(1, document.page_count + 1):
                page = document.page(number)
                if page.text_layer != "good" or not page.words:
                    continue
                good, before = good + 1, sent
                words = Counter(word.text for word in reader.read(page).words)
                if sent > before:
                    reached.add((path.name, number))
                assert not any(MISNAMED in word.text for word in page.words)
                assert not Counter(w.text for w in page.words if not ocr.is_broken(w)) - words
    assert good > 160
    assert reached == _PAINTED_OR_PASTED


@pytest.mark.parametrize(
    ("name", "number", "dpi"),
    [("guosen_603259_20250512", 4, 200), ("minsheng_603259_20250319", 3, 200), ("htsc_688981_smic", 9, 150)],
)
def test_statements_drawn_as_a_scan_come_back(name: str, number: int, dpi: float) -> None:
    path = CORPUS / "labelled" / f"{name}.pdf"
    with open_document(path) as document:
        truth = document.page(number)
    verdicts = Counter(
        verdict for verdict, _, _ in compared(truth, read(as_pdf(drawn(path, number, dpi), dpi, 75)))
    )
    assert verdicts["wrong"] == 0
    assert verdicts["right"] >= 0.99 * verdicts.total() > 300 * 0.99
