"""The releases that led to the current one, and what each says of itself in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.datasets.release import Release, open_release


def ancestry(published: str | Path) -> Iterator[Release]:
    """The current release, its parent, and so on to the first. Raises InputError where there is none."""
    release = open_release(published)
    yield release
    while release.parent is not None:
        release = open_release(published, release.parent)
        yield release


def in_a_line(release: Release) -> tuple[str, ...]:
    """Id, instant, reports and what became of them, facts, and what was published past a closed gate."""
    made = release.manifest["changes"]
    changed = [
        f"{sign}{number:,}"
        for sign, number in (("+", made["added"]), ("~", made["changed"]), ("−", len(made["withdrawn"])))
        if number
    ]
    gate = release.manifest["gate"]
    return (
        release.id,
        f"{release.published_at:%Y-%m-%d %H:%M}",
        f"{release.rows['reports']:,}",
        " ".join(changed),
        f"{release.rows['facts']:,}",
        f"past a closed gate: {gate['why']}" if gate["forced"] else "",
    )


def in_lines(release: Release) -> Iterator[tuple[str, str]]:
    """What the manifest says, for people: name and value."""
    manifest = release.manifest
    made, gate, quality = manifest["changes"], manifest["gate"], manifest["quality"]
    stored = sum(file["bytes"] for file in manifest["files"].values())
    own = sum((release.path / file).stat().st_nlink == 1 for file in manifest["files"])
    yield "release", release.id
    yield "folder", str(release.path)
    yield "parent", release.parent or "none, it is the first"
    yield "published at", f"{release.published_at:%Y-%m-%d %H:%M:%S} UTC"
    yield "contract", f"{manifest['contract_version']}, read by {', '.join(manifest['pipeline_versions'])}"
    yield "reports", f"{release.rows['reports']:,}: {made['added']:,} added, {made['changed']:,} changed"
    for withdrawn in made["withdrawn"]:
        yield "withdrawn", f"{withdrawn['report_id'][:12]}: {withdrawn['why']}"
    yield "facts", ", ".join(f"{number:,} {name}" for name, number in quality.items())
    yield "undated facts", f"{manifest['undated_facts']:,}"
    yield "rows", f"{sum(release.rows.values()):,} in {len(release.rows)} datasets"
    yield (
        "files",
        f"{len(manifest['files']):,}, {stored / 1e6:,.1f} MB; {own:,} of them in this release alone",
    )
    yield "gate", f"{gate['evaluated']} expectations, {gate['vacuous']} of them looked at nothing"
    for failure in gate["failures"]:
        yield "failed", failure
    if gate["forced"]:
        yield "forced", gate["why"]
    for warning in gate["warnings"]:
        yield "warning", warning
    for name, sha256 in manifest["expectations"].items():
        yield f"{name} as of", sha256[:12]
