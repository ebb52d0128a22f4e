"""The locked requirements say what pyproject.toml asks for; ``scripts/lock.sh`` writes them anew."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = {"bundle": (), "test": ("test",), "dev": ("test", "dev")}


def locked(name: str) -> dict[str, set[Version]]:
    """Package -> its versions, of which there are several where Pythons differ."""
    found: dict[str, set[Version]] = {}
    for package, version in re.findall(r"^([\w.-]+)==(\S+)", text(name), re.MULTILINE):
        found.setdefault(canonicalize_name(package), set()).add(Version(version))
    return found


def text(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_locked_at_a_version_it_allows(name: str) -> None:
    groups = [PROJECT["dependency-groups"][group] for group in LOCKS[name]]
    versions = locked(name)
    for line in [*PROJECT["project"]["dependencies"], *(it for group in groups for it in group if isinstance(it, str))]:
        requirement = Requirement(line)
        assert versions.get(canonicalize_name(requirement.name)), f"{requirement.name} is missing: run scripts/lock.sh"
        assert all(it in requirement.specifier for it in versions[canonicalize_name(requirement.name)]), line


@pytest.mark.parametrize("name", LOCKS)
def test_everything_has_hashes_and_nothing_an_address(name: str) -> None:
    packages = re.split(r"^(?=[\w.-]+==)", text(name), flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in package for package in packages)
    assert "://" not in text(name)


def test_npm_packages_are_locked_without_addresses() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all("integrity" in package for path, package in packages.items() if path)
    assert not any("resolved" in package for package in packages.values())
