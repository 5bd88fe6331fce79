"""The quality report in a real browser: what an analyst sees and clicks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from pipeline.quality.report import write_quality_report
from tests.quality import runs
from tests.quality.browser import CHROMIUM, Browser, browser

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def page(home: Path) -> Path:
    extracted = runs.one_finding(home)
    return write_quality_report(extracted, home / "quality.html", pdf_root=home / "pdfs")


@pytest.fixture(scope="module")
def chromium(home: Path) -> Iterator[Browser]:
    with browser(home) as opened:
        yield opened


def test_two_clicks_from_the_batch_to_the_wrong_cell_on_its_page(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    assert chromium.js("scrollY") == 0
    chromium.click('.bar a[href="#impossible"]')
    assert chromium.seen(".finding .crop .suspect rect")  # the number, marked on the crop of its page
    assert chromium.js('document.querySelector(".finding .suspect .printed").textContent') == "3,900"
    chromium.click(".finding figcaption a")
    to = urlparse(chromium.wait_for("Page.frameRequestedNavigation")["url"])
    assert (unquote(to.path), to.fragment) == (str(page.parent / "pdfs" / "a.pdf"), "page=2")


def test_the_mark_stands_on_the_printed_number(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    ink = chromium.js(
        """(async () => {
          const svg = document.querySelector(".finding .crop");
          const mark = svg.querySelector(".suspect rect");
          const picture = new Image();
          picture.src = svg.querySelector("image").getAttribute("href");
          await picture.decode();
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [picture.width, picture.height];
          const pen = canvas.getContext("2d");
          pen.drawImage(picture, 0, 0);
          const scale = picture.width / svg.viewBox.baseVal.width;
          const box = ["x", "y", "width", "height"].map((side) => mark[side].baseVal.value * scale);
          const dark = (data) => data.filter((red, i) => i % 4 === 0 && red < 128 && data[i + 3]).length;
          const inside = dark(pen.getImageData(...box).data);
          const right = dark(pen.getImageData(box[0] + box[2] + 2, box[1], box[2], box[3]).data);
          return [inside, right];
        })()"""
    )
    assert ink[0] > 20  # digits within the mark
    assert ink[1] == 0  # none beyond it


def test_the_filter_leaves_what_it_is_asked_for(chromium: Browser, page: Path) -> None:
    chromium.open(page)
    chromium.click("#filter")
    chromium.ask("Input.insertText", text="no such rule")
    assert chromium.js('document.querySelector(".finding").checkVisibility()') is False
    assert chromium.js('document.querySelector("#told").textContent') == "0 findings"
    chromium.js('document.querySelector("#filter").value = ""')
    chromium.ask("Input.insertText", text=runs.RULE)
    assert chromium.js('document.querySelector(".finding").checkVisibility()') is True


def test_nothing_of_the_page_is_refused_by_its_own_policy(chromium: Browser, page: Path) -> None:
    chromium.ask("Log.enable")
    chromium.events.clear()
    chromium.open(page)
    chromium.js("new Promise(requestAnimationFrame)")
    said = [e["params"]["entry"]["text"] for e in chromium.events if e.get("method") == "Log.entryAdded"]
    assert said == []
    assert chromium.js("document.documentElement.className") == ""  # its script ran
