"""Comments that silence findings."""

from __future__ import annotations

import pytest

from flask_ls.project.site import Site
from flask_ls.rules.finding import Finding, Severity
from flask_ls.rules.suppress import Kind, Suppressions
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span


def is_silenced(text: str, code: str = "FLK302", kind: Kind = "python") -> bool:
    """Whether a finding on the word ``here`` is silenced."""
    start = text.index("here")
    finding = Finding(code, "/app.py", Span(start, text.rindex("here") + 4), "message", Severity.ERROR)
    assert finding.site == Site("/app.py", finding.span)
    return Suppressions(SourceFile(text), kind).keep([finding]) == []


@pytest.mark.parametrize(
    "comment",
    [
        "# flask-ls: ignore",
        "# flask-ls: ignore[FLK302]",
        "# flask-ls: ignore[FLK3]",
        "# flask-ls: ignore[FLK101, flk302]",
        "#flask-ls:ignore[FLK302]",
        "# type: ignore  # flask-ls: ignore[FLK302]",
        "# flask-ls: ignore[FLK302]  the app is made below",
        "# noqa",
        "# NOQA: FLK302",
        "# noqa: E501, FLK302",
        "# noqa:FLK302 E501",
        "# noqa : FLK302",
    ],
)
def test_silences_its_line(comment: str) -> None:
    assert is_silenced(f"a = 1\nhere = 2  {comment}\n")
    assert not is_silenced(f"a = 1  {comment}\nhere = 2\n")


@pytest.mark.parametrize(
    "comment",
    [
        "# flask-ls: ignore[FLK101]",
        "# flask-ls: ignore[]",
        "# flask-ls: ignored",
        "# flask-ls: ignore-line",
        "# flask-ls ignore",
        "# noqa: E501",
        "# noqa: because",
        "# noqable",
        "",
    ],
)
def test_does_not_silence(comment: str) -> None:
    assert not is_silenced(f"here = 2  {comment}\n")


def test_comment_in_a_string_is_none() -> None:
    assert not is_silenced('here = "# flask-ls: ignore"\n')


def test_first_and_last_line_of_a_finding_count() -> None:
    assert is_silenced("x = (here,  # flask-ls: ignore\n     1, here)\n")
    assert is_silenced("x = (here,\n     1, here)  # flask-ls: ignore\n")
    assert not is_silenced("x = (here,\n     1,  # flask-ls: ignore\n     here)\n")


@pytest.mark.parametrize(
    ("comment", "silenced"),
    [
        ("# flask-ls: ignore-file", True),
        ("# flask-ls: ignore-file[FLK3]", True),
        ("# flask-ls: ignore-file[FLK4]", False),
    ],
)
def test_whole_file(comment: str, silenced: bool) -> None:
    assert is_silenced(f"{comment}\n\n\nhere = 2\n") is silenced
    assert is_silenced(f"here = 2\n{comment}\n") is silenced


def test_other_files_have_comments_above() -> None:
    text = "FROM python\n# flask-ls: ignore[FLK801]\nCMD here\n"
    assert is_silenced(text, "FLK801", "deployment")
    assert not is_silenced(text, "FLK504", "deployment")


def test_templates_have_comments_of_jinja() -> None:
    assert is_silenced("{# flask-ls: ignore[FLK207] #}\nhere\n", "FLK207", "template")
    assert is_silenced("<p>{#- flask-ls: ignore -#}here</p>\n", "FLK207", "template")
    assert not is_silenced("# flask-ls: ignore[FLK207]\nhere\n", "FLK207", "template")
    assert not is_silenced("{# flask-ls: ignore[FLK2] #}\n\nhere\n", "FLK207", "template")
