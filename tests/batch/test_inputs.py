"""What counts as offered, under which name, and what is refused."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from pipeline.batch.inputs import Duplicate, collect
from pipeline.errors import InputError


def put(root: Path, name: str, data: bytes) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(*inputs: str | Path) -> list[str]:
    return [offered.file_name for offered in collect(inputs).offered]


def test_a_folder_is_searched_to_the_bottom_in_any_case_and_in_order(tmp_path: Path) -> None:
    for name in ("b.pdf", "深/乙/c.PDF", "a.Pdf", "notes.txt", "pdf", "x.pdf.part"):
        put(tmp_path, name, name.encode())
    assert names(tmp_path) == ["a.Pdf", "b.pdf", "深/乙/c.PDF"]


def test_a_report_is_known_by_its_bytes(tmp_path: Path) -> None:
    put(tmp_path, "a.pdf", b"one")
    [offered] = collect([tmp_path]).offered
    assert offered.report_id == hashlib.sha256(b"one").hexdigest()
    assert offered.size == 3


def test_same_bytes_are_one_report_under_the_first_name(tmp_path: Path) -> None:
    for name in ("z.pdf", "m/a.pdf", "b.pdf"):
        put(tmp_path, name, b"same")
    found = collect([tmp_path])
    assert [offered.file_name for offered in found.offered] == ["b.pdf"]
    assert found.duplicates == (Duplicate("m/a.pdf", "b.pdf"), Duplicate("z.pdf", "b.pdf"))


def test_offering_a_file_twice_is_no_duplicate(tmp_path: Path) -> None:
    path = put(tmp_path, "a.pdf", b"one")
    found = collect([tmp_path, path, tmp_path])
    assert len(found.offered) == 1
    assert found.duplicates == ()


def test_a_file_named_outright_needs_no_pdf_suffix(tmp_path: Path) -> None:
    assert names(put(tmp_path, "download", b"one")) == ["download"]


def test_a_pattern_gives_names_from_its_first_wildcard_on(tmp_path: Path) -> None:
    for name in ("2025-01/a.pdf", "2025-02/b.pdf", "2024-12/c.pdf", "2025-02/b.txt"):
        put(tmp_path, name, name.encode())
    assert names(str(tmp_path / "2025-*")) == ["2025-01/a.pdf", "2025-02/b.pdf"]
    assert names(str(tmp_path / "*" / "*.pdf")) == ["2024-12/c.pdf", "2025-01/a.pdf", "2025-02/b.pdf"]
    assert names(str(tmp_path / "**" / "b.*")) == ["2025-02/b.pdf"]


def test_a_name_with_brackets_that_is_there_is_no_pattern(tmp_path: Path) -> None:
    assert names(put(tmp_path, "[华泰]a.pdf", b"one")) == ["[华泰]a.pdf"]


@pytest.mark.parametrize("name", ["missing", "missing.pdf", "no*such"])
def test_what_is_not_there_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"no such file or folder|no file or folder matches") as refused:
        collect([tmp_path / name])
    assert name in str(refused.value)


def test_a_broken_link_is_told_and_costs_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, "a.pdf", b"one")
    (tmp_path / "b.pdf").symlink_to(tmp_path / "gone.pdf")
    found = collect([tmp_path])
    assert [offered.file_name for offered in found.offered] == ["a.pdf"]
    [unreadable] = found.unreadable
    assert unreadable.file_name == "b.pdf"
    assert unreadable.reason == "cannot be read: No such file or directory"


def test_a_name_that_is_no_utf8_can_still_be_written_down(tmp_path: Path) -> None:
    try:
        (tmp_path / b"\xbb\xaa.pdf".decode("utf-8", "surrogateescape")).write_bytes(b"one")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    [name] = names(tmp_path)
    assert name.encode("utf-8").decode("utf-8") == name == "\ufffd\ufffd.pdf"


def test_an_empty_folder_offers_nothing(tmp_path: Path) -> None:
    assert collect([tmp_path]).offered == ()


def test_what_may_have_no_end_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "zero.pdf").symlink_to("/dev/zero")
    (tmp_path / "loop.pdf").symlink_to("loop.pdf")
    put(tmp_path, "a.pdf", b"a")
    found = collect([tmp_path])
    assert [offered.file_name for offered in found.offered] == ["a.pdf"]
    assert {file.file_name: file.reason for file in found.unreadable} == {
        "loop.pdf": "cannot be read: Too many levels of symbolic links",
        "pipe.pdf": "is no regular file",
        "zero.pdf": "is no regular file",
    }
