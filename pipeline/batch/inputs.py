"""What is offered: files, folders, patterns and URLs to a sorted list of PDFs, each known by its content."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path, PurePath
from stat import S_ISREG
from typing import NamedTuple

from pipeline.batch.remote import Copy, fetch, is_url, place_of
from pipeline.errors import InputError

_WILD = frozenset("*?[")


class Offered(NamedTuple):
    """One PDF to read, known by the SHA-256 of its bytes; `file_name` is relative to the input root."""

    report_id: str
    file_name: str
    path: Path
    size: int


class Duplicate(NamedTuple):
    """A file with the bytes of another one, which stands for both."""

    file_name: str
    same_as: str


class Unreadable(NamedTuple):
    """A file whose bytes the operating system does not hand out, so that nothing can be said about it."""

    file_name: str
    reason: str


class Inputs(NamedTuple):
    """Everything offered to a run, sorted by file name."""

    offered: tuple[Offered, ...]
    duplicates: tuple[Duplicate, ...]
    unreadable: tuple[Unreadable, ...]
    root: Path  # the folder that the file names of the first input are relative to


def collect(
    inputs: Sequence[str | Path],
    *,
    since: datetime | None = None,
    only: Container[Path] | None = None,
    out: Path | None = None,
) -> Inputs:
    """The PDFs of files, folders (searched to the bottom) and patterns such as `2025-*/*.pdf`.

    Those at URLs are fetched into the folder `out` first (see `remote`); without `out`, URLs are refused.

    In folders, whatever is named `.pdf` in any case is offered, a PDF or not. Files with the same bytes are
    one report, under the first of their names. With `since`, files last changed before it are passed over,
    without being opened; with `only`, all but these are. Raises InputError where an input is not there or a
    pattern matches nothing.
    """
    if not inputs:
        raise InputError("nothing to read: name a PDF, a folder or a pattern")
    offered: dict[str, Offered] = {}
    duplicates: list[Duplicate] = []
    unreadable: list[Unreadable] = []
    local = [given for given in inputs if not is_url(given)]
    copies = [copy for url in inputs if is_url(url) for copy in _fetched(str(url), out, since)]
    unreadable += [Unreadable(copy.file_name, copy.trouble) for copy in copies if copy.trouble]
    here = [(copy.file_name, copy.path) for copy in copies if not copy.trouble]
    for file_name, path in sorted({*_files(local), *here}):
        if only is not None and path not in only:
            continue
        try:
            found = path.stat()
            if since is not None and found.st_mtime < since.timestamp():
                continue
            if not S_ISREG(found.st_mode):  # a pipe or a device may have no end
                unreadable.append(Unreadable(file_name, "is no regular file"))
                continue
            with path.open("rb") as file:
                report_id = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            unreadable.append(Unreadable(file_name, f"cannot be read: {error.strerror or error}"))
            continue
        first = offered.setdefault(report_id, Offered(report_id, file_name, path, found.st_size))
        if first.file_name != file_name:
            duplicates.append(Duplicate(file_name, first.file_name))
    root = place_of(str(inputs[0]), out) if out and is_url(inputs[0]) else _root(Path(inputs[0]))
    return Inputs(tuple(offered.values()), tuple(duplicates), tuple(unreadable), root)


def _fetched(url: str, out: Path | None, since: datetime | None) -> Iterator[Copy]:
    if out is None:
        raise InputError(f"{url}: a URL cannot be read from here")
    return fetch(url, out, since)


def list_pdfs(folder: Path) -> list[Path]:
    """What counts as a PDF under a folder, unopened. Raises InputError where the folder cannot be read."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder")
    return sorted(path for _, path in _below(folder, folder))


def _files(inputs: Iterable[str | Path]) -> Iterator[tuple[str, Path]]:
    """Name relative to the input root, and path, of every file that counts as a PDF."""
    for given in map(Path, inputs):
        text = str(given)
        if given.is_dir():
            yield from _below(given, given)
        elif given.exists():
            yield _named(given, _root(given))
        elif _WILD & set(text):
            yield from _matching(text)
        else:
            raise InputError(f"{text}: there is no such file or folder")


def _root(given: Path) -> Path:
    """The folder itself, the folder of a file, or what stands before the first wildcard of a pattern."""
    if given.exists():
        return given if given.is_dir() else given.parent
    fixed = next((index for index, part in enumerate(given.parts) if _WILD & set(part)), len(given.parts))
    return Path(*given.parts[:fixed])


def _below(folder: Path, root: Path) -> Iterator[tuple[str, Path]]:
    """The PDFs under a folder; a link to a folder is not followed, a broken link to a file is offered."""
    try:
        for parent, _, names in os.walk(folder, onerror=_refuse):
            for name in names:
                if name.lower().endswith(".pdf"):
                    yield _named(Path(parent, name), root)
    except OSError as error:
        raise InputError(f"{error.filename}: the folder cannot be read: {error.strerror or error}") from error


def _refuse(error: OSError) -> None:
    raise error


def _matching(pattern: str) -> Iterator[tuple[str, Path]]:
    root = _root(Path(pattern))
    found = sorted(root.glob(str(PurePath(pattern).relative_to(root))))
    if not found:
        raise InputError(f"{pattern}: no file or folder matches")
    for path in found:
        if path.is_dir():
            yield from _below(path, root)
        elif path.name.lower().endswith(".pdf"):
            yield _named(path, root)


def _named(path: Path, root: Path) -> tuple[str, Path]:
    """Name for people, and path; bytes of a name that are no UTF-8 are shown as replacement characters."""
    relative = path.relative_to(root).as_posix()
    return os.fsencode(relative).decode("utf-8", "replace"), path
