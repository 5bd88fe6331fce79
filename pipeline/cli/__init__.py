"""The command `yanbao`: what it is asked, and how it answers. The work is done elsewhere.

Only the command line's own libraries are imported here, so that help is there at once; each command imports
what it needs. Exit codes: 0 all complete; 1 done, but reports are partial or failed or a gate did not pass;
2 the command itself could not run. A group of commands is a module that registers them with the application;
the order of the imports below is the order of the help.
"""

from __future__ import annotations

import sys

from pipeline.cli import walk, operate, history, releases, show, vocabulary  # isort: skip
from pipeline.cli.app import app
from pipeline.errors import YanbaoError

__all__ = ["app", "history", "main", "operate", "releases", "show", "vocabulary", "walk"]

CANNOT_RUN, STOPPED = 2, 130


def main() -> None:
    """Run the command; an error that was foreseen is one sentence and exit code 2."""
    try:
        app()
    except YanbaoError as error:
        print(f"yanbao: {error}", file=sys.stderr)
        raise SystemExit(CANNOT_RUN) from None
    except KeyboardInterrupt:
        print(
            "yanbao: stopped; what was finished is kept, the same command goes on from there", file=sys.stderr
        )
        raise SystemExit(STOPPED) from None
