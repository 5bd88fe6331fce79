"""Covers as many houses set them: every column of what a person reads off each of them, and no more."""

from __future__ import annotations

from dataclasses import fields

import pytest

from pipeline.meaning.cover import ReportMeta, read_cover
from tests.meaning.covers import COVERS, Cover


@pytest.mark.parametrize("cover", COVERS, ids=lambda c: c.name)
def test_a_cover_says_what_a_person_reads_off_it(cover: Cover) -> None:
    read = read_cover(cover.pages())
    wrong = {
        f.name: (getattr(cover.says, f.name), getattr(read, f.name))
        for f in fields(ReportMeta)
        if getattr(cover.says, f.name) != getattr(read, f.name)
    }
    assert wrong == {}
