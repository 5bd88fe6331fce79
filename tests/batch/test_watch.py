"""A drop folder: what arrives is handed on once, when it is there to its end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.batch.watch import arrivals
from pipeline.errors import InputError


def looks(folder: Path) -> Iterator[list[str]]:
    """What each look finds, without waiting between them."""
    for arrived in arrivals(folder, sleep=lambda _: None):
        yield [path.name for path in arrived]


def touch(path: Path, data: bytes, at: int) -> None:
    path.write_bytes(data)
    os.utime(path, ns=(at, at))


def test_a_file_arrives_once_and_again_when_it_has_changed(tmp_path: Path) -> None:
    seen = looks(tmp_path)
    assert next(seen) == []
    touch(tmp_path / "a.pdf", b"one", 1)
    assert [next(seen) for _ in range(3)] == [[], ["a.pdf"], []]
    touch(tmp_path / "a.pdf", b"two", 2)
    assert [next(seen) for _ in range(3)] == [[], ["a.pdf"], []]


def test_a_file_that_grows_is_waited_for_and_an_empty_one_too(tmp_path: Path) -> None:
    seen = looks(tmp_path)
    for size in range(4):
        touch(tmp_path / "slow.pdf", b"x" * size, size)
        assert next(seen) == []
    assert next(seen) == ["slow.pdf"]
    touch(tmp_path / "empty.pdf", b"", 9)
    assert [next(seen) for _ in range(3)] == [[], [], []]


def test_what_is_there_at_the_start_and_below_arrives_and_other_files_do_not(tmp_path: Path) -> None:
    (tmp_path / "night").mkdir()
    for name in ("b.pdf", "night/a.PDF", "notes.txt"):
        (tmp_path / name).write_bytes(b"x")
    seen = looks(tmp_path)
    assert [next(seen) for _ in range(3)] == [[], ["b.pdf", "a.PDF"], []]


def test_a_file_taken_away_and_put_back_arrives_again(tmp_path: Path) -> None:
    seen = looks(tmp_path)
    touch(tmp_path / "a.pdf", b"one", 1)
    assert [next(seen), next(seen)] == [[], ["a.pdf"]]
    (tmp_path / "a.pdf").unlink()
    assert next(seen) == []
    touch(tmp_path / "a.pdf", b"one", 1)
    assert [next(seen), next(seen)] == [[], ["a.pdf"]]


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        next(looks(tmp_path / "missing"))


@settings(deadline=None)  # files are written
@given(st.lists(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=3), max_size=12))
def test_however_files_are_written_the_last_state_of_each_arrives(
    tmp_path_factory: pytest.TempPathFactory, writes: list[list[tuple[str, int]]]
) -> None:
    folder = tmp_path_factory.mktemp("inbox")
    seen, got, clock = looks(folder), [], 0
    for between in [*writes, [], []]:
        for name, size in between:
            clock += 1
            touch(folder / f"{name}.pdf", b"x" * size, clock)
        got += [(name, (folder / name).stat().st_mtime_ns) for name in next(seen)]
    assert len(got) == len(set(got))
    final = {(path.name, path.stat().st_mtime_ns) for path in folder.iterdir() if path.stat().st_size}
    assert final <= set(got)
