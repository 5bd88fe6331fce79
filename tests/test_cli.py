"""The command: its help, its exit codes, its words when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "raw_reports"
HEAVY = {
    "pyarrow", "pandas", "numpy", "duckdb", "great_expectations", "jieba", "pypdfium2", "pdfplumber",
    "camelot", "PIL", "jinja2", "rich", "pipeline.extraction", "pipeline.batch.runs",
}  # fmt: skip


def yanbao(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    environment = os.environ | {"COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, encoding="utf-8"
    )


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with one complete report."""
    from .batch.hostile import prose

    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(prose())
    return folder


def test_help_imports_nothing_heavy() -> None:
    program = f"""
import sys
from pipeline.cli import app
try:
    app(["--help"])
except SystemExit:
    pass
print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Usage: " in told.stdout
    assert told.stderr.strip() == "[]"


def test_importing_the_package_imports_nothing_heavy_and_knows_its_names() -> None:
    program = f"""
import sys
import pipeline
print(sorted({HEAVY!r} & set(sys.modules)))
print(all(callable(getattr(pipeline, name)) for name in pipeline.__all__), pipeline.__version__)
try:
    pipeline.nonsense
except AttributeError as error:
    print(error)
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    first, second, third = told.splitlines()
    assert first == "[]"
    assert second.startswith("True 0.")
    assert third == "module 'pipeline' has no attribute 'nonsense'"


@pytest.mark.parametrize(
    "command",
    [
        "run",
        "extract",
        "check",
        "publish",
        "quality",
        "look",
        "version",
        "query",
        "diff",
        "load",
        "export",
        "releases",
    ],
)
def test_every_command_is_listed_with_whole_words_and_has_help(command: str) -> None:
    listed = [line for line in yanbao("--help").stdout.splitlines() if line.startswith(f"  {command} ")]
    assert len(listed) == 1
    assert "..." not in listed[0]
    told = yanbao(command, "--help")
    assert told.returncode == 0
    assert command == "version" or f"  yanbao {command} " in told.stdout


def test_version_names_program_and_contract() -> None:
    told = yanbao("version")
    assert told.returncode == 0
    assert told.stdout.startswith("yanbao 0.")
    assert told.stdout.endswith(", contract 1\n")


def refused(told: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a command that could not run."""
    assert told.returncode == 2
    assert "Traceback" not in told.stderr + told.stdout
    [line] = told.stderr.strip().splitlines()
    assert line.startswith("yanbao: ")
    return line


@pytest.mark.parametrize("command", ["run", "extract"])
def test_a_missing_input_is_refused_by_name(tmp_path: Path, command: str) -> None:
    missing = tmp_path / "nowhere"
    assert str(missing) in refused(yanbao(command, missing, "--out", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--out", "--published", "--quality"])
def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path, inbox: Path, option: str) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    places = {
        "--out": tmp_path / "out",
        "--published": tmp_path / "to",
        "--quality": tmp_path / "quality.html",
    }
    places[option] = file / "below"
    arguments = [part for pair in places.items() for part in pair]
    assert "file" in refused(yanbao("run", inbox, *arguments))


@pytest.mark.parametrize("command", [["check"], ["publish"], ["quality"]])
def test_a_folder_without_datasets_is_refused(tmp_path: Path, command: list[str]) -> None:
    published: list[str | Path] = ["--published", tmp_path / "published"] if command == ["publish"] else []
    assert str(tmp_path) in refused(yanbao(*command, tmp_path / "nothing", *published))


def test_looking_at_no_such_page_is_refused(inbox: Path, tmp_path: Path) -> None:
    assert "there is no page 9" in refused(
        yanbao("look", inbox / "a.pdf", "--page", "9", "--out", tmp_path / "x.png")
    )


def test_forcing_a_release_needs_a_reason(tmp_path: Path) -> None:
    told = yanbao("publish", tmp_path, "--published", tmp_path, "--force")
    assert told.returncode == 2
    assert "--why" in told.stderr


def test_extract_says_what_it_read_and_then_that_nothing_is_new(tmp_path: Path, inbox: Path) -> None:
    first, second = (yanbao("extract", inbox, "--out", tmp_path / "out") for _ in range(2))
    assert first.stdout == f"Read 1 report: 0 tables, 0 facts in {tmp_path / 'out'} (1 complete)\n"
    assert second.stdout == "Nothing new: all 1 report read before (1 complete)\n"
    assert first.returncode == second.returncode == 0
    assert first.stderr == second.stderr == ""


def test_a_failed_report_is_exit_code_1_again_and_again(tmp_path: Path, inbox: Path) -> None:
    (inbox / "b.pdf").write_bytes(b"")
    first, second = (yanbao("extract", inbox, "--out", tmp_path / "out") for _ in range(2))
    assert first.returncode == second.returncode == 1
    for told in (first, second):
        assert "failed   b.pdf: the file is empty (0 bytes): fetch it again" in told.stdout
    assert "(1 complete, 1 failed)" in second.stdout


def test_an_empty_folder_is_nothing_to_do(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    told = yanbao("extract", tmp_path / "inbox", "--out", tmp_path / "out")
    assert (told.returncode, told.stdout) == (0, "No PDF there.\n")


def test_the_whole_walk_on_the_samples(tmp_path: Path) -> None:
    places = ["--out", f"{tmp_path}/extracted", "--published", f"{tmp_path}/published", "--workers", "2"]
    first, second = (yanbao("run", SAMPLES, *places) for _ in range(2))
    assert first.returncode == second.returncode, first.stdout + first.stderr + second.stdout
    assert (tmp_path / "published" / "current" / "manifest.json").is_file()
    assert (tmp_path / "extracted" / "quality.html").is_file()
    assert "(new)" in first.stdout
    assert second.stdout.startswith("Nothing new: all 3 reports read before")
    assert first.stderr == second.stderr == ""
    checked = yanbao("check", tmp_path / "extracted", "--data-docs")
    assert "expectations, none of the critical ones failed" in checked.stdout
    docs = tmp_path / "extracted" / "data_docs" / "index.html"
    assert "identities" in docs.read_text(encoding="utf-8") and str(docs) in checked.stdout.replace("\n", "")
    published = yanbao("publish", tmp_path / "extracted", "--published", tmp_path / "published")
    assert "nothing new, it is current already" in published.stdout


def test_look_draws_a_picture(tmp_path: Path) -> None:
    report = min(SAMPLES.glob("*.pdf"), key=lambda path: path.stat().st_size)
    out = tmp_path / "x.png"
    told = yanbao("look", report, "--layer", "tables", "--out", out)
    assert (told.returncode, told.stdout) == (0, f"{out}\n")
    assert out.read_bytes().startswith(b"\x89PNG")


def test_the_vocabulary_says_what_a_code_and_a_label_mean() -> None:
    code = yanbao("vocabulary", "show", "net_profit_parent")
    assert code.returncode == 0
    assert "归属母公司净利润" in code.stdout
    assert "归属于上市公司股东的净利润" in code.stdout
    label = yanbao("vocabulary", "show", "其他", "--under", "流动资产", "--kind", "balance_sheet")
    assert label.returncode == 0
    assert label.stdout.startswith("other_current_assets  其他流动资产")
    unknown = yanbao("vocabulary", "show", "归母净利润率润")
    assert unknown.returncode == 1
    assert "has no concept" in unknown.stdout
    assert "归母净利润率" in unknown.stdout


def test_the_page_of_the_concepts_is_the_vocabulary() -> None:
    page = (SAMPLES.parent / "docs" / "vocabulary.md").read_text(encoding="utf-8")
    told = yanbao("vocabulary", "list", "--markdown").stdout
    assert page == told, "run: yanbao vocabulary list --markdown > docs/vocabulary.md"
    assert len(yanbao("vocabulary", "list").stdout.splitlines()) == told.count("\n| `")


def test_missing_labels_are_listed_for_people_and_for_programs(tmp_path: Path) -> None:
    from pipeline.datasets.store import write_report
    from tests.datasets.factory import fact, part, report, table

    of = report("a.pdf")
    sheet = table(of, "balance_sheet")
    unknown = fact(sheet, 1, 1, label="神秘资产", label_path=["神秘资产"], concept=None)
    write_report(tmp_path, part(of, [sheet], [unknown, fact(sheet, 2, 1)]))
    told = yanbao("vocabulary", "missing", tmp_path)
    assert told.returncode == 0
    assert "balance_sheet      50.0%  of 2" in told.stdout
    assert "神秘资产" in told.stdout
    assert "a.pdf p. 3" in told.stdout
    assert yanbao("vocabulary", "missing", tmp_path, "--csv").stdout.splitlines()[1:] == [
        "1,1,balance_sheet,神秘资产,,华泰证券,a.pdf,3"
    ]
    assert str(tmp_path / "no") in refused(yanbao("vocabulary", "missing", tmp_path / "no"))
    wrong = yanbao("vocabulary", "missing", tmp_path, "--kind", "nonsense")
    assert wrong.returncode == 2
    assert "balance_sheet" in wrong.stderr
