"""The samples by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import banded, gridded, initiation
from .truth import ReportTruth

TRUTH = Path(__file__).parent / "truth"
SAMPLES: dict[str, Callable[[], tuple[bytes, ReportTruth]]] = {
    initiation.NAME: initiation.compose,
    banded.NAME: banded.compose,
    gridded.NAME: gridded.compose,
}
