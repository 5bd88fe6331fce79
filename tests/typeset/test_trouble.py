"""Random pages that are hard to read come back as they were set: every printed number, and nothing else."""

from __future__ import annotations

import re

import pytest

from pipeline.meaning.labels import concept_of
from pipeline.meaning.unitwords import read_unit

from .sheet import Sheet
from .trouble.draw import TROUBLES, draw
from .trouble.held import HELD, NOT_YET
from .trouble.page import compose
from .trouble.reading import Outcome, pdf_of, read
from .trouble.shrink import simpler
from .trouble.words import STATEMENTS, UNITS

pytest.importorskip("pylopdf_fonts_zh_cn", reason="the Chinese fonts are a development dependency")
PAGES, BATCH = 200, 50
# Seeds of pages that were read wrongly once: labels above or below their numbers (in a stub far away, behind
# a unit column, beside sub-headings in drawn rows, overleaf), heads centred over wide cells, a row 8 9 8 on
# top of a page. The troubles that were drawn from then are part of the page.
ONCE_WRONG = (2, 104, 133, 192, 1013, 1036, 1037, 2091, 2094)
DRAWN_FROM = (
    "columns", "stacks", "lift", "shifts", "centred", "rules", "bands", "print", "gaps", "heads", "levels",
    "units", "names", "around", "hidden", "watermark", "breaks", "headless",
)  # fmt: skip
# The same with spaced numbers: names of tables and of the label column in the middle of two lines of heads.
WRONG_LATER = (10044, 10191, 10223, 10227, 40084, 50028, 50112, 51677, 51807, 51912)
# And pieces of spaced numbers, rests of wrapped ones, a row or a section head alone on top of a page.
LAST = (
    50485, 50692, 51103, 51151, 51466, 51597, 51652, 51707, 70013, 70045, 70183, 70361, 71412, 72137, 72665,
    72691, 74105, 74564, 74963, 75154, 76146, 76301, 80042, 80137, 81699,
    90023,
)  # fmt: skip
DRAWN_LATER = (
    "columns", "stacks", "lift", "shifts", "centred", "rules", "bands", "print", "gaps", "heads", "levels",
    "units", "names", "around", "hidden", "spacing", "watermark", "breaks", "headless",
)  # fmt: skip

# And with cells that cut their labels: the rest of a row alone overleaf, labels that hang out of low cells.
# One head of years that wraps, the others in one line; half of all rows with numbers cut behind the point.
CUT = (5203, 141129, 150269, 150280, 330010, 600209, 600496, 600830)
LONE_HEAD, CUT_NUMBERS = (150428,), (141004, 601012)

# Heads broken anywhere in their cells, labels printed over one another, or like the hidden end of the one
# above, rests of numbers beside labels, names that hang over the borders of their cells.
NARROW = (
    9067, 500046, 500275, 500284, 500293, 500306, 510060, 600553, 600616, 600787, 600836, 600846, 601541,
    601606, 700117, 701127, 701129, 701524, 800413, 800539, 800599, 801246, 801267, 801323, 801617, 801884,
    900229, 940075, 940097,
)  # fmt: skip

# Names merged over rows, close to labels or wrapped, a total across both; few companies; a mean over codes.
NAMES_WRONG = (174, 362, 61026, 61027, 61037, 61066, 61109, 61116)
COMPANIES_WRONG = (1269, 60010, 60050, 60053, 60076, 61039)


def report(outcomes: list[Outcome]) -> list[str]:
    return [
        f"seed {outcome.case.seed} ({', '.join(outcome.case.troubles)}): {sign}{cell}"
        for outcome in outcomes
        for sign, cells in (("-", outcome.missed), ("+", outcome.invented))
        for cell in cells[:3]
    ]


@pytest.mark.parametrize("first", range(0, PAGES, BATCH))
def test_every_number_of_a_random_page_is_read_as_it_was_set(first: int) -> None:
    outcomes = read([draw(seed, HELD) for seed in range(first, first + BATCH)])
    assert report(outcomes) == []
    assert sum(outcome.cells for outcome in outcomes) > 40 * BATCH


def test_pages_that_were_read_wrongly_once() -> None:
    assert report(read([draw(seed, DRAWN_FROM) for seed in ONCE_WRONG])) == []
    assert report(read([draw(seed, DRAWN_LATER) for seed in (*WRONG_LATER, *LAST)])) == []
    assert report(read([draw(seed, HELD) for seed in (*CUT, *LONE_HEAD, *CUT_NUMBERS, *NARROW)])) == []
    assert report(read([draw(seed, DRAWN_LATER, ("merged",)) for seed in NAMES_WRONG])) == []
    assert report(read([draw(seed, DRAWN_LATER, ("average",)) for seed in COMPANIES_WRONG])) == []


@pytest.mark.parametrize(
    ("trouble", "seed"),
    [pytest.param(name, seed, marks=pytest.mark.xfail(reason=why)) for name, (why, seed) in NOT_YET.items()],
)
def test_troubles_that_are_not_read_yet(trouble: str, seed: int) -> None:
    """Strict: a page that is read at last must be looked at, and its trouble moved to the held ones."""
    assert report(read([draw(seed, HELD, (trouble,))])) == []


def test_a_seed_draws_the_same_page_again() -> None:
    assert draw(7) == draw(7)
    assert pdf_of(draw(7)) == pdf_of(draw(7))
    assert draw(7) != draw(8)


def test_a_company_whose_ratios_have_no_divisor_is_drawn_again() -> None:
    assert draw(80043, HELD).stacks


def test_every_trouble_is_met() -> None:
    met = [trouble for seed in range(60) for trouble in draw(seed, TROUBLES).troubles]
    assert set(met) == set(TROUBLES)


def test_a_wrong_reading_is_seen() -> None:
    """The comparison can fail: the truth of one page is not that of the next."""
    (outcome,) = read([draw(3, ())])
    assert outcome.right
    assert outcome.cells > 20
    shorter = next(case for case in simpler(outcome.case) if case.stacks[0].tables[0].rows)
    (other,) = read([shorter])
    assert other.cells < outcome.cells


def test_simplifying_takes_away() -> None:
    case = draw(11, HELD)
    for simple in list(simpler(case))[:40]:
        assert simple != case
        assert sum(len(t.rows) for s in simple.stacks for t in s.tables) <= sum(
            len(t.rows) for s in case.stacks for t in s.tables
        )


def test_what_is_set_is_what_the_truth_says() -> None:
    for seed in range(6):
        truths = compose(draw(seed, HELD), Sheet())
        assert truths
        assert all(len(row.values) == len(truth.columns) for truth in truths for row in truth.rows)


@pytest.mark.parametrize("kind", STATEMENTS)
def test_every_label_that_is_set_is_in_the_vocabulary(kind: str) -> None:
    unknown = []
    for lines in STATEMENTS[kind]:
        parents: tuple[str, ...] = ("营业收入",)
        for line in lines:
            if line.section:
                parents = (line.labels[0],)
                continue
            unit = "percent" if line.form == "percent" else ""
            unknown += [
                x for x in line.labels if concept_of(x, kind=kind, unit=unit, parents=parents) is None
            ]
    assert unknown == []


@pytest.mark.parametrize(("printed", "currency", "power"), UNITS)
def test_every_unit_that_is_set_is_known(printed: str, currency: str, power: int) -> None:
    unit = read_unit(printed)
    assert unit is not None
    assert unit.scale == power
    assert unit.currency in (currency, None) or re.search("元", printed)
