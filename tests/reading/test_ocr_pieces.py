"""What the pieces around a piece say about it."""

from __future__ import annotations

import pytest

from pipeline.reading.marks import Patch
from pipeline.reading.pieces import Piece, years_in_a_row

HEIGHT = 10.0


def _row(*texts: str) -> list[Piece]:
    """Pieces side by side; a question mark marks doubt, and parts what two readings say."""
    pieces = []
    for index, text in enumerate(texts):
        first, _, other = text.partition("?")
        pieces.append(Piece(Patch(60 * index, 0, 60 * index + 40, 10), first, "?" not in text, other))
    return pieces


@pytest.mark.parametrize(
    ("heads", "judged"),
    [
        (["2023A", "2024E?", "2025E"], ["2023A", "2024E", "2025E"]),
        (["2023?2Q23", "2024?", "2025E?"], ["2023", "2024", "2025E"]),
        (["2023?2028", "2024?2824", "2025?"], ["2023", "2024", "2025"]),
        (["2028?2023", "2024", "2025"], ["2028?2023", "2024", "2025"]),
        (["2025E?", "2026EI?", "2027E.?2027E"], ["2025E", "2026E", "2027E"]),
        (["2025E", "2026E", "2027F?2027E"], ["2025E", "2026E", "2027F?2027E"]),
        (["2021A", "2022E", "2023", "2024E"], ["2021A", "2022E", "2023?", "2024E"]),
        (["2022A", "2023?2023三", "2024E"], ["2022A", "2023?2023三", "2024E"]),
        (["2024?", "2025?"], ["2024?", "2025?"]),
        (["2024?", "1,203", "2026?"], ["2024?", "1,203", "2026?"]),
    ],
)
def test_heads_of_years_are_judged_by_their_neighbours(heads: list[str], judged: list[str]) -> None:
    assert years_in_a_row(_row(*heads), HEIGHT) == _row(*judged)


def test_heads_of_other_rows_are_no_neighbours() -> None:
    pieces = [
        Piece(piece.patch._replace(y0=30 * index, y1=30 * index + 10), piece.text, piece.sure)
        for index, piece in enumerate(_row("2023?", "2024?", "2025?"))
    ]
    assert years_in_a_row(pieces, HEIGHT) == pieces
