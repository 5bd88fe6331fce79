"""Pictures of lines to text: the PP-OCR model that RapidOCR's wheel carries, run by onnxruntime.

The model is called directly and not through RapidOCR, for its answers must not depend on what else was asked:
lines are padded to fixed widths and batched only with lines of the same width, on one thread.
"""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pipeline.reading.pictures import Grey

HEIGHT = 48  # pixels: the height the model was trained at
_STEP = 32  # pixels: widths are padded to multiples, so that lines of about one width go together
_BATCH = 2048  # pixels: the width of a batch; the model takes some 100 KB for each 8 of them
_COMMON = 0.05  # of the best score: what a common character needs to be taken for an uncommon one
_NEEDED = ("rapidocr", "onnxruntime")


class Sign(NamedTuple):
    """One character read, how sure the model is of it (0 to 1), its middle as a share of the width."""

    text: str
    sure: float
    at: float


class Reading(NamedTuple):
    """What the model reads in a line."""

    signs: tuple[Sign, ...]

    @property
    def text(self) -> str:
        """The characters in their order."""
        return "".join(sign.text for sign in self.signs)

    @property
    def sure(self) -> float:
        """How sure the model is of the character it is least sure of; 0 where it reads nothing."""
        return min((sign.sure for sign in self.signs), default=0.0)


def model_path(kind: str) -> Path | None:
    """The file of a model: `rec` recognises a line, `det` finds lines. None where the extra is missing."""
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        return None
    spec = importlib.util.find_spec("rapidocr")
    folders = spec.submodule_search_locations if spec else None
    models = sorted(Path(folders[0], "models").glob(f"*_{kind}_*.onnx")) if folders else []
    return models[0] if models else None


def open_session(path: Path) -> Any:
    """A model ready to run on one thread, its memory given back after every call."""
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@cache
def _model() -> tuple[Any, tuple[str, ...], Any]:
    import numpy as np

    path = model_path("rec")
    if path is None:
        raise ModuleNotFoundError("no model to recognise text with: pip install 'yanbao[ocr]'")
    session = open_session(path)
    characters = session.get_modelmeta().custom_metadata_map["character"].split("\n")
    # Class 0 is "nothing here"; the model's last class, not in its list, is the space.
    classes = ("", *characters, " ")
    return session, classes, np.array([_uncommon(text) for text in classes])


def _uncommon(text: str) -> bool:
    """Whether it is a Chinese character outside GB 2312: traditional, Japanese, or rare."""
    return "\u4e00" <= text <= "\u9fff" and not text.encode("gb2312", "ignore")


def _fitted(line: Grey) -> Any:
    import numpy as np
    from PIL import Image

    high, wide = line.shape
    width = max(1, round(wide * HEIGHT / high))
    if high == HEIGHT:
        return line
    return np.asarray(Image.fromarray(line).resize((width, HEIGHT), Image.Resampling.LANCZOS))


def recognise(lines: Sequence[Grey]) -> list[Reading]:
    """The text of each picture of one line (grey, dark on light), in the order given."""
    import numpy as np

    if not lines:
        return []
    session, characters, uncommon = _model()
    fitted = [_fitted(line) for line in lines]
    widths: defaultdict[int, list[int]] = defaultdict(list)
    for index, line in enumerate(fitted):
        widths[-(-line.shape[1] // _STEP) * _STEP].append(index)
    readings: list[Reading] = [Reading(())] * len(lines)
    for width, indexes in sorted(widths.items()):
        size = max(1, _BATCH // width)
        for start in range(0, len(indexes), size):
            batch = indexes[start : start + size]
            pixels = np.zeros((len(batch), 3, HEIGHT, width), np.float32)
            for place, index in enumerate(batch):
                pixels[place, :, :, : fitted[index].shape[1]] = fitted[index].astype(np.float32) / 127.5 - 1
            [scores] = session.run(None, {session.get_inputs()[0].name: pixels})
            for place, index in enumerate(batch):
                share = width / fitted[index].shape[1]
                readings[index] = _decoded(scores[place], characters, uncommon, share)
    return readings


def _decoded(scores: Any, characters: Sequence[str], uncommon: Any, share: float) -> Reading:
    """CTC: at every step the best class; runs of one class are one character, class 0 is none.

    The model knows several languages and wavers between 凯 and 凱. Reports are printed in simplified Chinese:
    an uncommon character is taken only where no common one comes near it.
    """
    import numpy as np

    best, sure = scores.argmax(1), scores.max(1)
    for step in np.flatnonzero(uncommon[best]).tolist():
        common = np.where(uncommon, 0, scores[step])
        common[0] = 0
        if common.max() >= _COMMON * sure[step]:
            best[step] = common.argmax()
    signs: list[Sign] = []
    start = 0
    for end in range(1, len(best) + 1):
        if end < len(best) and best[end] == best[start]:
            continue
        if best[start]:
            middle = (start + end) / 2 / len(best) * share
            signs.append(Sign(characters[best[start]], float(sure[start:end].max()), middle))
        start = end
    return Reading(tuple(signs))
