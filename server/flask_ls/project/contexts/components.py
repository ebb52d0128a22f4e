"""The strongly connected components of a graph (Tarjan), without recursion."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def components(start: K, successors: Callable[[K], Iterable[K]], is_done: Callable[[K], bool]) -> Iterator[list[K]]:
    """Those that can be reached from ``start``, each after its successors; nodes that are done are left out."""
    number: dict[K, int] = {}
    low: dict[K, int] = {}
    waiting: list[K] = []
    is_waiting: set[K] = set()

    def enter(node: K) -> tuple[K, Iterator[K]]:
        number[node] = low[node] = len(number)
        waiting.append(node)
        is_waiting.add(node)
        return node, iter(successors(node))

    way = [enter(start)]
    while way:
        node, rest = way[-1]
        for other in rest:
            if other in number:
                if other in is_waiting:
                    low[node] = min(low[node], number[other])
            elif not is_done(other):
                way.append(enter(other))
                break
        else:
            way.pop()
            if way:
                low[way[-1][0]] = min(low[way[-1][0]], low[node])
            if low[node] == number[node]:
                found: list[K] = []
                while not found or found[-1] != node:
                    found.append(waiting.pop())
                is_waiting.difference_update(found)
                yield found
