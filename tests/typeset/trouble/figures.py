"""Tables of a random company in a random house's print: labels chosen, figures rounded, gaps left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from tests.typeset.company import Company
from tests.typeset.facts import Row, Table
from tests.typeset.printing import printed

from .words import PEERS, STATEMENTS, TITLES, Form, Line

UNIT_HEAD = "单位"
MINUS = {"minus": "-", "full": "－", "true": "−"}


@dataclass(frozen=True, slots=True)
class Print:
    """How a house prints its figures."""

    commas: bool = True
    digits: int = 0  # of money
    mixed: bool = False  # amounts below a thousand have two digits after the point, whatever `digits`
    negative: str = "minus"  # minus, parentheses, full (－5), true (−5)
    percent_sign: bool = False
    times: str = ""  # behind a multiple: x, 倍
    zero: str = "0"  # what stands for an amount of nothing: itself, or a dash
    gap: str = "-"  # what stands for a figure that there is none of
    gaps: float = 0.0  # how often there is none

    def text(self, value: Decimal, form: Form) -> str:
        """The figure as printed."""
        digits = {"money": self.digits, "share": 2, "percent": 1, "times": 1, "turns": 2}[form]
        if form == "money" and self.mixed:
            digits = 2 if abs(value) < 1000 else 0
        if form == "money" and not round(value, digits) and self.zero != "0":
            return self.zero
        suffix = {"percent": "%" if self.percent_sign else "", "times": self.times}.get(form, "")
        negative = "parentheses" if self.negative == "parentheses" else "minus"
        text = printed(value, f"{digits}{suffix}", "parentheses" if negative == "parentheses" else "minus")
        if not self.commas:
            text = text.replace(",", "")
        return text.replace("-", MINUS[self.negative]) if negative == "minus" else text


def _cells(line: Line, books: Company, print_: Print, years: int, random: Random) -> list[str]:
    sign, code = (-1, line.code[1:]) if line.code.startswith("-") else (1, line.code)
    cells = []
    for year in range(1, years + 1):
        value = sign * books[code][year]
        # What the year before the first printed one would be needed for is often left out.
        unknown = year == 1 and line.form == "percent" and "growth" in code and random.random() < print_.gaps
        meaningless = line.form == "times" and value < 0 and print_.gaps > 0
        cells.append(print_.gap if unknown or meaningless else print_.text(value, line.form))
    return cells


def _printed_label(line: Line, random: Random, print_: Print) -> str:
    """One of the line's names; a percent sign stands beside the label or behind the figures."""
    fitting = [
        x for x in line.labels if line.form != "percent" or ("%" in x or "％" in x) != print_.percent_sign
    ]
    return random.choice(fitting or list(line.labels))


def statement(
    kind: str,
    books: Company,
    print_: Print,
    head: tuple[tuple[str, ...], ...],
    random: Random,
    *,
    keep: float,
    unit: str = "",
) -> Table:
    """A statement, ratio block or summary; lines that may be missing are kept with the chance `keep`.

    With a `unit` (of amounts) each row prints its unit in a column of its own between label and numbers.
    """
    units = {"money": unit, "share": "元", "percent": "%", "times": "倍", "turns": "次"}
    blank = ("",) if unit else ()
    years = len(head[-1]) - 1
    rows: list[Row] = []
    indents = random.random() < 0.5
    used: set[str] = set()
    lines = random.choice(STATEMENTS[kind])
    # Ratios without their sub-headings; a title such as 主要财务指标 would not tell them from a summary.
    bare = random.random() < 0.3
    for line in lines:
        if line.section:
            if not bare:
                rows.append(Row((random.choice(line.labels), *blank, *[""] * years), section=True, bold=True))
            continue
        if not line.must and random.random() > keep:
            continue
        label = _printed_label(line, random, print_)
        if label in used and kind != "forecast_summary":
            continue
        used.add(label)
        depth = int(indents and not line.total and kind in ("balance_sheet", "cash_flow"))
        own = (units[line.form],) if unit else ()
        rows.append(Row((label, *own, *_cells(line, books, print_, years, random)), depth, line.total))
    title = random.choice(TITLES[kind][:2] if bare else TITLES[kind])
    whole = [
        row
        for at, row in enumerate(rows)
        if not row.section or (at + 1 < len(rows) and not rows[at + 1].section)
    ]
    if unit:
        named = len(head) - 1
        head = tuple((level[0], UNIT_HEAD if n == named else "", *level[1:]) for n, level in enumerate(head))
    return Table(kind, title, head, tuple(whole))


def segments(
    books: Company, print_: Print, head: tuple[tuple[str, ...], ...], random: Random, *, merged: bool
) -> Table:
    """Sales, growth, share and margin of each business, its name over them or merged at their left."""
    years = len(head[-1]) - 1
    rows: list[Row] = []
    growth = random.choice(["YoY", "同比(%)", "增长率（%）", "同比增速"])
    items: list[tuple[str, str, Form]] = [
        ("revenue", random.choice(["收入", "营业收入", "销售收入"]), "money")
    ]
    items += [("growth", growth, "percent")]
    items += random.sample(
        [("share", random.choice(["占比(%)", "收入占比"]), "percent"), ("margin", "毛利率", "percent")], 2
    )
    style = "merged" if merged else random.choice(["head", "section"])
    first = ("",) if merged else ()
    for name in books.segments:
        for at, (code, label, form) in enumerate(items):
            cells = _cells(Line(f"{name}.{code}", (), form), books, print_, years, random)
            # Growth and share are those of the sales printed above them, a margin is the business's.
            heads = (name, items[0][1]) if code in ("growth", "share") else (name,)
            if style == "merged":
                rows.append(Row((name if at == 0 else "", label, *cells), heads=heads))
            elif style == "head":
                rows.append(Row((name if at == 0 else label, *cells), 0 if at == 0 else 1, at == 0))
            else:
                if at == 0:
                    rows.append(Row((name, *[""] * years), section=True))
                rows.append(Row((label, *cells), 1, heads=heads))
    total = _cells(Line("revenue", ()), books, print_, years, random)
    name = random.choice(["合计", "营业收入合计", "总收入"])
    last = Row(
        (*(("",) if not merged else (name,)), name, *total)[(0 if merged else 1) :],
        bold=True,
        span=2 if merged else 1,
        flush=random.random() < 0.5,
    )
    if style != "section":
        rows.append(last)
    whole = tuple((*first, *level) for level in head)
    return Table(
        "segments",
        random.choice(TITLES["segments"]),
        whole,
        tuple(rows),
        label_column=len(first),
        merged_column=0 if merged else None,
    )


def comps(years: Sequence[str], random: Random, *, average: bool) -> tuple[Table, int]:
    """Companies with price, value and multiples, whether with a code column; the mean over them."""
    coded = random.random() < 0.7
    peers = random.sample(PEERS, random.randint(3, 7))
    count = len(years)
    ratios = [random.choice(["PE", "PE（倍）", "市盈率"]), random.choice(["PB", "PS（倍）", "EPS（元）"])][
        : random.randint(1, 2)
    ]
    plain = [
        random.choice(["收盘价", "收盘价(元)", "股价"]),
        random.choice(["总市值", "市值（亿元）", "总市值(亿元)"]),
    ]
    front = ["证券代码", "公司名称"] if coded else ["公司名称"]
    upper = (*front, *plain, *(name for name in ratios for _ in years))
    lower = (*[""] * (len(front) + 2), *(year for _ in ratios for year in years))
    rows: list[Row] = []
    columns: list[list[Decimal]] = [[] for _ in range(2 + count * len(ratios))]
    for code, name in peers:
        figures = [Decimal(random.randint(300, 90000)) / 100, Decimal(random.randint(1000, 900000)) / 10]
        for _ in ratios:
            value = Decimal(random.randint(600, 9000)) / 100
            for _ in years:
                figures.append(value)
                value = value * Decimal(random.randint(60, 95)) / 100
        cells = [
            printed(figures[0], "2"),
            printed(figures[1], random.choice("0")),
            *(printed(v, "1") for v in figures[2:]),
        ]
        for column, cell in zip(columns, cells, strict=True):
            column.append(Decimal(cell.replace(",", "")))
        rows.append(Row(((code, name) if coded else (name,)) + tuple(cells)))
    if average:
        means = [printed(sum(column, Decimal(0)) / len(column), "1") for column in columns[2:]]
        label = random.choice(["平均值", "均值", "可比公司平均", "平均"])
        rows.append(Row((*([label] * len(front)), "", "", *means), bold=True, span=len(front)))
    at = len(front) - 1
    return Table("comps", random.choice(TITLES["comps"]), (upper, lower), tuple(rows), label_column=at), at


def revisions(books: Company, print_: Print, years: Sequence[str], random: Random) -> Table:
    """Forecasts before and after they were changed and by how much, by year or by version first."""
    old, new, change = random.choice(
        [("调整前", "调整后", "变动幅度(%)"), ("原预测", "新预测", "变动(%)"), ("旧", "新", "变化率(%)")]
    )
    versions = (old, new, change)
    by_year = random.random() < 0.4
    pairs = (
        [(y, v) for y in years for v in versions] if by_year else [(v, y) for v in versions for y in years]
    )
    items: list[tuple[str, str, Form]] = [
        ("revenue", random.choice(["营业收入", "营业总收入（百万元）"]), "money"),
        ("parent_profit", random.choice(["归母净利润", "归母净利润（百万元）"]), "money"),
        ("eps", random.choice(["EPS（元）", "每股收益（元）"]), "share"),
    ]
    rows: list[Row] = []
    for code, label, form in items:
        cells: dict[tuple[str, str], str] = {}
        for at, year in enumerate(years, start=1):
            value = books[code][-at]
            before = value * Decimal(random.randint(80, 120)) / 100
            by = (value / before - 1) * 100 if before else Decimal(0)
            cells[year, old], cells[year, new] = print_.text(before, form), print_.text(value, form)
            cells[year, change] = print_.text(by, "percent")
        keys = pairs if by_year else [(y, v) for v, y in pairs]
        rows.append(Row((label, *(cells[key] for key in keys))))
    head = tuple(("", *level) for level in zip(*pairs, strict=True))
    return Table("forecast_summary", random.choice(TITLES["revisions"]), head, tuple(rows))
