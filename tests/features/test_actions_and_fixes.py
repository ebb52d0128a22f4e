"""Actions for findings, fixes that go together, and comments that silence."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_ls.features.actions import fix_all, fix_code, quick_actions
from flask_ls.features.check import check_texts
from flask_ls.features.fixes import chosen_together, safe_fix
from flask_ls.features.fixes import together as edits_together
from flask_ls.features.suppression import silence, silence_above
from flask_ls.rules.finding import FileEdit, Finding, Fix, Severity
from flask_ls.rules.registry import by_code
from flask_ls.rules.suppress import Suppressions
from flask_ls.syntax.edit import TextEdit, apply_edits
from flask_ls.syntax.source import SourceFile
from flask_ls.syntax.span import Span

APP = "/app.py"


def edit(start: int, end: int, text: str, path: str = APP) -> FileEdit:
    return FileEdit(path, TextEdit(Span(start, end), text))


def fix(*edits: FileEdit, safe: bool = True, title: str = "Fix it") -> Fix:
    return Fix(title, edits, safe)


def finding(start: int, end: int, *fixes: Fix, code: str = "FLK101") -> Finding:
    return Finding(code, APP, Span(start, end), "wrong", Severity.WARNING, fixes=fixes)


def unread(path: str) -> SourceFile | None:
    return None


def together(fixes: list[Fix]) -> tuple[FileEdit, ...]:
    return edits_together(chosen_together(fixes), unread)


class TestTogether:
    def test_fixes_apart_are_both_made(self) -> None:
        one, other = fix(edit(0, 1, "a")), fix(edit(5, 6, "b"))
        assert together([one, other]) == (*one.edits, *other.edits)

    def test_a_shared_edit_is_made_once(self) -> None:
        needed = edit(0, 0, "from flask import url_for\n")
        edits = together([fix(needed, edit(5, 6, "a")), fix(needed, edit(8, 9, "b"))])
        assert edits.count(needed) == 1
        assert len(edits) == 3

    def test_of_two_that_overlap_the_first_is_made_whole(self) -> None:
        first, second = fix(edit(0, 9, "a"), edit(20, 21, "x")), fix(edit(30, 31, "y"), edit(5, 12, "b"))
        assert together([first, second]) == first.edits

    def test_different_imports_at_one_place_go_together(self) -> None:
        one = fix(edit(0, 0, "from flask import url_for\n"), edit(5, 6, "a"))
        other = fix(edit(0, 0, "import os\n"), edit(8, 9, "b"))
        assert len(together([one, other])) == 4

    def test_names_added_to_one_import_go_together(self) -> None:
        assert len(together([fix(edit(9, 9, ", url_for")), fix(edit(9, 9, ", abort"))])) == 2

    def test_other_insertions_at_one_place_do_not(self) -> None:
        assert len(together([fix(edit(9, 9, "str(")), fix(edit(9, 9, "int("))])) == 1

    def test_the_same_place_in_another_file_is_another_place(self) -> None:
        assert len(together([fix(edit(0, 5, "a")), fix(edit(0, 5, "b", "/other.py"))])) == 2

    @given(st.lists(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.sampled_from("xy")), max_size=3)))
    def test_what_goes_together_can_be_applied(self, shapes: list[list[tuple[int, int, str]]]) -> None:
        fixes = []
        for shape in shapes:
            edits = [edit(start, start + length, text) for start, length, text in shape]
            try:
                apply_edits("." * 40, [e.edit for e in edits])
            except ValueError:
                continue
            fixes.append(fix(*edits))
        taken = together(fixes)
        apply_edits("." * 40, [e.edit for e in taken])
        for each in fixes[:1]:
            assert set(each.edits) <= set(taken)


class TestImportsThatAllFixesTogetherLeaveUnused:
    @staticmethod
    def fixed(text: str, code: str) -> str:
        findings = check_texts({APP: text}, [by_code()[code]], "/")
        action = fix_code(findings, code, {APP: SourceFile(text)}.get)
        assert action is not None
        fixed = apply_edits(text, [e.edit for e in action.edits])
        assert check_texts({APP: fixed}, [by_code()[code]], "/") == []
        return fixed

    VIEWS = """
@app.get("/")
def index():
    return {0}


@app.get("/other")
def other():
    return {0}
"""

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("from flask import Flask, jsonify\n", "from flask import Flask\n"),
            ("from flask import Flask\nfrom flask import jsonify\n", "from flask import Flask\n"),
            ("from flask import (\n    Flask,\n    jsonify,  # x\n)\n", "from flask import (\n    Flask,\n)\n"),
            ("from flask import Flask, jsonify  # noqa\n", "from flask import Flask, jsonify  # noqa\n"),
        ],
    )
    def test_a_name_goes_with_its_last_use(self, before: str, after: str) -> None:
        rest = "\napp = Flask(__name__)\n\n"
        text = before + rest + self.VIEWS.format('jsonify({"a": 1})')
        assert self.fixed(text, "FLK909") == after + rest + self.VIEWS.format('{"a": 1}')

    def test_a_name_stays_with_a_use_that_no_fix_takes(self) -> None:
        rest = "from flask import Flask, jsonify\n\napp = Flask(__name__)\nrender = jsonify\n\n"
        text = rest + self.VIEWS.format('jsonify({"a": 1})')
        assert self.fixed(text, "FLK909") == rest + self.VIEWS.format('{"a": 1}')

    def test_another_name_comes_in_the_same_statement(self) -> None:
        rest = "\napp = Flask(__name__)\n\n"
        text = "import json\nfrom flask import Flask\n" + rest + self.VIEWS.format('json.dumps({"a": 1})')
        expected = "from flask import Flask, jsonify\n" + rest + self.VIEWS.format('jsonify({"a": 1})')
        assert self.fixed(text, "FLK902") == expected

    @pytest.mark.parametrize("imported", ["from app import jsonify", "from app import *"])
    def test_a_name_stays_that_another_file_imports_from_here(self, imported: str) -> None:
        text = "from flask import Flask, jsonify\n\napp = Flask(__name__)\n\n" + self.VIEWS.format('jsonify({"a": 1})')
        findings = check_texts({"/p/app.py": text, "/p/other.py": f"{imported}\n"}, [by_code()["FLK909"]], "/p")
        action = fix_code(findings, "FLK909", {"/p/app.py": SourceFile(text)}.get)
        assert action is not None
        assert "import Flask, jsonify" in apply_edits(text, [e.edit for e in action.edits])


class TestActions:
    SOURCE = SourceFile("aaaa bbbb cccc\n")

    def titles(self, *findings: Finding, at: tuple[int, int] = (0, 1)) -> list[str]:
        return [a.title for a in quick_actions(self.SOURCE, findings, Span(*at), unread)]

    def test_order_and_wording(self) -> None:
        found = finding(0, 4, fix(edit(0, 4, "x"), title="Do this"), fix(edit(0, 4, "y"), safe=False, title="Or that"))
        assert self.titles(found) == [
            "flask-ls (FLK101): Do this",
            "flask-ls (FLK101): Or that",
            "Disable FLK101 for this line",
            "Show documentation for FLK101",
        ]

    def test_only_a_safe_first_fix_is_preferred(self) -> None:
        unsafe, safe = fix(edit(0, 4, "x"), safe=False), fix(edit(0, 4, "y"))
        for fixes, expected in (
            ((safe, unsafe), [True, False]),
            ((unsafe, safe), [False, False]),
            ((unsafe,), [False]),
        ):
            actions = quick_actions(self.SOURCE, [finding(0, 4, *fixes)], Span(0, 1), unread)
            assert [a.preferred for a in actions if a.kind == "fix"] == expected
            assert not any(a.preferred for a in actions if a.kind != "fix")

    def test_findings_elsewhere_are_not_spoken_of(self) -> None:
        assert self.titles(finding(5, 9), at=(0, 2)) == []
        assert self.titles(finding(5, 9), at=(9, 9)) != []

    def test_one_line_is_silenced_once_for_each_code(self) -> None:
        found = [finding(0, 4), finding(5, 9), finding(10, 14, code="FLK202")]
        titles = self.titles(*found, at=(0, 14))
        assert titles.count("Disable FLK101 for this line") == 1
        assert titles.count("Disable FLK202 for this line") == 1
        assert titles.count("Show documentation for FLK101") == 1

    def test_all_of_a_kind_takes_two(self) -> None:
        one, other = finding(0, 4, fix(edit(0, 4, "x"))), finding(5, 9, fix(edit(5, 9, "y")))
        assert fix_code([one], "FLK101", unread) is None
        both = fix_code([one, other], "FLK101", unread)
        assert both is not None
        assert len(both.edits) == 2
        assert "Fix all FLK101 problems" in self.titles(one, other)

    def test_everything_is_safe_fixes_only(self) -> None:
        safe, unsafe = finding(0, 4, fix(edit(0, 4, "x"))), finding(5, 9, fix(edit(5, 9, "y"), safe=False))
        everything = fix_all([safe, unsafe], unread)
        assert everything is not None
        assert everything.findings == (safe,)
        assert fix_all([unsafe], unread) is None
        assert safe_fix(unsafe) is None


def silenced(text: str, code: str = "FLK101", mark: str = "BAD") -> str | None:
    source = SourceFile(text)
    start = text.index(mark)
    change = silence(source, Span(start, start + len(mark)), code)
    return apply_edits(text, [change]) if change is not None else None


class TestSilence:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("BAD()\nx\n", "BAD()  # flask-ls: ignore[FLK101]\nx\n"),
            ("BAD()", "BAD()  # flask-ls: ignore[FLK101]"),
            ("BAD()   \n", "BAD()  # flask-ls: ignore[FLK101]\n"),
            ("BAD()\r\nx\r\n", "BAD()  # flask-ls: ignore[FLK101]\r\nx\r\n"),
            ("BAD()  # why\n", "BAD()  # why  # flask-ls: ignore[FLK101]\n"),
            ("BAD()  # noqa: E501\n", "BAD()  # noqa: E501  # flask-ls: ignore[FLK101]\n"),
            ("BAD()  # flask-ls: ignore[FLK2]\n", "BAD()  # flask-ls: ignore[FLK2, FLK101]\n"),
            ("BAD()  # flask-ls: ignore[ FLK2 ]  # x\n", "BAD()  # flask-ls: ignore[ FLK2, FLK101 ]  # x\n"),
            ("BAD()  # flask-ls: ignore[]\n", "BAD()  # flask-ls: ignore[FLK101]\n"),
            ("x = '#'; BAD()\n", "x = '#'; BAD()  # flask-ls: ignore[FLK101]\n"),
            ("f(BAD, '''\n''')\n", None),
            ("BAD + \\\n  1\n", None),
            ("BAD", "BAD  # flask-ls: ignore[FLK101]"),
        ],
    )
    def test_where_the_comment_goes(self, text: str, expected: str | None) -> None:
        assert silenced(text) == expected

    def test_a_finding_over_several_lines_is_silenced_where_a_comment_can_stand(self) -> None:
        mark = 'f("""\n""", BAD)'
        assert silenced(f"{mark}\n", mark=mark) == f"{mark}  # flask-ls: ignore[FLK101]\n"

    @pytest.mark.parametrize("code", ["FLK101", "FLK999"])
    @pytest.mark.parametrize("tail", ["", "  # why", "  # flask-ls: ignore[FLK2]", "  # type: ignore", " #"])
    def test_it_silences_the_finding_and_leaves_the_program(self, tail: str, code: str) -> None:
        text = f"x = [\n    BAD(),{tail}\n]\n"
        after = silenced(text, code)
        assert after is not None
        assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(text))
        start = after.index("BAD")
        found = Finding(code, APP, Span(start, start + 3), "wrong", Severity.WARNING)
        assert Suppressions(SourceFile(after)).keep([found]) == []

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("A=1\nBAD=1\n", "A=1\n# flask-ls: ignore[FLK101]\nBAD=1\n"),
            ("BAD=1\r\n", "# flask-ls: ignore[FLK101]\r\nBAD=1\r\n"),
            ("a:\n  BAD: 1\n", "a:\n  # flask-ls: ignore[FLK101]\n  BAD: 1\n"),
            ("# flask-ls: ignore[FLK2]\nBAD=1\n", "# flask-ls: ignore[FLK2, FLK101]\nBAD=1\n"),
            ("RUN a \\\n  BAD\n", None),
            ('{\n"BAD": 1}\n', None),
        ],
    )
    def test_files_that_are_not_python(self, text: str, expected: str | None) -> None:
        source = SourceFile(text)
        start = text.index("BAD")
        change = silence_above(source, Span(start, start + 3), "FLK101")
        after = apply_edits(text, [change]) if change is not None else None
        assert after == expected
        if after is not None:
            start = after.index("BAD")
            found = Finding("FLK101", APP, Span(start, start + 3), "wrong", Severity.WARNING)
            assert Suppressions(SourceFile(after), "deployment").keep([found]) == []
