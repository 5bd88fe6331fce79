"""Facts to checks: printed-precision intervals, rules, verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.checking.corrections import correction_layer as correction_layer
    from pipeline.checking.corrections import corrections_schema as corrections_schema
    from pipeline.checking.corrections import load_corrections as load_corrections
    from pipeline.checking.rules import RuleSet as RuleSet
    from pipeline.checking.rules import load_rules as load_rules
    from pipeline.checking.run import broken_rules as broken_rules
    from pipeline.checking.run import check as check
    from pipeline.checking.run import checks_schema as checks_schema

_HOMES = {
    "broken_rules": "pipeline.checking.run",
    "check": "pipeline.checking.run",
    "checks_schema": "pipeline.checking.run",
    "correction_layer": "pipeline.checking.corrections",
    "corrections_schema": "pipeline.checking.corrections",
    "load_corrections": "pipeline.checking.corrections",
    "load_rules": "pipeline.checking.rules",
    "RuleSet": "pipeline.checking.rules",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are used, so that the package itself loads at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
