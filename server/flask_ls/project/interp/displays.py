"""What displays and comprehensions of lists, tuples, sets and dicts mean."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from flask_ls.project.interp import calls, conditions, iteration, mappings, reasons, sequences
from flask_ls.project.interp.frames import EVAL, Frame
from flask_ls.project.interp.paths import Path
from flask_ls.project.interp.values import DictV, ListV, Maybe, Namespace, Unknown, Value
from flask_ls.project.interp.world import known_key

if TYPE_CHECKING:
    from flask_ls.project.interp.machine import Machine


def _tuple(m: Machine, node: ast.Tuple, frame: Frame) -> Value:
    items, rest = _elements(m, node.elts, frame)
    if rest is not None or any(isinstance(i, Maybe) for i in items):
        return ListV(items, m.serial, rest, "tuple")
    return tuple(items)


def _list(m: Machine, node: ast.List, frame: Frame) -> Value:
    items, rest = _elements(m, node.elts, frame)
    return ListV(items, m.serial, rest)


def _set(m: Machine, node: ast.Set, frame: Frame) -> Value:
    items, rest = _elements(m, node.elts, frame)
    return sequences.make_set(m, items, rest)


def _elements(m: Machine, nodes: list[ast.expr], frame: Frame) -> tuple[list[Value], Unknown | None]:
    items: list[Value] = []
    rest: Unknown | None = None
    for node in nodes:
        if isinstance(node, ast.Starred):
            more, unknown = iteration.iterate(m, m.eval(node.value, frame))
            if len(items) + len(more) > iteration.MAX_ITEMS:
                more, unknown = [], Unknown("it is too long")
            items.extend(more)
            rest = rest or unknown
        else:
            items.append(m.eval(node, frame))
    return items, rest


def _dict(m: Machine, node: ast.Dict, frame: Frame) -> Value:
    made = DictV(m.serial)
    for key_node, value_node in zip(node.keys, node.values, strict=True):
        if key_node is None:
            mappings.update_dict(m, made, m.eval(value_node, frame))
            continue
        key = m.settle(m.eval(key_node, frame))
        value = m.eval(value_node, frame)
        if known_key(key):
            made.items[key] = value
        else:
            made.rest_cell[0] = reasons.unknown_from(key, "a key of this dict is only known at run time")
    return made


def _comprehension(m: Machine, node: Any, frame: Frame) -> Value:
    inner = Frame(frame.module, Namespace(m.serial), frame, frame.function, qualname=frame.qualname)
    inner.caller = frame.caller
    inner.node = node
    inner.owner = frame.owner
    inner.self = frame.self
    out: list[Value] = []
    rest: list[Unknown] = []
    _generate(m, node, 0, inner, out, rest)
    unknown = rest[0] if rest else None
    if isinstance(node, ast.SetComp):
        return sequences.make_set(m, out, unknown)
    if isinstance(node, ast.DictComp):
        made = DictV(m.serial, unknown)
        for item in out:
            path, pair = (item.path, item.value) if isinstance(item, Maybe) else ((), item)
            key, value = m.settle(pair[0]), pair[1]
            if known_key(key):
                made.items[key] = Maybe(path, value) if path else value
            else:
                made.rest_cell[0] = reasons.unknown_from(key, "a key of this dict is only known at run time")
        return made
    return ListV(out, m.serial, unknown, "generator" if isinstance(node, ast.GeneratorExp) else "list")


def _generate(m: Machine, node: Any, level: int, frame: Frame, out: list[Value], rest: list[Unknown]) -> None:
    if level == len(node.generators):
        if isinstance(node, ast.DictComp):
            out.append((m.eval(node.key, frame), m.eval(node.value, frame)))
        else:
            out.append(m.eval(node.elt, frame))
        return
    generator = node.generators[level]
    items, unknown = iteration.iterate(m, m.eval(generator.iter, frame))
    if unknown is not None:
        rest.append(unknown)
    for item in items:
        iteration.count_round(m)
        path: Path = ()
        if isinstance(item, Maybe):
            path, item = item.path, item.value
        calls.assign(m, generator.target, item, frame)
        taken = True
        for test in generator.ifs:
            value = m.eval(test, frame)
            split = conditions.split(m, value)
            if isinstance(split, bool):
                taken = split
            else:
                path = (*path, *split[0])
            if not taken:
                break
        if not taken:
            continue
        if path:
            found: list[Value] = []
            before = m.path
            m.path = (*before, *path)
            try:
                _generate(m, node, level + 1, frame, found, rest)
            finally:
                m.path = before
            out.extend(Maybe(path, f) if not isinstance(f, Maybe) else Maybe((*path, *f.path), f.value) for f in found)
        else:
            _generate(m, node, level + 1, frame, out, rest)


EVAL.update(
    {
        ast.Tuple: _tuple,
        ast.List: _list,
        ast.Set: _set,
        ast.Dict: _dict,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.DictComp: _comprehension,
        ast.GeneratorExp: _comprehension,
    }
)
