"""Answers that know what they were made of."""

from __future__ import annotations

import pytest

from flask_ls.project.contexts.components import components
from flask_ls.project.facts import FileFacts
from flask_ls.project.tracking import Input, Memo, Part, Tracker


def facts(path: str, *mentioned: str) -> FileFacts:
    return FileFacts(path, path, False, "", mentioned=mentioned)


class Sums:
    """Memo answers over numbers that can be set, and how often each was computed."""

    def __init__(self, **numbers: int) -> None:
        self.numbers = numbers
        self.computed: list[str] = []
        self.tracker = Tracker({})
        self.number = Input(self.tracker, lambda name: self.numbers[name])
        self.is_even = Memo(self.tracker, self._is_even, False)
        self.says = Memo(self.tracker, self._says, "")
        self.reached: Memo[str, frozenset[str]] = Memo(self.tracker, self._reached, frozenset())
        self.edges: dict[str, str] = {}
        self.edge = Input(self.tracker, lambda name: self.edges.get(name, ""))

    def set(self, name: str, number: int) -> None:
        self.numbers[name] = number
        self.number.changed([name])
        self.computed.clear()

    def _is_even(self, name: str) -> bool:
        self.computed.append(f"is_even {name}")
        return self.number(name) % 2 == 0

    def _says(self, names: str) -> str:
        self.computed.append(f"says {names}")
        return " ".join("even" if self.is_even(name) else "odd" for name in names)

    def _reached(self, name: str) -> frozenset[str]:
        self.computed.append(f"reached {name}")
        return frozenset({name}).union(*(self.reached(other) for other in self.edge(name)))


def test_only_what_depends_on_a_change_is_computed_again() -> None:
    sums = Sums(a=1, b=2, c=3)
    assert (sums.says("ab"), sums.says("c")) == ("odd even", "odd")
    sums.set("a", 4)
    assert (sums.says("ab"), sums.says("c")) == ("even even", "odd")
    assert sums.computed == ["is_even a", "says ab"]


def test_what_is_made_of_an_answer_that_stays_is_not_computed_again() -> None:
    sums = Sums(a=1, b=2)
    sums.says("ab")
    sums.set("a", 3)
    assert sums.says("ab") == "odd even"
    assert sums.computed == ["is_even a"]
    sums.set("a", 3)
    assert sums.says("ab") == "odd even"
    assert sums.computed == []


def test_no_answer_in_a_circle_depends_on_which_came_first() -> None:
    for order in ("abc", "cba", "bac"):
        sums = Sums()
        sums.edges = {"a": "b", "b": "ca", "c": "a"}
        found = {name: sums.reached(name) for name in order}
        assert found == dict.fromkeys("abc", frozenset("abc")), order
        sums.edges["c"] = ""
        sums.edge.changed(["c"])
        assert {name: sums.reached(name) for name in reversed(order)} == {
            "a": frozenset("abc"),
            "b": frozenset("abc"),
            "c": frozenset("c"),
        }, order


def test_a_question_that_fails_is_asked_again() -> None:
    sums = Sums(a=1)
    with pytest.raises(KeyError):
        sums.says("ab")
    sums.numbers["b"] = 2
    assert sums.says("ab") == "odd even"
    sums.set("b", 1)
    assert sums.says("ab") == "odd odd"


def test_parts_of_a_file_are_read_again_when_it_is_edited() -> None:
    files = {"a.py": facts("a.py", "x"), "b.py": facts("b.py", "x", "y")}
    tracker = Tracker(files)
    part = Part(tracker, lambda facts, name: name in facts.mentioned)
    asked: list[str] = []

    def who(name: str) -> list[str]:
        asked.append(name)
        return [path for path in files if part(path, name)]

    mentioning = Memo(tracker, who, [])
    assert (mentioning("x"), mentioning("y")) == (["a.py", "b.py"], ["b.py"])
    tracker.files = {**files, "a.py": facts("a.py", "x", "y")}
    tracker.edited("a.py")
    assert (mentioning("x"), mentioning("y")) == (["a.py", "b.py"], ["a.py", "b.py"])
    assert asked == ["x", "y", "y"]


def test_nothing_is_noted_where_nothing_is_edited() -> None:
    tracker = Tracker({"a.py": facts("a.py", "x")}, notes=False)
    part = Part(tracker, lambda facts, _: len(facts.mentioned))
    doubled = Memo(tracker, lambda path: 2 * part(path, None), 0)
    assert (doubled("a.py"), doubled("a.py")) == (2, 2)


def test_answers_that_are_found_together_are_made_of_the_same() -> None:
    sums = Sums(a=1, b=2)
    total = Memo(sums.tracker, lambda name: solve()[name], 0)

    def solve() -> dict[str, int]:
        sums.computed.append("solve")
        return dict(total.together(lambda: dict.fromkeys("ab", sums.number("a") + sums.number("b"))))

    assert (total("a"), total("b")) == (3, 3)
    assert sums.computed == ["solve"]
    sums.set("b", 5)
    assert (total("a"), total("b")) == (6, 6)
    assert sums.computed == ["solve"]


def test_components_come_after_their_successors() -> None:
    graph = {"a": "bd", "b": "c", "c": "b", "d": "e", "e": "", "f": "a"}
    assert [sorted(part) for part in components("f", graph.__getitem__, "e".__contains__)] == [
        ["b", "c"],
        ["d"],
        ["a"],
        ["f"],
    ]
