"""Heads of periods as houses print them, with the period that each stands for."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Heads:
    """Printed levels over the value columns, and the periods of the columns as the dataset writes them."""

    levels: tuple[tuple[str, ...], ...]
    periods: tuple[str, ...]


def plain(count: int, first_estimate: int) -> Heads:
    """2022A 2023A 2024E."""
    return Heads(
        (tuple(f"{y}{mark(y, first_estimate)}" for y in _years(count, first_estimate)),),
        _labels(count, first_estimate),
    )


def mark(year: int, first_estimate: int, forecast: str = "E") -> str:
    """A for a year that is over, E or F for one that is not."""
    return forecast if year >= first_estimate else "A"


def _years(count: int, first_estimate: int) -> range:
    first = first_estimate - (count - min(3, count // 2 + 1))
    return range(first, first + count)


def _labels(count: int, first_estimate: int) -> tuple[str, ...]:
    return tuple(str(year) for year in _years(count, first_estimate))


def one_level(random: Random, count: int, first_estimate: int) -> Heads:
    """Any of the forms in use on one line, years, half-years or quarters."""
    years = _years(count, first_estimate)
    form = random.choice(
        [
            "{y}{m}",
            "{y}{m}",
            "{y}{e}",
            "{y}{b}",
            "{y}{B}",
            "FY{s}{m}",
            "FY{y}{m}",
            "{s}{m}",
            "{y}年{m}",
            "{y}",
            "{y}F",
            "half",
            "quarter",
        ]
    )
    if form == "half":
        shape = random.choice(["{n}H{s}{m}", "{y}H{n}{m}", "{n}H{y}{m}"])
        halves = [(year, n) for year in years for n in (1, 2)][-count:]
        heads = [shape.format(n=n, s=f"{y % 100:02}", y=y, m=mark(y, first_estimate)) for y, n in halves]
        return Heads((tuple(heads),), tuple(f"{y}H{n}" for y, n in halves))
    if form == "quarter":
        shape = random.choice(["{n}Q{s}", "{s}Q{n}", "{y}Q{n}", "{y}Q{n}{m}"])
        quarters = [(year, n) for year in years for n in (1, 2, 3, 4)][-count - 2 : -2]
        heads = [shape.format(n=n, s=f"{y % 100:02}", y=y, m=mark(y, first_estimate)) for y, n in quarters]
        return Heads((tuple(heads),), tuple(f"{y}Q{n}" for y, n in quarters))
    heads = []
    for year in years:
        sign = mark(year, first_estimate)
        heads.append(
            f"{year}{'F' if sign == 'E' else 'A'}"
            if form == "{y}F"
            else form.format(
                y=year,
                s=f"{year % 100:02}",
                m=sign,
                e="E" if sign == "E" else "",
                b=f"（{sign}）",
                B=f"({sign})",
            )
        )
    return Heads((tuple(heads),), tuple(str(year) for year in years))


def two_levels(random: Random, count: int, first_estimate: int) -> Heads:
    """The mark in a row of its own, or a word spanning the actual and one spanning the estimated years."""
    years = _years(count, first_estimate)
    names = tuple(str(year) for year in years)
    signs = tuple(mark(year, first_estimate) for year in years)
    if random.random() < 0.5:
        return Heads((names, signs), names)
    words = {"A": random.choice(["实际", "历史"]), "E": random.choice(["预测", "预测值"])}
    return Heads(
        (tuple(words[s] for s in signs), tuple(f"{n}{s}" for n, s in zip(names, signs, strict=True))), names
    )


def wrapped(random: Random, count: int, first_estimate: int) -> Heads:
    """The mark on a second line of the same cell."""
    years = _years(count, first_estimate)
    shape = random.choice(["{y}\n{m}", "{y}年\n{m}", "FY\n{y}{m}"])
    heads = tuple(shape.format(y=year, m=mark(year, first_estimate)) for year in years)
    return Heads((heads,), tuple(str(year) for year in years))
