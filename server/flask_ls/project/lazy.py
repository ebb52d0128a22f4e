"""Attributes computed on first use, without a lock.

``functools.cached_property`` of Python 3.11 and older holds one lock for all objects of a class while it computes.
Work that rests at a checkpoint would keep every other thread from the same attribute of any other object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):
    """A property whose value is kept in the object's ``__dict__`` from its first use on."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, owner: None, kind: type[Any]) -> lazy[T]: ...

    @overload
    def __get__(self, owner: object, kind: type[Any]) -> T: ...

    def __get__(self, owner: object | None, kind: type[Any]) -> T | lazy[T]:
        if owner is None:
            return self
        value = self._compute(owner)
        vars(owner)[self._name] = value
        return value
