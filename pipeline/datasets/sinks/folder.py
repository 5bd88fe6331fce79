"""A release as a folder at any URL that fsspec can write to: an object store, a share, another disk.

    <url>/releases/<id>/<dataset>/*.parquet   as in the folder of releases, with its manifest and README
    <url>/current.json                        {"release": "<id>"}: the release to read

An object store has no rename and no links, so a release is a folder of its own, and `current.json`, written
when all the rest is there, says which. Parts that the release before has as well are copied within the store.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.datasets.release import MANIFEST, RELEASES, Release
from pipeline.datasets.sinks import Loaded
from pipeline.errors import InputError, OutputError

CURRENT = "current.json"


def load_folder(
    release: Release, url: str, *, keep: int | None = None, options: Mapping[str, Any] | None = None
) -> Loaded:
    """Put a release under a URL; nothing is done where it is current there.

    `keep` is how many releases stay, all where it is not given; `options` go to the file system.
    """
    files, root = _opened(url, options)
    try:
        before = _current(files, root)
        is_new = before != release.id
        if is_new:
            _sweep(files, root)
            _copy(release, files, root, before)
            _put(files, f"{root}/{CURRENT}", json.dumps({"release": release.id}).encode())
        if keep is not None:
            _thin(files, root, keep, release.id)
    except (OSError, ValueError) as error:
        raise OutputError(f"cannot write {url}: {error}") from error
    return Loaded(url, release.id, release.rows, is_new)


def current_release(url: str, options: Mapping[str, Any] | None = None) -> str:
    """The URL of the release to read; InputError where there is none."""
    files, root = _opened(url, options)
    held = _current(files, root)
    if held is None:
        raise InputError(f"{url} holds no release: it has no {CURRENT}")
    return f"{url.rstrip('/')}/{RELEASES}/{held}"


def _copy(release: Release, files: Any, root: str, before: str | None) -> None:
    """All files of a release, the manifest last: a folder that has one is whole."""
    place = f"{root}/{RELEASES}/{release.id}"
    there = _manifest(files, f"{root}/{RELEASES}/{before}") if before else {}
    for name, entry in release.manifest["files"].items():
        target = f"{place}/{name}"
        files.makedirs(target.rpartition("/")[0], exist_ok=True)
        if there.get(name, {}).get("sha256") == entry["sha256"]:
            files.cp_file(f"{root}/{RELEASES}/{before}/{name}", target)
        else:
            files.put_file(str(release.path / name), target)
        if files.size(target) != entry["bytes"]:
            raise OSError(f"{target} has {files.size(target)} bytes of {entry['bytes']}")
    _put(files, f"{place}/{MANIFEST}", (release.path / MANIFEST).read_bytes())


def _put(files: Any, path: str, data: bytes) -> None:
    """Write a small file that readers see whole: beside its place, then moved there."""
    staged = f"{path}.part"
    files.pipe_file(staged, data)
    files.mv(staged, path)


def _sweep(files: Any, root: str) -> None:
    """Remove what loads that were killed left behind: releases without a manifest."""
    for place in _places(files, root):
        if not files.exists(f"{place}/{MANIFEST}"):
            files.rm(place, recursive=True)


def _thin(files: Any, root: str, keep: int, current: str) -> None:
    """Remove all but the newest releases; their ids begin with their instant."""
    for place in sorted(_places(files, root), reverse=True)[max(keep, 1) :]:
        if not place.endswith(f"/{current}"):
            files.rm_file(f"{place}/{MANIFEST}")
            files.rm(place, recursive=True)


def _places(files: Any, root: str) -> list[str]:
    folder = f"{root}/{RELEASES}"
    if not files.exists(folder):
        return []
    return [entry["name"].rstrip("/") for entry in files.ls(folder, detail=True, refresh=True)]


def _current(files: Any, root: str) -> str | None:
    path = f"{root}/{CURRENT}"
    if not files.exists(path):
        return None
    held: str = json.loads(files.cat_file(path))["release"]
    return held


def _manifest(files: Any, place: str) -> Mapping[str, Any]:
    """The files of a release that is there: name to hash and size."""
    found: Mapping[str, Any] = json.loads(files.cat_file(f"{place}/{MANIFEST}"))["files"]
    return found


def _opened(url: str, options: Mapping[str, Any] | None) -> tuple[Any, str]:
    """The file system of a URL and the path in it."""
    from fsspec.core import url_to_fs

    try:
        files, root = url_to_fs(url, **(options or {}))
    except ImportError as error:
        raise InputError(f"{url}: {error}") from error
    except ValueError as error:
        raise InputError(f"{url} is no URL that can be written to: {error}") from error
    return files, root.rstrip("/")
