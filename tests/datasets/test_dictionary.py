from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.checking.run import checks_schema
from pipeline.datasets.dictionary import data_dictionary, release_dictionary
from pipeline.datasets.published import PUBLISHED_FACTS
from pipeline.datasets.schema import EXTRACTED, schema_of
from pipeline.datasets.views import WIDE_KINDS

ROOT = Path(__file__).parents[2]


def test_dictionary_in_the_repository_is_the_declaration() -> None:
    written = (ROOT / "extracted" / "README.md").read_text(encoding="utf-8")
    assert written == data_dictionary(), "run: python -m pipeline.datasets.dictionary > extracted/README.md"


@pytest.mark.parametrize("dataset", EXTRACTED.values(), ids=lambda d: d.name)
def test_every_column_has_its_line(dataset: object) -> None:
    text = data_dictionary()
    assert isinstance(dataset, type(PUBLISHED_FACTS))
    section = text.split(f"\n## {dataset.name}\n")[1].split("\n## ")[0]
    named = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
    assert named == list(dataset.names)


def test_release_dictionary_covers_the_wide_tables() -> None:
    text = release_dictionary()
    assert all(f"\n## {kind}\n" in text for kind in WIDE_KINDS)
    assert "| `known_at` | instant |" in text


def test_checks_are_written_as_the_checks_room_declares_them() -> None:
    assert schema_of("checks").equals(checks_schema())
