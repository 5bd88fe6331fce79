"""Dataclasses whose fields a type checker holds fixed, and that cost no more to make than they must.

A dataclass that is frozen at run time sets each field by a call of `object.__setattr__`: the numbers, trials
and findings of 69 reports are 130,000 objects with half a million fields, and the calls were a twelfth of
the time of a check. So who may set a field is left to the type checker, which refuses all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False)
def fixed(made: type[T]) -> type[T]:
    """A dataclass that is itself and no other: compared by identity, its fields never set again."""
    return dataclass(eq=False)(made)


@dataclass_transform(frozen_default=True, eq_default=False)
def slotted(made: type[T]) -> type[T]:
    """The same in slots, where nothing is worked out and kept beside the fields."""
    return dataclass(eq=False, slots=True)(made)
