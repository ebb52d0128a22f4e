"""Who will call what is handed to a callable: the `Role` of a value."""

from __future__ import annotations

from flask_ls.project.bodies import Symbol, last_name
from flask_ls.project.contexts import roles
from flask_ls.project.contexts.roles import Role
from flask_ls.project.contexts.values import Value, Values

_EXECUTOR = roles.ROLES["asyncio.AbstractEventLoop.run_in_executor"]


class Giving:
    """Looks up roles, through the bases of classes of the project."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def role(self, value: Value | None, symbol: Symbol) -> Role | None:
        """Who will call what is handed to this callable."""
        if value is None:
            return _EXECUTOR if _is_executor_call(symbol) else None
        if value.kind in ("name", "called"):
            name = value.name
            if name.startswith("schedule.") and name.endswith(".do"):
                return Role("none", "scheduler")
            return roles.ROLES.get(name) or self._inherited(name)
        if value.kind == "member":
            for cls in self.values.mro(value.name):
                role = roles.ROLES.get(f"{cls}.{value.extra}")
                if role is not None:
                    return role
            return _EXECUTOR if _is_executor_call(symbol) else None
        if value.kind == "class":
            for cls in self.values.mro(value.name):
                if cls in roles.ROLES:
                    return roles.ROLES[cls]
        return None

    def _inherited(self, name: str) -> Role | None:
        """``shop.MyFlask.route()`` for a subclass of Flask: the role of the inherited method."""
        head, _, last = name.rpartition(".")
        if not head or not last.endswith("()") or self.values.model.names.class_(head) is None:
            return None
        found = (roles.ROLES.get(f"{cls}.{last}") for cls in self.values.mro(head))
        return next((r for r in found if r is not None), None)


def _is_executor_call(symbol: Symbol) -> bool:
    return last_name(symbol) == "run_in_executor"
