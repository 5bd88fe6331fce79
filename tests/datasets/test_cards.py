"""What a release says of itself: the card, datapackage.json and croissant.json, held by their own tools."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import frictionless
import mlcroissant
import pytest
from ruamel.yaml import YAML

from pipeline.datasets.catalog import release_datasets
from pipeline.datasets.lineage import SOURCES, declared, origin
from pipeline.datasets.release import Release
from pipeline.datasets.schema import ANALYSTS_MEMBERS, Dataset
from tests.datasets.released import estimate, published, report, write

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    root = tmp_path_factory.mktemp("cards")
    for name in ("a.pdf", "b.pdf"):
        of = report(name)
        write(root / "extracted", of, [estimate(of, "100"), estimate(of, "—", 2), estimate(of, "", 3)])
    return published(root)


def described(release: Release, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((release.path / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("dataset", declared(), ids=lambda d: d.name)
def test_every_column_has_a_sentence_and_an_origin(dataset: Dataset) -> None:
    columns = {(one.name, column) for one in declared() for column in one.names}
    for column in dataset.columns:
        assert column.sentence.strip().endswith("."), f"{dataset.name}.{column.name} has no sentence"
        made = origin(dataset, column.name)
        assert made.inputs
        for source in made.inputs:
            assert source in SOURCES or tuple(source.split(".")) in columns, f"{source} is no column"
        assert (ROOT / Path(*made.module.split("."))).with_suffix(".py").is_file(), made.module


def test_the_cards_are_part_of_the_release(release: Release) -> None:
    assert {"README.md", "datapackage.json", "croissant.json"} <= set(release.manifest["files"])
    release.verify()


def test_frictionless_finds_the_package_in_order(release: Release) -> None:
    package = described(release, "datapackage.json")
    assert frictionless.Package.validate_descriptor(package).valid
    told = frictionless.validate(str(release.path / "datapackage.json"))
    assert [task.name for task in told.tasks] == list(release_datasets())
    types = {d.name: {c.name: c.type for c in d.columns} for d in release_datasets().values()}
    for task in told.tasks:
        for error in task.errors:
            # Frictionless reads Parquet through pandas: a list comes as an array of numpy, a null among
            # integers as a float. It knows neither for what it is; all else has to be as described.
            (field,) = (error.to_descriptor().get("fieldName"),)
            assert error.type == "type-error", error.message
            assert types[task.name][field].startswith("list<") or types[task.name][field] == "int32", (
                error.message
            )


def test_frictionless_finds_every_row_as_described(release: Release) -> None:
    """The rows as Arrow has them, lists as lists and whole numbers whole: then nothing is excused."""
    resources = []
    for one in described(release, "datapackage.json")["resources"]:
        if rows := release.read(one["name"]).to_pylist():
            schema = frictionless.Schema.from_descriptor(one["schema"])
            resources.append(frictionless.Resource(name=one["name"], data=rows, schema=schema))
    told = frictionless.Package(resources=resources).validate()
    assert told.valid, told.flatten(["name", "rowNumber", "fieldName", "type", "message"])[:5]
    assert {"facts", "reports", "tables", "checks", "estimates"} <= {task.name for task in told.tasks}


def test_package_names_every_part_with_its_columns(release: Release) -> None:
    resources = {one["name"]: one for one in described(release, "datapackage.json")["resources"]}
    for name, dataset in release_datasets().items():
        paths = resources[name]["path"]
        paths = [paths] if isinstance(paths, str) else paths
        assert [release.path / path for path in paths] == release.parts(name)
        assert [field["name"] for field in resources[name]["schema"]["fields"]] == list(dataset.names)
    assert resources["facts"]["schema"]["primaryKey"] == ["fact_id"]
    assert resources["facts"]["rows"] == 6
    value = next(f for f in resources["facts"]["schema"]["fields"] if f["name"] == "value")
    assert value["lineage"] == "facts.value, corrections.value_corrected (pipeline.datasets.rows)"


@pytest.fixture(scope="module")
def croissant(release: Release) -> mlcroissant.Dataset:
    return mlcroissant.Dataset(str(release.path / "croissant.json"))


def test_mlcroissant_finds_nothing_to_complain_of(release: Release, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = mlcroissant.Dataset(str(release.path / "croissant.json"))
    assert not found.metadata.issues.errors
    assert "@context" not in caplog.text


@pytest.mark.parametrize("name", ["facts", "reports", "estimates", "income_statement", "versions"])
def test_croissant_reads_the_rows(release: Release, croissant: mlcroissant.Dataset, name: str) -> None:
    rows = list(croissant.records(name))
    assert len(rows) == release.rows[name]
    assert set(rows[0]) == {f"{name}/{column}" for column in release_datasets()[name].names}


def test_croissant_reads_lists_of_records(croissant: mlcroissant.Dataset) -> None:
    place = "reports/analysts"
    (analyst,) = next(iter(croissant.records("reports")))[place]
    assert {name: analyst[f"{place}/{name}"] for name in ANALYSTS_MEMBERS} == {
        "name": "张三".encode(), "sac_no": b"S0570512345678", "sfc_no": None, "email": None,
    }  # fmt: skip


def test_card_has_a_head_that_hugging_face_reads(release: Release) -> None:
    text = (release.path / "README.md").read_text(encoding="utf-8")
    head = YAML(typ="safe").load(text.split("---\n")[1])
    assert head["language"] == ["zh"]
    assert head["size_categories"] == ["n<1K"]
    configs = {one["config_name"]: one["data_files"] for one in head["configs"]}
    assert configs == {name: f"{name}/*.parquet" for name in release_datasets()}
    for pattern in configs.values():
        assert list(release.path.glob(pattern))
    assert "- 2 reports, 2 tables, 6 numbers\n" in text
    assert all(f"\n## {d.name}\n" in text for d in declared() if d.name not in ("cells", "coverage"))


def test_cards_do_not_depend_on_where_they_are_written(release: Release, tmp_path: Path) -> None:
    from pipeline.datasets.cards import CARDS, write_cards

    files = {name: entry for name, entry in release.manifest["files"].items() if name not in CARDS}
    for name in write_cards(tmp_path, {**release.manifest, "files": files}):
        assert (tmp_path / name).read_bytes() == (release.path / name).read_bytes()
