"""Which contexts may be active: sets of states as bit masks, and how code changes them.

A **mask** is the set of states that are possible at a place: no context, an application context, a request (which has
an application context too), or unknown. A **vector** is a function from the state in which a body is entered to the
mask at a place inside it, written as the four masks for the four states. An empty mask means: not reached.
"""

from __future__ import annotations

from typing import TypeAlias

NONE, APP, REQUEST, UNKNOWN = 1, 2, 4, 8

Mask: TypeAlias = int
Vector: TypeAlias = "tuple[Mask, Mask, Mask, Mask]"

IDENTITY: Vector = (NONE, APP, REQUEST, UNKNOWN)
NOWHERE: Vector = (0, 0, 0, 0)
TO_REQUEST: Vector = (REQUEST, REQUEST, REQUEST, REQUEST)
TO_APP: Vector = (APP, APP, REQUEST, UNKNOWN)
TO_UNKNOWN: Vector = (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)


def apply(vector: Vector, mask: Mask) -> Mask:
    """The mask at a place when its body is entered with ``mask``."""
    found = 0
    if mask & NONE:
        found |= vector[0]
    if mask & APP:
        found |= vector[1]
    if mask & REQUEST:
        found |= vector[2]
    if mask & UNKNOWN:
        found |= vector[3]
    return found


def then(first: Vector, second: Vector) -> Vector:
    """``second`` after ``first``."""
    if first == IDENTITY:
        return second
    if second == IDENTITY:
        return first
    return (apply(second, first[0]), apply(second, first[1]), apply(second, first[2]), apply(second, first[3]))


def join(one: Vector, other: Vector) -> Vector:
    """Either of two ways."""
    return (one[0] | other[0], one[1] | other[1], one[2] | other[2], one[3] | other[3])


def meet(vector: Vector, mask: Mask) -> Vector:
    """Only the ways on which the state is in ``mask``."""
    return (vector[0] & mask, vector[1] & mask, vector[2] & mask, vector[3] & mask)


def lacks_app(mask: Mask) -> bool:
    """Whether no application context is active for certain."""
    return mask == NONE


def lacks_request(mask: Mask) -> bool:
    """Whether no request is active for certain."""
    return mask in (NONE, APP, NONE | APP)
