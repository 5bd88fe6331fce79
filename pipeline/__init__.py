"""yanbao: Chinese broker research reports to clean, checked, published data.

    import pipeline
    report = pipeline.extract("report.pdf")  # .reports .tables .cells .facts .coverage, Arrow tables
    checks = pipeline.check(report.facts, report.tables, report.reports)
    release = pipeline.publish("extracted", "published")
    release = pipeline.open_release("published")

Nothing heavy is imported before one of the names is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.checking import check as check
    from pipeline.datasets.releases import Release as Release
    from pipeline.datasets.releases import open_release as open_release
    from pipeline.datasets.releases import publish as publish
    from pipeline.extraction import ExtractedReport as ExtractedReport
    from pipeline.extraction import extract as extract
    from pipeline.version import release as _release

    __version__ = _release()

_HOMES = {
    "extract": "pipeline.extraction",
    "ExtractedReport": "pipeline.extraction",
    "check": "pipeline.checking",
    "publish": "pipeline.datasets.releases",
    "open_release": "pipeline.datasets.releases",
    "Release": "pipeline.datasets.releases",
}

__all__ = ["ExtractedReport", "Release", "check", "extract", "open_release", "publish"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "__version__":
        from pipeline.version import release

        return release()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES, "__version__"])
