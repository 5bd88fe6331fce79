"""The data dictionary in Markdown, from the declarations: `python -m pipeline.datasets.dictionary`."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.lineage import origin
from pipeline.datasets.opinions import VIEWS
from pipeline.datasets.schema import CONTRACT_VERSION, EXTRACTED, Column, Dataset

_HEAD = f"""# Data dictionary

What a run writes into this folder, contract version {CONTRACT_VERSION}. Written by
`python -m pipeline.datasets.dictionary` from `pipeline/datasets/schema.py`; a test holds the two together.

Each dataset is a folder of Parquet parts: `<dataset>/<report_id>.parquet`, and `<dataset>/empty.parquet`
without rows, so that a run without reports has its columns too. All of these read a dataset whole:

```python
pandas.read_parquet("extracted/facts")
duckdb.sql("select * from 'extracted/facts/*.parquet'")
pyarrow.dataset.dataset("extracted/facts").to_table()
```

Rows are ordered by report, then by key. The same PDFs and the same program give the same bytes. A report is
done when its part in `reports/` is there; it is written last.

"null" says that a column may be empty, and its sentence what that means; "from" what a column is made of and
which module makes it. Points (pt) are 1/72 inch.
"""

_RELEASE_HEAD = f"""## Columns

Contract version {CONTRACT_VERSION}. Each dataset is a folder of Parquet parts, all of which make the dataset;
a part is ordered by report, of `facts` and `estimates` by concept and report, of `superseded` by `entity_is`,
`change`, concept and report. `reports`, `tables` and `checks` are as extracted; the wide tables have a column
for each concept of the vocabulary, amounts in base units: money in the row's `currency`, percentages as
fractions. Which fact came after which is in `superseded`; `open_release(...).facts()` puts it beside the
facts as the column `superseded_by`.
"""


_COMPUTED_HEAD = """## Computed when asked for

What `yanbao query` and `Release.query` know beside the datasets: no files, but questions to `estimates` and
`reports` as of the day asked for.
"""


def data_dictionary() -> str:
    """The text of `extracted/README.md`."""
    return "\n".join([_HEAD, *(line for d in EXTRACTED.values() for line in _section(d))])


def release_dictionary() -> str:
    """The columns of a release and of what can be asked of it, as its `README.md` has them."""
    datasets = release_datasets().values()
    computed = (view.dataset for view in VIEWS.values())
    return "\n".join(
        [
            _RELEASE_HEAD,
            *(line for d in datasets for line in _section(d)),
            _COMPUTED_HEAD,
            *(line for d in computed for line in _section(d)),
        ]
    )


def _section(dataset: Dataset) -> Iterator[str]:
    yield f"## {dataset.name}\n"
    yield f"{dataset.sentence} Key: {', '.join(f'`{name}`' for name in dataset.key)}.\n"
    yield "| column | type | null | unit | meaning | from |"
    yield "|---|---|---|---|---|---|"
    for column in dataset.columns:
        null = "null" if column.null else ""
        meaning, made = _meaning(column), origin(dataset, column.name)
        yield f"| `{column.name}` | {column.type} | {null} | {column.unit} | {meaning} | {made} |"
    yield ""


def _meaning(column: Column) -> str:
    values = f" One of {', '.join(f'`{value}`' for value in column.values)}." if column.values else ""
    return (column.sentence + values).replace("|", "\\|")


if __name__ == "__main__":
    print(data_dictionary(), end="")
