"""Pickles of frozen data classes, faster than the way they pickle by themselves (a Python call for every object)."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import Any


class _Reducers(dict[type[Any], Callable[[Any], Any]]):
    """Data class or named tuple -> how an instance is made again: by calling the class with all its fields."""

    def __missing__(self, cls: type[Any]) -> Callable[[Any], Any]:
        if issubclass(cls, tuple) and hasattr(cls, "_fields"):
            self[cls] = lambda value: (cls, tuple(value))
            return self[cls]
        if not is_dataclass(cls):
            raise KeyError(cls)
        names = [entry.name for entry in fields(cls)]
        get = attrgetter(*names)

        def reduce(value: Any) -> Any:
            return cls, get(value) if len(names) > 1 else (get(value),)

        self[cls] = reduce
        return reduce


_REDUCERS = _Reducers()


def dumps(value: object) -> bytes:
    """A pickle. Every data class in it must take all its fields as arguments, in order."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, 5)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(value)
    return buffer.getvalue()
