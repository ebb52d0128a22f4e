"""The bodies of a file, whatever it holds."""

from __future__ import annotations

import pytest

from flask_ls.project.extract import extract
from flask_ls.syntax.source import SourceFile


@pytest.mark.parametrize(
    "text",
    [
        'def f(self):\n    self.x = {"a": self.y["b"]}\n    self.y = {"c": self.x["d"], "f": f}\n    self.x["a"]()\n',
        'def f():\n    x = {}\n    x = {"a": x["b"]}\n    x["a"]()\n',
        'def f():\n    x = {"a": y["b"]}\n    y = {"a": x["b"]}\n    y["a"]()\n',
        'x = {"a": f}\nx = {"a": x["b"]}\nx["a"]()\n',
    ],
)
def test_containers_of_their_own_elements_come_to_an_end(text: str) -> None:
    following = "\n\ndef other():\n    other()\n"
    assert "other" in extract(SourceFile(text + following), "/app.py", "app").bodies
