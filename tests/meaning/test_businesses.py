"""Businesses listed under one measure after another, and measures listed under one business after another."""

from __future__ import annotations

import pytest

from pipeline.meaning.businesses import measures_over
from pipeline.meaning.labels import concept_of
from pipeline.meaning.rows import dependence

MEASURES_FIRST = [
    "营业收入",
    "yoy",
    "油炸类",
    "yoy",
    "烘焙类",
    "yoy",
    "其他业务收入",
    "毛利率",
    "油炸类",
    "烘焙类",
]


def _heads(labels: list[str]) -> dict[str, str]:
    found = measures_over(labels, [dependence(label) for label in labels])
    return {f"{at} {labels[at]}": labels[head] for at, head in found.items() if at != head}


def test_names_that_come_again_are_under_the_measure_before_them() -> None:
    heads = _heads(MEASURES_FIRST)
    assert {heads[key] for key in ("2 油炸类", "4 烘焙类", "6 其他业务收入")} == {"营业收入"}
    assert heads["8 油炸类"] == heads["9 烘焙类"] == "毛利率"


@pytest.mark.parametrize(
    "labels",
    [
        [
            "油炸类",
            "营业收入",
            "毛利率",
            "烘焙类",
            "营业收入",
            "毛利率",
        ],  # a measure is of the business above it
        ["油炸类", "烘焙类", "营业收入", "毛利率"],  # names once: nothing tells
        ["营业收入", "油炸类", "烘焙类", "毛利率", "直营", "经销"],  # other names under the other measure
        ["营业收入", "油炸类", "烘焙类"],
        [],
    ],
)
def test_without_names_that_come_again_no_measure_heads_a_list(labels: list[str]) -> None:
    assert _heads(labels) == {}


def test_an_item_of_the_company_ends_the_list() -> None:
    assert not {at for at in _heads([*MEASURES_FIRST, "归母净利润"]) if at.endswith("归母净利润")}


@pytest.mark.parametrize(
    ("label", "parents", "unit", "concept"),
    [
        ("油炸类", ("营业收入（百万元）",), "CNY", "segment_revenue"),
        ("油炸类", ("毛利率",), "percent", "segment_gross_margin"),
        ("yoy", ("营业收入", "油炸类"), "percent", "segment_revenue_growth"),
        ("油炸类", ("营业收入",), "percent", None),  # a share or a change, which nobody says
        ("油炸类", ("营业收入",), "", None),
        ("单价", ("营业收入",), "CNY", None),  # a measure itself
        ("合计", ("营业收入",), "CNY", None),  # of the company
        ("油炸类", ("某某项",), "CNY", None),
        ("油炸类", (), "CNY", None),
    ],
)
def test_a_business_under_a_measure_has_that_of_the_business(
    label: str, parents: tuple[str, ...], unit: str, concept: str | None
) -> None:
    assert concept_of(label, kind="segments", parents=parents, unit=unit) == concept
