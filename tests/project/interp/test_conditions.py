"""What a condition that is only known at run time leaves known."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from against import table


def test_half_a_condition_may_decide_the_whole() -> None:
    """What is not known beside a False or a True does not count."""
    found = table(
        {
            "app.py": """
        import os
        from flask import Flask
        app = Flask(__name__)

        def pick(value, **options):
            has_default = "default" in options
            if not value and has_default:
                return options["default"]
            if value or not has_default:
                return "/picked"
            raise RuntimeError

        app.add_url_rule(pick(os.getenv("A")), "picked", lambda: "")
        if (os.getenv("B") or os.getenv("C") or True) and not (os.getenv("D") and False):
            app.add_url_rule("/both", "both", lambda: "")
        """
        }
    )
    assert {r.rule for r in found.routes if not r.is_static} == {"/picked", "/both"}
    assert found.apps[0].exact


def test_a_blueprint_is_registered_once_for_each_prefix_it_may_have() -> None:
    found = table(
        {
            "app.py": """
                import os
                from flask import Blueprint, Flask
                bp = Blueprint("bp", __name__)

                @bp.get("/x")
                def x(): ...

                app = Flask(__name__)
                app.register_blueprint(bp, url_prefix=os.environ.get("PREFIX") or "/shop")
                """
        }
    )
    assert {r.rule for r in found.routes if not r.is_static} == {"/shop/x"}
    assert not found.duplicate_names
    assert not found.apps[0].exact


def test_a_setting_of_the_usual_configuration_may_be_overridden_by_another_one() -> None:
    found = table(
        {
            "app.py": """
                import os
                from flask import Flask

                class Settings:
                    PREFIX = "/shop"

                app = Flask(__name__)
                app.config.from_object(os.environ["SETTINGS"] if os.environ.get("SETTINGS") else Settings)
                app.add_url_rule(app.config["PREFIX"] + "/x", "x", print)
                app.add_url_rule(app.config.get("PREFIX", "") + "/y", "y", print)
                """
        }
    )
    assert {"/shop/x", "/shop/y"} <= {r.rule for r in found.routes}
    assert not found.apps[0].exact
    assert any("SETTINGS" in b.reason for b in found.apps[0].blind_spots)


def test_what_a_library_brings_is_no_class_of_the_program() -> None:
    found = table(
        {
            "shop/__init__.py": "",
            "shop/base.py": "class Page:\n    path = None",
            "shop/pages.py": """
                from flask import request
                from sqlalchemy import Column
                from sqlalchemy.orm import DeclarativeBase
                from shop.base import Page

                class Row(DeclarativeBase): ...

                class Start(Page):
                    path = "/start"
                """,
            "shop/app.py": """
                import inspect
                from flask import Flask
                from shop import pages
                from shop.base import Page

                app = Flask(__name__)
                for name in dir(pages):
                    found = getattr(pages, name)
                    if inspect.isclass(found) and issubclass(found, Page) and found is not Page:
                        app.add_url_rule(found.path, name, print)
                """,
        }
    )
    assert {r.rule for r in found.routes if not r.is_static} == {"/start"}
    assert found.apps[0].exact


def test_what_a_container_has_that_python_gives_it() -> None:
    found = table(
        {
            "app.py": """
                from flask import Flask
                app = Flask(__name__)

                def add(rules):
                    for rule in rules if hasattr(rules, "__iter__") and hasattr(rules, "__len__") else [rules]:
                        app.add_url_rule(rule, rule.strip("/"), print)

                add(["/a", "/b"])
                add(("/c",))
                add({"/d": 1})
                if hasattr("/e", "__call__") or hasattr([], "items"):
                    add("/e")
                """
        }
    )
    assert {r.rule for r in found.routes if not r.is_static} == {"/a", "/b", "/c", "/d"}
    assert found.apps[0].exact


def test_parts_of_a_text_that_may_be_absent() -> None:
    found = table(
        {
            "app.py": """
                import os
                from flask import Flask
                from company.settings import config
                app = Flask(__name__)
                prefix = os.environ.get("PREFIX", "")
                app.add_url_rule("".join(part for part in ("/api", prefix, "/x") if part), "x", print)
                app.add_url_rule(config.get("web", "base", fallback="/base") + "/y", "y", print)
                """
        },
        installed=None,
    )
    assert {r.rule for r in found.routes if not r.is_static} == {"/api/x", "/base/y"}
    assert not found.apps[0].exact


def test_a_package_that_other_distributions_have_parts_of() -> None:
    found = table(
        {
            "company/web/__init__.py": "",
            "company/web/app.py": """
                from flask import Flask
                from company.core import prefix
                app = Flask(__name__)
                app.add_url_rule(prefix, "prefix", print)
                app.add_url_rule("/x", "x", print)
                """,
        },
        installed=None,
    )
    assert [r.rule for r in found.routes if not r.is_static] == ["/x"]
    assert "company.core.prefix is not part of the workspace" in found.apps[0].blind_spots[0].reason
