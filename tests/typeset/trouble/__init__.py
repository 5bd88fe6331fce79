"""Random report pages that are hard to read, each with its truth: what is extracted has to be what was set.

`python -m tests.typeset.trouble` (or `make fuzz`) sets and reads them; a page that is read wrongly is made as
simple as it can be while it is still read wrongly, and printed with the seed that makes it again.
"""
