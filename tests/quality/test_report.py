from __future__ import annotations

import base64
import hashlib
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pipeline.errors import InputError, OutputError
from pipeline.quality import markup
from pipeline.quality.report import write_quality_report
from tests.datasets import factory
from tests.quality import runs

EVIL = '<script>alert(1)</script><img src=x onerror="alert(1)">\x1b\u202e'
VOID = {"meta", "input", "br", "img", "link", "rect", "circle", "image"}


class Reader(HTMLParser):
    """The page as a browser would nest it: elements, their attributes, the text of each `id`-less stretch."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes something else, near {self.getpos()}"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif not self.open or self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def read(page: Path) -> Reader:
    reader = Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    reader.close()
    assert reader.open == []
    return reader


def test_a_narrow_range_is_told_with_ends_that_differ(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    ratio = {"printed": 1.79, "expected": 1.835519, "residual": -0.045519}
    check = runs.wrong_total(report, facts, **ratio, expected_low=1.835492, expected_high=1.835546)
    out = runs.write(tmp_path, (report, [table], facts, [check]))
    text = read(write_quality_report(out, tmp_path / "q.html", pdf_root=None)).text
    assert "expected 1.835519 between 1.835492 and 1.835546 off by −0.046" in text


@pytest.mark.parametrize(
    ("reader", "cause", "said"),
    [
        ("aligned", "source", "the page really prints this (read twice)"),
        ("ocr", "source", "the page really prints this (read twice)"),
        ("aligned", "extraction", "a second reading of the page differs"),
        ("ocr", "extraction", "recognised in a picture, which no second reading has borne out"),
        ("aligned", "unknown", "not yet read a second time"),
    ],
)
def test_it_says_what_is_known_of_the_cause(tmp_path: Path, reader: str, cause: str, said: str) -> None:
    report, table, facts = runs.balance_sheet()
    check = runs.wrong_total(report, facts, cause=cause)
    out = runs.write(tmp_path, (report, [table | {"reader": reader}], facts, [check]))
    assert f"cause {said}" in read(write_quality_report(out, tmp_path / "q.html", pdf_root=None)).text


def test_a_finding_shows_rule_arithmetic_and_the_place(tmp_path: Path) -> None:
    out = write_quality_report(runs.one_finding(tmp_path), tmp_path / "q.html", pdf_root=tmp_path / "pdfs")
    page = read(out)
    assert "资产总计" in page.text and runs.RULE in page.text
    assert "printed 3,900" in page.text
    assert "expected 3,500 between 3,499 and 3,501" in page.text
    assert "off by 400" in page.text
    for label, value in runs.ROWS:
        assert f"{label} 2024E {value} CNY million" in page.text
    (image,) = page.of("image")
    assert str(image["href"]).startswith("data:image/png;base64,")
    marks = [group["class"] for group in page.of("g")]
    assert marks == ["operand", "operand", "suspect"]
    assert {"href": "pdfs/a.pdf#page=2"} in page.of("a")


def test_the_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    out = write_quality_report(runs.one_finding(tmp_path), tmp_path / "q.html", pdf_root=tmp_path / "pdfs")
    page = read(out)
    assert page.of("link") == page.of("img") == page.of("iframe") == []
    for _, attributes in page.elements:
        assert "src" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        address = attributes.get("href") or "#"
        assert address.startswith(("#", "data:image/png", "pdfs/"))
    style = out.read_text(encoding="utf-8").split("<style>")[1].split("</style>")[0]
    assert "url(" not in style and "@import" not in style
    (script,) = page.scripts
    policy = next(str(meta["content"]) for meta in page.of("meta") if "http-equiv" in meta)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy


def test_data_docs_beside_the_datasets_are_linked(tmp_path: Path) -> None:
    run = runs.one_finding(tmp_path)
    page = tmp_path / "out" / "quality.html"
    assert "Suites" not in read(write_quality_report(run, page, pdf_root=None)).text
    (run / "data_docs").mkdir()
    (run / "data_docs" / "index.html").write_text("")
    (link,) = [
        a["href"]
        for a in read(write_quality_report(run, page, pdf_root=None)).of("a")
        if "data_docs" in str(a["href"])
    ]
    assert (page.parent / str(link)).resolve() == (run / "data_docs" / "index.html").resolve()


def test_every_link_inside_the_page_leads_somewhere(tmp_path: Path) -> None:
    page = read(write_quality_report(runs.one_finding(tmp_path), tmp_path / "q.html", pdf_root=None))
    ids = [str(attributes["id"]) for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for a in page.of("a") if str(a["href"]).startswith("#")}
    assert targets and targets <= set(ids)


def test_printed_text_is_never_markup(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    report |= {"title": EVIL, "broker": EVIL, "company": EVIL, "tickers": [EVIL], "file_name": EVIL + ".pdf"}
    report |= {"outcome": "partial", "reason": EVIL, "pipeline_version": EVIL}
    table |= {"caption": EVIL, "unit_text": EVIL}
    words = ("label", "text", "column", "entity_name", "unit", "period_label")
    facts = [
        fact | dict.fromkeys(words, EVIL) | {"label_path": [EVIL], "entity_name": EVIL + str(number)}
        for number, fact in enumerate(facts)
    ]
    checks = [
        runs.wrong_total(report, facts, rule_id=EVIL, message=EVIL, entity=EVIL, period_label=EVIL),
        factory.check(report, facts, "not_checkable", message=EVIL, rule_id=EVIL + "2"),
        factory.check(report, [], "improbable", message=EVIL, rule_id="x"),
    ]
    out = write_quality_report(
        runs.write(tmp_path, (report, [table], facts, checks)), tmp_path / "q.html", pdf_root=tmp_path
    )
    page = read(out)
    assert len(page.scripts) == 1 and page.of("img") == []
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    text = out.read_text(encoding="utf-8")
    assert "<script>alert" not in text and "\x1b" not in text and "\u202e" not in text
    assert page.text.count("<script>alert(1)</script>") > 12


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    extracted = runs.one_finding(tmp_path)
    first = write_quality_report(extracted, tmp_path / "1.html", pdf_root=tmp_path / "pdfs").read_bytes()
    second = write_quality_report(extracted, tmp_path / "2.html", pdf_root=tmp_path / "pdfs").read_bytes()
    assert first == second


def test_impossible_stands_before_improbable_and_incomplete_before_both(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    failed = factory.report("z.pdf", outcome="failed", reason="The file is empty: fetch it again.")
    checks = [
        factory.check(report, facts, "improbable", rule_id="lucky"),
        runs.wrong_total(report, facts),
    ]
    extracted = runs.write(tmp_path, (report, [table], facts, checks), (failed, [], [], []))
    page = read(write_quality_report(extracted, tmp_path / "q.html", pdf_root=None))
    anchors = [str(heading["id"]) for heading in page.of("h2") if "id" in heading]
    assert anchors == ["incomplete", "impossible", "improbable", "rules", "houses", "reports"]
    assert "The file is empty: fetch it again." in page.text


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        (["ok", "ok"], "No findings: 2 checks hold within the rounding of the printed digits."),
        (["not_checkable"], "No findings, because no check had all its operands"),
        ([], "No findings, because no check was evaluated."),
    ],
)
def test_no_findings_says_what_that_means(tmp_path: Path, verdicts: list[str], said: str) -> None:
    report, table, facts = runs.balance_sheet()
    checks = [factory.check(report, facts[:n], verdict) for n, verdict in enumerate(verdicts, start=1)]
    extracted = runs.write(tmp_path, (report, [table], facts, checks))
    assert said in read(write_quality_report(extracted, tmp_path / "q.html", pdf_root=None)).text


def test_a_run_without_reports_and_one_without_checks(tmp_path: Path) -> None:
    empty = runs.write(tmp_path / "empty")
    text = read(write_quality_report(empty, tmp_path / "e.html", pdf_root=None)).text
    assert "The run holds no reports" in text
    report, table, facts = runs.balance_sheet()
    unchecked = runs.write(tmp_path / "unchecked", (report, [table], facts, None))
    text = read(write_quality_report(unchecked, tmp_path / "u.html", pdf_root=None)).text
    assert "1 report not checked yet" in text


def test_without_pdfs_the_finding_says_why_it_has_no_picture(tmp_path: Path) -> None:
    extracted = runs.one_finding(tmp_path)
    page = read(write_quality_report(extracted, tmp_path / "q.html", pdf_root=None))
    assert "no folder of PDFs was given" in page.text and page.of("image") == []
    page = read(write_quality_report(extracted, tmp_path / "q.html", pdf_root=tmp_path / "elsewhere"))
    assert "is not there" in page.text and page.of("image") == []


def test_findings_beyond_the_cards_follow_as_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MAX_CARDS", 2)
    report, table, facts = runs.balance_sheet()
    checks = [
        factory.check(
            report, facts, "impossible", rule_id=f"rule{number}", message=f"finding number {number}"
        )
        for number in range(5)
    ]
    extracted = runs.write(tmp_path, (report, [table], facts, checks))
    page = read(write_quality_report(extracted, tmp_path / "q.html", pdf_root=None))
    assert len(page.of("article")) == 2
    assert "the other 3, a line each" in page.text
    assert all(f"finding number {number}" in page.text for number in range(5))


def test_operands_from_two_pages_and_of_two_companies_say_so(tmp_path: Path) -> None:
    report, table, facts = runs.balance_sheet()
    facts[0] |= {"page": 1, "entity_name": "中芯国际"}
    extracted = runs.write(tmp_path, (report, [table], facts, [runs.wrong_total(report, facts)]))
    page = read(write_quality_report(extracted, tmp_path / "q.html", pdf_root=None))
    assert "Current assets 中芯国际 2024E 1,000 CNY million 1" in page.text
    assert "Total assets 商汤集团 2024E 3,900 CNY million 2" in page.text


def test_errors_name_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="run"):
        write_quality_report(tmp_path, tmp_path / "q.html", pdf_root=None)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"q\.html"):
        write_quality_report(runs.one_finding(tmp_path), tmp_path / "file" / "q.html", pdf_root=None)
