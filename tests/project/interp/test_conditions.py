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
