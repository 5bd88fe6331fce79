"""Where every column comes from: the columns or pages it is made of, and the module that makes it.

Declared beside the schema rather than in it: the schema says what a column is, this says how it came to be.
A test holds the two together, and every name here to a module and to columns that exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.opinions import VIEWS
from pipeline.datasets.schema import EXTRACTED, Dataset
from pipeline.datasets.views import WIDE_KINDS

FILE, PAGE, PEOPLE, RUN = "the file", "the page", "people", "the run"
SOURCES = (FILE, PAGE, PEOPLE, RUN)
"""What a column can come from that is no column."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a column is made of (`facts.value`, or one of `SOURCES`), and the module that makes it."""

    inputs: tuple[str, ...]
    module: str

    def __str__(self) -> str:
        return f"{', '.join(self.inputs)} ({self.module})"


# dataset -> columns -> inputs, module. Columns that are made together stand together.
_READ: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "reports": {
        "report_id": (FILE, "extraction"),
        "file_name": (FILE, "batch.inputs"),
        "broker": (PAGE, "meaning.cover_broker"),
        "title report_type": (PAGE, "meaning.cover_title"),
        "published_on company tickers": (PAGE, "meaning.cover"),
        "rating rating_action rating_level": (PAGE, "meaning.cover_rating"),
        "target_price close_price price_currency": (PAGE, "meaning.cover_prices"),
        "analysts": (PAGE, "meaning.cover_people"),
        "page_count": (FILE, "extraction"),
        "text_layer": (PAGE, "reading.textlayer"),
        "outcome reason": (RUN, "extraction"),
        "contract_version": (RUN, "datasets.schema"),
        "pipeline_version": (RUN, "version"),
    },
    "tables": {
        "table_id": ("reports.report_id tables.pages tables.x0 tables.top", "meaning.facts"),
        "report_id": ("reports.report_id", "meaning.records"),
        "kind": ("cells.text tables.caption", "meaning.kinds"),
        "pages": (PAGE, "tables.joins"),
        "x0 top x1 bottom row_count column_count reader": (PAGE, "tables.find"),
        "caption caption_no source_note": (PAGE, "layout.captions"),
        "unit_text": (PAGE, "layout.captions"),
        "agreement": (PAGE, "tables.second_reading"),
    },
    "cells": {
        "table_id": ("tables.table_id", "meaning.records"),
        "report_id": ("reports.report_id", "meaning.records"),
        "page text x0 top x1 bottom": (PAGE, "tables.find"),
        "row column row_span column_span role": (PAGE, "tables.find"),
    },
    "facts": {
        "fact_id": ("tables.table_id cells.row cells.column", "meaning.facts"),
        "report_id": ("reports.report_id", "meaning.facts"),
        "table_id table_kind": ("tables.table_id tables.kind", "meaning.facts"),
        "page x0 top x1 bottom text": ("cells.page cells.x0 cells.text", "meaning.facts"),
        "entity entity_name": ("cells.text reports.company reports.tickers", "meaning.entities"),
        "label label_path": ("cells.text cells.role", "meaning.rows"),
        "column": ("cells.text cells.role", "tables.headers"),
        "concept": ("facts.label_path tables.kind", "meaning.labels"),
        "period_label period_start period_end basis": ("cells.text reports.published_on", "meaning.periods"),
        "value missing decimals": ("facts.text", "meaning.numbers"),
        "unit scale": ("cells.text tables.unit_text", "meaning.units"),
        "amount": ("facts.value facts.unit facts.scale", "meaning.facts"),
    },
    "checks": {
        "check_id report_id rule_id table_ids entity period_label severity fact_ids": (
            "facts.concept facts.entity facts.period_label",
            "checking.run",
        ),
        "verdict printed expected expected_low expected_high residual": (
            "facts.value facts.decimals facts.scale",
            "checking.estimate",
        ),
        "message": ("facts.text facts.label facts.page", "checking.messages"),
        "suspects": ("checks.verdict checks.fact_ids", "checking.culprits"),
        "cause": ("tables.agreement", "batch.second"),
    },
    "coverage": {
        "report_id": ("reports.report_id", "coverage"),
        "page words numbers_on_page left_out": (PAGE, "coverage"),
        "tables": ("tables.pages", "coverage"),
        "numbers_in_facts": ("facts.page", "coverage"),
    },
}

_PUBLISHED: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "facts": {
        "value amount value_printed": ("facts.value corrections.value_corrected", "datasets.rows"),
        "quality rules failed_rules": ("checks.verdict checks.fact_ids checks.suspects", "datasets.derived"),
        "published_on": ("reports.published_on", "datasets.rows"),
        "known_at": ("versions.known_at", "datasets.rows"),
    },
    "corrections": {
        "fact_id report_id text_printed value_printed": ("facts.fact_id facts.text", "checking.corrections"),
        "ruling text_corrected value_corrected reason who when": (PEOPLE, "checking.corrections"),
    },
    "superseded": {
        "fact_id report_id concept entity entity_is superseded_by superseded_on change known_at": (
            "facts.fact_id facts.concept facts.entity facts.period_label reports.broker reports.published_on",
            "datasets.successors",
        ),
    },
    "versions": {
        "report_id version pipeline_version outcome published_on": ("reports.report_id", "datasets.rows"),
        "known_at release change": (RUN, "datasets.rows"),
        "why": (PEOPLE, "datasets.withdrawals"),
        "facts facts_mapped facts_failed facts_passed": ("facts.concept facts.quality", "datasets.rows"),
        "numbers_on_page numbers_in_facts": (
            "coverage.numbers_on_page coverage.numbers_in_facts",
            "datasets.rows",
        ),
    },
    "estimates": {
        "report_id fact_id entity entity_name concept period_label period_end": (
            "facts.fact_id facts.entity facts.concept facts.period_label facts.basis",
            "datasets.estimates",
        ),
        "broker analysts published_on": (
            "reports.broker reports.analysts reports.published_on",
            "datasets.estimates",
        ),
        "unit text value scale decimals": ("facts.text facts.value facts.unit", "datasets.estimates"),
        "amount": ("facts.value facts.scale facts.unit", "datasets.estimates"),
        "quality known_at": ("facts.quality facts.known_at", "datasets.estimates"),
        "revises": ("estimates.fact_id estimates.published_on", "datasets.opinions"),
    },
}
_PRINTED_BY = ("reports.broker", "reports.published_on")
_WIDE = {
    "report_id": ("facts.report_id",),
    "broker": ("reports.broker",),
    "published_on": ("reports.published_on",),
    "entity": ("facts.entity",),
    "entity_name": ("facts.entity_name", "facts.label"),
    "segment": ("facts.label_path",),
    "period_label": ("facts.period_label",),
    "period_end": ("facts.period_end",),
    "basis": ("facts.basis",),
    "currency": ("facts.unit",),
    "table_ids": ("facts.table_id",),
    "failed": ("facts.concept", "facts.quality"),
    "numbers_left_out": ("facts.amount",),
    "benchmark": ("facts.column", "facts.label"),
    "score": ("facts.value", "facts.quality"),
    "unit": ("facts.unit",),
    "quality": ("facts.quality",),
    "table_id": ("facts.table_id",),
    "fact_id": ("facts.fact_id",),
}
_CELL = ("facts.amount", "facts.concept", "facts.quality")
_VIEW_INPUTS = {
    "consensus": ("estimates.amount", "estimates.broker", "estimates.published_on", "estimates.quality"),
    "revisions": ("estimates.amount", "estimates.decimals", "estimates.published_on"),
    "target_prices": ("reports.target_price", "reports.price_currency", *_PRINTED_BY),
    "ratings": ("reports.rating", "reports.rating_level", *_PRINTED_BY),
}


def origin(dataset: Dataset, column: str) -> Origin:
    """Where a column comes from; KeyError where nobody said.

    A column that a release makes anew (`facts.value`, by a ruling) comes from there, not from its reader.
    """
    asked = dataset.name, column
    if EXTRACTED.get(dataset.name) is not dataset and asked in _made():
        return _made()[asked]
    return _read()[asked]


def declared() -> Iterator[Dataset]:
    """Every dataset that has a dictionary: extracted, published, computed."""
    yield from EXTRACTED.values()
    yield from (d for d in release_datasets().values() if d not in EXTRACTED.values())
    yield from (view.dataset for view in VIEWS.values())


@cache
def _read() -> Mapping[tuple[str, str], Origin]:
    """Of the columns that reading makes."""
    return dict(_spelled(_READ))


@cache
def _made() -> Mapping[tuple[str, str], Origin]:
    """Of the columns that a release or a question makes."""
    found = dict(_spelled(_PUBLISHED))
    for kind in WIDE_KINDS:
        for column in release_datasets()[kind].names:
            found[kind, column] = Origin(_WIDE.get(column, _CELL), "pipeline.datasets.views")
    for name, inputs in _VIEW_INPUTS.items():
        for column in VIEWS[name].dataset.names:
            found[name, column] = Origin(inputs, "pipeline.datasets.opinions")
    return found


def _spelled(groups: Mapping[str, Mapping[str, tuple[str, str]]]) -> Iterator[tuple[tuple[str, str], Origin]]:
    for name, columns_of in groups.items():
        for columns, (inputs, module) in columns_of.items():
            made_of = (inputs,) if inputs in SOURCES else tuple(inputs.split())
            for column in columns.split():
                yield (name, column), Origin(made_of, f"pipeline.{module}")
