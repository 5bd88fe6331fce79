from __future__ import annotations

import pytest

from pipeline.layout.captions import (
    is_source_note,
    is_unit_line,
    parse_caption,
    statement_class,
    unit_in,
)
from pipeline.reading.page import Box

BOX = Box(40, 96, 200, 104)


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        ("图表 70: 商汤盈利预测", "70", "商汤盈利预测"),
        ("图表70：商汤盈利预测", "70", "商汤盈利预测"),
        ("图 3 公司营业收入", "3", "公司营业收入"),
        ("表1：可比公司估值", "1", "可比公司估值"),
        ("表 2-1 分业务收入", "2-1", "分业务收入"),
        ("图表12营收拆分", "12", "营收拆分"),
        ("Figure 8: Income statement", "8", "Income statement"),
        ("Exhibit 3. Peers", "3", "Peers"),
        ("• 图表 5： 估值表", "5", "估值表"),
        ("表： 4 盈利预测", "4", "盈利预测"),
    ],
)
def test_captions(text: str, number: str, name: str) -> None:
    caption = parse_caption(text, BOX)
    assert caption is not None
    assert (caption.number, caption.name, caption.text, caption.box) == (number, name, text, BOX)


@pytest.mark.parametrize(
    "text",
    [
        "利润表",
        "表现好于预期",
        "如图表 70 所示，公司收入增长",
        "图表：商汤盈利预测",
        "资产负债表 2024A",
        "表外负债 12",
        "1 利润表",
    ],
)
def test_sentences_and_headings_are_no_captions(text: str) -> None:
    assert parse_caption(text, BOX) is None


@pytest.mark.parametrize(
    "text",
    [
        "资料来源：Wind，公司公告",
        "数据来源: Wind",
        "来源：聚源",
        "注：股价截至 2025/05/08",
        "注1：非国际准则",
        "（资料来源：Wind）",
        "Source: Bloomberg",
        "Note: closing prices",
    ],
)
def test_source_notes(text: str) -> None:
    assert is_source_note(text)


@pytest.mark.parametrize(
    "text", ["注册资本 12", "资料来源", "来源于经营的现金流", "说明书", "其他来源：12", "Notebook"]
)
def test_labels_that_begin_alike_are_no_source_notes(text: str) -> None:
    assert not is_source_note(text)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：百万元", "百万元"),
        ("单位:人民币百万", "人民币百万"),
        ("利润表（百万元）", "百万元"),
        ("会计年度 (人民币百万)", "人民币百万"),
        ("人民币百万", "人民币百万"),
        ("港币百万元", "港币百万元"),
        ("RMB mn", "RMB mn"),
        ("HKD million", "HKD million"),
        ("营业收入(百万元)", "百万元"),
        ("利润表", ""),
        ("主要财务比率", ""),
        ("（%）", ""),
    ],
)
def test_units_inside_headings(text: str, unit: str) -> None:
    assert unit_in(text) == unit


@pytest.mark.parametrize(
    "text", ["单位：百万元", "(人民币百万)", "（百万元）", "人民币百万", "亿元", "%", "倍", "HKD mn"]
)
def test_lines_that_say_a_unit_and_nothing_else(text: str) -> None:
    assert is_unit_line(text)


@pytest.mark.parametrize("text", ["", "营业收入(百万元)", "利润表", "百万元计的收入", "2024E"])
def test_lines_that_say_more_than_a_unit(text: str) -> None:
    assert not is_unit_line(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("利润表", "income_statement"),
        ("利润表（百万元）", "income_statement"),
        ("合并利润表", "income_statement"),
        ("损益表", "income_statement"),
        ("资产负债表(百万元)", "balance_sheet"),
        ("简要资产负债表", "balance_sheet"),
        ("财务状况表", "balance_sheet"),
        ("现金流量表", "cash_flow"),
        ("一、现金流量表（亿元）", "cash_flow"),
        ("主要财务比率", "ratios"),
        ("主要财务指标", "ratios"),
        ("财务与估值指标", "ratios"),
        ("财务分析指标", "ratios"),
        ("每股指标(元)", "ratios"),
        ("估值比率", "ratios"),
        ("比率分析", "ratios"),
        ("营业利润", None),
        ("现金流", None),
        ("财务费用", None),
        ("每股收益", None),
        ("经营活动现金流", None),
        ("资产负债率", None),
    ],
)
def test_which_statement_a_heading_names(text: str, kind: str | None) -> None:
    assert statement_class(text) == kind


@pytest.mark.parametrize("text", ["利润表现优于同行", "现金流量表现稳健", "财务分析师会议纪要"])
def test_a_sentence_that_begins_like_a_statement_names_none(text: str) -> None:
    assert statement_class(text) is None
