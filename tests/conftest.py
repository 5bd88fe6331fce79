"""Settings of all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# No test fails because the machine is busy, and none that passed yesterday fails today on another example:
# `YANBAO_EXPLORE=1 make test` and `make fuzz` are where new examples are drawn.
settings.register_profile("repeatable", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile("explore" if os.environ.get("YANBAO_EXPLORE") else "repeatable")
