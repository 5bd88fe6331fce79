"""What was printed where: the truth about a drawn report, in the shape the accuracy scorer reads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from .sheet import Box, around


@dataclass(frozen=True, slots=True)
class RowTruth:
    """One printed row: its heads, outermost first and its own last, and each value with its box."""

    label_path: tuple[str, ...]
    page: int
    label_box: Box | None
    values: tuple[str, ...]
    boxes: tuple[Box | None, ...]
    section: bool = False

    def as_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {"label": self.label_path[-1], "values": list(self.values)}
        if self.section:
            row["section"] = True
        return row | {
            "label_path": list(self.label_path),
            "page": self.page,
            "label_box": _rounded(self.label_box),
            "boxes": [_rounded(box) for box in self.boxes],
        }


@dataclass(slots=True)
class TableTruth:
    """One printed table. Its box is the part on the page where it starts."""

    kind: str
    title: str
    unit_text: str
    columns: tuple[str, ...]
    page: int
    boxes: list[Box] = field(default_factory=list)
    rows: list[RowTruth] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "title": self.title,
            "unit_text": self.unit_text,
            "columns": list(self.columns),
            "rows": [row.as_json() for row in self.rows],
            "page": self.page,
            "bbox": _rounded(around(self.boxes)),
        }


@dataclass(frozen=True, slots=True)
class ReportTruth:
    """A drawn report: its cover fields and every table; tables of words are kept apart from the numbers."""

    file: str
    report: dict[str, Any]
    tables: list[TableTruth]
    analysts: list[dict[str, str]]
    planted: dict[str, str] | None = None  # the one wrong cell: row, column, printed, should_be, why

    def _errors(self) -> list[dict[str, Any]]:
        """The planted error with the table, page and box where it stands."""
        if self.planted is None:
            return []
        for table in self.tables:
            for row in table.rows:
                for column, value, box in zip(table.columns, row.values, row.boxes, strict=True):
                    at = {"row": row.label_path[-1], "column": column, "printed": value}
                    if at.items() <= self.planted.items():
                        where = {
                            "page": row.page,
                            "table": table.title,
                            "kind": table.kind,
                            "box": _rounded(box),
                        }
                        return [
                            {
                                **where,
                                **at,
                                "should_be": self.planted["should_be"],
                                "why": self.planted["why"],
                            }
                        ]
        raise LookupError(f"the planted error is not printed: {self.planted}")

    def as_json(self, pdf: bytes) -> str:
        numeric = [table.as_json() for table in self.tables if table.kind != "text"]
        words = [table.as_json() for table in self.tables if table.kind == "text"]
        whole = {
            "file": self.file,
            "sha256": hashlib.sha256(pdf).hexdigest(),
            "report": self.report,
            "analysts": self.analysts,
            "tables": numeric,
            "text_tables": words,
            "report_errors": self._errors(),
            "notes": [],
        }
        return _written(whole)


def _rounded(box: Box | None) -> list[float] | None:
    return None if box is None else [round(edge, 1) for edge in box]


def _written(whole: dict[str, Any]) -> str:
    """JSON with one printed row on each line, so that a changed row is a changed line."""
    texts = {key: _tables(value) if key.endswith("tables") else _plain(value) for key, value in whole.items()}
    return "{\n" + ",\n".join(f" {_plain(key)}: {text}" for key, text in texts.items()) + "\n}\n"


def _tables(tables: list[dict[str, Any]]) -> str:
    return "[" + ",".join("\n  " + _table(table) for table in tables) + "\n ]"


def _table(table: dict[str, Any]) -> str:
    head = _plain({key: value for key, value in table.items() if key != "rows"})
    return head[:-1] + ', "rows": [' + ",".join("\n    " + _plain(row) for row in table["rows"]) + "\n  ]}"


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
