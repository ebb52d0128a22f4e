"""What a class keeps on its instances."""

from __future__ import annotations

import pickle

import pytest

from flask_ls.project.extract import extract
from flask_ls.project.facts import Ref
from flask_ls.project.packing import dumps
from flask_ls.syntax.source import SourceFile


@pytest.mark.parametrize(
    ("signature", "kept"),
    [
        ("self, app: Flask", Ref("Flask", called=True)),
        ("self, *, app: 'flask.Flask'", Ref("flask.Flask", called=True)),
        ("self, app", Ref("app")),
    ],
)
def test_an_attribute_that_a_parameter_is_kept_in_has_its_annotated_class(signature: str, kept: Ref) -> None:
    text = f"class Starter:\n    def __init__({signature}):\n        self.app = app\n"
    facts = extract(SourceFile(text), "/project/a.py", "a")
    assert facts.classes["Starter"].attributes == {"app": kept}
    assert pickle.loads(dumps(facts)) == facts
