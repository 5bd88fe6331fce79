"""What keeps the gate closed: drops against the parent, shares out of bounds, and files that say nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.datasets.bars import Measured, hold_bars, load_bars
from pipeline.datasets.gate import Gate, GateClosed, hold, in_batches, together
from pipeline.datasets.ledger import SHARES, Tally
from pipeline.datasets.releases import open_release
from pipeline.datasets.schema import EXTRACTED, empty
from pipeline.datasets.store import remove_report
from pipeline.datasets.suites import Outcome, SuiteOutcome
from pipeline.datasets.withdrawals import load_withdrawals, withdrawn_from
from pipeline.errors import ConfigError
from tests.datasets.conftest import MONDAY, TUESDAY, Publish, write
from tests.datasets.factory import fact, report, table

NONE = Tally(*([0] * len(Tally.__slots__)))
GOOD = replace(NONE, reports=100, facts=50_000, mapped=42_000, facts_failed=90, facts_passed=31_000)
GOOD = replace(GOOD, on_page=110_000, in_facts=48_000)


def measured(new: Tally = GOOD, parent: Tally | None = GOOD, **others: object) -> Measured:
    before = Measured(new=new, all=new, parent=parent, before=NONE, reread=NONE, missing=())
    return replace(before, **others)  # type: ignore[arg-type]


def closed(found: Measured) -> list[str]:
    return [o.about.split(" at ")[0] for o in hold_bars(load_bars(), found) if not o.success]


def test_bars_hold_for_what_the_real_reports_gave() -> None:
    assert closed(measured()) == []
    assert closed(measured(parent=None)) == []


@pytest.mark.parametrize(
    ("change", "kept_out"),
    [
        ({"failed": 11}, ["reports_failed of new reports", "reports_failed of all reports"]),
        ({"incomplete": 26}, ["reports_incomplete of new reports"]),
        ({"undated": 11}, ["reports_undated of new reports"]),
        ({"mapped": 29_000}, ["facts_mapped of new reports"]),
        ({"facts_failed": 1_001}, ["facts_failed of new reports"]),
        ({"facts_passed": 20_000}, ["facts_passed against the parent"]),
        ({"in_facts": 27_000}, ["numbers_in_facts of new reports", "numbers_in_facts against the parent"]),
    ],
)
def test_shares_out_of_bounds_keep_the_gate_closed(change: dict[str, int], kept_out: list[str]) -> None:
    assert closed(measured(replace(GOOD, **change))) == kept_out


def test_few_reports_are_not_held_against_shares() -> None:
    few = replace(GOOD, reports=4, failed=4, incomplete=4, undated=4, in_facts=0, mapped=0, facts_passed=0)
    found = list(hold_bars(load_bars(), measured(few)))
    assert all(outcome.success for outcome in found)
    assert {o.about.split(" of new")[0] for o in found if o.vacuous} >= set(SHARES)


def test_reports_read_again_may_not_lose_facts() -> None:
    before, less = replace(NONE, reports=3, facts=1_000), replace(NONE, reports=3, facts=979)
    assert closed(measured(before=before, reread=less)) == ["facts of reports read again"]
    assert closed(measured(before=before, reread=replace(less, facts=980))) == []
    assert closed(measured(before=before, reread=replace(less, facts=1_500))) == []


@pytest.fixture
def barred(light: Path) -> Path:
    """Light suites and the project's own bars."""
    from pipeline.checking.home import expectations

    (light / "gate.toml").write_text(expectations("gate.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return light


def test_report_that_vanished_closes_the_gate_until_it_is_withdrawn(
    tmp_path: Path, barred: Path, publish: Publish
) -> None:
    out, published, gone = tmp_path / "e", tmp_path / "p", report("b.pdf")
    for of in (report(), gone):
        write(out, of, [fact(table(of))])
    first = publish(out, published, now=MONDAY)
    remove_report(out, gone["report_id"])
    with pytest.raises(
        GateClosed, match=r"reports gone without a reason at most 0.*measured 1: nothing leaves"
    ) as refused:
        publish(out, published, now=TUESDAY)
    assert f"{gone['report_id'][:16]} (read them again, or say why in withdrawn.toml)" in str(refused.value)
    assert open_release(published).id == first.id
    forced = publish(out, published, now=TUESDAY, force=True, why="券商撤回, 邮件 11/23")
    assert forced.manifest["gate"]["why"] == "券商撤回, 邮件 11/23"
    assert forced.manifest["changes"]["withdrawn"] == [
        {"report_id": gone["report_id"], "why": "券商撤回, 邮件 11/23"}
    ]
    write(out, gone, [fact(table(gone))])
    back = publish(out, published, now=TUESDAY + timedelta(days=1))
    assert (back.rows["reports"], back.manifest["changes"]["added"]) == (2, 1)
    (barred / "withdrawn.toml").write_text(
        f'[[withdrawn]]\nreport = "{gone["report_id"]}"\nwhy = "重发"\nwho = "a"\nwhen = 2025-03-06\n',
        encoding="utf-8",
    )
    last = publish(out, published, now=TUESDAY + timedelta(days=2))
    assert last.manifest["gate"]["passed"] and last.rows["reports"] == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[bar]\n", "not valid TOML"),
        ("[[bars]]\n", r"expected \[\[bar\]\] and \[\[drop\]\] entries, found 'bars'"),
        ('[[bar]]\nshare = "luck"\nover = "new"\nmax = 1\nwhy = "x"\n', "share: 'luck' is none of"),
        ('[[bar]]\nshare = "facts_mapped"\nover = "some"\nmin = 1\nwhy = "x"\n', 'expected "new" or "all"'),
        ('[[bar]]\nshare = "facts_mapped"\nover = "new"\nwhy = "x"\n', "expected min or max"),
        ('[[bar]]\nshare = "facts_mapped"\nover = "new"\nmin = "a"\nwhy = "x"\n', "expected min or max"),
        (
            '[[bar]]\nshare = "facts_mapped"\nover = "new"\nmin = 1\nleast = 2\nwhy = "x"\n',
            "unknown key 'least'",
        ),
        ('[[drop]]\nof = "reports"\nmax = 0\n', "why says what the bar is for"),
        ('[[drop]]\nof = "pages"\nmax = 0\nwhy = "x"\n', "of: 'pages' is none of"),
    ],
)
def test_bars_that_say_nothing_are_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "gate.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_bars(tmp_path / "gate.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[withdrawn]\n", "not valid TOML"),
        ("[[correction]]\n", r"expected \[\[withdrawn\]\] entries"),
        ('[[withdrawn]]\nreport = "5e884898da28"\n', "entry 1: expected the keys report, why, who, when"),
        ('[[withdrawn]]\nreport = "x"\nwhy = "x"\nwho = "x"\nwhen = 2025-01-01\n', "12 to 64 hexadecimal"),
        (
            '[[withdrawn]]\nreport = "5e884898da28"\nwhy = " "\nwho = "x"\nwhen = 2025-01-01\n',
            "why: expected a text",
        ),
        (
            '[[withdrawn]]\nreport = "5e884898da28"\nwhy = "x"\nwho = "x"\nwhen = "heute"\n',
            "when: expected a date",
        ),
    ],
)
def test_withdrawals_that_say_nothing_are_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "withdrawn.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        load_withdrawals(tmp_path / "withdrawn.toml")


def test_withdrawals_name_reports_by_their_first_digits(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(
        '[[withdrawn]]\nreport = "5e884898da2800"\nwhy = "重发"\nwho = "a"\nwhen = 2025-03-06\n',
        encoding="utf-8",
    )
    ids = ["5e884898da28001", "5e884898da28aaa", "ffff"]
    assert withdrawn_from(load_withdrawals(tmp_path / "w.toml"), ids) == {
        "5e884898da28001": "重发 (a, 2025-03-06)"
    }


def test_batches_hold_together_where_each_holds() -> None:
    def gate(success: bool, evaluated: int, unexpected: int, examples: tuple[str, ...]) -> Gate:
        one = Outcome("facts", "e", "unit", "critical", success, evaluated, unexpected, examples, "")
        return Gate(SuiteOutcome((one,)), (replace(one, dataset="checks", success=True),))

    joined = together([gate(True, 10, 0, ()), gate(False, 5, 2, ("x: unit=1",)), gate(True, 7, 1, ())])
    (suite,), (guard,) = joined.suites.outcomes, joined.guards
    assert (suite.success, suite.evaluated, suite.unexpected, suite.examples) == (
        False,
        22,
        3,
        ("x: unit=1",),
    )
    assert guard.success and not joined.passed
    assert in_batches([]) == [] and sum(map(len, in_batches(["x"] * 600))) == 600


def test_suites_hold_for_no_reports_at_all() -> None:
    assert hold({name: empty(dataset) for name, dataset in EXTRACTED.items()}, ()).passed
