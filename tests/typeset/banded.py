"""The invented A-share report: banded rows, wrapped labels whose numbers stand on the last line, statements
under one head, and template words left in the text layer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from .facts import Table, load
from .flow import Flow, side_rows
from .modelled import Modelled, modelled
from .sheet import PAGE_HEIGHT, PAGE_WIDTH, Box, Ink, Sheet
from .style import Style
from .tables import Columns, Room, Setter
from .truth import ReportTruth, TableTruth

NAME = "guanlan_688999_20250829"
RED, ROSE, GREY = "#a3182c", "#f7e8ea", "#595959"
LEFT, RIGHT, SIDE_RIGHT, MAIN_LEFT, FOOT = 42.0, 553.0, 196.0, 214.0, 800.0
STYLE = Style(
    accent=RED,
    prose_font="serif",
    prose_size=9.6,
    prose_pitch=16.0,
    label_font="serif",
    size=7.8,
    pitch=13.6,
    leading=9.6,
    head_fill=RED,
    head_colour="#ffffff",
    rule_colour=RED,
    band=ROSE,
    caption_colour=RED,
)
COVER = replace(STYLE, prose_size=10.2, prose_pitch=17.4, size=7.6, pitch=13.0)
SIDE = replace(STYLE, size=7.6, pitch=14.0, rule_width=0.4, band="")
STATEMENTS = replace(
    STYLE,
    size=6.9,
    pitch=11.6,
    leading=8.2,
    pad=2.0,
    numbers_on="last",
    section_fill="#e9c9ce",
    number_align="center",
)


def compose() -> tuple[bytes, ReportTruth]:
    """The PDF and its truth."""
    facts = load(NAME)
    made = modelled(facts)
    sheet = Sheet()

    def furniture(on: Sheet) -> None:
        on.fill(Box(0, 0, PAGE_WIDTH, 8), RED)
        on.text(LEFT, 34, facts["cover"]["kicker"], Ink("serif", 9.0, colour=GREY))
        on.text(RIGHT, 35, facts["report"]["broker"], Ink("serif", 13.0, True, RED), align="right")
        on.rule(LEFT, 41, RIGHT, 41, 0.8, RED)
        _foot(on, facts["cover"]["foot"])

    truths = _cover(sheet, facts, made)
    flow = Flow(sheet, STYLE, LEFT, RIGHT, 56.0, 780.0, furniture)
    flow.turn()
    for part in facts["body"]:
        flow.heading(part["heading"], 13.0)
        for paragraph in part["text"]:
            flow.prose("　　" + paragraph)
        for key in part.get("charts", ()):
            chart = facts["charts"][key]
            values = [float(round(value)) for value in made.company[chart["code"]][1:]]
            flow.bars(chart["caption"], facts["heads"], values, chart["notes"])
        for key in part.get("tables", ()):
            _set(flow, made.tables[key])
    truths += flow.truths
    truths += _statements(sheet, furniture, made)
    closing = Flow(sheet, STYLE, LEFT, RIGHT, 56.0, 780.0, furniture)
    closing.turn()
    for part in facts["disclaimer"]:
        closing.heading(part["heading"], 11.0)
        for paragraph in part["text"]:
            closing.prose("　　" + paragraph, Ink("serif", 8.2))
    written = datetime(2025, 8, 29, 8, tzinfo=UTC)
    pdf = sheet.save(f"{facts['report']['company']}点评", written)
    return pdf, ReportTruth(
        f"raw_reports/{NAME}.pdf", facts["report"], truths, facts["cover"]["analysts"], made.error
    )


def _set(flow: Flow, table: Table) -> None:
    room = 60.0 + STYLE.pitch * (len(table.rows) + len(table.head))
    if table.kind == "comps":
        style = replace(STYLE, size=7.2, pad=2.0)
        shares = (1.3, 1.2, 1.0, 1.4, *[1.0] * 3, *[0.9] * 3)
        flow.table(table, shares, "ll" + "r" * 8, style=style, whole=True, room=room)
    else:
        flow.table(table, whole=True, room=room)


def _foot(sheet: Sheet, text: str) -> None:
    sheet.rule(LEFT, FOOT, RIGHT, FOOT, 0.6, RED)
    sheet.text(LEFT, FOOT + 12, text, Ink("serif", 7.6, colour=GREY))
    sheet.text(RIGHT, FOOT + 12, f"第 {sheet.page} 页", Ink("serif", 7.6, colour=GREY), align="right")


def _cover(sheet: Sheet, facts: dict[str, Any], made: Modelled) -> list[TableTruth]:
    cover, report = facts["cover"], facts["report"]
    sheet.new_page()
    sheet.fill(Box(0, 0, PAGE_WIDTH, 58), RED)
    sheet.shape([(380, 0), (470, 0), (440, 58), (350, 58)], "#b43246")
    sheet.shape([(480, 0), (520, 0), (490, 58), (450, 58)], "#c04f60")
    sheet.text(LEFT, 37, report["broker"], Ink("serif", 21.0, True, "#ffffff"))
    sheet.text(RIGHT, 35, cover["kicker"], Ink("serif", 12.0, True, "#ffffff"), align="right")
    # The template's field name stayed on the page, white on white.
    sheet.text(LEFT, 76, "[Table_Title]", Ink(size=7.0, colour="#ffffff"))
    sheet.text(LEFT, 84, cover["dateline"], Ink("serif", 9.4))
    sheet.text(RIGHT, 84, cover["sector"], Ink("serif", 9.4), align="right")
    sheet.text(LEFT, 112, cover["name"], Ink("serif", 15.0, True, RED))
    sheet.text(RIGHT, 112, cover["rating_line"], Ink("serif", 15.0, True, RED), align="right")
    sheet.text(LEFT, 137, report["title"], Ink("serif", 18.0, True))
    sheet.rule(LEFT, 147, RIGHT, 147, 1.2, RED)
    truths = [_side(sheet, facts, made.tables["base"])]
    flow = Flow(sheet, COVER, MAIN_LEFT, RIGHT, 160.0, 790.0, lambda _: None)
    flow.y = 160.0
    for bullet in cover["bullets"]:
        sheet.fill(Box(MAIN_LEFT, flow.y + 5, MAIN_LEFT + 4, flow.y + 9), RED)
        flow.prose(bullet, hang=11.0, after=7.0)
    flow.skip(8.0)
    flow.table(made.tables["summary"], (2.0, *[1.0] * 5))
    _foot(sheet, cover["foot"])
    return truths + flow.truths


def _side(sheet: Sheet, facts: dict[str, Any], base: Table) -> TableTruth:
    cover, report = facts["cover"], facts["report"]
    sheet.fill(Box(LEFT - 6, 156, SIDE_RIGHT + 6, 790), "#fbf4f5")

    def title(text: str, y: float) -> None:
        sheet.fill(Box(LEFT, y - 9, LEFT + 3, y + 1.5), RED)
        sheet.text(LEFT + 8, y, text, Ink("serif", 10.0, True, RED))
        sheet.rule(LEFT, y + 5, SIDE_RIGHT, y + 5, 0.5, RED)

    title("投资评级", 176)
    for n, (label, value) in enumerate(
        (
            ("评级", report["rating"]),
            ("变动", report["rating_action"]),
            ("目标价", f"{report['target_price']} 元"),
        )
    ):
        sheet.text(LEFT + 3, 194 + 14 * n, label, Ink("serif", 7.8))
        sheet.text(SIDE_RIGHT - 3, 194 + 14 * n, value, Ink(size=7.8, bold=True), align="right")
    sheet.text(LEFT, 249, base.hidden, Ink(size=6.0, hidden=True))
    title(base.title, 250)
    y, truth = side_rows(sheet, SIDE, base, (LEFT, SIDE_RIGHT, 257.0))
    title("分析师", y + 26)
    y += 46
    small = Ink(size=7.2)
    for analyst in cover["analysts"]:
        sheet.text(LEFT + 3, y, f"分析师 {analyst['name']}", Ink("serif", 8.6, True))
        sheet.text(LEFT + 3, y + 12, f"执业证书编号：{analyst['sac_no']}", small)
        sheet.text(LEFT + 3, y + 23, f"邮箱：{analyst['email']}", small)
        y += 42
    return truth


def _statements(sheet: Sheet, furniture: Any, made: Modelled) -> list[TableTruth]:
    """Two grids side by side, each with one head of years for the two statements in it."""
    sheet.new_page()
    furniture(sheet)
    sheet.text(LEFT, 50, "[Table_Finance]", Ink(size=6.0, hidden=True))
    sheet.text(LEFT, 60, "附录：财务预测", Ink("serif", 12.0, True, RED))
    truths: list[TableTruth] = []
    lowest = 0.0
    middle = (LEFT + RIGHT) / 2
    for x0, x1, keys in (
        (LEFT, middle - 5, ("balance", "cash_flow")),
        (middle + 5, RIGHT, ("income", "ratios")),
    ):
        columns = Columns.statement(x0, x1, 60.0, 5, "center")
        setter = Setter(sheet, STATEMENTS, columns, Room(PAGE_HEIGHT, lambda: 0.0))
        bottom = setter.grid([made.tables[key] for key in keys], 70.0, sub_heads=True)
        if bottom > FOOT - 14:
            raise ValueError(f"the statements run to {bottom:.0f}, into the foot")
        truths += setter.truths
        lowest = max(lowest, bottom)
    sheet.text(LEFT, lowest + 10, "资料来源：公司公告，观澜证券研究所预测", Ink("serif", 6.8, colour=GREY))
    return truths
