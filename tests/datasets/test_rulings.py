"""What people ruled on printed numbers, in a release: beside the print, and gone when it no longer fits."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.datasets.releases import open_release
from pipeline.datasets.store import read_dataset
from pipeline.errors import ConfigError
from tests.datasets.conftest import MONDAY, TUESDAY, Publish, write
from tests.datasets.factory import Row, check, fact, report, table

OF = report()
WRONG = fact(table(OF), 1, 1, "(6,618.32)", concept="operating_profit", label="营业利润")
MARGIN = fact(table(OF), 2, 1, "41.5%", concept="gross_margin", unit="percent", scale=0, label="毛利率")
FINE = fact(table(OF), 3, 1, "12", concept="income_tax")
CHECKS = [
    check(OF, [WRONG, FINE], "impossible", rule_id="half_years", suspects=[WRONG["fact_id"]]),
    check(OF, [MARGIN, FINE], "impossible", rule_id="margin", suspects=[MARGIN["fact_id"]]),
    check(OF, [MARGIN, FINE], rule_id="cover"),
]


def ruling(of: Row, kind: str, **entry: str) -> str:
    lines = {"report": of["report_id"][:16], "fact": of["fact_id"][:16], "ruling": kind, **entry}
    lines |= {"reason": "按上下半年之和", "who": "a.analyst"}
    body = "\n".join(f'{key} = "{value}"' for key, value in lines.items())
    return f'[[correction]]\n{body}\nexpect = {{ text = "{of["text"]}" }}\nwhen = 2025-03-04\n'


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write(tmp_path / "e", OF, [WRONG, MARGIN, FINE], CHECKS)
    return tmp_path / "e"


def test_rulings_lie_beside_the_print(out: Path, tmp_path: Path, light: Path, publish: Publish) -> None:
    before = publish(out, tmp_path / "p", now=MONDAY)
    assert before.facts()["fact_id"].tolist() == [FINE["fact_id"]]
    assert before.facts().attrs == {"left_out_failed": 2}
    (light / "corrections.toml").write_text(
        ruling(WRONG, "correct", value="(6,708.32)") + ruling(MARGIN, "accept"), encoding="utf-8"
    )
    after = publish(out, tmp_path / "p", now=TUESDAY)
    assert after.manifest["changes"]["changed"] == 1
    rows = {row["fact_id"]: row for row in after.facts(as_arrow=True).to_pylist()}
    wrong, margin, fine = (rows[f["fact_id"]] for f in (WRONG, MARGIN, FINE))
    assert (wrong["text"], wrong["value_printed"]) == ("(6,618.32)", Decimal("-6618.32"))
    assert (wrong["value"], wrong["amount"]) == (Decimal("-6708.32"), -6_708_320_000.0)
    assert (wrong["quality"], wrong["known_at"]) == ("unchecked", TUESDAY)
    assert (wrong["rules"], wrong["failed_rules"]) == (["half_years"], ["half_years"])
    assert (margin["quality"], margin["value"], margin["known_at"]) == ("passed", Decimal("41.5"), MONDAY)
    assert (fine["quality"], fine["rules"]) == ("passed", ["cover", "half_years", "margin"])
    layer = {row["fact_id"]: row for row in after.read("corrections").to_pylist()}
    assert layer[WRONG["fact_id"]]["text_corrected"] == "(6,708.32)"
    assert layer[MARGIN["fact_id"]] == {
        "fact_id": MARGIN["fact_id"],
        "report_id": OF["report_id"],
        "ruling": "accept",
        "text_printed": "41.5%",
        "value_printed": Decimal("41.5"),
        "text_corrected": None,
        "value_corrected": None,
        "reason": "按上下半年之和",
        "who": "a.analyst",
        "when": date(2025, 3, 4),
    }
    assert after.wide("income_statement")["operating_profit"].tolist() == [-6_708_320_000.0]
    extracted = {row["fact_id"]: row["value"] for row in read_dataset(out, "facts").to_pylist()}
    assert extracted[WRONG["fact_id"]] == Decimal("-6618.32")
    assert len(after.facts(known_by=MONDAY)) == 1
    (light / "corrections.toml").write_text("", encoding="utf-8")
    taken_back = publish(out, tmp_path / "p", now=TUESDAY + timedelta(days=1))
    assert taken_back.manifest["content"] == before.manifest["content"]
    assert taken_back.rows["corrections"] == 0


def test_ruling_that_no_longer_fits_stops_the_publication(
    out: Path, tmp_path: Path, light: Path, publish: Publish
) -> None:
    (light / "corrections.toml").write_text(ruling(WRONG, "correct", value="(6,708.32)"), encoding="utf-8")
    first = publish(out, tmp_path / "p", now=MONDAY)
    read_anew = fact(table(OF), 1, 1, "(6,708.32)", concept="operating_profit", label="营业利润")
    write(out, OF, [read_anew, MARGIN, FINE], CHECKS)
    with pytest.raises(ConfigError, match=r"the guard does not fit .* expected '\(6,618.32\)', found"):
        publish(out, tmp_path / "p", now=TUESDAY)
    assert open_release(tmp_path / "p").id == first.id
    assert not list((tmp_path / "p").glob(".staging-*"))
