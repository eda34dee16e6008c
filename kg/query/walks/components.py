"""Strongly connected components of a graph, in topological order (Tarjan, SIAM J. Comput. 1972)."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def components(start: N, following: Callable[[N], Iterable[N]]) -> list[list[N]]:
    """Those that a node leads to, its own first; every edge leads onward or stays within one."""
    index: dict[N, int] = {start: 0}
    low: dict[N, int] = {start: 0}
    held = [start]
    on_hold = {start}
    todo: list[tuple[N, Iterator[N]]] = [(start, iter(following(start)))]
    found: list[list[N]] = []
    while todo:
        node, others = todo[-1]
        for other in others:
            if other not in index:
                index[other] = low[other] = len(index)
                held.append(other)
                on_hold.add(other)
                todo.append((other, iter(following(other))))
                break
            if other in on_hold:
                low[node] = min(low[node], index[other])
        else:
            todo.pop()
            if todo:
                above = todo[-1][0]
                low[above] = min(low[above], low[node])
            if low[node] == index[node]:
                component = [held.pop()]
                while component[-1] != node:
                    component.append(held.pop())
                on_hold.difference_update(component)
                found.append(component)
    return found[::-1]
