"""Properties that are worked out when first asked for, and then kept.

What `functools.cached_property` does, without the lock that it takes before Python 3.12: the checker works
out some 60,000 of them for twenty reports, and the lock was a tenth of its time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functools import cached_property

    once = cached_property
else:

    class once:  # noqa: N801 - it is used as `property` is
        """A property whose first value is kept in the object's own dictionary."""

        def __init__(self, work_out: Callable[[Any], Any]) -> None:
            self.work_out, self.__doc__ = work_out, work_out.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self.name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            value = instance.__dict__[self.name] = self.work_out(instance)
            return value
