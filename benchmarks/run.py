"""Measures flask-ls against its budgets, on this machine, as ratios of what the same machine needs for less.

    python benchmarks/run.py [FOLDER ...] [--files 1300] [--repeat 5] [--json FILE]

Each FOLDER is a workspace of your own; a generated one of ``--files`` files is always measured. Everything runs in
fresh processes with a cache folder of its own. The median of the repetitions counts; on a machine with other work to
do, look at the CPU times as well.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from generate import generate  # noqa: E402

COMMAND = [sys.executable, "-m", "flask_ls"]
PARSE = """
import ast, sys
for path in sys.stdin.read().split("\\0"):
    with open(path, "rb") as stream:
        data = stream.read()
    try:
        ast.parse(data)
    except (SyntaxError, ValueError, RecursionError):
        pass
"""


class Time(NamedTuple):
    """Seconds on the clock, seconds of all processors together, and the peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


class Line(NamedTuple):
    """One measured ratio or size with its budget."""

    what: str
    value: float
    budget: float
    unit: str
    note: str = ""

    def __str__(self) -> str:
        verdict = "ok  " if self.value <= self.budget else "OVER"
        return f"  {verdict} {self.what:<48} {self.value:8.2f} {self.unit:<3} (budget {self.budget:g})  {self.note}"


def timed(command: list[str], environment: dict[str, str], given: bytes = b"") -> Time:
    """Run a command to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@"', "sh", *command],
        input=given,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command} failed:\n{done.stderr.decode()}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Time(wall, cpu, after.ru_maxrss / 1024)


def median(times: list[Time]) -> Time:
    """The median of each."""
    return Time(*(statistics.median(column) for column in zip(*times, strict=True)))


def python_files(folder: Path) -> list[str]:
    """The files that flask-ls looks at."""
    code = (
        "import sys; from flask_ls.project.discovery import Walker; from flask_ls.project.settings import Settings;"
        "sys.stdout.write('\\0'.join(Walker([sys.argv[1]], Settings()).walk().files))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, check=True)
    if not done.stdout:
        raise SystemExit(f"{folder}: there are no Python files that flask-ls looks at.")
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")


def checks(folder: Path, repeat: int) -> tuple[list[Line], dict[str, Any]]:
    """Cold and warm checks of one workspace."""
    files = python_files(folder)
    given = "\0".join(files).encode("utf-8", "surrogateescape")
    lines = sum(Path(f).read_bytes().count(b"\n") for f in files)
    parse, cold, warm = [], [], []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as cache:
            own = {"XDG_CACHE_HOME": cache}
            parse.append(timed([sys.executable, "-c", PARSE], own, given))
            cold.append(timed([*COMMAND, "check", "-q", str(folder)], own))
            warm.append(timed([*COMMAND, "check", "-q", str(folder)], own))
    p, c, w = median(parse), median(cold), median(warm)
    note = f"{c.wall:.2f} s, {c.cpu:.2f} s CPU; parsing alone {p.wall:.2f} s"
    found = [
        Line("cold check / read and ast.parse", c.wall / p.wall, 2, "x", note),
        Line("warm check / cold check", w.wall / c.wall, 0.15, "x", f"{w.wall:.3f} s"),
        Line("peak memory of one process, cold", c.memory, 200, "MiB"),
    ]
    data = {"files": len(files), "lines": lines, "parse": p._asdict(), "cold": c._asdict(), "warm": w._asdict()}
    print(f"{folder}: {len(files)} files, {lines} lines")
    for line in found:
        print(line)
    return found, data


def start_up(repeat: int) -> Line:
    """A check of a folder with one file that has nothing to do with Flask."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.py").write_text("import os\n")
        times = [timed([*COMMAND, "check", "-q", "--no-cache", folder], {}) for _ in range(repeat * 2)]
    found = median(times)
    return Line("start-up (check of one file without Flask)", found.wall, 0.25, "s", f"{found.cpu:.2f} s CPU")


EDITS = HERE / "edits.py"


def edits(small: Path, large: Path) -> tuple[list[Line], dict[str, Any]]:
    """Keystroke to findings for each kind of edit, in a small and in a large workspace."""

    def measure(folder: Path) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as cache:
            done = subprocess.run(
                [sys.executable, str(EDITS), "--json", str(folder)],
                capture_output=True,
                check=True,
                env={**os.environ, "XDG_CACHE_HOME": cache},
            )
        return dict(json.loads(done.stdout))

    one, other = measure(small), measure(large)
    found = [
        Line(
            f"{kind}, large / small workspace",
            row["cpu"] / one["edits"][kind]["cpu"],
            1.5,
            "x",
            f"{row['cpu']:.1f} ms CPU, {row['median']:.1f} ms on the clock",
        )
        for kind, row in other["edits"].items()
    ]
    slowest = max(other["edits"].values(), key=lambda row: float(row["p95"]))
    found += [
        Line("keystroke to findings, large, slowest kind, p95", slowest["p95"], 50, "ms"),
        Line("memory of a server's process, large", other["memory"], 200, "MiB"),
    ]
    for line in found:
        print(line)
    return found, {"small": one, "large": other}


SERVER = HERE / "server.py"


def server(small: Path, large: Path) -> tuple[list[Line], dict[str, Any]]:
    """What an editor waits for, over the pipes of a server.

    The two workspaces are compared with as many files open in each; how long a user waits in the large one is measured
    with every twentieth file open.
    """

    def measure(folder: Path, files: int) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as cache:
            done = subprocess.run(
                [sys.executable, str(SERVER), "--json", "--open", str(files), str(folder)],
                capture_output=True,
                check=True,
                env={**os.environ, "XDG_CACHE_HOME": cache},
            )
        return dict(json.loads(done.stdout))

    one, alike, other = measure(small, 10), measure(large, 10), measure(large, 65)
    rows = {what: values for what, values in other.items() if isinstance(values, dict)}
    found = [
        Line(
            f"{what}, large / small",
            values["cpu"] / one[what]["cpu"],
            1.5,
            "x",
            f"{values['cpu']:.1f} ms CPU, {values['median']:.1f} ms on the clock",
        )
        for what, values in alike.items()
        if what in rows and what not in _QUESTIONS
    ]
    found += [
        Line(f"{what}, large, p95", values["p95"], 30 if what in _QUESTIONS else 150, "ms")
        for what, values in rows.items()
    ]
    found += [
        Line("processor of an idle server, large", other["idle"], 0.01, ""),
        Line("memory of a server, large", other["memory"], 200, "MiB"),
    ]
    for line in found:
        print(line)
    return found, {"small": one, "large": alike, "large, many open": other}


_QUESTIONS = ("hover", "definition")


def main() -> int:
    """Measure and print; 1 when a budget is exceeded."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    arguments.add_argument("--files", type=int, default=1300, help="size of the generated workspace")
    arguments.add_argument("--repeat", type=int, default=5)
    arguments.add_argument("--json", type=Path, help="write the numbers to this file")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        # As in an installed package, modules are compiled once and not by each process.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(scratch, "bytecode"))
        large, small = Path(scratch, "large"), Path(scratch, "small")
        generate(large, options.files)
        generate(small, 10)
        timed([*COMMAND, "check", "-q", "--no-cache", str(small)], {})
        lines: list[Line] = [start_up(options.repeat)]
        print(f"this machine: Python {sys.version.split()[0]}, {os.cpu_count()} processors\n{lines[0]}")
        data: dict[str, Any] = {}
        steps: list[tuple[str, Callable[[], tuple[list[Line], dict[str, Any]]]]] = [
            (str(folder), lambda folder=folder: checks(folder, options.repeat))  # type: ignore[misc]
            for folder in (large, *(f.resolve() for f in options.folders))
        ]
        for name, step in [*steps, ("edits", lambda: edits(small, large)), ("server", lambda: server(small, large))]:
            found, data[name] = step()
            lines += found
    if options.json:
        options.json.write_text(json.dumps(data, indent=1))
    return int(any(line.value > line.budget for line in lines))


if __name__ == "__main__":
    sys.exit(main())
