"""Contract-shaped rows and tables for tests: say what matters, the rest is plausible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pipeline.datasets.schema import CHECKS, EXTRACTED, from_rows

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, Any]


def digest(*parts: object) -> str:
    return sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def report(name: str = "a.pdf", **changes: Any) -> Row:
    row: Row = {
        "report_id": digest(name),
        "file_name": name,
        "broker": "华泰证券",
        "title": "首次覆盖：视觉龙头",
        "report_type": "initiation",
        "published_on": date(2025, 3, 1),
        "company": "商汤集团",
        "tickers": ["0020.HK"],
        "rating": "买入",
        "rating_action": "首次",
        "rating_level": "buy",
        "target_price": Decimal("2.1700"),
        "close_price": Decimal("1.5200"),
        "price_currency": "HKD",
        "analysts": [{"name": "张三", "sac_no": "S0570512345678", "sfc_no": None, "email": None}],
        "page_count": 3,
        "text_layer": "good",
        "outcome": "complete",
        "reason": None,
        "contract_version": "1",
        "pipeline_version": "0.1.0",
    }
    return row | changes


def table(of: Row, kind: str = "income_statement", **changes: Any) -> Row:
    row: Row = {
        "table_id": digest(of["report_id"], kind),
        "report_id": of["report_id"],
        "kind": kind,
        "pages": [3],
        "x0": 40.0,
        "top": 100.0,
        "x1": 300.0,
        "bottom": 200.0,
        "caption": "图表 70: 商汤盈利预测",
        "caption_no": "70",
        "source_note": "资料来源：公司公告",
        "unit_text": "人民币百万",
        "row_count": 3,
        "column_count": 3,
        "reader": "aligned",
        "agreement": 1.0,
    }
    return row | changes


def cell(of: Row, row: int, column: int, text: str, **changes: Any) -> Row:
    found: Row = {
        "table_id": of["table_id"],
        "report_id": of["report_id"],
        "page": of["pages"][0],
        "row": row,
        "column": column,
        "row_span": 1,
        "column_span": 1,
        "text": text,
        "x0": 40.0 + 80 * column,
        "top": 100.0 + 12 * row,
        "x1": 110.0 + 80 * column,
        "bottom": 110.0 + 12 * row,
        "role": "header" if row == 0 else "label" if column == 0 else "value",
    }
    return found | changes


def fact(of: Row, row: int = 1, column: int = 1, text: str = "3,446", /, **changes: Any) -> Row:
    """A number of table `of`; `value` and `amount` follow from `text`, `scale` and `unit` unless given."""
    digits = text.replace(",", "").strip("()%x")
    number = Decimal(digits) if digits.replace(".", "").replace("-", "").isdigit() else None
    if number is not None and text.startswith("("):
        number = -number
    scale = changes.get("scale", 6)
    unit = changes.get("unit", "CNY")
    power = (scale or 0) - (2 if unit == "percent" else 0)
    found: Row = {
        "fact_id": digest(of["table_id"], row, column),
        "report_id": of["report_id"],
        "table_id": of["table_id"],
        "table_kind": of["kind"],
        "page": of["pages"][0],
        "x0": 40.0 + 80 * column,
        "top": 100.0 + 12 * row,
        "x1": 110.0 + 80 * column,
        "bottom": 110.0 + 12 * row,
        "entity": "0020.HK",
        "entity_name": "商汤集团",
        "label": "营业收入",
        "label_path": ["营业收入"],
        "column": "2024E",
        "concept": "revenue",
        "period_label": "2024",
        "period_start": date(2024, 1, 1),
        "period_end": date(2024, 12, 31),
        "basis": "estimate",
        "text": text,
        "value": number,
        "missing": None if number is not None else "dash",
        "decimals": None if number is None else max(0, -int(number.as_tuple().exponent)),
        "unit": unit,
        "scale": scale,
        "amount": float(number.scaleb(power)) if number is not None and scale is not None else None,
    }
    return found | changes


def check(of: Row, facts: Sequence[Row] = (), verdict: str = "ok", **changes: Any) -> Row:
    rule_id = changes.get("rule_id", "assets_equal_liabilities_and_equity")
    failing = verdict in ("impossible", "improbable")
    found: Row = {
        "check_id": digest(of["report_id"], rule_id, *(f["fact_id"] for f in facts)),
        "report_id": of["report_id"],
        "rule_id": rule_id,
        "table_ids": sorted({f["table_id"] for f in facts}),
        "entity": "0020.HK",
        "period_label": "2024",
        "severity": "error",
        "verdict": verdict,
        "printed": None,
        "expected": None,
        "expected_low": None,
        "expected_high": None,
        "residual": None,
        "fact_ids": [f["fact_id"] for f in facts],
        "message": "资产总计 2024 on page 3: 100 printed, 100 expected.",
        "suspects": [],
        "cause": "unknown" if failing else None,
    }
    return found | changes


def coverage(of: Row, page: int = 3, **changes: Any) -> Row:
    found: Row = {
        "report_id": of["report_id"],
        "page": page,
        "words": 400,
        "tables": 1,
        "numbers_on_page": 42,
        "numbers_in_facts": 30,
        "left_out": "running text 12",
    }
    return found | changes


def part(
    of: Row,
    tables: Sequence[Row] | None = None,
    facts: Sequence[Row] | None = None,
    checks: Sequence[Row] | None = (),
    **others: Sequence[Row],
) -> dict[str, pa.Table]:
    """All datasets of one report; without arguments one table with one fact. `checks=None`: not yet run."""
    tables = [table(of)] if tables is None else tables
    facts = [fact(t) for t in tables[:1]] if facts is None else facts
    rows: Mapping[str, Sequence[Row]] = {
        "reports": [of],
        "tables": tables,
        "cells": [cell(t, 0, 0, "会计年度") for t in tables],
        "facts": facts,
        "coverage": [coverage(of)],
        **({} if checks is None else {CHECKS.name: checks}),
        **others,
    }
    return {name: from_rows(EXTRACTED[name], rows[name]) for name in rows}
