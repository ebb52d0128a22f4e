"""Whether the Celery tasks of a project run in an application context: that depends on the class of its tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_ls.project.bodies import Symbol, last_name, leaves
from flask_ls.project.contexts.conventions import is_test_path
from flask_ls.project.contexts.states import IDENTITY, NONE, UNKNOWN, Mask
from flask_ls.project.contexts.values import BodyKey, Value
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Memo, Tracker

if TYPE_CHECKING:
    from flask_ls.project.contexts.analysis import Contexts

# celery.signals that run in the worker before a task: a receiver may push a context for all tasks.
_SIGNALS = ("worker_process_init", "worker_init", "task_prerun", "worker_ready")


class Tasks:
    """The context of Celery tasks."""

    def __init__(self, contexts: Contexts, tracker: Tracker) -> None:
        self._contexts = contexts
        self._by_class: Memo[None, Mask] = Memo(tracker, self._find_by_class, NONE)
        self._pushed: Memo[BodyKey, Mask | None] = Memo(tracker, self._find_pushed, None)

    def mask(self, path: str, decorator: Symbol) -> Mask:
        """The context in which a task runs that is registered by this decorator."""
        keywords = dict(decorator[3]) if isinstance(decorator, tuple) and decorator[0] == "()" else {}
        if keywords.get("base") is not None:
            base = self._contexts.values.of(path, keywords["base"])
            pushed = self._pushed_by_class(base)
            if pushed is not None:
                return pushed
        by_class = self._by_class(None)
        if by_class != NONE:
            return by_class
        # A worker that is started by a module which pushes a context has it in every task.
        started = (p for p in self._contexts.sites.files_with("push") if not is_test_path(p))
        pushes = any(self._contexts.left_by_module(p) != IDENTITY for p in (path, *started))
        return UNKNOWN if pushes else NONE

    def job_mask(self, path: str) -> Mask:
        """The context in which a worker of a queue (RQ, Huey) runs a function of a file."""
        # Forked workers keep the context in which they are started; a middleware may push one.
        if self._contexts.each(_has_own_worker):
            return UNKNOWN
        return NONE if self._contexts.left_by_module(path) == IDENTITY else UNKNOWN

    def _find_by_class(self, _: None) -> Mask:
        """What the task class that the project gives to Celery pushes; ``NONE`` when it gives none."""
        sites, values = self._contexts.sites, self._contexts.values
        if any(sites.files_with(name) for name in _SIGNALS):
            return UNKNOWN
        found: set[Mask] = set()
        for site in sites.mentions("Task"):
            if site.op[0] == "a" and site.op[2] == "=" and last_name(site.op[1]) == "Task":
                found.add(self._mask_of(values.of(site.body.path, site.op[3])))
        has_app = False
        for site in sites.mentions("Celery"):
            if site.op[0] != "c" or not self._makes_celery(values.of(site.body.path, site.op[1])):
                continue
            has_app = True
            for name, symbol in site.op[3]:
                if name == "task_cls":
                    found.add(self._mask_of(values.of(site.body.path, symbol)))
        if len(found) == 1:
            return found.pop()
        return UNKNOWN if found or not has_app else NONE

    def _makes_celery(self, value: Value | None) -> bool:
        if value is None:
            return False
        if value.kind == "name":
            return value.name == "celery.Celery"
        return value.kind == "class" and "celery.Celery" in self._contexts.values.mro(value.name)

    def _mask_of(self, value: Value | None) -> Mask:
        pushed = self._pushed_by_class(value)
        return UNKNOWN if pushed is None else pushed

    def _pushed_by_class(self, value: Value | None) -> Mask | None:
        """What ``__call__`` of a task class has pushed when it runs the task; None when that cannot be seen."""
        if value is None or value.kind != "class":
            return None
        if self._contexts.each(_sets_call):
            return UNKNOWN
        method = self._contexts.values.attribute(value._replace(kind="instance"), "__call__")
        if method is None or method.kind != "function" or method.key is None:
            return NONE if method is not None else None
        return self._pushed(method.key)

    def _find_pushed(self, key: BodyKey) -> Mask | None:
        body, flow = self._contexts.values.body(key), self._contexts.flow(key)
        if body is None or flow is None:
            return None
        for number, op in enumerate(leaves(body.block)):
            if op[0] == "c" and last_name(op[1]) in ("run", "__call__"):
                return flow.at[number][0]
        return None


def _has_own_worker(facts: FileFacts) -> bool:
    """Whether a file starts workers of a queue itself, or says what they do around a job."""
    for imported in facts.imports:
        if imported.module.partition(".")[0] in ("rq", "huey", "dramatiq"):
            names = (imported.module, *(n for n, _ in imported.names))
            if any(word in n.lower() for n in names for word in ("worker", "consumer", "middleware")):
                return True
    return False


def _sets_call(facts: FileFacts) -> bool:
    """Whether a file puts a ``__call__`` on a class that it has made: ``ContextTask.__call__ = call``."""
    return any(stored.endswith(".__call__") for stored in facts.stores)
