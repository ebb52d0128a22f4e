"""Routes as symbols, and rules as text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from packaging.version import Version

from flask_ls.features import documentation
from flask_ls.features.route_text import Variable, url_for_call, variables
from flask_ls.features.symbols import in_file, in_project
from flask_ls.project.routes import App, Blueprint, Route, RouteTable
from flask_ls.project.site import Site
from flask_ls.rules.registry import all_rules
from flask_ls.rules.rule import Note, Rule
from flask_ls.syntax.span import Span


def site(path: str, start: int) -> Site:
    return Site(path, Span(start, start + 1))


def route(rule: str, endpoint: str, *methods: str, at: int = 0, path: str = "/app.py", static: bool = False) -> Route:
    return Route("app", rule, endpoint, frozenset(methods or ("GET",)), site(path, at), is_static=static)


TABLE = RouteTable(
    apps=(App("shop.app", site("/app.py", 1)),),
    blueprints=(Blueprint("1", "users", "/users", site("/users.py", 1)),),
    routes=(
        route("/users/<int:id>", "users.show", "POST", "GET", at=9, path="/users.py"),
        route("/", "index", at=5),
        route("/static/<path:filename>", "static", at=1, static=True),
    ),
)


def names(query: str) -> list[str]:
    return [s.name for s in in_project(TABLE, query)]


def test_symbols_of_a_file_in_source_order() -> None:
    assert [(s.kind, s.name, s.detail) for s in in_file(TABLE, "/app.py")] == [
        ("application", "shop.app", ""),
        ("route", "GET /", "index"),
    ]
    assert [s.name for s in in_file(TABLE, "/users.py")] == ["users", "GET POST /users/<int:id>"]
    assert in_file(TABLE, "/other.py") == []


def test_a_view_has_the_route_that_another_file_adds() -> None:
    added = route("/users", "users", at=7, path="/urls.py")
    table = RouteTable(routes=(replace(added, view=site("/views.py", 3)),))
    assert [(s.name, s.site.path) for s in in_file(table, "/urls.py")] == [("GET /users", "/urls.py")]
    assert [(s.name, s.site.path) for s in in_file(table, "/views.py")] == [("GET /users", "/views.py")]


def test_symbols_of_the_project() -> None:
    everything = ["@users", "@/users/<int:id> GET POST", "@/ GET"]
    assert names("") == everything
    assert names("@") == everything
    assert names("@/") == everything[1:]
    assert names("@/users") == ["@/users/<int:id> GET POST"]
    assert names("@/ post") == ["@/users/<int:id> GET POST"]
    assert names("users.show") == ["@/users/<int:id> GET POST"]
    assert names("USERS") == everything[:2]
    assert names("nothing") == []


def test_a_symbol_matches_what_editors_filter_by() -> None:
    """An editor keeps a symbol only if the query's characters occur in its name in order."""
    for symbol in in_project(TABLE, "@/us"):
        rest = iter(symbol.name)
        assert all(character in rest for character in "@/us")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("/", []),
        ("/<a>/<path:b>", [Variable("a", "text without a slash"), Variable("b", "text, slashes included")]),
        ("/<int:n>", [Variable("n", "int, 0 or more")]),
        ("/<int(signed=True):n>", [Variable("n", "int")]),
        ("/<int(min=1):n>", [Variable("n", "int, 0 or more (min=1)")]),
        ("/<any(about, help):page>", [Variable("page", "one of (about, help)")]),
        ("/<slug:s>", [Variable("s", "converter slug")]),
    ],
)
def test_variables_of_a_rule(rule: str, expected: list[Variable]) -> None:
    assert variables(rule) == expected


def test_the_call_that_builds_a_url() -> None:
    made = route("/a/<int:x>/<y>", "users.show")
    assert url_for_call(made) == 'url_for("users.show", x=..., y=...)'
    assert url_for_call(made, relative=True) == 'url_for(".show", x=..., y=...)'


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_has_its_page(rule: Rule) -> None:
    page = documentation.page(rule)
    assert page.startswith(f"# {rule.name} ({rule.code})\n")
    assert page.count("```") % 2 == 0
    assert "``" not in page.replace("```", ""), "code stands between single backticks"
    for heading in ("## Why", "## Instead", "## When it stays quiet"):
        assert heading in page
    summary = documentation.summary(rule, Version("3.1.3"))
    assert summary.startswith(f"**{rule.code}**")
    assert rule.url in summary


def test_a_page_reads_as_sentences_and_tells_its_examples_apart() -> None:
    rules = {rule.code: documentation.page(rule) for rule in all_rules()}
    assert "## Instead\n\nOne of the two: " in rules["FLK304"]
    assert rules["FLK402"].count("Also found:") == len(next(r for r in all_rules() if r.code == "FLK402").bad) - 1


def test_notes_speak_for_their_versions() -> None:
    note = Note("<3.2", "It was so.")
    assert documentation.applies(note, Version("3.1.3"))
    assert not documentation.applies(note, Version("3.2.0"))
    assert not documentation.applies(Note(">=3.2", ""), Version("3.1"))
    assert documentation.applies(Note(">=3.2.dev0", ""), Version("3.2.0.dev1"))
    assert documentation.applies(note, None)
    assert documentation.applies(Note("some day", ""), Version("1"))


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# Title", "Title"),
        ("**FLK101** · `g.x` is *here*", "FLK101 · g.x is here"),
        ("[docs](https://a.example/b_c/)", "docs <https://a.example/b_c/>"),
        (r"[`app.py:3`](file:///app.py#L3) [\_\_init\_\_.py](file:///x)", "app.py:3 __init__.py"),
        ("`` a`b `` **`c`**", "a`b c"),
        ("`**x**` and `[a](b)`", "**x** and [a](b)"),
        ("```python\nx = '**a**'\n\ny\n```", "    x = '**a**'\n\n    y"),
        ("a_b * c * d and 2*3*4", "a_b * c * d and 2*3*4"),
        ("\\*not\\* markup", "*not* markup"),
        ("a  \nb\n\n---\n\nc", "a  \nb\n\n--------\n\nc"),
        ("- item", "- item"),
    ],
)
def test_plain_text(markdown: str, text: str) -> None:
    assert documentation.plain(markdown) == text


@pytest.mark.parametrize(
    ("text", "expected"), [("x", "`x`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("a\nb", "`a b`")]
)
def test_code_with_backticks(text: str, expected: str) -> None:
    assert documentation.code(text) == expected


def test_a_block_with_fences() -> None:
    assert documentation.block("```\nx\n```").startswith("````python\n```\n")
