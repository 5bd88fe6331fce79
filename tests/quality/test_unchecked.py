from __future__ import annotations

import pytest

from pipeline.quality.unchecked import not_checkable, periods


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["2024", "2023", "2025"], "2023–2025"),
        (["2023", "2025"], "2023, 2025"),
        (["2024H1", "2023H1"], "2023H1, 2024H1"),
        (["2024"], "2024"),
        ([], ""),
    ],
)
def test_periods_in_words(labels: list[str], said: str) -> None:
    assert periods(labels) == said


def test_what_is_said_of_several_years_is_said_once() -> None:
    def said(label: str, period: str, why: str) -> tuple[str, str, str, str]:
        return ("r", "a", f"{label} {period} (p. 2): {why}", period)

    found = not_checkable(
        {
            said("现金", "2025", "0 of 3 columns fit"): 1,
            said("现金", "2023", "0 of 3 columns fit"): 1,
            said("现金", "2024", "0 of 3 columns fit"): 2,
            said("存货", "2023", "存货 2022 is not printed"): 1,
            said("存货", "2024", "存货 2024H1 is blank"): 1,
            said("存货", "2025", "存货 2025 is blank"): 1,
            said("存货", "2026", "存货 2026 is blank"): 1,
            said("存货", "", "no year"): 1,
        }
    )
    assert {(item.message, item.count) for item in found["r"]} == {
        ("现金 2023–2025 (p. 2): 0 of 3 columns fit", 4),
        ("存货 2023 (p. 2): 存货 2022 is not printed", 1),
        ("存货 2024 (p. 2): 存货 2024H1 is blank", 1),
        ("存货 2025–2026 (p. 2): 存货 2025–2026 is blank", 2),
        ("存货  (p. 2): no year", 1),
    }
