"""PDFs at URLs: what fsspec can list (`s3://bucket/2025`, `gs://…`, `https://…`) is fetched, then read here.

    extracted/fetched/<hash of the URL>/…       the files under the names they have there

A file is fetched once: it stays, with the time of its last change over there, and is fetched again where
size or time differ. Where the store tells no times, it is fetched by every run. Workers read the copies, so
that on a cluster only the folder of the extracted data needs to be shared.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pipeline.datasets.files import make_folder
from pipeline.errors import InputError

FOLDER = "fetched"


class Copy(NamedTuple):
    """A file over there: its name from the URL on, where its copy is, and why there is none."""

    file_name: str
    path: Path
    trouble: str = ""


def is_url(given: str | Path) -> bool:
    """Whether an input names a place elsewhere: `scheme://…`."""
    return isinstance(given, str) and "://" in given


def place_of(url: str, out: Path) -> Path:
    """The folder of the copies of what a URL names."""
    return out / FOLDER / hashlib.sha256(url.encode()).hexdigest()[:16]


def fetch(url: str, out: Path, since: datetime | None = None) -> Iterator[Copy]:
    """Copies of the PDFs at a URL: a file, all below a folder, or what a pattern matches.

    What was last changed before `since`, as far as the store tells, is passed over without being fetched.
    Raises InputError where nothing is there, or the store does not answer or has no package installed.
    """
    from fsspec.core import url_to_fs

    try:
        files, start = url_to_fs(url)
        listed = _listed(files, start)
    except (OSError, ImportError, ValueError) as error:
        raise InputError(f"{url}: cannot be listed: {error}") from error
    if not listed:
        raise InputError(f"{url}: there is no PDF")
    folder = make_folder(place_of(url, out))
    with TemporaryDirectory(prefix=".", dir=folder) as staging:
        for name, (path, info) in sorted(listed.items()):
            changed = _changed(files, path)
            if since is not None and changed is not None and changed < since.timestamp():
                continue
            copy = folder / name
            if ".." in PurePosixPath(name).parts or "\0" in name:
                yield Copy(name, copy, "its name leads out of its folder")
                continue
            if changed is None or not _is_there(copy, info.get("size"), changed):
                try:
                    _copy(files, path, copy, Path(staging), changed)
                except OSError as error:
                    yield Copy(name, copy, f"cannot be fetched: {error.strerror or error}")
                    continue
            yield Copy(name, copy)


def _listed(files: Any, start: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name from the URL on to path and properties of each PDF."""
    if set("*?[") & set(start):
        root = PurePosixPath(*_fixed(start))
        found = {
            path: info for path, info in files.glob(start, detail=True).items() if info["type"] == "file"
        }
    elif files.isdir(start):
        root, found = PurePosixPath(start), files.find(start, detail=True)
    else:
        root, found = PurePosixPath(start).parent, {start: files.info(start)}
        return {PurePosixPath(start).name: (start, found[start])}
    return {
        str(PurePosixPath(path).relative_to(root)): (path, info)
        for path, info in found.items()
        if path.lower().endswith(".pdf")
    }


def _fixed(pattern: str) -> Iterator[str]:
    """The parts of a pattern before its first wildcard."""
    for part in PurePosixPath(pattern).parts:
        if set("*?[") & set(part):
            return
        yield part


def _changed(files: Any, path: str) -> float | None:
    """When a file was last changed (POSIX seconds), None where the store does not say."""
    try:
        when: datetime = files.modified(path)
    except (NotImplementedError, KeyError, OSError):
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _is_there(copy: Path, size: int | None, changed: float) -> bool:
    try:
        found = copy.stat()
    except OSError:
        return False
    return found.st_size == size and abs(found.st_mtime - changed) < 0.001


def _copy(files: Any, path: str, copy: Path, staging: Path, changed: float | None) -> None:
    """Fetch a file beside its place and rename it there, whole."""
    part = staging / "part.pdf"
    files.get_file(path, str(part))
    if changed is not None:
        os.utime(part, (changed, changed))
    copy.parent.mkdir(parents=True, exist_ok=True)
    part.replace(copy)
