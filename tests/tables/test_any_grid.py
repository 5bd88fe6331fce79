"""Any consistent grid comes back as it was set: labels, heads, values, whatever its pitch and alignment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reading.page import Word
from pipeline.tables.find import find_tables
from tests.layout.pages import Align, page, put, width
from tests.tables.grids import rows_of

# Row heads as brokers print them, none of which opens a statement of its own.
PRINTED = """
营业收入 营业成本 税金及附加 销售费用 管理费用 研发费用 财务费用 资产减值损失 公允价值变动收益
投资净收益 营业利润 营业外收入 营业外支出 利润总额 所得税 净利润 少数股东损益 归属母公司净利润 EBITDA
EPS（元） 现金 应收账款 预付账款 存货 其他流动资产 非流动资产 长期投资 固定资产 无形资产 资产总计
流动负债 短期借款 应付账款 长期借款 负债合计 少数股东权益 股本 资本公积 留存收益 归属母公司股东权益
经营活动现金流 折旧摊销 营运资金变动 资本支出 现金净增加额 营业收入增长率(%) 毛利率(%) 净利率(%) ROE(%)
ROIC(%) 资产负债率(%) 流动比率 速动比率 总资产周转率 每股净资产(元) P/E P/B EV/EBITDA YoY 同比 占比
"""
LABELS = PRINTED.split()


@dataclass(frozen=True)
class Grid:
    """A block as it is meant: what is printed, and how it is set."""

    labels: list[str]
    heads: list[str]
    values: list[list[str]]
    size: float
    pitch: float  # in em
    gap: float  # between columns, in em
    stub_gap: float  # between the longest label and the first column, in em
    align: Align

    @property
    def column(self) -> float:
        """Width of a value column in points, its gap included."""
        texts = [*self.heads, *(v for row in self.values for v in row)]
        return max(width(t, self.size) for t in texts) + self.gap * self.size

    @property
    def stub(self) -> float:
        """Width of the label column in points."""
        return max(width(t, self.size) for t in self.labels) + self.stub_gap * self.size

    @property
    def width(self) -> float:
        """Width of the whole block in points."""
        return self.stub + self.column * len(self.heads)

    def words(self, x: float, y: float) -> list[Word]:
        """The block with its left edge at `x` and the line of its heads at `y`."""
        room = self.column - self.gap * self.size
        edge = {"left": 0.0, "centre": room / 2, "right": room}[self.align]
        placed: list[Word] = []
        for number, (label, cells) in enumerate(
            zip(["", *self.labels], [self.heads, *self.values], strict=True)
        ):
            at = y + number * self.pitch * self.size
            placed += put(label, x, at, size=self.size) if label else []
            for column, text in enumerate(cells):
                if not text:
                    continue
                place = x + self.stub + column * self.column + edge
                placed += put(text, place, at, size=self.size, align=self.align)
        return placed


def _number(random: Random) -> str:
    """A printed number of any size in one of the usual dresses."""
    number = int(10 ** random.uniform(0, 7))
    return random.choice(
        [
            f"{number:,}.0",
            f"{number / 100:,.2f}",
            f"({number:,})",
            f"{number % 1000 / 10:.1f}%",
            f"-{number % 10_000 / 100:.2f}",
            f"{number % 1000 / 10:.1f}x",
            "-",
        ]
    )


@st.composite
def grids(draw: st.DrawFn, most_columns: int = 8, fewest_rows: int = 3, most_rows: int = 30) -> Grid:
    columns, rows = draw(st.integers(2, most_columns)), draw(st.integers(fewest_rows, most_rows))
    year, actual = draw(st.integers(2015, 2024)), draw(st.integers(0, columns))
    marks = draw(st.sampled_from([("A", "E"), ("", "E"), ("A", "F"), ("", "")]))
    # From a seed: a page of numbers drawn one by one takes minutes to shrink.
    random = Random(draw(st.integers(0, 9_999)))
    return Grid(
        labels=random.sample(LABELS, rows),
        heads=[f"{year + n}{marks[n >= actual]}" for n in range(columns)],
        values=[[_number(random) for _ in range(columns)] for _ in range(rows)],
        size=draw(st.sampled_from([6.5, 7.0, 7.5, 8.0, 9.0])),
        pitch=draw(st.floats(1.25, 2.2)),
        gap=draw(st.floats(0.6, 3.0)),
        stub_gap=draw(st.floats(0.8, 5.0)),
        align=draw(st.sampled_from(["left", "centre", "right"])),
    )


def found(words: list[Word], sheet: float) -> list[tuple[list[str], list[list[str]]]]:
    """Heads and rows of every table of a page, from the left."""
    tables = sorted(find_tables([page(words, width=sheet)]), key=lambda t: t.box.x0)
    return [(list(t.heads[1:]), rows_of(t)) for t in tables]


def meant(grid: Grid) -> tuple[list[str], list[list[str]]]:
    """The grid as `found` gives it."""
    return grid.heads, [[label, *cells] for label, cells in zip(grid.labels, grid.values, strict=True)]


QUICK = settings(max_examples=100)


@QUICK
@given(grids(), st.floats(25, 60), st.floats(60, 120))
def test_a_grid_alone_on_its_page(grid: Grid, x: float, y: float) -> None:
    assert found(grid.words(x, y), x + grid.width + 30) == [meant(grid)]


@QUICK
@given(grids(most_columns=4, most_rows=15), grids(most_columns=4), st.floats(1.5, 4.0), st.floats(0, 30))
def test_two_grids_side_by_side_with_pitches_of_their_own(
    left: Grid, right: Grid, apart: float, lower: float
) -> None:
    x = 30 + left.width + apart * max(left.size, right.size)
    sheet = x + right.width + 30
    assert found(left.words(30, 80) + right.words(x, 80 + lower), sheet) == [meant(left), meant(right)]


@QUICK
@given(grids(), st.floats(-0.3, 0.3), st.integers(0, 9_999))
def test_blank_cells_and_labels_that_all_stand_a_little_off(grid: Grid, off: float, seed: int) -> None:
    random = Random(seed)
    values = [[("" if random.random() < 0.25 else v) for v in row] for row in grid.values]
    # At least one number in a row, two in the first, one in a column: otherwise nothing shows where they are.
    values = [row if any(row) else whole for row, whole in zip(values, grid.values, strict=True)]
    holed = replace(grid, values=[grid.values[0], *values[1:]])
    words = [
        w._replace(top=w.top + off * w.size, bottom=w.bottom + off * w.size) if w.text in grid.labels else w
        for w in holed.words(30, 80)
    ]
    assert found(words, grid.width + 60) == [meant(holed)]


PRINTED_LONG = """
归属于母公司股东的净利润 以公允价值计量且其变动计入当期损益的金融资产
购建固定资产无形资产和其他长期资产支付的现金 经营活动产生的现金流量净额 扣除非经常性损益后的净利润
归属于母公司所有者权益合计 一年内到期的非流动负债
"""
LONG = PRINTED_LONG.split()


def _wrapped(label: str, em: int) -> list[str]:
    return [label[i : i + em] for i in range(0, len(label), em)]


@QUICK
@given(
    grid=grids(fewest_rows=10),
    em=st.integers(7, 9),
    apart=st.floats(0.45, 1.2),
    beside=st.sampled_from(["first", "middle", "last"]),
    seed=st.integers(0, 9_999),
)
def test_long_labels_wrapped_at_the_end_of_their_column(
    grid: Grid, em: int, apart: float, beside: str, seed: int
) -> None:
    random = Random(seed)
    # Among rows of one line: two or three rows do not tell the step of rows from that of lines.
    short = [label for label in LABELS if width(label, 1) <= em]
    first, *others, last = random.sample(short, len(grid.labels) - 2)
    others += random.sample(LONG, 2)
    random.shuffle(others)
    labels = [first, *others, last]
    size, x, words = grid.size, 30 + (em + 1.0) * grid.size, []
    edges = []
    for column in zip(grid.heads, *grid.values, strict=True):
        x += max(width(text, size) for text in column) + min(grid.gap, 1.5) * size
        edges.append(x)
    for head, edge in zip(grid.heads, edges, strict=True):
        words += put(head, edge, 80, size=size, align="right")
    y = 80 + 1.6 * size
    for label, cells in zip(labels, grid.values, strict=True):
        parts = _wrapped(label, em) if label in LONG else [label]
        for n, part in enumerate(parts):
            words += put(part, 30, y + 1.15 * size * n, size=size)
        height = 1.15 * size * (len(parts) - 1)
        at = y + {"first": 0.0, "middle": height / 2, "last": height}[beside]
        for text, edge in zip(cells, edges, strict=True):
            words += put(text, edge, at, size=size, align="right")
        y += height + (1.15 + apart) * size
    rows = [[label, *cells] for label, cells in zip(labels, grid.values, strict=True)]
    assert found(words, x + 30) == [(grid.heads, rows)]
