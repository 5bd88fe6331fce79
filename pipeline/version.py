"""Which program read a report: the release, and a fingerprint of its code and vocabulary.

The fingerprint makes an edited vocabulary row count as another program, so that a run reads again what an
earlier state of the program has read. The same files give the same version on every machine.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from pathlib import Path

_READ = {".py", ".csv", ".toml", ".txt", ".json"}


@cache
def pipeline_version() -> str:
    """`0.1.0+3f2a9c1d0b`: release and fingerprint."""
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*"), key=lambda path: path.relative_to(package).as_posix()):
        if path.suffix in _READ:
            digest.update(path.relative_to(package).as_posix().encode() + b"\0")
            digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"{release()}+{digest.hexdigest()[:10]}"


def release() -> str:
    """The release alone, `0.1.0`."""
    return metadata.version("yanbao")
