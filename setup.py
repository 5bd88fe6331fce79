"""Puts `expectations/` into the built package too: an installed yanbao has its rules and suites with it.

Everything else about the project is in pyproject.toml.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithExpectations(build_py):
    """Copies the rules and suites beside the code; an editable install reads them where they are."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, "pipeline", "expectations")
            shutil.copytree("expectations", target, dirs_exist_ok=True)


setup(cmdclass={"build_py": WithExpectations})
