"""Lists and grids beside the statements: numbered rows, heads over several columns, headings between rows."""

from __future__ import annotations

from tests.layout.pages import line, page, put, sketch, width
from tests.tables.grids import labels_of, row_of, rows_of, table_of, tables_of


def test_headings_centred_over_a_table_of_periods_head_sections() -> None:
    words = sketch(
        """
        指标项         2023   2024   2025E
                     设计业务
        营业收入       5.00   6.00   7.00
        毛利率        92.5%  93.4%  93.0%
                     施工业务
        营业收入       8.62   7.87   9.44
        毛利率        31.5%  35.9%  40.0%
                     海外业务
        营业收入       1.94   2.03   2.24
        """
    )
    table = table_of(page(words))
    assert table.heads == ("指标项", "2023", "2024", "2025E")
    assert labels_of(table) == [
        "设计业务", "营业收入", "毛利率", "施工业务", "营业收入", "毛利率", "海外业务", "营业收入",
    ]  # fmt: skip


NUMBERED = """
        序号   供应商名称         采购金额   采购品种    占比
        1      甲食品科技公司     1,739.10   专用油      21.39%
        2      乙小麦工业公司       991.84   专用粉       4.40%
        3      丙环保制品公司       507.56   蛋挞杯       5.08%
        4      丁工贸公司           828.92   蛋挞杯       8.30%
        """


def test_a_list_whose_rows_are_numbered() -> None:
    table = table_of(page(sketch(NUMBERED)))
    assert table.heads == ("供应商名称", "序号", "采购金额", "采购品种", "占比")
    assert row_of(table, "乙小麦工业公司") == ["2", "991.84", "专用粉", "4.40%"]


def test_a_ranking_of_words_alone_is_no_list_of_numbers() -> None:
    words = sketch(
        """
        综合排名      供应商      排名      车企
        1             甲          1         子
        2             乙          2         丑
        3             丙          3         寅
        4             丁          4         卯
        """
    )
    assert tables_of(page(words)) == []


def test_years_that_stand_over_the_first_of_their_columns() -> None:
    words = sketch(
        """
        项目            2018年                 2019年                           2020年
                        销售额      单价       销售额      单价      变动       销售额      单价      变动
        蛋挞皮          7,952.65    14.31      9,107.33    14.50     1.30%      8,664.30    14.72     1.50%
        芝麻球          8,954.79     7.82      9,033.79     7.99     2.16%      9,830.79     7.98    -0.09%
        油条            4,497.85    11.68      6,815.12    11.75     0.53%      6,503.15    11.82     0.65%
        地瓜丸          4,403.52     8.22      5,015.23     8.23     0.17%      5,272.30     8.58     4.29%
        """,
        size=6,
    )
    table = table_of(page(words))
    assert table.heads[1:] == (
        "2018年|销售额", "2018年|单价", "2019年|销售额", "2019年|单价", "2019年|变动",
        "2020年|销售额", "2020年|单价", "2020年|变动",
    )  # fmt: skip
    assert row_of(table, "地瓜丸")[-1] == "4.29%"


def test_years_in_the_middle_over_versions_of_a_forecast() -> None:
    places = (120, 165, 210, 290, 335, 380)
    versions = ("新预测", "前预测", "差异") * 2
    rows = {
        "营业收入": ("83,476", "91,280", "(9%)", "92,944", "98,120", "(5%)"),
        "毛利润": ("13,455", "14,900", "(10%)", "15,208", "16,011", "(5%)"),
        "净利润": ("5,093", "5,600", "(9%)", "6,210", "6,640", "(6%)"),
    }
    words = [
        line(100, ("2025E", 165), ("2026E", 335), align="centre"),
        line(113, *zip(versions, places, strict=True), align="centre"),
        *(put(label, 40, 126 + 13 * n) for n, label in enumerate(rows)),
        *(
            line(126 + 13 * n, *zip(values, places, strict=True), align="centre")
            for n, values in enumerate(rows.values())
        ),
    ]
    assert table_of(page(*words)).heads[1:] == tuple(
        f"{year}|{version}" for year in ("2025E", "2026E") for version in ("新预测", "前预测", "差异")
    )


def test_heads_that_touch_stand_over_their_own_columns() -> None:
    rows = sketch(
        """
        电力销售                  52.35           38.68       26.1%     (14.0%)
        蒸汽销售                  26.79           22.63       15.5%     (19.8%)
        能源服务                  11.94            4.89       59.0%      337.3%
        """,
        y=130,
    )
    heads = line(104, ("营业收入（亿元）营业成本（亿元）毛利率", 128), ("收入同比", 294))
    table = table_of(page(heads, put("分产品", 210, 117), rows))
    assert table.heads[1:] == ("营业收入（亿元）", "营业成本（亿元）", "毛利率", "收入同比")
    assert labels_of(table) == ["分产品", "电力销售", "蒸汽销售", "能源服务"]


def test_a_list_as_wide_as_the_page_and_a_grid_below_it() -> None:
    rows = [
        ["食品规模（亿元）", "1584"],
        ["食用量（kg）", "9"],
        ["目标量", "23"],
        ["潜在规模（亿元）", "4048"],
    ]
    listed = [line(100 + 13 * n, (row[0], 40), (row[1], 530)) for n, row in enumerate(rows)]
    axis = line(178, ("占比（横轴）/占比（纵轴）", 40), ("20%", 300), ("25%", 420), ("30%", 530))
    grid = [
        line(191 + 13 * n, (label, 40), (a, 300), (b, 420), (c, 530))
        for n, (label, a, b, c) in enumerate(
            [("46%", "372", "466", "559"), ("48%", "389", "486", "583"), ("50%", "405", "506", "607")]
        )
    ]
    first, second = tables_of(page(*listed, put("敏感性分析", 260, 165), axis, *grid))
    assert rows_of(first) == rows
    assert second.heads[1:] == ("20%", "25%", "30%")
    assert row_of(second, "50%") == ["405", "506", "607"]


def test_a_price_above_the_heading_of_a_side_box_belongs_to_it() -> None:
    words = sketch(
        """
        股价(2025-09-26)           102.92元
        交易数据
        总市值（百万元）           303,769.07
        流通市值（百万元）         254,550.00
        总股本（百万股）             2,951.51
        """
    )
    assert row_of(table_of(page(words)), "股价(2025-09-26)") == ["102.92元"]


def test_figures_over_the_years_of_an_axis_are_no_table() -> None:
    words = sketch(
        """
                 2019    2020    2021
        15%               13.9%
        10%      7.2%
        5%               6.1%    5.8%
        """
    )
    assert tables_of(page(words)) == []


def test_names_at_the_left_and_rates_at_the_right_are_one_column_of_labels() -> None:
    words = sketch(
        """
                         2023   2024   2025E
        营业收入        889.3  944.4  1152.1
                   YOY  26.8%   6.2%   22.0%
                毛利率  24.5%  21.7%   21.7%
        油炸类          491.8  521.5   630.5
                   YOY  22.2%   6.0%   20.9%
                毛利率  22.7%  20.2%   20.4%
        烘焙类          197.7  187.5   233.3
                   YOY  29.3%  -5.1%   24.4%
        """
    )
    table = table_of(page(words))
    assert labels_of(table) == ["营业收入", "YOY", "毛利率", "油炸类", "YOY", "毛利率", "烘焙类", "YOY"]


def test_numbers_of_one_row_set_high_and_low() -> None:
    words = [
        line(100, ("2022", 134), ("2023", 194), ("2024E", 259), ("2025E", 322)),
        line(120, ("直销收入", 68), ("240.64", 134), ("285.16", 194), ("364.51", 259), ("336.78", 322)),
        line(136, ("同比", 77), ("18.5%", 194), ("27.8%", 259), ("-7.6%", 322)),
        line(151, ("经销收入", 68), ("1,048.96", 259), ("1,362.55", 322)),
        line(159, ("352.26", 134), ("415.69", 194)),
        line(174, ("同比", 77), ("18.0%", 194), ("26.1%", 259), ("15.5%", 322)),
        line(190, ("毛利率", 73), ("19.0%", 134), ("20.6%", 194), ("21.1%", 259), ("20.6%", 322)),
    ]
    table = table_of(page(*words))
    assert row_of(table, "经销收入") == ["352.26", "415.69", "1,048.96", "1,362.55"]


def test_the_head_of_a_section_at_the_foot_of_the_page() -> None:
    first = [
        line(700, ("2023", 180), ("2024", 240), ("2025E", 300)),
        line(713, ("蒸煮类", 40)),
        line(726, ("营业收入", 56), ("1.36", 180), ("1.77", 240), ("1.84", 300)),
        line(739, ("毛利率", 56), ("26.6%", 180), ("26.9%", 240), ("24.6%", 300)),
        line(752, ("菜肴类", 40)),
    ]
    second = [
        line(80, ("营业收入", 56), ("0.10", 180), ("0.22", 240), ("0.50", 300)),
        line(93, ("毛利率", 56), ("25.4%", 180), ("23.0%", 240), ("19.3%", 300)),
        line(106, ("合计", 40), ("1.46", 180), ("1.99", 240), ("2.34", 300)),
    ]
    table = table_of(page(*first), page(*second, number=2))
    assert labels_of(table) == ["蒸煮类", "营业收入", "毛利率", "菜肴类", "营业收入", "毛利率", "合计"]


def test_price_and_market_value_beside_a_label_over_both() -> None:
    words = sketch(
        """
                                           EPS             PE
        代码         名称    股价   总市值  2024A  2025E   2024A  2025E
        002851.SZ    甲公司  50.2   274.7   0.80   1.35    62.7   37.2
        300870.SZ    乙公司  120.9  129.5   2.65   3.07    45.6   39.4
        002335.SZ    丙公司  39.4   203.1   0.68   1.30    58.0   30.3
        603063.SH    丁公司  31.4   142.8   0.99   1.39    31.7   22.6
                             可比公司平均                  49.5   32.4
        002364.SZ    戊公司  15.1   85.2    0.19   0.37    77.7   41.1
        """
    )
    table = table_of(page(words))
    assert table.heads[1:] == ("代码", "股价", "总市值", "EPS|2024A", "EPS|2025E", "PE|2024A", "PE|2025E")
    assert row_of(table, "丙公司") == ["002335.SZ", "39.4", "203.1", "0.68", "1.30", "58.0", "30.3"]


def test_prose_that_ends_at_the_gutter_of_a_side_box_is_no_column_of_it() -> None:
    """Its last pieces, parted from the rest by a space beside Latin letters, end under one another."""
    box = [("收盘价(元)", "73.77"), ("上证指数", "3297.29"), ("总股本", "36059.54"), ("流通股", "32135.88")]
    words = [w for i, (label, _) in enumerate(box) for w in put(label, 397, 100 + 16 * i)]
    words += [w for i, (_, value) in enumerate(box) for w in put(value, 565, 100 + 16 * i, align="right")]
    for i, last in enumerate(("海外小分子订单", "是公司海外的里程碑", "月初正式投入运营")):
        words += put(last, 381, 100 + 16 * i, align="right")
        words += put("Sandwich", 381 - width(last) - 6, 100 + 16 * i, align="right")
    table = table_of(page(words))
    assert labels_of(table) == [label for label, _ in box]
    assert rows_of(table) == [[label, value] for label, value in box]


def test_two_lists_side_by_side_have_a_column_of_labels_each() -> None:
    words = sketch(
        """
        品牌        销售额    占比    品牌        销售额    占比
        甲公司    17770.43  29.95%    甲公司    21175.14  30.20%
        乙公司     1344.19   2.27%    乙公司     2368.83   3.38%
        丙公司     1196.64   2.02%    丁公司      895.88   1.28%
        丁公司      775.16   1.31%    戊公司      569.51   0.81%
        """
    )
    table = table_of(page(words))
    labels = [(c.row, c.column, c.text) for c in table.cells if c.role == "label"]
    assert labels[4:6] == [(3, 0, "丙公司"), (3, 3, "丁公司")]


def test_two_lists_side_by_side_without_any_head() -> None:
    words = sketch(
        """
        Beta             0.9    债务成本         7.4%
        无风险利率      1.7%    债务股本比       0.6%
        股权风险溢价    8.2%    所得税率        13.6%
        股本成本        9.2%    WACC             9.2%
        """
    )
    table = table_of(page(words))
    labels = [(c.row, c.column, c.text) for c in table.cells if c.role == "label"]
    assert labels[:2] == [(0, 0, "Beta"), (0, 2, "债务成本")]
    assert labels[-2:] == [(3, 0, "股本成本"), (3, 2, "WACC")]


def test_lists_of_several_years_repeat_their_names_under_no_head_of_their_own() -> None:
    words = sketch(
        """
                     2017                  2018
        1    百胜中国         74%    百胜中国         75%
        2    华莱士            6%    华莱士            8%
        3    永和大王          5%    九毛九            3%
        4    九毛九            3%    真功夫            2%
        5    真功夫            2%    富士康            1%
        小计                  90%                     89%
        """
    )
    table = table_of(page(words))
    labels = [c.text for c in table.cells if c.role == "label" and c.column > 1 and c.text]
    assert labels == ["百胜中国", "华莱士", "九毛九", "真功夫", "富士康"]
    assert [h for h in table.heads if h] == ["2017", "2017", "2018", "2018"]


def test_names_with_their_unit_below_at_the_top_of_their_rows() -> None:
    words = sketch(
        """
                           2023A  2024A  2025E
        产能      甲类       290    368    478
        （万吨）  乙类       101    166    206
                  丙类        22     22     82
                  其他        11     12    135
        产销率    甲类      103%   102%    87%
                  乙类       64%    84%    95%
                  丙类       96%    81%    63%
                  其他       90%    91%   101%
        """
    )
    table = table_of(page(words))
    assert labels_of(table) == [
        "产能（万吨）", "甲类", "乙类", "丙类", "其他", "产销率", "甲类", "乙类", "丙类", "其他",
    ]  # fmt: skip


def test_a_heading_under_the_caption_is_the_first_of_those_set_alike() -> None:
    words = sketch(
        """
        面粉
        成本变动     -10%     -5%      1%      5%
        毛利率变动  -0.74%  -0.37%   0.07%   0.37%
        糯米粉
        成本变动     -10%     -5%      1%      5%
        毛利率变动  -0.42%  -0.21%   0.04%   0.21%
        """,
        y=113,
    )
    table = table_of(page(put("图表61：敏感性分析", 40, 101), words))
    assert table.title == "敏感性分析"
    assert labels_of(table) == ["面粉", "成本变动", "毛利率变动", "糯米粉", "成本变动", "毛利率变动"]


def test_a_list_with_names_of_its_own_beside_lists_that_share_theirs() -> None:
    words = sketch(
        """
           饮用奶                  酸奶                  奶酪
        甲牌         25.30%    甲牌         30.60%    子牌        25.00%
        乙牌         20.70%    乙牌         25.00%    丑牌        19.80%
        丙牌          4.50%    丁牌          7.80%    寅牌         5.90%
        其他         45.50%    其他         29.20%    其他        44.10%
        """
    )
    table = table_of(page(words))
    labels = [(c.column, c.text) for c in table.cells if c.role == "label" and c.row == 2]
    assert labels == [(0, "乙牌"), (2, "乙牌"), (4, "丑牌")]


def test_a_head_of_three_lines_begins_half_a_line_above_heads_of_two() -> None:
    words = [
        line(92, ("占计划公告", 320)),
        line(98, ("授予数量", 150), ("占授予总", 230)),
        line(104, ("姓名", 40), ("日总股本的", 320)),
        line(110, ("（股）", 150), ("量的比例", 230)),
        line(116, ("比例", 320)),
        line(136, ("甲某", 40), ("142,900", 150), ("9.11%", 240), ("0.17%", 330)),
        line(152, ("乙某", 40), ("97,400", 155), ("6.21%", 240), ("0.11%", 330)),
        line(168, ("丙某", 40), ("87,700", 155), ("5.59%", 240), ("0.10%", 330)),
    ]
    table = table_of(page(put("图表 9：股权激励授予对象及数量", 40, 74), *words))
    assert table.heads[-1] == "占计划公告日总股本的比例"
    assert (table.caption_no, table.title) == ("9", "股权激励授予对象及数量")
