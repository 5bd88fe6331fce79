"""The great_expectations suites, held against the datasets.

`expectations/suites/<dataset>.json` is written by hand; this module is the only one that imports
great_expectations, and only when suites are run. What the library passes in silence is made loud here:

- an expectation whose class is unknown is dropped by the library with a log line: ConfigError here;
- an expectation that could not be evaluated, or was not, is never a success;
- nothing unexpected among no values at all is a success there: `Outcome.vacuous` says so here, and the
  suites' row counts ask for rows wherever reports were offered (`{"$PARAMETER": "least_rows"}`).
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.checking.home import expectations
from pipeline.checking.rules import load_rules
from pipeline.datasets.schema import EXTRACTED, Column, Dataset
from pipeline.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

EXAMPLES = 5
_FIELDS = {"type", "kwargs", "meta", "severity"}


GATE = "gate"
"""What an outcome names as its dataset that is about the release, not about rows."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one expectation.

    `evaluated` counts the values (or rows) it looked at, None where it is about the dataset as a whole;
    `examples` are `key: value` of the first that were unexpected, or the observed value of the whole.
    """

    dataset: str
    expectation: str
    about: str
    severity: str
    success: bool
    evaluated: int | None
    unexpected: int
    examples: tuple[str, ...]
    notes: str

    @property
    def vacuous(self) -> bool:
        """Whether it held because there was nothing to look at."""
        return self.success and self.evaluated == 0

    def __str__(self) -> str:
        if self.dataset == GATE:
            return f"{self.about}: {'; '.join(self.examples) or 'holds'}"
        found = f"; e.g. {'; '.join(self.examples)}" if self.examples else ""
        return f"{self.dataset}: {self.expectation} {self.about}: {self.unexpected} unexpected{found}"


@dataclass(frozen=True, slots=True)
class SuiteOutcome:
    """All outcomes, dataset by dataset in the order in which the suites state them."""

    outcomes: tuple[Outcome, ...]
    docs: Path | None = None

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """Critical expectations that did not hold."""
        return tuple(o for o in self.outcomes if not o.success and o.severity == "critical")

    @property
    def warnings(self) -> tuple[Outcome, ...]:
        """Expectations of lesser severity that did not hold."""
        return tuple(o for o in self.outcomes if not o.success and o.severity == "warning")

    @property
    def identities(self) -> tuple[Outcome, ...]:
        """What the rules found: one outcome for each rule that was evaluated."""
        return tuple(o for o in self.outcomes if o.dataset == "identities")

    @property
    def passed(self) -> bool:
        """Whether every critical expectation held."""
        return not self.failures


def run_suites(
    datasets: Mapping[str, pa.Table], suites_dir: Path | None = None, docs_dir: Path | None = None
) -> SuiteOutcome:
    """Hold each dataset against its suite; with `docs_dir`, write the Data Docs there, the rules among them.

    Raises ConfigError where a suite is missing, malformed, names an expectation or a column that does not
    exist, or states an expectation that cannot be evaluated.
    """
    suites = {name: load_suite(name, suites_dir or expectations("suites")) for name in datasets}
    reports = datasets.get("reports")
    least_rows = 0 if reports is not None and reports.num_rows == 0 else 1
    outcomes: list[Outcome] = []
    with _quiet():
        bench = _Bench(docs_dir)
        for name, table in datasets.items():
            results = bench.run(name, suites[name], table, {"least_rows": least_rows})
            outcomes += _outcomes(EXTRACTED[name], table, suites[name], results)
        checks = datasets.get("checks")
        if docs_dir and checks is not None and tuple(checks.column_names) == EXTRACTED["checks"].names:
            outcomes += _identities(bench, checks)
    return SuiteOutcome(tuple(outcomes), docs_dir)


def _identities(bench: _Bench, checks: pa.Table) -> Iterator[Outcome]:
    """An outcome for each rule that was evaluated: that none of its checks finds the print impossible.

    They show what the rules found beside what the suites found, with how many checks were evaluated and how
    many failed. A report that contradicts itself is data: a failure closes no gate (severity `info`), and the
    gate does without them (a hundred rules take the library five seconds). It looks at a column a rule, null
    where the check is another rule's: with conditions on rows it would take twenty times as long.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    held = checks.filter(pc.not_equal(checks["verdict"], "not_checkable"))
    rules = sorted(set(held["rule_id"].to_pylist()) - {None})
    if not rules:
        return
    sentences = {rule.rule_id: f"{rule.en}." for rule in load_rules().rules}
    nothing = pa.scalar(None, pa.string())
    columns = {rule: pc.if_else(pc.equal(held["rule_id"], rule), held["verdict"], nothing) for rule in rules}
    suite = [
        {
            "type": "expect_column_values_to_not_be_in_set",
            "kwargs": {"column": rule, "value_set": ["impossible", "improbable"]},
            "severity": "info",
            "meta": {"notes": sentences.get(rule, "A rule of one's own.")},
        }
        for rule in rules
    ]
    table = pa.table({"check_id": held["check_id"], **columns})
    shape = Dataset(
        "identities",
        "The verdicts of the checks, a column a rule.",
        ("check_id",),
        tuple(Column(name, "string", "", null=name != "check_id") for name in table.column_names),
    )
    yield from _outcomes(shape, table, suite, bench.run(shape.name, suite, table, {}))


def load_suite(name: str, folder: Path) -> list[dict[str, Any]]:
    """The expectations of `<folder>/<name>.json`, checked against the declaration of the dataset."""
    path = folder / f"{name}.json"
    try:
        suite = json.loads(path.read_text(encoding="utf-8"))
        stated, expectations = suite["name"], list(suite["expectations"])
    except FileNotFoundError as error:
        raise ConfigError(f"no suite for the dataset {name}: {path} is missing") from error
    except (json.JSONDecodeError, UnicodeDecodeError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}: expected name and expectations in JSON: {error!r}") from error
    if stated != name or not expectations:
        raise ConfigError(f"{path}: expected the name {name} and at least one expectation, got {stated}")
    for index, expectation in enumerate(expectations):
        where = f"{path}, expectation {index + 1}"
        if not isinstance(expectation, dict) or not {"type", "kwargs"} <= expectation.keys() <= _FIELDS:
            raise ConfigError(f"{where}: has type and kwargs, may have meta and severity, no ids")
        try:
            unknown = _columns(expectation["kwargs"]) - set(EXTRACTED[name].names)
        except ConfigError as error:
            raise ConfigError(f"{where}: {error}") from error
        if unknown:
            raise ConfigError(f"{where}: {name} has no column {', '.join(sorted(unknown))}")
    return expectations


def _columns(kwargs: Mapping[str, Any]) -> set[str]:
    """Every column that an expectation speaks of, in its row condition too."""
    one = {kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs}
    parts = _conditions(kwargs.get("row_condition"))
    return one | set(kwargs.get("column_list", ())) | {part["column"]["name"] for part in parts}


def _conditions(condition: Any) -> list[dict[str, Any]]:
    """The single conditions of a row condition in the library's JSON form."""
    if condition is None:
        return []
    if isinstance(condition, dict) and isinstance(condition.get("conditions"), list):
        return [part for inner in condition["conditions"] for part in _conditions(inner)]
    if isinstance(condition, dict) and isinstance(condition.get("column"), dict):
        return [condition]
    raise ConfigError(f"a row condition has type and column, or type and conditions, not {condition!r}")


class _Bench:
    """A great_expectations context in memory that runs one checkpoint for each dataset."""

    def __init__(self, docs_dir: Path | None) -> None:
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        self._context = gx.get_context(mode="ephemeral")
        self._context.variables.analytics_enabled = False
        self._context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        self._source = self._context.data_sources.add_pandas("yanbao")
        self._actions: list[Any] = []
        if docs_dir is not None:
            store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(docs_dir.absolute())}
            config = {
                "class_name": "SiteBuilder",
                "store_backend": store,
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
            self._context.add_data_docs_site("yanbao", config)
            self._actions.append(gx.checkpoint.UpdateDataDocsAction(name="docs", site_names=["yanbao"]))

    def run(
        self, name: str, expectations: list[dict[str, Any]], table: pa.Table, parameters: dict[str, Any]
    ) -> dict[int, Any]:
        """The library's results by the expectation's place in its suite."""
        import great_expectations as gx

        built = [_expectation(name, index, stated) for index, stated in enumerate(expectations)]
        suite = gx.ExpectationSuite(name=name, expectations=built)
        whole = self._source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("run")
        definition = gx.ValidationDefinition(name=name, data=whole, suite=self._context.suites.add(suite))
        checkpoint = gx.Checkpoint(
            name=name,
            validation_definitions=[self._context.validation_definitions.add(definition)],
            actions=self._actions,
            result_format={"result_format": "COMPLETE"},
        )
        run = self._context.checkpoints.add(checkpoint).run(
            batch_parameters={"dataframe": _frame(table)}, expectation_parameters=parameters
        )
        (validation,) = run.run_results.values()
        return {result.expectation_config.meta["place"]: result for result in validation.results}


def _expectation(name: str, index: int, stated: Mapping[str, Any]) -> Any:
    """The library's object of a stated expectation; ConfigError where its class or arguments are unknown."""
    from great_expectations.exceptions import GreatExpectationsError
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    try:
        return ExpectationConfiguration(
            type=stated["type"],
            kwargs=dict(stated["kwargs"]),
            meta={**stated.get("meta", {}), "place": index},
            severity=stated.get("severity", "critical"),
        ).to_domain_obj()
    except (GreatExpectationsError, ValueError, TypeError) as error:
        raise ConfigError(f"suite {name}, expectation {index + 1} ({stated['type']}): {error}") from error


def _outcomes(
    dataset: Dataset, table: pa.Table, suite: list[dict[str, Any]], results: Mapping[int, Any]
) -> Iterator[Outcome]:
    for index, stated in enumerate(suite):
        where = f"suite {dataset.name}, expectation {index + 1} ({stated['type']})"
        if index not in results:
            raise ConfigError(f"{where}: great_expectations did not evaluate it")
        given = results[index]
        raised = _raised(given.exception_info)
        if raised and tuple(table.column_names) == dataset.names:
            raise ConfigError(f"{where}: cannot be evaluated: {raised}")
        result = given.result or {}
        looked_at = result.get("element_count")
        rows = result.get("unexpected_index_list") or []
        examples = tuple(_example(dataset, table, row, stated["kwargs"]) for row in rows[:EXAMPLES])
        if not given.success and not examples:
            examples = (raised or f"observed {result.get('observed_value')}",)
        yield Outcome(
            dataset=dataset.name,
            expectation=stated["type"],
            about=_about(stated["kwargs"]),
            severity=stated.get("severity", "critical"),
            success=bool(given.success),
            evaluated=None if looked_at is None else looked_at - (result.get("missing_count") or 0),
            unexpected=result.get("unexpected_count", 0) if given.success or rows else 1,
            examples=examples,
            notes=str(stated.get("meta", {}).get("notes", "")),
        )


def _raised(exception_info: Mapping[str, Any]) -> str | None:
    """The message of an exception that the library caught; it nests them by metric."""
    if "raised_exception" in exception_info:
        return str(exception_info["exception_message"]) if exception_info["raised_exception"] else None
    messages = [info["exception_message"] for info in exception_info.values() if info["raised_exception"]]
    return str(messages[0]) if messages else None


def _about(kwargs: Mapping[str, Any]) -> str:
    """What an expectation is about, in a few words: its columns, and the rows it is limited to."""
    columns = [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    said = " and ".join(map(_in_words, _conditions(kwargs.get("row_condition"))))
    return ", ".join(columns or kwargs.get("column_list", ["rows"])) + (f" where {said}" if said else "")


def _in_words(condition: Mapping[str, Any]) -> str:
    name = condition["column"]["name"]
    if "is_null" in condition:
        return f"{name} is {'null' if condition['is_null'] else 'not null'}"
    return f"{name} {condition['operator']} {condition['parameter']}"


def _example(dataset: Dataset, table: pa.Table, row: int, kwargs: Mapping[str, Any]) -> str:
    names = list(dict.fromkeys([*dataset.key, *sorted(_columns(kwargs))]))
    values = table.select(names).slice(row, 1).to_pylist()[0]
    key = " ".join(str(values[name]) for name in dataset.key)
    return f"{key}: " + ", ".join(f"{n}={v!s}" for n, v in values.items() if n not in dataset.key)


def _frame(table: pa.Table) -> pd.DataFrame:
    """The table in the types that great_expectations compares with the bounds of a JSON file, and fast."""
    import pyarrow as pa

    comparable = {
        pa.date32(): pa.timestamp("ns"),
        pa.int32(): pa.int64(),
        pa.decimal128(18, 4): pa.float64(),
        pa.decimal128(38, 12): pa.float64(),
    }
    columns = [column.cast(comparable.get(column.type, column.type)) for column in table.columns]
    frame: pd.DataFrame = pa.table(columns, names=table.column_names).to_pandas()
    for field in table.schema:
        if pa.types.is_list(field.type) and not pa.types.is_struct(field.type.value_type):
            # The library hashes the frame, and pickles all of it where a value has no hash: 4 of 10 seconds.
            frame[field.name] = frame[field.name].map(tuple, na_action="ignore")
    return frame


@contextmanager
def _quiet() -> Iterator[None]:
    """No usage statistics, and no log lines below an error, while the library works."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read by the library when it is imported
    log = logging.getLogger("great_expectations")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)
