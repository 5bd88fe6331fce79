from __future__ import annotations

import io
import json
import os
import re
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .company import Company
from .facts import Row, Table, load
from .lines import NOT_AT_START, wrap
from .printing import printed
from .samples import SAMPLES, TRUTH
from .sheet import Ink

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("YANBAO_CORPUS", ROOT.parent / "shared" / "corpus"))
pytest.importorskip("pylopdf_fonts_zh_cn", reason="the Chinese fonts are a development dependency")


@cache
def truth(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((TRUTH / f"{name}.json").read_text(encoding="utf8"))
    return loaded


@pytest.mark.parametrize("name", SAMPLES)
def test_the_committed_samples_are_what_the_code_writes(name: str) -> None:
    pdf, written = SAMPLES[name]()
    assert pdf == (ROOT / "raw_reports" / f"{name}.pdf").read_bytes()
    assert written.as_json(pdf) == (TRUTH / f"{name}.json").read_text(encoding="utf8")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_small(name: str) -> None:
    assert (ROOT / "raw_reports" / f"{name}.pdf").stat().st_size < 300_000


@pytest.mark.parametrize("name", SAMPLES)
def test_every_box_of_the_truth_holds_its_text(name: str) -> None:
    import pdfplumber

    whole = truth(name)
    wrong, seen = [], 0
    with pdfplumber.open(io.BytesIO((ROOT / "raw_reports" / f"{name}.pdf").read_bytes())) as pdf:
        by_page = {page.page_number: page.chars for page in pdf.pages}
    for table in whole["tables"] + whole["text_tables"]:
        for row in table["rows"]:
            printed_at = [(row["label"], row["label_box"]), *zip(row["values"], row["boxes"], strict=True)]
            for text, box in printed_at:
                assert (box is None) == (text == ""), (table["title"], row["label"])
                if box is not None:
                    seen += 1
                    found = _text_in(by_page[row["page"]], box)
                    if found != re.sub(r"\s", "", text):
                        wrong.append((table["title"], row["label"], text, found))
    assert wrong == []
    assert seen > 400


def _text_in(chars: list[dict[str, Any]], box: list[float]) -> str:
    """Characters whose middle is in the box, line by line."""
    x0, top, x1, bottom = box
    lines: defaultdict[float, list[tuple[float, str]]] = defaultdict(list)
    for char in chars:
        if not char["text"].strip():
            continue
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        if x0 < x < x1 and top < y < bottom:
            lines[round(char["bottom"], 1)].append((char["x0"], char["text"]))
    return "".join(text for _, line in sorted(lines.items()) for _, text in sorted(line))


def test_the_template_words_are_in_the_text_layer_and_not_on_the_page() -> None:
    import pdfplumber

    path = ROOT / "raw_reports" / "guanlan_688999_20250829.pdf"
    with pdfplumber.open(path) as pdf:
        text = "".join(page.extract_text() for page in pdf.pages)
    # Words that lie on visible text come out interleaved with it: only the ones in free space read whole.
    assert "[Table_Title]" in text
    assert sum(text.count(char) for char in "[]_") >= 3 * 9


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real reports are not here (set YANBAO_CORPUS)")
def test_labels_and_numbers_are_those_of_the_printed_report() -> None:
    """The re-typeset report agrees with the hand-made truth about the report it was set from."""
    other = json.loads((CORPUS / "truth" / "sensetime_initiation.json").read_text(encoding="utf8"))
    mine = truth("sensetime_initiation")
    assert mine["report"] == other["report"]

    def grids(report: dict[str, Any]) -> dict[str, Any]:
        return {
            f"{table['kind']} {table['title']}": (
                table["unit_text"],
                table["columns"],
                [(row["label"], row["values"]) for row in table["rows"]],
            )
            for table in report["tables"]
        }

    assert grids(mine) == grids(other)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_readme_names_each_planted_error(name: str) -> None:
    readme = (ROOT / "raw_reports" / "README.md").read_text(encoding="utf8")
    for error in truth(name)["report_errors"]:
        column = error["column"].replace("|", " ")
        cell = f"{error['row']}, {column} | {error['printed']} | {error['should_be']}"
        assert re.search(rf"\| `{name}.pdf` \| {error['page']} \| .* \| {re.escape(cell)} \|", readme)
    assert len(truth(name)["report_errors"]) == (0 if name == "sensetime_initiation" else 1)


def test_label_paths_follow_the_indents() -> None:
    table = next(t for t in truth("sensetime_initiation")["tables"] if t["kind"] == "segments")
    paths = [row["label_path"] for row in table["rows"]]
    assert paths[1] == ["总收入", "YoY"]
    assert paths[5] == ["分板块", "生成式AI", "收入占比"]
    assert paths[11] == ["分板块", "智慧汽车", "收入占比"]


def test_a_row_reads_its_marks() -> None:
    assert Row.parse(["* 资产总计", "1"]) == Row(("资产总计", "1"), bold=True)
    assert Row.parse([">> 毛利率", "1"]) == Row(("毛利率", "1"), depth=2)
    assert Row.parse(["# 成长能力", ""]) == Row(("成长能力", ""), section=True)
    assert Row.parse(["+/-%", "1"]) == Row(("+/-%", "1"))


def test_columns_join_their_levels() -> None:
    table = Table("comps", "t", (("代码", "名称", "PE", "PE"), ("", "", "24E", "25E")), (), label_column=1)
    assert table.columns == ("代码", "PE|24E", "PE|25E")


@pytest.mark.parametrize(
    ("value", "form", "negative", "text"),
    [
        ("1234.5", "0", "minus", "1,235"),
        ("-1234.45", "1", "parentheses", "(1,234.5)"),
        ("-0.04", "1", "minus", "0.0"),
        ("-6.26", "1%", "minus", "-6.3%"),
    ],
)
def test_figures_are_printed_in_the_house_form(value: str, form: str, negative: Any, text: str) -> None:
    from decimal import Decimal

    assert printed(Decimal(value), form, negative) == text


CHARACTERS = st.text(alphabet="营业收入，。（）ab 1.5%、“”", max_size=60)


@given(CHARACTERS, st.floats(min_value=20, max_value=200))
def test_wrapping_keeps_every_character_and_the_width(text: str, width: float) -> None:
    from .fonts import face

    ink = Ink(size=9.0)
    lines = wrap(text, ink, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) == 1 or face("sans").width(line, 9.0) <= width for line in lines)


def test_no_line_starts_with_a_closing_mark() -> None:
    text = "净利率（含少数股东损益），毛利率；现金流。" * 6
    for width in range(40, 160, 7):
        assert all(line[0] not in NOT_AT_START for line in wrap(text, Ink(size=9.0), width))


PERCENT = st.integers(min_value=-300, max_value=600).map(lambda tenths: tenths / 10)


@settings(max_examples=30)
@given(st.lists(PERCENT, min_size=5, max_size=5), st.lists(PERCENT, min_size=6, max_size=6))
def test_any_company_of_the_model_balances(growth: list[float], margin: list[float]) -> None:
    drivers = dict(load("guanlan_688999_20250829")["drivers"])
    first = {**drivers["segments"][0], "growth": growth, "margin": margin}
    company = Company({**drivers, "segments": [first, *drivers["segments"][1:]]})
    assert company["total_assets"] == company["total_claims"]
    assert company["cash"][1:] == tuple(
        opening + change for opening, change in zip(company["cash"], company["cash_change"][1:], strict=False)
    )
