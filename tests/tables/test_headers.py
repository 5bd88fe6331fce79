from __future__ import annotations

import pytest

from pipeline.layout.lines import Segment, segments_of
from pipeline.reading.page import Word, bounds
from pipeline.tables.columns import Column
from pipeline.tables.headers import place_heads, place_levels, unwrapped
from tests.layout.pages import Align, line, page, put
from tests.tables.grids import table_of

# A stub and six value columns, 30 points apart.
STUB = Column(40, 100, False)
SIX = [Column(120 + 30 * n, 140 + 30 * n, True) for n in range(6)]
PERIODS = ["2024A", "2025E", "2026E"] * 2


def level(*heads: tuple[str, float], align: Align = "left", y: float = 100) -> list[Segment]:
    words: list[Word] = [w for text, x in heads for w in put(text, x, y, align=align)]
    return segments_of(words, gap=0.9)


def years(columns: list[Column]) -> list[Segment]:
    return level(*((p, c.x1) for p, c in zip(PERIODS, columns, strict=False)), align="right")


def spans(levels: list[list[Segment]], columns: list[Column]) -> list[list[tuple[str, int, int]]]:
    return [[(h.text, h.first, h.last) for h in placed] for placed in place_levels(levels, columns)]


@pytest.mark.parametrize(
    ("align", "first", "second"),
    [("centre", 160, 250), ("right", 200, 290), ("left", 120, 210)],
)
def test_heads_of_two_multiples_stand_over_three_years_each(
    align: Align, first: float, second: float
) -> None:
    top = level(("PE(倍)", first), ("PB(倍)", second), align=align)
    assert spans([top, years(SIX)], [STUB, *SIX])[0] == [("PE(倍)", 1, 3), ("PB(倍)", 4, 6)]


def test_a_head_over_one_column_beside_heads_over_three() -> None:
    market = Column(120, 150, True)
    columns = [STUB, market, *(Column(c.x0 + 50, c.x1 + 50, True) for c in SIX)]
    top = level(("公司", 40), ("总市值", 122), ("PE(倍)", 200), ("PB(倍)", 290))
    low = level(("(亿元)", 124)) + years(columns[2:])
    assert spans([top, low], columns) == [
        [("公司", 0, 0), ("总市值", 1, 1), ("PE(倍)", 2, 4), ("PB(倍)", 5, 7)],
        [("(亿元)", 1, 1), *((p, n + 2, n + 2) for n, p in enumerate(PERIODS))],
    ]


def test_a_price_date_over_one_column_does_not_make_that_column_timed() -> None:
    price = Column(120, 160, True)
    columns = [STUB, price, *(Column(c.x0 + 60, c.x1 + 60, True) for c in SIX)]
    top = level(("收盘价", 126), ("EPS(元)", 206), ("PE(倍)", 298))
    low = level(("2025/05/08", 120)) + years(columns[2:])
    assert spans([top, low], columns) == [
        [("收盘价", 1, 1), ("EPS(元)", 2, 4), ("PE(倍)", 5, 7)],
        [("2025/05/08", 1, 1), *((p, n + 2, n + 2) for n, p in enumerate(PERIODS))],
    ]


@pytest.mark.parametrize("marks", [["A", "A", "E", "E", "E", "E"], ["(Huatai)"] * 6])
def test_a_second_line_of_the_years_belongs_to_each(marks: list[str]) -> None:
    wide = [Column(120 + 45 * n, 140 + 45 * n, True) for n in range(6)]
    whole = ["2022", "2023", "2024", "2025", "2026", "2027"]
    top = level(*((p, c.xc) for p, c in zip(whole, wide, strict=True)), align="centre")
    low = level(*((m, c.xc) for m, c in zip(marks, wide, strict=True)), align="centre")
    assert spans([top, low], [STUB, *wide])[1] == [(m, n + 1, n + 1) for n, m in enumerate(marks)]


def test_a_stub_head_stands_over_the_labels() -> None:
    heads = level(("会计年度", 40)) + years(SIX)
    assert spans([heads], [STUB, *SIX])[0][0] == ("会计年度", 0, 0)


def test_one_head_does_not_stand_over_the_same_year_twice() -> None:
    columns = [STUB, *(Column(120 + 40 * n, 140 + 40 * n, True) for n in range(6))]
    # Both heads are set right of their centres: by distance alone the first would take four columns.
    top = level(("净利润", 185), ("市盈率", 305), align="centre")
    assert spans([top, years(columns[1:])], columns)[0] == [("净利润", 1, 3), ("市盈率", 4, 6)]


def test_the_words_of_a_head_in_one_column_are_one_head() -> None:
    columns = [STUB, Column(120, 190, True), Column(220, 240, True)]
    heads = level(("归母净利润", 120), ("亿元", 170), ("2025E", 220))
    assert spans([heads], columns)[0] == [("归母净利润 亿元", 1, 1), ("2025E", 2, 2)]


def test_no_heads_and_no_columns() -> None:
    assert place_heads([], SIX, PERIODS) == []
    assert place_heads(years(SIX), [], []) == []
    assert spans([[]], [STUB, *SIX]) == [[]]


def test_more_heads_than_columns_are_not_forced_into_place() -> None:
    assert place_heads(years(SIX), SIX[:2], PERIODS[:2]) == []


def test_columns_may_stay_without_a_head() -> None:
    placed = place_heads(level(("EPS", 160), align="centre"), SIX, PERIODS)
    assert [(h.text, h.first, h.last) for h in placed] == [("EPS", 0, 2)]


def test_a_unit_left_of_its_narrow_numbers_stays_off_the_years_beside_it() -> None:
    # `元` stands 4 points left of the column of prices, far from the first year.
    columns = [Column(40, 80, False), Column(106, 122, True), *SIX[1:4]]
    placed = place_levels([level(("元", 94), ("2019E", 148), ("2020E", 178), ("2021E", 208))], columns)
    assert [(h.text, h.first, h.last) for h in placed[0]] == [
        *(("元", 1, 1), ("2019E", 2, 2), ("2020E", 3, 3), ("2021E", 4, 4))
    ]


def test_a_head_beside_a_column_widened_by_an_average_stands_over_its_own() -> None:
    # 行业平均 is set over codes and prices, so the column of codes reaches under the head of the prices.
    columns = [Column(54, 116, False), Column(116, 179, True), Column(180, 203, True), Column(246, 272, True)]
    heads = level(("股票简称", 56), ("股票代码", 114), ("当前股价", 170))
    assert spans([heads], columns) == [[("股票简称", 0, 0), ("股票代码", 1, 1), ("当前股价", 2, 2)]]


@pytest.mark.parametrize(
    ("upper", "lower", "text"),
    [
        ("24E-26E 收", "入 CAGR", "24E-26E 收入 CAGR"),
        ("未来三年净利", "复合增速", "未来三年净利复合增速"),
        ("首发时 A", "股价格", "首发时 A股价格"),
    ],
)
def test_a_head_that_wraps_in_its_column_is_one(upper: str, lower: str, text: str) -> None:
    columns = [STUB, *SIX[:3], Column(215, 260, True)]
    # The single line of the neighbours stands half a line lower than the first of the wrapped head.
    top = level(("PE(倍)", 152), (upper, 216), y=100)
    middle = level(("公司名称", 42), y=106)
    low = [*level((lower, 216), y=114), *level(*((p, c.x1) for p, c in zip(PERIODS, SIX[:3], strict=False)),
                                                align="right", y=114)]  # fmt: skip
    levels = unwrapped(place_levels([top, middle, low], columns))
    assert [(h.text, h.depth) for h in levels[0]] == [("PE(倍)", 1), (text, 3)]
    assert [[h.text for h in heads] for heads in levels[1:]] == [["公司名称"], ["2024A", "2025E", "2026E"]]


def test_a_level_that_holds_only_second_lines_is_none() -> None:
    levels = unwrapped(
        place_levels([level(("占直营收", 120)), level(("入比重", 120), y=113)], [STUB, SIX[0]])
    )
    assert [[(h.text, h.depth) for h in heads] for heads in levels] == [[("占直营收入比重", 1)]]


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("总市值", "亿元"),
        ("总股本", "亿股"),
        ("2019 年", "单价"),
        ("归母净利", "2025E"),
        ("涨幅", "(%)"),
        ("25E-29E", "增速"),
    ],
)
def test_units_and_periods_are_levels_of_their_own(upper: str, lower: str) -> None:
    levels = unwrapped(place_levels([level((upper, 120)), level((lower, 120), y=113)], [STUB, SIX[0]]))
    assert [[h.text for h in heads] for heads in levels] == [[upper], [lower]]


def test_lines_far_apart_are_no_wrapped_head() -> None:
    levels = unwrapped(
        place_levels([level(("占直营收", 120)), level(("入比重", 120), y=140)], [STUB, SIX[0]])
    )
    assert len(levels) == 2


def test_two_heads_part_eight_columns_although_names_stand_behind_their_codes() -> None:
    """The labels are column 0, the codes left of them another; each head touches a column or two only."""
    edges = [(125, 161), (63, 103), (191, 212), (255, 276), (311, 351), (375, 411), (446, 466), (506, 529)]
    columns = [Column(x0, x1, False) for x0, x1 in edges]
    top = level(("涨幅前五名", 153), ("跌幅前五名", 401))
    low = level(*((f"头{n}", x0) for n, (x0, _) in enumerate(edges)))
    assert spans([top, low], columns)[0] == [("涨幅前五名", 0, 3), ("跌幅前五名", 4, 7)]
    # Without a level of one head a column it is not known what two heads part.
    assert spans([top], columns)[0] != [("涨幅前五名", 0, 3), ("跌幅前五名", 4, 7)]


def test_a_head_over_columns_that_are_no_neighbours_by_number_is_several() -> None:
    columns = [Column(125, 161, False), Column(191, 212, True), Column(63, 103, True), Column(255, 276, True)]
    top = level(("涨幅", 103), ("跌幅", 225))
    low = level(("名称", 125), ("股价", 191), ("代码", 63), ("跌", 260))
    parts = [("涨幅", 0, 0), ("跌幅", 1, 1), ("涨幅", 2, 2), ("跌幅", 3, 3)]
    assert sorted(spans([top, low], columns)[0], key=lambda part: part[1]) == parts


def test_actual_and_forecast_stand_over_the_years_that_are_so_marked() -> None:
    columns = [STUB, *(Column(140 + 140 * n, 160 + 140 * n, True) for n in range(3))]
    low = level(
        *((p, c.x1) for p, c in zip(("2021A", "2022A", "2025E"), columns[1:], strict=True)), align="right"
    )
    # Centred over two wide cells 实际 stands right above the first number; 预测值 over the last.
    top = level(("实际", 144), ("预测值", 418))
    assert spans([top, low], columns)[0] == [("实际", 1, 2), ("预测值", 3, 3)]


def test_a_head_in_the_middle_over_three_years_and_the_growth_behind_them() -> None:
    columns = [STUB, *SIX, Column(300, 320, True)]
    # 归母净利润 over 2024A 2025E 2026E and CAGR, PE over three years more.
    top = level(("归母净利润", 175), ("PE", 280), align="centre")
    growth = level(("CAGR", 230), align="right", y=112)
    shown = ((PERIODS[n], SIX[n].x1) for n in (0, 1, 2, 4, 5))
    below = level(*shown, ("2027E", 320), align="right", y=110)
    assert spans([top, below, growth], columns)[0] == [("归母净利润", 1, 4), ("PE", 5, 7)]


@pytest.mark.parametrize("over", [190, 176])
def test_one_head_over_all_years_stands_above_heads_in_the_middle_of_both_levels(over: float) -> None:
    """`PE` in the middle of the years, or of cells at whose right side these stand."""
    words = [
        *put("PE", over, 94, align="centre"),
        *line(100, ("证券代码", 10), ("公司名称", 60), ("股价", 110)),
    ]
    words += line(106, ("2024E", 160), ("2025E", 200))
    for n, (code, name) in enumerate(
        (("002821.SZ", "凯莱英"), ("603259.SH", "药明康德"), ("300347.SZ", "泰格医药"))
    ):
        words += line(120 + 13 * n, (code, 10), (name, 60), ("75.20", 108), ("15.2", 164), ("12.1", 204))
    table = table_of(page(words))
    assert table.heads == ("公司名称", "证券代码", "股价", "PE|2024E", "PE|2025E")


def flush_right(text: str, ends: list[float], size: float = 7.0) -> Segment:
    """A head of one word whose characters end at these places."""
    x = (ends[0] - size, *ends)
    word = Word(text, x[0], 100, x[-1], 100 + size, size, "SimSun", False, (0, 0, 0), x)
    return Segment((word,), text, bounds([word]))


def test_heads_set_as_one_word_are_cut_at_the_end_of_a_column() -> None:
    # 占比 | 产量（万吨） as printed: the advance behind 比 is 8.3 points, the others 7.0.
    columns = [Column(429, 448.9, True), Column(482.7, 492.4, True)]
    touching = flush_right("占比产量（万吨）", [442.0, 450.3, 457.4, 464.5, 471.4, 478.5, 485.5, 492.4])
    assert spans([[touching]], columns) == [[("占比", 0, 0), ("产量（万吨）", 1, 1)]]
    even = flush_right("占比产量（万吨）", [443.4 + 7 * n for n in range(8)])
    assert [text for text, _, _ in spans([[even]], columns)[0]] == ["占比产量（万吨）"]


def test_a_head_over_columns_does_not_reach_over_a_head_beside_it() -> None:
    places = [(125, 141), (158, 173), (182, 198), (206, 222), (281, 296), (313, 329), (337, 352), (360, 376)]
    columns = [Column(x0, x1, True) for x0, x1 in places]
    heads = level(("价值(亿元)", 110), ("二阶段增长", 170), ("价值(亿元)", 262), ("二阶段增长", 324.5))
    assert spans([heads], columns)[0] == [
        *(("价值(亿元)", 0, 0), ("二阶段增长", 1, 3), ("价值(亿元)", 4, 4), ("二阶段增长", 5, 7))
    ]


def test_a_year_with_its_sign_is_no_head_of_its_own() -> None:
    columns = [Column(103, 119, False), Column(148, 175, True), Column(252, 268, True)]
    heads = level(("2021 年市场规模", 103), ("增速", 252))
    assert [text for text, _, _ in spans([heads], columns)[0]] == ["2021 年市场规模", "增速"]


def test_heads_that_begin_again_stand_under_the_year_that_is_centred_over_wide_cells() -> None:
    # Cells of 30 points, numbers of 10 at their right: the middle of three cells is left of the first number.
    columns = [STUB, *(Column(150 + 30 * n, 160 + 30 * n, True) for n in range(6))]
    top = level(("2025E", 147), ("2026E", 262), align="centre")
    low = level(
        *((name, c.x1) for name, c in zip(["旧", "新", "差"] * 2, columns[1:], strict=True)), align="right"
    )
    assert spans([top, low], columns)[0] == [("2025E", 1, 3), ("2026E", 4, 6)]
    other = level(*((name, c.x1) for name, c in zip("旧新差旧新旧", columns[1:], strict=True)), align="right")
    assert spans([top, other], columns)[0] != [("2025E", 1, 3), ("2026E", 4, 6)]


def test_a_head_in_three_lines_beside_heads_in_two_loses_none_of_them() -> None:
    """`FY` `2025` `A` begins half a line above `FY` `2024A`; the table's name stands beside its year."""
    words = [
        *line(96, ("FY", 184)),
        *line(100, ("FY", 144), ("FY", 224)),
        *line(104.5, ("财务比率", 40), ("2025", 180)),
        *line(109, ("2024A", 140), ("2026E", 220)),
        *line(113, ("A", 186)),
        *line(126, ("净利率(%)", 40), ("10.4", 144), ("11.7", 184), ("12.4", 224)),
        *line(138, ("毛利率(%)", 40), ("20.4", 144), ("21.7", 184), ("22.4", 224)),
        *line(150, ("市净率", 40), ("6.0", 148), ("5.9", 188), ("5.7", 228)),
    ]
    table = table_of(page(words))
    assert [head.replace("|", "") for head in table.heads[1:]] == ["FY2024A", "FY2025A", "FY2026E"]


def test_no_head_stands_over_a_year_and_an_earlier_one_where_years_run_on() -> None:
    """`(%)` at the right of its one year is not over the last year of the head before it, too."""
    columns = [STUB, *(Column(120 + 38 * n, 139 + 38 * n, True) for n in range(5))]
    top = level(("P/E(x)", 136), ("EV/EBITDAx", 196)) + level(("(%)", columns[5].x1), align="right")
    low = level(
        *((p, c.x1) for p, c in zip(["FY25E", "FY26E"] * 2 + ["FY25E"], columns[1:], strict=True)),
        align="right",
        y=113,
    )
    assert spans([top, low], columns)[0] == [("P/E(x)", 1, 2), ("EV/EBITDAx", 3, 4), ("(%)", 5, 5)]
