"""The invented Hong Kong report: a border around every cell, negatives in parentheses, prices in HKD beside
statements in RMB, and a head of two levels over the multiples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from .facts import Table, load
from .flow import Flow, side_rows
from .modelled import Modelled, modelled
from .sheet import PAGE_WIDTH, Box, Ink, Sheet
from .style import Style
from .truth import ReportTruth, TableTruth

NAME = "zhanqiao_9799hk_20250411"
TEAL, SAND, GREY = "#0f5f66", "#f1efe8", "#5c5c5c"
LEFT, RIGHT, MAIN_RIGHT, SIDE_LEFT = 40.0, 555.0, 380.0, 396.0
STYLE = Style(
    accent=TEAL, prose_size=9.8, prose_pitch=16.6, size=7.6, pitch=13.0, leading=9.4, head_fill="#d9e8e8",
    lines="grid", rule_width=0.4, rule_colour="#9aa8a8", caption_colour=TEAL, caption_rule=False,
    section_fill=SAND, number_align="center",
)  # fmt: skip
SIDE = replace(STYLE, lines="three", size=7.2, pitch=13.4, rule_width=0.0)


def compose() -> tuple[bytes, ReportTruth]:
    """The PDF and its truth."""
    facts = load(NAME)
    made = modelled(facts)
    sheet = Sheet()

    def furniture(on: Sheet) -> None:
        on.fill(Box(0, 20, 30, 44), TEAL)
        on.text(LEFT, 36, facts["cover"]["name"], Ink(size=9.0, bold=True, colour=TEAL))
        on.text(RIGHT, 36, facts["cover"]["house"], Ink(size=9.0, colour=GREY), align="right")
        _foot(on, facts["cover"]["foot"])

    truths = _cover(sheet, facts, made)
    flow = Flow(sheet, STYLE, LEFT, RIGHT, 58.0, 785.0, furniture)
    flow.turn()
    for part in facts["body"]:
        flow.heading(part["heading"], 12.0)
        for paragraph in part["text"]:
            flow.prose(paragraph)
        for key in part.get("tables", ()):
            _set(flow, made.tables[key])
        for key in part.get("charts", ()):
            chart = facts["charts"][key]
            values = [float(round(value, 1)) for value in made.company[chart["code"]][1:]]
            flow.bars(chart["caption"], facts["heads"], values, chart["notes"])
    for part in facts["statements"]:
        flow.turn()
        flow.heading(part["heading"], 12.0, before=0.0)
        for key in part["tables"]:
            _set(flow, made.tables[key])
    flow.turn()
    for part in facts["disclaimer"]:
        flow.heading(part["heading"], 10.5)
        for paragraph in part["text"]:
            flow.prose(paragraph, Ink(size=7.8))
    written = datetime(2025, 4, 11, 9, tzinfo=UTC)
    pdf = sheet.save(f"{facts['report']['company']} 首次覆盖", written)
    return pdf, ReportTruth(
        f"raw_reports/{NAME}.pdf",
        facts["report"],
        truths + flow.truths,
        facts["cover"]["analysts"],
        made.error,
    )


def _set(flow: Flow, table: Table) -> None:
    room = 50.0 + STYLE.pitch * (len(table.rows) + len(table.head))
    if table.kind == "comps":
        shares = (1.1, 1.2, 0.9, 1.2, *[0.8] * 6)
        flow.table(table, shares, "ll" + "c" * 8, whole=True, room=room)
    else:
        flow.table(table, (2.6, *[1.0] * 5), "l" + "r" * 5, whole=True, room=room)


def _foot(sheet: Sheet, text: str) -> None:
    sheet.fill(Box(0, 806, PAGE_WIDTH, 806.8), TEAL)
    sheet.text(PAGE_WIDTH / 2, 819, text, Ink(size=7.2, colour=GREY), align="center")
    sheet.text(RIGHT, 819, str(sheet.page), Ink(size=7.6, colour=GREY), align="right")


def _cover(sheet: Sheet, facts: dict[str, Any], made: Modelled) -> list[TableTruth]:
    cover, report = facts["cover"], facts["report"]
    sheet.new_page()
    sheet.shape([(0, 0), (PAGE_WIDTH, 0), (PAGE_WIDTH, 64), (0, 104)], TEAL)
    sheet.shape([(0, 104), (PAGE_WIDTH, 64), (PAGE_WIDTH, 68), (0, 110)], "#c9a24b")
    sheet.text(LEFT, 38, cover["house"], Ink(size=13.0, bold=True, colour="#ffffff"))
    sheet.rule(LEFT, 45, LEFT + 96, 45, 0.6, "#ffffff")
    sheet.text(LEFT, 59, cover["kicker"], Ink(size=9.6, colour="#ffffff"))
    sheet.text(RIGHT, 42, report["broker"], Ink("serif", 22.0, True, "#ffffff"), align="right")
    main = Flow(sheet, STYLE, LEFT, MAIN_RIGHT, 122.0, 796.0, lambda _: None)
    main.y = 118.0
    main.heading(report["title"], 16.5, before=4.0, after=3.0)
    main.prose(cover["lead"], Ink(size=9.8, bold=True, colour="#3b6f74"), after=8.0)
    for bullet in cover["bullets"]:
        sheet.text(LEFT, main.y + 12, "•", Ink(size=9.8))
        main.prose(bullet, hang=10.0, after=7.0)
    main.skip(4.0)
    main.table(made.tables["summary"], (2.1, *[1.0] * 5), "l" + "r" * 5, style=replace(STYLE, size=7.2))
    base = _side(sheet, facts, made.tables["base"])
    _foot(sheet, cover["foot"])
    return [base, *main.truths]


def _side(sheet: Sheet, facts: dict[str, Any], base: Table) -> TableTruth:
    cover = facts["cover"]
    sheet.fill(Box(SIDE_LEFT - 6, 122, RIGHT + 8, 792), SAND)
    sheet.fill(Box(RIGHT + 8, 122, RIGHT + 22, 792), "#c9a24b")
    sheet.text(
        RIGHT + 18, 330, f"{cover['house']}  {cover['name']}", Ink(size=8.0, colour="#ffffff"), angle=90
    )
    y = 142.0
    for analyst in cover["analysts"]:
        sheet.text(SIDE_LEFT, y, analyst["name"], Ink(size=9.6, bold=True, colour=TEAL))
        for n, line in enumerate(
            (f"SAC 执证编号：{analyst['sac_no']}", f"SFC CE 编号：{analyst['sfc_no']}", analyst["email"])
        ):
            sheet.text(SIDE_LEFT, y + 12 + 10.5 * n, line, Ink(size=7.2))
        y += 54.0
    sheet.text(SIDE_LEFT, y + 2, cover["dateline"], Ink(size=8.6))
    y += 24.0
    sheet.text(SIDE_LEFT, y, cover["name"], Ink(size=9.4, bold=True, colour=TEAL))
    sheet.fill(Box(SIDE_LEFT, y + 7, RIGHT, y + 27), TEAL)
    sheet.text(
        (SIDE_LEFT + RIGHT) / 2,
        y + 21,
        cover["rating_line"],
        Ink(size=10.5, bold=True, colour="#ffffff"),
        align="center",
    )
    sheet.text(SIDE_LEFT, y + 47, base.title, Ink(size=9.4, bold=True, colour=TEAL))
    sheet.rule(SIDE_LEFT, y + 52, RIGHT, y + 52, 0.6, TEAL)
    end, truth = side_rows(sheet, SIDE, base, (SIDE_LEFT, RIGHT, y + 54.0))
    sheet.rule(SIDE_LEFT, end + 2, RIGHT, end + 2, 0.6, TEAL)
    return truth
