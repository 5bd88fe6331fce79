"""Where the expectations are that people edit: the checkout's, or the copy in an installed package."""

from __future__ import annotations

from pathlib import Path

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
