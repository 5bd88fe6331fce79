"""What a release says of itself: README.md (dataset card), datapackage.json (Frictionless), croissant.json.

All of it is made from the declarations and the manifest, so that no description can be of other columns than
the data's, and the same release gives the same text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.dictionary import release_dictionary
from pipeline.datasets.files import write_text
from pipeline.datasets.lineage import origin
from pipeline.datasets.schema import ANALYSTS, ANALYSTS_MEMBERS, Column, Dataset

CARD, DATA_PACKAGE, CROISSANT = "README.md", "datapackage.json", "croissant.json"
CARDS = (CARD, DATA_PACKAGE, CROISSANT)

_NAME = "yanbao"
_TITLE = "yanbao 研报: numbers of Chinese broker research reports"
_DESCRIPTION = (
    "Every number printed in the tables of Chinese sell-side research reports, with its meaning (company, "
    "item, period, unit), the place on the page it is printed at, and what the arithmetic of its report says "
    "of it."
)
_RIGHTS = (
    "The numbers are facts printed in reports of the houses named in `reports.broker`; the reports are "
    "theirs and no part of this release. Whoever passes it on has to see to the rights of the sources."
)
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LARGER = ((10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"))
_LARGEST = "100M<n<1B"

# Type of the declaration to type of Table Schema, and of Croissant; lists repeat the type of their members.
_TABLE_SCHEMA = {"string": "string", "double": "number", "int32": "integer", "date": "date"} | {
    "instant": "datetime",
    "decimal(18,4)": "number",
    "decimal(38,12)": "number",
}
_SCHEMA_ORG = {"string": "sc:Text", "double": "sc:Float", "int32": "sc:Integer", "date": "sc:Date"} | {
    "instant": "sc:DateTime",
    "decimal(18,4)": "sc:Float",
    "decimal(38,12)": "sc:Float",
    "list<int32>": "sc:Integer",
}

_REFERENCES = {
    "report_id": ("reports", "report_id"),
    "table_id": ("tables", "table_id"),
}


def write_cards(folder: Path, manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Write the descriptions of a release into its folder; the names of the files.

    `manifest` is the release's, without the files written here.
    """
    write_text(card(manifest), folder / CARD)
    for name, content in ((DATA_PACKAGE, data_package(manifest)), (CROISSANT, croissant(manifest))):
        write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", folder / name)
    return CARDS


def card(manifest: Mapping[str, Any]) -> str:
    """The dataset card: YAML head as Hugging Face reads it, what it is, how to read it, every column."""
    return "\n".join([*_head(manifest), *_body(manifest), release_dictionary()])


def data_package(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The descriptor of a Data Package (Frictionless), a resource for each dataset."""
    return {
        "name": _NAME,
        "id": manifest["release"],
        "title": _TITLE,
        "description": f"{_DESCRIPTION} {_RIGHTS}",
        "version": manifest["contract_version"],
        "created": manifest["published_at"],
        "keywords": ["finance", "equity research", "研报", "point in time"],
        "resources": [
            {
                "name": dataset.name,
                "type": "table",
                "description": dataset.sentence,
                "path": paths if len(paths) > 1 else paths[0],
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "rows": manifest["datasets"][dataset.name]["rows"],
                "schema": _table_schema(dataset),
            }
            for dataset in release_datasets().values()
            if (paths := _paths(manifest, dataset.name))
        ],
    }


def croissant(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The Croissant description (JSON-LD, MLCommons), a record set for each dataset."""
    datasets = [d for d in release_datasets().values() if _paths(manifest, d.name)]
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": _NAME,
        "alternateName": _TITLE,
        "description": f"{_DESCRIPTION} {_RIGHTS}",
        "version": f"{manifest['contract_version']}.0.0",
        "identifier": manifest["release"],
        "datePublished": manifest["published_at"],
        "inLanguage": "zh",
        "keywords": ["finance", "equity research", "研报", "point in time"],
        "isLiveDataset": False,
        "distribution": [
            {
                "@type": "cr:FileSet",
                "@id": f"{dataset.name}-parts",
                "name": f"{dataset.name}-parts",
                "description": f"Parquet parts of {dataset.name}.",
                "encodingFormat": "application/x-parquet",
                "includes": f"{dataset.name}/*.parquet",
            }
            for dataset in datasets
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": dataset.name,
                "name": dataset.name,
                "description": dataset.sentence,
                "key": [{"@id": f"{dataset.name}/{name}"} for name in dataset.key],
                "field": [_field(dataset, column) for column in dataset.columns],
            }
            for dataset in datasets
        ],
    }


def _paths(manifest: Mapping[str, Any], dataset: str) -> list[str]:
    """The parts of a dataset in the order of its batches, or the empty one."""
    parts = [batch[dataset] for batch in manifest["batches"] if dataset in batch]
    return parts or [name for name in manifest["files"] if name.startswith(f"{dataset}/")]


def _table_schema(dataset: Dataset) -> dict[str, Any]:
    """Fields and keys; a key that may hold nulls, as the wide tables have it, is none in Table Schema."""
    fields = []
    for column in dataset.columns:
        constraints: dict[str, Any] = {} if column.null else {"required": True}
        if column.values:
            constraints["enum"] = list(column.values)
        field = {
            "name": column.name,
            "type": _TABLE_SCHEMA.get(column.type, "array"),
            "description": column.sentence,
            "unit": column.unit,
            "lineage": str(origin(dataset, column.name)),
            "constraints": constraints,
        }
        fields.append({name: value for name, value in field.items() if value})
    schema: dict[str, Any] = {"fields": fields, "missingValues": []}  # an empty text is a printed blank
    if not any(column.null for column in dataset.columns if column.name in dataset.key):
        schema["primaryKey"] = list(dataset.key)
    keys = [
        {"fields": [name], "reference": {"resource": target, "fields": [key]}}
        for name, (target, key) in _REFERENCES.items()
        if name in dataset.names and target != dataset.name and dataset.name not in _LASTING
    ]
    return schema | ({"foreignKeys": keys} if keys else {})


_LASTING = ("superseded", "versions")  # logs: their rows outlive the reports they are about


def _field(dataset: Dataset, column: Column) -> dict[str, Any]:
    unit = f" Unit: {column.unit}." if column.unit else ""
    place = f"{dataset.name}/{column.name}"
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": place,
        "name": column.name,
        "description": f"{column.sentence}{unit} From {origin(dataset, column.name)}.",
    }
    source = {"fileSet": {"@id": f"{dataset.name}-parts"}, "extract": {"column": column.name}}
    if column.type == ANALYSTS:
        members = [
            {
                "@type": "cr:Field",
                "@id": f"{place}/{name}",
                "name": name,
                "dataType": "sc:Text",
                "repeated": True,
                "source": source | {"transform": {"jsonPath": f"$.{name}"}},
            }
            for name in ANALYSTS_MEMBERS
        ]
        return field | {"repeated": True, "subField": members}
    field |= {"dataType": _SCHEMA_ORG.get(column.type, "sc:Text"), "source": source}
    return field | ({"repeated": True} if column.type.startswith("list<") else {})


def _head(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The YAML that Hugging Face reads: words of the tables' own, so that nothing needs quoting."""
    facts = manifest["datasets"]["facts"]["rows"]
    size = next((name for below, name in (*_SIZES, *_LARGER) if facts < below), _LARGEST)
    yield "---"
    yield 'pretty_name: "yanbao 研报"'
    yield "language:\n- zh"
    yield "license: other"
    yield "tags:\n- finance\n- equity-research\n- point-in-time\n- tabular"
    yield f"size_categories:\n- {size}"
    yield "configs:"
    for name in release_datasets():
        yield f"- config_name: {name}"
        yield f"  data_files: {name}/*.parquet"
        if name == "facts":
            yield "  default: true"
    yield "---\n"


def _body(manifest: Mapping[str, Any]) -> Iterator[str]:
    rows = {name: entry["rows"] for name, entry in manifest["datasets"].items()}
    quality, gate = manifest["quality"], manifest["gate"]
    forced = f"; published all the same: {gate['why']}" if gate["forced"] else ""
    yield f"""# {_TITLE}

{_DESCRIPTION}

Release `{manifest["release"]}`, made {manifest["published_at"]}, its parent `{manifest["parent"] or "none"}`;
contract version {manifest["contract_version"]}. It is never changed: a later one that corrects it names it.

- {rows["reports"]:,} reports, {rows["tables"]:,} tables, {rows["facts"]:,} numbers
- of the numbers {quality["passed"]:,} passed a check, {quality["failed"]:,} failed one and
  {quality["unchecked"]:,} are held by none; {manifest["undated_facts"]:,} are of reports without a date
- at the gate {gate["evaluated"]:,} expectations were held, {len(gate["failures"]):,} failed{forced}

## Reading it

```python
import pipeline

release = pipeline.open_release("published", "{manifest["release"]}")
release.facts(concept="revenue", as_of="2025-03-31")  # what could be known that day
release.query("select * from consensus where entity = '0020.HK'")
```

```sql
-- duckdb, in this folder; quality says which numbers failed a check
select text, unit, page from 'facts/*.parquet' where quality <> 'failed';
```

## Good to know

- Values are as printed; nothing computed stands in `facts`. Where a person ruled on a print, `value` is what
  ought to stand there, `value_printed` what does, and `corrections` says who and why.
- A null says that something is not printed or not known; `missing` says which.
- `published_on` is the date on the report, `known_at` when this system first published the number: a model
  that is tested on the past has to keep to one of them.
- Charts and running text are not read. Reports that could not be read are in `reports`, with `outcome` and
  `reason`.
- {_RIGHTS}
"""


_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{
        name: f"cr:{name}"
        for name in (
            *("citeAs", "column", "equivalentProperty", "extract", "field", "fileProperty", "fileObject"),
            *("fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField"),
            *("path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate"),
            *("separator", "source", "subField", "transform"),
        )
    },
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}
"""The context that the Croissant standard prescribes."""
