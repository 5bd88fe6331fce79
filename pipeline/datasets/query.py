"""SQL over Arrow tables and Parquet files: the one module that imports duckdb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


def ask(
    sql: str,
    /,
    *,
    files: Mapping[str, Sequence[Path]] | None = None,
    given: Mapping[str, Any] | None = None,
    **tables: pa.Table,
) -> pa.Table:
    """The answer to one query, in memory.

    `tables` are views of that name, `files` views over Parquet parts (at least one each), `given` the values
    of `$name` in the query. No other file and no network can be reached.
    """
    with _reaching(files) if files else _closed().cursor() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        answer = connection.sql(sql, params=dict(given)) if given else connection.sql(sql)
        assert answer is not None, "the query returns rows"
        return answer.to_arrow_table()


@cache
def _closed() -> duckdb.DuckDBPyConnection:
    """A database of no files, opened once: that takes 20 ms, a cursor of it none."""
    import duckdb

    return duckdb.connect(":memory:", config={"enable_external_access": "false"})


def _reaching(files: Mapping[str, Sequence[Path]]) -> duckdb.DuckDBPyConnection:
    """A database that reaches these files only."""
    import duckdb

    connection = duckdb.connect(":memory:")
    allowed = [str(path) for paths in files.values() for path in paths]
    connection.execute("set allowed_paths = $paths", {"paths": allowed})
    connection.execute("set enable_external_access = false")
    for name, paths in files.items():
        listed = ", ".join(_quoted(path) for path in paths)
        connection.execute(f'create view "{name}" as select * from read_parquet([{listed}])')
    return connection


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
