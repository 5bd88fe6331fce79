"""Which program read a report: the release, and a fingerprint of everything that decides what it reads.

The fingerprint makes an edited vocabulary row count as another program, so that a run reads again what an
earlier state of the program has read. The same files and libraries give the same version on every machine.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

_ROOMS = ("reading", "layout", "tables", "meaning")  # what comes after them does not change what was read
_MODULES = ("extraction.py", "coverage.py", "datasets/schema.py")
_LIBRARIES = ("camelot-py", "jieba", "pdfplumber", "pypdfium2")
_SUFFIXES = {".py", ".csv", ".toml", ".json", ".txt"}


@cache
def pipeline_version() -> str:
    """`0.1.0+3f2a9c1d0b`: release and fingerprint."""
    package = Path(__file__).parent
    files = [path for room in _ROOMS for path in (package / room).rglob("*") if path.suffix in _SUFFIXES]
    files += [package / module for module in _MODULES]
    digest = hashlib.sha256()
    for name, path in sorted((path.relative_to(package).as_posix(), path) for path in files):
        digest.update(name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    for library in _LIBRARIES:
        digest.update(f"{library} {metadata.version(library)}\0".encode())
    return f"{release()}+{digest.hexdigest()[:10]}"


def release() -> str:
    """The release alone, `0.1.0`."""
    return metadata.version("yanbao")
