"""An answer in the form its reader works in: Arrow, pandas or Polars, without a copy where that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

Form = Literal["pandas", "arrow", "polars"]


def in_form(table: pa.Table, form: Form) -> Any:
    """The table as a frame of the library that `form` names.

    pandas keeps the Arrow columns as they are (`pandas.ArrowDtype`), so that decimals stay exact and nothing
    is copied; Polars shares them. Raises InputError where the library is not installed or not known.
    """
    if form == "arrow":
        return table
    if form == "pandas":
        import pandas as pd

        return table.to_pandas(types_mapper=pd.ArrowDtype)
    if form == "polars":
        try:
            import polars
        except ImportError as error:
            raise InputError("Polars is not installed: pip install 'yanbao[polars]'") from error
        return polars.from_arrow(table)
    raise InputError(f"no form {form!r}; there are pandas, arrow and polars")
