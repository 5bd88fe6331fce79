"""Labels as houses print them, each reading confirmed by eye on the page (`labels_by_eye.csv`)."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.meaning.labels import concept_of
from pipeline.meaning.rows import dependence
from pipeline.meaning.vocabulary import form, vocabulary

_CORPUS = Path(os.environ.get("YANBAO_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
_STATEMENTS = ("forecast_summary", "income_statement", "balance_sheet", "cash_flow", "ratios")


def _by_eye() -> list[dict[str, str]]:
    with (Path(__file__).parent / "labels_by_eye.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize(
    "row", _by_eye(), ids=lambda r: f"{r['kind']}-{r['parents']}-{r['label']}-{r['column']}"
)
def test_reads_a_label_as_a_person_does(row: dict[str, str]) -> None:
    parents = tuple(p for p in row["parents"].split("|") if p)
    found = concept_of(
        row["label"], kind=row["kind"], parents=parents, column=row["column"], unit=row["unit"]
    )
    assert found == (row["concept"] or None)


def _sample() -> list[dict[str, str]]:
    """Rows drawn at random from all tables of 63 reports, each judged by eye on its number's definition."""
    with (Path(__file__).parent / "sample_by_eye.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("row", _sample(), ids=lambda r: f"{r['kind']}-{r['label']}-{r['printed']}")
def test_reads_a_random_row_as_it_was_judged(row: dict[str, str]) -> None:
    parents = tuple(p for p in row["parents"].split("|") if p)
    found = concept_of(
        row["label"], kind=row["kind"], parents=parents, column=row["column"], unit=row["unit"]
    )
    assert row["verdict"] in ("right", "unclear")
    assert found == row["concept"]


def test_the_random_rows_are_three_hundred_and_none_is_wrong() -> None:
    rows = _sample()
    assert len(rows) == 300
    assert [row["note"] for row in rows if row["verdict"] != "right"] == [
        "printed twice, this one over the non-current assets"
    ]


def test_the_list_read_by_eye_is_long_and_has_refusals() -> None:
    rows = _by_eye()
    assert len(rows) > 300
    assert sum(not row["concept"] for row in rows) > 20


@pytest.mark.parametrize(
    ("label", "key", "unit"),
    [
        ("营业收入(人民币百万)", "营业收入", "currency"),
        ("EPS-最新摊薄（元/股）", "EPS最新摊薄", "per_share"),
        ("EPS (摊薄/元)", "EPS摊薄", "money"),
        ("EPS (当年)(元)", "EPS当年", "money"),
        ("(+/-) (%)", "±", "percent"),
        ("+/-%", "±", "percent"),
        ("% YoY", "%YOY", None),
        ("P/E（现价&最新摊薄）", "PE现价最新摊薄", None),
        ("E V EBITDA (倍)", "EVEBITDA", "times"),
        ("收盘价(港币 截至 1 月 24 日)", "收盘价", "money"),
        ("股价（2025年05月09日）", "股价", None),
        ("每股净资产(元,LF)", "每股净资产", "money"),
        ("实收资本（或股本）", "实收资本或股本", None),
        ("52 周最高价/最低价", "52周最高价/最低价", None),
        ("其中：股本", "股本", None),
        ("（一）基本每股收益", "基本每股收益", None),
        ("归母净利润 亿元", "归母净利润", "currency"),
        ("总市值(亿)(元)", "总市值", "currency"),
        ("总股本(百万股)", "总股本", "shares"),
        ("应收帐款周转天数（天）", "应收账款周转天数", "days"),
        ("⼀年内到期的⾮流动负债", "一年内到期的非流动负债", None),
        ("凈資產收益率％", "净资产收益率", "percent"),
        ("其它流动资产", "其他流动资产", None),
        ("NIM", "NIM", None),
        ("(%)", "", "percent"),
    ],
)
def test_form_of_a_label(label: str, key: str, unit: str | None) -> None:
    assert form(label) == (key, unit)


@given(st.text(max_size=40))
def test_form_is_stable(text: str) -> None:
    once = form(text)
    assert form(text) == once
    assert " " not in once.key


@given(
    st.sampled_from(sorted(vocabulary().labels)),
    st.sampled_from(["{}", " {} ", "{}：", "{} ", "• {}", "{}（百万元）", "减：{}", "　{}"]),
    st.sampled_from(_STATEMENTS),
)
def test_dress_does_not_change_the_meaning_of_money(label: str, dress: str, kind: str) -> None:
    plain = concept_of(label, kind=kind, unit="CNY")
    if plain is not None and vocabulary().concepts[plain].unit_kind == "currency" and not label[0].isdigit():
        assert concept_of(dress.format(label), kind=kind, unit="CNY") == plain


@given(st.text(max_size=30), st.sampled_from(_STATEMENTS), st.lists(st.text(max_size=8), max_size=3))
def test_any_text_has_a_declared_concept_or_none(label: str, kind: str, parents: list[str]) -> None:
    found = concept_of(label, kind=kind, parents=parents)
    assert found is None or found in vocabulary().concepts


@given(st.sampled_from(sorted(vocabulary().labels)), st.sampled_from(["ratios", "forecast_summary", "comps"]))
def test_a_percentage_is_never_an_amount(label: str, kind: str) -> None:
    found = concept_of(f"{label}(%)", kind=kind)
    assert found is None or vocabulary().concepts[found].unit_kind in ("percent", "times", "pure")


def test_words_in_another_order_mean_the_same_and_another_word_does_not() -> None:
    assert concept_of("应付账款与应付票据", kind="balance_sheet") == "notes_and_accounts_payable"
    assert concept_of("股东的净利润（归属于母公司）", kind="income_statement") == "net_profit_parent"
    assert concept_of("固定资产清理净额", kind="balance_sheet") is None
    assert concept_of("收入成本比", kind="ratios") is None  # 成本收入比 the other way round


def test_a_clipped_label_is_completed_only_where_its_end_is_certain() -> None:
    assert concept_of("归属母公司股东权", kind="balance_sheet") == "equity_parent"
    assert concept_of("归属于母公司净利", kind="ratios", parents=("成长能力",)) == "net_profit_parent_growth"
    assert concept_of("归属母公司股东", kind="balance_sheet") is None  # 净利润 or 权益
    assert concept_of("总资产周转", kind="ratios") == "asset_turnover"  # printed so by itself
    assert concept_of("应收账款周转", kind="ratios") is None  # 率 or 天数


def test_known_forms_do_not_need_jieba_and_jieba_stays_silent() -> None:
    code = (
        "import sys\n"
        "from pipeline.meaning.labels import concept_of\n"
        "assert concept_of('营业收入', kind='income_statement') == 'revenue'\n"
        "assert 'jieba' not in sys.modules\n"
        "assert concept_of('应付账款与应付票据', kind='balance_sheet') == 'notes_and_accounts_payable'\n"
        "assert 'jieba' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def _printed() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(kind, label, heads above) of every row of the statements in the hand-made truth."""
    for path in sorted((_CORPUS / "truth").glob("*.json")):
        for table in json.loads(path.read_text(encoding="utf-8"))["tables"]:
            if table["kind"] not in _STATEMENTS:
                continue
            section: tuple[str, ...] = ()
            item = ""
            for row in table["rows"]:
                if row.get("section"):
                    section, item = (row["label"],), ""
                elif dependence(row["label"]) == "follows":
                    yield table["kind"], row["label"], (*section, item)
                else:
                    item = row["label"]
                    yield table["kind"], item, section


@pytest.mark.corpus
def test_most_rows_of_real_statements_have_a_concept() -> None:
    rows = list(_printed())
    if not rows:
        pytest.skip("the real reports are not here")
    missed = [row for row in rows if concept_of(row[1], kind=row[0], parents=row[2]) is None]
    others = [
        row for row in missed if form(row[1]).key != "其他"
    ]  # needs the sub-total above, which truth leaves out
    assert len(missed) / len(rows) < 0.06
    assert len(others) / len(rows) < 0.02
