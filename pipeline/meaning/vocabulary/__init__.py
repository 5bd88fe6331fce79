"""The vocabulary: what the houses call things, as CSV files that a domain expert edits, checked when loaded.

    concepts.csv    the canonical codes: what each means, its unit, and what it is the growth or the share of
    labels.csv      printed labels and the concept each stands for, with the context that makes it certain
    relations.csv   how rows, sections and heads say "growth of", "share of revenue"
    terms.csv       the words that labels are made of, for labels in another order or with other particles

The other files of this folder are described where they are read.
"""

from pipeline.meaning.vocabulary.forms import Form, form
from pipeline.meaning.vocabulary.load import Concept, Entry, Vocabulary, vocabulary

__all__ = ["Concept", "Entry", "Form", "Vocabulary", "form", "vocabulary"]
