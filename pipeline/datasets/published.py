"""What a release adds to the extracted datasets, declared once: columns of `facts`, and its own datasets."""

from __future__ import annotations

from pipeline.datasets.schema import FACTS, Column, Dataset

QUALITIES = ("passed", "failed", "unchecked")
GOOD = ("passed", "unchecked")
"""What the default views show."""

PUBLISHED_FACTS = Dataset(
    "facts",
    "The facts of a release: as extracted, with what the checks and people say of them and when they were "
    "known.",
    ("fact_id",),
    (
        *FACTS.columns,
        Column(
            "value_printed",
            "decimal(38,12)",
            "The number as printed; `value` and `amount` differ only where `corrections` has a ruling.",
            "unit, scale",
            True,
        ),
        Column(
            "quality",
            "string",
            "`failed`: singled out by a failing error check, or part of an impossible one that singles "
            "nobody out; `passed`: held by at least one check and doubted by none; `unchecked`: all others. "
            "A ruling in `corrections` takes the doubt away; a corrected number is then unchecked.",
            values=QUALITIES,
        ),
        Column("rules", "list<string>", "Rules that were evaluated on the number, by id."),
        Column("failed_rules", "list<string>", "Those of them that failed and cast doubt on the number."),
        Column("published_on", "date", "The date printed on the report.", null=True),
        Column("known_at", "instant", "When this system first published this number at this place (UTC)."),
    ),
)

_SUPERSEDED_BY = Column(
    "superseded_by",
    "string",
    "The fact that states the same item again: same entity, concept and period, in the report of the next "
    "later day by the same broker on the same company (a shared ticker or name); null where none does.",
    null=True,
)

VIEWED_FACTS = Dataset(
    "facts",
    "What `open_release(...).facts()` returns: the facts with their successors as of the day asked for.",
    ("fact_id",),
    (*PUBLISHED_FACTS.columns, _SUPERSEDED_BY),
)

SUPERSEDED = Dataset(
    "superseded",
    "Which fact came after which. A log: rows are added and stay, the newest `known_at` of a fact_id, its "
    "concept and entity holds. A row that is not `found` ends the earlier ones.",
    ("fact_id", "concept", "entity", "entity_is", "known_at"),
    (
        Column("fact_id", "string", "The earlier fact."),
        Column("report_id", "string", "The report it is printed in."),
        Column("concept", "string", "The item that both state."),
        Column("entity", "string", "Whom both are about: ticker where known, else the name."),
        Column("entity_is", "string", "Which of the two `entity` is.", values=("ticker", "name")),
        _SUPERSEDED_BY,
        Column(
            "superseded_on",
            "date",
            "The date printed on the later report; null where the later one was taken back.",
            null=True,
        ),
        Column(
            "change",
            "string",
            "What is new: `found` (nothing came after the fact before), `replaced` (another one did), "
            "`withdrawn` (nothing does any more).",
            values=("found", "replaced", "withdrawn"),
        ),
        Column("known_at", "instant", "The release that says so (UTC)."),
    ),
)

VERSIONS = Dataset(
    "versions",
    "Every version of every report that was ever published, and every withdrawal. A log: the newest "
    "`known_at` of a report_id holds.",
    ("report_id", "known_at"),
    (
        Column("report_id", "string", "The report."),
        Column("known_at", "instant", "The release that made the change (UTC)."),
        Column("release", "string", "Its id."),
        Column("change", "string", "What became of the report.", values=("added", "changed", "withdrawn")),
        Column("version", "string", "Hash of its parts and rulings; null where it was withdrawn.", null=True),
        Column("why", "string", "The reason of a withdrawal.", null=True),
        Column("pipeline_version", "string", "Version of the program that read it.", null=True),
        Column("outcome", "string", "How far the run came with it.", null=True),
        Column("published_on", "date", "The date printed on it.", null=True),
        Column("facts", "int32", "Its facts.", "facts"),
        Column("facts_mapped", "int32", "Those with a concept.", "facts"),
        Column("facts_failed", "int32", "Those of quality failed.", "facts"),
        Column("facts_passed", "int32", "Those of quality passed.", "facts"),
        Column("numbers_on_page", "int32", "Numbers printed on its pages.", "numbers"),
        Column("numbers_in_facts", "int32", "Those of them that are in facts.", "numbers"),
    ),
)

CORRECTIONS = Dataset(
    "corrections",
    "What people ruled on printed numbers (`expectations/corrections.toml`).",
    ("fact_id",),
    (
        Column("fact_id", "string", "The fact."),
        Column("report_id", "string", "The report it is printed in."),
        Column("ruling", "string", "Whether the print stands.", values=("accept", "correct")),
        Column("text_printed", "string", "Exactly what is printed."),
        Column("value_printed", "decimal(38,12)", "The number as printed.", "unit, scale", True),
        Column(
            "text_corrected", "string", "What ought to be printed; null where the print stands.", null=True
        ),
        Column("value_corrected", "decimal(38,12)", "Its number.", "unit, scale", True),
        Column("reason", "string", "Why."),
        Column("who", "string", "Who ruled."),
        Column("when", "date", "On which day."),
    ),
)

LOGS = (VERSIONS.name, SUPERSEDED.name)
"""Datasets whose rows stay when a report changes or is withdrawn."""
