"""What is known of a workspace, for a status item and a command's last lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask_ls.features.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Status:
    """Counts and provenance. ``incomplete`` are reasons in plain words why routes may be missing from the table."""

    loaded: bool
    uses_flask: bool
    files: int
    apps: int
    blueprints: int
    routes: int
    complete: bool
    incomplete: tuple[str, ...]
    environment: str
    environment_why: str
    environment_problem: str | None
    flask: str
    flask_why: str

    def __str__(self) -> str:
        if not self.loaded:
            return "Looking at the workspace"
        if not self.uses_flask:
            return "No Flask in this workspace"
        counts = ", ".join(
            f"{count} {noun}{'' if count == 1 else 's'}"
            for count, noun in ((self.apps, "app"), (self.blueprints, "blueprint"), (self.routes, "route"))
        )
        return f"{counts}{'' if self.complete else ' (incomplete)'}, Flask {self.flask}"


def status_of(snapshot: Snapshot) -> Status:
    """Builds the route table if nobody asked for it before."""
    table = snapshot.model.routes
    spots = [spot for app in table.apps for spot in app.blind_spots]
    version, why = snapshot.environment.flask
    return Status(
        loaded=snapshot.loaded,
        uses_flask=snapshot.uses_flask,
        files=len(snapshot.model.files),
        apps=len(table.apps),
        blueprints=len(table.blueprints),
        routes=sum(r.by_default for r in table.routes),
        complete=table.complete and all(app.complete for app in table.apps),
        incomplete=tuple(dict.fromkeys(spot.reason for spot in spots)),
        environment=snapshot.environment.folder,
        environment_why=snapshot.environment.why,
        environment_problem=snapshot.environment.problem,
        flask=version,
        flask_why=why,
    )
