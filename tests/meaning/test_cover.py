from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.meaning.cover import ReportMeta, read_cover
from pipeline.meaning.cover_broker import find_broker
from pipeline.meaning.cover_lines import Cover, joined, only_type, read_cover_page
from pipeline.meaning.cover_people import Analyst
from pipeline.meaning.cover_rating import LEVELS, rating_level
from pipeline.meaning.lexicon import read_rows
from pipeline.reading.page import Page
from pipeline.reading.pdfium import open_document
from tests.corpus.places import CORPUS, needs_corpus
from tests.meaning.covers import Line, page

PROSE: tuple[Line, ...] = tuple(
    ("公司收入稳健增长，费用率下降，现金流好于此前预期，海外订单占比继续提升", 40, 260 + 16 * i, 10)
    for i in range(20)
)
DISCLAIMER = page(
    ("华泰证券股份有限公司（以下简称“本公司”）具有证券投资咨询业务资格。", 40, 100, 9),
    ("本报告由华泰证券制作，版权仅为华泰证券所有。", 40, 120, 9),
    number=2,
)
COVER: tuple[Line, ...] = (
    ("证券研究报告", 40, 30, 9),
    ("示例股份 (600001 CH)", 40, 48, -10),
    ("收入提速，海外订单占比", 40, 80, -20),
    ("继续提升", 40, 106, -20),
    ("华泰研究", 40, 140, -10),
    ("年报点评", 320, 140, -10),
    ("2025 年 4 月 28 日│中国内地", 40, 158, 10),
    ("投资评级(维持): 买入", 420, 140, -10),
    ("目标价(人民币): 12.50", 420, 158, 10),
    ("研究员", 420, 186, 7),
    ("王小明", 520, 185, -8),
    ("SAC No. S0570521050001", 420, 196, 7),
    ("wangxm@htsc.com", 510, 196, 7),
    ("SFC No. AUZ066", 420, 206, 7),
    ("收盘价 (人民币 截至 4 月 25 日)", 420, 240, 7),
    ("9.87", 560, 240, 7),
    *PROSE,
)


def cover(*lines: Line) -> ReportMeta:
    return read_cover([page(*lines, *PROSE), DISCLAIMER])


def test_everything_a_cover_prints() -> None:
    assert read_cover([page(*COVER), DISCLAIMER]) == ReportMeta(
        broker="华泰证券",
        title="收入提速，海外订单占比继续提升",
        report_type="results_review",
        published_on=date(2025, 4, 28),
        company="示例股份",
        tickers=("600001.SH",),
        rating="买入",
        rating_action="维持",
        rating_level="buy",
        target_price=Decimal("12.50"),
        close_price=Decimal("9.87"),
        price_currency="CNY",
        analysts=(Analyst("王小明", "S0570521050001", "AUZ066", "wangxm@htsc.com"),),
    )


def test_the_name_of_the_file_says_nothing() -> None:
    pages = [page(*PROSE), DISCLAIMER]
    named = read_cover(pages, file_name="华泰证券_600001_20250428_买入.pdf")
    assert named == read_cover(pages)
    assert (named.published_on, named.company, named.rating) == (None, None, None)


def test_no_pages_and_pages_without_words_say_nothing() -> None:
    assert read_cover([]) == ReportMeta()
    assert read_cover([Page(1, 595, 842, (), text_layer="none")]) == ReportMeta()


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.text(max_size=12), st.sampled_from([line[0] for line in COVER])),
            st.floats(0, 590),
            st.floats(0, 830),
            st.sampled_from([7.0, 10.0, -20.0]),
        ),
        max_size=25,
    )
)
def test_any_words_anywhere_are_read_without_an_error(lines: list[Line]) -> None:
    meta = read_cover([page(*lines)])
    assert meta.rating_level in {None, *LEVELS}
    assert (meta.company is None) == (meta.tickers == ())


@pytest.mark.parametrize(
    ("printed", "company", "tickers"),
    [
        ("示例股份（300244.SZ）", "示例股份", ("300244.SZ",)),
        ("示例股份(688981)", "示例股份", ("688981.SH",)),
        ("示例股份（002821）医药生物", "示例股份", ("002821.SZ",)),
        ("示 例 股（002821）", "示例股", ("002821.SZ",)),
        ("示例科技-W (20 HK)", "示例科技-W", ("0020.HK",)),
        ("示例国际 (981 HK/688981 CH)", "示例国际", ("0981.HK", "688981.SH")),
        ("示例国际（02598.HK）", "示例国际", ("2598.HK",)),
        ("示例股份 830799.BJ", "示例股份", ("830799.BJ",)),
        ("示例股份（600001.SH）深度报告", "示例股份", ("600001.SH",)),
        ("证券研究报告：示例股份（600001.SH）", "示例股份", ("600001.SH",)),
        ("股票代码 600001.SH", None, ()),
        ("示例股份 600001", None, ()),
        ("示例股份（2025）", None, ()),
        ("重点公司：示例股份（600001.SH）新品放量，收入提速；示例科技稳健", None, ()),
    ],
)
def test_the_company_stands_with_its_listings(
    printed: str, company: str | None, tickers: tuple[str, ...]
) -> None:
    meta = cover((printed, 40, 48, 10))
    assert (meta.company, meta.tickers) == (company, tickers)


def test_two_listings_of_one_company_come_in_printed_order() -> None:
    meta = cover(
        ("示例国际（6613.HK）首次覆盖：新一轮周期开启", 40, 80, -20),
        ("示例国际（300433.CH）", 400, 190, -10),
    )
    assert meta.tickers == ("6613.HK", "300433.SZ")
    assert meta.title == "示例国际（6613.HK）首次覆盖：新一轮周期开启"


def test_the_heads_of_later_pages_name_the_company_of_a_painted_cover() -> None:
    head: Line = ("示例股份（600001.SH）", 40, 30, 9)
    later = [page(head, *PROSE, number=n) for n in (2, 3)]
    assert read_cover([Page(1, 595, 842, ()), *later]).company == "示例股份"
    assert read_cover([Page(1, 595, 842, ()), later[0]]).company is None


def test_an_industry_report_covers_no_company() -> None:
    meta = cover(
        ("证券研究报告|医疗服务", 420, 57, -14),
        ("行业利润增速亮眼，板块迎估值修复", 40, 83, -18),
        ("——医疗服务行业跟踪报告", 200, 118, -14),
        ("强于大市(首次)", 440, 90, -18),
        ("示例股份 买入", 400, 230, 8),
    )
    assert (meta.report_type, meta.company, meta.tickers) == ("industry", None, ())
    assert (meta.rating, meta.rating_action, meta.rating_level) == ("强于大市", "首次", "outperform")
    assert meta.title == "行业利润增速亮眼，板块迎估值修复——医疗服务行业跟踪报告"


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([("示例股份（600001.SH） 收入提速，盈利改善", 40, 84, -14)], "收入提速，盈利改善"),
        ([("示例股份（600001.SH）：收入提速", 40, 84, -14)], "示例股份（600001.SH）：收入提速"),
        (
            [
                ("示例股份（600001.SH）--2025 年一季报点评", 40, 60, -22),
                ("产能建设提速，订单饱满", 40, 100, -14),
            ],
            "产能建设提速，订单饱满",
        ),
        (
            [("产能建设提速，订单饱满", 40, 100, -16), ("——公司信息更新报告", 400, 118, -14)],
            "产能建设提速，订单饱满",
        ),
        (
            [("产能建设提速，订单饱满", 40, 100, -16), ("买入（维持）", 440, 60, -20)],
            "产能建设提速，订单饱满",
        ),
        ([("核心观点", 40, 100, -16), ("投资要点：", 40, 130, -16)], None),
    ],
)
def test_the_headline_is_the_largest_line_that_is_nothing_else(lines: list[Line], title: str | None) -> None:
    assert cover(*lines).title == title


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("2025 年 01 月 26 日", date(2025, 1, 26)),
        ("2025年04月28日", date(2025, 4, 28)),
        ("2025-04-28", date(2025, 4, 28)),
        ("2025.04.28", date(2025, 4, 28)),
        ("2025/4/28", date(2025, 4, 28)),
        ("20250428", date(2025, 4, 28)),
        ("28 April 2025", date(2025, 4, 28)),
        ("报告日期：2025-04-29", date(2025, 4, 29)),
        ("2022.09.26/强烈推荐(维持)", date(2022, 9, 26)),
        ("证券研究报告 | 2025年05月09日", date(2025, 5, 9)),
        ("2025 年 2 月 15 日│中国内地/中国香港", date(2025, 2, 15)),
        ("2025-13-40", None),
        ("股价(2025-09-26)", None),
        ("收盘价 (截至 2025 年 4 月 25 日)", None),
        ("市场数据：2025 年 7 月 10 日", None),
        ("《示例股份：订单饱满》，2024.10.30", None),
        ("事件：2025 年 3 月 28 日，公司发布 2024 年年度报告", None),
    ],
)
def test_the_date_of_the_report_stands_by_itself(printed: str, expected: date | None) -> None:
    assert cover((printed, 400, 90, 10)).published_on == expected


def test_a_labelled_date_beats_one_that_only_stands_there_and_two_equal_ones_are_none() -> None:
    price: Line = ("日期", 400, 120, 9)
    assert cover(price, ("2025/4/25", 500, 120, 9), ("2025 年 4 月 28 日", 40, 100, 11)).published_on == date(
        2025, 4, 28
    )
    assert cover(("2025-04-25", 100, 90, 10), ("2025-04-28", 400, 90, 10)).published_on is None


def test_dates_of_earlier_reports_do_not_count() -> None:
    assert cover(("相关研究", 400, 300, -11), ("2024-04-24", 400, 330, 9)).published_on is None


@pytest.mark.parametrize(
    ("lines", "rating", "action"),
    [
        ([("买入（维持）", 440, 80, 12)], "买入", "维持"),
        ([("买入|首次覆盖", 440, 80, 12)], "买入", "首次覆盖"),
        ([("强烈推荐/首次", 440, 80, 12)], "强烈推荐", "首次"),
        ([("投资评级：增持（上调）", 440, 80, 12)], "增持", "上调"),
        ([("买入-B(维持)", 440, 80, 12)], "买入", "维持"),
        ([("推荐", 440, 80, -15), ("维持评级", 520, 82, -11)], "推荐", "维持"),
        (
            [
                ("公司评级", 440, 200, 8),
                ("买入", 510, 200, 8),
                ("评级变动", 440, 220, 8),
                ("下调", 510, 220, 8),
            ],
            "买入",
            "下调",
        ),
        (
            [
                ("投资评级", 440, 200, 8),
                ("增持", 510, 200, 8),
                ("上次评级", 440, 220, 8),
                ("买入", 510, 220, 8),
            ],
            "增持",
            None,
        ),
        ([("上次评级", 440, 220, 8), ("买入", 510, 220, 8)], None, None),
        ([("维持“买入”评级。", 40, 240, 10)], "买入", "维持"),
        ([("维持“买入”评级，重申“增持”评级。", 40, 240, 10)], None, None),
        ([("投资评级", 440, 200, 8), ("无", 510, 200, 8)], None, None),
        ([("买入", 440, 700, 8)], None, None),
    ],
)
def test_the_rating_and_what_was_done_with_it(
    lines: list[Line], rating: str | None, action: str | None
) -> None:
    meta = cover(*lines)
    assert (meta.rating, meta.rating_action) == (rating, action)


@pytest.mark.parametrize(
    ("rating", "broker", "level"),
    [
        ("买入", None, "buy"),
        ("优于大市", "国信证券", "outperform"),
        ("推荐", "平安证券", "outperform"),
        ("推荐", "民生证券", "buy"),
        ("中性", "东北证券", "hold"),
        ("减持", None, "underperform"),
        ("卖出", None, "sell"),
        ("Overweight", None, "outperform"),
        ("无评级", "国信证券", None),
        ("好", None, None),
        (None, "国信证券", None),
    ],
)
def test_levels_follow_the_house_where_its_scale_differs(
    rating: str | None, broker: str | None, level: str | None
) -> None:
    assert rating_level(rating, broker) == level


@pytest.mark.parametrize(
    ("lines", "target", "close", "currency"),
    [
        (
            [("目标价：97.92 元（6 个月）", 260, 89, 10), ("当前价：81.05 元", 260, 73, 10)],
            "97.92",
            "81.05",
            "CNY",
        ),
        ([("目标价：——元（6 个月）", 260, 89, 10), ("当前价：28.94 元", 260, 73, 10)], None, "28.94", "CNY"),
        (
            [("合理估值", 400, 200, 7), ("收盘价", 400, 210, 7), ("58.98 元", 530, 210, 7)],
            None,
            "58.98",
            "CNY",
        ),
        ([("目标价：", 390, 173, -7), ("港币：63.00 人民币：119.00", 440, 173, -9)], "63.00", None, "HKD"),
        (
            [
                ("目标价（港元）", 400, 200, 8),
                ("2,190.0", 540, 200, 8),
                ("目标价（人民币）", 400, 220, 8),
                ("93.0", 540, 220, 8),
            ],
            "2190.0",
            None,
            "HKD",
        ),
        ([("股价(2025-09-26)", 390, 166, 9), ("102.92 元", 520, 166, 9)], None, "102.92", "CNY"),
        ([("07 月 11 日收盘价(元)", 390, 166, 9), ("33.30", 520, 166, 9)], None, "33.30", "CNY"),
        ([("52 周股价区间（元）", 390, 166, 9), ("31.30-59.94", 520, 166, 9)], None, None, None),
        ([("目标价格", 390, 166, 9), ("60-65 元", 520, 166, 9)], None, None, None),
        ([("股价走势图", 390, 166, 9), ("12.50", 520, 166, 9)], None, None, None),
        (
            [
                ("目标价（港元）", 400, 200, 8),
                ("90.0", 540, 200, 8),
                ("收盘价（人民币）", 400, 220, 8),
                ("64.0", 540, 220, 8),
            ],
            "90.0",
            "64.0",
            None,
        ),
    ],
)
def test_prices_are_the_first_printed_behind_their_label(
    lines: list[Line], target: str | None, close: str | None, currency: str | None
) -> None:
    meta = cover(("示例股份（600001.SH）", 40, 48, 12), *lines)
    assert (meta.target_price, meta.close_price) == (
        None if target is None else Decimal(target),
        None if close is None else Decimal(close),
    )
    assert meta.price_currency == currency


def test_a_price_keeps_its_printed_digits() -> None:
    assert str(cover(("目标价(人民币): 90.0", 400, 100, 9)).target_price) == "90.0"


@pytest.mark.parametrize(
    ("lines", "broker"),
    [
        (["本报告由国信证券股份有限公司制作。"], "国信证券"),
        (
            ["资料来源：国信证券研究所，浦银国际整理", "浦银国际证券有限公司编制", "analyst@spdbi.com"],
            "浦银国际",
        ),
        (["邮箱：somebody@mszq.com"], "民生证券"),
        (["国联民生证券股份有限公司"], "国联民生证券"),
        (["http://research.xbmail.com.cn"], "西部证券"),
        (["资料来源：国信证券，华泰证券"], None),
        (["someone@nowhere.example"], None),
        ([], None),
    ],
)
def test_the_house_names_itself_more_than_it_names_others(lines: list[str], broker: str | None) -> None:
    made = page(*[(text, 40.0, 100.0 + 20 * i, 9.0) for i, text in enumerate(lines)])
    assert find_broker([made], []) == broker


def test_the_spine_of_a_cover_is_read_downwards() -> None:
    spine = tuple((char, 10.0, 60.0 + 14 * i, 14.0) for i, char in enumerate("甬兴证券研究报告"))
    made = read_cover_page(page(*spine, ("收入提速", 26, 62, 16)))
    assert made.strips == ("甬兴证券研究报告",)
    assert [line.text for line in made.lines] == ["收入提速"]
    assert read_cover([page(*spine)]).broker == "甬兴证券"


def test_units_at_the_edge_of_a_box_are_no_spine() -> None:
    made = read_cover_page(page(*[("元", 570.0, 80.0 + 13 * i, 8.0) for i in range(6)]))
    assert made.strips == ()


def test_analysts_side_by_side_keep_their_own_numbers() -> None:
    meta = cover(
        ("余小意（分析师）", 196, 144, -11),
        ("汪小晋（联系人）", 317, 144, -11),
        ("yu@kysec.cn", 196, 159, 9),
        ("wang3@kysec.cn", 317, 159, 9),
        ("证书编号：S0790523070002", 196, 172, 8),
        ("证书编号：S0790525060003", 317, 172, 8),
    )
    assert meta.analysts == (
        Analyst("余小意", "S0790523070002", None, "yu@kysec.cn"),
        Analyst("汪小晋", "S0790525060003", None, "wang3@kysec.cn"),
    )


def test_an_address_that_wraps_in_its_box_is_whole_and_run_together_ones_are_two() -> None:
    wrapped = cover(
        ("分析师： 彭小波", 388, 224, 11),
        ("E-mail： pengbo@yongxingsec.", 388, 239, 10),
        ("com", 445, 251, 10),
    )
    assert [a.email for a in wrapped.analysts] == ["pengbo@yongxingsec.com"]
    together = cover(
        ("证券分析师：王小祺", 380, 195, -7),
        ("证券分析师：李小源", 471, 195, -7),
        ("wangxq@guosen.com.cnlixiaoyuan@guosen.com.cn", 380, 214, 7),
    )
    assert [a.email for a in together.analysts] == ["wangxq@guosen.com.cn", "lixiaoyuan@guosen.com.cn"]


def test_a_change_of_size_at_a_gap_parts_running_text_from_the_side_box() -> None:
    made = read_cover_page(page(("给予目标价", 40, 100, 12), ("目标价（港元）", 110, 102.9, 8)))
    assert [line.text for line in made.lines] == ["给予目标价", "目标价（港元）"]


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("2025 年一季报点评", True),
        ("——公司首次覆盖报告", True),
        ("2024 年年报&2025 年一季报点评", True),
        ("公司深度研究", True),
        ("广联达深度报告", False),
        ("王者之路，扶摇而上", False),
        ("", True),
    ],
)
def test_a_line_that_only_names_the_kind_of_report(text: str, only: bool) -> None:
    assert only_type(text) is only


def test_wrapped_lines_join_with_a_space_only_between_a_word_and_a_chinese_character() -> None:
    assert joined(["看好", "DeepSeek 推动"]) == "看好 DeepSeek 推动"
    assert joined(["继续", "提升"]) == "继续提升"
    assert joined(["提速，", "TIDES"]) == "提速，TIDES"


def test_vocabularies_hold_together() -> None:
    brokers = {row[0] for row in read_rows("brokers.csv", ("broker", "full_name", "aliases", "domains"))}
    assert len(brokers) >= 120
    for rating, broker, level in read_rows("ratings.csv", ("rating", "broker", "level")):
        assert broker == "" or broker in brokers, rating
        assert level == "" or level in LEVELS, rating
    kinds = {kind for _, kind in read_rows("cover_report_types.csv", ("pattern", "report_type"))}
    assert kinds <= {"initiation", "update", "results_review", "deep_dive", "industry", "other"}


def test_the_cover_of_an_empty_page_has_the_page_as_its_column() -> None:
    assert read_cover_page(Page(1, 595, 842, ())) == Cover(595, 842, (), (), 0.0, (0.0, 595))


# What people read on the covers of the labelled reports. Two of the seventeen are painted, one wholly and one
# in its upper third: those words are not in the file.
REACHED = {
    "broker": 16,
    "title": 15,
    "published_on": 15,
    "company": 15,
    "tickers": 15,
    "rating": 15,
    "rating_action": 15,
    "target_price": 6,
    "close_price": 14,
}


def told(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return set(value)
    if isinstance(value, Decimal | float | int) or re.fullmatch(r"[\d.]+", str(value)):
        return Decimal(str(value))
    return re.sub(r"\s", "", str(value))


@pytest.mark.corpus
@needs_corpus
def test_real_covers_say_what_people_read_on_them() -> None:
    reached = dict.fromkeys(REACHED, 0)
    wrong = []
    for path in sorted((CORPUS / "truth").glob("*.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))["report"]
        with open_document(CORPUS / "labelled" / f"{path.stem}.pdf") as document:
            last = document.page_count
            numbers = sorted({*range(1, min(6, last) + 1), *range(max(1, last - 2), last + 1)})
            meta = read_cover([document.page(n) for n in numbers])
        for name in REACHED:
            got = getattr(meta, name)
            if name in truth and got not in (None, ()):
                reached[name] += told(truth[name]) == told(got)
                if told(truth[name]) != told(got):
                    wrong.append((path.stem, name, got))
            elif name not in truth and name != "close_price" and got is not None:
                wrong.append((path.stem, name, got))
    assert wrong == []  # what is said is right; what is not in the text layer stays unsaid
    assert reached == REACHED


def running(*texts: str, pages: int = 4) -> list[Page]:
    lines = [(text, 40.0, 30.0 + 20 * i, 9.0) for i, text in enumerate(texts)]
    return [page(*lines, number=n) for n in range(1, pages + 1)]


@pytest.mark.parametrize(
    ("texts", "broker"),
    [
        (["观澜证券", "资料来源：公司公告，观澜证券研究所预测"], "观澜证券"),
        (["栈桥国际研究", "本报告由栈桥国际（虚构）编制"], "栈桥国际"),
        (["本报告由云麓证券股份有限公司制作"], "云麓证券"),
        (["观澜证券研究所", "云麓证券研究所"], None),  # two compete
        (["观澜证券", "资料来源：Wind"], None),  # nothing shows it to be a house
        (["有关证券研究所", "上市证券有限公司", "中国证券业协会"], None),
        (["独立观点认为观澜证券研究所的看法不同"], None),  # inside a sentence no one sees where a name begins
    ],
)
def test_a_house_that_no_list_knows(texts: list[str], broker: str | None) -> None:
    assert find_broker(running(*texts), []) == broker


def test_a_company_called_international_is_not_its_own_broker() -> None:
    pages = running("海珂国际", "资料来源：海珂国际整理")
    assert find_broker(pages, [], company="海珂国际") is None


def test_a_listed_house_that_is_only_quoted_does_not_win() -> None:
    first, *others = running("观澜证券", "资料来源：观澜证券研究所", pages=6)
    quoted = page(("观澜证券", 40, 30, 9), ("观澜证券研究所", 40, 50, 9), ("资料来源：华泰证券", 40, 70, 9))
    assert find_broker([first, quoted, *others[1:]], []) == "观澜证券"
    own = running("华泰证券研究所", "资料来源：观澜证券研究所", pages=6)
    assert find_broker(own, []) == "华泰证券"


def test_a_house_is_not_taken_from_one_page_of_many() -> None:
    pages = [*running("资料来源：Wind", pages=5), *running("观澜证券研究所", pages=1)]
    assert find_broker(pages, []) is None
