from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checking.company import Grid, checked, report
from tests.checking.test_rules_hold import misprint

SEED = 4


def misprinted(
    label: str, column: int, agreement: float | None = None, reader: str = "aligned"
) -> list[dict[str, object]]:
    grids: list[Grid] = []
    for grid in report(SEED):
        if grid.kind != "balance_sheet":
            grids.append(grid)
            continue
        line = next(x for x in grid.lines if x.label == label)
        edited = grid.edited(label, column, misprint(line.texts[column] or ""))
        grids.append(replace(edited, agreement=agreement, reader=reader))
    return [r for r in checked(grids) if r["verdict"] in ("impossible", "improbable")]


@pytest.mark.parametrize(
    "label", ["total_assets", "total_liabilities", "total_current_assets", "cash", "equity_parent"]
)
def test_the_misprint_is_singled_out_by_the_rules_it_shares(label: str) -> None:
    failed = misprinted(label, 3)
    accused = {fact for row in failed for fact in row["suspects"]}  # type: ignore[attr-defined]
    assert accused == {f"2:{label}:{label}:3"}
    assert all(row["suspects"] for row in failed)


def test_one_failed_check_accuses_nobody() -> None:
    failed = misprinted("other_non_current_liabilities", 3)
    assert [row["rule_id"] for row in failed] == ["balance_sheet.lines.total_non_current_liabilities"]
    assert failed[0]["suspects"] == []


@pytest.mark.parametrize(("agreement", "cause"), [(1.0, "source"), (0.98, "unknown"), (None, "unknown")])
def test_the_cause_follows_the_second_reading_of_the_suspects_table(
    agreement: float | None, cause: str
) -> None:
    assert {row["cause"] for row in misprinted("total_assets", 3, agreement)} == {cause}


@pytest.mark.parametrize(
    ("agreement", "cause"), [(1.0, "source"), (0.98, "extraction"), (None, "extraction")]
)
def test_a_table_recognised_in_a_picture_is_suspected_of_being_misread(
    agreement: float | None, cause: str
) -> None:
    assert {row["cause"] for row in misprinted("total_assets", 3, agreement, "ocr")} == {cause}
