"""Pure: the weighted sum of a set of signals, which our fitted models are made of."""

from dataclasses import fields
from functools import lru_cache
from operator import attrgetter, mul
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["weighted"]

Signals = TypeVar("Signals", bound="DataclassInstance")


def weighted(signals: Signals, weights: Signals) -> float:
    """Return the sum of each signal times its weight; both are of one dataclass of numbers."""
    read = _reader(type(signals))
    return float(sum(map(mul, read(signals), read(weights))))


@lru_cache
def _reader(kind: "type[DataclassInstance]") -> "attrgetter[tuple[float, ...]]":
    return attrgetter(*(field.name for field in fields(kind)))
