"""The SenseTime initiation, set the way its house sets a Hong Kong report: the cover's narrow right column,
one page with five statement blocks in two columns, then prose with wide tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from .facts import Table, load
from .flow import Flow, side_rows
from .lines import wrap
from .sheet import PAGE_WIDTH, Box, Ink, Sheet
from .style import Style
from .tables import Columns, Room, Setter
from .truth import ReportTruth, TableTruth

NAME = "sensetime_initiation"
NAVY, BLUE, PALE = "#0b2f66", "#1f5fa8", "#dff1fa"
LEFT, RIGHT, MAIN_RIGHT, SIDE_LEFT = 40.0, 555.3, 366.0, 386.0
STYLE = Style(accent=NAVY, rule_colour=NAVY, caption_colour=NAVY, prose_size=9.2, prose_pitch=14.6)
COVER = replace(STYLE, prose_size=9.4, prose_pitch=14.6, size=7.4, pitch=11.2)
STATEMENTS = replace(STYLE, size=6.7, pitch=9.6, pad=2.0, rule_width=0.5)
DENSE = replace(STYLE, size=6.3, pitch=9.8, pad=1.5, leading=8.0)
WORDS = replace(STYLE, size=6.8, pitch=11.4, leading=8.8, pad=3.0, number_align="left")
NARROW_WORDS = replace(WORDS, size=5.6, pitch=10.0, leading=7.2, pad=1.6)

# How wide the columns of each table are, label first, and which style sets it.
SHARES: dict[str, tuple[float, ...]] = {
    "management": (0.8, 2.4, 0.5, 6.0),
    "funding": (2.0, 2.0, 1.8, 5.0),
    "landscape": (0.9, *[1.0] * 10),
    "vision": (0.9, *[1.0] * 9),
    "frameworks": (0.9, 2.2, 2.0, 2.0, 2.2),
    "benchmarks": (1.5, 0.9, 1.0, 0.9, 0.9, 1.1, 1.4, 0.8, 1.1, 0.9),
    "care": (1.0, 4.6),
    "commerce": (1.0, 4.8),
    "city": (1.0, 4.0, 1.6),
    "auto": (1.8, 2.2, 2.0, 2.6),
    "suppliers": (0.8, 2.0, 0.7, 1.4, 2.6),
    "models": (1.4, 2.0, 2.0, 2.0),
    "forecast": (1.7, *[1.05] * 10),
    "segments": (1.5, *[1.0] * 8),
    "peers": (1.0, 4.0, 3.2),
    "comps": (1.15, 1.4, 0.8, 1.15, *[0.85] * 4, *[0.68] * 4, 0.9),
}


def compose() -> tuple[bytes, ReportTruth]:
    """The PDF and its truth. The list of figures needs the page numbers, so the pages are set twice."""
    facts = load(NAME)
    _, _, contents = _pages(facts, [])
    sheet, truths, _ = _pages(facts, contents)
    pdf = sheet.save(f"{facts['report']['company']} 首次覆盖", datetime(2025, 1, 26, 12, tzinfo=UTC))
    return pdf, ReportTruth(f"raw_reports/{NAME}.pdf", facts["report"], truths, facts["cover"]["analysts"])


def _pages(
    facts: dict[str, Any], contents: list[tuple[str, int]]
) -> tuple[Sheet, list[TableTruth], list[tuple[str, int]]]:
    tables = {key: Table.parse(raw) for key, raw in facts["tables"].items()}
    cover = facts["cover"]
    sheet = Sheet()

    def furniture(on: Sheet) -> None:
        on.text(LEFT, 42, cover["running_head"], Ink(size=8.6, bold=True, colour=NAVY))
        on.text(RIGHT, 42, facts["report"]["broker"], Ink("serif", 11.0, True, BLUE), align="right")
        on.shape([(300, 18), (360, 18), (390, 50), (330, 50)], "#eef3f9")
        on.shape([(350, 18), (420, 18), (450, 50), (380, 50)], "#f5f8fc")
        on.rule(LEFT, 50, RIGHT, 50, 1.0, NAVY)
        _foot(on, cover["foot"])

    truths = _cover(sheet, facts, tables)
    truths += _statements(sheet, tables, furniture, facts)
    flow = Flow(sheet, STYLE, LEFT, RIGHT, 62.0, 790.0, furniture)
    flow.turn()
    flow.heading("图表目录", 14.0, before=2.0)
    for caption, page in contents:
        _leader(flow, caption, page)
    flow.turn()
    for part in facts["body"]:
        flow.heading(part["heading"], 12.5)
        for paragraph in part["text"]:
            flow.prose(paragraph)
        for key in part.get("charts", ()):
            chart = facts["charts"][key]
            flow.bars(chart["caption"], chart["labels"], chart["values"], chart["notes"])
        for key in part.get("tables", ()):
            _set(flow, key, tables[key])
    flow.turn()
    for part in facts["disclaimer"]:
        flow.heading(part["heading"], 11.0)
        for paragraph in part["text"]:
            flow.prose(paragraph, Ink(size=7.6, colour="#303030"))
    return sheet, truths + flow.truths, flow.captions


def _set(flow: Flow, key: str, table: Table) -> None:
    if table.kind == "text":
        style = NARROW_WORDS if table.width > 8 else WORDS
        flow.table(table, SHARES[key], "l" * table.width, style=style, whole=True, room=130.0)
        return
    room = 60.0 + DENSE.pitch * (len(table.rows) + len(table.head))
    aligns = "ll" + "r" * (table.width - 2) if key == "comps" else ""
    flow.table(table, SHARES[key], aligns, style=DENSE, whole=True, room=room)


def _foot(sheet: Sheet, text: str) -> None:
    sheet.rule(LEFT, 803, RIGHT, 803, 1.0, NAVY)
    sheet.text(LEFT, 815, text, Ink("serif", 7.4))
    sheet.text(RIGHT, 815, str(sheet.page), Ink(size=8.0), align="right")


def _leader(flow: Flow, caption: str, page: int) -> None:
    """One line of the list of figures: caption, dots, page."""
    flow.need(15.0)
    box = flow.sheet.text(LEFT, flow.y + 10, caption, Ink(size=8.0))
    dots = "." * max(int((RIGHT - 16 - box.x1) / 2.3), 3)
    flow.sheet.text(RIGHT - 14, flow.y + 10, dots, Ink(size=8.0, colour="#606060"), align="right")
    flow.sheet.text(RIGHT, flow.y + 10, str(page), Ink(size=8.0), align="right")
    flow.skip(15.0)


def _cover(sheet: Sheet, facts: dict[str, Any], tables: dict[str, Table]) -> list[TableTruth]:
    cover, report = facts["cover"], facts["report"]
    sheet.new_page()
    sheet.text(44, 34, "证券研究报告", Ink(size=8.2))
    sheet.fill(Box(LEFT, 38, 380, 61), "#e4eaf2")
    sheet.shape([(340, 38), (362, 38), (384, 61), (362, 61)], "#ffffff")
    sheet.text(44, 53.5, cover["running_head"], Ink(size=9.6, bold=True, colour=NAVY))
    sheet.text(RIGHT, 56, report["broker"], Ink("serif", 19.0, True, "#c8102e"), align="right")
    sheet.fill(Box(0, 66, PAGE_WIDTH - 34, 128), NAVY)
    sheet.shape([(398, 66), (452, 66), (514, 128), (460, 128)], "#143f80")
    sheet.shape([(470, 66), (500, 66), (561, 128), (532, 128)], "#1d5196")
    sheet.text(44, 104, report["title"], Ink(size=20.0, bold=True, colour="#ffffff"))
    _side(sheet, facts, tables)
    sheet.text(LEFT, 145, cover["house"], Ink(size=9.0, bold=True, colour=NAVY))
    sheet.text(MAIN_RIGHT, 145, cover["action"], Ink(size=9.0, bold=True), align="right")
    sheet.rule(LEFT, 150, MAIN_RIGHT, 150, 0.8, "#38a3d1")
    sheet.text(LEFT, 162, cover["dateline"], Ink(size=8.8))
    sheet.text(MAIN_RIGHT, 162, cover["sector"], Ink(size=8.8, bold=True), align="right")
    flow = Flow(sheet, COVER, LEFT, MAIN_RIGHT, 178.0, 795.0, lambda _: None)
    flow.y = 178.0
    flow.prose(cover["lead"])
    for view in cover["views"]:
        flow.heading(view["title"], 10.4, before=6.0, after=2.0)
        flow.prose(view["text"])
    flow.prose(cover["risks"])
    truth, side = tables["summary"], tables["cover"]
    flow.skip(6.0)
    flow.table(truth, (2.5, *[1.0] * 5))
    y, box = side_rows(sheet, COVER, side, (SIDE_LEFT, RIGHT, 314.0))
    sheet.rule(SIDE_LEFT, y + 1, RIGHT, y + 1, 0.6, NAVY)
    _foot(sheet, cover["foot"])
    return [box, *flow.truths]


def _side(sheet: Sheet, facts: dict[str, Any], tables: dict[str, Table]) -> None:
    cover, report = facts["cover"], facts["report"]
    sheet.fill(Box(SIDE_LEFT - 4, 134, RIGHT + 6, 174), BLUE)
    white = Ink(size=8.6, bold=True, colour="#ffffff")
    for y, label, value in (
        (149.0, cover["rating_label"], report["rating"]),
        (166.0, cover["target_label"], report["target_price"]),
    ):
        sheet.text(SIDE_LEFT, y, label, white)
        sheet.text(RIGHT, y, value, replace(white, size=10.5), align="right")
    analysts = cover["analysts"]
    sheet.fill(Box(SIDE_LEFT - 4, 178, RIGHT + 6, 184 + 37 * len(analysts)), PALE)
    y, small = 189.0, Ink(size=6.8, colour="#202020")
    for analyst in analysts:
        sheet.text(SIDE_LEFT, y, "研究员", small)
        sheet.text(RIGHT, y, analyst["name"], Ink(size=8.0, bold=True, colour=NAVY), align="right")
        sheet.text(SIDE_LEFT, y + 9.5, f"SAC No. {analyst['sac_no']}", small)
        sheet.text(RIGHT, y + 9.5, analyst["email"], replace(small, size=6.2), align="right")
        sheet.text(SIDE_LEFT, y + 18.5, f"SFC No. {analyst['sfc_no']}", small)
        y += 37.0
    sheet.text(SIDE_LEFT, 307, tables["cover"].title, Ink(size=9.6, bold=True, colour=NAVY))
    sheet.rule(SIDE_LEFT, 312, RIGHT, 312, 0.6, NAVY)


def _statements(
    sheet: Sheet, tables: dict[str, Table], furniture: Any, facts: dict[str, Any]
) -> list[TableTruth]:
    """Five blocks in two columns whose rows do not line up: the right one's pitch is wider."""
    sheet.new_page()
    furniture(sheet)
    sheet.text(LEFT, 78, "盈利预测", Ink(size=13.0, bold=True, colour=NAVY))
    truths: list[TableTruth] = []
    bottoms: list[float] = []
    columns = (
        (LEFT, 291.0, ("income", "balance", "valuation"), STATEMENTS),
        (304.0, RIGHT, ("cash_flow", "performance"), replace(STATEMENTS, pitch=9.9)),
    )
    for x0, x1, keys, style in columns:
        y = 104.0
        for key in keys:
            sheet.text(x0, y - 4, tables[key].title, Ink(size=8.4, bold=True, colour=NAVY))
            at = Columns.statement(x0, x1, 88.0, 5)
            setter = Setter(sheet, replace(style, rule_colour="#5b7fb5"), at, Room(1e9, lambda: 0.0))
            y = setter.grid([tables[key]], y) + 20.0
            truths += setter.truths
        bottoms.append(y)
    y = max(bottoms)
    sheet.rule(LEFT, y, RIGHT, y, 0.6, NAVY)
    for line in wrap(facts["tables"]["summary"]["notes"][0], Ink(size=6.8), RIGHT - LEFT):
        sheet.text(LEFT, y + 9, line, Ink(size=6.8, colour="#808080"))
    return truths
