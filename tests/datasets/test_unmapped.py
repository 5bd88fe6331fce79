from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.datasets.store import prepare, write_report
from pipeline.datasets.unmapped import Share, Unmapped, unmapped
from pipeline.errors import InputError
from tests.datasets.factory import fact, part, report, table


def _write(out: Path, name: str, broker: str | None, facts: dict[str, list[dict[str, Any]]]) -> None:
    """A report with one table for each kind; a fact says what differs from a mapped 营业收入 of 2024E."""
    of = report(name, broker=broker)
    tables = {kind: table(of, kind) for kind in facts}
    rows = [
        fact(tables[kind], at, 1, "12", **({"label_path": [given["label"]]} | given))
        for kind, given_rows in facts.items()
        for at, given in enumerate(given_rows, 1)
    ]
    write_report(out, part(of, list(tables.values()), rows))


def test_counts_labels_over_reports_whatever_their_dress(tmp_path: Path) -> None:
    unknown: dict[str, Any] = {"concept": None}
    _write(
        tmp_path,
        "b.pdf",
        "甲证券",
        {
            "balance_sheet": [
                unknown | {"label": "神秘资产（百万元）"},
                unknown | {"label": "神秘资产（百万元）", "column": "2025E"},
                {"label": "营业收入"},
            ]
        },
    )
    _write(
        tmp_path, "a.pdf", "乙证券", {"balance_sheet": [unknown | {"label": "神秘資產 (亿元)", "page": 7}]}
    )
    _write(tmp_path, "c.pdf", None, {"balance_sheet": [unknown | {"label": "别的"}]})
    shares, labels = unmapped(tmp_path)
    assert shares == (Share("balance_sheet", 5, 1),)
    assert labels == (
        Unmapped("balance_sheet", "神秘资产（百万元）", "", 3, 2, ("乙证券", "甲证券"), "a.pdf", 7),
        Unmapped("balance_sheet", "别的", "", 1, 1, (), "c.pdf", 3),
    )


def test_a_row_that_leans_on_another_is_told_with_it(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"label": "YoY", "label_path": ["云业务", "YoY"], "concept": None},
        {"label": "YoY", "label_path": ["端业务", "YoY"], "concept": None},
    ]
    _write(tmp_path, "a.pdf", "甲证券", {"segments": rows, "other": [{"label": "某", "concept": None}]})
    assert unmapped(tmp_path) == ((), ())
    _, labels = unmapped(tmp_path, ["segments"])
    assert [(each.label, each.above) for each in labels] == [("YoY", "云业务"), ("YoY", "端业务")]


def test_the_head_is_the_measure_of_a_peer_table_and_voids_one_of_differences(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "a.pdf",
        "甲证券",
        {
            "comps": [{"label": "某公司", "column": "神秘倍数|2025E", "concept": None}],
            "forecast_summary": [
                {"label": "营业收入", "column": "调整幅度", "concept": None},
                {"label": "2025E", "column": "神秘收入", "concept": None},
            ],
        },
    )
    _, labels = unmapped(tmp_path)
    assert [(each.kind, each.label) for each in labels] == [
        ("comps", "神秘倍数"),
        ("forecast_summary", "神秘收入"),
    ]


def test_no_reports_have_no_labels_and_no_folder_is_refused(tmp_path: Path) -> None:
    prepare(tmp_path / "out")
    assert unmapped(tmp_path / "out") == ((), ())
    with pytest.raises(InputError, match="no extracted directory"):
        unmapped(tmp_path / "nothing")
