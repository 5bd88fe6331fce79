"""The rating a cover prints, what was done with it, and its level on the common five-step scale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import ConfigError
from pipeline.meaning.cover_lines import Cover, Line, tight, words_for
from pipeline.meaning.lexicon import SIMPLIFIED, read_rows

LEVELS = ("buy", "outperform", "hold", "underperform", "sell")
_TOP = 0.42  # a rating without a label stands in the upper part of the page
_QUOTES = "[“”\"'「」『』‘’]?"


@dataclass(frozen=True, slots=True)
class Rating:
    """A printed rating: `text` and `action` as printed, the risk grade behind a dash (买入-A) left out."""

    text: str
    action: str | None


@dataclass(frozen=True, slots=True)
class _Patterns:
    alone: re.Pattern[str]
    at_end: re.Pattern[str]
    with_code: re.Pattern[str]
    prose: re.Pattern[str]
    action: re.Pattern[str]
    label: re.Pattern[str]


@lru_cache(maxsize=1)
def _levels() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for rating, broker, level in read_rows("ratings.csv", ("rating", "broker", "level")):
        if level and level not in LEVELS:
            raise ConfigError(
                f"vocabulary/ratings.csv: {rating!r} has the level {level!r}, expected one of {LEVELS}"
            )
        found[_key(rating), broker] = level
    return found


def _key(rating: str) -> str:
    return tight(rating).translate(SIMPLIFIED).upper()


@lru_cache(maxsize=1)
def _actions() -> dict[str, str]:
    return {row[0]: row[1] for row in read_rows("cover_actions.csv", ("printed", "action"))}


def _any(words: Sequence[str]) -> str:
    return "(?:" + "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True)) + ")"


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    rating = f"(?P<rating>{_any(list(dict.fromkeys(word for word, _ in _levels())))})(?:-[A-D])?"
    actions = _any(list(_actions()))
    action = f"(?P<action>{actions})"
    bracketed = rf"[(|/]{action}(?:评级)?[)]?"
    label = rf"(?:{words_for('rating_label').pattern})"
    tagged = rf"{label}(?:\((?P<label_action>{actions})\))?"
    date = r"(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}/)?"
    compiled = re.compile
    return _Patterns(
        alone=compiled(
            rf"{date}(?P<label>{tagged}:?)?[*]?(?P<before>{actions})?{_QUOTES}{rating}{_QUOTES}(?:评级)?"
            rf"(?:{bracketed})?",
            re.IGNORECASE,
        ),
        at_end=compiled(f".*{rating}{bracketed}", re.IGNORECASE),
        with_code=compiled(rf".{{2,24}}\([\dA-Z.]{{4,12}}[,|/;]{rating}\).*", re.IGNORECASE),
        prose=compiled(
            rf"(?:(?P<action>维持|重申|首次(?:覆盖)?[,，]?(?:并)?给予|上调至|下调至)|给予|予以)"
            rf"[^。；，,;]{{0,6}}?[“\"「『]{rating}[”\"」』](?:的)?(?:投资)?评级",
            re.IGNORECASE,
        ),
        action=compiled(f"[(|/]?{action}[)]?", re.IGNORECASE),
        label=compiled(f"{tagged}:?", re.IGNORECASE),
    )


def rating_level(rating: str | None, broker: str | None) -> str | None:
    """The level of a printed rating, by the house's own row where its scale differs; None if unknown."""
    if rating is None:
        return None
    key = _key(rating)
    level = _levels().get((key, broker or ""), _levels().get((key, "")))
    return level or None


def is_rating(text: str) -> bool:
    """Whether a line prints a rating, with or without its label and action."""
    return _patterns().alone.fullmatch(tight(text).translate(SIMPLIFIED)) is not None


def _action(printed: str | None) -> str | None:
    return None if printed is None else _actions().get(printed, _actions().get(printed.lower()))


def _read(text: str) -> tuple[Rating, bool] | None:
    """The rating of a whole line, as printed, and whether it carries its label or action."""
    match = _patterns().alone.fullmatch(text.translate(SIMPLIFIED))
    if match is None:
        return None
    action = _action(match["action"] or match["before"] or match["label_action"])
    return Rating(text[slice(*match.span("rating"))], action), bool(match["label"] or action)


def _to_the_right(cover: Cover, line: Line) -> tuple[Rating | None, str | None]:
    """The first rating, and the first action, on the row behind a label."""
    action = None
    for other in cover.right_of(line):
        read = _read(other.tight)
        if read is not None:
            return read[0], action
        if found := _patterns().action.fullmatch(other.simple):
            action = action or _action(found["action"])
    return None, action


def _to_the_left(cover: Cover, line: Line) -> str | None:
    """The action that stands right before a rating: 维持, then 买入."""
    nearest = next(iter(cover.left_of(line)), None)
    found = _patterns().action.fullmatch(nearest.simple) if nearest is not None else None
    return _action(found["action"]) if found is not None else None


def find_rating(cover: Cover, *, prose: bool) -> Rating | None:
    """The rating of a cover: labelled, or with its action, or alone near the top, or (`prose`) in a sentence.

    A sentence counts only where all such sentences of the page name the same rating.
    """
    previous = words_for("previous_rating_label")
    earlier = [line for line in cover.lines if previous.fullmatch(line.tight.rstrip(":"))]
    candidates: list[tuple[float, Rating]] = []
    for line in cover.own:
        text = line.tight
        if line in earlier or _is_headed(line, earlier):
            continue
        above = line.top <= _TOP * cover.height
        size = line.size / 100
        if (read := _read(line.tight)) is not None:
            rating, sure = read
            if rating.action is None:
                beside = _to_the_right(cover, line)[1] or _to_the_left(cover, line)
                rating = Rating(rating.text, beside)
            if sure or rating.action is not None or (above and line.size >= cover.body_size):
                candidates.append((4 + 2 * bool(rating.action) + sure + above + size, rating))
        elif found := _patterns().label.fullmatch(text):
            there, _ = _to_the_right(cover, line)
            if there is not None:
                given = there.action or _action(found["label_action"])
                candidates.append((5 + 2 * bool(given) + above + size, Rating(there.text, given)))
        elif above and (match := _patterns().at_end.fullmatch(text)) and len(text) < 40:
            printed = line.tight[slice(*match.span("rating"))]
            candidates.append((4 + size, Rating(printed, _action(match["action"]))))
        elif above and (match := _patterns().with_code.fullmatch(text)):
            candidates.append((4 + size, Rating(line.tight[slice(*match.span("rating"))], None)))
    if candidates:
        best = max(candidates, key=lambda c: c[0])[1]
        return Rating(best.text, _settled_action(cover, best.action))
    return _from_prose(cover) if prose else None


def _is_headed(line: Line, labels: Sequence[Line]) -> bool:
    """Whether one of the labels stands left of the line, in its row."""
    return any(
        0 <= line.x0 - label.x1 <= 200 and abs(label.yc - line.yc) <= 0.5 * max(label.size, line.size)
        for label in labels
    )


def _settled_action(cover: Cover, action: str | None) -> str | None:
    """The action, from a row of its own (评级变动) where the rating carries none or an abbreviation."""
    if action is not None and action != "首评":
        return action
    label = words_for("action_label")
    for line in cover.lines:
        text = line.simple
        if line.top > _TOP * cover.height:
            break
        if label.fullmatch(text.rstrip(":")):
            found = _to_the_right(cover, line)[1]
            if found is not None:
                return found
        alone = _patterns().action.fullmatch(text)
        if alone is not None and len(text) >= 4:
            return _action(alone["action"])
    return action


def _from_prose(cover: Cover) -> Rating | None:
    left, right = cover.main
    text = "".join(line.tight for line in cover.lines if line.x0 >= left - 15 and line.x0 < right)
    found = list(_patterns().prose.finditer(text.translate(SIMPLIFIED)))
    if len({match["rating"] for match in found}) != 1:
        return None
    verb = next((match["action"] for match in found if match["action"]), None)
    action = None if verb is None else _action(re.sub(r"[,，]?(?:并)?给予|至$", "", verb))
    return Rating(text[slice(*found[0].span("rating"))], action)
