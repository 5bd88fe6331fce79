"""All datasets of a release, by name, in the order in which they are shown."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache

from pipeline.datasets.estimates import ESTIMATES
from pipeline.datasets.published import CORRECTIONS, PUBLISHED_FACTS, SUPERSEDED, VERSIONS
from pipeline.datasets.schema import CHECKS, REPORTS, TABLES, Dataset
from pipeline.datasets.views import WIDE_KINDS, wide_dataset

DERIVATION = 1
"""Raise it where a release would have other rows of the same reports: all are then made again."""


@cache
def release_datasets() -> Mapping[str, Dataset]:
    """Name to declaration."""
    plain = (PUBLISHED_FACTS, REPORTS, TABLES, CHECKS, ESTIMATES)
    wide = (wide_dataset(kind) for kind in WIDE_KINDS)
    return {dataset.name: dataset for dataset in (*plain, *wide, CORRECTIONS, SUPERSEDED, VERSIONS)}


@cache
def derivation() -> str:
    """A hash of the columns that a release has and of how their rows are made."""
    digest = hashlib.sha256(f"{DERIVATION}".encode())
    for dataset in release_datasets().values():
        columns = " ".join(f"{c.name}:{c.type}:{c.null}" for c in dataset.columns)
        digest.update(f"{dataset.name} {dataset.key} {columns}\n".encode())
    return digest.hexdigest()
