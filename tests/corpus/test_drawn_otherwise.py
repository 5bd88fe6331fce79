"""The same printed pages, put into their PDF in other ways: what is read does not depend on it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pyarrow as pa
import pytest

import pipeline

from .places import CORPUS, needs_corpus

SAMPLES = sorted((Path(__file__).parents[2] / "raw_reports").glob("*.pdf"))
WHERE = ("page", "x0", "top", "x1", "bottom")


def _redrawn(data: bytes, *, scale: float = 1, turn: int = 0) -> bytes:
    """Every page as a form on a page of its own, at this scale; turned, and put upright by /Rotate."""
    old, new = pikepdf.open(io.BytesIO(data)), pikepdf.new()
    for page in old.pages:
        assert not page.get("/Rotate", 0)
        left, bottom, right, top = (scale * float(x) for x in page.mediabox)
        upright = (right - left, top - bottom)
        new.add_blank_page(page_size=upright[::-1] if turn else upright)
        fresh = new.pages[-1]
        form = new.copy_foreign(page.as_form_xobject())
        fresh.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=form))
        place = f"0 {scale} {-scale} 0 {top} {-left}" if turn else f"{scale} 0 0 {scale} {-left} {-bottom}"
        fresh.Contents = new.make_stream(f"q {place} cm /Page Do Q".encode())
        fresh.Rotate = turn
    out = io.BytesIO()
    new.save(out, static_id=True)
    return out.getvalue()


def in_a_form(data: bytes) -> bytes:
    return _redrawn(data)


def smaller(data: bytes) -> bytes:
    return _redrawn(data, scale=0.8)


def larger(data: bytes) -> bytes:
    return _redrawn(data, scale=1.5)


def turned(data: bytes) -> bytes:
    return _redrawn(data, turn=90)


def moved(data: bytes) -> bytes:
    """The corner of the page lies at (-137, -211)."""
    pdf = pikepdf.open(io.BytesIO(data))
    for page in pdf.pages:
        for key in ("/MediaBox", "/CropBox"):
            if key in page:
                a, b, c, d = (float(x) for x in page[key])
                page[key] = pikepdf.Array([a - 137, b - 211, c - 137, d - 211])
        page.contents_add(pdf.make_stream(b"q 1 0 0 1 -137 -211 cm "), prepend=True)
        page.contents_add(pdf.make_stream(b" Q"))
    out = io.BytesIO()
    pdf.save(out, static_id=True)
    return out.getvalue()


def _extracted(data: bytes, folder: Path) -> pa.Table:
    path = folder / "report.pdf"
    path.write_bytes(data)
    return pipeline.extract(path).facts


def _said(facts: pa.Table) -> Counter[tuple[str, ...]]:
    """What the facts say, without where and of which file."""
    left = [name for name in facts.column_names if name not in WHERE and not name.endswith("_id")]
    return Counter(zip(*(map(str, facts[name].to_pylist()) for name in left), strict=True))


def _assert_same(data: bytes, redraw: Callable[[bytes], bytes], folder: Path) -> None:
    before, after = (_said(_extracted(one, folder)) for one in (data, redraw(data)))
    assert before, "a report without facts shows nothing"
    assert after - before == before - after == Counter()


@pytest.mark.parametrize("redraw", [in_a_form, smaller, larger, turned, moved])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_samples(sample: Path, redraw: Callable[[bytes], bytes], tmp_path: Path) -> None:
    _assert_same(sample.read_bytes(), redraw, tmp_path)


@needs_corpus
@pytest.mark.parametrize(
    ("name", "redraw"),
    [
        ("sensetime_initiation.pdf", smaller),  # characters that only a tag names
        ("sensetime_initiation.pdf", turned),
        ("zts_001215_20210906.pdf", turned),  # a form in a form, with clips
        ("zts_001215_20210906.pdf", smaller),  # indents of a third of a character
        ("kaiyuan_603259_20250731.pdf", larger),
    ],
)
def test_real_reports(name: str, redraw: Callable[[bytes], bytes], tmp_path: Path) -> None:
    [path] = CORPUS.glob(f"*/{name}")
    _assert_same(path.read_bytes(), redraw, tmp_path)
