"""Fixtures of the tests of rules."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from flask_runner import FlaskRunner


@pytest.fixture(scope="session")
def flask() -> Iterator[FlaskRunner]:
    """The real Flask, in processes of its own."""
    if not hasattr(os, "fork"):
        pytest.skip("programs are run in forks of one process")
    with FlaskRunner() as runner:
        yield runner
