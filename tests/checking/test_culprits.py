from __future__ import annotations

from dataclasses import replace

import pytest

from tests.checking.cases import amounts, row
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


def test_one_failed_check_suspects_what_no_other_check_clears() -> None:
    """The total is borne out by the balance of the sheet; its two lines are not."""
    failed = misprinted("other_non_current_liabilities", 3)
    assert [row["rule_id"] for row in failed] == ["balance_sheet.lines.total_non_current_liabilities"]
    suspects = failed[0]["suspects"]
    assert isinstance(suspects, list)
    assert set(suspects) == {
        f"2:{line}:{line}:3" for line in ("other_non_current_liabilities", "long_term_debt")
    }


def test_the_number_that_leaves_the_course_of_its_row_comes_first() -> None:
    lines = [
        row("现金", "cash", "100", "110", "120", "730", "140"),
        row("存货", "inventories", "900", "400", "1500", "700", "100"),
    ]
    total = row("流动资产", "total_current_assets", "1000", "510", "1620", "830", "240")
    (found,) = [
        r for r in checked([amounts(*lines, total, kind="balance_sheet")]) if r["verdict"] == "impossible"
    ]
    assert found["suspects"][0] == "0:cash:现金:3"  # type: ignore[index]


def test_where_nothing_tells_them_apart_nobody_is_accused() -> None:
    grid = amounts(
        row("流动资产", "total_current_assets", "30"),
        row("非流动资产", "total_non_current_assets", "50"),
        row("资产总计", "total_assets", "87"),
        kind="balance_sheet",
    )
    (found,) = checked([grid])
    assert (found["verdict"], found["suspects"]) == ("impossible", [])


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
