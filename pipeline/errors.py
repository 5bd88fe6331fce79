"""Every error yanbao raises on purpose.

    YanbaoError
    ├── InputError        what was offered cannot be read (missing, empty, not a PDF, encrypted)
    ├── ConfigError       a file people edit (rules, suites, vocabulary) says the impossible
    ├── DataError         a dataset does not have the shape the contract declares
    └── OutputError       a result cannot be written where it was asked for

A document that contradicts itself is data (a check), not an error.
"""

from __future__ import annotations


class YanbaoError(Exception):
    """Root of all errors of this package; the message says what, where and what to do next."""


class InputError(YanbaoError, ValueError):
    """The offered file or folder cannot be read as what it claims to be."""


class ConfigError(YanbaoError, ValueError):
    """A file that people edit is wrong: names the file, the place in it and what was expected."""


class DataError(YanbaoError, ValueError):
    """A dataset departs from its declaration in `pipeline.datasets.schema`."""


class OutputError(YanbaoError, OSError):
    """A result could not be written."""
