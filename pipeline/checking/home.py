"""Where the expectations are that people edit: the checkout's, or the copy in an installed package."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError


def expectations(name: str) -> Path:
    """`expectations/<name>` of the checkout, or the copy that an installed package carries.

    Raises ConfigError that says where it was looked for.
    """
    package = Path(__file__).resolve().parents[1]
    places = [home / "expectations" / name for home in (package.parent, package)]
    for place in places:
        if place.exists():
            return place
    raise ConfigError(f"there is neither {places[0]} nor {places[1]}")


def read_toml(path: Path) -> dict[str, Any]:
    """What a file of expectations says. Raises ConfigError where it cannot be read or is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
