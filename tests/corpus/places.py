"""Where the real reports and the scorer are, where they are at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).parents[3] / "shared" / "corpus"
CORPUS = Path(os.environ.get("YANBAO_CORPUS", _BESIDE))
SCORER = CORPUS.parent / "bench" / "score.py"

needs_corpus = pytest.mark.skipif(
    not (CORPUS / "labelled").is_dir(), reason="the real reports are not here (set YANBAO_CORPUS)"
)
