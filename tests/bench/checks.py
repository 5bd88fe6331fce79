"""How many errors the checks find, and how often they cry wolf: one thing changed at a time in correct facts.

    python -m tests.bench.checks [--mutations 5200] [--seed 1] [--markdown]

The facts are those of the hand-made truth of real reports ($YANBAO_CORPUS or ../shared/corpus), where that is
absent those of the samples. A change is caught where a check fails that did not fail before and that one of
the changed numbers takes part in. A cell is covered by the rules that would tell: those with an evaluated
check that it takes part in and that would fail if the number it holds were another one.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from random import Random

from pipeline.checking import load_rules
from pipeline.checking.estimate import known
from pipeline.checking.evidence import judge
from pipeline.checking.folding import FAILED, Told, told
from pipeline.checking.formula import Name, names
from pipeline.checking.rules import Rule, RuleSet
from pipeline.checking.run import SHAPES
from pipeline.checking.sheet import Report, Sheet, reports_of
from pipeline.checking.trial import Finding, Series, Trial
from tests.bench.mutations import KINDS, Changed, Place, applied, places
from tests.checking.truth_facts import corpus_truth, datasets

STATEMENTS = ("income_statement", "balance_sheet", "cash_flow")
SINGLE = ("forecast_summary", "ratios")
SHARE_OF_DIGITS = 0.5  # of all mutations; the other kinds of change share the rest
SAMPLES = Path(__file__).resolve().parents[1] / "typeset" / "truth"
_BY_ROW = frozenset(
    {"lines", "share_row", "segments", "parts_of_year", "peers", "mean_column", "cagr_column"}
)
_TABLE_NAMES = (*STATEMENTS, *SINGLE, "segments", "comps", "benchmarks", "cover_data", "other")


def truth_files() -> list[Path]:
    """The truth to change: of the real reports, else of the samples."""
    return corpus_truth() or sorted(SAMPLES.glob("*.json"))


Key = tuple[str, tuple[str, ...]]


def key_of(finding: Finding) -> Key:
    """What makes a check the same one before and after a change."""
    facts = finding.trial.facts if finding.trial else (finding.column.left,)
    return finding.rule.rule_id, tuple(sorted(f.fact_id for f in facts))


@dataclass
class Bench:
    """One report as it was, and what the checks say of it."""

    report: Report
    rules: RuleSet
    kept: dict[tuple[str, str], list[Finding]] = field(default_factory=dict)

    @cached_property
    def findings(self) -> list[Finding]:
        return list(self._findings(self.report, None))

    @cached_property
    def failed(self) -> frozenset[Key]:
        return frozenset(key_of(f) for f in self.findings if f.verdict in FAILED)

    @cached_property
    def covering(self) -> dict[str, list[Finding]]:
        """The checks of each fact that would tell if it were wrong."""
        found: dict[str, list[Finding]] = defaultdict(list)
        for rule in self.rules.rules:
            for series in SHAPES[rule.shape](rule, self.report, self.rules):
                for finding in judge(series):
                    if finding.trial and finding.verdict != "not_checkable" and _would_tell(series, finding):
                        for fact in finding.trial.facts:
                            found[fact.fact_id].append(finding)
        return found

    def after(self, changed: Changed) -> list[Finding]:
        """The findings on the changed report; what the change cannot have touched is not computed again."""
        assert self.findings is not None  # what is kept is kept by the first look at the report as it was
        return list(self._findings(applied(self.report, changed), changed))

    def _findings(self, report: Report, changed: Changed | None) -> Iterator[Finding]:
        concepts = frozenset(f.concept for f in changed.values() if f.concept) if changed else frozenset()
        for rule in self.rules.rules:
            if rule.shape in _BY_ROW or (rule.shape == "formula" and _local(rule)):
                for sheet in report.sheets:
                    yield from self._of_sheet(rule, report, sheet)
            elif (
                changed and rule.shape in ("formula", "constant") and not _about(rule, self.rules) & concepts
            ):
                yield from self.kept[rule.rule_id, ""]
            else:
                found = [f for series in SHAPES[rule.shape](rule, report, self.rules) for f in judge(series)]
                if changed is None:
                    self.kept[rule.rule_id, ""] = found
                yield from found

    def _of_sheet(self, rule: Rule, report: Report, sheet: Sheet) -> list[Finding]:
        untouched = any(sheet is own for own in self.report.sheets)
        key = (rule.rule_id, sheet.table_id)
        if untouched and key in self.kept:
            return self.kept[key]
        alone = Report(report.report_id, (sheet,))
        found = [f for series in SHAPES[rule.shape](rule, alone, self.rules) for f in judge(series)]
        if untouched:
            self.kept[key] = found
        return found


def _would_tell(series: Series, finding: Finding) -> bool:
    """Whether the check would fail were its number wrong: the others may bear out too little."""
    wrong = replace(finding.column, trials=tuple(t and _misprinted(t) for t in finding.column.trials))
    columns = tuple(wrong if c is finding.column else c for c in series.columns)
    return any(f.column is wrong and f.verdict in FAILED for f in judge(replace(series, columns=columns)))


def _misprinted(held: Trial) -> Trial:
    off = 20 * held.room + abs(held.left.value) / 5
    return replace(held, left=held.left + known(off), slip="")


def _names(rule: Rule) -> tuple[Name, ...]:
    found = [name for formula in rule.formulas for name in (formula.left, *formula.operands)]
    if rule.expression is not None:
        found.extend(names(rule.expression))
    return tuple(name for name in found if isinstance(name, Name))


def _named(rule: Rule) -> bool:
    return rule.shape in ("formula", "constant")


def _local(rule: Rule) -> bool:
    """Whether the rule looks at nothing beyond the table."""
    return rule.scope in ("table", "row") and not any(name.undated for name in _names(rule))


def _about(rule: Rule, rules: RuleSet) -> frozenset[str]:
    return frozenset(concept for name in _names(rule) for concept in rules.named(name.concept))


@dataclass(frozen=True)
class Result:
    """What became of one change."""

    kind: str
    table: str
    numbers: int  # that were changed
    rules: int  # that cover the changed numbers
    beyond: bool  # whether a covering check cannot explain the change by rounding
    caught_by: tuple[str, ...]  # rules
    first: bool  # whether a changed number is the first suspect of the first new finding


def mutate(bench: Bench, kind: str, place: Place, random: Random) -> Result | None:
    """Change one thing and hold the report against the rules again; None where it cannot be changed so."""
    changed = KINDS[kind](place, random)
    if not changed:
        return None
    covering = [f for fact_id in changed for f in bench.covering.get(fact_id, ())]
    after = bench.after(changed)
    new = [
        f
        for f in after
        if f.verdict in FAILED
        and key_of(f) not in bench.failed
        and f.trial
        and any(fact.fact_id in changed for fact in f.trial.facts)
    ]
    return Result(
        kind=kind,
        table=place.sheet.kind,
        numbers=len(changed),
        rules=len({f.rule.rule_id for f in covering}),
        beyond=any(_beyond(f, changed) for f in covering),
        caught_by=tuple(sorted({f.rule.rule_id for f in new})),
        first=bool(new) and _first(after, new, changed, bench.report),
    )


def _beyond(finding: Finding, changed: Changed) -> bool:
    """Whether the check's own reading would be off by more than rounding explains."""
    trial = finding.trial
    if trial is None or finding.verdict != "ok":
        return False
    values = {f.fact_id: f.value * f.factor for f in changed.values() if f.value is not None}
    try:
        residual = trial.left.again(values) - trial.right.again(values)
    except ZeroDivisionError:
        return False
    return abs(residual) > _room(trial, changed)


def _room(trial: Trial, changed: Changed) -> float:
    """What rounding explains, were the changed number right; generous where it stands in a quotient."""
    return float(trial.room) * (1 if trial.right.linear else 1.2)


def _first(after: Sequence[Finding], new: Sequence[Finding], changed: Changed, report: Report) -> bool:
    """Whether the first headline among the new findings suspects a changed number first."""
    heads = [one for one in told(after, report) if _is_new(one, new) and one.follows is None]
    heads.sort(key=lambda one: (("error", "warning", "info").index(one.finding.severity), _place(one)))
    return bool(heads) and bool(heads[0].suspects) and heads[0].suspects[0].fact_id in changed


def _is_new(one: Told, new: Sequence[Finding]) -> bool:
    trial = one.finding.trial
    return trial is not None and any(trial is f.trial for f in new)


def _place(one: Told) -> tuple[int, float, float]:
    cell = one.finding.column.left
    return cell.page, cell.top, cell.x0


def benches(files: Iterable[Path], rules: RuleSet) -> list[Bench]:
    """The reports of the truth files."""
    return [Bench(report, rules) for path in files for report in reports_of(*datasets(path)[:2])]


def run(reports: Sequence[Bench], mutations: int, seed: int) -> list[Result]:
    """So many changes, half of them of one digit, spread evenly over the reports."""
    random = Random(seed)
    results: list[Result] = []
    others = [kind for kind in KINDS if kind != "digit"]
    wanted = {"digit": round(mutations * SHARE_OF_DIGITS)}
    wanted |= dict.fromkeys(others, round(mutations * (1 - SHARE_OF_DIGITS) / len(others)))
    for kind, count in wanted.items():
        everywhere = [(bench, place) for bench in reports for place in places(bench.report)]
        random.shuffle(everywhere)
        found = 0
        for bench, place in everywhere:
            if found == count:
                break
            if place.cell.kind == "text" or (result := mutate(bench, kind, place, random)) is None:
                continue
            results.append(result)
            found += 1
    return results


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def by(results: Iterable[Result], of: str, order: Sequence[str]) -> Table:
    """Coverage and catches, grouped by kind of change or of table."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[getattr(result, of)].append(result)
    rows = [_line(name, groups[name]) for name in order if groups[name]]
    return (
        of,
        "changes",
        "≥ 1 rule",
        "≥ 2 rules",
        "caught",
        "of covered",
        "beyond rounding",
        "culprit first",
    ), [
        *rows,
        _line("all", [r for group in groups.values() for r in group]),
    ]


def _line(name: str, group: Sequence[Result]) -> tuple[str, ...]:
    covered = [r for r in group if r.rules]
    beyond = [r for r in covered if r.beyond]
    caught = [r for r in group if r.caught_by]
    return (
        name,
        f"{len(group):,}",
        share(len(covered), len(group)),
        share(sum(r.rules > 1 for r in group), len(group)),
        share(len(caught), len(group)),
        share(sum(bool(r.caught_by) for r in covered), len(covered)),
        share(sum(bool(r.caught_by) for r in beyond), len(beyond)),
        share(sum(r.first for r in caught), len(caught)),
    )


def coverage(reports: Sequence[Bench]) -> Table:
    """Printed numbers under rules, by kind of table."""
    cells: Counter[str] = Counter()
    one: Counter[str] = Counter()
    two: Counter[str] = Counter()
    for bench in reports:
        for place in places(bench.report):
            if place.cell.value is None:
                continue
            rules = len({f.rule.rule_id for f in bench.covering.get(place.cell.fact_id, ())})
            for kind in (place.sheet.kind, "statements" if place.sheet.kind in STATEMENTS else "others"):
                cells[kind] += 1
                one[kind] += rules > 0
                two[kind] += rules > 1
    rows: list[tuple[str, ...]] = [
        (kind, f"{cells[kind]:,}", share(one[kind], cells[kind]), share(two[kind], cells[kind]))
        for kind in (*_TABLE_NAMES, "statements", "others")
        if cells[kind]
    ]
    return ("table", "numbers", "≥ 1 rule", "≥ 2 rules"), rows


def by_rule(reports: Sequence[Bench], results: Sequence[Result]) -> Table:
    """What each rule holds, catches, and accuses in the unchanged facts."""
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    numbers: dict[str, set[str]] = defaultdict(set)
    for bench in reports:
        for finding in bench.findings:
            verdicts[finding.rule.rule_id][finding.verdict] += 1
            if finding.trial and finding.verdict != "not_checkable":
                numbers[finding.rule.rule_id].update(f.fact_id for f in finding.trial.facts)
    caught = Counter(rule for result in results for rule in result.caught_by)
    alone = Counter(result.caught_by[0] for result in results if len(result.caught_by) == 1)
    order = sorted(verdicts, key=lambda rule: (-caught[rule], rule))
    head = ("rule", "numbers", "ok", "failed unchanged", "not checkable", "caught", "caught alone")
    return head, [
        (
            rule,
            f"{len(numbers[rule]):,}",
            f"{verdicts[rule]['ok']:,}",
            str(verdicts[rule]["impossible"] + verdicts[rule]["improbable"]),
            f"{verdicts[rule]['not_checkable']:,}",
            str(caught[rule]),
            str(alone[rule]),
        )
        for rule in order
    ]


def bars(reports: Sequence[Bench], results: Sequence[Result]) -> Table:
    """The figures that sum it up."""
    covered = [
        bool(bench.covering.get(place.cell.fact_id))
        for bench in reports
        for place in places(bench.report)
        if place.sheet.kind in STATEMENTS and place.cell.value is not None
    ]
    digits = [r for r in results if r.kind == "digit"]
    beyond = [r for r in digits if r.beyond]
    core = [r for r in digits if r.table in (*STATEMENTS, *SINGLE)]
    caught = [r for r in results if r.caught_by]
    failed = sum(f.verdict in FAILED for bench in reports for f in bench.findings)
    return ("what", "figure", "of"), [
        ("numbers of the statements under a rule", share(sum(covered), len(covered)), f"{len(covered):,}"),
        (
            "digits changed beyond a covering check's rounding that are caught",
            share(sum(bool(r.caught_by) for r in beyond), len(beyond)),
            f"{len(beyond):,}",
        ),
        (
            "digits changed in statements, summaries and ratios that are caught",
            share(sum(bool(r.caught_by) for r in core), len(core)),
            f"{len(core):,}",
        ),
        (
            "culprit first among the caught changes",
            share(sum(r.first for r in caught), len(caught)),
            f"{len(caught):,}",
        ),
        ("checks that fail on the unchanged facts", f"{failed:,}", f"{len(reports)} reports"),
    ]


def shown(table: Table, markdown: bool) -> str:
    """A table for the terminal or for a page."""
    head, rows = table
    if markdown:
        lines = [head, tuple("---" for _ in head), *rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)
    widths = [max(len(line[i]) for line in (head, *rows)) for i in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in (head, *rows)
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the bench and print its tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mutations", type=int, default=5200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--markdown", action="store_true")
    given = parser.parse_args(arguments)
    reports = benches(truth_files(), load_rules())
    results = run(reports, given.mutations, given.seed)
    digits = [r for r in results if r.kind == "digit"]
    tables = {
        "The figures": bars(reports, results),
        "Printed numbers under rules": coverage(reports),
        "By kind of change": by(results, "kind", list(KINDS)),
        "One digit, by kind of table": by(digits, "table", _TABLE_NAMES),
        "By rule": by_rule(reports, results),
    }
    source = "real reports" if corpus_truth() else "samples"
    heading = "## " if given.markdown else ""
    print(f"{len(results):,} changes in the facts of {len(reports)} {source}, seed {given.seed}\n")
    for name, table in tables.items():
        print(f"{heading}{name}\n\n{shown(table, given.markdown)}\n")


if __name__ == "__main__":
    main()
