"""Every fact's box, read again by the independent reader, gives the fact's text."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipeline
from pipeline.reading.page import Box
from pipeline.reading.reread import reread, same_print

from .places import CORPUS, needs_corpus

pytestmark = [pytest.mark.corpus, needs_corpus]

# Facts of one report whose box may read otherwise. pdfminer does not know clipping: where a page clips away a
# second number painted across the first, it reads both.
TOLERATED = 3


@pytest.mark.parametrize("path", sorted((CORPUS / "labelled").glob("*.pdf")), ids=lambda path: path.stem)
def test_the_box_of_a_fact_prints_its_text(path: Path) -> None:
    report = pipeline.extract(path)
    # What was recognised in pictures has no text for a second parser.
    pictures = {t["table_id"] for t in report.tables.to_pylist() if t["reader"] == "ocr"}
    columns = ["table_id", "page", "x0", "top", "x1", "bottom", "text"]
    facts = [f for f in report.facts.select(columns).to_pylist() if f["table_id"] not in pictures]
    boxes = [
        (fact["page"], Box(fact["x0"], fact["top"], fact["x1"], fact["bottom"]), fact["text"])
        for fact in facts
    ]
    again = reread(path, boxes) if boxes else []
    other = [
        (page, text, got)
        for (page, _, text), got in zip(boxes, again, strict=True)
        if not same_print(text, got)
    ]
    assert len(other) <= TOLERATED, other
