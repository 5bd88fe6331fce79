"""Three mornings of one system, worked out by hand: what was known, and what could be known, when."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.datasets.releases import Release, open_release
from pipeline.datasets.releases import publish as publish_through
from tests.datasets.conftest import MONDAY, TUESDAY, WEDNESDAY, make_light, write
from tests.datasets.factory import Row, fact, report, table

JANUARY = report("january.pdf", published_on=date(2025, 1, 15))  # 华泰 on 商汤
FEBRUARY = report("february.pdf", published_on=date(2025, 2, 1))  # the same, arrives a day late
MARCH = report("march.pdf", published_on=date(2025, 3, 3))  # the same, revised
OTHER_HOUSE = report("citic.pdf", broker="中信证券", published_on=date(2025, 2, 10))
OTHER_COMPANY = report(
    "smic.pdf", company="中芯国际", tickers=["0981.HK", "688981.SH"], published_on=date(2025, 2, 20)
)
NAMES = {
    of["report_id"]: name
    for of, name in (
        (JANUARY, "january"),
        (FEBRUARY, "february"),
        (MARCH, "march"),
        (OTHER_HOUSE, "citic"),
        (OTHER_COMPANY, "smic"),
    )
}
View = dict[str, tuple[str, str | None]]


def revenue(of: Row, text: str) -> Row:
    entity = {"entity": of["tickers"][0], "entity_name": of["company"]}
    return fact(table(of), 1, 1, text, period_label="2025", **entity)


def assets(of: Row, text: str) -> Row:
    return fact(table(of), 2, 1, text, concept="total_assets", period_label="2025")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `extracted`, `expectations` and three releases in `published`.

    Monday: January's report, 中信's and the one on 中芯国际. Tuesday: March's revision, and February's
    report, which came late. Wednesday: the one on 中芯国际 is taken back, and a better parser reads 中信's
    again: what it had read as 4,200 is 4,260; the assets stay.
    """
    root = tmp_path_factory.mktemp("history")
    out, published, light = root / "extracted", root / "published", make_light(root / "expectations")
    publish = partial(publish_through, expectations=light)
    write(out, JANUARY, [revenue(JANUARY, "4,000")])
    write(out, OTHER_HOUSE, [revenue(OTHER_HOUSE, "4,200"), assets(OTHER_HOUSE, "30,000")])
    write(out, OTHER_COMPANY, [revenue(OTHER_COMPANY, "60,000")])
    publish(out, published, now=MONDAY)
    write(out, MARCH, [revenue(MARCH, "4,500")])
    write(out, FEBRUARY, [revenue(FEBRUARY, "4,100")])
    publish(out, published, now=TUESDAY)
    better = OTHER_HOUSE | {"pipeline_version": "0.2.0"}
    write(out, better, [revenue(better, "4,260"), assets(better, "30,000")])
    (light / "withdrawn.toml").write_text(
        f'[[withdrawn]]\nreport = "{OTHER_COMPANY["report_id"][:16]}"\nwhy = "券商撤回"\nwho = "a.analyst"\n'
        "when = 2025-03-05\n",
        encoding="utf-8",
    )
    publish(out, published, now=WEDNESDAY)
    return root


@pytest.fixture
def history(root: Path) -> Release:
    return open_release(root / "published")


def seen(release: Release, concept: str = "revenue", **moment: Any) -> View:
    """Which report says what, and which report came after it."""
    rows = release.facts(concept=concept, as_arrow=True, **moment).to_pylist()
    of = {row["fact_id"]: NAMES[row["report_id"]] for row in rows}
    return {of[row["fact_id"]]: (row["text"], of.get(row["superseded_by"])) for row in rows}


ON_MONDAY: View = {"january": ("4,000", None), "citic": ("4,200", None), "smic": ("60,000", None)}
CHAIN: View = {"january": ("4,000", "february"), "february": ("4,100", "march"), "march": ("4,500", None)}
ON_TUESDAY: View = {**CHAIN, "citic": ("4,200", None), "smic": ("60,000", None)}
NOW: View = {**CHAIN, "citic": ("4,260", None)}


@pytest.mark.parametrize(
    ("moment", "answer"),
    [
        # What was printed by then, read as it is read today.
        ({"as_of": "2025-01-14"}, {}),
        ({"as_of": "2025-01-31"}, {"january": ("4,000", None)}),
        ({"as_of": "2025-02-01"}, {"january": ("4,000", "february"), "february": ("4,100", None)}),
        (
            {"as_of": date(2025, 3, 2)},
            {"january": ("4,000", "february"), "february": ("4,100", None), "citic": ("4,260", None)},
        ),
        ({"as_of": "2025-03-03"}, NOW),
        # What this system had published by then.
        ({"known_by": "2025-03-03T05:59:59"}, {}),
        ({"known_by": "2025-03-03"}, ON_MONDAY),
        ({"known_by": TUESDAY}, ON_TUESDAY),
        ({"known_by": date(2025, 3, 5)}, NOW),
        # Both: February's report was printed by then, but nobody here had it on Monday.
        (
            {"as_of": "2025-02-15", "known_by": "2025-03-03"},
            {"january": ("4,000", None), "citic": ("4,200", None)},
        ),
        (
            {"as_of": "2025-02-15", "known_by": "2025-03-04T06:00:00+00:00"},
            {"january": ("4,000", "february"), "february": ("4,100", None), "citic": ("4,200", None)},
        ),
    ],
)
def test_questions_worked_out_by_hand(history: Release, moment: dict[str, Any], answer: View) -> None:
    assert seen(history, **moment) == answer


def test_old_releases_stay_as_they_were(history: Release, root: Path) -> None:
    assert history.parent is not None
    tuesday = open_release(root / "published", history.parent)
    assert tuesday.parent is not None
    monday = open_release(root / "published", tuesday.parent)
    assert (seen(monday), seen(tuesday), seen(history)) == (ON_MONDAY, ON_TUESDAY, NOW)
    for release in (monday, tuesday, history):
        release.verify()


def test_known_at_is_when_a_reading_was_first_published(history: Release) -> None:
    known = {
        (NAMES[row["report_id"]], row["concept"]): row["known_at"]
        for row in history.facts(as_arrow=True).to_pylist()
    }
    assert known == {
        ("january", "revenue"): MONDAY,
        ("february", "revenue"): TUESDAY,
        ("march", "revenue"): TUESDAY,
        ("citic", "revenue"): WEDNESDAY,
        ("citic", "total_assets"): MONDAY,
    }


def test_log_says_what_became_of_every_report(history: Release) -> None:
    events = history.read("versions").to_pylist()
    told = {(NAMES[e["report_id"]], e["known_at"]): (e["change"], e["pipeline_version"]) for e in events}
    assert told == {
        ("january", MONDAY): ("added", "0.1.0"),
        ("citic", MONDAY): ("added", "0.1.0"),
        ("smic", MONDAY): ("added", "0.1.0"),
        ("february", TUESDAY): ("added", "0.1.0"),
        ("march", TUESDAY): ("added", "0.1.0"),
        ("citic", WEDNESDAY): ("changed", "0.2.0"),
        ("smic", WEDNESDAY): ("withdrawn", None),
    }
    assert [e["why"] for e in events if e["why"]] == ["券商撤回 (a.analyst, 2025-03-05)"]
    (withdrawn,) = history.manifest["changes"]["withdrawn"]
    assert NAMES[withdrawn["report_id"]] == "smic"


def test_a_withdrawn_successor_supersedes_no_more(root: Path, tmp_path: Path) -> None:
    for name in ("extracted", "published", "expectations"):
        shutil.copytree(root / name, tmp_path / name, symlinks=True)
    light = tmp_path / "expectations"
    publish = partial(publish_through, tmp_path / "extracted", tmp_path / "published", expectations=light)
    with (light / "withdrawn.toml").open("a", encoding="utf-8") as file:
        for of in (MARCH, FEBRUARY):
            file.write(
                f'[[withdrawn]]\nreport = "{of["report_id"]}"\nwhy = "x"\nwho = "y"\nwhen = 2025-03-06\n'
            )
    thursday = publish(now=WEDNESDAY + timedelta(days=1))
    assert seen(thursday) == {"january": ("4,000", None), "citic": ("4,260", None)}
    assert seen(thursday, known_by=WEDNESDAY) == NOW
    (light / "withdrawn.toml").write_text("", encoding="utf-8")
    friday = publish(now=WEDNESDAY + timedelta(days=2))
    assert seen(friday) == {**NOW, "smic": ("60,000", None)}
    revenues = friday.facts(concept="revenue", as_arrow=True).to_pylist()
    known = {NAMES[row["report_id"]]: row["known_at"] for row in revenues}
    assert (known["march"], known["smic"]) == (TUESDAY, MONDAY)
