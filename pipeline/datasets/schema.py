"""Every dataset and column, declared once: name, type, unit, one sentence.

Arrow schemas, empty tables, validation, the data dictionary and the column lists of the suites come from
here. The shape of a dataset is this declaration's, never its rows'. A change here is a change of the
contract: bump `CONTRACT_VERSION`, add a CHANGELOG line and a migration note.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from pipeline.errors import DataError
from pipeline.meaning.tablekinds import TABLE_KINDS

if TYPE_CHECKING:
    import pyarrow as pa

CONTRACT_VERSION = "1"

ANALYSTS_MEMBERS = ("name", "sac_no", "sfc_no", "email")  # all of them strings
ANALYSTS = f"list<struct<{', '.join(ANALYSTS_MEMBERS)}>>"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `type` in the contract's spelling, `values` the closed vocabulary where there is one."""

    name: str
    type: str
    sentence: str
    unit: str = ""
    null: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset: `key` names the columns that together identify a row and, after `report_id`, order it."""

    name: str
    sentence: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in declared order."""
        return tuple(c.name for c in self.columns)

    @property
    def order(self) -> tuple[str, ...]:
        """Columns that rows are sorted by: the report first, then the key."""
        return ("report_id", *(name for name in self.key if name != "report_id"))


VERDICTS = ("ok", "impossible", "improbable", "not_checkable")


def _box(what: str) -> tuple[Column, ...]:
    """The four columns of a rectangle, in points from the page's top-left corner as displayed."""
    sides = {"x0": "Left edge", "top": "Upper edge", "x1": "Right edge", "bottom": "Lower edge"}
    return tuple(
        Column(side, "double", f"{words} of {what}, from the page's top-left corner as displayed.", "pt")
        for side, words in sides.items()
    )


REPORTS = Dataset(
    "reports",
    "One row for every PDF that was offered, failed ones included.",
    ("report_id",),
    (
        Column("report_id", "string", "SHA-256 of the file's bytes, hex."),
        Column("file_name", "string", "Path relative to the input root, separated by `/`."),
        Column("broker", "string", "Publishing institution, normalised short name (华泰证券).", null=True),
        Column("title", "string", "Headline as printed.", null=True),
        Column(
            "report_type",
            "string",
            "What kind of report it is.",
            null=True,
            values=("initiation", "update", "results_review", "deep_dive", "industry", "other"),
        ),
        Column("published_on", "date", "The date printed on the report.", null=True),
        Column("company", "string", "Covered company as printed.", null=True),
        Column(
            "tickers",
            "list<string>",
            "Tickers of the covered company: `0020.HK`, `688981.SH`, `002821.SZ`, `830799.BJ`.",
            null=True,
        ),
        Column("rating", "string", "Rating as printed (买入).", null=True),
        Column(
            "rating_action",
            "string",
            "What the report does to the rating, as printed (首次, 维持, 上调).",
            null=True,
        ),
        Column(
            "rating_level",
            "string",
            "Rating on one scale, by the broker's vocabulary.",
            null=True,
            values=("buy", "outperform", "hold", "underperform", "sell"),
        ),
        Column(
            "target_price",
            "decimal(18,4)",
            "Target price; where two listings are priced, the first printed.",
            "price_currency",
            True,
        ),
        Column(
            "close_price",
            "decimal(18,4)",
            "Closing price the report quotes; where two listings are priced, the first printed.",
            "price_currency",
            True,
        ),
        Column("price_currency", "string", "Currency of both prices, ISO 4217.", null=True),
        Column(
            "analysts", ANALYSTS, "Analysts printed on the report, with their licence numbers.", null=True
        ),
        Column("page_count", "int32", "Pages of the PDF.", "pages", True),
        Column(
            "text_layer",
            "string",
            "Whether the file's text can be read as text.",
            null=True,
            values=("good", "garbled", "none"),
        ),
        Column(
            "outcome",
            "string",
            "How far the run came with this report.",
            values=("complete", "partial", "failed"),
        ),
        Column("reason", "string", "One sentence a person can act on; null when complete.", null=True),
        Column("contract_version", "string", "Version of this declaration."),
        Column("pipeline_version", "string", "Version of the program that read the report."),
    ),
)

TABLES = Dataset(
    "tables",
    "One row for each printed table found.",
    ("table_id",),
    (
        Column("table_id", "string", "Hash of report_id, first page and box."),
        Column("report_id", "string", "The report it is printed in."),
        Column("kind", "string", "What the table shows.", values=TABLE_KINDS),
        Column("pages", "list<int32>", "Pages it stands on, 1-based; more than one where it continues."),
        *_box("the table on its first page"),
        Column(
            "caption",
            "string",
            "Caption as printed (`图表 70: 商汤盈利预测`); null where none is printed.",
            null=True,
        ),
        Column("caption_no", "string", "Number in the caption (`70`).", null=True),
        Column("source_note", "string", "The printed 资料来源 line.", null=True),
        Column("unit_text", "string", "The printed unit line or header (`人民币百万`).", null=True),
        Column("row_count", "int32", "Rows of the grid, header rows included.", "rows"),
        Column("column_count", "int32", "Columns of the grid, the labels' column included.", "columns"),
        Column("reader", "string", "Which reading was kept (`ruled`, `aligned`, `ocr` …)."),
        Column(
            "agreement",
            "double",
            "Share of numeric cells that a second, independent reader read the same; null where none ran.",
            "fraction",
            True,
        ),
    ),
)

CELLS = Dataset(
    "cells",
    "The grid of every table, text tables too.",
    ("table_id", "row", "column"),
    (
        Column("table_id", "string", "The table the cell belongs to."),
        Column("report_id", "string", "The report it is printed in."),
        Column("page", "int32", "Page the cell is printed on, 1-based."),
        Column("row", "int32", "First row the cell covers, 0-based."),
        Column("column", "int32", "First column the cell covers, 0-based."),
        Column("row_span", "int32", "Rows the cell covers.", "rows"),
        Column("column_span", "int32", "Columns the cell covers.", "columns"),
        Column(
            "text",
            "string",
            "Text as printed, wraps inside a Chinese label joined; empty for a printed blank.",
        ),
        *_box("the cell"),
        Column(
            "role",
            "string",
            "What the cell does in its table.",
            values=("header", "label", "value", "section", "note"),
        ),
    ),
)

FACTS = Dataset(
    "facts",
    "One row for every printed number of a table, with its meaning.",
    ("fact_id",),
    (
        Column("fact_id", "string", "Hash of table_id, row and column."),
        Column("report_id", "string", "The report it is printed in."),
        Column("table_id", "string", "The table it is printed in."),
        Column("table_kind", "string", "Kind of that table.", values=TABLE_KINDS),
        Column("page", "int32", "Page the number is printed on, 1-based."),
        *_box("the number itself"),
        Column("entity", "string", "Whom the number is about: ticker where known, else the name.", null=True),
        Column("entity_name", "string", "Name of the entity as printed.", null=True),
        Column("label", "string", "Row head as printed, spaces of line wraps removed.", null=True),
        Column("label_path", "list<string>", "Heads above the label, outermost first, then the label."),
        Column("column", "string", "Column head as printed, levels joined top-down by `|`.", null=True),
        Column(
            "concept",
            "string",
            "Canonical code from the vocabulary; null = not mapped, never a guess.",
            null=True,
        ),
        Column(
            "period_label",
            "string",
            "`2024`, `2024H1`, `2024Q3`, `2024-06-30`; null where none is printed.",
            null=True,
        ),
        Column(
            "period_start",
            "date",
            "First day of the fiscal period; equal to period_end for an instant.",
            null=True,
        ),
        Column("period_end", "date", "Last day of the fiscal period.", null=True),
        Column(
            "basis",
            "string",
            "From the printed A/E/F mark, else from the period against published_on.",
            null=True,
            values=("actual", "estimate"),
        ),
        Column("text", "string", "Exactly what is printed: `(6,045)`, `-12.3%`, `15.2x`."),
        Column(
            "value",
            "decimal(38,12)",
            "The number as printed, sign applied; null where the text is no number.",
            "unit, scale",
            True,
        ),
        Column(
            "missing",
            "string",
            "Which kind of no-number the text is; null where value is set.",
            null=True,
            values=("dash", "na", "blank", "unreadable"),
        ),
        Column("decimals", "int32", "Digits printed after the point.", "digits", True),
        Column(
            "unit",
            "string",
            "Of the value: CNY, HKD, USD, CNY/share, percent, times, days, shares, score, pure and so on.",
            null=True,
        ),
        Column(
            "scale",
            "int32",
            "Power of ten printed in the unit (百万 = 6, 亿 = 8, 万 = 4).",
            "power of ten",
            True,
        ),
        Column(
            "amount", "double", "Value in base units: scale applied, percent as a fraction.", "unit", True
        ),
    ),
)

CHECKS = Dataset(
    "checks",
    "One row for each check that was evaluated or could have been.",
    ("check_id",),
    (
        Column("check_id", "string", "Hash of the report, the rule and the facts that took part."),
        Column("report_id", "string", "The report it is about."),
        Column("rule_id", "string", "The rule in `expectations/rules/`."),
        Column("table_ids", "list<string>", "Tables whose facts took part."),
        Column("entity", "string", "Whom the numbers are about.", null=True),
        Column("period_label", "string", "Period the check is about.", null=True),
        Column("severity", "string", "How bad a failure is.", values=("error", "warning", "info")),
        Column("verdict", "string", "What the arithmetic says.", values=VERDICTS),
        Column("printed", "double", "The printed number that was held against the rule.", "as printed", True),
        Column("expected", "double", "What the rule gives from the printed operands.", "as printed", True),
        Column("expected_low", "double", "Least value the operands' rounding allows.", "as printed", True),
        Column(
            "expected_high", "double", "Greatest value the operands' rounding allows.", "as printed", True
        ),
        Column("residual", "double", "Printed less expected.", "as printed", True),
        Column("fact_ids", "list<string>", "Every fact that took part."),
        Column("message", "string", "One sentence: what, where, by how much, what rounding explains."),
        Column(
            "suspects",
            "list<string>",
            "Facts most likely wrong, first first; empty where none is singled out.",
        ),
        Column(
            "cause",
            "string",
            "Whether the page prints it so or the reading is at fault; null where nothing failed.",
            null=True,
            values=("source", "extraction", "unknown"),
        ),
    ),
)

COVERAGE = Dataset(
    "coverage",
    "One row for every page: how many of its numbers came into facts.",
    ("report_id", "page"),
    (
        Column("report_id", "string", "The report."),
        Column("page", "int32", "Page, 1-based."),
        Column("words", "int32", "Visible words on the page.", "words"),
        Column("tables", "int32", "Tables that stand on the page.", "tables"),
        Column("numbers_on_page", "int32", "Numbers printed on the page.", "numbers"),
        Column("numbers_in_facts", "int32", "Those of them that are in facts.", "numbers"),
        Column(
            "left_out",
            "string",
            "Why the others are not, most first: `running text 12; chart 30`; null where none is left out.",
            null=True,
        ),
    ),
)

EXTRACTED: Mapping[str, Dataset] = {d.name: d for d in (REPORTS, TABLES, CELLS, FACTS, CHECKS, COVERAGE)}
"""The datasets of a run, by name."""


@cache
def arrow_type(spelling: str) -> pa.DataType:
    """The Arrow type of a type in the contract's spelling."""
    import pyarrow as pa

    types: dict[str, pa.DataType] = {
        "string": pa.string(),
        "double": pa.float64(),
        "int32": pa.int32(),
        "date": pa.date32(),
        "instant": pa.timestamp("us", tz="UTC"),
        "decimal(18,4)": pa.decimal128(18, 4),
        "decimal(38,12)": pa.decimal128(38, 12),
        "list<string>": pa.list_(pa.string()),
        "list<int32>": pa.list_(pa.int32()),
        ANALYSTS: pa.list_(pa.struct([(name, pa.string()) for name in ANALYSTS_MEMBERS])),
    }
    return types[spelling]


@cache
def arrow_schema(dataset: Dataset) -> pa.Schema:
    """The Arrow schema of a dataset; columns that may not be null say so."""
    import pyarrow as pa

    return pa.schema([pa.field(c.name, arrow_type(c.type), nullable=c.null) for c in dataset.columns])


def schema_of(name: str) -> pa.Schema:
    """The Arrow schema of one of the extracted datasets, by name."""
    return arrow_schema(EXTRACTED[name])


def empty(dataset: Dataset) -> pa.Table:
    """The dataset without rows, all columns typed."""
    return arrow_schema(dataset).empty_table()


def from_rows(dataset: Dataset, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as mappings (every declared column present, no other) to a validated table.

    Raises DataError where a row's columns or a value's type depart from the declaration.
    """
    import pyarrow as pa

    rows = list(rows)
    declared = set(dataset.names)
    for index, row in enumerate(rows):
        if row.keys() != declared:
            off = sorted(declared.symmetric_difference(row.keys()))
            raise DataError(f"{dataset.name}: row {index} lacks or adds {', '.join(off)}")
    arrays = []
    for column in dataset.columns:
        try:
            arrays.append(pa.array([row[column.name] for row in rows], type=arrow_type(column.type)))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise DataError(f"{dataset.name}.{column.name}: expected {column.type}: {error}") from error
    return validated(dataset, pa.table(arrays, names=list(dataset.names)))


# What `validated` gave, for as long as it is there: a report's tables pass it when their rows are made and
# once more when they are written, and each time costs 2 ms.
_SOUND: WeakValueDictionary[tuple[str, int], pa.Table] = WeakValueDictionary()


def validated(dataset: Dataset, table: pa.Table) -> pa.Table:
    """The same rows under the declared schema, sorted by `dataset.order`.

    Raises DataError naming dataset, column, what was expected and what came: other columns, another order
    or type, a null where none may be, a word outside a closed vocabulary, a key that is there twice.
    """
    import pyarrow as pa

    if _SOUND.get((dataset.name, id(table))) is table:
        return table
    _check_columns(dataset, table)
    for column in dataset.columns:
        _check_values(dataset, column, table[column.name])
    table = pa.Table.from_arrays(table.columns, schema=arrow_schema(dataset))
    table = table.sort_by([(name, "ascending") for name in dataset.order]).combine_chunks()
    _check_key(dataset, table)
    _SOUND[dataset.name, id(table)] = table
    return table


def _check_columns(dataset: Dataset, table: pa.Table) -> None:
    want, got = list(dataset.names), list(table.column_names)
    if want != got:
        lacking = [name for name in want if name not in got]
        added = [name for name in got if name not in want]
        detail = f"lacks {lacking}, adds {added}" if lacking or added else f"order is {got}"
        raise DataError(f"{dataset.name}: expected the columns {want}; {detail}")
    for column in dataset.columns:
        came = table.schema.field(column.name).type
        if came != arrow_type(column.type):
            raise DataError(f"{dataset.name}.{column.name}: expected {column.type}, got {came}")


def _check_values(dataset: Dataset, column: Column, data: pa.ChunkedArray) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not column.null and data.null_count:
        raise DataError(f"{dataset.name}.{column.name}: may not be null, is null in {data.null_count} rows")
    if column.values:
        known = pa.array([*column.values, None], pa.string())
        odd = pc.unique(data.filter(pc.invert(pc.is_in(data, value_set=known)))).to_pylist()
        if odd:
            raise DataError(f"{dataset.name}.{column.name}: expected one of {column.values}, got {odd[:5]}")


def _check_key(dataset: Dataset, table: pa.Table) -> None:
    import pyarrow.compute as pc

    reports = table["report_id"]
    if table.num_rows < 2 or reports[0] == reports[-1]:
        # Sorted as the rows of one report are, one key stands behind the same: ten times as fast to see.
        again = [pc.equal(column[1:], column[:-1]) for column in map(table.column, dataset.key)]
        if not pc.any(reduce(pc.and_, again)).as_py():
            return
    counts = table.group_by(list(dataset.key), use_threads=False).aggregate([([], "count_all")])
    twice = counts.filter(pc.greater(counts["count_all"], 1))
    if twice.num_rows:
        first = twice.select(list(dataset.key)).slice(0, 1).to_pylist()[0]
        raise DataError(f"{dataset.name}: {twice.num_rows} keys are there more than once, the first {first}")
