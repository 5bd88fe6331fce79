"""Typesetting of research reports whose every printed number is known.

`python -m tests.typeset` writes the samples of `raw_reports/` and the truth about them. The parts are
general: `Style` says how a house sets its tables, `Flow` lays prose and tables down a page, `Company` works
out statements that agree with each other.
"""
