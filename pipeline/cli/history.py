"""The releases there are, and what each of them says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import Published, app


@app.command(
    short_help="the releases there are, what each is made of",
    epilog="""\b
  yanbao releases
  yanbao releases --show current
  yanbao releases --show 20251103T060000Z-087b61c0 --verify
+ are reports added, ~ read again or ruled upon, − withdrawn.""",
)
def releases(
    published: Published = Path("published"),
    show: Annotated[
        str | None,
        typer.Option(metavar="ID", help="What one release says of itself; `current` is the newest."),
    ] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Compare its files with their hashes.")] = False,
) -> None:
    """List the releases that led to the current one, newest first, or show one."""
    if verify and show is None:
        raise typer.BadParameter("say which release: --show ID", param_hint="--verify")
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from pipeline.datasets.ancestry import ancestry, in_a_line, in_lines
    from pipeline.datasets.release import open_release

    console = Console(highlight=False)
    if show is None:
        listed = Table(box=None, pad_edge=False)
        for number, head in enumerate(("release", "published (UTC)", "reports", "", "facts", "")):
            listed.add_column(head, justify="right" if number in (2, 4) else "left", no_wrap=number < 5)
        for release in ancestry(published):
            listed.add_row(*map(escape, in_a_line(release)))
        console.print(listed)
        return
    release = open_release(published, None if show == "current" else show)
    for name, value in in_lines(release):
        console.print(f"{name:16} {escape(value)}", soft_wrap=True)
    if verify:
        release.verify()
        console.print(f"{'verified':16} every file is as it was published")
