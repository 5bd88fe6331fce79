"""The vocabulary asked and listed: what a code or label means, and what the reports print beside it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import Extracted, app

if TYPE_CHECKING:
    from pipeline.datasets.unmapped import Share, Unmapped

words = typer.Typer(
    name="vocabulary",
    short_help="what labels mean, and which ones are not known yet",
    help="The vocabulary of line items: what a label means, and which labels are not known yet.",
    epilog="""\b
  yanbao vocabulary missing extracted
  yanbao vocabulary show 归母净利润
A label is taught by a row in pipeline/meaning/vocabulary/labels.csv.""",
    no_args_is_help=True,
)
app.add_typer(words)

_HOUSES = 3


@words.command(
    short_help="labels without a concept, with counts",
    epilog="""\b
  yanbao vocabulary missing
  yanbao vocabulary missing extracted --kind balance_sheet
  yanbao vocabulary missing extracted --kind segments --all
  yanbao vocabulary missing extracted --csv > missing.csv

Labels that differ in unit, brackets, spacing or script are counted as one. Names of businesses in segment
tables and of models in benchmarks have no concept on purpose and are listed only when asked for (--kind).""",
)
def missing(
    extracted: Extracted = Path("extracted"),
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", "-k", metavar="KIND", help="Only this kind of table; may be given again."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All labels, not only the first 40.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Every label, comma-separated.")] = False,
) -> None:
    """List the printed labels that have no concept, the most frequent first, and the share that has one."""
    from pipeline.datasets.unmapped import MAPPED_KINDS, unmapped
    from pipeline.meaning.tablekinds import TABLE_KINDS

    unknown = [given for given in kind or () if given not in TABLE_KINDS]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]!r} is none of {', '.join(TABLE_KINDS)}", param_hint="--kind")
    shares, labels = unmapped(extracted, tuple(kind) if kind else MAPPED_KINDS)
    if as_csv:
        _write_csv(labels)
        return
    _tell_shares(shares)
    _tell_labels(labels, len(labels) if everything else 40)


@words.command(
    short_help="what a concept or a label means",
    epilog="""\b
  yanbao vocabulary show net_profit_parent
  yanbao vocabulary show 其他 --under 流动资产
  yanbao vocabulary show "同比(%)" --under 归母净利润 --kind forecast_summary""",
)
def show(
    what: Annotated[str, typer.Argument(metavar="CONCEPT|LABEL", help="A code, or a label as printed.")],
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", "-k", metavar="KIND", help="Read the label in this kind of table only."),
    ] = None,
    under: Annotated[
        list[str] | None,
        typer.Option("--under", "-u", metavar="HEAD", help="A head above the label, the outermost first."),
    ] = None,
) -> None:
    """Show a concept (names, meaning, sign, unit, labels), or how a label is read in each kind of table."""
    from rich.console import Console
    from rich.markup import escape

    from pipeline.meaning.labels import concept_of
    from pipeline.meaning.tablekinds import TABLE_KINDS
    from pipeline.meaning.vocabulary import vocabulary
    from pipeline.meaning.vocabulary.listing import describe, labels_of, similar

    console = Console(highlight=False, soft_wrap=True)
    concepts = vocabulary().concepts
    if what in concepts:
        console.print(f"[bold]{what}[/bold]")
        for word, text in describe(concepts[what]):
            console.print(f"  {word:14}{escape(text)}")
        for place, labels in labels_of(what).items():
            console.print(f"  {'labels':14}{escape(place + ', '.join(labels))}")
        return
    readings: dict[str | None, list[str]] = {}
    for table in kind or TABLE_KINDS:
        readings.setdefault(concept_of(what, kind=table, parents=under or ()), []).append(table)
    nowhere = readings.pop(None, [])
    for code, tables in readings.items():
        meaning = concepts[code or ""]
        console.print(f"[bold]{code}[/bold]  {escape(meaning.zh)}, {escape(meaning.en)}")
        console.print(f"  in {', '.join(tables)}: {escape(meaning.definition)}")
    if readings and nowhere:
        console.print(f"no concept in {', '.join(nowhere)}")
    if not readings:
        console.print(f"{escape(what)} has no concept.", style="bold")
        if near := similar(what):
            console.print(f"  close to it: {escape(', '.join(near))}")
        raise typer.Exit(1)


@words.command(
    name="list",
    short_help="all concepts",
    epilog="""\b
  yanbao vocabulary list
  yanbao vocabulary list --markdown > docs/vocabulary.md""",
)
def list_concepts(
    markdown: Annotated[bool, typer.Option("--markdown", help="As the page docs/vocabulary.md.")] = False,
) -> None:
    """List every concept: its code, its names, where it is printed."""
    from pipeline.meaning.vocabulary import vocabulary
    from pipeline.meaning.vocabulary.listing import in_markdown

    if markdown:
        print(in_markdown(), end="")
        return
    for concept in vocabulary().concepts.values():
        print(f"{concept.code:42} {concept.statement:17} {concept.zh}, {concept.en}")


def _write_csv(labels: tuple[Unmapped, ...]) -> None:
    import csv

    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["reports", "numbers", "kind", "label", "under", "houses", "file", "page"])
    for each in labels:
        houses = "|".join(each.brokers)
        place = (each.file_name, each.page)
        rows.writerow([each.reports, each.numbers, each.kind, each.label, each.above, houses, *place])


def _tell_shares(shares: tuple[Share, ...]) -> None:
    if not shares:
        print("No numbers in these kinds of tables.")
        return
    print("Numbers with a concept")
    for share in shares:
        print(f"  {share.kind:17} {share.mapped / share.numbers:6.1%}  of {share.numbers:,}")


def _tell_labels(labels: tuple[Unmapped, ...], most: int) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not labels:
        print("\nEvery label has a concept.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for head in ("reports", "numbers"):
        table.add_column(head, justify="right")
    table.add_column("kind", no_wrap=True)
    for head in ("label", "under", "houses", "for example"):
        table.add_column(head, overflow="fold")
    for each in labels[:most]:
        rest = f" +{len(each.brokers) - _HOUSES}" if len(each.brokers) > _HOUSES else ""
        houses = "、".join(each.brokers[:_HOUSES]) + rest
        place = f"{each.file_name} p. {each.page}"
        cells = (each.label, each.above, houses, place)
        table.add_row(f"{each.reports:,}", f"{each.numbers:,}", each.kind, *map(Text, cells))
    print(f"\n{len(labels):,} {'label has' if len(labels) == 1 else 'labels have'} none")
    # A pipe or a file has no width to fold to.
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)
    if len(labels) > most:
        print(f"and {len(labels) - most:,} more: --all, or --csv")
