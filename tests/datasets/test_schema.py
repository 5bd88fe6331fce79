from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.datasets.published import PUBLISHED_FACTS
from pipeline.datasets.schema import (
    CHECKS,
    EXTRACTED,
    FACTS,
    REPORTS,
    arrow_schema,
    arrow_type,
    empty,
    from_rows,
    validated,
)
from pipeline.errors import DataError
from tests.datasets.factory import fact, report, table

ROOT = Path(__file__).parents[2]
CONTRACTS = [p for p in (ROOT / "docs/contract.md", ROOT.parent / "shared/CONTRACT.md") if p.exists()]


def contract_section(text: str, name: str) -> str:
    found = re.search(rf"^## {name}\b.*?$(.*?)(?=^## )", text, re.S | re.M)
    assert found, f"the contract has no section {name}"
    return found[1]


def declared_columns(section: str) -> list[tuple[str, str]]:
    """Column names and types of a contract section's table, rows that name several columns taken apart."""
    columns = []
    for line in section.splitlines():
        if not line.startswith("| ") or line.startswith("| column | type"):
            continue
        names, types = (part.strip() for part in line.split("|")[1:3])
        kinds = re.split(r", (?=list|string|date)", types) if "," in names else [types]
        columns += [
            (n.strip(), kinds[i] if i < len(kinds) else kinds[-1]) for i, n in enumerate(names.split(","))
        ]
    return columns


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda p: p.name)
@pytest.mark.parametrize("name", ["reports", "tables", "facts"])
def test_declaration_is_the_contracts_table(path: Path, name: str) -> None:
    columns = declared_columns(contract_section(path.read_text(encoding="utf-8"), name))
    dataset = EXTRACTED[name]
    assert [n for n, _ in columns] == list(dataset.names)
    for (column, spelling), ours in zip(columns, dataset.columns, strict=True):
        bare = re.sub(r", (key|null.*)$", "", spelling).strip()
        if bare:
            assert ours.type == bare, column
        if ", null" in spelling:
            assert ours.null, column
        if ", key" in spelling:
            assert dataset.key == (column,)


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda p: p.name)
def test_datasets_written_in_prose_have_the_contracts_columns(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    cells = contract_section(text, "cells").strip().split("Key:")
    prose = re.sub(r"\([^)]*\)", "", cells[0])
    assert re.findall(r"\w+", prose) == list(EXTRACTED["cells"].names)
    assert re.findall(r"\w+", cells[1]) == list(EXTRACTED["cells"].key)
    checks = re.sub(
        r"\([^()]*(?:\([^()]*\)[^()]*)*\)", "", contract_section(text, "checks").split("`verdict`:")[0]
    )
    assert re.findall(r"\w+", checks) == list(CHECKS.names)
    pages = re.sub(r"\([^)]*\)", "", contract_section(text, "coverage"))
    assert [w for w in re.findall(r"\w+", pages) if w != "and"] == list(EXTRACTED["coverage"].names)


@pytest.mark.parametrize("dataset", EXTRACTED.values(), ids=lambda d: d.name)
def test_every_column_is_said_in_a_sentence_and_keys_are_never_null(dataset: Any) -> None:
    by_name = {c.name: c for c in dataset.columns}
    assert len(by_name) == len(dataset.columns)
    assert all(c.sentence.endswith((".", "…")) for c in dataset.columns)
    assert not any(by_name[name].null for name in dataset.order)


@pytest.mark.parametrize("dataset", [*EXTRACTED.values(), PUBLISHED_FACTS], ids=lambda d: d.name)
def test_empty_table_has_every_type(dataset: Any) -> None:
    nothing = empty(dataset)
    assert nothing.num_rows == 0
    assert [f.type for f in nothing.schema] == [arrow_type(c.type) for c in dataset.columns]


def test_rows_come_out_sorted_by_report_and_key() -> None:
    rows = [report(f"{i}.pdf") for i in range(6)]
    ids = from_rows(REPORTS, rows)["report_id"].to_pylist()
    assert ids == sorted(r["report_id"] for r in rows)


def change(name: str, value: Any) -> pa.Table:
    return pa.Table.from_pylist(
        [fact(table(report())) | {name: value}],
        schema=pa.schema([pa.field(f.name, f.type) for f in arrow_schema(FACTS)]),
    )


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (lambda t: t.drop_columns(["scale"]), r"facts: expected the columns .*lacks \['scale'\]"),
        (lambda t: t.append_column("guess", pa.array([1.0])), r"adds \['guess'\]"),
        (lambda t: t.select([*t.column_names[1:], "fact_id"]), "order is"),
        (
            lambda t: t.set_column(4, "page", pa.array([3], pa.int64())),
            r"facts.page: expected int32, got int64",
        ),
        (lambda t: pa.concat_tables([t, t]), "keys are there more than once"),
    ],
)
def test_departures_are_named(broken: Any, says: str) -> None:
    good = validated(FACTS, change("page", 3))
    with pytest.raises(DataError, match=says):
        validated(FACTS, broken(good))


def test_null_and_unknown_words_are_refused() -> None:
    with pytest.raises(DataError, match=r"facts.text: may not be null, is null in 1 rows"):
        validated(FACTS, change("text", None))
    with pytest.raises(DataError, match=r"facts.basis: expected one of .* got \['guess'\]"):
        validated(FACTS, change("basis", "guess"))


def test_rows_with_other_columns_or_values_are_refused() -> None:
    good = report()
    with pytest.raises(DataError, match="row 1 lacks or adds broker, house"):
        from_rows(REPORTS, [good, {("house" if k == "broker" else k): v for k, v in report("b").items()}])
    with pytest.raises(DataError, match=r"reports.page_count: expected int32"):
        from_rows(REPORTS, [report(page_count="three")])
